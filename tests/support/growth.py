"""Growth instead of speed: a test claims that work grows with its input, not how long it takes.

A limit in seconds depends on the machine and on what else runs there; a ratio of two times does
not. Four times as much input takes linear work four times as long and quadratic work sixteen times.
"""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FACTOR = 4
# Between 4 and 16. Linear work measures 3.5 to 5: long inputs do not fit into a processor's cache.
MAX_RATIO = 7.0
# A busy machine disturbs one attempt, but hardly all of them.
ATTEMPTS = 4
# Shorter times are mostly overhead: their ratio would be small whatever the code does.
MIN_SECONDS = 0.0002


def assert_linear(
    run: Callable[[int], object], size: int, *, clock: Callable[[], float] = time.thread_time
) -> None:
    """Fail if the work for an input that is four times as long takes much more than four times.

    `run(n)` does the work for an input of n parts. Choose a size for which that takes some 20
    milliseconds: in shorter inputs, what is quadratic but quick does not show. Every call gets
    another n, so that a cache of earlier results cannot answer.
    """
    run(size)  # so that imports and compiled patterns are not measured
    measured = []
    for attempt in range(ATTEMPTS):
        found = _measure(run, size + 1 + 2 * attempt, clock)
        assert found.long >= MIN_SECONDS, (
            f"{FACTOR * found.size} parts take {found.long * 1000:.2f} ms, too little to measure; "
            "give assert_linear a larger size"
        )
        if found.ratio <= MAX_RATIO:
            return
        measured.append(found)
    raise AssertionError(
        f"the time grows faster than the input: {FACTOR} times as much took\n"
        + "\n".join(map(str, measured))
    )


@dataclass(frozen=True, slots=True)
class _Growth:
    """CPU seconds for an input and for one that is four times as long."""

    size: int
    short: float
    long: float

    @property
    def ratio(self) -> float:
        return self.long / self.short

    def __str__(self) -> str:
        return (
            f"  {self.ratio:.1f} times as long ({self.size} parts: {self.short * 1000:.1f} ms, "
            f"{FACTOR * self.size} parts: {self.long * 1000:.1f} ms)"
        )


def _measure(run: Callable[[int], object], size: int, clock: Callable[[], float]) -> _Growth:
    """Measures the short input before and after the long one and takes the better time."""
    with _no_garbage_collection():
        first = _seconds(run, size, clock)
        long = _seconds(run, FACTOR * size, clock)
        second = _seconds(run, size + 1, clock)
    return _Growth(size, max(min(first, second), 1e-9), long)


def _seconds(run: Callable[[int], object], size: int, clock: Callable[[], float]) -> float:
    begun = clock()
    run(size)
    return clock() - begun


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Its time depends on all objects of the test run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
