"""Find the marker that separates the lead of a post from the rest, e.g. `<!--more-->`."""

from __future__ import annotations

import re

_MARKER = re.compile(
    r"[ \t]*(?:<!--[ \t]*more[ \t]*-->|(?:<!--[ \t]*|\.\.[ \t]+)TEASER_END\b[^\n]*)[ \t]*",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(r"<!--[ \t]*more|TEASER_END", re.IGNORECASE)
_CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_INLINE = re.compile(r"<!--[ \t]*more[ \t]*-->", re.IGNORECASE)


def marker_of(body: str) -> str | None:
    """The first marker outside of code, which is a line of its own or part of a line."""
    if not _ANYWHERE.search(body):
        return None
    # Not `markdown_code`, which also knows fences in lists: the marker is part of the fingerprint,
    # so another answer would send a published post to its subscribers once more.
    fence = ""
    for line in body.split("\n"):
        mark = _CODE_FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        if fence:
            continue
        if _MARKER.fullmatch(line):
            return line.rstrip()
        inline = _INLINE.search(line)
        # A marker in a code span or an indented code block is an example.
        if inline and "`" not in line and not line.startswith(("    ", "\t")):
            return inline[0]
    return None
