"""Making a node equal to the posts: every outcome is recorded as what it was, no more."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Forbidden, Refused, Unavailable, UnsafePlanError
from publisher.item import FINGERPRINT, SHORTEST, Item
from publisher.ledger import Ledger
from publisher.plan import Desired
from publisher.publish import CHUNK, Result, Task, preview, reconcile
from tests.fake_node import FakeNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

ATOM = "http://www.w3.org/2005/Atom"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def task(posts: Mapping[int, str], **options: object) -> Task:
    """`posts`: number -> text; the text is the fingerprint, too."""
    texts = {f"post-{number:04}": text for number, text in posts.items()}
    return Task(
        desired=[
            Desired(id_, atom_id(id_), id_, text, START + dt.timedelta(days=int(id_[-4:])))
            for id_, text in texts.items()
        ],
        make=lambda id_, level: Item(id_, payload(id_, texts[id_]), "shortened" * level, level),
        **options,  # type: ignore[arg-type]
    )


def atom_id(id_: str) -> str:
    return f"tag:blog.example,2026:{id_}"


def payload(id_: str, text: str, *, atom: str | None = None) -> str:
    namespace, name = FINGERPRINT[1:].split("}")
    return (
        f'<entry xmlns="{ATOM}"><id>{atom or atom_id(id_)}</id><title>{id_}</title>'
        f'<{name} xmlns="{namespace}">{text}</{name}></entry>'
    )


def run(
    node: FakeNode, work: Task, ledger: Ledger, *, held: Mapping[str, str] | None = None
) -> Result:
    async def hold_back(_: Sequence[str]) -> Mapping[str, str]:
        return held or {}

    return asyncio.run(
        reconcile(node, work, ledger, hold_back=hold_back, on_step=lambda _step, _total: None)
    )


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
    assert node.calls == ["look"]


def test_a_lost_ledger_is_rebuilt_from_the_node(ledger: Ledger, tmp_path: Path) -> None:
    node = FakeNode()
    posts = dict.fromkeys(range(CHUNK + 5), "a")
    run(node, task(posts), ledger)
    node.events.clear()
    node.calls.clear()
    with Ledger(tmp_path / "new") as empty:
        assert {step.change.action for step in run(node, task(posts), empty).steps} == {"adopt"}
        assert run(node, task(posts), empty).steps == []
    assert node.events == []
    assert node.calls == ["look", f"fetch {CHUNK}", "fetch 5", "look"]


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


def test_what_somebody_else_retracted_is_gone_all_the_same(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.answers["post-0001"] = Refused("x")
    assert outcomes(run(node, task({2: "b"}), ledger)) == [("removed", "post-0001", "refused")]
    del node.answers["post-0001"], node.items["post-0001"]
    assert outcomes(run(node, task({2: "b"}), ledger)) == [("forget", "post-0001", "done")]


def test_one_refused_item_costs_no_other(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["post-0002"] = Refused("too big", condition="not-acceptable")
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["done", "refused", "done"]
    assert result.steps[1].reason == "too big"
    assert set(ledger.recorded(node.address)) == {"post-0001", "post-0003"}


def test_what_is_too_big_is_shortened_until_it_fits(ledger: Ledger) -> None:
    node = FakeNode()
    node.too_big = {"post-0001": SHORTEST}
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert [step.outcome for step in result.steps] == ["done", "done"]
    assert result.steps[0].reason.startswith("shortened")
    assert node.calls == ["look", *["publish post-0001"] * (SHORTEST + 1), "publish post-0002"]


def test_what_is_still_too_big_is_refused(ledger: Ledger) -> None:
    node = FakeNode()
    node.too_big = {"post-0001": SHORTEST + 1}
    result = run(node, task({1: "a", 2: "b"}), ledger)
    assert [step.outcome for step in result.steps] == ["refused", "done"]
    assert set(ledger.recorded(node.address)) == {"post-0002"}


def test_a_refused_edit_leaves_the_record_of_the_last(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a"}), ledger)
    before = ledger.recorded(node.address)
    node.answers["post-0001"] = Refused("no", condition="not-acceptable")
    run(node, task({1: "edited"}), ledger)
    assert ledger.recorded(node.address) == before


def test_a_missing_right_is_asked_for_once(ledger: Ledger) -> None:
    node = FakeNode()
    node.answers["post-0001"] = Forbidden("no right", condition="forbidden")
    result = run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["refused"] * 3
    assert isinstance(result.error, Forbidden)
    assert node.calls == ["look", "publish post-0001"]
    assert ledger.recorded(node.address) == {}


def test_an_edit_that_is_forbidden_costs_no_other(ledger: Ledger) -> None:
    """A publisher may not touch what the owner published."""
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    node.answers = dict.fromkeys(("post-0001", "post-0002"), Forbidden("x", condition="forbidden"))
    result = run(node, task({2: "edited", 3: "c"}), ledger)
    assert [outcome for _, _, outcome in outcomes(result)] == ["refused", "refused", "done"]
    assert result.error is None


def test_an_open_node_gets_nothing_that_is_not_for_all(ledger: Ledger) -> None:
    node = FakeNode()
    node.exposed = True
    result = run(node, task({1: "a"}), ledger)
    assert isinstance(result.error, Forbidden)
    assert node.calls == ["look"]


def test_nothing_is_retracted_while_a_post_is_broken(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b"}), ledger)
    result = run(node, task({2: "b"}, broken=True), ledger)
    assert result.steps == []
    assert result.notes == ["keeps 1 removed until every post can be read"]
    assert set(node.items) == {"post-0001", "post-0002"}


def test_a_dead_service_is_asked_no_more(ledger: Ledger) -> None:
    node = FakeNode()
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


def test_who_may_not_see_the_configuration_needs_keep(ledger: Ledger) -> None:
    node = FakeNode()
    node.unreadable = "the service does not show it"
    result = run(node, task({1: "a"}), ledger)
    assert isinstance(result.error, Forbidden)
    assert "`keep`" in str(result.error)
    assert node.events == []
    assert run(node, task({1: "a"}, keep=10), ledger).error is None
    assert node.events == [("published", "post-0001")]


def test_a_node_that_keeps_nothing_is_refused(ledger: Ledger) -> None:
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


def test_what_is_held_back_waits_and_the_rest_goes(ledger: Ledger) -> None:
    node = FakeNode()
    result = run(node, task({1: "a", 2: "b"}), ledger, held={"post-0001": "not there yet"})
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
    assert "theirs" in node.items["post-0001"]


# What a run meets, and what the folder holds when the next one begins.
BEFORE = {1: "a", 2: "b", 3: "c", 4: "d"}
WANTED = {2: "b", 3: "edited", 4: "d", 5: "new"}
CALLS = 4  # look, retract, two publishes
NEXT: list[dict[int, str]] = [
    WANTED,
    {2: "b", 3: "edited again", 4: "d", 5: "new"},
    {2: "b", 4: "d"},
]


@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("then", NEXT, ids=["unchanged", "edited", "removed"])
@pytest.mark.parametrize("fresh", [False, True], ids=["same ledger", "new ledger"])
def test_a_cut_costs_nothing_and_doubles_nothing(
    ledger: Ledger, tmp_path: Path, call: int, effect: str, then: dict[int, str], *, fresh: bool
) -> None:
    """At every call of a run, before it has its effect or after (with the answer lost)."""
    node = FakeNode()
    run(node, task(BEFORE), ledger)
    node.events.clear()
    node.calls.clear()
    setattr(node, f"cut_{effect}", call)
    cut = run(node, task(WANTED), ledger)
    assert isinstance(cut.error, Unavailable)
    node.cut_before = node.cut_after = None
    with Ledger(tmp_path / "new") as new:
        after = run(node, task(then), new if fresh else ledger)
    assert after.error is None
    texts = {id_: text.split(">")[-3].split("<")[0] for id_, text in node.items.items()}
    expected = {f"post-{n:04}": text for n, text in then.items()}
    left = {} if not fresh else {id_: t for id_, t in texts.items() if id_ not in expected}
    assert texts == expected | left, "only what no ledger knows may stay"
    versions = [event for event in node.events if then is WANTED or event[0] == "retracted"]
    assert len(versions) == len(set(versions)), "no version was sent twice"
