"""Run git to read a repository.

git runs no program that the repository's configuration names, asks for no password and writes
nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from publisher.system.children import kill_group
from publisher.system.interruption import postponed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Settings for which `git log` has no option that overrides them. With log.showRoot=false the first
# commit would list no files.
_OVERRIDES = (
    "core.fsmonitor=false",
    "log.follow=false",
    "log.showRoot=true",
    "diff.relative=false",
)
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
# What a pipe of Linux holds by default.
_CHUNK = 65_536


class GitError(Exception):
    """git failed; the text is what it wrote to its standard error."""


class NoGitError(Exception):
    """git cannot be started; the text says why, and what to do."""


class HistoryPlaces(Struct, frozen=True):
    """What shows that git would answer differently: files, and folders with all that they hold."""

    files: Sequence[Path] = ()
    trees: Sequence[Path] = ()


class GitPlace(Struct, frozen=True):
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


class Answer(Struct, frozen=True):
    """The exit code of git, what it printed, and what it wrote to its standard error."""

    code: int
    output: bytes
    complaint: str


def ask(place: GitPlace, arguments: Sequence[str]) -> Answer:
    """Run git to its end. Raises NoGitError if it cannot be started."""
    with tempfile.TemporaryFile() as complaint, _running(place, arguments, complaint) as git:
        output, _ = git.communicate()
        return Answer(git.returncode, output, _text(complaint))


@contextmanager
def parts(place: GitPlace, arguments: Sequence[str]) -> Iterator[Iterator[bytes]]:
    """The parts of what git prints that end with a null byte, each as soon as it has arrived.

    Leaving the context ends git. Raises NoGitError, or GitError at the end if git failed.
    """
    with tempfile.TemporaryFile() as complaint, _running(place, arguments, complaint) as git:
        assert git.stdout  # noqa: S101 - it is a pipe
        yield _parts(git.stdout)
        if git.wait():
            raise GitError(_text(complaint))


def _text(complaint: IO[bytes]) -> str:
    complaint.seek(0)
    return complaint.read().decode("utf-8", "replace")


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *parts, rest = (rest + chunk).split(b"\0")
        yield from parts


@contextmanager
def _running(
    place: GitPlace, arguments: Sequence[str], complaint: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git in the folder. Raises NoGitError if it cannot be started."""
    with ExitStack() as stack:
        with postponed():
            git = stack.enter_context(_started(place, arguments, complaint))
            stack.callback(kill_group, git)  # closed or interrupted: it blocks on the full pipe
        yield git


def _started(
    place: GitPlace, arguments: Sequence[str], complaint: IO[bytes]
) -> subprocess.Popen[bytes]:
    program = shutil.which("git")
    if not program:
        raise NoGitError("git is not installed, or not on the PATH; install it")
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
        raise NoGitError(f"{program} cannot be started: {error.strerror}; repair it") from error
