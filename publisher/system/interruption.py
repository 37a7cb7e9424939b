"""SIGINT, SIGTERM and SIGHUP end a run in good order, all three by the same exception.

Ctrl-C sends SIGINT; `kill`, `timeout`, systemd and CI send SIGTERM; a terminal that is closed sends
SIGHUP. A signal that was ignored when the program started, e.g. by nohup, stays ignored.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A second signal within this time must not cut off the clean-up that the first one has begun:
# people press Ctrl-C twice, and a terminal and its shell both send SIGHUP.
GRACE_SECONDS = 1.0


class Interrupted(KeyboardInterrupt):
    """The run was interrupted by a signal. `exit_code` is that of shells: 128 plus its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)

    @property
    def exit_code(self) -> int:
        return 128 + self.signal

    def __str__(self) -> str:
        by = "" if self.signal == signal.SIGINT else f" by {self.signal.name}"
        return f"interrupted{by}; run it again to continue"


class Raiser:
    """A signal handler that raises Interrupted."""

    def __init__(self) -> None:
        self._silent_until = 0.0
        self._postponements = 0
        self._postponed: int | None = None
        self.work_has_ended = False

    def end_at_next_signal(self) -> None:
        """Let the next signal end the process at once: nothing is left to be cleaned up.

        Those that follow at once on the first one are ignored still, so that the message about it
        is written.
        """
        self.work_has_ended = True

    def begin_grace(self) -> None:
        """Ignore the signals that follow at once on one that is handled already."""
        self._silent_until = time.monotonic() + GRACE_SECONDS

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() < self._silent_until:
            return
        if self.work_has_ended:
            os._exit(Interrupted(number).exit_code)
        if self._postponements:
            self._postponed = number
            return
        self.begin_grace()
        raise Interrupted(number)

    @contextmanager
    def postpone(self) -> Iterator[None]:
        """Let a signal that comes in this block raise Interrupted at its end."""
        self._postponements += 1
        try:
            yield
        finally:
            self._postponements -= 1
        number, self._postponed = self._postponed, None
        if number is not None:
            self(number, None)


def postponed() -> AbstractContextManager[None]:
    """Let no signal interrupt this block; what comes in it interrupts the work at its end.

    For a few steps that would otherwise leave something behind, e.g. a process that has started,
    but that nobody knows yet.
    """
    handlers = (signal.getsignal(number) for number in SIGNALS)
    raiser = next((handler for handler in handlers if isinstance(handler, Raiser)), None)
    return raiser.postpone() if raiser else nullcontext()


@contextmanager
def raised() -> Iterator[Raiser]:
    """Raise Interrupted in this block for each of the signals that was not ignored so far.

    After `end_at_next_signal` the handler stays for the rest of the process.
    """
    raiser = Raiser()
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        yield raiser
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number, handler in before.items() if handler != signal.SIG_IGN]
    for number in taken:
        signal.signal(number, raiser)
    try:
        yield raiser
    finally:
        for number in [] if raiser.work_has_ended else taken:
            signal.signal(number, before[number])
