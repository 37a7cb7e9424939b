"""Read the settings in a program of JavaScript or TypeScript that are plain data. Pure.

The program is never run. Each `key: value` of an object is a setting. Its value is known if it is a
literal, or is made of literals and of constants of the same file; every other value is one that
only the program can compute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from publisher.text import script_tokens
from publisher.text.script_values import ComputedError, Plain, Values, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.text.script_tokens import Token

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_DECLARE = frozenset({"const", "let", "var"})
# Words that begin a statement, so that what follows is no part of the constant before.
_STATEMENTS = _DECLARE | {"export", "import", "function", "module", "return", "type", "interface"}
_MOST_LEVELS = 10  # of brackets; settings below them are left out
_DEPTH_OF_SITE = 3  # `defineConfig(() => { return {app: {baseURL: "/"}} })`
_MOST_OF_A_TYPE = 40  # tokens between a name and its value: `const config: Partial<Config> = `


class Setting(Struct, frozen=True):
    """The value of a key, or the argument of a call, at a line (from 1).

    `keys` are those of the objects around it and its own; the first is the name of the constant if
    the object has one. `depth` counts the brackets around it. If the program computes the value,
    that is None, and `is_plain` false.
    """

    keys: tuple[str, ...]
    line: int
    value: Plain
    is_plain: bool
    depth: int = 0
    is_in_list: bool = False
    is_exported: bool = False

    @property
    def text(self) -> str:
        """The value if it is a text, else nothing."""
        return self.value.strip() if isinstance(self.value, str) else ""


class ScriptSettings:
    """The settings of a program; if a token has no end, those before it."""

    def __init__(self, text: str) -> None:
        self._tokens = tuple(script_tokens.tokens(text))
        self._values = Values(self._tokens)
        self._settings = tuple(_Walk(self._tokens, self._values).settings())
        self._exported = _exported(self._tokens)

    def find(self, *names: str) -> Setting | None:
        """The setting with the first of these names that there is, else None.

        `site.url` is the key `url` in an object with the key `site`. Of several settings that of
        the exported object counts, then the one with the fewest brackets around it. Those of an
        element of a list, e.g. of a plugin, and deeper ones belong to a part of the site.
        """
        near = [one for one in self._settings if one.depth <= _DEPTH_OF_SITE and not one.is_in_list]
        for name in names:
            keys = tuple(name.split("."))
            found = [one for one in near if one.keys[-len(keys) :] == keys]
            if found:
                return min(found, key=lambda one: (not self._is_exported(one), one.depth))
        return None

    def _is_exported(self, setting: Setting) -> bool:
        return setting.is_exported or setting.keys[0] in self._exported

    def argument(self, function: str) -> Setting | None:
        """The first argument of the first call of a function or method, else None."""
        for at, token in enumerate(self._tokens[:-2]):
            if token.text == function and self._tokens[at + 1].text == "(":
                return _setting((function,), token, self._values, at + 2)
        return None


def _exported(tokens: Sequence[Token]) -> frozenset[str]:
    """The names in what the program exports as its settings."""
    texts = [token.text for token in tokens]
    for at in range(len(texts)):
        if texts[at : at + 2] == ["export", "default"] or texts[at : at + 4] == _MODULE:
            return frozenset(token.text for token in tokens[at:] if token.kind == "word")
    return frozenset()


_MODULE = ["module", ".", "exports", "="]


class _Frame(Struct):
    """An open bracket: the keys of the value in which it is, and the key that is read in it."""

    bracket: str
    keys: tuple[str, ...]
    depth: int = 0
    is_in_list: bool = False
    is_exported: bool = False
    key: str = ""

    def inside(self, bracket: str) -> _Frame:
        """The frame of a bracket that opens in this one."""
        keys = (*self.keys, self.key)[:_MOST_LEVELS] if self.key else self.keys
        is_in_list = self.is_in_list or bracket == "["
        return _Frame(bracket, keys, self.depth + (bracket != "("), is_in_list, self.is_exported)


class _Walk(Struct):
    """Goes through the tokens of a program once, and knows which brackets are open."""

    tokens: Sequence[Token]
    values: Values
    frames: list[_Frame] = field(default_factory=lambda: [_Frame("", ())])

    def settings(self) -> Iterator[Setting]:
        for at, token in enumerate(self.tokens):
            frame = self.frames[-1]
            if token.kind == "sign":
                self._sign(token.text, frame)
            elif token.kind == "word" and not frame.bracket and token.text in _STATEMENTS:
                frame.key = ""
                frame.is_exported = token.text in {"export", "module"}
            if token.text in _DECLARE:
                self._constant(at, frame)
            elif (
                frame.bracket == "{"
                and frame.depth <= _MOST_LEVELS
                and self._text(at - 1) in {"{", ","}
            ):
                yield from self._property(at, token, frame)

    def _sign(self, sign: str, frame: _Frame) -> None:
        if sign in _OPENING:
            self.frames.append(frame.inside(sign))
        elif sign in _CLOSING and len(self.frames) > 1:
            self.frames.pop()
        elif sign in {",", ";"}:
            frame.key = ""

    def _constant(self, at: int, frame: _Frame) -> None:
        """Learn the value of a constant; a name that is declared twice has none."""
        end = min(at + _MOST_OF_A_TYPE, len(self.tokens))
        start = next((place for place in range(at + 2, end) if self._text(place) == "="), None)
        name = self._text(at + 1)
        if start is None or self.tokens[at + 1].kind != "word":
            return
        frame.key = name
        self.values.declare(name, start + 1, is_constant=self.tokens[at].text == "const")

    def _property(self, at: int, token: Token, frame: _Frame) -> Iterator[Setting]:
        """The setting at a token, if it is a key; of `{title}` only if its value is known."""
        is_key = token.kind in {"string", "word"} and self._text(at + 1) == ":"
        is_short = token.kind == "word" and self._text(at + 1) in {",", "}"}
        if not (is_key or is_short):
            return
        found = _setting((*frame.keys, key_of(token)), token, self.values, at + 2 * is_key)
        if is_key:
            frame.key = found.keys[-1]
        if found.is_plain:
            self.values.learn(found.keys, found.value)
        if found.is_plain or is_key:
            yield replace(
                found,
                depth=frame.depth,
                is_in_list=frame.is_in_list,
                is_exported=frame.is_exported,
            )

    def _text(self, at: int) -> str:
        """The text of a token that is no string; else empty."""
        token = self.tokens[at] if 0 <= at < len(self.tokens) else None
        return token.text if token and token.kind in {"sign", "word"} else ""


def _setting(keys: tuple[str, ...], token: Token, values: Values, start: int) -> Setting:
    try:
        return Setting(keys, token.line, values.value(start), is_plain=True)
    except ComputedError:
        return Setting(keys, token.line, None, is_plain=False)
