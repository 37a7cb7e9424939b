"""What a server has not answered yet, and how fast it takes what we send.

A server that limits the rate of its clients refuses nothing. It stops reading for a while, so that
its answers come late.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct
from msgspec.structs import replace

# The rate must have been constant for this time, and for so many moments at which answers came:
# stock ejabberd reads only every five seconds.
STEADY_SECONDS = 5.0
LEAST_MOMENTS = 6
# Answers that come this soon after one another are for requests that the server read together.
MOMENT_SECONDS = 0.1
# Servers that limit rates look at them about once a second: Prosody and ejabberd do.
READING_SECONDS = 1.0
# Bytes per second. No server has a limit below, and nobody waits long for one that takes more.
LEAST_RATE = 1_000
UNNOTICED = 100_000


class AnswerTime(Struct, frozen=True):
    """By the time `at`, a total of `answered` bytes was answered; `largest` is a request of it."""

    at: float
    answered: int
    largest: int


class Backlog:
    """The requests in flight on one connection, to all services together. Sizes are in bytes.

    `rate` is done when answers have come at a constant rate for a while, although requests were
    waiting all the time. It has the bytes per second.
    """

    def __init__(self) -> None:
        self.size = 0
        self._loop = asyncio.get_running_loop()
        self.rate: asyncio.Future[float] = self._loop.create_future()
        self._count = 0
        self._moments: list[AnswerTime] = []

    def add(self, size: int) -> None:
        """Count a request that is sent now."""
        self.size, self._count = self.size + size, self._count + 1

    def remove(self, size: int, *, is_answered: bool) -> None:
        """Stop counting a request: it was answered, or nobody waits for the answer any more."""
        self.size, self._count = self.size - size, self._count - 1
        if not self._count or not is_answered:
            # The server waits for us now, or we do not know how much it has read.
            self._moments.clear()
        elif not self.rate.done():
            self._note_answer(size)

    def _note_answer(self, size: int) -> None:
        now = self._loop.time()
        last = self._moments[-1] if self._moments else AnswerTime(now, 0, 0)
        answered, largest = last.answered + size, max(size, last.largest)
        if self._moments and now - last.at < MOMENT_SECONDS:
            self._moments[-1] = replace(last, answered=answered, largest=largest)
            return
        # A moment is complete only when the next one begins.
        rate = steady_rate(self._moments)
        if rate is not None:
            self.rate.set_result(rate)
        while len(self._moments) >= LEAST_MOMENTS and now - self._moments[1].at > STEADY_SECONDS:
            del self._moments[0]
        self._moments.append(AnswerTime(now, answered, size))


def steady_rate(moments: list[AnswerTime]) -> float | None:
    """The bytes per second at which the requests were answered, None if these were not constant."""
    if len(moments) < LEAST_MOMENTS or moments[-1].at - moments[0].at < STEADY_SECONDS:
        return None
    first, last = moments[0], moments[-1]
    rate = (last.answered - first.answered) / (last.at - first.at)
    # A request is answered only when all of it has been read.
    tolerance = max(moment.largest for moment in moments) + rate * READING_SECONDS
    is_steady = all(
        abs(first.answered + rate * (moment.at - first.at) - moment.answered) <= tolerance
        for moment in moments
    )
    return rate if is_steady and LEAST_RATE <= rate <= UNNOTICED else None
