"""Find where taking out an element joins two words that the page shows apart. Pure.

`<label>one</label><label>two</label>` without its tags is `onetwo`.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from lxml import etree

# Parts of a word may be in these elements.
PHRASES = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del"}
    | {"dfn", "em", "font", "i", "ins", "kbd", "mark", "nobr", "q", "ruby", "s", "samp", "small"}
    | {"span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
Place = TypeVar("Place")


class WordGaps(Generic[Place]):
    """Is told what a text consists of, in its order, and finds the places that lack a blank."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._is_in_word = False

    def text(self, text: str | None) -> Place | None:
        """Go on with this text. Returns where a blank has to go before it, if anywhere."""
        if not text:
            return None
        joins = self._is_in_word and text[0].isalnum()
        place = self._place if joins else None
        self._place, self._is_in_word = None, text[-1].isalnum()
        return place

    def leaves(self, place: Place) -> None:
        """Take out what keeps the texts before and behind this place apart."""
        if self._place is None:
            self._place = place

    def stays(self) -> None:
        """Go on with an element that stays, and keeps the texts before and behind it apart."""
        self._place, self._is_in_word = None, False


def keep_apart(root: etree._Element, gap: str, gone: str) -> None:
    """Put a blank wherever taking out the elements named `gap` would join two words.

    Those named `gone` go, too, but keep nothing apart.
    """
    if next(root.iter(gap), None) is None:
        return
    gaps = WordGaps[tuple[etree._Element, str]]()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        starts, tag = event == "start", element.tag
        if tag == gap:
            gaps.leaves((element, "text" if starts else "tail"))
        elif tag not in PHRASES and tag != gone:
            gaps.stays()
        if not starts and element is root:
            return
        text = element.text if starts else element.tail
        if text and (place := gaps.text(text)) is not None:
            setattr(*place, f" {getattr(*place) or ''}")
