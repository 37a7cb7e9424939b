"""The table of contents, `{:toc}`. Pure."""

from __future__ import annotations

import html as entities
from typing import TYPE_CHECKING

from markdown_it.token import Token

from publisher.content.markup.headings import text_of
from publisher.content.markup.kramdown.tokens import TOC

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from markdown_it.rules_core import StateCore


def contents(levels: Container[int], state: StateCore) -> None:
    """Replace the first list that is marked `{:toc}` by the table of contents."""
    tokens = state.tokens
    lists = ("bullet_list_open", "ordered_list_open")
    marked_lists = (
        n for n, token in enumerate(tokens) if token.meta.get(TOC) and token.type in lists
    )
    opening = next(marked_lists, None)
    if opening is None:
        return
    level, close = tokens[opening].level, opening
    while close < len(tokens) - 1 and not (close > opening and tokens[close].level == level):
        close += 1
    headings = [
        (token.tag, str(token.attrGet("id")), tokens[number + 1])
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
        and int(token.tag[1]) in levels
        and token.attrGet("id")
        and "no_toc" not in str(token.attrGet("class") or "")
    ]
    content = _nested(headings, tokens[opening].tag) if headings else ""
    table = Token("html_block", "", 0, content=content)
    state.tokens = [*tokens[:opening], table, *tokens[close + 1 :]]


def _nested(headings: Sequence[tuple[str, str, Token]], kind: str) -> str:
    """Return the headings as nested lists of links."""
    out: list[str] = []
    open_tags: list[str] = []
    for tag, name, inline in headings:
        while open_tags and open_tags[-1] > tag:
            open_tags.pop()
            out.append(f"</li></{kind}>")
        if open_tags and open_tags[-1] == tag:
            out.append("</li>")
        else:
            open_tags.append(tag)
            out.append(f"<{kind}>")
        text = entities.escape(text_of(inline.children or ()))
        out.append(f'<li><a href="#{entities.escape(name)}">{text}</a>')
    return "".join([*out, f"</li></{kind}>" * len(open_tags)]) + "\n"
