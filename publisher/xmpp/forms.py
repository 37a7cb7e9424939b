"""Node configuration as data forms (XEP-0004, XEP-0060 section 16.4.4), and ours in particular."""

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

# Fields that every server takes when a node is created, although not every default form has them.
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

LARGEST = 1_000_000_000  # more than any node holds; Python and SQLite have limits of their own

_BOOLEANS = {"true": "1", "1": "1", "false": "0", "0": "0"}


def desired(node: NodeConfig, *, site_title: str) -> dict[str, str]:
    """The configuration that a public blog's node should have, without max_items.

    A field without a value, e.g. an empty title, is left as it is at the node.
    `deliver_payloads`: with headlines only, Converse and Movim never see an edit.
    """
    fields = {
        "title": site_title if node.title is None else node.title,
        "description": node.description or "",
        "type": MICROBLOG if node.node == MICROBLOG else SOCIAL_FEED,
        "access_model": node.access,
        "publish_model": "publishers",
        "persist_items": "1",
        "deliver_payloads": "1",
        "deliver_notifications": "1",
        "notify_retract": "1",
        "notify_delete": "1",
        "send_last_published_item": "never",
        "notification_type": "headline",
        "itemreply": "publisher",
    }
    fields |= {name.removeprefix("pubsub#"): value for name, value in node.options.items()}
    return {name: value for name, value in fields.items() if value}


def submit(fields: Mapping[str, str]) -> Element:
    """The form that sets `fields` and leaves the others as they are."""
    form = Element(f"{X}x", type="submit")
    _field(form, "FORM_TYPE", NODE_CONFIG).set("type", "hidden")
    for name, value in fields.items():
        _field(form, f"pubsub#{name}", value)
    return form


def values(form: Element | None) -> dict[str, str]:
    """The fields of a form that a service offers, by their names without `pubsub#`."""
    found = [] if form is None else form.findall(f"{X}field")
    return {
        field.get("var", "").removeprefix("pubsub#"): field.findtext(f"{X}value") or ""
        for field in found
        if field.get("var") not in {None, "FORM_TYPE"}
    }


def largest(form: Element | None) -> int | None:
    """How much `max` is for max_items, if the form says so (XEP-0122 section 3.3)."""
    for field in [] if form is None else form.findall(f"{X}field"):
        bounds = field.find(f"{VALIDATE}validate/{VALIDATE}range")
        if field.get("var") == "pubsub#max_items" and bounds is not None:
            return number(bounds.get("max"))
    return None


def number(text: str | None) -> int | None:
    """The number, at most LARGEST; None for `max`, for nothing and for nonsense."""
    if not (text and text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(LARGEST)) else LARGEST


def unmet(wanted: Mapping[str, str], actual: Mapping[str, str]) -> dict[str, str]:
    """What of `wanted` the node offers and has otherwise."""
    return {
        name: value
        for name, value in wanted.items()
        if name in actual and _normal(actual[name]) != _normal(value)
    }


def unmet_or_absent(wanted: Mapping[str, str], actual: Mapping[str, str]) -> set[str]:
    """What of `wanted` the node has otherwise, or does not offer."""
    return unmet(wanted, actual).keys() | (wanted.keys() - actual.keys())


def _normal(value: str) -> str:
    return _BOOLEANS.get(value, value)


def _field(form: Element, name: str, value: str) -> Element:
    field = SubElement(form, f"{X}field", var=name)
    SubElement(field, f"{X}value").text = value
    return field
