"""Find the words that one text has and others lack. Pure.

Two renderings of a text do not agree on where its parts stand: footnotes move to the end, captions
come out of attributes. So a word counts as missing only if no three words around it are in one of
the other texts, and if each of them has the word less often.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SIZE = 3  # words that are looked up at once


def lacking(
    text: Sequence[str], *others: Sequence[str], least: int = 0
) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that the others lack, in order: where each starts and ends.

    A run begins and ends with a word that all others have less often, and has `least` such words
    that are no numbers.
    """
    groups = {group for other in others for group in _groups(other, min(_SIZE, len(text)))}
    most: Counter[str] = Counter()
    for other in others:
        most |= Counter(other)
    rare = Counter(text) - most
    covered = [False] * len(text)
    for at, group in enumerate(_groups(text, min(_SIZE, len(text)))):
        if group in groups:
            covered[at : at + _SIZE] = [True] * len(group)
    for start, end in _runs([not one for one in covered]):
        marked = [at for at in range(start, end) if text[at] in rare]
        if marked and sum(not text[at].isdigit() for at in marked) >= least:
            yield marked[0], marked[-1] + 1


def _groups(text: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(text[at:] for at in range(size)), strict=False)


def _runs(marks: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of true marks starts and ends."""
    at = 0
    for mark, run in groupby(marks):
        length = sum(1 for _ in run)
        if mark:
            yield at, at + length
        at += length
