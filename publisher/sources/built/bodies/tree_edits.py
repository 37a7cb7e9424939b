"""Changes to a copy of a part of a page: remove, unwrap and replace elements. No text is lost.

An element that goes is only marked, and `finish` takes all of them out at once: one by one, the
time would grow quadratically with their number.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from publisher.text.word_gaps import keep_apart

if TYPE_CHECKING:
    from collections.abc import Collection

_GONE = "gone"
_CUT = "cut"


def names(text: str) -> frozenset[str]:
    """Split a list of names at blanks."""
    return frozenset(text.split())


def copied(element: etree._Element, without: Collection[etree._Element]) -> etree._Element:
    """A copy of an element without these descendants. The original stays as it is."""
    copy = deepcopy(element)
    copy.tail = None
    if without:
        pairs = zip(element.iter(), copy.iter(), strict=True)
        for gone in [new for old, new in pairs if old in without and old is not element]:
            cut(gone)
        finish(copy)
    return copy


def remove(element: etree._Element) -> None:
    """Remove an element; the text behind it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = _GONE, tail


def cut(element: etree._Element) -> None:
    """Remove an element; the words before and behind it stay apart."""
    remove(element)
    element.tag = _CUT


def unwrap(element: etree._Element) -> None:
    """Replace an element by what is inside."""
    element.tag = _GONE


def replace_by_text(element: etree._Element, text: str) -> None:
    remove(element)
    element.text = text


def replace(element: etree._Element, inner: etree._Element) -> None:
    """Put an element that is inside of another in the place of that."""
    inner.tail = None
    copy = deepcopy(inner)
    remove(element)
    element.append(copy)


def finish(root: etree._Element) -> None:
    """Take out what was removed or replaced below the root."""
    keep_apart(root, _CUT, _GONE)
    etree.strip_tags(root, _GONE, _CUT)


def elements(root: etree._Element) -> list[etree._Element]:
    """All elements below the root in document order, whatever becomes of the tree meanwhile."""
    return [*root.iterdescendants()]


def tokens(element: etree._Element) -> list[str]:
    """The classes and the id of an element, in lower case."""
    classes, own_id = element.get("class"), element.get("id")
    return f"{classes or ''} {own_id or ''}".lower().split() if classes or own_id else []


def text_of(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))
