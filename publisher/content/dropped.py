"""What readers will not get of a body, and where in its source it stands. Pure.

Only a parser of the markup can tell a tag from code that shows one. So where something is lost, the
source is rendered again, with a mark on each tag and link that says where it stands.
"""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.content import markup as markups
from publisher.content import rst
from publisher.content.html import (
    ADDRESSES,
    MATH,
    NO_SCRIPT,
    SCHEMES,
    TAGS,
    TAGS_WITH_CONTENT,
    absolute,
    as_it_is,
    frame_address,
    tags,
)
from publisher.text.characters import legal, short_line
from publisher.text.uris import ROOT_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.html import Resolve
    from publisher.post import Dialect

# Where the source may hold a tag or a link, and the mark that a link gets there.
_SPOT = re.compile(r"<[a-z][\w:-]*(?=[\s/>])(?!//)|\]\(\s*+<?", re.IGNORECASE)
_LONGEST = 2_000  # of what a link says
_MARKED = re.compile(r"(?:at:(\d+):)?(.*)", re.DOTALL)
_BEHIND = re.compile(r">?\s*+\)[(<]?(https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)")


def warnings(
    html: str, source: str, markup: Dialect, base: str, first_line: int, *, resolve: Resolve
) -> tuple[tuple[int, str], ...]:
    """What is lost: (line of the file, message)."""
    told = set()
    if markup == "rest":
        told = {(first_line + line - 1, said) for line, said in rst.html(source)[1]}
    if not any(_losses(html, source, base, resolve)):
        return tuple(sorted(told))
    marked = _marked(source, markup)
    places = Places(source, first_line)
    for message, at, sought in _losses(marked, source, base, resolve):
        told.add((places.line_of(sought) if at is None else places.line(at), message))
    return tuple(sorted(told))


class Places:
    """The lines of a text. `first` is the number of its first line."""

    def __init__(self, text: str, first: int) -> None:
        self._text, self._first = text, first
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._found: dict[str, int] = {}

    def line(self, offset: int) -> int:
        return self._first + bisect_left(self._breaks, offset)

    def line_of(self, *sought: str) -> int:
        """Of the first that stands in the text, else the first line."""
        return self.line(next((at for part in sought if (at := self._at(part)) >= 0), 0))

    def _at(self, part: str) -> int:
        if part not in self._found:
            self._found[part] = self._text.find(part)
        return self._found[part]


@dataclass(frozen=True, slots=True)
class Address:
    """An address in a body: the tag that has it, as readers get it, as it was written, its line.

    The last two are empty and 0 where only what readers get was looked at.
    """

    tag: str
    absolute: str
    written: str = ""
    line: int = 0


def shown(xhtml: str) -> Iterator[Address]:
    """All addresses that readers get of a rendered body, but for those within it."""
    for found in tags(xhtml):
        attributes = {} if found.closes else found.attributes
        for name in attributes.keys() & ADDRESSES:
            if not attributes[name].startswith("#"):
                yield Address(found.name, attributes[name])


def addresses(
    body: str, *, markup: Dialect, base: str, first_line: int = 1, resolve: Resolve = as_it_is
) -> Iterator[Address]:
    """The same with the places in the source, for which the body is rendered once more.

    In the order of the text. Never raises.
    """
    source = legal(body)
    try:
        html = _marked(source, markup)
    except Exception:
        return
    places = Places(source, first_line)
    for found in tags(html):
        attributes = {} if found.closes else found.attributes
        mark = attributes.pop("data-at", "")
        for name in attributes.keys() & ADDRESSES:
            place, written = _MARKED.findall(attributes[name])[0]
            at = place or (mark if mark.isdecimal() else "")
            target = absolute(resolve(written) or "", base)
            if target and found.name in TAGS:
                written = written.removeprefix(ROOT_IMAGE)
                line = places.line(int(at)) if at else places.line_of(written)
                yield Address(found.name, target, written, line)


def _marked(source: str, markup: Dialect) -> str:
    """The HTML, where tags and links say at which offset of the source they stand."""
    if markup == "rest":
        return rst.marked(source)
    return markups.html(_SPOT.sub(_with_mark, source), markup)


def _with_mark(spot: re.Match[str]) -> str:
    mark = f' data-at="{spot.end()}"' if spot[0].startswith("<") else f"at:{spot.end()}:"
    return spot[0] + mark


def _losses(
    html: str, source: str, base: str, resolve: Resolve
) -> Iterator[tuple[str, int | None, str]]:
    """What readers will not get: a message, the offset in the source or None, what to look for."""
    for found in tags(html):
        if found.closes or found.name == NO_SCRIPT:
            continue
        tag, attributes = found.name, found.attributes
        mark = attributes.pop("data-at", "")
        at = int(mark) if mark.isdecimal() else None
        if tag not in TAGS | MATH:
            yield _taken_out(tag, attributes, base), at, f"<{tag}"
            continue
        for name in attributes:
            if name.startswith("on"):
                yield f"the event handler {name} of <{tag}> is taken out", at, name
        for name in attributes.keys() & ADDRESSES:
            place, target = _MARKED.findall(attributes[name])[0]
            where = int(place) if place else at
            resolved = resolve(target)
            if resolved is None:
                shown = short_line(_words(unquote(target)), 80)
                yield f'"{shown}" is no file of a post: it is no link', where, target
            elif target.strip() and not absolute(resolved, base):
                yield _not_followed(target), where, target
            elif not target.strip() and at is None:  # not written as a tag
                text = _words(
                    attributes.get("alt", "") if tag == "img" else _inside(html, found.end)
                )
                yield _untargeted(tag, text, source, where), where, f"[{text}]"


def _taken_out(tag: str, attributes: dict[str, str], base: str) -> str:
    if tag == "iframe":
        address = frame_address(attributes, base)
        outcome = f"becomes a link to {address}" if address else "has no http address: taken out"
        return f"<iframe> {outcome}; readers load no frames"
    if tag in TAGS_WITH_CONTENT:
        return f"<{tag}> is taken out with what is in it; readers do not show it"
    return f"<{tag}> is taken out, what is in it stays; to show the tag itself write &lt;{tag}&gt;"


def _not_followed(target: str) -> str:
    shown, schemes = short_line(target, 40), ", ".join(sorted(SCHEMES))
    return f'the address "{shown}" is taken out; readers follow {schemes} only'


def _inside(html: str, at: int) -> str:
    """What a link says, or its beginning."""
    return html[at : at + _LONGEST].partition("</a")[0]


def _words(html: str) -> str:
    return " ".join(entities.unescape(re.sub(r"<[^<>]*>", "", html)).split())


def _untargeted(tag: str, text: str, source: str, at: int | None) -> str:
    kind, mark = ("image", "!") if tag == "img" else ("link", "")
    message = f'the {kind} "{text}" has no target; write {mark}[text](address)'
    behind = _BEHIND.match(source, at) if at is not None else None
    if behind is None:
        return message
    address = behind[1].rstrip(".,;:!?")
    return f"{message}: the address stands behind the brackets, so write {mark}[{text}]({address})"
