"""The characters that XML can carry, and those that a terminal may show."""

from __future__ import annotations

import re
import unicodedata

from publisher.text.shortening import shortened

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = frozenset("\v\f")


def legal(text: str) -> str:
    """Without those that XML 1.0 cannot carry (section 2.2); a page break is a blank."""
    return _ILLEGAL.sub(lambda found: " " if found[0] in _BREAKS else "", text)


def printable(text: str) -> str:
    """What a terminal may show: no control characters, no change of direction."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})


def short_line(text: str, most: int) -> str:
    """Somebody else's text on one line of at most `most` characters that a terminal may show."""
    shown = printable(" ".join(text.split()))
    return shown if len(shown) <= most else shortened(shown, most - 1)
