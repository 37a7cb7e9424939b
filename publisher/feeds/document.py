"""Which entries are in which document of a feed: the newest, and archives of the older ones. Pure.

An archive (RFC 5005 section 4) holds the posts that were published in one period of the calendar,
and names the one before it, never the one behind it: so it changes only when one of its posts does.
The newest period is in the subscription document alone.
"""

from __future__ import annotations

import datetime as dt
import itertools
import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import quote, urljoin

import msgspec

from publisher import selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import FeedFile, Site
    from publisher.entry import Entry, Tombstone

AnyEntry = TypeVar("AnyEntry", bound="Entry")

_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One document: its file and address are those of `feed`; entries newest first.

    `least` is how many entries it must keep, whatever they weigh. `nodes` are the xmpp: URIs of the
    nodes that select the same entries, the foremost first. `older` is the address of the archive
    with what is older; `current`, of an archive, that of the document to subscribe to.
    `stylesheet` is where the document finds it.
    """

    feed: FeedFile
    entries: tuple[Entry, ...]
    deleted: tuple[Tombstone, ...] = ()
    least: int = 1
    nodes: tuple[str, ...] = ()
    older: str | None = None
    current: str | None = None
    stylesheet: str | None = None

    def title(self, site: Site) -> str:
        return self.feed.title or site.title

    def description(self, site: Site) -> str | None:
        """A feed with a title of its own does not have the site's."""
        return self.feed.description or (None if self.feed.title else site.description)

    def language(self, site: Site) -> str | None:
        """Of a feed that selects one language, that one."""
        only = self.feed.only.languages if self.feed.only else ()
        return only[0] if len(only) == 1 else site.language

    def id(self, site: Site) -> str:
        """The same for the formats and the archives of one selection, wherever they are found."""
        only = self.feed.only and msgspec.structs.asdict(self.feed.only)
        chosen = {key: values for key, values in (only or {}).items() if values}
        parts = [
            f"{key}={','.join(sorted({quote(_spelled(key, value), safe='') for value in values}))}"
            for key, values in sorted(chosen.items())
        ]
        return (site.id or site.root) + ("#" + "&".join(parts) if parts else "")

    def updated(self, site: Site) -> dt.datetime:
        """When the last of what is in it changed, else when the site began."""
        instants = [entry.updated for entry in self.entries]
        instants += [gone.when for gone in self.deleted]
        since = dt.datetime.combine(site.since or _EPOCH, dt.time(), dt.UTC)
        return max(instants, default=since)

    def shortened(self, count: int) -> FeedDocument:
        """With that many entries, or the fewest that it may have."""
        entries = self.entries[: max(count, self.least)]
        if self.feed.archive:  # which has the tombstones of its period, however old
            return replace(self, entries=entries)
        deleted = tuple(gone for gone in self.deleted if _is_recent(gone, entries))
        return replace(self, entries=entries, deleted=deleted)


def _spelled(key: str, value: str) -> str:
    """As in the path of a feed for every value: of those that share one it is the same."""
    return value if key == "paths" else selection.path_segment(selection.normal(key, value))


@dataclass(slots=True)
class _Period:
    """One period of an archive: its address, and what was published in it."""

    path: Path
    url: str
    entries: list[Entry] = field(default_factory=list)
    deleted: list[Tombstone] = field(default_factory=list)


def newest(entries: Sequence[AnyEntry], limit: int | Literal["all"]) -> list[AnyEntry]:
    """At most `limit` entries, newest first; published at the same instant, the greater id first.

    That is the reverse of the order at a node (see `plan`), so both keep the same newest ones.
    """
    ordered = sorted(entries, key=lambda entry: (entry.published, entry.item_id), reverse=True)
    return ordered if limit == "all" else ordered[:limit]


def documents(
    feed: FeedFile,
    site: Site,
    entries: Sequence[Entry],
    *,
    deleted: Sequence[Tombstone] = (),
    nodes: Sequence[str] = (),
    stylesheet: Path | None = None,
) -> Iterator[FeedDocument]:
    """The document to subscribe to, then the archives, newest first.

    `feed` has no placeholder for a value left. `entries` and `deleted`, in whatever order, are
    those that it selects.
    """
    ordered = newest(entries, "all")
    # The other formats have no tombstones.
    told = deleted if feed.format == "atom" else ()
    gone = sorted(told, key=lambda one: (one.when, one.entry.item_id), reverse=True)
    periods = _periods(feed, site, ordered, gone)
    count = len(ordered) if feed.limit == "all" else feed.limit
    least = 1
    current, *closed = periods or [_Period(feed.path, feed.url)]
    if periods:
        least = len(current.entries)
    shown = ordered[: max(count, least)]
    closing = {one.entry.item_id for one in current.deleted}
    if feed.content_type == "html":  # of which browsers would show the source
        stylesheet = None
    style = _relative(stylesheet, feed.path.parent) if stylesheet else None
    yield FeedDocument(
        feed=feed,
        entries=tuple(shown),
        deleted=tuple(
            one for one in gone if one.entry.item_id in closing or _is_recent(one, shown)
        ),
        least=max(least, 1),
        nodes=tuple(nodes),
        older=closed[0].url if closed else None,
        stylesheet=style,
    )
    for period, older in itertools.zip_longest(closed, closed[1:]):
        yield FeedDocument(
            feed=msgspec.structs.replace(feed, path=period.path, url=period.url, max_bytes=None),
            entries=tuple(period.entries),
            deleted=tuple(period.deleted),
            nodes=tuple(nodes),
            older=older.url if older else None,
            current=feed.url,
            stylesheet=_relative(stylesheet, period.path.parent) if stylesheet else None,
        )


def _is_recent(gone: Tombstone, shown: Sequence[Entry]) -> bool:
    """Whether it was taken back since the oldest post that is shown: readers have not heard yet."""
    return not shown or gone.when >= shown[-1].published


def _periods(
    feed: FeedFile, site: Site, entries: Sequence[Entry], gone: Sequence[Tombstone]
) -> list[_Period]:
    """Newest first. What is newer than the newest entry is in its period."""
    archive = feed.archive
    if archive is None:
        return []
    by_month = "{month}" in archive.as_posix()
    last = max((_month(one, site) for one in entries), default=(9999, 12))
    found: dict[tuple[int, int], _Period] = {}

    def period(one: Entry) -> _Period:
        year, month = min(_month(one, site), last)
        key = (year, month if by_month else 0)
        if key not in found:
            path = _filled(archive, year=f"{year:04}", month=f"{month:02}")
            found[key] = _Period(path, _beside(feed, path))
        return found[key]

    for one in entries:
        period(one).entries.append(one)
    for tombstone in gone:
        period(tombstone.entry).deleted.append(tombstone)
    return [found[key] for key in sorted(found, reverse=True)]


def _month(entry: Entry, site: Site) -> tuple[int, int]:
    """The year and the month in which it was published, by the site's clock."""
    local = entry.published.astimezone(site.zone)
    return local.year, local.month


def _filled(path: Path, *, year: str, month: str) -> Path:
    return Path(str(path).replace("{year}", year).replace("{month}", month))


def _beside(feed: FeedFile, path: Path) -> str:
    """The address of a file that lies as far from the feed's on the web as on the disk."""
    return urljoin(feed.url, _relative(path, feed.path.parent))


def _relative(path: Path, folder: Path) -> str:
    """The path as a relative URL. `os.path.relpath` would ask for the current folder."""
    target, start = (PurePosixPath(posixpath.normpath(one)).parts for one in (path, folder))
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(target, start, strict=False))
    shared = len([*pairs])
    return quote("/".join([*[".."] * (len(start) - shared), *target[shared:]]) or ".")
