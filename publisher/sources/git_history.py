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
"""

from __future__ import annotations

import datetime as dt
import os
import re
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from publisher.errors import ConfigError
from publisher.system import git
from publisher.system.git import GitPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Sequence
    from pathlib import PurePosixPath

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

_Instants: TypeAlias = "dict[PurePosixPath, dt.datetime]"
# The name of a file in a commit, its name before, and the author date.
_Change: TypeAlias = "tuple[bytes, bytes, dt.datetime]"
_Touched: TypeAlias = "Generator[_Change, None, None]"
_Ask: TypeAlias = "Callable[[GitPlace, Collection[PurePosixPath]], _Instants]"
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


class ShallowError(ConfigError):
    """The history is cut, so that it has no commit of most files."""


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
        changes = ask(GitPlace(folder), wanted)
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
    place: GitPlace, wanted: Collection[PurePosixPath]
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


def _first_commits(place: GitPlace, wanted: Collection[PurePosixPath]) -> _Instants:
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


def _place_in_hook(folder: Path, wanted: Collection[PurePosixPath]) -> GitPlace | None:
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
        return GitPlace(folder, repository, top) if folder.is_relative_to(top) else None
    tracked = _tracked(GitPlace(folder, repository, folder))
    counts = {
        top: sum(_name_in(top, folder, path) in tracked for path in wanted)
        for top in (folder, *folder.parents)
    }
    best = max(counts, key=lambda top: counts[top])
    return GitPlace(folder, repository, best) if counts[best] else None


def _name_in(top: Path, folder: Path, path: PurePosixPath) -> bytes:
    return os.fsencode(folder.relative_to(top) / path)


def _tracked(place: GitPlace) -> frozenset[bytes]:
    """The paths of all files at HEAD, from the top level. Raises ConfigError."""
    command = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD")
    answer = _answer(place, command)
    if answer.code:
        raise _failed(answer.complaint, _HOOK_ADVICE)
    return frozenset(answer.output.split(b"\0"))


def _repository(place: GitPlace) -> tuple[str, bytes]:
    """The commit at HEAD (empty if there is none), and the folder's path from the top level.

    Raises ConfigError if there is no repository, or only a shallow clone.
    """
    answer = _answer(place, _REPOSITORY)
    # Exit code 1 means that HEAD does not exist: there is no commit yet.
    if answer.code not in {0, 1} or answer.output.count(b"\n") < 3:
        raise _failed(answer.complaint, _REPOSITORY_ADVICE)
    shallow, inside, rest = answer.output.split(b"\n", 2)
    if shallow == b"true":
        raise ShallowError(
            f"posts.updated: git: {place.folder} is in a shallow clone, where every old post looks "
            f"as if it had just been changed; {UNSHALLOW}"
        )
    if inside != b"true":
        raise _error(f"{place.folder} is not in a git work tree; check out the posts, {_OR_NOT}")
    prefix, _, head = rest[:-1].rpartition(b"\n") if answer.code == 0 else (rest[:-1], b"", b"")
    return head.decode("ascii"), prefix


def _touched(place: GitPlace, *arguments: str) -> _Touched:
    """The files of each commit, newest first: their paths from the top level, and author dates.

    Closing the generator ends git. Raises ConfigError.
    """
    try:
        with git.parts(place, [*_LOG, *arguments]) as parts:
            yield from _changes(parts)
    except git.NoGitError as error:
        raise _error(f"{error}, {_OR_NOT}") from error
    except git.GitError as error:
        way_out = f"repair the repository, or clone it again completely, {_OR_NOT}"
        raise _failed(str(error), way_out) from error


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


def _answer(place: GitPlace, command: Sequence[str]) -> git.Answer:
    """What git answers. Raises ConfigError if it cannot be started."""
    try:
        return git.ask(place, command)
    except git.NoGitError as error:
        raise _error(f"{error}, {_OR_NOT}") from error


def _failed(complaint: str, way_out: str) -> ConfigError:
    """An error with the first line of git's output, and git's own advice if it has one.

    git refuses a repository of another owner, and prints the command that makes it trusted.
    """
    lines = [line.strip() for line in complaint.splitlines()]
    message = next(filter(None, lines), "git failed without a message").removeprefix("fatal: ")
    # Matches the name of the setting only: git's sentences differ from version to version.
    advice = [line for line in lines if "config" in line and "safe.directory" in line]
    solution = f"if you trust it: `{advice[0]}`" if advice else way_out
    return _error(f"{message}; {solution}")


def _error(message: str) -> ConfigError:
    return ConfigError(f"posts.updated: git: {message}")
