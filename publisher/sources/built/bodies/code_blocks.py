"""Leave of a block of code on a page the code: no line numbers, labels and buttons. Pure.

Highlighters put numbers into a table beside the code or into the lines, themes a bar with the name
of the language above it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from publisher.sources.built.bodies import code_language
from publisher.sources.built.bodies.code_lines import put_on_lines
from publisher.sources.built.bodies.tree_edits import (
    elements,
    finish,
    remove,
    replace_by_text,
    text_of,
    tokens,
    unwrap,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

# Of Pygments, Rouge, Chroma, Hexo, highlight.js and its plugin, Expressive Code, giallo, GitHub.
_GUTTER = re.compile(
    r"(?:^|[-_])(?:gutter|linenos?|lineno|lntd|lnt|ln|line-?numbers?|blob-num)(?:$|[-_])"
)
# Of Chroma and Pygments without classes.
_GUTTER_STYLE = re.compile(r"user-select:\s*none|padding-left: 5px; padding-right: 5px")
_NUMBER_DATA = frozenset({"data-line-number", "data-linenos"})
# What a style hides: the label of a button, or "Terminal window", for those who hear the page.
_HEARD = re.compile(r"^(?:sr-only|visually-?hidden|screen-?reader(?:-text)?)$")
# Types and messages that a script shows while the mouse is over a name.
_POPUP = re.compile(r"^twoslash-popup-")
_COPY = re.compile(r"(?:^|[-_])(?:copy|clipboard)(?:$|[-_])")
_LABEL = re.compile(r"(?:^|[-_])lang(?:uage)?(?:$|[-_](?:label|name|badge|id|tag))")
# What a wrapper of a block of code is; themes nest up to three of them.
_WRAPPERS = frozenset({"code", "div", "figure", "pre", "section", "span"})
_NUMBERED = frozenset({"a", "div", "i", "span"})
_MAX_WRAPPERS = 4
_MAX_LABEL = 3  # words


def clean(root: etree._Element) -> None:
    for table in [*root.iter("table")]:
        _unwrap_numbered(table)
    finish(root)
    for pre in [*root.iter("pre")]:
        _clean_block(pre)
    finish(root)


def _unwrap_numbered(table: etree._Element) -> None:
    """Replace a table that has line numbers in the first column by the code in the others."""
    name, rows = _rows(table)
    if min(map(len, rows), default=0) < 2 or not _numbers_lines(table, rows):
        return
    for row in rows:
        remove(row[0])
    if name is not None:
        name.tag = "p"
    inside_pre = next(table.iterancestors("pre"), None) is not None
    is_line_each = len(rows) > 1
    for cell in [cell for row in rows for cell in row[1:]]:
        if inside_pre or is_line_each:
            _unwrap_inner(cell)
        if is_line_each:
            _end_line(cell)
    for part in [*elements(table), table]:
        if part.tag in {"colgroup", "tbody", "td", "th", "thead", "tr"} or part is table:
            _forget_white_space(part)
            unwrap(part)
    if is_line_each and not inside_pre:
        table.tag = "pre"


def _rows(table: etree._Element) -> tuple[etree._Element | None, list[list[etree._Element]]]:
    """The name of the file above the code, to which Pygments gives a row, and the other rows."""
    rows = [[*row.iterchildren("td", "th")] for row in table.iter("tr")]
    has_name = len(rows) == 2 and len(rows[0]) == 1 and rows[0][0].get("colspan") == "2"
    return (rows[0][0], rows[1:]) if has_name else (None, rows)


def _numbers_lines(table: etree._Element, rows: list[list[etree._Element]]) -> bool:
    is_code = table.find(".//pre") is not None or next(table.iterancestors("pre"), None) is not None
    found = [number for row in rows for number in " ".join(map(str, row[0].itertext())).split()]
    if not all(number.isdecimal() and len(number) < 7 for number in found):
        return False
    numbers = [int(number) for number in found]
    counts_on = all(second == first + 1 for first, second in pairwise(numbers))
    named = all(any(map(_GUTTER.search, tokens(row[0]))) for row in rows)
    if not numbers:  # a style shows them
        return named and all(_has_number(row[0]) for row in rows)
    return counts_on and (is_code or named)


def _has_number(cell: etree._Element) -> bool:
    return any(name in part.attrib for part in cell.iter() for name in _NUMBER_DATA)


def _unwrap_inner(cell: etree._Element) -> None:
    """Code in code would be two blocks."""
    for inner in [*cell.iter("pre", "code")]:
        unwrap(inner)


def _end_line(cell: etree._Element) -> None:
    if text_of(cell).endswith("\n"):
        return
    children = [*cell]
    if children:
        children[-1].tail = (children[-1].tail or "") + "\n"
    else:
        cell.text = (cell.text or "") + "\n"


def _forget_white_space(part: etree._Element) -> None:
    """White space between the parts of a table is not code."""
    if part.tag not in {"td", "th"} and not (part.text or "").strip():
        part.text = None
    if part.tag != "table" and not (part.tail or "").strip():
        part.tail = None


def _clean_block(pre: etree._Element) -> None:
    for element in elements(pre):
        if element.tag == "br":
            replace_by_text(element, "\n")
        elif any(is_aid(element) for is_aid in (_is_button, _is_number, _is_popup, _is_anchor)):
            remove(element)
    wrappers = [*_wrappers(pre)]
    language = code_language.language([*pre.iterchildren("code"), *wrappers])
    if pre.find(".//code") is not None:
        _remove_labels(pre.iterchildren("div"), language)
    _remove_labels(_beside(wrappers), language)
    put_on_lines(pre)
    code = pre.find("code")
    marked = pre if code is None else code
    if language and not code_language.has_stated(pre, marked):
        marked.set("class", f"{marked.get('class', '')} language-{language}".strip())


def _remove_labels(beside: Iterable[etree._Element], language: str) -> None:
    """Remove what is no code of these elements of a block."""
    for element in [*beside]:
        for part in [element, *elements(element)]:
            if any(map(_HEARD.match, tokens(part))):
                remove(part)
        if _is_label(element, language) or _is_empty_caption(element):
            remove(element)


def _is_number(element: etree._Element) -> bool:
    if element.tag not in _NUMBERED:
        return False
    if _is_gutter(element.get("class", "")):
        text = text_of(element)
        return text.strip().isdecimal() or not text
    style = element.get("style")
    is_styled = style is not None and _GUTTER_STYLE.search(style) is not None
    return is_styled and text_of(element).strip().isdecimal()


def _is_button(element: etree._Element) -> bool:
    return element.tag == "button"


def _is_anchor(element: etree._Element) -> bool:
    """Whether it is the empty place of a line, which Nikola and MkDocs let link to itself."""
    if element.tag != "a" or text_of(element) or len(element):
        return False
    name = element.get("id") or element.get("name")
    return bool(name) and element.get("href", f"#{name}") == f"#{name}"


def _is_popup(element: etree._Element) -> bool:
    return any(map(_POPUP.match, tokens(element)))


def _is_empty_caption(element: etree._Element) -> bool:
    return element.tag == "figcaption" and not text_of(element).strip()


@lru_cache(1_000)
def _is_gutter(classes: str) -> bool:
    names = classes.lower().split()
    # COMPAT(rehype-prism-plus): `code-line line-number` is a line, and a style shows its number.
    return "code-line" not in names and any(map(_GUTTER.search, names))


def _wrappers(pre: etree._Element) -> Iterator[etree._Element]:
    """The block and the elements around it that hold no other block and no paragraph."""
    element: etree._Element | None = pre
    for _ in range(_MAX_WRAPPERS):
        if element is None or element.tag not in _WRAPPERS or element.getparent() is None:
            return
        if sum(1 for _ in islice(element.iter("pre"), 2)) > 1:
            return
        if next(element.iter("p", "li", "h1", "h2", "h3", "h4", "h5", "h6"), None) is not None:
            return
        yield element
        element = element.getparent()


def _beside(wrappers: list[etree._Element]) -> Iterator[etree._Element]:
    """What stands beside the block inside its wrappers."""
    for inner, outer in pairwise(wrappers):
        for child in outer:
            if child is not inner:
                yield child


def _is_label(element: etree._Element, language: str) -> bool:
    names = tokens(element)
    words = text_of(element).lower().split()
    if any(map(_COPY.search, names)):
        return len(words) <= _MAX_LABEL
    if any(map(_GUTTER.search, names)):
        return all(map(str.isdecimal, " ".join(map(str, element.itertext())).split()))
    is_named = any(map(_LABEL.search, names)) and len(words) <= _MAX_LABEL
    return bool(words) and (is_named or words == [language])
