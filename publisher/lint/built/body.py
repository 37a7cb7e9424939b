"""The body of a page, as far as it is compared with the source of its post. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.sources.built.pages.page import BuiltPage, parse
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from lxml import etree

# Attributes with words that the source may have as text: captions, bare URLs.
_WORDY = ("alt", "title", "aria-label", "href", "src", "data-src")
_PICTURES = ("img", "svg", "video", "audio", "iframe", "object", "embed")
_FORMULAS = frozenset({"math", "mjx-container"})
_LINES = frozenset({"br", "div", "li", "p", "tr"})  # elements that begin a line within `pre`
_SPACE = re.compile(r"\s+")
# What CSS takes unescaped, without the numbers and hashes that a build makes up.
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z_-]*")


@dataclass(frozen=True, eq=False)
class PageBody:
    """The children of the element that has the body, in a page of their own."""

    page: BuiltPage

    @classmethod
    def of(cls, html: str, path: PurePosixPath) -> PageBody:
        """Raises PageError."""
        return cls(parse(f"<html><body>{html}</body></html>".encode(errors="replace"), path))

    @property
    def words(self) -> tuple[str, ...]:
        return self.page.words

    @cached_property
    def attribute_words(self) -> list[str]:
        return [
            word
            for element in self._elements()
            for name in _WORDY
            if (value := element.get(name))
            for word in words(value)
        ]

    @cached_property
    def words_of_formulas(self) -> frozenset[str]:
        """Letters of formulas, which the source has as names of TeX."""
        formulas = (one for one in self._elements() if one.tag in _FORMULAS)
        return frozenset(
            word for formula in formulas for word in self.words[slice(*self.page.interval(formula))]
        )

    @cached_property
    def attributes(self) -> str:
        """All attributes, for a search for the name of a file: in lower case, without escapes."""
        values = (str(value) for element in self._elements() for value in element.attrib.values())
        return unquote("\n".join(values)).lower()

    @cached_property
    def pictures(self) -> list[etree._Element]:
        """The pictures and whatever else a generator makes of one."""
        return [element for element in self._elements() if element.tag in _PICTURES]

    @cached_property
    def text(self) -> str:
        """All text without white space, also that which has no words."""
        return squeezed(_text(self.page.tree))

    @cached_property
    def code(self) -> list[tuple[str, bool]]:
        """Each preformatted text without white space, and whether it has only one line."""
        return [
            (squeezed(text := _text(one)), _is_one_line(one, text))
            for one in self._elements()
            if one.tag == "pre"
        ]

    def place(self, start: int, end: int) -> str:
        """A selector of the element that has these words and little else; empty without one."""
        most = 2 * (end - start)
        element, named = self.page.tree.find("body"), ""
        while element is not None:
            size = len(range(*self.page.interval(element)))
            if size <= most and not named:
                named = _selector(element)
            element = next((one for one in element if self._holds(one, start, end)), None)
        return named

    def _holds(self, element: etree._Element, start: int, end: int) -> bool:
        first, last = self.page.interval(element)
        return first <= start and end <= last

    def _elements(self) -> Iterator[etree._Element]:
        for element in self.page.tree.iter():
            if isinstance(element.tag, str):  # neither a comment nor an instruction
                yield element


def _text(element: etree._Element) -> str:
    return "".join(text for text in element.itertext() if isinstance(text, str))


def squeezed(text: str) -> str:
    return _SPACE.sub("", text)


def _is_one_line(element: etree._Element, text: str) -> bool:
    has_lines = any(one.tag in _LINES for one in element.iter())
    return "\n" not in text.strip("\n") and not has_lines


def _selector(element: etree._Element) -> str:
    """`nav.toc`; empty for an element that has neither class nor id."""
    names = [f".{name}" for name in (element.get("class") or "").split() if _NAME.fullmatch(name)]
    own = element.get("id") or ""
    found = names[:1] or ([f"#{own}"] if _NAME.fullmatch(own) else [])
    return f"{element.tag}{found[0]}" if found else ""
