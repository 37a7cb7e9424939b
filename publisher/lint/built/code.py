"""Compare the fenced code of a post with the page: all characters but white space. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.content.dropped_markup import LineNumbers
from publisher.lint.built.body import squeezed, straight
from publisher.lint.built.differences import LONGEST_QUOTE, Difference
from publisher.lint.built.readable import fences, without_marks
from publisher.lint.built.word_runs import lacking
from publisher.sources.built.pages.words import words
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.lint.built.body import PageBody
    from publisher.lint.built.differences import DifferenceKind
    from publisher.post import Post

MAX_BLOCKS = 500  # of one post
FEWEST_WORDS = 3  # of a block that is missing
FEWEST_JOINED = 2  # line ends of a block that must not get lost

_QUOTE = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_TEMPLATE_TAG = re.compile(r"\{\{[^{}]{0,2000}\}\}|\{%[^%]{0,2000}%\}")


class FaultyBlock(Struct, frozen=True):
    """A fenced block that the page does not have as the author wrote it, and what became of it."""

    text: str
    line: int
    kind: DifferenceKind


def faulty_blocks(post: Post, page: PageBody) -> list[FaultyBlock]:
    lines = LineNumbers(post.body, post.body_line)
    found = []
    for match in islice(fences(post.body), MAX_BLOCKS):
        is_quoted = ">" in match["indent"]
        block = without_marks(match["block"])
        block = _QUOTE.sub("", block) if is_quoted else block
        kind = _fault(block, post, page) if block.strip() else None
        if kind:
            found.append(FaultyBlock(block, lines.line(match.start("block")), kind))
    return found


def code(post: Post, blocks: Iterable[FaultyBlock]) -> Iterator[Difference]:
    """Yield one difference for the blocks of each kind, at the line of the first."""
    by_kind: defaultdict[DifferenceKind, list[FaultyBlock]] = defaultdict(list)
    for block in blocks:
        by_kind[block.kind].append(block)
    for kind, (first, *others) in by_kind.items():
        quote = next(filter(None, map(str.strip, first.text.split("\n"))))
        shown = shortened(quote, LONGEST_QUOTE)
        yield Difference(post.path, first.line, kind, shown, places=1 + len(others))


def _fault(block: str, post: Post, page: PageBody) -> DifferenceKind | None:
    """What became of a block of code; None if the page shows it, or shows more with it."""
    wanted = squeezed(block)
    joined = [is_one_line for text, is_one_line in page.code if wanted in text]
    if joined or wanted in page.text:
        has_lines = block.strip("\n").count("\n") >= FEWEST_JOINED
        return "lines" if has_lines and joined and all(joined) else None
    if wanted in page.unescaped_text:
        return "entities"
    if straight(wanted) in page.straight_text:
        return "quotes"
    if post.syntax.template_language != "none" and _is_evaluated(wanted, page.text):
        return "template-tags"
    text = words(block)
    if len(text) < FEWEST_WORDS:
        return None
    lost = sum(end - start for start, end in lacking(text, page.words))
    return "lacks-code" if lost >= FEWEST_WORDS and 2 * lost >= len(text) else None


def _is_evaluated(wanted: str, shown: str) -> bool:
    """Whether the page has all of the code but its template tags."""
    pieces = [piece for piece in _TEMPLATE_TAG.split(wanted) if piece]
    at = 0
    for piece in pieces:
        at = shown.find(piece, at) + len(piece)
        if at < len(piece):
            return False
    return len(pieces) > 0 and bool(_TEMPLATE_TAG.search(wanted))
