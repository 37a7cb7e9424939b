"""Divide simple YAML into keys and values, many times faster than a parser of all of YAML.

Simple is what nearly all front matter is: one key per line, and behind it nothing, a word or a
sentence, a text in quotes without escapes, or a list of these, in brackets or on lines of its own.
For everything else, and for whatever is not certain, the parser is asked. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LINES = 1_000

# A text, and whether it is a plain scalar.
Scalar: TypeAlias = tuple[str, bool]
# The scalars of a list, each with its line.
Items: TypeAlias = list[tuple[int, Scalar]]
# A key with its line and its value; None if nothing follows.
Pair: TypeAlias = "tuple[int, str, Scalar | Items | None]"

_KEY = re.compile(r"[A-Za-z_][\w-]{0,99}", re.ASCII)
_ITEM = re.compile(r"( *)- +(.+)")
# What may begin something else than a scalar within brackets (YAML 1.2 section 5.3).
_NO_SIMPLE_LIST = re.compile(r"[\[\]{}#:&*!|>%@`\\?]")


def pairs(text: str) -> list[Pair] | None:
    """The pairs of a map in their order; None if the text is not simple, or has no key."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return None
    found: list[Pair] = []
    items: Items | None = None  # of the list that the key above may begin
    indent = ""
    for number, line in enumerate(lines, 1):
        if not line.isprintable():
            return None
        bare = line.strip(" ")
        if not bare or bare[0] == "#":
            continue
        if line[0] in "- ":
            match = _ITEM.fullmatch(line)
            item = _scalar(match[2].strip(" ")) if match else None
            if items is None or not match or item is None or (items and match[1] != indent):
                return None
            if not items:
                indent = match[1]
                found[-1] = *found[-1][:2], items
            items.append((number, item))
            continue
        key, colon, rest = line.partition(":")
        if not colon or (rest and rest[0] != " ") or not _KEY.fullmatch(key):
            return None
        rest = rest.strip(" ")
        items = None if rest else []
        value = _value(rest, number) if rest else None
        if rest and value is None:
            return None
        found.append((number, key, value))
    return found or None


def _value(text: str, line: int) -> Scalar | Items | None:
    if text[0] != "[":
        return _scalar(text)
    inner = text[1:-1].strip(" ")
    if text[-1] != "]" or len(text) < 2 or _NO_SIMPLE_LIST.search(inner):
        return None
    return _listed([_scalar(part.strip(" ")) for part in inner.split(",")] if inner else [], line)


def _listed(scalars: Sequence[Scalar | None], line: int) -> Items | None:
    items = [(line, scalar) for scalar in scalars if scalar]
    return items if len(items) == len(scalars) else None


def _scalar(text: str) -> Scalar | None:
    """The scalar that a text is; None if that is not certain."""
    if not text:
        return None
    first = text[0]
    if first in "\"'":
        is_closed = len(text) > 1 and text.find(first, 1) == len(text) - 1
        return (text[1:-1], False) if is_closed and "\\" not in text else None
    if not first.isalnum() or text[-1] == ":" or ": " in text or " #" in text:
        return None
    return text, True
