"""Run blocking work in daemon threads, which do not delay the end of the process."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run blocking work in a thread and return its result. If cancelled, the thread runs on.

    It ends with the process at the latest, which would wait for a thread of `asyncio.to_thread`.
    """
    import asyncio  # noqa: PLC0415 - `within` does not need it

    return await asyncio.wrap_future(_started(work))


def within(seconds: float, work: Callable[[], T]) -> T:
    """Run blocking work in a thread and return its result.

    Raises TimeoutError if the work takes longer; then the thread runs on.
    """
    outcome = _started(work)
    try:
        return outcome.result(seconds)
    except TimeoutError:
        if outcome.done():  # the work itself raised it
            raise
        raise TimeoutError("timed out") from None


def _started(work: Callable[[], T]) -> Future[T]:
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(outcome, work), daemon=True).start()
    return outcome


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    # The caller may have been cancelled by now; then set_result would raise InvalidStateError.
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)
