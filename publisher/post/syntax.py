"""How the bodies of posts are written: markup, dialect, templates, links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from publisher.text.titles import TitleSyntax

# A body that is `unrendered` is in a markup that publisher does not know: readers get that of the
# page that the site's generator built.
Markup: TypeAlias = Literal["markdown", "html", "rest", "unrendered"]
# `containers` is CommonMark with blocks between lines of `:::`.
CommonMark: TypeAlias = Literal["commonmark", "containers", "goldmark", "kramdown", "marked"]
# `markdown` is the dialect of Python-Markdown.
MarkdownDialect: TypeAlias = Literal["markdown"] | CommonMark
Dialect: TypeAlias = MarkdownDialect | Literal["html", "rest", "unrendered"]
# `{{< name >}}` and `{{% name %}}`; `{{% name %}}` alone; `{{ name() }}` and `{% name() %}`.
ShortcodeSyntax: TypeAlias = Literal["angle-shortcodes", "percent-shortcodes", "call-shortcodes"]
# `liquid-top-level` is Liquid that has the front matter beside `page`, not only in it. Nunjucks has
# nothing but the front matter.
TemplateLanguage: TypeAlias = (
    Literal["none", "liquid", "liquid-top-level", "nunjucks"] | ShortcodeSyntax
)
# How posts link to each other, beside the path of a file, which every syntax has: `/blog/a`, the
# path of a page without the extension of its file; `@/blog/a.md`;
# `{filename}a.md`; `link://slug/a`; `[[A]]` with Obsidian's other additions to Markdown. With
# `root-images` pictures resolve against the root of the site; with `asset-images` those without a
# slash resolve against the page of the post.
LinkSyntax: TypeAlias = Literal[
    "paths", "pages", "at-paths", "braces", "link-urls", "wiki", "root-images", "asset-images"
]
# Who gives footnotes their ids: kramdown, goldmark or pulldown-cmark; Zola with `bottom_footnotes`;
# the footnote plugins of Hexo, which use only labels; or markdown-it-footnote, whose ids are ours.
RendererIds: TypeAlias = Literal["kramdown", "goldmark", "pulldown-cmark", "bottom", "labels"]
FootnoteIds: TypeAlias = Literal["markdown-it"] | RendererIds
MarkdownExtension: TypeAlias = Literal[
    "strikethrough", "table", "footnotes", "definition lists", "bare URLs", "task lists",
    "typography", "heading attributes",
]  # fmt: skip


class MarkdownOptions(Struct, frozen=True, kw_only=True):
    """What the settings of a site change in its Markdown; these defaults change nothing.

    `emoji`: `:tada:` is a character, in HTML, too. `hard_wraps`: each line end breaks the line.
    `heading_ids`: headings without an id get one, which begins with `id_prefix`. The levels of
    headings are raised by `heading_offset`, and `toc_levels` are those in the table of contents.
    `block_html`: Markdown is parsed in HTML blocks. `quotes` are the typographic ones: double, then
    single ones. `symbols` are those that replace what is typed, such as `--`. `off` are the
    extensions of Markdown that are not used. `block_attributes`: a line `{.class}` behind a block
    has its attributes. `punctuation`: quotes, dashes and ellipses are those of pulldown-cmark.
    `alerts`: the quotes of GitHub that begin with `[!NOTE]` have headings. `deleted`: the dialect
    `markdown` strikes `~~text~~` through; others do so unless it is `off`.
    """

    emoji: bool = False
    hard_wraps: bool = False
    heading_ids: bool = True
    id_prefix: str = ""
    heading_offset: int = 0
    toc_levels: frozenset[int] = frozenset(range(1, 7))
    block_html: bool = False
    quotes: tuple[str, str, str, str] = ("“", "”", "‘", "’")
    symbols: tuple[tuple[str, str], ...] = (
        (">>", "»"), ("...", "…"), ("---", "—"), ("--", "–"),
    )  # fmt: skip
    off: frozenset[MarkdownExtension] = frozenset()
    block_attributes: bool = False
    punctuation: bool = False
    alerts: bool = False
    deleted: bool = False


NO_OPTIONS = MarkdownOptions()


class BodySyntax(Struct, frozen=True, kw_only=True):
    """How an engine reads bodies (Markdown dialect, template tags, links to posts) and titles.

    `footnotes` is how their ids on the page of a post are made. `program` is the variable of
    templates with facts about the program that renders them; empty if there is none.
    """

    dialect: MarkdownDialect = "commonmark"
    template_language: TemplateLanguage = "none"
    links: LinkSyntax = "paths"
    titles: TitleSyntax = "text"
    footnotes: FootnoteIds = "markdown-it"
    options: MarkdownOptions = NO_OPTIONS
    program: str = ""


PLAIN_SYNTAX = BodySyntax()
