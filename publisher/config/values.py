"""The values of a configuration, typed and frozen. config.example.yaml says what they mean."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Format = Literal["atom", "rss", "json"]
Engine = Literal["jekyll", "hugo", "zola", "eleventy", "hexo", "pelican", "nikola", "plain"]
DEFAULT_ENGINE: Engine = "jekyll"
# The folder into which an engine builds the site: what is in it becomes the root of the web.
OUTPUT_FOLDERS: Mapping[str, str] = {
    "jekyll": "_site",
    "hugo": "public",
    "zola": "public",
    "eleventy": "_site",
    "hexo": "public",
    "pelican": "output",
    "nikola": "output",
}
Templates = Literal["drop", "keep", "off"]
Codec = Literal["vorbis", "opus", "flac", "mp3", "aac", "wav"]
AccessModel = Literal["open", "presence", "roster", "authorize", "whitelist"]
Prune = Literal["own", "site", "all"]
Shown = Literal["full", "summary", "auto"]

EXAMPLE_URL = "https://blog.example"
VALUE_PLACEHOLDERS = ("tag", "category", "language", "author")
PERIOD_PLACEHOLDERS = ("year", "month")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# What of a post may stand under a key of another name.
POST_KEYS = ("title", "date", "updated", "tags", "categories", "authors", "language", "slug",
             "permalink", "id", "draft")  # fmt: skip
STATE_NAME = ".publisher"  # the folder of the state, if the configuration names none
LEDGER_NAME = "ledger.sqlite"
MOST_AROUND = 3  # folders around the posts in which the site's settings are looked for
NODE_KEYS = frozenset({"access_model", "title", "description"})


class Person(Struct, frozen=True, kw_only=True):
    """A person construct of RFC 4287 section 3.2."""

    name: Text
    email: Text | None = None
    uri: Text | None = None


class Site(Struct, frozen=True, kw_only=True):
    """What the posts belong to: one website, under one URL."""

    title: Text
    url: Text
    description: Text | None = None
    author: Person | None = None
    language: Text | None = None
    timezone: Text = "UTC"
    since: dt.date | None = None
    id_template: Text = "tag:{host},{date}:{id}"
    id: Text | None = None
    icon: Text | None = None
    logo: Text | None = None
    license: Text | None = None
    rights: Text | None = None
    hubs: tuple[Text, ...] = ()

    @property
    def root(self) -> str:
        """The URL with a slash at its end, so that paths resolve below it."""
        return uri(self.url.rstrip("/") + "/")

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    def address(self, written: str) -> str:
        """The absolute URL of a file of the site; a path is one below the site's address."""
        if urlsplit(written).scheme:
            return uri(written)
        base = urlsplit(self.root).path
        return uri(urljoin(self.root, written.removeprefix(base).lstrip("/")))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Posts(Struct, frozen=True, kw_only=True):
    """Where the posts are, and by which rules they are read.

    `feed` is the file or the address of a feed that stands for the folder; `complete`: it holds all
    posts, so what is not in it is gone.

    `site` is the folder of the site's own settings; None: where they are found. `permalink` None:
    what they say. `exclude` are globs below `path`, as in a selection. `languages` are those that
    the name of a file or a folder may end with; empty: what the settings say. `templates` says
    what becomes of a tag that only the site can evaluate. `keys` names the front matter's own key
    for what stands in POST_KEYS. `follow_links`: read also what lies behind symbolic links that
    lead out of the site and the posts.
    """

    path: Path
    feed: Text | None = None
    complete: bool = False
    engine: Engine = DEFAULT_ENGINE
    site: Path | None = None
    permalink: Text | None = None
    exclude: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()
    updated: Literal["keys", "git"] = "keys"
    templates: Templates = "drop"
    keys: dict[str, Text] = {}
    follow_links: bool = False

    @property
    def place(self) -> str:
        """What holds the posts, as people call it."""
        return self.feed or str(self.path)

    def where(self, path: PurePosixPath, line: int | None = None) -> str:
        """Where a post is, as people find it. The items of a feed have no lines."""
        if self.feed:
            return f"{self.feed}: {path.with_suffix('')}" if path.name else self.feed
        return f"{self.path / path}:{line}" if line else str(self.path / path)


class Selection(Struct, frozen=True, kw_only=True):
    """Some of the posts: those that have, for every key given, at least one of its values.

    In YAML one value alone stands for a list of one. Tags and categories are the same whatever
    their case and their Unicode form. A language selects the narrower ones, too: `en` also `en-GB`
    (RFC 4647 section 3.3.1). `paths` are globs below the folder of the posts, for the whole path:
    `*` and `?` stay within a folder, `**` crosses folders, nothing else is special.
    """

    tags: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()
    authors: tuple[Text, ...] = ()
    paths: tuple[Text, ...] = ()


class Pattern(NamedTuple):
    """A text with one placeholder, `{name}`, for a value: it stands for one text per value."""

    head: str
    name: str
    tail: str

    def value_in(self, text: str) -> str | None:
        """What stands in the place of the placeholder. None: the text does not fit."""
        fits = text.startswith(self.head) and text.endswith(self.tail)
        value = text[len(self.head) : len(text) - len(self.tail)]
        return value if fits and value else None

    @classmethod
    def of(cls, text: str) -> Pattern | None:
        """None: there is no placeholder. Other braces may be those of a folder."""
        found = next((m for m in PLACEHOLDER.finditer(text) if m[1] in VALUE_PLACEHOLDERS), None)
        return cls(text[: found.start()], found[1], text[found.end() :]) if found else None


class Podcast(Struct, frozen=True, kw_only=True):
    """What podcast apps want to know of a feed (Apple's RSS tags).

    A category is `Music`, or with its subcategory `Music > Music History`. `email` is the owner's,
    which directories write to, and everybody can read.
    """

    categories: tuple[Text, ...] = ()
    image: Text | None = None
    explicit: bool = False
    type: Literal["episodic", "serial"] = "episodic"
    author: Text | None = None
    email: Text | None = None


class FeedFile(Struct, frozen=True, kw_only=True):
    """One feed document: the file, its format, and the address at which readers find it.

    A `path` with a placeholder is a pattern: it stands for one feed per value; `archive` and `url`
    have the same placeholder then. `content` says how much of a post is in it, unless the post
    says so itself; `content_type` how Atom carries it (RFC 4287 section 4.1.3.1). `max_bytes`
    bounds the document. `archive` is the path of the documents with the older posts, one for each
    period of its placeholders (RFC 5005 section 4). `enclosures` are the codecs of the recordings
    in it, the foremost first; empty: all.
    """

    path: Path
    format: Format
    title: Text | None = None
    description: Text | None = None
    content: Shown = "full"
    content_type: Literal["xhtml", "html"] = "xhtml"
    limit: Count | Literal["all"] = 20
    max_bytes: Count | None = None
    only: Selection | None = None
    enclosures: tuple[Codec, ...] = ()
    archive: Path | None = None
    podcast: Podcast | None = None
    url: Text

    @property
    def pattern(self) -> Pattern | None:
        """None: it is one feed."""
        return Pattern.of(str(self.path))


class PageFile(Struct, frozen=True, kw_only=True):
    """The page for people: how to subscribe, and the newest posts, at most `limit`."""

    path: Path
    limit: Count = 10
    url: Text


class NodeConfig(Struct, frozen=True, kw_only=True):
    """One pubsub node that is to equal the posts (XEP-0060), or some of them.

    A `node` with a placeholder is a pattern: it stands for one node per value. `since` is a day in
    the site's zone. Where the owner leaves the choice, ask `access` and `pruning`.
    """

    service: Text
    node: Text
    title: Text | None = None
    description: Text | None = None
    only: Selection | None = None
    since: dt.date | None = None
    keep: Count | None = None
    announce_limit: Annotated[int, Meta(ge=0)] = 10
    edits: Literal["push", "ignore"] = "push"
    prune: Prune | None = None
    exclusive: bool = False
    access_model: AccessModel | None = None
    options: dict[str, str] = {}

    @property
    def pattern(self) -> Pattern | None:
        """None: it is a name."""
        return Pattern.of(self.node)

    def value_in(self, node: str) -> str | None:
        """What stands in the place of the placeholder in a node's name. None: it does not fit."""
        return self.pattern.value_in(node) if self.pattern else None

    @property
    def access(self) -> AccessModel:
        return self.access_model or "open"

    @property
    def pruning(self) -> Prune:
        """Where nobody else writes, everything that is not wanted goes."""
        return self.prune or ("all" if self.exclusive else "own")

    @property
    def named(self) -> frozenset[str]:
        """The fields of the node's configuration that the owner wrote down, without `pubsub#`."""
        given = {name for name in NODE_KEYS if getattr(self, name) is not None}
        return frozenset(given | {field_name(name) for name in self.options})


class Xmpp(Struct, frozen=True, kw_only=True):
    """The account that publishes, and the way to its server."""

    jid: Text
    password_env: Text | None = None
    password_file: Path | None = None
    password_command: Text | None = None
    host: Text | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    tls: Literal["direct", "starttls"] = "starttls"
    ca_file: Path | None = None
    nodes: tuple[NodeConfig, ...]


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration, complete and consistent."""

    site: Site
    posts: Posts
    feeds: tuple[FeedFile, ...] = ()
    page: PageFile | None = None
    stylesheet: Path | None = None
    xmpp: tuple[Xmpp, ...] = ()
    state: Path
    path: Path

    @property
    def shared_folders(self) -> tuple[Path, ...]:
        """The folders in which people who write posts may be able to put files.

        No output is written through a symbolic link that lies in them. `posts.site` says which
        folder it is. Without it nobody knows how far up that folder reaches: up to this file's, or
        three folders up where the posts lie elsewhere.
        """
        posts = self.posts
        if posts.site:
            return (posts.site, posts.path)
        top = Path(os.path.realpath(self.path.parent))
        # Both where the folder is and where it leads, if it is a link.
        here = Path(os.path.realpath(posts.path.parent)) / posts.path.name
        places = (Path(os.path.realpath(posts.path)), here)
        return tuple(dict.fromkeys(_outermost(place, top) for place in places))


def _outermost(posts: Path, top: Path) -> Path:
    """The outermost folder around the posts that may be theirs: `top`, but never the root."""
    around = (posts, *posts.parents)
    if top in around:
        return top
    below_root = [one for one in around[: MOST_AROUND + 1] if one != one.parent]
    return below_root[-1] if below_root else posts


def field_name(option: str) -> str:
    """The name of a field of XEP-0060 section 16.4.4, without its prefix."""
    return option.removeprefix("pubsub#")
