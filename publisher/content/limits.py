"""What would take too long to clean, by its tags. Pure.

The sanitiser looks through what is open at each tag; and formatting that never closes, HTML opens
again in every block behind it (13.2.4.3): of a few kilobytes it makes millions of elements. Counts
rather too much than too little.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.content.html import BLOCKS, TAGS_WITH_CONTENT, names, tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.content.html import Tag

# Some seconds each.
MAX_OPEN = 2_000
MAX_EMPTY = 20_000
MAX_REOPENED = 300_000

# Of `a` and `nobr` only one is open at a time.
_FORMATTING = names("b big code em font i s small strike strong tt u")
# They close themselves in HTML, or never open.
_LOOSE = names(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot "
    "th thead tr track wbr"
)
# They close nothing when they begin.
_INLINE = _FORMATTING | names("br img span")
_ALIKE = 3  # more of the same are not opened again (13.2.4.3)
# An end tag reaches no further than that many blocks up (13.2.6.4.7), and over none of these.
_REACH = 8
_BARRIERS = names(
    "annotation-xml applet caption desc foreignobject html marquee mi mn mo ms mtext object select "
    "table td template th title"
)
_SPECIAL = (BLOCKS | TAGS_WITH_CONTENT) | names(
    "applet body button center colgroup dialog dir fieldset form frameset head hgroup listing menu "
    "plaintext search tbody tfoot thead"
)


def refuse_endless(html: str) -> None:
    """For HTML in which every `<` begins a tag. Raises ValueError."""
    found = [*tags(html, frozenset())]
    _refuse_open(found)
    _refuse_reopened(found)


def _refuse_open(found: Sequence[Tag]) -> None:
    opened: Counter[str] = Counter()
    depth = empty = 0
    for tag in found:
        if tag.name in _LOOSE:
            continue
        if tag.closes:
            closed = min(opened[tag.name], 1)  # else it closes nothing
            opened[tag.name], depth = opened[tag.name] - closed, depth - closed
        elif tag.inside.endswith("/") and tag.name not in _FORMATTING:  # as in a picture of SVG
            empty += 1
        else:
            opened[tag.name], depth = opened[tag.name] + 1, depth + 1
        if depth > MAX_OPEN:
            raise ValueError(f"more than {MAX_OPEN} elements are open at once")
        if empty > MAX_EMPTY:
            raise ValueError(f"more than {MAX_EMPTY} elements close themselves")


def _refuse_reopened(found: Sequence[Tag]) -> None:
    active, reopened = _Active(), 0
    for tag in found:
        active.pass_(tag)
        if tag.closes or tag.name not in _INLINE:
            reopened += active.size
            if reopened > MAX_REOPENED:
                raise ValueError("its <b>, <i> and the like never close, so all blocks repeat them")


class _Active:
    """The formatting that is open, or would be opened again: at least what HTML says."""

    def __init__(self) -> None:
        self.size = 0
        self._open: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._alike: Counter[tuple[str, str]] = Counter()
        self._blocks = 0

    def pass_(self, tag: Tag) -> None:
        if tag.name in _FORMATTING:
            (self._end if tag.closes else self._start)(tag)
        elif not tag.closes:
            self._blocks += _REACH if tag.name in _BARRIERS else tag.name in _SPECIAL

    def _start(self, tag: Tag) -> None:
        self._open[tag.name].append((tag.inside, self._blocks))
        self._alike[tag.name, tag.inside] += 1
        self.size += self._alike[tag.name, tag.inside] <= _ALIKE

    def _end(self, tag: Tag) -> None:
        started = self._open[tag.name]
        if started and self._blocks - started[-1][1] < _REACH:
            inside, _ = started.pop()
            self.size -= self._alike[tag.name, inside] <= _ALIKE
            self._alike[tag.name, inside] -= 1
