"""publisher from Python: read posts, build feeds, make a plan. Sends nothing.

Writes nothing, but that what a feed as a source once had is remembered in the state folder.

    >>> import datetime, pathlib, tempfile
    >>> from publisher import build_feeds, load_config, make_plan, read_posts
    >>> blog = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (blog / "publisher.yaml").write_text('''
    ... site: {title: A blog, url: "https://blog.example"}
    ... posts: {path: posts}
    ... feeds: [{path: feed.atom, format: atom}, {path: feed.json, format: json}]
    ... xmpp:
    ...   jid: blog@example.org
    ...   password_env: PUBLISHER_PASSWORD
    ...   nodes: {service: pubsub.example.org, node: blog}
    ... ''')
    >>> (blog / "posts").mkdir()
    >>> _ = (blog / "posts" / "2026-01-31-hello.md").write_text("Hello, *world*.")

    >>> config = load_config(blog / "publisher.yaml")  # or a text: "blog/publisher.yaml"
    >>> entries = read_posts(config, now=datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC))
    >>> [(entry.atom_id, entry.title) for entry in entries.entries]
    [('tag:blog.example,2026-01-31:2026-01-31-hello', 'Hello')]
    >>> entries.entries[0].content.xhtml
    '<p>Hello, <em>world</em>.</p>'

    >>> for document in build_feeds(config, entries):
    ...     print(document.path.name, document.url, document.format)
    feed.atom https://blog.example/feed.atom atom
    feed.json https://blog.example/feed.json json
    >>> document.data[:51]
    b'{\\n  "version": "https://jsonfeed.org/version/1.1",\\n'

    >>> for result in make_plan(config, entries):
    ...     print(result.address, [(s.change.id, s.change.action) for s in result.steps])
    pubsub.example.org blog [('2026-01-31-hello', 'new')]

What goes wrong is a PublisherError: a sentence with the way out. Names that are not listed in
`__all__` may change with any version.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher import entry, sources
from publisher.app import project as projects
from publisher.app.options import NodeOptions
from publisher.app.preview import preview
from publisher.app.project import Project
from publisher.config import Config
from publisher.entry import Entries, Entry
from publisher.errors import PublisherError
from publisher.sync import Result

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = [
    "Config",
    "Document",
    "Entries",
    "Entry",
    "PublisherError",
    "Result",
    "build_feeds",
    "load_config",
    "make_plan",
    "read_posts",
]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that `publisher build` would write, and the address at which it will be found.

    `format` is atom, rss, json, html (the page) or css (the stylesheet, which has no address).
    """

    path: Path
    url: str
    format: str
    data: bytes


def load_config(path: str | os.PathLike[str]) -> Config:
    """The configuration; paths in it are relative to its folder.

    Raises publisher.errors.ConfigError, which lists every problem with its line.
    """
    return configs.load(Path(path))


def read_posts(config: Config, *, now: dt.datetime | None = None) -> Entries:
    """The entries in the order of their files, what was skipped and why, and all warnings.

    `now` (aware; default: the clock's) decides what is scheduled. Content is rendered when it is
    asked for. Raises ConfigError if there is no folder, Unavailable if a feed cannot be had,
    LedgerError if posts dispute an id and the ledger cannot be read, and ValueError if `now` is
    naive.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("now has no zone; give e.g. datetime.datetime.now(datetime.UTC)")
    reading = sources.read(config, now=now or dt.datetime.now(dt.UTC))
    return entry.entries(reading, config.site, published=partial(projects.published, config))


def build_feeds(config: Config, entries: Entries) -> Iterator[Document]:
    """Every document of the configuration, in its order: feeds, archives, page, stylesheet."""
    for output in Project(config, entries).outputs:
        yield Document(output.path, output.url, output.format, output.make(config).data)


def make_plan(config: Config, entries: Entries) -> list[Result]:
    """What `publish` would change at each node, by the ledger alone: no server is asked.

    The steps of a result are in the order in which they would be sent. Its `error` says that the
    node had no room for all posts when it was looked at last.
    """
    return [*preview(Project(config, entries), NodeOptions(), offline=True).results]
