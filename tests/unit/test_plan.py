"""The rows of the decision table, the window, the order of changes and the guard."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

import pytest
from msgspec.structs import replace

from publisher.errors import UnsafePlanError
from publisher.sync import guard as guards
from publisher.sync import ledger_plan, plan
from publisher.sync.changes import Adopt, Change, Forget, Publish, Refuse, Retract
from publisher.sync.decide import decide
from publisher.sync.desired import Desired
from publisher.sync.guard import Guard
from publisher.sync.item import Seen
from publisher.sync.ledger_records import Recorded
from publisher.sync.policy import Policy
from publisher.sync.room import window
from publisher.sync.skipped import SkippedFiles

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def post(number: int = 1, fingerprint: str = "new") -> Desired:
    return Desired(
        id=f"post-{number:04}",
        atom_id=f"tag:blog.example,2026:post-{number:04}",
        title=f"Post {number}",
        fingerprint=fingerprint,
        published=START + dt.timedelta(days=number),
    )


def record(number: int = 1, fingerprint: str = "new", *, done: bool = True) -> Recorded:
    state: Literal["seen", "intended"] = "seen" if done else "intended"
    return Recorded(f"post-{number:04}", f"Post {number}", fingerprint, state)


def done(number: int = 1, fingerprint: str = "new") -> Recorded:
    """The record of an item that a look has found."""
    return Recorded(
        f"post-{number:04}",
        f"Post {number}",
        fingerprint,
        atom_id=f"tag:blog.example,2026:post-{number:04}",
    )


def present_item(number: int = 1, fingerprint: str | None = "new", *, ours: bool = True) -> Seen:
    atom_id = f"tag:blog.example,2026:post-{number:04}" if ours else "tag:other.example,2026:x"
    return Seen(f"post-{number:04}", atom_id, "At the node", fingerprint)


def plan_of(
    posts: list[Desired],
    recorded: list[Recorded],
    present: list[Seen],
    *,
    max_items: int | None = None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles | None = None,
    **policy: object,
) -> plan.Plan:
    return decide(
        posts,
        {record.id: record for record in recorded},
        {seen.id: seen for seen in present},
        Policy(is_minted=is_minted, **policy),  # type: ignore[arg-type]
        max_items=max_items,
        has_unreadable_posts=has_unreadable_posts,
        skipped=skipped or SkippedFiles(),
    )


def changes_of(
    posts: list[Desired], recorded: list[Recorded], present: list[Seen], **options: object
) -> list[Change]:
    return list(plan_of(posts, recorded, present, **options).changes)  # type: ignore[arg-type]


def is_minted(seen: Seen) -> bool:
    return seen.atom_id == f"tag:blog.example,2026:{seen.id}"


NEW = Publish(post(), "new")
MISSING = Publish(post(), "missing")
CHANGED = Publish(post(), "changed")
REFRESH = Publish(post(), "refresh")
ADOPT = Adopt(post(), done())


@pytest.mark.parametrize(
    ("recorded", "present", "change"),
    [
        pytest.param([], [], NEW, id="never seen"),
        pytest.param([record(done=False)], [], NEW, id="intended, never arrived"),
        pytest.param([record()], [], MISSING, id="done, then lost by the server"),
        pytest.param([record()], [present_item()], None, id="all three agree"),
        pytest.param([record(done=False)], [present_item()], ADOPT, id="intended, and it arrived"),
        pytest.param(
            [record(fingerprint="old")], [present_item()], ADOPT, id="arrived from elsewhere"
        ),
        pytest.param([], [present_item()], ADOPT, id="no ledger"),
        pytest.param([record(fingerprint="old")], [present_item(1, "old")], CHANGED, id="edited"),
        pytest.param([], [present_item(1, "old")], CHANGED, id="edited, no ledger"),
        pytest.param([], [present_item(1, None)], CHANGED, id="ours by its atom:id"),
        pytest.param(
            [record()], [present_item(1, None, ours=False)], CHANGED, id="ours by the ledger"
        ),
    ],
)
def test_the_change_of_a_desired_item(
    recorded: list[Recorded], present: list[Seen], change: Change | None
) -> None:
    assert changes_of([post()], recorded, present) == ([change] if change else [])


def test_an_item_of_somebody_else_is_never_overwritten() -> None:
    (change,) = changes_of([post()], [], [present_item(1, None, ours=False)])
    assert isinstance(change, Refuse)
    assert '"At the node"' in change.reason


def test_a_removed_post_is_retracted() -> None:
    assert changes_of([], [record()], [present_item()]) == [Retract("post-0001", "Post 1")]


def test_a_record_without_post_and_item_is_forgotten() -> None:
    assert changes_of([], [record()], []) == [Forget("post-0001", "Post 1")]


def test_an_item_without_post_and_record_is_left_alone() -> None:
    assert changes_of([], [], [present_item()]) == []


def test_nothing_is_retracted_while_a_post_is_unreadable() -> None:
    found = plan_of([], [record()], [present_item()], has_unreadable_posts=True)
    assert found.changes == ()
    assert found.withheld == 1


def test_retracts_come_first_and_publishes_oldest_first() -> None:
    changes = changes_of([post(3), post(2), post(4)], [record(9)], [present_item(9)])
    assert [change.id for change in changes] == ["post-0009", "post-0002", "post-0003", "post-0004"]


def test_posts_of_the_same_time_are_ordered_by_id() -> None:
    twins = [post(2), post(1)]
    same = [Desired(p.id, p.atom_id, p.title, p.fingerprint, START) for p in twins]
    assert [p.id for p in window(same, keep=None, room=None)] == ["post-0001", "post-0002"]


@pytest.mark.parametrize(
    ("keep", "max_items", "kept"),
    [(None, None, [1, 2, 3]), (2, None, [2, 3]), (None, 2, [2, 3]), (3, 1, [3]), (1, 3, [3])],
)
def test_the_window_holds_the_newest(
    keep: int | None, max_items: int | None, kept: list[int]
) -> None:
    changes = changes_of([post(n) for n in (1, 2, 3)], [], [], keep=keep, max_items=max_items)
    assert [change.id for change in changes] == [f"post-{n:04}" for n in kept]


@pytest.mark.parametrize(
    ("keep", "max_items", "outside"),
    [(None, None, []), (None, 1, [1, 2]), (2, 1, [2]), (1, 2, [])],
)
def test_posts_without_room_are_listed(
    keep: int | None, max_items: int | None, outside: list[int]
) -> None:
    posts = [post(n) for n in (1, 2, 3)]
    found = plan_of(posts, [], [], keep=keep, max_items=max_items)
    assert found.outside == tuple(post(n) for n in outside)


def others(count: int) -> list[Seen]:
    return [Seen(f"somebody-{n}", None, None, None) for n in range(count)]


@pytest.mark.parametrize(
    ("posts", "present", "keep", "max_items", "lacking"),
    [
        (1, others(3), None, 3, 1),
        (2, others(3), None, 3, 2),
        (9, others(3), 2, 3, 2),
        (3, others(1), 3, 3, 1),
        (3, others(1), 9, 3, 1),
        (3, others(5), None, 3, 3),
        (3, others(1), None, 3, 0),
        (3, others(1), 2, 3, 0),
        (3, others(3), None, None, 0),
        (0, others(3), None, 3, 0),
        (3, [present_item(3, None, ours=False), *others(2)], None, 3, 3),
    ],
    ids=[
        "full of others' items", "two posts", "no more than keep", "less than keep",
        "less than all, with a big keep", "a node that holds more than its limit",
        "older posts alone", "as much as keep", "no limit", "no posts",
        "one of the others' items has the id of a post",
    ],
)  # fmt: skip
def test_a_lack_of_room_is_an_error_if_posts_should_be_there(
    posts: int, present: list[Seen], keep: int | None, max_items: int | None, lacking: int
) -> None:
    all_posts = [post(n) for n in range(1, posts + 1)]
    found = plan_of(all_posts, [], present, keep=keep, max_items=max_items)
    assert (found.shortage.posts if found.shortage else 0) == lacking
    recorded = {record(n).id: record(n) for n in range(1, posts + 1)}
    policy = Policy(keep=keep, is_minted=is_minted)
    if found.shortage:
        assert not ledger_plan.is_settled(all_posts, recorded, policy, room=found.room)
        assert not ledger_plan.is_settled(all_posts, {}, policy, room=found.room)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            plan_of([post()], [], others(3), max_items=3),
            "the node holds 3 items, 3 are not ours, its limit is 3: no room for 1 post; "
            "remove items there, or raise its pubsub#max_items",
        ),
        (
            plan_of([post(1), post(2)], [], others(1), max_items=2, keep=2),
            "the node will hold 2 items, 1 is not ours, its limit is 2: no room for 1 post; "
            "remove items there, or raise its pubsub#max_items, or lower `keep`",
        ),
        (
            plan_of([post(1), post(2)], [record(2)], [present_item(2), *others(1)],
                    max_items=2, keep=2),
            "the node holds 2 items, 1 is not ours, its limit is 2: no room for 1 post; "
            "remove items there, or raise its pubsub#max_items, or lower `keep`",
        ),
        (
            plan_of([post(1), post(2)], [record(1), record(9)], [present_item(1), present_item(9)],
                    max_items=1, keep=2),
            "the node will hold 1 item, 0 are not ours, its limit is 1: no room for 1 post; "
            "raise its pubsub#max_items, or lower `keep`",
        ),
        (
            plan_of([post(1), post(2)], [record(9)], [present_item(9)],
                    max_items=1, has_unreadable_posts=True),
            "the node holds 1 item, 0 are not ours, its limit is 1, 1 item without a post stays "
            "until every post can be read: no room for 2 posts; raise its pubsub#max_items",
        ),
        (
            ledger_plan.from_ledger([post(1), post(2)], {}, Policy(), room=0),
            "at the last look the node had room for 0 items of ours: no room for 2 posts; "
            "run `publisher plan` to see what takes the room, or raise its pubsub#max_items",
        ),
        (
            ledger_plan.from_ledger(
                [post(1)], {"post-0008": record(8), "post-0009": record(9)}, Policy(),
                room=2, has_unreadable_posts=True,
            ),
            "at the last look the node had room for 2 items of ours, 2 items without a post stay "
            "until every post can be read: no room for 1 post; "
            "run `publisher plan` to see what takes the room, or raise its pubsub#max_items",
        ),
    ],
    ids=[
        "full", "keep", "nothing to do", "nothing of others", "unreadable", "remembered",
        "unreadable and remembered",
    ],
)  # fmt: skip
def test_a_shortage_gives_figures_and_remedies(found: plan.Plan, words: str) -> None:
    assert str(found.shortage) == words


def test_the_figures_of_a_selection_count_its_changes() -> None:
    found = plan_of([post(n) for n in (1, 2, 3)], [], others(1), max_items=3, keep=3)
    one = plan.narrow(found, lambda change: change.id in {"post-0001", "post-0003"})
    assert str(one.shortage).startswith("the node will hold 2 items, 1 is not ours, its limit is 3")


def test_a_shortage_does_not_stop_other_changes() -> None:
    posts = [post(1, "edited"), post(2), post(3), post(4)]
    recorded, present = (
        [record(1), record(3), record(9)],
        [present_item(1), present_item(3), present_item(9)],
    )
    found = plan_of(posts, recorded, [*present, *others(1)], max_items=4, keep=4)
    assert found.shortage
    assert [(c.action, c.id) for c in found.changes] == [
        ("removed", "post-0009"),
        ("removed", "post-0001"),
        ("new", "post-0002"),
        ("new", "post-0004"),
    ]


@pytest.mark.parametrize("keep", [None, 3])
def test_items_of_others_that_fill_a_node_do_not_retract_ours(keep: int | None) -> None:
    """ejabberd counts the items of each publisher separately, so a node may exceed its limit."""
    posts, recorded = [post(n) for n in (1, 2, 3)], [record(n) for n in (1, 2, 3)]
    present = [present_item(1), present_item(2), present_item(3), *others(3)]
    found = plan_of(posts, recorded, present, max_items=3, keep=keep)
    assert (found.changes, found.shortage, found.room) == ((), None, 3)
    newer = plan_of([*posts, post(4)], recorded, present, max_items=3, keep=keep)
    assert [(c.action, c.id) for c in newer.changes] == [
        ("removed", "post-0001"),
        ("new", "post-0004"),
    ]


def test_a_node_with_a_lower_limit_keeps_the_newest() -> None:
    numbers = (1, 2, 3, 4)
    posts, recorded = [post(n) for n in numbers], [record(n) for n in numbers]
    found = plan_of(posts, recorded, [present_item(n) for n in numbers], max_items=2)
    assert [(c.action, c.id) for c in found.changes] == [
        ("removed", "post-0001"),
        ("removed", "post-0002"),
    ]
    assert found.shortage is None
    asked = plan_of(posts, recorded, [present_item(n) for n in numbers], max_items=2, keep=4)
    assert asked.shortage


def test_a_limit_of_zero_is_a_shortage_and_retracts_nothing() -> None:
    posts, recorded, present = [post(1), post(2)], [record(1)], [present_item(1)]
    found = plan_of(posts, recorded, present, max_items=0)
    assert found.changes == ()
    assert found.shortage
    assert found.shortage.posts == 2


def test_only_selected_posts_count_in_a_shortage() -> None:
    found = plan_of([post(n) for n in (1, 2, 3)], [], others(1), max_items=2, keep=2)
    assert found.shortage
    for number, lacking, older in ((3, 0, ()), (2, 1, ()), (1, 0, (post(1),))):
        one = plan.narrow(found, lambda change, n=number: change.id == f"post-{n:04}")  # type: ignore[misc]
        assert (one.shortage.posts if one.shortage else 0) == lacking
        assert len(one.outside) == lacking
        assert one.older == older


def test_foreign_items_take_room() -> None:
    foreign = Seen("somebody-elses", "tag:other.example,2026:x", "Theirs", None)
    changes = changes_of([post(1), post(2)], [], [foreign], max_items=2)
    assert [change.id for change in changes] == ["post-0002"]


def test_foreign_items_do_not_count_towards_keep() -> None:
    foreign = Seen("somebody-elses", "tag:other.example,2026:x", "Theirs", None)
    changes = changes_of([post(1), post(2)], [], [foreign], keep=2)
    assert len(changes) == 2


def test_a_node_with_more_foreign_items_than_its_limit_gets_nothing() -> None:
    foreign = [Seen(f"somebody-{n}", None, None, None) for n in range(5)]
    assert changes_of([post(1), post(2)], [], foreign, max_items=3) == []


def test_evicted_is_not_missing() -> None:
    posts, recorded = [post(n) for n in (1, 2, 3)], [record(n) for n in (1, 2, 3)]
    changes = changes_of(posts, recorded, [present_item(2), present_item(3)], max_items=2)
    assert changes == [Forget("post-0001", "Post 1")]


def test_an_item_outside_the_window_is_retracted_without_notification() -> None:
    changes = changes_of([post(1), post(2)], [record(1)], [present_item(1)], keep=1)
    retract = changes[0]
    assert isinstance(retract, Retract)
    assert not retract.notify
    assert retract.reason


def test_an_item_outside_the_window_is_retracted_without_a_ledger() -> None:
    """Otherwise the server would choose what to drop, and the next run find an item missing."""
    changes = changes_of(
        [post(1), post(2), post(3)], [], [present_item(1), present_item(2)], max_items=2
    )
    assert [(change.action, change.id) for change in changes] == [
        ("removed", "post-0001"),
        ("adopt", "post-0002"),
        ("new", "post-0003"),
    ]
    assert isinstance(changes[0], Retract)
    assert not changes[0].notify


def test_a_foreign_item_outside_the_window_stays() -> None:
    changes = changes_of([post(1), post(2)], [], [present_item(1, None, ours=False)], keep=1)
    assert [change.id for change in changes] == ["post-0002"]


def test_an_unreadable_post_does_not_stop_the_window() -> None:
    found = plan_of(
        [post(1), post(2)], [record(1)], [present_item(1)], keep=1, has_unreadable_posts=True
    )
    assert [change.id for change in found.changes] == ["post-0001", "post-0002"]


@pytest.mark.parametrize(
    ("ours", "gone", "safe"),
    [
        (10, 3, True),
        (10, 4, False),
        (100, 30, True),
        (100, 31, False),
        (1, 1, False),
        (3, 3, False),
    ],
)
def test_the_guard_stops_many_retracts(ours: int, gone: int, *, safe: bool) -> None:
    recorded, present = [record(n) for n in range(ours)], [present_item(n) for n in range(ours)]
    found = plan_of([post(n) for n in range(gone, ours)], recorded, present)
    guards.require_safe(found, Guard(allow_retracts=True), has_audience=True)
    if safe:
        guards.require_safe(found, Guard(), has_audience=True)
    else:
        with pytest.raises(UnsafePlanError, match="--allow-retracts"):
            guards.require_safe(found, Guard(), has_audience=True)
        accepted = {guards.acceptance_key(retract) for retract in found.retracts}
        guards.require_safe(found, Guard(accepted=accepted), has_audience=True)


def test_the_guard_lets_the_window_move() -> None:
    recorded, present = [record(n) for n in range(10)], [present_item(n) for n in range(10)]
    found = plan_of([post(n) for n in range(10)], recorded, present, keep=1)
    guards.require_safe(found, Guard(), has_audience=True)
    assert len(found.changes) == 9


@pytest.mark.parametrize("kind", ["new", "changed", "missing"])
@pytest.mark.parametrize(("number", "safe"), [(10, True), (11, False)])
def test_the_guard_stops_many_announcements(kind: str, number: int, *, safe: bool) -> None:
    posts = [post(n) for n in range(number)]
    recorded = [record(n) for n in range(number)] if kind == "missing" else []
    present = [present_item(n, "old") for n in range(number)] if kind == "changed" else []
    found = plan_of(posts, recorded, present)
    assert {change.action for change in found.changes} == {kind}
    for guard in (Guard(announce_limit=None), Guard(announce_limit=11)):
        guards.require_safe(found, guard, has_audience=True)
    guards.require_safe(found, Guard(), has_audience=False)
    guards.require_safe(found, Guard(accepted={("post-0000", "new")}), has_audience=True)
    if safe:
        guards.require_safe(found, Guard(), has_audience=True)
    else:
        with pytest.raises(UnsafePlanError, match="--announce-all"):
            guards.require_safe(found, Guard(), has_audience=True)


def test_an_accepted_change_does_not_cover_another_change_of_the_post() -> None:
    """Neither another text of the post nor its retraction."""
    posts = [post(n, "newer") for n in range(11)]
    accepted = {guards.acceptance_key(Publish(post(n), "changed")) for n in range(11)}
    changed = plan_of(
        posts, [record(n, "old") for n in range(11)], [present_item(n, "old") for n in range(11)]
    )
    with pytest.raises(UnsafePlanError):
        guards.require_safe(changed, Guard(accepted=accepted), has_audience=True)
    gone = plan_of([], [record(n) for n in range(11)], [present_item(n) for n in range(11)])
    with pytest.raises(UnsafePlanError):
        guards.require_safe(gone, Guard(accepted=accepted), has_audience=True)


def test_adopting_announces_nothing() -> None:
    found = plan_of([post(n) for n in range(20)], [], [present_item(n) for n in range(20)])
    guards.require_safe(found, Guard(announce_limit=0), has_audience=True)


def test_an_ignored_edit_is_recorded_and_not_published() -> None:
    (change,) = changes_of([post()], [], [present_item(1, "old")], edits="ignore")
    assert change == Adopt(post(), done(fingerprint="old"))
    assert changes_of([post()], [record(1, "old")], [present_item(1, "old")], edits="ignore") == []


def test_an_ignored_edit_is_not_refreshed() -> None:
    assert (
        changes_of(
            [post()], [record(1, "old")], [present_item(1, "old")], edits="ignore", refresh=True
        )
        == []
    )


def test_a_missing_item_is_published_although_edits_are_ignored() -> None:
    assert changes_of([post()], [record(1, "old")], [], edits="ignore") == [MISSING]


@pytest.mark.parametrize("recorded", [[], [record()]])
def test_a_refresh_publishes_present_items(recorded: list[Recorded]) -> None:
    assert changes_of([post()], recorded, [present_item()], refresh=True) == [REFRESH]


def test_a_refresh_leaves_foreign_items_alone() -> None:
    (change,) = changes_of([post()], [], [present_item(1, "old", ours=False)], refresh=True)
    assert change.action == "refused"


THEIRS = Seen("somebody-elses", "tag:other.example,2026:x", "Theirs", None)


@pytest.mark.parametrize(
    ("prune", "exclusive", "gone"),
    [
        ("own", False, ["post-0003"]),
        ("site", False, ["post-0002", "post-0003"]),
        ("all", True, ["post-0002", "post-0003", "somebody-elses"]),
        ("own", True, ["post-0003"]),
    ],
)
def test_prune_decides_which_items_without_a_post_are_retracted(
    prune: str, gone: list[str], *, exclusive: bool
) -> None:
    present = [present_item(1), present_item(2), present_item(3), THEIRS]
    recorded = [record(1), record(3)]
    found = plan_of([post(1)], recorded, present, prune=prune, exclusive=exclusive)
    assert [change.id for change in found.retracts] == gone
    broken = plan_of(
        [post(1)], recorded, present, prune=prune, exclusive=exclusive, has_unreadable_posts=True
    )
    assert broken.changes == ()
    assert broken.withheld == len(gone)


def test_items_with_our_ids_but_without_a_post_are_listed() -> None:
    found = plan_of([post(1)], [record(1)], [present_item(1), present_item(2), THEIRS])
    assert (found.unclaimed, found.foreign) == (("post-0002",), ("somebody-elses",))


def test_a_pruned_item_takes_no_room() -> None:
    changes = changes_of([post(1), post(2)], [], [THEIRS], max_items=2, prune="all", exclusive=True)
    assert [change.id for change in changes] == ["somebody-elses", "post-0001", "post-0002"]


def test_a_withheld_retract_takes_room() -> None:
    changes = changes_of(
        [post(1), post(2)], [record(9)], [present_item(9)], max_items=2, has_unreadable_posts=True
    )
    assert [change.id for change in changes] == ["post-0002"]


def test_on_an_exclusive_node_everything_is_ours() -> None:
    changes = changes_of([post()], [], [present_item(1, "old", ours=False)], exclusive=True)
    assert changes == [CHANGED]


@pytest.mark.parametrize(
    ("posts", "recorded", "settled"),
    [
        ([post()], [record()], True),
        ([post()], [record(done=False)], False),
        ([post()], [replace(record(), state="done")], False),
        ([post(1, "edited")], [record()], False),
        ([post()], [], False),
        ([], [record()], False),
        ([], [], True),
    ],
)
def test_the_ledger_shows_when_no_look_is_needed(
    posts: list[Desired], recorded: list[Recorded], *, settled: bool
) -> None:
    by_id = {one.id: one for one in recorded}
    assert ledger_plan.is_settled(posts, by_id, Policy(), room=None) == settled


def test_posts_outside_the_window_need_no_look() -> None:
    recorded = {f"post-{n:04}": record(n) for n in (2, 3)}
    assert ledger_plan.is_settled([post(n) for n in (1, 2, 3)], recorded, Policy(), room=2)
    assert not ledger_plan.is_settled([post(n) for n in (1, 2, 3)], recorded, Policy(), room=3)


@pytest.mark.parametrize(
    ("recorded", "edits", "is_recorded"),
    [
        (record(), "push", True),
        (replace(record(), path="old.md"), "push", True),
        (replace(record(), path="new.md"), "push", False),
        (record(done=False), "push", True),
        (record(1, "old"), "push", False),
        (record(1, "old"), "ignore", True),
        (replace(record(), state="retracted"), "push", False),
        (record(2), "push", False),
    ],
    ids=[
        "an older ledger", "renamed", "the same path", "in flight", "to be published again",
        "an edit that is ignored", "retracted", "another item",
    ],
)  # fmt: skip
def test_a_new_path_is_recorded_if_nothing_is_published(
    recorded: Recorded, edits: Literal["push", "ignore"], *, is_recorded: bool
) -> None:
    one = dataclasses.replace(post(), path="new.md")
    found = ledger_plan.relocated([one], {recorded.id: recorded}, Policy(edits=edits))
    assert found == ([one] if is_recorded else [])


def test_foreign_items_reduce_the_room() -> None:
    assert plan_of([post(1)], [record(9)], [present_item(9), THEIRS], max_items=5).room == 4


def test_a_selection_has_its_changes_and_the_retracts_that_make_room() -> None:
    posts, recorded = [post(1), post(2), post(3)], [record(1), record(9)]
    found = plan_of(posts, recorded, [present_item(1), present_item(9)], keep=2)
    narrowed = plan.narrow(found, lambda change: change.id == "post-0003")
    assert [change.id for change in narrowed.changes] == ["post-0001", "post-0003"]
    assert narrowed.deferred == 2


def test_a_selection_makes_no_more_room_than_it_needs() -> None:
    posts, old = [post(n) for n in range(1, 7)], (1, 2, 3)
    found = plan_of(posts, [record(n) for n in old], [present_item(n) for n in old], keep=3)
    one = plan.narrow(found, lambda change: change.id == "post-0006")
    assert [change.id for change in one.changes] == ["post-0001", "post-0006"]
    assert plan.narrow(found, lambda change: change.id == "post-0001").changes == ()


def test_a_plan_that_gives_items_new_atom_ids_is_not_safe() -> None:
    moved = plan.Plan(
        (), moved=(("tag:old.example,2020-01-01:a-post", "tag:new.example,2020-01-01:a-post"),)
    )
    with pytest.raises(UnsafePlanError, match='id_template: "tag:old'):
        guards.require_safe(moved, Guard(), has_audience=False)
