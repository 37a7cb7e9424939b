"""The first words of a body: the title and the summary of a post that has none. Pure."""

from __future__ import annotations

import re

from lxml import etree

from publisher.content.allowed_html import BLOCKS
from publisher.text.shortening import shortened

# Lengths in characters of the text that replaces a missing title, and a missing summary.
HEADING = 60
OPENING = 300

_BREAK, _BLANK = "\0", "\1"  # `legal` has removed these from the text
_STRIPPED = "gone"  # the tag of elements that are stripped later
_PLAYERS = frozenset({"audio", "video"})


def of_tree(tree: etree._Element) -> tuple[str, str]:
    """Return the heading and the opening of a body, without footnotes and players.

    The heading is the beginning of the first line, the opening that of the whole text as one line.
    Changes the tree.
    """
    for element in tree.iter():
        # The content of a player is a link for readers without one; footnotes follow the text.
        if element.tag in _PLAYERS or (element.get("class") or "").startswith("footnote"):
            element.tag = _STRIPPED
    etree.strip_elements(tree, _STRIPPED, with_tail=False)
    lines = [" ".join(line.split()) for line in text_of(tree).split("\n") if line.strip()]
    return shortened(lines[0] if lines else "", HEADING), shortened(" ".join(lines), OPENING)


def of_line(words: str) -> tuple[str, str]:
    """Return the heading and the opening of one line of text."""
    line = " ".join(words.split())
    return shortened(line, HEADING), shortened(line, OPENING)


def text_of(tree: etree._Element) -> str:
    """Return the text of a tree: a line per block, with white space collapsed as in HTML."""
    parts: list[str] = []
    verbatim = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        starts = event == "start"
        if element.tag == "pre":
            verbatim += 1 if starts else -1
        if element.tag in BLOCKS or (element.tag == "br" and starts):
            parts.append(_BREAK)
        elif element.tag in {"td", "th"}:
            parts.append(_BLANK)
        elif element.tag == "img" and starts:
            parts.append(element.get("alt", ""))
        text = (element.text if starts else element.tail) or ""
        # Repeats the formula as source.
        if starts and etree.QName(element).localname == "annotation":
            continue
        parts.append(text if verbatim else re.sub(r"[ \t\n\r]+", _BLANK, text))
    text = re.sub(f"{_BLANK}+", _BLANK, "".join(parts))
    return re.sub(f"{_BLANK}?{_BREAK}[{_BLANK}{_BREAK}]*", "\n", text).replace(_BLANK, " ").strip()
