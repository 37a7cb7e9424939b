"""A post: what the author wrote, as typed values. No rendering, no identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.config import Person, Shown, Templates
    from publisher.system.site_files import Files
    from publisher.text.yaml_document import Value

Markup: TypeAlias = Literal["markdown", "html", "rest"]
CommonMark: TypeAlias = Literal["commonmark", "goldmark", "kramdown", "marked"]
# `markdown` is the dialect of Python-Markdown.
MarkdownDialect: TypeAlias = Literal["markdown"] | CommonMark
Dialect: TypeAlias = MarkdownDialect | Literal["html", "rest"]
# `{{< name >}}` and `{{% name %}}`; `{{% name %}}` alone; `{{ name() }}` and `{% name() %}`.
ShortcodeSyntax: TypeAlias = Literal["angle-shortcodes", "percent-shortcodes", "call-shortcodes"]
# `liquid-top-level` is Liquid that has the front matter beside `page`, not only in it. Nunjucks has
# nothing but the front matter.
TemplateLanguage: TypeAlias = (
    Literal["none", "liquid", "liquid-top-level", "nunjucks"] | ShortcodeSyntax
)
# Beside the path of a file, which all understand: `@/blog/a.md`; `{filename}a.md`;
# `link://slug/a`; `[[A]]`, with what else Obsidian adds to Markdown. The pictures of Markdown are
# looked for in the root of the site, or those without a slash beside the page of the post.
LinkSyntax: TypeAlias = Literal[
    "paths", "at-paths", "braces", "link-urls", "wiki", "root-images", "asset-images"
]
# Why a post is not published; `skipped` is what nobody meant.
Status: TypeAlias = Literal["draft", "future", "expired", "deleted", "hidden", "skipped"]

MAX_TOLD = 50  # messages of one post
MAX_LINES = 3  # named beside the first


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that belongs to a post, as the post says: bytes, seconds; None: it does not say.

    `name` is what the formats of one recording share, where their files are called differently.
    """

    href: str
    line: int
    type: str | None = None
    length: int | None = None
    duration: float | None = None
    title: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """What the post says of itself as an episode of a podcast; numbers are 1 or more."""

    number: int | None = None
    season: int | None = None
    type: Literal["full", "trailer", "bonus"] | None = None
    explicit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySyntax:
    """How an engine reads the bodies of posts: Markdown, tags, and links from post to post."""

    dialect: MarkdownDialect = "commonmark"
    template_language: TemplateLanguage = "none"
    links: LinkSyntax = "paths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post that is to be published.

    `path` is relative to the folder of the posts. `body` is the text below the front matter as it
    was written, with LF line ends, and starts at line `body_line` (from 1) of the file. `title`
    is None where the author gave none. `file_date` is the date in the file's name. `page` is the
    absolute path of the post's page, percent-encoded. `updated` is never earlier than `published`;
    both are aware. `name` is what the engine calls a post without a title, None where it has no
    rule for that. `syntax` says how the engine reads the body. `id` is the front matter's key as it
    stands, with its line. `location` is the path below the folder from which the engine's links
    between posts start. `lines` say when it was published and updated. `values` is all of the front
    matter, with the engine's defaults; `templates` says what becomes of tags in the body. `content`
    is how much of it feeds are to have, None: as they say; `license` an address. Only of a feed:
    `link` is the page's address in full, `base` that from which the body's addresses start,
    `summary` what stood beside it.
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
    link: str | None = None
    base: str | None = None
    summary: str | None = None

    @property
    def dialect(self) -> Dialect:
        """In which dialect the body is read."""
        return self.syntax.dialect if self.markup == "markdown" else self.markup


@dataclass(frozen=True, slots=True)
class Skip:
    """A file that is not published, and why. `broken`: the author did not mean that.

    `post` is what it would be, as far as it can be read, with what is odd about it. `on_web`: its
    page is there all the same. `deleted` is when a post was taken back.
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
class Diagnostic:
    """Something a reader will see differently from what the author meant. Lines count from 1."""

    path: PurePosixPath
    line: int
    message: str


def in_short(told: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """What there is to say of one post, as (line, message), in the order of lines.

    What is said again stands at its first line, and names others; of very much the first is told.
    """
    lines: dict[str, list[int]] = {}
    for line, message in sorted(set(told)):
        lines.setdefault(message, []).append(line)
    found = [(first, message + _also(more)) for message, (first, *more) in lines.items()]
    if len(found) > MAX_TOLD:
        rest = f"{len(found) - MAX_TOLD} more warnings from here on; mend those above first"
        found[MAX_TOLD:] = [(found[MAX_TOLD][0], rest)]
    return tuple(found)


def _also(lines: Sequence[int]) -> str:
    """`; also in lines 7, 9, 12 and 4 more`."""
    if not lines:
        return ""
    named = [*map(str, lines[:MAX_LINES])]
    if len(lines) > MAX_LINES:
        named.append(f"{len(lines) - MAX_LINES} more")
    *most, last = named
    both = f"{', '.join(most)} and {last}" if most else last
    return f"; also in line{'s' if most else ''} {both}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder of posts held. Files read = posts + skipped; all in the order of paths.

    `settings` are those of the site's engine, `files` those of its folder; `address_of` says where
    the site has a file that is no post.
    """

    posts: tuple[Post, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[Diagnostic, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)
    files: Files | None = None
    address_of: Callable[[PurePosixPath], str | None] | None = None

    @property
    def broken(self) -> bool:
        """Whether any file could not be read: then nothing may be concluded from absence."""
        return any(skip.broken for skip in self.skipped)
