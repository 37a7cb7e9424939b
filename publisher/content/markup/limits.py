"""Limits on a source in markup: the parsers' time grows with the square of what never closes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# About a second each: what is open, times the length of the text around it.
MAX_BRACKETS = 10_000_000
MAX_TAGS = 20_000_000
MAX_ABBREVIATIONS = 50_000_000
MAX_LINES = 200_000_000
MAX_MARKS = 200_000_000
MAX_LINE = 10_000
MAX_FILLED = 50_000
MAX_FOOTNOTES = 3_000
MAX_MEANT = 20_000_000  # characters

_BRACKET = re.compile(r"\]\(|[\[\]()]")
_BLOCKS = re.compile(r"\n[ \t]*\n")
_UNFINISHED = re.compile(r"<(?=[a-zA-Z!?/])[^<>]*(?=<|\Z)")
# Headings and rules, after each of which the parser begins anew with the rest of the block.
_HEADING = re.compile(r"^ {0,3}(?:#|(?:[-*_=][ \t]*)+$)", re.MULTILINE)
_ABBREVIATION = re.compile(r"^ {0,3}\*\[", re.MULTILINE)
# Where a bare address may begin or go on.
_ADDRESS = re.compile(r"(?:https?|mailto|xmpp):|www\.|@")


def refuse_sparse(source: str) -> None:
    """Tables, whose rows all get as many cells as the head has. Raises ValueError."""
    columns = cells = 0
    for line in source.split("\n"):
        row = line.strip("> \t")
        if not row:
            columns = 0
        elif "|" in row and not row.strip("|:- \t"):
            columns = row.count("|")
        else:
            cells += columns
    if cells > MAX_FILLED + len(source):  # in which each that is written takes a character
        raise ValueError(f"it has tables with more than {MAX_FILLED} cells that are not written")


def refuse_sprinkled(source: str) -> None:
    """Raises ValueError."""
    for line in source.split("\n"):
        if len(line) > MAX_LINE and len(_ADDRESS.findall(line)) * len(line) > MAX_MARKS:
            raise ValueError("it has a line with too many addresses")


def refuse_swollen(values: Iterable[str]) -> None:
    """Addresses and explanations that are written once, and meant ever so often. Raises ValueError.

    They are one text in the memory, but not in what is written.
    """
    meant = Counter(values)
    if sum(len(value) * (times - 1) for value, times in meant.items()) > MAX_MEANT:
        raise ValueError("what its references stand for is too long for how often they are used")


def refuse_intricate(source: str) -> None:
    """Raises ValueError."""
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
    """How many `[` and `](` have no partner."""
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
