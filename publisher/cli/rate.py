"""How fast changes are made, and how long the rest takes, as text for the progress bar."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The rate is that of the last minute, or of the last few changes if these took longer: the first
# ones are often faster, because servers that limit the rate let a client begin at full speed.
SECONDS = 60.0
LEAST = 10

MINUTE = 60.0
HOUR = 3_600.0


class Rate:
    """Counts changes. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def count(self) -> None:
        """Count a change that is made now."""
        now = self._clock()
        self._times.append(now)
        self._forget_until(now)

    def text(self, left: int) -> str:
        """The rate, and the time that `left` changes take. Empty while nobody can know them."""
        now = self._clock()
        self._forget_until(now)
        seconds = self._times[-1] - self._times[0] if self._times else 0.0
        if seconds <= 0.0:
            return ""
        rate = (len(self._times) - 1) / seconds
        waited = now - self._times[-1]
        if waited * rate <= 1.0:
            return f"{per_time(rate)}, {duration(left / rate - waited)} left"
        # The next change is overdue, so the pause counts as if it ended now. Nobody knows how long
        # it lasts; expect as long again.
        rate = len(self._times) / (seconds + waited)
        return f"{per_time(rate)}, {duration(max(left / rate, waited))} left"

    def _forget_until(self, now: float) -> None:
        while len(self._times) > LEAST and self._times[1] <= now - SECONDS:
            self._times.popleft()


def per_time(rate: float) -> str:
    """A rate per second, in the unit of time in which at least one change is made."""
    if rate >= 1.0:
        return f"{rate:.0f} a second"
    if rate * MINUTE >= 1.0:
        return f"{rate * MINUTE:.0f} a minute"
    return f"{max(rate * HOUR, 1.0):.0f} an hour"


def duration(seconds: float) -> str:
    """A time in words, as precise as an estimate can be."""
    minutes = round(seconds / MINUTE)
    if minutes >= MINUTE:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if seconds >= 1.5 * MINUTE else f"{max(round(seconds), 0)} s"
