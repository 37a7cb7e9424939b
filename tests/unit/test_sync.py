"""Making a node equal to the posts, with an exact record of every outcome."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from publisher.errors import (
    Busy,
    Forbidden,
    NoRoom,
    Refused,
    StreamBroken,
    StreamReset,
    Unavailable,
    UnsafePlanError,
)
from publisher.sync import NotDeployed, Result, Step, is_settled, offline, preview, record_paths
from publisher.sync.in_flight import WINDOW, WINDOW_BYTES
from publisher.sync.item import SHORTEST, Item
from publisher.sync.ledger import Ledger
from publisher.sync.retrying_node import RetryingNode
from tests.support.fake_node import HABITS, PROSODY, FakeNode, usual
from tests.support.tasks import payload, reconciled, run, task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.sync import Task


@pytest.fixture(params=["Prosody", "all at once"], autouse=True)
def usual_habits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs at an ordinary service and at a strange one."""
    with usual(HABITS[request.param]):
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def outcomes(result: Result) -> list[tuple[str, str, str]]:
    return [(step.change.action, step.change.id, step.outcome) for step in result.steps]


def test_a_missing_node_is_created_and_filled_oldest_first(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    result = run(node, task({2: "b", 1: "a"}), ledger)
    assert outcomes(result) == [("new", "post-0001", "done"), ("new", "post-0002", "done")]
    assert node.events == [("published", "post-0001"), ("published", "post-0002")]


def test_a_second_run_does_nothing(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.events.clear()
    node.calls.clear()
    assert run(node, task({1: "a", 2: "b"}), ledger).steps == []
    assert run(node, task({1: "a", 2: "b"}), ledger).steps == []
    assert node.calls == ["look", "look"]
    assert node.events == []


def test_an_item_that_was_new_is_known_by_its_id_however_many_there_are(ledger: Ledger) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(100), "a")
    run(node, task(posts, announce_limit=None), ledger)
    node.calls.clear()
    assert run(node, task(posts), ledger).steps == []
    assert node.calls == ["look"]
    assert {record.state for record in ledger.recorded(node.address).values()} == {"seen"}


def test_an_item_that_replaced_another_is_fetched_once(ledger: Ledger) -> None:
    """If the server lost it, its id is there all the same."""
    node = FakeNode()
    for text in ("a", "edited"):
        run(node, task({1: text, 2: "b"}), ledger)
    before = dict(node.items)
    run(node, task({1: "edited again", 2: "b"}), ledger)
    node.items.update(before)
    node.calls.clear()
    (step,) = run(node, task({1: "edited again", 2: "b"}), ledger).steps
    assert step.change.action == "changed"
    assert node.calls == ["look", "fetch 1", "publish post-0001"]
    run(node, task({1: "edited again", 2: "b"}), ledger)
    node.calls.clear()
    run(node, task({1: "edited again", 2: "b"}), ledger)
    assert node.calls == ["look"]


def test_a_full_node_is_asked_for_new_items(ledger: Ledger) -> None:
    """It may list another version that it has hidden until now."""
    node = FakeNode(max_items=2)
    run(node, task({1: "a", 2: "b"}), ledger)
    node.calls.clear()
    run(node, task({1: "a", 2: "b"}), ledger)
    assert node.calls == ["look", "fetch 2"]


def test_a_lost_ledger_is_rebuilt_from_the_node(ledger: Ledger, tmp_path: Path) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(25), "a")
    run(node, task(posts), ledger)
    node.events.clear()
    node.calls.clear()
    with Ledger(tmp_path / "new") as empty:
        assert {step.change.action for step in run(node, task(posts), empty).steps} == {"adopt"}
        assert run(node, task(posts), empty).steps == []
        assert run(node, task(posts), empty).steps == []
    assert node.events == []
    assert node.calls == [*["look", "fetch all"] * 2, "look"]


def test_an_edit_is_published_under_its_id(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.events.clear()
    run(node, task({1: "edited", 2: "b"}), ledger)
    assert node.events == [("published", "post-0001")]


def test_a_removed_post_is_retracted(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.events.clear()
    run(node, task({2: "b"}), ledger)
    assert node.events == [("retracted", "post-0001")]
    assert run(node, task({2: "b"}), ledger).steps == []


def test_an_item_that_somebody_else_retracted_is_forgotten(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.answers["post-0001"] = Refused("x")
    assert outcomes(run(node, task({2: "b"}), ledger)) == [("removed", "post-0001", "refused")]
    del node.answers["post-0001"], node.items["post-0001"]
    assert outcomes(run(node, task({2: "b"}), ledger)) == [("forget", "post-0001", "done")]


def test_a_refused_item_does_not_stop_others(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["post-0002"] = Refused("too big", condition="not-acceptable")
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["done", "refused", "done"]
    assert result.steps[1].reason == "too big"
    assert set(ledger.recorded(node.address)) == {"post-0001", "post-0003"}


def test_an_item_that_is_too_big_is_shortened_until_it_fits(ledger: Ledger) -> None:
    node = FakeNode()
    node.too_big = {"post-0001": SHORTEST}
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert [step.outcome for step in result.steps] == ["done", "done"]
    assert result.steps[0].reason.startswith("shortened")
    assert node.calls == ["look", *["publish post-0001"] * (SHORTEST + 1), "publish post-0002"]


def test_an_item_that_is_too_big_at_its_shortest_is_refused(ledger: Ledger) -> None:
    node = FakeNode()
    node.too_big = {"post-0001": SHORTEST + 1}
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert [step.outcome for step in result.steps] == ["refused", "done"]
    assert set(ledger.recorded(node.address)) == {"post-0002"}


def test_a_refused_edit_restores_the_record(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    run(node, task({1: "a"}), ledger)
    before = ledger.recorded(node.address)
    node.answers["post-0001"] = Refused("no", condition="not-acceptable")
    run(node, task({1: "edited"}), ledger)
    assert ledger.recorded(node.address) == before


def test_a_forbidden_new_post_ends_the_run(ledger: Ledger) -> None:
    node = FakeNode(habits=PROSODY)
    node.answers["post-0001"] = Forbidden("no right", condition="forbidden")
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["refused"] * 3
    assert isinstance(result.error, Forbidden)
    assert node.calls == ["look", "publish post-0001"]
    assert ledger.recorded(node.address) == {}


def test_a_forbidden_edit_does_not_stop_others(ledger: Ledger) -> None:
    """A publisher may not replace an item of the owner."""
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.answers = dict.fromkeys(("post-0001", "post-0002"), Forbidden("x", condition="forbidden"))
    result = run(node, task({2: "edited", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["refused", "refused", "done"]
    assert result.error is None


def test_an_open_node_gets_nothing_if_it_should_be_closed(ledger: Ledger) -> None:
    node = FakeNode()
    node.exposed = True
    result = run(node, task({1: "a"}), ledger)
    assert isinstance(result.error, Forbidden)
    assert node.calls == ["look"]


def test_an_open_node_with_subscribers_is_not_closed(ledger: Ledger) -> None:
    node = FakeNode()
    node.exposed = True
    node.config["access_model"], node.wanted["access_model"] = "open", "whitelist"
    run(node, task({1: "a"}, configured_fields=frozenset({"access_model"})), ledger)
    assert node.config["access_model"] == "open"


def test_nothing_is_retracted_while_a_post_is_broken(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    result = run(node, task({2: "b"}, has_unreadable_posts=True), ledger)
    assert result.steps == []
    assert result.notes == ["1 item without a post stays until every post can be read"]
    assert set(node.items) == {"post-0001", "post-0002"}


def test_nothing_more_is_sent_to_a_dead_service(ledger: Ledger) -> None:
    node = FakeNode(habits=PROSODY)
    node.cut_before = 2
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["unknown", "planned", "planned"]
    assert node.calls == ["look", "publish post-0001"]


def test_without_the_right_to_create_everything_is_refused(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    node.answers["create"] = Forbidden("no right", condition="forbidden")
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert outcomes(result) == [("new", "post-0001", "refused"), ("new", "post-0002", "refused")]
    assert ledger.recorded(node.address) == {}


def test_an_account_that_may_not_see_the_limit_needs_keep(ledger: Ledger) -> None:
    node = FakeNode()
    node.max_items_problem = "the service does not show it"
    result = run(node, task({1: "a"}), ledger)
    assert isinstance(result.error, Forbidden)
    assert "`keep`" in str(result.error)
    assert node.events == []
    assert run(node, task({1: "a"}, keep=10), ledger).error is None
    assert node.events == [("published", "post-0001")]


def test_items_that_a_node_dropped_are_not_published_again_and_again(ledger: Ledger) -> None:
    """`keep` is higher than the limit of the node, which the account may not see."""
    node = FakeNode(max_items=5, habits=PROSODY)
    node.max_items_problem = "only owners may know"
    posts = dict.fromkeys(range(1, 9), "a")
    run(node, task(posts, keep=20), ledger)
    node.calls.clear()
    stopped = run(node, task(posts, keep=20), ledger)
    assert isinstance(stopped.error, Forbidden)
    assert "set `keep` of this node to 5" in str(stopped.error)
    assert not any(call.startswith("publish") for call in node.calls)
    assert run(node, task(posts, keep=5), ledger).error is None
    assert len(node.versions) == 8


def test_a_node_that_does_not_store_items_is_refused(ledger: Ledger) -> None:
    node = FakeNode()
    node.persistent = False
    result = run(node, task({1: "a"}), ledger)
    assert isinstance(result.error, Refused)
    assert "persist_items" in str(result.error)
    assert node.events == []


def test_an_unsafe_plan_sends_nothing(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.events.clear()
    result = run(node, task({}), ledger)
    assert isinstance(result.error, UnsafePlanError)
    assert node.events == []
    assert run(node, task({}, allow_retracts=True), ledger).error is None
    assert node.events == [("retracted", "post-0001"), ("retracted", "post-0002")]


def test_a_post_without_its_page_waits_and_the_others_are_published(ledger: Ledger) -> None:
    node = FakeNode()
    result = run(
        node,
        task({1: "a", 2: "b"}),
        ledger,
        not_deployed={"post-0001": NotDeployed("not there yet")},
    )
    assert outcomes(result) == [("new", "post-0001", "planned"), ("new", "post-0002", "done")]
    assert isinstance(result.error, Unavailable)
    assert set(ledger.recorded(node.address)) == {"post-0002"}


def test_a_preview_changes_nothing(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    result = asyncio.run(preview(node, task({1: "a"}), ledger))
    assert outcomes(result) == [("new", "post-0001", "planned")]
    assert not node.exists
    assert ledger.recorded(node.address) == {}


def test_a_foreign_item_is_refused_by_the_plan(ledger: Ledger) -> None:
    node = FakeNode()
    node.items["post-0001"] = payload("post-0001", "theirs", atom="tag:other.example,2026:x")
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert outcomes(result) == [("refused", "post-0001", "refused"), ("new", "post-0002", "done")]
    assert result.hints == [], "an item of somebody else does not show that the site has moved"
    assert "theirs" in node.items["post-0001"]


def test_several_items_are_in_flight_at_a_time_and_in_order(ledger: Ledger) -> None:
    node = FakeNode(habits=PROSODY)
    posts = dict.fromkeys(range(1, 3 * WINDOW), "a")
    result = run(node, task(posts), ledger)
    assert {step.outcome for step in result.steps} == {"done"}
    assert 1 < node.most_in_flight <= WINDOW
    assert [id_ for _, id_ in node.events] == sorted(id_ for _, id_ in node.events)


def test_the_bytes_in_flight_are_limited(ledger: Ledger) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(1, 9), "x" * (WINDOW_BYTES // 3))
    assert run(node, task(posts), ledger).error is None
    assert node.most_in_flight == 2


def test_every_retract_is_answered_before_a_publish_is_sent(ledger: Ledger) -> None:
    """Otherwise the server would make room itself, and choose which item to drop."""
    node = FakeNode(max_items=3)
    run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    node.calls.clear()
    assert run(node, task({1: "a", 2: "b", 3: "c", 4: "d", 5: "e"}), ledger).error is None
    sent = [call for call in node.calls if call.startswith(("retract", "publish"))]
    assert [call.split()[0] for call in sent] == ["retract", "retract", "publish", "publish"]
    assert ("retract", "retract") in node.met
    assert ("publish", "retract") not in node.met
    assert list(node.items) == ["post-0003", "post-0004", "post-0005"]


def test_intents_stay_recorded_when_the_user_interrupts(ledger: Ledger) -> None:
    node = FakeNode()

    async def interrupted() -> None:
        def interrupt(step: Step, _: int) -> None:
            if step.change.id == "post-0010":
                work.cancel()

        work = asyncio.ensure_future(
            reconciled(
                node,
                task(dict.fromkeys(range(1, 100), "a")),
                ledger,
                clock=node.clock,
                on_step=interrupt,
            )
        )
        await work

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert 0 < len(node.items) < 99
    assert set(node.items) <= set(ledger.recorded(node.address))
    assert run(node, task(dict.fromkeys(range(1, 100), "a")), ledger).error is None
    assert len(node.versions) == 99


def test_many_announcements_are_stopped_if_the_node_has_an_audience(ledger: Ledger) -> None:
    posts = dict.fromkeys(range(1, 12), "a")
    for subscribed, others in ((True, {}), (False, {"theirs": "<x/>"})):
        node = FakeNode()
        node.subscribed, node.items = subscribed, dict(others)
        result = run(node, task(posts), ledger)
        assert isinstance(result.error, UnsafePlanError)
        assert "--announce-all" in str(result.error)
        assert node.events == []
        assert run(node, task(posts, announce_limit=None), ledger).error is None
        assert len(node.events) == 11
        for id_ in list(ledger.recorded(node.address)):
            ledger.forget(node.address, id_)


def test_the_subscribers_are_requested_only_if_that_decides(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task(dict.fromkeys(range(1, 11), "a")), ledger)
    assert "subscriptions" not in node.calls


def test_a_silent_run_notifies_nobody_and_turns_notifications_on_again(ledger: Ledger) -> None:
    node = FakeNode()
    node.subscribed = True
    result = run(node, task(dict.fromkeys(range(1, 20), "a"), silent="must"), ledger)
    assert result.error is None
    assert len(node.items) == 19
    assert node.events == []
    run(node, task(dict.fromkeys(range(2, 20), "a"), silent="must"), ledger)
    assert node.events == []
    assert set(node.config.values()) == {"1", "A title"}
    run(node, task({**dict.fromkeys(range(2, 20), "a"), 20: "loud"}), ledger)
    assert node.events == [("published", "post-0020")]


def test_the_run_after_an_interrupted_silent_run_does_not_announce_its_posts(
    ledger: Ledger,
) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(1, 30), "a")
    run(node, task(posts), ledger)
    node.reconnect()
    node.events.clear()
    node.cut_after = 12
    edited = dict.fromkeys(posts, "edited")
    assert isinstance(run(node, task(edited, silent="must"), ledger).error, Unavailable)
    node.reconnect()
    assert isinstance(run(node, task(edited), ledger).error, UnsafePlanError)
    assert run(node, task(edited, silent="must"), ledger).error is None
    assert node.events == []


def test_retracts_for_room_are_silent_in_a_silent_run(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.calls.clear()
    run(node, task({1: "a", 2: "b"}, keep=1, silent="must"), ledger)
    assert "configure deliver_notifications=0 notify_retract=0" in node.calls


def test_a_node_that_cannot_be_silenced_gets_nothing(ledger: Ledger) -> None:
    for spoil in (forbid_configuring, forget_the_field):
        node = FakeNode()
        spoil(node)
        result = run(node, task({1: "a"}, silent="must"), ledger)
        assert isinstance(result.error, Refused)
        assert "could not silence the notifications" in str(result.error)
        assert node.items == {}
        assert not ledger.last_look(node.address).muted


def forbid_configuring(node: FakeNode) -> None:
    node.answers["configure"] = Forbidden("no right", condition="forbidden")


def forget_the_field(node: FakeNode) -> None:
    del node.config["deliver_notifications"]
    node.wanted = {}
    node.config = {}


def test_a_silent_run_requests_no_notification_of_a_retract(ledger: Ledger) -> None:
    """ejabberd notifies of such a retract, whatever the configuration of the node."""
    node = FakeNode()
    node.deaf = True
    run(node, task({1: "a", 2: "b"}), ledger)
    node.events.clear()
    assert run(node, task({2: "b"}, silent="must"), ledger).error is None
    assert node.events == []


def test_a_silent_run_is_guarded_against_retracts(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.calls.clear()
    assert isinstance(run(node, task({}, silent="must"), ledger).error, UnsafePlanError)
    assert not any(call.startswith("configure") for call in node.calls)


def test_a_refresh_is_silent_if_possible(ledger: Ledger) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(1, 20), "a")
    run(node, task(posts), ledger)
    node.events.clear()
    refreshed = run(node, task(posts, refresh=True, silent="prefer"), ledger)
    assert {step.change.action for step in refreshed.steps} == {"refresh"}
    assert node.events == []
    forbid_configuring(node)
    loud = run(node, task(posts, refresh=True, silent="prefer"), ledger)
    assert isinstance(loud.error, UnsafePlanError)
    assert node.events == []
    few = run(node, task({1: "a"}, refresh=True, silent="prefer", allow_retracts=True), ledger)
    assert few.error is None
    assert ("published", "post-0001") in node.events
    assert any("subscribers will be notified" in note for note in few.notes)


def test_a_field_is_repaired_if_the_configuration_sets_it(ledger: Ledger) -> None:
    node = FakeNode()
    node.wanted = {"title": "Wanted"}
    left = run(node, task({1: "a"}), ledger)
    assert node.config["title"] == "A title"
    assert left.notes == [
        "its title is 'A title', not 'Wanted'; set title in the configuration, and publish "
        "with the node owner's account"
    ]
    seen = asyncio.run(
        preview(node, task({1: "a"}, configured_fields=frozenset({"title"})), ledger)
    )
    assert seen.notes == ["its title is 'A title', not 'Wanted'; `publisher publish` sets it"]
    assert node.config["title"] == "A title"
    repaired = run(node, task({1: "a"}, configured_fields=frozenset({"title"})), ledger)
    assert node.config["title"] == "Wanted"
    assert repaired.notes == ["set its title to 'Wanted'; it was 'A title'"]


def test_a_node_that_we_created_is_repaired(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    run(node, task({1: "a"}), ledger)
    node.wanted = {"title": "Wanted"}
    run(node, task({1: "a"}), ledger)
    assert node.config["title"] == "Wanted"


def test_a_node_that_somebody_closed_is_not_opened_again(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    run(node, task({1: "a"}), ledger)
    node.config["access_model"], node.wanted["access_model"] = "whitelist", "open"
    assert "access_model" in run(node, task({1: "a"}), ledger).notes[0]
    assert node.config["access_model"] == "whitelist"
    run(node, task({1: "a"}, configured_fields=frozenset({"access_model"})), ledger)
    assert node.config["access_model"] == "open"


def test_a_preview_finds_all_items_of_a_deleted_node_missing(ledger: Ledger) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(1, 20), "a")
    run(node, task(posts), ledger)
    node.exists = False
    node.items.clear()
    node.calls.clear()
    result = asyncio.run(preview(node, task(posts), ledger))
    assert result.error is None
    assert {step.change.action for step in result.steps} == {"missing"}
    assert node.calls == ["look", "subscriptions"]


def test_a_forbidden_repair_does_not_stop_posts(ledger: Ledger) -> None:
    node = FakeNode()
    node.wanted = {"title": "Wanted"}
    forbid_configuring(node)
    result = run(node, task({1: "a"}, configured_fields=frozenset({"title"})), ledger)
    assert outcomes(result) == [("new", "post-0001", "done")]
    assert "its title is 'A title', not 'Wanted'" in result.notes


def test_a_plan_does_not_promise_what_the_service_refused(ledger: Ledger) -> None:
    node = FakeNode()
    node.wanted = {"title": "Wanted"}
    forbid_configuring(node)
    named = task({1: "a"}, configured_fields=frozenset({"title"}))
    run(node, named, ledger)
    planned = asyncio.run(preview(node, named, ledger))
    assert planned.notes == [
        "its title is 'A title', not 'Wanted'; `publisher publish` tries to set it, but failed "
        "last time"
    ]
    node.wanted = {"title": "Another"}
    other = asyncio.run(preview(node, named, ledger))
    assert other.notes == ["its title is 'A title', not 'Another'; `publisher publish` sets it"]


def test_a_request_is_retried_while_the_service_is_busy(ledger: Ledger) -> None:
    node = FakeNode()
    busy = Busy("too much to do", condition="resource-constraint")
    # An answer to another post, which makes the next pause short again, comes at any time.
    node.answers["post-0002"] = [busy] * 6
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [step.outcome for step in result.steps] == ["done"] * 3
    assert node.calls.count("publish post-0002") == 7
    assert len(node.clock.slept) == 6
    assert node.clock.slept[5] > node.clock.slept[0]


def test_an_answer_makes_the_next_pause_short_again() -> None:
    node = FakeNode()
    busy = Busy("too much to do", condition="resource-constraint")
    node.answers |= {"first": [busy] * 4, "second": [busy]}

    async def publish() -> None:
        retrying = RetryingNode(node, node.clock, seconds=30.0)
        for id_ in ("first", "second"):
            await retrying.publish(Item(id_, payload(id_, "a")))

    asyncio.run(publish())
    assert node.clock.slept[3] > 1.0
    assert node.clock.slept[4] <= 0.5


def test_a_run_gives_up_on_a_service_that_stays_busy(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["post-0001"] = Busy("too much to do", condition="resource-constraint")
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert isinstance(result.error, Unavailable)
    assert sum(node.clock.slept) == pytest.approx(30.0)
    del node.answers["post-0001"]
    assert run(node, task({1: "a", 2: "b"}), ledger).error is None
    assert len(node.versions) == len(set(node.versions)) == 2


def test_an_item_that_broke_the_stream_is_shortened(ledger: Ledger) -> None:
    """The biggest item in flight counts as the culprit, and is shortened until it fits."""
    node = FakeNode()
    texts = {1: "a", 2: "b" * 20_000, 3: "c" * 12_000, 4: "d"}
    levels: list[int] = []
    for _ in range(SHORTEST + 1):
        node.broken = "post-0002"
        result = run(node, task(texts), ledger)
        assert isinstance(result.error, StreamBroken)
        assert result.culprit_recorded
        assert {"post-0002", "post-0003"} <= set(ledger.recorded(node.address))
        levels.append(ledger.recorded(node.address)["post-0002"].level)
        assert ledger.recorded(node.address)["post-0003"].level == 0
        node.broken = ""
        node.reconnect()
    assert levels == [1, 2, 3]
    last = run(node, task(texts), ledger)
    assert [step.outcome for step in last.steps if step.change.id == "post-0002"] == ["refused"]
    assert "post-0002" not in node.items
    assert "post-0003" in node.items
    edited = run(node, task({**texts, 2: "shorter"}), ledger)
    assert edited.error is None
    assert "post-0002" in node.items


def test_another_page_starts_at_its_full_length_again(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a"}, sources={1: "s"}, pages={1: "long"}), ledger)
    ledger.record_level(node.address, "post-0001", 1)
    for page, level in (("long", 1), ("short", 0)):
        work = task({1: "a"}, sources={1: "s"}, pages={1: page}, refresh=True)
        assert run(node, work, ledger).error is None
        assert ledger.recorded(node.address)["post-0001"].level == level


def test_an_item_is_blamed_for_a_reset_only_if_it_was_alone(ledger: Ledger) -> None:
    """The server may have died for another reason."""
    node = FakeNode()
    texts = {1: "a" * 12_000, 2: "b" * 20_000}
    node.answers = {id_: StreamReset("reset by peer") for id_ in ("post-0001", "post-0002")}
    first = run(node, task({2: texts[2]}), ledger)
    assert (first.culprit_recorded, first.suspect_id) == (False, "post-0002")
    assert ledger.recorded(node.address)["post-0002"].level == 0
    second = run(node, task(texts, send_alone=frozenset({"post-0002"})), ledger)
    assert (second.culprit_recorded, second.suspect_id) == (False, "post-0001")
    third = run(node, task({2: texts[2]}, send_alone=frozenset({"post-0002"})), ledger)
    assert (third.culprit_recorded, third.suspect_id) == (True, "")
    assert ledger.recorded(node.address)["post-0002"].level == 1


def test_a_suspect_is_sent_alone(ledger: Ledger) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(1, 9), "a")
    alone = frozenset(f"post-{number:04}" for number in posts)
    assert run(node, task(posts, send_alone=alone), ledger).error is None
    assert node.most_in_flight == 1


def test_a_small_stanza_is_not_blamed(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers = {"post-0001": StreamBroken("closed")}
    result = run(node, task({1: "a"}), ledger)
    assert not result.culprit_recorded
    assert ledger.recorded(node.address)["post-0001"].level == 0


def test_an_edit_that_the_server_lost_is_published_again(ledger: Ledger) -> None:
    """A server that crashes before it writes its memory to disk has the older text."""
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    old = dict(node.items)
    run(node, task({1: "edited"}), ledger)
    node.items = old
    result = run(node, task({1: "edited"}), ledger)
    assert outcomes(result) == [("changed", "post-0001", "done")]


def test_a_retraction_that_the_server_lost_is_made_again(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    old = dict(node.items)
    run(node, task({2: "b"}), ledger)
    node.items = dict(old)
    assert outcomes(run(node, task({2: "b"}), ledger, later=2)) == [
        ("removed", "post-0001", "done")
    ]
    for later in (2.0, 60.0):
        assert not is_settled(node.address, task({2: "b"}), ledger, now=node.clock.now())
        assert run(node, task({2: "b"}), ledger, later=later).steps == []
    assert is_settled(node.address, task({2: "b"}), ledger, now=node.clock.now())
    assert set(ledger.recorded(node.address)) == {"post-0002"}


def test_an_item_that_cannot_be_retracted_is_reported_by_every_run(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.stuck = {"post-0001"}
    for _ in range(2):
        (step,) = run(node, task({2: "b"}), ledger).steps
        assert (step.outcome, "says that it does not exist" in step.reason) == ("refused", True)
    node.stuck.clear()
    assert outcomes(run(node, task({2: "b"}), ledger)) == [("removed", "post-0001", "done")]


def test_a_post_that_comes_back_is_new(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    run(node, task({2: "b"}), ledger)
    assert outcomes(run(node, task({1: "a", 2: "b"}), ledger, later=2)) == [
        ("new", "post-0001", "done")
    ]


def test_an_item_does_not_count_as_seen_before_it_is_durable(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    run(node, task({1: "a"}), ledger, later=2)
    assert ledger.recorded(node.address)["post-0001"].state == "done"
    run(node, task({1: "a"}), ledger, later=60)
    assert ledger.recorded(node.address)["post-0001"].state == "seen"


def test_a_list_is_not_enough_to_call_an_item_missing(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    run(node, task({1: "a", 2: "b"}), ledger)
    node.hidden = {"post-0002"}
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert result.steps == []
    assert len(node.versions) == 2


def test_verify_fetches_every_payload(ledger: Ledger) -> None:
    node = FakeNode()
    for _ in range(2):
        run(node, task({1: "a", 2: "b"}), ledger)
    node.items["post-0001"] = payload("post-0001", "changed by somebody")
    assert run(node, task({1: "a", 2: "b"}), ledger).steps == []
    result = run(node, task({1: "a", 2: "b"}, verify=True), ledger)
    assert outcomes(result) == [("changed", "post-0001", "done")]


def test_only_selected_posts_are_changed(ledger: Ledger) -> None:
    node = FakeNode()
    selected = task({1: "a", 2: "b"}, is_selected=lambda change: change.id == "post-0002")
    result = run(node, selected, ledger)
    assert list(node.items) == ["post-0002"]
    assert result.notes == ["1 change that is not selected waits for a run without a selection"]
    assert not is_settled(node.address, task({1: "a", 2: "b"}), ledger, now=node.clock.now())


def test_a_run_with_a_selection_does_not_settle_the_node(ledger: Ledger) -> None:
    """Nothing in the ledger shows that an item of somebody else must be pruned."""
    node = FakeNode()
    everything = task({1: "a"}, prune="all", exclusive=True)
    run(node, everything, ledger)
    node.clock.time += 90_000
    node.items["theirs"] = "<x/>"
    selected = replace(everything, is_selected=lambda change: change.id == "post-0001")
    for _ in range(2):
        run(node, selected, ledger)
    assert "theirs" in node.items
    assert not is_settled(node.address, everything, ledger, now=node.clock.now())


def test_accepted_changes_are_dropped_once_the_node_equals_the_posts(ledger: Ledger) -> None:
    """Otherwise announcing the same posts once more would pass the guard."""
    node = FakeNode(habits=PROSODY)
    posts = dict.fromkeys(range(1, 12), "a")
    run(node, task(posts), ledger)
    node.reconnect()
    node.cut_before = 4
    run(node, task(dict.fromkeys(posts, "edited"), announce_limit=None), ledger)
    node.reconnect()
    assert len(ledger.accepted(node.address)) == 11
    assert run(node, task(posts), ledger).error is None
    assert ledger.accepted(node.address) == frozenset()


@pytest.mark.parametrize(
    ("change", "settled"),
    [
        ({}, True),
        ({"later": 86_500.0}, False),
        ({"later": -10.0}, False),
        ({"posts": {1: "edited"}}, False),
        ({"posts": {1: "a", 2: "due"}}, False),
        ({"posts": {}}, False),
        ({"verify": True}, False),
        ({"config_digest": "another configuration"}, False),
        ({"refresh": True}, False),
    ],
)
def test_a_run_looks_only_if_something_may_have_changed(
    ledger: Ledger, change: dict[str, object], *, settled: bool
) -> None:
    node = FakeNode()
    for _ in range(2):
        run(node, task({1: "a"}), ledger)
    options = {name: value for name, value in change.items() if name not in {"posts", "later"}}
    work = task(change.get("posts", {1: "a"}), **options)  # type: ignore[arg-type]
    now = node.clock.now() + float(change.get("later", 60.0))  # type: ignore[arg-type]
    assert is_settled(node.address, work, ledger, now=now) == settled


def test_a_run_looks_until_the_last_acknowledged_item_was_seen_again(ledger: Ledger) -> None:
    node = FakeNode()
    work = task({1: "a"})
    assert not is_settled(node.address, work, ledger, now=node.clock.now())
    run(node, work, ledger)
    assert not is_settled(node.address, work, ledger, now=node.clock.now())
    run(node, work, ledger)
    assert is_settled(node.address, work, ledger, now=node.clock.now())


def test_an_offline_plan_comes_from_the_ledger_alone(ledger: Ledger) -> None:
    node = FakeNode(max_items=2)
    for _ in range(2):
        run(node, task({1: "a", 2: "b"}), ledger)
    node.calls.clear()
    result = offline(node.address, task({1: "a", 2: "edited", 3: "c"}), ledger)
    assert outcomes(result) == [
        ("removed", "post-0001", "planned"),
        ("changed", "post-0002", "planned"),
        ("new", "post-0003", "planned"),
    ]
    assert node.calls == []


def fill(node: FakeNode, count: int) -> None:
    """Add items of somebody else."""
    node.items |= {f"theirs-{n}": payload("x", "theirs", atom="urn:x:y") for n in range(count)}


@pytest.mark.parametrize(
    ("options", "fetched"),
    [
        ({}, False),
        ({"verify": True}, True),
        ({"fetch_foreign": True}, True),
        ({"prune": "site"}, True),
        ({"prune": "all", "allow_retracts": True}, True),
    ],
)
def test_foreign_items_are_fetched_only_where_their_content_matters(
    ledger: Ledger, options: Mapping[str, Any], *, fetched: bool
) -> None:
    node = FakeNode()
    for _ in range(2):
        run(node, task({1: "a"}), ledger)
    node.items |= {"theirs": payload("x", "theirs"), "a\nb": payload("x", "theirs")}
    node.calls.clear()
    result = asyncio.run(preview(node, task({1: "a"}, **options), ledger, clock=node.clock))
    count = 1 + ("verify" in options)
    assert node.calls == (["look", f"fetch {count}"] if fetched else ["look"])
    assert result.items == 3
    if options.get("prune") != "all":
        assert result.foreign == ("theirs", "a\nb")


NO_ROOM = "the node holds 3 items, 3 are not ours, its limit is 3: no room for 1 post;"


def test_a_full_node_is_an_error_with_figures_until_there_is_room(ledger: Ledger) -> None:
    node = FakeNode(max_items=3)
    fill(node, 3)
    work = task({1: "a"})
    for _ in range(3):
        result = run(node, work, ledger)
        assert isinstance(result.error, NoRoom)
        assert str(result.error).startswith(NO_ROOM)
        assert not is_settled(node.address, work, ledger, now=node.clock.now())
    seen = asyncio.run(preview(node, work, ledger, clock=node.clock))
    assert str(seen.error).startswith(NO_ROOM)
    known = offline(node.address, work, ledger)
    assert "at the last look the node had room for 0 items of ours" in str(known.error)
    assert node.events == []
    del node.items["theirs-0"]
    assert run(node, work, ledger).error is None
    assert run(node, work, ledger).error is None
    assert node.events == [("published", "post-0001")]
    assert is_settled(node.address, work, ledger, now=node.clock.now())


def test_a_node_that_was_full_at_the_last_look_is_looked_at_again(
    ledger: Ledger,
) -> None:
    """Older versions recorded a full node as if it equalled the posts."""
    node = FakeNode(max_items=3)
    run(node, task({}), ledger)
    last_look = ledger.last_look(node.address)
    ledger.record_look(node.address, replace(last_look, room=0))
    assert not is_settled(node.address, task({1: "a"}), ledger, now=node.clock.now())
    assert run(node, task({1: "a"}), ledger).error is None
    assert node.events == [("published", "post-0001")]


def test_less_room_than_keep_is_an_error_and_the_rest_is_done(ledger: Ledger) -> None:
    node = FakeNode(max_items=3)
    run(node, task({1: "a", 2: "b"}, keep=3), ledger)
    node.events.clear()
    fill(node, 1)
    work = task({2: "edited", 3: "c"}, keep=3)
    assert run(node, work, ledger).error is None, "there is room for all of them"
    assert node.events == [
        ("retracted", "post-0001"),
        ("published", "post-0002"),
        ("published", "post-0003"),
    ]
    more = task({2: "edited again", 3: "edited", 4: "d"}, keep=3)
    result = run(node, more, ledger)
    assert isinstance(result.error, NoRoom)
    assert "or lower `keep`" in str(result.error)
    assert outcomes(result) == [
        ("removed", "post-0002", "done"),
        ("changed", "post-0003", "done"),
        ("new", "post-0004", "done"),
    ]
    assert result.notes == []
    assert not is_settled(node.address, more, ledger, now=node.clock.now())


def test_older_posts_than_a_node_holds_are_a_note(ledger: Ledger) -> None:
    node = FakeNode(max_items=3)
    fill(node, 1)
    work = task({1: "a", 2: "b", 3: "c", 4: "d"})
    result = run(node, work, ledger)
    assert (result.error, result.notes) == (None, ["no room for the 2 oldest posts"])
    run(node, work, ledger)
    assert is_settled(node.address, work, ledger, now=node.clock.now())
    assert offline(node.address, work, ledger).notes == result.notes
    one = run(FakeNode(max_items=1), task({1: "a", 2: "b"}), ledger)
    assert one.notes == ["no room for the oldest post"]


@pytest.mark.parametrize(
    ("numbers", "keep", "note"),
    [
        ([2], None, "no room for the selected post"),
        ([1, 2], None, "no room for 2 of the selected posts"),
        ([2, 3], None, "no room for 1 of the selected posts"),
        ([1], 1, "the selected post is too old for `keep`"),
        ([1, 3], 1, "1 of the selected posts is too old for `keep`"),
        ([1, 2], 1, "2 of the selected posts are too old for `keep`"),
        ([3], 1, None),
    ],
)
def test_a_selected_post_without_room_is_reported(
    ledger: Ledger, numbers: Sequence[int], keep: int | None, note: str | None
) -> None:
    node = FakeNode(max_items=1)
    ids = {f"post-{number:04}" for number in numbers}
    posts = {1: "a", 2: "b", 3: "c"}
    selected = task(posts, keep=keep, is_selected=lambda change: change.id in ids)
    for _ in range(2):
        result = run(node, selected, ledger)
        assert result.error is None
        assert (note in result.notes) if note else not any("old" in n for n in result.notes)


def test_the_figures_after_a_run_count_the_changes_that_were_made(ledger: Ledger) -> None:
    node = FakeNode(max_items=3)
    fill(node, 1)
    work = task({1: "a", 2: "b", 3: "c"}, keep=3)
    planned = asyncio.run(preview(node, work, ledger, clock=node.clock))
    assert str(planned.error).startswith("the node will hold 3 items, 1 is not ours, ")
    node.answers["post-0002"] = Refused("no", condition="not-acceptable")
    refused = run(node, work, ledger)
    assert str(refused.error).startswith("the node holds 2 items, 1 is not ours, ")
    del node.answers["post-0002"]
    for _ in range(2):
        done = run(node, work, ledger)
        assert str(done.error).startswith("the node holds 3 items, 1 is not ours, ")


def test_items_that_wait_for_a_broken_post_are_reported_once(ledger: Ledger) -> None:
    node = FakeNode(max_items=1)
    run(node, task({1: "a"}), ledger)
    result = run(node, task({2: "b"}, has_unreadable_posts=True), ledger)
    assert str(result.error).count("1 item without a post stays") == 1
    assert result.notes == []


def test_a_post_without_its_page_is_a_note_beside_the_lack_of_room(ledger: Ledger) -> None:
    node = FakeNode(max_items=2)
    fill(node, 1)
    result = run(
        node,
        task({1: "a", 2: "b"}, keep=2),
        ledger,
        not_deployed={"post-0002": NotDeployed("not yet")},
    )
    assert isinstance(result.error, NoRoom)
    assert result.notes == ["1 post waits for its page on the web; the next run asks again"]


def test_a_service_that_dies_is_the_error_and_the_lack_of_room_a_note(ledger: Ledger) -> None:
    node = FakeNode(max_items=2)
    fill(node, 1)
    node.cut_before = 3
    result = run(node, task({1: "a", 2: "b"}, keep=2), ledger)
    assert isinstance(result.error, Unavailable)
    assert any("no room for 1 post" in note for note in result.notes)


def test_a_new_path_is_recorded_without_a_look(ledger: Ledger) -> None:
    node = FakeNode()
    for _ in range(2):
        run(node, task({1: "a", 2: "b"}), ledger)
    work = task({1: "a", 2: "b"})
    renamed = [dataclasses.replace(post, path=f"renamed/{post.path}") for post in work.desired]
    work = replace(work, desired=renamed)
    before = ledger.recorded(node.address)
    record_paths(node.address, work, ledger)
    after = ledger.recorded(node.address)
    assert [record.path for record in after.values()] == [
        "renamed/post-0001.md",
        "renamed/post-0002.md",
    ]
    assert {id_: replace(record, path=before[id_].path) for id_, record in after.items()} == before
    assert is_settled(node.address, work, ledger, now=node.clock.now())


def test_a_refused_edit_keeps_the_recorded_path(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    node.answers["post-0001"] = Refused("no", condition="not-acceptable")
    edited = task({1: "edited"})
    (post,) = edited.desired
    edited = replace(edited, desired=[dataclasses.replace(post, path="other.md")])
    record_paths(node.address, edited, ledger)
    run(node, edited, ledger)
    assert ledger.recorded(node.address)["post-0001"].path == "post-0001.md"
    del node.answers["post-0001"]
    run(node, edited, ledger)
    assert ledger.recorded(node.address)["post-0001"].path == "other.md"


def test_a_rename_gives_a_hint_with_the_line_that_keeps_the_item(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    result = asyncio.run(preview(node, task({1: "a", 3: "b"}), ledger))
    assert result.hints == [
        "post-0003.md has the text of the post that was post-0002; if it was renamed, keep its "
        "item with a line in its front matter: id: post-0002"
    ]


def test_without_a_ledger_the_items_show_that_the_site_has_moved(ledger: Ledger) -> None:
    """Nothing is sent until somebody has decided which ids the posts have."""
    node = FakeNode()
    node.items["post-0001"] = payload("post-0001", "a", atom="tag:old.example,2026:post-0001")
    before = dict(node.items)
    work = task({1: "a with new links"})
    for result in (asyncio.run(preview(node, work, ledger)), run(node, work, ledger)):
        assert isinstance(result.error, UnsafePlanError)
        assert 'site` in publisher.yaml: id_template: "tag:old.example,{date}:{id}"' in str(
            result.error
        )
        assert node.items == before
    decided = task({1: "a with new links"}, new_ids={"post-0001"})
    assert outcomes(run(node, decided, ledger)) == [("changed", "post-0001", "done")]
    assert run(node, work, ledger).error is None


def test_a_post_with_its_new_id_at_another_node_gets_it_here(ledger: Ledger) -> None:
    """Also if nothing else about the post has changed."""
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    work = task({1: "a"}, new_ids={"post-0001"})
    (post,) = work.desired
    moved = dataclasses.replace(post, atom_id="tag:new.example,2026:post-0001")
    work = replace(work, desired=[moved])
    assert outcomes(run(node, work, ledger)) == [("changed", "post-0001", "done")]
    assert ledger.recorded(node.address)["post-0001"].atom_id == moved.atom_id


def closed(node: FakeNode) -> Task:
    """A task for a node that should be closed; the node stays open whatever is set."""
    node.wanted["access_model"] = "whitelist"
    node.config["access_model"] = "open"
    node.stubborn = {"access_model"}
    return task({1: "a"}, configured_fields=frozenset({"access_model"}))


def test_a_created_node_that_is_too_open_is_deleted_and_not_ours(ledger: Ledger) -> None:
    node = FakeNode(exists=False)
    result = run(node, closed(node), ledger)
    assert isinstance(result.error, Forbidden)
    assert (node.exists, node.events) == (False, [])
    assert not ledger.last_look(node.address).created
    assert outcomes(result) == [("new", "post-0001", "refused")]


@pytest.mark.parametrize("use", ["an item", "a subscriber"])
def test_a_created_node_that_somebody_uses_is_not_deleted(ledger: Ledger, use: str) -> None:
    node = FakeNode(exists=False)
    if use == "an item":
        node.items["theirs"] = payload("theirs", "x")
    else:
        node.subscribed = True
    result = run(node, closed(node), ledger)
    assert isinstance(result.error, Forbidden)
    assert (node.exists, node.events) == (True, [])
    assert "because somebody may use it" in result.notes[-1]


def test_a_node_that_was_there_before_is_not_deleted(ledger: Ledger) -> None:
    node = FakeNode()
    result = run(node, closed(node), ledger)
    assert isinstance(result.error, Forbidden)
    assert (node.exists, node.events) == (True, [])


def test_a_node_that_lets_anybody_publish_gets_nothing_if_we_created_it(ledger: Ledger) -> None:
    for exists in (False, True):
        node = FakeNode(exists=exists)
        node.wanted["publish_model"], node.config["publish_model"] = "publishers", "open"
        node.stubborn = {"publish_model"}
        assert (run(node, task({1: "a"}), ledger).error is None) == exists
        assert node.exists == exists


def test_a_restriction_that_can_be_set_is_set_first(ledger: Ledger) -> None:
    node = FakeNode()
    work = closed(node)
    node.stubborn = set()
    assert run(node, work, ledger).error is None
    assert node.config["access_model"] == "whitelist"
    assert len(node.events) == 1
