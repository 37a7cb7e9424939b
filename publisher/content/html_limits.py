"""Limit HTML that would take the sanitiser too long, computed from its tags alone. Pure.

nh3 walks the stack of open elements at every tag, and HTML reopens formatting elements that never
close in every following block (HTML 13.2.4.3), so a few kilobytes can expand to millions of
elements. The counts here err on the high side.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.content.allowed_html import BLOCKS, TAGS_WITH_CONTENT, names, tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.content.allowed_html import HtmlTag

# Each limit allows a few seconds of work.
MAX_OPEN = 2_000
MAX_EMPTY = 20_000
MAX_REOPENED = 300_000

# `a` and `nobr` are formatting elements, too, but only one of each can be open at a time.
_FORMATTING = names("b big code em font i s small strike strong tt u")
# Elements that HTML closes implicitly, or that have no end tag: they do not pile up.
_NOT_NESTED = names(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot "
    "th thead tr track wbr"
)
# Their start tags do not make the parser reopen formatting elements.
_INLINE = _FORMATTING | names("br img span")
_MAX_IDENTICAL = 3  # the "Noah's Ark clause": at most three identical entries (13.2.4.3)
# An end tag looks at most eight block elements up (13.2.6.4.7), and never past a barrier.
_END_TAG_REACH = 8
_BARRIERS = names(
    "annotation-xml applet caption desc foreignobject html marquee mi mn mo ms mtext object select "
    "table td template th title"
)
_SPECIAL = (BLOCKS | TAGS_WITH_CONTENT) | names(
    "applet body button center colgroup dialog dir fieldset form frameset head hgroup listing menu "
    "plaintext search tbody tfoot thead"
)


def refuse_slow_html(html: str) -> None:
    """Raise ValueError for HTML that would take too long to sanitise.

    Expects HTML in which every `<` begins a tag; see `html.normalised`.
    """
    all_tags = [*tags(html, frozenset())]
    _refuse_deep(all_tags)
    _refuse_reopened(all_tags)


def _refuse_deep(all_tags: Sequence[HtmlTag]) -> None:
    opened: Counter[str] = Counter()
    depth = empty = 0
    for tag in all_tags:
        if tag.name in _NOT_NESTED:
            continue
        if tag.closes:
            closed = min(opened[tag.name], 1)  # an unmatched end tag closes nothing
            opened[tag.name], depth = opened[tag.name] - closed, depth - closed
        elif tag.inside.endswith("/") and tag.name not in _FORMATTING:  # as in SVG and MathML
            empty += 1
        else:
            opened[tag.name], depth = opened[tag.name] + 1, depth + 1
        if depth > MAX_OPEN:
            raise ValueError(f"more than {MAX_OPEN} elements are open at once")
        if empty > MAX_EMPTY:
            raise ValueError(f"more than {MAX_EMPTY} elements close themselves")


def _refuse_reopened(all_tags: Sequence[HtmlTag]) -> None:
    active, reopened = _ActiveFormatting(), 0
    for tag in all_tags:
        active.process(tag)
        if tag.closes or tag.name not in _INLINE:
            reopened += active.size
            if reopened > MAX_REOPENED:
                raise ValueError(
                    "its <b>, <i> or similar tags never close, so every block repeats them"
                )


class _ActiveFormatting:
    """An upper bound of the size of HTML's list of active formatting elements (13.2.4.3)."""

    def __init__(self) -> None:
        self.size = 0
        self._open: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._identical: Counter[tuple[str, str]] = Counter()
        self._blocks = 0

    def process(self, tag: HtmlTag) -> None:
        if tag.name in _FORMATTING:
            (self._end if tag.closes else self._start)(tag)
        elif not tag.closes:
            # A barrier stops an end tag as surely as eight blocks do.
            self._blocks += _END_TAG_REACH if tag.name in _BARRIERS else tag.name in _SPECIAL

    def _start(self, tag: HtmlTag) -> None:
        self._open[tag.name].append((tag.inside, self._blocks))
        self._identical[tag.name, tag.inside] += 1
        self.size += self._identical[tag.name, tag.inside] <= _MAX_IDENTICAL

    def _end(self, tag: HtmlTag) -> None:
        started = self._open[tag.name]
        if started and self._blocks - started[-1][1] < _END_TAG_REACH:
            inside, _ = started.pop()
            self.size -= self._identical[tag.name, inside] <= _MAX_IDENTICAL
            self._identical[tag.name, inside] -= 1
