"""What Hugo's goldmark adds to CommonMark, as rules for markdown-it. Pure.

That is typographic quotes, attributes of headings and blocks, and names of emoji.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from publisher.content.markup import emojis

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Scanned
    from markdown_it.token import Token

    from publisher.post import MarkdownOptions

# Possessive: a text with many dots could be divided in many ways.
_PART = r"""(?:[#.][\w:.-]++|[\w:-]++=(?:"[^"\n]*+"|'[^'\n]*+'|[^\s"'{},]++))"""
_LIST = rf"{_PART}(?:(?:[ \t]*,)?[ \t]*{_PART}){{0,20}}+"
_ATTRIBUTES = re.compile(rf"(?<![ \t])[ \t]*+\{{[ \t]*({_LIST})[ \t]*\}}[ \t]*$")
_BLOCK_ATTRIBUTES = re.compile(rf"\{{(?:[ \t]*({_LIST})[ \t]*)?\}}")
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
        rule = functools.partial(_block_attributes, names_headings=options.heading_ids)
        ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
        parser.block.ruler.before("code", "goldmark_attributes", rule, ends)
    if options.emoji:
        parser.inline.ruler.push("goldmark_emoji", _emoji)
    parser.core.ruler.after("inline", "goldmark_www", _link_by_https)


def _take_attributes(state: StateCore) -> None:
    """Remove `{.class #id key=value}` from headings; only the id is used."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        match = _ATTRIBUTES.search(inline.content) if opening.type == "heading_open" else None
        if match:
            inline.content = inline.content[: match.start()]
            if name := _id_in(match[1]):
                opening.attrSet("id", name)


def _id_in(attributes: str) -> str:
    """The id in a list of attributes, of which the last one counts; empty if there is none."""
    parts = [part[0] for part in re.finditer(_PART, attributes)]
    written = [part[1:] for part in parts if part[0] == "#"]
    named = [part[3:].strip("\"'") for part in parts if part.startswith("id=")]
    return ([*named[-1:], *written[-1:]] or [""])[0]


def _block_attributes(
    state: StateBlock, line: int, _end: int, silent: bool, *, names_headings: bool
) -> bool:
    """Take a line `{#id .class key=value}` for attributes of the block right above it.

    Only the id is used. The rest of the line is nothing, as in Hugo. `names_headings`: each heading
    has an id of its own.
    """
    at = state.bMarks[line] + state.tShift[line]
    if state.is_code_block(line) or not state.src.startswith("{", at):
        return False
    match = _BLOCK_ATTRIBUTES.match(state.src, at, state.eMarks[line])
    if match and not silent:
        state.line = line + 1
        name, block = _id_in(match[1] or ""), _block_above(state, line)
        has_id = block and (
            block.attrGet("id") or (block.type == "heading_open" and names_headings)
        )
        if block and name and not has_id:
            block.attrSet("id", name)
    return match is not None


def _block_above(state: StateBlock, line: int) -> Token | None:
    """The start of the block that ends right above a line; None if it can have no attributes."""
    last = state.tokens[-1] if state.tokens else None
    if not last or last.nesting > 0 or last.level != state.level:
        return None
    # What a search found is kept for further lines of attributes, of which there may be many.
    if state.isEmpty(line - 1):
        last.meta["block"] = None
    elif "block" not in last.meta:
        before = reversed(state.tokens if last.type == "hr" else state.tokens[:-1])
        found = (token for token in before if token.level == last.level)
        last.meta["block"] = next(found) if last.nesting < 0 or last.type == "hr" else None
    block: Token | None = last.meta["block"]
    return block


def _emoji(state: StateInline, silent: bool) -> bool:
    """Write a name such as `:tada:` as its character; `\\:tada:` and code stay as they are."""
    match = emojis.NAME.match(state.src, state.pos)
    character = emojis.character(match[0]) if match else None
    if match is None or character is None:
        return False
    if not silent:
        state.pending += character
    state.pos = match.end()
    return True


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
