"""Decide which symbolic links a run follows.

Posts, the site's settings and media may come from people whom the owner of the account does not
trust with the machine. So a link out of the site is not followed for reading unless the owner
allows it, and never for writing if an author may have placed it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from publisher.system import disk_traces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST_LINKS = 40  # in one path; the limit of Linux (path_resolution(7))


class LinkError(OSError):
    """A symbolic link is not followed. `message` continues a sentence whose subject is the path."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.ELOOP, message)
        self.message = message


@dataclass(frozen=True)
class Reach:
    """The files that a run may read: a link below a `named` folder must end inside a root.

    The named folders themselves may be links: the configuration names them. `follow_links` allows
    every link. `advice` ends the error message: where the link leads, and how to allow it.
    """

    named: tuple[Path, ...]
    roots: tuple[Path, ...]
    advice: str
    follow_links: bool = False
    _resolved: dict[Path, Path] = field(default_factory=dict, init=False, repr=False, compare=False)
    # The same of folders in the roots, as texts; None for other folders.
    _inside: dict[str, str | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def read(self, file: Path) -> bytes:
        """The bytes of a regular file.

        Raises LinkError, another OSError, or ValueError for an impossible file name.
        """
        with open_regular(self.reached(file)) as opened:
            return opened.read()

    def reached(self, path: Path) -> Path:
        """The path with all links resolved. Raises LinkError if one leads out of the roots."""
        disk_traces.note(path)
        return self.reached_unnoted(path)

    def reached_unnoted(self, path: Path) -> Path:
        """The same for a path whose state is recorded in another way than by `disk_traces`."""
        real = self._real(path.parent) / path.name
        if real.is_symlink():
            real = _real(real)
        if self.follow_links or self._is_inside(path, real):
            return real
        raise LinkError(self._refusal(path))

    def read_unnoted(self, file: str) -> bytes:
        """What `read` returns, for a file whose state is recorded elsewhere than in `disk_traces`.

        Raises LinkError or another OSError.
        """
        folder, _, name = file.rpartition("/")
        if folder not in self._inside:
            real = self._real(Path(folder))
            is_inside = self.follow_links or self._is_in_roots(real)
            self._inside[folder] = os.fspath(real) if is_inside else None
        if real_folder := self._inside[folder]:
            try:
                return read_regular(f"{real_folder}/{name}")
            except LinkError:  # follow it if it ends inside
                pass
        return read_regular(self.reached_unnoted(Path(file)))

    def refusal(self, path: Path) -> str:
        """The message of the LinkError that `reached` raises; empty if it raises none."""
        try:
            self.reached(path)
        except LinkError as error:
            return error.message
        return ""

    def _is_inside(self, path: Path, real: Path) -> bool:
        """Whether the resolved path is in a root, or no link lies between a named folder and it."""
        if self._is_in_roots(real):
            return True
        return any(
            path.is_relative_to(folder) and real == self._real(folder) / path.relative_to(folder)
            for folder in self.named
        )

    def _is_in_roots(self, real: Path) -> bool:
        return any(real.is_relative_to(self._real(root)) for root in self.roots)

    def _real(self, folder: Path) -> Path:
        """The folder with links resolved, once for all the files in it."""
        if folder not in self._resolved:
            self._resolved[folder] = _real(folder)
        return self._resolved[folder]

    def _refusal(self, path: Path) -> str:
        links = (part for part in self._components(path) if part.is_symlink())
        link = next((link for link in links if not self._is_in_roots(_real(link))), path)
        which = "is a" if link == path else f"lies behind {link}, a"
        return f"{which} symbolic link that ends at {_real(link)}, {self.advice}"

    def _components(self, path: Path) -> Iterator[Path]:
        """The folders from the named folder down to the path, outermost first, then the path."""
        start = (folder for folder in self.named if path.is_relative_to(folder))
        component = next(start, Path(path.anchor))
        for part in path.relative_to(component).parts:
            component /= part
            yield component


def open_regular(file: Path | str, *, folder: int | None = None) -> IO[bytes]:
    """Open a regular file for reading; `folder` is a descriptor to which the path is relative.

    Raises LinkError for a symbolic link, IsADirectoryError, or another OSError.
    """
    return open(_descriptor(file, folder), "rb")


def read_regular(file: Path | str) -> bytes:
    """The bytes of a regular file; raises what `open_regular` raises.

    It takes half the time that a file object would take.
    """
    descriptor = _descriptor(file, None)
    try:
        most = os.fstat(descriptor).st_size + 1  # one more than there is, so as to see the end
        data = os.read(descriptor, most)
        while len(data) >= most and (more := os.read(descriptor, most)):  # it has grown
            data += more
        return data
    finally:
        os.close(descriptor)


def _descriptor(file: Path | str, folder: int | None) -> int:
    # O_NONBLOCK: opening a pipe would wait for a writer before we can see that it is a pipe.
    # O_NOCTTY: a terminal must not become ours.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(file, flags, dir_fd=folder)
    except OSError as error:
        # This is how O_NOFOLLOW reports a symbolic link (open(2)).
        if error.errno != errno.ELOOP:
            raise
        raise LinkError("is a symbolic link, which is not followed here; remove it") from error
    # Checked on the open file, because somebody could replace the path between a check and the
    # opening.
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is a pipe or a device")


def resolved(path: Path, shared: Collection[Path]) -> Path:
    """The path with links resolved, for writing. The path need not exist.

    Raises LinkError for a link that lies in one of the `shared` folders, wherever it leads.
    """
    # Resolved part by part, because os.path.realpath does not say where each link lies.
    roots = [_real(folder) for folder in shared]
    done, rest = Path(path.anchor or os.sep), deque(path.absolute().parts[1:])
    links = 0
    while rest:
        part = rest.popleft()
        step = done.parent if part == ".." else done / part
        target = _target(step)
        if target is None:
            done = step
            continue
        if root := next((root for root in roots if done.is_relative_to(root)), None):
            raise LinkError(
                f"{step} is a symbolic link to {target}, in {root}, where authors of posts may "
                "have put it"
            )
        links += 1
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        done = Path(target.anchor) if target.is_absolute() else done
        rest.extendleft(reversed(target.relative_to(target.anchor).parts))
    return done


def require_file(path: Path, shared: Collection[Path]) -> None:
    """Refuse an output file that is a symbolic link, or lies behind one in a shared folder.

    Raises LinkError, or another OSError.
    """
    resolved(path.parent, shared)
    if target := _target(path):
        raise LinkError(f"it is a symbolic link to {target}")


def _target(path: Path) -> Path | None:
    """The target of a link; None if the path is not a link or does not exist."""
    try:
        return path.readlink()
    except OSError:
        return None


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
