"""A diagnostic about a reader, what it is based on, and what the checks of all readers share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct

# Movim purifies content to XHTML 1.1, Miniflux to a list of its own. Both unwrap all other elements
# (run: Movim's parser of 2026 and Miniflux 2.2.10); these are the ones whose loss changes what the
# user sees.
UNWRAPPED: Final = ("details", "mark")

# Whether a rule was produced by running the reader's parser, or only by reading its source or its
# documentation, which is a guess.
Basis: TypeAlias = Literal["run", "read"]


class ClientDiagnostic(Struct, frozen=True):
    """What the user of a reader will see of a post, a feed or a node, and how to fix it.

    `subject` names the post, the feed or the node; `example` is a post in it that has the problem,
    perhaps one of many.
    """

    reader: str
    subject: str
    message: str
    basis: Basis
    example: str = ""

    @property
    def caveat(self) -> str:
        """The end of a sentence about the reader: how sure the rule is; empty if it was run."""
        return "" if self.basis == "run" else " (read in its source or documentation, not run)"


# Reader, message, and the path of a post that is an example.
Findings: TypeAlias = Iterator[tuple[str, str, str]]


class Finding(NamedTuple):
    """What a reader makes of a payload."""

    reader: str
    message: str
    basis: Basis


def listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
