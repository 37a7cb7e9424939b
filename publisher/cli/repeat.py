"""A run with nothing to do prints what the same run printed last, before the program is loaded.

`Attempt` reads the arguments and publisher.yaml only as far as it must to find the index. Whatever
is unusual about them ends in an ordinary run.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli import streams
from publisher.system import program, run_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.app.repeatable import Before
    from publisher.cli.streams import QueuedOutput
    from publisher.config import Config
    from publisher.system.run_index import Run

_COMMANDS = frozenset({"build", "publish"})
_CONFIG, _STATE = "publisher.yaml", ".publisher"
_STATE_KEY = re.compile(r"""^["']?state["']?[ \t]*:[ \t]*(.*)$""", re.MULTILINE)
_PLAIN = re.compile(r"[\w./-]+")  # a path that means itself, whatever the rules of YAML
# The variables that change what a run reads or prints.
_VARIABLES = frozenset({"COLUMNS", "HOME", "NO_COLOR", "TERM", "TZ", "TZDIR"})
_FAMILIES = ("GIT_", "LANG", "LC_", "PYTHON", "XDG_")
# A run that ended otherwise may end well the next time.
_EXIT_CODES = frozenset({0, 1})


class Attempt:
    """A run that is repeated if it can be, and otherwise recorded for the next time."""

    def __init__(self, argv: Sequence[str], streams: tuple[int, int] = (1, 2)) -> None:
        """`streams` are the descriptors of stdout and stderr."""
        self._streams = streams
        self._began = time.time()
        self._until: float | None = None
        self._before: Before | None = None
        self.key = ""
        self._state = Path()
        self._config: tuple[int, ...] = ()
        if not _COMMANDS.isdisjoint(argv):
            with suppress(OSError, UnicodeError):
                self._find(argv)

    def _find(self, argv: Sequence[str]) -> None:
        """Raises OSError, UnicodeError."""
        config = _config(argv)
        if config is None:
            return
        self._config = _signature(config)
        state = _state(config)
        if state:
            self._state, self.key = state, _key(argv, self._streams)

    def find(self) -> Run | None:
        """The run that this one would repeat, because nothing has changed; None if it must run."""
        run = run_index.find(self._state, self.key) if self.key else None
        return run if run and run.is_current(self._began) else None

    def begin(self, config: Config) -> None:
        """Note what the run is going to read, once its configuration is loaded."""
        if not self.key or config.state != self._state:
            return
        from publisher.app import repeatable  # noqa: PLC0415 - not needed to repeat a run

        before = repeatable.before(config)
        # If it was written since, it may not be the one that was loaded.
        if _signature(config.path) == self._config:
            self._before = before

    def end(self, until: float | None) -> None:
        """Note that the run did nothing, and will do nothing again before `until`.

        That is in seconds since the epoch; None if the run did something.
        """
        self._until = until

    def keep(self, code: int, output: QueuedOutput) -> None:
        """Record the run for the next time, if that can repeat it. It must have ended."""
        if self._before is None or self._until is None or code not in _EXIT_CODES:
            return
        digests = self._before.unchanged()
        if digests is None:
            return
        texts = [(number, _text(data)) for number, data in output.printed]
        self._before.keep(
            run_index.Run(
                self.key,
                self._before.places,
                digests,
                texts,
                code,
                self._began,
                self._until,
            )
        )


def repeated(attempt: Attempt) -> int | None:
    """Print what the run that is repeated printed, and return its exit code; None without one."""
    run = attempt.find()
    if run is None:
        return None
    with streams.queued() as output:
        output.print_again(run.printed)
    if not output.stdout_error:
        return run.exit_code
    from publisher.cli.unwritten_output import exit_code  # noqa: PLC0415 - takes longer

    return exit_code(output.stdout_error, run.exit_code, shows=False)


def _config(argv: Sequence[str]) -> Path | None:
    """The absolute path of the configuration; None if the arguments do not tell it simply."""
    named = [*_named(argv)]
    if len(named) == 1 and named[0]:
        return Path(named[0]).absolute()
    if named:
        return None
    here = Path.cwd()
    return next((file for one in (here, *here.parents) if (file := one / _CONFIG).is_file()), None)


def _named(argv: Sequence[str]) -> Iterator[str]:
    """The values of `--config`."""
    for number, word in enumerate(argv):
        if word in {"-c", "--config"}:
            yield "".join(argv[number + 1 : number + 2])
        elif word.startswith("--config="):
            yield word.removeprefix("--config=")
        elif word.startswith("-c"):
            yield word.removeprefix("-c")


def _state(config: Path) -> Path | None:
    """The state folder of a configuration; None if its text does not tell it simply.

    Raises OSError, UnicodeError.
    """
    values = _STATE_KEY.findall(config.read_text(encoding="utf-8-sig"))
    if not values:
        return config.parent / _STATE
    is_plain = len(values) == 1 and _PLAIN.fullmatch(values[0])
    return config.parent / values[0] if is_plain else None


def _key(argv: Sequence[str], descriptors: tuple[int, int]) -> str:
    """A digest of the arguments, the program, the user and the environment. Raises OSError."""
    environment = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name in _VARIABLES or name.startswith(_FAMILIES)
    ]
    streams = [_kind(descriptor) for descriptor in descriptors]
    user = f"{os.geteuid()} {os.getgid()} {os.getgroups()}"
    parts = [
        program.version().hex(),
        os.fspath(Path.cwd()),
        user,
        *streams,
        *environment,
        "",
        *argv,
    ]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _kind(descriptor: int) -> str:
    """Whether a stream is a terminal, and of which size. Raises OSError."""
    return str(os.get_terminal_size(descriptor)) if os.isatty(descriptor) else "file"


def _signature(file: Path) -> tuple[int, ...]:
    """Raises OSError."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
