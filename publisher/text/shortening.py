"""The beginning of a text, cut between words."""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile

# Han and kana with their punctuation: these are written without blanks, and a line may break
# between any two of them (UAX #14, class ID). Hangul is not among them: Korean has blanks.
_IDEOGRAPH = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60]|"
                        "[\U00020000-\U0003ffff]")  # fmt: skip
_MARKS = frozenset({"Mn", "Mc", "Me"})
_JOINER = "\u200d"
# Continue the character before them: joiners, skin tones, the letters of a flag such as Scotland's,
# and vowels and finals of decomposed Hangul.
_CONTINUES = re.compile("[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u1160-\u11ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of them are a flag


def shortened(text: str, most: int) -> str:
    """The text if it has at most `most` characters, else its beginning and an ellipsis."""
    if len(text) <= most:
        return text
    return beginning(text, most).rstrip(" ,.;:-") + "…"


def beginning(text: str, most: int) -> str:
    """As many whole words as fit into `most` characters, without the blank behind them.

    A word that does not fit by itself is cut between grapheme clusters.
    """
    return text if len(text) <= most else text[: _end(text, most)].rstrip()


def _end(text: str, most: int) -> int:
    # Before the limit: the ellipsis takes the place of a word that ends right there.
    blank = max((at for at in range(1, most) if text[at].isspace()), default=0)
    if 2 * blank >= most:
        return blank
    # Chinese with a blank far in front, or none: that blank would leave next to nothing.
    for at in range(most, blank, -1):
        beside = _IDEOGRAPH.match(text[at - 1]) or _IDEOGRAPH.match(text[at])
        if beside and _begins_cluster(text, at):
            return at
    return blank or next((at for at in range(most, 0, -1) if _begins_cluster(text, at)), most)


def _begins_cluster(text: str, at: int) -> bool:
    """Whether a character as readers see it begins there (UAX #29, rules GB6 to GB13)."""
    here, before = text[at], text[at - 1]
    if before == _JOINER or unicodedata.category(here) in _MARKS or _CONTINUES.match(here):
        return False
    if not _FLAG_LETTER.match(here):
        return True
    letters = takewhile(_FLAG_LETTER.match, reversed(text[:at]))
    return sum(1 for _ in letters) % 2 == 0
