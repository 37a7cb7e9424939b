"""Write XHTML so that Movim shows all of its text. Pure.

Movim drops `ruby`, and a table that has only a head, together with their texts. It unwraps
`details`, `section` and others, so that a text in them runs together with the text beside it. Its
parser ends an attribute at an apostrophe. This was found by running its parser and its purifier on
each element that readers may get (`content/allowed_html.py`).
"""

from __future__ import annotations

from lxml import etree

from publisher.content.allowed_html import BLOCKS, URL_ATTRIBUTES, names

_XHTML = "{http://www.w3.org/1999/xhtml}"
_BLOCKS = frozenset(f"{_XHTML}{name}" for name in BLOCKS)
# Blocks that Movim unwraps, and that may contain a `div` (HTML 4.3, 4.4).
_UNWRAPPED = names("article aside details figcaption figure footer header main nav section")
_URLS = URL_ATTRIBUTES | {"srcset"}
_STRIPPED = "gone"  # the tag of elements that are stripped later


def keep_text(root: etree._Element) -> None:
    """Replace what would be dropped by its text, and put text in unwrapped blocks into a `div`.

    Apostrophes in attributes are written in another way.
    """
    for ruby in [*root.iter(f"{_XHTML}ruby")]:
        _spell_reading(ruby)
    etree.strip_tags(root, _STRIPPED)
    for table in root.iter(f"{_XHTML}table"):
        _give_body(table)
    for block in [*root.iter(*(f"{_XHTML}{name}" for name in _UNWRAPPED))]:
        _wrap_text(block)
    for element in root.iter():
        _keep_attributes(element)


def _keep_attributes(element: etree._Element) -> None:
    """Escape the apostrophes in URLs, and make them typographic in texts."""
    for name in element.attrib:
        if "'" in (value := element.get(name, "")):
            element.set(name, value.replace("'", "%27" if name in _URLS else "\u2019"))


def _spell_reading(ruby: etree._Element) -> None:
    """Put the reading in parentheses behind the characters, as browsers do that know no ruby."""
    readings = [] if ruby.find(f"{_XHTML}rp") is not None else ruby.findall(f"{_XHTML}rt")
    for reading in readings:
        reading.text = f"({reading.text or ''}"
        reading.tail = f"){reading.tail or ''}"
    for element in ruby.iter(*(f"{_XHTML}{name}" for name in ("rp", "rt", "ruby"))):
        element.tag = _STRIPPED


def _give_body(table: etree._Element) -> None:
    """Make the head of a table its body if it has none."""
    if table.find(f"{_XHTML}tbody") is None and table.find(f"{_XHTML}tr") is None:
        for name in ("thead", "tfoot"):
            if (part := table.find(f"{_XHTML}{name}")) is not None:
                part.tag = f"{_XHTML}tbody"
                return


def _wrap_text(block: etree._Element) -> None:
    """Put each run of text and inline elements that stand beside blocks into a `div`."""
    parts: list[etree._Element | str] = [block.text or ""]
    for child in [*block]:
        parts += [child, child.tail or ""]
    block.text = None
    for child in [*block]:
        block.remove(child)
    line: etree._Element | None = None
    for part in parts:
        if not isinstance(part, str) and part.tag in _BLOCKS:
            part.tail, line = None, None
            block.append(part)
        elif line is not None or not isinstance(part, str) or part.strip():
            line = etree.SubElement(block, f"{_XHTML}div") if line is None else line
            _append(line, part)
        else:
            _append(block, part)


def _append(parent: etree._Element, part: etree._Element | str) -> None:
    if not isinstance(part, str):
        part.tail = None
        parent.append(part)
    elif len(parent):
        parent[-1].tail = f"{parent[-1].tail or ''}{part}"
    else:
        parent.text = f"{parent.text or ''}{part}"
