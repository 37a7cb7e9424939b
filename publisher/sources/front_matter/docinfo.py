"""Read the title of a document of reStructuredText (rst), and the fields below it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.front_matter.block import first_line
from publisher.sources.front_matter.formats import of_pairs

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.sources.front_matter.block import PostFile

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*")
_FIELD = re.compile(r":([^:\s](?:[^:]*[^:\s])?):(?:[ \t]+(.*)|[ \t]*)")
# A comment, target or substitution, or a directive that shows nothing: they may precede the title.
_ABOVE = re.compile(
    r"\.\.(?:[ \t]+(?:(?:(?:default-)?role|title|meta|sectnum|section-numbering|header|footer)::.*"
    r"|(?![\w.+:-]+[ ]?::).*)?)?"
)
_MARKED = re.compile(
    r"(?<![\w\\])(?::[\w.+:-]+:)?(?P<mark>\*\*|\*|``|`)(?=\S)(?P<text>.+?)(?<=[^\s\\])(?P=mark)"
    r"(?::[\w.+:-]+:|__?)?(?!\w)"
)
_TARGET = re.compile(r"\s*<[^<>]*>$")
_REFERENCE = re.compile(r"(?<=[^\W_])__?(?!\w)")
_MAX_TITLE = 1_000  # characters; markup in a longer one stays, because searching takes long


def docinfo(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read the title of an rst document and the fields below it. Raises PostError."""
    start = first_line(lines, path)
    if start is None:
        return None
    top = _past_invisible(lines, start)
    title, at = _title(lines, top)
    at = _past_blanks(lines, at)
    if title is not None and at < len(lines):
        subtitle, after = _title(lines, at)
        after = _past_blanks(lines, after)
        is_other = _style(lines, at) != _style(lines, top)
        if subtitle is not None and is_other and _FIELD.match("".join(lines[after : after + 1])):
            at = after  # the fields of the document may stand below its subtitle, too
    pairs, end = _fields(lines, at)
    if title is None and not pairs:
        return None
    if title is not None:
        pairs.append((top + 1, "title", _plain(title)))  # a field of this name counts more
    if top == start:
        return of_pairs(pairs, lines, start, end, path)
    # What is above the title may be a target of links, so it stays, with the numbers of its lines.
    blanked = [*lines[:top], *[""] * (end - top), *lines[end:]]
    below = of_pairs(pairs, lines, top, end, path)
    return replace(below, body="\n".join(blanked), body_line=1)


def second_title(text: str) -> int | None:
    """The line (from 1) of a second section of the level of the title, which has fields below.

    docutils takes neither for those of the document then.
    """
    lines = text.split("\n")
    top = _past_invisible(lines, 0)
    title, at = _title(lines, top) if top < len(lines) else (None, 0)
    at = _past_blanks(lines, at)
    if title is None or at == len(lines) or not _FIELD.fullmatch(lines[at]):
        return None
    for number in range(at, len(lines)):
        is_block = lines[number][:1].strip() and not lines[number - 1].strip()
        if is_block and _title(lines, number)[0] and _style(lines, number) == _style(lines, top):
            return number + 1
    return None


def _style(lines: list[str], start: int) -> tuple[bool, str]:
    """Whether the title at a line index has a line above, and the character of its lines."""
    over = bool(_ADORNMENT.fullmatch(lines[start]))
    return over, "".join(lines[start + over + 1 : start + over + 2])[:1]


def _plain(text: str) -> str:
    """The text without its inline markup."""
    if len(text) > _MAX_TITLE:
        return text
    unmarked = _REFERENCE.sub("", _MARKED.sub(_without_target, text))
    return re.sub(r"\\(?: |(.))", r"\1", unmarked)


def _without_target(match: re.Match[str]) -> str:
    return _TARGET.sub("", match["text"]) if match["mark"] == "`" else match["text"]


def _past_invisible(lines: list[str], at: int) -> int:
    """The index of the first line of a title or text, at or below `at`."""
    while at < len(lines) and (_ABOVE.fullmatch(lines[at]) or not lines[at].strip()):
        at += 1
        while at < len(lines) and (lines[at][:1] in {" ", "\t"} or not lines[at].strip()):
            at += 1
    return at


def _title(lines: list[str], start: int) -> tuple[str | None, int]:
    """The title at line index `start` and the index below it; (None, start) without a title."""
    if start >= len(lines):  # all lines above are comments and targets
        return None, start
    over = bool(_ADORNMENT.fullmatch(lines[start]))
    text, under = start + over, start + over + 1
    if under >= len(lines) or not lines[text].strip() or not _ADORNMENT.fullmatch(lines[under]):
        return None, start
    if over and lines[start].strip()[0] != lines[under].strip()[0]:
        return None, start
    # docutils accepts an underline shorter than its title from four characters on.
    if len(lines[under].strip()) < min(len(lines[text].strip()), 4) or _FIELD.fullmatch(
        lines[text]
    ):
        return None, start
    return lines[text].strip(), under + 1


def _past_blanks(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _fields(lines: list[str], at: int) -> tuple[list[tuple[int, str, str]], int]:
    pairs: list[tuple[int, str, str]] = []
    while at < len(lines):
        match = _FIELD.fullmatch(lines[at])
        if match:
            pairs.append((at + 1, match[1].lower(), match[2] or ""))
        elif pairs and lines[at][:1] in {" ", "\t"} and lines[at].strip():
            line, key, value = pairs[-1]
            pairs[-1] = (line, key, f"{value}\n{lines[at].strip()}")
        else:
            break
        at += 1
    return pairs, at
