"""The contract of a Node: for the fake node, and for real servers as a service and as PEP.

The service `of others` is one of another server than our account's, which is Prosody.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import pytest

from publisher.config import NodeConfig
from publisher.errors import Busy, NotFound, Refused
from publisher.sync import NOTIFICATION_FIELDS, Drift, Node, State
from publisher.sync import item as items
from publisher.xmpp.items import PAGE_OF_IDS, PAGE_OF_ITEMS
from tests.support.fake_node import HABITS, FakeNode
from tests.support.federation import KINDS
from tests.support.servers import REAL, Server, every_server
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import PEP, numbered_item, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.federation import Federation
    from tests.support.servers import Ejabberd, Prosody


Work: TypeAlias = "Callable[[Node], Awaitable[None]]"


BACKENDS = [
    *(f"fake {habits}" for habits in HABITS),
    *(f"{name}{pep}" for name in (*REAL, "openfire") for pep in ("", " PEP")),
    *(f"{name} of others" for name in KINDS),
]


@pytest.fixture(params=BACKENDS)
def run(request: pytest.FixtureRequest, node: str) -> Callable[[Work], None]:
    """A function that runs work with a node that does not exist yet."""

    @asynccontextmanager
    async def backends() -> AsyncIterator[Node]:
        name, _, rest = request.param.partition(" ")
        if name == "fake":
            yield FakeNode(exists=False, habits=HABITS[rest])
            return
        server, service = server_and_service(request)
        async with opened(server, "blog", NodeConfig(service=service, node=node)) as backend:
            yield backend

    def run(work: Work) -> None:
        async def main() -> None:
            async with backends() as backend:
                await work(backend)

        asyncio.run(main())

    return run


def server_and_service(request: pytest.FixtureRequest) -> tuple[Server, str]:
    """The server of our account, and the service for its nodes."""
    name, _, rest = request.param.partition(" ")
    if rest == "of others":
        federation: Federation = request.getfixturevalue("federation")
        return federation.server("prosody", "home"), federation.server(name, "away").service
    server: Server = request.getfixturevalue(name)
    return server, PEP if rest == "PEP" else server.service


def test_a_missing_node_is_not_found(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        with pytest.raises(NotFound):
            await node.look()

    run(work)


def test_a_created_node_is_empty_and_keeps_items(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        state = await node.look()
        assert state == State(max_items=state.max_items, fields=state.fields)

    run(work)


def test_creating_a_node_that_another_client_just_created_succeeds(
    run: Callable[[Work], None],
) -> None:
    async def work(node: Node) -> None:
        await node.create()
        await node.publish(numbered_item(1))
        await node.create()
        assert (await node.look()).ids == ("post-0001",)

    run(work)


def test_a_published_item_can_be_fetched_unchanged(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        await node.publish(numbered_item(1))
        await node.publish(numbered_item(2))
        assert set((await node.look()).ids) == {"post-0001", "post-0002"}
        (found,) = await node.fetch(["post-0001"])
        seen = items.seen(found.id, found.payload)
        assert (seen.title, seen.atom_id) == ("Grüße & 1", "tag:blog.example,2026:post-0001")

    run(work)


def test_publishing_again_replaces_the_item(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        for text in ("first", "second"):
            await node.publish(numbered_item(1, text))
        assert (await node.look()).ids == ("post-0001",)
        (found,) = await node.fetch(["post-0001"])
        assert "second" in found.payload
        assert "first" not in found.payload

    run(work)


def test_many_items_are_fetched_at_once_without_the_missing_ones(
    run: Callable[[Work], None],
) -> None:
    async def work(node: Node) -> None:
        await node.create()
        for number in (1, 2, 3):
            await node.publish(numbered_item(number))
        found = await node.fetch(["post-0003", "no-such-item", "post-0001"])
        assert {item.id for item in found} == {"post-0001", "post-0003"}

    run(work)


def test_all_items_are_fetched_at_once(run: Callable[[Work], None]) -> None:
    """More than the first page has."""
    count = PAGE_OF_ITEMS + 5

    async def work(node: Node) -> None:
        await node.create()
        for number in range(count):
            await node.publish(numbered_item(number))
        found = await node.fetch_all(count)
        assert {item.id for item in found} == {numbered_item(n).id for n in range(count)}
        assert all(items.seen(item.id, item.payload).title for item in found)

    run(work)


def test_a_retracted_item_is_gone(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        await node.publish(numbered_item(1))
        await node.publish(numbered_item(2))
        await node.retract("post-0001", notify=True)
        await node.retract("post-0002", notify=False)
        assert (await node.look()).ids == ()
        with pytest.raises(NotFound):
            await node.retract("post-0001", notify=True)

    run(work)


def test_a_field_can_be_set(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        assert await node.configure({"notify_retract": "0"}) == {}
        assert Drift("notify_retract", "0", "1") in (await node.look()).drift
        assert await node.configure({"notify_retract": "1"}) == {}

    run(work)


def test_a_field_that_the_form_lacks_is_returned_and_the_others_are_set(
    run: Callable[[Work], None],
) -> None:
    async def work(node: Node) -> None:
        await node.create()
        fields = (await node.look()).fields or frozenset()
        left = await node.configure(dict.fromkeys(NOTIFICATION_FIELDS, "0"))
        assert left == dict.fromkeys(set(NOTIFICATION_FIELDS) - fields, "")
        assert {drift.name for drift in (await node.look()).drift} == fields & {
            *NOTIFICATION_FIELDS
        }

    run(work)


def test_a_field_that_was_not_set_is_returned(run: Callable[[Work], None]) -> None:
    """Prosody and Openfire ignore an unknown field, ejabberd refuses the whole form."""

    async def work(node: Node) -> None:
        await node.create()
        assert await refused_fields(node, "no_such_field") == {"no_such_field"}

    run(work)


async def refused_fields(node: Node, name: str) -> set[str]:
    try:
        return set(await node.configure({name: "1"}))
    except Busy:
        raise
    except Refused as error:
        return {name} & set(re.split(r"[^\w]+", str(error)))


def test_a_new_node_has_no_subscribers_except_contacts_at_pep(run: Callable[[Work], None]) -> None:
    async def work(node: Node) -> None:
        await node.create()
        assert await node.has_subscribers() == ("@" in node.address.service)

    run(work)


def test_the_only_publisher_may_silence_a_node_that_has_the_field(
    run: Callable[[Work], None],
) -> None:
    async def work(node: Node) -> None:
        await node.create()
        has_field = "deliver_notifications" in ((await node.look()).fields or ())
        absent = "the service has no pubsub#deliver_notifications"
        assert await node.obstacle_to_silence() == ("" if has_field else absent)

    run(work)


@pytest.mark.parametrize("affiliation", ["owner", "publisher", "member"])
@pytest.mark.parametrize("service", ["pubsub.localhost", PEP])
def test_a_node_with_other_publishers_is_not_silenced(
    server: Server, node: str, service: str, affiliation: str
) -> None:
    obstacle = obstacle_beside(server, NodeConfig(service=service, node=node), affiliation)
    assert ("reader@localhost" in obstacle) == (affiliation != "member")
    assert "blog@localhost" not in obstacle


def test_an_account_that_may_only_publish_is_another_publisher(
    ejabberd: Ejabberd, node: str
) -> None:
    """Prosody does not know this affiliation."""
    config = NodeConfig(service=ejabberd.service, node=node)
    assert "reader@localhost" in obstacle_beside(ejabberd, config, "publish-only")


def obstacle_beside(server: Server, config: NodeConfig, affiliation: str) -> str:
    """What its owner is told of a node where another account has the affiliation."""

    async def main() -> str:
        async with opened(server, "blog", config) as found:
            return await found.obstacle_to_silence()

    owner = Outsider(server, "blog", config.node, service=config.service)
    owner.create()
    owner.affiliate("reader@localhost", affiliation)
    return asyncio.run(main())


@every_server
def test_only_the_owner_may_silence_a_node(server: Server, node: str) -> None:
    async def main() -> str:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "reader", config) as found:
            return await found.obstacle_to_silence()

    owner = Outsider(server, "blog", node)
    owner.create()
    owner.affiliate("reader@localhost", "publisher")
    assert asyncio.run(main()) == "only its owner can turn notifications off"


def test_a_node_where_everybody_may_publish_is_not_silenced(server: Server, node: str) -> None:
    async def main() -> str:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            return await found.obstacle_to_silence()

    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(publish_model="open")
    assert "publish_model is 'open'" in asyncio.run(main())


@pytest.mark.parametrize("service", ["pubsub.localhost", PEP])
def test_every_id_of_a_full_node_is_listed_once(
    ejabberd: Ejabberd, node: str, service: str
) -> None:
    """More items than one page has, listed by the owner and by a reader."""
    count = PAGE_OF_IDS + 1

    async def main() -> tuple[State, State]:
        config = NodeConfig(service=service, node=node)
        async with opened(ejabberd, "blog", config) as mine:
            await mine.create()
            await asyncio.gather(*(mine.publish(numbered_item(number)) for number in range(count)))
            async with opened(ejabberd, "reader", config) as theirs:
                return await mine.look(), await theirs.look()

    for state in asyncio.run(main()):
        assert len(state.ids) == len(set(state.ids)) == count


@every_server
def test_the_owner_sees_subscribers(server: Server, node: str) -> None:
    async def main(user: str) -> bool:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, user, config) as found:
            return await found.has_subscribers()

    Outsider(server, "blog", node).create()
    assert not asyncio.run(main("blog"))
    assert asyncio.run(main("stranger")), "who may not know must assume so"
    with Subscriber(server, "reader", node):
        assert asyncio.run(main("blog"))


@every_server
def test_a_node_of_ours_is_public_and_has_much_room(server: Server, node: str) -> None:
    async def main() -> State:
        config = NodeConfig(service=server.service, node=node, options={"notify_delete": "0"})
        async with opened(server, "blog", config) as made:
            await made.create()
            return await made.look()

    state = asyncio.run(main())
    assert state.drift == ()
    # What the servers have by default; Openfire takes any number.
    assert state.max_items in {256, 1000, 10_000}
    assert Outsider(server, "stranger", node).items() == []


@every_server
def test_the_configuration_sets_how_many_items_a_new_node_holds(server: Server, node: str) -> None:
    async def main() -> State:
        config = NodeConfig(service=server.service, node=node, options={"max_items": "7"})
        async with opened(server, "blog", config) as made:
            await made.create()
            return await made.look()

    state = asyncio.run(main())
    assert (state.max_items, state.drift) == (7, ())


@pytest.mark.parametrize(
    ("server", "max_items", "room"),
    [("openfire", "0", None), ("openfire", "-1", None), ("ejabberd", "0", 0)],
    indirect=["server"],
)
def test_zero_is_no_limit_where_the_service_means_that(
    server: Server, node: str, max_items: str, room: int | None
) -> None:
    async def main() -> State:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            return await found.look()

    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(persist_items="1", max_items=max_items)
    state = asyncio.run(main())
    assert (state.max_items, state.max_items_problem) == (room, "")


@pytest.mark.parametrize("server", ["prosody", "openfire"], indirect=True)
@pytest.mark.parametrize("service", ["pubsub.localhost", PEP])
def test_max_is_as_many_items_as_the_service_takes(server: Server, node: str, service: str) -> None:
    """ejabberd takes `max`, too, but does not say how many items that is."""

    async def main() -> tuple[State, State]:
        config = NodeConfig(service=service, node=node, options={"max_items": "max"})
        async with opened(server, "blog", config) as made:
            planned = await made.prospect()
            await made.create()
            return planned, await made.look()

    planned, state = asyncio.run(main())
    assert [drift for drift in state.drift if drift.name == "max_items"] == []
    assert (planned.max_items_problem, state.max_items_problem) == ("", "")
    assert planned.max_items == state.max_items


@every_server
def test_drift_is_reported(server: Server, node: str) -> None:
    async def main() -> State:
        config = NodeConfig(service=server.service, node=node, title="A new title")
        async with opened(server, "blog", config) as found:
            return await found.look()

    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(title="An old title", persist_items="1", max_items="7")
    state = asyncio.run(main())
    assert Drift("title", "An old title", "A new title") in state.drift
    assert state.max_items == 7


async def look_at_forgetful(server: Server, node: str) -> State:
    """A node that does not store items."""
    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(persist_items="false")
    config = NodeConfig(service=server.service, node=node)
    async with opened(server, "blog", config) as found:
        return await found.look()


def test_prosody_refuses_a_node_that_does_not_store_items(prosody: Prosody, node: str) -> None:
    with pytest.raises(Refused, match="persist_items"):
        asyncio.run(look_at_forgetful(prosody, node))


@pytest.mark.parametrize("server", ["ejabberd", "openfire"], indirect=True)
def test_a_node_that_does_not_store_items_is_recognised(server: Server, node: str) -> None:
    assert not asyncio.run(look_at_forgetful(server, node)).persistent
