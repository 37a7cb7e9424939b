"""The newest post of a run becomes the last item, whatever the order in which a service works."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused, Unavailable
from publisher.sync import NotDeployed
from publisher.sync.in_flight import WINDOW
from publisher.sync.item import SHORTEST
from publisher.sync.ledger import Ledger
from tests.support.fake_node import HABITS, FakeNode, Habits
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
def test_if_the_newest_posts_are_not_deployed_the_newest_of_the_others_is_the_last_item(
    tmp_path: Path, *, waits: bool
) -> None:
    not_deployed = dict.fromkeys(
        ("post-0005", "post-0006"), NotDeployed("not there yet", waits=waits)
    )
    for seed in SEEDS:
        node = FakeNode(habits=replace(ANY_ORDER, seed=seed))
        with Ledger(tmp_path / str(seed)) as ledger:
            run(node, task(POSTS), ledger, not_deployed=not_deployed)
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


# In an ordinary run, corrections follow the new and edited posts, which readers get at once.
SOURCES = {number: f"source {number}" for number in range(1, 8)}
REREAD = dict.fromkeys(POSTS, "a, read anew")


def published(node: FakeNode) -> list[str]:
    """The posts that subscribers hear of."""
    return [id_ for kind, id_ in node.events if kind == "published"]


def sent_before(ledger: Ledger, habits: Habits) -> FakeNode:
    """A node with POSTS, which the next runs read anew."""
    node = FakeNode(habits=habits)
    for _ in range(2):
        run(node, task(POSTS, sources=SOURCES), ledger)
    node.calls.clear()
    node.events.clear()
    node.versions.clear()
    return node


MODES = [*HABITS.values(), *(replace(ANY_ORDER, seed=seed) for seed in SEEDS)]


@pytest.mark.parametrize("habits", MODES)
def test_the_newest_post_is_the_last_that_is_sent_even_after_corrections(
    ledger: Ledger, habits: Habits
) -> None:
    node = sent_before(ledger, habits)
    work = task({**REREAD, 3: "edited", 7: "new"}, sources={**SOURCES, 3: "edited"})
    result = run(node, work, ledger)
    assert (result.error, {step.outcome for step in result.steps}) == (None, {"done"})
    assert len(result.steps) == 7, "to send it again is no step"
    assert last(node) == "post-0007"
    assert sorted(published(node)) == ["post-0003", "post-0007"]
    sends = [call for call in node.calls if call.startswith("publish")]
    assert sends[-1] == "publish post-0007"
    # Without the field nothing can be corrected, and nothing has to be sent again.
    assert sends.count("publish post-0007") == (1 if habits.lacks_silence else 2)
    node.calls.clear()
    for _ in range(2):
        assert run(node, work, ledger).steps == []
    assert not [call for call in node.calls if call.startswith("publish")]


def test_a_service_that_forbids_silence_gets_the_newest_post_once(ledger: Ledger) -> None:
    node = sent_before(ledger, HABITS["Prosody"])
    node.obstacle = "other accounts may publish there, too"
    run(node, task({**REREAD, 7: "new"}, sources=SOURCES), ledger)
    assert [call for call in node.calls if call.startswith("publish")] == ["publish post-0007"]


def test_an_edit_is_not_sent_again_after_corrections_of_newer_posts(ledger: Ledger) -> None:
    """The newest correction is the last item already."""
    node = sent_before(ledger, ANY_ORDER)
    work = task({**REREAD, 3: "edited"}, sources={**SOURCES, 3: "edited"})
    assert run(node, work, ledger).error is None
    assert node.calls.count("publish post-0003") == 1
    assert last(node) == "post-0006"


def test_corrections_alone_send_no_other_post(ledger: Ledger) -> None:
    node = sent_before(ledger, HABITS["Prosody"])
    run(node, task({**POSTS, 2: "a, read anew"}, sources=SOURCES), ledger)
    assert [call for call in node.calls if call.startswith("publish")] == ["publish post-0002"]


def test_if_no_correction_arrived_nothing_is_sent_again(ledger: Ledger) -> None:
    node = sent_before(ledger, HABITS["Prosody"])
    node.answers["post-0002"] = Refused("no")
    run(node, task({**POSTS, 2: "a, read anew", 7: "new"}, sources=SOURCES), ledger)
    assert node.calls.count("publish post-0007") == 1


@pytest.mark.parametrize("waits", [True, False])
def test_if_the_newest_post_is_not_deployed_the_newest_that_was_sent_follows_the_corrections(
    ledger: Ledger, *, waits: bool
) -> None:
    node = sent_before(ledger, ANY_ORDER)
    posts = {1: REREAD[1], 2: REREAD[2], 3: "a", 4: "a", 5: "a", 6: "edited", 7: "new"}
    not_deployed = {"post-0007": NotDeployed("not there yet", waits=waits)}
    run(node, task(posts, sources={**SOURCES, 6: "edited"}), ledger, not_deployed=not_deployed)
    assert last(node) == "post-0006"
    assert (published(node), node.calls.count("publish post-0007")) == (["post-0006"], 0)


def test_a_shortened_post_is_sent_again_as_the_service_took_it(ledger: Ledger) -> None:
    node = sent_before(ledger, ANY_ORDER)
    node.too_big = {"post-0007": SHORTEST}
    result = run(node, task({**REREAD, 7: "new"}, sources=SOURCES), ledger)
    assert (result.error, last(node)) == (None, "post-0007")
    assert node.calls.count("publish post-0007") == SHORTEST + 2
    assert ledger.recorded(node.address)["post-0007"].level == SHORTEST


def test_a_service_that_refuses_to_take_it_again_still_has_it(ledger: Ledger) -> None:
    node = sent_before(ledger, HABITS["Prosody"])
    node.answers["post-0007"] = [None, Refused("not again")]  # type: ignore[list-item]
    work = task({**REREAD, 7: "new"}, sources=SOURCES)
    result = run(node, work, ledger)
    assert (result.error, {step.outcome for step in result.steps}) == (None, {"done"})
    assert ledger.recorded(node.address)["post-0007"].done
    assert run(node, work, ledger).steps == []
    assert published(node) == ["post-0007"]


@pytest.mark.parametrize("keeps_ledger", [True, False])
@pytest.mark.parametrize("name", ["Prosody", "ejabberd", "all at once"])
def test_a_cut_among_corrections_loses_and_doubles_nothing(
    tmp_path: Path, name: str, *, keeps_ledger: bool
) -> None:
    work = task({**REREAD, 7: "new"}, sources=SOURCES)
    for cut in ("before", "after", "late"):
        for call in itertools.count(1):
            state = tmp_path / f"{cut} {call}"
            with Ledger(state) as ledger:
                node = sent_before(ledger, HABITS[name])
                setattr(node, f"cut_{cut}", call)
                run(node, work, ledger)
            if call > len(node.calls):
                assert last(node) == "post-0007"
                break
            node.reconnect()
            node.drain()
            if not keeps_ledger:
                shutil.rmtree(state)
            with Ledger(state) as ledger:
                assert run(node, work, ledger).error is None, (cut, call)
                assert len(node.items) == 7
                assert published(node) == ["post-0007"], (cut, call)
                assert node.config["deliver_notifications"] == "1"
                assert run(node, work, ledger).steps == [], (cut, call)
