"""The words that several pages show around their texts. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHOWN = 8  # words in a message

# Words that follow each other, and whether they stand before the text.
Piece: TypeAlias = "tuple[bool, Sequence[str]]"


def longest_shared(pages: Sequence[Sequence[Piece]], *, share: float) -> tuple[str, ...]:
    """The longest run of words that at least this share of the pages show, up to eight words.

    Each page gives the pieces that it shows. Of equal runs, the first one on the first page that
    shows one counts. Empty if the pages share no word.
    """
    for length in range(_SHOWN, 0, -1):
        shown = [[*_runs(pieces, length)] for pieces in pages]
        counted = Counter(run for runs in shown for run in {*runs})
        for runs in shown:
            for run in runs:
                if counted[run] >= share * len(pages):
                    return run[1]
    return ()


def _runs(pieces: Sequence[Piece], length: int) -> Iterator[tuple[bool, tuple[str, ...]]]:
    for is_before, words in pieces:
        for at in range(len(words) - length + 1):
            yield is_before, tuple(words[at : at + length])


def quoted(run: Sequence[str]) -> str:
    return f'"{" ".join(run)}"'
