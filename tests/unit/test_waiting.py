"""Whether a post waits for the build of its page: every row of the table, and what follows."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from publisher.sources.built.state.waiting import (
    CUT,
    LOSES_TEXT,
    LOST,
    NEWER,
    NO_TEXT,
    NOT_BUILT,
    NOT_SHOWN,
    OLD_ADDRESS,
    OLD_PAGE,
    STILL_SHOWN,
    Decision,
    Early,
    Facts,
    Keep,
    NoPage,
    Take,
    Taken,
    Wait,
    decide,
)

OLD, NEW = frozenset({1, 2}), frozenset({1, 2, 3})
TAKEN = Taken(source="before", page_body="shown", missing=OLD)
WALLED = replace(TAKEN, page_body=NO_TEXT)
SEEN = Facts(
    has_page=True, is_newer=False, source="before", page_body="shown", missing=OLD, taken=TAKEN
)
EDITED = replace(SEEN, source="after")
UNKNOWN = replace(SEEN, taken=None)
HIDDEN = replace(EDITED, is_withdrawn=True)


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (Facts(has_page=False, is_newer=True), Wait(NOT_BUILT)),
        (Facts(has_page=False, is_newer=True, taken=TAKEN), Wait(NOT_BUILT)),
        (Facts(has_page=False, is_newer=False), NoPage()),
        (Facts(has_page=False, is_newer=True, is_lost=True, taken=TAKEN), Wait(LOST)),
        (Facts(has_page=False, is_newer=False, is_lost=True, taken=TAKEN), Wait(LOST)),
        (Facts(has_page=False, is_newer=False, taken=TAKEN), NoPage()),
        (replace(EDITED, page_body="", missing=NEW), Early()),
        (replace(EDITED, page_body="", missing=NEW, is_unseen=True), Keep()),
        (replace(EDITED, page_body="", missing=NEW, is_unseen=True, is_rewritten=True), Keep()),
        (replace(EDITED, page_body="", is_unseen=True, taken=WALLED), Take()),
        (replace(SEEN, page_body="", is_unseen=True), Take()),
        (replace(UNKNOWN, page_body="", missing=NEW, is_newer=True), Wait(NEWER)),
        (replace(UNKNOWN, page_body="", missing=frozenset(), is_newer=True), Take()),
        (replace(UNKNOWN, page_body="", missing=NEW), Take()),
        (UNKNOWN, Take()),
        (replace(UNKNOWN, missing=frozenset(), is_newer=True), Early()),
        (replace(UNKNOWN, is_newer=True), Wait(NEWER)),
        (replace(UNKNOWN, is_newer=True, is_elsewhere=True), Wait(OLD_ADDRESS)),
        (
            replace(UNKNOWN, missing=frozenset(), is_newer=True, is_elsewhere=True),
            Wait(OLD_ADDRESS),
        ),
        (replace(UNKNOWN, page_body="", is_newer=True, is_elsewhere=True), Wait(OLD_ADDRESS)),
        (replace(UNKNOWN, is_elsewhere=True), Take()),
        (replace(UNKNOWN, is_former=True), Wait(OLD_PAGE)),
        (replace(UNKNOWN, is_newer=True, is_former=True), Wait(OLD_PAGE)),
        (replace(SEEN, is_former=True), Take()),
        (replace(SEEN, is_newer=True, is_elsewhere=True), Take()),
        (replace(SEEN, page_body="other", missing=NEW, is_newer=True), Take()),
        (replace(SEEN, missing=NEW, is_newer=True), Take()),
        (replace(EDITED, page_body="other", is_newer=True), Take()),
        (replace(EDITED, page_body="other", missing=NEW, is_newer=True), Early()),
        (replace(EDITED, page_body="other", missing=NEW, loses_text=True), Wait(LOSES_TEXT)),
        (
            replace(EDITED, page_body="other", missing=NEW, loses_text=True, is_rewritten=True),
            Early(),
        ),
        (replace(SEEN, page_body="other", missing=NEW, loses_text=True), Take()),
        (replace(UNKNOWN, lacks_end=True), Early()),
        (replace(UNKNOWN, lacks_end=True, page_body=""), Take()),
        (replace(SEEN, is_cut=True), Wait(CUT)),
        (replace(EDITED, is_cut=True, page_body="other", is_rewritten=True), Wait(CUT)),
        (replace(UNKNOWN, is_cut=True, page_body=""), Wait(CUT)),
        (EDITED, Early()),
        (replace(EDITED, is_unseen=True), Keep()),
        (replace(EDITED, is_unseen=True, missing=NEW), Wait(NOT_SHOWN)),
        (replace(EDITED, is_unseen=True, shows_removed=True), Wait(STILL_SHOWN)),
        (replace(EDITED, is_unseen=True, is_rewritten=True), Early()),
        (replace(EDITED, is_unseen=True, page_body="other"), Take()),
        (replace(EDITED, missing=frozenset({2})), Early()),
        (replace(EDITED, missing=NEW), Wait(NOT_SHOWN)),
        (replace(EDITED, missing=NEW, shows_removed=True), Wait(NOT_SHOWN)),
        (replace(EDITED, shows_removed=True), Wait(STILL_SHOWN)),
        (replace(EDITED, missing=frozenset({2}), shows_removed=True), Wait(STILL_SHOWN)),
        (replace(EDITED, shows_removed=True, is_rewritten=True), Early()),
        (replace(EDITED, page_body="other", shows_removed=True), Take()),
        (replace(EDITED, page_body="", shows_removed=True), Early()),
        (replace(SEEN, shows_removed=True), Take()),
        (replace(EDITED, missing=NEW, is_rewritten=True), Early()),
        (replace(HIDDEN, missing=NEW), Wait(NOT_SHOWN)),
        (replace(HIDDEN, shows_removed=True), Wait(STILL_SHOWN)),
        (HIDDEN, Wait(NOT_SHOWN)),
        (replace(HIDDEN, is_unseen=True), Wait(NOT_SHOWN)),
        (replace(HIDDEN, is_rewritten=True), Early()),
        (replace(HIDDEN, source="before"), Take()),
        (replace(HIDDEN, page_body="", is_unseen=True), Take()),
        (replace(HIDDEN, page_body="other"), Take()),
        (replace(HIDDEN, page_body="other", missing=NEW), Early()),
        (replace(HIDDEN, page_body="other", missing=NEW, loses_text=True), Wait(LOSES_TEXT)),
        (replace(HIDDEN, page_body="other", shows_removed=True), Wait(STILL_SHOWN)),
        (replace(HIDDEN, page_body="other", shows_removed=True, is_rewritten=True), Take()),
    ],
)
def test_each_row_of_the_table(facts: Facts, decision: Decision) -> None:
    assert decide(facts) == decision


TRIPLES = st.frozensets(st.integers(0, 3))
TAKENS = st.builds(
    Taken, source=st.sampled_from("ab"), page_body=st.sampled_from(("", "x", "y")), missing=TRIPLES
)
FACTS = st.builds(
    Facts,
    has_page=st.booleans(),
    is_newer=st.booleans(),
    is_elsewhere=st.booleans(),
    is_former=st.booleans(),
    source=st.sampled_from("ab"),
    page_body=st.sampled_from(("", "x", "y")),
    missing=TRIPLES,
    shows_removed=st.booleans(),
    is_unseen=st.booleans(),
    taken=st.none() | TAKENS,
    is_rewritten=st.booleans(),
    loses_text=st.booleans(),
    is_cut=st.booleans(),
    lacks_end=st.booleans(),
    is_withdrawn=st.booleans(),
)


@given(FACTS)
@example(replace(EDITED, missing=NEW))
def test_the_time_of_a_known_post_with_a_page_decides_nothing(facts: Facts) -> None:
    if facts.has_page and facts.taken:
        assert decide(facts) == decide(replace(facts, is_newer=not facts.is_newer))


@given(FACTS)
@example(EDITED)
def test_a_post_that_was_taken_is_taken_again_as_long_as_nothing_changes(facts: Facts) -> None:
    """Else a run would wait for a build that nobody has a reason to start."""
    if facts.has_page and isinstance(decide(facts), Take | Early):
        known = Taken(source=facts.source, page_body=facts.page_body, missing=facts.missing)
        assert decide(replace(facts, taken=known)) == Take()


@given(FACTS)
@example(replace(EDITED, missing=NEW))
@example(replace(EDITED, is_unseen=True))
def test_the_build_that_changes_the_body_ends_every_wait(facts: Facts) -> None:
    if isinstance(decide(facts), Wait | Keep):
        built = replace(facts, has_page=True, is_newer=False, is_cut=False, page_body="built")
        built = replace(built, loses_text=False, is_former=False, shows_removed=False)
        assert isinstance(decide(built), Take | Early)
        assert decide(replace(built, missing=frozenset(), lacks_end=False)) == Take()


@given(FACTS)
@example(replace(EDITED, shows_removed=True))
@example(replace(UNKNOWN, is_newer=True, is_elsewhere=True))
def test_any_build_ends_the_wait_of_a_post_that_has_a_page(facts: Facts) -> None:
    """Whether the page shows the edit or not: else the post would wait for ever.

    An edit may be kept as long as the page does not show the text any more.
    """
    if facts.has_page and isinstance(decide(facts), Wait | Keep):
        built = replace(facts, is_newer=False, is_rewritten=True, is_cut=False)
        built = replace(built, is_former=False)
        assert isinstance(decide(built), Take | Early if facts.page_body else Take | Early | Keep)


@given(FACTS)
@example(replace(EDITED, shows_removed=True))
def test_what_a_page_still_shows_holds_back_only_edits(facts: Facts) -> None:
    if decide(facts) != decide(replace(facts, shows_removed=not facts.shows_removed)):
        assert facts.taken
        assert facts.source != facts.taken.source
        assert facts.page_body == facts.taken.page_body or facts.is_withdrawn


@given(FACTS)
@example(replace(EDITED, is_unseen=True))
def test_only_what_would_be_announced_without_effect_is_kept(facts: Facts) -> None:
    """What shows beside the body goes out, and a page that lacks words of an edit is waited for."""
    if isinstance(decide(facts), Keep):
        assert decide(replace(facts, is_unseen=False)) == Early()


@given(FACTS)
@example(replace(EDITED, is_unseen=True))
def test_of_a_withdrawn_post_no_version_is_kept_without_a_reason(facts: Facts) -> None:
    assert not isinstance(decide(replace(facts, is_withdrawn=True)), Keep)


@given(FACTS)
@example(Facts(has_page=False, is_newer=False))
def test_only_a_post_without_a_page_is_not_published_by_the_site(facts: Facts) -> None:
    assert isinstance(decide(facts), NoPage) <= (not facts.has_page)
