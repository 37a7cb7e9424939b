"""What an item holds, as text; anybody who may publish at the node may have put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# libxml2 reads no deeper, and an entry of ours stays below it. ElementTree writes by recursion, and
# would end in a RecursionError at less than a thousand.
MAX_DEPTH = 256


def payload(item: Element) -> str:
    """The payload of an item; empty if there is none, or if it is nested too deep to be read."""
    found = next(iter(item), None)
    if found is None or _is_deep(found):
        return ""
    found.tail = None
    return tostring(found, encoding="unicode")


def _is_deep(element: Element) -> bool:
    level = [element]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in parent]
        if not level:
            return False
    return True
