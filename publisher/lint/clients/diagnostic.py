"""A diagnostic about a reader, and what the checks of all readers share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

# Movim purifies content to XHTML 1.1, Miniflux to a list of its own (internal/reader/sanitizer).
# Both unwrap all other elements; these are the ones whose loss changes what the user sees.
UNWRAPPED: Final = ("details", "mark")


@dataclass(frozen=True, slots=True)
class ClientDiagnostic:
    """What the user of a reader will see of a post, a feed or a node, and how to fix it.

    `subject` names the post, the feed or the node; `example` is a post in it that has the problem,
    perhaps one of many.
    """

    reader: str
    subject: str
    message: str
    example: str = ""


# Reader, message, and the path of a post that is an example.
Findings: TypeAlias = Iterator[tuple[str, str, str]]


def listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
