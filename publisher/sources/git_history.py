"""Ask git when each file of a folder last changed, with one process for all files.

The time is the author date, as in Hugo's GitInfo: a rebase or an amended message sets a new
committer date and would announce old posts again. A rename counts as a change.

A merge commit counts only for files that differ from every parent: edited during the merge, or
combined from both sides. A file that it took unchanged keeps the time of the commit it came from.
A branch from which it took nothing below the folder does not count.

Refuses a shallow clone, in which every old file seems to have changed in the oldest fetched commit.
git runs no program that the repository's configuration names, asks for no password and writes
nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.system.children import kill_group

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence
    from pathlib import Path, PurePosixPath

# Settings for which `git log` has no option that overrides them. With log.showRoot=false the first
# commit would list no files.
_OVERRIDES = (
    "core.fsmonitor=false",
    "log.follow=false",
    "log.showRoot=true",
    "diff.relative=false",
)
# -z: file names are not quoted. -c: a merge lists only files that differ from every parent.
# -O/dev/null: diff.orderFile may name a missing file, and then git fails.
_LOG = (
    "log", "-z", "-c", "--name-status", "--no-renames", "-O/dev/null", "--no-ext-diff",
    "--no-textconv", "--no-show-signature", "--no-notes", "--no-decorate", "--no-color",
    "--ignore-submodules=all", "--encoding=UTF-8", "--format=tformat:/%at",
)  # fmt: skip
_REPOSITORY = (
    "rev-parse", "--is-shallow-repository", "--is-inside-work-tree", "--show-prefix",
    "--quiet", "--verify", "HEAD",
)  # fmt: skip

# The variables that describe the machine and its user. Any other GIT_* may refer to another
# repository: in hooks git sets GIT_DIR, GIT_PREFIX, GIT_INDEX_FILE, GIT_QUARANTINE_PATH and more.
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
    # A partial clone would fetch missing objects with commands that its configuration names.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What a pipe of Linux holds by default.
_CHUNK = 65_536


def last_changes(
    folder: Path, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    """The author date (UTC, whole seconds) of the newest commit up to HEAD that changed each file.

    Paths are relative to `folder`. "Newest" is the order of `git log`. Files that git does not
    track are absent, including those behind a symbolic link or in a submodule. A deletion does not
    count as a change. Raises ConfigError.
    """
    head, prefix = _repository(folder)
    missing = {prefix + os.fsencode(path): path for path in wanted}
    changes: dict[PurePosixPath, dt.datetime] = {}
    if not head or not missing:
        return changes
    with closing(_touched(folder, head)) as touched:
        for name, instant in touched:
            # Commits come newest first, so the first that names a file is its last change.
            path = missing.pop(name, None)
            if path is not None:
                changes[path] = instant
            if not missing:
                break
    return changes


def _repository(folder: Path) -> tuple[str, bytes]:
    """The commit at HEAD (empty if there is none), and the folder's path from the top level.

    Raises ConfigError if there is no repository, or only a shallow clone.
    """
    with tempfile.TemporaryFile() as complaint, _running(folder, _REPOSITORY, complaint) as git:
        answer, _ = git.communicate()
        # Exit code 1 means that HEAD does not exist: there is no commit yet.
        if git.returncode not in {0, 1} or answer.count(b"\n") < 3:
            raise _failed(complaint, f"keep the posts in a git repository, {_OR_NOT}")
    shallow, inside, rest = answer.split(b"\n", 2)
    if shallow == b"true":
        raise _error(
            f"{folder} is in a shallow clone, where every old post looks as if it had just been "
            "changed; fetch the whole history, e.g. `git fetch --unshallow`, in CI `fetch-depth: 0`"
        )
    if inside != b"true":
        raise _error(f"{folder} is not in a git work tree; check out the posts, {_OR_NOT}")
    prefix, _, head = rest[:-1].rpartition(b"\n") if git.returncode == 0 else (rest[:-1], b"", b"")
    return head.decode("ascii"), prefix


def _touched(folder: Path, head: str) -> Generator[tuple[bytes, dt.datetime], None, None]:
    """The files of each commit, newest first: (path from the top level, author date).

    Closing the generator ends git. Raises ConfigError.
    """
    command = [*_LOG, head, "--", "."]
    with tempfile.TemporaryFile() as complaint, _running(folder, command, complaint) as git:
        assert git.stdout  # noqa: S101 - it is a pipe
        yield from _changes(_parts(git.stdout))
        if git.wait():
            raise _failed(
                complaint, f"repair the repository, or clone it again completely, {_OR_NOT}"
            )


def _changes(parts: Iterator[bytes]) -> Iterator[tuple[bytes, dt.datetime]]:
    """Parse the output of `git log`: `/TIME` for each commit, then a status and a name per file.

    No status begins with a slash. Between time and statuses git writes an empty part, or a line
    feed before the first status.
    """
    instant: dt.datetime | None = None
    for part in parts:
        if part.startswith(b"/"):
            instant = _instant(part[1:])
        elif status := part.strip():
            name = next(parts, b"")
            if instant and b"D" not in status:
                yield name, instant


def _instant(seconds: bytes) -> dt.datetime | None:
    """The instant; None if a broken tool wrote no number, or one beyond the year 9999."""
    try:
        return _EPOCH + dt.timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    """The parts of a stream that end with a null byte, each as soon as it has arrived."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *parts, rest = (rest + chunk).split(b"\0")
        yield from parts


@contextmanager
def _running(
    folder: Path, arguments: Sequence[str], complaint: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git in the folder. Raises ConfigError if it cannot be started."""
    with _started(folder, arguments, complaint) as git:
        try:
            yield git
        except BaseException:  # closed or interrupted: git would block on the full pipe
            kill_group(git)
            raise


def _started(
    folder: Path, arguments: Sequence[str], complaint: IO[bytes]
) -> subprocess.Popen[bytes]:
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
            stderr=complaint,  # a file: a second pipe could fill up while we read the first
            process_group=0,
        )
    except OSError as error:
        raise _error(f"{program} cannot be started: {error.strerror}; repair it") from error


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
    return kept | _OWN


_OR_NOT = "or remove `updated: git`"


def _failed(complaint: IO[bytes], way_out: str) -> ConfigError:
    """An error with the first line of git's output, and git's own advice if it has one.

    git refuses a repository of another owner, and prints the command that makes it trusted.
    """
    complaint.seek(0)
    lines = [line.strip() for line in complaint.read().decode("utf-8", "replace").splitlines()]
    message = next(filter(None, lines), "git failed without a message").removeprefix("fatal: ")
    # Matches the name of the setting only: git's sentences differ from version to version.
    advice = [line for line in lines if "config" in line and "safe.directory" in line]
    solution = f"if you trust it: `{advice[0]}`" if advice else way_out
    return _error(f"{message}; {solution}")


def _error(message: str) -> ConfigError:
    return ConfigError(f"posts.updated: git: {message}")
