"""Run the event loop of a command so that a signal ends it in good order, even a repeated one."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from publisher.system.interruption import SIGNALS, Interrupted, Raiser

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T], runner: asyncio.Runner | None = None) -> T:
    """Run the coroutine and return its result. The first signal cancels it; others are ignored.

    A `runner` whose loop has tasks already runs those, too. It is closed at the end.

    A second signal would interrupt the clean-up, and asyncio would print a traceback for every
    unfinished task. Raises Interrupted after a signal that would otherwise have raised it, or
    KeyboardInterrupt.
    """
    return _run(work, runner or asyncio.Runner())


def run_in(runner: asyncio.Runner, work: Coroutine[Any, Any, T]) -> T:
    """Like `run_async`, but the runner stays open, and the other tasks of its loop stay."""
    return _run(work, nullcontext(runner))


def _run(work: Coroutine[Any, Any, T], runner: AbstractContextManager[asyncio.Runner]) -> T:
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        with runner as chosen:
            return chosen.run(work)
    with _cancelling() as canceller:
        try:
            with runner as chosen:
                result = chosen.run(_cancelled(work, canceller))
        except asyncio.CancelledError:
            if canceller.number is None:
                raise
            raise Interrupted(canceller.number) from None
        if canceller.number is not None:  # it came too late to cancel the work
            raise Interrupted(canceller.number)
        return result


class _Canceller:
    """A signal handler that cancels a task at the first signal."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._task: asyncio.Task[Any] | None = None

    def watch(self, task: asyncio.Task[Any]) -> None:
        """Cancel this task at the first signal; at once if that has arrived already."""
        self._task = task
        if self.number is not None:
            task.cancel()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.number is not None:
            return
        self.number = number
        if self._task and not self._task.done():
            self._task.cancel()
            # Otherwise the loop would sleep on until a socket or a timer wakes it.
            self._task.get_loop().call_soon_threadsafe(lambda: None)


@contextmanager
def _cancelling() -> Iterator[_Canceller]:
    canceller = _Canceller()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number, handler in before.items() if _raises(handler)]
    for number in taken:
        signal.signal(number, canceller)
    try:
        yield canceller
    finally:
        for number in taken:
            signal.signal(number, before[number])
            if canceller.number is not None and isinstance(handler := before[number], Raiser):
                handler.begin_grace()


def _raises(handler: object) -> bool:
    """Whether the handler raises an exception. Others, e.g. of a program that uses us, stay."""
    return handler is signal.default_int_handler or isinstance(handler, Raiser)


async def _cancelled(work: Coroutine[Any, Any, T], canceller: _Canceller) -> T:
    task = asyncio.current_task()
    assert task  # noqa: S101 - asyncio.run has made it
    canceller.watch(task)
    return await work
