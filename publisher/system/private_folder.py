"""The state folder is closed to other users: it holds the posts of nodes that are closed, too."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a state folder holds. One that holds anything else is used for more, e.g. for the feeds,
# which a web server must read.
_FOLDERS = frozenset({"lookups", "notes", "read", "rendered", "runs", "source", "words"})
# Of `publisher watch`: its state, and the socket at which it takes work.
OF_WATCHER = ("watch.json", "watch.sock")
_FILES = ("ledger.sqlite", "lock", "pages.sqlite", *OF_WATCHER)  # SQLite adds to the names
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make(folder: Path) -> None:
    """Create the folder if it is missing, for this user alone; close an existing one to others.

    If it holds more than our state, only our files and folders in it are closed. A folder of
    another user stays as it is. Raises OSError if the folder cannot be created.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if _is_open(folder.stat()):
        # Some file systems have no modes.
        with suppress(OSError):
            for path in _ours(folder):
                path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)


def make_in_state(folder: Path) -> None:
    """Create a folder in the state folder, and that as well. Raises OSError."""
    make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _is_open(status: os.stat_result) -> bool:
    return bool(status.st_mode & _OTHERS) and status.st_uid == os.geteuid()


def _ours(folder: Path) -> Iterator[Path]:
    """The folder if it holds nothing but our state, else what is ours in it."""
    paths = [*folder.iterdir()]
    ours = [path for path in paths if is_ours(path.name) and not path.is_symlink()]
    yield from ours if len(ours) < len(paths) else [folder]


def is_ours(name: str) -> bool:
    """Whether a file or folder of a state folder is publisher's, by its name."""
    return name in _FOLDERS or name.startswith(_FILES)
