"""The plain-text alternative of a body, for clients that show no XHTML. Pure.

It is made from the tree from which the XHTML is made, so the two never say different things. It
looks like Markdown, because that is how people write structure in plain text. Nothing is escaped:
the text is read, and never parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from lxml import etree
from msgspec import Struct

from publisher.content.allowed_html import BLOCKS
from publisher.content.formulas import formula_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

# Stand for a line break and for white space that collapses as in HTML. `legal` has removed these
# characters from the text.
_BREAK, _BLANK = "\0", "\1"
_WHITE_SPACE = re.compile(r"[ \t\n\r]+")
_AT_BREAK = re.compile(f"{_BLANK}*{_BREAK}{_BLANK}*")
_BLANKS = re.compile(f"{_BLANK}+")
_TICKS = re.compile("`+")
_LANGUAGE = re.compile(r"\blanguage-(\S+)")
_NUMBER = re.compile("-?[0-9]{1,9}")
# Quotes and lists are not indented any further: 200 levels would multiply the length of the text.
_MAX_INDENTS = 10

_MARKS = {
    "b": "**", "del": "~~", "em": "*", "i": "*", "s": "~~", "strike": "~~", "strong": "**",
}  # fmt: skip
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_ROWS = frozenset({"tbody", "tfoot", "thead"})
_INDENTED = frozenset({"blockquote", "dd", "ol", "ul"})


class _Block(Struct, frozen=True):
    """Text on lines of its own. `number` is that of a list item that does not just count on."""

    text: str
    number: int | None = None


_Part: TypeAlias = "str | _Block"  # text within a line, or a block


def plain_text_alternative(tree: etree._Element) -> str:
    """Return the plain-text alternative of a safe tree, in which all URLs are absolute."""
    parts: dict[etree._Element, list[_Part]] = {}
    for element in [*tree.iter()][::-1]:  # children before their parents, without recursion
        inside = _inside(element, parts)
        parts[element] = inside if element is tree else _parts(element, inside)
    return "\n\n".join(_texts(parts[tree]))


def _inside(element: etree._Element, parts: dict[etree._Element, list[_Part]]) -> list[_Part]:
    """Return the text of an element and the parts of its children, which nobody else needs."""
    inside: list[_Part] = [_collapsed(element.text)]
    for child in element:
        inside += parts.pop(child)
        inside.append(_collapsed(child.tail))
    return [part for part in inside if part]


def _parts(element: etree._Element, inside: list[_Part]) -> list[_Part]:
    """Return what an element shows, given what is inside."""
    tag = element.tag
    if tag in _MARKS:
        return _within(inside, lambda words: f"{_MARKS[tag]}{words}{_MARKS[tag]}")
    if tag in _HEADINGS:
        line = _line(inside)
        return [_Block(f"{_HEADINGS[tag]} {line}" if line else "")]
    if tag in _PARTS_OF:
        return _PARTS_OF[tag](element, inside)
    if tag in _BLOCK_OF:
        return [_Block(_BLOCK_OF[tag](element, inside))]
    if tag in BLOCKS or tag in _ROWS:
        return [*_blocks(inside)] or [_Block("")]
    return inside


def _blocks(parts: Iterable[_Part]) -> Iterator[_Block]:
    """Yield the blocks among the parts, and those that the text between them makes.

    A block without a text only separates what stands before it from what follows.
    """
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
            continue
        yield from _paragraph(words)
        if part.text:
            yield part
        words = []
    yield from _paragraph(words)


def _paragraph(words: Sequence[str]) -> Iterator[_Block]:
    text = _AT_BREAK.sub("\n", _BLANKS.sub(_BLANK, "".join(words)))
    # Before the arrow of a footnote, which is dropped, stands a no-break space.
    if text := text.lstrip(f"{_BLANK}\n").rstrip(f"{_BLANK}\n\xa0").replace(_BLANK, " "):
        yield _Block(text)


def _texts(parts: Iterable[_Part]) -> list[str]:
    return [block.text for block in _blocks(parts)]


def _line(parts: Iterable[_Part]) -> str:
    """Return all the text on one line."""
    return " ".join("\n".join(_texts(parts)).split())


def _collapsed(text: str | None) -> str:
    return _WHITE_SPACE.sub(_BLANK, text or "")


def _within(inside: list[_Part], change: Callable[[str], str]) -> list[_Part]:
    """Change the words inside; blanks at their ends stay as they are, and so do blocks."""
    text = "".join(part for part in inside if isinstance(part, str))
    words = text.strip(_BLANK + _BREAK)
    if not words or any(isinstance(part, _Block) for part in inside):
        return inside
    before, _, after = text.partition(words)
    return [f"{before}{change(words)}{after}"]


def _line_break(_element: etree._Element, _inside: list[_Part]) -> list[_Part]:
    return [_BREAK]


def _image(element: etree._Element, _inside: list[_Part]) -> list[_Part]:
    return [_collapsed(_picture(element))]


def _code_span(_element: etree._Element, inside: list[_Part]) -> list[_Part]:
    return _within(inside, lambda words: f"{_ticks(words, 1)}{words}{_ticks(words, 1)}")


def _picture(image: etree._Element) -> str:
    return f"![{image.get('alt', '')}]({image.get('src')})"


def _formula(element: etree._Element, _inside: list[_Part]) -> list[_Part]:
    return [_collapsed(formula_text(element))]


def _quotation(_element: etree._Element, inside: list[_Part]) -> list[_Part]:
    return ["“", *inside, "”"]


def _reading(element: etree._Element, inside: list[_Part]) -> list[_Part]:
    """Return how the characters before it are read, in parentheses if they are not there yet."""
    parent = element.getparent()
    has_own = parent is not None and parent.find("rp") is not None
    return inside if has_own else ["(", *inside, ")"]


def _link(element: etree._Element, inside: list[_Part]) -> list[_Part]:
    """Return a link as Markdown. Behind blocks its URL stands on a line of its own."""
    url = element.get("href", "")
    if any(isinstance(part, _Block) for part in inside) and not url.startswith("#"):
        return [*inside, _Block(url)]
    return _within(inside, lambda words: _reference(element, words, url))


def _reference(element: etree._Element, words: str, url: str) -> str:
    """Return the words with the URL; the URL alone if they repeat it; a footnote's number."""
    if not url.startswith("#"):
        return url if words in {url, url.partition(":")[2]} else f"[{words}]({url})"
    if not any(map(str.isalnum, words)):
        return ""  # an arrow that leads back from a footnote
    parent = element.getparent()
    is_note = "footnote" in element.get("class", "") or (parent is not None and parent.tag == "sup")
    return f"[{words}]" if is_note and words[0] != "[" else words


def _player(element: etree._Element, inside: list[_Part]) -> list[_Part]:
    """Return what a player shows where there is none, with the URL of its first source."""
    sources = (element.get("src"), *(source.get("src") for source in element.iter("source")))
    url = next(filter(None, sources), "")
    blocks = [*_blocks(inside)]
    return [*blocks, *([] if any(url in block.text for block in blocks) else [_Block(url)])]


def _rule(_element: etree._Element, _inside: list[_Part]) -> str:
    return "---"


def _code(element: etree._Element, _inside: list[_Part]) -> str:
    code = "".join(_verbatim(element)).rstrip(" \t\n\r").removeprefix("\n")
    fence = _ticks(code, 3)
    return f"{fence}{_language(element)}\n{code}\n{fence}" if code else ""


def _ticks(code: str, least: int) -> str:
    """Return `least` backticks, or more than any row of them in the code."""
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=0)
    return "`" * max(least, longest + 1)


def _language(pre: etree._Element) -> str:
    code = pre.find("code")
    found = _LANGUAGE.search((pre if code is None else code).get("class", ""))
    return found[1] if found else ""


def _verbatim(pre: etree._Element) -> Iterator[str]:
    """Yield the text inside; what a block holds stands on lines of its own."""
    ends_line = True
    for event, element in etree.iterwalk(pre, events=("start", "end")):
        texts: list[str | None] = ["\n"] if element.tag in BLOCKS and not ends_line else []
        if event == "start":
            texts.append(_picture(element) if element.tag == "img" else element.text)
            texts.append("\n" if element.tag == "br" else "")
        elif element is not pre:
            texts.append(element.tail)
        for text in filter(None, texts):
            yield text
            ends_line = text.endswith("\n")


def _unordered(element: etree._Element, inside: list[_Part]) -> str:
    return _list(element, [(item.text, "- ") for item in _blocks(inside)])


def _ordered(element: etree._Element, inside: list[_Part]) -> str:
    items = [*_blocks(inside)]
    step = -1 if "reversed" in element.attrib else 1
    start = _number(element.get("start"))
    number = (len(items) if step < 0 else 1) if start is None else start
    marked = []
    for item in items:
        number = number if item.number is None else item.number
        marked.append((item.text, f"{number}. "))
        number += step
    return _list(element, marked)


def _list(element: etree._Element, items: Iterable[tuple[str, str]]) -> str:
    """Return the items behind their marks; blank lines separate items that contain paragraphs."""
    between = "\n" if element.find("li/p") is None else "\n\n"
    is_deep = _is_deep(element)
    return between.join(
        text if is_deep else _indented(text, mark, " " * len(mark)) for text, mark in items
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text) else None


def _item(element: etree._Element, inside: list[_Part]) -> list[_Part]:
    between = "\n" if element.find("p") is None else "\n\n"
    return [_Block(between.join(_texts(inside)), _number(element.get("value")))]


def _quote(element: etree._Element, inside: list[_Part]) -> str:
    text = "\n\n".join(_texts(inside))
    return text if _is_deep(element) else _indented(text, "> ", "> ")


def _description(element: etree._Element, inside: list[_Part]) -> str:
    text = "\n\n".join(_texts(inside))
    return text if _is_deep(element) else _indented(text, ": ", "  ")


def _is_deep(element: etree._Element) -> bool:
    return sum(1 for _ in element.iterancestors(*_INDENTED)) >= _MAX_INDENTS


def _indented(text: str, first: str, rest: str) -> str:
    """Put `first` before the first line, and `rest` before all others."""
    lines = text.split("\n")
    others = (f"{rest}{line}".rstrip() for line in lines[1:])
    return "\n".join([f"{first}{lines[0]}", *others])


def _rows(_element: etree._Element, inside: list[_Part]) -> str:
    return "\n".join(_texts(inside))


def _row(element: etree._Element, inside: list[_Part]) -> str:
    """Return a row of a table; a line of dashes follows a row of headings."""
    cells = _texts(inside)
    row = f"| {' | '.join(cells)} |"
    is_heading = cells and all(cell.tag == "th" for cell in element)
    return f"{row}\n|{' --- |' * len(cells)}" if is_heading else row


def _cell(_element: etree._Element, inside: list[_Part]) -> str:
    return _line(inside) or " "


_PARTS_OF: Final[Mapping[str, Callable[[etree._Element, list[_Part]], list[_Part]]]] = {
    "a": _link, "audio": _player, "br": _line_break, "code": _code_span, "img": _image,
    "kbd": _code_span, "li": _item, "math": _formula, "q": _quotation, "rt": _reading,
    "samp": _code_span, "tt": _code_span, "video": _player,
}  # fmt: skip
_BLOCK_OF: Final[Mapping[str, Callable[[etree._Element, list[_Part]], str]]] = {
    "blockquote": _quote, "dd": _description, "dl": _rows, "hr": _rule, "ol": _ordered,
    "pre": _code, "table": _rows, "td": _cell, "th": _cell, "tr": _row, "ul": _unordered,
}  # fmt: skip
