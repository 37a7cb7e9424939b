"""What blocks, beside the event loop: in a thread that nobody waits for, not even at the end."""

from __future__ import annotations

import asyncio
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
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(outcome, work), daemon=True).start()
    return await asyncio.wrap_future(outcome)


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)
