"""Markup -> HTML as the author meant it: neither safe nor well-formed. Pure.

Markdown has no one meaning: it is read in the dialect of the engine that makes the post's page.
Refuses what would take the parsers for ever: their time grows with the square of what never closes.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher import fences, rest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    import markdown

    from publisher.config import Engine
    from publisher.sources.post import Markup

CommonMark: TypeAlias = Literal["commonmark", "goldmark", "kramdown"]
# `markdown` is that of Python-Markdown.
Dialect: TypeAlias = Literal["markdown", "html", "rest"] | CommonMark

_DIALECTS: dict[Engine, Dialect] = {
    "jekyll": "kramdown",
    "hugo": "goldmark",
    "zola": "commonmark",
    "eleventy": "commonmark",
    "pelican": "markdown",
    "nikola": "markdown",
    "plain": "commonmark",
}

# About a second each: what is open, times the length of the text around it.
MAX_BRACKETS = 10_000_000
MAX_TAGS = 20_000_000
MAX_ABBREVIATIONS = 50_000_000
MAX_LINES = 200_000_000
MAX_MARKS = 200_000_000
MAX_LINE = 10_000
MAX_FILLED = 50_000
MAX_FOOTNOTES = 3_000
MAX_MEANT = 20_000_000  # characters

# A tag of a template. None holds the beginning of another: what never closes ends there.
TEMPLATE_TAG = re.compile(
    r"\{\{(?:(?!\{[{%]).){0,1000}?\}\}|\{%(?:(?!\{[{%]).){0,1000}?%\}", re.DOTALL
)

_CHECKBOX = re.compile(r"(<li>\s*+(?:<p>)?)\[([ xX])\](?=\s)")
_COMMENT = re.compile("<!--")
_BRACKET = re.compile(r"\]\(|[\[\]()]")
_BLOCKS = re.compile(r"\n[ \t]*\n")
_UNFINISHED = re.compile(r"<(?=[a-zA-Z!?/])[^<>]*(?=<|\Z)")
# Headings and rules, after each of which the parser begins anew with the rest of the block.
_HEADING = re.compile(r"^ {0,3}(?:#|(?:[-*_=][ \t]*)+$)", re.MULTILINE)
_ABBREVIATION = re.compile(r"^ {0,3}\*\[", re.MULTILINE)
# Where a bare address may begin or go on.
_ADDRESS = re.compile(r"(?:https?|mailto|xmpp):|www\.|@")
# Where tags begin, and what stands for a brace of theirs meanwhile: no source has that.
_TEMPLATE = re.compile(r"\{\{|\{%")
_BRACE = "\x0e"


def dialect(markup: Markup, engine: Engine) -> Dialect:
    """How an engine reads a markup."""
    return _DIALECTS[engine] if markup == "markdown" else markup


def html(source: str, dialect: Dialect) -> str:
    """The HTML of a body.

    Raises ValueError for what would take too long, and whatever a parser may raise.
    """
    return htmls(dialect, source)[0]


def htmls(dialect: Dialect, source: str, *parts: str) -> tuple[str, ...]:
    """The HTML of a body and of parts of it, which know its references and footnotes.

    Raises what `html` raises.
    """
    match dialect:
        case "html":
            return source, *parts
        case "rest":
            return tuple(rest.html(one)[0] for one in (source, *parts))
        case "markdown":
            return _python_markdown(source, *parts)
        case _:
            return _commonmark(dialect, source, *parts)


def lines_of_html(source: str, dialect: Dialect) -> frozenset[int]:
    """The lines (from 0) on which a tag of a template stands in HTML, beyond a blank line of it.

    Only kramdown has such: in the other dialects there is Markdown again below a blank line.
    """
    if dialect != "kramdown" or "<" not in source:
        return frozenset()
    from publisher.markup import kramdown  # noqa: PLC0415 - a settled run renders nothing

    try:
        return frozenset(kramdown.lines_of_html(source))
    except (ValueError, RecursionError):  # it will not be rendered, either
        return frozenset()


def _python_markdown(*sources: str) -> tuple[str, ...]:
    """One after the other: what the parser has learned from one, it keeps for the next."""
    _markdown().reset()
    try:
        return tuple(_as_python_markdown(_without_open_comment(one)) for one in sources)
    except Exception:
        _markdown.cache_clear()  # it has stopped half-way
        raise


def _as_python_markdown(source: str) -> str:
    _refuse_sparse(source)
    _refuse_intricate(source)
    found = _markdown().convert(_TEMPLATE.sub(_hidden, source)).replace(_BRACE, "{")
    return _with_boxes(found)


def _commonmark(dialect: CommonMark, source: str, *parts: str) -> tuple[str, ...]:
    from publisher.markup import commonmark  # noqa: PLC0415 - a settled run renders nothing

    sources = [_without_open_comment(one) for one in (source, *parts)]
    for one in sources:
        _refuse_sparse(one)
        _refuse_sprinkled(one)
    found, known = commonmark.html(sources[0], dialect)
    rest = (commonmark.html(one, dialect, known)[0] for one in sources[1:])
    return tuple(_with_boxes(one) for one in (found, *rest))


def _with_boxes(html: str) -> str:
    """Task lists with the boxes that readers show."""
    return _CHECKBOX.sub(lambda box: box[1] + ("☐" if box[2] == " " else "☑"), html)


def _without_open_comment(source: str) -> str:
    """What begins a comment that never ends is text: it would hide all that follows."""
    last = source.rfind("-->")
    if source.find("<!--", last + 1) < 0:
        return source
    return fences.replaced(
        source, _COMMENT, lambda found: found[0] if found.start() < last else "&lt;!--"
    )


@functools.cache
def _markdown() -> markdown.Markdown:
    """Made once, because making it costs more than a post. Not for two threads at a time."""
    import markdown  # noqa: PLC0415 - few sites need it
    from markdown.extensions.toc import slugify_unicode  # noqa: PLC0415
    from markdown.treeprocessors import Treeprocessor  # noqa: PLC0415

    class Bound(Treeprocessor):
        def run(self, root: Element) -> None:
            values = (value for element in root.iter() for value in element.attrib.values())
            refuse_swollen(filter(None, values))

    parser = markdown.Markdown(
        extensions=["extra", "sane_lists", "toc"],
        extension_configs={
            "extra": {"tables": {"use_align_attribute": True}},  # no style survives
            "toc": {"slugify": slugify_unicode},
        },
    )
    parser.treeprocessors.register(Bound(parser), "bound", 0)
    return parser


def _hidden(found: re.Match[str]) -> str:
    """With marks for braces: Markdown takes `{...}` at the end of a line for its own."""
    return found[0].replace("{", _BRACE)


def _refuse_sparse(source: str) -> None:
    """Tables, whose rows all get as many cells as the head has. Raises ValueError."""
    columns = cells = 0
    for line in source.split("\n"):
        row = line.strip("> \t")
        if not row:
            columns = 0
        elif "|" in row and not row.strip("|:- \t"):
            columns = row.count("|")
        else:
            cells += columns
    if cells > MAX_FILLED + len(source):  # in which each that is written takes a character
        raise ValueError(f"it has tables with more than {MAX_FILLED} cells that are not written")


def _refuse_sprinkled(source: str) -> None:
    """Raises ValueError."""
    for line in source.split("\n"):
        if len(line) > MAX_LINE and len(_ADDRESS.findall(line)) * len(line) > MAX_MARKS:
            raise ValueError("it has a line with too many addresses")


def refuse_swollen(values: Iterable[str]) -> None:
    """Addresses and explanations that are written once, and meant ever so often. Raises ValueError.

    They are one text in the memory, but not in what is written.
    """
    meant = Counter(values)
    if sum(len(value) * (times - 1) for value, times in meant.items()) > MAX_MEANT:
        raise ValueError("what its references stand for is too long for how often they are used")


def _refuse_intricate(source: str) -> None:
    """Raises ValueError."""
    for block in _BLOCKS.split(source):
        if _open_brackets(block) * len(block) > MAX_BRACKETS:
            raise ValueError("it has too many brackets that never close")
        if len(_HEADING.findall(block)) * len(block) > MAX_LINES:
            raise ValueError("it has too many headings or rules without a blank line")
    if len(_UNFINISHED.findall(source)) * len(source) > MAX_TAGS:
        raise ValueError("it has too many tags that never end")
    if source.count("[^") > MAX_FOOTNOTES:
        raise ValueError(f"it has more than {MAX_FOOTNOTES} references to footnotes")
    if len(_ABBREVIATION.findall(source)) * len(source) > MAX_ABBREVIATIONS:
        raise ValueError("it has too many abbreviations")


def _open_brackets(block: str) -> int:
    """How many `[` and `](` have no partner."""
    squares = targets = lost = 0
    for mark in _BRACKET.findall(block):
        match mark:
            case "[":
                squares += 1
            case "](":
                squares, targets = max(squares - 1, 0), targets + 1
            case "]":
                squares = max(squares - 1, 0)
            case "(" if targets:
                lost += 1
            case ")":
                if lost:
                    lost -= 1
                else:
                    targets = max(targets - 1, 0)
    return squares + targets
