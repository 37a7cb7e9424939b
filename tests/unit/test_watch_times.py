"""When a watcher publishes: what settles, what is doubted, and what is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.app.watch import burst, run_outcome
from publisher.app.watch.agenda import PATIENT, TICK, Agenda, Instant
from publisher.app.watch.burst import LONGEST, grown
from publisher.app.watch.removals import Removals
from publisher.app.watch.versions import MOST, SentVersion, SentVersions
from publisher.errors import (
    ConfigError,
    FeedError,
    LedgerError,
    LoginFailed,
    Refused,
    Unavailable,
    UnsafePlanError,
)

if TYPE_CHECKING:
    from publisher.app.watch.agenda import Reason
    from publisher.app.watch.burst import Burst
    from publisher.errors import PublisherError

WALL = 1_767_225_600.0


def at(monotonic: float, *, wall: float = WALL) -> Instant:
    return Instant(monotonic, wall)


def written(*moments: float) -> Burst:
    found: Burst | None = None
    for moment in moments:
        found = grown(found, now=moment, is_write=True)
    assert found
    return found


def test_a_burst_is_due_after_a_rest_and_at_last_without_one() -> None:
    assert written(0, 3, 5).due(settle=2, removal=60) == 7
    restless = written(*range(1_000))
    assert restless.due(settle=2, removal=60) == LONGEST * 2


def test_a_removal_leaves_the_feeds_as_soon_as_a_change() -> None:
    gone = grown(None, now=5, is_write=False)
    assert gone.due(settle=2, removal=60) == 7
    assert not gone.is_doubtful


def test_a_build_that_has_emptied_its_folder_has_time_to_write() -> None:
    feed = grown(None, now=5, is_write=False)
    emptied = grown(feed, now=6, is_write=False, is_gap=True)
    assert emptied.due(settle=2, removal=60) == 65
    assert grown(emptied, now=9, is_write=True).due(settle=2, removal=60) == 11


def test_a_build_that_begins_takes_back_the_run_for_a_feed_that_is_gone() -> None:
    agenda = Agenda().with_change(7, is_doubtful=False)
    assert agenda.moments == {"change": 7}
    emptied = agenda.with_change(65, is_doubtful=True)
    assert emptied.moments == {"removal": 65}
    assert Agenda().at("removal", 30).with_change(65, is_doubtful=True).moments == {"removal": 30}


def test_what_vanishes_at_the_end_of_a_long_burst_is_doubted_for_the_whole_time() -> None:
    """As a stash does after minutes of writing: it must not be retracted with the next run."""
    stashed = grown(written(*range(300)), now=300, is_write=False)
    moment = burst.vanished(stashed, now=302)
    removals = Removals(60).seen({"a.md"}, at=moment)
    assert removals.doubted(now=302) == {"a.md"}
    assert removals.next_belief(now=302) == 360
    assert removals.doubted(now=360) == frozenset()


def test_a_removal_that_is_seen_again_is_not_doubted_anew() -> None:
    removals = Removals(60).seen({"a.md"}, at=0).seen({"a.md", "b.md"}, at=50)
    assert removals.doubted(now=60) == {"b.md"}
    assert removals.anew(now=60).doubted(now=100) == {"a.md", "b.md"}


@pytest.mark.parametrize("reason", sorted(PATIENT))
def test_a_run_for_another_reason_waits_until_the_files_have_settled(reason: Reason) -> None:
    """It would publish a text that is half written."""
    agenda = Agenda().at("change", 10).at(reason, 5)
    assert agenda.reason(at(9)) is None
    assert agenda.seconds(at(9)) == TICK
    assert agenda.seconds(at(9.5)) == 0.5
    assert agenda.reason(at(10)) is not None
    assert Agenda().at(reason, 5).reason(at(5)) == reason


def test_a_post_that_is_due_and_a_new_configuration_do_not_wait() -> None:
    agenda = Agenda(date=WALL + 3).at("change", 10)
    assert agenda.reason(at(1, wall=WALL + 2.9)) is None
    assert agenda.reason(at(1, wall=WALL + 3)) == "due"
    assert Agenda().at("change", 10).at("configuration", 1).reason(at(1)) == "configuration"


def test_a_clock_that_is_set_changes_only_when_posts_are_due() -> None:
    agenda = Agenda(date=WALL + 3_600).at("retry", 5)
    assert agenda.reason(at(1, wall=WALL + 3_600)) == "due"
    assert agenda.reason(at(5, wall=WALL - 86_400)) == "retry"


def test_a_run_that_fails_does_not_forget_when_the_next_post_is_due() -> None:
    for error in (LedgerError("no room"), UnsafePlanError("too many")):
        known = run_outcome.of_error(error, known_due=WALL + 60, now=WALL)
        assert known.next_due == WALL + 60
        past = run_outcome.of_error(error, known_due=WALL - 60, now=WALL)
        assert past.next_due is None, "or runs would follow each other without a pause"


@pytest.mark.parametrize("error", [LedgerError("full"), FeedError("full"), Unavailable("down")])
def test_what_passes_by_itself_is_tried_again(error: PublisherError) -> None:
    assert run_outcome.may_pass(error)


def test_a_login_is_tried_again_only_where_it_may_succeed() -> None:
    assert run_outcome.may_pass(LoginFailed("the clock is wrong", may_pass=True))
    assert not run_outcome.may_pass(LoginFailed("wrong password"))


@pytest.mark.parametrize("error", [Refused("no", condition="forbidden"), ConfigError("no")])
def test_what_somebody_must_change_is_not_tried_again(error: PublisherError) -> None:
    assert not run_outcome.may_pass(error)


def test_a_version_that_was_sent_before_is_known_and_the_last_one_is_none_of_these() -> None:
    known = SentVersions({"a.md": SentVersion("one", "x")})
    assert not known.is_back("a.md", "one")
    edited = known.sent({"a.md": SentVersion("two", "x")})
    assert edited.is_back("a.md", "one")
    assert not edited.is_back("a.md", "three")
    assert not edited.is_back("b.md", "one")
    again = edited.sent({"a.md": SentVersion("one", "x")})
    assert again.before == {"a.md": ("one", "two")}


def test_what_is_kept_of_earlier_versions_is_limited() -> None:
    known = SentVersions()
    for number in range(20):
        known = known.sent({"a.md": SentVersion(str(number), "x")})
    assert known.before == {"a.md": tuple(map(str, range(19 - MOST, 19)))}
    assert known.sent({"a.md": SentVersion("19", "x")}).before == known.before


def test_what_to_do_about_an_error_is_not_cut_off() -> None:
    """The advice comes at the end of a message."""
    error = UnsafePlanError(f"{'4 of the 5 published posts are gone; ' * 12}run `publish --force`")
    (held,) = run_outcome.of_error(error).held
    assert held.endswith("run `publish --force`")
