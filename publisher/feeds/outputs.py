"""List the files that the configuration asks for: feeds, archives, the page, the stylesheet.

Reads the files of earlier builds, and writes none. A file that a pattern made once and would not
make now is *stale*: for example the feed of a tag that no post has any longer.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from msgspec import Struct

from publisher import feeds, media, selection
from publisher.config import Pattern
from publisher.feeds import html_page
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence

    from publisher.config import Config, FeedFile, Format, NodeConfig, Shown
    from publisher.entry import Entries, Entry
    from publisher.feeds import FeedDocument
    from publisher.rendering import Rendered, Renderings
    from publisher.selection import Group

    _Node = tuple[NodeConfig, Group]

_PLACEHOLDER = re.compile(r"\{(?:tag|category|language|author|year|month)\}")
# How a file shows that publisher wrote it; each format has its own mark.
_MARKS = (
    f"<generator>{feeds.GENERATOR}</generator>",
    f'"_{feeds.GENERATOR}": {{',
    html_page.MARK,
    html_page.STYLE_MARK,
)
_ID = re.compile(rf'<(?:atom:)?id>([^<]*)<|"_{feeds.GENERATOR}": {{\s*"id": "([^"]*)"')
_ENTRY = re.compile(rb'<entry\b|<item>|"items": \[\s*\{|<article\b')
_BODY = re.compile(r"<(?:body|entry|item)\b|\"items\": ")
_ENTRY_ID = re.compile(r'(?:<(?:atom:)?id>|<guid\b[^<>]{0,40}>|"id": ")([^<"]*)')
_NOT_IN_ITEM_ID = re.compile(r"[^A-Za-z0-9._~-]+")
HEAD_BYTES = 16_384  # read to recognise a file: its mark, its id and its links come first


class OutputContent(Struct, frozen=True):
    """The bytes of an output, the number of its entries, and a warning if it is too big."""

    data: bytes
    entries: int = 0
    warning: str = ""


class Output(Struct, frozen=True):
    """One file to build: its path, its format, its URL and its source.

    A feed or an archive has a `document`. Any other file has `write`, which makes its bytes, and
    the number of its `entries`.
    """

    path: Path
    format: Format | Literal["html", "css"]
    url: str = ""
    document: FeedDocument | None = None
    write: Callable[[], bytes] = bytes
    entries: int = 0

    @property
    def kind(self) -> Literal["feed", "archive", "page", "style"]:
        """What the file holds; an archive (RFC 5005) is an older document of a feed."""
        if self.document is None:
            return "page" if self.format == "html" else "style"
        return "feed" if self.is_topic else "archive"

    @property
    def media_type(self) -> str:
        """The media type with which a web server sends the file."""
        if self.format == "html" or self.format == "css":  # noqa: PLR1714 - mypy narrows it
            return f"text/{self.format}; charset=utf-8"
        return feeds.TYPES[self.format]

    @property
    def is_topic(self) -> bool:
        """Whether it is a feed to subscribe to, and not an archive: a topic of WebSub section 4."""
        return self.document is not None and self.document.current is None

    def build(self, config: Config, render: Callable[[Entry], Rendered]) -> OutputContent:
        if self.document is None:
            return OutputContent(self.write(), self.entries)
        document, data = feeds.build(self.document, config.site, render)
        limit, warning = document.feed.max_bytes, ""
        if limit is not None and len(data) > limit:
            kept = "the newest post" if document.least == 1 else "the newest month or year"
            warning = f"has {len(data):,} bytes, more than max_bytes: {kept} alone is bigger"
        return OutputContent(data, len(document.entries), warning)


def outputs(
    config: Config,
    entries: Entries,
    nodes: Sequence[_Node],
    renderings: Renderings,
    left_out: Container[str] = (),
) -> Iterator[Output]:
    """Yield the files in the order of the configuration: each feed and its archives, page, style.

    `nodes` come from `selection.node_groups`. Two files may have the same path; `build` reports it.
    `left_out` are the paths of feeds that patterns do not make.
    """
    documents = [*_documents(config, entries, nodes, renderings, left_out)]
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
        yield Output(config.stylesheet, "css", write=lambda: html_page.STYLESHEET)


def _page(
    config: Config,
    newest: Sequence[Rendered],
    documents: Sequence[FeedDocument],
    nodes: Sequence[_Node],
) -> bytes:
    # The page shows no more of a post than its feeds and nodes do.
    full = _in_full(newest, documents, nodes)
    return html_page.page(
        config.site,
        [
            html_page.PageEntry(one, one.item_id in full or not (documents or nodes))
            for one in newest
        ],
        feeds=[_on_page(one, config) for one in _topics(documents, config)],
        nodes=[*_nodes_on_page(config, nodes)],
        url=config.page.url if config.page else "",
    )


def _documents(
    config: Config,
    entries: Entries,
    nodes: Sequence[_Node],
    renderings: Renderings,
    left_out: Container[str],
) -> Iterator[FeedDocument]:
    site = config.site
    tombstones = {one.entry.item_id: one for one in entries.deleted}
    deleted = [one.entry for one in tombstones.values()]
    for configured in config.feeds:
        for feed, chosen in selection.feeds(configured, entries.entries, site, deleted=deleted):
            if str(feed.path) in left_out:
                continue
            uris = [
                NodeAddress(node.service, group.name).uri
                for node, group in selection.nodes_for_feed(feed, nodes)
                if node.access == "open"  # the public cannot subscribe to other nodes
                and not feed.podcast  # a podcast has only some of the node's entries
            ]
            yield from feeds.documents(
                feed,
                site,
                [one for one in chosen if _belongs(one, feed, renderings)],
                deleted=[
                    tombstones[one.item_id]
                    for one in selection.select(deleted, feed.only, site=site)
                ],
                nodes=uris,
                stylesheet=config.stylesheet,
            )


def _belongs(entry: Entry, feed: FeedFile, renderings: Renderings) -> bool:
    """Whether the feed shows the entry: a podcast shows only entries with a recording."""
    if feed.podcast is None:
        return True
    chosen = media.chosen(renderings.enclosures(entry), feed.enclosures)
    return any(one.is_recording for one in chosen)


def _in_full(
    entries: Sequence[Rendered], documents: Sequence[FeedDocument], nodes: Sequence[_Node]
) -> set[str]:
    """The item ids of the entries that some feed or node has in full."""
    rendered = {one.item_id: one for one in entries}
    uses: list[tuple[Entry, Shown]] = [(one, "full") for _, group in nodes for one in group.entries]
    uses += [(one, document.feed.content) for document in documents for one in document.entries]
    return {
        one.item_id
        for one, shown in uses
        if one.item_id in rendered and feeds.is_full(rendered[one.item_id], shown)
    }


def _topics(documents: Sequence[FeedDocument], config: Config) -> list[FeedDocument]:
    """The documents to subscribe to; those that no pattern made come first."""
    named = {feed.path for feed in config.feeds}
    topics = [one for one in documents if one.current is None]
    return sorted(topics, key=lambda one: one.feed.path not in named)


def _on_page(document: FeedDocument, config: Config) -> html_page.PageFeed:
    feed = document.feed
    notes = (
        "podcast" if feed.podcast else "",
        "summaries" if feed.content == "summary" else "",
        "all posts" if feed.limit == "all" or feed.archive else "",
        "for older programs" if feed.content_type == "html" else "",
        *feed.enclosures,
    )
    note = ", ".join(filter(None, notes))
    is_main = any(feed.path == named.path for named in config.feeds)
    return html_page.PageFeed(document.title(config.site), feed.url, feed.format, note, is_main)


def _nodes_on_page(config: Config, nodes: Sequence[_Node]) -> Iterator[html_page.PageNode]:
    for node, group in nodes:
        if node.access != "open":
            continue
        address = NodeAddress(node.service, group.name)
        yield html_page.PageNode(group.title, address.subscribe_uri, address.service, address.node)


def shared(config: Config, path: Path) -> tuple[Path, ...]:
    """The folders below which `atomic_files.write` follows no symbolic link to an output.

    These are the folders that the authors of posts can write to. For a file of a pattern, the
    folder that the configuration names for the pattern is one of them, too: the values that fill
    the placeholders come from posts.
    """
    named = {feed.path for feed in config.feeds} | {config.page and config.page.path}
    if path in named | {config.stylesheet}:
        return config.shared_folders
    return (
        *config.shared_folders,
        *(root for root in folders(config) if path.is_relative_to(root)),
    )


def folders(config: Config) -> list[Path]:
    """The folders of the files whose names have values of posts, e.g. the feeds of all tags."""
    patterns = [feed.path for feed in config.feeds if feed.pattern]
    patterns += [feed.archive for feed in config.feeds if feed.archive]
    return [_root(pattern) for pattern in patterns]


def refusal(config: Config, path: Path) -> str:
    """The reason why a symbolic link keeps an output from being written; empty if none does."""
    try:
        symlinks.require_file(path, shared(config, path))
    except LinkError as error:
        return error.message
    except (OSError, UnicodeEncodeError):  # `build` reports these when it writes the file
        return ""
    return ""


def _root(pattern: Path) -> Path:
    """The part of a pattern's path before the first folder with a placeholder."""
    return next(parent for parent in pattern.parents if not _PLACEHOLDER.search(str(parent)))


def stale(config: Config, wanted: Sequence[Output]) -> list[Path]:
    """The feeds and archives on disk that patterns made once and would not make now.

    Files behind a symbolic link that publisher does not follow are never stale.
    """
    paths = {one.path for one in wanted}
    unwanted: set[Path] = set()
    for feed in config.feeds:
        if feed.pattern:
            files = _reached({*_matches(feed.path)} - paths, config)
            unwanted |= {path for path in files if _is_of_pattern(path, feed)}
        if feed.archive:
            files = _reached({*_matches(feed.archive)} - paths, config)
            unwanted |= {path for path in files if _is_archive(path, feed)}
    return sorted(path for path in unwanted if is_built(path))


def _reached(paths: Iterable[Path], config: Config) -> Iterator[Path]:
    """Leave out symbolic links, files behind them, and pipes, whose reading would never end."""
    return (path for path in paths if not refusal(config, path))


def _matches(pattern: Path) -> Iterator[Path]:
    """The existing files whose paths the pattern could make."""
    parts = _PLACEHOLDER.split(str(pattern))
    anchor = Path(pattern.anchor)
    import glob  # noqa: PLC0415 - only a pattern of files needs it

    return anchor.glob("*".join(map(glob.escape, parts)).removeprefix(pattern.anchor))


def _is_of_pattern(path: Path, feed: FeedFile) -> bool:
    """Whether a file has the URL that the pattern gives it, and selects the value in its path.

    A feed of another configuration may have a path that fits the pattern.
    """
    pattern = feed.pattern or Pattern("", "", "")
    value = quote(pattern.value_in(str(path)) or "", safe="")
    url = feed.url.replace(f"{{{pattern.name}}}", value)
    head = html.unescape(_head(path))
    if f'"{url}"' not in head or not (feed_id := _ID.search(head)):
        return False
    selected = (feed_id[1] or feed_id[2] or "").partition("#")[2].split("&")
    return any(value in part.partition("=")[2].split(",") for part in selected)


def _is_archive(path: Path, feed: FeedFile) -> bool:
    """Whether a file names the feed as the document to subscribe to (RFC 5005 section 4)."""
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
    """Whether the path has no file, an empty one, or one that publisher wrote.

    A feed or an `index.html` may be the work of the site's own generator.
    """
    return not path.is_file() or path.stat().st_size == 0 or is_built(path)


def has_entries(path: Path) -> bool:
    """Whether the file is a feed or a page that publisher wrote, with at least one entry."""
    try:
        with symlinks.open_regular(path) as file:
            return is_built(path) and _ENTRY.search(file.read()) is not None
    except OSError:
        return False


def has_any(path: Path, item_ids: Collection[str]) -> bool:
    """Whether a feed has an entry of any of these items."""
    if not item_ids:
        return False
    try:
        with symlinks.open_regular(path) as file:
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return False
    # An atom:id ends with the item id, unless the site has a template of its own.
    return any(_NOT_IN_ITEM_ID.split(one)[-1] in item_ids for one in _ENTRY_ID.findall(text))


def is_built(path: Path) -> bool:
    """Whether the file exists and publisher wrote it."""
    # A post in the body may quote the mark.
    head = _BODY.split(_head(path), maxsplit=1)[0]
    return any(mark in head for mark in _MARKS)
