"""When git saw the files of a folder change last: one process for all files, however many.

The time is the author's, which survives a rebase. A merge counts for nothing by itself: a file has
the time of the commit that the merge brought. Refuses a shallow clone, in which old files look new,
and runs nothing that the repository's own configuration names.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from typing import IO, TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path, PurePosixPath

_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "log.follow=false")
_LOG = (
    "log", "-z", "--name-only", "--no-renames", "--relative", "--no-ext-diff", "--no-textconv",
    "--no-show-signature", "--no-color", "--no-notes", "--no-decorate", "--no-mailmap",
    "--ignore-submodules=all", "--format=tformat:%x01%H %at", "HEAD", "--", ".",
)  # fmt: skip
# With the commit's own hash: no file in it can have that for a name.
_COMMIT = re.compile(rb"\x01[0-9a-f]{40,64} (-?\d+)")
_CHUNK = 65_536


def last_changes(
    folder: Path, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    """The time in UTC of the newest commit, from HEAD on, that touched each wanted file.

    Paths are relative to `folder`. What was never committed is left out. Raises ConfigError if
    there is no git, no repository, or not the whole history.
    """
    if _answer(folder, "rev-parse", "--is-shallow-repository") == "true":
        raise _error(
            "the clone is shallow, so that every file looks new; fetch the whole history, "
            "e.g. `git fetch --unshallow`, in CI `fetch-depth: 0`"
        )
    if not _answer(folder, "rev-parse", "--verify", "--quiet", "HEAD", failing=1):
        return {}  # nothing was ever committed
    missing = {os.fsencode(str(path)): path for path in wanted}
    found: dict[PurePosixPath, dt.datetime] = {}
    process = _started(folder, _LOG)
    with process:
        assert process.stdout  # noqa: S101 - it is a pipe
        for at, name in _touched(process.stdout):
            path = missing.pop(name, None)
            if path is not None:
                found[path] = dt.datetime.fromtimestamp(at, dt.UTC)
            if not missing:
                process.kill()
                return found
        complaint = process.stderr.read() if process.stderr else b""
    if process.returncode:
        raise _failed(complaint)
    return found


def _touched(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The author's time in seconds and the name, for every file of every commit."""
    at, is_first = 0, False
    for part in _parts(stream):
        if found := _COMMIT.fullmatch(part):
            at, is_first = int(found[1]), True
        elif part:
            yield at, part.removeprefix(b"\n") if is_first else part
            is_first = False


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    """What stands between zero bytes."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *parts, rest = (rest + chunk).split(b"\0")
        yield from parts
    yield rest


def _answer(folder: Path, *arguments: str, failing: int = 0) -> str:
    """What git answers in one line; `failing` is the exit code of a no. Raises ConfigError."""
    with _started(folder, arguments) as process:
        answer, complaint = process.communicate()
    if process.returncode not in {0, failing}:
        raise _failed(complaint)
    return answer.decode().strip()


def _started(folder: Path, arguments: Collection[str]) -> subprocess.Popen[bytes]:
    """Raises ConfigError."""
    try:
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise _error("git is not installed; install it, or remove `updated: git`") from error
    except OSError as error:
        raise _error(f"git cannot be started: {error.strerror}") from error


def _environment() -> dict[str, str]:
    """Ours without what a hook's git says about its own repository."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**own, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _failed(complaint: bytes) -> ConfigError:
    said = " ".join(complaint.decode("utf-8", "replace").split()).removeprefix("fatal: ")
    return _error(f"{said or 'git failed'}; the posts must be in a git repository that is yours")


def _error(message: str) -> ConfigError:
    return ConfigError(f"posts.updated: git: {message}")
