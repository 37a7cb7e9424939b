"""Retry what may succeed later: how long to wait, and when to give up."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

T = TypeVar("T")


class Clock:
    """The time of the machine, as an input: tests pass a clock of their own."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since any moment; setting the system time does not change them."""
        return time.monotonic()

    def block(self, seconds: float) -> None:
        """Wait, and block the thread."""
        time.sleep(seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait, while the event loop runs other tasks."""
        import asyncio  # noqa: PLC0415 - a run with nothing to publish does not need it

        await asyncio.sleep(seconds)


class LoopClock(Clock):
    """The time of the running event loop, which the loop's own timeouts use, too."""

    def monotonic(self) -> float:
        import asyncio  # noqa: PLC0415 - see `Clock.sleep`

        return asyncio.get_running_loop().time()


class Backoff(Struct, frozen=True):
    """Pauses between attempts, in seconds: each twice as long as the one before, up to `longest`.

    `jitter` is the largest fraction by which a pause is shortened at random, so that clients which
    a server refused at the same moment do not return at the same moment.
    """

    first: float
    longest: float
    jitter: float = 0.0

    def pauses(self) -> Iterator[float]:
        pause = self.first
        while True:
            yield pause * random.uniform(1.0 - self.jitter, 1.0)  # noqa: S311 - no secret
            pause = min(2 * pause, self.longest)


class Again(Exception):  # noqa: N818 - a request to `retry`, which raises `error` in the end
    """Raised by an attempt that may succeed later, but not within the next `seconds`."""

    def __init__(self, error: Exception, *, seconds: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.seconds = seconds


def retry(attempt: Callable[[], T], backoff: Backoff, *, seconds: float, clock: Clock) -> T:
    """Call `attempt` until it raises no Again, and return its result.

    No pause ends later than `seconds` from now: instead the error of the Again is raised.
    """
    deadline = clock.monotonic() + seconds
    for pause in backoff.pauses():
        try:
            return attempt()
        except Again as again:
            wait = _wait(again, pause, deadline - clock.monotonic())
        clock.block(wait)
    raise AssertionError("there is always another pause")


async def retry_async(
    attempt: Callable[[], Awaitable[T]], backoff: Backoff, *, seconds: float, clock: Clock
) -> T:
    """Like `retry`, for a coroutine; the event loop runs during the pauses."""
    deadline = clock.monotonic() + seconds
    for pause in backoff.pauses():
        try:
            return await attempt()
        except Again as again:
            wait = _wait(again, pause, deadline - clock.monotonic())
        await clock.sleep(wait)
    raise AssertionError("there is always another pause")


def _wait(again: Again, pause: float, left: float) -> float:
    """Seconds to wait. Raises the error of the attempt if fewer than these are `left`."""
    wait = max(pause, again.seconds)
    if wait > left:
        raise again.error from again
    return wait
