"""The payload of an item as text. It may be from anybody who may publish at the node."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# libxml2 parses no deeper, and our own entries do not nest that deep. ElementTree serialises by
# recursion, and would raise a RecursionError at less than a thousand levels.
MAX_DEPTH = 256


def payload(item: Element) -> str:
    """The payload of an item, empty if there is none or if it is nested too deep."""
    element = next(iter(item), None)
    if element is None or _is_deep(element):
        return ""
    # tostring() would append the text that follows the element.
    element.tail = None
    return tostring(element, encoding="unicode")


def _is_deep(element: Element) -> bool:
    level = [element]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in parent]
        if not level:
            return False
    return True
