"""Lists, and definitions of the words in the paragraph before them. Pure.

What belongs to an item is cut out line by line: what is indented as its text is, and, until a blank
line, whatever else stands there. Hence a list within a list needs no exact indent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.content.markup.kramdown.attributes import LIST
from publisher.content.markup.kramdown.reader import BLANK, END, ITEM, STOP, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.content.markup.kramdown.reader import BlockReader

DEFINITION = re.compile(r" {0,3}:[\t ]")
RULE = re.compile(r" {0,3}([*_-])[ \t]*+\1[ \t]*+\1(?:\1|[ \t])*+\n")
_MARKS = {"ul": "[+*-]", "ol": r"[0-9]+\.", "dl": ":"}
_OWN = re.compile(rf"[ \t]*{LIST}[ \t\n]*")
_OWN_ONLY = re.compile(rf"(?:[ \t]*{LIST})?[ \t\n]*\Z")
_DEEP = 4  # columns


@dataclass(slots=True)
class _Patterns:
    """Of the lines below an item whose text begins at a column."""

    deep: re.Pattern[str]
    lazy: re.Pattern[str]


@lru_cache(maxsize=32)
def _patterns(column: int) -> _Patterns:
    tabs, blanks = divmod(column, _DEEP)
    indent = rf"(?:(?:\t| {{4}}){{{tabs}}} {{{blanks}}}|(?:\t| {{4}}){{{tabs + 1}}})"
    return _Patterns(
        deep=re.compile(rf"{indent}.*[^ \t\n].*\n"),
        lazy=re.compile(rf"(?! {{0,{min(column, 3)}}}{STOP}).*[^ \t\n].*\n"),
    )


@lru_cache(maxsize=16)
def _start(kind: str, column: int) -> re.Pattern[str]:
    """Of an item beside one whose text begins at a column: further in it begins a list within."""
    return re.compile(rf"( {{0,{min(column, _DEEP) - 1}}}{_MARKS[kind]})([\t ].*\n)")


class _Item:
    """An item while its lines are gathered, in pieces that are read one after the other."""

    def __init__(self, kind: str, mark: str, text: str) -> None:
        self.block = Block(kind)
        self.column, self.first = _first_line(len(mark), text)
        if own := _OWN.match(self.first):
            self.block.attributes.read(own[1])
            self.first = self.first[own.end() :]
        self.pieces = [[self.first]]
        self.patterns = _patterns(self.column)

    def unindented(self, line: str) -> tuple[str, bool]:
        """The line as its text has it, and whether it was indented as far."""
        behind = line.lstrip("\t")
        line = " " * _DEEP * (len(line) - len(behind)) + behind
        indent = " " * self.column
        return line.removeprefix(indent), line.startswith(indent)

    def read(self, reader: BlockReader) -> None:
        for piece in self.pieces:
            reader.inside("".join(piece), self.block.children)


def _first_line(mark: int, text: str) -> tuple[int, str]:
    """At which column the text behind a mark begins, and the text."""
    if _OWN_ONLY.match(text):
        return _DEEP, text.lstrip(" \t")
    words = text.lstrip(" \t")
    blanks = text[: len(text) - len(words)]
    return len((" " * mark + blanks).expandtabs(_DEEP)), words


def items(reader: BlockReader, _: re.Match[str]) -> bool:
    kind = "ul" if reader.sees(_start("ul", _DEEP)) else "ol"
    block = Block(kind)
    reader.add(block)
    made, is_ended = _gathered(reader, kind)
    for item in made:
        item.read(reader)
    block.children = [item.block for item in made]
    last = None
    for child in block.children:
        last = _settle(child, block.children, is_ended=is_ended)
    if last and not is_ended:
        reader.add(last)
    return True


def _gathered(reader: BlockReader, kind: str) -> tuple[list[_Item], bool]:
    """The items of a list, and whether a mark ended it."""
    made: list[_Item] = []
    start = _start(kind, _DEEP)
    is_nested = is_after_blank = False
    while reader.at < len(reader.text):
        if is_after_blank and reader.sees(RULE):
            break
        if reader.take(END):
            return made, True
        if found := reader.take(start):
            made.append(_Item("li", found[1], found[2]))
            start = _start(kind, made[-1].column)
            is_nested, is_after_blank = ITEM.match(made[-1].first) is not None, False
            continue
        item = made[-1]
        found = reader.take(item.patterns.deep)
        if found or (not is_after_blank and (found := reader.take(item.patterns.lazy))):
            is_nested = _take_line(item, found[0], is_nested=is_nested)
            is_after_blank = False
        elif found := reader.take(BLANK):
            item.pieces[-1].append(found[0])
            is_nested = is_after_blank = True
        else:
            break
    return made, False


def _take_line(item: _Item, line: str, *, is_nested: bool) -> bool:
    """Whether there is a list in the item now: its first line begins a piece of its own."""
    line, is_indented = item.unindented(line)
    begins_list = ITEM.match(line) is not None
    if begins_list and is_indented and not is_nested:
        item.pieces.append([])
        is_nested = True
    elif begins_list and is_nested and not is_indented:
        line = " " * (item.column + _DEEP) + line
    item.pieces[-1].append(line)
    return is_nested


def _settle(item: Block, beside: Sequence[Block], *, is_ended: bool) -> Block | None:
    """Decide whether the first paragraph of an item is tight; the blank lines at its end."""
    parts = item.children
    if len(parts) > 1 and parts[1].kind == "end" and parts[0].attributes:
        del parts[1]
    if not parts:
        return None
    is_last = item is beside[-1]
    is_alone = len(parts) == 1 or parts[1].kind != "blank"
    ends_there = is_last and len(parts) == 2 and not is_ended
    if parts[0].kind == "p" and (is_alone or ends_there):
        parts[0].is_tight = not is_last or len(beside) == 1 or not all(map(_is_loose, beside[:-1]))
    return parts.pop() if parts[-1].kind == "blank" else None


def _is_loose(item: Block) -> bool:
    first = item.children[0] if item.children else None
    return first is not None and first.kind == "p" and not first.is_tight


def definitions(reader: BlockReader, _: re.Match[str]) -> bool:
    """The lines of the paragraph before them, from which a blank line may part them, are terms."""
    kinds = [block.kind for block in reader.blocks[-2:]]
    is_parted = kinds == ["p", "blank"] and reader.blocks[-1].text == "\n"
    if not is_parted and kinds[-1:] != ["p"]:
        return False
    paragraph = reader.blocks[-2 if is_parted else -1]
    del reader.blocks[-2 if is_parted else -1 :]
    found = Block("dl", attributes=paragraph.attributes)
    found.children = [_term(line) for line in paragraph.whole.split("\n")]
    last = _define(reader, found, is_loose=is_parted)
    _join(reader, found)
    if last:
        reader.add(last)
    return True


def _term(line: str) -> Block:
    block = Block("dt", line)
    if own := _OWN.match(line):
        block.attributes.read(own[1])
        block.text = line[own.end() :]
    return block


def _define(reader: BlockReader, block: Block, *, is_loose: bool) -> Block | None:
    """Read the definitions; the blank lines behind them."""
    made: list[tuple[_Item, bool]] = []
    start, is_after_blank = _start("dl", _DEEP), False
    while reader.at < len(reader.text) and not reader.sees(END):
        if found := reader.take(start):
            item = _Item("dd", found[1], found[2])
            made.append((item, is_loose))
            start = _start("dl", item.column)
            is_loose = is_after_blank = False
        elif (found := reader.take(item.patterns.deep)) or (
            not is_after_blank and (found := reader.take(item.patterns.lazy))
        ):
            item.pieces[-1].append(item.unindented(found[0])[0])
            is_loose = is_after_blank = False
        elif found := reader.take(BLANK):
            item.pieces[-1].append(found[0])
            is_loose = is_after_blank = True
        else:
            break
    last = None
    for item, is_paragraph in made:
        item.read(reader)
        block.children.append(item.block)
        parts = item.block.children
        last = parts.pop() if parts and parts[-1].kind == "blank" else None
        if parts and parts[0].kind == "p":
            parts[0].is_tight = not is_paragraph
    return last


def _join(reader: BlockReader, found: Block) -> None:
    """With the definitions right before them."""
    kinds = [block.kind for block in reader.blocks[-2:]]
    if kinds[-2:] == ["dl", "blank"]:
        reader.blocks.pop()
        kinds.pop()
    if kinds and kinds[-1] == "dl":
        reader.blocks[-1].children += found.children
    else:
        reader.blocks.append(found)
