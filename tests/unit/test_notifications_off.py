"""Notifications are turned off only if the service can do that, and on again whatever happens."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import NotFound, Refused, UnsafePlanError
from publisher.sync import is_settled, preview
from publisher.sync.ledger import Ledger
from tests.support.fake_node import HABITS, FakeNode
from tests.support.tasks import run, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.sync import Result, Task

OPENFIRE = HABITS["Openfire"]
POSTS = {1: "one", 2: "two"}
SOURCES = {1: "source-1", 2: "source-2"}
REREAD = {number: f"{text} read anew" for number, text in POSTS.items()}
ON = {"deliver_notifications": "1", "notify_retract": "1", "title": "A title"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "state") as opened:
        yield opened


def planned(node: FakeNode, work: Task, ledger: Ledger) -> Result:
    return asyncio.run(preview(node, work, ledger, clock=node.clock))


def sent(node: FakeNode) -> list[str]:
    """Everything that changes the node."""
    return [call for call in node.calls if not call.startswith(("look", "fetch", "aff", "sub"))]


@pytest.mark.parametrize("exists", [True, False])
def test_a_service_without_the_field_gets_nothing_of_a_silent_run(
    ledger: Ledger, *, exists: bool
) -> None:
    """No node either: it would have to be created for nothing."""
    node = FakeNode(exists=exists, habits=OPENFIRE)
    work = task(POSTS, silent="must")
    for result in (planned(node, work, ledger), run(node, work, ledger)):
        assert isinstance(result.error, Refused)
        assert str(result.error).startswith("could not silence the notifications of ")
        assert "pubsub#deliver_notifications" in str(result.error)
        assert str(result.error).endswith("nothing was published")
    assert (sent(node), node.events, node.exists) == ([], [], exists)
    assert not ledger.last_look(node.address).muted


def test_a_service_that_hides_the_form_of_new_nodes_is_asked_after_the_creation(
    ledger: Ledger,
) -> None:
    node = FakeNode(exists=False, habits=OPENFIRE)
    node.shows_default = False
    result = run(node, task(POSTS, silent="must"), ledger)
    assert isinstance(result.error, Refused)
    assert "nothing was sent" not in str(result.error), "a node was created"
    assert sent(node) == ["create"]


@pytest.mark.parametrize("name", ["Prosody", "Openfire"])
def test_the_guard_names_no_notify_only_where_it_can_work(ledger: Ledger, name: str) -> None:
    node = FakeNode(habits=HABITS[name])
    run(node, task(POSTS), ledger)
    work = task({**POSTS, 3: "three"}, announce_limit=0)
    for result in (planned(node, work, ledger), run(node, work, ledger)):
        assert isinstance(result.error, UnsafePlanError)
        assert "Pass --announce-all to notify them of all of them" in str(result.error)
        assert ("--no-notify" in str(result.error)) == (name == "Prosody")


def test_the_guard_does_not_name_no_notify_to_others_than_the_owner(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task(POSTS), ledger)
    node.not_owner = "only its owner can do that"
    result = run(node, task({**POSTS, 3: "three"}, announce_limit=0), ledger)
    assert isinstance(result.error, UnsafePlanError)
    assert str(result.error).endswith("Pass --announce-all to notify them of all of them")


def test_without_posts_to_send_a_silent_run_is_no_error(ledger: Ledger) -> None:
    node = FakeNode(exists=False, habits=OPENFIRE)
    work = task(POSTS, silent="must", is_selected=lambda _: False)
    assert planned(node, work, ledger).error is None
    assert run(node, work, ledger).error is None


def test_a_refresh_at_a_service_without_the_field_sets_nothing_and_notifies(ledger: Ledger) -> None:
    node = FakeNode(habits=OPENFIRE)
    run(node, task(POSTS), ledger)
    node.calls.clear()
    node.events.clear()
    result = run(node, task(POSTS, refresh=True, silent="prefer"), ledger)
    assert result.error is None
    assert any("subscribers will be notified" in note for note in result.notes)
    assert sent(node) == ["publish post-0001", "publish post-0002"]
    assert {kind for kind, _ in node.events} == {"published"}


def test_corrections_at_a_service_without_the_field_set_nothing(ledger: Ledger) -> None:
    node = FakeNode(habits=OPENFIRE)
    run(node, task(POSTS, sources=SOURCES), ledger)
    node.calls.clear()
    node.events.clear()
    work = task(REREAD, sources=SOURCES)
    assert {step.change.action for step in planned(node, work, ledger).steps} == {"adopt"}
    result = run(node, work, ledger)
    assert {step.change.action for step in result.steps} == {"adopt"}
    (note,) = result.notes
    assert "cannot be corrected without notifying subscribers" in note
    assert "pubsub#deliver_notifications" in note
    assert (sent(node), node.events) == ([], [])


def stubborn(node: FakeNode) -> None:
    node.stubborn = {"deliver_notifications"}


def refusing(node: FakeNode) -> None:
    node.refused_field = "deliver_notifications"


def stubborn_about_retracts(node: FakeNode) -> None:
    node.stubborn = {"notify_retract"}


SPOILT = [stubborn, stubborn_about_retracts, refusing]


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_was_set_is_set_back_in_the_same_run(ledger: Ledger, spoil: Any) -> None:
    node = FakeNode()
    spoil(node)
    result = run(node, task(POSTS, silent="must"), ledger)
    assert isinstance(result.error, Refused)
    assert str(result.error).endswith("nothing was published")
    assert (node.items, node.config, node.events) == ({}, ON, [])
    assert not ledger.last_look(node.address).muted
    configured = [call for call in sent(node) if call.startswith("configure")]
    assert len(configured) == 2, "a field that was not set is not set back"
    assert len(configured[1].split()) == 2


def test_nothing_is_set_back_if_nothing_was_set(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["configure"] = Refused("not now")
    run(node, task(POSTS, silent="must"), ledger)
    assert len([call for call in node.calls if call.startswith("configure")]) == 1
    assert not ledger.last_look(node.address).muted


def test_a_field_that_cannot_be_set_back_is_an_error_and_the_next_run_begins_with_it(
    ledger: Ledger,
) -> None:
    node = FakeNode()
    node.stubborn = {"deliver_notifications"}
    node.answers["configure"] = [None, Refused("not now")]  # type: ignore[list-item]
    result = run(node, task(POSTS, silent="must"), ledger)
    assert "are still turned off" in str(result.error)
    assert any("could not silence" in note for note in result.notes)
    assert not is_settled(node.address, task(POSTS), ledger, now=node.clock.now())
    node.stubborn = set()
    assert run(node, task(POSTS), ledger).error is None
    assert node.config == ON


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_while_fields_are_set_back_is_mended_by_the_next_run(
    tmp_path: Path, spoil: Any, cut: str
) -> None:
    for call in itertools.count(1):
        node = FakeNode()
        spoil(node)
        setattr(node, f"cut_{cut}", call)
        with Ledger(tmp_path / str(call)) as ledger:
            result = run(node, task(POSTS, silent="must"), ledger)
            if call > len(node.calls):
                break
            assert result.error is not None
            node.reconnect()
            node.stubborn, node.refused_field = set(), ""
            assert run(node, task(POSTS), ledger).error is None
            assert node.config == ON
            assert not ledger.last_look(node.address).muted


def test_a_node_that_vanishes_while_it_is_muted_is_an_error(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["configure"] = NotFound("there is no such node", condition="item-not-found")
    result = run(node, task(POSTS, silent="must"), ledger)
    assert isinstance(result.error, Refused)
    assert node.items == {}
