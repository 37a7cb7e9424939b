"""What git says about a repository: its folders, its branch, and where its hooks are."""

from __future__ import annotations

import os
from pathlib import Path

from publisher.app.hooks.git_hook import Kind, Repository
from publisher.errors import ConfigError
from publisher.system.git import GitPlace, NoGitError, ask


def find(folder: Path) -> Repository:
    """The repository of a folder. Raises ConfigError."""
    common = folder / _git(folder, "rev-parse", "--git-common-dir")
    own = Path(os.path.realpath(common))
    if _git(folder, "rev-parse", "--is-bare-repository") == "true":
        return Repository(own, None)
    if _git(folder, "rev-parse", "--is-inside-work-tree") != "true":
        raise ConfigError(f"{folder} is not in a work tree; name that with --repository")
    return Repository(own, Path(_git(folder, "rev-parse", "--show-toplevel")))


def branch(repository: Repository) -> str:
    """The branch that is checked out. Raises ConfigError."""
    try:
        return _git(repository.place, "symbolic-ref", "--short", "HEAD")
    except ConfigError as error:
        raise ConfigError(
            f"no branch is checked out in {repository.folder}; name the branch that is published "
            "with --branch"
        ) from error


def branches(repository: Repository) -> list[str]:
    """The names of the local branches. Raises ConfigError."""
    listed = _git(repository.folder, "for-each-ref", "--format=%(refname)", "refs/heads")
    return [line.removeprefix("refs/heads/") for line in listed.splitlines()]


def hooks_folder(repository: Repository, kind: Kind) -> Path:
    """Where git looks for a hook of this kind: `core.hooksPath` counts. Raises ConfigError."""
    # git runs the hooks of a push in its own folder, and the others in the work tree. A relative
    # core.hooksPath is relative to that.
    folder = repository.folder if kind == "post-receive" else repository.place
    return folder / _git(folder, "rev-parse", "--git-path", "hooks")


def _git(folder: Path, *arguments: str) -> str:
    """What git prints, without its line end. Raises ConfigError."""
    try:
        answer = ask(GitPlace(folder), arguments)
    except NoGitError as error:
        raise ConfigError(str(error)) from error
    if answer.code:
        complaint = " ".join(answer.complaint.split()).removeprefix("fatal: ")
        raise ConfigError(f"git cannot work in {folder.absolute()}: {complaint}")
    return os.fsdecode(answer.output.removesuffix(b"\n"))
