"""A watchdog, which gives up on a service that owes us answers for too long.

Only an answer shows that the service is alive. Neither a cancelled request nor a new one does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from publisher.errors import NoAnswer

if TYPE_CHECKING:
    from publisher.xmpp.backlog import Backlog

ANSWER_SECONDS = 30.0
# Bytes per second. Stock ejabberd reads 3,000 of an ordinary account.
SLOWEST = 2_000


class _Request(Struct, frozen=True):
    """A request in flight. `purpose` is for the error."""

    size: int
    purpose: str


class Watchdog:
    """Watches the requests in flight to one service over one connection.

    A server that throttles its clients answers nothing until it has read what it was sent. So the
    deadline is `seconds` after the service's last answer, plus the time to read the bytes still
    unanswered on the connection: also those that were sent to other services before. Once the
    deadline has passed, `expired` is done for good: all requests to the service end
    together, and no further one may be sent.
    """

    def __init__(
        self, service: str, *, account: str, backlog: Backlog, seconds: float = ANSWER_SECONDS
    ) -> None:
        self._service = service
        self._backlog = backlog
        self._account = account
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._in_flight: dict[asyncio.Future[Any], _Request] = {}
        self._last_answer = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._problem = ""
        self.expired: asyncio.Future[None] = self._loop.create_future()

    def require_answers(self) -> None:
        """Raise NoAnswer if the deadline has passed."""
        if self.expired.done():
            raise self.error()

    def error(self) -> NoAnswer:
        """The error for every request that was unanswered when the deadline passed."""
        return NoAnswer(self._problem)

    def watch(self, answer: asyncio.Future[Any], *, size: int, purpose: str) -> None:
        """Watch a request of `size` bytes.

        To stop waiting for `answer`, cancel it, or give it the result None.
        """
        if not self._in_flight:  # it had nothing to answer until now
            self._last_answer = self._loop.time()
        self._in_flight[answer] = _Request(size, purpose)
        self._backlog.add(size)
        answer.add_done_callback(self._end)
        self._set_timer()

    def _end(self, answer: asyncio.Future[Any]) -> None:
        request = self._in_flight.pop(answer)
        is_answered = _is_answered(answer)
        self._backlog.remove(request.size, is_answered=is_answered)
        if is_answered:
            self._last_answer = self._loop.time()
        self._set_timer()

    def _set_timer(self) -> None:
        """Set the timer to the deadline. An answer may also move it to an earlier time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._in_flight and not self.expired.done():
            deadline = self._last_answer + self._seconds + self._backlog.size / SLOWEST
            self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        """End all requests, because the deadline has passed."""
        # If the process was suspended, an answer may have arrived in this same turn of the loop.
        if any(answer.done() for answer in self._in_flight):
            return
        oldest = next(iter(self._in_flight.values()))
        silent = self._loop.time() - self._last_answer
        self._problem = (
            f"{self._service} did not answer for {silent:.0f} seconds when asked to "
            f"{oldest.purpose}; {_advice(self._service, self._account)}"
        )
        self.expired.set_result(None)


def _is_answered(answer: asyncio.Future[Any]) -> bool:
    """Whether the wait has ended with an answer; an error is one, too."""
    if answer.cancelled():
        return False
    return answer.exception() is not None or answer.result() is not None


def _advice(service: str, account: str) -> str:
    """What to do about a service that does not answer."""
    ours, theirs = account.partition("@")[2], service.rpartition("@")[2]
    if theirs == ours or theirs.endswith(f".{ours}"):
        return "run again later"
    # RFC 6120 section 4.5: between servers each direction may have a stream of its own.
    return (
        "run again later. If it never answers, the way back may be missing: the server of "
        f"{theirs} must be able to connect to that of {ours} (port 5269)"
    )
