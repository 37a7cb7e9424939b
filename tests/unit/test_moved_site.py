"""A moved site: the ids of published posts change, and somebody must decide."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
import pytest

from publisher import entry
from publisher.app import changed_ids
from publisher.app.project import Project
from publisher.post import Reading
from publisher.rendering import Renderings
from publisher.sync.decide import decide
from publisher.sync.desired import Desired
from publisher.sync.item import Seen
from publisher.sync.ledger import Ledger
from publisher.sync.policy import Policy
from publisher.text.node_address import NodeAddress
from tests.support.posts import SITE, config, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.config import Site
    from publisher.post import Post

BLOG, OTHER = NodeAddress("pubsub.example", "blog"), NodeAddress("pubsub.example", "other")
DATED, UNDATED = post("2026-01-02-dated.md"), post("some-undated-post.md")
NEW_URL = msgspec.structs.replace(SITE, url="https://new.example")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def project(site: Site, *posts: Post) -> Project:
    reading = Reading(posts, (), ())
    found = entry.entries(reading, site)
    return Project(config(site), found, Renderings(reading, site))


def publish(ledger: Ledger, published: Project, *, at: NodeAddress = BLOG) -> None:
    for one in published.entries.entries:
        desired = Desired(one.item_id, one.atom_id, one.title or "", one.fingerprint, one.published)
        ledger.record_done(at, desired, at=0.0)


@pytest.mark.parametrize(
    ("site", "line"),
    [
        pytest.param(SITE, None, id="nothing has changed"),
        pytest.param(
            NEW_URL, 'publisher.yaml: id_template: "tag:blog.example,{date}:{id}". If', id="URL"
        ),
        pytest.param(
            msgspec.structs.replace(SITE, since=dt.date(2021, 3, 4)),
            "publisher.yaml: since: 2020-01-01. If",
            id="since",
        ),
        pytest.param(
            msgspec.structs.replace(NEW_URL, since=dt.date(2021, 3, 4)),
            'publisher.yaml: id_template: "tag:blog.example,{date}:{id}", since: 2020-01-01. If',
            id="URL and since",
        ),
        pytest.param(
            msgspec.structs.replace(SITE, id_template="https://{host}/{id}"),
            'publisher.yaml: id_template: "tag:blog.example,{date}:{id}". If',
            id="template",
        ),
    ],
)
def test_the_line_that_is_named_keeps_the_ids(ledger: Ledger, site: Site, line: str | None) -> None:
    publish(ledger, project(SITE, DATED, UNDATED))
    error = changed_ids.problem(project(site, DATED, UNDATED), ledger)
    assert (line in str(error)) if line else error is None


def test_ids_that_no_line_can_keep_are_kept_by_the_old_settings(ledger: Ledger) -> None:
    template = "https://{host}/{id}"
    publish(ledger, project(msgspec.structs.replace(SITE, id_template=template), DATED))
    error = changed_ids.problem(project(SITE, DATED), ledger)
    assert "restore site.url, site.since and site.id_template as they were" in str(error)


def test_an_id_that_its_author_changes_is_no_move(ledger: Ledger) -> None:
    publish(ledger, project(SITE, DATED))
    named = post("2026-01-02-dated.md", id=("https://blog.example/an-id", 2))
    assert changed_ids.problem(project(NEW_URL, named), ledger) is None


def test_a_decision_holds_for_the_nodes_that_it_has_not_reached(ledger: Ledger) -> None:
    """At one node the posts have their new ids; the run ended before it came to the other."""
    for at in (BLOG, OTHER):
        publish(ledger, project(SITE, DATED), at=at)
    moved = project(NEW_URL, DATED)
    assert changed_ids.problem(moved, ledger)
    publish(ledger, moved)
    assert changed_ids.problem(moved, ledger) is None
    assert [one.decided for one in changed_ids.find(moved, ledger)] == [True]
    publish(ledger, moved, at=OTHER)
    assert changed_ids.find(moved, ledger) == []


def test_an_interrupted_run_goes_on_with_the_new_ids(ledger: Ledger) -> None:
    publish(ledger, project(SITE, DATED))
    moved = project(NEW_URL, DATED)
    (made,) = moved.entries.entries
    ledger.accept(BLOG, [(made.item_id, made.fingerprint)])
    assert changed_ids.problem(moved, ledger) is None


def test_a_new_post_of_a_moved_site_is_no_change(ledger: Ledger) -> None:
    assert changed_ids.problem(project(NEW_URL, DATED), ledger) is None


def test_without_a_ledger_the_items_of_a_moved_site_are_not_called_foreign() -> None:
    """The guard stops the run. To retract the items would lose them."""
    (old,), (new,) = (project(site, DATED).entries.entries for site in (SITE, NEW_URL))
    post_now = Desired(new.item_id, new.atom_id, "A title", new.fingerprint, new.published)
    seen = Seen(old.item_id, old.atom_id, "A title", old.fingerprint)
    decided = decide([post_now], {}, {seen.id: seen}, Policy())
    assert (decided.changes, decided.foreign) == ((), ())
    assert decided.moved == ((old.atom_id, new.atom_id),)
    allowed = decide([post_now], {}, {seen.id: seen}, Policy(new_ids={new.item_id}))
    assert [change.action for change in allowed.changes] == ["changed"]
