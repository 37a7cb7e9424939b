"""Files on disk: replaced atomically, only when their bytes differ, and never through a link."""

from __future__ import annotations

import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.system import symlinks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_RANDOM_BYTES, _ENDING = 8, ".publisher"
_OLD_SECONDS = 3600.0
# A folder that may be entered but not listed will do. Only Linux has O_PATH.
_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def write(path: Path, data: bytes, *, shared: Collection[Path] = ()) -> bool:
    """Replace the file atomically, unless it holds these bytes already. Returns whether it did.

    A new file has the mode that the umask gives, because a web server must read it; an old one
    keeps its own. Missing folders are made. `shared` are the folders in which others may place
    links. Raises LinkError if the file is a symbolic link, or lies behind one in a shared folder;
    else OSError, and leaves nothing behind.
    """
    with _entered(path.parent, shared, make=True) as folder:
        try:
            old, mode = _read(folder, path.name)
        except FileNotFoundError:
            old, mode = None, None
        if old == data:
            return False
        temporary = f".{secrets.token_hex(_RANDOM_BYTES)}{_ENDING}"
        try:
            _write(folder, temporary, data, mode)
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise
    return True


def keep(file: Path, data: bytes) -> None:
    """Write a file of the state. Raises ConfigError if that cannot be."""
    try:
        write(file, data)
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error.strerror or error}; name a folder for it with "
            "`state:`"
        ) from error


def remove(path: Path, *, shared: Collection[Path] = ()) -> None:
    """Remove the file, and its folder if nothing else is in it. Raises LinkError, OSError."""
    with _entered(path.parent, shared) as folder:
        os.unlink(path.name, dir_fd=folder)
    with suppress(OSError):  # others are in the folder
        symlinks.resolved(path.parent, shared).rmdir()


def sweep(folder: Path, *, shared: Collection[Path] = ()) -> None:
    """Remove what a killed run left there an hour ago or more: another one may be at work."""
    with suppress(OSError):  # it is behind a link, not ours, or went meanwhile
        for file in symlinks.resolved(folder, shared).glob(f".{'?' * 2 * _RANDOM_BYTES}{_ENDING}"):
            if time.time() - file.lstat().st_mtime > _OLD_SECONDS:
                file.unlink()


@contextmanager
def _entered(folder: Path, shared: Collection[Path], *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder. Whoever puts a link in its place meanwhile gains nothing."""
    place = symlinks.resolved(folder, shared)
    descriptor = os.open(place.anchor, _ENTER)
    try:
        for name in place.parts[1:]:
            below = _enter(name, descriptor, make=make)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(name: str, folder: int, *, make: bool) -> int:
    try:
        return os.open(name, _ENTER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):  # another run was faster
        os.mkdir(name, dir_fd=folder)
    return os.open(name, _ENTER, dir_fd=folder)


def _read(folder: int, name: str) -> tuple[bytes, int]:
    """What a file holds, and its mode. Raises LinkError, FileNotFoundError, OSError."""
    with symlinks.open_regular(name, folder=folder) as file:
        return file.read(), stat.S_IMODE(os.fstat(file.fileno()).st_mode)


def _write(folder: int, name: str, data: bytes, mode: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:  # noqa: PTH123
        file.write(data)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
