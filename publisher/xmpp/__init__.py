"""Pubsub nodes over XMPP. Only this package imports slixmpp, and it maps all of its errors."""

from publisher.xmpp import lean_slixmpp  # noqa: F401 - before all others
from publisher.xmpp.connection import Connection, connect
from publisher.xmpp.node import Description, XmppNode
from publisher.xmpp.pace import pace_note
from publisher.xmpp.service_search import diagnosed

__all__ = [
    "Connection",
    "Description",
    "XmppNode",
    "connect",
    "diagnosed",
    "pace_note",
]
