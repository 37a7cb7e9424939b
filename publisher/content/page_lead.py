"""The lead of a post as its page shows it: with what template tags and shortcodes made. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content import safe_xhtml

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE = 3  # words on both sides of the place where the lead ends
_MOST_MADE = 300  # words that a shortcode at the end of the lead makes
_WORD = re.compile(r"\w+")
# What Hexo puts in the place of the marker.
_OF_HEXO = re.compile(r'<(?:a|span) id="more">')


def lead(html: str, *, base: str, source: safe_xhtml.Content) -> str | None:
    """The lead on a page as one line of plain text; None if nobody can tell where it ends.

    The words around the marker in the `source`, as it is rendered here, show its place.
    """
    if found := _OF_HEXO.search(html):
        return safe_xhtml.lead(html[: found.start()], base)
    text = safe_xhtml.text(html, base)
    end = _end(text, _words(source.summary or ""), _words(safe_xhtml.text(source.xhtml, base)))
    return " ".join(text[:end].split()) or None


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _end(text: str, own: Sequence[str], whole: Sequence[str]) -> int:
    """The offset in the text of a page at which the lead ends; 0 if it is unknown.

    `own` are the words of the lead, with which the `whole` post begins.
    """
    if not own or [*whole[: len(own)]] != [*own]:
        return 0
    last, first = [*own[-_SIZE:]], [*whole[len(own) : len(own) + _SIZE]]
    places = [*_WORD.finditer(text)]
    shown = [place[0].lower() for place in places]
    before = _place(shown, last, range(len(shown)))
    start = before + len(last)
    after = _place(shown, first, range(start, start + _MOST_MADE)) if before >= 0 and first else -1
    if after < 1:
        return 0
    line = text.rfind("\n", places[after - 1].end(), places[after].start())
    return line if line >= 0 else places[after].start()


def _place(words: Sequence[str], sought: Sequence[str], among: range) -> int:
    """The first of these places at which the words are; -1 if there is none."""
    size = len(sought)
    return next((at for at in among if [*words[at : at + size]] == [*sought]), -1)
