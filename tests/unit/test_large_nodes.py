"""How a look at a node gets the payloads: all at once, or some by their ids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import Element, SubElement

import pytest
from msgspec.structs import replace

from publisher.config import NodeConfig
from publisher.errors import AnswerTooBig, Refused
from publisher.sync import State, ignore_reading
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import Recorded
from publisher.sync.present_items import CHUNK, SHARE, present_items
from publisher.xmpp import XmppNode
from publisher.xmpp.items import PAGE_OF_ITEMS, PAGE_SIZE
from publisher.xmpp.requests import PUBSUB
from tests.support.fake_node import FakeNode
from tests.support.growth import assert_linear
from tests.support.tasks import payload, run, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.xmpp.connection import Connection

COUNT = 300
AT_ONCE = COUNT // SHARE


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def filled(ledger: Ledger, count: int = COUNT) -> FakeNode:
    """A node with our posts, all of which the ledger has seen there."""
    node = FakeNode()
    for _ in range(2):
        run(node, task(dict.fromkeys(range(count), "a"), announce_limit=None), ledger)
    node.calls.clear()
    return node


def fetched(node: FakeNode, ledger: Ledger, edited: int, **options: bool) -> list[str]:
    """The requests of a run for the payloads, after so many posts were edited."""
    posts = dict.fromkeys(range(COUNT), "a") | dict.fromkeys(range(edited), "edited")
    work = replace(task(posts, announce_limit=None), **options)
    assert len(run(node, work, ledger).steps) == edited
    return [call for call in node.calls if call.startswith("fetch")]


def test_a_few_items_are_fetched_by_their_ids(ledger: Ledger) -> None:
    assert fetched(filled(ledger), ledger, CHUNK) == [f"fetch {CHUNK}"]


def test_a_small_share_of_the_items_is_fetched_by_their_ids(ledger: Ledger) -> None:
    calls = fetched(filled(ledger), ledger, AT_ONCE - 1)
    assert calls == [f"fetch {CHUNK}", f"fetch {AT_ONCE - 1 - CHUNK}"]


def test_a_larger_share_is_fetched_with_all_others(ledger: Ledger) -> None:
    assert fetched(filled(ledger), ledger, AT_ONCE) == ["fetch all"]


def test_items_of_others_are_not_fetched_for_the_sake_of_ours(ledger: Ledger) -> None:
    """One of them may be an item at which the server crashes."""
    node = filled(ledger)
    node.items["theirs"] = payload("theirs", "x", atom="tag:elsewhere.example,2026:x")
    assert "fetch all" not in fetched(node, ledger, AT_ONCE)
    node = filled(ledger)
    node.items["theirs"] = payload("theirs", "x", atom="tag:elsewhere.example,2026:x")
    assert fetched(node, ledger, 0, fetch_foreign=True, verify=True) == ["fetch all"]


def test_a_service_that_shows_only_some_items_is_asked_for_some(ledger: Ledger) -> None:
    node = filled(ledger)
    node.answers["fetch all"] = Refused("too many", condition="not-acceptable")
    assert fetched(node, ledger, AT_ONCE) == ["fetch all", f"fetch {CHUNK}", "fetch 10"]


def test_after_an_answer_that_was_too_big_some_are_fetched_at_a_time(ledger: Ledger) -> None:
    node = filled(ledger)
    node.answers["fetch all"] = AnswerTooBig("too big")
    posts = dict.fromkeys(range(COUNT), "edited")
    work = task(posts, announce_limit=None)
    assert isinstance(run(node, work, ledger).error, AnswerTooBig)
    node.calls.clear()
    result = run(node, replace(work, fetches_all=False), ledger)
    assert len(result.steps) == COUNT
    assert node.calls.count(f"fetch {CHUNK}") == COUNT // CHUNK


def test_an_item_that_did_not_come_with_the_others_is_asked_for(ledger: Ledger) -> None:
    """A list may be cut, so an item is missing only if its id says so."""
    node = filled(ledger)
    node.hidden.add("post-0000")
    assert fetched(node, ledger, AT_ONCE + 1) == ["fetch all", "fetch 1"]
    assert ("published", "post-0000") in node.events


@pytest.mark.parametrize("count", [100, 400])
def test_the_requests_do_not_become_more_with_the_items(
    ledger: Ledger, tmp_path: Path, count: int
) -> None:
    node = filled(ledger, count)
    with Ledger(tmp_path / "new") as empty:
        run(node, task(dict.fromkeys(range(count), "a")), empty)
    assert node.calls == ["look", "fetch all"]


class WithoutPaging:
    """A service that shows all items, or the newest if it is asked for these, as Prosody does."""

    jid = "blog@localhost"

    def __init__(self, *payloads: Element) -> None:
        self._payloads = payloads
        self.shown: list[int] = []

    async def request(self, _: str, child: Element, **_options: Any) -> Element:
        (items,) = child.iterfind(f"{PUBSUB}items")
        newest = int(items.get("max_items", len(self._payloads)))
        self.shown.append(newest)
        answer = Element("iq")
        shown = SubElement(SubElement(answer, f"{PUBSUB}pubsub"), f"{PUBSUB}items")
        for number, entry in [*enumerate(self._payloads)][-newest:]:
            SubElement(shown, f"{PUBSUB}item", id=f"post-{number:04}").append(entry)
        return answer

    def fetched(self) -> int:
        async def fetch() -> int:
            config = NodeConfig(service="pubsub.localhost", node="blog")
            node = XmppNode(cast("Connection", self), config, site_title="x")
            return len(await node.fetch_all(len(self._payloads)))

        return asyncio.run(fetch())


def test_a_service_without_paging_sends_everything_after_a_sample() -> None:
    service = WithoutPaging(*[Element("entry")] * COUNT)
    assert service.fetched() == COUNT
    assert service.shown == [PAGE_OF_ITEMS, COUNT]


@pytest.mark.parametrize("kind", ["long", "wide"])
def test_a_service_without_paging_is_not_asked_for_more_than_fits(kind: str) -> None:
    entry = Element("entry")
    if kind == "long":
        entry.text = "x" * (PAGE_SIZE // COUNT)
    else:
        entry.extend([Element("a")] * 2_000)
    service = WithoutPaging(*[entry] * COUNT)
    assert service.fetched() == PAGE_OF_ITEMS
    assert service.shown == [PAGE_OF_ITEMS]


def test_a_look_at_a_large_node_takes_linear_time() -> None:
    def look(count: int) -> None:
        posts = dict.fromkeys(range(count), "a")
        work = task(posts)
        recorded = {
            post.id: Recorded(post.id, post.title, post.fingerprint, "seen")
            for post in work.desired
        }
        state = State(ids=tuple(recorded))
        node = FakeNode()
        asyncio.run(
            present_items(
                node,
                work,
                state,
                recorded,
                trusts={"seen"},
                clock=node.clock,
                on_read=ignore_reading,
            )
        )

    assert_linear(look, 500)
