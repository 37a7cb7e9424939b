"""Where a text in Markdown is code: between fences, in indented lines, between backticks.

The one answer for everything that looks into a body before a parser does. It goes by lines, as
authors do: a fence counts whatever the list or quote around it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_FENCE = re.compile(r"[ \t]*(?:[*+>-][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})")
_TICKS = re.compile("`+")
# What begins an item: of a list, of definitions, of the notes.
_ITEM = re.compile(r"[ \t]*(?:[*+:-]|\d{1,9}[.)]|\[\^[^\]\s]+\]:)(?:[ \t]+|$)")
_RULE = re.compile(r"[ \t]*+([*_-])(?:[ \t]*+\1){2,}+[ \t]*$")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_DEEP = 4  # columns


# The kinds of code in CommonMark (sections 4.4, 4.5 and 6.1).
_Kind = Literal["indented", "fence", "span"]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """The pieces of code, from and to, in their order."""
    return ((start, end) for start, end, _ in _pieces(text))


def fenced(text: str) -> Iterator[tuple[int, int]]:
    """The pieces between fences, with these. For a text that may be indented HTML."""
    return ((start, end) for start, end, kind in _pieces(text) if kind == "fence")


def is_within(at: int, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset is in one of the pieces, which are in their order."""
    index = bisect_right(pieces, at, key=lambda piece: piece[0]) - 1
    return index >= 0 and at < pieces[index][1]


def _pieces(text: str) -> Iterator[tuple[int, int, _Kind]]:
    at, fence, begin = 0, "", 0
    items: list[int] = []
    is_after_blank = True
    for line in text.split("\n"):
        end = at + len(line)
        mark = _FENCE.match(line)
        is_code = not fence and _is_indented(line, items, is_after_blank=is_after_blank)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" \t`~"):
                yield begin, end, "fence"
                fence = ""
        elif mark and not _closes(mark[1], line[mark.end() :]):
            fence, begin = mark[1], at
        elif is_code:
            yield at, end, "indented"
        else:
            yield from ((at + start, at + stop, "span") for start, stop in ticks(line))
        is_after_blank = not line.strip() or is_code
        at = end + 1
    if fence:
        yield begin, len(text), "fence"


def _closes(mark: str, rest: str) -> bool:
    """ "```a```" is code within a line."""
    return mark[0] == "`" and "`" in rest


def _is_indented(line: str, items: list[int], *, is_after_blank: bool) -> bool:
    """Whether a line is code by its indent, which counts from the text of the item around it.

    `items` are the columns where the text of each open item begins; the line ends some and may
    open others.
    """
    if not line.strip():
        return False
    indent = _columns(line[: len(line) - len(line.lstrip())])
    is_rule = _RULE.match(line) is not None
    is_item = not is_rule and _ITEM.match(line) is not None
    if is_after_blank or is_rule or is_item or _HEADING.match(line):  # else it goes on
        while items and indent < items[-1]:
            items.pop()
    if indent >= _DEEP + (items[-1] if items else 0):
        return is_after_blank
    if is_item:
        items += _texts(line, indent)
    return False


def _texts(line: str, column: int) -> Iterator[int]:
    """Where the text of each item begins that a line opens: four columns in at most."""
    at = 0
    while found := _ITEM.match(line, at):
        width = _columns(found[0].lstrip())
        yield column + min(width, _DEEP)
        column, at = column + width, found.end()


def _columns(text: str) -> int:
    return len(text.expandtabs(_DEEP))


def ticks(line: str) -> Iterator[tuple[int, int]]:
    """From each run of backticks to the next one that is as long."""
    runs = [found.span() for found in _TICKS.finditer(line)]
    partners: dict[int, int] = {}  # of each run: the next one of its length
    last: dict[int, int] = {}
    for number, (start, end) in enumerate(runs):
        if end - start in last:
            partners[last[end - start]] = number
        last[end - start] = number
    number = 0
    while number < len(runs):
        partner = partners.get(number)
        if partner is not None:
            yield runs[number][0], runs[partner][1]
        number = (number if partner is None else partner) + 1


def outside(text: str, change: Callable[[str], str]) -> str:
    """Change what is no code."""
    parts, at = [], 0
    for start, end in spans(text):
        parts += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, change(text[at:])])


def replaced(text: str, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
    """Change what a pattern finds, but for what begins in code; it may hold code."""
    parts, at = [], 0
    found = pattern.search(text)
    for start, end in [*spans(text), (len(text), len(text))]:
        while found and found.start() < start:
            parts += [text[at : found.start()], change(found)]
            at = found.end()
            found = pattern.search(text, at)
        if found and found.start() < end:
            found = pattern.search(text, end)
    return "".join([*parts, text[at:]])
