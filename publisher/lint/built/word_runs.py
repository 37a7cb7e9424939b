"""Find the words that one text has and others lack. Pure.

Two renderings of a text do not agree on where its parts stand: footnotes move to the end, captions
come out of attributes. So a word counts as missing only if no three words around it are in one of
the other texts, and if each of them has the word less often. Nor do they agree on where a word
ends: colours of code, and numbers that a template fills in, cut a word or lengthen it. So a run of
words is there, too, if its letters are.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SOUGHT = 200  # runs whose letters are looked for, of one text

_SIZE = 3  # words that are looked up at once
_FEWEST_LETTERS = 4  # that cannot be in another text by chance
_DIGITS = {ord(digit): None for digit in "0123456789"}


def lacking(
    text: Sequence[str], *others: Sequence[str], least: int = 0
) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that the others lack, in order: where each starts and ends.

    A run begins and ends with a word that all others have less often, and has `least` such words
    that are no numbers.
    """
    most: Counter[str] = Counter()
    for other in others:
        most |= Counter(other)
    rare = Counter(text) - most
    found = []
    for start, end in _runs([not one for one in covered(text, *others)]):
        marked = [at for at in range(start, end) if text[at] in rare]
        if marked and sum(not text[at].isdigit() for at in marked) >= least:
            found.append((marked[0], marked[-1] + 1))
    letters = [_letters(other) for other in others] if found else []
    for start, end in islice(found, MAX_SOUGHT):
        own = _letters(text[start:end])
        if len(own) < _FEWEST_LETTERS or not any(own in other for other in letters):
            yield start, end
    yield from found[MAX_SOUGHT:]


def covered(text: Sequence[str], *others: Sequence[str]) -> list[bool]:
    """Of each word, whether one of the others has it with two of the words around it."""
    size = min(_SIZE, len(text))
    groups = {group for other in others for group in _groups(other, size)}
    found = [False] * len(text)
    for at, group in enumerate(_groups(text, size)):
        if group in groups:
            found[at : at + size] = [True] * size
    return found


def _groups(text: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(text[at:] for at in range(size)), strict=False)


def _letters(text: Sequence[str]) -> str:
    return "".join(text).translate(_DIGITS)


def _runs(marks: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of true marks starts and ends."""
    at = 0
    for mark, run in groupby(marks):
        length = sum(1 for _ in run)
        if mark:
            yield at, at + length
        at += length
