"""Limit Markdown. Its parsers take quadratic time for brackets and tags that never close."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Each limit allows about a second of work. Most are counts of open markup times the length of the
# text around it.
MAX_BRACKETS = 10_000_000
MAX_TAGS = 20_000_000
MAX_ABBREVIATIONS = 50_000_000
MAX_LINES = 200_000_000
MAX_URL_MARKS = 200_000_000
MAX_LINE = 10_000
MAX_EMPTY_CELLS = 50_000
MAX_FOOTNOTES = 3_000
MAX_EXPANSION = 20_000_000  # characters

_BRACKET = re.compile(r"\]\(|[\[\]()]")
_BLOCKS = re.compile(r"\n[ \t]*\n")
_UNFINISHED = re.compile(r"<(?=[a-zA-Z!?/])[^<>]*(?=<|\Z)")
# Headings and rules: after each one, Python-Markdown parses the rest of the block anew.
_HEADING = re.compile(r"^ {0,3}(?:#|(?:[-*_=][ \t]*)+$)", re.MULTILINE)
_ABBREVIATION = re.compile(r"^ {0,3}\*\[", re.MULTILINE)
# Where a bare URL or email may begin or continue.
_URL_MARK = re.compile(r"(?:https?|mailto|xmpp):|www\.|@")


def refuse_empty_cells(source: str) -> None:
    """Raise ValueError for tables whose rows are filled up with too many empty cells.

    Every row of a table gets as many cells as its header has.
    """
    columns = cells = 0
    for line in source.split("\n"):
        row = line.strip("> \t")
        if not row:
            columns = 0
        elif "|" in row and not row.strip("|:- \t"):
            columns = row.count("|")
        else:
            cells += columns
    # Each written cell takes at least one character of the source.
    if cells > MAX_EMPTY_CELLS + len(source):
        raise ValueError(f"rows of its tables lack more than {MAX_EMPTY_CELLS} cells")


def refuse_many_urls(source: str) -> None:
    """Raise ValueError for a line with too many URLs."""
    for line in source.split("\n"):
        if len(line) > MAX_LINE and len(_URL_MARK.findall(line)) * len(line) > MAX_URL_MARKS:
            raise ValueError("it has a line with too many URLs")


def refuse_expansion(values: Iterable[str]) -> None:
    """Raise ValueError if texts that are defined once and used often would fill too much HTML.

    These are the URLs of references and the explanations of abbreviations. In memory each is a
    single string; in the HTML it is repeated.
    """
    uses = Counter(values)
    if sum(len(value) * (times - 1) for value, times in uses.items()) > MAX_EXPANSION:
        raise ValueError("its link definitions or abbreviations are too long and used too often")


def refuse_open_markup(source: str) -> None:
    """Raise ValueError for markup that would take Python-Markdown too long."""
    for block in _BLOCKS.split(source):
        if _open_brackets(block) * len(block) > MAX_BRACKETS:
            raise ValueError("it has too many brackets that never close")
        if len(_HEADING.findall(block)) * len(block) > MAX_LINES:
            raise ValueError("it has too many headings or rules without a blank line")
    if len(_UNFINISHED.findall(source)) * len(source) > MAX_TAGS:
        raise ValueError("it has too many tags that never end")
    if source.count("[^") > MAX_FOOTNOTES:
        raise ValueError(f"it has more than {MAX_FOOTNOTES} references to footnotes")
    if len(_ABBREVIATION.findall(source)) * len(source) > MAX_ABBREVIATIONS:
        raise ValueError("it has too many abbreviations")


def _open_brackets(block: str) -> int:
    """Count the `[` and `](` that are never closed."""
    squares = targets = lost = 0
    for mark in _BRACKET.findall(block):
        match mark:
            case "[":
                squares += 1
            case "](":
                squares, targets = max(squares - 1, 0), targets + 1
            case "]":
                squares = max(squares - 1, 0)
            case "(" if targets:
                lost += 1
            case ")":
                if lost:
                    lost -= 1
                else:
                    targets = max(targets - 1, 0)
    return squares + targets
