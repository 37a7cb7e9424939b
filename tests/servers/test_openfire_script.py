"""What plays Openfire does what was measured at Openfire: the other tests rely on it."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from publisher.config import NodeConfig
from publisher.errors import LoginFailed
from publisher.xmpp import connect
from tests.support.openfire import Openfire
from tests.support.raw import PUBSUB, RawClient
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import account

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = f"{PUBSUB}#owner"
DISCO_ITEMS = "http://jabber.org/protocol/disco#items"
ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'/>"


class Client(RawClient):
    """An account whose requests go to `to`, the service if that is empty."""

    def pubsub(
        self, child: str, *, to: str = "", namespace: str = PUBSUB, kind: str = "set"
    ) -> str:
        answer = self.ask(
            f"<pubsub xmlns='{namespace}'>{child}</pubsub>", to=to or self.server.service, kind=kind
        )
        return answer.decode()

    def make(self, node: str, *, to: str = "", **fields: str) -> str:
        wanted = {"persist_items": "1", "max_items": "100", "access_model": "open", **fields}
        configure = f"<configure>{form(**wanted)}</configure>"
        return self.pubsub(f"<create node='{node}'/>{configure}", to=to)

    def put(self, node: str, *ids: str, to: str = "") -> None:
        for id_ in ids:
            self.pubsub(f"<publish node='{node}'><item id='{id_}'>{ENTRY}</item></publish>", to=to)

    def ids(self, node: str, *, to: str = "", more: str = "") -> list[str]:
        answer = self.pubsub(f"<items node='{node}' {more}/>", to=to, kind="get")
        assert "<error" not in answer, answer
        return re.findall(r'<item id="([^"]*)"', answer)


def form(**fields: str) -> str:
    pairs = {"FORM_TYPE": f"{PUBSUB}#node_config"}
    pairs |= {f"pubsub#{name}": value for name, value in fields.items()}
    xml = "".join(f"<field var='{k}'><value>{v}</value></field>" for k, v in pairs.items())
    return f"<x xmlns='jabber:x:data' type='submit'>{xml}</x>"


def test_a_publish_is_answered_with_an_empty_result(openfire: Openfire, node: str) -> None:
    with Client(openfire, "blog") as blog:
        blog.make(node)
        publish = f"<publish node='{node}'><item id='a'>{ENTRY}</item></publish>"
        assert blog.pubsub(publish).endswith(f'to="{blog.jid}"></iq>')


def test_the_service_creates_no_node_on_publish_and_pep_does(openfire: Openfire, node: str) -> None:
    with Client(openfire, "blog") as blog:
        publish = f"<publish node='{node}'><item id='a'>{ENTRY}</item></publish>"
        assert "item-not-found" in blog.pubsub(publish)
        assert "<error" not in blog.pubsub(publish, to="blog@localhost")
        assert blog.ids(node, to="blog@localhost") == ["a"]
        # The bare host stands for the account's own PEP.
        assert blog.ids(node, to="localhost") == ["a"]


def test_publishes_that_arrive_together_run_in_any_order(openfire: Openfire, node: str) -> None:
    ids = [f"post-{number}" for number in range(40)]
    with Client(openfire, "blog") as blog:
        blog.make(node)
        blog.send("".join(publish(openfire, node, id_) for id_ in ids))
        for _ in ids:
            blog.answer()
        found = blog.ids(node)
        assert (sorted(found), found) != (sorted(ids), ids)
        assert sorted(found) == sorted(ids)
        blog.put(node, "last but one", "last")
        assert blog.ids(node)[-2:] == ["last but one", "last"]


def publish(server: Openfire, node: str, id_: str) -> str:
    item = f"<publish node='{node}'><item id='{id_}'>{ENTRY}</item></publish>"
    return (
        f"<iq type='set' id='{id_}' to='{server.service}'>"
        f"<pubsub xmlns='{PUBSUB}'>{item}</pubsub></iq>"
    )


def test_what_nobody_has_read_is_lost_when_the_server_dies(accounts: Mapping[str, str]) -> None:
    with Openfire(accounts) as server:
        with Client(server, "blog") as blog:
            for node in ("read", "unread"):
                blog.make(node)
                blog.put(node, "a")
            assert blog.ids("read") == ["a"]
        server.kill()
        server.start()
        with Client(server, "blog") as blog:
            assert blog.ids("read") == ["a"]
            assert "item-not-found" in blog.pubsub("<items node='unread'/>", kind="get")


def test_items_beyond_the_limit_are_hidden_and_come_back(openfire: Openfire, node: str) -> None:
    with Client(openfire, "blog") as blog:
        blog.make(node, max_items="2")
        blog.put(node, "a", "b", "c")
        assert blog.ids(node) == ["b", "c"]
        blog.pubsub(f"<retract node='{node}'><item id='c'/></retract>")
        assert blog.ids(node) == ["a", "b"]


@pytest.mark.parametrize("unlimited", ["0", "-1"])
def test_zero_and_minus_one_are_no_limit(openfire: Openfire, node: str, unlimited: str) -> None:
    with Client(openfire, "blog") as blog:
        blog.make(node, max_items=unlimited)
        blog.put(node, "a", "b", "c")
        assert blog.ids(node) == ["a", "b", "c"]


def test_max_is_not_answered_at_creation_and_is_an_error_later(
    openfire: Openfire, node: str
) -> None:
    with Client(openfire, "blog") as blog:
        blog.send(
            f"<iq type='set' id='silent' to='{openfire.service}'><pubsub xmlns='{PUBSUB}'><create "
            f"node='{node}'/><configure>{form(persist_items='1', max_items='max')}</configure>"
            "</pubsub></iq>"
        )
        time.sleep(0.2)  # else the next request could be answered before it
        assert "<error" not in blog.make(node), "the next answer is that to the next request"
        answer = configured(blog, node, max_items="max")
        assert "internal-server-error" in answer
        assert "<configure" not in answer, "the request is not echoed"
        assert "<error" not in configured(blog, node, persist_items="0", max_items="max"), (
            "where nothing is kept the field is not read"
        )


def configured(client: Client, node: str, **fields: str) -> str:
    return client.pubsub(f"<configure node='{node}'>{form(**fields)}</configure>", namespace=OWNER)


def test_unknown_fields_are_ignored_and_the_others_of_the_form_set(
    openfire: Openfire, node: str
) -> None:
    with Client(openfire, "blog") as blog:
        blog.make(node)
        with Subscriber(openfire, "reader", node) as reader:
            answer = configured(blog, node, deliver_notifications="0", notify_retract="0")
            assert "<error" not in answer
            assert reader.next().kind == "configured"
            blog.put(node, "a")
            assert reader.next().kind == "published"
            blog.pubsub(f"<retract node='{node}'><item id='a'/></retract>")
            blog.put(node, "b")
            assert reader.next().id == "b", "no event of the retraction"
        shown = blog.pubsub(f"<configure node='{node}'/>", namespace=OWNER, kind="get")
    assert 'var="pubsub#notify_retract" type="boolean"><value>0</value>' in shown
    assert "deliver_notifications" not in shown


def test_the_default_form_keeps_one_item_and_has_no_title(openfire: Openfire) -> None:
    with Client(openfire, "blog") as blog:
        shown = blog.pubsub("<default/>", namespace=OWNER, kind="get")
    assert len(re.findall("<field ", shown)) == 1 + 14
    assert 'var="pubsub#max_items" type="text-single"><value>1</value>' in shown
    assert 'var="pubsub#persist_items" type="boolean"><value>0</value>' in shown
    assert "pubsub#title" not in shown


def test_service_discovery_lists_items_in_pages_but_never_those_of_an_account(
    openfire: Openfire, node: str
) -> None:
    with Client(openfire, "blog") as blog:
        for to in (openfire.service, "blog@localhost"):
            blog.make(node, to=to)
            blog.put(node, "a", "b", "c", to=to)
        page = "<set xmlns='http://jabber.org/protocol/rsm'><max>2</max>{}</set>"
        first = listed(blog, openfire.service, node, page.format(""))
        assert re.findall('name="(.)"', first) == ["a", "b"]
        assert f"<last>{openfire.service}b</last><count>3</count>" in first
        after = page.format(f"<after>{openfire.service}b</after>")
        assert re.findall('name="(.)"', listed(blog, openfire.service, node, after)) == ["c"]
        gone = page.format(f"<after>{openfire.service}x</after>")
        assert "item-not-found" in listed(blog, openfire.service, node, gone)
        assert "item-not-found" in listed(blog, "blog@localhost", node)
        assert f'node="{node}"' in blog.ask(f"<query xmlns='{DISCO_ITEMS}'/>", kind="get").decode()


def listed(client: Client, to: str, node: str, page: str = "") -> str:
    query = f"<query xmlns='{DISCO_ITEMS}' node='{node}'>{page}</query>"
    return client.ask(query, to=to, kind="get").decode()


def test_who_subscribes_twice_hears_twice_and_must_name_a_subscription(
    openfire: Openfire, node: str
) -> None:
    with Client(openfire, "blog") as blog, Client(openfire, "reader") as reader:
        blog.make(node)
        reader.send("<presence/>")
        subscribe = f"<subscribe node='{node}' jid='reader@localhost'/>"
        answers = [reader.pubsub(subscribe) for _ in range(2)]
        subids = [re.findall('subid="([^"]*)"', answer)[0] for answer in answers]
        items = f"<items node='{node}'/>"
        assert "subid-required" in reader.pubsub(items, kind="get")
        assert "invalid-subid" in reader.pubsub(f"<items node='{node}' subid='x'/>", kind="get")
        assert reader.ids(node, more=f"subid='{subids[1]}'") == []
        own = reader.pubsub(f"<subscriptions node='{node}'/>", kind="get")
        assert re.findall(' subid="([^"]*)"', own) == subids
        blog.put(node, "a")
        events = [reader.message() for _ in subids]
        assert [re.findall('name="SubID">([^<]*)<', event)[0] for event in events] == subids
        assert all(" type=" not in event.partition(">")[0] for event in events), "of type normal"


def test_who_was_away_hears_everything_at_the_next_login(openfire: Openfire, node: str) -> None:
    with Client(openfire, "blog") as blog:
        blog.make(node)
        with Client(openfire, "reader") as reader:
            reader.pubsub(f"<subscribe node='{node}' jid='reader@localhost'/>")
        blog.put(node, "a", "b")
    with Client(openfire, "reader") as reader:
        reader.send("<presence/>")
        events = [reader.message() for _ in range(2)]
    assert [re.findall('<item id="(.)"', event)[0] for event in events] == ["a", "b"]
    assert all("<delay " in event for event in events)


def test_a_stanza_beyond_the_advertised_limit_ends_the_connection(openfire: Openfire) -> None:
    with Client(openfire, "blog") as blog:
        assert b"<max-bytes>1048576</max-bytes>" in blog.features
        with pytest.raises((ConnectionError, ssl.SSLError)):
            blog.ask(f"<x xmlns='x'>{'x' * 1_100_000}</x>")


def test_others_may_not_use_the_pep_of_an_account(openfire: Openfire, node: str) -> None:
    closed = {"whitelist": "closed-node", "presence": "presence-subscription-required"}
    with Client(openfire, "blog") as blog, Client(openfire, "reader") as reader:
        assert "<forbidden " in reader.make(node, to="blog@localhost")
        publish = f"<publish node='{node}'><item>{ENTRY}</item></publish>"
        assert "<item-not-found " in reader.pubsub(publish, to="blog@localhost")
        for model, condition in closed.items():
            blog.make(f"{node}-{model}", to="blog@localhost", access_model=model)
            items = f"<items node='{node}-{model}'/>"
            assert f"<{condition} " in reader.pubsub(items, to="blog@localhost", kind="get")


def test_an_unknown_server_is_not_found(openfire: Openfire) -> None:
    with Client(openfire, "blog") as blog:
        assert "remote-server-not-found" in blog.pubsub("<items node='x'/>", to="nowhere.example")


def test_a_wrong_password_is_refused(openfire: Openfire, node: str) -> None:
    async def main() -> None:
        config = NodeConfig(service=openfire.service, node=node)
        async with connect(account(openfire, "blog", config), "wrong"):
            pass

    with pytest.raises(LoginFailed, match="not-authorized"):
        asyncio.run(main())


def test_a_client_of_another_library_reads_and_writes(openfire: Openfire, node: str) -> None:
    owner = Outsider(openfire, "blog", node)
    owner.create()
    owner.configure(persist_items="1", max_items="9")
    owner.publish("a", ENTRY)
    (found,) = Outsider(openfire, "reader", node).items()
    assert found.id == "a"
