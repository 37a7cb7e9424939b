"""Write numbers with their nouns, and lists of names in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 5  # in one sentence; others are counted


def number_of(number: int, singular: str, plural: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def limited(names: Sequence[str]) -> list[str]:
    """The first MOST_NAMED of the names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], f"{more} more"] if more > 0 else [*names]
