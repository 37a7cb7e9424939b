"""kramdown, as Jekyll reads it: its own blocks, in which markdown-it reads the words. Pure.

Refuses nothing that Jekyll shows. Where kramdown would take the rest of a post for the inside of
what somebody forgot to end, only that much is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.markup.kramdown import blocks, spans
from publisher.content.markup.kramdown.abbreviations import abbreviate
from publisher.content.markup.kramdown.contents import contents
from publisher.content.markup.kramdown.tokens import tokens
from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

_BLANK_ADDRESS = re.compile(
    r"\]\(([^\s()<>\"']+(?: [^\s()<>\"']+){1,20})((?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?)[ \t]*\)"
)

# What begins a tag, and what stands for it meanwhile: no source has that.
_TEMPLATE = re.compile(r"\{(?=[{%])")
_NUMBER = re.compile("\x0e([0-9]{1,9})\x0e")


def normalised(source: str) -> str:
    """With addresses that hold blanks as CommonMark has them. Lines stay lines."""
    if _BLANK_ADDRESS.search(source):
        source = markdown_code.outside(source, lambda text: _BLANK_ADDRESS.sub(r"](<\1>\2)", text))
    return source


def use(parser: MarkdownIt) -> None:
    """Teach it kramdown."""
    parser.core.ruler.at("block", _blocks)
    parser.core.ruler.push("kramdown_abbreviations", abbreviate)
    parser.core.ruler.push("kramdown_toc", contents)
    spans.use(parser)


def lines_of_html(source: str) -> Iterator[int]:
    """The lines (from 0) on which a tag of a template stands where there is no Markdown.

    Raises ValueError for what would take too long.
    """
    lines = source.split("\n")
    marked = (_TEMPLATE.sub(f"\x0e{number}\x0e", line) for number, line in enumerate(lines))
    waiting, _ = blocks.read("\n".join(marked))
    while waiting:
        block = waiting.pop()
        waiting += block.children
        if block.kind == "html":
            yield from map(int, _NUMBER.findall(block.text))


def _blocks(state: StateCore) -> None:
    found, document = blocks.read(state.src)
    state.tokens = tokens(found, document)
    references = state.env.setdefault("references", {})
    for label, (address, title) in document.links.items():
        references[label] = {"href": address, "title": title}
    notes = state.env.setdefault("footnotes", {"refs": {}, "list": {}})
    notes["refs"] |= {f":{name}": -1 for name in document.notes}
    state.env["lists"] = document.lists
    state.env.setdefault("abbreviations", {}).update(document.abbreviations)
