"""Whether git is changing the files of a folder: then they are neither the old nor the new ones."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

# What git keeps in the folder of its work tree while it is at work, and what that means.
_SIGNS = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
    "index.lock": "a command",
}
MAX_BYTES = 4_096  # of a file that names a folder


def in_progress(folder: Path) -> str:
    """What git is doing to the work tree with this folder, and the file that shows it, or empty."""
    with suppress(OSError, ValueError):
        found = _git_folder(folder)
        for name, work in _SIGNS.items() if found else ():
            sign = Path(found, name)
            if sign.exists():
                return f"{work} of git is in progress ({sign})"
    return ""


def _git_folder(folder: Path) -> str:
    """Where git keeps the state of the work tree, or empty. Raises OSError, ValueError.

    A linked work tree and a submodule have a file that names the folder.
    """
    for one in (folder, *folder.parents):
        place = one / ".git"
        if place.is_dir():
            return str(place)
        if place.is_file():
            with place.open(encoding="utf-8") as file:
                named = file.read(MAX_BYTES).removeprefix("gitdir:").strip()
            return str(one / named)
    return ""
