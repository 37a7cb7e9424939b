"""Find the marker that separates the lead of a post from the rest, e.g. `<!--more-->`.

The reader of posts finds its text, which is part of the fingerprint; rendering finds its place,
because evaluating the template tags of a body moves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = re.compile(
    r"[ \t]*(?:<!--[ \t]*more[ \t]*-->|(?:<!--[ \t]*|\.\.[ \t]+)TEASER_END\b[^\n]*)[ \t]*",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(r"<!--[ \t]*more|TEASER_END", re.IGNORECASE)
_CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_INLINE = re.compile(r"<!--[ \t]*more[ \t]*-->", re.IGNORECASE)


def marker_of(body: str) -> str | None:
    """The first marker outside of code, which is a line of its own or part of a line."""
    return next((body[start:end].rstrip() for start, end in _well_known(body)), None)


def places(body: str, marker: str) -> list[tuple[int, int]]:
    """Where the marker may stand, as (start, end) offsets in ascending order; some may be in code.

    A marker that `marker_of` finds may stand there in another spelling too, because the place of
    the first may turn out to be code. Any other marker is a line, or a comment within a line.
    """
    found = [*_well_known(body)] if _MARKER.fullmatch(marker) else []
    found = found or [*lines_of(body, marker)]
    if found or not marker.startswith("<!--"):
        return found
    return [match.span() for match in re.finditer(re.escape(marker), body)]


def lines_of(body: str, marker: str) -> Iterator[tuple[int, int]]:
    """The lines that equal the marker except for blanks at their end, as (start, end) offsets."""
    return ((start, start + len(line)) for start, line in _lines(body) if line.rstrip() == marker)


def _well_known(body: str) -> Iterator[tuple[int, int]]:
    """The markers of the site generators, except in code between fences and in code spans."""
    if not _ANYWHERE.search(body):
        return
    # Not `markdown_code`, which also knows fences in lists: the marker is part of the fingerprint,
    # so another answer would send a published post to its subscribers once more.
    fence = ""
    for start, line in _lines(body):
        mark = _CODE_FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        if fence:
            continue
        if _MARKER.fullmatch(line):
            yield start, start + len(line)
            continue
        inline = _INLINE.search(line)
        # A marker in a code span or an indented code block is an example.
        if inline and "`" not in line and not line.startswith(("    ", "\t")):
            yield start + inline.start(), start + inline.end()


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """Each line with the offset at which it starts."""
    start = 0
    for line in body.split("\n"):
        yield start, line
        start += len(line) + 1
