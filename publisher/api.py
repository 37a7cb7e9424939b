"""Use publisher from Python: read posts, build feeds, make a plan. Sends nothing.

If the posts come from a feed (`posts.feed`), `read_posts` records in the state folder which items
the feed has had. Nothing else is written.

    >>> import datetime, pathlib, tempfile
    >>> from publisher import build_feeds, load_config, make_plan, read_posts
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "publisher.yaml").write_text('''
    ... site: {title: A blog, url: "https://blog.example"}
    ... posts: {path: posts}
    ... feeds: [{path: feed.atom, format: atom}, {path: feed.json, format: json}]
    ... xmpp:
    ...   jid: blog@example.org
    ...   password_env: PUBLISHER_PASSWORD
    ...   nodes: {service: pubsub.example.org, node: blog}
    ... ''')
    >>> (folder / "posts").mkdir()
    >>> _ = (folder / "posts" / "2026-01-31-hello.md").write_text("Hello, *world*.")

    >>> config = load_config(folder / "publisher.yaml")  # or a string: "blog/publisher.yaml"
    >>> blog = read_posts(config, now=datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC))
    >>> [(entry.atom_id, entry.title) for entry in blog.entries]
    [('tag:blog.example,2026-01-31:2026-01-31-hello', 'Hello')]

An entry holds what is known before its post is rendered. Its title is None if the author gave none;
`render` gives it a title and its content.

    >>> rendered = blog.render(blog.entries[0])
    >>> rendered.title, rendered.content.xhtml
    ('Hello', '<p>Hello, <em>world</em>.</p>')

    >>> for document in build_feeds(config, blog):
    ...     print(document.path.name, document.url, document.format)
    feed.atom https://blog.example/feed.atom atom
    feed.json https://blog.example/feed.json json
    >>> document.data[:51]
    b'{\\n  "version": "https://jsonfeed.org/version/1.1",\\n'

    >>> for result in make_plan(config, blog):
    ...     print(result.address, [(s.change.id, s.change.action) for s in result.steps])
    pubsub.example.org blog [('2026-01-31-hello', 'new')]

Every error is a PublisherError, whose message says how to fix it. Names that are not listed in
`__all__` may change in any version.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import config as configs
from publisher import sources
from publisher.app import project as projects
from publisher.app.doubts import ignored_files
from publisher.app.options import NodeOptions
from publisher.app.preview import preview
from publisher.app.project import Project
from publisher.config import Config
from publisher.entry import Entries, Entry
from publisher.errors import PublisherError
from publisher.rendering import Rendered, Renderings
from publisher.sync import Result

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = [
    "Blog",
    "Config",
    "Document",
    "Entry",
    "PublisherError",
    "Rendered",
    "Result",
    "build_feeds",
    "load_config",
    "make_plan",
    "read_posts",
]


class Document(Struct, frozen=True):
    """A file that `publisher build` would write, and its URL.

    `format` is atom, rss, json, html (the page) or css (the stylesheet, whose `url` is empty).
    """

    path: Path
    url: str
    format: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Blog(Entries):
    """The entries of a folder of posts, and the content of each when it is asked for."""

    _renderings: Renderings = field(kw_only=True, repr=False, compare=False)

    def render(self, entry: Entry) -> Rendered:
        """The entry with its content, its teaser, and its recordings measured.

        An entry is rendered once, however often it is asked for.
        """
        return self._renderings.of(entry)


def load_config(path: str | os.PathLike[str]) -> Config:
    """Load a publisher.yaml. Paths in it are relative to its folder.

    Raises publisher.errors.ConfigError, which lists every problem with its line.
    """
    return configs.load(Path(path))


def read_posts(config: Config, *, now: dt.datetime | None = None) -> Blog:
    """Read the posts: entries in the order of their files, skipped posts, and warnings.

    `now` decides which posts are scheduled; it must be aware, and defaults to the current time.
    Nothing is rendered yet. Raises ConfigError if the folder does not exist, Unavailable if a feed
    as the source cannot be fetched or the site is not built, UnsafePlanError if its pages must not
    be published or nobody knows which files the site leaves out, LedgerError if posts dispute an id
    and the ledger cannot be read, or if what is remembered of pages cannot, ValueError if `now` is
    naive, and TypeError if it is no datetime.
    """
    if now is not None and not isinstance(now, dt.datetime):
        raise TypeError("now is no datetime; pass e.g. datetime.datetime.now(datetime.UTC)")
    if now is not None and now.tzinfo is None:
        raise ValueError("now has no time zone; pass e.g. datetime.datetime.now(datetime.UTC)")
    ignored_files.require_known(config)
    reading = sources.read(config, now=now or dt.datetime.now(dt.UTC))
    reading, found, _ = projects.with_pages(reading, config, every_page=True, writes=False)
    return Blog(
        found.entries,
        found.skipped,
        found.warnings,
        found.deleted,
        _renderings=Renderings(reading, config.site),
    )


def build_feeds(config: Config, blog: Blog) -> Iterator[Document]:
    """Every document in the order of the configuration: feeds, archives, page, stylesheet."""
    for output in Project(config, blog, blog._renderings).outputs:
        data = output.build(config, blog.render).data
        yield Document(output.path, output.url, output.format, data)


def make_plan(config: Config, blog: Blog) -> list[Result]:
    """What `publish` would change at each node, by the ledger alone: no server is asked.

    The steps of a result are in the order in which they would be sent. Its `error` says that the
    node had no room for all posts when `publish` last asked it, or that `publish` would stop before
    it retracts or announces so many posts.
    """
    project = Project(config, blog, blog._renderings)
    return [*preview(project, NodeOptions(), offline=True).results]
