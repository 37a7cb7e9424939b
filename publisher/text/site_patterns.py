"""Use the regular expressions in the settings of a site, in the dialect of Python's `re`. Pure.

Others than the owner may have written them, so their length, the time of a search and the texts
that replacements make are limited.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LENGTH = 1_000  # characters of a pattern or a replacement, and those of a text that count
MAX_REPLACEMENTS = 100
_SECONDS = 0.5  # of the processor, for one search; `re` has no such limit


class SitePatternError(ValueError):
    """A pattern cannot be used; the message is a clause without subject."""


def groups(pattern: str, text: str) -> dict[str, str]:
    """The named groups of a match at the beginning of the text. Raises SitePatternError."""
    text = text[:MAX_LENGTH]
    with _compiled(pattern, text) as compiled:
        match = compiled.match(text, timeout=_SECONDS)
    named = match.groupdict() if match else {}
    return {name: value for name, value in named.items() if value is not None}


def replaced(text: str, replacements: Sequence[tuple[str, str]]) -> str:
    """The text after all replacements, in any case of letters. Raises SitePatternError."""
    if len(replacements) > MAX_REPLACEMENTS:
        raise SitePatternError(f"has more than {MAX_REPLACEMENTS} patterns")
    text = text[:MAX_LENGTH]
    for pattern, replacement in replacements:
        with _compiled(f"(?i){pattern}", text, replacement) as compiled:
            text = compiled.sub(replacement, text, timeout=_SECONDS)
    return text


@contextmanager
def _compiled(pattern: str, text: str, replacement: str = "") -> Iterator[Any]:
    """The compiled pattern. Raises SitePatternError for its errors, and if a text is too long."""
    import regex  # noqa: PLC0415 - few sites need it

    if max(map(len, (pattern, text, replacement))) > MAX_LENGTH:
        raise SitePatternError(f"has or makes a text of more than {MAX_LENGTH} characters")
    try:
        re.compile(pattern)  # refuses what only `regex` knows, e.g. recursion
        yield regex.compile(pattern)
    except TimeoutError as error:
        raise SitePatternError(
            f"takes too long with {_short(text)}; simplify {_short(pattern)}"
        ) from error
    except (ValueError, IndexError, RecursionError, OverflowError, re.error, regex.error) as error:
        raise SitePatternError(f"has {_short(pattern)}, which cannot be used: {error}") from error


def _short(pattern: str) -> str:
    return repr(shortened(pattern, 100))
