"""What `publisher status` shows of a watcher: a small file in the state folder.

It is written whenever something in it changes. A watcher that ends removes it; one that is killed
leaves it behind, so the file alone does not prove that a watcher runs.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from publisher.app.watch.session_state import SessionState
from publisher.errors import LockedError
from publisher.system import atomic_files, lock, private_folder
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = "watch.json"  # in the state folder
MAX_BYTES = 1_000_000


class WatchState(msgspec.Struct, frozen=True, kw_only=True):
    """A watcher, and the outcome of its last run. Times are in seconds since the epoch.

    `config` is the file that it publishes. `waiting` says what a later run will send without
    anybody's help, `held` what somebody must decide. `next_due` is when a post becomes due, and
    `postponed` why no run begins now.
    """

    pid: int
    version: str
    config: str
    started: float
    accounts: tuple[SessionState, ...] = ()
    last_run: float | None = None
    last_publish: float | None = None
    waiting: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    next_due: float | None = None
    last_error: str = ""
    postponed: str = ""


def in_short(state: WatchState) -> str:
    """One line about the watcher."""
    online = sum(one.since is not None for one in state.accounts)
    parts = [f"{online} of {number_of(len(state.accounts), 'account')} logged in"]
    parts += [f"{len(state.waiting)} waiting"] if state.waiting else []
    parts += [f"{len(state.held)} held"] if state.held else []
    parts += [state.postponed] if state.postponed else []
    parts += [state.last_error] if state.last_error else []
    return "; ".join(parts)


def write(folder: Path, state: WatchState) -> None:
    """Write the file, unless the lock of the folder is lost: then it is another watcher's.

    That the disk is full is no reason to stop: the runs report that.
    """
    if not lock.is_in_place(folder):
        return
    with suppress(OSError):
        private_folder.make(folder)
        atomic_files.write(folder / NAME, msgspec.json.encode(state))


def remove(folder: Path) -> None:
    """Remove the file, unless the lock of the folder is lost: then it is another watcher's."""
    if lock.is_in_place(folder):
        with suppress(OSError):
            (folder / NAME).unlink()


def read(folder: Path) -> WatchState | None:
    """What the last watcher wrote; None without a file that can be read."""
    try:
        with (folder / NAME).open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=WatchState)
    except (OSError, msgspec.DecodeError):
        return None


def is_running(folder: Path, state: WatchState) -> bool:
    """Whether the watcher that wrote the state still runs. It holds the lock all the time."""
    return lock.is_locked(folder) and _exists(state.pid)


def require_none(folder: Path) -> None:
    """Raise LockedError if a watcher runs for the state folder: it holds the lock for its life."""
    found = read(folder)
    if found and is_running(folder, found):
        raise LockedError(
            f"the watcher (process {found.pid}) holds the lock; stop it first, e.g. with "
            f"`kill {found.pid}`"
        )


def require_alone(folder: Path) -> None:
    """Raise LockedError if another watcher runs for the state folder: it would wait in vain."""
    other = read(folder)
    if other and is_running(folder, other):
        raise LockedError(
            f"another watcher (process {other.pid}) publishes {other.config} already; stop it "
            f"first, e.g. with `kill {other.pid}`"
        )


def require_in_place(folder: Path) -> None:
    """Raise LockedError if the lock is lost: another run could send the same posts meanwhile."""
    if not lock.is_in_place(folder):
        raise LockedError(
            f"the state folder {folder} was moved, removed or replaced while the watcher ran, so "
            "the watcher ends and sends nothing more; put the folder back if you can (it records "
            "what was published), and start the watcher again"
        )


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True
