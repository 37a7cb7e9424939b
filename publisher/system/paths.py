"""Questions about paths. The answer is no for a path in a folder that the user may not enter.

The methods of `Path` raise PermissionError for such a path. Each question is noted in
`disk_traces`, as the methods of `Path` do not.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher.system import disk_traces

if TYPE_CHECKING:
    from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether the path leads to a regular file."""
    disk_traces.note(path)
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Whether the path leads to a folder."""
    disk_traces.note(path)
    return os.path.isdir(path)  # noqa: PTH112


def exists(path: Path) -> bool:
    """Whether the path leads to anything."""
    disk_traces.note(path)
    return os.path.exists(path)  # noqa: PTH110


def listed(folder: Path) -> list[Path]:
    """What the folder holds, in the order of the names. Raises OSError."""
    disk_traces.note(folder, names=True)
    return sorted(folder.iterdir())


def all_below(folder: Path) -> list[Path]:
    """All files and folders below a folder, sorted; none in folders that cannot be read.

    Links to folders are not entered.
    """
    found: list[Path] = []
    waiting = [folder]
    while waiting:
        try:
            inner = listed(waiting.pop())
        except OSError:
            continue
        found += inner
        waiting += [one for one in inner if is_folder(one) and not one.is_symlink()]
    return sorted(found)
