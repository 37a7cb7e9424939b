"""A network or a service that goes silent ends the work on it soon, without duplicates."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from publisher.config import NodeConfig
from publisher.errors import NoAnswer
from publisher.sync.ledger import Ledger
from publisher.text.node_address import NodeAddress
from publisher.xmpp import XmppNode, connect
from tests.support.blog import Blog
from tests.support.proxy import SilentProxy
from tests.support.servers import Prosody
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import PEP, account, numbered_item

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from tests.support.servers import Server

POSTS = [f"2026-01-0{day}-post-{day}" for day in range(1, 6)]

# Takes every publish to the pubsub service, and answers none. PEP goes on.
MUTE = """
module:hook("iq/host/http://jabber.org/protocol/pubsub:pubsub", function (event)
  return event.stanza.tags[1]:get_child("publish") and true or nil;
end, 100);
"""


def test_a_silent_network_ends_the_run_and_the_next_run_settles_it(
    tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.configure(prosody, node=node, password=accounts["blog"])
    assert blog.run("publish").code == 0
    for name in POSTS:
        blog.write(f"{name}.md", "Text.")
    with Subscriber(prosody, "reader", node) as reader:
        with SilentProxy(prosody, last=3) as proxy:
            blog.configure(proxy, node=node, password=accounts["blog"])
            cut = blog.run("publish")
            assert proxy.logins == 1
        assert cut.code == 4
        assert f"error: pubsub.localhost {node}: pubsub.localhost did not answer for " in cut.err
        unknown = [name for name in POSTS if f"? unknown  {name}" in cut.out]
        sent = POSTS[:-1]  # the newest leaves only when all others are answered
        assert unknown == sent[-len(unknown) :]
        assert POSTS[2] in unknown
        with Ledger(blog.folder / ".publisher", read_only=True) as ledger:
            recorded = ledger.recorded(NodeAddress(prosody.service, node))
        assert [name for name in sent if recorded[name].state == "intended"] == unknown
        assert POSTS[-1] not in recorded

        blog.configure(prosody, node=node, password=accounts["blog"])
        after = blog.run("publish")
        assert (after.code, after.err) == (0, "")
        assert [reader.next().id for _ in POSTS] == POSTS
        assert {item.id for item in reader.items()} == set(POSTS)
        reader.nothing_for(0.5)
    assert blog.run("publish").out == ""


def test_a_silent_service_gets_nothing_more_and_the_others_go_on(
    node: str, accounts: Mapping[str, str]
) -> None:
    async def main(server: Server) -> None:
        config = NodeConfig(service=server.service, node=node)
        mine = account(server, "blog", config)
        async with connect(mine, accounts["blog"], answer_seconds=5.0) as connection:
            silent = XmppNode(connection, config, site_title="x")
            pep = XmppNode(connection, NodeConfig(service=PEP, node=node), site_title="x")
            await silent.create()
            await pep.create()
            outcomes = await asyncio.gather(
                *(silent.publish(numbered_item(number)) for number in range(5)),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [NoAnswer] * 5
            assert len({str(outcome) for outcome in outcomes}) == 1
            await pep.publish(numbered_item(1))
            # The module would let these through.
            for refused in (silent.look(), silent.fetch(["x"]), silent.retract("x", notify=True)):
                with pytest.raises(NoAnswer, match="did not answer"):
                    await refused

    with Prosody(accounts, admins=["blog@localhost"], modules={"test_mute": MUTE}) as server:
        asyncio.run(main(server))
        assert [e.id for e in Outsider(server, "blog", node, service=PEP).items()] == ["post-0001"]


# Answers neither who may do what at a node, nor what a node is like.
TIGHT_LIPPED = """
module:hook("iq/host/http://jabber.org/protocol/pubsub:pubsub", function (event)
  return event.stanza.tags[1]:get_child("affiliations") and true or nil;
end, 100);
module:hook("iq/host/http://jabber.org/protocol/disco#info:query", function ()
  return true;
end, 100);
"""


@pytest.mark.parametrize("question", [XmppNode.describe, XmppNode.affiliation])
def test_silence_does_not_count_as_an_answer(
    node: str, accounts: Mapping[str, str], question: Callable[[XmppNode], Awaitable[object]]
) -> None:
    """A service may refuse these requests, but not leave them unanswered."""

    async def main(server: Server) -> None:
        config = NodeConfig(service=server.service, node=node)
        mine = account(server, "stranger", config)
        async with connect(mine, accounts["stranger"], answer_seconds=5.0) as connection:
            with pytest.raises(NoAnswer):
                await question(XmppNode(connection, config, site_title="x"))

    modules = {"test_tight_lipped": TIGHT_LIPPED}
    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as server:
        Outsider(server, "blog", node).create()
        asyncio.run(main(server))
