"""Find the page of each post by the words that both have. Pure.

The words of a post are on other pages, too: lists show posts whole, side bars their beginnings,
copies for printers everything. So only triples that are on few pages lead to a page; then the title
counts for it, and what it has beside the post counts against it. Of equal pages the one counts that
the engine's rules expect, then the one whose path has the date of the post, then its language, then
its name, then the shorter path.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.sources.built.finding.page_words import holds_title, in_words, title_hash
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.built.finding.page_words import PageWords

# A triple on more pages belongs to the site, not to a post; but every tag of a post may have a page
# that shows it whole, so that few of its triples are on fewer pages.
_RARE, _COMMON = 12, 100
_ENOUGH = 0.2  # of the triples that are looked up
_LOOKED_UP = 400  # triples of a post; these many find its page as surely as all do
_MOST_CANDIDATES = 8  # pages of one post, by its triples

# What a page scores beside the share of the post's triples that it has, which is 0 to 1.
_TITLE = 0.3
_FOREIGN = -0.2  # times the share of its words that are not the post's
_LIST = -0.3  # it shows several posts whole
_COPY = -0.6  # it names another page as the original
_VARIANT = -0.1  # its path is that of an equal page with one more part, e.g. `print`
_EXPECTED, _DATE, _LANGUAGE, _NAME = 0.12, 0.06, 0.03, 0.02

WHOLE = 0.6  # of the triples: the page shows the post
_FEW_TRIPLES = 8  # they prove nothing by themselves
_SHOW_TITLES = 0.75  # of the pages: then one without the title of its post needs another reason
_NAMED = 0.5  # of the words in the paths of a post and of its page
_SAME = 0.02  # two shares that differ by less are equal

# The share of its triples that the page of a post has at least. Posts of a series have a title and
# much of their text in common; on eleven public sites only two of 4,000 pages have less than half
# of their posts, and these have the post's name.
_LEAST, _LEAST_WITH_TITLE, _LEAST_WITH_TITLE_AND_NAME = 0.8, 0.5, 0.1
# The same for a post that had a page before: another one must not be taken for it. A page that was
# compared with its post may lack what it lacked then, and little else.
_LEAST_AGAIN, _LEAST_AS_BEFORE = 0.8, 0.95


@dataclass(frozen=True, slots=True)
class EarlierPage:
    """What the page of a post was when it was taken last.

    `missing` are the triples of the post that it lacked; None if they were not compared.
    """

    missing: frozenset[int] | None
    has_title: bool


@dataclass(frozen=True, slots=True)
class PostWords:
    """The words of a post, by which its page is found.

    `published` is in the site's zone. `expected` is the page by the rules of the engine, and
    `earlier` the page that the post had before.
    """

    path: PurePosixPath
    title: str | None
    triples: frozenset[int]
    published: dt.datetime | None = None
    language: str | None = None
    expected: PurePosixPath | None = None
    earlier: EarlierPage | None = None


def has_name(post: PurePosixPath, page: PurePosixPath) -> bool:
    """Whether the files of a post and of a page have the same name, and one that says something."""
    return bool(name := _name(post)) and name == _name(page)


def find(
    sources: Sequence[PostWords], pages: Sequence[PageWords], *, titled: Sequence[bool] = ()
) -> Mapping[PurePosixPath, PurePosixPath]:
    """The page of each post that has one, by the paths of both; no page has two posts.

    `titled` tells of the pages of other posts whether they show the titles of these. The order of
    posts and pages does not count. The time grows in proportion to them.
    """
    index = _Index(sources, [page for page in pages if not page.is_redirect])
    pairs = [pair for source in sources for pair in index.pairs(source)]
    shown = Counter(pair.page.path for pair in pairs if pair.share >= WHOLE)
    lists = {path for path, count in shown.items() if count > 1}
    chosen = _best(pairs, lists)
    return {pair.source.path: pair.page.path for pair in _without_doubtful(chosen, titled)}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A post and a page that may be its own."""

    source: PostWords
    page: PageWords
    share: float
    has_title: bool
    links_title: bool  # to another page
    is_expected: bool
    has_date: bool
    has_name: bool  # their files have the same name
    names: float  # how much their paths have in common, 0 to 1
    is_variant: bool = False

    @property
    def is_plausible(self) -> bool:
        if not self.is_expected and self._is_list:
            return False
        if self.page.asks_password and self.has_title and self.has_name:
            return True  # it does not show the text
        if len(self.source.triples) < _FEW_TRIPLES:
            return self._is_alike
        if earlier := self.source.earlier:
            return self._is_as(earlier)
        return (
            self.share >= _LEAST
            or (self.has_title and self.share >= _LEAST_WITH_TITLE)
            or (self.has_title and self.has_name and self.share >= _LEAST_WITH_TITLE_AND_NAME)
            or (self.has_title and self.is_expected)
        )

    @property
    def _is_list(self) -> bool:
        """Whether the page shows the post, or its beginning, among others.

        Its heading links to the page of the post. A page may have the name of a post that it does
        not show whole, e.g. that of a tag.
        """
        is_part = not self.has_title or self.share < WHOLE
        return (self.links_title and is_part) or bool(_LIST_PATH.search(str(self.page.path)))

    @property
    def _is_alike(self) -> bool:
        """Whether the page may be that of a post of a few words."""
        if self.has_title:
            return self.share >= _LEAST_WITH_TITLE or not self.source.triples
        is_there = self.is_expected or self.has_date
        return (self.share == 1 and is_there) or (self.is_expected and not self.source.triples)

    def _is_as(self, earlier: EarlierPage) -> bool:
        """Whether the page shows what the earlier page of the post showed."""
        if earlier.has_title and not self.has_title:
            return False
        if earlier.missing is None:
            return self.share >= _LEAST_AGAIN
        lost = self.source.triples - self.page.triples - earlier.missing
        return len(lost) <= (1 - _LEAST_AS_BEFORE) * len(self.source.triples)

    @property
    def is_named(self) -> bool:
        """Whether the path of the page suggests that it is the post's."""
        return self.is_expected or self.has_date or self.names >= _NAMED

    @property
    def is_certain(self) -> bool:
        """Whether no title is needed: posts of a series differ in a number of their names."""
        return self.has_title or self.is_expected or self.has_name

    def score(self, lists: set[PurePosixPath]) -> float:
        found = self.share * len(self.source.triples)
        foreign = 1 - min(1.0, found / max(1, self.page.word_count))
        return (
            self.share
            + _FOREIGN * foreign
            + _TITLE * self.has_title
            + _LIST * (self.page.path in lists)
            + _COPY * self.page.canonical_is_other
            + _VARIANT * self.is_variant
            + _EXPECTED * self.is_expected
            + _DATE * self.has_date
            + _LANGUAGE * _is_same_language(self.source.language, self.page.language)
            + _NAME * self.names
        )


def _best(pairs: Iterable[_Pair], lists: set[PurePosixPath]) -> list[_Pair]:
    """The pairs with the highest scores; each post and each page is in one at most."""
    scored = [(-round(pair.score(lists), 6), pair) for pair in pairs]
    scored.sort(key=lambda one: (one[0], *_order(one[1].page.path), one[1].source.path))
    posts: set[PurePosixPath] = set()
    pages: set[PurePosixPath] = set()
    chosen = []
    for _, pair in scored:
        if pair.source.path not in posts and pair.page.path not in pages:
            posts.add(pair.source.path)
            pages.add(pair.page.path)
            chosen.append(pair)
    return chosen


def _order(path: PurePosixPath) -> tuple[int, int, PurePosixPath]:
    """The shorter path first."""
    return len(path.parts), len(str(path)), path


def _without_doubtful(pairs: Sequence[_Pair], others: Sequence[bool]) -> Iterator[_Pair]:
    """Leave out pages without the title of their post, if the pages of the other posts show it.

    They are lists that show a post whole whose own page was not built, or the page of a post much
    like it.
    """
    titled = [pair for pair in pairs if words(pair.source.title or "")]
    sure = [pair for pair in titled if pair.is_named] or titled
    shown = [*others, *(pair.has_title for pair in sure)]
    shows_titles = sum(shown) >= _SHOW_TITLES * len(shown)
    untitled = {pair.source.path for pair in titled if not pair.is_certain}
    for pair in pairs:
        if not shows_titles or pair.source.path not in untitled:
            yield pair


class _Index:
    """Which pages have the triples of posts, and which have their titles."""

    def __init__(self, sources: Iterable[PostWords], pages: Sequence[PageWords]) -> None:
        self._pages = pages
        self._titles = [{*map(in_words, page.titles)} for page in pages]
        self._numbers = {page.path: number for number, page in enumerate(pages)}
        self._with_triple: defaultdict[int, list[int]] = defaultdict(list)
        self._with_title: defaultdict[str, list[int]] = defaultdict(list)
        wanted = {triple for source in sources for triple in _looked_up(source)}
        for number, page in enumerate(pages):
            for triple in page.triples & wanted:
                self._with_triple[triple].append(number)
            for title in {*map(in_words, _title_parts(page))}:
                self._with_title[title].append(number)

    def pairs(self, source: PostWords) -> list[_Pair]:
        """The pages that may be the post's own."""
        title = in_words(source.title or "")
        pairs = [self._pair(source, title, number) for number in self._candidates(source, title)]
        plausible = [pair for pair in pairs if pair.is_plausible]
        return [
            replace(pair, is_variant=any(_is_variant(pair, other) for other in plausible))
            for pair in plausible
        ]

    def _candidates(self, source: PostWords, title: str) -> set[int]:
        found = {*self._by_triples(source)}
        with_title = self._with_title.get(title, ()) if title else ()
        if len(with_title) <= _RARE:
            found.update(with_title)
        if source.expected in self._numbers:
            found.add(self._numbers[source.expected])
        return found

    def _by_triples(self, source: PostWords) -> list[int]:
        """The pages with the most of the post's triples that are on few pages."""
        looked_up = _looked_up(source)
        for limit in (_RARE, _COMMON):
            lists = [self._with_triple.get(triple, ()) for triple in looked_up]
            few = [numbers for numbers in lists if 0 < len(numbers) <= limit]
            if len(few) >= _ENOUGH * len(looked_up):
                break
        counts = Counter(number for numbers in few for number in numbers)
        # Of pages with as many of them, a list has the most words.
        best = sorted(counts, key=lambda one: (-counts[one], self._pages[one].word_count, one))
        return best[:_MOST_CANDIDATES]

    def _pair(self, source: PostWords, title: str, number: int) -> _Pair:
        page = self._pages[number]
        common = len(source.triples & page.triples)
        return _Pair(
            source,
            page,
            share=common / len(source.triples) if source.triples else 0.0,
            has_title=any(holds_title(shown, title) for shown in self._titles[number]),
            links_title=bool(title) and title_hash(title) in page.linked,
            is_expected=source.expected == page.path,
            has_date=_has_date(page.path, source.published),
            has_name=has_name(source.path, page.path),
            names=_names_in_common(source.path, page.path),
        )


def _looked_up(source: PostWords) -> list[int]:
    """Some of the triples, the same on every run; as hashes they are in no order."""
    return sorted(source.triples)[:_LOOKED_UP]


def _title_parts(page: PageWords) -> Iterator[str]:
    """The titles of a page, and what stands before the name of the site in them."""
    for title in page.titles:
        yield title
        yield from _SEPARATOR.split(title, maxsplit=1)[:1]


# The home page, and the pages of a list that goes on: `index-3.html`, `page/3/`, `page3/`.
_LIST_PATH = re.compile(r"^index\.x?html?$|(?:^|/)(?:index-|page[/-]?)\d+(?:/index)?\.x?html?$")
_SEPARATOR = re.compile(r"\s+[|·•–—»:/-]+\s+")


_DATE_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-]?(\d\d)(?:[/-]?(\d\d))?(?!\d)")


def _has_date(path: PurePosixPath, published: dt.datetime | None) -> bool:
    """Whether the path of a page holds the month or the day of the post."""
    match = _DATE_IN_PATH.search(str(path))
    if not match or not published:
        return False
    year, month, day = match.groups()
    return (
        int(year) == published.year
        and int(month) == published.month
        and (day is None or int(day) == published.day)
    )


_LEADING_DATE = re.compile(r"\d{4}-\d\d?-\d\d?-")


def _name(path: PurePosixPath) -> Sequence[str]:
    """The words in the name of a file, without its date; none if they are numbers."""
    found = words(_LEADING_DATE.sub("", _parts(path)[-1], count=1)) if _parts(path) else []
    return [] if all(word.isdecimal() for word in found) else found


def _names_in_common(source: PurePosixPath, page: PurePosixPath) -> float:
    """Which share of the words in two paths is in both, 0 to 1."""
    first = {*words(str(source.with_suffix("")).removesuffix("index"))}
    second = {*words(str(page.with_suffix("")).removesuffix("index"))}
    return len(first & second) / max(1, len(first | second))


def _is_same_language(first: str | None, second: str | None) -> bool:
    """Whether two languages have the same first subtag (RFC 5646 section 2.2.1)."""
    if not first or not second:
        return False
    return re.split("[-_]", first.lower())[0] == re.split("[-_]", second.lower())[0]


def _is_variant(pair: _Pair, other: _Pair) -> bool:
    """Whether the page shows the same as the other, whose path has one part less."""
    if not (pair.has_title and other.has_title) or abs(pair.share - other.share) > _SAME:
        return False
    parts, fewer = _parts(pair.page.path), _parts(other.page.path)
    return len(parts) == len(fewer) + 1 and any(
        parts[:at] + parts[at + 1 :] == fewer for at in range(len(parts))
    )


def _parts(path: PurePosixPath) -> tuple[str, ...]:
    """The parts that count: those of `a/index.html` are those of `a.html`."""
    bare = path.with_suffix("")
    return bare.parts[:-1] if bare.name == "index" else bare.parts
