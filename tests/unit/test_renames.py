"""Which new posts are held because they may be renamed ones, and what a plan does meanwhile."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from msgspec.structs import replace as replace_struct

from publisher import entry, sync
from publisher.app import possible_renames
from publisher.cli import node_results
from publisher.post import Page, Reading, Skip
from publisher.sync import Result, Step, Task, plan, preview, rename_hints
from publisher.sync import guard as guards
from publisher.sync.changes import Hold
from publisher.sync.decide import decide
from publisher.sync.desired import Desired
from publisher.sync.item import Seen
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import Recorded
from publisher.sync.plan_notes import notes
from publisher.sync.policy import Policy
from publisher.sync.renames import LEAST_WORDS, NO_RENAMES, NewPost, Renames
from publisher.text.node_address import NodeAddress
from publisher.text.shortening import count_words
from tests.support.blog import Blog
from tests.support.fake_node import FakeNode
from tests.support.posts import SITE, config, post
from tests.support.tasks import made, payload, run

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
    decided = decide(
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


def test_a_newer_post_does_not_end_the_question_by_keep_alone() -> None:
    found = Renames(new=new("a-new", "c"), vanished=A_IS_GONE)
    posts, items = ["a-new", "b", "c"], ["a-old", "b"]
    for max_items in (None, 3):
        assert planned(posts, items, found, keep=2, max_items=max_items) == {
            "a-new": "held",
            "c": "new",
        }
    assert planned(posts, items, found, keep=2, max_items=2) == {"a-old": "removed", "c": "new"}
    # Once it is decided, the item goes.
    decided = replace(found, as_new=frozenset({"a-new"}))
    assert planned(posts, items, decided, keep=2) == {"a-old": "removed", "c": "new"}


def test_a_full_node_makes_room_for_a_newer_post() -> None:
    """The item is too old for the node, whosever post it is."""
    found = Renames(new=new("a-new", "c"), vanished=A_IS_GONE)
    assert planned(["a-new", "b", "c"], ["a-old", "b"], found, max_items=2) == {
        "a-old": "removed",
        "c": "new",
    }


def test_an_item_that_stays_although_no_post_is_selected_takes_room() -> None:
    found = Renames(new=new("a-new", "c"), vanished=A_IS_GONE)
    assert planned(["b", "c"], ["a-old", "b"], found, max_items=2) == {
        "b": "removed",
        "c": "new",
        "a-new": "held",
    }


def test_the_guard_does_not_count_held_items() -> None:
    names = [f"{letter}-new" for letter in "abcdefghij"]
    vanished = {letter: frozenset({f"{letter}-old"}) for letter in "abcdefghij"}
    decided = decide(
        [desired(name) for name in names],
        recorded(*(f"{letter}-old" for letter in "abcdefghij")),
        present(*(f"{letter}-old" for letter in "abcdefghij")),
        Policy(renames=Renames(new=new(*names), vanished=vanished)),
    )
    guards.require_safe(decided, guards.Guard(), has_audience=True)
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


def test_without_a_ledger_an_item_whose_post_has_a_file_is_not_gone() -> None:
    found = Renames(new=new("a-new"), has_file=lambda _: True)
    assert planned(["a-new"], ["a-old"], found, ledger=False) == {"a-new": "new"}


def hinted(
    posts: Sequence[str],
    items: Sequence[str],
    *,
    texts: Mapping[str, str] | None = None,
    renames: Renames = NO_RENAMES,
) -> list[str]:
    """The hints for these posts and items; `texts` has posts with another text than their names."""
    known, there = recorded(*items), present(*items)
    wanted = [
        dataclasses.replace(desired(name), body=texts[name], fingerprint="edited")
        if texts and name in texts
        else desired(name)
        for name in posts
    ]
    decided = decide(wanted, known, there, Policy(renames=renames))
    return list(rename_hints.post_renamed(decided, known, there, renames))


@pytest.mark.parametrize(
    ("posts", "items", "texts", "named"),
    [
        pytest.param(
            ["a-new"], ["a-old"], {},
            ["a-new.md has the text of the post that was a-old; if it was renamed, keep its item "
             "with a line in its front matter: id: a-old"], id="renamed",
        ),
        pytest.param(
            ["a-1", "a-2", "a-3"], ["a-3", "a-4", "a-5"], {},
            ["a-1.md and a-2.md have the text of the posts that were a-4 and a-5; if one of them "
             "was renamed, keep its item with a line in its front matter: id: a-4 or id: a-5"],
            id="two of three posts of one text",
        ),
        pytest.param(
            ["a-new"], ["a-1", "a-2"], {},
            ["a-new.md has the text of the posts that were a-1 and a-2; if it was renamed, keep "
             "its item with a line in its front matter: id: a-1 or id: a-2"],
            id="two posts became one",
        ),
        pytest.param(
            ["sea", "lake"], ["lake", "mill"], {"sea": "l", "lake": "m"},
            ["sea.md has the text of the post that was lake; if it was renamed, keep its item "
             "with a line in its front matter: id: lake",
             "lake.md has the text of the post that was mill; if it was renamed, keep its item "
             "with a line in its front matter: id: mill"],
            id="a chain",
        ),
        pytest.param(
            ["lake", "mill"], ["lake", "mill"], {"lake": "m", "mill": "l"},
            ["lake.md has the text of the post that was mill; if it was renamed, keep its item "
             "with a line in its front matter: id: mill",
             "mill.md has the text of the post that was lake; if it was renamed, keep its item "
             "with a line in its front matter: id: lake"],
            id="swapped",
        ),
        pytest.param(["a-new", "a-old"], ["a-old"], {}, [], id="a copy"),
        pytest.param(["a-new", "a-old"], ["a-old"], {"a-old": "a"}, [], id="a copy and an edit"),
        pytest.param(["a"], ["a"], {"a": "another"}, [], id="an edit"),
    ],
)  # fmt: skip
def test_a_text_of_a_lost_item_is_named_once(
    posts: Sequence[str], items: Sequence[str], texts: Mapping[str, str], named: Sequence[str]
) -> None:
    assert sorted(hinted(posts, items, texts=texts)) == sorted(named)


@pytest.mark.parametrize(
    "decided",
    [Renames(as_new=frozenset({"a-new"})), Renames(with_id=frozenset({"a-new"}))],
    ids=["--as-new", "id:"],
)
def test_a_post_on_which_its_author_has_decided_needs_no_hint(decided: Renames) -> None:
    assert hinted(["a-new"], ["a-old"], renames=decided) == []


@pytest.mark.parametrize(
    ("title", "day", "is_alike"),
    [
        ("The mill", "2026-01-02", True),
        ("A lake", "2026-01-02", False),
        ("The mill", "2026-01-03", False),
    ],
)
@pytest.mark.parametrize("known", ["ledger", "node", "node, prune: site"])
def test_items_of_unknown_text_are_recognised_by_title_and_date(
    title: str, day: str, known: str, *, is_alike: bool
) -> None:
    """The first versions recorded no text, neither in the ledger nor at the node."""
    one = dataclasses.replace(
        desired("mill-new"), title="The mill", atom_id="tag:a.example,2026-01-02:mill-new"
    )
    atom_id = f"tag:a.example,{day}:mill"
    there = {"mill": Seen("mill", atom_id, title, "print")}
    ledger = {"mill": Recorded("mill", title, "print", "seen", atom_id=atom_id)}
    ledger = ledger if known == "ledger" else {}
    found = Renames(has_file=lambda _: False)
    policy = Policy(
        renames=found, is_minted=lambda _: True, prune="site" if "site" in known else "own"
    )
    decided = decide([one], ledger, there, policy)
    named = list(rename_hints.post_renamed(decided, ledger, there, found))
    assert named == (
        ["mill-new.md has the date and the title of mill, whose post is gone; if it was renamed, "
         "keep its item with a line in its front matter: id: mill"] if is_alike else []
    )  # fmt: skip


def test_a_hint_is_given_while_it_can_still_be_followed(ledger: Ledger, tmp_path: Path) -> None:
    short = "Too short."
    before, after = (folder(post(f"{name}.md", body=short)) for name in (OLD, NEW))
    node = FakeNode()
    run(node, work(ledger, before), ledger)
    looked = asyncio.run(preview(node, work(ledger, after), ledger, clock=node.clock))
    offline = sync.offline(node.address, work(ledger, after), ledger)
    for planned in (looked, offline):
        assert [hint.rpartition(": ")[2] for hint in planned.hints] == [OLD]
    assert run(node, work(ledger, after), ledger).hints == []


def test_a_plan_from_the_ledger_is_that_for_the_node_after_a_retract(ledger: Ledger) -> None:
    """A retraction stays in the ledger until it is durable."""
    both = folder(post(f"{OLD}.md", body=LONG), post("2026-01-03-other.md", body="Text."))
    node = FakeNode()
    run(node, work(ledger, both), ledger)
    run(node, work(ledger, folder(post(f"{OLD}.md", body=LONG))), ledger)
    assert "retracted" in {record.state for record in ledger.recorded(node.address).values()}
    task = work(ledger, folder(post(f"{NEW}.md", body=LONG)))
    looked = asyncio.run(preview(node, task, ledger, clock=node.clock))
    offline = sync.offline(node.address, task, ledger)
    assert actions(offline) == actions(looked) == ["held"]


@pytest.mark.parametrize("is_selected", [True, False])
def test_a_selection_leaves_a_held_post_out(*, is_selected: bool) -> None:
    decided = decide(
        [desired("a-new")],
        recorded("a-old"),
        present("a-old"),
        Policy(renames=Renames(new=new("a-new"), vanished=A_IS_GONE)),
    )
    narrowed = plan.narrow(decided, lambda _: is_selected)
    assert len(narrowed.changes) == is_selected
    assert narrowed.deferred == narrowed.deferred_holds == (not is_selected)
    told = [*notes(narrowed, Task(desired=[desired("a-new")], is_selected=lambda _: is_selected))]
    question = "waits for a run without a selection; it needs a decision"
    assert any(question in note for note in told) != is_selected


CONFIG = config()
ADDRESS = NodeAddress("pubsub.example", "blog")
OLD, NEW = "2026-01-02-old", "2026-01-02-new"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def folder(*posts: Post, skipped: Sequence[Skip] = (), pages: Sequence[Page] = ()) -> Entries:
    return entry.entries(Reading(posts, tuple(skipped), (), pages=tuple(pages)), SITE)


def publish(ledger: Ledger, name: str, body: str, *, address: NodeAddress = ADDRESS) -> None:
    hashed = entry.body_hash(post(f"{name}.md", body=body))
    ledger.record_done(address, dataclasses.replace(desired(name), body=hashed), at=0.0)


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
    found = possible_renames.find(entries, CONFIG, ledger, ())
    assert found.recorded == ({NEW: OLD} if is_held else {})


def test_a_page_is_a_file_too(ledger: Ledger) -> None:
    publish(ledger, OLD, LONG)
    page = Page(PurePosixPath(f"{OLD}.md"), "has no date", post(f"{OLD}.md", body=LONG))
    found = possible_renames.find(
        folder(post(f"{NEW}.md", body=LONG), pages=[page]), CONFIG, ledger, ()
    )
    assert not found.recorded


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
    found = possible_renames.find(folder(post(f"{NEW}.md", body=text)), CONFIG, ledger, ())
    assert found.recorded == ({NEW: OLD} if is_held else {})


@pytest.mark.parametrize(
    ("old", "new", "is_kept"),
    [
        pytest.param(OLD, NEW, True, id="the same date"),
        pytest.param(OLD, "no-date-at-all", True, id="the id begins with the date"),
        pytest.param("notes/2026-02-03-old", "notes/2026-02-03-new", True, id="in a folder"),
        pytest.param("notes/2026-02-03-old", "notes/new", False, id="in a folder, without date"),
    ],
)
def test_a_line_that_does_not_keep_the_atom_id_is_said_to_change_it(
    ledger: Ledger, old: str, new: str, *, is_kept: bool
) -> None:
    (published,) = folder(post(f"{old}.md", body=LONG)).entries
    record = dataclasses.replace(desired(published.item_id), atom_id=published.atom_id)
    ledger.record_done(
        ADDRESS, dataclasses.replace(record, body=entry.body_hash(published.post)), at=0.0
    )
    found = possible_renames.find(folder(post(f"{new}.md", body=LONG)), CONFIG, ledger, ())
    ((new_id, old_id),) = found.recorded.items()
    advice = found.advice(found.new[new_id], old_id, "")
    assert f"front matter: id: {published.item_id}" in advice
    assert ("feed readers show it again" not in advice) == is_kept


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        pytest.param(
            (OLD, "urn:x:1"), (NEW, "urn:x:1"),
            ("give the file its old name; no line keeps both ids", "replace its line `id: urn:x:1`",
             "feed readers show it again"),
            id="the post keeps its atom:id by a line",
        ),
        pytest.param(
            (OLD, ""), (NEW, "my-own-id"), (f"replace its line `id: my-own-id` by: id: {OLD}",),
            id="the post has another item id by a line",
        ),
        pytest.param(
            ("notes/2026-02-03-old", ""), ("notes/new", ""),
            ("add this line", "unless its file name has the date 2026-02-03)"),
            id="the date is missing",
        ),
        pytest.param(
            (OLD, "urn:x:1"), (NEW, ""), ("add this line", "feed readers show it again)"),
            id="no file name keeps the atom:id",
        ),
    ],
)  # fmt: skip
def test_the_advice_fits_the_ids_that_the_post_has(
    ledger: Ledger, before: tuple[str, str], after: tuple[str, str], parts: Sequence[str]
) -> None:
    old, new = (
        post(f"{name}.md", body=LONG, id=(id_, 2) if id_ else None) for name, id_ in (before, after)
    )
    (published,) = folder(old).entries
    record = dataclasses.replace(desired(published.item_id), atom_id=published.atom_id)
    ledger.record_done(ADDRESS, dataclasses.replace(record, body=entry.body_hash(old)), at=0.0)
    found = possible_renames.find(folder(new), CONFIG, ledger, ())
    ((new_item, item),) = found.recorded.items()
    advice = found.advice(found.new[new_item], item, "")
    assert [part for part in parts if part not in advice] == []
    assert ("add" in advice) != bool(after[1]), "a second line `id:` is an error"


def test_only_one_of_several_posts_is_told_to_keep_the_item() -> None:
    def told(*names: str) -> str:
        steps = [Step(Hold(post, "a-old", "add id: a-old")) for post in new(*names).values()]
        return str(node_results.held([Result(ADDRESS, steps=steps)]))

    assert told("a-1", "a-2").count("only one of the posts can keep the item a-old; add") == 2
    assert "only one" not in told("a-1")
    assert "the post is not sent to the nodes" in told("a-1")


XMPP = """\
xmpp:
  jid: blog@example.org
  password_env: BLOG_PASSWORD
  nodes: [{service: pubsub.example, node: blog}]
"""


def test_a_build_counts_the_held_post_that_no_feed_shows(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(settings.read_text() + XMPP)
    for name in ("2026-01-02-copy", NEW):
        blog.write(f"{name}.md", LONG, title="One")
    with Ledger(blog.folder / ".publisher") as ledger:
        hashed = entry.body_hash(post("a.md", body=LONG))
        ledger.record_done(ADDRESS, dataclasses.replace(desired(OLD), body=hashed), at=0.0)
    out = blog.run("build").out
    assert "feed.atom  (1 entry)" in out
    assert "2 posts: 1 published, 1 held" in out


def test_a_post_of_a_feed_has_no_front_matter(ledger: Ledger) -> None:
    of_feed = replace_struct(CONFIG, posts=replace_struct(CONFIG.posts, feed="feed.xml"))
    publish(ledger, OLD, LONG)
    found = possible_renames.find(folder(post(f"{NEW}.md", body=LONG)), of_feed, ledger, ())
    assert "give it its old id in the feed" in found.advice(found.new[NEW], OLD, "")


def work(ledger: Ledger, entries: Entries, *, as_new: Sequence[str] = ()) -> Task:
    """The task at a node that should have all of these entries."""
    posts = [
        Desired(
            one.item_id,
            one.atom_id,
            one.title or "",
            one.fingerprint,
            one.published,
            body=entry.body_hash(one.post),
        )
        for one in entries.entries
    ]
    payloads = {one.id: payload(one.id, one.fingerprint, atom=one.atom_id) for one in posts}
    found = possible_renames.find(entries, CONFIG, ledger, as_new)
    return Task(
        desired=posts,
        make_item=lambda id_, level: made(id_, payloads[id_], level),
        policy=Policy(renames=found, is_minted=lambda seen: str(seen.atom_id).startswith("tag:")),
    )


@pytest.mark.parametrize("when", ["cut_before", "cut_after", "cut_late"])
def test_an_interrupted_decision_is_carried_out_by_the_next_runs(tmp_path: Path, when: str) -> None:
    """The connection dies at each call. Nothing is lost or doubled, asked again or not."""
    before, after = (folder(post(f"{name}.md", body=LONG)) for name in (OLD, NEW))
    calls, asked_again = 0, 0
    while True:
        calls += 1
        node = FakeNode()
        with Ledger(tmp_path / f"{when}-{calls}") as ledger:
            run(node, work(ledger, before), ledger)
            assert actions(run(node, work(ledger, after), ledger)) == ["held"]
            node.reconnect()
            setattr(node, when, calls)
            decided = run(node, work(ledger, after, as_new=[NEW]), ledger)
            if decided.error is None:
                break
            node.reconnect()
            node.drain()
            if actions(run(node, work(ledger, after), ledger)) == ["held"]:
                asked_again += 1
                assert [*node.items] == [OLD]
                run(node, work(ledger, after, as_new=[NEW]), ledger)
            run(node, work(ledger, after), ledger)
            assert [*node.items] == [NEW]
            assert node.events == [("published", OLD), ("retracted", OLD), ("published", NEW)]
            assert actions(run(node, work(ledger, after), ledger)) == []
    assert calls > 3
    assert asked_again < calls - 1, "an accepted decision needs no second one"


def actions(result: Result) -> list[str]:
    return [step.change.action for step in result.steps]


def test_a_held_item_is_recorded_so_that_the_next_run_still_asks(
    ledger: Ledger, tmp_path: Path
) -> None:
    before, after = (folder(post(f"{name}.md", body=LONG)) for name in (OLD, NEW))
    node = FakeNode()
    (old,) = work(ledger, before).desired
    node.items[OLD] = payload(OLD, old.fingerprint, atom=old.atom_id, body=old.body)
    with Ledger(tmp_path / "new") as none:
        for _ in range(3):
            assert actions(run(node, work(none, after), none)) == ["held"]
        record = none.recorded(node.address)[OLD]
        assert (record.body, record.fingerprint) == (old.body, old.fingerprint)
        assert actions(run(node, work(none, after, as_new=[NEW]), none)) == ["removed", "new"]
    assert [*node.items] == [NEW]


def test_a_rename_that_is_taken_back_changes_nothing(ledger: Ledger) -> None:
    before, after = (folder(post(f"{name}.md", body=LONG)) for name in (OLD, NEW))
    node = FakeNode()
    run(node, work(ledger, before), ledger)
    assert actions(run(node, work(ledger, after), ledger)) == ["held"]
    assert actions(run(node, work(ledger, before), ledger)) == []
    assert node.events == [("published", OLD)]
    run(node, work(ledger, after, as_new=[NEW]), ledger)
    again = run(node, work(ledger, before), ledger)
    assert actions(again) == ["held"], "it was decided that these are two posts"


def test_a_post_that_was_published_or_accepted_is_not_new(ledger: Ledger) -> None:
    """A run that was interrupted after its author had decided goes on without asking again."""
    publish(ledger, OLD, LONG)
    entries = folder(post(f"{NEW}.md", body=LONG))
    (made,) = entries.entries
    ledger.accept(ADDRESS, [(NEW, made.fingerprint)])
    assert not possible_renames.find(entries, CONFIG, ledger, ()).recorded
    ledger.accept(ADDRESS, [(NEW, "an older text")])
    assert possible_renames.find(entries, CONFIG, ledger, ()).recorded
    publish(ledger, NEW, LONG, address=NodeAddress("pubsub.example", "another"))
    assert not possible_renames.find(entries, CONFIG, ledger, ()).recorded


def test_an_item_at_two_nodes_is_one_item(ledger: Ledger) -> None:
    publish(ledger, OLD, LONG)
    publish(ledger, OLD, LONG, address=NodeAddress("pubsub.example", "another"))
    entries = folder(post(f"{NEW}.md", body=LONG))
    assert possible_renames.find(entries, CONFIG, ledger, ()).recorded == {NEW: OLD}


def test_a_copy_of_a_post_that_exists_is_a_new_post(ledger: Ledger) -> None:
    publish(ledger, OLD, LONG)
    entries = folder(post(f"{NEW}.md", body=LONG), post(f"{OLD}.md", body=LONG))
    assert not possible_renames.find(entries, CONFIG, ledger, ()).recorded


def test_a_ledger_without_texts_holds_nothing(ledger: Ledger) -> None:
    """The first version of the ledger recorded no texts."""
    ledger.record_done(ADDRESS, dataclasses.replace(desired(OLD), body=""), at=0.0)
    entries = folder(post(f"{NEW}.md", body=LONG))
    assert not possible_renames.find(entries, CONFIG, ledger, ()).recorded


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), (" one  two\nthree ", 3), ("字字", 2), ("Das 字字 ist", 4), ("don't *stop*", 2)],
)
def test_words_are_counted_as_written(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("posts", "items", "line"),
    [
        (
            {"pages": ("*.md",)}, ["a-old"],
            'write into `posts` in publisher.yaml: ids: {"a-new.md": a-old}',
        ),
        (
            {"pages": ("*.md",), "ids": {"b.md": "another-id"}}, ["a-1", "a-2"],
            'add to posts.ids in publisher.yaml: "a-new.md": a-1 (or a-2)',
        ),
        ({"feed": "feed.atom"}, ["a-old"], "give it its old id in the feed again"),
    ],
)  # fmt: skip
def test_a_post_without_front_matter_is_not_told_to_have_some(
    ledger: Ledger, posts: dict[str, Any], items: Sequence[str], line: str
) -> None:
    configured = replace_struct(CONFIG, posts=replace_struct(CONFIG.posts, **posts))
    found = possible_renames.find(folder(), configured, ledger, ())
    (hint,) = hinted(["a-new"], items, renames=Renames(keeping=found.keeping))
    assert hint.endswith(f"; if it was renamed, {line}")
