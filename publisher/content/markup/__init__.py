"""Convert markup to HTML as its author meant it: neither safe nor well-formed. Pure.

Markdown has no single meaning: it is parsed in the dialect of the engine that renders the post's
page. Input is refused that would take the parsers too long, e.g. thousands of brackets without a
closing one: the time for those grows quadratically.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.content import lazy_pictures, rst
from publisher.content.markup import emojis, markdown_limits
from publisher.post import NO_OPTIONS
from publisher.text import markdown_code

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import markdown

    from publisher.post import CommonMark, Dialect, MarkdownOptions

# The boxes of task lists. Forms are removed, so an <input> would not reach readers.
_CHECKBOX = re.compile(r"(<li>\s*+(?:<p>)?)\[([ xX])\](?=\s)")
_COMMENT = re.compile("<!--")
# The start of a template tag, and the character that replaces its braces while Markdown is parsed.
# No source contains that character.
_TEMPLATE = re.compile(r"\{\{|\{%")
_BRACE = "\x0e"


def html(source: str, dialect: Dialect, options: MarkdownOptions = NO_OPTIONS) -> str:
    """Return the HTML of a body.

    Raises ValueError for input that would take too long, and whatever a parser may raise.
    """
    return convert(dialect, source, options=options).htmls[0]


class Converted(Struct, frozen=True):
    """The HTML of a body and of parts of it, and the labels of the body's footnotes.

    The labels are in the order of the numbers; only CommonMark has them.
    """

    htmls: tuple[str, ...]
    footnotes: tuple[str, ...] = ()


def convert(
    dialect: Dialect, source: str, *parts: str, options: MarkdownOptions = NO_OPTIONS
) -> Converted:
    """Convert a body and parts of it, which may use its references and footnotes.

    The HTML is that of the page after its scripts have loaded the pictures. Raises what `html`
    raises.
    """
    converted = _convert(dialect, source, *parts, options=options)
    htmls = map(lazy_pictures.loaded, converted.htmls)
    # The parser of goldmark reads names of emoji itself.
    shows = options.emoji and dialect != "goldmark"
    return replace(converted, htmls=tuple(map(emojis.shown, htmls) if shows else htmls))


def _convert(dialect: Dialect, source: str, *parts: str, options: MarkdownOptions) -> Converted:
    match dialect:
        case "html":
            return Converted((source, *parts))
        case "unrendered":
            return Converted(("", *("" for _ in parts)))
        case "rest":
            return Converted(tuple(rst.html(text)[0] for text in (source, *parts)))
        case "markdown":
            return Converted(_python_markdown(source, *parts, deletes=options.deleted))
        case _:
            return _commonmark(dialect, source, *parts, options=options)


def lines_of_html(source: str, dialect: Dialect, options: MarkdownOptions) -> frozenset[int]:
    """Return the lines (from 0) with template tags that stand in HTML behind a blank line.

    Only kramdown continues a block of HTML after a blank line; the other dialects parse Markdown
    there.
    """
    if dialect != "kramdown" or "<" not in source:
        return frozenset()
    from publisher.content.markup import kramdown  # noqa: PLC0415 - a settled run renders nothing

    try:
        return frozenset(kramdown.lines_of_html(source, options))
    except (ValueError, RecursionError):  # rendering it will fail, too
        return frozenset()


def _python_markdown(*sources: str, deletes: bool) -> tuple[str, ...]:
    """Convert a body and then its parts: the parser keeps what one defines for the next."""
    parser = _markdown(deletes=deletes)
    parser.reset()
    try:
        return tuple(_as_python_markdown(_without_open_comment(text), parser) for text in sources)
    except Exception:
        _markdown.cache_clear()  # its state is undefined after an error
        raise


def _as_python_markdown(source: str, parser: markdown.Markdown) -> str:
    markdown_limits.refuse_empty_cells(source)
    markdown_limits.refuse_open_markup(source)
    html = parser.convert(_TEMPLATE.sub(_without_braces, source)).replace(_BRACE, "{")
    return _with_boxes(html)


def _commonmark(
    dialect: CommonMark, source: str, *parts: str, options: MarkdownOptions
) -> Converted:
    from publisher.content.markup import commonmark  # noqa: PLC0415 - a settled run renders nothing

    sources = [_without_open_comment(text) for text in (source, *parts)]
    for text in sources:
        markdown_limits.refuse_empty_cells(text)
        markdown_limits.refuse_many_urls(text)
    whole, definitions = commonmark.html(sources[0], dialect, options)
    rest = (commonmark.html(text, dialect, options, definitions)[0] for text in sources[1:])
    htmls = (whole, *rest)
    if "task lists" not in options.off:
        htmls = tuple(map(_with_boxes, htmls))
    return Converted(htmls, commonmark.footnote_labels(definitions))


def _with_boxes(html: str) -> str:
    """Show the checkboxes of task lists as characters."""
    return _CHECKBOX.sub(lambda box: box[1] + ("☐" if box[2] == " " else "☑"), html)


def _without_open_comment(source: str) -> str:
    """Escape the start of a comment that never ends, because it would hide all that follows."""
    last = source.rfind("-->")
    if source.find("<!--", last + 1) < 0:
        return source
    return markdown_code.replaced(
        source, _COMMENT, lambda match: match[0] if match.start() < last else "&lt;!--"
    )


@functools.cache
def _markdown(*, deletes: bool) -> markdown.Markdown:
    """Return the parser, which is made once because making it costs more than a post.

    `deletes`: it knows `~~text~~`. It must not be used by two threads at a time.
    """
    import markdown  # noqa: PLC0415 - few sites need it
    from markdown.extensions.toc import slugify_unicode  # noqa: PLC0415
    from markdown.inlinepatterns import SimpleTagInlineProcessor  # noqa: PLC0415
    from markdown.treeprocessors import Treeprocessor  # noqa: PLC0415

    class LimitProcessor(Treeprocessor):
        def run(self, root: Element) -> None:
            values = (value for element in root.iter() for value in element.attrib.values())
            markdown_limits.refuse_expansion(filter(None, values))

    parser = markdown.Markdown(
        extensions=["extra", "sane_lists", "toc", "codehilite"],
        extension_configs={
            # Not for colours, but for the language in the first line: `:::python`.
            "codehilite": {"use_pygments": False},
            # Style attributes are removed later.
            "extra": {"tables": {"use_align_attribute": True}},
            # The default keeps only ASCII: of a Greek heading nothing would be left.
            "toc": {"slugify": slugify_unicode},
        },
    )
    if deletes:
        pattern = SimpleTagInlineProcessor(r"()~~(.+?)~~", "del")
        parser.inlinePatterns.register(pattern, "deleted", 175)
    # The lowest priority, so that references and abbreviations are expanded by then.
    parser.treeprocessors.register(LimitProcessor(parser), "bound", 0)
    return parser


def _without_braces(match: re.Match[str]) -> str:
    """Replace the braces of a template tag.

    Markdown would take `{...}` at the end of a line as attributes.
    """
    return match[0].replace("{", _BRACE)
