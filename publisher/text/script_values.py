"""Evaluate values of a program that are plain data: literals, and constants of literals. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from publisher.text.script_objects import unescaped
from publisher.text.script_tokens import Token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Plain: TypeAlias = "str | int | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"

MAX_DEPTH = 50  # of lists and objects in a value
_WORDS: Mapping[str, Plain] = {"true": True, "false": False, "null": None, "undefined": None}
_ENDS = frozenset({",", "}", ")", "]", ";", ""})
_END = Token("sign", "", 0)  # behind the last token
_TYPED = frozenset({"as", "satisfies"})
# In a template.
_CODE = re.compile(r"(?<!\\)\$\{")
_NAMES = re.compile(r"(?<!\\)\$\{\s*([\w$]+(?:\.[\w$]+)*)\s*\}")


class ComputedError(ValueError):
    """Only the program can compute the value."""


class Values:
    """The values at the tokens of one program, and its constants as far as they are known."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._constants: dict[tuple[str, ...], Plain] = {}
        self._names: dict[str, bool] = {}  # whether the name was declared once, as a constant

    def declare(self, name: str, start: int, *, is_constant: bool) -> None:
        """Learn a variable, whose value starts at a token; if declared twice, it has none."""
        self._names[name] = is_constant and name not in self._names
        if self._names[name]:
            with suppress(ComputedError):
                self._constants[(name,)] = self.value(start, is_statement=True)

    def learn(self, keys: tuple[str, ...], value: Plain) -> None:
        """Learn a member of an object, which may be a constant."""
        self._constants.setdefault(keys, value)

    def value(self, start: int, *, is_statement: bool = False) -> Plain:
        """The value that starts at a token. Raises ComputedError."""
        value, end = self._sum(start, MAX_DEPTH)
        following = self._token(end)
        # A statement may end without a semicolon.
        is_next = is_statement and following.line > self._token(end - 1).line
        is_end = (
            following.text in _ENDS
            if following.kind == "sign"
            else following.text in _TYPED or (is_next and following.kind == "word")
        )
        if not is_end:
            raise ComputedError
        return value

    def _token(self, at: int) -> Token:
        return self._tokens[at] if at < len(self._tokens) else _END

    def _sum(self, at: int, depth: int) -> tuple[Plain, int]:
        """The value at a token, with the texts that `+` adds, and the index behind it."""
        value, at = self._one(at, depth)
        while isinstance(value, str) and self._token(at).text == "+":
            more, at = self._one(at + 1, depth)
            if not isinstance(more, str):
                raise ComputedError
            value += more
        return value, at

    def _one(self, at: int, depth: int) -> tuple[Plain, int]:
        token = self._token(at)
        match token.kind:
            case "string":
                return unescaped(token.text), at + 1
            case "template":
                return self._template(token.text), at + 1
            case "number":
                return _number(token.text), at + 1
            case "word":
                return self._url(at, depth) if token.text == "new" else self._named(at)
            case "sign" if depth and token.text in {"[", "{", "("}:
                return self._enclosed(at + 1, token.text, depth - 1)
            case _:
                raise ComputedError

    def _enclosed(self, at: int, bracket: str, depth: int) -> tuple[Plain, int]:
        match bracket:
            case "[":
                return self._list(at, depth)
            case "{":
                return self._object(at, depth)
            case _:
                value, at = self._sum(at, depth)
                return value, self._behind(at, ")")

    def _list(self, at: int, depth: int) -> tuple[Plain, int]:
        values: list[Plain] = []
        while self._token(at).text != "]":
            value, at = self._sum(at, depth)
            values.append(value)
            at = self._next_element(at, "]")
        return values, at + 1

    def _object(self, at: int, depth: int) -> tuple[Plain, int]:
        values: dict[str, Plain] = {}
        while self._token(at).text != "}":
            token = self._token(at)
            if token.kind not in {"string", "word", "number"}:
                raise ComputedError
            key = key_of(token)
            values[key], at = self._sum(self._behind(at + 1, ":"), depth)
            at = self._next_element(at, "}")
        return values, at + 1

    def _next_element(self, at: int, closing: str) -> int:
        return at if self._token(at).text == closing else self._behind(at, ",")

    def _behind(self, at: int, sign: str) -> int:
        if self._token(at).text != sign:
            raise ComputedError
        return at + 1

    def _url(self, at: int, depth: int) -> tuple[Plain, int]:
        """The text in `new URL("...")`."""
        if self._token(at + 1).text != "URL":
            raise ComputedError
        value, at = self._sum(self._behind(at + 2, "("), depth)
        return value, self._behind(at, ")")

    def _named(self, at: int) -> tuple[Plain, int]:
        """The value of `true`, of a constant, or of a member of one: `SITE.title`."""
        names = [self._token(at).text]
        if names[0] in _WORDS:
            return _WORDS[names[0]], at + 1
        while self._token(at + 1).text == "." and self._token(at + 2).kind == "word":
            at += 2
            names.append(self._token(at).text)
        return self._constant(names), at + 1

    def _constant(self, names: Sequence[str]) -> Plain:
        keys = tuple(names)
        if not self._names.get(keys[0]) or keys not in self._constants:
            raise ComputedError
        return self._constants[keys]

    def _template(self, written: str) -> str:
        """The text of a template that names nothing but constants."""
        first, *parts = _NAMES.split(written[1:-1])
        text = [_text_in_template(first)]
        for name, rest in zip(parts[::2], parts[1::2], strict=True):
            value = self._constant(name.split("."))
            if not isinstance(value, str):
                raise ComputedError
            text += (value, _text_in_template(rest))
        return "".join(text)


def key_of(token: Token) -> str:
    """The key that a token is in an object."""
    return unescaped(token.text) if token.kind == "string" else token.text


def _text_in_template(written: str) -> str:
    if _CODE.search(written):
        raise ComputedError
    return unescaped(f"`{written}`")


def _number(written: str) -> Plain:
    try:
        return float(written) if "." in written else int(written, 0)
    except ValueError:  # 1e3, 1_000n
        raise ComputedError from None
