"""A page beside the source of its post: which of its words are the post's. Pure."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.learning.element_names import NameIndex
from publisher.sources.built.learning.foreign import makes_words
from publisher.sources.built.learning.text_parts import is_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from publisher.post import TemplateLanguage
    from publisher.sources.built.pages.page import BuiltPage

_LEAST_GOOD = 0.96  # of the triples of the source that the page has
_LEAST_USABLE = 0.75
_MAX_WORDS = 200_000  # of a page that is learned from


class LearnedPost(Struct, frozen=True):
    """What is learned from: the title, and the words of the source.

    `source` is the text of the post as it was written: a picture that it names is no decoration of
    the page.
    """

    title: str | None
    words: tuple[str, ...]
    source: str = ""
    language: TemplateLanguage = "none"

    @property
    def makes_words(self) -> bool:
        return makes_words(self.source, self.language)


class Container(Struct, frozen=True):
    """An element that holds the text: how many words of the page are foreign in it or left out.

    A good one holds all but a few of the words; a usable one most of them. A part is one that holds
    the text of this post only because it is short.
    """

    element: etree._Element
    foreign: int
    lost: int
    is_good: bool
    is_part: bool

    @property
    def cost(self) -> int:
        # Foreign words may be dropped later; those left out are lost.
        return self.foreign + 5 * self.lost


class LearningPage:
    """The words of a page that its source has, by position, and the elements that hold them."""

    def __init__(self, post: LearnedPost, page: BuiltPage) -> None:
        self.post, self.page = post, page
        source = {*_triples(post.words)}
        self._hits = [triple if triple in source else None for triple in _triples(page.words)]
        self._covered = [0, *accumulate(covered(page.words, source))]

    @cached_property
    def index(self) -> NameIndex:
        return NameIndex(self.page.tree)

    @cached_property
    def containers(self) -> dict[etree._Element, Container]:
        """The usable containers by their elements."""
        body = self.page.tree.find("body")
        total = len(self._distinct((0, len(self.page.words))))
        if body is None or not total or len(self.page.words) > _MAX_WORDS:
            return {}
        return {one.element: one for one in self._below(body, total)}

    def are_parts(self, found: Sequence[etree._Element]) -> bool:
        """Whether several of these elements hold words of the post, and none holds its text."""
        if any(element in self.containers for element in found):
            return False
        return sum(any(self._hits_in(self.page.interval(one))) for one in found) > 1

    def _below(self, body: etree._Element, total: int) -> Iterator[Container]:
        to_do = [body]
        while to_do:
            element = to_do.pop()
            start, end = interval = self.page.interval(element)
            # Few hits cannot be many distinct ones.
            if len(self._hits_in(interval)) < _LEAST_USABLE * total:
                continue
            distinct = len(self._distinct(interval))
            if distinct < _LEAST_USABLE * total:
                continue
            foreign = end - start - (self._covered[end] - self._covered[start])
            yield Container(
                element,
                foreign,
                total - distinct,
                is_good=distinct >= _LEAST_GOOD * total,
                is_part=is_part(element),
            )
            to_do += element

    def _distinct(self, interval: tuple[int, int]) -> set[tuple[str, str, str]]:
        return {*self._hits_in(interval)}

    def _hits_in(self, interval: tuple[int, int]) -> Sequence[tuple[str, str, str]]:
        start, end = interval
        return [hit for hit in self._hits[start : max(end - 2, 0)] if hit]


def _triples(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return zip(words, words[1:], words[2:], strict=False)


def covered(words: Sequence[str], source: set[tuple[str, str, str]]) -> list[bool]:
    """For each word whether it belongs to a triple of the source."""
    found = [False] * len(words)
    for at, triple in enumerate(_triples(words)):
        if triple in source:
            found[at] = found[at + 1] = found[at + 2] = True
    return found
