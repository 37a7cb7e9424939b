"""Divide a body at the marker that ends its lead. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.text import lead_markers, markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.post import Dialect


def split_at_marker(body: str, marker: str, markup: Dialect) -> tuple[str, str, str]:
    """Split a body at its marker: the source with a blank marker line, the text, and the lead.

    The source keeps its line numbers; the text has no gap where the marker stood. The lead is empty
    unless text follows the marker. A marker in code is an example and stays.
    """
    code = [] if markup in {"html", "rest"} or not marker else [*markdown_code.spans(body)]
    found = _outside(code, lead_markers.places(body, marker)) if marker else []
    if not found:
        return body, body.strip(), ""
    start, end = found[0]
    # An author may repeat the line, which readers should not see.
    again = [
        place for place in _outside(code, lead_markers.lines_of(body, marker)) if place[0] > end
    ]
    lead, tail = body[:start], _without(body, end, again)
    is_line = body[start - 1 : start] in {"", "\n"} and tail[:1] in {"", "\n"}
    text = "\n\n".join((lead.rstrip(), tail.strip("\n"))) if is_line else lead + tail
    return lead + tail, text.strip(), lead if tail.strip() else ""


def _outside(
    code: Sequence[tuple[int, int]], places: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    return [place for place in places if not markdown_code.is_within(place[0], code)]


def _without(text: str, start: int, places: Iterable[tuple[int, int]]) -> str:
    """Return the text from `start` on without these places, which are in ascending order."""
    parts = []
    for first, last in places:
        parts.append(text[start:first])
        start = last
    return "".join([*parts, text[start:]])
