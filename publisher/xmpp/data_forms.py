"""The configuration of nodes as data forms (XEP-0004, XEP-0060 section 16.4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import NodeConfig

X = "{jabber:x:data}"
VALIDATE = "{http://jabber.org/protocol/xdata-validate}"
NODE_CONFIG = "http://jabber.org/protocol/pubsub#node_config"
MICROBLOG = "urn:xmpp:microblog:0"
SOCIAL_FEED = "urn:xmpp:pubsub-social-feed:1"

# Every server accepts these when a node is created, even if its default form does not have them.
PORTABLE = frozenset(
    {
        "access_model",
        "deliver_payloads",
        "max_items",
        "notify_delete",
        "notify_retract",
        "persist_items",
        "publish_model",
        "title",
        "type",
    }
)

# More than any node holds. A longer number could exceed what int() and SQLite accept.
LARGEST = 1_000_000_000

# XEP-0004 section 3.3: a server may write a boolean in either form.
_BOOLEANS = {"true": "1", "1": "1", "false": "0", "0": "0"}


def desired(node: NodeConfig, *, site_title: str) -> dict[str, str]:
    """The configuration that the node should have, without max_items.

    A field without a value, e.g. an empty title, is left out and stays as it is at the node.
    """
    fields = {
        "title": site_title if node.title is None else node.title,
        "description": node.description or "",
        # XEP-0472 section 5.1.1: the type names the profile of the feed.
        "type": MICROBLOG if node.node == MICROBLOG else SOCIAL_FEED,
        "access_model": node.access,
        "publish_model": "publishers",
        "persist_items": "1",
        # Converse and Movim never show an edit if notifications have no payload.
        "deliver_payloads": "1",
        "deliver_notifications": "1",
        "notify_retract": "1",
        "notify_delete": "1",
        # COMPAT(ejabberd 23.01): by default it sends the last item at every login of a subscriber.
        "send_last_published_item": "never",
        "notification_type": "headline",
        # A service may then stamp items with their publisher, which Movim and Converse compare with
        # the URI of the author.
        "itemreply": "publisher",
    }
    if "@" in node.service:
        # COMPAT(ejabberd before 26.01): with it, as by default, subscribers of a PEP node hear
        # nothing if they are on another server.
        fields["presence_based_delivery"] = "0"
    fields |= {name.removeprefix("pubsub#"): value for name, value in node.options.items()}
    return {name: value for name, value in fields.items() if value}


def submit(fields: Mapping[str, str]) -> Element:
    """A form that sets `fields` and leaves all others unchanged."""
    form = Element(f"{X}x", type="submit")
    _field(form, "FORM_TYPE", NODE_CONFIG).set("type", "hidden")
    for name, value in fields.items():
        _field(form, f"pubsub#{name}", value)
    return form


def values(form: Element | None) -> dict[str, str]:
    """The fields of a form, by their names without `pubsub#`."""
    fields = [] if form is None else form.findall(f"{X}field")
    return {
        field.get("var", "").removeprefix("pubsub#"): field.findtext(f"{X}value") or ""
        for field in fields
        if field.get("var") not in {None, "FORM_TYPE"}
    }


def largest(form: Element | None) -> int | None:
    """The number that `max` stands for in max_items, if the form has it (XEP-0122 section 3.3)."""
    for field in [] if form is None else form.findall(f"{X}field"):
        value_range = field.find(f"{VALIDATE}validate/{VALIDATE}range")
        if field.get("var") == "pubsub#max_items" and value_range is not None:
            return number(value_range.get("max"))
    return None


def number(text: str | None) -> int | None:
    """A decimal number, at most LARGEST. None for any other text, e.g. `max`."""
    if not (text and text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(LARGEST)) else LARGEST


# COMPAT(Openfire 5.2): its own word for send_last_published_item, which no other server has. So it
# shows what max_items means there: it takes any number, 0 is no limit, and `max` gets no answer.
_OF_OPENFIRE = "send_item_subscribe"
_NO_LIMIT = "-1"


def max_items(form: Element | None) -> int | None:
    """How many items the node can hold, None if there is no limit or the form hides it."""
    fields = values(form)
    if is_unlimited(fields):
        return None
    found = number(fields.get("max_items"))
    return largest(form) if found is None else found  # not `or`: with 0 the node stores nothing


def takes_any_number(fields: Mapping[str, str]) -> bool:
    """Whether a service whose nodes have these fields takes every number as max_items."""
    return _OF_OPENFIRE in fields


def is_unlimited(fields: Mapping[str, str]) -> bool:
    """Whether a node with these fields keeps every item.

    No service means anything else by a negative number.
    """
    unlimited = {_NO_LIMIT, "0"} if takes_any_number(fields) else {_NO_LIMIT}
    return fields.get("max_items") in unlimited


def fitted(wanted: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The wanted fields in the words of a service whose nodes have these `fields`."""
    if wanted.get("max_items") not in {"0", "max"} or not takes_any_number(fields):
        return dict(wanted)
    # Both of its words for no limit are right, so the one that is there stays.
    return {**wanted, "max_items": fields["max_items"] if is_unlimited(fields) else _NO_LIMIT}


def unmet(wanted: Mapping[str, str], actual: Mapping[str, str]) -> dict[str, str]:
    """The wanted fields that the node offers but has with another value."""
    return {
        name: value
        for name, value in wanted.items()
        if name in actual and _normal(actual[name]) != _normal(value)
    }


def unmet_or_absent(wanted: Mapping[str, str], actual: Mapping[str, str]) -> set[str]:
    """The names of the wanted fields that the node has with another value, or does not offer."""
    return unmet(wanted, actual).keys() | (wanted.keys() - actual.keys())


def _normal(value: str) -> str:
    return _BOOLEANS.get(value, value)


def _field(form: Element, name: str, value: str) -> Element:
    field = SubElement(form, f"{X}field", var=name)
    SubElement(field, f"{X}value").text = value
    return field
