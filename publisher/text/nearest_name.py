"""Find the name that somebody may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like the text, whatever its case; None if none is close."""
    import difflib  # noqa: PLC0415 - only a mistake needs it

    names = {name.casefold(): name for name in sorted(known, reverse=True)}
    close = difflib.get_close_matches(text.casefold(), names, n=1)
    return names[close[0]] if close else None


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """` (did you mean 'name'?)`, to insert into a message; empty if no known name is close."""
    name = nearest(text, known)
    return question(name) if name else ""


def question(name: str) -> str:
    """` (did you mean 'name'?)`, to insert into a message."""
    return f" (did you mean {name!r}?)"
