"""CommonMark -> HTML as the author meant it, with what GitHub, Hugo, Zola, Jekyll and Hexo add.

Tables, footnotes, definition lists, strikethrough and bare links; ids on headings. Pure. Refuses to
decide which addresses may be followed: that is done where HTML is made safe.
"""

from __future__ import annotations

import functools
import html as entities
import itertools
import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from publisher.content.markup import goldmark, headings, kramdown, marked
from publisher.content.markup.limits import refuse_swollen
from publisher.content.markup.template_tags import TEMPLATE_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping, Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from publisher.post import CommonMark

    _Rule = Callable[[StateInline, bool], bool]

# Deeper is an error (of the stack), which shows; at its own limit the parser drops text in silence.
MAX_DEPTH = 5_000

_ALIGN = re.compile(r"text-align:\s*(\w+)")
_LANGUAGE = re.compile(r"[{.]*([\w+#./-]+)")
# The rules for bare addresses, and how such begin or go on.
_BARE = {"gfm_autolink_www": "www.", "gfm_autolink_protocol": ":", "gfm_autolink_email": "@"}
_SCHEMES = ("http", "https", "mailto", "xmpp")
_DASHES = ((">>", "»"), ("...", "…"), ("---", "—"), ("--", "–"))


class _Parser(MarkdownIt):
    """Takes every address as it is written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


@functools.cache
def _parser(dialect: CommonMark) -> _Parser:
    """Made once for each dialect. Not for two threads at a time."""
    parser = _Parser("commonmark", {"maxNesting": MAX_DEPTH})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=dialect == "commonmark")
    _use_bare_addresses(parser)
    parser.inline.ruler.before("escape", "template_tag", _template_tag)
    parser.core.ruler.after("block", "heading_ids", headings.take_ids)
    match dialect:
        case "kramdown":
            kramdown.use(parser)
            parser.core.ruler.before("kramdown_toc", "names", headings.name_as_kramdown)
        case "goldmark":
            goldmark.use(parser)
            parser.core.ruler.push("names", headings.name_as_hugo)
        case "marked":
            marked.use(parser)
            parser.core.ruler.push("names", headings.name_as_hexo)
        case "commonmark":
            parser.core.ruler.push("names", headings.name_as_github)
    if dialect != "kramdown":
        parser.use(deflist_plugin)
    if dialect in {"kramdown", "goldmark"}:
        _use_characters(parser)
    parser.core.ruler.push("alignment", _alignment)
    parser.core.ruler.push("bound", _bound)
    parser.add_render_rule("fence", _fence)
    return parser


def _use_bare_addresses(parser: _Parser) -> None:
    parser.use(gfm_autolink_plugin)
    ruler = parser.inline.ruler
    rules = dict(zip(ruler.get_active_rules(), ruler.getRules(""), strict=True))
    for name, mark in _BARE.items():
        ruler.at(name, functools.partial(_within_line, rules[name], mark))


def _within_line(rule: _Rule, mark: str, state: StateInline, silent: bool) -> bool:
    """What the plugin would look for everywhere, each time in a copy of all that follows."""
    if not state.src.startswith(mark, state.pos):
        return False
    if mark == ":" and not state.pending.endswith(_SCHEMES):
        return False
    maximum = state.posMax
    end = state.src.find("\n", state.pos, maximum)
    state.posMax = end if end >= 0 else maximum
    found = rule(state, silent)
    state.posMax = maximum
    return found


def _use_characters(parser: _Parser) -> None:
    """Teach it what marks stand for, beside the quotes, which each dialect has of its own."""
    parser.inline.ruler.before("autolink", "guillemets", _guillemets)
    parser.core.ruler.after("inline", "addresses", _keep_addresses)
    parser.core.ruler.after("addresses", "dashes", _dashes)


def html(
    source: str, dialect: CommonMark, known: MutableMapping[str, Any] | None = None
) -> tuple[str, MutableMapping[str, Any]]:
    """The HTML, and what the document defines; `known` was defined by the one around this."""
    env = dict(known) if known else {}
    if dialect == "kramdown":
        source = kramdown.normalised(source)
    return _parser(dialect).render(source, env).rstrip("\n"), env


def _template_tag(state: StateInline, silent: bool) -> bool:
    """A tag of a template that was kept stays as it is, quotes and all."""
    found = TEMPLATE_TAG.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = entities.escape(found[0], quote=False)
    state.pos = found.end()
    return True


def _guillemets(state: StateInline, silent: bool) -> bool:
    """`<<a>>` has no tag in it."""
    if silent or not state.src.startswith("<<", state.pos):
        return False
    state.append_pending("«")
    state.pos += 2
    return True


def _keep_addresses(state: StateCore) -> None:
    """What a bare link shows is no text yet: `text_join` makes it one, behind quotes and dashes."""
    for block in state.tokens:
        tokens = block.children or []
        for opening, shown in itertools.pairwise(tokens):
            if opening.type == "link_open" and opening.info == "auto" and shown.type == "text":
                shown.type = "text_special"


def _dashes(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                for written, meant in _DASHES:
                    token.content = token.content.replace(written, meant)


def _bound(state: StateCore) -> None:
    tokens = (token for block in state.tokens for token in (block, *(block.children or ())))
    refuse_swollen(itertools.chain.from_iterable(map(_meant, tokens)))


def _meant(token: Token) -> Iterator[str]:
    yield from map(str, token.attrs.values())
    if token.type == "html_inline":  # as an abbreviation is
        yield token.content


def _alignment(state: StateCore) -> None:
    for token in state.tokens:
        style = str(token.attrs.pop("style", "")) if token.type in {"th_open", "td_open"} else ""
        if found := _ALIGN.match(style):
            token.attrSet("align", found[1])


def _fence(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """The language is the first word, or a class that an attribute list gave."""
    token = tokens[index]
    found = _LANGUAGE.match(token.info.strip())
    given = [name for name in str(token.attrGet("class") or "").split() if "language-" in name]
    name = given[0] if given else f"language-{found[1]}" if found else ""
    kind = f' class="{entities.escape(name)}"' if name else ""
    return f"<pre><code{kind}>{entities.escape(token.content, quote=False)}</code></pre>\n"
