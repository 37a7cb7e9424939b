"""Write files atomically, only when their bytes differ, and never through an author's link.

Authors of posts may place symbolic links in the folders that they share with us, even while a run
writes there. So files are opened relative to a descriptor of their folder, and no path component
that may be a link is followed.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.system import private_folder, symlinks
from publisher.system.reasons import reason, remedy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_RANDOM_BYTES, _SUFFIX = 8, ".publisher"
_STALE_SECONDS = 3600.0
# O_PATH opens a folder without permission to list it. Only Linux has it.
_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def write(path: Path, data: bytes, *, shared: Collection[Path] = ()) -> bool:
    """Replace the file atomically, unless it holds these bytes already. Returns whether it changed.

    A new file has the mode that the umask gives, because a web server must read it; an existing
    file keeps its mode. Missing folders are created. `shared` are the folders in which others may
    place links. Raises LinkError if the file is a symbolic link, or lies behind one in a shared
    folder, and OSError. After an error no temporary file remains.
    """
    with _opened(path.parent, shared, create=True) as folder:
        try:
            old, mode = _read(folder, path.name)
        except FileNotFoundError:
            old, mode = None, None
        if old == data:
            return False
        temporary = f".{secrets.token_hex(_RANDOM_BYTES)}{_SUFFIX}"
        try:
            _write(folder, temporary, data, mode)
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        # Ctrl-C must not leave the temporary file behind either.
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise
    return True


def keep(file: Path, data: bytes) -> None:
    """Write a file in a folder of the state folder. Raises ConfigError if it cannot be written."""
    try:
        private_folder.make_in_state(file.parent)
        write(file, data)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {reason(error)}; {remedy(error)}") from error


def remove(path: Path, *, shared: Collection[Path] = ()) -> None:
    """Remove the file, and its folder if that is empty then. Raises LinkError, OSError."""
    with _opened(path.parent, shared) as folder:
        os.unlink(path.name, dir_fd=folder)
    with suppress(OSError):  # the folder holds other files
        symlinks.resolved(path.parent, shared).rmdir()


def sweep(folder: Path, *, shared: Collection[Path] = ()) -> None:
    """Remove the temporary files that a killed run left in the folder."""
    with suppress(OSError):  # behind a link, not ours, or removed meanwhile
        for file in symlinks.resolved(folder, shared).glob(f".{'?' * 2 * _RANDOM_BYTES}{_SUFFIX}"):
            # A younger file may be one that another run is writing now.
            if time.time() - file.lstat().st_mtime > _STALE_SECONDS:
                file.unlink()


@contextmanager
def _opened(folder: Path, shared: Collection[Path], *, create: bool = False) -> Iterator[int]:
    """A descriptor of the folder, for file operations relative to it.

    Each component is opened with O_NOFOLLOW, so a link that somebody puts there after the check
    of `resolved` is an error and is not followed.
    """
    real = symlinks.resolved(folder, shared)
    descriptor = os.open(real.anchor, _ENTER)
    try:
        for name in real.parts[1:]:
            child = _open_child(name, descriptor, create=create)
            os.close(descriptor)
            descriptor = child
        yield descriptor
    finally:
        os.close(descriptor)


def _open_child(name: str, folder: int, *, create: bool) -> int:
    try:
        return os.open(name, _ENTER, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):  # another run created it meanwhile
        os.mkdir(name, dir_fd=folder)
    return os.open(name, _ENTER, dir_fd=folder)


def _read(folder: int, name: str) -> tuple[bytes, int]:
    """The bytes of a file, and its mode. Raises LinkError, FileNotFoundError, OSError."""
    with symlinks.open_regular(name, folder=folder) as file:
        return file.read(), stat.S_IMODE(os.fstat(file.fileno()).st_mode)


def _write(folder: int, name: str, data: bytes, mode: int | None) -> None:
    # O_EXCL and O_NOFOLLOW: never write to a file or a link that somebody has put there.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:  # noqa: PTH123
        file.write(data)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        # Without it a power failure after the rename can leave an empty file on some file systems.
        os.fsync(file.fileno())
