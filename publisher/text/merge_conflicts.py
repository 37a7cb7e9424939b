"""Find the markers that git leaves in a file for a merge conflict."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# git writes seven of each at the start of a line, then a space and a name. Between them stand
# `=======`, and `|||||||` with `merge.conflictStyle: diff3`. A line of seven `=` alone underlines a
# heading in Markdown and rst.
_BEGIN = re.compile(r"<{7}(?:\s|$)")
_MIDDLE = re.compile(r"={7}\s*$")
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
    return _line(text, next(_conflicts(text), None))


def line_in_body(body: str) -> int | None:
    """The same for the body of a post, in which code may show such markers.

    A conflict that reaches into code or out of it begins or ends outside.
    """
    conflicts = [*_conflicts(body)]
    if not conflicts:
        return None
    code = _closed([*markdown_code.spans(body)], body)
    shown = _verbatim(body, code)
    outside = (
        at
        for at in conflicts
        if not (markdown_code.is_within(at, code) or markdown_code.is_within(at, shown))
    )
    return _line(body, next(outside, None))


def _line(text: str, offset: int | None) -> int | None:
    return None if offset is None else text.count("\n", 0, offset) + 1


def _conflicts(text: str) -> Iterator[int]:
    """The offsets of the markers of conflicts, also of those of which one marker was removed.

    These are the lines that begin one, and those that end one if nothing begins it.
    """
    if "=======" not in text and ">>>>>>>" not in text:  # nearly always
        return
    lines = text.split("\n")
    middles = [index for index, line in enumerate(lines) if _MIDDLE.match(line)]
    ends = [index for index, line in enumerate(lines) if _END.match(line)]
    last = max([*middles, *ends], default=-1)
    first = middles[0] if middles else len(lines)
    offset, is_open = 0, False
    for index, line in enumerate(lines):
        if index < last and _BEGIN.match(line):
            is_open = True
            yield offset
        elif _END.match(line):
            if not is_open and first < index and not _is_in_quote(lines, index):
                yield offset
            is_open = False
        offset += len(line) + 1


def _is_in_quote(lines: Sequence[str], index: int) -> bool:
    """Whether a line is probably one of several in a deep quote (CommonMark section 5.1)."""
    return any(
        line.startswith(">>") for line in (*lines[index - 1 : index], *lines[index + 1 :][:1])
    )


def _closed(code: Sequence[tuple[int, int]], text: str) -> Sequence[tuple[int, int]]:
    """The code without a fence that never ends: a conflict may have taken its end."""
    if code and code[-1][1] == len(text):
        first, _, rest = text[code[-1][0] :].strip().partition("\n")
        mark = first.lstrip("*+>- \t0123456789.)")[:3]
        if mark in {"```", "~~~"} and not rest.rpartition("\n")[2].strip().startswith(mark):
            return code[:-1]
    return code


def _verbatim(text: str, code: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The (start, end) of what HTML or template tags outside of code show as it is written.

    A tag that is never closed shows nothing so.
    """
    pieces: list[tuple[int, int]] = []
    missing: set[re.Pattern[str]] = set()  # so that each is searched to the end only once
    at = 0
    while opening := _VERBATIM.search(text, at):
        at = opening.end()
        closing = _closing(opening)
        if closing in missing or markdown_code.is_within(opening.start(), code):
            continue
        if match := closing.search(text, at):
            pieces.append((opening.start(), match.end()))
            at = match.end()
        else:
            missing.add(closing)
    return pieces


def _closing(opening: re.Match[str]) -> re.Pattern[str]:
    element, block, shortcode, _ = opening.groups()
    if element:
        return re.compile(rf"</{element}\s*>", re.IGNORECASE)
    if block:
        return re.compile(rf"end{block}\b", re.IGNORECASE)
    return re.compile(rf"/\s*{shortcode}\b" if shortcode else "-->", re.IGNORECASE)
