"""Strange items of others and strange answers of servers affect at most one item."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from publisher.config import NodeConfig
from publisher.errors import Refused
from publisher.sync.item import FINGERPRINT, MAX_ID
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import LastLook
from publisher.text.node_address import NodeAddress
from publisher.xmpp import connect, data_forms
from publisher.xmpp.items import MAX_PAGES, PAGE_OF_IDS, PAGE_OF_ITEMS, ResultPage
from publisher.xmpp.stream_limits import IDS, PAYLOADS
from publisher.xmpp.subscriber import ItemPublished, Subscriber
from tests.support.blog import Blog
from tests.support.raw import PUBSUB, RawClient
from tests.support.servers import Ejabberd, Prosody, every_server
from tests.support.subscribers import Outsider
from tests.support.xmpp import account, numbered_item, opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

ATOM = "http://www.w3.org/2005/Atom"
DEPTH = 1_000
REVERSED = "\u202e"  # RIGHT-TO-LEFT OVERRIDE
FIRST, SECOND, THIRD = (f"2026-01-0{day}-post-{day}" for day in (1, 2, 3))
LONG = "x" * 60_000


@pytest.fixture
def shared(tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]) -> Blog:
    """A blog with one post. The account `stranger` may also publish at its node."""
    blog = Blog(tmp_path / "blog")
    blog.configure(server, node=node, password=accounts["blog"])
    blog.write(f"{FIRST}.md", "Text.", title="First")
    assert blog.run("publish").code == 0
    Outsider(server, "blog", node).affiliate("stranger@localhost", "publisher")
    return blog


def deep(levels: int) -> str:
    return f"<entry xmlns='{ATOM}'>{'<a>' * levels}{'</a>' * levels}</entry>"


def titled(title: str) -> str:
    return f"<entry xmlns='{ATOM}'><title>{title}</title></entry>"


@every_server
def test_strange_items_are_foreign_and_stop_nothing(
    shared: Blog, server: Server, node: str
) -> None:
    strange = {
        "deep": deep(DEPTH),
        f"back{REVERSED}wards": titled("Text"),
        # Three in one request would be more than the server takes.
        **{f"{number}{LONG}": titled("Text") for number in range(5)},
    }
    with RawClient(server, "stranger") as stranger:
        for item_id, payload in strange.items():
            stranger.publish(node, item_id, payload)
    shared.write(f"{SECOND}.md", "Text.", title="Second")
    planned = shared.run("plan", "--verify", "--json")
    assert (planned.code, planned.err) == (0, "")
    assert planned.changes == [("new", SECOND, "planned")]
    status = shared.run("status", "--json")
    assert set(status.json["nodes"][0]["foreign"]) == set(strange)
    shown = shared.run("status")
    assert (shown.code, shown.err) == (0, "")
    assert "not ours: deep\n" in shown.out
    assert r"not ours: back\u202ewards" in shown.out
    assert max(map(len, shown.out.splitlines())) < 500
    assert shared.run("node", "show").code == 0
    run = shared.run("publish", "--json")
    assert (run.code, run.changes) == (0, [("new", SECOND, "done")])
    (shared.folder / ".publisher" / "ledger.sqlite").unlink()
    again = shared.run("publish", "--json")
    assert (again.code, again.err) == (0, "")
    assert {change[0] for change in again.changes} == {"adopt"}


@every_server
def test_status_distinguishes_items_without_a_post_from_those_of_others(
    shared: Blog, server: Server, node: str
) -> None:
    ours = f"<entry xmlns='{ATOM}'><id>tag:blog.example,2026-01-02:{SECOND}</id></entry>"
    with RawClient(server, "stranger") as stranger:
        stranger.publish(node, SECOND, ours)
        stranger.publish(node, THIRD, titled("Text"))
    (found,) = shared.run("status", "--json").json["nodes"]
    assert (found["unclaimed"], found["foreign"]) == ([SECOND], [THIRD])


def test_an_item_that_would_kill_the_service_is_not_fetched(
    tmp_path: Path, accounts: Mapping[str, str], node: str
) -> None:
    """ejabberd 23.01 crashes when it is asked for an item that is nested 6,000 levels deep."""
    with Ejabberd(accounts) as server:
        blog = Blog(tmp_path / "blog")
        blog.configure(server, node=node, password=accounts["blog"])
        blog.write(f"{FIRST}.md", "Text.")
        assert blog.run("publish").code == 0
        Outsider(server, "blog", node).affiliate("stranger@localhost", "publisher")
        with RawClient(server, "stranger") as stranger:
            stranger.publish(node, "deep", deep(6_000))
        blog.write(f"{SECOND}.md", "Text.")
        planned = blog.run("plan", "--json")
        assert (planned.code, planned.changes) == (0, [("new", SECOND, "planned")])
        published = blog.run("publish", "--json")
        assert (published.code, published.changes) == (0, [("new", SECOND, "done")])
        (blog.posts / f"{FIRST}.md").unlink()
        removed = blog.run("publish", "--json")
        assert (removed.code, removed.changes) == (0, [("removed", FIRST, "done")])
        (shown,) = blog.run("node", "show", "--json").json["nodes"]
        assert (shown["error"], shown["items"]) == (None, 2)


@every_server
def test_an_unreadable_item_is_never_overwritten(shared: Blog, server: Server, node: str) -> None:
    with RawClient(server, "stranger") as stranger:
        stranger.publish(node, SECOND, deep(DEPTH))
        stranger.publish(node, THIRD, titled(f"{REVERSED}{'long ' * 100}"))
    for name in (SECOND, THIRD):
        shared.write(f"{name}.md", "Text.")
    run = shared.run("publish")
    assert run.code == 1
    assert run.out.count("that is not ours") == 2
    assert REVERSED not in run.out
    assert max(map(len, run.out.splitlines())) < 500
    items = {item.id: item.payload for item in Outsider(server, "reader", node).items()}
    for name in (SECOND, THIRD):
        found = items[name]
        assert found is not None
        assert found.find(FINGERPRINT) is None


@every_server
def test_an_item_inside_a_payload_is_not_an_item(shared: Blog, server: Server, node: str) -> None:
    """Another publisher cannot make us believe that a post is at the node."""
    inner = f"<items><item id='post-0002'>{numbered_item(2).payload}</item></items>"
    nested = f"<x xmlns='{PUBSUB}'>{inner}</x>"
    with RawClient(server, "stranger") as stranger:
        stranger.publish(node, "outer", nested)

    async def main() -> set[str]:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            assert set((await found.look()).ids) == {FIRST, "outer"}
            return {item.id for item in await found.fetch([FIRST, "outer", "post-0002"])}

    assert asyncio.run(main()) == {FIRST, "outer"}


def test_a_payload_does_not_decide_where_the_next_page_begins() -> None:
    theirs = "<set xmlns='http://jabber.org/protocol/rsm'><last>x</last><count>1</count></set>"
    ours = theirs.replace("x<", "y<").replace("1<", "2<")
    items = f"<items><item id='a'><x>{theirs}</x></item><item id='b'/></items>"
    for paging, last, count in (("", "", None), (ours, "y", 2)):
        answer = ET.fromstring(  # noqa: S314 - ours
            f"<iq xmlns='jabber:client'><pubsub xmlns='{PUBSUB}'>{items}{paging}</pubsub></iq>"
        )
        payloads = {"a": theirs, "b": ""}
        page = ResultPage.read(answer, payloads, size=1)
        assert page == ResultPage(payloads, 1, last, count)


@every_server
def test_an_item_whose_id_cannot_be_sent_is_not_reported_as_removed(
    shared: Blog, server: Server, node: str
) -> None:
    """XML makes a line end in an attribute a space (XML 1.0 section 3.3.3); Prosody sends that."""
    config = shared.folder / "publisher.yaml"
    everything = f"node: {node}, prune: all, exclusive: true"
    config.write_text(config.read_text().replace(f"node: {node}", everything))
    for name in (SECOND, THIRD):
        shared.write(f"{name}.md", "Text.")
    assert shared.run("publish").code == 0
    with RawClient(server, "stranger") as stranger:
        for item_id in ("a&#10;b", "a&#9;b", "a&#13;b"):
            stranger.publish(node, item_id, titled("Text"))
        stranger.publish(node, "an ordinary one", titled("Text"))
    for _ in range(2):
        run = shared.run("publish", "--verify", "--allow-retracts", "--json")
        assert run.code == 1
        removed = [c for c in run.json["nodes"][0]["changes"] if c["action"] == "removed"]
        outcomes = {change["id"]: change["outcome"] for change in removed}
        assert outcomes.pop("an ordinary one", "done") == "done"
        assert set(outcomes.values()) == {"refused"}
        assert all("another client" in c["reason"] for c in removed if c["outcome"] != "done")
    assert len(Outsider(server, "reader", node).items()) == 6


@pytest.mark.parametrize("blank", ["\t", "\n", "\r"])
def test_an_id_that_cannot_be_sent_unchanged_is_never_sent(
    ejabberd: Ejabberd, node: str, blank: str
) -> None:
    async def main() -> None:
        config = NodeConfig(service=ejabberd.service, node=node)
        async with opened(ejabberd, "blog", config) as found:
            await found.create()
            await found.publish(numbered_item(1))
            with pytest.raises(Refused, match="another client"):
                await found.retract(f"a{blank}b", notify=True)

    asyncio.run(main())


@every_server
def test_an_item_with_a_very_long_id_is_not_retracted(
    shared: Blog, server: Server, node: str
) -> None:
    async def main() -> None:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            with pytest.raises(Refused, match="too long"):
                await found.retract("x" * (MAX_ID + 1), notify=True)
            assert (await found.look()).ids == (FIRST,)

    asyncio.run(main())


ENDLESS = """
local st = require "util.stanza";
local disco, count = "http://jabber.org/protocol/disco#items", 0;
module:hook("iq/host/"..disco..":query", function (event)
  count = count + 1;
  event.origin.send(st.reply(event.stanza):tag("query", { xmlns = disco })
    :tag("item", { jid = module.host, name = "item-"..count }):up()
    :tag("set", { xmlns = "http://jabber.org/protocol/rsm" }):text_tag("last", LAST));
  return true;
end, 100);
"""


@pytest.mark.parametrize(
    ("last", "listed"), [("tostring(count)", f"{MAX_PAGES:,}"), ("('x'):rep(2000)", "1")]
)
def test_a_list_without_end_is_refused(
    accounts: Mapping[str, str], node: str, last: str, listed: str
) -> None:
    modules = {"test_endless": ENDLESS.replace("LAST", last)}

    async def main() -> None:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            with pytest.raises(Refused, match=f"without end: {listed} so far"):
                await found.look()

    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as server:
        asyncio.run(main())


# What a client may send at once to stock servers, and how many items a node of Prosody may have.
STANZA, NODE = 262_144, 256


def test_a_list_of_the_biggest_items_fits_the_limit() -> None:
    assert IDS.bytes > PAGE_OF_IDS * STANZA
    assert max(NODE, PAGE_OF_ITEMS) * STANZA < PAYLOADS.bytes


# Shows whoever asks for all items of a node as many bytes as a full node may hold.
FULL = """
local st = require "util.stanza";
local pubsub = "http://jabber.org/protocol/pubsub";
module:hook("iq/bare/"..pubsub..":pubsub", function (event)
  local items = event.stanza.tags[1]:get_child("items");
  if not items or items:get_child("item") then return; end
  local reply = st.reply(event.stanza):tag("pubsub", { xmlns = pubsub })
    :tag("items", { node = items.attr.node });
  for number = 1, NODE do
    reply:tag("item", { id = "big-"..number })
      :text_tag("x", ("x"):rep(SIZE), { xmlns = "urn:x" }):up();
  end
  event.origin.send(reply);
  return true;
end, 100);
"""


def test_a_node_full_of_the_biggest_items_can_be_listed(
    accounts: Mapping[str, str], node: str
) -> None:
    """At somebody else's PEP, Prosody lists the items themselves, all in one stanza."""
    modules = {"test_full": FULL.replace("SIZE", str(STANZA)).replace("NODE", str(NODE))}

    async def main() -> None:
        config = NodeConfig(service="reader@localhost", node=node)
        async with opened(server, "blog", config) as found:
            assert (await found.look()).ids == tuple(f"big-{n}" for n in range(1, NODE + 1))

    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as server:
        asyncio.run(main())


@every_server
def test_a_message_of_somebody_else_is_not_an_event(server: Server, node: str) -> None:
    """Anybody can send us a message. An event with a deeply nested payload is an event."""
    event = "http://jabber.org/protocol/pubsub#event"
    items = f"<items node='{node}'><item id='forged'>{titled('Forged')}</item></items>"
    forged = f"<event xmlns='{event}'>{items}</event>"

    async def main() -> None:
        config = NodeConfig(service=server.service, node=node)
        mine = account(server, "reader", config)
        address = NodeAddress(server.service, node)
        async with connect(mine, server.accounts["reader"]) as connection:
            reader = await Subscriber(connection, address).subscribe()
            with RawClient(server, "blog") as blog:
                blog.send(f"<message to='reader@localhost' type='headline'>{forged}</message>")
                blog.publish(node, "deep", deep(DEPTH))
                blog.publish(node, "real", titled("Real"))
            first, second = [await reader.next(seconds=20) for _ in range(2)]
            assert isinstance(first, ItemPublished)
            assert isinstance(second, ItemPublished)
            assert (first.id, first.payload) == ("deep", "")
            assert second.id == "real"
            assert "Real" in second.payload

    Outsider(server, "blog", node).create()
    asyncio.run(main())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, None),
        ("", None),
        ("max", None),
        ("-1", None),
        ("1e3", None),
        ("٣", None),
        ("0", 0),
        ("256", 256),
        ("0" * 5_000 + "7", 7),
        ("999999999", 999_999_999),
        ("9" * 20, data_forms.LARGEST),
        ("9" * 100_000, data_forms.LARGEST),
    ],
)
def test_a_number_is_limited_to_what_python_and_the_ledger_can_hold(
    tmp_path: Path, text: str | None, number: int | None
) -> None:
    assert data_forms.number(text) == number
    address = NodeAddress("pubsub.example", "blog")
    with Ledger(tmp_path) as ledger:
        ledger.record_look(address, LastLook(room=data_forms.number(text)))
        assert ledger.last_look(address).room == number
