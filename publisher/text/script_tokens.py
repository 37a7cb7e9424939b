"""Split a program of JavaScript or TypeScript into its tokens (ECMA-262 section 12). Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from publisher.text.script_objects import COMMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["string", "template", "number", "word", "pattern", "sign"]

_STRING = r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'"
_TOKEN = re.compile(
    rf"(?P<blank>\s++|{COMMENT}|\#![^\n]*)|(?P<string>{_STRING})|(?P<number>\.?\d[\w.]*+)"
    r"|(?P<word>[\w$]++)|(?P<sign>=>|\.\.\.|\?\.|\?\?|\|\||&&|[=!]==?|[^\"'])",
    re.DOTALL,
)
# A slash begins a regular expression where a value may begin, else it divides.
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*+")
_BEFORE_VALUE = frozenset((*"(,=:[!&|?{};+-*%<>~^", "=>", "...", "??", "||", "&&", "==", "==="))
_WORDS_BEFORE_VALUE = frozenset({"return", "typeof", "case", "in", "of", "void", "default"})
# The rest of a template up to its end or a piece of code, and such code up to its end.
_IN_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*+(`|\$\{)", re.DOTALL)
_IN_CODE = re.compile(rf"(?:[^`{{}}\"'/]|{_STRING}|{COMMENT}|/)*+([`{{}}])", re.DOTALL)
_MOST_LEVELS = 100  # of templates and braces in a template


class Token(NamedTuple):
    """A token, as it is written; `line` is that of its start (from 1)."""

    kind: Kind
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens, up to one that has no end. Blanks and comments are none."""
    at, line = 0, 1
    before: Token | None = None
    while at < len(text):
        token, end = _token(text, at, line, before)
        if end <= at:
            return
        if token:
            yield token
            before = token
        line += text.count("\n", at, end)
        at = end


def _token(text: str, at: int, line: int, before: Token | None) -> tuple[Token | None, int]:
    """The token at an index, None for a blank, and its end; no end after a fault."""
    if text[at] == "`":
        end = _end_of_template(text, at + 1)
        return Token("template", text[at:end], line), end
    if text[at] == "/" and _may_begin_value(before) and not text.startswith(("//", "/*"), at):
        pattern = _PATTERN.match(text, at)
        if pattern:
            return Token("pattern", pattern[0], line), pattern.end()
    match = _TOKEN.match(text, at)
    if not match:
        return None, at
    for kind in ("string", "number", "word", "sign"):
        if match[kind] is not None:
            return Token(kind, match[0], line), match.end()
    return None, match.end()


def _may_begin_value(before: Token | None) -> bool:
    if before is None or before.text in _WORDS_BEFORE_VALUE:
        return True
    return before.kind == "sign" and before.text in _BEFORE_VALUE


def _end_of_template(text: str, at: int) -> int:
    """The index behind the template that begins before `at`; 0 if it has no end."""
    inside = ["`"]  # the templates and braces that are open
    while inside and len(inside) <= _MOST_LEVELS:
        match = (_IN_TEMPLATE if inside[-1] == "`" else _IN_CODE).match(text, at)
        if not match:
            return 0
        at = match.end()
        is_end = match[1] == "}" or match[1] == inside[-1] == "`"
        inside[-1:] = [] if is_end else [inside[-1], match[1][-1]]
    return 0 if inside else at
