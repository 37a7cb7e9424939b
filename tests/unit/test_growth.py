"""The helper that tells linear work from quadratic: exact with a clock of its own, and for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.growth import ATTEMPTS, assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable


class Work:
    """Takes the time that `cost` gives for an input, on a clock of its own."""

    def __init__(self, cost: Callable[[int], float]) -> None:
        self.sizes: list[int] = []
        self._cost = cost
        self._now = 0.0

    def run(self, size: int) -> None:
        self.sizes.append(size)
        self._now += self._cost(size)

    def clock(self) -> float:
        return self._now

    def check(self, size: int = 100) -> None:
        assert_linear(self.run, size, clock=self.clock)


@pytest.mark.parametrize(
    "cost",
    [
        lambda size: 1e-4 * size,
        lambda size: 0.5 + 1e-4 * size,
        lambda size: 1e-4 * size * size.bit_length(),
    ],
    ids=["linear", "with a fixed cost", "sorting"],
)
def test_work_that_grows_with_its_input_passes_at_once(cost: Callable[[int], float]) -> None:
    work = Work(cost)
    work.check()
    assert work.sizes == [100, 101, 404, 102]


@pytest.mark.parametrize(
    "cost", [lambda size: 1e-6 * size**2, lambda size: 1e-4 * size + 1e-6 * size**2]
)
def test_quadratic_work_fails_with_its_times(cost: Callable[[int], float]) -> None:
    work = Work(cost)
    with pytest.raises(AssertionError, match=r"(?s)faster than the input.* times as long \(101"):
        work.check()
    assert len(work.sizes) == len({*work.sizes}) == 1 + 3 * ATTEMPTS


def test_one_attempt_on_a_busy_machine_does_not_fail_a_test() -> None:
    busy = iter([1.0, 1.0, 9.0, 1.0])
    work = Work(lambda size: 1e-4 * size * next(busy, 1.0))
    work.check()
    assert len(work.sizes) == 1 + 2 * 3


def test_a_time_too_short_to_measure_fails() -> None:
    with pytest.raises(AssertionError, match="give assert_linear a larger size"):
        Work(lambda size: 1e-9 * size).check()


def test_real_linear_work_passes() -> None:
    assert_linear(lambda size: [str(number) for number in range(size)], 20_000)


def test_real_quadratic_work_fails() -> None:
    def scan_from_the_start(size: int) -> None:
        found: list[int] = []
        for number in range(size):
            if number not in found:
                found.append(number)

    with pytest.raises(AssertionError, match="faster than the input"):
        assert_linear(scan_from_the_start, 500)
