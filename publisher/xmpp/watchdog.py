"""A watchdog: how long a service may owe us answers before we give up on it.

Only an answer counts as a sign of life. A request that was cancelled or lost says nothing about the
service, and neither does sending another one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from publisher.errors import NoAnswer

ANSWER_SECONDS = 30.0
SLOWEST = 2_000  # bytes per second: stock ejabberd reads 3,000 of an ordinary account


@dataclass(frozen=True, slots=True)
class _Request:
    """A request in flight. `purpose` is for the error."""

    size: int
    purpose: str


class Watchdog:
    """Watches the requests in flight to one service over one connection.

    A service that is slow on purpose answers nothing until it has read what it was sent, so the
    deadline is `seconds` after its last answer, plus the time to read the bytes still unanswered.
    Once the deadline has passed, `expired` is done for good: all requests to the service end
    together, and no other may be sent.
    """

    def __init__(self, service: str, *, seconds: float = ANSWER_SECONDS) -> None:
        self._service = service
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._in_flight: dict[asyncio.Future[Any], _Request] = {}
        self._last_answer = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._problem = ""
        self.expired: asyncio.Future[None] = self._loop.create_future()

    def require_answers(self) -> None:
        """Raises NoAnswer if the service has gone silent."""
        if self.expired.done():
            raise NoAnswer(self._problem)

    def watch(self, answer: asyncio.Future[Any], *, size: int, purpose: str) -> None:
        """Watch a request of `size` bytes. Cancel `answer` to stop waiting for it."""
        if not self._in_flight:  # until now it had nothing to answer
            self._last_answer = self._loop.time()
        self._in_flight[answer] = _Request(size, purpose)
        answer.add_done_callback(self._end)
        self._set_timer()

    def _end(self, answer: asyncio.Future[Any]) -> None:
        del self._in_flight[answer]
        if not answer.cancelled():
            self._last_answer = self._loop.time()
        self._set_timer()

    def _set_timer(self) -> None:
        """Whenever the deadline moves: an answer may also bring it closer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._in_flight and not self.expired.done():
            unanswered = sum(request.size for request in self._in_flight.values())
            deadline = self._last_answer + self._seconds + unanswered / SLOWEST
            self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        """The deadline has passed."""
        # If the whole process was held up, an answer may have arrived in this turn of the loop.
        if any(answer.done() for answer in self._in_flight):
            return
        oldest = next(iter(self._in_flight.values()))
        silent = self._loop.time() - self._last_answer
        self._problem = (
            f"{self._service} did not answer for {silent:.0f} seconds when asked to "
            f"{oldest.purpose}; run again later"
        )
        self.expired.set_result(None)
