"""The registered fields of a node's configuration (XEP-0060 section 16.4.4), without `pubsub#`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

AccessModel = Literal["open", "presence", "roster", "authorize", "whitelist"]
# The fields that have a key of their own in publisher.yaml; the others are below `options`.
NODE_KEYS = frozenset({"access_model", "title", "description"})
_BOOLEAN = ("true", "false", "1", "0")
# The values of each field where the registry lists them; () allows any text.
NODE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "access_model": get_args(AccessModel),
    "body_xslt": (),
    "children": (),
    "children_association_policy": ("all", "owners", "whitelist"),
    "children_association_whitelist": (),
    "children_max": (),
    "collection": (),
    "contact": (),
    "dataform_xslt": (),
    "deliver_notifications": _BOOLEAN,
    "deliver_payloads": _BOOLEAN,
    "description": (),
    "item_expire": (),
    "itemreply": ("owner", "publisher", "none"),
    "language": (),
    "max_items": (),
    "max_payload_size": (),
    "node_type": ("leaf", "collection"),
    "notification_type": ("normal", "headline"),
    "notify_config": _BOOLEAN,
    "notify_delete": _BOOLEAN,
    "notify_retract": _BOOLEAN,
    "notify_sub": _BOOLEAN,
    "persist_items": _BOOLEAN,
    "presence_based_delivery": _BOOLEAN,
    "publish_model": ("publishers", "subscribers", "open"),
    "publish_node_full": ("retract-oldest", "discard-oldest", "reject"),
    "purge_offline": _BOOLEAN,
    "roster_groups_allowed": (),
    "send_last_published_item": ("never", "on_sub", "on_sub_and_presence"),
    "subscribe": _BOOLEAN,
    "tempsub": _BOOLEAN,
    "title": (),
    "type": (),
}
# Whole numbers; the first two may also be `max`.
NUMBER_FIELDS = ("max_items", "item_expire", "max_payload_size", "children_max")


def field_name(option: str) -> str:
    """The name of a field without `pubsub#`, with which an option may be written."""
    return option.removeprefix("pubsub#")
