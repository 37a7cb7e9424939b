"""Tables: blocks in which every line has a `|`, with or without a header separator. Pure."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.content.markup.kramdown.attributes import Attributes
from publisher.content.markup.kramdown.block_reader import BLANKS, Block
from publisher.content.markup.kramdown.elements import VOID
from publisher.content.markup.template_tags import TEMPLATE_TAG
from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.markup.kramdown.block_reader import BlockReader

_HAS_PIPE = re.compile(r"\||.*?[^\\\n]\|")
LINE = re.compile(rf" {{0,3}}(?=[^ \t\n])(?:{_HAS_PIPE.pattern})")
_ANY_LINE = re.compile(rf"(?:{_HAS_PIPE.pattern}).*\n")
_PIPE = re.compile(r"(?<!\\)\|")
_ALIGN = re.compile(r"(:?)-+(:?)")
_SIDES = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}
_CODE = re.compile(rf"<code(?=[\s>])[^<>]*>|(</code>)|({TEMPLATE_TAG.pattern})")
_TAG = re.compile(r"<(/?)([a-z][\w-]*)(?=[\s/>])[^<>]*>", re.IGNORECASE)


def table(reader: BlockReader, _: re.Match[str]) -> bool:
    """Parse a table. If its lines are followed by other text, the whole block is a paragraph."""
    if not reader.is_after_boundary():
        return False
    start = reader.at
    candidate = _Table()
    while match := reader.take(_ANY_LINE):
        candidate.take(match[0].rstrip(BLANKS))
    candidate.end()
    if not reader.is_before_boundary() or not candidate.is_table:
        reader.at = start
        return False
    reader.document.cells_left -= candidate.missing_cells
    if reader.document.cells_left < 0:
        raise ValueError("rows of its tables lack too many cells")
    reader.add(candidate.block())
    return True


class _Table:
    """A table while its lines are collected."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, list[list[str]]]] = []
        self._rows: list[list[str]] = []
        self._sides: list[str] = []
        self._has_foot = False
        self._is_plain = False  # the pipes of some line all stand in code
        self._is_framed: bool | None = None

    def take(self, line: str) -> None:
        if self._is_framed is None:
            self._is_framed = line.lstrip(BLANKS).startswith("|")
        self._is_plain = self._is_plain or not _HAS_PIPE.match(_bare(line))
        marks = set(line)
        if "-" in marks and marks <= set("+|: \t-"):
            self._part(line)
        elif "=" in marks and marks <= set("+|: \t="):
            self._end_part("tbody")
            self._has_foot = True
        else:
            self._rows.append(self._cells(line))

    def _part(self, line: str) -> None:
        if self._rows and not self._sides and not self._has_foot:
            self._end_part("thead")
            self._sides = [_SIDES[sides] for sides in _ALIGN.findall(line)]
        elif not self._has_foot:
            self._end_part("tbody")

    def _end_part(self, kind: str) -> None:
        if self._rows:
            self._parts.append((kind, self._rows))
            self._rows = []

    def _cells(self, line: str) -> list[str]:
        cells = [*_split(line)]
        if self._is_framed and not cells[0].strip(BLANKS):
            del cells[0]
        if cells and not cells[-1].strip(BLANKS):
            del cells[-1]
        return cells

    def end(self) -> None:
        self._end_part("tfoot" if self._has_foot else "tbody")

    @property
    def is_table(self) -> bool:
        return not self._is_plain and any(kind == "tbody" for kind, _ in self._parts)

    @property
    def missing_cells(self) -> int:
        """The number of cells that short rows lack."""
        return sum(self._columns - len(row) for _, rows in self._parts for row in rows)

    @cached_property
    def _columns(self) -> int:
        return max(len(row) for _, rows in self._parts for row in rows)

    def block(self) -> Block:
        table = Block("table")
        for kind, rows in self._parts:
            cell = "th" if kind == "thead" else "td"
            table.children.append(Block(kind, children=[self._row(cell, row) for row in rows]))
        return table

    def _row(self, kind: str, row: list[str]) -> Block:
        texts = itertools.chain(row, itertools.repeat(""))
        sides = itertools.chain(self._sides, itertools.repeat(""))
        cells = []
        for text, side in itertools.islice(zip(texts, sides, strict=False), self._columns):
            values = {"align": side} if side else {}
            cells.append(Block(kind, text.strip(BLANKS), attributes=Attributes(values)))
        return Block("tr", children=cells)


def _split(line: str) -> list[str]:
    """Return the cells of a line; a pipe in code separates none."""
    cells, at = [""], 0
    for start, end in [*_code(line), (len(line), len(line))]:
        first, *more = (cell.replace(r"\|", "|") for cell in _PIPE.split(line[at:start]))
        cells[-1] += first
        cells += more
        cells[-1] += line[start:end]
        at = end
    return cells


def _code(line: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of code samples and template tags in a line, in their order."""
    at = 0
    for start, end in [*_elements_and_tags(line), (len(line), len(line))]:
        yield from ((at + one, at + two) for one, two in markdown_code.ticks(line[at:start]))
        if start < end:
            yield start, end
        at = end


def _elements_and_tags(line: str) -> Iterator[tuple[int, int]]:
    start = None
    for match in _CODE.finditer(line):
        if match[2]:
            if start is None:
                yield match.span()
        elif not match[1] and start is None:
            start = match.start()
        elif match[1] and start is not None:
            yield start, match.end()
            start = None


def _bare(line: str) -> str:
    """Return a line without its code samples and elements."""
    parts, at = [], 0
    for start, end in [*_code(line), (len(line), len(line))]:
        parts.append(line[at:start])
        at = end
    return _without_elements("`".join(parts))


def _without_elements(line: str) -> str:
    tags = [*_TAG.finditer(line)]
    ends: defaultdict[str, list[int]] = defaultdict(list)
    for tag in tags:
        if tag[1]:
            ends[tag[2].lower()].append(tag.end())
    parts, at = [], 0
    for tag in tags:
        name = tag[2].lower()
        if tag.start() < at or tag[1]:
            continue
        index = bisect_left(ends[name], tag.end())
        is_closed = name not in VOID and index < len(ends[name])
        parts.append(line[at : tag.start()])
        at = ends[name][index] if is_closed else tag.end()
    return "".join([*parts, line[at:]])
