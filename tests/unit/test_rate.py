"""The rate and the time left in the progress bar: numbers that people can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.cli.rate import Rate, duration, per_time


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (742.0, "742 a second"),
        (1.2, "1 a second"),
        (0.6, "36 a minute"),
        (0.2, "12 a minute"),
        (0.0166, "60 an hour"),
        (0.001, "4 an hour"),
        (0.00001, "1 an hour"),
    ],
)
def test_a_rate_has_the_unit_that_makes_it_a_number(rate: float, text: str) -> None:
    assert per_time(rate) == text


@given(st.floats(min_value=1e-9, max_value=1e6))
def test_a_rate_is_never_0(rate: float) -> None:
    assert int(per_time(rate).split()[0]) >= 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3.0, "0 s"), (0.4, "0 s"), (59.0, "59 s"), (89.0, "89 s"), (91.0, "2 min"),
     (437.0, "7 min"), (3_590.0, "1 h 0 min"), (8_000.0, "2 h 13 min")],
)  # fmt: skip
def test_a_time_is_as_precise_as_an_estimate(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Import:
    """An import with a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rate = Rate(lambda: self.now)

    def change(self, every: float, times: int = 1) -> None:
        for _ in range(times):
            self.now += every
            self.rate.count()


def test_one_change_shows_no_rate() -> None:
    run = Import()
    assert run.rate.text(9) == ""
    run.change(5.0)
    assert run.rate.text(8) == ""


def test_a_slow_import_has_a_rate_and_a_time_left() -> None:
    run = Import()
    run.change(1.7, 24)
    assert run.rate.text(228) == "35 a minute, 6 min left"


def test_a_quick_start_is_forgotten() -> None:
    """A server that limits the rate may take the first posts at full speed."""
    run = Import()
    run.change(0.01, 30)
    run.change(2.0, 31)
    assert run.rate.text(30) == "30 a minute, 60 s left"


def test_a_very_slow_import_has_a_rate() -> None:
    run = Import()
    run.change(40.0, 20)
    assert run.rate.text(9) == "2 a minute, 6 min left"


def test_the_time_left_becomes_less_between_two_changes() -> None:
    run = Import()
    run.change(40.0, 20)
    run.now += 30.0
    assert run.rate.text(2) == "2 a minute, 50 s left"


def test_a_pause_counts_into_the_rate() -> None:
    run = Import()
    run.change(1.0, 20)
    assert run.rate.text(100) == "1 a second, 2 min left"
    run.now += 150.0
    assert run.rate.text(100) == "4 a minute, 26 min left"


@pytest.mark.parametrize(
    ("every", "left", "text"),
    [(0.001, 1, "60 an hour, 10 min left"), (1.0, 1, "59 an hour, 10 min left"),
     (1.0, 100, "59 an hour, 1 h 42 min left"), (40.0, 1, "38 an hour, 10 min left")],
)  # fmt: skip
def test_a_pause_lasts_as_long_again(every: float, left: int, text: str) -> None:
    """Whatever the rate was before, and however few changes are left."""
    run = Import()
    run.change(every, 1_000)
    run.now += 600.0
    assert run.rate.text(left) == text
