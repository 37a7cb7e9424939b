"""The newest post of a run becomes the last item, whatever the order in which a service works."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused, Unavailable
from publisher.sync import HeldBack
from publisher.sync.apply import WINDOW
from publisher.sync.item import SHORTEST
from publisher.sync.ledger import Ledger
from tests.support.fake_node import HABITS, FakeNode
from tests.support.tasks import run, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANY_ORDER = replace(HABITS["Prosody"], seed=1)
SEEDS = range(8)
POSTS = dict.fromkeys(range(1, 7), "a")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "state") as opened:
        yield opened


def last(node: FakeNode) -> str:
    return list(node.items)[-1]


@pytest.mark.parametrize("count", [2, 3, WINDOW, 2 * WINDOW + 1])
def test_the_newest_post_is_the_last_item(tmp_path: Path, count: int) -> None:
    for seed in SEEDS:
        node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
        with Ledger(tmp_path / str(seed)) as ledger:
            assert run(node, task(dict.fromkeys(range(1, count + 1), "a")), ledger).error is None
        assert len(node.items) == count
        assert last(node) == f"post-{count:04}"


def test_a_service_in_any_order_is_one_that_mixes_the_items(ledger: Ledger) -> None:
    """If it did not, the tests of this module would show nothing."""
    node = FakeNode(habits=ANY_ORDER)
    run(node, task(POSTS), ledger)
    assert list(node.items) != sorted(node.items)


def test_one_post_alone_waits_for_nobody(ledger: Ledger) -> None:
    node = FakeNode(habits=ANY_ORDER)
    run(node, task({1: "a"}), ledger)
    assert node.calls == ["look", "publish post-0001"]


@pytest.mark.parametrize("count", [2, 3])
def test_only_the_newest_post_waits_for_the_others(ledger: Ledger, count: int) -> None:
    node = FakeNode()
    run(node, task(dict.fromkeys(range(count), "a")), ledger)
    assert (("publish", "publish") in node.met) == (count > 2)


@pytest.mark.parametrize("waits", [True, False])
def test_if_the_newest_posts_are_held_the_newest_of_the_others_is_the_last_item(
    tmp_path: Path, *, waits: bool
) -> None:
    held = dict.fromkeys(("post-0005", "post-0006"), HeldBack("not there yet", waits=waits))
    for seed in SEEDS:
        node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
        with Ledger(tmp_path / str(seed)) as ledger:
            run(node, task(POSTS), ledger, held=held)
        assert last(node) == "post-0004"


def test_a_post_that_no_run_can_send_is_not_waited_for(tmp_path: Path) -> None:
    """The server closes the stream even at the shortest item."""
    for seed in SEEDS:
        node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
        with Ledger(tmp_path / str(seed)) as ledger:
            node.cut_before = 2
            run(node, task({6: "a"}), ledger)
            node.reconnect()
            ledger.record_level(node.address, "post-0006", SHORTEST + 1)
            result = run(node, task(POSTS), ledger)
        assert [step.outcome for step in result.steps] == [*["done"] * 5, "refused"]
        assert last(node) == "post-0005"


def test_a_newest_post_that_must_be_shortened_is_still_the_last_item(ledger: Ledger) -> None:
    node = FakeNode(habits=ANY_ORDER)
    node.too_big = dict.fromkeys(("post-0003", "post-0006"), SHORTEST)
    assert run(node, task(POSTS), ledger).error is None
    assert last(node) == "post-0006"


def test_the_newest_post_follows_even_if_others_are_refused(ledger: Ledger) -> None:
    node = FakeNode(habits=ANY_ORDER)
    node.answers["post-0002"] = Refused("no")
    result = run(node, task(POSTS), ledger)
    assert [step.outcome for step in result.steps].count("done") == 5
    assert last(node) == "post-0006"


def test_the_newest_post_is_not_sent_after_the_connection_was_lost(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["post-0002"] = Unavailable("no answer")
    result = run(node, task(POSTS), ledger)
    assert isinstance(result.error, Unavailable)
    assert (result.steps[-1].change.id, result.steps[-1].outcome) == ("post-0006", "planned")
    assert "publish post-0006" not in node.calls


@pytest.mark.parametrize("name", ["Prosody", "Openfire", "all at once"])
@pytest.mark.parametrize("cut", ["before", "after", "late"])
def test_after_a_cut_the_next_run_ends_with_the_newest_post(
    tmp_path: Path, name: str, cut: str
) -> None:
    for call in itertools.count(1):
        node = FakeNode(habits=HABITS[name])
        setattr(node, f"cut_{cut}", call)
        with Ledger(tmp_path / str(call)) as ledger:
            run(node, task(POSTS), ledger)
            if call > len(node.calls):
                break
            node.reconnect()
            node.drain()
            assert run(node, task(POSTS), ledger).error is None
        assert (len(node.items), last(node)) == (len(POSTS), "post-0006"), call
        assert len(node.versions) == len(set(node.versions)), call


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newest_correction_is_the_last(ledger: Ledger, seed: int) -> None:
    sources = {number: f"source {number}" for number in POSTS}
    node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
    run(node, task(POSTS, sources=sources), ledger)
    result = run(node, task(dict.fromkeys(POSTS, "a, read anew"), sources=sources), ledger)
    assert {step.change.action for step in result.steps} == {"corrected"}
    assert last(node) == "post-0006"


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_silent_run_a_new_post_follows_the_corrections(ledger: Ledger, seed: int) -> None:
    """Notifications are off for all of them, so nothing forbids one order for all."""
    sources = {number: f"source {number}" for number in range(1, 8)}
    node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
    run(node, task(POSTS, sources=sources), ledger)
    posts = {**dict.fromkeys(POSTS, "a, read anew"), 3: "edited", 7: "new"}
    work = task(posts, sources={**sources, 3: "edited"}, silent="must")
    result = run(node, work, ledger)
    assert {step.outcome for step in result.steps} == {"done"}
    assert last(node) == "post-0007"
    assert not [id_ for kind, id_ in node.events[len(POSTS) :] if kind == "published"]
