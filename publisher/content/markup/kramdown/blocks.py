"""The rules for kramdown's blocks, which turn a text into a tree of blocks. Pure.

Each rule gets the reader and the match of its pattern. It adds blocks and moves the reader behind
them, or changes nothing and returns False. The rules are tried in kramdown's order.
"""

from __future__ import annotations

import re

from markdown_it.common.utils import normalizeReference

from publisher.content.markup.kramdown import elements, lists, tables
from publisher.content.markup.kramdown.attributes import NAMED_LIST, Attributes
from publisher.content.markup.kramdown.block_reader import (
    BLANK,
    BLANKS,
    END,
    HARD_END,
    ITEM,
    LAZY_END,
    MAX_AVERAGE_DEPTH,
    MIN_LINES,
    OWN_LINE,
    Block,
    BlockReader,
    KramdownDocument,
    Rule,
)
from publisher.content.markup.markdown_limits import MAX_EMPTY_CELLS

_BEGINS_LINE = re.compile(r"^(?:\t| {4})", re.MULTILINE)
_INDENTED = r"(?:\t| {4})[ \t]*[^ \t\n].*\n"
# Lines below an indented one continue the code block, as in a paragraph.
_CODE = rf"(?:(?:[ \t]*\n)*+(?:{_INDENTED})++(?:(?!{HARD_END})[ \t]*[^ \t\n].*\n)*+)"
_CODE_LINES = re.compile(f"{_CODE}++")
_GOES_ON = re.compile(r"\n( {0,3}[^ \t\n])")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`\n]*\n)|~{3,})[ \t]*(.*)\n")
_QUOTE = re.compile(r" {0,3}> ?")
_QUOTES = re.compile(r"^ {0,3}> ?", re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})[\t ]+(.*)\n")
_HASHES = re.compile(r"[\t ]#+(?=[\t ]*(?:\{#[^{}]*\})?[\t ]*\Z)")
_UNDERLINED = re.compile(r" {0,3}([^ \t\n].*)\n([-=])\2*[ \t]*\n")
_MATH = re.compile(r" {0,3}(\\?)\$\$")
_REST = re.compile(r"[ \t]*\n")
_NOTE = re.compile(rf" {{0,3}}\[\^(\w[\w-]*)\]:([^\n]*\n{_CODE}*+)")
_LINK = re.compile(r" {0,3}\[([^\n\]]+)\]:[ \t]*([^ \t\n].*)\n")
_TITLE = re.compile(r"""[ \t]*(["'])(.+)\1[ \t]*\n""")
_TITLE_BEHIND = re.compile(r"[ \t]+(?=[\"'])")
_ABBREVIATION = re.compile(r" {0,3}\*\[([^\[\]\n]{1,100})\]:(.*)\n")
_NAMED = re.compile(rf" {{0,3}}{NAMED_LIST}[ \t]*\n")
_PARAGRAPH = re.compile(r"(?=.)")
_PARAGRAPH_END = re.compile(
    rf"{LAZY_END.pattern}|#{{1,6}}[\t ]"
    r"| {0,3}(?:(?:[+*-]|[0-9]+\.|:)[\t ]|>|`{3}|~{3})"
)


def read(text: str, options: dict[str, str]) -> tuple[list[Block], KramdownDocument]:
    """Return the blocks of a whole text, and what it defines, with `options` at its beginning.

    Raises ValueError for input that would take too long.
    """
    text = text.rstrip("\n") + "\n"
    document = KramdownDocument(
        options=options,
        lines_left=MIN_LINES + MAX_AVERAGE_DEPTH * text.count("\n"),
        cells_left=MAX_EMPTY_CELLS + len(text),
    )
    blocks: list[Block] = []
    BlockReader(text, blocks, document, RULES).read()
    return blocks, document


def _blank(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    if reader.blocks and reader.blocks[-1].kind == "blank":
        reader.blocks[-1].text += match[0]
    else:
        reader.add(Block("blank", match[0]))
    return True


def _code(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    reader.add(Block("code", _BEGINS_LINE.sub("", _GOES_ON.sub(r" \1", match[0]))))
    return True


def _fence(reader: BlockReader, match: re.Match[str]) -> bool:
    """A fenced code block; a fence that is never closed is text."""
    mark, char = match[1], match[1][0]
    if mark.startswith(reader.never_closes.get(char, "\n")):
        return False
    closing = re.compile(rf"^ {{0,3}}{mark}{char}*[ \t]*\n", re.MULTILINE)
    end = closing.search(reader.text, match.end())
    if not end:
        reader.never_closes[char] = mark
        return False
    reader.add(Block("code", reader.text[match.end() : end.start()], info=match[2]))
    reader.at = end.end()
    return True


def _blockquote(reader: BlockReader, _: re.Match[str]) -> bool:
    text = _QUOTES.sub("", reader.lines_until(LAZY_END))
    block = Block("blockquote")
    reader.add(block)
    reader.read_nested(text, block.children)
    return True


def _heading(reader: BlockReader, match: re.Match[str]) -> bool:
    text = _HASHES.sub("", match[2].rstrip(BLANKS)).rstrip(BLANKS)
    if not text:
        return False
    reader.at = match.end()
    reader.add(Block(f"h{len(match[1])}", text))
    return True


def _rule(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    reader.add(Block("hr"))
    return True


def _underlined(reader: BlockReader, match: re.Match[str]) -> bool:
    if not reader.is_after_boundary():
        return False
    reader.at = match.end()
    reader.add(Block("h1" if match[2] == "=" else "h2", match[1].rstrip(BLANKS)))
    return True


def _math(reader: BlockReader, match: re.Match[str]) -> bool:
    """A formula from `$$` to `$$`, also over blank lines. A backslash before it makes it text."""
    start = match.end()
    end = reader.text.find("$$", start) + 2
    if end < start or not reader.is_after_boundary():
        return False
    behind = _REST.match(reader.text, end)
    if match[1]:
        reader.at += len(match[0]) - len("$$") if behind else 0
        return False
    before, reader.at = reader.at, behind.end() if behind else end
    if not reader.is_before_boundary():
        reader.at = before
        return False
    reader.add(Block("math", reader.text[start - 2 : end]))
    return True


def _note(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    text = _BEGINS_LINE.sub("", match[2].lstrip(" \t"))
    reader.document.notes[match[1]] = reader.read_nested(text)
    reader.add(Block("end", "definition"))
    return True


def _link(reader: BlockReader, match: re.Match[str]) -> bool:
    """`[label]: address "title"`; the title may stand on the next line."""
    url, title, behind = _target(match[2].rstrip(BLANKS))
    if behind:
        return False
    reader.at = match.end()
    if not title and (below := reader.take(_TITLE)):
        title = below[2]
    reader.document.links[normalizeReference(match[1])] = (url, title)
    reader.add(Block("end", "definition"))
    return True


def _target(text: str) -> tuple[str, str, str]:
    """Return URL and title, and the rest of the line, which must be empty."""
    if text.startswith("<") and (end := text.find(">")) > 0:
        url, rest = text[1:end], text[end + 1 :].strip(BLANKS)
    else:
        behind = _TITLE_BEHIND.search(text)
        url = text[: behind.start()] if behind else text
        rest = text[behind.end() :] if behind else ""
    if len(rest) > 2 and rest[0] == rest[-1] and rest[0] in "\"'":
        return url, rest[1:-1], ""
    return url, "", rest


def _abbreviation(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    reader.document.abbreviations[match[1]] = match[2].strip(BLANKS)
    reader.add(Block("end", "definition"))
    return True


def _named_list(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    reader.document.lists.setdefault(match[1], Attributes()).read(match[2])
    reader.add(Block("end", "list"))
    return True


def _attribute_line(reader: BlockReader, match: re.Match[str]) -> bool:
    """Attributes of the block before, if that has not ended, else of the next block."""
    reader.at = match.end()
    last = reader.blocks[-1] if reader.blocks else None
    if last and last.kind != "blank" and (last.kind != "end" or last.text == "definition"):
        last.attributes.read(match[1])
        if not reader.matches(OWN_LINE):
            reader.add(Block("end", "list"))
    else:
        if reader.pending is None:
            reader.pending = Attributes()
        reader.pending.read(match[1])
    return True


def _end(reader: BlockReader, match: re.Match[str]) -> bool:
    reader.at = match.end()
    reader.add(Block("end"))
    return True


def _paragraph(reader: BlockReader, match: re.Match[str]) -> bool:
    """A paragraph, or the continuation of one that ended at what only looked like another block."""
    is_broken = reader.text.endswith("  \n", 0, match.start())
    text = reader.lines_until(_PARAGRAPH_END)
    if reader.blocks and reader.blocks[-1].kind == "p":
        reader.blocks[-1].continuation += ["  \n" if is_broken else "\n", text.rstrip(BLANKS)]
    else:
        reader.add(Block("p", text.strip(BLANKS)))
    return True


RULES: tuple[Rule, ...] = (
    (BLANK, _blank),
    (_CODE_LINES, _code),
    (_FENCE, _fence),
    (_QUOTE, _blockquote),
    (_HEADING, _heading),
    (lists.RULE, _rule),
    (ITEM, lists.items),
    (lists.DEFINITION, lists.definitions),
    (elements.COMMENT, elements.comment),
    (elements.TAG, elements.element),
    (_UNDERLINED, _underlined),
    (_MATH, _math),
    (tables.LINE, tables.table),
    (_NOTE, _note),
    (_LINK, _link),
    (_ABBREVIATION, _abbreviation),
    (_NAMED, _named_list),
    (elements.EXTENSION, elements.extension),
    (OWN_LINE, _attribute_line),
    (END, _end),
    (_PARAGRAPH, _paragraph),
)
