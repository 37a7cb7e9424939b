"""The tags of Liquid in a body, and where its blocks end. Pure."""

from __future__ import annotations

import re
from collections import Counter

MAX_NESTING = 20

TAG = re.compile(r"\{\{(?!\{).{0,2000}?\}\}|\{%-?\s*+([\w#]++)?.{0,2000}?%\}", re.DOTALL)
# The end tags of blocks in which nothing is a tag.
_END_TAG = {
    name: re.compile(rf"\{{%-?\s{{0,9}}end{name}\s{{0,9}}-?%\}}") for name in ("raw", "comment")
}
_RANGE = re.compile(r"\(\s*([^()]*?)\.\.([^()]*)\)")
_SMALL = re.compile(r"\s*\d{1,3}\s*", re.ASCII)  # a bound of a range that is no long list
BLOCKS = frozenset({
    "if", "unless", "for", "case", "capture", "tablerow", "comment", "ifchanged", "highlight",
    "raw", "codeblock", "code",
})  # fmt: skip


def block_ends(body: str) -> dict[int, int]:
    """Return where each block ends, by the offset of its start tag.

    Tags within `raw` and `comment` do not count. A block that is nested too deep has no end here,
    because it would be evaluated again at every level.
    """
    ends: dict[int, int] = {}
    begun: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    heights: list[int] = [0]  # the nesting depth within each open block
    last = {
        name: max((m.end() for m in _END_TAG[name].finditer(body)), default=0) for name in _END_TAG
    }
    at = 0
    while match := TAG.search(body, at):
        name, at = match[1] or "", match.end()
        if name in _END_TAG and last[name] > at:
            close = _END_TAG[name].search(body, at)
            at = ends[match.start()] = close.end() if close else at
        elif name in BLOCKS:
            begun.append((name, match.start()))
            waiting[name] += 1
            heights.append(0)
        elif name.startswith("end") and waiting[name.removeprefix("end")]:
            start, height = _close_block(name.removeprefix("end"), begun, waiting, heights)
            if height <= MAX_NESTING:
                ends[start] = at
    return ends


def _close_block(
    name: str, begun: list[tuple[str, int]], waiting: Counter[str], heights: list[int]
) -> tuple[int, int]:
    """Close the last open block of this name, and drop the open blocks within it.

    Returns where it began and how deeply blocks are nested in it.
    """
    while True:
        last, start = begun.pop()
        waiting[last] -= 1
        height = heights.pop() + 1
        heights[-1] = max(heights[-1], height)
        if last == name:
            return start, height


def begins_block(tag: str) -> bool:
    """Whether a tag begins a block."""
    match = TAG.match(tag)
    return match is not None and match[1] in BLOCKS


def builds_list(tag: str, name: str) -> bool:
    """Whether a tag could build a list of any length.

    Only a loop may have a range; its iterations are limited. A reversed loop builds the whole list
    first, so its range must be written in small numbers.
    """
    match = _RANGE.search(tag)
    if match is None or name != "for":
        return match is not None
    return "reversed" in tag[match.end() :] and not all(map(_SMALL.fullmatch, match.groups()))
