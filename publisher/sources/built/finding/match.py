"""Find the page of each post by the words that both have. Pure.

The words of a post are on other pages, too: lists show posts whole, side bars their beginnings,
copies for printers everything. So only triples that are on few pages lead to a page; then the title
counts for it, and what it has beside the post counts against it. Of equal pages the one counts that
shows the media of the post, then the one that the engine's rules expect, then the one that states
the date of the post or has it in its path, then its language, then its name. Of pages that are
still equal, those of one post are copies, and the shorter path counts. If they may be those of
several posts, nobody can tell which is whose, and none of these posts has one.

If several posts have one title, only the words count that one of them has (`SharedTitles`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.sources.built.finding.pair import WHOLE, Pair, page_parts, pair_of
from publisher.sources.built.finding.shared_titles import SharedTitles
from publisher.sources.built.pages.title_words import in_words, shown_titles, spellings
from publisher.text.title_symbols import title_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.built.finding.page_words import PageWords
    from publisher.sources.built.finding.pair import PostWords

# A triple on more pages belongs to the site, not to a post; but every tag of a post may have a page
# that shows it whole, so that few of its triples are on fewer pages.
_RARE, _COMMON = 12, 100
_ENOUGH = 0.2  # of the triples that are looked up
_LOOKED_UP = 400  # triples of a post; these many find its page as surely as all do
_MOST_CANDIDATES = 8  # pages of one post, by its triples
_SHOW_TITLES = 0.75  # of the pages: then one without the title of its post needs another reason
_SAME = 0.02  # two shares that differ by less are equal


class Matches(Struct, frozen=True):
    """The page of each post that has one, by the paths of both; no page has two posts.

    `alike` are posts whose page cannot be told, each with all that may have the same pages. `whole`
    are those whose page shows all of their words.
    """

    pages: Mapping[PurePosixPath, PurePosixPath]
    alike: Mapping[PurePosixPath, Sequence[PurePosixPath]]
    whole: frozenset[PurePosixPath] = frozenset()


def find(
    sources: Sequence[PostWords], pages: Sequence[PageWords], *, titled: Sequence[bool] = ()
) -> Mapping[PurePosixPath, PurePosixPath]:
    """The page of each post that has one, as `matches` finds it."""
    return matches(sources, pages, titled=titled).pages


def matches(
    sources: Sequence[PostWords], pages: Sequence[PageWords], *, titled: Sequence[bool] = ()
) -> Matches:
    """Find the pages of posts.

    `titled` tells of the pages of other posts whether they show the titles of these. The order of
    posts and pages does not count. The time grows in proportion to them.
    """
    index = _Index(sources, [page for page in pages if not page.is_redirect])
    pairs = _without_other_media([pair for source in sources for pair in index.pairs(source)])
    shown = Counter(pair.page.path for pair in pairs if pair.telling >= WHOLE)
    lists = {path for path, count in shown.items() if count > 1}
    chosen, alike = _best(pairs, lists)
    certain = [*_without_doubtful(chosen, titled)]
    found = {pair.source.path: pair.page.path for pair in certain}
    return Matches(found, alike, frozenset(one.source.path for one in certain if one.share == 1))


def _without_other_media(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Leave out pages that show other media than their post, which has too few words to tell.

    If no page shows the media of its post, the generator gives them other names.
    """
    if not any(pair.media for pair in pairs):
        return pairs
    return [pair for pair in pairs if not pair.shows_other_media]


def _best(
    pairs: Iterable[Pair], lists: set[PurePosixPath]
) -> tuple[list[Pair], dict[PurePosixPath, Sequence[PurePosixPath]]]:
    """The pairs with the highest scores; each post and each page is in one at most.

    And the posts among whose pages nobody can choose, each with all of its group.
    """
    scored = [(-round(pair.score(lists), 6), pair) for pair in pairs]
    scored.sort(key=lambda one: (one[0], *_order(one[1].page.path), one[1].source.path))
    posts: set[PurePosixPath] = set()
    pages: set[PurePosixPath] = set()
    chosen = []
    alike: dict[PurePosixPath, Sequence[PurePosixPath]] = {}
    for _, equal in groupby(scored, key=lambda one: one[0]):
        free = [
            pair
            for _, pair in equal
            if pair.source.path not in posts and pair.page.path not in pages
        ]
        for together in _connected(free):
            rivals = sorted({pair.source.path for pair in together})
            if len(rivals) == 1:
                chosen.append(together[0])
                pages.add(together[0].page.path)
            else:
                alike |= dict.fromkeys(rivals, rivals)
                pages |= {pair.page.path for pair in together}
            posts.update(rivals)
    return chosen, alike


def _connected(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Pairs in groups: two with the same post or the same page are in one. Their order stays."""
    of_post, of_page = defaultdict(list), defaultdict(list)
    for pair in pairs:
        of_post[pair.source.path].append(pair)
        of_page[pair.page.path].append(pair)
    group: dict[int, int] = {}  # of each pair, by its identity
    for number, first in enumerate(pairs):
        to_do = [first]
        while to_do:
            pair = to_do.pop()
            if id(pair) not in group:
                group[id(pair)] = number
                # Emptied, so that no list is walked twice.
                to_do += of_post.pop(pair.source.path, ())
                to_do += of_page.pop(pair.page.path, ())
    groups: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[group[id(pair)]].append(pair)
    yield from groups.values()


def _order(path: PurePosixPath) -> tuple[int, int, PurePosixPath]:
    """The shorter path first."""
    return len(path.parts), len(str(path)), path


def _without_doubtful(pairs: Sequence[Pair], others: Sequence[bool]) -> Iterator[Pair]:
    """Leave out pages without the title of their post, if the pages of the other posts show it.

    They are lists that show a post whole whose own page was not built, or the page of a post much
    like it.
    """
    titled = [pair for pair in pairs if spellings(pair.source.title)]
    sure = [pair for pair in titled if pair.is_named] or titled
    shown = [*others, *(pair.has_title for pair in sure)]
    shows_titles = sum(shown) >= _SHOW_TITLES * len(shown)
    untitled = {pair.source.path for pair in titled if not pair.is_certain}
    for pair in pairs:
        if not shows_titles or pair.source.path not in untitled:
            yield pair


class _Index:
    """Which pages have the triples of posts, and which have their titles."""

    def __init__(self, sources: Sequence[PostWords], pages: Sequence[PageWords]) -> None:
        self._pages = pages
        self._shared = SharedTitles([one for one in sources if one.shares_title], pages)
        self._titles = [shown_titles(page.titles) for page in pages]
        self._numbers = {page.path: number for number, page in enumerate(pages)}
        self._with_triple: defaultdict[int, list[int]] = defaultdict(list)
        self._with_title: defaultdict[str, list[int]] = defaultdict(list)
        self._with_media: defaultdict[str, list[int]] = defaultdict(list)
        media = frozenset().union(*(source.media for source in sources))
        wanted = {triple for source in sources for triple in self._looked_up(source)}
        for number, page in enumerate(pages):
            for triple in page.triples & wanted:
                self._with_triple[triple].append(number)
            for title in {in_words(part) for one in page.titles for part in title_parts(one)}:
                self._with_title[title].append(number)
            for name in media.intersection(page.media):
                self._with_media[name].append(number)

    def pairs(self, source: PostWords) -> list[Pair]:
        """The pages that may be the post's own."""
        own = spellings(source.title)
        pairs = [
            pair_of(
                source,
                self._pages[number],
                own,
                self._titles[number],
                own_words=self._shared.own(source),
                contradicts=self._shared.contradicts(source, self._pages[number]),
            )
            for number in self._candidates(source, own)
        ]
        plausible = [pair for pair in pairs if pair.is_plausible]
        return [
            replace(pair, is_variant=any(_is_variant(pair, other) for other in plausible))
            for pair in plausible
        ]

    def _candidates(self, source: PostWords, titles: Sequence[str]) -> set[int]:
        found = {*self._by_triples(source)}
        for title in titles:
            if len(with_title := self._with_title.get(title, ())) <= _RARE:
                found.update(with_title)
        for name in source.media:
            if len(with_media := self._with_media.get(name, ())) <= _RARE:
                found.update(with_media)
        for place in (source.expected, source.remembered):
            if place in self._numbers:
                found.add(self._numbers[place])
        return found

    def _by_triples(self, source: PostWords) -> list[int]:
        """The pages with the most of the post's triples that are on few pages."""
        looked_up = self._looked_up(source)
        for limit in (_RARE, _COMMON):
            lists = [self._with_triple.get(triple, ()) for triple in looked_up]
            few = [numbers for numbers in lists if 0 < len(numbers) <= limit]
            if len(few) >= _ENOUGH * len(looked_up):
                break
        counts = Counter(number for numbers in few for number in numbers)
        # Of pages with as many of them, a list has the most words.
        best = sorted(counts, key=lambda one: (-counts[one], self._pages[one].word_count, one))
        return best[:_MOST_CANDIDATES]

    def _looked_up(self, source: PostWords) -> list[int]:
        """Some of the triples, the same on every run; as hashes they are in no order."""
        return sorted(self._shared.own(source) or source.triples)[:_LOOKED_UP]


def _is_variant(pair: Pair, other: Pair) -> bool:
    """Whether the page shows the same as the other, whose path has one part less."""
    if not (pair.has_title and other.has_title) or abs(pair.share - other.share) > _SAME:
        return False
    parts, fewer = page_parts(pair.page.path), page_parts(other.page.path)
    return len(parts) == len(fewer) + 1 and any(
        parts[:at] + parts[at + 1 :] == fewer for at in range(len(parts))
    )
