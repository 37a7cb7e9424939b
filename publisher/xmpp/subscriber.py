"""A subscriber, which receives the events of a node (XEP-0060 sections 6.1 and 7.1.2)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from xml.etree.ElementTree import Element

from msgspec import Struct
from slixmpp import JID
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from publisher.xmpp.received_payload import payload
from publisher.xmpp.requests import PUBSUB

if TYPE_CHECKING:
    from publisher.text.node_address import NodeAddress
    from publisher.xmpp.connection import Connection

EVENT = "{http://jabber.org/protocol/pubsub#event}"


class ItemPublished(Struct, frozen=True):
    """An item was published, for the first time or again. `at` is of time.monotonic().

    `payload` is empty if there is none that can be parsed.
    """

    id: str
    payload: str
    at: float


class ItemRetracted(Struct, frozen=True):
    """An item was retracted. `at` is of time.monotonic()."""

    id: str
    at: float


NodeEvent: TypeAlias = ItemPublished | ItemRetracted


class Subscriber:
    """Receives the events of one node, in the order in which they arrive."""

    def __init__(self, connection: Connection, address: NodeAddress) -> None:
        self._connection = connection
        self._address = address
        self._events: asyncio.Queue[NodeEvent] = asyncio.Queue()

    async def subscribe(self) -> Self:
        """Subscribe with the bare JID, and send presence to receive events. Raises Refused."""
        client = self._connection.client
        # Before the request, because the first event may arrive before its answer.
        matcher = MatchXPath(f"{{jabber:client}}message/{EVENT}event")
        self._connection.listen()
        client.register_handler(Callback("pubsub event", matcher, self._receive))
        # Servers send the events for a bare JID only to clients with presence.
        client.send_presence()
        pubsub = Element(f"{PUBSUB}pubsub")
        pubsub.append(
            Element(f"{PUBSUB}subscribe", node=self._address.node, jid=self._connection.jid)
        )
        purpose = f"subscribe to the node {self._address.node}"
        await self._connection.request(
            "set", pubsub, to=self._address.service, purpose=purpose, right="read"
        )
        return self

    async def next(self, *, seconds: float) -> NodeEvent:
        """The next event. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            return await self._events.get()

    def _receive(self, message: Any) -> None:
        # First of all, because parsing would add to the measured time.
        at = time.monotonic()
        if message["from"] != JID(self._address.service):  # anybody can send us a message
            return
        for items in message.xml.iterfind(f"{EVENT}event/{EVENT}items"):
            if items.get("node") != self._address.node:
                continue
            for child in items:
                event = _event(child, at)
                if event:
                    self._events.put_nowait(event)


def _event(child: Element, at: float) -> NodeEvent | None:
    id_ = child.get("id", "")
    if child.tag == f"{EVENT}retract":
        return ItemRetracted(id_, at)
    return ItemPublished(id_, payload(child), at) if child.tag == f"{EVENT}item" else None
