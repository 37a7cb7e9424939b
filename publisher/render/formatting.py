"""How often formatting begins anew. Pure.

What never closes, HTML opens again in every block behind it (13.2.4.3): of a few kilobytes it makes
millions of elements. Refuses that, and counts rather too many of them than too few.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.render.html import BLOCKS, TAGS_WITH_CONTENT, names, tags

if TYPE_CHECKING:
    from publisher.render.html import Tag

# Some seconds.
MAX_REOPENED = 300_000

# Of `a` and `nobr` only one is open at a time.
_FORMATTING = names("b big code em font i s small strike strong tt u")
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


def refuse_reopened(html: str) -> None:
    """Raises ValueError."""
    active, reopened = _Active(), 0
    for tag in tags(html, frozenset()):
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
