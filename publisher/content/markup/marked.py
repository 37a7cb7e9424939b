"""What hexo-renderer-marked adds to CommonMark, as rules for markdown-it, by its defaults. Pure.

Every line end breaks the line, quotes and dashes are turned by the simple rules of
marked-smartypants, and pictures are looked for in the root of the site. Footnotes are read although
marked has none: on most sites a plugin reads them.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from publisher.text.uris import ROOT_IMAGE

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline

# In marked-smartypants' order; every piece of text is turned by itself.
_MEANT = (
    (re.compile("---"), "—"),
    (re.compile("--"), "–"),
    (re.compile(r"(^|[-—/(\[{\"\s])'"), r"\1‘"),
    (re.compile("'"), "’"),
    (re.compile(r"(^|[-—/(\[{‘\s])\""), r"\1“"),
    (re.compile('"'), "”"),
    (re.compile(r"\.{3}"), "…"),
)
# What `content.dropped` puts before an address to find it again.
_MARK = re.compile(r"(at:\d+:)")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")
_DELETED = re.compile(r"~(?![~\s])([^~\n]{0,999}[^~\s])~(?!~)")


def use(parser: MarkdownIt) -> None:
    """Teach it that."""
    parser.add_render_rule("softbreak", _break)
    parser.add_render_rule("hardbreak", _break)
    parser.inline.ruler.after("strikethrough", "marked_deleted", _deleted)
    parser.core.ruler.after("inline", "marked_links", _write_links)
    parser.core.ruler.after("marked_links", "marked_characters", _turn_characters)


def _break(*_: object) -> str:
    return "<br>"


def _deleted(state: StateInline, silent: bool) -> bool:
    """One tilde on each side is enough."""
    if state.src[state.pos - 1 : state.pos] == "~":
        return False
    found = _DELETED.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end = state.posMax
        state.push("s_open", "s", 1)
        state.pos, state.posMax = found.start(1), found.end(1)
        state.md.inline.tokenize(state)
        state.push("s_close", "s", -1)
        state.posMax = end
    state.pos = found.end()
    return True


def _write_links(state: StateCore) -> None:
    """`www.a.example` is a link by http; a picture is one of the site, not of the page."""
    for block in state.tokens:
        for opening, shown in itertools.pairwise(block.children or []):
            if opening.info == "auto" and shown.content.startswith("www."):
                opening.attrSet("href", f"http://{shown.content}")
        for token in block.children or []:
            if token.type == "image":
                token.attrSet("src", _on_site(str(token.attrGet("src"))))


def _on_site(address: str) -> str:
    _, mark, path = _MARK.split(address, maxsplit=1) if _MARK.match(address) else ("", "", address)
    return address if not path or _ELSEWHERE.match(path) else f"{mark}{ROOT_IMAGE}{path}"


def _turn_characters(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                for written, meant in _MEANT:
                    token.content = written.sub(meant, token.content)
