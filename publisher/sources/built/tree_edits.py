"""Small changes to trees of HTML: copy, remove, unwrap and replace elements. No text is lost."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml import etree


def names(text: str) -> frozenset[str]:
    """Split a list of names at blanks."""
    return frozenset(text.split())


def copied(element: etree._Element, without: Collection[etree._Element]) -> etree._Element:
    """A copy of an element without these descendants. The original stays as it is."""
    copy = deepcopy(element)
    copy.tail = None
    if not without:
        return copy
    pairs = zip(element.iter(), copy.iter(), strict=True)
    for gone in [new for old, new in pairs if old in without and old is not element]:
        remove(gone)
    return copy


def remove(element: etree._Element) -> None:
    """Remove an element; the text behind it stays."""
    _replace(element, element.tail or "", [])


def unwrap(element: etree._Element) -> None:
    """Replace an element by what is inside."""
    text, children = element.text or "", [*element]
    if children:
        children[-1].tail = (children[-1].tail or "") + (element.tail or "")
    else:
        text += element.tail or ""
    _replace(element, text, children)


def replace(element: etree._Element, new: etree._Element) -> None:
    """Put another element, which may be inside of it, in the place of an element."""
    new.tail = element.tail
    _replace(element, "", [new])


def replace_by_text(element: etree._Element, text: str) -> None:
    _replace(element, text + (element.tail or ""), [])


def _replace(element: etree._Element, text: str, children: list[etree._Element]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if previous is None:
        parent.text = (parent.text or "") + text
    else:
        previous.tail = (previous.tail or "") + text
    at = parent.index(element)
    parent[at : at + 1] = children


def elements(root: etree._Element) -> list[etree._Element]:
    """All elements below the root in document order, whatever becomes of the tree meanwhile."""
    return [*root.iterdescendants()]


def tokens(element: etree._Element) -> list[str]:
    """The classes and the id of an element, in lower case."""
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return names.lower().split()


def text_of(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))
