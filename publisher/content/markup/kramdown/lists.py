"""Lists, and definition lists, whose terms are the paragraph before them. Pure.

An item takes all lines that are indented as far as its text. Until the first blank line it takes
less indented lines too, so a nested list needs no exact indentation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.content.markup.kramdown.attributes import LIST
from publisher.content.markup.kramdown.block_reader import BLANK, END, ITEM, STOP, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.content.markup.kramdown.block_reader import BlockReader

DEFINITION = re.compile(r" {0,3}:[\t ]")
RULE = re.compile(r" {0,3}([*_-])[ \t]*+\1[ \t]*+\1(?:\1|[ \t])*+\n")
_MARKS = {"ul": "[+*-]", "ol": r"[0-9]+\.", "dl": ":"}
_OWN = re.compile(rf"[ \t]*{LIST}[ \t\n]*")
_OWN_ONLY = re.compile(rf"(?:[ \t]*{LIST})?[ \t\n]*\Z")
_INDENT = 4  # columns that an item is indented by


class _Patterns(Struct):
    """The lines that continue an item whose text begins at a given column."""

    deep: re.Pattern[str]
    lazy: re.Pattern[str]


@lru_cache(maxsize=32)
def _patterns(column: int) -> _Patterns:
    tabs, blanks = divmod(column, _INDENT)
    indent = rf"(?:(?:\t| {{4}}){{{tabs}}} {{{blanks}}}|(?:\t| {{4}}){{{tabs + 1}}})"
    return _Patterns(
        deep=re.compile(rf"{indent}.*[^ \t\n].*\n"),
        lazy=re.compile(rf"(?! {{0,{min(column, 3)}}}{STOP}).*[^ \t\n].*\n"),
    )


@lru_cache(maxsize=16)
def _start(kind: str, column: int) -> re.Pattern[str]:
    """Return a pattern for the next item of a list.

    `column` is where the text of the previous item begins: a mark that stands further to the right
    starts a nested list.
    """
    return re.compile(rf"( {{0,{min(column, _INDENT) - 1}}}{_MARKS[kind]})([\t ].*\n)")


class _Item:
    """A list item while its lines are collected, in pieces that are parsed one after the other."""

    def __init__(self, kind: str, mark: str, text: str) -> None:
        self.block = Block(kind)
        self.column, self.first = _first_line(len(mark), text)
        if own := _OWN.match(self.first):
            self.block.attributes.read(own[1])
            self.first = self.first[own.end() :]
        self.pieces = [[self.first]]
        self.patterns = _patterns(self.column)

    def unindented(self, line: str) -> tuple[str, bool]:
        """Return a line without the item's indentation, and whether it had all of it."""
        behind = line.lstrip("\t")
        line = " " * _INDENT * (len(line) - len(behind)) + behind
        indent = " " * self.column
        return line.removeprefix(indent), line.startswith(indent)

    def read(self, reader: BlockReader) -> None:
        for piece in self.pieces:
            reader.read_nested("".join(piece), self.block.children)


def _first_line(mark: int, text: str) -> tuple[int, str]:
    """Return the column at which the text behind a mark begins, and the text."""
    if _OWN_ONLY.match(text):
        return _INDENT, text.lstrip(" \t")
    words = text.lstrip(" \t")
    blanks = text[: len(text) - len(words)]
    return len((" " * mark + blanks).expandtabs(_INDENT)), words


def items(reader: BlockReader, _: re.Match[str]) -> bool:
    kind = "ul" if reader.matches(_start("ul", _INDENT)) else "ol"
    block = Block(kind)
    reader.add(block)
    list_items, is_ended = _collected_items(reader, kind)
    for item in list_items:
        item.read(reader)
    block.children = [item.block for item in list_items]
    last = None
    for child in block.children:
        last = _set_tight(child, block.children, is_ended=is_ended)
    if last and not is_ended:
        reader.add(last)
    return True


def _collected_items(reader: BlockReader, kind: str) -> tuple[list[_Item], bool]:
    """Return the items of a list, and whether an end-of-block marker ended it."""
    collected: list[_Item] = []
    start = _start(kind, _INDENT)
    is_nested = is_after_blank = False
    while reader.at < len(reader.text):
        if is_after_blank and reader.matches(RULE):
            break
        if reader.take(END):
            return collected, True
        if match := reader.take(start):
            collected.append(_Item("li", match[1], match[2]))
            start = _start(kind, collected[-1].column)
            is_nested, is_after_blank = ITEM.match(collected[-1].first) is not None, False
            continue
        item = collected[-1]
        match = reader.take(item.patterns.deep)
        if match or (not is_after_blank and (match := reader.take(item.patterns.lazy))):
            is_nested = _take_line(item, match[0], is_nested=is_nested)
            is_after_blank = False
        elif match := reader.take(BLANK):
            item.pieces[-1].append(match[0])
            is_nested = is_after_blank = True
        else:
            break
    return collected, False


def _take_line(item: _Item, line: str, *, is_nested: bool) -> bool:
    """Add a line to an item; return whether the item contains a nested list now.

    The first line of a nested list begins a new piece.
    """
    line, is_indented = item.unindented(line)
    begins_list = ITEM.match(line) is not None
    if begins_list and is_indented and not is_nested:
        item.pieces.append([])
        is_nested = True
    elif begins_list and is_nested and not is_indented:
        line = " " * (item.column + _INDENT) + line
    item.pieces[-1].append(line)
    return is_nested


def _set_tight(item: Block, beside: Sequence[Block], *, is_ended: bool) -> Block | None:
    """Decide whether the first paragraph of an item is tight; return the blank lines at its end."""
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
    """Definitions of the terms in the paragraph above them; one blank line may stand between."""
    kinds = [block.kind for block in reader.blocks[-2:]]
    is_parted = kinds == ["p", "blank"] and reader.blocks[-1].text == "\n"
    if not is_parted and kinds[-1:] != ["p"]:
        return False
    paragraph = reader.blocks[-2 if is_parted else -1]
    del reader.blocks[-2 if is_parted else -1 :]
    block = Block("dl", attributes=paragraph.attributes)
    block.children = [_term(line) for line in paragraph.full_text.split("\n")]
    last = _define(reader, block, is_loose=is_parted)
    _join(reader, block)
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
    """Parse the definitions; return the blank lines behind the last one."""
    collected: list[tuple[_Item, bool]] = []
    start, is_after_blank = _start("dl", _INDENT), False
    while reader.at < len(reader.text) and not reader.matches(END):
        if match := reader.take(start):
            item = _Item("dd", match[1], match[2])
            collected.append((item, is_loose))
            start = _start("dl", item.column)
            is_loose = is_after_blank = False
        elif (match := reader.take(item.patterns.deep)) or (
            not is_after_blank and (match := reader.take(item.patterns.lazy))
        ):
            item.pieces[-1].append(item.unindented(match[0])[0])
            is_loose = is_after_blank = False
        elif match := reader.take(BLANK):
            item.pieces[-1].append(match[0])
            is_loose = is_after_blank = True
        else:
            break
    last = None
    for item, is_paragraph in collected:
        item.read(reader)
        block.children.append(item.block)
        parts = item.block.children
        last = parts.pop() if parts and parts[-1].kind == "blank" else None
        if parts and parts[0].kind == "p":
            parts[0].is_tight = not is_paragraph
    return last


def _join(reader: BlockReader, block: Block) -> None:
    """Append the definitions to a definition list directly before them, if there is one."""
    kinds = [block.kind for block in reader.blocks[-2:]]
    if kinds[-2:] == ["dl", "blank"]:
        reader.blocks.pop()
        kinds.pop()
    if kinds and kinds[-1] == "dl":
        reader.blocks[-1].children += block.children
    else:
        reader.blocks.append(block)
