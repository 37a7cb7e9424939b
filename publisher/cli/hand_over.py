"""Hand the work of `publish` and `ping` over to the watcher that runs for the same state folder.

The watcher holds the lock, and is logged in. It gets the arguments, the folder and the streams of
this process, and prints as this process would. Nothing is parsed here that the watcher can parse:
to import `argparse`, `json` or `re` takes longer than to publish a post over an open connection.
"""

from __future__ import annotations

import os
import sys

import publisher
from publisher.system import work_socket

TYPE_CHECKING = False  # not from `typing`, which takes a while
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Those that need the lock, and nobody at the terminal.
COMMANDS = frozenset({"publish", "ping"})
_CONFIG, _STATE = "publisher.yaml", ".publisher"
# What the watcher must know of our environment to print and to read the same.
_VARIABLES = frozenset({"COLUMNS", "HOME", "NO_COLOR", "TERM", "TZ", "TZDIR"})
_FAMILIES = ("GIT_", "LANG", "LC_", "XDG_")
# As `app.options.LOCK_SECONDS` and `system.lock.SILENT_SECONDS`, whose modules import too much.
WAIT_SECONDS, SILENT_SECONDS = 60.0, 2.0
_REFUSED, _UNAVAILABLE = 2, 4


def offered(argv: Sequence[str]) -> int | None:
    """`handed_over`, if the arguments and the configuration tell the state folder simply."""
    if COMMANDS.isdisjoint(argv):
        return None
    state = state_folder(argv)
    return handed_over(state, argv) if state else None


def state_folder(argv: Sequence[str]) -> str | None:
    """The state folder; None if the arguments or the configuration do not tell it simply."""
    try:
        config = _config(argv)
        return _state(config) if config else None
    except (OSError, ValueError):
        return None


def handed_over(state: str, argv: Sequence[str]) -> int | None:
    """The exit code of the work if a watcher has done it. None if this process must do it."""
    if not os.path.exists(f"{state}/{work_socket.NAME}"):  # noqa: PTH110 - faster
        return None
    channel = work_socket.connected(state)
    if channel is None:
        return None
    with channel:
        try:
            work_socket.send(channel, _message(argv), _streams())
            answer = _Client(channel, _lock_wait(argv)).outcome()
        except OSError:
            answer = _Gone()
    if isinstance(answer, _Gone):
        _say("publisher: the watcher has ended meanwhile; this run continues its work")
        return None
    return answer


def is_sent(name: str) -> bool:
    """Whether the watcher gets this variable of our environment."""
    return name in _VARIABLES or name.startswith(_FAMILIES)


def this_program() -> list[str]:
    """What must be the same in the watcher: publisher, where it is installed, and Python."""
    return [publisher.__version__, os.path.dirname(publisher.__file__), sys.version]  # noqa: PTH120


def _config(argv: Sequence[str]) -> str | None:
    """The path of the configuration; None if the arguments do not tell it simply."""
    named = [*_named(argv, "--config")]
    named += [*_named(argv, "-c")]
    if named:
        return named[0] if len(named) == 1 else None
    here = os.getcwd()  # noqa: PTH109 - pathlib takes a while
    while not os.path.isfile(f"{here}/{_CONFIG}"):  # noqa: PTH113
        above = os.path.dirname(here)  # noqa: PTH120
        if above == here:
            return None
        here = above
    return f"{here}/{_CONFIG}"


def _named(argv: Sequence[str], option: str) -> list[str]:
    """The values of an option, which follow it or a sign of equality."""
    after = [argv[n + 1] for n, word in enumerate(argv[:-1]) if word == option]
    return after + [word[len(option) + 1 :] for word in argv if word.startswith(f"{option}=")]


def _state(config: str) -> str | None:
    """The state folder of a configuration; None if its text does not tell it simply.

    Raises OSError, ValueError.
    """
    folder = os.path.dirname(os.path.abspath(config))  # noqa: PTH100, PTH120
    with open(config, encoding="utf-8") as file:  # noqa: PTH123
        lines = [line.lstrip("\ufeff").partition(":") for line in file if "state" in line]
    values = [value.strip() for key, _, value in lines if key.rstrip().strip("\"'") == "state"]
    if not values:
        return f"{folder}/{_STATE}"
    plain = values[0].replace("/", "").replace(".", "").replace("-", "").replace("_", "")
    return os.path.join(folder, values[0]) if values[1:] == [] and plain.isalnum() else None  # noqa: PTH118


def _message(argv: Sequence[str]) -> list[str]:
    mask = os.umask(0o077)
    os.umask(mask)
    environment = [f"{name}={value}" for name, value in os.environ.items() if is_sent(name)]
    folder = os.getcwd()  # noqa: PTH109
    return [*this_program(), folder, str(mask), str(len(argv)), *argv, *environment]


def _streams() -> list[int]:
    """The descriptors of stdout and stderr; of /dev/null for one that is closed. Raises OSError."""
    found = []
    for descriptor in (1, 2):
        try:
            os.fstat(descriptor)
            found.append(descriptor)
        except OSError:
            found.append(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC))
    return found


def _lock_wait(argv: Sequence[str]) -> float:
    """The seconds of `--lock-wait`, as far as they are plain; the watcher checks the arguments."""
    texts = _named(argv, "--lock-wait")
    try:
        return float(texts[-1]) if texts else WAIT_SECONDS
    except ValueError:
        return WAIT_SECONDS


class _Gone:
    """The watcher is gone."""


class _Client:
    """Waits for the watcher: for `seconds` until it begins, and then until it ends."""

    def __init__(self, channel: work_socket.WorkChannel, seconds: float) -> None:
        self._channel = channel
        self._seconds = seconds
        self._data = b""

    def outcome(self) -> int | _Gone | None:
        """The exit code, None if this process must do the work. Raises OSError."""
        silent = min(SILENT_SECONDS, self._seconds)
        begun = self._begun(silent, lambda: _say("waiting for another run to end ..."))
        begun = begun or self._begun(
            self._seconds - silent,
            lambda: _say("publisher: the watcher is busy with another run; run again later"),
        )
        if not begun:
            return _UNAVAILABLE
        word, _, text = begun.partition(" ")
        if word == work_socket.BEGUN:
            self._channel.settimeout(None)
            word, _, text = self._line().partition(" ")
        match word:
            case work_socket.CODE:
                return int(text)
            case work_socket.REFUSED:
                _say(f"publisher: {text}")
                return _REFUSED
            case work_socket.DECLINED:
                return None
            case _:
                return _Gone()

    def _begun(self, seconds: float, otherwise: Callable[[], None]) -> str:
        """The first line, or empty if there is none in time. Raises OSError."""
        self._channel.settimeout(max(seconds, 0.001))
        try:
            return self._line() or work_socket.GONE
        except TimeoutError:
            otherwise()
            return ""

    def _line(self) -> str:
        """The next line; empty if the watcher is gone. Raises OSError."""
        while b"\n" not in self._data:
            more = self._channel.recv(work_socket.MAX_BYTES)
            if not more:
                return ""
            self._data += more
        line, _, self._data = self._data.partition(b"\n")
        return line.decode("utf-8", "replace")


def _say(line: str) -> None:
    try:
        os.write(2, f"{line}\n".encode())
    except OSError:  # nobody reads it
        return
