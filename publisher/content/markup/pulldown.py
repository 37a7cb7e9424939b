"""What Zola's pulldown-cmark adds to CommonMark if settings say so, as rules for markdown-it. Pure.

That is typographic punctuation, and the alerts of GitHub.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from publisher.post import MarkdownOptions

_TYPED = re.compile(r"-{2,}|\.\.\.")
# How many em and en dashes replace a number of hyphens, by what remains of it after whole sixes.
_ENS = {0: 0, 1: 2, 2: None, 3: 0, 4: None, 5: 1}
_ALERT = re.compile(
    r"\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)", re.ASCII | re.IGNORECASE
)


def use(parser: MarkdownIt, options: MarkdownOptions) -> None:
    """Add the rules that are on to a parser."""
    if options.punctuation:
        for char in "\"'":
            parser.inline.add_terminator_char(char)
        parser.inline.ruler.push("pulldown_quote", _quote)
        parser.core.ruler.before("text_join", "pulldown_dashes", _use_dashes)
    if options.alerts:
        parser.core.ruler.after("block", "pulldown_alerts", _name_alerts)


def _quote(state: StateInline, silent: bool) -> bool:
    """Turn a quote; a single one is an apostrophe until another one closes it."""
    char = state.src[state.pos]
    if silent or char not in "\"'":
        return False
    opens, closes = _flanks(state, char)
    opened: dict[str, Token] = vars(state).setdefault("opened_quotes", {})
    token = state.push("text", "", 0)
    if closes and char in opened:
        opening = opened.pop(char)
        opening.content, token.content = ("“", "”") if char == '"' else ("‘", "’")
    else:
        token.content = "“" if char == '"' else "’"
        # Of several that may open a quotation the first double one counts, and the last single one.
        if opens and not (char == '"' and char in opened):
            opened[char] = token
    state.pos += 1
    return True


def _flanks(state: StateInline, char: str) -> tuple[bool, bool]:
    """Whether a quotation may begin here, and whether one may end."""
    before = state.src[state.pos - 1 : state.pos] or "\n"
    after = state.src[state.pos + 1 : state.pos + 2] or "\n"
    is_apart = _is_punctuation(before) and not (char == "'" and before in "])")
    opens = not after.isspace() and (before.isspace() or is_apart)
    closes = not before.isspace() and (after.isspace() or _is_punctuation(after))
    return opens, closes


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _use_dashes(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                token.content = _TYPED.sub(lambda typed: _dashes(typed[0]), token.content)


def _dashes(typed: str) -> str:
    if typed == "...":
        return "…"
    ens = _ENS[len(typed) % 6]
    ens = len(typed) // 2 if ens is None else ens
    return "—" * ((len(typed) - 2 * ens) // 3) + "–" * ens


def _name_alerts(state: StateCore) -> None:
    """Show the kind of an alert, `[!NOTE]`, as the heading of its quote."""
    tokens = state.tokens
    for quote, opening, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_first = (quote.type, opening.type) == ("blockquote_open", "paragraph_open")
        if is_first and (match := _ALERT.match(inline.content)):
            rest = inline.content[match.end() :]
            inline.content = f"**{match[1].title()}**" + (f"\\\n{rest}" if rest else "")
