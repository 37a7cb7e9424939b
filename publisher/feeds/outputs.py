"""Everything that is to be on disk: feeds with their archives, the page, the stylesheet.

Looks at the files that are there already, and writes none.

What a pattern made once, and does not make any more, is *stale*: a feed of a tag that no post has.
"""

from __future__ import annotations

import glob
import html
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from publisher import feeds, media, selection
from publisher.config import Pattern
from publisher.feeds import page
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.config import Config, FeedFile, Format, NodeConfig, Shown
    from publisher.entry import Entries, Entry
    from publisher.feeds import FeedDocument
    from publisher.rendering import Rendered, Renderings
    from publisher.selection import Group

    _Node = tuple[NodeConfig, Group]

_PLACEHOLDER = re.compile(r"\{(?:tag|category|language|author|year|month)\}")
_MARKS = (
    f"<generator>{feeds.GENERATOR}</generator>",
    f'"_{feeds.GENERATOR}": {{',
    page.MARK,
    page.STYLE_MARK,
)
_ID = re.compile(rf'<(?:atom:)?id>([^<]*)<|"_{feeds.GENERATOR}": {{\s*"id": "([^"]*)"')
_ENTRY = re.compile(rb'<entry\b|<item>|"items": \[\s*\{')
_BODY = re.compile(r"<(?:body|entry|item)\b|\"items\": ")
HEAD_BYTES = 16_384  # of a feed, in which it says what it is


@dataclass(frozen=True, slots=True)
class OutputContent:
    """The bytes of an output, how many entries are in it, and what is odd about it."""

    data: bytes
    entries: int = 0
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One file: where it is, where it will be found, and what it is made of.

    `document` is that of a feed; of any other file `write` makes the bytes, when they are wanted.
    """

    path: Path
    format: Format | Literal["html", "css"]
    url: str = ""
    document: FeedDocument | None = field(default=None, repr=False)
    write: Callable[[], bytes] = field(default=bytes, repr=False)
    entries: int = 0

    @property
    def kind(self) -> Literal["feed", "archive", "page", "style"]:
        """What the file holds; an archive (RFC 5005) is an older document of a feed."""
        if self.document is None:
            return "page" if self.format == "html" else "style"
        return "feed" if self.is_topic else "archive"

    @property
    def is_topic(self) -> bool:
        """Whether one may subscribe to it: a feed, and no archive (WebSub section 4)."""
        return self.document is not None and self.document.current is None

    def build(self, config: Config, render: Callable[[Entry], Rendered]) -> OutputContent:
        if self.document is None:
            return OutputContent(self.write(), self.entries)
        document, data = feeds.build(self.document, config.site, render)
        limit, warning = document.feed.max_bytes, ""
        if limit is not None and len(data) > limit:
            kept = "the newest post alone is" if document.least == 1 else "its year or month is"
            warning = f"has {len(data):,} bytes, more than max_bytes: {kept} bigger"
        return OutputContent(data, len(document.entries), warning)


def outputs(
    config: Config, entries: Entries, nodes: Sequence[_Node], renderings: Renderings
) -> Iterator[Output]:
    """In the order of the configuration: each feed before its archives; then page and stylesheet.

    `nodes` are those of `selection.node_groups`.

    Of two that have one path both are among them.
    """
    documents = [*_documents(config, entries, nodes, renderings)]
    for document in documents:
        file = document.feed
        yield Output(file.path, file.format, file.url, document)
    if config.page:
        newest = feeds.newest(entries.entries, config.page.limit)

        def write_page() -> bytes:
            return _page(config, [*map(renderings.of, newest)], documents, nodes)

        yield Output(
            config.page.path, "html", config.page.url, write=write_page, entries=len(newest)
        )
    if config.stylesheet:
        yield Output(config.stylesheet, "css", write=lambda: page.STYLESHEET)


def _page(
    config: Config,
    newest: Sequence[Rendered],
    documents: Sequence[FeedDocument],
    nodes: Sequence[_Node],
) -> bytes:
    full = _in_full(newest, documents, nodes)
    return page.page(
        config.site,
        [page.PageEntry(one, one.item_id in full or not (documents or nodes)) for one in newest],
        feeds=[_on_page(one, config) for one in _foremost(documents, config)],
        nodes=[*_nodes_on_page(config, nodes)],
        url=config.page.url if config.page else "",
    )


def _documents(
    config: Config, entries: Entries, nodes: Sequence[_Node], renderings: Renderings
) -> Iterator[FeedDocument]:
    site = config.site
    gone = {one.entry.item_id: one for one in entries.deleted}
    for configured in config.feeds:
        taken = [one.entry for one in gone.values()]
        for feed, chosen in selection.feeds(configured, entries.entries, site, deleted=taken):
            uris = [
                NodeAddress(node.service, group.node).uri
                for node, group in selection.nodes_for_feed(feed, nodes)
                if node.access == "open"  # a link that only few may follow is not for the public
                and not feed.podcast  # which has some of the entries
            ]
            deleted = selection.select(taken, feed.only, site=site)
            yield from feeds.documents(
                feed,
                site,
                [one for one in chosen if _belongs(one, feed, renderings)],
                deleted=[gone[one.item_id] for one in deleted],
                nodes=uris,
                stylesheet=config.stylesheet,
            )


def _belongs(entry: Entry, feed: FeedFile, renderings: Renderings) -> bool:
    """Podcast apps show recordings, and nothing else."""
    if feed.podcast is None:
        return True
    chosen = media.chosen(renderings.enclosures(entry), feed.enclosures)
    return any(one.is_recording for one in chosen)


def _in_full(
    entries: Sequence[Rendered], documents: Sequence[FeedDocument], nodes: Sequence[_Node]
) -> set[str]:
    """The ids of those entries that a feed or a node has in full."""
    wanted = {one.item_id: one for one in entries}
    held: list[tuple[Entry, Shown]] = [(one, "full") for _, group in nodes for one in group.entries]
    held += [(one, document.feed.content) for document in documents for one in document.entries]
    return {
        one.item_id
        for one, shown in held
        if one.item_id in wanted and feeds.is_full(wanted[one.item_id], shown)
    }


def _foremost(documents: Sequence[FeedDocument], config: Config) -> list[FeedDocument]:
    """Those to subscribe to: before all others the ones that the configuration names."""
    own = {feed.path for feed in config.feeds}
    topics = [one for one in documents if one.current is None]
    return sorted(topics, key=lambda one: one.feed.path not in own)


def _on_page(document: FeedDocument, config: Config) -> page.PageFeed:
    feed = document.feed
    notes = (
        "podcast" if feed.podcast else "",
        "summaries" if feed.content == "summary" else "",
        "all posts" if feed.limit == "all" or feed.archive else "",
        "for older programs" if feed.content_type == "html" else "",
        *feed.enclosures,
    )
    note = ", ".join(filter(None, notes))
    is_main = any(feed.path == own.path for own in config.feeds)
    return page.PageFeed(document.title(config.site), feed.url, feed.format, note, is_main)


def _nodes_on_page(config: Config, nodes: Sequence[_Node]) -> Iterator[page.PageNode]:
    for node, group in nodes:
        if node.access != "open":
            continue
        address = NodeAddress(node.service, group.node)
        yield page.PageNode(group.title, address.subscribe_uri, address.service, address.node)


def shared(config: Config, path: Path) -> tuple[Path, ...]:
    """The folders in which a link on the way to an output is not followed (`atomic_files.write`).

    These are the folders that authors of posts share. For a file that a pattern made, the folder
    that the configuration names for the pattern is one of them, too.
    """
    patterns = [feed.path for feed in config.feeds if feed.pattern]
    patterns += [feed.archive for feed in config.feeds if feed.archive]
    roots = (_root(pattern) for pattern in patterns)
    named = {feed.path for feed in config.feeds} | {config.page and config.page.path}
    if path in named | {config.stylesheet}:
        return config.shared_folders
    return (*config.shared_folders, *(root for root in roots if path.is_relative_to(root)))


def refusal(config: Config, path: Path) -> str:
    """Why nothing is written at a path, because of a link; empty if it may be."""
    try:
        symlinks.require_file(path, shared(config, path))
    except LinkError as error:
        return error.message
    except (OSError, UnicodeEncodeError):  # who writes it says why that cannot be done
        return ""
    return ""


def _root(pattern: Path) -> Path:
    """The folders of a pattern's path in front of its first placeholder."""
    return next(parent for parent in pattern.parents if not _PLACEHOLDER.search(str(parent)))


def stale(config: Config, wanted: Sequence[Output]) -> list[Path]:
    """Documents of ours that patterns and archives made once, and do not make any more.

    What lies behind a link that is not followed is none of ours.
    """
    paths = {one.path for one in wanted}
    found: set[Path] = set()
    for feed in config.feeds:
        if feed.pattern:
            more = _reached({*_matches(feed.path)} - paths, config)
            found |= {path for path in more if _is_of_pattern(path, feed)}
        if feed.archive:
            more = _reached({*_matches(feed.archive)} - paths, config)
            found |= {path for path in more if _is_archive(path, feed)}
    return sorted(path for path in found if _is_ours(path))


def _reached(paths: Iterable[Path], config: Config) -> Iterator[Path]:
    """Leave out links, and what lies behind them: reading a pipe would never end."""
    return (path for path in paths if not refusal(config, path))


def _matches(pattern: Path) -> Iterator[Path]:
    """The files that the placeholders of a path could stand for."""
    parts = _PLACEHOLDER.split(str(pattern))
    anywhere = Path(pattern.anchor)
    return anywhere.glob("*".join(map(glob.escape, parts)).removeprefix(pattern.anchor))


def _is_of_pattern(path: Path, feed: FeedFile) -> bool:
    """Whether its own address is the one which the pattern would give it, and it selects that.

    A feed of another configuration may lie where the pattern points, too.
    """
    pattern = feed.pattern or Pattern("", "", "")
    value = quote(pattern.value_in(str(path)) or "", safe="")
    url = feed.url.replace(f"{{{pattern.name}}}", value)
    head = html.unescape(_head(path))
    if f'"{url}"' not in head or not (found := _ID.search(head)):
        return False
    selected = (found[1] or found[2] or "").partition("#")[2].split("&")
    return any(value in part.partition("=")[2].split(",") for part in selected)


def _is_archive(path: Path, feed: FeedFile) -> bool:
    """Whether it names the feed as the document to subscribe to."""
    parts = re.split(r"\{\w+\}", feed.url)
    url = '[^"/]+'.join(map(re.escape, parts))
    current = rf'href="{url}" rel="current"|"_archive": {{\s*"current": "{url}"'
    return re.search(current, html.unescape(_head(path))) is not None


def _head(path: Path) -> str:
    try:
        with symlinks.open_regular(path) as file:
            return file.read(HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def may_replace(path: Path) -> bool:
    """Whether no file is there, or one of ours: a feed or an `index.html` may be the site's own."""
    return not path.is_file() or path.stat().st_size == 0 or _is_ours(path)


def has_entries(path: Path) -> bool:
    """Whether it is a feed of ours that is not empty."""
    try:
        with symlinks.open_regular(path) as file:
            return _is_ours(path) and _ENTRY.search(file.read()) is not None
    except OSError:
        return False


def is_built(path: Path) -> bool:
    """Whether there is a document, and one of ours."""
    return _is_ours(path)


def _is_ours(path: Path) -> bool:
    """By what a document says of itself, and not by what a post in it may quote."""
    head = _BODY.split(_head(path), maxsplit=1)[0]
    return any(mark in head for mark in _MARKS)
