"""A post and a page that may be its own: how much tells for it. Pure."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.finding.page_words import holds_title, title_hash
from publisher.sources.built.pages.page_dates import StatedDates, in_zone
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.built.finding.page_words import PageWords

# What a page scores beside the share of the post's triples that it has, which is 0 to 1.
_TITLE = 0.3
_FOREIGN = -0.2  # times the share of its words that are not the post's
_LIST = -0.3  # it shows several posts whole
_COPY = -0.6  # it names another page as the original
_VARIANT = -0.1  # its path is that of an equal page with one more part, e.g. `print`
_MEDIA, _FIRST_MEDIA = 0.2, 0.02  # a page may show those of other posts, too, but further below
_EXPECTED, _DATE, _LANGUAGE, _NAME = 0.12, 0.06, 0.03, 0.02
_REMEMBERED = 0.1  # of a post that shares its title

WHOLE = 0.6  # of the triples: the page shows the post
FEW_TRIPLES = 8  # they prove nothing by themselves
_NAMED = 0.5  # of the words in the paths of a post and of its page

# The share of its triples that the page of a post has at least. Posts of a series have a title and
# much of their text in common; on eleven public sites only two of 4,000 pages have less than half
# of their posts, and these have the post's name.
_LEAST, _LEAST_WITH_TITLE, _LEAST_WITH_TITLE_AND_NAME = 0.8, 0.5, 0.1
_LEAST_OWN = 0.5  # of what no other post with the title has
# The same for a post that had a page before: another one must not be taken for it. A page that was
# compared with its post may lack what it lacked then, and little else.
_LEAST_AGAIN, _LEAST_AS_BEFORE = 0.8, 0.95


class EarlierPage(Struct, frozen=True):
    """What the page of a post was when it was taken last.

    `missing` are the triples of the post that it lacked; None if they were not compared.
    """

    missing: frozenset[int] | None
    has_title: bool


class PostWords(Struct, frozen=True):
    """The words of a post, by which its page is found.

    `published` is in the site's zone, None if only its page states it. `expected` is the page by
    the rules of the engine, and `earlier` the page that the post had before, `remembered` its path.
    `shares_title`: the title does not tell the page from those of other posts.
    """

    path: PurePosixPath
    title: str | None
    triples: frozenset[int]
    published: dt.datetime | None = None
    language: str | None = None
    expected: PurePosixPath | None = None
    earlier: EarlierPage | None = None
    media: frozenset[str] = frozenset()
    remembered: PurePosixPath | None = None
    shares_title: bool = False


def has_name(post: PurePosixPath, page: PurePosixPath) -> bool:
    """Whether the files of a post and of a page have the same name, and one that says something."""
    return bool(name := _name(post)) and name == _name(page)


class Pair(Struct, frozen=True):
    """A post and a page that may be its own.

    `own` is the share of the triples that no other post with the title has; None if the title tells
    the page, or if the post has no such triples. `contradicts`: the page is dated otherwise.
    """

    source: PostWords
    page: PageWords
    share: float
    has_title: bool
    links_title: bool  # to another page
    is_expected: bool
    has_date: bool
    has_name: bool  # their files have the same name
    names: float  # how much their paths have in common, 0 to 1
    media: float  # the share of the post's media that the page shows
    first_media: float  # 1 if it shows one of them first
    is_dated: bool  # it states the day of the post
    is_variant: bool = False
    own: float | None = None
    contradicts: bool = False

    @property
    def telling(self) -> float:
        """The share of the words that tell whose page it is, 0 to 1."""
        return self.share if self.own is None else self.own

    @property
    def is_plausible(self) -> bool:
        if not self.is_expected and self._is_list:
            return False
        if self.page.asks_password and self.has_title and self.has_name:
            return not self.contradicts  # it does not show the text
        if self.source.shares_title:
            return self._is_told
        if len(self.source.triples) < FEW_TRIPLES:
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
    def _is_told(self) -> bool:
        """Whether the page may be the post's, although other posts have its title.

        It shows what no other has; or it is at the post's place, shows none of that, e.g. because
        it is an excerpt, and is not dated otherwise.
        """
        is_place = self.is_expected or self.is_remembered
        if self.own is not None and self.own >= _LEAST_OWN:
            return self.has_title or is_place or self.share >= _LEAST
        if self.contradicts:
            return False
        is_titled = self.has_title or not self.source.title
        if self.own is not None:
            return is_titled and is_place
        if len(self.source.triples) < FEW_TRIPLES:
            return self._is_alike
        return self.share >= _LEAST or (is_titled and is_place)

    @property
    def is_remembered(self) -> bool:
        return self.source.remembered == self.page.path

    @property
    def _is_list(self) -> bool:
        """Whether the page shows the post, or its beginning, among others.

        Its heading links to the page of the post. A page may have the name of a post that it does
        not show whole, e.g. that of a tag.
        """
        is_part = not self.has_title or self.share < WHOLE
        return (self.links_title and is_part) or is_list_path(self.page.path)

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

    @property
    def shows_other_media(self) -> bool:
        """Whether both have media, but none in common, and little else tells whose page it is."""
        is_known = self.is_expected or self.has_name or len(self.source.triples) >= FEW_TRIPLES
        return bool(self.source.media and self.page.media) and not (self.media or is_known)

    def score(self, lists: set[PurePosixPath]) -> float:
        found = self.share * len(self.source.triples)
        foreign = 1 - min(1.0, found / max(1, self.page.word_count))
        return (
            self.telling
            + _FOREIGN * foreign
            + _TITLE * self.has_title
            + _LIST * (self.page.path in lists)
            + _COPY * self.page.canonical_is_other
            + _VARIANT * self.is_variant
            + _MEDIA * self.media
            + _FIRST_MEDIA * self.first_media
            + _EXPECTED * self.is_expected
            + _REMEMBERED * (self.source.shares_title and self.is_remembered)
            + _DATE * (self.has_date or self.is_dated)
            + _LANGUAGE * _is_same_language(self.source.language, self.page.language)
            + _NAME * self.names
        )


def pair_of(
    source: PostWords,
    page: PageWords,
    own: Collection[str],
    titles: Collection[str],
    *,
    own_words: frozenset[int] = frozenset(),
    contradicts: bool = False,
) -> Pair:
    """A post and a page: `own` are the spellings of its title, `titles` those of the page.

    `own_words` are the triples of the post that no other post with its title has.
    """
    common = len(source.triples & page.triples)
    places = [at for at, name in enumerate(page.media) if name in source.media]
    return Pair(
        source,
        page,
        share=common / len(source.triples) if source.triples else 0.0,
        has_title=any(holds_title(shown, title) for shown in titles for title in own),
        links_title=any(title_hash(title) in page.linked for title in own),
        is_expected=source.expected == page.path,
        has_date=_has_date(page.path, source.published),
        has_name=has_name(source.path, page.path),
        names=_names_in_common(source.path, page.path),
        media=len(places) / len(source.media) if source.media else 0.0,
        first_media=1 / (1 + places[0]) if places else 0.0,
        is_dated=_is_day(page.published, source.published),
        own=len(own_words & page.triples) / len(own_words) if own_words else None,
        contradicts=contradicts,
    )


# The home page, and the pages of a list that goes on: `index-3.html`, `page/3/`, `page3/`.
_LIST_PATH = re.compile(r"^index\.x?html?$|(?:^|/)(?:index-|page[/-]?)\d+(?:/index)?\.x?html?$")


def is_list_path(path: PurePosixPath) -> bool:
    """Whether a page is the home page, or one of a list that goes on."""
    return _LIST_PATH.search(str(path)) is not None


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


def _is_day(written: str, published: dt.datetime | None) -> bool:
    """Whether a page states the day on which the post was published, in the zone of the site."""
    return published is not None and stated_day(written, published.tzinfo) == published.date()


def stated_day(written: str, zone: dt.tzinfo | None) -> dt.date | None:
    """The day in a zone that a page states; None if it states none."""
    found = in_zone(StatedDates(written), zone) if written and zone else None
    return found.published.astimezone(zone).date() if found else None


def day_in_path(path: PurePosixPath) -> dt.date | None:
    """The day in the path of a page; None if there is none."""
    match = _DATE_IN_PATH.search(str(path))
    if not match or not match[3]:
        return None
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return None


_LEADING_DATE = re.compile(r"\d{4}-\d\d?-\d\d?-")


def _name(path: PurePosixPath) -> Sequence[str]:
    """The words in the name of a file, without its date; none if they are numbers."""
    found = words(_LEADING_DATE.sub("", page_parts(path)[-1], count=1)) if page_parts(path) else []
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


def page_parts(path: PurePosixPath) -> tuple[str, ...]:
    """The parts that count: those of `a/index.html` are those of `a.html`."""
    bare = path.with_suffix("")
    return bare.parts[:-1] if bare.name == "index" else bare.parts
