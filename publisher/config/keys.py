"""The keys of publisher.yaml, typed and frozen. config.example.yaml describes every key."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from publisher.config.node_fields import NODE_KEYS, AccessModel, field_name
from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Format = Literal["atom", "rss", "json"]
Engine = Literal["jekyll", "hugo", "zola", "eleventy", "hexo", "pelican", "nikola", "plain", "any"]
DEFAULT_ENGINE: Engine = "jekyll"
# The folder into which each engine builds the site: its content is the root of the site's URL.
OUTPUT_FOLDERS: Mapping[str, str | None] = {
    "jekyll": "_site",
    "hugo": "public",
    "zola": "public",
    "eleventy": "_site",
    "hexo": "public",
    "pelican": "output",
    "nikola": "output",
    "plain": None,  # nothing is built
    "any": None,  # every generator has another one
}
# The folder whose files are deployed with the site. Jekyll deletes files that it did not build, but
# copies those beside its settings.
FEED_FOLDERS: Mapping[str, str | None] = {**OUTPUT_FOLDERS, "jekyll": None}
Templates = Literal["drop", "keep", "off"]
Codec = Literal["vorbis", "opus", "flac", "mp3", "aac", "wav"]
Prune = Literal["own", "site", "all"]
Shown = Literal["full", "summary", "auto"]

EXAMPLE_URL = "https://blog.example"
VALUE_PLACEHOLDERS = ("tag", "category", "language", "author")
PERIOD_PLACEHOLDERS = ("year", "month")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# The keys of front matter that `posts.keys` may rename.
POST_KEYS = ("title", "date", "updated", "tags", "categories", "authors", "language", "slug",
             "permalink", "id", "draft")  # fmt: skip
# Of eight public blogs the one with the most tags has 21, and a post has at most 5.
PATTERN_LIMIT = 1_000
STATE_NAME = ".publisher"  # the default of `state`
LEDGER_NAME = "ledger.sqlite"
SETTLE_BUILD, SETTLE_POSTS = 2.0, 10.0  # seconds
MAX_LEVELS_UP = 3  # folders above the posts in which we look for the settings of the site


class Person(Struct, frozen=True, kw_only=True):
    """A person construct of RFC 4287 section 3.2."""

    name: Text
    email: Text | None = None
    uri: Text | None = None


class Site(Struct, frozen=True, kw_only=True):
    """The website to which the posts belong.

    `output` is the folder into which its generator builds it.
    """

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
    output: Path | None = None

    @property
    def root(self) -> str:
        """The URL with a slash at its end, so that relative URLs resolve below it."""
        return uri(self.url.rstrip("/") + "/")

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    def absolute_url(self, written: str) -> str:
        """The absolute URL of a file: `written` is a URL, or a path below the site's URL."""
        if urlsplit(written).scheme:
            return uri(written)
        base = urlsplit(self.root).path
        return uri(urljoin(self.root, written.removeprefix(base).lstrip("/")))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Posts(Struct, frozen=True, kw_only=True):
    """Where the posts are, and by which rules they are read.

    `feed` is the file or the URL of a feed to read in place of the folder. If it is `complete`, a
    post that is not in it was removed. `pages` are globs below `site.output`: each page is a post,
    and `path` is that folder. `ids` has the ids of some of them by the paths of the pages.

    `body` are CSS selectors of which the first that matches exactly one element of a built page
    names its body; `drop` match what is removed from the body.

    `site` is the folder with the settings of the site generator (None: search for them).
    `permalink` overrides the template of these settings. `exclude` are globs below `path`, as in a
    Selection; an empty list says that every post may be published, which None does not. `languages`
    are the suffixes of files and folders that name a language (empty: those of the settings).
    `templates` decides what happens to tags that only the site can evaluate.
    `keys` maps a key of POST_KEYS to the key that the front matter uses. `follow_links` allows
    symbolic links that lead out of the site and the posts.
    """

    path: Path
    feed: Text | None = None
    complete: bool = False
    engine: Engine = DEFAULT_ENGINE
    site: Path | None = None
    permalink: Text | None = None
    exclude: tuple[Text, ...] | None = None
    languages: tuple[Text, ...] = ()
    updated: Literal["keys", "git"] = "keys"
    templates: Templates = "drop"
    keys: dict[str, Text] = {}
    follow_links: bool = False
    body: tuple[Text, ...] = ()
    drop: tuple[Text, ...] = ()
    from_: Literal["pages", "source"] | None = field(default=None, name="from")
    pages: tuple[Text, ...] = ()
    ids: dict[str, Text] = {}

    @property
    def from_pages(self) -> bool:
        """Whether the bodies of posts come from the pages that the generator built."""
        return self.from_ == "pages" if self.from_ else bool(self.body)

    @property
    def given_ids(self) -> dict[PurePosixPath, str]:
        """The ids of posts by the paths of their pages."""
        return {PurePosixPath(page): id_ for page, id_ in self.ids.items()}

    @property
    def place(self) -> str:
        """The folder or the feed that holds the posts, for messages."""
        return self.feed or str(self.path)

    def where(self, path: PurePosixPath, line: int | None = None) -> str:
        """The location of a post, for messages. Items of a feed have no lines."""
        if self.feed:
            return f"{self.feed}: {path.with_suffix('')}" if path.name else self.feed
        return f"{self.path / path}:{line}" if line else str(self.path / path)


class Selection(Struct, frozen=True, kw_only=True):
    """Selects the posts that have, for each key that is set, at least one of its values.

    Tags and categories are compared without case, in one Unicode form. A language includes its
    narrower ones: `en` selects `en-GB`, too (RFC 4647 section 3.3.1). `paths` are globs that match
    the whole path below the folder of the posts: `*` and `?` stay within a folder, `**` crosses
    folders, no other character is special.
    """

    tags: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()
    authors: tuple[Text, ...] = ()
    paths: tuple[Text, ...] = ()


class Pattern(NamedTuple):
    """A text with one placeholder, e.g. `tag/{tag}`: a feed or a node for each value."""

    head: str
    name: str
    tail: str

    def value_in(self, text: str) -> str | None:
        """The value with which the pattern yields the text; None if there is no such value."""
        is_match = text.startswith(self.head) and text.endswith(self.tail)
        value = text[len(self.head) : len(text) - len(self.tail)]
        return value if is_match and value else None

    @classmethod
    def of(cls, text: str) -> Pattern | None:
        """The pattern in a text; None if it has no placeholder.

        Other braces stay as they are, because they may be part of a folder's name.
        """
        matches = (match for match in PLACEHOLDER.finditer(text) if match[1] in VALUE_PLACEHOLDERS)
        match = next(matches, None)
        return cls(text[: match.start()], match[1], text[match.end() :]) if match else None


class Podcast(Struct, frozen=True, kw_only=True):
    """The metadata of a podcast feed (Apple's RSS tags).

    A category is `Music`, or with its subcategory `Music > Music History`. `email` is the address
    to which podcast directories write; everybody can read it.
    """

    categories: tuple[Text, ...] = ()
    image: Text | None = None
    explicit: bool = False
    type: Literal["episodic", "serial"] = "episodic"
    author: Text | None = None
    email: Text | None = None


class FeedFile(Struct, frozen=True, kw_only=True):
    """One feed document: its file, its format, and the URL at which readers find it.

    If `path` has a placeholder, it is a pattern for several feeds, one per value; `archive` and
    `url` then have the same placeholder. `content` is how much of each post the feed shows, unless
    the post overrides it; `content_type` is how Atom carries it (RFC 4287 section 4.1.3.1).
    `max_bytes` limits the size of the document. `archive` is the path of the archives with older
    posts, one for each period of its placeholders (RFC 5005 section 4). `enclosures` are the codecs
    of the recordings in the feed, the preferred one first (empty: all).
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
        """The pattern of the path; None for a single feed."""
        return Pattern.of(str(self.path))


class PageFile(Struct, frozen=True, kw_only=True):
    """The web page that explains how to subscribe and shows the newest posts, at most `limit`."""

    path: Path
    limit: Count = 10
    url: Text


class NodeConfig(Struct, frozen=True, kw_only=True):
    """A pubsub node (XEP-0060) that publisher keeps equal to the posts, or to some of them.

    If `node` has a placeholder, it is a pattern for several nodes, one per value. `since` is a day
    in the zone of the site. `content` is how much of each post the items carry, unless the post
    overrides it, and `alternatives` whether they carry it as plain text beside the XHTML. `access`
    and `pruning` return the default where the owner set nothing.
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
    content: Literal["full", "summary"] = "full"
    alternatives: Literal["both", "xhtml"] = "both"
    prune: Prune | None = None
    exclusive: bool = False
    access_model: AccessModel | None = None
    options: dict[str, str] = {}

    @property
    def pattern(self) -> Pattern | None:
        """The pattern of the node names; None for a single node."""
        return Pattern.of(self.node)

    def value_in(self, node: str) -> str | None:
        """The value with which the pattern yields the node name; None if there is none."""
        return self.pattern.value_in(node) if self.pattern else None

    @property
    def access(self) -> AccessModel:
        return self.access_model or "open"

    @property
    def pruning(self) -> Prune:
        """Which items to retract. On an exclusive node, all that do not belong to a post."""
        return self.prune or ("all" if self.exclusive else "own")

    @property
    def named(self) -> frozenset[str]:
        """The fields of the node configuration form that the owner set, without `pubsub#`."""
        keys = {name for name in NODE_KEYS if getattr(self, name) is not None}
        return frozenset(keys | {field_name(name) for name in self.options})


class Xmpp(Struct, frozen=True, kw_only=True):
    """The account that publishes, how to connect to its server, and its nodes.

    `presence` is when a session is available to contacts: `pep` while it publishes to the account's
    own nodes.
    """

    jid: Text
    password_env: Text | None = None
    password_file: Path | None = None
    password_command: Text | None = None
    host: Text | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    tls: Literal["direct", "starttls"] = "starttls"
    ca_file: Path | None = None
    presence: Literal["pep", "never"] = "pep"
    nodes: tuple[NodeConfig, ...]


class Publishing(Struct, frozen=True, kw_only=True):
    """How a run publishes.

    `wait_for_url` is for how many seconds it waits until the page of a post is on the web; None
    does not wait. A post without one is not sent.
    """

    wait_for_url: Seconds | None = None


class Watch(Struct, frozen=True, kw_only=True):
    """How `publisher watch` works. `settle` is for how many seconds nothing must be written.

    It publishes nothing while git has another branch than `branch` checked out; None: any will do.
    """

    settle: Seconds | None = None
    branch: Text | None = None


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration, complete and consistent.

    `pattern_limit` is how many feeds or nodes each pattern may make.
    """

    site: Site
    posts: Posts
    feeds: tuple[FeedFile, ...] = ()
    page: PageFile | None = None
    stylesheet: Path | None = None
    pattern_limit: Count = PATTERN_LIMIT
    xmpp: tuple[Xmpp, ...] = ()
    publish: Publishing = Publishing()
    watch: Watch = Watch()
    state: Path
    path: Path

    @property
    def settle(self) -> float:
        """For how many seconds nothing must be written before the watcher publishes.

        An author who saves often should not send every draft. A build is no draft.
        """
        default = SETTLE_BUILD if self.site.output else SETTLE_POSTS
        return default if self.watch.settle is None else self.watch.settle

    @property
    def output_name(self) -> str:
        """The folder of the built site for messages: as seen from that of the configuration."""
        folder = self.site.output
        return os.path.relpath(folder, self.path.parent) if folder else ""

    def short(self, path: Path) -> str:
        """A path for messages: as seen from the folder of publisher.yaml if it is below that."""
        folder = self.path.parent
        is_below = folder in path.parents
        return str(path.relative_to(folder)) if is_below else str(path)

    @property
    def shared_folders(self) -> tuple[Path, ...]:
        """The folders in which authors of posts may be able to put files.

        No output is written through a symbolic link in them. With `posts.site` they are known.
        Without it we assume the folder of this configuration if the posts are below it, else
        MAX_LEVELS_UP folders above the posts.
        """
        posts = self.posts
        if posts.site:
            return (posts.site, posts.path)
        top = Path(os.path.realpath(self.path.parent))
        # If the folder of the posts is a link, both the link and its target count.
        link = Path(os.path.realpath(posts.path.parent)) / posts.path.name
        targets = (Path(os.path.realpath(posts.path)), link)
        return tuple(dict.fromkeys(_outermost(folder, top) for folder in targets))


def _outermost(posts: Path, top: Path) -> Path:
    """The outermost folder that the authors may share: `top` or above the posts, never the root."""
    ancestors = (posts, *posts.parents)
    if top in ancestors:
        return top
    candidates = [folder for folder in ancestors[: MAX_LEVELS_UP + 1] if folder != folder.parent]
    return candidates[-1] if candidates else posts
