"""What kramdown adds to CommonMark, as rules for markdown-it.

Attribute lists, tables of contents, `$$` math, `markdown="1"`, abbreviations, comments. Of the
attributes those count that readers keep: ids, sizes, languages of code.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from markdown_it.common.html_blocks import block_names
from markdown_it.rules_block import html_block
from markdown_it.token import Token

from publisher import fences
from publisher.markup.headings import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline

_LIST = r"\{:(?!:)((?:[^{}\"'\n]|\"[^\"\n]*\"|'[^'\n]*'){0,500}+)\}"
_SPAN_LIST = re.compile(_LIST)
_OWN_LINE = re.compile(rf"[ \t]*{_LIST}[ \t]*")
_PART = re.compile(r"""#([\w:.-]+)|\.([\w:.+-]+)|([\w:-]+)=("[^"]*"|'[^']*'|[^\s"']+)|([\w:-]+)""")
_EXTENSION = re.compile(
    r"\{::comment\}(?:(?!\{::comment\}).)*?\{:/(?:comment)?\}|\{::options\b[^{}\n]*\}"
    r"|\{::nomarkdown\b[^{}\n]*\}|\{:/(?:nomarkdown)?\}",
    re.DOTALL,
)
_BLANK_ADDRESS = re.compile(
    r"\]\(([^\s()<>\"']+(?: [^\s()<>\"']+){1,20})((?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?)[ \t]*\)"
)
_OPENING = re.compile(r"</?([a-z][\w-]*)([^<>]*)>?", re.IGNORECASE)
_TRANSPARENT = re.compile(r"""\bmarkdown\s*=\s*["']?(?:1|block|span)\b""", re.IGNORECASE)
_ABBREVIATION = re.compile(r"^[ \t]*+\*\[([^\[\]\n]{1,100})\]:[ \t]*([^\n]*)(?:\n|$)", re.MULTILINE)
# Attributes of a table, which are of no use, and would be a row.
_BEHIND_TABLE = re.compile(
    r"^([ \t>]*\|[^\n]*|[^\n]*\|[ \t]*)\n[ \t>]*\{:[^{}\n]*\}[ \t]*$", re.MULTILINE
)
_BEGINNING = re.compile(r"(?<!\w)\S")
_WORD = re.compile(r"\w")
_BLOCKS = frozenset(
    {*block_names, "pre", "script", "style", "textarea", "object", "video", "audio"}
)
_HOLDERS = frozenset({"image", "link_close", "code_inline", "math_inline"})
_TOC = "toc"


def normalised(source: str) -> str:
    """Without comments and options; addresses with blanks as CommonMark has them.

    What is no Markdown loses its frame. Lines stay lines.
    """
    if "{:" in source:
        source = fences.outside(source, lambda text: _BEHIND_TABLE.sub(r"\1\n", text))
        source = fences.replaced(source, _EXTENSION, lambda found: "\n" * found[0].count("\n"))
    if _BLANK_ADDRESS.search(source):
        source = fences.outside(source, lambda text: _BLANK_ADDRESS.sub(r"](<\1>\2)", text))
    return source


def use(parser: MarkdownIt) -> None:
    """Teach it kramdown."""
    alternatives: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    parser.block.ruler.at("html_block", _html_block, alternatives)
    parser.inline.ruler.before("escape", "kramdown_math", _math)
    parser.inline.ruler.push("kramdown_attributes", _span_attributes)
    parser.core.ruler.after("block", "kramdown_lists", _attribute_lists)
    parser.core.ruler.before("inline", "kramdown_abbreviations", _take_abbreviations)
    parser.core.ruler.push("kramdown_abbreviate", _abbreviate)
    parser.core.ruler.push("kramdown_toc", _contents)
    parser.add_render_rule("math_inline", _math_html)


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Tags that stand in a text begin no block; what asks for it holds Markdown."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    found = _OPENING.match(line)
    if found and found[1].lower() not in _BLOCKS:
        return False
    if not found or not _TRANSPARENT.search(found[2]) or state.is_code_block(start):
        made = html_block(state, start, end, silent)
        if made and found and not silent:
            _end_with_element(state, start, found[1])
        return made
    if found.end() != len(line.rstrip()):  # with text behind it: a paragraph
        return False
    if not silent:
        token = state.push("html_block", "", 0)
        token.map, token.content = [start, start + 1], line + "\n"
        state.line = start + 1
    return True


def _end_with_element(state: StateBlock, start: int, name: str) -> None:
    """What stands below the end of the element is Markdown, also without a blank line."""
    tags = re.compile(rf"<(/?){re.escape(name)}\b[^<>]*?(/?)>", re.IGNORECASE)
    depth = 0
    for line in range(start, state.line):
        text = state.src[state.bMarks[line] : state.eMarks[line]]
        for closing, empty in tags.findall(text):
            depth += -1 if closing else not empty
        if depth <= 0:
            state.line = line + 1
            break
    token = state.tokens[-1]
    token.map = [start, state.line]
    token.content = state.getLines(start, state.line, state.blkIndent, True)


def _math(state: StateInline, silent: bool) -> bool:
    """`$$a_1$$`: never emphasis."""
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


def _span_attributes(state: StateInline, silent: bool) -> bool:
    """`![a](b){: width="9"}`: of what stands right before it."""
    found = _SPAN_LIST.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    if found is None or state.pending or not state.tokens:
        return False
    last = state.tokens[-1]
    is_mark = last.type == "text" and last.content.strip("*_~") == ""
    if last.type not in _HOLDERS and not is_mark:
        return False
    if not silent and not is_mark:  # what is emphasised is not known yet
        _give(_opening_of(state.tokens), found[1])
    state.pos = found.end()
    return True


def _opening_of(tokens: list[Token]) -> Token:
    last = tokens[-1]
    if last.nesting == 0:
        return last
    return next(token for token in reversed(tokens) if token.nesting == 1)


def _give(token: Token, inside: str) -> bool:
    """Set the attributes; whether it asks for a table of contents."""
    is_contents = False
    for name, kind, key, value, word in _PART.findall(inside):
        if name:
            token.attrSet("id", name)
        elif kind:
            token.attrJoin("class", kind)
        elif key:
            token.attrSet(key.lower(), value.strip("\"'"))
        is_contents = is_contents or word == _TOC
    return is_contents


class _Blocks:
    """The blocks so far, those that are open, and the one that ended right before the next."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.around: list[Token] = []
        self.before: Token | None = None

    def add(self, *tokens: Token) -> None:
        for token in tokens:
            self.tokens.append(token)
            if token.nesting > 0:
                self.around.append(token)
                self.before = None
            elif token.nesting < 0:
                self.before = self.around.pop()
            else:
                self.before = token


def _attribute_lists(state: StateCore) -> None:
    """A list on a line of its own belongs to the block before it, else to the next one."""
    kept = _Blocks()
    waiting: str | None = None
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type != "paragraph_open":
            if waiting is not None and token.nesting >= 0:
                _give_to(token, waiting)
                waiting = None
            kept.add(token)
            continue
        inline, closing = next(tokens), next(tokens)
        found = _OWN_LINE.fullmatch(inline.content)
        if found:
            waiting = None if _belongs_to_last(kept, token, found[1]) else found[1]
            continue
        if waiting is not None:
            _give_to(token, waiting)
            waiting = None
        _take_lines(kept, token, inline)
        kept.add(token, inline, closing)
    state.tokens = kept.tokens


def _give_to(block: Token, inside: str) -> None:
    if _give(block, inside):
        block.meta[_TOC] = True


def _belongs_to_last(kept: _Blocks, paragraph: Token, inside: str) -> bool:
    """Whether no blank line divides the list from the block before it, which gets it then."""
    starts = paragraph.map[0] if paragraph.map else 0
    if not kept.before or not kept.before.map or kept.before.map[1] != starts:
        return False
    _give_to(kept.before, inside)
    return True


def _take_lines(kept: _Blocks, paragraph: Token, inline: Token) -> None:
    """The first or last line of a paragraph may be a list: of it, or of the list around it."""
    first, _, text = inline.content.partition("\n")
    if found := _OWN_LINE.fullmatch(first):
        _give_to(paragraph, found[1])
        inline.content = text
    text, _, last = inline.content.rpartition("\n")
    if found := _OWN_LINE.fullmatch(last):
        inline.content = text
        is_first = bool(kept.tokens) and kept.tokens[-1].type == "list_item_open"
        _give_to(kept.around[-2] if is_first else paragraph, found[1])


def _take_abbreviations(state: StateCore) -> None:
    """`*[HTML]: HyperText Markup Language`, in paragraphs of their own."""
    known: dict[str, str] = state.env.setdefault("abbreviations", {})
    kept: list[Token] = []
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type != "paragraph_open":
            kept.append(token)
            continue
        inline, closing = next(tokens), next(tokens)
        if "*[" in inline.content:
            known |= dict(_ABBREVIATION.findall(inline.content))
            inline.content = _ABBREVIATION.sub("", inline.content).rstrip("\n")
        if inline.content:
            kept += [token, inline, closing]
    state.tokens = kept


def _abbreviate(state: StateCore) -> None:
    known = state.env.get("abbreviations")
    if not known:
        return
    lengths = sorted({*map(len, known)}, reverse=True)
    for token in state.tokens:
        if token.type == "inline":
            token.children = [*_abbreviated(token.children or [], known, lengths)]


def _abbreviated(
    tokens: Sequence[Token], known: dict[str, str], lengths: Sequence[int]
) -> Iterator[Token]:
    for token in tokens:
        at = 0
        text = token.content if token.type == "text" else ""
        for start, name in _names_in(text, known, lengths):
            yield Token("text", "", 0, content=text[at:start])
            tag = f'<abbr title="{entities.escape(known[name])}">{entities.escape(name)}</abbr>'
            yield Token("html_inline", "", 0, content=tag)
            at = start + len(name)
        if at:
            token.content = text[at:]
        yield token


def _names_in(
    text: str, known: dict[str, str], lengths: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Where names stand as words: the longest that does at each place. `lengths` begin with it."""
    end = 0
    for found in _BEGINNING.finditer(text):
        start = found.start()
        if start < end:
            continue
        names = (text[start : start + length] for length in lengths)
        fits = (name for name in names if name in known)
        name = next((name for name in fits if not _WORD.match(text, start + len(name))), None)
        if name:
            end = start + len(name)
            yield start, name


def _contents(state: StateCore) -> None:
    """Put the table of contents in the place of a list that asks for it."""
    tokens = state.tokens
    lists = ("bullet_list_open", "ordered_list_open")
    asking = (n for n, token in enumerate(tokens) if token.meta.get(_TOC) and token.type in lists)
    opening = next(asking, None)
    if opening is None:
        return
    level, close = tokens[opening].level, opening
    while close < len(tokens) - 1 and not (close > opening and tokens[close].level == level):
        close += 1
    headings = [
        (token.tag, str(token.attrGet("id")), tokens[number + 1])
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and "no_toc" not in str(token.attrGet("class") or "")
    ]
    made = Token("html_block", "", 0, content=_nested(headings))
    state.tokens = [*tokens[:opening], made, *tokens[close + 1 :]]


def _nested(headings: Sequence[tuple[str, str, Token]]) -> str:
    """Lists in lists, as the headings are."""
    out: list[str] = []
    open_tags: list[str] = []
    for tag, name, inline in headings:
        while open_tags and open_tags[-1] > tag:
            open_tags.pop()
            out.append("</li></ul>")
        if open_tags and open_tags[-1] == tag:
            out.append("</li>")
        else:
            open_tags.append(tag)
            out.append("<ul>")
        text = entities.escape(plain(inline.children or ()))
        out.append(f'<li><a href="#{entities.escape(name)}">{text}</a>')
    return "".join([*out, "</li></ul>" * len(open_tags)]) + "\n"
