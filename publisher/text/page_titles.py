"""Whether an element of a page shows the title that the head of the page states. Pure."""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from publisher.text.title_symbols import symbols, title_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

# Titles are short. Without limits, the time would grow with the square of a page of headings within
# headings.
_MAX_LENGTH = 1_000  # characters
_MAX_ELEMENTS = 100
HEADINGS = ("h1", "h2")


def stated_titles(root: etree._Element) -> Sequence[str]:
    """The `<title>` and the `og:title` of a page, with the name of the site, for `is_title`."""
    head = root.find("head")
    if head is None:
        return ()
    found = ["".join(map(str, one.itertext())) for one in head.iter("title")]
    found += [
        one.get("content", "") for one in head.iter("meta") if one.get("property") == "og:title"
    ]
    # Without the name of the site, as a title may have no letters.
    parts = [_letters(part) for one in found for part in title_parts(one)]
    return [one for one in parts if one]


def is_title(element: etree._Element, stated: Sequence[str]) -> bool:
    """Whether a heading of level 1 or 2 shows one of the titles, whatever its punctuation is."""
    if element.tag not in HEADINGS or not stated:
        return False
    if next(islice(element.iter(), _MAX_ELEMENTS, None), None) is not None:
        return False
    text = _letters("".join(map(str, element.itertext())))
    if not any(map(str.isalnum, text)):
        return text in stated
    return bool(text) and any(text in one for one in stated)


def _letters(text: str) -> str:
    """The letters and digits of a title, or else its symbols."""
    folded = unicodedata.normalize("NFKC", text[:_MAX_LENGTH]).casefold()
    return "".join(filter(str.isalnum, folded)) or symbols(text)
