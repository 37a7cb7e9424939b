"""Nodes over XMPP. The only importer of slixmpp, and the only one that sees its errors."""

from publisher.xmpp.connection import Connection, connect
from publisher.xmpp.node import Description, XmppNode
from publisher.xmpp.subscriber import Event, ItemPublished, ItemRetracted, Subscriber

__all__ = [
    "Connection",
    "Description",
    "Event",
    "ItemPublished",
    "ItemRetracted",
    "Subscriber",
    "XmppNode",
    "connect",
]
