"""Shorten texts between words, and count words."""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile

# Han and kana with their punctuation: these are written without spaces, and a line may break
# between any two of them (UAX #14, class ID). Not Hangul: Korean has spaces between words.
_IDEOGRAPH = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60]|"
                        "[\U00020000-\U0003ffff]")  # fmt: skip
_WORD = re.compile(rf"{_IDEOGRAPH.pattern}|(?:(?!{_IDEOGRAPH.pattern})\S)+")
_NO_BREAK = frozenset("\u00a0\u2007\u202f")
_MARKS = frozenset({"Mn", "Mc", "Me"})
_JOINER = "\u200d"
# Characters that belong to the grapheme cluster before them: joiners, skin tones, the tag letters
# of a flag such as Scotland's, and the vowels and finals of decomposed Hangul.
_CONTINUES = re.compile("[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u1160-\u11ff]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")  # a pair of them is one flag


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis if it has more than `most` characters."""
    if len(text) <= most:
        return text
    words = beginning(text, most)
    return (words.rstrip(" ,.;:-") or words) + "…"


def beginning(text: str, most: int) -> str:
    """As many whole words as fit into `most` characters, without trailing space.

    If not even the first word fits, it is cut between grapheme clusters.
    """
    return text if len(text) <= most else text[: _end(text, most)].rstrip()


def count_words(text: str) -> int:
    """The number of words; in Chinese and Japanese, where spaces are rare, of characters."""
    if text.isascii() or not _IDEOGRAPH.search(text):
        return len(text.split())  # the same, many times faster
    return len(_WORD.findall(text))


def _end(text: str, most: int) -> int:
    # The last space before the limit: a space at the limit would leave no room for an ellipsis.
    space = max((index for index in range(1, most) if _is_space(text[index])), default=0)
    if 2 * space >= most:
        return space
    # Chinese text may have no space, or one so early that cutting there leaves next to nothing.
    for index in range(most, space, -1):
        is_breakable = _IDEOGRAPH.match(text[index - 1]) or _IDEOGRAPH.match(text[index])
        if is_breakable and _begins_cluster(text, index):
            return index
    if space:
        return space
    return next((index for index in range(most, 0, -1) if _begins_cluster(text, index)), most)


def _is_space(character: str) -> bool:
    """Whether a line may break at this character (UAX #14): not at a no-break space."""
    return character.isspace() and character not in _NO_BREAK


def _begins_cluster(text: str, index: int) -> bool:
    """Whether a grapheme cluster begins at the index (UAX #29, rules GB6 to GB13)."""
    character, previous = text[index], text[index - 1]
    is_mark = unicodedata.category(character) in _MARKS
    if previous == _JOINER or is_mark or _CONTINUES.match(character):
        return False
    if not _FLAG_LETTER.match(character):
        return True
    letters_before = takewhile(_FLAG_LETTER.match, reversed(text[:index]))
    return sum(1 for _ in letters_before) % 2 == 0
