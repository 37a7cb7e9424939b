"""The hash of a built body: the same for two builds that show readers the same. Pure.

It leaves out what changes from build to build while the post stays as it is: ids, classes, nonces,
data for scripts, white space, and the version in the URL of a picture.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from publisher.sources.built.bodies.tree_edits import names

if TYPE_CHECKING:
    from collections.abc import Iterator

# Elements that mean nothing by themselves.
_PLAIN = names("article div main section span")
_INLINE = names(
    "a abbr audio b bdi bdo br cite code data del dfn em i img input ins kbd label mark math meter "
    "object picture q ruby s samp small source strong sub sup time u var video wbr"
)
# The characters in which tags stand: no text has them, and they are no white space.
_INLINE_TAG, _BLOCK_TAG = "\x01", "\x02"
# White space in code means something.
_VERBATIM = {ord(" "): "\x03", ord("\n"): "\x04", ord("\t"): "\x05"}
_SHOWN = ("alt", "datetime", "title", "value")
_EMBEDDED = ("poster", "src", "data-src")
_VERSIONS = names("cb h hash modified rev t timestamp ts v ver version")
_STAMP = re.compile(r"[0-9a-f._-]*[0-9][0-9a-f._-]*", re.IGNORECASE)


def hash_of(root: etree._Element) -> str:
    """Hash the content of the root: 32 hexadecimal digits."""
    shown = " ".join("".join(_parts(root)).split())
    shown = shown.replace(f" {_BLOCK_TAG}", _BLOCK_TAG).replace(f"{_BLOCK_TAG} ", _BLOCK_TAG)
    return hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:32]


def _parts(root: etree._Element) -> Iterator[str]:
    """Yield the tags of the elements that mean something, and the texts between them.

    Of code it is the text alone, with its white space: its tags are colours.
    """
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name, starts = element.tag, event == "start"
        if element is not root and name not in _PLAIN:
            mark = _INLINE_TAG if name in _INLINE else _BLOCK_TAG
            yield f"{mark}{name}{_attributes(element)}{mark}" if starts else f"{mark}/{name}{mark}"
        if starts and name == "pre":
            yield "".join(map(str, element.itertext())).translate(_VERBATIM)
            walk.skip_subtree()
        elif starts or element is not root:
            yield (element.text if starts else element.tail) or ""


def _attributes(element: etree._Element) -> str:
    if not element.attrib:
        return ""
    shown = {name: element.get(name) for name in _SHOWN}
    shown |= {name: _without_version(element.get(name)) for name in _EMBEDDED}
    href = element.get("href")
    # Where a link within the post leads to depends on ids.
    shown["href"] = "#" if href and href.startswith("#") else href
    return "".join(f"\x06{name}={value}" for name, value in shown.items() if value)


def _without_version(url: str | None) -> str | None:
    """The URL without a query that only makes browsers load a new version of the file."""
    if not url or "?" not in url:
        return url
    try:
        query = urlsplit(url).query
    except ValueError:  # http://[
        return url
    pairs = (
        parse_qsl(query, keep_blank_values=True, max_num_fields=100) if len(query) < 2000 else []
    )
    is_version = all(
        (name in _VERSIONS and _STAMP.fullmatch(value)) or (not value and _STAMP.fullmatch(name))
        for name, value in pairs
    )
    return url.partition("?")[0] if pairs and is_version else url
