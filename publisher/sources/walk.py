"""All files of a folder of posts. What cannot be entered is named."""

from __future__ import annotations

import heapq
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.post import Skip
from publisher.system.symlinks import LinkError

if TYPE_CHECKING:
    from publisher.system.symlinks import Reach


def walk(folder: Path, reach: Reach) -> tuple[list[PurePosixPath], list[Skip]]:
    """All files that are not hidden; what lies behind a link comes last, so that a loop ends.

    Every folder is entered once, by its own path where it has one: a link moves no post. A link to
    a folder that is out of `reach` is a broken skip, because posts may lie in it.
    """
    files: list[PurePosixPath] = []
    skipped: list[Skip] = []
    folders, links = [PurePosixPath()], list[PurePosixPath]()
    entered: set[tuple[int, int]] = set()
    while folders or links:
        here = folders.pop() if folders else heapq.heappop(links)
        try:
            entries = _enter(reach.reached(folder / here), entered)
        except LinkError as error:
            no_posts = f'; if no posts are in it, exclude it: posts.exclude: ["{here}/**"]'
            skipped.append(Skip(here, error.message + no_posts, broken=True))
            continue
        except OSError as error:
            reason = f"cannot be read: {error.strerror}; repair or remove the folder"
            skipped.append(Skip(here, reason, broken=True))
            continue
        for entry in entries:
            path = here / entry.name
            if not _is_folder(entry):
                files.append(path)
            elif entry.is_symlink():
                heapq.heappush(links, path)
            else:
                folders.append(path)
    return files, skipped


def _enter(folder: Path, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What is in the folder, unless it was entered already. Raises OSError."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered:
        return []
    entered.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not _is_ignored(entry.name)]


def _is_ignored(name: str) -> bool:
    """Hidden, what an editor leaves beside a file, or other people's programs by the thousand."""
    if name == "node_modules":
        return True
    return name.startswith(".") or name.endswith("~") or (name[0] == name[-1] == "#")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Also a link that leads nowhere, if no ending says that it is a file: it may hide posts."""
    try:
        return entry.is_dir() or (_is_nameless_link(entry) and not Path(entry).exists())
    except OSError:  # links in a circle, or through a folder that is closed to us
        return _is_nameless_link(entry)


def _is_nameless_link(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not Path(entry).suffix
