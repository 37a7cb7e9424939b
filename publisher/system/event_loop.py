"""The event loop of a command. Ctrl-C ends it in good order, however often it is pressed."""

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
    """What it returns or raises. The first Ctrl-C cancels it, further ones are ignored.

    A second one would break off the cleaning up, and asyncio would report with tracebacks every
    task that is left behind.
    """
    if threading.current_thread() is not threading.main_thread():  # it gets no Ctrl-C
        return asyncio.run(work)
    before = signal.getsignal(signal.SIGINT)
    try:
        return asyncio.run(_interrupted_once(work))
    finally:
        signal.signal(signal.SIGINT, before)


async def _interrupted_once(work: Coroutine[Any, Any, T]) -> T:
    cancel = signal.getsignal(signal.SIGINT)  # asyncio's handler, which cancels this task

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Not SIG_IGN: Python reports a signal that is on its way while that is set.
        signal.signal(signal.SIGINT, lambda *_: None)
        if callable(cancel):
            cancel(number, frame)

    if callable(cancel):  # a shell ignores Ctrl-C for what it starts in the background
        signal.signal(signal.SIGINT, interrupt)
    return await work
