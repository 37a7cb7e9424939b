"""The characters that XML can carry."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = frozenset("\v\f")


def legal(text: str) -> str:
    """Without those that XML 1.0 cannot carry (section 2.2); a page break is a blank."""
    return _ILLEGAL.sub(lambda found: " " if found[0] in _BREAKS else "", text)
