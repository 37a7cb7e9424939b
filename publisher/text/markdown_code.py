"""Find the code in a Markdown text: fenced blocks, indented blocks, and spans in backticks.

Every step that changes a body before the Markdown parser reads it asks here, so that examples in
code stay as they are. The scan goes line by line, not block by block: a fence counts in any list
or quote.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_FENCE = re.compile(r"[ \t]*(?:[*+>-][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})")
_TICKS = re.compile("`+")
# The start of a list item, a definition or a footnote.
_ITEM = re.compile(r"[ \t]*(?:[*+:-]|\d{1,9}[.)]|\[\^[^\]\s]+\]:)(?:[ \t]+|$)")
_RULE = re.compile(r"[ \t]*+([*_-])(?:[ \t]*+\1){2,}+[ \t]*$")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_CODE_INDENT = 4  # columns (CommonMark section 4.4)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """All code, as (start, end) offsets in ascending order (CommonMark 4.4, 4.5 and 6.1)."""
    start, fence, fence_start = 0, "", 0
    items: list[int] = []
    is_after_blank = True
    for line in text.split("\n"):
        end = start + len(line)
        mark = _FENCE.match(line)
        is_code = not fence and _is_indented(line, items, is_after_blank=is_after_blank)
        if fence:
            # The closing fence is at least as long, with nothing behind it (section 4.5).
            if mark and mark[1].startswith(fence) and not line.strip(" \t`~"):
                yield fence_start, end
                fence = ""
        elif mark and not _is_span(mark[1], line[mark.end() :]):
            fence, fence_start = mark[1], start
        elif is_code:
            yield start, end
        else:
            yield from ((start + left, start + right) for left, right in ticks(line))
        is_after_blank = not line.strip() or is_code
        start = end + 1
    if fence:  # a fence without an end reaches to the end of the document
        yield fence_start, len(text)


def is_within(offset: int, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether the offset lies in one of the pieces, which are in ascending order."""
    index = bisect_right(pieces, offset, key=lambda piece: piece[0]) - 1
    return index >= 0 and offset < pieces[index][1]


def _is_span(mark: str, rest: str) -> bool:
    """Whether backticks open a span, not a block, as in "```a```" (section 4.5)."""
    return mark[0] == "`" and "`" in rest


def _is_indented(line: str, items: list[int], *, is_after_blank: bool) -> bool:
    """Whether the line is an indented code block, by its indent from the text of the list item.

    `items` holds the columns at which the text of each open item begins. It is updated: the line
    may close items and open others.
    """
    if not line.strip():
        return False
    indent = _columns(line[: len(line) - len(line.lstrip())])
    is_rule = _RULE.match(line) is not None
    is_item = not is_rule and _ITEM.match(line) is not None
    # Any other line continues the paragraph above, however little it is indented (section 5.2).
    if is_after_blank or is_rule or is_item or _HEADING.match(line):
        while items and indent < items[-1]:
            items.pop()
    if indent >= _CODE_INDENT + (items[-1] if items else 0):
        return is_after_blank  # an indented block cannot interrupt a paragraph (section 4.4)
    if is_item:
        items += _item_columns(line, indent)
    return False


def _item_columns(line: str, column: int) -> Iterator[int]:
    """The columns at which the texts of the items that the line opens begin.

    A text begins at most four columns behind its marker.
    """
    start = 0
    while match := _ITEM.match(line, start):
        width = _columns(match[0].lstrip())
        yield column + min(width, _CODE_INDENT)
        column, start = column + width, match.end()


def _columns(text: str) -> int:
    return len(text.expandtabs(4))  # tab stops are 4 columns apart (section 2.2)


def ticks(line: str) -> Iterator[tuple[int, int]]:
    """The code spans of a line: from a run of backticks to the next run of the same length.

    Offsets are in the line (CommonMark section 6.1). The time grows linearly with the line.
    """
    runs = [match.span() for match in _TICKS.finditer(line)]
    closing: dict[int, int] = {}  # index of a run -> index of the next run of its length
    latest: dict[int, int] = {}  # length -> index of the latest run of this length
    for index, (start, end) in enumerate(runs):
        if end - start in latest:
            closing[latest[end - start]] = index
        latest[end - start] = index
    index = 0
    while index < len(runs):
        partner = closing.get(index)
        if partner is not None:
            yield runs[index][0], runs[partner][1]
        index = (index if partner is None else partner) + 1


def outside(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to each stretch of text between code."""
    parts, position = [], 0
    for start, end in spans(text):
        parts += [change(text[position:start]), text[start:end]]
        position = end
    return "".join([*parts, change(text[position:])])


def replaced(text: str, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
    """Replace the matches of the pattern that begin outside of code; a match may contain code."""
    parts, position = [], 0
    match = pattern.search(text)
    for start, end in [*spans(text), (len(text), len(text))]:
        while match and match.start() < start:
            parts += [text[position : match.start()], change(match)]
            position = match.end()
            match = pattern.search(text, position)
        if match and match.start() < end:
            match = pattern.search(text, end)
    return "".join([*parts, text[position:]])
