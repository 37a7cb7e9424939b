"""Find the marker that separates the lead of a post from the rest, e.g. `<!--more-->`."""

from __future__ import annotations

import re

from publisher.text import markdown_code

_MARKER = re.compile(
    r"[ \t]*(?:<!--[ \t]*more[ \t]*-->|(?:<!--[ \t]*|\.\.[ \t]+)TEASER_END\b[^\n]*)[ \t]*",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(r"<!--[ \t]*more|TEASER_END", re.IGNORECASE)
_INLINE = re.compile(r"<!--[ \t]*more[ \t]*-->", re.IGNORECASE)


def marker_of(body: str) -> str | None:
    """The first marker outside of code, which is a line of its own or part of a line."""
    if not _ANYWHERE.search(body):
        return None
    fenced = [*markdown_code.fenced(body)]
    at = 0
    for line in body.split("\n"):
        if not markdown_code.is_within(at, fenced):
            if _MARKER.fullmatch(line):
                return line.rstrip()
            inline = _INLINE.search(line)
            # A marker in a code span or an indented code block is an example.
            if inline and "`" not in line and not line.startswith(("    ", "\t")):
                return inline[0]
        at += len(line) + 1
    return None
