"""The dates of a post that has none in its file, from the metadata of its page. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.text import author_dates
from publisher.text.author_dates import DateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.pages.head import Head

SOUGHT = (
    'neither article:published_time, nor JSON-LD, microdata, <meta name="date"> or <time>, nor a '
    "day in its path (2012/08/08/)"
)
_MANY = 4  # posts; in fewer a day that they share means nothing


class PageDates(Struct, frozen=True):
    """When a page says that it was published, and last changed: never earlier. In UTC."""

    published: dt.datetime
    updated: dt.datetime


class StatedDates(Struct, frozen=True):
    """The dates of a page as it writes them. Empty: none, or one that cannot be read."""

    published: str = ""
    modified: str = ""


NO_DATES = StatedDates()


def dates_of(head: Head, zone: dt.tzinfo) -> PageDates | None:
    """The dates of a page; None if it has no date of publication that can be read.

    A date without a time is midnight in `zone`.
    """
    return in_zone(_readable(head), zone)


def is_dated(head: Head) -> bool:
    """Whether the page has a date of publication that can be read."""
    return bool(_readable(head).published)


def stated(head: Head) -> StatedDates:
    """The dates of a page that says itself when it was published.

    The only `<time>` of a page may be any date, so it does not make a post of a page that its
    author gave no date.
    """
    return NO_DATES if head.has_bare_date else _readable(head)


def in_zone(written: StatedDates, zone: dt.tzinfo) -> PageDates | None:
    """The dates in UTC; None without a date of publication."""
    published = _instant(written.published, zone)
    if published is None:
        return None
    modified = _instant(written.modified, zone)
    return PageDates(published, max(published, modified or published))


def without_builds(found: Mapping[PurePosixPath, PageDates]) -> dict[PurePosixPath, PageDates]:
    """The dates of all posts, without changes that most posts have on the same day.

    Some generators write the time of the build, or of the checkout, as that of the last change.
    """
    days = Counter(one.updated.date() for one in found.values() if one.updated != one.published)
    builds = {day for day, count in days.items() if _is_most(count, found)}
    return {
        path: replace(one, updated=one.published) if one.updated.date() in builds else one
        for path, one in found.items()
    }


def _is_most(count: int, found: Collection[object]) -> bool:
    return count >= _MANY and 2 * count > len(found)


def _readable(head: Head) -> StatedDates:
    return StatedDates(*map(_if_readable, (head.published, head.modified)))


def _if_readable(written: str | None) -> str:
    try:
        author_dates.read(written or "")
    except DateError:
        return ""
    return written or ""


def _instant(written: str, zone: dt.tzinfo) -> dt.datetime | None:
    try:
        return author_dates.read(written).instant(zone) if written else None
    except DateError:
        return None
