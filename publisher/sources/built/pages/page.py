"""A page as the site's generator built it: its tree, its words, and what each element holds. Pure.

Pages may come from people whom the owner of the account does not trust with the machine, so their
size, their depth and their attributes have limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lxml import etree

from publisher.errors import PublisherError
from publisher.sources.built.pages.head import Head, read_head
from publisher.sources.built.pages.page_encoding import in_utf8
from publisher.sources.built.pages.tree import TooDeepError, tree_of
from publisher.sources.built.pages.words import words
from publisher.text.css_selectors import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_SIZE = 20_000_000  # bytes
EMPTY = "is empty"
MAX_DEPTH = 500  # elements within elements; pages of real sites have some 50
MAX_ATTRIBUTES = 1_000  # of one element: libxml2's time grows with their square

# What browsers do not show, and the TeX that MathML carries beside the formula.
WORDLESS = frozenset({"annotation", "script", "style", "svg", "template"})
# HTML 13.2.5: `<` has no meaning inside a tag, nor has `>` inside a value in quotes.
_ATTRIBUTE = rb"""[\s/]++[^\s/>="'][^\s/>=]*+
    (?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+))?+"""
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.VERBOSE)
_START_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:%s)*+" % _ATTRIBUTE, re.VERBOSE)


class PageError(PublisherError):
    """A built page cannot be read. `reason` continues a sentence whose subject is the page."""

    def __init__(self, path: PurePosixPath, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, eq=False)
class BuiltPage:
    """A page; `path` is relative to the output folder, `tree` its `<html>` element.

    `words` are those of the body in order. The tree must not be changed.
    """

    path: PurePosixPath
    tree: etree._Element
    head: Head
    words: tuple[str, ...]
    _matches: dict[str, tuple[etree._Element, ...]] = field(default_factory=dict, init=False)

    def matches(self, selector: str) -> tuple[etree._Element, ...]:
        """The elements that a selector finds, in document order. Raises BadSelector."""
        found = self._matches.get(selector)
        if found is None:
            found = self._matches[selector] = (*compiled(selector).matches(self.tree),)
        return found

    def interval(self, element: etree._Element) -> tuple[int, int]:
        """The words that the element holds: `words[start:end]`.

        Empty for an element outside of the body, and inside of an element that has no words.
        """
        return self._intervals.get(element, (0, 0))

    @cached_property
    def _intervals(self) -> Mapping[etree._Element, tuple[int, int]]:
        """That of each element, for the few callers that look at parts of a page."""
        body = self.tree.find("body")
        return {} if body is None else _intervals(body)


def parse(data: bytes, path: PurePosixPath) -> BuiltPage:
    """Read a page. Raises PageError for one that is empty or exceeds a limit."""
    if len(data) > MAX_SIZE:
        raise PageError(path, f"is larger than {MAX_SIZE // 1_000_000} MB")
    if _has_many_attributes(data):
        raise PageError(path, f"has an element with more than {MAX_ATTRIBUTES} attributes")
    tree = _tree(data, path)
    body = tree.find("body")
    texts = "\n".join(_texts(body, path)) if body is not None else ""
    return BuiltPage(path, tree, read_head(tree), tuple(words(texts)))


def _has_many_attributes(data: bytes) -> bool:
    # The shortest ones take two characters.
    long = (tag for tag in _START_TAG.findall(data) if len(tag) > 2 * MAX_ATTRIBUTES)
    return any(len(_ATTRIBUTES.findall(tag)) > MAX_ATTRIBUTES for tag in long)


def _tree(data: bytes, path: PurePosixPath) -> etree._Element:
    try:
        tree = tree_of(in_utf8(data))
    except TooDeepError as error:
        raise PageError(path, _TOO_DEEP) from error
    if tree is None:
        raise PageError(path, EMPTY)
    return tree


_TOO_DEEP = f"has more than {MAX_DEPTH} elements within elements"


def words_in(top: etree._Element) -> list[str]:
    """The words of a part of a page, as `BuiltPage.words` are those of the whole."""
    if next(top.iter(*WORDLESS), None) is not None:
        return words("\n".join(_texts(top, PurePosixPath())))
    return words("\n".join(map(str, top.itertext())))


def words_of_html(html: str) -> list[str]:
    """The words of a body that was extracted from a page."""
    try:
        tree = tree_of(html.encode(errors="replace"))
        return [] if tree is None else words_in(tree)
    except (PageError, TooDeepError):
        return []


def _texts(top: etree._Element, path: PurePosixPath) -> Iterator[str]:
    """The texts that an element shows, in order. Raises PageError if it is too deep."""
    depth = 0
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            depth -= 1
            if (tail := element.tail) and element is not top:
                yield tail
            continue
        depth += 1
        if depth > MAX_DEPTH:
            raise PageError(path, _TOO_DEEP)
        if element.tag in WORDLESS:
            walk.skip_subtree()
        elif text := element.text:
            yield text


def _intervals(top: etree._Element) -> dict[etree._Element, tuple[int, int]]:
    """Of each element in another one, itself included, the interval of its words."""
    intervals: dict[etree._Element, tuple[int, int]] = {}
    starts: list[int] = []
    count = 0
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            intervals[element] = (starts.pop(), count)
            count += len(words(element.tail or "")) if element is not top else 0
            continue
        starts.append(count)
        if element.tag in WORDLESS:
            walk.skip_subtree()
        else:
            count += len(words(element.text or ""))
    return intervals
