"""Ask git when each file of a folder was added or last changed, with one process for all files.

The time is the author date, as in Hugo's GitInfo: a rebase or an amended message sets a new
committer date and would announce old posts again. A rename counts as a change; a first commit is
that of the file before all its renames.

A merge commit counts only for files that differ from every parent: edited during the merge, or
combined from both sides. A file that it took unchanged keeps the time of the commit it came from.
A branch from which it took nothing below the folder does not count.

A hook of a bare repository checks the posts out into a folder without a `.git`. git tells the hook
its repository in GIT_DIR, so that one is asked if the posts are in no other.

Refuses a shallow clone, in which every old file seems to have changed in the oldest fetched commit.
git runs no program that the repository's configuration names, asks for no password and writes
nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from publisher.errors import ConfigError
from publisher.system.children import kill_group
from publisher.system.interruption import postponed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Sequence
    from pathlib import PurePosixPath

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
    "log", "-z", "-c", "--name-status", "-O/dev/null", "--no-ext-diff",
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
# What a hook needs to read its repository: the objects may lie elsewhere. Never GIT_INDEX_FILE.
_KEPT_IN_HOOK = frozenset(
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"}
)
_OWN = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone would fetch missing objects with commands that its configuration names.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
}
_Instants: TypeAlias = "dict[PurePosixPath, dt.datetime]"
# The name of a file in a commit, its name before, and the author date.
_Change: TypeAlias = "tuple[bytes, bytes, dt.datetime]"
_Touched: TypeAlias = "Generator[_Change, None, None]"
_Ask: TypeAlias = "Callable[[_Place, Collection[PurePosixPath]], _Instants]"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Renames with changes are looked for among so many files of a commit, which costs its square; those
# without changes are always found. Less than 80 % of the same text may be another note with the
# text of a template.
_MOST_COMPARED = 200
_RENAMES = ("-M80%", f"-l{_MOST_COMPARED}")
# A partial clone lacks the texts that the others need.
_EXACT_RENAMES = ("-M100%",)
# The status of a file with another name before, which is in front of its name.
_RENAMED = re.compile(rb"R\d+")
# What a pipe of Linux holds by default.
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class HistoryPlaces:
    """What shows that git would answer differently: files, and folders with all that they hold."""

    files: Sequence[Path] = ()
    trees: Sequence[Path] = ()


class ShallowError(ConfigError):
    """The history is cut, so that it has no commit of most files."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where git runs: the folder of the posts, and the repository if git must not look for it."""

    folder: Path
    repository: Path | None = None
    work_tree: Path | None = None

    @property
    def options(self) -> list[str]:
        named = {"--git-dir": self.repository, "--work-tree": self.work_tree}
        options = [f"{option}={os.fspath(path)}" for option, path in named.items() if path]
        return ["-C", os.fspath(self.folder), *options]

    @property
    def environment(self) -> dict[str, str]:
        kept = _KEPT | _KEPT_IN_HOOK if self.repository else _KEPT
        ours = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in kept}
        return ours | _OWN


def places(folder: Path) -> HistoryPlaces | None:
    """Where the history of the folder is kept; None if it may be anywhere.

    That is so in a hook, in a linked work tree and in a submodule.
    """
    if not (_KEPT | _KEPT_IN_HOOK | {"GIT_DIR"}).isdisjoint(os.environ):
        return None
    found = next(
        (one / ".git" for one in (folder, *folder.parents) if (one / ".git").exists()), None
    )
    if found is None:
        return HistoryPlaces()
    if not found.is_dir():
        return None
    names = ("HEAD", "packed-refs", "shallow", "config", "info/grafts")
    users = ("~/.gitconfig", "~/.config/git/config", "/etc/gitconfig")
    files = [*(found / name for name in names), *(Path(name).expanduser() for name in users)]
    return HistoryPlaces(files, [found / "refs", found / "reftable"])


def last_changes(
    folder: Path, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    """The author date (UTC, whole seconds) of the newest commit up to HEAD that changed each file.

    Paths are relative to `folder`. "Newest" is the order of `git log`. Files that git does not
    track are absent, including those behind a symbolic link or in a submodule. A deletion does not
    count as a change. Raises ConfigError.
    """
    return _found(folder, wanted, _last_changes)


def first_commits(
    folder: Path, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    """The author date of the oldest commit with each file, see `last_changes`.

    Renames are followed through the whole repository.
    """
    return _found(folder, wanted, _first_commits)


def _found(folder: Path, wanted: Collection[PurePosixPath], ask: _Ask) -> _Instants:
    """What the repository of the folder answers, or that of the hook. Raises ConfigError."""
    folder = folder.absolute()
    try:
        changes = ask(_Place(folder), wanted)
    except ConfigError:  # the posts are in no repository that can be used
        if place := _place_in_hook(folder, wanted):
            return ask(place, wanted)
        raise
    if changes or not wanted:
        return changes
    # The repository of a folder above, e.g. of a home folder, tracks none of the posts.
    with suppress(ConfigError):
        if place := _place_in_hook(folder, wanted):
            return ask(place, wanted)
    return {}


def _last_changes(
    place: _Place, wanted: Collection[PurePosixPath]
) -> dict[PurePosixPath, dt.datetime]:
    head, prefix = _repository(place)
    missing = {prefix + os.fsencode(path): path for path in wanted}
    changes: dict[PurePosixPath, dt.datetime] = {}
    if not head or not missing:
        return changes
    with closing(_touched(place, "--no-renames", head, "--", ".")) as touched:
        for name, _, instant in touched:
            # Commits come newest first, so the first that names a file is its last change.
            path = missing.pop(name, None)
            if path is not None:
                changes[path] = instant
            if not missing:
                break
    return changes


def _first_commits(place: _Place, wanted: Collection[PurePosixPath]) -> _Instants:
    head, prefix = _repository(place)
    if not head:
        return {}
    names = {prefix + os.fsencode(path): path for path in wanted}
    try:
        return _oldest(_touched(place, *_RENAMES, head), dict(names))
    except ConfigError:
        return _oldest(_touched(place, *_EXACT_RENAMES, head), names)


def _oldest(touched: _Touched, names: dict[bytes, PurePosixPath]) -> _Instants:
    """The time of the oldest commit with each file; `names` has the paths by their names at HEAD.

    What had the earlier name of a renamed file later is another file.
    """
    oldest: _Instants = {}
    with closing(touched):
        for name, earlier, instant in touched:
            # Commits come newest first, so the oldest remains.
            if path := names.pop(name, None):
                oldest[path] = instant
                names[earlier] = path
    return oldest


def _place_in_hook(folder: Path, wanted: Collection[PurePosixPath]) -> _Place | None:
    """The repository of GIT_DIR, with the folder into which it was checked out.

    That is GIT_WORK_TREE; without it, the folder above the posts in which most of them have their
    path in the repository, the nearest of several. None if the repository has none of the posts.
    Raises ConfigError.
    """
    named = os.environ.get("GIT_DIR")
    if not named:
        return None
    repository = Path(named).absolute()
    if work_tree := os.environ.get("GIT_WORK_TREE"):
        top = Path(work_tree).absolute()
        return _Place(folder, repository, top) if folder.is_relative_to(top) else None
    tracked = _tracked(_Place(folder, repository, folder))
    counts = {
        top: sum(_name_in(top, folder, path) in tracked for path in wanted)
        for top in (folder, *folder.parents)
    }
    best = max(counts, key=lambda top: counts[top])
    return _Place(folder, repository, best) if counts[best] else None


def _name_in(top: Path, folder: Path, path: PurePosixPath) -> bytes:
    return os.fsencode(folder.relative_to(top) / path)


def _tracked(place: _Place) -> frozenset[bytes]:
    """The paths of all files at HEAD, from the top level. Raises ConfigError."""
    command = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD")
    with tempfile.TemporaryFile() as complaint, _running(place, command, complaint) as git:
        answer, _ = git.communicate()
        if git.returncode:
            raise _failed(complaint, _HOOK_ADVICE)
    return frozenset(answer.split(b"\0"))


def _repository(place: _Place) -> tuple[str, bytes]:
    """The commit at HEAD (empty if there is none), and the folder's path from the top level.

    Raises ConfigError if there is no repository, or only a shallow clone.
    """
    with tempfile.TemporaryFile() as complaint, _running(place, _REPOSITORY, complaint) as git:
        answer, _ = git.communicate()
        # Exit code 1 means that HEAD does not exist: there is no commit yet.
        if git.returncode not in {0, 1} or answer.count(b"\n") < 3:
            raise _failed(complaint, _REPOSITORY_ADVICE)
    shallow, inside, rest = answer.split(b"\n", 2)
    if shallow == b"true":
        raise ShallowError(
            f"posts.updated: git: {place.folder} is in a shallow clone, where every old post looks "
            f"as if it had just been changed; {UNSHALLOW}"
        )
    if inside != b"true":
        raise _error(f"{place.folder} is not in a git work tree; check out the posts, {_OR_NOT}")
    prefix, _, head = rest[:-1].rpartition(b"\n") if git.returncode == 0 else (rest[:-1], b"", b"")
    return head.decode("ascii"), prefix


def _touched(place: _Place, *arguments: str) -> _Touched:
    """The files of each commit, newest first: their paths from the top level, and author dates.

    Closing the generator ends git. Raises ConfigError.
    """
    with (
        tempfile.TemporaryFile() as complaint,
        _running(place, [*_LOG, *arguments], complaint) as git,
    ):
        assert git.stdout  # noqa: S101 - it is a pipe
        yield from _changes(_parts(git.stdout))
        if git.wait():
            raise _failed(
                complaint, f"repair the repository, or clone it again completely, {_OR_NOT}"
            )


def _changes(parts: Iterator[bytes]) -> Iterator[_Change]:
    """Parse the output of `git log`: `/TIME` for each commit, then a status and names per file.

    No status begins with a slash. Between time and statuses git writes an empty part, or a line
    feed before the first status.
    """
    instant: dt.datetime | None = None
    for part in parts:
        if part.startswith(b"/"):
            instant = _instant(part[1:])
        elif status := part.strip():
            earlier = next(parts, b"")
            name = next(parts, b"") if _RENAMED.fullmatch(status) else earlier
            if instant and b"D" not in status:
                yield name, earlier, instant


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
    place: _Place, arguments: Sequence[str], complaint: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git in the folder. Raises ConfigError if it cannot be started."""
    with ExitStack() as stack:
        with postponed():
            git = stack.enter_context(_started(place, arguments, complaint))
            stack.callback(kill_group, git)  # closed or interrupted: it blocks on the full pipe
        yield git


def _started(
    place: _Place, arguments: Sequence[str], complaint: IO[bytes]
) -> subprocess.Popen[bytes]:
    program = shutil.which("git")
    if not program:
        raise _error(f"git is not installed, or not on the PATH; install it, {_OR_NOT}")
    overrides = [word for override in _OVERRIDES for word in ("-c", override)]
    try:
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            [program, "--no-pager", *place.options, *overrides, *arguments],
            env=place.environment,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaint,  # a file: a second pipe could fill up while we read the first
            process_group=0,
        )
    except OSError as error:
        raise _error(f"{program} cannot be started: {error.strerror}; repair it") from error


UNSHALLOW = "fetch the whole history, e.g. `git fetch --unshallow`, in CI `fetch-depth: 0`"
_OR_NOT = "or remove `updated: git`"
_REPOSITORY_ADVICE = (
    "keep the posts in a git repository, or set GIT_DIR to the repository whose hook checks the "
    f"posts out, {_OR_NOT}"
)
_HOOK_ADVICE = (
    "GIT_DIR must name the repository of the posts, as it does in a hook before any `cd`, and its "
    f"HEAD the branch that is checked out; correct that, {_OR_NOT}"
)


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
