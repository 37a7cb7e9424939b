"""A hash of what an item shows of its post: the title, the content and the summary. Pure.

It shows whether another version of publisher would make another text from the same post. What
readers fetch, such as recordings, and what the fingerprint covers, such as dates, is no part of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from publisher.feeds import ATOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_SHOWN = frozenset({f"{ATOM}title", f"{ATOM}content", f"{ATOM}summary"})
_LENGTH = 32  # hexadecimal digits


def text_hash(entry: etree._Element) -> str:
    """The hash of an entry element. A service may write the same XML with other prefixes."""
    digest = hashlib.sha256()
    for child in entry:
        if child.tag in _SHOWN:
            # A line between two elements of the entry is no text of the post.
            for part in _parts(child, tail=""):
                digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()[:_LENGTH]


def _parts(element: etree._Element, *, tail: str) -> Iterator[str]:
    yield str(element.tag)
    for name, value in sorted(element.items()):
        yield f"{name!s}={value!s}"
    yield element.text or ""
    for child in element:
        yield from _parts(child, tail=child.tail or "")
    yield f"/{tail}"
