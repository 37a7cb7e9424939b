"""The symbols of titles that have no words, e.g. emoji. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEPARATOR = re.compile(r"\s+[|·•–—»:/-]+\s+")
_MAX_LENGTH = 1_000  # characters
_UNSEEN = "MCZ"  # marks such as variation selectors, control characters, and blanks
# Generators make such signs of `(c)`, `(r)` and `(p)`.
_SIGNS = str.maketrans({"©": "(c)", "®": "(r)", "℗": "(p)"})


def symbols(text: str) -> str:
    """The characters of a title that are seen, with the same quotes and dashes everywhere."""
    seen = unicodedata.normalize("NFKC", text[:_MAX_LENGTH].casefold())
    return "".join(map(_written, seen))


def _written(character: str) -> str:
    """How an author types a character: generators make typographic ones of quotes and dashes."""
    match unicodedata.category(character):
        case "Pi" | "Pf":
            return "'" if character in "‘’" else '"'
        case "Pd":
            return "-"
        case kind if kind[0] in _UNSEEN:
            return ""
    return character


def title_parts(title: str) -> Iterator[str]:
    """A title of a page, and what stands before or behind the name of the site in it."""
    yield title
    first, *others = _SEPARATOR.split(title)
    yield first
    yield from others[-1:]


def as_typed(title: str) -> str:
    """The title with `(c)` in the place of the sign."""
    return title.translate(_SIGNS)
