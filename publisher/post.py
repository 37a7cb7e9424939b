"""A post: what the author wrote, as typed values. No rendering, no identity."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.config import Person, Shown, Templates
    from publisher.system.site_files import Files
    from publisher.text.titles import TitleSyntax
    from publisher.text.yaml_document import Value

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
# How posts link to each other, beside the path of a file, which every syntax has: `@/blog/a.md`;
# `{filename}a.md`; `link://slug/a`; `[[A]]` with Obsidian's other additions to Markdown. With
# `root-images` pictures resolve against the root of the site; with `asset-images` those without a
# slash resolve against the page of the post.
LinkSyntax: TypeAlias = Literal[
    "paths", "at-paths", "braces", "link-urls", "wiki", "root-images", "asset-images"
]
# Who gives footnotes their ids: kramdown, goldmark or pulldown-cmark; Zola with `bottom_footnotes`;
# the footnote plugins of Hexo, which use only labels; or markdown-it-footnote, whose ids are ours.
RendererIds: TypeAlias = Literal["kramdown", "goldmark", "pulldown-cmark", "bottom", "labels"]
FootnoteIds: TypeAlias = Literal["markdown-it"] | RendererIds
# Why a post is not published. `waiting`: the site was not built since the post changed. `no-page`:
# the site has no page for it. `restricted`: not every reader may see it. `ignored`: the settings of
# the site leave it out. `skipped`: the author did not intend that.
Status: TypeAlias = Literal[
    "draft",
    "future",
    "expired",
    "deleted",
    "hidden",
    "restricted",
    "ignored",
    "waiting",
    "no-page",
    "skipped",
]
# What posts are made of: files with front matter, built pages (`posts.pages`), the items of a feed.
Origin: TypeAlias = Literal["files", "pages", "feed"]
# Of posts that are not published because the site that was built has no page of them.
UNBUILT: frozenset[Status] = frozenset({"waiting", "no-page"})

# The keys of the front matter with a summary; the first one counts.
SUMMARY_KEYS = ("summary", "description", "excerpt")

MAX_WARNINGS = 50  # of one post
MAX_NAMED_LINES = 3  # lines that a repeated warning names beside the first


@dataclass(frozen=True, slots=True)
class Medium:
    """A recording or a picture of a post, as the post describes it; None if it does not.

    `length` is in bytes, `duration` in seconds. `name` is the same for all formats of one
    recording, whose files may have different names. `file` has the line: that of the
    post if it is None, else e.g. one of settings.
    """

    href: str
    line: int
    type: str | None = None
    length: int | None = None
    duration: float | None = None
    title: str | None = None
    name: str | None = None
    file: PurePosixPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """The metadata of a post as an episode of a podcast; numbers are 1 or more."""

    number: int | None = None
    season: int | None = None
    type: Literal["full", "trailer", "bonus"] | None = None
    explicit: bool | None = None


@dataclass(frozen=True, slots=True)
class EarlierReadings:
    """What earlier versions of publisher made of the same text of a post: sources and bodies."""

    sources: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()


MarkdownExtension: TypeAlias = Literal[
    "strikethrough", "table", "footnotes", "definition lists", "bare URLs", "task lists",
    "typography", "heading attributes",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownOptions:
    """What the settings of a site change in its Markdown; these defaults change nothing.

    `emoji`: `:tada:` is a character, in HTML, too. `hard_wraps`: each line end breaks the line.
    `heading_ids`: headings without an id get one, which begins with `id_prefix`. The levels of
    headings are raised by `heading_offset`, and `toc_levels` are those in the table of contents.
    `block_html`: Markdown is parsed in HTML blocks. `quotes` are the typographic ones: double, then
    single ones. `symbols` are those that replace what is typed, such as `--`. `off` are the
    extensions of Markdown that are not used. `block_attributes`: a line `{.class}` behind a block
    has its attributes. `punctuation`: quotes, dashes and ellipses are those of pulldown-cmark.
    `alerts`: the quotes of GitHub that begin with `[!NOTE]` have headings.
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


NO_OPTIONS = MarkdownOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySyntax:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post to publish: what the author wrote, as typed values.

    `path` is relative to the folder of the posts. `location` is relative to the folder against
    which the engine resolves links between posts. `file_date` is the date in the file name.

    `body` is the text below the front matter, with LF line ends; it starts at line `body_line`
    (from 1) of the file. `syntax` is how the engine reads it, `templates` what happens to tags in
    it, and `marker` the line that ends its lead. `values` is the whole front matter with the
    defaults of the engine.

    `title` is None if the author gave none; `name` is the engine's title for such a post, or None.
    `published` and `updated` are aware, and `updated` is never the earlier one; `lines` are the
    lines of these two. `id` is the key of the front matter with its line. `page` is the absolute
    URL path of the page, percent-encoded, as the engine's rules make it; `address` is the absolute
    URL of the page that was built, which counts if it is known. `content` is how much of the post
    feeds show (None: as the feed is configured). `license` is a URL. `body_from_source` means that
    the body never comes from the built page.

    Only a post from a feed has `link`, the URL of its page; `base`, the URL against which URLs in
    the body resolve; and `summary`, the summary beside the body. `earlier_ids` has
    the same post with the ids that earlier versions may have given it.

    `source` is a hash of the text from which readers see something, as its author wrote it. It does
    not depend on how publisher reads that text. It is empty if it is unknown.
    """

    path: PurePosixPath
    body: str
    body_line: int
    markup: Markup
    marker: str | None
    title: str | None
    slug: str
    published: dt.datetime
    updated: dt.datetime
    file_date: dt.date | None
    page: str
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[Person, ...] = ()
    language: str | None = None
    name: str | None = None
    id: tuple[str, int] | None = None
    syntax: BodySyntax = BodySyntax()
    location: PurePosixPath | None = None
    lines: tuple[int, int] = (1, 1)
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    templates: Templates = "drop"
    enclosures: tuple[Medium, ...] = ()
    image: Medium | None = None
    content: Shown | None = None
    license: str | None = None
    episode: Episode = Episode()
    address: str | None = None
    body_from_source: bool = False
    link: str | None = None
    base: str | None = None
    summary: str | None = None
    source: str = ""
    earlier_ids: tuple[Post, ...] = ()

    @property
    def dialect(self) -> Dialect:
        """The dialect of the body."""
        return self.syntax.dialect if self.markup == "markdown" else self.markup


@dataclass(frozen=True, slots=True)
class BuiltBody:
    """The body of a post as the generator of its site built it, with metadata of its page.

    `html` is not sanitised; it is empty if the page does not show the text. URLs in it resolve
    against `base`, an absolute URL. The metadata is None where the page has none of its own:
    `language` is a BCP 47 tag, `description` plain text, `image` an absolute URL.
    """

    html: str
    base: str
    language: str | None = None
    description: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class PageHash:
    """Hashes of the body of a built page; empty if the body does not come from a page.

    `now` is that of the page as it is, `early` that of the page from which an edit was published
    before the site was built again. If the post goes out as it was before an edit, `written` is the
    hash of its source as it is now, and `waits` tells whether it waits for its page. `is_new`: no
    earlier version of the post is known to have shown this body. `is_textless`: the page does not
    show the text of the post, and no earlier one is known that did.
    """

    now: str = ""
    early: str = ""
    written: str = ""
    waits: bool = False
    is_new: bool = False
    is_textless: bool = False


@dataclass(frozen=True, slots=True)
class WaitingPost:
    """A post that waits for its page, and why: the reason continues a sentence about the post.

    `stays` tells whether its last version goes out meanwhile. `way_out` ends a wait that the build
    may never end; None if there is none.
    """

    path: PurePosixPath
    reason: str
    stays: bool
    way_out: WayOut | None = None

    @property
    def message(self) -> str:
        """What the author must know, as the end of a sentence about the post."""
        meanwhile = "its last version stays" if self.stays else "the post is in no feed"
        message = f"{self.reason}; {meanwhile} until then"
        return f"{message}. {self.way_out.message}" if self.way_out else message


@dataclass(frozen=True, slots=True)
class WayOut:
    """What ends a wait for a page that the generator never writes again.

    Some generators leave a page untouched that would not change. Then the post may go out as soon
    as the file `page` has a new time, if `case` is so: a clause about the post or the site.
    """

    page: Path
    case: str

    @property
    def message(self) -> str:
        touch = f"touch {shlex.quote(str(self.page))}"
        return f"If the whole site is built, and {self.case}, run `{touch}`"


@dataclass(frozen=True, slots=True)
class MovedPost:
    """A post that is gone, and a `new` one with most of its text, which has no page yet."""

    path: PurePosixPath
    new: PurePosixPath


@dataclass(frozen=True, slots=True)
class TextlessPost:
    """A post whose page does not show its text, and why: the reason is about the page.

    `stays` tells whether the text that the page showed before goes out. `is_page`: the post has no
    source but its page.
    """

    path: PurePosixPath
    page: PurePosixPath
    reason: str
    stays: bool
    is_page: bool = False

    @property
    def message(self) -> str:
        """What readers see instead."""
        instead = (
            "the text that it showed before stays"
            if self.stays
            else "readers see the title, the summary and the link; an item that was published with "
            "its text keeps it"
        )
        return f"the page {self.page} {self.reason}, so {instead}"

    @property
    def advice(self) -> str:
        """How to change what readers see; the same for all posts of a run."""
        keep_out = _KEEP_PAGE_OUT if self.is_page else _KEEP_POST_OUT
        return f"if such a page is faulty, correct it and build the site; {keep_out}"


_KEEP_PAGE_OUT = (
    "if it is not for everybody, list it in posts.exclude, which keeps it out and retracts its item"
)
_KEEP_POST_OUT = (
    "if the post is not for everybody, add `private: true` (or `password:`, `protected:`) to the "
    "front matter, which keeps it out, but leaves an item that is published already (`draft: true` "
    "retracts it); if everybody may read the text of the source, add `body: source`"
)


@dataclass(frozen=True, slots=True)
class UnreadablePage:
    """The page that a post seems to have, and why it cannot be read. So the post has none."""

    path: PurePosixPath
    page: PurePosixPath
    reason: str

    @property
    def message(self) -> str:
        return f"is not published, because its page cannot be used: {self.page} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesReport:
    """The posts whose pages need the attention of the author, the newest first.

    `without_page` are the posts that the site does not publish; `unsaid` those of them that no
    earlier run has named. Of the pages of `posts.pages`, `without_date` are posts whose dates are
    gone, and `elsewhere` lead to other pages; `idle_ids` are the keys of `posts.ids` that are no
    posts, each with the reason. `moved` are posts whose pages are still those of their old files.
    `kept` is about texts that went out although a
    selector of `posts.drop` matches them.
    """

    waiting: tuple[WaitingPost, ...] = ()
    without_text: tuple[TextlessPost, ...] = ()
    kept: tuple[Diagnostic, ...] = ()
    without_page: tuple[PurePosixPath, ...] = ()
    unsaid: tuple[PurePosixPath, ...] = ()
    unreadable: tuple[UnreadablePage, ...] = ()
    without_date: tuple[PurePosixPath, ...] = ()
    elsewhere: tuple[PurePosixPath, ...] = ()
    idle_ids: tuple[tuple[str, str], ...] = ()
    moved: tuple[MovedPost, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """The file of a built page; `path` is relative to the output folder."""

    path: PurePosixPath
    data: bytes


class BuiltBodies(Protocol):
    """The bodies of posts in the pages that were built."""

    def hash_of(self, post: Post) -> PageHash:
        """Return the hashes of a post's body. An unchanged page is not opened for it."""
        ...

    def of(self, post: Post) -> BuiltBody | None:
        """Return the body of a post; None if it is rendered from its source."""
        ...

    def page_of(self, post: Post) -> BuiltFile | None:
        """Return the whole page of a post as it is now; None if there is none to be read."""
        ...


class NoBuiltBodies:
    """The bodies of a site whose posts are rendered from their sources."""

    def hash_of(self, _: Post) -> PageHash:
        return PageHash()

    def of(self, _: Post) -> BuiltBody | None:
        return None

    def page_of(self, _: Post) -> BuiltFile | None:
        return None


NO_BUILT_BODIES = NoBuiltBodies()


class TemplateFiles(Protocol):
    """The files of the site that templates read.

    `problems` says which data cannot be read, and why, by the paths in templates, e.g.
    `site.data.authors`.
    """

    @property
    def data(self) -> Mapping[str, Value]: ...

    @property
    def problems(self) -> Mapping[str, str]: ...

    def include(self, name: str, beside: PurePosixPath | None = None) -> str | None:
        """Return a text of the site, or one `beside` a post; None if there is none."""
        ...

    def include_problem(self, name: str, beside: PurePosixPath | None = None) -> str:
        """Why there is none; empty if no file has the name."""
        ...


@dataclass(frozen=True, slots=True)
class Skip:
    """A file that is not published, and the reason.

    `broken` means that the file cannot be read, which the author did not intend. `post` is the post
    that it would be, if it can be read, with its `warnings`. `on_web` means that the site shows its
    page nevertheless. `deleted` is the instant at which the post was deleted.
    """

    path: PurePosixPath
    reason: str
    line: int | None = None
    broken: bool = False
    status: Status = "skipped"
    post: Post | None = None
    warnings: tuple[Diagnostic, ...] = ()
    on_web: bool = False
    deleted: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A file that the site shows as a page and not among its posts, because it has no date.

    `post` is the post that it would be if it had one; its dates mean nothing. `has_url` tells
    whether `post.page` is the URL path of the page, which is unknown if it would show the date.
    `is_meant`: its author published it as a post.
    """

    path: PurePosixPath
    reason: str
    post: Post
    has_url: bool = True
    is_meant: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A warning: readers will see something else than the author meant. Lines count from 1."""

    path: PurePosixPath
    line: int
    message: str


def in_short_by_file(warnings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The warnings of one post, file by file; those of each file as `in_short` has them."""
    by_file: dict[PurePosixPath, list[tuple[int, str]]] = {}
    for one in warnings:
        by_file.setdefault(one.path, []).append((one.line, one.message))
    return tuple(
        Diagnostic(file, *one) for file, found in by_file.items() for one in in_short(found)
    )


def in_short(warnings: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The warnings of one post as (line, message), sorted by line and without repetitions.

    A repeated message stands at its first line and names other lines. Only the first MAX_WARNINGS
    are kept, and a message says how many there are beyond.
    """
    lines: dict[str, list[int]] = {}
    for line, message in sorted(set(warnings)):
        lines.setdefault(message, []).append(line)
    combined = [(first, message + _also(rest)) for message, (first, *rest) in lines.items()]
    if len(combined) > MAX_WARNINGS:
        count = len(combined) - MAX_WARNINGS
        summary = f"{count} more warnings from here on; fix those above first"
        combined[MAX_WARNINGS:] = [(combined[MAX_WARNINGS][0], summary)]
    return tuple(combined)


def _also(lines: Sequence[int]) -> str:
    """The end of a repeated message: `; also in lines 7, 9, 12 and 4 more`."""
    if not lines:
        return ""
    named = [*map(str, lines[:MAX_NAMED_LINES])]
    if len(lines) > MAX_NAMED_LINES:
        named.append(f"{len(lines) - MAX_NAMED_LINES} more")
    *most, last = named
    both = f"{', '.join(most)} and {last}" if most else last
    return f"; also in line{'s' if most else ''} {both}"


def nothing_earlier(_: PurePosixPath) -> EarlierReadings:
    """Return no readings, for posts that every version reads in one way."""
    return EarlierReadings()


@dataclass(frozen=True, slots=True)
class Reading:
    """The content of a folder of posts, in the order of paths. A file is a post, a skip or a page.

    `settings` are those of the site generator. `files` finds files of the site. `url_path_of`
    returns the absolute URL path of a file that is not a post, or None if it is unknown, and
    `attachment` that of a file which the note with a path calls by its name. `not_due` are the
    posts with a date in the future that stay, because they were published already.
    `template_files` is None if the templates of the engine read no files. `earlier` returns what
    earlier versions made of the post with a path, which takes time. `bodies` has the bodies of
    posts that come from built pages. `first_commits` are the dates of posts that have no others.
    `given_ids` are the ids that publisher.yaml gives to the posts with these paths, which may be
    gone.
    `deadlines` are the instants after that of the reading at which posts expire or are deleted.
    """

    posts: tuple[Post, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[Diagnostic, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)
    files: Files | None = None
    url_path_of: Callable[[PurePosixPath], str | None] | None = None
    attachment: Callable[[str, PurePosixPath], str | None] | None = None
    pages: tuple[Page, ...] = ()
    not_due: tuple[Post, ...] = ()
    earlier: Callable[[PurePosixPath], EarlierReadings] = nothing_earlier
    bodies: BuiltBodies = NO_BUILT_BODIES
    template_files: TemplateFiles | None = None
    first_commits: Mapping[PurePosixPath, dt.datetime] = field(default_factory=dict)
    origin: Origin = "files"
    given_ids: Mapping[PurePosixPath, str] = field(default_factory=dict)
    deadlines: tuple[dt.datetime, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether a file could not be read. Then a missing post must not be taken for removed."""
        return any(skip.broken for skip in self.skipped)
