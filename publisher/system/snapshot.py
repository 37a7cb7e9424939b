"""The state of folders and files at one moment, as one digest. No file is opened.

Two snapshots with the same digest mean that nothing was added, removed or written in between, so
that a program which reads only these places would read the same again. A run with nothing to do
consists of little else, so this is fast, and imports little: to import `dataclasses` takes as long
as to look at thousands of files.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple

# The clock of a file system may tick as seldom as every 2 s (FAT).
TICK_NS = 2_000_000_000
MOST_FILES = 2_000_000
# Folders with thousands of files of which a run reads none.
_LEFT_OUT = frozenset({b".git", b"node_modules"})


class Places(NamedTuple):
    """Where to look, as absolute paths.

    `trees` are folders with everything below them but the folders named `.git` and `node_modules`.
    `files` are single files, which need not exist. `left_out` are paths in the trees that do not
    count.
    """

    trees: tuple[str, ...]
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Snapshot(NamedTuple):
    """The digest of some places.

    `is_final` tells whether a file that is written from now on will have another time. One that is
    written twice within a tick of the clock keeps its time, and maybe its size.
    """

    digest: str
    is_final: bool


class TooManyFilesError(Exception):
    """There are more than MOST_FILES."""


def take(places: Places, *, now_ns: int) -> Snapshot:
    """A snapshot of the places. `now_ns` is the time of `clock_ns`. Raises TooManyFilesError."""
    scan = _Scan(frozenset(os.fsencode(path) for path in places.left_out), now_ns)
    for tree in sorted({*places.trees}):
        scan.add_tree(os.fsencode(tree))
    for file in sorted({*places.files}):
        scan.add_file(os.fsencode(file))
    return scan.result()


def clock_ns(folder: str) -> int:
    """The time by the clock of the file system, in nanoseconds since the epoch.

    That becomes the time of the folder. Raises OSError.
    """
    os.utime(folder)
    return os.stat(folder).st_mtime_ns  # noqa: PTH116 - pathlib is slow


class _Scan:
    def __init__(self, left_out: frozenset[bytes], now_ns: int) -> None:
        self._left_out = left_out
        self._now_ns = now_ns
        self._hash = hashlib.blake2b(digest_size=32)
        self._entered: set[tuple[int, int]] = set()
        self._youngest = 0
        self._count = 0

    def result(self) -> Snapshot:
        is_final = self._youngest < self._now_ns - TICK_NS
        return Snapshot(self._hash.hexdigest(), is_final)

    def add_file(self, path: bytes) -> None:
        self._hash.update(b"\0%b\0%b\n" % (path, self._at(path)))

    def add_tree(self, folder: bytes) -> None:
        """Add everything below a folder. One that several links lead to is entered once."""
        folders = [folder]
        while folders:
            here = folders.pop()
            self._hash.update(b"\0%b\n" % here)
            try:
                folders += self._inner(here)
            except OSError as error:
                self._hash.update(b"error %d\n" % (error.errno or 0))

    def _inner(self, folder: bytes) -> list[bytes]:
        """Add what a folder holds, and return the folders in it. Raises OSError."""
        status = os.stat(folder)  # noqa: PTH116 - bytes have no Path
        identity = (status.st_dev, status.st_ino)
        if identity in self._entered:
            return []
        self._entered.add(identity)
        self._hash.update(b"%d %d %d\n" % (status.st_dev, status.st_mode, status.st_uid))
        inner: list[bytes] = []
        with os.scandir(folder) as entries:
            lines = [self._line(entry, inner) for entry in entries]
        self._require_room(len(lines))
        lines.sort()  # the order in a folder is that of the file system, and may change
        self._hash.update(b"".join(lines))
        return sorted(inner)

    def _line(self, entry: os.DirEntry[bytes], inner: list[bytes]) -> bytes:
        """One line for an entry; a folder to enter is added to `inner`."""
        if entry.path in self._left_out:
            return b""
        if entry.is_symlink():
            if entry.is_dir():
                inner.append(entry.path)
            return b"%b\0%b\n" % (entry.name, self._at(entry.path))
        if entry.is_dir():
            if entry.name not in _LEFT_OUT:
                inner.append(entry.path)
            return b"%b/\n" % entry.name
        return b"%b\0%b\n" % (entry.name, self._signature(entry.stat(follow_symlinks=False)))

    def _at(self, path: bytes) -> bytes:
        """What is known of a file, and of the link that leads to it."""
        try:
            own = os.lstat(path)
            if not stat.S_ISLNK(own.st_mode):
                return self._signature(own)
            target = os.readlink(path)  # noqa: PTH115 - bytes have no Path
            return b"link %b %b" % (target, self._signature(os.stat(path)))  # noqa: PTH116
        except OSError as error:
            return b"error %d" % (error.errno or 0)

    def _signature(self, status: os.stat_result) -> bytes:
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        if stat.S_ISDIR(status.st_mode):  # a link leads to it; what it holds is added by itself
            return b"folder %d" % status.st_ino
        # A time of writing in the future was set by hand, and says nothing about the next write.
        self._youngest = max(self._youngest, changed, written if written <= self._now_ns else 0)
        return b"%d %d %d %d %d" % (written, status.st_size, status.st_ino, changed, status.st_mode)

    def _require_room(self, count: int) -> None:
        self._count += count
        if self._count > MOST_FILES:
            raise TooManyFilesError
