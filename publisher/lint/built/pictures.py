"""Compare the pictures of a post with those of its page. Pure.

A generator may give a picture another name, make several sizes of it, or put it into the page
itself. So a picture counts as missing only if its name is nowhere in the page and the page has
fewer pictures than the post.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.content.dropped_markup import LineNumbers
from publisher.lint.built.body import PICTURE_KINDS, NamesIn
from publisher.lint.built.differences import Difference
from publisher.lint.built.readable import without_code
from publisher.text.lazy_attributes import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from publisher.lint.built.body import PageBody
    from publisher.lint.built.differences import DifferenceKind
    from publisher.post import Post

MAX_PICTURES = 300  # of one post

_PICTURE = re.compile(
    r"""!\[[^\[\]\n]*\]\(\s*(?:<(?P<angled>[^<>\n]+)>|(?P<plain>[^)\s]+))  # ![alt](address "title")
    |!\[\[(?P<wiki>[^\[\]|\#\n]+)  # ![[picture.png]]
    |<img\b[^<>]*?\ssrc\s*=\s*(?:"(?P<double>[^"<>]+)|'(?P<single>[^'<>]+)|(?P<bare>[^"'\s<>]+))
    |^[ \t]*\.\.\ (?:image|figure)::[ \t]*(?P<rst>\S+)
    |\bimage::?(?P<asciidoc>[^\s\[\]:]+)\[""",
    re.MULTILINE | re.VERBOSE,
)
_PICTURE_FILE = re.compile(rf"\.(?:{PICTURE_KINDS})\b", re.IGNORECASE)
_FILE_NAME = re.compile(rf"([^/\s\"'()<>\[\]=|]{{1,200}})\.(?:{PICTURE_KINDS})\b")
_SHORT = 3  # characters: other names contain a shorter one by chance


def pictures(post: Post, page: PageBody, names: NamedPictures) -> Iterator[Difference]:
    text = without_code(post.body)
    named = [
        (address, match.start())
        for match in islice(_PICTURE.finditer(text), MAX_PICTURES)
        if (address := "".join(filter(None, match.groups()))) and _PICTURE_FILE.search(address)
    ]
    lost = [(address, at) for address, at in named if not page.attributes.has(_stem(address))]
    is_missing = len(page.pictures) < len(named)
    lines = LineNumbers(text, post.body_line)
    for (address, offset), kind in _kinds(lost, page, is_missing=is_missing):
        yield Difference(post.path, lines.line(offset), kind, address)
    added = dict.fromkeys(
        address
        for picture in islice(page.pictures, MAX_PICTURES)
        if (address := _address(picture)) and not names.has(address)
    )
    if added:
        yield Difference(post.path, 1, "has-picture", next(iter(added)), places=len(added))


def _kinds(
    lost: Sequence[tuple[str, int]], page: PageBody, *, is_missing: bool
) -> Iterator[tuple[tuple[str, int], DifferenceKind]]:
    """What became of pictures whose names the page lacks: a generator writes some into the page."""
    drawings = sum(picture.tag == "svg" for picture in page.pictures)
    inlined = sum(map(_is_inlined, page.pictures))
    drawn = [one for one in lost if one[0].lower().endswith(".svg")]
    if is_missing:
        yield from ((one, "lacks-picture") for one in lost)
    elif len(lost) <= inlined:
        yield from ((one, "inlined-picture") for one in lost)
    elif drawings >= len(drawn):
        yield from ((one, "drawn-picture") for one in drawn)


def _is_inlined(picture: etree._Element) -> bool:
    """Whether the picture is in the page itself, and no placeholder of one that a script loads."""
    is_data = (picture.get("src") or "").strip().lower().startswith("data:image/")
    names = map(str, picture.attrib)
    return is_data and not any(name.startswith("data-") or name == "srcset" for name in names)


def _address(picture: etree._Element) -> str:
    """The address of a picture's file; empty for what has none, and for an emoji."""
    alt = picture.get("alt") or ""
    is_emoji = alt != "" and not any(map(str.isalnum, alt))
    if is_emoji or picture.tag != "img":
        return ""
    addresses = (picture.get(name) or "data:" for name in SOURCES)
    return unquote(next((one for one in addresses if not one.startswith("data:")), ""))


class NamedPictures:
    """The pictures that a source names, in its body or its front matter."""

    def __init__(self, post: Post) -> None:
        written = unquote(f"{post.body}\n{post.values}").lower()
        files = islice(_FILE_NAME.finditer(written), MAX_PICTURES)
        names = {match[1] for match in files}
        self._known = {name for name in names if len(name) >= _SHORT}
        self._beginnings = tuple(f"{name}{mark}" for name in names - self._known for mark in "._-")
        self._written = NamesIn(written)

    def shown_by(self, element: etree._Element) -> bool:
        """Whether an element is one of these pictures."""
        address = _address(element)
        return bool(address) and self.has(address)

    def has(self, address: str) -> bool:
        """Whether an address is that of one: generators put numbers and hashes behind its name."""
        name = _stem(address)
        if any(known in address.lower() for known in self._known):
            return True
        return f"{name}.".startswith(self._beginnings) or self._written.has(name)


def _stem(address: str) -> str:
    """The name of a file without its extension: `a` of `/b/a.png?c`."""
    name = unquote(address).partition("?")[0].rstrip("/").rpartition("/")[2]
    return (name.rpartition(".")[0] or name).lower()
