"""Hand the work of `publisher publish` over to the watcher that runs for the same state folder.

The watcher holds the lock, and is logged in. It gets the arguments, the folder and the streams of
this process, and prints as this process would. The arguments are not parsed here: to import
`argparse` takes longer than to publish a post over an open connection.
"""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import ExitStack, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from publisher.system import program, work_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from pathlib import Path

COMMAND = "publish"
# What the watcher must know of our environment to print and to read the same.
_VARIABLES = frozenset({"COLUMNS", "HOME", "NO_COLOR", "TERM", "TZ", "TZDIR"})
_FAMILIES = ("GIT_", "LANG", "LC_", "XDG_")
# As `app.options.LOCK_SECONDS` and `system.lock.SILENT_SECONDS`, which would import too much.
WAIT_SECONDS, SILENT_SECONDS = 60.0, 2.0
_REFUSED, _UNAVAILABLE = 2, 4


class WatcherAnswer(NamedTuple):
    """One line of the watcher, None where it does not say. `code` is the exit code at the end."""

    begun: bool = False
    code: int | None = None
    refused: str = ""
    declined: bool = False


def handed_over(state: Path, argv: Sequence[str]) -> int | None:
    """The exit code of the work if a watcher has done it. None if this process must do it."""
    if COMMAND not in argv or not os.path.exists(state / work_socket.NAME):  # noqa: PTH110 - faster
        return None
    import socket  # noqa: PLC0415 - few runs have a watcher

    with ExitStack() as stack:
        try:
            channel = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            channel.connect(stack.enter_context(work_socket.address(state)))
        except OSError:  # it is gone
            return None
        try:
            socket.send_fds(channel, [_message(argv)], [*_streams(stack)])
            return _Client(channel, _lock_wait(argv)).outcome()
        except OSError:
            _tell_of_end()
            return None


def _message(argv: Sequence[str]) -> bytes:
    """Raises OSError."""
    mask = os.umask(0o077)
    os.umask(mask)
    environment = {name: value for name, value in os.environ.items() if is_sent(name)}
    document = {
        "version": program.version().hex(),
        "argv": [*argv],
        "folder": os.getcwd(),  # noqa: PTH109 - a text is sent
        "umask": mask,
        "environment": environment,
    }
    return json.dumps(document).encode("utf-8") + b"\n"


def is_sent(name: str) -> bool:
    """Whether the watcher gets this variable of our environment."""
    return name in _VARIABLES or name.startswith(_FAMILIES)


def _streams(stack: ExitStack) -> Sequence[int]:
    """The descriptors of stdout and stderr; of /dev/null for one that is closed."""
    found = []
    for descriptor in (1, 2):
        try:
            os.fstat(descriptor)
            found.append(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            stack.callback(os.close, null)
            found.append(null)
    return found


def _lock_wait(argv: Sequence[str]) -> float:
    """The seconds of `--lock-wait`, as far as they are plain; the watcher checks the arguments."""
    texts = [word.partition("=")[2] for word in argv if word.startswith("--lock-wait=")]
    texts += [after for word, after in pairwise(argv) if word == "--lock-wait"]
    with suppress(ValueError):
        return float(texts[-1]) if texts else WAIT_SECONDS
    return WAIT_SECONDS


class _Client:
    """Waits for the watcher: for `seconds` until it begins, and then until it ends."""

    def __init__(self, channel: socket.socket, seconds: float) -> None:
        self._channel = channel
        self._deadline = time.monotonic() + seconds
        self._data = b""
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)

    def outcome(self) -> int | None:
        """The exit code, None if this process must do the work. Raises OSError."""
        is_told = has_begun = False
        while True:
            wait = None if has_begun else self._wait(is_told=is_told)
            if not self._poll.poll(None if wait is None else wait * 1000):
                if time.monotonic() >= self._deadline:
                    _say("publisher: the watcher is busy with another run; run again later")
                    return _UNAVAILABLE
                _say("waiting for another run to end ...")
                is_told = True
                continue
            answer = self._read()
            if answer is None:
                _tell_of_end()
                return None
            has_begun |= answer.begun
            if answer.refused:
                _say(f"publisher: {answer.refused}")
                return _REFUSED
            if answer.declined:
                return None
            if answer.code is not None:
                return answer.code

    def _wait(self, *, is_told: bool) -> float:
        """Seconds until there is something to say, or until nobody waits any longer."""
        left = max(0.0, self._deadline - time.monotonic())
        return left if is_told else min(left, SILENT_SECONDS)

    def _read(self) -> WatcherAnswer | None:
        """The next line; None if the watcher is gone. Raises OSError."""
        while b"\n" not in self._data:
            more = self._channel.recv(work_socket.MAX_BYTES)
            if not more:
                return None
            self._data += more
        line, _, self._data = self._data.partition(b"\n")
        return WatcherAnswer(**json.loads(line))


def _tell_of_end() -> None:
    _say("publisher: the watcher has ended meanwhile; this run continues its work")


def _say(line: str) -> None:
    with suppress(OSError):
        os.write(2, f"{line}\n".encode())
