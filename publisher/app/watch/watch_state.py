"""What `publisher status` shows of a watcher: it is asked at its socket.

A small file in the state folder has the same, for a watcher that does not answer. It is written
whenever something in it changes, unless the disk is full. A watcher that ends removes it; one that
is killed leaves it behind, so the file alone does not prove that a watcher runs.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from publisher.app.watch.session_state import SessionState
from publisher.errors import LockedError
from publisher.system import atomic_files, lock, private_folder, work_socket
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = "watch.json"  # in the state folder
MAX_BYTES = 1_000_000
ANSWER_SECONDS = 5.0


class WatchState(msgspec.Struct, frozen=True, kw_only=True):
    """A watcher, and the outcome of its last run. Times are in seconds since the epoch.

    `config` is the file that it publishes. `waiting` says what a later run will send without
    anybody's help, `held` what somebody must decide. `next_due` is when a post becomes due, and
    `postponed` why no run begins now. At `next_try` a run that failed is repeated, or earlier.
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
    next_try: float | None = None


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
        atomic_files.write(folder / NAME, encoded(state))


def encoded(state: WatchState) -> bytes:
    return msgspec.json.encode(state)


def remove(folder: Path) -> None:
    """Remove the file, unless the lock of the folder is lost: then it is another watcher's."""
    if lock.is_in_place(folder):
        with suppress(OSError):
            (folder / NAME).unlink()


class KnownState(msgspec.Struct, frozen=True):
    """What is known of a watcher, and whether it runs.

    `written` is when the file was written, in seconds since the epoch; None if the watcher itself
    has answered.
    """

    state: WatchState
    is_running: bool
    written: float | None = None


def known(folder: Path) -> KnownState | None:
    """What the watcher of the state folder says; None if there is none, and no trace of one."""
    if answer := _answer(folder):
        return KnownState(answer, is_running=True)
    try:
        with (folder / NAME).open("rb") as file:
            written = os.fstat(file.fileno()).st_mtime
            state = msgspec.json.decode(file.read(MAX_BYTES), type=WatchState)
    except (OSError, msgspec.DecodeError):
        return None
    is_running = lock.is_locked(folder) and _exists(state.pid)
    return KnownState(state, is_running, written)


def _answer(folder: Path) -> WatchState | None:
    """What the watcher answers; None if there is none of this user, or it does not answer."""
    channel = work_socket.connected(str(folder))
    if channel is None:
        return None
    with channel, suppress(OSError, msgspec.DecodeError):
        channel.settimeout(ANSWER_SECONDS)
        work_socket.send(channel, [work_socket.STATE], [])
        answer = b""
        while len(answer) <= MAX_BYTES and (more := channel.recv(MAX_BYTES)):
            answer += more
        return msgspec.json.decode(answer, type=WatchState)
    return None


def require_none(folder: Path) -> None:
    """Raise LockedError if a watcher runs for the state folder: it holds the lock for its life."""
    found = known(folder)
    if found and found.is_running:
        raise LockedError(
            f"the watcher (process {found.state.pid}) holds the lock; stop it first, e.g. with "
            f"`kill {found.state.pid}`"
        )


def require_alone(folder: Path) -> None:
    """Raise LockedError if another watcher runs for the state folder: it would wait in vain."""
    other = known(folder)
    if other and other.is_running:
        raise LockedError(
            f"another watcher (process {other.state.pid}) publishes {other.state.config} already; "
            f"stop it first, e.g. with `kill {other.state.pid}`"
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
