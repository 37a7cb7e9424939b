"""A service that refuses to show items because one is missing is asked for one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from publisher.errors import NotFound
from publisher.sync.ledger import Ledger
from tests.support.fake_node import HABITS, FakeNode
from tests.support.tasks import run, task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LIBERVIA = HABITS["libervia-pubsub"]


def fetched(node: FakeNode, ids: Sequence[str]) -> list[str]:
    node.calls.clear()
    return [item.id for item in asyncio.run(node.fetch(ids))]


@pytest.fixture
def node() -> FakeNode:
    made = FakeNode(habits=LIBERVIA)
    made.items = dict.fromkeys(("a", "b", "c"), "<x/>")
    return made


def test_items_that_are_all_there_are_one_request(node: FakeNode) -> None:
    assert fetched(node, ["c", "a"]) == ["c", "a"]
    assert node.calls == ["fetch 2"]


def test_one_missing_item_hides_no_other(node: FakeNode) -> None:
    assert fetched(node, ["c", "gone", "a"]) == ["c", "a"]
    assert node.calls == ["fetch 3", "fetch 1", "fetch 1", "fetch 1"]


@pytest.mark.parametrize("ids", [["gone"], ["gone", "gone too"]])
def test_items_may_all_be_missing(node: FakeNode, ids: list[str]) -> None:
    assert fetched(node, ids) == []
    assert node.calls[-1] == "fetch any"


def test_a_missing_node_is_not_a_missing_item(node: FakeNode) -> None:
    node.items, node.exists = {}, False
    for ids in (["gone"], ["gone", "gone too"]):
        with pytest.raises(NotFound):
            fetched(node, ids)


def test_only_the_missing_item_is_published_again(tmp_path: Path) -> None:
    posts = dict.fromkeys(range(1, 31), "a")
    node = FakeNode(habits=LIBERVIA)
    with Ledger(tmp_path) as ledger:
        for _ in range(2):
            run(node, task(posts), ledger)
        node.remove(["post-0007"])
        node.events.clear()
        assert run(node, task(posts, verify=True), ledger).error is None
    assert node.events == [("published", "post-0007")]
