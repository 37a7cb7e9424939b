"""Find out why there is no pubsub service at an address, and which services there are."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from publisher.errors import ServiceError, Unavailable, WrongAddress

if TYPE_CHECKING:
    from publisher.text.node_address import NodeAddress
    from publisher.xmpp.connection import Connection

DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
DISCO_INFO = "{http://jabber.org/protocol/disco#info}"
MAX_ASKED = 20  # services of a server that we ask what they are


async def diagnosed(
    error: WrongAddress, connection: Connection, address: NodeAddress
) -> Unavailable:
    """The error with the services that exist, or one that says that the server may be down."""
    domain = connection.jid.partition("@")[2]
    service = address.service.rpartition("@")[2]
    is_foreign = service != domain and not service.endswith(f".{domain}")
    # Servers answer the same if the name does not exist and if its server does not answer.
    if error.condition == "remote-server-not-found" and is_foreign and await _resolves(service):
        return Unavailable(f"{error}. The name exists, so its server may be down: run again later")
    try:
        found = [name for name in await _services(connection, domain) if name != service]
    except ServiceError:
        return error
    offer = f"the pubsub service of {domain} is {' or '.join(found)}"
    if not found:
        offer = f"{domain} has no pubsub service; {connection.jid} is the account's own (PEP)"
    return WrongAddress(f"{error}; {offer}", condition=error.condition)


async def _resolves(name: str) -> bool:
    """Whether the name has an address in DNS, or DNS does not answer."""
    try:
        await asyncio.get_running_loop().getaddrinfo(name, None)
    except socket.gaierror as error:
        return error.errno == socket.EAI_AGAIN
    except UnicodeError:  # a label of more than 63 characters
        return False
    return True


async def _services(connection: Connection, domain: str) -> list[str]:
    """The pubsub services of a server (XEP-0030, XEP-0060 section 5.1). Raises ServiceError."""
    answer = await connection.request(
        "get", Element(f"{DISCO_ITEMS}query"), to=domain, purpose="list its services", right="read"
    )
    items = answer.iterfind(f"{DISCO_ITEMS}query/{DISCO_ITEMS}item")
    names = dict.fromkeys(
        jid for item in items if (jid := item.get("jid")) and not item.get("node")
    )
    return [name for name in [*names][:MAX_ASKED] if await _is_pubsub(connection, name)]


async def _is_pubsub(connection: Connection, name: str) -> bool:
    try:
        answer = await connection.request(
            "get", Element(f"{DISCO_INFO}query"), to=name, purpose="describe itself", right="read"
        )
    except ServiceError:
        return False
    identities = answer.iterfind(f"{DISCO_INFO}query/{DISCO_INFO}identity")
    return any(
        (identity.get("category"), identity.get("type")) == ("pubsub", "service")
        for identity in identities
    )
