"""Whether an element of a page shows the title that the head of the page states. Pure."""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

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
    found = [_letters("".join(map(str, one.itertext()))) for one in head.iter("title")]
    found += [
        _letters(one.get("content", ""))
        for one in head.iter("meta")
        if one.get("property") == "og:title"
    ]
    return [one for one in found if one]


def is_title(element: etree._Element, stated: Sequence[str]) -> bool:
    """Whether a heading of level 1 or 2 shows one of the titles, whatever its punctuation is."""
    if element.tag not in HEADINGS or not stated:
        return False
    if next(islice(element.iter(), _MAX_ELEMENTS, None), None) is not None:
        return False
    text = _letters("".join(map(str, element.itertext())))
    return bool(text) and any(text in one for one in stated)


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:_MAX_LENGTH]).casefold()
    return "".join(filter(str.isalnum, folded))
