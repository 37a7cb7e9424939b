"""Install hooks of git, and uninstall them so that everything is as it was before."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from publisher.app.hooks import git_hook, git_repository
from publisher.app.hooks.git_hook import EARLIER_SUFFIX, OWN_FOLDER
from publisher.errors import ConfigError
from publisher.system import atomic_files
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.app.hooks.git_hook import GitHook, Kind, Repository

# What git runs in a work tree when a branch has got commits.
WORK_TREE_KINDS: tuple[Kind, ...] = (
    "post-commit",
    "post-merge",
    "post-rewrite",
    "post-applypatch",
)
KINDS: tuple[Kind, ...] = ("post-receive", *WORK_TREE_KINDS)
_MODE = 0o755


class Installation(Struct, frozen=True):
    """A hook that is installed now, and the one that was there before.

    `is_shared`: git looks for the hooks of other repositories in the same folder.
    """

    path: Path
    state: Literal["installed", "updated", "unchanged"]
    earlier: Path | None
    is_shared: bool


class Removal(Struct, frozen=True):
    """A hook that was uninstalled. `restored`: the one from before is in its place again."""

    path: Path
    restored: bool


class _Place(Struct, frozen=True):
    """Where a hook is, or will be."""

    path: Path

    @property
    def earlier(self) -> Path:
        """Where the hook from before is kept."""
        return self.path.with_name(self.path.name + EARLIER_SUFFIX)

    def found(self) -> bytes | None:
        """The hook that is there; None if there is none. Raises OSError."""
        if not os.path.lexists(self.path):
            return None
        # A link to a file that is missing is a hook that git ignores.
        return self.path.read_bytes() if self.path.exists() else b""


def install(hook: GitHook, *, force: bool = False) -> Installation:
    """Install a hook. One that is there already keeps working, and ours runs after it.

    Raises ConfigError if a hook of ours was edited, unless `force` says to replace it, or if it
    belongs to another repository or work tree.
    """
    folder = git_repository.hooks_folder(hook.repository, hook.kind)
    place = _Place(folder / hook.kind)
    hook = replace(
        hook,
        is_shared=not _belongs(folder, hook.repository),
        has_own_folder=_is_own(folder),
    )
    state: Literal["installed", "updated", "unchanged"]
    found = _checked(place, hook.repository, force=force)
    with _reported(place.path):
        if found is not None and git_hook.is_ours(found):
            state = "updated" if _update(place, found, hook) else "unchanged"
        else:
            _add(place, found, hook)
            state = "installed"
        earlier = place.earlier if os.path.lexists(place.earlier) else None
    return Installation(place.path, state, earlier, hook.is_shared)


def require_installable(hook: GitHook, *, force: bool = False) -> None:
    """Raise ConfigError if `install` would, and write nothing."""
    folder = git_repository.hooks_folder(hook.repository, hook.kind)
    _checked(_Place(folder / hook.kind), hook.repository, force=force)


def _checked(place: _Place, repository: Repository, *, force: bool) -> bytes | None:
    """The hook that is there, which another one may replace or set aside. Raises ConfigError."""
    with _reported(place.path):
        found = place.found()
    if found is None:
        return None
    if git_hook.is_ours(found):
        _require_replaceable(place, found, repository, force=force)
    elif os.path.lexists(place.earlier):
        raise ConfigError(
            f"both {place.path} and {place.earlier} exist, and neither is the hook of publisher; "
            "remove the one that you do not need"
        )
    return found


def _belongs(folder: Path, repository: Repository) -> bool:
    """Whether a folder is part of the repository."""
    real = Path(os.path.realpath(folder))
    return not {real, *real.parents}.isdisjoint({repository.folder, repository.place})


def _require_replaceable(
    place: _Place, found: bytes, repository: Repository, *, force: bool
) -> None:
    """Raises ConfigError."""
    if not git_hook.is_for(found, repository):
        raise ConfigError(
            f"{place.path} was installed for another folder (its line `# for` names it); uninstall "
            "it there first"
        )
    if git_hook.is_edited(found) and not force:
        raise ConfigError(
            f"{place.path} was changed by hand since publisher installed it; nothing was done. "
            "Keep a copy of your changes, and pass --force"
        )


def _update(place: _Place, found: bytes, hook: GitHook) -> bool:
    """Whether the hook was not as it should be. Raises OSError."""
    text = git_hook.text(replace(hook, earlier=_earlier(place)))
    if found == text and os.access(place.path, os.X_OK):
        return False
    _write(place.path, text)
    return True


def _add(place: _Place, found: bytes | None, hook: GitHook) -> None:
    """Raises OSError."""
    if found is not None:
        place.path.rename(place.earlier)
    try:
        _write(place.path, git_hook.text(replace(hook, earlier=_earlier(place))))
    except BaseException:
        if found is not None:
            place.earlier.rename(place.path)
        raise


def _earlier(place: _Place) -> bytes:
    return place.earlier.read_bytes() if place.earlier.exists() else b""


def _write(path: Path, text: bytes) -> None:
    """Raises OSError."""
    atomic_files.write(path, text)
    path.chmod(_MODE)


def _is_own(folder: Path) -> bool:
    """Whether the folder does not exist, or did not before we installed a hook in it."""
    if not folder.exists():
        return True
    hooks = (folder / kind for kind in KINDS)
    return any(path.is_file() and OWN_FOLDER.encode() in path.read_bytes() for path in hooks)


def uninstall(
    repository: Repository, kinds: Sequence[Kind], *, force: bool = False
) -> list[Removal]:
    """Remove the hooks of these kinds, and put those back that were there before.

    Raises ConfigError as `install` does; then no hook was removed.
    """
    places = [_Place(git_repository.hooks_folder(repository, kind) / kind) for kind in kinds]
    ours: list[tuple[_Place, bytes]] = []
    for place in places:
        with _reported(place.path):
            found = place.found()
        if found is not None and git_hook.is_ours(found):
            _require_replaceable(place, found, repository, force=force)
            ours.append((place, found))
    return [_remove(place, found) for place, found in ours]


def _remove(place: _Place, found: bytes) -> Removal:
    """Raises ConfigError."""
    with _reported(place.path):
        restored = os.path.lexists(place.earlier)
        if restored:
            place.earlier.replace(place.path)
        else:
            place.path.unlink()
        folder = place.path.parent
        if OWN_FOLDER.encode() in found and not any(folder.iterdir()):
            folder.rmdir()
    return Removal(place.path, restored)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Raise ConfigError in the place of OSError."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{path}: {reason(error)}") from error
