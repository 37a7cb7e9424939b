"""Every interruption of a run that can be enumerated, and whatever comes after it.

The connection dies at each call in turn: before the call has its effect, after it (the answer is
lost), or while the request still lies in the server's buffer. Then a run goes on, with the ledger
as it was left, an older one, or none; with the posts as they were, edited, or removed.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from publisher.errors import Unavailable
from publisher.sync import preview
from publisher.sync.ledger import Ledger
from publisher.sync.present_items import DRAINS
from tests.support.fake_node import HABITS, FakeNode
from tests.support.tasks import payload, run, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.sync import Result

BEFORE = {1: "a", 2: "b", 3: "c", 4: "d"}
WANTED = {2: "b", 3: "edited", 4: "d", 5: "new", 6: "new too"}
THEN: dict[str, dict[int, str]] = {
    "unchanged": WANTED,
    "edited": {2: "b", 3: "edited again", 4: "d", 5: "new, edited", 6: "new too"},
    "removed": {2: "b", 4: "d"},
}
PRUNE: dict[str, dict[str, Any]] = {
    "own": {},
    "site": {"prune": "site"},
    "all": {"prune": "all", "exclusive": True},
}
CUTS = ("before", "after", "late")


@dataclass
class World:
    """A node, the folder of the ledger, and one run after the other."""

    node: FakeNode
    state: Path

    def run(self, posts: Mapping[int, str], *, later: float = 3600, **policy: Any) -> Any:
        with Ledger(self.state) as ledger:
            work = task(posts, allow_retracts=True, announce_limit=None, **policy)
            return run(self.node, work, ledger, later=later)

    def status(self, posts: Mapping[int, str], **policy: Any) -> Result:
        """As the command of this name looks at the node."""
        with Ledger(self.state) as ledger:
            work = task(posts, fetch_foreign=True, allow_retracts=True, **policy)
            return asyncio.run(preview(self.node, work, ledger, clock=self.node.clock))

    @property
    def texts(self) -> dict[str, str]:
        return {id_: text.split(">")[-3].split("<")[0] for id_, text in self.node.items.items()}


@pytest.fixture(scope="module")
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A node that equals BEFORE, is known to be durable, and has room for two items more."""
    node = FakeNode(max_items=6, habits=HABITS[getattr(request, "param", "Prosody")])
    world = World(node, tmp_path_factory.mktemp("base") / "state")
    world.run(BEFORE)
    world.run(BEFORE)
    world.node.calls.clear()
    world.node.events.clear()
    world.node.versions.clear()
    return world


def copied(world: World, folder: Path) -> World:
    """Another world in the same state."""
    shutil.copytree(world.state, folder / "state")
    return World(world.node.copy(), folder / "state")


def count_calls(base: World, folder: Path) -> int:
    world = copied(base, folder)
    world.run(WANTED)
    return len(world.node.calls)


@pytest.mark.parametrize(
    ("base", "prune"),
    [("Prosody", "own"), ("all at once", "own"), ("all at once", "site"), ("Prosody", "all")],
    indirect=["base"],
)
@pytest.mark.parametrize("then", THEN)
@pytest.mark.parametrize("ledger", ["same", "old", "none"])
def test_no_interruption_loses_or_doubles_anything(
    tmp_path: Path, base: World, then: str, ledger: str, prune: str
) -> None:
    calls = count_calls(base, tmp_path / "uncut")
    assert calls >= 5
    cases = itertools.product(range(1, calls + 1), CUTS, (1.0, 3600.0))
    for number, (call, cut, later) in enumerate(cases):
        # What is on its way without anybody knowing may arrive late, and then it is told twice.
        if cut == "late" and later < 30 and ledger != "same":
            continue
        folder = tmp_path / str(number)
        world = copied(base, folder)
        setattr(world.node, f"cut_{cut}", call)
        assert isinstance(world.run(WANTED, **PRUNE[prune]).error, Unavailable)
        world.node.reconnect()
        if later > 30:
            world.node.drain()
        if ledger != "same":
            shutil.rmtree(world.state)
        if ledger == "old":
            shutil.copytree(base.state, world.state)
        result = world.run(THEN[then], later=later, **PRUNE[prune])
        case = f"call {call} of {calls}, cut {cut}, {later} s later"
        assert result.error is None, case
        expected = {f"post-{n:04}": text for n, text in THEN[then].items()}
        left = {id_: text for id_, text in world.texts.items() if id_ not in expected}
        assert world.texts == expected | left, case
        if prune != "own":
            assert not left, case
        # Without a record of it, what we once published is only listed.
        assert set(left) == set(world.status(THEN[then], **PRUNE[prune]).unclaimed or ()), case
        if ledger == "same":
            assert not left, case
        assert len(world.node.versions) == len(set(world.node.versions)), case
        retracts = [id_ for kind, id_ in world.node.events if kind == "retracted"]
        assert len(retracts) == len(set(retracts)), case
        world.node.calls.clear()
        world.run(THEN[then], **PRUNE[prune])
        world.run(THEN[then], **PRUNE[prune])
        assert {call.partition(" ")[0] for call in world.node.calls} <= {"look", "fetch"}, case


def test_what_arrives_late_is_waited_for(tmp_path: Path, base: World) -> None:
    world = copied(base, tmp_path)
    world.node.cut_late = 4
    world.run(WANTED)
    world.node.reconnect()
    world.node.clock.slept.clear()
    assert world.run(WANTED, later=1).error is None
    assert world.node.clock.slept
    assert len(world.node.versions) == len(set(world.node.versions))


def test_what_arrives_bit_by_bit_is_waited_for_to_the_end(tmp_path: Path, base: World) -> None:
    """A server that is slow on purpose still reads what a dead run has sent."""
    world = copied(base, tmp_path)
    world.node.cut_late, world.node.slow = 4, True
    world.run(WANTED)
    world.node.reconnect()
    world.node.clock.on_sleep = lambda: world.node.drain(1)
    assert world.run(WANTED, later=1).error is None
    # The newest of the three was not sent: it waits for the answers to the others.
    assert (len(world.node.clock.slept), len(world.node.versions)) == (2, 3)
    assert len(world.node.versions) == len(set(world.node.versions))


def test_a_node_that_never_settles_is_waited_for_only_so_long(tmp_path: Path, base: World) -> None:
    """A service that shows another item at each look must not hold the run for ever."""
    world = copied(base, tmp_path)
    world.node.cut_late = 4
    world.run(WANTED)
    world.node.reconnect()
    versions = itertools.count()

    def change() -> None:
        version = next(versions)
        assert version < 10 * DRAINS, "it waits for ever"
        for id_ in ("post-0003", "post-0005", "post-0006"):
            world.node.items[id_] = payload(id_, f"version {version}")

    world.node.clock.on_sleep = change
    assert world.run(WANTED, later=1).error is None
    assert len(world.node.clock.slept) == DRAINS


def test_a_cut_while_the_node_is_made_leaves_a_whole_one(tmp_path: Path) -> None:
    for call, cut in itertools.product(range(1, 9), ("before", "after")):
        world = World(FakeNode(exists=False), tmp_path / f"{call} {cut}")
        setattr(world.node, f"cut_{cut}", call)
        world.run(BEFORE)
        world.node.reconnect()
        assert world.run(BEFORE).error is None
        assert len(world.texts) == len(BEFORE)
        assert len(world.node.versions) == len(BEFORE)


def test_an_interrupted_import_goes_on_without_being_stopped(tmp_path: Path) -> None:
    """What was accepted once needs no second permission, though the node has items now."""
    posts = dict.fromkeys(range(1, 101), "text")
    node = FakeNode(exists=False)
    with Ledger(tmp_path) as ledger:
        node.cut_after = 60
        assert isinstance(run(node, task(posts), ledger).error, Unavailable)
        assert 0 < len(node.items) < 100
        node.reconnect()
        assert run(node, task(posts), ledger).error is None
    assert len(node.items) == len(node.versions) == 100


def test_a_quiet_run_that_died_is_put_right_by_any_later_one(tmp_path: Path, base: World) -> None:
    for call, cut in itertools.product(range(1, 8), ("before", "after")):
        folder = tmp_path / f"{call} {cut}"
        world = copied(base, folder)
        setattr(world.node, f"cut_{cut}", call)
        with Ledger(world.state) as ledger:
            run(world.node, task(WANTED, allow_retracts=True, silent="must"), ledger)
        world.node.reconnect()
        assert world.run({**WANTED, 7: "loud"}).error is None
        assert set(world.node.config.values()) == {"1", "A title"}
        with Ledger(world.state) as ledger:
            assert not ledger.last_look(world.node.address).muted
        assert ("published", "post-0007") in world.node.events
        assert len(world.texts) == 6


class Life(RuleBasedStateMachine):
    """Any order of edits, cuts, lost ledgers and strangers: a run without a cut ends it well."""

    @initialize(habits=st.sampled_from(["Prosody", "ejabberd", "all at once"]))
    def begin(self, habits: str) -> None:
        self.temporary = tempfile.TemporaryDirectory()
        node = FakeNode(max_items=5, habits=HABITS[habits])
        self.world = World(node, Path(self.temporary.name) / "state")
        self.posts: dict[int, str] = {}
        self.strangers: set[str] = set()
        self.edits = 0

    @rule(number=st.integers(1, 8))
    def write(self, number: int) -> None:
        self.edits += 1
        self.posts[number] = f"edit {self.edits}"

    @precondition(lambda self: self.posts)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        del self.posts[data.draw(st.sampled_from(sorted(self.posts)))]

    @rule()
    def lose_the_ledger(self) -> None:
        shutil.rmtree(self.world.state, ignore_errors=True)

    @rule(number=st.integers(1, 2))
    def somebody_else_publishes(self, number: int) -> None:
        id_ = f"theirs-{number}"
        if len(self.world.node.items) < 5:
            self.world.node.items[id_] = payload(id_, "x", atom=f"tag:other.example,2026:{id_}")
            self.strangers.add(id_)

    @precondition(lambda self: self.world.node.items)
    @rule(data=st.data())
    def the_server_loses_an_item(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.world.node.items)))
        self.world.node.remove([id_])
        self.strangers.discard(id_)
        # To send it again is what it takes to have it again.
        self.world.node.versions = [v for v in self.world.node.versions if v[0] != id_]

    @rule(
        call=st.integers(1, 12),
        cut=st.sampled_from(["before", "after"]),
        later=st.sampled_from([1.0, 3600.0]),
    )
    def run_until_it_is_cut(self, call: int, cut: str, later: float) -> None:
        setattr(self.world.node, f"cut_{cut}", call)
        self.world.node.calls.clear()
        self.world.run(self.posts, later=later, prune="site")
        self.world.node.reconnect()

    @rule(later=st.sampled_from([1.0, 3600.0]))
    def run_to_the_end(self, later: float) -> None:
        result = self.world.run(self.posts, later=later, prune="site")
        assert result.error is None
        room = 5 - len(self.strangers)
        newest = sorted(self.posts)[-room:] if room else []
        expected = {f"post-{number:04}": self.posts[number] for number in newest}
        ours = {i: t for i, t in self.world.texts.items() if i not in self.strangers}
        assert ours == expected
        assert self.strangers <= self.world.texts.keys()

    @invariant()
    def no_version_is_told_twice(self) -> None:
        if hasattr(self, "world"):
            versions = self.world.node.versions
            assert len(versions) == len(set(versions))

    def teardown(self) -> None:
        if hasattr(self, "temporary"):
            self.temporary.cleanup()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25)
