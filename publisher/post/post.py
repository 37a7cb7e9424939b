"""A post: what the author wrote, as typed values. No rendering, no identity."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from publisher.post.syntax import PLAIN_SYNTAX

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from publisher.config import Person, Shown, Templates
    from publisher.post.syntax import BodySyntax, Dialect, Markup
    from publisher.text.yaml_document import Value

# The keys of the front matter with a summary; the first one counts.
SUMMARY_KEYS = ("summary", "description", "excerpt")


class Medium(Struct, frozen=True):
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


class Episode(Struct, frozen=True, kw_only=True):
    """The metadata of a post as an episode of a podcast; numbers are 1 or more."""

    number: int | None = None
    season: int | None = None
    type: Literal["full", "trailer", "bonus"] | None = None
    explicit: bool | None = None


NO_EPISODE = Episode()


class EarlierReadings(Struct, frozen=True):
    """What earlier versions of publisher made of the same text of a post: sources and bodies."""

    sources: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()


def nothing_earlier(_: PurePosixPath) -> EarlierReadings:
    """Return no readings, for posts that every version reads in one way."""
    return EarlierReadings()


class KnownFacts(Struct, array_like=True, frozen=True, gc=False):
    """What an earlier run made of the same post, for the same site and settings.

    `title` is the plain one of its entry, `link` the URL that the rules of the engine give, and
    `words` the number of words in the body. `is_named` tells whether that URL names the post.
    """

    item_id: str
    atom_id: str
    title: str | None
    link: str
    fingerprint: str
    body_hash: str
    words: int
    is_named: bool


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
    feeds show (None: as the feed is configured). `license` is a URL. Nodes get the post
    from `syndicate` on (aware). `body_from_source` means that
    the body never comes from the built page. `files` are the files that links of the post name in
    a way that may move them, relative to the site's content, each with the path to which the page
    moves it; empty: it stays.

    Only a post from a feed has `link`, the URL of its page; `base`, the URL against which URLs in
    the body resolve; and `summary`, the summary beside the body. `earlier_ids` has
    the same post with the ids that earlier versions may have given it.

    `source` is a hash of the text from which readers see something, as its author wrote it. It does
    not depend on how publisher reads that text. It is empty if it is unknown.

    Of a post whose file is as it was at the last run, `known` is what that run made of it, and
    `later` finds the fields that runs need of few posts, when they are first asked for: it may
    raise Unavailable if the file was changed meanwhile. `file` has the path of such a post as a
    text: a path is an object of four times its size. `loaded` names the fields that were asked for.
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
    syntax: BodySyntax = PLAIN_SYNTAX
    location: PurePosixPath | None = None
    lines: tuple[int, int] = (1, 1)
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    templates: Templates = "drop"
    enclosures: tuple[Medium, ...] = ()
    image: Medium | None = None
    content: Shown | None = None
    license: str | None = None
    syndicate: dt.datetime | None = None
    episode: Episode = NO_EPISODE
    address: str | None = None
    body_from_source: bool = False
    files: tuple[tuple[str, str], ...] = ()
    link: str | None = None
    base: str | None = None
    summary: str | None = None
    source: str = ""
    earlier_ids: tuple[Post, ...] = ()
    known: KnownFacts | None = field(default=None, init=False, repr=False, compare=False)
    later: Callable[[Post, str], Mapping[str, object]] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    file: str = field(default="", init=False, repr=False, compare=False)
    loaded: tuple[str, ...] = field(default=(), init=False, repr=False, compare=False)

    if not TYPE_CHECKING:  # else every attribute would seem to exist

        def __getattr__(self, name: str) -> object:
            if name not in _LATER or self.later is None:
                raise AttributeError(name=name, obj=self)
            is_path = name == "path"
            parts = {name: PurePosixPath(self.file)} if is_path else self.later(self, name)
            for part, value in parts.items():
                object.__setattr__(self, part, value)
            object.__setattr__(self, "loaded", (*self.loaded, *parts))
            return object.__getattribute__(self, name)

    def at(self, address: str | None) -> Post:
        """The same post with another address. What can be read later stays so."""
        post = object.__new__(Post)
        for get, set_ in _SLOTS_AT_ONCE if self.later else _SLOTS.values():
            set_(post, get(self))
        for name in self.loaded:
            object.__setattr__(post, name, getattr(self, name))
        _set_address(post, address)
        return post

    @property
    def dialect(self) -> Dialect:
        """The dialect of the body."""
        return self.syntax.dialect if self.markup == "markdown" else self.markup


# What a post of an unchanged file has at once; it has the rest when somebody asks for it.
AT_ONCE = (
    *("published", "updated", "page", "categories", "tags", "authors", "language", "id"),
    *("syndicate", "address", "known", "later", "file", "loaded"),
)
_LATER = frozenset(one.name for one in fields(Post)) - {*AT_ONCE}
# Reading and setting through these is several times faster than by name, and reads nothing later.
_SLOTS = {
    one.name: (getattr(Post, one.name).__get__, getattr(Post, one.name).__set__)
    for one in fields(Post)
}
_SLOTS_AT_ONCE = [_SLOTS[name] for name in AT_ONCE]
_set_address = vars(Post)["address"].__set__
