"""Turn a tree of blocks into tokens of markdown-it. Pure.

markdown-it then parses the text in them and writes the HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.content.markup.kramdown.attributes import Attributes
    from publisher.content.markup.kramdown.block_reader import Block, KramdownDocument

# The types of tokens that other rules look for.
_TYPES = {
    "p": "paragraph",
    "ul": "bullet_list",
    "ol": "ordered_list",
    "li": "list_item",
    **{f"h{number}": "heading" for number in range(1, 7)},
}
TOC = "toc"  # the word in the attributes of a list that becomes the table of contents


def tokens(blocks: Iterable[Block], document: KramdownDocument) -> list[Token]:
    """Return the tokens of the blocks, followed by the footnotes."""
    writer = _Writer(document.lists)
    for block in blocks:
        writer.write(block)
    for name, note in document.notes.items():
        writer.write_note(name, note)
    return writer.tokens


class _Writer:
    def __init__(self, lists: Mapping[str, Attributes]) -> None:
        self.tokens: list[Token] = []
        self._lists = lists
        self._level = 0

    def write(self, block: Block) -> None:
        match block.kind:
            case "blank" | "end":
                return
            case "html":
                self._push("html_block", "", 0).content = block.text
            case "code":
                token = self._push("fence", "code", 0, block)
                token.content, token.info = block.text, block.info
            case "hr":
                self._push("hr", "hr", 0, block)
            case "words":
                self._push_words(block.text)
            case _:
                self._write_element(block)

    def _write_element(self, block: Block) -> None:
        tag = "p" if block.kind == "math" else block.kind
        kind = _TYPES.get(tag, tag)
        self._push(f"{kind}_open", tag, 1, block).hidden = block.is_tight
        if block.text:
            self._push_words(block.full_text)
        for child in block.children:
            self.write(child)
        self._push(f"{kind}_close", tag, -1).hidden = block.is_tight

    def write_note(self, name: str, note: Iterable[Block]) -> None:
        self._push("footnote_reference_open", "", 1).meta = {"label": name}
        for block in note:
            self.write(block)
        self._push("footnote_reference_close", "", -1)

    def _push_words(self, text: str) -> None:
        token = self._push("inline", "", 0)
        token.content, token.children = text, []

    def _push(
        self, kind: str, tag: str, nesting: Literal[-1, 0, 1], block: Block | None = None
    ) -> Token:
        self._level -= nesting < 0
        token = Token(kind, tag, nesting, block=True, level=self._level)
        self._level += nesting > 0
        if block:
            token.attrs.update(block.attributes.resolved(self._lists))
            token.meta[TOC] = TOC in block.attributes.words
        self.tokens.append(token)
        return token
