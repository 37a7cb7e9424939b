"""The body of a page, as far as it is compared with the source of its post. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.sources.built.pages.page import BuiltPage, parse
from publisher.sources.built.pages.words import words
from publisher.text.lazy_attributes import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import PurePosixPath
    from typing import TypeAlias

    from lxml import etree

    _IsOwn: TypeAlias = Callable[[etree._Element], bool]

# Attributes with words that the source may have as text: captions, bare URLs.
_WORDY = ("alt", "title", "aria-label", "href", *SOURCES)
_PICTURES = ("img", "svg", "video", "audio", "iframe", "object", "embed")
_CODE = frozenset({"code", "pre"})
# Classes of KaTeX, MathJax, their plugins, and the formulas of Python-Markdown and MediaWiki.
_FORMULA = re.compile(
    r"(?:^|\s)(?:katex|mathjax|mjx|arithmatex|mwe-math|math(?=\s|$))", re.IGNORECASE
)
# Of what stands for text of the post: footnotes, diagrams.
_KEPT = re.compile(r"(?:^|\s)(?:footnote|mermaid|admonition)", re.IGNORECASE)
_LINES = frozenset({"br", "div", "li", "p", "tr"})  # elements that begin a line within `pre`
_NO_LETTER = re.compile(r"[\W_]+")
_FEWEST_LETTERS = 8  # of a name that cannot be in a text by chance
_FEWEST_CHARACTERS = 5  # of a name that is sought wherever it stands, e.g. not `2` of `2.png`
PICTURE_KINDS = "png|jpe?g|gif|svg|webp|avif"
_SPACE = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans(
    {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), "–": "--", "—": "---", "…": "..."}
)
# What CSS takes unescaped, without the numbers and hashes that a build makes up.
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z_-]*")


@dataclass(frozen=True, eq=False)
class PageBody:
    """The children of the element that has the body, in a page of their own."""

    page: BuiltPage

    @classmethod
    def of(cls, text: str, path: PurePosixPath) -> PageBody:
        """Raises PageError."""
        return cls(parse(f"<html><body>{text}</body></html>".encode(errors="replace"), path))

    @cached_property
    def words(self) -> Sequence[str]:
        """The words outside of formulas."""
        return [self.page.words[at] for at in self.text_at]

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
    def _formulas(self) -> frozenset[etree._Element]:
        """The elements of formulas, which show letters where the source has names of TeX."""
        return self._within(
            lambda one: one.tag == "math" or one.tag.startswith("mjx-") or _names(_FORMULA, one)
        )

    @cached_property
    def text_at(self) -> Sequence[int]:
        """The places of the words that are in no formula."""
        of_formulas = {at for one in self._formulas for at in range(*self.page.interval(one))}
        return [at for at in range(len(self.page.words)) if at not in of_formulas]

    def selectors_of_post(self, covered: Sequence[bool], is_own: _IsOwn) -> frozenset[str]:
        """Selectors of all elements that show something of the post, or are part of it.

        They show words that are `covered`, which are those of `text_at`; formulas, code or
        footnotes; or a picture that `is_own`.
        """
        marks = [False] * len(self.page.words)
        for at, mark in zip(self.text_at, covered, strict=True):
            marks[at] = mark
        before = [0, *accumulate(marks)]
        kept = self._within(lambda one: one.tag in _CODE or _names(_KEPT, one) or is_own(one))
        found = {*kept, *self._formulas}
        for element in [*found]:
            parent = element.getparent()
            while parent is not None and parent not in found:
                found.add(parent)
                parent = parent.getparent()
        for element in self._elements():
            start, end = self.page.interval(element)
            if before[end] > before[start]:
                found.add(element)
        return frozenset(name for element in found for name in _selectors(element))

    def _within(self, is_one: _IsOwn) -> frozenset[etree._Element]:
        """The elements of a kind, and all that they contain."""
        found: set[etree._Element] = set()
        for element in self._elements():
            if element.getparent() in found or is_one(element):
                found.add(element)
        return frozenset(found)

    def begins_with(self, title: str) -> bool:
        """Whether a heading of level 1 with the title stands before all other words."""
        heading = next(self.page.tree.iter("h1"), None)
        if heading is None or not title:
            return False
        start, end = self.page.interval(heading)
        return start == 0 and list(self.page.words[:end]) == words(title)

    @cached_property
    def attributes(self) -> NamesIn:
        """The names of files in all attributes."""
        values = (str(value) for element in self._elements() for value in element.attrib.values())
        return NamesIn(unquote("\n".join(values)).lower())

    @cached_property
    def pictures(self) -> list[etree._Element]:
        """The pictures and whatever else a generator makes of one."""
        return [element for element in self._elements() if element.tag in _PICTURES]

    @cached_property
    def text(self) -> str:
        """All text without white space, also that which has no words."""
        return squeezed(_text(self.page.tree))

    @cached_property
    def unescaped_text(self) -> str:
        """The same with characters in the place of entities that readers see."""
        return html.unescape(self.text)

    @cached_property
    def straight_text(self) -> str:
        """The same without typographic quotes and dashes."""
        return straight(self.text)

    @cached_property
    def code(self) -> list[tuple[str, bool]]:
        """Each preformatted text without white space, and whether it has only one line."""
        return [
            (squeezed(text := _text(one)), _is_one_line(one, text))
            for one in self._elements()
            if one.tag == "pre"
        ]

    def place(self, start: int, end: int) -> str:
        """A selector of the element that has `words[start:end]` and little else, or empty."""
        first, last = self.text_at[start], self.text_at[end - 1] + 1
        most = 2 * (last - first)
        element, named = self.page.tree.find("body"), ""
        while element is not None:
            size = len(range(*self.page.interval(element)))
            if size <= most and not named:
                named = next(_selectors(element), "")
            element = next((one for one in element if self._holds(one, first, last)), None)
        return named

    def _holds(self, element: etree._Element, start: int, end: int) -> bool:
        first, last = self.page.interval(element)
        return first <= start and end <= last

    def _elements(self) -> Iterator[etree._Element]:
        for element in self.page.tree.iter():
            if isinstance(element.tag, str):  # neither a comment nor an instruction
                yield element


class NamesIn:
    """The names of files in a text of lower case."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has(self, name: str) -> bool:
        """Whether the text has a name; generators replace blanks and other characters in it."""
        if len(name) < _FEWEST_CHARACTERS:
            return _file_named(name).search(self._text) is not None
        if name in self._text:
            return True
        letters = _NO_LETTER.sub("", name)
        return len(letters) >= _FEWEST_LETTERS and letters in self._letters

    @cached_property
    def _letters(self) -> str:
        return _NO_LETTER.sub("", self._text)


def _file_named(name: str) -> re.Pattern[str]:
    """A picture of this name, behind which generators put a hash or a size."""
    return re.compile(
        rf"(?:^|[^\w.-]){re.escape(name)}(?:[._-][^/\s]{{0,200}})?\.(?:{PICTURE_KINDS})\b"
    )


def _text(element: etree._Element) -> str:
    return "".join(text for text in element.itertext() if isinstance(text, str))


def squeezed(text: str) -> str:
    return _SPACE.sub("", text)


def straight(text: str) -> str:
    return text.translate(_TYPOGRAPHY)


def _is_one_line(element: etree._Element, text: str) -> bool:
    has_lines = any(one.tag in _LINES for one in element.iter())
    return "\n" not in text.strip("\n") and not has_lines


def _names(kind: re.Pattern[str], element: etree._Element) -> bool:
    return bool(kind.search(element.get("class") or ""))


def _selectors(element: etree._Element) -> Iterator[str]:
    """`nav.toc`, `nav#toc`; nothing for an element that has neither class nor id."""
    classes = (element.get("class") or "").split()
    yield from (f"{element.tag}.{name}" for name in classes if _NAME.fullmatch(name))
    if _NAME.fullmatch(own := element.get("id") or ""):
        yield f"{element.tag}#{own}"
