"""A verdict, and the words that all of them use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

# Movim purifies to XHTML 1.1, Miniflux by a list of its own (internal/reader/sanitizer): of other
# elements only what is inside is left. Of these the reader misses something.
UNWRAPPED: Final = ("details", "mark")


@dataclass(frozen=True, slots=True)
class ClientDiagnostic:
    """What a reader's user will see of a post, a feed or a node, and how to mend it.

    `subject` is what it is said of, and `example` a post in it: others may be the same.
    """

    reader: str
    subject: str
    message: str
    example: str = ""


# Reader, message, and the path of a post that is an example.
Said: TypeAlias = Iterator[tuple[str, str, str]]


def listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
