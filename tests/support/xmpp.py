"""Our own node on a real server, and items for it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from publisher.config import NodeConfig, Xmpp
from publisher.sync.item import Item
from publisher.xmpp import XmppNode, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.blog import Door
    from tests.support.servers import Server

ATOM = "http://www.w3.org/2005/Atom"
PEP = "blog@localhost"


def account(server: Door, user: str, config: NodeConfig) -> Xmpp:
    return Xmpp(
        jid=f"{user}@{server.domain}",
        password_env="UNUSED",
        host=server.host,
        port=server.direct_port,
        tls="direct",
        ca_file=server.ca_file,
        nodes=(config,),
    )


def numbered_item(number: int, text: str = "text") -> Item:
    id_ = f"post-{number:04}"
    return Item(
        id_,
        f'<entry xmlns="{ATOM}"><id>tag:blog.example,2026:{id_}</id><title>Grüße &amp; {number}'
        f'</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{text} <b>b</b> '
        f"tail</div></content></entry>",
    )


@asynccontextmanager
async def opened(server: Server, user: str, config: NodeConfig) -> AsyncIterator[XmppNode]:
    async with connect(account(server, user, config), server.accounts[user]) as connection:
        yield XmppNode(connection, config, site_title="The contract")
