"""Ids of headings: those that are written, and those that each engine makes of the words. Pure.

As rules for markdown-it. Two headings of the same words must not get the same id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text.slugs import hexo_slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_WRITTEN = re.compile(r"(?<![ \t])[ \t]++\{#([\w:.-]++)[^{}\n]*+\}[ \t]*+$")
_NO_PART = re.compile(r"[^\w\- ]")


def take_ids(state: StateCore) -> None:
    """`## Head {#id}`."""
    for opening, inline in _headings(state):
        if found := _WRITTEN.search(inline.content):
            opening.attrSet("id", found[1])
            inline.content = inline.content[: found.start()]


def name_as_kramdown(state: StateCore) -> None:
    """Counts the headings of the same words, and does not look at what that makes."""
    numbers: dict[str, int] = {}
    for opening, inline in _headings(state):
        if not opening.attrGet("id"):
            slug = _slug(plain(inline.children or ())) or "section"
            number = numbers[slug] = numbers.get(slug, -1) + 1
            opening.attrSet("id", f"{slug}-{number}" if number else slug)


def name_as_hugo(state: StateCore) -> None:
    """Of the words as they are written, with the marks around them; in the order of the text."""
    ids = _Ids()
    for opening, inline in _headings(state):
        written = opening.attrGet("id")
        if written:
            ids.take(str(written))
        else:
            opening.attrSet("id", ids.make(_slug(inline.content) or "heading"))


def name_as_hexo(state: StateCore) -> None:
    """Counts the headings of the same words, whose case stays; marks alone give no id."""
    numbers: dict[str, int] = {}
    for opening, inline in _headings(state):
        slug = hexo_slug(plain(inline.children or ()))
        if slug and not opening.attrGet("id"):
            number = numbers[slug] = numbers.get(slug, -1) + 1
            opening.attrSet("id", f"{slug}-{number}" if number else slug)


def name_as_github(state: StateCore) -> None:
    """What is written comes first, wherever it stands; Zola does so, too."""
    ids = _Ids()
    for opening, _ in _headings(state):
        ids.take(str(opening.attrGet("id") or ""))
    for opening, inline in _headings(state):
        if not opening.attrGet("id"):
            slug = _slug(plain(inline.children or ())) or "section"
            opening.attrSet("id", ids.make(slug))


def plain(tokens: Sequence[Token]) -> str:
    """The text of what was parsed within a block."""
    texts = (
        plain(token.children or ()) if token.type == "image" else token.content
        for token in tokens
        if token.type in {"text", "code_inline", "image", "text_special", "math_inline"}
    )
    return "".join(texts)


class _Ids:
    """Those that are taken, and the last number that was put behind each."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def take(self, name: str) -> None:
        self._numbers.setdefault(name, 0)

    def make(self, slug: str) -> str:
        """The first of `slug`, `slug-1`, `slug-2` that is free."""
        name = slug
        while name in self._numbers:
            self._numbers[slug] += 1
            name = f"{slug}-{self._numbers[slug]}"
        self.take(name)
        return name


def _headings(state: StateCore) -> Iterator[tuple[Token, Token]]:
    """Each with the token that holds its words."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            yield opening, inline


def _slug(text: str) -> str:
    return _NO_PART.sub("", text.lower()).replace(" ", "-")
