"""Convert CommonMark to HTML, with what GitHub, Hugo, Zola, Jekyll and Hexo add. Pure.

That is tables, footnotes, definition lists, strikethrough, bare links, and ids of headings. It does
not decide which URLs may be followed; that is decided where the HTML is made safe.
"""

from __future__ import annotations

import functools
import html as entities
import itertools
import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from publisher.content.markup import goldmark, headings, marked, pulldown
from publisher.content.markup.markdown_limits import refuse_expansion
from publisher.content.markup.template_tags import TEMPLATE_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from publisher.post import CommonMark, MarkdownExtension, MarkdownOptions

    _Rule = Callable[[StateInline, bool], bool]

# Deeper nesting raises RecursionError, which becomes a warning; at a limit of its own, markdown-it
# would drop text silently.
MAX_DEPTH = 5_000

_ALIGN = re.compile(r"text-align:\s*(\w+)")
_LANGUAGE = re.compile(r"[{.]*(?!#)([\w+#./-]+)")
# The rules for bare URLs, and the text at which each of them is tried.
_BARE_URL_MARKS = {
    "gfm_autolink_www": "www.",
    "gfm_autolink_protocol": ":",
    "gfm_autolink_email": "@",
}
_DASH = re.compile(r">>|\.\.\.|---|--")
_SCHEMES = ("http", "https", "mailto", "xmpp")


class _Parser(MarkdownIt):
    """Leaves all URLs as they are written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


@functools.lru_cache(maxsize=8)
def _parser(dialect: CommonMark, options: MarkdownOptions) -> _Parser:
    """Return the parser of a dialect, which is made once.

    It must not be used by two threads at a time.
    """
    parser = _Parser("commonmark", {"maxNesting": MAX_DEPTH, "breaks": options.hard_wraps})
    _use_extensions(parser, dialect, options.off)
    # Before the rules that change backslashes, quotes and underscores, all of which a tag may have.
    parser.inline.ruler.before("escape", "template_tag", _template_tag)
    if "heading attributes" not in options.off:
        take_ids = functools.partial(headings.take_ids, alone=dialect == "kramdown")
        parser.core.ruler.after("block", "heading_ids", take_ids)
    match dialect:
        case "kramdown":
            from publisher.content.markup import kramdown  # noqa: PLC0415 - large

            kramdown.use(parser, options)
            if options.heading_ids:
                names = functools.partial(headings.name_as_kramdown, prefix=options.id_prefix)
                parser.core.ruler.before("kramdown_toc", "names", names)
        case "goldmark":
            goldmark.use(parser, options)
            if options.heading_ids:
                parser.core.ruler.push("names", headings.name_as_hugo)
        case "marked":
            marked.use(parser)
            parser.core.ruler.push("names", headings.name_as_hexo)
        case "commonmark":
            parser.core.ruler.push("names", headings.name_as_github)
        case "containers":
            parser.core.ruler.push("names", headings.name_as_github)
            parser.use(container_plugin, "", validate=_is_container, render=_container)
    _use_typography(parser, dialect, options)
    pulldown.use(parser, options)
    parser.core.ruler.push("alignment", _alignment)
    parser.core.ruler.push("bound", _limit_expansion)
    parser.add_render_rule("fence", _fence)
    return parser


def _use_extensions(
    parser: _Parser, dialect: CommonMark, off: frozenset[MarkdownExtension]
) -> None:
    """Add the extensions of CommonMark, except those that are `off`."""
    parser.enable([*{"table", "strikethrough"} - off])
    # Obsidian has inline footnotes `^[...]`; kramdown, goldmark and marked have none.
    if "footnotes" not in off:
        parser.use(footnote_plugin, inline=dialect in {"commonmark", "containers"})
    if "bare URLs" not in off:
        _use_bare_urls(parser)
    # The blocks of kramdown include its own definition lists.
    if dialect != "kramdown" and "definition lists" not in off:
        parser.use(deflist_plugin)


def _use_bare_urls(parser: _Parser) -> None:
    parser.use(gfm_autolink_plugin)
    ruler = parser.inline.ruler
    rules = dict(zip(ruler.get_active_rules(), ruler.getRules(""), strict=True))
    for name, mark in _BARE_URL_MARKS.items():
        ruler.at(name, functools.partial(_within_line, rules[name], mark))


def _within_line(rule: _Rule, mark: str, state: StateInline, silent: bool) -> bool:
    """Run a rule of the plugin only where it can match, and only up to the end of the line.

    The plugin itself copies the rest of the text at every character.
    """
    if not state.src.startswith(mark, state.pos):
        return False
    if mark == ":" and not state.pending.endswith(_SCHEMES):
        return False
    maximum = state.posMax
    end = state.src.find("\n", state.pos, maximum)
    state.posMax = end if end >= 0 else maximum
    is_link = rule(state, silent)
    state.posMax = maximum
    return is_link


def _use_typography(parser: _Parser, dialect: CommonMark, options: MarkdownOptions) -> None:
    """Add typographic dashes and guillemets; the rules for quotes are those of each dialect."""
    has_dashes = dialect in {"kramdown", "goldmark"} and "typography" not in options.off
    if has_dashes or options.punctuation:
        parser.core.ruler.after("inline", "addresses", _protect_bare_urls)
    if has_dashes:
        parser.inline.ruler.before("autolink", "guillemets", _guillemets)
        dashes = functools.partial(_dashes, dict(options.symbols))
        parser.core.ruler.after("addresses", "dashes", dashes)


def html(
    source: str,
    dialect: CommonMark,
    options: MarkdownOptions,
    definitions: MutableMapping[str, Any] | None = None,
) -> tuple[str, MutableMapping[str, Any]]:
    """Return the HTML of a source, and the references and footnotes that it defines.

    `definitions` are those of the document that the source is a part of.
    """
    env = dict(definitions) if definitions else {}
    if dialect == "kramdown":
        from publisher.content.markup import kramdown  # noqa: PLC0415 - large

        source = kramdown.normalised(source)
    return _parser(dialect, options).render(source, env).rstrip("\n"), env


def footnote_labels(definitions: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of the footnotes that are referred to, by number. An inline footnote has none."""
    listed = definitions.get("footnotes", {}).get("list", {})
    return tuple(listed[number].get("label", "") for number in sorted(listed))


def _template_tag(state: StateInline, silent: bool) -> bool:
    """Keep a template tag that was not evaluated as it is written, quotes included."""
    match = TEMPLATE_TAG.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    if match is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = entities.escape(match[0], quote=False)
    state.pos = match.end()
    return True


def _guillemets(state: StateInline, silent: bool) -> bool:
    """`<<a>>` contains no tag."""
    if silent or not state.src.startswith("<<", state.pos):
        return False
    state.append_pending("«")
    state.pos += 2
    return True


def _protect_bare_urls(state: StateCore) -> None:
    """Hide the text of bare links from the typographic rules; `text_join` restores it later."""
    for block in state.tokens:
        tokens = block.children or []
        for opening, shown in itertools.pairwise(tokens):
            if opening.type == "link_open" and opening.info == "auto" and shown.type == "text":
                shown.type = "text_special"


def _dashes(symbols: Mapping[str, str], state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                token.content = _DASH.sub(lambda typed: symbols[typed[0]], token.content)


def _limit_expansion(state: StateCore) -> None:
    tokens = (token for block in state.tokens for token in (block, *(block.children or ())))
    refuse_expansion(itertools.chain.from_iterable(map(_expanded_texts, tokens)))


def _expanded_texts(token: Token) -> Iterator[str]:
    """Yield the texts of a token that one definition may repeat many times."""
    yield from map(str, token.attrs.values())
    if token.type == "html_inline":  # such as an abbreviation
        yield token.content


def _is_container(info: str, *_: object) -> bool:
    """Whether a line of `:::` begins a container: it has a name."""
    return bool(info.strip())


def _container(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Write the start or the end of a container; what follows its name is its title."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    title = entities.escape(token.info.strip().partition(" ")[2].strip(), quote=False)
    return f"<div>\n<p><strong>{title}</strong></p>\n" if title else "<div>\n"


def _alignment(state: StateCore) -> None:
    for token in state.tokens:
        style = str(token.attrs.pop("style", "")) if token.type in {"th_open", "td_open"} else ""
        if match := _ALIGN.match(style):
            token.attrSet("align", match[1])


def _fence(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Write a code block; its language is the first word, or a class from an attribute list."""
    token = tokens[index]
    match = _LANGUAGE.match(token.info.strip())
    given = [name for name in str(token.attrGet("class") or "").split() if "language-" in name]
    name = given[0] if given else f"language-{match[1]}" if match else ""
    kind = f' class="{entities.escape(name)}"' if name else ""
    return f"<pre><code{kind}>{entities.escape(token.content, quote=False)}</code></pre>\n"
