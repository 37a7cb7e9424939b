"""Symbolic links on disk: which of them a run follows.

Posts, the site's settings and media may come from people whom the owner of the account does not
trust with the machine. So a link that leads out of the site is not read unless the owner says so,
and nothing is written through a link that an author may have placed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST_LINKS = 40  # on the way to one file, as Linux has it


class LinkError(OSError):
    """A symbolic link that is not followed. `message` continues a sentence about the path."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.ELOOP, message)
        self.message = message


@dataclass(frozen=True)
class Reach:
    """What may be read below the `named` folders: a link there must end inside one of `roots`.

    The named folders themselves may be links. `follow_links` follows every link. `advice` says
    where a link must end, and how to let it end elsewhere.
    """

    named: tuple[Path, ...]
    roots: tuple[Path, ...]
    advice: str
    follow_links: bool = False
    _folders: dict[Path, Path] = field(default_factory=dict, init=False, repr=False, compare=False)

    def read(self, file: Path) -> bytes:
        """The bytes of a regular file. Raises LinkError, another OSError, ValueError for a name."""
        with open_regular(self.reached(file)) as opened:
            return opened.read()

    def reached(self, path: Path) -> Path:
        """The path without any link. Raises LinkError if one leads out of the roots."""
        place = self._real(path.parent) / path.name
        if place.is_symlink():
            place = _real(place)
        if self.follow_links or self._is_inside(path, place):
            return place
        raise LinkError(self._refusal(path))

    def refusal(self, path: Path) -> str:
        """Why the path is not followed, as `LinkError` says it; empty if it is."""
        try:
            self.reached(path)
        except LinkError as error:
            return error.message
        return ""

    def _is_inside(self, path: Path, place: Path) -> bool:
        """Whether `place`, where the path ends, is in a root, or no link lies on the way to it."""
        if self._is_in_roots(place):
            return True
        return any(
            path.is_relative_to(folder) and place == self._real(folder) / path.relative_to(folder)
            for folder in self.named
        )

    def _is_in_roots(self, place: Path) -> bool:
        return any(place.is_relative_to(self._real(root)) for root in self.roots)

    def _real(self, folder: Path) -> Path:
        """A folder without links; each is resolved once, because many files share it."""
        if folder not in self._folders:
            self._folders[folder] = _real(folder)
        return self._folders[folder]

    def _refusal(self, path: Path) -> str:
        links = (one for one in self._below(path) if one.is_symlink())
        link = next((one for one in links if not self._is_in_roots(_real(one))), path)
        which = "is a" if link == path else f"lies behind {link}, a"
        return f"{which} symbolic link that ends at {_real(link)}, {self.advice}"

    def _below(self, path: Path) -> Iterator[Path]:
        """The folders between the named one and the path, outermost first, and the path."""
        folder = next((one for one in self.named if path.is_relative_to(one)), Path(path.anchor))
        for part in path.relative_to(folder).parts:
            folder /= part
            yield folder


def open_regular(file: Path | str, *, folder: int | None = None) -> IO[bytes]:
    """A regular file for reading, in the folder of a descriptor if one is given.

    Raises LinkError if it is a symbolic link, IsADirectoryError, another OSError.
    """
    # A pipe or a terminal must not keep us waiting before we know what it is.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(file, flags, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise LinkError("is a symbolic link, which is not followed here; remove it") from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return open(descriptor, "rb")  # noqa: PTH123 - by its descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is a pipe or a device")


def resolved(path: Path, shared: Collection[Path]) -> Path:
    """The path without links, for writing; it need not exist.

    Raises LinkError for a link that lies in one of the `shared` folders, wherever it leads.
    """
    roots = [_real(folder) for folder in shared]
    here, rest = Path(path.anchor or os.sep), deque(path.absolute().parts[1:])
    links = 0
    while rest:
        part = rest.popleft()
        place = here.parent if part == ".." else here / part
        target = _target(place)
        if target is None:
            here = place
            continue
        if root := next((one for one in roots if here.is_relative_to(one)), None):
            raise LinkError(
                f"{place} is a symbolic link to {target}, in {root}, where authors of posts may "
                "have put it"
            )
        links += 1
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        here = Path(target.anchor) if target.is_absolute() else here
        rest.extendleft(reversed(target.relative_to(target.anchor).parts))
    return here


def require_file(path: Path, shared: Collection[Path]) -> None:
    """Refuse an output that is a link, or lies behind one in a shared folder.

    Raises LinkError, OSError.
    """
    resolved(path.parent, shared)
    if target := _target(path):
        raise LinkError(f"it is a symbolic link to {target}")


def _target(place: Path) -> Path | None:
    """Where a link points; None for what is no link, or not there."""
    try:
        return place.readlink()
    except OSError:
        return None


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
