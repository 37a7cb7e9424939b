"""Break a line of a message for a terminal, between words and never inside of a URL or path."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NARROWEST = 30  # columns; on a narrower terminal nothing would be left beside the indentation
_INDENT = "    "
_LONGEST = 60  # characters; a longer quotation is text in which lines may break

# What stays on one line: the place that a message begins with, as its path may have blanks; a
# command in backticks; what a shell needs quotes for; `(line 3)`; and any other word.
_PATH = r"[^\s:][^:]*:\d+:|[^\s:,][^:,]*/[^:,]*\.\w{1,8}:"
_PLACE = rf"(?:- )?(?:[a-z ]{{1,20}}: )?(?:{_PATH})(?=\s)"
_QUOTED = rf"`[^`]{{1,{_LONGEST}}}`\S*|'[^']{{1,{_LONGEST}}}'(?!\w)\S*|\(line \d+\)\S*"
_PARTS = re.compile(rf"(\s*)({_QUOTED}|\S+)")
_BEGINNING = re.compile(rf"(\s*)({_PLACE}|{_QUOTED}|\S+)")


def wrapped(line: str, columns: int) -> str:
    """The line with line breaks, if it is longer than a terminal has columns.

    All lines but the first are indented by four more than it. A word that is longer than a line
    stands alone.
    """
    columns = max(columns, NARROWEST)
    if _width(line) <= columns:
        return line
    indent = line[: len(line) - len(line.lstrip())] + _INDENT
    lines, used = [""], 0
    for blanks, word in _parts(line):
        width = _width(word)
        if lines[-1].strip() and used + len(blanks) + width > columns:
            lines.append(indent + word)
            used = len(indent) + width
        else:
            lines[-1] += blanks + word
            used += len(blanks) + width
    return "\n".join(lines)


def _parts(line: str) -> Iterator[tuple[str, str]]:
    """Each word of a line with the blanks before it."""
    if not (first := _BEGINNING.match(line)):
        return
    rest = _PARTS.finditer(line, first.end())
    for part in itertools.chain([first], rest):
        yield part[1], part[2]


def _width(text: str) -> int:
    """How many columns a terminal needs for a text: two for a wide letter (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
