"""Find the pages of posts that have neither a title nor words, but pictures or recordings. Pure.

Only what certainly is such a page counts: it shows all media of the post, of which one is no other
post's, none of another post, hardly any words of its own, and no other day; and no second page does
so. Lists show the media of several posts, and other pages of the site have texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.sources.built.finding.pair import FEW_TRIPLES, day_in_path, is_list_path, stated_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.built.finding.page_words import PageWords
    from publisher.sources.built.finding.pair import PostWords

# Of words on no other page and not in the post, e.g. a date and the names of the next posts.
_MOST_OWN = 12  # triples
_MOST = 0.5  # of the pages show a picture of the theme, and no post's


def find(
    sources: Iterable[PostWords],
    others: Mapping[PurePosixPath, Collection[str]],
    pages: Sequence[PageWords],
    examples: Sequence[PageWords],
) -> Mapping[PurePosixPath, PurePosixPath]:
    """The page of each post that certainly has one among these; no page has two posts.

    `others` are the media of all posts and drafts of the site, by their paths, those of the sources
    too. `examples` are pages of other posts, which show what the theme writes into each page.
    """
    site = _Site(others, pages, examples)
    found: dict[PurePosixPath, PurePosixPath] = {}
    for source in filter(is_wordless, sources):
        if len(certain := site.pages(source)) == 1:
            found[source.path] = certain[0].path
    taken = Counter(found.values())
    return {path: page for path, page in found.items() if taken[page] == 1}


def is_wordless(source: PostWords) -> bool:
    """Whether only its media tell the page of a post."""
    return not source.title and len(source.triples) < FEW_TRIPLES and bool(source.media)


class _Site:
    """Whose the media are, and what pages show."""

    def __init__(
        self,
        media: Mapping[PurePosixPath, Collection[str]],
        pages: Sequence[PageWords],
        examples: Sequence[PageWords],
    ) -> None:
        known = (*pages, *examples)
        counts = Counter(name for page in known for name in page.media)
        # Those of the theme, e.g. the newest photo beside every text.
        self._common = {one for one, count in counts.items() if count > _MOST * len(known)}
        self._triples = Counter(one for page in known for one in page.triples)
        self._owners: defaultdict[str, set[PurePosixPath]] = defaultdict(set)
        for path, names in media.items():
            for name in self._own(names):
                self._owners[name].add(path)
        self._pages: defaultdict[str, list[PageWords]] = defaultdict(list)
        for page in filter(_may_be_a_post, pages):
            for name in self._own(page.media):
                self._pages[name].append(page)

    def _own(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(names) - self._common

    def pages(self, source: PostWords) -> Sequence[PageWords]:
        """The pages that can only be that of the post."""
        own = [one for one in sorted(source.media) if self._owners.get(one) == {source.path}]
        candidates = {page.path: page for name in own for page in self._pages[name]}.values()
        return [page for page in candidates if self._is_page(source, page)]

    def _is_page(self, source: PostWords, page: PageWords) -> bool:
        """Whether a page shows the media of the post, and nothing that speaks against it."""
        shown = self._own(page.media)
        owners = (self._owners.get(name) for name in shown)
        if not source.media <= shown or any(one and source.path not in one for one in owners):
            return False
        own_words = sum(self._triples[one] == 1 for one in page.triples - source.triples)
        return own_words <= _MOST_OWN and not any(_other_days(source, page))


def _may_be_a_post(page: PageWords) -> bool:
    is_other = page.is_redirect or page.canonical_is_other or page.asks_password
    return not (is_other or is_list_path(page.path))


def _other_days(source: PostWords, page: PageWords) -> Iterator[bool]:
    """Whether the page states another day, and whether its path has one; zones may differ."""
    if source.published is None:
        return
    own = source.published.date()
    for day in (stated_day(page.published, source.published.tzinfo), day_in_path(page.path)):
        yield day is not None and abs((day - own).days) > 1
