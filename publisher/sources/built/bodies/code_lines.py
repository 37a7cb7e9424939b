"""Make text of the lines of a block of code that are elements: each ends with a line feed. Pure.

Browsers begin a new line at each `div`. Readers, which get no styles, must not need them for that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from publisher.sources.built.bodies.tree_edits import elements, remove, text_of, tokens, unwrap

if TYPE_CHECKING:
    from lxml import etree as trees

_LINE = re.compile(r"(?:^|[-_])line(?:$|[-_])")
_BLOCKS = frozenset({"details", "div", "li", "ol"})
# An author who forgot `</pre>` has these in it, and then `div` is no line.
_PROSE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "table", "ul"})


def put_on_lines(pre: trees._Element) -> None:
    """Unwrap the elements that are lines. `<br>` must have become a line feed before."""
    if next(pre.iterdescendants(*_PROSE), None) is not None:
        return
    for summary in [*pre.iter("summary")]:  # e.g. "3 collapsed lines"
        remove(summary)
    if next(pre.iterdescendants(*_BLOCKS), None) is None:
        _end_inline_lines(pre)
        return
    _forget_indentation(pre)
    _end_block_lines(pre)
    for element in elements(pre):
        if element.tag in _BLOCKS:
            unwrap(element)


def _end_inline_lines(pre: trees._Element) -> None:
    """End lines that only a style, e.g. `display: block`, puts below each other."""
    code = pre.find("code")
    lines = [*(pre if code is None else code)]
    if len(lines) < 2 or not all(map(_is_line, lines)) or "\n" in text_of(pre):
        return
    for line in lines:
        _append(line, "\n")


def _end_block_lines(pre: trees._Element) -> None:
    length, at_start = 0, True
    starts: list[int] = []
    for event, element in etree.iterwalk(pre, events=("start", "end")):
        is_block = element.tag in _BLOCKS
        if event == "start":
            if is_block and not at_start:
                element.text = f"\n{element.text or ''}"
            starts.append(length)
        elif is_block:
            is_empty = length == starts.pop() and _is_line(element)
            if not at_start or is_empty:
                _append(element, "\n")
                length, at_start = length + 1, True
        else:
            starts.pop()
        text = element.text if event == "start" else element.tail
        if text and not (event == "end" and element is pre):
            length, at_start = length + len(text), text.endswith("\n")


def _forget_indentation(pre: trees._Element) -> None:
    """Remove line breaks that stand only between blocks."""
    for element in [pre, *elements(pre)]:
        children = [*element]
        if children and children[0].tag in _BLOCKS and _is_break(element.text):
            element.text = None
        for child in children:
            after = child.getnext()
            beside = child.tag in _BLOCKS or (after is not None and after.tag in _BLOCKS)
            if beside and _is_break(child.tail):
                child.tail = None


def _is_break(text: str | None) -> bool:
    return bool(text) and "\n" in str(text) and str(text).isspace()


def _is_line(element: trees._Element) -> bool:
    return "data-line" in element.attrib or any(map(_LINE.search, tokens(element)))


def _append(element: trees._Element, text: str) -> None:
    """Append a text to what the element holds."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
