"""Work that blocks, in a thread that nobody has to wait for, not even at the end of the process."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What it returns or raises. What is not waited for any longer is left to itself.

    It ends with the process at the latest; a thread of `asyncio.to_thread` would hold that up.
    """
    import asyncio  # noqa: PLC0415 - `within` needs none of it

    return await asyncio.wrap_future(_started(work))


def within(seconds: float, work: Callable[[], T]) -> T:
    """What it returns or raises; TimeoutError if that takes longer. Then it is left to itself."""
    outcome = _started(work)
    try:
        return outcome.result(seconds)
    except TimeoutError:
        if outcome.done():  # its own
            raise
        raise TimeoutError("it takes too long") from None


def _started(work: Callable[[], T]) -> Future[T]:
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(outcome, work), daemon=True).start()
    return outcome


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)
