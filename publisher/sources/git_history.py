"""When git saw each file of a folder change last: one process for all of them.

The time is the author's, as Hugo's GitInfo has it: a rebase or an amended message writes the
committer's time anew and would announce old posts again. A rename is a change.

A merge counts for the files that it made itself, unlike in every parent: edited while merging, or
put together from both sides. What it took as it was keeps the time of the commit it came with, and
a branch of which it took nothing below the folder does not count.

Refuses a shallow clone, in which every old file looks as new as the oldest commit that was fetched.
Runs nothing that the repository's configuration names, asks nobody, writes nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from contextlib import closing
from typing import IO, TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence
    from pathlib import Path, PurePosixPath

# What a configuration can say that no option of `git log` takes back. With log.showRoot=false, the
# first commit touches nothing.
_OVERRIDES = (
    "core.fsmonitor=false",
    "log.follow=false",
    "log.showRoot=true",
    "diff.relative=false",
)
# Names are unquoted with -z. `-c`: see the merges above. diff.orderFile may name a file that is
# not there, at which git gives up.
_LOG = (
    "log", "-z", "-c", "--name-status", "--no-renames", "-O/dev/null", "--no-ext-diff",
    "--no-textconv", "--no-show-signature", "--no-notes", "--no-decorate", "--no-color",
    "--ignore-submodules=all", "--encoding=UTF-8", "--format=tformat:/%at",
)  # fmt: skip
_REPOSITORY = (
    "rev-parse", "--is-shallow-repository", "--is-inside-work-tree", "--show-prefix",
    "--quiet", "--verify", "HEAD",
)  # fmt: skip

# What the machine and its user say about git. Any other GIT_* may speak of another repository: we
# run in hooks, where git sets GIT_DIR, GIT_PREFIX, GIT_INDEX_FILE, GIT_QUARANTINE_PATH and more.
_KEPT = frozenset(
    {
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    }
)
_OWN = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone fetches what it lacks, by commands that its configuration names.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CHUNK = 65_536


def last_changes(
    folder: Path, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    """The time in UTC, in whole seconds, of the newest commit up to HEAD that touched each file.

    Paths are relative to `folder`. "Newest" is git's order. What git never kept is absent, also
    what lies behind a link or in a submodule; a deletion is no change of a file that is wanted.
    Raises ConfigError.
    """
    head, prefix = _repository(folder)
    missing = {prefix + os.fsencode(path): path for path in wanted}
    found: dict[PurePosixPath, dt.datetime] = {}
    if not head or not missing:
        return found
    with closing(_touched(folder, head)) as touched:
        for name, at in touched:
            path = missing.pop(name, None)
            if path is not None:
                found[path] = at
            if not missing:
                break
    return found


def _repository(folder: Path) -> tuple[str, bytes]:
    """The commit at HEAD, empty before the first, and what comes before the names of its files.

    Raises ConfigError where there is no repository, or not the whole of one.
    """
    with tempfile.TemporaryFile() as complaint, _started(folder, _REPOSITORY, complaint) as git:
        answer, _ = git.communicate()
        # It ends with 1 where there is no commit yet.
        if git.returncode not in {0, 1} or answer.count(b"\n") < 3:
            raise _failed(complaint, f"keep the posts in a git repository, {_OR_NOT}")
    shallow, inside, rest = answer.split(b"\n", 2)
    if shallow == b"true":
        raise _error(
            f"{folder} is in a shallow clone, where every old post looks as if it had just been "
            "changed; fetch the whole history, e.g. `git fetch --unshallow`, in CI `fetch-depth: 0`"
        )
    if inside != b"true":
        raise _error(f"{folder} is in no work tree of git; check the posts out, {_OR_NOT}")
    prefix, _, head = rest[:-1].rpartition(b"\n") if git.returncode == 0 else (rest[:-1], b"", b"")
    return head.decode("ascii"), prefix


def _touched(folder: Path, head: str) -> Generator[tuple[bytes, dt.datetime], None, None]:
    """Every file of every commit, newest first: its name from the top, and the author's time.

    Ends git when it is closed. Raises ConfigError.
    """
    command = [*_LOG, head, "--", "."]
    with tempfile.TemporaryFile() as complaint, _started(folder, command, complaint) as git:
        assert git.stdout  # noqa: S101 - it is a pipe
        try:
            yield from _changes(_parts(git.stdout))
        except BaseException:  # closed, or interrupted: nobody reads what git still says
            git.kill()
            raise
        if git.wait():
            raise _failed(
                complaint, f"repair the repository, or clone it anew and whole, {_OR_NOT}"
            )


def _changes(parts: Iterator[bytes]) -> Iterator[tuple[bytes, dt.datetime]]:
    """`/TIME`, then a status and a name for every file. No status begins with a slash.

    An empty part, or a line feed before the first status, parts the two.
    """
    at: dt.datetime | None = None
    for part in parts:
        if part.startswith(b"/"):
            at = _instant(part[1:])
        elif status := part.strip():
            name = next(parts, b"")
            if at and b"D" not in status:
                yield name, at


def _instant(seconds: bytes) -> dt.datetime | None:
    """None for what a broken tool wrote into a commit: no number, or beyond the year 9999."""
    try:
        return _EPOCH + dt.timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    """What stands before each zero byte, as soon as it is there."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *parts, rest = (rest + chunk).split(b"\0")
        yield from parts


def _started(
    folder: Path, arguments: Sequence[str], complaint: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Its output is unbuffered; what it complains goes to a file, where it blocks nothing.

    Raises ConfigError.
    """
    program = shutil.which("git")
    if not program:
        raise _error(f"git is not installed, or not on the PATH; install it, {_OR_NOT}")
    overrides = [word for override in _OVERRIDES for word in ("-c", override)]
    try:
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            [program, "--no-pager", "-C", os.fspath(folder), *overrides, *arguments],
            env=_environment(),
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaint,
        )
    except OSError as error:
        raise _error(f"{program} cannot be started: {error.strerror}; repair it") from error


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
    return kept | _OWN


_OR_NOT = "or leave out `updated: git`"


def _failed(complaint: IO[bytes], way_out: str) -> ConfigError:
    """What git said in its first line. Where somebody else owns the repository, git advises."""
    complaint.seek(0)
    lines = [line.strip() for line in complaint.read().decode("utf-8", "replace").splitlines()]
    said = next(filter(None, lines), "git failed and said nothing").removeprefix("fatal: ")
    # The name of a setting, not a sentence: the words around it have changed with git's versions.
    advice = [line for line in lines if "config" in line and "safe.directory" in line]
    return _error(f"{said}; if you trust it: `{advice[0]}`" if advice else f"{said}; {way_out}")


def _error(message: str) -> ConfigError:
    return ConfigError(f"posts.updated: git: {message}")
