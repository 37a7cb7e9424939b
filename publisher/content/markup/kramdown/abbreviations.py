"""Abbreviations: `*[HTML]: HyperText Markup Language` explains every word `HTML`. Pure."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from markdown_it.rules_core import StateCore

_BEGINNING = re.compile(r"(?<!\w)\S")
_WORD = re.compile(r"\w")


def abbreviate(state: StateCore) -> None:
    known: dict[str, str] = state.env.get("abbreviations") or {}
    lengths = sorted({*map(len, known)}, reverse=True)
    tags = {name: _tag(name, title) for name, title in known.items()}
    for token in state.tokens if known else ():
        if token.type == "inline":
            token.children = [*_abbreviated(token.children or [], tags, lengths)]


def _tag(name: str, title: str) -> str:
    title_attribute = f' title="{entities.escape(title)}"' if title else ""
    return f"<abbr{title_attribute}>{entities.escape(name)}</abbr>"


def _abbreviated(
    tokens: Sequence[Token], tags: dict[str, str], lengths: Sequence[int]
) -> Iterator[Token]:
    for token in tokens:
        at = 0
        text = token.content if token.type == "text" else ""
        for start, name in _names_in(text, tags, lengths):
            yield Token("text", "", 0, content=text[at:start])
            yield Token("html_inline", "", 0, content=tags[name])
            at = start + len(name)
        if at:
            token.content = text[at:]
        yield token


def _names_in(
    text: str, known: Container[str], lengths: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Yield (offset, name) of the abbreviations in a text: the longest at the start of each word.

    `lengths` are the lengths of all names, the longest first.
    """
    end = 0
    for match in _BEGINNING.finditer(text):
        start = match.start()
        if start < end:
            continue
        names = (text[start : start + length] for length in lengths)
        fits = (name for name in names if name in known)
        name = next((name for name in fits if not _WORD.match(text, start + len(name))), None)
        if name:
            end = start + len(name)
            yield start, name
