"""Remove the characters that XML cannot carry or that a terminal must not show."""

from __future__ import annotations

import re
import unicodedata

from publisher.text.shortening import shortened

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = frozenset("\v\f")


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 cannot carry (section 2.2).

    A form feed or a vertical tab separates words, so it becomes a space.
    """
    return _ILLEGAL.sub(lambda match: " " if match[0] in _BREAKS else "", text)


def printable(text: str) -> str:
    """The text without control characters and marks that change the writing direction."""
    # Posts, feeds and servers could otherwise forge lines of our output or move the cursor.
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})


def short_line(text: str, most: int) -> str:
    """Text from outside, for a message: one printable line of at most `most` characters."""
    shown = printable(" ".join(text.split()))
    return shown if len(shown) <= most else shortened(shown, most - 1)
