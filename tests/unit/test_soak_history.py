"""The checks of `make soak` notice what must not happen, and only that."""

from __future__ import annotations

import pytest

from tests.soak.history import DURABLE, REMOVAL, UNDERWAY, History, Seen


def with_post(version: int = 1) -> History:
    history = History()
    history.look({"a": version}, before=0, now=0)
    return history


def faults(history: History, *seen: Seen) -> list[str]:
    return [fault.text for fault in history.faults([*seen])]


def test_each_version_may_be_seen_once() -> None:
    history = with_post()
    history.look({"a": 2}, before=1, now=1)
    assert faults(history, Seen("a", 1, 1), Seen("a", 2, 2)) == []
    again = faults(history, Seen("a", 1, 1), Seen("a", 2, 2), Seen("a", 2, 9))
    assert again == ["version 2 of a was seen 2 times, and was written 1 times"]


def test_a_version_that_comes_back_may_be_seen_again() -> None:
    history = with_post()
    for moment, version in ((1, 2), (2, 1)):
        history.look({"a": version}, before=moment, now=moment)
    assert faults(history, Seen("a", 1, 1), Seen("a", 2, 2), Seen("a", 1, 3)) == []


def test_a_file_that_is_away_for_a_moment_is_no_new_version() -> None:
    history = with_post()
    history.look({}, before=10, now=11)
    history.look({"a": 1}, before=50, now=50)
    assert len(faults(history, Seen("a", 1, 1), Seen("a", 1, 51))) == 1
    assert history.expected() == {"a": 1}


def test_what_a_killed_server_may_have_lost_may_be_seen_again() -> None:
    history = with_post()
    history.kills.append(100)
    assert faults(history, Seen("a", 1, 101 - DURABLE), Seen("a", 1, 110)) == []
    assert len(faults(history, Seen("a", 1, 99 - DURABLE), Seen("a", 1, 110))) == 1


@pytest.mark.parametrize(("after", "expected"), [(REMOVAL - 1, 1), (REMOVAL, 0)])
def test_a_removal_is_believed_after_its_time(after: float, expected: int) -> None:
    history = with_post()
    history.look({}, before=10, now=12)
    assert len(faults(history, Seen("a", None, 10 + after))) == expected
    assert history.expected() == {}


def test_a_retract_of_a_post_that_is_there_is_a_fault() -> None:
    assert faults(with_post(), Seen("a", None, 5)) == ["a was retracted, although it is here"]


def test_a_retract_may_be_on_its_way_when_the_file_comes_back() -> None:
    history = with_post()
    history.look({}, before=10, now=10)
    history.look({"a": 1}, before=75, now=75)
    assert faults(history, Seen("a", None, 76)) == []
    assert len(faults(history, Seen("a", None, 75 + UNDERWAY + 1))) == 1


def test_publish_means_every_removal_at_once() -> None:
    history = with_post()
    history.look({}, before=10, now=10)
    history.mean_removals(12)
    assert faults(history, Seen("a", None, 13)) == []


def test_a_renamed_post_is_neither_retracted_nor_published() -> None:
    history = with_post()
    history.rename("a", "b", 10)
    history.look({"b": 1}, before=10, now=10)
    assert history.expected() == {"a": 1}
    assert faults(history, Seen("a", None, 100)) == ["a was retracted, although it is held"]
    assert len(faults(history, Seen("b", 1, 100))) == 1


def test_a_renamed_post_that_keeps_its_item_is_seen_as_edited_at_most() -> None:
    history = with_post()
    history.rename("a", "b", 10)
    history.look({"b": 1}, before=10, now=10)
    history.keep("a", "b")
    history.look({"a": 1}, before=20, now=20)
    assert history.expected() == {"a": 1}
    assert faults(history, Seen("a", 1, 1), Seen("a", 1, 21)) == []
    assert len(faults(history, *(Seen("a", 1, moment) for moment in (1, 21, 22)))) == 1


def test_a_renamed_post_that_is_new_replaces_the_old_one() -> None:
    history = with_post()
    history.rename("a", "b", 10)
    history.look({"b": 1}, before=10, now=10)
    history.let_go("a", "b", 20)
    assert history.expected() == {"b": 1}
    assert faults(history, Seen("a", 1, 1), Seen("a", None, 21), Seen("b", 1, 21)) == []


def test_half_a_text_is_a_fault() -> None:
    assert faults(with_post(), Seen("a", -1, 5)) == ["half of the text of a was published"]
