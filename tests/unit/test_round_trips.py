"""How often a run waits for the service: once for the look, once for what it publishes.

The service in memory answers only when the run can do nothing more without an answer, and then
everything at once. So the waits can be counted, however busy the machine is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import Element, SubElement, fromstring

import pytest

from publisher.config import NodeConfig
from publisher.errors import Busy, Forbidden, NotFound, Refused
from publisher.sync.ledger import Ledger
from publisher.xmpp import XmppNode
from publisher.xmpp.items import DISCO_ITEMS
from publisher.xmpp.requests import OWNER, PUBSUB
from tests.support.fake_time import FakeClock
from tests.support.tasks import payload, reconciled, task

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from publisher.sync import Result
    from publisher.xmpp import Connection

STEPS = 1_000  # of the event loop, more than a run takes between two requests
FORM = """<x xmlns="jabber:x:data" type="form">
<field var="pubsub#max_items" type="text-single"><value>100</value></field>
<field var="pubsub#persist_items" type="boolean"><value>1</value></field>
</x>"""


class Service:
    """A connection to a service with one node. `tells`: our own affiliation, as ejabberd does."""

    jid = "blog@localhost"
    is_broken = False

    def __init__(self, *, tells: bool) -> None:
        self.items: dict[str, str] = {}
        self.trips: list[list[str]] = []  # what was asked together, by its purpose
        self.refuses: dict[str, Exception] = {}  # by the tag of the request
        self._tells = tells
        self._asked: list[tuple[asyncio.Future[Element], Element, str]] = []

    async def request(self, _kind: str, child: Element | str, *, purpose: str, **_: Any) -> Element:
        if isinstance(child, str):
            child = fromstring(child)  # noqa: S314 - we wrote it
        answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._asked.append((answer, child, purpose))
        return await answer

    async def serve(self, work: Coroutine[Any, Any, Result]) -> Result:
        running = asyncio.create_task(work)
        while not running.done():
            for _ in range(STEPS):
                await asyncio.sleep(0)
            asked, self._asked = self._asked, []
            self.trips += [[purpose for _, _, purpose in asked]] if asked else []
            for answer, child, _ in asked:
                if not answer.done():
                    self._answer(answer, child)
        return await running

    def _answer(self, answer: asyncio.Future[Element], child: Element) -> None:
        part = child[0] if child.tag.endswith("}pubsub") else child
        refusal = self.refuses.pop(part.tag, None)
        if part.tag == f"{PUBSUB}affiliations" and not self._tells:
            refusal = Refused("not supported")
        if refusal:
            answer.set_exception(refusal)
        else:
            iq = Element("iq")
            self._fill(iq, part)
            answer.set_result(iq)

    def _fill(self, iq: Element, part: Element) -> None:
        """Put the answer to a request into `iq`. A publish has its effect here."""
        tag = part.tag
        if tag == f"{DISCO_ITEMS}query":
            query = SubElement(iq, tag)
            for id_ in self.items:
                SubElement(query, f"{DISCO_ITEMS}item", name=id_)
        elif tag == f"{OWNER}configure":
            SubElement(SubElement(iq, f"{OWNER}pubsub"), tag).append(fromstring(FORM))  # noqa: S314
        elif tag == f"{PUBSUB}affiliations":
            SubElement(iq, f"{PUBSUB}affiliation", affiliation="owner")
        elif tag == f"{PUBSUB}items":
            items = SubElement(SubElement(iq, f"{PUBSUB}pubsub"), tag)
            for id_ in (wanted.get("id", "") for wanted in part):
                if id_ in self.items:
                    item = SubElement(items, f"{PUBSUB}item", id=id_)
                    item.append(fromstring(self.items[id_]))  # noqa: S314
        elif tag == f"{PUBSUB}publish":
            self.items[part[0].get("id", "")] = "<entry/>"


@pytest.fixture(params=[True, False], ids=["ejabberd", "Prosody"])
def service(request: pytest.FixtureRequest) -> Service:
    return Service(tells=request.param)


@pytest.fixture
def run(service: Service, tmp_path: Path) -> Callable[..., Result]:
    """Bring the node up to date with these posts, `later` seconds after the run before."""
    clock = FakeClock(lambda: None)

    def run(posts: dict[int, str], later: float = 3600) -> Result:
        clock.time += later
        service.trips.clear()
        config = NodeConfig(service="pubsub.localhost", node="blog")

        async def work() -> Result:
            node = XmppNode(cast("Connection", service), config, site_title="A title")
            with Ledger(tmp_path) as ledger:
                return await reconciled(node, task(posts), ledger, clock=clock)

        return asyncio.run(service.serve(work()))

    return run


def stored(service: Service, posts: dict[int, str]) -> None:
    """What the service has after a publish: the payloads in full."""
    service.items = {
        f"post-{number:04}": payload(f"post-{number:04}", text) for number, text in posts.items()
    }


def test_a_new_post_takes_two_round_trips(service: Service, run: Callable[..., Result]) -> None:
    posts = {1: "a", 2: "b"}
    run(posts)
    stored(service, posts)
    run(posts)
    result = run({**posts, 3: "c"})
    assert [step.outcome for step in result.steps] == ["done"]
    assert len(service.trips) == 2
    assert service.trips[1] == ["publish to the node blog"]


def test_an_edited_post_takes_two_round_trips(service: Service, run: Callable[..., Result]) -> None:
    posts = {1: "a", 2: "b"}
    run(posts)
    stored(service, posts)
    result = run({1: "a", 2: "edited"})
    assert [(step.change.action, step.outcome) for step in result.steps] == [("changed", "done")]
    assert len(service.trips) == 2


def test_a_post_that_follows_at_once_takes_two_round_trips(
    service: Service, run: Callable[..., Result]
) -> None:
    """The item before it is not durable yet, so it is looked at once more."""
    for text in ("a", "edited"):
        run({1: text})
        stored(service, {1: text})
    run({1: "edited", 2: "b"}, later=1)
    assert len(service.trips) == 2
    assert any("show items of" in purpose for purpose in service.trips[0])


def test_an_item_that_is_refused_with_others_is_asked_for_again(
    service: Service, run: Callable[..., Result]
) -> None:
    for text in ("a", "edited"):
        run({1: text})
        stored(service, {1: text})
    service.refuses[f"{PUBSUB}items"] = NotFound("not found", condition="item-not-found")
    result = run({1: "edited", 2: "b"})
    assert not service.refuses
    assert [step.outcome for step in result.steps] == ["done"]
    assert not result.error


def test_nothing_is_published_before_the_look_is_answered(
    service: Service, run: Callable[..., Result]
) -> None:
    service.refuses[f"{OWNER}affiliations"] = Forbidden("you may not", condition="forbidden")
    service.refuses[f"{OWNER}configure"] = Forbidden("you may not", condition="forbidden")
    result = run({1: "a"})
    asked = [purpose for purposes in service.trips for purpose in purposes]
    assert result.error
    assert not [purpose for purpose in asked if purpose.startswith("publish")]


@pytest.mark.parametrize("tag", [f"{OWNER}configure", f"{DISCO_ITEMS}query", f"{PUBSUB}items"])
def test_a_look_at_a_busy_service_is_repeated(
    service: Service, run: Callable[..., Result], tag: str
) -> None:
    run({1: "a"})
    stored(service, {1: "a"})
    service.refuses[tag] = Busy("too busy", condition="resource-constraint")
    result = run({1: "a", 2: "b"})
    assert not result.error
    assert [step.outcome for step in result.steps] == ["done"]
