"""Attempts are repeated with growing pauses, up to a deadline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from publisher.system.retry import Again, Backoff, retry, retry_async
from tests.support.fake_time import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    Retry = Callable[["Attempts", Backoff, float, FakeClock], str]

DOUBLING = Backoff(first=1.0, longest=8.0)


class RefusedError(Exception):
    """What an attempt says if there is no time left for another."""


class Attempts:
    """Fails so many times; after each asks for a pause of at least so many seconds."""

    def __init__(self, *pauses: float) -> None:
        self.left = list(pauses)
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if self.left:
            raise Again(RefusedError(), seconds=self.left.pop(0))
        return "done"


def blocking(attempts: Attempts, backoff: Backoff, seconds: float, clock: FakeClock) -> str:
    return retry(attempts, backoff, seconds=seconds, clock=clock)


def beside_a_loop(attempts: Attempts, backoff: Backoff, seconds: float, clock: FakeClock) -> str:
    async def attempt() -> str:
        return attempts()

    return asyncio.run(retry_async(attempt, backoff, seconds=seconds, clock=clock))


pytestmark = pytest.mark.parametrize("run", [blocking, beside_a_loop])


def test_each_pause_is_twice_as_long_up_to_the_longest(run: Retry) -> None:
    clock = FakeClock()
    assert run(Attempts(*[0.0] * 6), DOUBLING, 60.0, clock) == "done"
    assert clock.slept == [1, 2, 4, 8, 8, 8]


def test_a_pause_is_at_least_as_long_as_the_server_asks(run: Retry) -> None:
    clock = FakeClock()
    assert run(Attempts(5.0, 0.0, 1.0), DOUBLING, 60.0, clock) == "done"
    assert clock.slept == [5, 2, 4]


@pytest.mark.parametrize(("seconds", "count"), [(0.0, 1), (0.9, 1), (1.0, 2), (6.9, 3), (7.0, 4)])
def test_no_pause_ends_after_the_deadline(run: Retry, seconds: float, count: int) -> None:
    attempts = Attempts(*[0.0] * 9)
    with pytest.raises(RefusedError):
        run(attempts, DOUBLING, seconds, FakeClock())
    assert attempts.count == count


def test_the_duration_of_an_attempt_counts_towards_the_deadline(run: Retry) -> None:
    """Each attempt takes two seconds here."""
    clock = FakeClock()

    class Slow(Attempts):
        def __call__(self) -> str:
            clock.time += 2
            return super().__call__()

    attempts = Slow(*[0.0] * 9)
    with pytest.raises(RefusedError):
        run(attempts, DOUBLING, 6.0, clock)
    assert attempts.count == 2


def test_jitter_shortens_each_pause_by_a_random_part(run: Retry) -> None:
    clock = FakeClock()
    run(Attempts(*[0.0] * 99), Backoff(first=8.0, longest=8.0, jitter=0.5), 999.0, clock)
    assert all(4.0 <= pause <= 8.0 for pause in clock.slept)
    assert len({*clock.slept}) > 9
