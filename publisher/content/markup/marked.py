"""What hexo-renderer-marked adds to CommonMark by default, as rules for markdown-it. Pure.

Every line end is a line break; quotes and dashes follow the simple rules of marked-smartypants;
relative URLs of images start at the root of the site. Footnotes are parsed, although marked has
none, because most sites have a plugin for them.
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

# In the order of marked-smartypants; each piece of text is turned by itself.
_TYPOGRAPHY = (
    (re.compile("---"), "—"),
    (re.compile("--"), "–"),
    (re.compile(r"(^|[-—/(\[{\"\s])'"), r"\1‘"),
    (re.compile("'"), "’"),
    (re.compile(r"(^|[-—/(\[{‘\s])\""), r"\1“"),
    (re.compile('"'), "”"),
    (re.compile(r"\.{3}"), "…"),
)
# The mark that `content.dropped_markup` puts in front of a URL.
_MARK = re.compile(r"(at:\d+:)")
_NOT_RELATIVE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")
_DELETED = re.compile(r"~(?![~\s])([^~\n]{0,999}[^~\s])~(?!~)")


def use(parser: MarkdownIt) -> None:
    """Add marked's rules to a parser."""
    parser.add_render_rule("softbreak", _break)
    parser.add_render_rule("hardbreak", _break)
    parser.inline.ruler.after("strikethrough", "marked_deleted", _deleted)
    parser.core.ruler.after("inline", "marked_links", _resolve_links)
    parser.core.ruler.after("marked_links", "marked_characters", _use_typography)


def _break(*_: object) -> str:
    return "<br>"


def _deleted(state: StateInline, silent: bool) -> bool:
    """Strike through text between single tildes, too."""
    if state.src[state.pos - 1 : state.pos] == "~":
        return False
    match = _DELETED.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        end = state.posMax
        state.push("s_open", "s", 1)
        state.pos, state.posMax = match.start(1), match.end(1)
        state.md.inline.tokenize(state)
        state.push("s_close", "s", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _resolve_links(state: StateCore) -> None:
    """Link `www.a.example` by http, and mark images to be resolved against the root of the site."""
    for block in state.tokens:
        for opening, shown in itertools.pairwise(block.children or []):
            if opening.info == "auto" and shown.content.startswith("www."):
                opening.attrSet("href", f"http://{shown.content}")
        for token in block.children or []:
            if token.type == "image":
                token.attrSet("src", _site_relative(str(token.attrGet("src"))))


def _site_relative(url: str) -> str:
    _, mark, path = _MARK.split(url, maxsplit=1) if _MARK.match(url) else ("", "", url)
    return url if not path or _NOT_RELATIVE.match(path) else f"{mark}{ROOT_IMAGE}{path}"


def _use_typography(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                for written, typographic in _TYPOGRAPHY:
                    token.content = written.sub(typographic, token.content)
