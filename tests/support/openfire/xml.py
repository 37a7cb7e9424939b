"""Elements of stanzas: made, read and written. Text and attributes keep every character."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, fromstring

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = "{jabber:client}"
DISCO_INFO = "{http://jabber.org/protocol/disco#info}"
DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
ERRORS = "{http://jabber.org/protocol/pubsub#errors}"
EVENT = "{http://jabber.org/protocol/pubsub#event}"
OWNER = "{http://jabber.org/protocol/pubsub#owner}"
PUBSUB = "{http://jabber.org/protocol/pubsub}"
RSM = "{http://jabber.org/protocol/rsm}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"

_XML = "http://www.w3.org/XML/1998/namespace"
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new child of the parent."""
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def read(text: str) -> Element:
    return fromstring(text)  # noqa: S314 - from our own program


def write(element: Element, namespace: str = "jabber:client") -> str:
    """The element as XML, in a place where `namespace` is the default one."""
    return "".join(_written(element, namespace))


def _written(element: Element, outer: str) -> Iterator[str]:
    """Without recursion, because an item may be nested thousands of levels deep."""
    left: list[str | tuple[Element, str]] = [(element, outer)]
    while left:
        match left.pop():
            case str(text):
                yield text
            case (one, namespace):
                yield _begin(one, namespace) + (one.text or "").translate(_IN_TEXT)
                own, name = _split(one.tag)
                left.append(f"</{name}>")
                for child in reversed(one):
                    left += [(child.tail or "").translate(_IN_TEXT), (child, own)]


def _begin(element: Element, outer: str) -> str:
    namespace, name = _split(element.tag)
    parts = [f"<{name}", "" if namespace == outer else f' xmlns="{namespace}"']
    for number, (key, value) in enumerate(element.attrib.items()):
        space, local = _split(key)
        prefix = "xml:" if space == _XML else f"n{number}:" if space else ""
        declared = f' xmlns:n{number}="{space}"' if prefix.startswith("n") else ""
        parts.append(f'{declared} {prefix}{local}="{value.translate(_IN_ATTRIBUTES)}"')
    return "".join(parts) + ">"


def _split(name: str) -> tuple[str, str]:
    """The namespace and the local part of a name as ElementTree writes it."""
    namespace, brace, local = name.removeprefix("{").rpartition("}")
    return (namespace, local) if brace else ("", name)
