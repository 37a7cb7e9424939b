"""The ids of headings: written ones, and those that each engine makes of the text. Pure.

Written as rules for markdown-it. Two headings with the same text must not get the same id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text.slugs import github_slug, hexo_slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_WRITTEN = re.compile(r"(?<![ \t])[ \t]++\{#([\w:.-]++)[^{}\n]*+\}[ \t]*+$")
_ALONE = re.compile(r"(?<![ \t])[ \t]++\{#([A-Za-z][\w:-]*+)\}[ \t]*+$", re.ASCII)


def take_ids(state: StateCore, *, alone: bool = False) -> None:
    """Use the id in `## Heading {#id}`, and remove it from the text.

    With `alone`, nothing else may stand between the braces.
    """
    for opening, inline in _headings(state):
        if match := (_ALONE if alone else _WRITTEN).search(inline.content):
            opening.attrSet("id", match[1])
            inline.content = inline.content[: match.start()]


def move(levels: int, state: StateCore) -> None:
    """Move headings to other levels, from 1 to 6."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(max(int(token.tag[1]) + levels, 1), 6)}"


def name_as_kramdown(state: StateCore, *, prefix: str) -> None:
    """Number headings with the same text, as kramdown does, without a look at other ids."""
    numbers: dict[str, int] = {}
    for opening, inline in _headings(state):
        if not opening.attrGet("id"):
            slug = prefix + (github_slug(text_of(inline.children or ())) or "section")
            number = numbers[slug] = numbers.get(slug, -1) + 1
            opening.attrSet("id", f"{slug}-{number}" if number else slug)


def name_as_hugo(state: StateCore) -> None:
    """Make ids of the source of headings, markup included, in the order of the text."""
    ids = _UniqueIds()
    for opening, inline in _headings(state):
        written = opening.attrGet("id")
        if written:
            ids.take(str(written))
        else:
            opening.attrSet("id", ids.make(github_slug(inline.content) or "heading"))


def name_as_hexo(state: StateCore) -> None:
    """Number headings with the same text, keeping its case; punctuation alone makes no id."""
    numbers: dict[str, int] = {}
    for opening, inline in _headings(state):
        slug = hexo_slug(text_of(inline.children or ()))
        if slug and not opening.attrGet("id"):
            number = numbers[slug] = numbers.get(slug, -1) + 1
            opening.attrSet("id", f"{slug}-{number}" if number else slug)


def name_as_github(state: StateCore) -> None:
    """Give written ids precedence wherever they stand, as GitHub and Zola do."""
    ids = _UniqueIds()
    for opening, _ in _headings(state):
        ids.take(str(opening.attrGet("id") or ""))
    for opening, inline in _headings(state):
        if not opening.attrGet("id"):
            slug = github_slug(text_of(inline.children or ())) or "section"
            opening.attrSet("id", ids.make(slug))


def text_of(tokens: Sequence[Token]) -> str:
    """Return the text of inline tokens."""
    texts = (
        text_of(token.children or ()) if token.type == "image" else token.content
        for token in tokens
        if token.type in {"text", "code_inline", "image", "text_special", "math_inline"}
    )
    return "".join(texts)


class _UniqueIds:
    """The ids in use, and the last number that was appended to each."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def take(self, name: str) -> None:
        self._numbers.setdefault(name, 0)

    def make(self, slug: str) -> str:
        """Return the first of `slug`, `slug-1`, `slug-2` that is not in use."""
        name = slug
        while name in self._numbers:
            self._numbers[slug] += 1
            name = f"{slug}-{self._numbers[slug]}"
        self.take(name)
        return name


def _headings(state: StateCore) -> Iterator[tuple[Token, Token]]:
    """Yield each heading with the token that holds its text."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            yield opening, inline
