"""Find the markers that git leaves in a file for a merge conflict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Sequence

# git writes seven of each at the start of a line, then a space and a name. Between them stand
# `=======`, and `|||||||` with `merge.conflictStyle: diff3`.
_BEGIN = re.compile(r"<{7}(?:\s|$)")
_END = re.compile(r">{7}(?:\s|$)")
# Text that engines show as it is written, besides the code of Markdown.
_VERBATIM = re.compile(
    r"<(pre|script|style|textarea)\b|\{%-?\s{0,9}(highlight|raw|codeblock|comment|verbatim)\b"
    r"|\{\{[<%]\s{0,9}(highlight|code)\b|<!(--)",
    re.IGNORECASE,
)
MESSAGE = "holds a merge conflict; keep one side and save the file"


def line_of(text: str) -> int | None:
    """The line (from 1) at which the first conflict begins; None if there is none."""
    lines = text.split("\n")
    begins, end = _markers(lines)
    return next((begin + 1 for begin in begins if begin < end), None)


def line_in_body(body: str) -> int | None:
    """The same for the body of a post, in which code may show such markers.

    A conflict that reaches into code or out of it begins outside.
    """
    lines = body.split("\n")
    begins, end = _markers(lines)
    begins = [begin for begin in begins if begin < end]
    if not begins:
        return None
    code = [*markdown_code.spans(body)]
    shown = _verbatim_lines(lines)
    offsets = _offsets(lines)
    for begin in begins:
        if begin not in shown and not markdown_code.is_within(offsets[begin], code):
            return begin + 1
    return None


def _markers(lines: Sequence[str]) -> tuple[list[int], int]:
    """The indexes of the lines that begin a conflict, and of the last that ends one (or -1)."""
    begins = [index for index, line in enumerate(lines) if _BEGIN.match(line)]
    ends = [index for index, line in enumerate(lines) if _END.match(line)] if begins else []
    return begins, max(ends, default=-1)


def _offsets(lines: Sequence[str]) -> list[int]:
    offsets, at = [], 0
    for line in lines:
        offsets.append(at)
        at += len(line) + 1
    return offsets


def _verbatim_lines(lines: Sequence[str]) -> set[int]:
    """The indexes of the lines within HTML or template tags whose content is shown as written."""
    inside: set[int] = set()
    closing: re.Pattern[str] | None = None
    for index, line in enumerate(lines):
        at = 0
        if closing:
            inside.add(index)
            match = closing.search(line)
            if not match:
                continue
            closing, at = None, match.end()
        while not closing and (opening := _VERBATIM.search(line, at)):
            closing = _closing(opening)
            if match := closing.search(line, opening.end()):
                closing, at = None, match.end()
    return inside


def _closing(opening: re.Match[str]) -> re.Pattern[str]:
    element, block, shortcode, _ = opening.groups()
    if element:
        return re.compile(rf"</{element}\s*>", re.IGNORECASE)
    if block:
        return re.compile(rf"end{block}\b", re.IGNORECASE)
    return re.compile(rf"/\s*{shortcode}\b" if shortcode else "-->", re.IGNORECASE)
