"""Time that passes at once: a clock, and an event loop that jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

from publisher.system.retry import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class FakeClock(Clock):
    """Starts in 2026 and goes on only while somebody sleeps. `on_sleep` is called then."""

    def __init__(self, on_sleep: Callable[[], None] = lambda: None) -> None:
        self.time = 1_767_225_600.0
        self.slept: list[float] = []
        self.on_sleep = on_sleep

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def block(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.on_sleep()

    async def sleep(self, seconds: float) -> None:
        self.block(seconds)
        await asyncio.sleep(0)


class FakeTimeLoop(asyncio.SelectorEventLoop):
    """Seconds pass only while nobody has anything to do. For code without a network."""

    def __init__(self) -> None:
        super().__init__(_NoWaiting(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _NoWaiting(selectors.SelectSelector):
    def __init__(self, loop: FakeTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        self._loop.now += max(0.0, timeout)
        return super().select(0)


def run(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, in fake time."""
    with asyncio.Runner(loop_factory=FakeTimeLoop) as runner:
        return runner.run(work)
