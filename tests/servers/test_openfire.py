"""publisher at a server that plays Openfire: nodes of accounts, limits, several subscriptions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from publisher.config import NodeConfig
from tests.support.blog import Blog
from tests.support.openfire import Openfire
from tests.support.raw import PUBSUB, RawClient
from tests.support.servers import every_server
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import numbered_item, opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.sync.item import Item
    from tests.support.servers import Server

FIRST, SECOND = "2026-01-01-first-post", "2026-01-02-second-post"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    for name in (FIRST, SECOND):
        made.write(f"{name}.md", "Text.")
    return made


@pytest.mark.parametrize("place", ["pubsub.localhost", "blog@localhost", "reader@localhost"])
def test_a_node_is_kept_equal_to_the_posts(
    blog: Blog, openfire: Openfire, node: str, accounts: Mapping[str, str], place: str
) -> None:
    """At the service, at our own account, and at another one that lets us publish."""
    if place.startswith("reader"):
        open_to_blog(openfire, "reader", node)
    password = accounts["blog"]
    blog.configure(openfire, node=node, password=password, service=place, more=", keep: 9")
    assert blog.run("publish", "--json").changes == [
        ("new", FIRST, "done"),
        ("new", SECOND, "done"),
    ]
    with Subscriber(openfire, "stranger", node, service=place) as reader:
        reader.next()  # the last item, which Openfire sends to a new subscriber
        blog.let_an_hour_pass()
        settled = blog.run("publish", "--json", "--verify")
        assert (settled.code, settled.changes) == (0, [])
        blog.write(f"{SECOND}.md", "Another text.")
        assert blog.run("publish", "--json").changes == [("changed", SECOND, "done")]
        assert reader.next().id == SECOND
        (blog.posts / f"{FIRST}.md").unlink()
        assert blog.run("publish", "--json").changes == [("removed", FIRST, "done")]
        assert reader.next().kind == "retracted"
    assert [item.id for item in Outsider(openfire, "stranger", node, service=place).items()] == [
        SECOND
    ]


def open_to_blog(server: Openfire, user: str, node: str) -> None:
    """A node of the account that everybody may read, and to which `blog` may publish."""
    owner = Outsider(server, user, node, service=f"{user}@localhost")
    owner.create()
    owner.configure(access_model="open", max_items="9")
    owner.affiliate("blog@localhost", "publisher")


def test_a_node_of_the_account_is_shown_and_deleted(
    blog: Blog, openfire: Openfire, node: str, accounts: Mapping[str, str]
) -> None:
    place = "blog@localhost"
    blog.configure(openfire, node=node, password=accounts["blog"], service=place)
    assert "`publisher publish` creates it" in blog.run("plan").err
    assert "does not exist" in blog.run("node", "show").out
    assert blog.run("publish").code == 0
    assert "2 items" in blog.run("node", "show").out
    assert blog.run("status").code == 0
    assert blog.run("node", "delete", place, node, "--yes").code == 0
    assert "does not exist" in blog.run("node", "show").out


@every_server
@pytest.mark.parametrize("place", ["pubsub.localhost", "blog@localhost"])
def test_an_account_that_is_subscribed_more_than_once_publishes_as_ever(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str], place: str
) -> None:
    """Prosody and ejabberd keep one subscription of a JID, Openfire makes a new one each time."""
    blog.configure(server, node=node, password=accounts["blog"], service=place)
    assert blog.run("publish").code == 0
    with RawClient(server, "blog") as reader:
        for jid in ("blog@localhost", "blog@localhost", reader.jid):
            subscribe = f"<subscribe node='{node}' jid='{jid}'/>"
            reader.ask(f"<pubsub xmlns='{PUBSUB}'>{subscribe}</pubsub>", to=place)
    blog.let_an_hour_pass()
    for options in ((), ("--verify",)):
        assert blog.run("publish", "--json", *options).changes == []
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    assert {action for action, _, _ in blog.run("publish", "--json").changes} == {"adopt"}
    blog.write(f"{SECOND}.md", "Another text.")
    assert blog.run("publish", "--json").changes == [("changed", SECOND, "done")]


def test_a_subscription_that_has_ended_is_replaced_by_another(
    openfire: Openfire, node: str
) -> None:
    """The account has three, and ends the one by which publisher reads."""

    async def main() -> list[Item]:
        config = NodeConfig(service=openfire.service, node=node)
        async with opened(openfire, "blog", config) as mine:
            await mine.create()
            await mine.publish(numbered_item(1))
            subids = [subscribed(client, node) for _ in range(3)]
            first = await mine.fetch(["post-0001"])
            unsubscribe = f"<unsubscribe node='{node}' jid='blog@localhost' subid='{subids[0]}'/>"
            client.ask(f"<pubsub xmlns='{PUBSUB}'>{unsubscribe}</pubsub>", to=openfire.service)
            return first + await mine.fetch(["post-0001"])

    with RawClient(openfire, "blog") as client:
        assert [item.id for item in asyncio.run(main())] == ["post-0001"] * 2


def subscribed(client: RawClient, node: str) -> str:
    """The id of a new subscription."""
    subscribe = f"<subscribe node='{node}' jid='blog@localhost'/>"
    answer = client.ask(f"<pubsub xmlns='{PUBSUB}'>{subscribe}</pubsub>", to=client.server.service)
    return answer.partition(b'subid="')[2].partition(b'"')[0].decode()


@pytest.mark.parametrize(
    ("more", "room"), [("", 10_000), (", keep: 1, options: {max_items: 1}", 1)]
)
def test_the_plan_knows_how_much_a_new_node_will_hold(
    blog: Blog, openfire: Openfire, node: str, more: str, room: int
) -> None:
    """Openfire takes any number, so the first that publisher tries."""
    blog.configure(openfire, node=node, password=openfire.accounts["blog"], more=more)
    posts = "1 of 2 posts" if room == 1 else "all 2 posts"
    assert f"creates it, and it will hold {posts}" in blog.run("plan").err
    assert blog.run("publish").code == 0
    shown = blog.run("node", "show").out.splitlines()
    (line,) = (line.split() for line in shown if "max_items" in line)
    assert line[-1] == str(room)


@pytest.mark.parametrize("place", ["pubsub.localhost", "blog@localhost"])
@pytest.mark.parametrize("max_items", ["max", "0"])
def test_a_node_without_a_limit_holds_every_post(
    blog: Blog, openfire: Openfire, node: str, place: str, max_items: str
) -> None:
    """`max` is not sent: Openfire does not answer it, or with an internal-server-error."""
    more = f", options: {{max_items: {max_items}}}"
    blog.configure(
        openfire, node=node, password=openfire.accounts["blog"], service=place, more=more
    )
    assert "creates it, and it will hold all 2 posts" in blog.run("plan").err
    published = blog.run("publish", "--json")
    assert (published.code, len(published.changes)) == (0, 2)
    notes = published.json["nodes"][0]["notes"]
    assert not any("max_items" in note for note in notes)
    blog.let_an_hour_pass()
    again = blog.run("publish", "--json", "--verify")
    assert (again.code, again.changes, again.json["nodes"][0]["notes"]) == (0, [], [])
    shown = blog.run("node", "show").out.splitlines()
    assert [line.split() for line in shown if "max_items" in line] == [["max_items", "-1", "-1"]]


def test_a_new_subscriber_gets_the_last_post_unless_the_configuration_says_otherwise(
    blog: Blog, openfire: Openfire, node: str
) -> None:
    options = {node: "", f"{node}-quiet": ', options: {send_item_subscribe: "0"}'}
    for name, more in options.items():
        blog.configure(openfire, node=name, password=openfire.accounts["blog"], more=more)
        assert blog.run("publish").code == 0
    with Subscriber(openfire, "reader", node) as reader:
        assert reader.next().id == SECOND
    with Subscriber(openfire, "reader", f"{node}-quiet") as reader:
        Outsider(openfire, "blog", f"{node}-quiet").retract(FIRST)
        assert reader.next().kind == "retracted"


def test_posts_that_a_killed_server_has_lost_are_published_by_the_next_run(
    blog: Blog, accounts: Mapping[str, str]
) -> None:
    """It acknowledges items, and even the node, before it stores them."""
    with Openfire(accounts) as server:
        blog.configure(server, node="blog", password=accounts["blog"])
        assert blog.run("publish").code == 0
        server.kill()
        server.start()
        lost = blog.run("publish", "--json")
        assert (lost.code, {outcome for _, _, outcome in lost.changes}) == (0, {"done"})
        assert {item.id for item in Outsider(server, "reader", "blog").items()} == {FIRST, SECOND}
        blog.let_an_hour_pass()
        assert blog.run("publish", "--json").changes == []
