"""What publisher only reads in another way is corrected at the node, and nobody is notified."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import Forbidden, NotFound, Refused, TooBig, Unavailable
from publisher.sync import NotDeployed, is_settled, offline, preview
from publisher.sync.ledger import Ledger
from tests.support.fake_node import HABITS, FakeNode, usual
from tests.support.tasks import payload, run, task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.sync import Result, Task

BEFORE = {1: "one", 2: "two", 3: "three"}
# Another reading of each of these posts has the same first word, its body.
REREAD = {number: f"{text} read anew" for number, text in BEFORE.items()}
SOURCES = {1: "source-1", 2: "source-2", 3: "source-3"}
MUTED = "configure deliver_notifications=0 notify_retract=0"
UNMUTED = "configure deliver_notifications=1 notify_retract=1"


@pytest.fixture(params=["Prosody", "all at once"], autouse=True)
def usual_habits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs at an ordinary service and at a strange one."""
    with usual(HABITS[request.param]):
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def node(ledger: Ledger) -> FakeNode:
    """A node that holds BEFORE, published by this version and known to be durable."""
    made = FakeNode()
    for _ in range(2):
        run(made, task(BEFORE, sources=SOURCES), ledger)
    made.reconnect()
    made.events.clear()
    made.versions.clear()
    return made


def texts(node: FakeNode) -> dict[str, str]:
    return {id_: text.split(">")[-3].split("<")[0] for id_, text in node.items.items()}


def named(posts: Mapping[int, str]) -> dict[str, str]:
    return {f"post-{number:04}": text for number, text in posts.items()}


def actions(result: Result) -> list[tuple[str, str]]:
    return [(step.change.action, step.outcome) for step in result.steps]


def test_another_reading_replaces_the_items_and_notifies_nobody(
    node: FakeNode, ledger: Ledger
) -> None:
    result = run(node, task(REREAD, sources=SOURCES, announce_limit=0), ledger)
    assert (result.error, actions(result)) == (None, [("corrected", "done")] * 3)
    assert texts(node) == named(REREAD)
    assert node.events == []
    assert node.config["deliver_notifications"] == "1"
    node.calls.clear()
    assert run(node, task(REREAD, sources=SOURCES), ledger).steps == []
    assert is_settled(node.address, task(REREAD, sources=SOURCES), ledger, now=node.clock.now())


def test_corrections_come_after_all_other_changes_while_notifications_are_off(
    node: FakeNode, ledger: Ledger
) -> None:
    posts = {1: REREAD[1], 2: "two, edited", 3: REREAD[3], 4: "four"}
    sources = {**SOURCES, 2: "source-2, edited", 4: "source-4"}
    assert run(node, task(posts, sources=sources), ledger).error is None
    sent = [call for call in node.calls if call.startswith(("publish", "configure"))]
    loud, silent = ["publish post-0002", "publish post-0004"], ["publish post-0001"]
    newest_again = "publish post-0004"
    assert sent == [*loud, MUTED, *silent, "publish post-0003", newest_again, UNMUTED]
    assert node.events == [("published", "post-0002"), ("published", "post-0004")]


def test_a_silent_run_corrects_together_with_its_other_changes(
    node: FakeNode, ledger: Ledger
) -> None:
    work = task({**REREAD, 4: "four"}, sources={**SOURCES, 4: "source-4"}, silent="must")
    assert run(node, work, ledger).error is None
    assert [call for call in node.calls if call.startswith("configure")] == [MUTED, UNMUTED]
    assert texts(node) == named({**REREAD, 4: "four"})
    assert node.events == []


def test_a_site_moves_to_its_pages_and_back_and_nobody_is_notified(
    node: FakeNode, ledger: Ledger
) -> None:
    pages = {1: "page-1", 2: "page-2", 3: "page-3"}
    for moved in (pages, {}):
        work = task(BEFORE, sources=SOURCES, pages=moved, announce_limit=0)
        assert actions(run(node, work, ledger)) == [("corrected", "done")] * 3
        assert ('page="page-1"' in node.items["post-0001"]) == bool(moved)
        assert run(node, work, ledger).steps == []
    assert node.events == []


def test_another_build_of_the_pages_is_named_and_sent_only_if_that_is_asked_for(
    node: FakeNode, ledger: Ledger
) -> None:
    old, new = ({1: f"{name}-1", 2: f"{name}-2"} for name in ("old", "new"))
    posts = {1: "one", 2: "two"}
    run(node, task(posts, sources=SOURCES, pages=old), ledger)
    node.reconnect()
    node.events.clear()
    work = task(posts, sources=SOURCES, pages=new)
    result = run(node, work, ledger)
    assert actions(result) == []
    refresh = "`publisher publish --refresh` sends every"
    said = f"2 items still show the text from before their pages were built again; {refresh}"
    assert any(note.startswith(said) for note in result.notes), result.notes
    assert any(note.startswith(said[:40]) for note in offline(node.address, work, ledger).notes)
    refreshed = run(
        node, task(posts, sources=SOURCES, pages=new, refresh=True, silent="prefer"), ledger
    )
    assert (actions(refreshed), refreshed.notes) == ([("refresh", "done")] * 2, [])
    assert node.events == []
    assert {f'page="new-{n}"' in node.items[f"post-{n:04}"] for n in (1, 2)} == {True}


def test_an_edit_that_was_sent_with_the_page_of_an_earlier_build_is_corrected_after_the_next(
    node: FakeNode, ledger: Ledger
) -> None:
    pages = {1: "page-1", 2: "page-2", 3: "page-3"}
    run(node, task(BEFORE, sources=SOURCES, pages=pages), ledger)
    edited, sources = {**BEFORE, 2: "two, edited"}, {**SOURCES, 2: "source-2, edited"}
    early = {2: "page-2"}
    work = task(edited, sources=sources, pages=pages, early=early)
    assert actions(run(node, work, ledger)) == [("changed", "done")]
    assert run(node, work, ledger).steps == []
    node.events.clear()
    built = {**pages, 2: "page-2, built", 3: "page-3, built"}
    work = task(edited, sources=sources, pages=built, early=early, announce_limit=0)
    assert actions(run(node, work, ledger)) == [("corrected", "done")]
    assert run(node, work, ledger).steps == []
    assert node.events == []
    assert 'page="page-2, built"' in node.items["post-0002"]
    assert 'page="page-3"' in node.items["post-0003"]


def rendered_now(**options: Any) -> Task:
    """The task of a version that renders the same posts in another way."""
    return task(BEFORE, sources=SOURCES, shown=", rendered now", reader="this version", **options)


def test_items_of_a_version_that_rendered_other_texts_are_corrected_and_nobody_is_notified(
    node: FakeNode, ledger: Ledger
) -> None:
    work = rendered_now(announce_limit=0)
    assert not is_settled(node.address, work, ledger, now=node.clock.now())
    result = run(node, work, ledger)
    assert (result.error, actions(result)) == (None, [("corrected", "done")] * 3)
    assert node.events == []
    assert all("rendered now" in text for text in node.items.values())
    for _ in range(2):
        assert run(node, work, ledger).steps == []
    assert is_settled(node.address, work, ledger, now=node.clock.now())


def test_texts_are_compared_only_if_something_else_read_the_posts_last_or_on_demand(
    node: FakeNode, ledger: Ledger
) -> None:
    assert run(node, task(BEFORE, sources=SOURCES, shown=", rendered now"), ledger).steps == []
    result = run(node, rendered_now(verify=True), ledger)
    assert actions(result) == [("corrected", "done")] * 3
    assert node.events == []


def test_other_texts_that_cannot_be_corrected_stay_and_are_named_in_every_run(
    node: FakeNode, ledger: Ledger
) -> None:
    obstruct(node)
    work = rendered_now()
    result = run(node, work, ledger)
    assert actions(result) == [("adopt", "done")] * 3
    assert any("3 items still have the text or link of an earlier run" in n for n in result.notes)
    for again in (work, rendered_now(verify=True)):
        result = run(node, again, ledger)
        assert result.steps == []
        assert any("3 items still have the text" in note for note in result.notes)
    assert is_settled(node.address, work, ledger, now=node.clock.now())
    assert not any("rendered now" in text for text in node.items.values())


def obstruct(node: FakeNode) -> None:
    node.obstacle = "other accounts may publish there, too: ada@example.org"


def forbid(node: FakeNode) -> None:
    node.answers["configure"] = Forbidden("no right", condition="forbidden")


def lose_a_field(node: FakeNode) -> None:
    del node.config["notify_retract"], node.wanted["notify_retract"]


@pytest.mark.parametrize("spoil", [obstruct, forbid, lose_a_field])
def test_items_that_cannot_be_corrected_silently_stay_and_are_named(
    node: FakeNode, ledger: Ledger, spoil: Any
) -> None:
    spoil(node)
    before = dict(node.items)
    work = task(REREAD, sources=SOURCES)
    result = run(node, work, ledger)
    assert (result.error, actions(result)) == (None, [("adopt", "done")] * 3)
    assert (node.items, node.events) == (before, [])
    assert node.config["deliver_notifications"] == "1"
    (note,) = [note for note in result.notes if "earlier run" in note]
    assert note.startswith("3 items still have the text or link of an earlier run, because items ")
    assert "cannot be corrected without notifying subscribers (" in note
    assert {record.fingerprint for record in ledger.recorded(node.address).values()} == {
        *BEFORE.values()
    }

    node.calls.clear()
    again = run(node, work, ledger)
    assert (again.error, again.steps) == (None, [])
    assert node.calls == ["look"], "neither fetched nor asked for again"
    assert is_settled(node.address, work, ledger, now=node.clock.now())
    for told in (again, offline(node.address, work, ledger), previewed(node, work, ledger)):
        (note,) = told.notes
        assert note.startswith("3 items still have the text or link of an earlier run; ")
        assert "`publisher publish --refresh` sends every item again" in note


def test_a_refresh_that_notifies_is_left_to_the_owner_of_the_node(
    node: FakeNode, ledger: Ledger
) -> None:
    work, refreshes = task(REREAD, sources=SOURCES), "--refresh` sends every item again"
    obstruct(node)
    run(node, work, ledger)
    offline_note, owners = (
        result.notes[0]
        for result in (offline(node.address, work, ledger), previewed(node, work, ledger))
    )
    assert offline_note.endswith(
        f"{refreshes}, and notifies subscribers of each unless the account owns the node"
    )
    assert owners.endswith(refreshes)
    node.not_owner = "only its owner can do that"
    assert (
        previewed(node, work, ledger)
        .notes[0]
        .endswith(
            f"{refreshes}, and notifies subscribers of each; ask the owner of the node to run it"
        )
    )


def previewed(node: FakeNode, work: Any, ledger: Ledger) -> Result:
    return asyncio.run(preview(node, work, ledger, clock=node.clock))


def test_a_refresh_sends_the_items_that_stayed(node: FakeNode, ledger: Ledger) -> None:
    obstruct(node)
    run(node, task(REREAD, sources=SOURCES), ledger)
    node.obstacle = ""
    result = run(node, task(REREAD, sources=SOURCES, refresh=True, silent="prefer"), ledger)
    assert (result.error, result.notes) == (None, [])
    assert texts(node) == named(REREAD)
    assert run(node, task(REREAD, sources=SOURCES), ledger).notes == []


def test_the_edit_of_an_item_that_stayed_is_announced(node: FakeNode, ledger: Ledger) -> None:
    obstruct(node)
    run(node, task(REREAD, sources=SOURCES), ledger)
    edited = {**REREAD, 2: "two, edited"}
    run(node, task(edited, sources={**SOURCES, 2: "another source"}), ledger)
    assert node.events == [("published", "post-0002")]


def test_a_plan_names_the_corrections_that_a_run_makes(node: FakeNode, ledger: Ledger) -> None:
    work = task(REREAD, sources=SOURCES)
    planned = previewed(node, work, ledger)
    assert actions(planned) == actions(offline(node.address, work, ledger))
    assert actions(planned) == [("corrected", "planned")] * 3
    obstruct(node)
    assert {action for action, _ in actions(previewed(node, work, ledger))} == {"adopt"}


def test_a_selection_corrects_the_selected_items_only(node: FakeNode, ledger: Ledger) -> None:
    work = task(REREAD, sources=SOURCES, is_selected=lambda change: change.id == "post-0002")
    run(node, work, ledger)
    assert texts(node) == named({**BEFORE, 2: REREAD[2]})
    assert not is_settled(node.address, task(REREAD, sources=SOURCES), ledger, now=3600.0)


def test_a_correction_waits_for_its_page(node: FakeNode, ledger: Ledger) -> None:
    not_deployed = dict.fromkeys(named(REREAD), NotDeployed("not deployed yet"))
    result = run(node, task(REREAD, sources=SOURCES), ledger, not_deployed=not_deployed)
    assert actions(result) == [("corrected", "planned")] * 3
    assert result.error is not None
    assert MUTED not in node.calls


def test_a_correction_whose_page_must_not_be_requested_is_refused(
    node: FakeNode, ledger: Ledger
) -> None:
    not_deployed = {"post-0002": NotDeployed("not requested", waits=False)}
    result = run(node, task(REREAD, sources=SOURCES), ledger, not_deployed=not_deployed)
    assert [(step.outcome, step.reason) for step in result.steps] == [
        ("done", ""),
        ("refused", "not requested"),
        ("done", ""),
    ]
    every = dict.fromkeys(named(REREAD), NotDeployed("not requested", waits=False))
    result = run(node, task(REREAD, sources=SOURCES), ledger, not_deployed=every)
    assert actions(result) == [("corrected", "refused")]
    assert result.error is None


def test_a_correction_is_shortened_until_the_service_takes_it(
    node: FakeNode, ledger: Ledger
) -> None:
    node.too_big = {"post-0002": 1}
    result = run(node, task(REREAD, sources=SOURCES), ledger)
    assert [step.reason for step in result.steps] == ["", "shortened", ""]
    assert ledger.recorded(node.address)["post-0002"].level == 1


def test_a_refused_correction_leaves_the_record_as_it_was(node: FakeNode, ledger: Ledger) -> None:
    node.answers["post-0002"] = TooBig("too big")
    before = ledger.recorded(node.address)["post-0002"]
    result = run(node, task(REREAD, sources=SOURCES), ledger)
    assert actions(result) == [
        ("corrected", "done"),
        ("corrected", "refused"),
        ("corrected", "done"),
    ]
    assert ledger.recorded(node.address)["post-0002"] == before


@pytest.mark.parametrize(
    ("refusal", "code"), [(Refused("not now"), 1), (Unavailable("no answer"), 4)]
)
def test_notifications_that_stay_off_are_an_error_and_the_next_run_begins_with_them(
    node: FakeNode, ledger: Ledger, refusal: Exception, code: int
) -> None:
    work = task(REREAD, sources=SOURCES)
    answers: list[Any] = [None, refusal]
    node.answers["configure"] = answers
    result = run(node, work, ledger)
    assert result.error is not None
    assert result.error.exit_code == code
    assert "are still turned off" in str(result.error)
    assert not is_settled(node.address, work, ledger, now=node.clock.now())
    node.calls.clear()
    assert run(node, task({**REREAD, 4: "four"}, sources=SOURCES), ledger).error is None
    assert node.calls[:2] == ["look", UNMUTED]
    assert node.events == [("published", "post-0004")]


WANTED = {1: REREAD[1], 2: REREAD[2], 3: "edited", 4: "four"}
WANTED_SOURCES = {**SOURCES, 3: "source-3, edited", 4: "source-4"}


@pytest.mark.parametrize(
    ("marker", "kept"), [("with sources", "ledger"), ("with sources", "none"), ("old", "ledger")]
)
def test_no_interruption_of_a_correction_notifies_anybody_or_loses_anything(
    tmp_path: Path, marker: str, kept: str
) -> None:
    published = task(BEFORE, sources=SOURCES if marker == "with sources" else {})
    wanted = task(WANTED, sources=WANTED_SOURCES)
    base, calls = FakeNode(), itertools.count(1)
    with Ledger(tmp_path / "base") as before:
        run(base, published, before)
        run(base, published, before)
    for call, cut in itertools.product(range(1, 40), ("before", "after", "late")):
        state = tmp_path / str(next(calls))
        shutil.copytree(tmp_path / "base", state)
        node = base.copy()
        setattr(node, f"cut_{cut}", call)
        with Ledger(state) as ledger:
            is_cut = run(node, wanted, ledger).error is not None
        if call > len(node.calls):
            assert not is_cut
            continue
        node.reconnect()
        node.drain()
        if kept == "none":
            shutil.rmtree(state)
        case = f"call {call}, cut {cut}"
        with Ledger(state) as ledger:
            assert run(node, wanted, ledger).error is None, case
            assert texts(node) == named(WANTED), case
            assert sorted(node.events) == [
                ("published", "post-0003"),
                ("published", "post-0004"),
            ], case
            assert node.config["deliver_notifications"] == "1", case
            run(node, wanted, ledger)
            assert is_settled(node.address, wanted, ledger, now=node.clock.now()), case


def test_a_missing_item_is_published_and_not_corrected(node: FakeNode, ledger: Ledger) -> None:
    node.remove(["post-0002"])
    result = run(node, task(REREAD, sources=SOURCES), ledger)
    assert [step.change.action for step in result.steps] == ["corrected", "missing", "corrected"]


def test_an_item_of_an_older_version_is_corrected_once(tmp_path: Path) -> None:
    """Whether the ledger knows it or not; its marker tells no source."""
    for name, keeps in (("ledger", True), ("none", False)):
        node = FakeNode()
        with Ledger(tmp_path / name) as ledger:
            run(node, task(BEFORE), ledger)
            node.events.clear()
        if not keeps:
            shutil.rmtree(tmp_path / name)
        with Ledger(tmp_path / name) as ledger:
            result = run(node, task(REREAD, sources=SOURCES), ledger)
            assert actions(result) == [("corrected", "done")] * 3
            assert (texts(node), node.events) == (named(REREAD), [])
            assert run(node, task(REREAD, sources=SOURCES), ledger).steps == []


def test_an_item_that_vanishes_meanwhile_is_no_reason_to_stay_mute(
    node: FakeNode, ledger: Ledger
) -> None:
    node.answers["post-0001"] = NotFound("gone", condition="item-not-found")
    run(node, task(REREAD, sources=SOURCES), ledger)
    assert node.config["deliver_notifications"] == "1"


def test_only_another_payload_is_sent(node: FakeNode, ledger: Ledger) -> None:
    """An upgrade that reads everything as before sends nothing, and notes the new sources."""
    work = task(BEFORE, sources={number: f"other {number}" for number in BEFORE})
    for _ in range(2):
        run(node, work, ledger)
    assert not [call for call in node.calls if call.startswith(("publish", "configure"))]
    assert payload("post-0001", "one", source="source-1") == node.items["post-0001"]
    assert is_settled(node.address, work, ledger, now=node.clock.now())
