"""Whether git is changing the files of a folder: then they are neither the old nor the new ones.

git runs some hooks when the files are right already, but the signs of its work are still there. A
run from such a hook must not wait for its own end, so what a sign means is looked up.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What git keeps in the folder of its work tree while it is at work, and what that means.
_SIGNS = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase, or git am",
    "sequencer": "a series of commits",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
    "index.lock": "a command",
}
_LOCK = "index.lock"  # which most commands hold for milliseconds
LOCK_SECONDS = 5.0
# What HEAD says in a repository whose references are in tables (gitrepository-layout).
_REFTABLE = "ref: refs/heads/.invalid"
_PAUSE = 0.02
MAX_BYTES = 4_096  # of a file that names a folder or a number
MAX_TODO_BYTES = 1_000_000


def in_progress(folder: Path, *, wait: float = 0.0) -> str:
    """What git is doing to the work tree with this folder, and the sign of it; else empty.

    If that is only a command that holds the lock of the index, wait for it so many seconds.
    """
    until = time.monotonic() + wait
    while True:
        with suppress(OSError, ValueError):
            work_tree, found = _git_folder(folder)
            sign = next((one for one in _SIGNS if _is_at_work(work_tree, found, one)), "")
            if sign == _LOCK and time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            if sign:
                return f"git is at work in {work_tree} ({_SIGNS[sign]}, see {found / sign})"
        return ""


def off_branch(folder: Path, branch: str | None) -> str:
    """Why the work tree with this folder does not have the branch checked out; empty if it has.

    Empty, too, if `branch` is None.
    """
    if branch is None:
        return ""
    try:
        work_tree, found = _git_folder(folder)
        head, *_ = _text(found / "HEAD").splitlines()
    except (OSError, ValueError):
        return f"{folder} is in no git repository, so branch {branch} is not checked out"
    if head == _REFTABLE:
        head = _symbolic_head(work_tree)
    name = head.removeprefix("ref: refs/heads/")
    if name == branch:
        return ""
    now = f"branch {name}" if name != head else "no branch"
    return f"{work_tree} has {now} checked out, and not {branch} (watch.branch)"


def _symbolic_head(work_tree: Path) -> str:
    from publisher.system import git  # noqa: PLC0415 - seldom needed

    with suppress(git.NoGitError):
        answer = git.ask(git.GitPlace(work_tree), ["symbolic-ref", "--quiet", "HEAD"])
        return f"ref: {answer.output.decode('utf-8', 'replace').strip()}"
    return ""


def _git_folder(folder: Path) -> tuple[Path, Path]:
    """The work tree, and where git keeps its state.

    A linked work tree and a submodule have a file that names the folder. Raises OSError,
    ValueError; FileNotFoundError if the folder is in no work tree.
    """
    for one in (folder, *folder.parents):
        place = one / ".git"
        if place.is_dir():
            return one, place
        if place.is_file():
            return one, one / _text(place).removeprefix("gitdir:").strip()
    raise FileNotFoundError


def _is_at_work(work_tree: Path, found: Path, sign: str) -> bool:
    return (found / sign).exists() and not _is_over(work_tree, found, sign)


def _is_over(work_tree: Path, found: Path, sign: str) -> bool:
    """Whether the work is done, and git only has to remove the sign. `hooks/git.sh.part` agrees."""
    with suppress(OSError, ValueError):  # the sign is being removed, or means something else
        match sign:
            case "rebase-merge":
                return _is_rebased(found)
            case "rebase-apply":
                folder = found / sign
                is_last = _text(folder / "next") == _text(folder / "last")
                is_am = (folder / "applying").exists()
                return is_am and is_last and _is_committed(work_tree)
            case "sequencer":
                return len(_todo(found / sign / "todo")) <= 1 and _is_committed(work_tree)
            case "MERGE_HEAD" | "CHERRY_PICK_HEAD" | "REVERT_HEAD":
                return _is_committed(work_tree)
    return False


def _is_rebased(found: Path) -> bool:
    """Whether the branch is checked out again, and nothing is left to be done.

    What `--autostash` has put aside is still missing then.
    """
    folder = found / "rebase-merge"
    is_on_branch = _text(found / "HEAD").startswith("ref:")
    is_whole = not (folder / "autostash").exists()
    return is_on_branch and is_whole and not _todo(folder / "git-rebase-todo")


def _todo(file: Path) -> list[str]:
    """The lines of a list of commits to come, and the one at which git is. Raises OSError."""
    lines = _text(file, MAX_TODO_BYTES).splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _is_committed(work_tree: Path) -> bool:
    """Whether the commit that is checked out has all that git was about to commit."""
    from publisher.system import git  # noqa: PLC0415 - seldom needed

    with suppress(git.NoGitError):
        answer = git.ask(git.GitPlace(work_tree), ["diff-index", "--cached", "--quiet", "HEAD"])
        return answer.code == 0
    return False


def _text(file: Path, most: int = MAX_BYTES) -> str:
    """Raises OSError, ValueError."""
    with file.open(encoding="utf-8") as opened:
        return opened.read(most)
