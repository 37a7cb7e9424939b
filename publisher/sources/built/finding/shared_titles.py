"""What tells the pages of posts with one title apart. Pure.

Posts of a series have their title and much of their text in common: the words that only one of
them has tell its page. If a post has none, the dates tell which pages are not its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from publisher.sources.built.finding.pair import day_in_path, stated_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from publisher.sources.built.finding.page_words import PageWords
    from publisher.sources.built.finding.pair import PostWords

_NONE: frozenset[int] = frozenset()


class SharedTitles:
    """The posts among these pages that share their titles with others."""

    def __init__(self, sources: Sequence[PostWords], pages: Sequence[PageWords]) -> None:
        counts = Counter(triple for source in sources for triple in source.triples)
        self._own = {source.path: _own(source, counts) for source in sources}
        days = [source.published for source in sources if source.published]
        zone = days[0].tzinfo if days else None
        self._days = Counter(one.date() for one in days)
        stated = {page.path: stated_day(page.published, zone) for page in pages} if days else {}
        shown = Counter(day for day in stated.values() if day)
        # A day on more pages than it has posts is that of the build.
        self._stated = {
            path: day
            for path, day in stated.items()
            if day and shown[day] <= max(1, self._days[day])
        }

    def own(self, source: PostWords) -> frozenset[int]:
        """The triples of words that no other of the posts has."""
        return self._own.get(source.path, _NONE)

    def contradicts(self, source: PostWords, page: PageWords) -> bool:
        """Whether the page is that of another day than the post.

        A day earlier or later may be that of another zone, unless it is the day of another post.
        """
        if not source.published or source.path not in self._own:
            return False
        own, stated = source.published.date(), self._stated.get(page.path)
        if stated and stated != own and (self._days[stated] or _are_apart(stated, own)):
            return True
        named = day_in_path(page.path)
        return named is not None and _are_apart(named, own)


def _own(source: PostWords, counts: Mapping[int, int]) -> frozenset[int]:
    """The triples that only this post has, without those that its page lacked before."""
    own = frozenset(one for one in source.triples if counts[one] == 1)
    missing = source.earlier.missing if source.earlier else None
    return (own - missing) or own if missing else own


def _are_apart(one: dt.date, other: dt.date) -> bool:
    return abs((one - other).days) > 1
