"""Looking at a large node: the requests do not become more with the items of the node.

ejabberd reads the whole node for each request, and Prosody's default storage for each id, so the
work of a server is linear only if the number of requests is constant.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import NodeConfig
from publisher.sync import ItemsRead
from publisher.xmpp import XmppNode, connect
from publisher.xmpp.items import PAGE_OF_IDS, PAGE_OF_ITEMS
from tests.support.blog import Blog
from tests.support.proxy import FloodingProxy
from tests.support.servers import Ejabberd, Prosody, Server
from tests.support.terminal import on_terminal
from tests.support.xmpp import PEP, account, numbered_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.sync import State
    from publisher.sync.item import Item

SMALL = 2 * PAGE_OF_IDS
LARGE = 4 * SMALL


@pytest.fixture(scope="module")
def large_ejabberd(accounts: Mapping[str, str]) -> Iterator[Ejabberd]:
    with Ejabberd(accounts, max_items=LARGE) as server:
        yield server


@pytest.fixture(scope="module")
def large_prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    admins = ["blog@localhost"]
    with Prosody(accounts, admins=admins, storage="memory", max_items=LARGE) as server:
        yield server


@pytest.fixture(params=["large_ejabberd", "large_prosody"])
def large(request: pytest.FixtureRequest) -> Server:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


async def read(
    server: Server, user: str, config: NodeConfig
) -> tuple[State, list[Item], Counter[str]]:
    """What a look at a node without a ledger reads, and the requests for its items."""
    requests: Counter[str] = Counter()

    def count(stanza: Any) -> Any:
        for child in stanza.xml:
            requests[child.tag.partition("}")[0].rpartition("/")[2]] += 1
        return stanza

    async with connect(account(server, user, config), server.accounts[user]) as connection:
        node = XmppNode(connection, config, site_title="Large")
        connection.client.add_filter("out", count)
        state = await node.look()
        before = requests.total()
        items = await node.fetch_all(len(state.ids))
        requests["all"] = requests.total() - before
    return state, items, requests


def test_the_requests_do_not_become_more_with_the_items(large: Server, node: str) -> None:
    """For the owner of a node, and for a reader, who at PEP cannot list ids alone."""
    for service in (large.service, PEP):
        found = [requests_for(large, f"{node}-{count}", service, count) for count in (SMALL, LARGE)]
        assert found[0] == found[1]


def requests_for(
    server: Server, node: str, service: str, count: int
) -> tuple[Counter[str], Counter[str]]:
    config = NodeConfig(service=service, node=node)
    asyncio.run(fill(server, config, count))
    requests = []
    for user in ("blog", "reader"):
        state, items, sent = asyncio.run(read(server, user, config))
        assert len(state.ids) == count
        assert {item.id for item in items} == {*state.ids}
        assert all(item.payload for item in items)
        assert sent["all"] <= 2
        requests.append(sent)
    return requests[0], requests[1]


async def fill(server: Server, config: NodeConfig, count: int) -> None:
    async with connect(account(server, "blog", config), server.accounts["blog"]) as connection:
        new = XmppNode(connection, config, site_title="Large")
        await new.create()
        for start in range(0, count, 50):
            numbers = range(start, start + 50)
            await asyncio.gather(*(new.publish(numbered_item(n)) for n in numbers))


async def progress(server: Server, config: NodeConfig) -> list[ItemsRead]:
    """What a look at a node reports while it lists and reads all items."""
    reported: list[ItemsRead] = []
    async with connect(account(server, "blog", config), server.accounts["blog"]) as connection:
        node = XmppNode(connection, config, site_title="Large", on_read=reported.append)
        await node.fetch_all(len((await node.look()).ids))
    return reported


def test_a_user_sees_that_a_large_node_is_listed_and_then_read(
    large_ejabberd: Ejabberd, tmp_path: Path, node: str
) -> None:
    """The second answer brings all the rest, so the number stays the same until then."""
    config = NodeConfig(service=large_ejabberd.service, node=node)
    asyncio.run(fill(large_ejabberd, config, SMALL))
    assert asyncio.run(progress(large_ejabberd, config)) == [
        ItemsRead("listing", PAGE_OF_IDS, SMALL, awaits_rest=True),
        ItemsRead("listing", SMALL, SMALL),
        ItemsRead("reading", PAGE_OF_ITEMS, SMALL, awaits_rest=True),
        ItemsRead("reading", SMALL, SMALL),
    ]
    blog = Blog(tmp_path / "blog")
    blog.configure(large_ejabberd, node=node, password="blog password")
    for command in (["node", "show"], ["status"]):
        shown = on_terminal(blog.command(*command), blog.folder, blog.environment).decode()
        assert f"listing {node}" in shown
        assert f"{PAGE_OF_IDS}/{SMALL}" in shown
        assert "/100" not in shown


POSTS = 110


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    for number in range(POSTS):
        blog.write(f"post-{number:04}.md", "Text.", title=f"Post {number}", date="2026-01-01")
    return blog


def test_a_terminal_shows_how_much_of_a_node_is_read(large: Server, blog: Blog, node: str) -> None:
    blog.configure(large, node=node, password="blog password")
    assert blog.run("publish").code == 0
    shutil.rmtree(blog.folder / ".publisher")
    for command in ("plan", "status"):
        shown = on_terminal(blog.command(command), blog.folder, blog.environment).decode()
        lines = [line for line in shown.splitlines() if f"reading {node}" in line]
        assert any(f"/{POSTS}" in line for line in lines)
        assert "reading" not in shown[shown.rindex("\x1b[2K") :]
        run = blog.run(command)
        assert "reading" not in run.out + run.err


def test_items_that_are_too_big_together_are_fetched_some_at_a_time(
    large_ejabberd: Ejabberd, blog: Blog, node: str
) -> None:
    """Another publisher can send many elements in one item, and they all take memory."""
    blog.configure(large_ejabberd, node=node, password="blog password")
    assert blog.run("publish").code == 0
    shutil.rmtree(blog.folder / ".publisher")
    with FloodingProxy(large_ejabberd) as proxy:
        blog.configure(proxy, node=node, password="blog password")
        run = blog.run("publish", "--json")
        assert proxy.logins == 2
    assert (run.code, run.json["nodes"][0]["error"]) == (0, None)
    assert {action for action, _, _ in run.changes} == {"adopt"}
    assert len(run.changes) == POSTS
