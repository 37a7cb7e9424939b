"""An edit of a post is told from another way of reading it: by the marker, or by the ledger."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

import pytest
from msgspec.structs import replace

from publisher.sync import guard as guards
from publisher.sync import ledger_plan, plan
from publisher.sync.changes import Adopt, Correct, Publish
from publisher.sync.decide import decide
from publisher.sync.desired import Desired
from publisher.sync.edit_or_correction import as_seen, difference, is_same, needs_no_publish
from publisher.sync.item import Seen
from publisher.sync.ledger_records import Recorded
from publisher.sync.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK = "https://blog.example/one/"
POST = Desired(
    "post-0001",
    "tag:blog.example,2026:post-0001",
    "One",
    "read now",
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    path="one.md",
    body="body",
    source="source",
    link=LINK,
)
# As a run has it that compares texts.
WITH_TEXT = dataclasses.replace(POST, text="text")


def item_at_node(fingerprint: str | None = "read before", **attributes: str) -> Seen:
    return Seen(POST.id, POST.atom_id, "One", fingerprint, **attributes)


def record(
    fingerprint: str = "read before",
    state: Literal["intended", "done", "seen"] = "seen",
    **facts: str,
) -> Recorded:
    found = Recorded(POST.id, "One", fingerprint, state, 5.0, POST.atom_id, path="one.md")
    return replace(found, **facts)


# Markers of an older version, without attributes, and of this one.
OLD = item_at_node()
MARKED = item_at_node(source="source", body="body", link=LINK)
EDITED = item_at_node(source="another", body="body", link=LINK)


@pytest.mark.parametrize(
    ("recorded", "seen", "found"),
    [
        pytest.param(None, item_at_node("read now"), "none", id="same, an old marker"),
        pytest.param(
            None, item_at_node("read now", source="another"), "none", id="same, another source"
        ),
        pytest.param(
            None, item_at_node("read now", link="https://old.example/"), "reading", id="link moved"
        ),
        pytest.param(None, MARKED, "reading", id="the same source"),
        pytest.param(None, EDITED, "edit", id="another source"),
        pytest.param(None, OLD, "reading", id="an old marker, no ledger"),
        pytest.param(record(body="body"), OLD, "reading", id="an old marker, the same body"),
        pytest.param(record(body="other"), OLD, "edit", id="an old marker, another body"),
        pytest.param(record(), OLD, "reading", id="a ledger that knows no body"),
        pytest.param(record(source="source"), OLD, "reading", id="the ledger knows the source"),
        pytest.param(record(source="another"), OLD, "edit", id="the ledger knows another source"),
        pytest.param(
            record(source="source"), EDITED, "reading", id="changed without effect meanwhile"
        ),
        pytest.param(
            record("read elsewhere", source="source"), EDITED, "edit", id="published elsewhere"
        ),
        pytest.param(
            record("sent", "intended", body="body"), OLD, "edit", id="an edit was cut off"
        ),
        pytest.param(
            record("read before", "intended", body="body"),
            OLD,
            "reading",
            id="a publish was cut off after its item had arrived",
        ),
        pytest.param(
            record("read before", "intended", body="other"),
            OLD,
            "edit",
            id="a publish was cut off after its item had arrived, then the post was edited",
        ),
        pytest.param(
            record("read now", "intended", source="source", adopted=POST.reading),
            OLD,
            "reading",
            id="a correction was cut off",
        ),
        pytest.param(
            record("read now", "intended", source="another", adopted="read now"),
            OLD,
            "edit",
            id="a correction was cut off, then the post was edited",
        ),
        pytest.param(None, item_at_node(None), "edit", id="made by another program"),
        pytest.param(None, item_at_node("read now", text="other"), "none", id="not compared"),
        pytest.param(
            record("read now", text="other", adopted=POST.reading),
            item_at_node("read now", text="other"),
            "reading",
            id="another text was adopted",
        ),
        pytest.param(
            record("read now", text="other", adopted=POST.reading),
            item_at_node("read now", text="text"),
            "none",
            id="another text was adopted, and replaced since",
        ),
        pytest.param(
            record("read now", "intended", text="text", adopted=POST.reading),
            item_at_node("read now", text="text"),
            "none",
            id="a correction arrived without an answer",
        ),
    ],
)
def test_an_edit_is_told_from_another_reading(
    recorded: Recorded | None, seen: Seen, found: str
) -> None:
    assert difference(POST, recorded, seen) == found


@pytest.mark.parametrize(
    ("post", "seen", "found"),
    [
        (WITH_TEXT, {"text": "text"}, "none"),
        (WITH_TEXT, {"text": "other"}, "reading"),
        (WITH_TEXT, {}, "none"),
        (WITH_TEXT, {"text": "other", "contents": "xhtml"}, "none"),
        (dataclasses.replace(WITH_TEXT, page="is"), {"text": "other", "page": "was"}, "none"),
        (dataclasses.replace(WITH_TEXT, page="is"), {"text": "other", "page": "is"}, "reading"),
        (dataclasses.replace(WITH_TEXT, is_textless=True), {"text": "other"}, "none"),
        (dataclasses.replace(WITH_TEXT, written="an edit"), {"text": "other"}, "none"),
    ],
)
def test_another_text_of_the_same_post_is_another_reading(
    post: Desired, seen: Mapping[str, str], found: str
) -> None:
    assert difference(post, None, item_at_node("read now", **seen)) == found


def test_an_item_whose_text_the_ledger_does_not_know_is_fetched_to_compare_it() -> None:
    known = record("read now", link=LINK)
    assert needs_no_publish(POST, known)
    assert not needs_no_publish(WITH_TEXT, known)
    assert needs_no_publish(WITH_TEXT, replace(known, text="text"))
    assert not needs_no_publish(WITH_TEXT, replace(known, text="other"))


@pytest.mark.parametrize(
    ("at_node", "now", "found"),
    [
        ("base", "base.names.lines", "reading"),
        ("base.names.lines", "base", "reading"),
        ("base.names.lines", "base.others.more", "reading"),
        ("base.names.lines", "base.names.more", "edit"),
        ("base.names.lines", "other.others.lines", "edit"),
    ],
)
def test_keys_that_the_settings_name_now_are_no_edit(at_node: str, now: str, found: str) -> None:
    post = dataclasses.replace(POST, source=now)
    assert difference(post, None, item_at_node(source=at_node)) == found
    assert difference(post, record(source=at_node), OLD) == found


@pytest.mark.parametrize("seen", [OLD, MARKED, EDITED])
def test_a_post_whose_source_is_unknown_counts_as_edited(seen: Seen) -> None:
    assert difference(dataclasses.replace(POST, source=""), None, seen) == "edit"


def decided(recorded: Recorded | None, seen: Seen, **policy: object) -> plan.Plan:
    by_id = {POST.id: recorded} if recorded else {}
    return decide([POST], by_id, {seen.id: seen}, Policy(**policy))  # type: ignore[arg-type]


def test_another_reading_is_corrected_and_not_announced() -> None:
    found = decided(record(source="source"), MARKED)
    assert [change.action for change in found.changes] == ["corrected"]
    assert not found.publishes


@pytest.mark.parametrize(
    ("facts", "action"),
    [
        ({"path": "old.md"}, "corrected"),
        ({"path": "old.md", "body": "other"}, "changed"),
        ({"path": "old.md", "title": "Two"}, "changed"),
        ({"path": "old.md", "fingerprint": "of another item"}, "changed"),
        ({}, "changed"),
    ],
)
def test_a_renamed_post_with_the_id_of_its_item_is_no_edit(
    facts: dict[str, str], action: str
) -> None:
    """The line with the id is new in its file, and nothing else."""
    known = replace(record(source="another", body="body"), **facts)
    assert [change.action for change in decided(known, EDITED).changes] == [action]


def test_an_edit_is_announced() -> None:
    assert decided(record(source="another"), EDITED).changes == (Publish(POST, "changed"),)


@pytest.mark.parametrize("recorded", [None, record("read now")])
def test_a_new_source_is_recorded_once_and_sends_nothing(recorded: Recorded | None) -> None:
    seen = item_at_node("read now")
    (change,) = decided(recorded, seen).changes
    assert isinstance(change, Adopt)
    assert (change.record.source, change.record.body) == ("source", "body")
    assert decided(replace(change.record, state="seen"), seen).changes == ()


def test_a_record_that_was_seen_stays_seen_when_it_gets_a_source() -> None:
    known = record("read now", level=1)  # type: ignore[arg-type]
    (change,) = decided(known, as_seen(known)).changes
    assert isinstance(change, Adopt)
    assert change.record == replace(known, source="source", body="body")


def test_what_cannot_be_corrected_is_adopted_as_it_is() -> None:
    found = plan.without_corrections(decided(record(body="body", link=LINK), OLD))
    (change,) = found.changes
    assert isinstance(change, Adopt)
    assert (change.record.fingerprint, change.record.source) == ("read before", "source")
    assert change.record.adopted == POST.reading
    assert found.reread == 1


def test_an_adopted_item_stays_until_its_post_is_edited_or_read_differently_again() -> None:
    adopted = record(source="source", link=LINK, adopted=POST.reading)
    settled = decided(adopted, as_seen(adopted))
    assert (settled.changes, settled.reread) == ((), 1)
    assert ledger_plan.is_settled([POST], {POST.id: adopted}, Policy(), room=None)
    for now, action in (
        (dataclasses.replace(POST, fingerprint="edited", source="another"), "changed"),
        (dataclasses.replace(POST, fingerprint="read again"), "corrected"),
        (dataclasses.replace(POST, link="https://blog.example/moved/"), "corrected"),
        (dataclasses.replace(POST, fingerprint="read before"), "adopt"),
    ):
        seen = {POST.id: as_seen(adopted)}
        (change,) = decide([now], {POST.id: adopted}, seen, Policy()).changes
        assert change.action == action


def test_a_refresh_sends_adopted_items() -> None:
    adopted = record(source="source", adopted=POST.reading)
    found = decided(adopted, as_seen(adopted), refresh=True)
    assert (found.changes, found.reread) == ((Publish(POST, "refresh"),), 0)


SUMMARY = dataclasses.replace(POST, contents="summary", fingerprint="read before")


def test_other_settings_of_the_node_are_no_edit_and_are_counted() -> None:
    """Whether the ledger tells, or the item itself; an older version sent all of every post."""
    known = record(source="source", body="body", link=LINK)
    for recorded in (known, None):
        found = decide(
            [SUMMARY], {POST.id: recorded} if recorded else {}, {POST.id: MARKED}, Policy()
        )
        assert found.other_contents == 1
        assert found.publishes + found.corrections == ()
    assert ledger_plan.is_settled([SUMMARY], {POST.id: known}, Policy(), room=None)
    assert (
        ledger_plan.from_ledger([SUMMARY], {POST.id: known}, Policy(), room=None).other_contents
        == 1
    )


def test_what_is_sent_follows_the_settings_of_the_node() -> None:
    for post, policy in (
        (SUMMARY, Policy(refresh=True)),
        (dataclasses.replace(SUMMARY, fingerprint="edited", source="another"), Policy()),
        (dataclasses.replace(SUMMARY, link="https://blog.example/moved/"), Policy()),
    ):
        found = decide([post], {}, {POST.id: MARKED}, policy)
        assert len(found.publishes) + len(found.corrections) == 1
        assert found.other_contents == 0


def test_the_ledger_learns_what_the_item_at_the_node_carries() -> None:
    seen = replace(MARKED, contents="summary")
    known = record(source="source", body="body", link=LINK)
    found = decide([SUMMARY], {POST.id: known}, {POST.id: seen}, Policy())
    (change,) = found.changes
    assert isinstance(change, Adopt)
    assert change.record == replace(known, contents="summary")
    assert found.other_contents == 0
    again = decide([SUMMARY], {POST.id: change.record}, {POST.id: seen}, Policy())
    assert (again.changes, again.other_contents) == ((), 0)


BUILT = dataclasses.replace(POST, page="built now")


@pytest.mark.parametrize(
    ("post", "page", "found"),
    [
        pytest.param(BUILT, "built now", "none", id="the same page"),
        pytest.param(BUILT, "built before", "none", id="another build of the page"),
        pytest.param(BUILT, "", "reading", id="the source before, the page now"),
        pytest.param(POST, "built before", "reading", id="the page before, the source now"),
        pytest.param(
            dataclasses.replace(BUILT, early_pages=("built before",)),
            "built before",
            "reading",
            id="sent before the site was built",
        ),
        pytest.param(
            dataclasses.replace(BUILT, early_pages=("built now",)),
            "built now",
            "none",
            id="not built yet",
        ),
        pytest.param(
            dataclasses.replace(BUILT, early_pages=("built before",)),
            "built long before",
            "none",
            id="an older build than that",
        ),
        pytest.param(
            dataclasses.replace(BUILT, shown_pages=frozenset({"built now", "of a neighbour"})),
            "of a neighbour",
            "reading",
            id="the page of another post",
        ),
        pytest.param(
            dataclasses.replace(BUILT, shown_pages=frozenset({"built now", "of a neighbour"})),
            "built now",
            "none",
            id="a page that another post shows, too",
        ),
    ],
)
def test_another_build_is_no_other_reading(post: Desired, page: str, found: str) -> None:
    seen = item_at_node("read now", source="source", body="body", link=LINK, page=page)
    assert difference(post, None, seen) == found
    known = record("read now", source="source", body="body", link=LINK, page=page)
    assert difference(post, known, seen) == found
    assert needs_no_publish(post, known) == (found == "none")
    edited = dataclasses.replace(post, fingerprint="edited", source="another")
    assert difference(edited, known, seen) == "edit"
    assert difference(dataclasses.replace(edited, source="source"), known, seen) == "reading"


def test_another_build_is_counted_and_sent_by_a_refresh() -> None:
    known = record("read now", source="source", body="body", link=LINK, page="built before")
    found = decide([BUILT], {POST.id: known}, {POST.id: as_seen(known)}, Policy())
    assert (found.changes, found.older_builds) == ((), 1)
    assert ledger_plan.is_settled([BUILT], {POST.id: known}, Policy(), room=None)
    assert ledger_plan.from_ledger([BUILT], {POST.id: known}, Policy(), room=None).older_builds == 1
    for post, policy in (
        (BUILT, Policy(refresh=True)),
        (dataclasses.replace(BUILT, early_pages=("built before",)), Policy()),
        (dataclasses.replace(BUILT, fingerprint="edited", source="another"), Policy()),
        (dataclasses.replace(BUILT, page="built before"), Policy()),
    ):
        assert decide([post], {}, {POST.id: as_seen(known)}, policy).older_builds == 0


AS_IT_WAS = dataclasses.replace(BUILT, written="source after", page="built before")
NEWER = item_at_node("read after", source="source after", body="edited", link=LINK, page="built")
WAITS = dataclasses.replace(AS_IT_WAS, waits=True)


@pytest.mark.parametrize("post", [AS_IT_WAS, WAITS])
@pytest.mark.parametrize("policy", [Policy(), Policy(refresh=True)])
@pytest.mark.parametrize("state", [None, "seen", "intended"])
def test_a_post_as_it_was_before_an_edit_replaces_no_item_with_the_edit(
    post: Desired, policy: Policy, state: Literal["seen", "intended"] | None
) -> None:
    known = record("read after", state, source="source after") if state else None
    recorded = {POST.id: known} if known else {}
    found = decide([post], recorded, {POST.id: NEWER}, policy)
    assert found.publishes + found.corrections == ()
    assert found.older_builds == 0
    (change,) = found.changes or decide([post], {}, {POST.id: NEWER}, policy).changes
    assert isinstance(change, Adopt)
    settled = {POST.id: replace(change.record, state="seen")}
    assert decide([post], settled, {POST.id: NEWER}, policy).changes == ()
    if not policy.refresh:
        assert ledger_plan.is_settled([post], settled, policy, room=None)


def test_a_post_that_waits_replaces_no_item_of_another_source() -> None:
    """Its edit may be one of several, and the item show another of them."""
    other = replace(NEWER, source="source between")
    assert decide([WAITS], {}, {POST.id: other}, Policy()).publishes == ()
    (change,) = decide([AS_IT_WAS], {}, {POST.id: other}, Policy()).changes
    assert isinstance(change, Publish)


@pytest.mark.parametrize("post", [AS_IT_WAS, WAITS])
def test_a_post_as_it_was_is_sent_if_the_node_has_no_item_of_it(post: Desired) -> None:
    (change,) = decide([post], {}, {}, Policy()).changes
    assert isinstance(change, Publish)


@pytest.mark.parametrize("post", [AS_IT_WAS, WAITS])
def test_a_post_as_it_was_corrects_an_item_of_the_same_source(post: Desired) -> None:
    same = item_at_node("read before", source="source", body="body", link=LINK)
    (change,) = decide([post], {}, {POST.id: same}, Policy()).changes
    assert isinstance(change, Correct)


def test_the_ledger_learns_which_page_the_item_at_the_node_shows() -> None:
    """A run without this ledger may have sent it."""
    known = record("read now", source="source", body="body", link=LINK, page="built before")
    seen = replace(as_seen(known), page="built now")
    (change,) = decide([BUILT], {POST.id: known}, {POST.id: seen}, Policy()).changes
    assert isinstance(change, Adopt)
    assert change.record == replace(known, page="built now")


def test_an_item_with_another_page_is_not_the_one_that_was_sent() -> None:
    sent = record(link=LINK, page="built now")
    assert is_same(sent, replace(MARKED, page="built now"))
    assert not is_same(sent, replace(MARKED, page="built before"))
    assert not is_same(sent, MARKED)


@pytest.mark.parametrize("seen", [OLD, MARKED, EDITED])
def test_no_correction_is_made_where_edits_are_ignored(seen: Seen) -> None:
    (change,) = decided(None, seen, edits="ignore").changes
    assert isinstance(change, Adopt)
    assert (change.record.fingerprint, change.record.adopted) == ("read before", "")
    assert decided(change.record, seen, edits="ignore").changes == ()


def test_a_correction_passes_the_guards() -> None:
    found = decided(None, OLD)
    guards.require_safe(found, guards.Guard(announce_limit=0), has_audience=True)


def test_an_item_with_another_link_is_not_the_one_that_was_sent() -> None:
    sent = record(link=LINK)
    assert is_same(sent, replace(MARKED, link=""))
    assert not is_same(sent, replace(MARKED, link="https://old.example/"))


def test_an_adopted_item_needs_no_publish() -> None:
    assert needs_no_publish(POST, record(adopted=POST.reading))
    assert not needs_no_publish(POST, record(adopted="another"))
    assert not needs_no_publish(POST, record("read now", link="https://old.example/"))
    assert needs_no_publish(POST, record("read now", link=LINK))


def test_a_correction_keeps_what_the_ledger_gets_if_it_cannot_be_sent() -> None:
    (change,) = decided(None, MARKED).changes
    assert isinstance(change, Correct)
    assert change.adopted == Recorded(
        POST.id,
        "One",
        "read before",
        atom_id=POST.atom_id,
        body="body",
        path="one.md",
        source="source",
        link=LINK,
        adopted=POST.reading,
    )


PAGE = dataclasses.replace(POST, source="edited", body="other", page="p1", is_page_new=True)
TEXTLESS = dataclasses.replace(PAGE, page="no text", is_page_new=False, is_textless=True)


@pytest.mark.parametrize(
    ("post", "page", "goes"),
    [
        pytest.param(PAGE, "p1", False, id="the page shows what the item shows"),
        pytest.param(PAGE, "p0", True, id="the page shows something else"),
        pytest.param(PAGE, "", True, id="the item was made from the source"),
        pytest.param(dataclasses.replace(PAGE, body="body"), "p1", True, id="another title"),
        pytest.param(
            dataclasses.replace(PAGE, is_page_new=False), "p1", True, id="the page was known"
        ),
        pytest.param(TEXTLESS, "p1", False, id="the item shows a text"),
        pytest.param(
            dataclasses.replace(TEXTLESS, shown_pages=frozenset({"p2"})),
            "p2",
            True,
            id="the item shows the text of another post",
        ),
        pytest.param(TEXTLESS, "no text", True, id="the item shows none either"),
        pytest.param(TEXTLESS, "", False, id="the item shows the source"),
        pytest.param(dataclasses.replace(TEXTLESS, page=""), "", False, id="a page that is a post"),
    ],
)
def test_an_item_stays_that_shows_more_than_the_page(
    post: Desired, page: str, *, goes: bool
) -> None:
    seen = item_at_node(source="source", body="body", page=page, link=LINK)
    found = plan_of(post, seen)
    assert [type(change) for change in found] == ([Publish] if goes else [Adopt])


def plan_of(post: Desired, seen: Seen) -> list[object]:
    return [*decide([post], {}, {post.id: seen}, Policy()).changes]
