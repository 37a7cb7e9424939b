"""Run the event loop of a command so that Ctrl-C ends it in good order, even if pressed twice."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import FrameType

T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine and return its result. The first Ctrl-C cancels it; others are ignored.

    A second Ctrl-C would interrupt the clean-up, and asyncio would print a traceback for every
    unfinished task.
    """
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        return asyncio.run(work)
    before = signal.getsignal(signal.SIGINT)
    try:
        return asyncio.run(_interrupted_once(work))
    finally:
        signal.signal(signal.SIGINT, before)


async def _interrupted_once(work: Coroutine[Any, Any, T]) -> T:
    cancel = signal.getsignal(signal.SIGINT)  # asyncio's handler, which cancels this task

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Not SIG_IGN: Python prints an error for a signal that arrived before SIG_IGN was set.
        signal.signal(signal.SIGINT, lambda *_: None)
        if callable(cancel):
            cancel(number, frame)

    if callable(cancel):  # not for a background job, for which the shell sets SIG_IGN
        signal.signal(signal.SIGINT, interrupt)
    return await work
