"""Read lists of texts in a program of JavaScript, as far as they are data. Pure.

`ignorePatterns: ["private", "drafts"]` is data. A name, a call or a spread in such a list is a
program, which is never run: what it adds is unknown, and the texts beside it count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.text import script_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.text.script_tokens import Token

MAX_LENGTH = 1_000_000  # characters of a program that are read
_MOST_OF_A_TYPE = 40  # tokens between a name and its value: `const a: string[] = `
_DECLARE = frozenset({"const", "let", "var"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_ENDS = frozenset(",;)}]")  # of a value
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class ScriptList(Struct, frozen=True):
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
    tokens = _tokens(text)
    places = [at for at, token in enumerate(tokens) if _is_name(tokens, at) and _text(token) == key]
    given = [(at, start) for at in places if (start := _value(tokens, at))]
    found = [_list(tokens, start, tokens[at].line, "[") for at, start in given]
    if found:
        return found
    short = [tokens[at].line for at in places if _is_short(tokens, at)] or behind_fault(
        text, tokens, key
    )
    return [ScriptList((), line, is_whole=False) for line in short[:1]]


def of_calls(text: str, name: str) -> list[ScriptList]:
    """The arguments of all calls of a method: `site.ignore("a", "b")` for the name `ignore`.

    The name may have several parts: `ignores.add`.
    """
    tokens = _tokens(text)
    found = [_list(tokens, end, tokens[end].line, "(") for end in _calls(tokens, name)]
    unread = behind_fault(text, tokens, name)
    return [*found, *(ScriptList((), line, is_whole=False) for line in unread)]


def has_call(text: str, name: str) -> bool:
    """Whether a program calls a function or a method of this name."""
    return any(True for _ in _calls(_tokens(text), name))


def _tokens(text: str) -> list[Token]:
    return [*script_tokens.tokens(text[:MAX_LENGTH])]


def behind_fault(text: str, tokens: Sequence[Token], key: str) -> list[int]:
    """The lines with the key that are behind the last token, because a fault is before them."""
    last = tokens[-1].line if tokens else 0
    lines = enumerate(text.splitlines()[last:], last + 1)
    return [number for number, line in lines if key in line.partition("//")[0]]


def _calls(tokens: Sequence[Token], name: str) -> Iterator[int]:
    """The indexes of the brackets behind a name with dots."""
    wanted = name.replace(".", " . ").split()
    for at in range(len(tokens) - len(wanted)):
        parts = [token.text for token in tokens[at : at + len(wanted)]]
        if parts == wanted and tokens[at + len(wanted)].text == "(":
            yield at + len(wanted)


def _is_name(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token may be a key or a name: not the member of a value, `a.key`."""
    is_member = at > 0 and tokens[at - 1].text in {".", "?."}
    return tokens[at].kind in {"word", "string"} and not is_member


def _value(tokens: Sequence[Token], at: int) -> int:
    """The index at which the value of a key or a name begins; 0 if it is given none."""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if after == ":" and at > 0 and tokens[at - 1].text in _DECLARE:
        ends = range(at + 2, min(at + 2 + _MOST_OF_A_TYPE, len(tokens) - 1))
        return next((end + 1 for end in ends if tokens[end].text == "="), 0)
    return at + 2 if after in {":", "="} and at + 2 < len(tokens) else 0


def _is_short(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a short property: `{ key }`."""
    before = tokens[at - 1].text if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return tokens[at].kind == "word" and before in {"{", ","} and after in {"}", ","}


def _list(tokens: Sequence[Token], at: int, line: int, opening: str) -> ScriptList:
    """The list whose opening bracket should be at an index. A single text is a list of it."""
    if tokens[at].text != opening:
        is_single = _is_text(tokens[at]) and tokens[min(at + 1, len(tokens) - 1)].text in _ENDS
        return ScriptList((_text(tokens[at]),) if is_single else (), line, is_whole=is_single)
    values: list[str] = []
    may_follow, depth, is_whole = True, 0, True
    for end, token in enumerate(tokens[at + 1 :], at + 1):
        if not depth and token.text in _CLOSING:
            return ScriptList(tuple(values), line, is_whole and not _goes_on(tokens, end, opening))
        if may_follow and not depth and _is_text(token):
            values.append(_text(token))
            may_follow = False
        elif token.text == "," and not depth:
            may_follow = True
        else:  # e.g. a name, a spread, `"a" + b`
            is_whole = False
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
    return ScriptList(tuple(values), line, is_whole=False)


def _goes_on(tokens: Sequence[Token], at: int, opening: str) -> bool:
    """Whether a list is only a part of its value: `["a"].concat(more)`. Calls may follow calls."""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return opening == "[" and after in {".", "?.", "["}


def _is_text(token: Token) -> bool:
    return token.kind == "string" or (token.kind == "template" and "${" not in token.text)


def _text(token: Token) -> str:
    """The text of a literal, or the name."""
    is_literal = token.kind in {"string", "template"}
    return _ESCAPE.sub(r"\1", token.text[1:-1]) if is_literal else token.text
