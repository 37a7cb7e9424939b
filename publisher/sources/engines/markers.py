"""The marker that divides the lead of a post from the rest, in every spelling."""

from __future__ import annotations

import re

_MARKER = re.compile(
    r"[ \t]*(?:<!--[ \t]*more[ \t]*-->|(?:<!--[ \t]*|\.\.[ \t]+)TEASER_END\b[^\n]*)[ \t]*",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(r"<!--[ \t]*more|TEASER_END", re.IGNORECASE)
_INLINE = re.compile(r"<!--[ \t]*more[ \t]*-->", re.IGNORECASE)
_CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def marker_of(body: str) -> str | None:
    """The first line, outside of code, that is a marker, else a marker within a line."""
    if not _ANYWHERE.search(body):
        return None
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
        if inline and "`" not in line and not line.startswith(("    ", "\t")):
            return inline[0]
    return None
