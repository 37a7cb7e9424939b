"""HTML blocks in kramdown, and its extensions `{::comment}`, `{::nomarkdown}`, `{::options}`. Pure.

An element extends to its end tag, also over blank lines. Markdown is not parsed in it unless its
attribute `markdown` says so. An element without an end tag extends to the next blank line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Literal

from publisher.content.markup.kramdown.attributes import Attributes
from publisher.content.markup.kramdown.block_reader import BLANKS, SPANS, Block
from publisher.content.markup.kramdown.tags import (
    COMMENT_OR_TAG,
    ELEMENT,
    MARKDOWN_ATTRIBUTE,
    ElementPairs,
    names,
)

if TYPE_CHECKING:
    from publisher.content.markup.kramdown.block_reader import BlockReader

    Model = Literal["block", "span", "raw"]

COMMENT = re.compile(r" {0,3}(?=<!--)")
TAG = re.compile(rf" {{0,3}}(?={ELEMENT})", re.DOTALL)
EXTENSION = re.compile(
    r" {0,3}\{::(comment|nomarkdown|options)(?:[ \t]([^{}\n]{0,500}?))?(/?)\}[ \t]*\n"
)
VOID = names("area base br col command embed hr img input keygen link meta param source track wbr")
_BLOCK_MODEL = names(
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption "
    "footer form header hgroup iframe li main map menu nav noscript object section summary td"
)
_SPAN_MODEL = names(
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label "
    "legend optgroup p q rb rbc rp rt rtc ruby select small span strong sub sup th tt"
)
MODELS: dict[str, Model] = {
    **dict.fromkeys(_BLOCK_MODEL, "block"),
    **dict.fromkeys(_SPAN_MODEL, "span"),
}
_KNOWN = {*MODELS, *VOID} | names(
    "audio canvas center dir hr html math ol option picture pre script style svg table tbody "
    "textarea tfoot thead tr ul video"
)
_REST = re.compile(r"[ \t]*\n")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def _elements(reader: BlockReader) -> ElementPairs:
    if reader.elements is None:
        reader.elements = ElementPairs(reader.text)
    return reader.elements


def comment(reader: BlockReader, match: re.Match[str]) -> bool:
    end = reader.text.find("-->", match.end()) + 3
    if end < match.end():
        return False
    reader.add(Block("html", reader.text[match.end() : end] + "\n"))
    _continue_at(reader, end)
    return True


def element(reader: BlockReader, match: re.Match[str]) -> bool:
    """Parse an element. A lone end tag is kept, as kramdown does; the sanitiser drops it later."""
    tag = COMMENT_OR_TAG.match(reader.text, match.end())
    name = tag[2].lower() if tag else ""
    if not tag or name in SPANS:
        return False
    is_closed = tag.start() in _elements(reader).ends
    if tag[1] or _is_empty(tag) or is_closed or MARKDOWN_ATTRIBUTE.search(tag[3]):
        _continue_at(reader, _read(reader, tag))
        return True
    if name not in _KNOWN:
        return False
    end = _BLANK_LINE.search(reader.text, tag.end())
    reader.add(Block("html", reader.text[tag.start() : end.start() + 1 if end else None]))
    reader.at = end.start() + 1 if end else len(reader.text)
    return True


def _continue_at(reader: BlockReader, at: int) -> None:
    reader.at = at
    reader.take(_REST)


def _is_empty(tag: re.Match[str]) -> bool:
    return tag[2].lower() in VOID or tag[3].endswith("/")


def _read(reader: BlockReader, tag: re.Match[str], *, is_within: bool = False) -> int:
    """Read the element at `tag`, which may be within another one; return where it ends."""
    end = _elements(reader).ends.get(tag.start())
    if end is None:
        reader.add(Block("html", tag[0] + "\n"))
        return tag.end()
    content = reader.text[tag.end() : end.start()]
    match _model(reader, tag, is_within=is_within):
        case "block":
            reader.add(Block("html", tag[0] + "\n"))
            reader.blocks += reader.read_nested(_REST.sub("", content, count=1))
            reader.blocks.append(Block("html", end[0] + "\n"))
        case "span":
            reader.add(Block("html", tag[0]))
            reader.blocks += [Block("words", content.strip(BLANKS)), Block("html", end[0] + "\n")]
        case "raw":
            _read_raw(reader, tag, end)
    return end.end()


def _model(reader: BlockReader, tag: re.Match[str], *, is_within: bool) -> Model:
    own = MODELS.get(tag[2].lower(), "raw")
    match asked := MARKDOWN_ATTRIBUTE.search(tag[3]):
        case None:
            parses = reader.document.options.get("parse_block_html") == "true"
            return own if parses and not is_within else "raw"
        case _:
            return {"1": own, "block": "block", "span": "span"}.get(asked[1].lower(), "raw")


def _read_raw(reader: BlockReader, tag: re.Match[str], end: re.Match[str]) -> None:
    """Keep an element as it is written, except for elements in it that ask for Markdown."""
    at, elements = tag.start(), _elements(reader)
    first = bisect_left(elements.with_markdown, tag.end(), key=lambda inner: inner.start())
    for index in range(first, len(elements.with_markdown)):
        inner = elements.with_markdown[index]
        if inner.start() > end.start():
            break
        if inner.start() >= at and elements.ends[inner.start()].end() <= end.start():
            reader.add(Block("html", reader.text[at : inner.start()]))
            at = _read(reader, inner, is_within=True)
    reader.add(Block("html", reader.text[at : end.end()] + "\n"))


def extension(reader: BlockReader, match: re.Match[str]) -> bool:
    """Parse an extension; without an end it is text."""
    name, content, is_empty = match[1], match[2] or "", bool(match[3])
    end = match if is_empty else _end_of(reader, name, match.end())
    if end is None:
        return False
    reader.at = end.end()
    if name == "nomarkdown":
        reader.add(Block("html", reader.text[match.end() : end.start()]))
        return True
    if name == "options":
        given = Attributes()
        given.read(content)
        reader.document.options |= given.values
    reader.add(Block("end", "extension"))
    return True


def _end_of(reader: BlockReader, name: str, start: int) -> re.Match[str] | None:
    closing = re.compile(rf"^ {{0,3}}\{{:/(?:{name})?\}}[ \t]*\n", re.MULTILINE)
    end = None if name in reader.never_closes else closing.search(reader.text, start)
    if end is None:
        reader.never_closes[name] = name
    return end
