"""List all files of a folder of posts with their states, and the folders not to be read."""

from __future__ import annotations

import heapq
import os
import struct
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NewType

from msgspec import Struct

from publisher.post import Skip
from publisher.system.reasons import permission_advice, reason
from publisher.system.symlinks import LinkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.system.symlinks import Reach


# What changes when a file does, as bytes: two times in nanoseconds since the epoch, size, inode and
# mode. The status of a file has a time of its own that no program can set, so that neither a file
# with another one's name nor one with its old time passes for unchanged. There are many files: an
# object for each of these numbers would take four times as much memory.
FileState = NewType("FileState", bytes)
_NUMBERS = struct.Struct("qqQQI")
UNKNOWN = FileState(_NUMBERS.pack(0, 0, 0, 0, 0))


class Listing(Struct, frozen=True):
    """The files of a folder, by their paths below it, with their states.

    That of a symbolic link is UNKNOWN. `skipped` are the folders that cannot be read.
    """

    files: dict[str, FileState]
    skipped: list[Skip]

    @property
    def paths(self) -> list[str]:
        """The paths of all files in the order of their parts."""
        return sorted(self.files, key=lambda path: path.split("/"))


def walk(folder: Path, reach: Reach) -> Listing:
    """All files that are not hidden, and a broken Skip for each folder that cannot be read.

    Every folder is read once, so a loop of links ends. Folders behind links come last: a folder is
    read by its own path if it has one, and a new link does not change the path of a post. A link
    to a folder that is out of `reach` is a broken Skip, because posts may be in it.
    """
    listing = Listing({}, [])
    folders, links = [""], list[list[str]]()
    entered: set[tuple[int, int]] = set()
    while folders or links:
        here = folders.pop() if folders else "/".join(heapq.heappop(links))
        try:
            found = _enter(reach.reached_unnoted(folder / here), here, entered)
        except LinkError as error:
            exclude = f'; if it contains no posts, exclude it: posts.exclude: ["{here or "."}"]'
            listing.skipped.append(_unread(here, error.message + exclude))
            continue
        except PermissionError as error:
            advice = permission_advice(folder / here)
            listing.skipped.append(_unread(here, f"{_problem(error)}; {advice}"))
            continue
        except OSError as error:
            listing.skipped.append(_unread(here, f"{_problem(error)}; repair or remove it"))
            continue
        listing.files.update(found.files)
        folders += found.folders
        for link in found.links:
            # A heap, so that the order of links does not depend on the file system.
            heapq.heappush(links, link.split("/"))
    return listing


def _unread(path: str, reason: str) -> Skip:
    return Skip(PurePosixPath(path), reason, broken=True)


def _state(entry: os.DirEntry[str]) -> FileState:
    try:
        return UNKNOWN if entry.is_symlink() else state_of(entry.stat(follow_symlinks=False))
    except OSError:  # it was removed meanwhile
        return UNKNOWN


def state_of(status: os.stat_result) -> FileState:
    """The state of a file: UNKNOWN if one of its times does not fit, as those of the year 2300."""
    try:
        return FileState(
            _NUMBERS.pack(
                status.st_mtime_ns,
                status.st_ctime_ns,
                status.st_size,
                status.st_ino,
                status.st_mode,
            )
        )
    except struct.error:
        return UNKNOWN


def last_change_of(state: FileState) -> int:
    """When a file was last written or changed, in nanoseconds since the epoch."""
    written: int
    changed: int
    written, changed, *_ = _NUMBERS.unpack(state)
    return max(written, changed)


def _problem(error: OSError) -> str:
    return f"the folder cannot be read: {reason(error)}"


class _Entries(Struct, frozen=True):
    """What a folder holds, by the paths below that of the posts; links are those to folders."""

    files: dict[str, FileState]
    folders: list[str]
    links: list[str]


def _enter(folder: Path, here: str, entered: set[tuple[int, int]]) -> _Entries:
    """The entries of the folder; none if it was read before. Raises OSError."""
    found = _Entries({}, [], [])
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered:
        return found
    entered.add((status.st_dev, status.st_ino))
    prefix = f"{here}/" if here else ""
    with scanned(folder) as entries:
        for entry in entries:
            if is_ignored(entry.name):
                continue
            path = prefix + entry.name
            if not _is_folder(entry):
                found.files[path] = _state(entry)
            else:
                (found.links if entry.is_symlink() else found.folders).append(path)
    return found


@contextmanager
def scanned(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    """The entries of the folder. Raises OSError, also if its files cannot be opened."""
    # A folder may be listed without the permission to search it, which every path below it needs.
    os.stat(f"{folder}/.")  # noqa: PTH116 - Path drops the dot
    with os.scandir(folder) as entries:
        yield entries


def is_ignored(name: str) -> bool:
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
