"""What kramdown adds to CommonMark within a block, as rules for markdown-it. Pure."""

from __future__ import annotations

import functools
import html as entities
import re
from typing import TYPE_CHECKING

from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline.state_inline import Delimiter

from publisher.content.markup.kramdown.attributes import LIST, Attributes
from publisher.content.markup.kramdown.block_reader import BLANKS
from publisher.content.markup.kramdown.elements import MODELS, VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from publisher.post import MarkdownOptions

_LIST = re.compile(LIST)
_EXTENSION = re.compile(r"\{::(comment|nomarkdown|options)(?:[ \t][^{}\n]{0,500}?)?(/?)\}")
_ELEMENT = re.compile(r"<([a-z][\w.-]*+)(?=[\s>])[^<>]*(?<!/)>", re.IGNORECASE)
# A backslash before any other character is text.
_ESCAPED = "\n\\.*_+`<>()[]{}#!:|\"'$=~-"
_SPACED = re.compile(r"\s{1,20}\[([^\[\]]{1,999})\]")
# A URL whose brackets are in pairs, although a backslash is before one of them.
_IN_BRACKETS = re.compile(r"\((?=[^\s<>]{0,2000}?\\)((?:[^\s()<>]|\([^\s()<>]{0,500}\)){1,2000})\)")
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|applet|body|blockquote|caption|col|colgroup|dd|div|dl|dt|fieldset|"
    r"figcaption|footer|form|h[1-6]|header|hgroup|hr|html|head|iframe|legend|menu|li|main|map|nav|ol|"
    r"optgroup|p|pre|section|summary|table|tbody|td|th|thead|tfoot|tr|ul)(?:\s[^<>]*+)?/?>",
    re.IGNORECASE,
)
_MARKS = "*_~"
_PAIRS = 3  # in a longer run each pair counts by itself: `**a****b**`
_HOLDERS = frozenset({"image", "link_close", "code_inline", "math_inline", "html_inline"})
_QUOTES = {"l": {'"': 0, "'": 2}, "r": {'"': 1, "'": 3}}
_PUNCTUATION = r"""[!"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""
_WORD, _BLANK = "[A-Za-z0-9_]", r"[ \t\r\n\f\v]"
# The rules of RubyPants, in its order: the text around a quote, and the side it is on.
_RULES = [
    (re.compile(r"()([\"'])(?=[_*]{1,2}[^ \t\n])"), "l"),
    (re.compile(rf"()([\"'])(?={_PUNCTUATION}(?!\.\.)\B)"), "r"),
    (re.compile(rf"({_BLANK}?)(\"'|'\")(?={_WORD})"), "ll"),
    (re.compile(rf"({_BLANK}?)(')(?=[0-9][0-9]s)"), "r"),
    (re.compile(rf"({_BLANK})(['\"])(?={_WORD})"), "l"),
    (re.compile(r"([^ \\\t\r\n\[{(-])(['\"])"), "r"),
    (re.compile(rf"()([\"'])(?={_BLANK}|s\b|$)", re.MULTILINE), "r"),
    (re.compile(r"(.?)(['\"])", re.DOTALL), "l"),
]


def use(parser: MarkdownIt, options: MarkdownOptions) -> None:
    """Add the rules to a parser."""
    for char in "\"'":
        parser.inline.add_terminator_char(char)
    ruler = parser.inline.ruler
    ruler.at("emphasis", _emphasis)
    ruler.before("escape", "kramdown_math", _math)
    if not options.hard_wraps:
        ruler.before("escape", "kramdown_break", _line_break)
    ruler.before("escape", "kramdown_backslash", _backslash)
    ruler.before("link", "kramdown_link", _link)
    ruler.before("html_inline", "kramdown_block_tag", _block_tag)
    ruler.before("html_inline", "kramdown_raw", _raw)
    ruler.before("html_inline", "kramdown_instruction", _instruction)
    ruler.push("kramdown_extension", _extension)
    ruler.push("kramdown_attributes", _attributes)
    ruler.push("kramdown_quote", functools.partial(_quote, options.quotes))
    parser.add_render_rule("math_inline", _math_html)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """A mark opens emphasis unless a blank follows, and closes it unless a blank precedes it.

    So `**重要。**です` is bold, which it is not in CommonMark. `_` is no mark within a word.
    """
    start, mark = state.pos, state.src[state.pos]
    if silent or mark not in "*_":
        return False
    end = next((at for at in range(start, state.posMax) if state.src[at] != mark), state.posMax)
    before, after = state.src[max(start - 2, 0) : start], state.src[end : end + 1]
    is_in_word = before[-1:].isalpha() or (before[-1:] == "-" and before[:1].isalpha())
    opens = after not in BLANKS and not (mark == "_" and is_in_word)
    closes = before[-1:] not in BLANKS and not (mark == "_" and after.isalnum())
    length = end - start if end - start <= _PAIRS else 2 + (end - start) % 2
    for _ in range(start, end):
        state.push("text", "", 0).content = mark
        number = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(mark), length, number, -1, opens, closes))
    state.pos = end
    return True


def _math(state: StateInline, silent: bool) -> bool:
    """`$$a_1$$` is a formula, in which `_` does not start emphasis."""
    if not state.src.startswith("$$", state.pos):
        return False
    end = state.src.find("$$", state.pos + 2)
    formula = state.src[state.pos + 2 : end].strip()
    if end < 0 or not formula:
        return False
    if not silent:
        state.push("math_inline", "code", 0).content = formula
    state.pos = end + 2
    return True


def _math_html(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return f'<code class="language-math">{entities.escape(tokens[index].content)}</code>'


def _backslash(state: StateInline, silent: bool) -> bool:
    r"""The backslash in `\,` and `\%` of TeX is text."""
    if state.src[state.pos] != "\\" or state.src[state.pos + 1 : state.pos + 2] in _ESCAPED:
        return False
    return _take_as_text(state, silent)


def _take_as_text(state: StateInline, silent: bool) -> bool:
    """Take one character as text, whatever it would start otherwise."""
    if not silent:
        state.append_pending(state.src[state.pos])
    state.pos += 1
    return True


def _line_break(state: StateInline, silent: bool) -> bool:
    r"""`\\` at the end of a line is a line break."""
    if not state.src.startswith("\\\\\n", state.pos):
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += 3
    while state.src.startswith((" ", "\t"), state.pos):
        state.pos += 1
    return True


def _link(state: StateInline, silent: bool) -> bool:
    r"""`[text] [label]` is a link, if the label is defined, and so is `[text](url_(a\))`."""
    if state.src[state.pos] != "[":
        return False
    start, maximum = state.pos, state.posMax
    end = state.md.helpers.parseLinkLabel(state, start, True)
    match = _SPACED.match(state.src, end + 1, maximum) if end >= 0 else None
    known = state.env.get("references") or {}
    target = known.get(normalizeReference(match[1])) if match else None
    if end >= 0 and (in_brackets := _IN_BRACKETS.match(state.src, end + 1, maximum)):
        match, target = in_brackets, {"href": in_brackets[1], "title": ""}
    if not match or not target:
        return False
    if not silent:
        state.pos, state.posMax = start + 1, end
        opening = state.push("link_open", "a", 1)
        opening.attrs = {key: target[key] for key in ("href", "title") if target[key]}
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.push("link_close", "a", -1)
    state.pos, state.posMax = match.end(), maximum
    return True


def _block_tag(state: StateInline, silent: bool) -> bool:
    """The tag of a block is text within a line, as in "headings like <h1> and <h2>"."""
    match = _BLOCK_TAG.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        state.append_pending(match[0])
    state.pos = match.end()
    return True


def _raw(state: StateInline, silent: bool) -> bool:
    """Markdown is not parsed in `<code>a_b_c</code>`, nor in elements unknown to kramdown."""
    match = _ELEMENT.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if match is None or match[1].lower() in MODELS or match[1].lower() in VOID:
        return False
    tag = f"</{match[1]}"
    if state.html_terminator_last(tag) < match.end():
        return False
    end = state.src.find(">", state.src.find(tag, match.end())) + 1
    if not 0 < end <= state.posMax:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _instruction(state: StateInline, silent: bool) -> bool:
    """`<?php ?>` and `<!DOCTYPE>` are text."""
    after = state.src[state.pos + 1 : state.pos + 4]
    if state.src[state.pos] != "<" or after[:1] not in {"?", "!"} or after == "!--":
        return False
    return _take_as_text(state, silent)


def _extension(state: StateInline, silent: bool) -> bool:
    """`{::comment}gone{:/}` or `{::nomarkdown}<b>*as it is*</b>{:/}`; text without an end."""
    match = _EXTENSION.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    if match is None:
        return False
    name, text, state_end = match[1], "", match.end()
    if not match[2]:
        last = max(map(state.html_terminator_last, ("{:/}", f"{{:/{name}}}")))
        if last < match.end():
            return False
        end = re.compile(rf"\{{:/(?:{name})?\}}").search(state.src, match.end())
        if end is None or end.end() > state.posMax:
            return False
        text, state_end = state.src[match.end() : end.start()], end.end()
    if not silent and name == "nomarkdown":
        state.push("html_inline", "", 0).content = text
    state.pos = state_end
    return True


def _attributes(state: StateInline, silent: bool) -> bool:
    """`![a](b){: width="9"}` sets attributes of the span right before it."""
    match = _LIST.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    if match is None or state.pending or not state.tokens:
        return False
    last = state.tokens[-1]
    is_mark = last.type == "text" and last.content.strip(_MARKS) == ""
    if last.type not in _HOLDERS and not is_mark:
        return False
    if not silent and not is_mark:  # emphasis is matched later, so its element is not known yet
        given = Attributes()
        given.read(match[1])
        for key, value in given.resolved(state.env.get("lists", {})).items():
            _opening_of(state.tokens).attrSet(key, value)
    state.pos = match.end()
    return True


def _opening_of(tokens: Sequence[Token]) -> Token:
    last = tokens[-1]
    if last.nesting == 0:
        return last
    return next(token for token in reversed(tokens) if token.nesting == 1)


def _quote(typed: tuple[str, str, str, str], state: StateInline, silent: bool) -> bool:
    """Turn a quote by the source around it."""
    at = state.pos
    if state.src[at] not in "\"'":
        return False
    if silent:
        state.pos += 1
        return True
    before = state.src[at - 1 : at] if at else ""
    is_text = before == "\n" or (before not in {"", '"', "'"} and state.pending[-1:] == before)
    tried = ((rule.match(state.src, at - is_text), turns) for rule, turns in _RULES)
    match, turns = next((match, turns) for match, turns in tried if match)
    numbers = (_QUOTES[turn][mark] for turn, mark in zip(turns, match[2], strict=True))
    quotes = "".join(typed[number] for number in numbers)
    state.append_pending(quotes if is_text else match[1] + quotes)
    state.pos = match.end()
    return True
