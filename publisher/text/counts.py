"""Write numbers with their nouns."""

from __future__ import annotations


def number_of(number: int, singular: str, plural: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
