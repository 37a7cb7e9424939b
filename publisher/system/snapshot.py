"""The state of folders and files at one moment, as digests. No file is opened.

Two snapshots with the same digests mean that nothing was added, removed or written in between, so
that a program which reads only these places would read the same again. A run with nothing to do
consists of little else, so this is fast, and imports little: to import `dataclasses` takes as long
as to look at thousands of files.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
from typing import NamedTuple

TYPE_CHECKING = False  # as in `publisher.__main__`
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The clock of a file system may tick as seldom as every 2 s (FAT).
TICK_NS = 2_000_000_000
MOST_FILES = 2_000_000
_ERROR = b"error"
# Folders with thousands of files of which a run reads none.
_LEFT_OUT = frozenset({b".git", b"node_modules"})


class Places(NamedTuple):
    """Where to look, as absolute paths.

    `trees` are folders with everything below them but the folders named `.git` and `node_modules`;
    the first ones are those that change most often. `files` are single files, which need not exist.
    `left_out` are paths in the trees that do not count. `own` is the folder that the program writes
    into, which is small.
    """

    trees: tuple[str, ...]
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    own: str = ""


class Snapshot(NamedTuple):
    """The digests of some places: that of `points`, and one for each tree.

    `is_final` tells that nothing was written, added or removed in the trees since the time that was
    given to `take`, nor shortly before: what is written from now on will have another time. (A file
    that is written twice within a tick of the clock keeps its time, and maybe its size.)
    """

    digests: tuple[str, ...]
    is_final: bool


class TooManyFilesError(Exception):
    """There are more than MOST_FILES."""


def take(places: Places, *, since_ns: int) -> Snapshot:
    """A snapshot of the places; `since_ns` is a time of `clock_ns`. Raises TooManyFilesError."""
    scan = _Scan(places, since_ns)
    return Snapshot(tuple(scan.digests()), scan.is_final)


def is_same(places: Places, digests: Sequence[str]) -> bool:
    """Whether the places have these digests; stops at the first that differs.

    Raises TooManyFilesError.
    """
    found = _Scan(places, 0).digests()
    return all(one == other for one, other in itertools.zip_longest(found, digests))


def points(places: Places) -> str:
    """A digest of the single files, of the roots of the trees, and of the program's own folder.

    The time of a folder shows that a file was removed from it, and a snapshot looks at those of the
    trees. These places lie in no tree, or the program itself writes there: they must be looked at
    before a run, and after it. Raises TooManyFilesError.
    """
    return next(_Scan(places, 0).digests())


def clock_ns(folder: str) -> int:
    """The time by the clock of the file system, in nanoseconds since the epoch.

    That becomes the time of the folder. Raises OSError.
    """
    os.utime(folder)
    return os.stat(folder).st_mtime_ns  # noqa: PTH116 - pathlib is slow


class _Scan:
    def __init__(self, places: Places, since_ns: int) -> None:
        self._places = places
        self._left_out = frozenset(os.fsencode(path) for path in places.left_out)
        self._own = os.fsencode(places.own)
        self._since_ns = since_ns
        self._hash = hashlib.blake2b(digest_size=32)
        self._entered: set[tuple[int, int]] = set()
        self._youngest = 0
        self._counts_folders = False  # not in the program's own folder, which it writes itself
        self._count = 0

    @property
    def is_final(self) -> bool:
        return self._youngest < self._since_ns - TICK_NS

    def digests(self) -> Iterator[str]:
        """The digests in their order, each when it is asked for."""
        trees = [os.fsencode(tree) for tree in dict.fromkeys(self._places.trees)]
        for point in (*map(os.fsencode, sorted({*self._places.files})), *trees):
            self._hash.update(b"\0%b\0%b\n" % (point, self._at(point)))
        if self._own:
            self._add_tree(self._own)
        yield self._digest()
        self._counts_folders = True
        for tree in trees:
            self._add_tree(tree)
            yield self._digest()

    def _digest(self) -> str:
        digest = self._hash.hexdigest()
        self._hash = hashlib.blake2b(digest_size=32)
        return digest

    def _add_tree(self, folder: bytes) -> None:
        """Add everything below a folder. One that several links lead to is entered once."""
        folders = [folder]
        while folders:
            here = folders.pop()
            self._hash.update(b"\0%b\n" % here)
            try:
                folders += self._inner(here)
            except OSError as error:
                self._hash.update(b"%b %d\n" % (_ERROR, error.errno or 0))

    def _inner(self, folder: bytes) -> list[bytes]:
        """Add what a folder holds, and return the folders in it. Raises OSError."""
        status = os.stat(folder)  # noqa: PTH116 - bytes have no Path
        identity = (status.st_dev, status.st_ino)
        if identity in self._entered:
            return []
        self._entered.add(identity)
        if self._counts_folders:
            self._youngest = max(self._youngest, status.st_ctime_ns)
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
            at = self._at(entry.path)
            if at.startswith(_ERROR):
                self._youngest = max(self._youngest, _time_above(os.path.realpath(entry.path)))
            return b"%b\0%b\n" % (entry.name, at)
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
            return b"%b %d" % (_ERROR, error.errno or 0)

    def _signature(self, status: os.stat_result) -> bytes:
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        if stat.S_ISDIR(status.st_mode):  # a link leads to it; what it holds is added by itself
            return b"folder %d" % status.st_ino
        # A time of writing in the future was set by hand, and says nothing about the next write.
        self._youngest = max(self._youngest, changed, written if written <= self._since_ns else 0)
        return b"%d %d %d %d %d" % (written, status.st_size, status.st_ino, changed, status.st_mode)

    def _require_room(self, count: int) -> None:
        self._count += count
        if self._count > MOST_FILES:
            raise TooManyFilesError


def _time_above(path: bytes) -> int:
    """The time of the nearest folder above a path that is missing: it may just have gone."""
    folder = os.path.dirname(path)  # noqa: PTH120 - bytes have no Path
    try:
        return os.stat(folder).st_ctime_ns  # noqa: PTH116
    except OSError:
        return _time_above(folder) if folder != path else 0
