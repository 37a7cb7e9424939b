"""Markup -> HTML as the author meant it: neither safe nor well-formed. Pure.

Markdown has no one meaning: it is read in the dialect of the engine that makes the post's page.
Refuses what would take the parsers for ever: their time grows with the square of what never closes.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from publisher.content import rst
from publisher.content.markup import limits
from publisher.text import markdown_code

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import markdown

    from publisher.post import CommonMark, Dialect

_CHECKBOX = re.compile(r"(<li>\s*+(?:<p>)?)\[([ xX])\](?=\s)")
_COMMENT = re.compile("<!--")
# Where tags begin, and what stands for a brace of theirs meanwhile: no source has that.
_TEMPLATE = re.compile(r"\{\{|\{%")
_BRACE = "\x0e"


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
            return tuple(rst.html(one)[0] for one in (source, *parts))
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
    from publisher.content.markup import kramdown  # noqa: PLC0415 - a settled run renders nothing

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
    limits.refuse_sparse(source)
    limits.refuse_intricate(source)
    found = _markdown().convert(_TEMPLATE.sub(_hidden, source)).replace(_BRACE, "{")
    return _with_boxes(found)


def _commonmark(dialect: CommonMark, source: str, *parts: str) -> tuple[str, ...]:
    from publisher.content.markup import commonmark  # noqa: PLC0415 - a settled run renders nothing

    sources = [_without_open_comment(one) for one in (source, *parts)]
    for one in sources:
        limits.refuse_sparse(one)
        limits.refuse_sprinkled(one)
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
    return markdown_code.replaced(
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
            limits.refuse_swollen(filter(None, values))

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
