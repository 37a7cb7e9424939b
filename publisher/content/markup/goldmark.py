"""What Hugo's goldmark adds to CommonMark, as rules for markdown-it. Pure.

That is typographic quotes and attributes of headings.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Scanned
    from markdown_it.token import Token

    from publisher.post import MarkdownOptions

_PART = r"""(?:#[\w:.-]+|\.[\w:.-]+|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+))"""
_BRACES = rf"\{{[ \t]*({_PART}(?:[ \t]+{_PART}){{0,20}})[ \t]*\}}[ \t]*$"
_ATTRIBUTES = re.compile(rf"(?<![ \t])[ \t]*+{_BRACES}")
_LINE_OF_ATTRIBUTES = re.compile(rf"(?:^|\n)[ \t]*+{_BRACES}")
_ID = re.compile(r"(?:^|[ \t])#([\w:.-]+)")
_DECADE = re.compile(r"'[0-9]{2}s(?![\w])")
# The contractions that its typographer knows: 'twas 'em 'net 'll at the beginning of a word; 's 'm
# 't 'd 've 'll 're at its end.
_CONTRACTED_START = re.compile("'[tenl]")
_CONTRACTED_END = re.compile(r"'(?:[smtd]|ve|ll|re)(?![\w])")


def use(parser: MarkdownIt, options: MarkdownOptions) -> None:
    """Add goldmark's rules to a parser."""
    if "typography" not in options.off:
        for char in "\"'":
            parser.inline.add_terminator_char(char)
        parser.inline.ruler.push("goldmark_quote", _quote)
    if "heading attributes" not in options.off:
        parser.core.ruler.after("block", "goldmark_heads", _take_attributes)
    if options.block_attributes:
        parser.core.ruler.after("block", "goldmark_blocks", _drop_attributes)
    parser.core.ruler.after("inline", "goldmark_www", _link_by_https)


def _take_attributes(state: StateCore) -> None:
    """Remove `{.class #id key=value}` from headings; only the id is used."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        match = _ATTRIBUTES.search(inline.content) if opening.type == "heading_open" else None
        if match:
            inline.content = inline.content[: match.start()]
            if name := _ID.search(match[1]):
                opening.attrSet("id", name[1])


def _drop_attributes(state: StateCore) -> None:
    """Remove a line `{.class key=value}` at the end of a paragraph, and a paragraph of only that.

    It has the attributes of the block that it ends, or that is before it, of which readers see
    nothing.
    """
    kept: list[Token] = []
    for token in state.tokens:
        is_text = token.type == "inline" and kept and kept[-1].type == "paragraph_open"
        if is_text and (match := _LINE_OF_ATTRIBUTES.search(token.content)):
            token.content = token.content[: match.start()]
        if token.type == "paragraph_close" and not kept[-1].content:
            del kept[-2:]
        else:
            kept.append(token)
    state.tokens = kept


def _link_by_https(state: StateCore) -> None:
    """Link `www.a.example` by https, as goldmark does."""
    for block in state.tokens:
        for opening, shown in itertools.pairwise(block.children or []):
            if opening.info == "auto" and shown.content.startswith("www."):
                opening.attrSet("href", f"https://{shown.content}")


def _quote(state: StateInline, silent: bool) -> bool:
    """Turn quotes as goldmark's typographer does, mistakes included.

    The characters around a quote decide.
    """
    at = state.pos
    if silent or state.src[at] not in "\"'":
        return False
    quotes: _Quotes = vars(state).setdefault("quotes", _Quotes())
    before, line = state.src[at - 1 : at] if at else "\n", _rest_of_line(state.src, at)
    turned = _double if line[0] == '"' else _single
    state.append_pending(turned(line, before, quotes.scanned(state), quotes.unclosed))
    state.pos += 1
    return True


class _Quotes:
    """The open quotes of a text, and the run of quotes that is being parsed."""

    def __init__(self) -> None:
        self.unclosed: Counter[str] = Counter()
        self._end = 0
        self._inner: Scanned | None = None

    def scanned(self, state: StateInline) -> Scanned:
        """Return what surrounds a run of quotes; scans at most twice, however long the run is."""
        if state.pos >= self._end:
            outer, self._inner = state.scanDelims(state.pos, True), None
            self._end = state.pos + outer.length
            return outer
        self._inner = self._inner or state.scanDelims(state.pos, True)
        return self._inner


def _rest_of_line(text: str, at: int) -> str:
    """Return the next characters of the line, with its line break if that is among them."""
    return re.sub(r"(?<=\n).*", "", text[at : at + 6], flags=re.DOTALL)


def _double(line: str, before: str, scanned: Scanned, unclosed: Counter[str]) -> str:
    if scanned.can_open and not scanned.can_close:
        unclosed['"'] += 1
        return "“"
    if not unclosed['"'] or not _ends(line, scanned):
        return '"'
    if line[1:2] == '"' and before.isdigit():  # an inch sign
        return '"'
    unclosed['"'] -= 1
    return "”"


def _single(line: str, before: str, scanned: Scanned, unclosed: Counter[str]) -> str:
    after = line[1:2]
    opens = scanned.can_open and not scanned.can_close
    is_apart = before.isspace() or _is_punctuation(before)
    if opens and _DECADE.match(line):
        return "’"
    if (is_apart and _CONTRACTED_START.match(line)) or (before.isalnum() and after.isalpha()):
        return "’"
    if opens:
        unclosed["'"] += not _CONTRACTED_END.match(line)
        return "’" if _CONTRACTED_END.match(line) else "‘"
    if len(line) > len("' ") and not after.isdigit():
        return "’"
    if unclosed["'"] and _ends(line, scanned):
        unclosed["'"] -= 1
        return "’"
    return "'"


def _ends(line: str, scanned: Scanned) -> bool:
    """Whether a quotation may end here."""
    if not scanned.can_close or not scanned.can_open:
        return scanned.can_close
    behind = line[2:3]
    return _is_punctuation(line[1:2]) and (behind.isspace() or _is_punctuation(behind or "."))


def _is_punctuation(char: str) -> bool:
    return bool(char) and unicodedata.category(char).startswith("P")
