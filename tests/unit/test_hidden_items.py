"""A full node may hide items instead of deleting them, and list them again after a retract."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.errors import UnsafePlanError
from publisher.sync import is_settled, offline, preview
from publisher.sync.ledger import Ledger
from publisher.sync.reconcile import MOST_LOOKS
from tests.support.fake_node import HABITS, PROSODY, FakeNode, usual
from tests.support.tasks import payload, run, task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.sync import Result

HIDES = replace(PROSODY, hides=True)


@pytest.fixture(params=[HIDES, replace(HIDES, shows_hidden=True)], autouse=True)
def usual_habits(request: pytest.FixtureRequest) -> Iterator[None]:
    with usual(request.param):
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "state") as opened:
        yield opened


def posts(*numbers: int) -> dict[int, str]:
    return dict.fromkeys(numbers, "a")


def shrunk(ledger: Ledger, count: int, limit: int) -> FakeNode:
    """A node with as many posts, of which its owner lets it show only `limit`."""
    node = FakeNode()
    for _ in range(2):
        run(node, task(posts(*range(1, count + 1))), ledger)
    node.max_items = limit
    node.calls.clear()
    node.events.clear()
    node.versions.clear()
    return node


def work(wanted: Mapping[int, str], **options: Any) -> Any:
    return task(wanted, allow_retracts=True, **options)


def preview_of(node: FakeNode, wanted: Any, ledger: Ledger) -> Result:
    """What `plan` says, which changes nothing."""
    before = dict(node.items), ledger.recorded(node.address)
    result = asyncio.run(preview(node, wanted, ledger, clock=node.clock))
    assert (dict(node.items), ledger.recorded(node.address)) == before
    return result


def done(result: Result) -> list[tuple[str, str]]:
    assert result.error is None
    return [(step.change.action, step.change.id) for step in result.steps]


def names(*numbers: int) -> list[str]:
    return [f"post-{number:04}" for number in numbers]


def settle(node: FakeNode, wanted: Any, ledger: Ledger) -> None:
    """Two more runs: they send nothing, and after them no run looks any more."""
    node.calls.clear()
    for _ in range(2):
        assert run(node, wanted, ledger).error is None
    assert {call.partition(" ")[0] for call in node.calls} <= {"look", "fetch"}
    assert is_settled(node.address, wanted, ledger, now=node.clock.now())


def test_hidden_items_are_no_work(ledger: Ledger) -> None:
    node = shrunk(ledger, 6, 3)
    for _ in range(2):
        assert done(run(node, work(posts(*range(1, 7))), ledger)) == []
    assert node.calls == ["look", "look"]
    settle(node, work(posts(*range(1, 7))), ledger)


@pytest.mark.parametrize("is_known_as_hidden", [True, False])
def test_an_item_that_reappears_is_not_announced_as_new(
    ledger: Ledger, *, is_known_as_hidden: bool
) -> None:
    node = shrunk(ledger, 6, 3)
    if is_known_as_hidden:
        run(node, work(posts(*range(1, 7))), ledger)
    wanted = work(posts(1, 2, 3, 4, 5))
    adopted = [("adopt", "post-0003")] if is_known_as_hidden else []
    assert done(run(node, wanted, ledger)) == [("removed", "post-0006"), *adopted]
    assert node.events == [("retracted", "post-0006")]
    assert node.shown == names(3, 4, 5)
    settle(node, wanted, ledger)


@pytest.mark.parametrize("prune", ["own", "site", "all"])
def test_without_a_ledger_neither(tmp_path: Path, prune: str) -> None:
    with Ledger(tmp_path / "old") as before:
        node = shrunk(before, 6, 3)
    node.remove(["post-0006"])
    node.items["post-0006"] = payload("post-0006", "a", atom="tag:other.example,2026:x")
    policy = {"prune": prune, "exclusive": prune == "all"}
    with Ledger(tmp_path / "new") as ledger:
        run(node, work(posts(1, 2, 3, 4, 5), **policy), ledger)
    assert [event for event in node.events if event[0] == "published"] == []


def test_an_edit_of_an_item_that_reappears_is_sent_once(ledger: Ledger) -> None:
    node = shrunk(ledger, 6, 3)
    wanted = work({**posts(1, 2, 4, 5), 3: "edited"})
    result = run(node, wanted, ledger)
    assert ("changed", "post-0003") in done(result)
    assert node.events == [("retracted", "post-0006"), ("published", "post-0003")]
    settle(node, wanted, ledger)


def test_an_item_whose_post_was_removed_while_it_was_hidden_is_retracted(ledger: Ledger) -> None:
    """It was hidden for months; the ledger still knows that it is ours."""
    node = shrunk(ledger, 6, 3)
    for _ in range(3):
        run(node, work(posts(1, 2, 4, 5, 6)), ledger)
    assert node.events == []
    wanted = work(posts(1, 2, 4, 5))
    result = run(node, wanted, ledger)
    assert ("removed", "post-0003") in done(result)
    assert node.events == [("retracted", "post-0006"), ("retracted", "post-0003")]
    assert node.shown == names(2, 4, 5)
    settle(node, wanted, ledger)


def test_in_a_silent_run_nobody_hears_of_the_retract_either(ledger: Ledger) -> None:
    """Some servers notify of every retract that asks for it, whatever is configured."""
    node = shrunk(ledger, 6, 3)
    run(node, work(posts(1, 2, 4, 5, 6)), ledger)
    node.deaf = True
    result = run(node, work(posts(1, 2, 4, 5), silent="must"), ledger)
    assert ("removed", "post-0003") in done(result)
    assert node.events == []


def test_many_removed_items_that_reappear_are_left_to_a_run_that_may_retract_them(
    ledger: Ledger,
) -> None:
    """Making room lists them again, after the guard has seen the plan."""
    node = shrunk(ledger, 12, 6)
    wanted = posts(1, 2, *range(7, 13))
    run(node, task(wanted), ledger)
    removed = set(names(3, 4, 5, 6))
    assert run(node, task(wanted, keep=2), ledger).error is None
    assert removed <= node.items.keys()
    assert isinstance(run(node, task(wanted, keep=2), ledger).error, UnsafePlanError)
    assert node.events == []
    run(node, work(wanted, keep=2), ledger)
    assert sorted(node.items)[-2:] == node.shown == names(11, 12)
    assert {id_ for kind, id_ in node.events if kind == "retracted"} == removed


def test_an_item_that_reappears_later_is_still_ours(ledger: Ledger) -> None:
    """Somebody else retracts an item, or raises the limit."""
    node = shrunk(ledger, 6, 3)
    run(node, work(posts(*range(1, 7))), ledger)
    node.max_items = 5
    wanted = work(posts(1, 2, 4, 5, 6))
    assert done(run(node, wanted, ledger)) == [
        ("removed", "post-0003"),
        ("adopt", "post-0001"),
        ("adopt", "post-0002"),
    ]
    assert [event for event in node.events if event[0] == "published"] == []
    settle(node, wanted, ledger)


def test_foreign_items_that_reappear_stay(ledger: Ledger) -> None:
    node = shrunk(ledger, 3, 3)
    theirs = {f"theirs-{n}": payload(f"theirs-{n}", "x", atom=f"tag:o,2026:{n}") for n in (1, 2)}
    node.items = {**theirs, **node.items}
    wanted = work(posts(1, 3))
    assert done(run(node, wanted, ledger)) == [("removed", "post-0002")]
    assert node.shown == ["theirs-2", *names(1, 3)]
    settle(node, wanted, ledger)
    assert set(theirs) <= node.items.keys()


def test_items_beyond_keep_that_reappear_are_retracted_to_the_end(ledger: Ledger) -> None:
    node = shrunk(ledger, 8, 3)
    wanted = work(posts(*range(1, 9)), keep=2)
    assert run(node, wanted, ledger).error is None
    assert node.shown == names(7, 8)
    assert node.events == []
    settle(node, wanted, ledger)


def test_a_run_does_not_retract_for_ever(ledger: Ledger) -> None:
    count = 3 + 2 * MOST_LOOKS
    node = shrunk(ledger, count, 3)
    wanted = work(posts(*range(1, count + 1)), keep=2)
    run(node, wanted, ledger)
    assert node.calls.count("look") == MOST_LOOKS + 1
    left = len(node.items)
    assert 2 < left < count
    for _ in range(3):
        run(node, wanted, ledger)
    assert list(node.items) == names(count - 1, count)
    assert node.events == []
    settle(node, wanted, ledger)


def test_a_service_that_lists_a_retracted_item_again_is_not_asked_again(ledger: Ledger) -> None:
    node = shrunk(ledger, 4, 3)
    node.zombies = {"post-0004"}
    assert run(node, work(posts(1, 2, 3)), ledger).error is None
    assert node.calls.count("retract post-0004") == 1


def crowded(*ids: str | int, limit: int) -> FakeNode:
    """A node of several publishers with these items, oldest first; the strings are foreign ones."""
    node = FakeNode(max_items=limit)
    for one in ids:
        id_ = one if isinstance(one, str) else f"post-{one:04}"
        atom = f"tag:other.example,2026:{one}" if isinstance(one, str) else None
        node.items[id_] = payload(id_, "a", atom=atom)
    return node


@pytest.mark.parametrize("knows", ["all", "nothing"])
@pytest.mark.parametrize("verify", [True, False])
def test_a_post_that_a_foreign_item_hides_is_not_at_the_node(
    ledger: Ledger, knows: str, *, verify: bool
) -> None:
    """The service had executed the publishes in another order, so it hides a newer post."""
    node = crowded(2, 1, 3, 4, limit=4)
    wanted = work(posts(1, 2, 3, 4), verify=verify)
    if knows == "all":
        settle(node, work(posts(1, 2, 3, 4)), ledger)
    node.items["theirs"] = payload("theirs", "x", atom="tag:other.example,2026:x")
    planned = preview_of(node, wanted, ledger)
    result = run(node, wanted, ledger)
    assert {("removed", "post-0001")} <= {*done(result)}
    assert {*planned.notes} >= {"no room for the oldest post"} <= {*result.notes}
    assert {*node.shown} == {*names(2, 3, 4), "theirs"}
    assert node.events == []
    settle(node, work(posts(1, 2, 3, 4)), ledger)
    result = run(node, work(posts(1, 2, 3, 4, 5)), ledger)
    assert "no room for the 2 oldest posts" in result.notes
    assert {*node.shown} == {*names(3, 4, 5), "theirs"}
    assert node.events == [("published", "post-0005")]
    settle(node, work(posts(1, 2, 3, 4, 5)), ledger)


def test_a_foreign_item_that_is_listed_again_takes_the_room_of_a_post(ledger: Ledger) -> None:
    node = crowded(2, 1, 3, 4, limit=4)
    wanted = work(posts(1, 2, 3, 4))
    settle(node, wanted, ledger)
    node.items = {
        "post-0002": node.items.pop("post-0002"),
        "theirs-1": payload("theirs-1", "x", atom="tag:other.example,2026:1"),
        **node.items,
        "theirs-2": payload("theirs-2", "x", atom="tag:other.example,2026:2"),
    }
    result = run(node, wanted, ledger)
    assert done(result) == [("removed", "post-0001")]
    assert result.notes == ["no room for the 2 oldest posts"]
    assert {*node.shown} == {*names(3, 4), "theirs-1", "theirs-2"}
    assert node.events == []
    settle(node, wanted, ledger)


MANY = range(1, 29)


@pytest.mark.parametrize("is_known_as_hidden", [True, False])
def test_items_that_may_be_listed_again_are_no_announcements(
    ledger: Ledger, *, is_known_as_hidden: bool
) -> None:
    node = shrunk(ledger, len(MANY), 14)
    if is_known_as_hidden:
        settle(node, work(posts(*MANY)), ledger)
    wanted = work(posts(*MANY[:-12]))
    planned = preview_of(node, wanted, ledger)
    assert planned.error is None
    assert planned.notes == [
        "no room for the 2 oldest posts",
        "the full node may hide 12 of these posts, which may be listed again once others are "
        "retracted; then they are not sent",
    ]
    if is_known_as_hidden:
        without_a_server = offline(node.address, wanted, ledger)
        assert (without_a_server.error, without_a_server.notes) == (None, planned.notes)
    result = run(node, wanted, ledger)
    assert {action for action, _ in done(result)} <= {"removed", "adopt"}
    assert result.notes == ["no room for the 2 oldest posts"]
    assert [event for event in node.events if event[0] == "published"] == []
    assert node.shown == names(*MANY[2:-12])
    settle(node, wanted, ledger)


def test_hidden_items_of_edited_posts_are_announcements(ledger: Ledger) -> None:
    node = shrunk(ledger, len(MANY), 14)
    settle(node, work(posts(*MANY)), ledger)
    wanted = work(dict.fromkeys(MANY[:-12], "edited"))
    for says in (preview_of, run):
        result = says(node, wanted, ledger)
        assert "14 posts at once (12 new, 2 changed)" in str(result.error)
    assert node.events == []


@pytest.mark.parametrize("new", [0, 5])
def test_items_that_are_not_listed_again_are_announcements(ledger: Ledger, new: int) -> None:
    """Whether or not new posts are among those that would be sent."""
    node = shrunk(ledger, len(MANY), 14)
    node.items = {id_: node.items[id_] for id_ in node.shown}
    wanted = posts(*MANY[:-12], *range(40, 40 + new))
    for _ in range(2):
        result = run(node, work(wanted), ledger)
        assert isinstance(result.error, UnsafePlanError)
        assert [event for event in node.events if event[0] == "published"] == []
    assert len([event for event in node.events if event[0] == "retracted"]) == 12
    assert run(node, work(wanted, announce_limit=None), ledger).error is None
    assert {*node.shown} == {*names(*[*wanted][-14:])}
    settle(node, work(wanted), ledger)


@pytest.mark.parametrize("name", ["Prosody", "ejabberd", "Openfire", "all at once"])
def test_ordinary_runs_send_nothing_more(ledger: Ledger, name: str) -> None:
    node = FakeNode(max_items=3, habits=HABITS[name])
    for wanted in (
        posts(1, 2, 3),
        posts(1, 2, 3),
        posts(1, 2, 3, 4, 5),
        {**posts(1, 2, 3, 4), 5: "b"},
    ):
        run(node, work(wanted), ledger)
        run(node, work(wanted), ledger)
        assert node.calls.count("look") == 2, "one look a run"
        node.calls.clear()


def test_a_node_that_lists_more_than_its_limit_hides_nothing(ledger: Ledger) -> None:
    """ejabberd counts the items of each publisher separately."""
    node = crowded("theirs-1", "theirs-2", 1, 2, 4, limit=3)
    node.habits = HABITS["ejabberd"]
    run(node, work(posts(1, 2, 4)), ledger)
    node.calls.clear()
    assert done(run(node, work(posts(1, 2, 3, 4)), ledger)) == [
        ("removed", "post-0001"),
        ("new", "post-0003"),
    ]
    assert node.calls.count("look") == 1


def test_a_removal_at_a_node_with_room_looks_once(ledger: Ledger) -> None:
    node = FakeNode(max_items=4)
    run(node, work(posts(1, 2, 3)), ledger)
    node.calls.clear()
    run(node, work(posts(1, 2)), ledger)
    assert node.calls.count("look") == 1


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_run_is_finished_by_the_next_one(tmp_path: Path, cut: str) -> None:
    wanted = work({**posts(1, 3, 5), 4: "edited"})
    for call in range(1, 30):
        with Ledger(tmp_path / str(call)) as ledger:
            node = shrunk(ledger, 6, 3)
            setattr(node, f"cut_{cut}", call)
            is_cut = run(node, wanted, ledger).error is not None
            calls = len(node.calls)
            node.reconnect()
            run(node, wanted, ledger)
            run(node, wanted, ledger)
            assert set(node.shown) == set(names(3, 4, 5)), call
            published = [event for event in node.events if event[0] == "published"]
            assert published == [("published", "post-0004")], call
        if call > calls:
            assert not is_cut
            break


STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "remove", "limit", "run", "run"]), st.integers(1, 8)),
    max_size=25,
)


@settings(max_examples=60)
@example(  # the limit grows again after a post was retracted to make room
    steps=[
        *(("write", n) for n in (1, 3, 4, 5)),
        ("run", 0),
        ("write", 8),
        ("run", 0),
        ("limit", 7),
    ],
    keeps_ledger=False,
)
@given(steps=STEPS, keeps_ledger=st.booleans())
def test_in_any_order_nothing_is_announced_twice(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int]],
    *,
    keeps_ledger: bool,
) -> None:
    """Posts come, go and change, and so does the limit of the node."""
    state = tmp_path_factory.mktemp("blog") / "state"
    node = FakeNode(max_items=4)
    texts: dict[int, str] = {}
    edits = 0
    for verb, number in [*steps, ("run", 0), ("run", 0)]:
        match verb:
            case "write":
                edits += 1
                texts[number] = f"edit {edits}"
            case "remove":
                texts.pop(number, None)
            case "limit":
                node.max_items = number
            case "run":
                if not keeps_ledger:
                    shutil.rmtree(state, ignore_errors=True)
                with Ledger(state) as ledger:
                    policy = {"prune": "site", "announce_limit": None}
                    assert run(node, work(texts, **policy), ledger).error is None
                # To have an item again that was retracted, it must be sent again.
                node.versions = [version for version in node.versions if version[0] in node.items]
    newest = sorted(texts)[-(node.max_items or 0) :]
    assert set(node.shown) == set(names(*newest))
    assert len(node.versions) == len(set(node.versions))
