"""Which new posts are held because they may be renamed ones, and what a plan does meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher import entry
from publisher.app import renames
from publisher.post import Reading, Skip
from publisher.sync import plan
from publisher.sync.desired import Desired
from publisher.sync.item import Seen
from publisher.sync.ledger import Ledger
from publisher.sync.plan import Hold, Policy
from publisher.sync.records import Recorded
from publisher.sync.renames import LEAST_WORDS, NewPost, Renames
from publisher.text.node_address import NodeAddress
from publisher.text.shortening import count_words
from tests.support.posts import SITE, post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.entry import Entries
    from publisher.post import Post

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LONG = "word " * LEAST_WORDS


def desired(name: str, day: int = 1) -> Desired:
    """A post; posts whose names begin with the same letter have the same text."""
    published = START + dt.timedelta(days=day)
    return Desired(name, f"tag:{name}", name, "print", published, f"{name}.md", body=name[0])


def new(*names: str) -> Mapping[str, NewPost]:
    posts = [desired(name) for name in names]
    return {p.id: NewPost(p.id, p.title, p.path, p.body, p.published) for p in posts}


def recorded(*names: str) -> Mapping[str, Recorded]:
    return {n: Recorded(n, n, "print", "seen", atom_id=f"tag:{n}", body=n[0]) for n in names}


def present(*names: str, body: bool = True) -> Mapping[str, Seen]:
    return {n: Seen(n, f"tag:{n}", n, "print", body=n[0] if body else "") for n in names}


def planned(
    posts: Sequence[str],
    items: Sequence[str],
    found: Renames,
    *,
    ledger: bool = True,
    max_items: int | None = None,
    **policy: object,
) -> dict[str, str]:
    """The action for each id; the posts and the items are named in the order of their dates."""
    decided = plan.decide(
        [desired(name, day) for day, name in enumerate(posts)],
        recorded(*items) if ledger else {},
        present(*items),
        Policy(renames=found, is_minted=lambda seen: seen.atom_id == f"tag:{seen.id}", **policy),  # type: ignore[arg-type]
        max_items=max_items,
    )
    return {change.id: change.action for change in decided.changes}


A_IS_GONE = {"a": frozenset({"a-old"})}


@pytest.mark.parametrize(
    ("posts", "items", "found", "actions"),
    [
        pytest.param(
            ["a-new", "b"], ["a-old", "b"], Renames(new=new("a-new"), vanished=A_IS_GONE),
            {"a-new": "held"}, id="renamed",
        ),
        pytest.param(
            ["a-new", "b"], ["a-old"], Renames(new=new("a-new", "b"), vanished=A_IS_GONE),
            {"a-new": "held", "b": "new"}, id="the rest goes on",
        ),
        pytest.param(
            ["a-1", "a-2"], ["a-old"], Renames(new=new("a-1", "a-2"), vanished=A_IS_GONE),
            {"a-1": "held", "a-2": "held"}, id="one text in two posts",
        ),
        pytest.param(
            ["a-1", "a-2"], ["a-old"],
            Renames(new=new("a-1", "a-2"), vanished=A_IS_GONE, as_new=frozenset({"a-1"})),
            {"a-1": "new", "a-2": "held"}, id="one of two posts is decided",
        ),
        pytest.param(
            ["a-new"], ["a-old", "a-older"],
            Renames(new=new("a-new"), vanished={"a": frozenset({"a-old", "a-older"})}),
            {"a-new": "new", "a-old": "removed", "a-older": "removed"}, id="two items, one text",
        ),
        pytest.param(
            ["a-new"], ["a-old", "b"], Renames(new=new("a-new"), vanished={
                **A_IS_GONE, "b": frozenset({"b"})}),
            {"a-new": "held", "b": "removed"}, id="two posts became one that has one text",
        ),
        pytest.param(
            ["a-new"], ["a-old"],
            Renames(new=new("a-new"), vanished=A_IS_GONE, as_new=frozenset({"a-new"})),
            {"a-new": "new", "a-old": "removed"}, id="decided",
        ),
        pytest.param(
            [], ["a-old"], Renames(new=new("a-new"), vanished=A_IS_GONE),
            {"a-new": "held"}, id="the node does not select the new post",
        ),
        pytest.param(
            ["a-new"], [], Renames(new=new("a-new"), vanished=A_IS_GONE),
            {"a-new": "held"}, id="another node has the item",
        ),
        pytest.param(
            [], [], Renames(new=new("a-new"), vanished=A_IS_GONE),
            {}, id="neither is of this node",
        ),
        pytest.param(
            ["a-new"], ["a-old", "a-new"], Renames(new=new("a-new"), vanished=A_IS_GONE),
            {"a-old": "removed"}, id="another run has published it already",
        ),
    ],
)  # fmt: skip
def test_a_held_post_and_its_item_stay_alone(
    posts: Sequence[str], items: Sequence[str], found: Renames, actions: Mapping[str, str]
) -> None:
    assert planned(posts, items, found) == actions


def test_the_window_stays_as_it_is_while_a_post_is_held() -> None:
    """The held post counts as its item: no older post takes its place."""
    found = Renames(new=new("a-new"), vanished=A_IS_GONE)
    posts, items = ["c", "b", "a-new"], ["b", "a-old"]
    assert planned(posts, items, found, keep=2) == {"a-new": "held"}
    assert planned(posts, items, found, max_items=2) == {"a-new": "held"}


def test_a_full_node_makes_room_for_a_newer_post() -> None:
    """The item is too old for the node, whosever post it is."""
    found = Renames(new=new("a-new", "c"), vanished=A_IS_GONE)
    assert planned(["a-new", "b", "c"], ["a-old", "b"], found, max_items=2) == {
        "a-old": "removed",
        "c": "new",
    }


def test_the_guard_does_not_count_held_items() -> None:
    names = [f"{letter}-new" for letter in "abcdefghij"]
    vanished = {letter: frozenset({f"{letter}-old"}) for letter in "abcdefghij"}
    decided = plan.decide(
        [desired(name) for name in names],
        recorded(*(f"{letter}-old" for letter in "abcdefghij")),
        present(*(f"{letter}-old" for letter in "abcdefghij")),
        Policy(renames=Renames(new=new(*names), vanished=vanished)),
    )
    plan.require_safe(decided, plan.Guard(), has_audience=True)
    assert len(decided.changes) == 10


@pytest.mark.parametrize("prune", ["own", "site"])
def test_without_a_ledger_the_items_at_the_node_show_it(prune: str) -> None:
    found = Renames(new=new("a-new"), has_file=lambda id_: id_ == "b")
    posts, items = ["a-new", "b"], ["a-old", "b"]
    assert planned(posts, items, found, ledger=False, prune=prune) == {
        "a-new": "held",
        "b": "adopt",
    }
    decided = replace(found, as_new=frozenset({"a-new"}))
    assert planned(posts, items, decided, ledger=False, prune=prune) == {
        "a-new": "new",
        "a-old": "removed",
        "b": "adopt",
    }


def test_a_held_item_is_recorded_so_that_the_next_run_still_asks() -> None:
    decided = plan.decide(
        [desired("a-new")],
        {},
        present("a-old"),
        Policy(
            renames=Renames(new=new("a-new"), has_file=lambda _: False), is_minted=lambda _: True
        ),
    )
    (change,) = decided.changes
    assert isinstance(change, Hold)
    assert change.record == Recorded("a-old", "a-old", "print", atom_id="tag:a-old", body="a")


@pytest.mark.parametrize("is_selected", [True, False])
def test_a_selection_leaves_a_held_post_out(*, is_selected: bool) -> None:
    decided = plan.decide(
        [desired("a-new")],
        recorded("a-old"),
        present("a-old"),
        Policy(renames=Renames(new=new("a-new"), vanished=A_IS_GONE)),
    )
    narrowed = plan.narrow(decided, lambda _: is_selected)
    assert len(narrowed.changes) == is_selected
    assert narrowed.deferred == (not is_selected)


ADDRESS = NodeAddress("pubsub.example", "blog")
OLD, NEW = "2026-01-02-old", "2026-01-02-new"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def folder(*posts: Post, skipped: Sequence[Skip] = ()) -> Entries:
    return entry.entries(Reading(posts, tuple(skipped), ()), SITE)


def publish(ledger: Ledger, name: str, body: str, *, address: NodeAddress = ADDRESS) -> None:
    hashed = entry.body_hash(post(f"{name}.md", body=body))
    ledger.record_done(address, replace(desired(name), body=hashed), at=0.0)


@pytest.mark.parametrize(
    ("skip", "is_held"),
    [
        pytest.param(None, True, id="gone"),
        pytest.param(Skip(PurePosixPath(f"{OLD}.md"), "", status="draft"), False, id="draft"),
        pytest.param(Skip(PurePosixPath(f"{OLD}.md"), "", broken=True), False, id="unreadable"),
        pytest.param(Skip(PurePosixPath("moved"), "", broken=True), True, id="another folder"),
        pytest.param(Skip(PurePosixPath("x.md"), "", broken=True), True, id="another file"),
        pytest.param(
            Skip(PurePosixPath("x.md"), "", status="draft", post=post("x.md", id=(OLD, 2))),
            False,
            id="a draft with its id",
        ),
    ],
)
def test_a_post_that_still_has_a_file_has_not_vanished(
    ledger: Ledger, skip: Skip | None, *, is_held: bool
) -> None:
    publish(ledger, OLD, LONG)
    entries = folder(post(f"{NEW}.md", body=LONG), skipped=[skip] if skip else [])
    found = renames.find(entries, SITE, ledger, ())
    assert found.recorded == ({NEW: OLD} if is_held else {})


@pytest.mark.parametrize(
    ("old", "text", "is_held"),
    [
        pytest.param(LONG, LONG, True, id="the same text"),
        pytest.param(LONG, f"\n{LONG}\n\n", True, id="with blank lines around it"),
        pytest.param(LONG, f"{LONG} edited", False, id="renamed and edited"),
        pytest.param("word " * 29, "word " * 29, False, id="29 words"),
        pytest.param("字" * 30, "字" * 30, True, id="30 characters of Chinese"),
        pytest.param("", "", False, id="no text"),
    ],
)
def test_a_post_of_thirty_words_with_the_same_text_is_held(
    ledger: Ledger, old: str, text: str, *, is_held: bool
) -> None:
    publish(ledger, OLD, old)
    found = renames.find(folder(post(f"{NEW}.md", body=text)), SITE, ledger, ())
    assert found.recorded == ({NEW: OLD} if is_held else {})


def test_a_post_that_was_published_or_accepted_is_not_new(ledger: Ledger) -> None:
    """A run that was interrupted after its author had decided goes on without asking again."""
    publish(ledger, OLD, LONG)
    entries = folder(post(f"{NEW}.md", body=LONG))
    (made,) = entries.entries
    ledger.accept(ADDRESS, [(NEW, made.fingerprint)])
    assert not renames.find(entries, SITE, ledger, ()).recorded
    ledger.accept(ADDRESS, [(NEW, "an older text")])
    assert renames.find(entries, SITE, ledger, ()).recorded
    publish(ledger, NEW, LONG, address=NodeAddress("pubsub.example", "another"))
    assert not renames.find(entries, SITE, ledger, ()).recorded


def test_an_item_at_two_nodes_is_one_item(ledger: Ledger) -> None:
    publish(ledger, OLD, LONG)
    publish(ledger, OLD, LONG, address=NodeAddress("pubsub.example", "another"))
    entries = folder(post(f"{NEW}.md", body=LONG))
    assert renames.find(entries, SITE, ledger, ()).recorded == {NEW: OLD}


def test_a_copy_of_a_post_that_exists_is_a_new_post(ledger: Ledger) -> None:
    publish(ledger, OLD, LONG)
    entries = folder(post(f"{NEW}.md", body=LONG), post(f"{OLD}.md", body=LONG))
    assert not renames.find(entries, SITE, ledger, ()).recorded


def test_a_ledger_without_texts_holds_nothing(ledger: Ledger) -> None:
    """The first version of the ledger recorded no texts."""
    ledger.record_done(ADDRESS, replace(desired(OLD), body=""), at=0.0)
    entries = folder(post(f"{NEW}.md", body=LONG))
    assert not renames.find(entries, SITE, ledger, ()).recorded


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), (" one  two\nthree ", 3), ("字字", 2), ("Das 字字 ist", 4), ("don't *stop*", 2)],
)
def test_words_are_counted_as_written(text: str, words: int) -> None:
    assert count_words(text) == words
