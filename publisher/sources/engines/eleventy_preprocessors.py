"""Find the preprocessors of Eleventy that may leave posts out: those that return `false`.

See https://www.11ty.dev/docs/config-preprocessors/. One that only leaves drafts out, as in its
documentation, does what publisher does anyway. The program is never run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text import script_lists, script_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.text.script_tokens import Token

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_OF_POSTS = frozenset({"*", "md", "html"})
_DRAFT = re.compile(r"(?:\w+ (?:\. |\?\. ))?draft(?: ={2,3} true)?")
_IF = re.compile(r"if \( ([^(){};]*) \) (?:\{ return false (?:; )?\}|return false(?= [;}]))")
_CHOICE = re.compile(r"\(? ?([^(){};,?]*?) \? false : (?:undefined|true|content)")
# What cannot be `false`: nothing, a text, and the content or what a method makes of it.
_RETURNED = re.compile(r"(?:return|=>) (?:[;}\"'`{]|content(?: \.| \+| ;| \}| \)|$))")
_RETURNS = re.compile(r"\breturn\b|=>")


def doubtful(text: str) -> Iterator[int]:
    """The lines (from 1) of a program with preprocessors that may leave posts out."""
    tokens = [*script_tokens.tokens(text)]
    for at, token in enumerate(tokens[:-1]):
        if token.text == "addPreprocessor" and tokens[at + 1].text == "(":
            formats, function = _arguments(tokens[at + 2 :])
            if _concerns_posts(formats) and _may_leave_out(function):
                yield token.line
    yield from script_lists.behind_fault(text, tokens, "addPreprocessor")


def _arguments(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The second and the third argument of a call whose opening bracket is before the tokens."""
    arguments: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth < 0:
            break
        if token.text == "," and not depth and len(arguments) < 3:
            arguments.append([])
        else:
            arguments[-1].append(token)
    _, formats, function = (*arguments, [], [])[:3]
    return formats, function


def _concerns_posts(formats: Sequence[Token]) -> bool:
    """Whether it may get posts: its formats are unknown, or have those of posts."""
    if any(token.kind != "string" and token.text not in {"[", "]", ","} for token in formats):
        return True
    words = ",".join(token.text[1:-1] for token in formats if token.kind == "string")
    return not _OF_POSTS.isdisjoint(word.strip() for word in words.split(","))


def _may_leave_out(function: Sequence[Token]) -> bool:
    """Whether the function may return `false` for something other than a draft."""
    words = " ".join("''" if token.kind == "string" else token.text for token in function)
    if "=>" not in words and "function" not in words:
        return True
    rest = _CHOICE.sub(_without_draft, _IF.sub(_without_draft, words))
    returns = len(_RETURNS.findall(rest))
    return "false" in rest.split() or len(_RETURNED.findall(rest)) < returns


def _without_draft(match: re.Match[str]) -> str:
    """The condition without what it does, if it holds for drafts only; else all of it."""
    parts = [part.strip() for part in match[1].split("&&")]
    is_of_drafts = "||" not in match[1] and any(map(_DRAFT.fullmatch, parts))
    return "''" if is_of_drafts else match[0]
