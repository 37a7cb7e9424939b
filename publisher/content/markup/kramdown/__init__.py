"""Parse Markdown as Jekyll's kramdown does: blocks itself, the text in them by markdown-it. Pure.

Refuse nothing that Jekyll shows. Where kramdown would treat the rest of a post as the content of
an element whose end tag is missing, only that element is affected here.
"""

from __future__ import annotations

import functools
import html as entities
import re
from typing import TYPE_CHECKING

from publisher.content.markup import headings
from publisher.content.markup.kramdown import blocks, spans
from publisher.content.markup.kramdown.abbreviations import abbreviate
from publisher.content.markup.kramdown.table_of_contents import contents
from publisher.content.markup.kramdown.tokens import tokens
from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

    from publisher.post import MarkdownOptions

_URL_WITH_BLANKS = re.compile(
    r"\]\(([^\s()<>\"']+(?: [^\s()<>\"']+){1,20})((?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?)[ \t]*\)"
)

# The start of a template tag, and the line number that replaces it while blocks are parsed. No
# source contains that character.
_TEMPLATE = re.compile(r"\{(?=[{%])")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NUMBER = re.compile("\x0e([0-9]{1,9})\x0e")


def normalised(source: str) -> str:
    """Rewrite links whose URL contains blanks in CommonMark's syntax. Line breaks stay."""
    if _URL_WITH_BLANKS.search(source):
        source = markdown_code.outside(
            source, lambda text: _URL_WITH_BLANKS.sub(r"](<\1>\2)", text)
        )
    return source


def use(parser: MarkdownIt, options: MarkdownOptions) -> None:
    """Add kramdown's rules to a parser."""
    parser.core.ruler.at("block", functools.partial(_blocks, options))
    parser.core.ruler.push("kramdown_abbreviations", abbreviate)
    parser.core.ruler.push("kramdown_toc", functools.partial(contents, options.toc_levels))
    if options.heading_offset:
        offset = functools.partial(headings.move, options.heading_offset)
        parser.core.ruler.push("kramdown_levels", offset)
    spans.use(parser, options)


def lines_of_html(source: str, options: MarkdownOptions) -> Iterator[int]:
    """Yield the lines (from 0) with template tags where Markdown is not parsed.

    Raises ValueError for input that would take too long.
    """
    lines = source.split("\n")
    marked = (_TEMPLATE.sub(f"\x0e{number}\x0e", line) for number, line in enumerate(lines))
    waiting, _ = blocks.read("\n".join(marked), _block_options(options))
    while waiting:
        block = waiting.pop()
        waiting += block.children
        if block.kind == "html":
            yield from map(int, _NUMBER.findall(block.text))


def _block_options(options: MarkdownOptions) -> dict[str, str]:
    return {"parse_block_html": "true"} if options.block_html else {}


def _blocks(options: MarkdownOptions, state: StateCore) -> None:
    parsed, document = blocks.read(state.src, _block_options(options))
    state.tokens = tokens(parsed, document)
    references = state.env.setdefault("references", {})
    for label, (url, title) in document.links.items():
        references[label] = {"href": _unescaped(url), "title": _unescaped(title)}
    notes = state.env.setdefault("footnotes", {"refs": {}, "list": {}})
    # For the footnote plugin -1 is a note that no reference has used yet.
    notes["refs"] |= {f":{name}": -1 for name in document.notes}
    state.env["lists"] = document.lists
    state.env.setdefault("abbreviations", {}).update(document.abbreviations)


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda entity: entities.unescape(entity[0]), text)
