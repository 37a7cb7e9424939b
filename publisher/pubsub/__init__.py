"""Nodes over XMPP. The only importer of slixmpp, and the only one that sees its errors."""

from publisher.pubsub.connection import Connection, connect
from publisher.pubsub.node import Description, XmppNode
from publisher.pubsub.subscriber import Event, Published, Retracted, Subscriber

__all__ = [
    "Connection",
    "Description",
    "Event",
    "Published",
    "Retracted",
    "Subscriber",
    "XmppNode",
    "connect",
]
