"""List all files of a folder of posts, and the folders that cannot be read."""

from __future__ import annotations

import heapq
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.post import Skip
from publisher.system.reasons import permission_advice, reason
from publisher.system.symlinks import LinkError

if TYPE_CHECKING:
    from publisher.system.symlinks import Reach


def walk(folder: Path, reach: Reach) -> tuple[list[PurePosixPath], list[Skip]]:
    """All files that are not hidden, and a broken Skip for each folder that cannot be read.

    Every folder is read once, so a loop of links ends. Folders behind links come last: a folder is
    read by its own path if it has one, and a new link does not change the path of a post. A link
    to a folder that is out of `reach` is a broken Skip, because posts may be in it.
    """
    files: list[PurePosixPath] = []
    skipped: list[Skip] = []
    folders, links = [PurePosixPath()], list[PurePosixPath]()
    entered: set[tuple[int, int]] = set()
    while folders or links:
        here = folders.pop() if folders else heapq.heappop(links)
        try:
            entries = _entries(reach.reached(folder / here), entered)
        except LinkError as error:
            exclude = f'; if it contains no posts, exclude it: posts.exclude: ["{here}"]'
            skipped.append(Skip(here, error.message + exclude, broken=True))
            continue
        except PermissionError as error:
            advice = permission_advice(folder / here)
            skipped.append(Skip(here, f"{_problem(error)}; {advice}", broken=True))
            continue
        except OSError as error:
            skipped.append(Skip(here, f"{_problem(error)}; repair or remove it", broken=True))
            continue
        for entry in entries:
            path = here / entry.name
            if not _is_folder(entry):
                files.append(path)
            elif entry.is_symlink():
                # A heap, so that the order of links does not depend on the file system.
                heapq.heappush(links, path)
            else:
                folders.append(path)
    return files, skipped


def _problem(error: OSError) -> str:
    return f"the folder cannot be read: {reason(error)}"


def _entries(folder: Path, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """The entries of the folder; none if it was read before. Raises OSError."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered:
        return []
    entered.add((status.st_dev, status.st_ino))
    return [entry for entry in enter(folder) if not _is_ignored(entry.name)]


def enter(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of the folder. Raises OSError, also if its files cannot be opened."""
    # A folder may be listed without the permission to search it, which every path below it needs.
    os.stat(f"{folder}/.")  # noqa: PTH116 - Path drops the dot
    with os.scandir(folder) as entries:
        return [*entries]


def _is_ignored(name: str) -> bool:
    """Whether the name is hidden, a backup of an editor, or the folder of JavaScript packages."""
    if name == "node_modules":  # thousands of files, and READMEs in Markdown
        return True
    # Editors write a backup as `a.md~`; Emacs saves unfinished edits as `#a.md#`.
    return name.startswith(".") or name.endswith("~") or (name[0] == name[-1] == "#")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether the entry is a folder, or a broken link that may have been one.

    A broken link without a file name extension must be reported, because posts may be missing.
    """
    try:
        return entry.is_dir() or (_is_link_without_suffix(entry) and not Path(entry).exists())
    except OSError:  # a circle of links, or a folder without permission on the way
        return _is_link_without_suffix(entry)


def _is_link_without_suffix(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not Path(entry).suffix
