"""The configuration of nodes: the fields that Openfire knows, and their values in a new node."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from tests.support.openfire.xml import add

if TYPE_CHECKING:
    from collections.abc import Mapping

X = "{jabber:x:data}"
NODE_CONFIG = "http://jabber.org/protocol/pubsub#node_config"

# The fields of a new node at the service, in the order of the form. The names and the values were
# measured.
SERVICE_DEFAULTS = {
    "title": "",
    "description": "",
    "node_type": "leaf",
    "collection": "",
    "subscribe": "1",
    "subscription_required": "0",
    "deliver_payloads": "1",
    "notify_config": "1",
    "notify_delete": "1",
    "notify_retract": "1",
    "presence_based_delivery": "0",
    "type": "",
    "body_xslt": "",
    "dataform_xslt": "",
    "access_model": "open",
    "publish_model": "publishers",
    "roster_groups_allowed": "",
    "contact": "",
    "language": "English",
    "owner": "",
    "publisher": "",
    "itemreply": "owner",
    "replyroom": "",
    "replyto": "",
    "send_item_subscribe": "1",
    "persist_items": "0",
    "max_items": "1",
    "max_payload_size": "10485760",
}
PEP_DEFAULTS = {**SERVICE_DEFAULTS, "access_model": "presence", "persist_items": "1"}

# `owner/default` has these only: no title, type or description.
IN_DEFAULT_FORM = (
    "subscribe",
    "deliver_payloads",
    "notify_config",
    "notify_delete",
    "notify_retract",
    "presence_based_delivery",
    "send_item_subscribe",
    "persist_items",
    "max_items",
    "max_payload_size",
    "access_model",
    "publish_model",
    "language",
    "itemreply",
)
BOOLEANS = frozenset(
    {
        "subscribe",
        "subscription_required",
        "deliver_payloads",
        "notify_config",
        "notify_delete",
        "notify_retract",
        "presence_based_delivery",
        "send_item_subscribe",
        "persist_items",
    }
)
LISTS = {
    "access_model": ("authorize", "open", "presence", "roster", "whitelist"),
    "publish_model": ("publishers", "subscribers", "open"),
    "itemreply": ("owner", "publisher"),
}
NUMBERS = frozenset({"max_items", "max_payload_size"})
# These are what the service says of the node; a form does not set them here.
FIXED = frozenset({"node_type", "collection", "owner", "publisher"})

LARGEST = 2**31 - 1  # a Java int


class NoSuchValue(Exception):  # noqa: N818 - in Openfire an exception that nobody handles
    """A value that is no number, or not in the list: Openfire's code ends there."""


def form(config: Mapping[str, str], *, kind: str = "form", of: str = NODE_CONFIG) -> Element:
    x = Element(f"{X}x", type=kind)
    add(add(x, f"{X}field", var="FORM_TYPE", type="hidden"), f"{X}value", of)
    for name, value in config.items():
        field = add(x, f"{X}field", var=f"pubsub#{name}", type=_kind(name))
        for option in LISTS.get(name, ()):
            add(add(field, f"{X}option"), f"{X}value", option)
        add(field, f"{X}value", value)
    return x


def _kind(name: str) -> str:
    if name in BOOLEANS:
        return "boolean"
    return "list-single" if name in LISTS else "text-single"


def submitted(parent: Element) -> dict[str, str]:
    """The fields of the form in this element, by their names without `pubsub#`."""
    return {
        field.get("var", "").removeprefix("pubsub#"): field.findtext(f"{X}value") or ""
        for field in parent.iterfind(f"{X}x/{X}field")
        if field.get("var") != "FORM_TYPE"
    }


def configured(config: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The configuration with the fields set. Raises NoSuchValue.

    Unknown fields are ignored, and the known ones of the same form are set. A node that does not
    keep its items has one item, and then `max_items` is not even read.
    """
    known = {name: fields[name] for name in fields if name in config and name not in FIXED}
    max_items = known.pop("max_items", None)
    changed = {**config, **{name: _read(name, value) for name, value in known.items()}}
    if changed["persist_items"] == "0":
        changed["max_items"] = "1"
    elif max_items is not None:
        changed["max_items"] = _read("max_items", max_items)
    return changed


def _read(name: str, value: str) -> str:
    if name in BOOLEANS:
        return "1" if value in {"1", "true"} else "0"
    if name in NUMBERS:
        return _number(value)
    if name in LISTS and value not in LISTS[name]:
        raise NoSuchValue(f"{name}: {value}")
    return value


def _number(value: str) -> str:
    """Any number, 0 and -1 too: for `max_items` both mean no limit."""
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or int(digits) > LARGEST:
        raise NoSuchValue(value)
    return str(int(value))


def is_met(config: Mapping[str, str], conditions: Mapping[str, str]) -> bool:
    """Whether a node has what the publish-options ask for. A field that it lacks is not met."""
    return all(name in config and _same(config[name], value) for name, value in conditions.items())


def _same(actual: str, wanted: str) -> bool:
    return actual == {"true": "1", "false": "0"}.get(wanted, wanted)
