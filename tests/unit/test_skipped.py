"""A stricter rule of publisher retracts nothing: the items of files that are there stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher import config
from publisher.app import project
from publisher.sync.changes import Forget, Retract
from publisher.sync.ledger import Ledger
from publisher.sync.skipped import (
    Doubted,
    DoubtedEdit,
    Restricted,
    SkippedFiles,
    Unbuilt,
    messages,
)
from tests.support.blog import Blog
from tests.support.fake_node import FakeNode
from tests.support.tasks import run, task
from tests.unit.test_plan import plan_of, post, present_item, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SKIPPED = SkippedFiles({"post-0001": "post-0001.adoc: AsciiDoc is not rendered"})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("prune", ["own", "site", "all"])
@pytest.mark.parametrize("is_recorded", [True, False])
def test_only_the_item_of_a_skipped_file_stays(prune: str, is_recorded: bool) -> None:
    recorded = [record(1), record(2), record(3)] if is_recorded else []
    present = [present_item(1), present_item(2), present_item(3)]
    plan = plan_of([post(3)], recorded, present, prune=prune, skipped=SKIPPED)
    retracted = {change.id for change in plan.changes if isinstance(change, Retract)}
    assert retracted == ({"post-0002"} if is_recorded or prune != "own" else set())
    assert plan.skipped == ("post-0001.adoc: AsciiDoc is not rendered",)
    assert plan.withheld == 0
    assert "post-0001" not in plan.unclaimed


def test_no_older_post_takes_the_place_of_an_item_that_stays() -> None:
    """It would be announced because a newer version skips the file of a newer post."""
    skipped = SkippedFiles({"post-0003": "post-0003.adoc: AsciiDoc is not rendered"})
    posts, at_node = [post(1), post(2), post(4)], [2, 3, 4]
    recorded = [record(number) for number in at_node]
    present = [present_item(number) for number in at_node]
    assert not plan_of(posts, recorded, present, keep=3, skipped=skipped).changes
    assert not plan_of(posts, [], present, keep=3, skipped=skipped).publishes
    lost = plan_of(posts, recorded, present[1:], keep=3, skipped=skipped)
    assert [(change.id, change.action) for change in lost.publishes] == [("post-0002", "missing")]
    assert [change.id for change in plan_of(posts, [], [], keep=3).publishes] == [
        "post-0001", "post-0002", "post-0004",
    ]  # fmt: skip


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_a_new_post_does_not_wait_for_the_place_of_an_item_that_stays(keep: int) -> None:
    present = [present_item(1), present_item(2)]
    recorded = [record(1), record(2)]
    plan = plan_of([post(2), post(3)], recorded, present, keep=keep, skipped=SKIPPED)
    assert [change.id for change in plan.publishes] == ["post-0003"]


def test_the_record_of_an_item_that_stays_is_not_forgotten() -> None:
    changes = plan_of([], [record(1), record(2)], [], skipped=SKIPPED).changes
    assert [change.id for change in changes if isinstance(change, Forget)] == ["post-0002"]


def test_a_post_with_the_id_of_a_skipped_file_is_published() -> None:
    plan = plan_of([post(1, "b")], [record(1, "a")], [present_item(1, "a")], skipped=SKIPPED)
    assert [change.action for change in plan.changes] == ["changed"]
    assert plan.skipped == ()


def test_a_file_is_found_by_the_path_that_the_ledger_recorded(ledger: Ledger) -> None:
    node = FakeNode()
    run(node, task({1: "a", 2: "b", 3: "c"}), ledger)
    skipped = SkippedFiles(by_path={"post-0001.md": "post-0001.md: has no date"})
    result = run(node, task({3: "c"}, skipped=skipped), ledger)
    assert [(step.change.action, step.change.id) for step in result.steps] == [
        ("removed", "post-0002")
    ]
    assert set(node.items) == {"post-0001", "post-0003"}
    assert result.notes == [
        "1 item stays, whose file is there but no post: post-0001.md: has no date. Repair the "
        "file, or remove it to retract its item"
    ]
    assert not run(node, task({3: "c"}, skipped=skipped), ledger).steps
    gone = run(node, task({3: "c"}, allow_retracts=True), ledger)
    assert [step.change.id for step in gone.steps] == ["post-0001"]


def test_many_skipped_files_are_one_line() -> None:
    skipped = SkippedFiles({f"post-{n:04}": f"{n}.adoc: x" for n in range(1, 9)})
    plan = plan_of([], [record(n) for n in range(1, 9)],
                   [present_item(n) for n in range(1, 9)], skipped=skipped)  # fmt: skip
    assert len(plan.skipped) == 8
    assert plan.changes == ()


def test_items_of_unbuilt_posts_have_notes_of_their_own() -> None:
    waits, none = Unbuilt("a.md", waits=True), Unbuilt("b.md", waits=False)
    assert [*messages([waits, none, "c.adoc: x"])] == [
        "1 item stays, whose file is there but no post: c.adoc: x. Repair the file, or remove it "
        "to retract its item",
        "1 item stays as it is until the page of its post is built",
        "1 item stays, whose post has no page; to retract it, remove or hide its post",
    ]
    assert [*messages([waits, waits, none, none])] == [
        "2 items stay as they are until the pages of their posts are built",
        "2 items stay, whose posts have no pages; to retract them, remove or hide their posts",
    ]
    assert [*messages([])] == []


@pytest.mark.parametrize(
    ("name", "text", "engine"),
    [
        ("2026-01-01-a.adoc", "= A\n", "jekyll"),
        ("2026-01-01-a.html.erb", "---\ntitle: A\n---\n", "jekyll"),
        ("2026-01-01-a.xyz", "", "jekyll"),
        ("2026-01-01-a.md", "---\ntitle: A\npassword: x\n---\n", "jekyll"),
        ("2026-01-01-a.md", "---\ntitle: A\nunlisted: true\n---\n", "any"),
        ("long-name.md", "---\ntitle: A\n---\n", "jekyll"),
        ("long-name.md", "---\ntitle: A\n---\n", "eleventy"),
    ],
)
def test_a_file_that_became_no_post_holds_its_item(
    tmp_path: Path, name: str, text: str, engine: str
) -> None:
    blog = Blog(tmp_path / "site")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(settings.read_text().replace("posts}", f"posts, engine: {engine}}}"))
    blog.write("2026-01-02-b.md", "Text.")
    (blog.posts / name).write_text(text)
    skipped = project.read(config.load(settings)).skipped
    (path,) = skipped.by_path
    assert path == name
    assert len(skipped.by_id) == 1


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (
            1,
            "1 item stays, whose post is not for every reader: 0.md. To retract it, add `draft: "
            "true` to its front matter",
        ),
        (
            5,
            "5 items stay, whose posts are not for every reader: 0.md, 1.md, 2.md and 2 more. To "
            "retract them, add `draft: true` to their front matter",
        ),
    ],
)
def test_it_is_said_how_the_item_of_a_post_for_some_readers_is_retracted(
    count: int, message: str
) -> None:
    """The ledger may know nothing of it, so that no other line names it."""
    assert [*messages([Restricted(f"{number}.md") for number in range(count)])] == [message]


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        (
            Doubted,
            "1 item stays for a minute: its file has just vanished, and may come back",
            "2 items stay for a minute: their files have just vanished, and may come back",
        ),
        (
            DoubtedEdit,
            "1 item stays for a minute: its post went back to an earlier text, or lost its text",
            "2 items stay for a minute: their posts went back to earlier texts, or lost their "
            "texts",
        ),
    ],
)
def test_what_waits_for_a_minute_is_counted(
    kind: type[Doubted | DoubtedEdit], one: str, two: str
) -> None:
    assert [*messages([kind("a.md")])] == [one]
    assert [*messages([kind("a.md"), kind("b.md")])] == [two]
