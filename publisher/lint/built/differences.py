"""One difference between the source of a post and its page, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import PurePosixPath

LONGEST_QUOTE = 60  # characters

# Whether the page lacks something of the source, or has something more. The second line says what
# became of code, the third what `posts.drop` removes.
DifferenceKind: TypeAlias = Literal[
    "lacks-words", "lacks-picture", "drawn-picture", "inlined-picture", "has-words", "has-picture",
    "lacks-code", "template-tags", "entities", "quotes", "lines",
    "dropped-words", "dropped-picture",
]  # fmt: skip


class Difference(Struct, frozen=True):
    """A difference at a line of a post's file; what a page has more is at no line, so it is 1.

    `what` is the text, the name of the picture, or the first line of the code. `place` is a CSS
    selector of the element that has the words and little else, or the one of `posts.drop` that
    removes them; empty if there is none. `words` and
    `places` count what a difference of words is about.
    """

    path: PurePosixPath
    line: int
    kind: DifferenceKind
    what: str
    place: str = ""
    words: int = 0
    places: int = 1
