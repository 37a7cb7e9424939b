"""The lock of a state folder: one run at a time.

It is an flock, which the kernel releases when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.errors import LedgerError, LockedError
from publisher.system import private_folder
from publisher.system.reasons import is_full, reason, remedy
from publisher.system.retry import Again, Backoff, Clock, retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# flock(2) has no time limit, so the lock is polled.
NAME = "lock"  # of a file in the state folder
BACKOFF = Backoff(first=0.05, longest=0.05)
SILENT_SECONDS = 2.0

# The locks that this process holds: the resolved paths and the descriptors of their files.
_held: dict[str, int] = {}


@contextmanager
def lock(
    folder: Path, *, wait: float, on_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the folder's lock for one run; a second run waits up to `wait` seconds.

    `on_wait` is called once, if the wait is longer than SILENT_SECONDS.

    Raises LockedError after the wait, and LedgerError if the folder cannot be written.
    """
    path = folder / NAME
    try:
        private_folder.make(folder)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = f"{path}: cannot be opened: {reason(error)}; {remedy(error)}"
        raise LedgerError(problem, may_pass=is_full(error)) from error
    try:
        _acquire(descriptor, path, wait, on_wait)
        resolved = os.path.realpath(path)
        _held[resolved] = descriptor
        try:
            yield
        finally:
            del _held[resolved]
    finally:
        # The file stays: if a run removed it, two others could each lock a different file.
        os.close(descriptor)  # releases the lock, too


def is_held(folder: Path) -> bool:
    """Whether this process holds the lock of the folder."""
    return os.path.realpath(folder / NAME) in _held


def is_in_place(folder: Path) -> bool:
    """Whether the lock that this process holds is still that of the folder.

    Once the folder was moved, removed or replaced, others lock another file there.
    """
    path = os.path.realpath(folder / NAME)
    try:
        return path in _held and os.path.samestat(os.fstat(_held[path]), os.stat(path))  # noqa: PTH116
    except OSError:  # there is none
        return False


def is_locked(folder: Path) -> bool:
    """Whether any process holds the lock of the folder now."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # there is no lock, or it is not ours
        return False
    try:
        # A shared lock, which no other question disturbs.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _acquire(descriptor: int, path: Path, wait: float, on_wait: Callable[[], None]) -> None:
    clock = Clock()
    silent_until = clock.monotonic() + SILENT_SECONDS
    is_reported = False

    def attempt() -> None:
        nonlocal is_reported
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.monotonic() >= silent_until and not is_reported:
                on_wait()
                is_reported = True
            error = f"another run holds {path}; wait for it, or give this one a longer --lock-wait"
            raise Again(LockedError(error)) from None

    retry(attempt, BACKOFF, seconds=wait, clock=clock)
