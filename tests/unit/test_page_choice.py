"""Which page a post has, by the address that is expected and by what is remembered."""

from __future__ import annotations

from pathlib import PurePosixPath as Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.sources.built.finding.page_choice import Candidates, choose

A, B = Path("a.md"), Path("b.md")
OLD, NEW, OTHER = Path("old/index.html"), Path("new/index.html"), Path("other.html")


@pytest.mark.parametrize(
    ("candidates", "existing", "page"),
    [
        (Candidates(expected=NEW), {NEW}, NEW),
        (Candidates(expected=NEW, remembered=OLD), {NEW, OLD}, NEW),
        (Candidates(expected=NEW, remembered=OLD), {OLD}, OLD),
        (Candidates(expected=NEW, remembered=OLD, foreign=NEW), {NEW, OLD}, OLD),
        (Candidates(expected=NEW, remembered=OLD, foreign=OTHER), {NEW, OLD, OTHER}, NEW),
        (Candidates(expected=NEW, foreign=NEW), {NEW}, None),
        (Candidates(expected=NEW), {OTHER}, None),
        (Candidates(), {NEW}, None),
    ],
)
def test_the_expected_page_comes_first_unless_it_is_known_to_be_foreign(
    candidates: Candidates, existing: set[Path], page: Path | None
) -> None:
    choice = choose({A: candidates}, existing)
    assert choice.pages.get(A) == page
    assert list(choice.undecided) == ([] if page else [A])


def test_a_page_that_two_posts_expect_goes_to_the_one_that_had_it() -> None:
    had = Candidates(expected=NEW, remembered=NEW)
    choice = choose({A: Candidates(expected=NEW), B: had}, {NEW})
    assert (choice.pages, choice.undecided) == ({B: NEW}, [A])


def test_a_page_that_two_posts_expect_and_that_was_written_since_is_decided_by_words() -> None:
    had = Candidates(expected=NEW, remembered=NEW, is_as_it_was=False)
    choice = choose({A: Candidates(expected=NEW), B: had}, {NEW})
    assert (choice.pages, choice.undecided) == ({}, [A, B])
    assert choose({B: had}, {NEW}).pages == {B: NEW}


def test_a_page_that_two_posts_expect_for_the_first_time_is_decided_by_words() -> None:
    choice = choose({A: Candidates(expected=NEW), B: Candidates(expected=NEW)}, {NEW})
    assert (choice.pages, choice.undecided) == ({}, [A, B])


PAGES = st.none() | st.sampled_from((OLD, NEW, OTHER))


@given(
    st.dictionaries(
        st.sampled_from((A, B)),
        st.tuples(PAGES, PAGES, PAGES, st.booleans()).map(
            lambda found: Candidates(*found[:3], is_as_it_was=found[3])
        ),
    ),
    st.sets(st.sampled_from((OLD, NEW, OTHER))),
)
@example({A: Candidates(NEW, NEW), B: Candidates(NEW, NEW)}, {NEW})
def test_no_page_has_two_posts_and_every_post_is_decided_once(
    candidates: dict[Path, Candidates], existing: set[Path]
) -> None:
    choice = choose(candidates, existing)
    assert len({*choice.pages.values()}) == len(choice.pages)
    assert {*choice.pages.values()} <= existing
    assert [*candidates] == [p for p in candidates if (p in choice.pages) ^ (p in choice.undecided)]
