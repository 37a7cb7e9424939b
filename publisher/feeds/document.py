"""Split the entries of a feed into documents: the newest, and archives of the older ones. Pure.

An archive (RFC 5005 section 4) holds the posts of one month or year and links to the archive before
it, never to the one after it: so it changes only when one of its posts does. The posts of the
newest period are in the subscription document, and in no archive.
"""

from __future__ import annotations

import datetime as dt
import itertools
import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import quote, urljoin

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from publisher import selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import FeedFile, Site
    from publisher.entry import Entry, Tombstone

AnyEntry = TypeVar("AnyEntry", bound="Entry")

_EPOCH = dt.date(1970, 1, 1)


class FeedDocument(Struct, frozen=True, kw_only=True):
    """One feed document, whose file and URL are those of `feed`; entries newest first.

    `least` is the number of entries that it keeps even if they exceed `max_bytes`. `nodes` are the
    xmpp: URIs of the nodes that select the same entries, the most important first. `older` is the
    URL of the archive with the next older entries. `current` is the URL of the document to
    subscribe to; only archives have it. `stylesheet` is a URL relative to the document.
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
        """The description; a feed with a title of its own does not get the site's."""
        return self.feed.description or (None if self.feed.title else site.description)

    def language(self, site: Site) -> str | None:
        """The one language that the feed selects, else the site's."""
        only = self.feed.only.languages if self.feed.only else ()
        return only[0] if len(only) == 1 else site.language

    def id(self, site: Site) -> str:
        """The atom:id, the same for all formats and archives of one selection at any URL."""
        only = self.feed.only and msgspec.structs.asdict(self.feed.only)
        chosen = {key: values for key, values in (only or {}).items() if values}
        parts = [
            f"{key}={','.join(sorted({quote(_spelled(key, value), safe='') for value in values}))}"
            for key, values in sorted(chosen.items())
        ]
        return (site.id or site.root) + ("#" + "&".join(parts) if parts else "")

    def updated(self, site: Site) -> dt.datetime:
        """The instant of the latest change to an entry; the site's `since` without entries.

        It is never the clock's time, which would change the document with every build.
        """
        instants = [entry.updated for entry in self.entries]
        instants += [tombstone.when for tombstone in self.deleted]
        since = dt.datetime.combine(site.since or _EPOCH, dt.time(), dt.UTC)
        return max(instants, default=since)

    def shortened(self, count: int) -> FeedDocument:
        """The document with `count` entries, or with `least` if that is more."""
        entries = self.entries[: max(count, self.least)]
        if self.feed.archive:  # its tombstones are those of a period, however old
            return replace(self, entries=entries)
        deleted = tuple(one for one in self.deleted if _is_recent(one, entries))
        return replace(self, entries=entries, deleted=deleted)


def _spelled(key: str, value: str) -> str:
    """The value as in the path of a pattern's feed, so that all its spellings give one id."""
    return value if key == "paths" else selection.path_segment(selection.normal(key, value))


class _Period(Struct):
    """A month or year of an archive: its file, its URL and the entries published in it."""

    path: Path
    url: str
    entries: list[Entry] = field(default_factory=list)
    deleted: list[Tombstone] = field(default_factory=list)


def newest(entries: Sequence[AnyEntry], limit: int | Literal["all"]) -> list[AnyEntry]:
    """Return at most `limit` entries, newest first.

    Of entries published at the same instant the one with the greater id comes first. This is the
    reverse of the order at a node (see `plan`): so a feed and a node keep the same newest entries.
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
    """Yield the document to subscribe to, then the archives, newest first.

    `feed` is a feed whose placeholder for a value is filled in. `entries` and `deleted` are those
    that it selects, in any order.
    """
    ordered = newest(entries, "all")
    # Only Atom has tombstones (RFC 6721).
    given = deleted if feed.format == "atom" else ()
    tombstones = sorted(given, key=lambda one: (one.when, one.entry.item_id), reverse=True)
    periods = _periods(feed, site, ordered, tombstones)
    current, *closed = periods or [_Period(feed.path, feed.url)]
    if feed.content_type == "html":  # browsers would show the source of the content
        stylesheet = None
    yield replace(
        _subscription_document(feed, ordered, tombstones, current),
        nodes=tuple(nodes),
        older=closed[0].url if closed else None,
        stylesheet=_relative(stylesheet, feed.path.parent) if stylesheet else None,
    )
    for period, older in itertools.zip_longest(closed, closed[1:]):
        yield FeedDocument(
            # No archive is shortened: the entries cut off would be in no other document.
            feed=msgspec.structs.replace(feed, path=period.path, url=period.url, max_bytes=None),
            entries=tuple(period.entries),
            deleted=tuple(period.deleted),
            nodes=tuple(nodes),
            older=older.url if older else None,
            current=feed.url,
            stylesheet=_relative(stylesheet, period.path.parent) if stylesheet else None,
        )


def _subscription_document(
    feed: FeedFile, ordered: Sequence[Entry], tombstones: Sequence[Tombstone], current: _Period
) -> FeedDocument:
    """The document to subscribe to, without its links. `ordered` are all entries, newest first."""
    count = len(ordered) if feed.limit == "all" else feed.limit
    # No archive has the entries of the current period, so the subscription document has them all.
    least = max(len(current.entries), 1)
    shown = ordered[: max(count, least)]
    of_period = {one.entry.item_id for one in current.deleted}
    deleted = tuple(
        one for one in tombstones if one.entry.item_id in of_period or _is_recent(one, shown)
    )
    return FeedDocument(feed=feed, entries=tuple(shown), deleted=deleted, least=least)


def _is_recent(tombstone: Tombstone, shown: Sequence[Entry]) -> bool:
    """Whether the entry was deleted after the oldest shown entry was published.

    Readers may not have seen such a tombstone yet.
    """
    return not shown or tombstone.when >= shown[-1].published


def _periods(
    feed: FeedFile, site: Site, entries: Sequence[Entry], tombstones: Sequence[Tombstone]
) -> list[_Period]:
    """Sort entries and tombstones into the periods of the feed's archive, newest first.

    A deleted entry that is newer than all others belongs to the period of the newest one: it must
    not open a period without entries.
    """
    archive = feed.archive
    if archive is None:
        return []
    by_month = "{month}" in archive.as_posix()
    last = max((_month(entry, site) for entry in entries), default=(9999, 12))
    periods: dict[tuple[int, int], _Period] = {}

    def period_of(entry: Entry) -> _Period:
        year, month = min(_month(entry, site), last)
        key = (year, month if by_month else 0)
        if key not in periods:
            path = _filled(archive, year=f"{year:04}", month=f"{month:02}")
            periods[key] = _Period(path, _url_of(path, feed))
        return periods[key]

    for entry in entries:
        period_of(entry).entries.append(entry)
    for tombstone in tombstones:
        period_of(tombstone.entry).deleted.append(tombstone)
    return [periods[key] for key in sorted(periods, reverse=True)]


def _month(entry: Entry, site: Site) -> tuple[int, int]:
    """The year and the month of publication in the site's time zone."""
    local = entry.published.astimezone(site.zone)
    return local.year, local.month


def _filled(path: Path, *, year: str, month: str) -> Path:
    return Path(str(path).replace("{year}", year).replace("{month}", month))


def _url_of(path: Path, feed: FeedFile) -> str:
    """The URL of a file: relative to the feed's URL as its path is to the feed's path."""
    return urljoin(feed.url, _relative(path, feed.path.parent))


def _relative(path: Path, folder: Path) -> str:
    """The path as a URL relative to `folder`. `os.path.relpath` depends on the current folder."""
    target, start = (PurePosixPath(posixpath.normpath(one)).parts for one in (path, folder))
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(target, start, strict=False))
    shared = len([*pairs])
    return quote("/".join([*[".."] * (len(start) - shared), *target[shared:]]) or ".")
