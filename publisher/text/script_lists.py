"""Read lists of texts in a program of JavaScript, as far as they are data. Pure.

`ignorePatterns: ["private", "drafts"]` is data. A name, a call or a spread in such a list is a
program, which is never run: what it adds is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.text.script_objects import COMMENT, STRING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 1_000_000  # characters of a program that are read
_MAX_VALUES = 10_000  # of one list
_TYPE = r"(?::[\w\s<>|,.]{1,60}(?:\[\])?(?=\s*=[^=>]))?"  # of a name in TypeScript
_ITEM = re.compile(rf"(?:\s+|{COMMENT})*+(?:(?P<string>{STRING})|(?P<sign>.)|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ScriptList:
    """The texts in a list, and the line (from 1) on which it begins; not `is_whole` if it has parts
    that only a program can evaluate.
    """

    values: tuple[str, ...]
    line: int
    is_whole: bool


def of_key(text: str, key: str) -> list[ScriptList]:
    """The lists that a program gives to a key or a name: `key: [...]`, `const key = [...]`.

    A value that is no list is one that is not whole. That holds for a short property `{ key }`,
    too, unless a list is given to the name elsewhere.
    """
    named = rf"(?<![\w$.])[\"']?{re.escape(key)}\b[\"']?{_TYPE}\s*[:=](?![=>])\s*"
    found = [_read(text, match, opening="[") for match in _outside(text, named)]
    if not found:
        found = [
            ScriptList((), _line(text, match.start()), is_whole=False)
            for match in _outside(text, rf"(?<![\w$.]){re.escape(key)}\b(?=\s*[,}}(])")
        ][:1]
    return found


def of_calls(text: str, name: str) -> list[ScriptList]:
    """The arguments of all calls of a method: `site.ignore("a", "b")` for the name `ignore`."""
    return [
        _read(text, match, opening="(")
        for match in _outside(text, rf"(?<!\w){re.escape(name)}\s*(?=\()")
    ]


def has_call(text: str, name: str) -> bool:
    """Whether a program calls a function or a method of this name outside of comments."""
    return any(_outside(text, rf"(?<!\w){re.escape(name)}\s*(?=\()"))


def _outside(text: str, pattern: str) -> Iterator[re.Match[str]]:
    """The matches of a pattern that begin outside of comments and other texts."""
    scanner = re.compile(rf"(?P<wanted>{pattern})|{COMMENT}|{STRING}", re.DOTALL)
    found = scanner.finditer(text[:MAX_LENGTH])
    return (match for match in found if match["wanted"] is not None)


def _read(text: str, match: re.Match[str], *, opening: str) -> ScriptList:
    """The list whose opening bracket should be where a match ends."""
    line = _line(text, match.start("wanted"))
    if text[match.end() : match.end() + 1] != opening:
        return ScriptList((), line, is_whole=False)
    return _items(text, match.end() + 1, line, closing="]" if opening == "[" else ")")


def _items(text: str, at: int, line: int, *, closing: str) -> ScriptList:
    values: list[str] = []
    may_follow, depth, is_whole = True, 0, True
    while (item := _ITEM.match(text, at)) and item.end() > at and len(values) < _MAX_VALUES:
        at = item.end()
        sign = item["sign"]
        if item["string"] and may_follow and not depth and not _is_template(item["string"]):
            values.append(_text(item["string"]))
            may_follow = False
        elif sign == closing and not depth:
            # `["a"].concat(more)` and `["a"].map(f)` are programs, too.
            goes_on = closing == "]" and _goes_on(text, at)
            return ScriptList(tuple(values), line, is_whole and not goes_on)
        elif sign == "," and not depth:
            may_follow = True
        else:  # e.g. a name, a spread, `"a" + b`
            is_whole = False
            depth += (sign in {"(", "[", "{"}) - (sign in {")", "]", "}"})
    return ScriptList(tuple(values), line, is_whole=False)


def _is_template(string: str) -> bool:
    return string[0] == "`" and "${" in string


def _goes_on(text: str, at: int) -> bool:
    return re.compile(r"\s*\??\.").match(text, at) is not None


def _text(string: str) -> str:
    return _ESCAPE.sub(r"\1", string[1:-1])


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
