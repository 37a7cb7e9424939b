"""Caches in the state folder: read only if they are this user's, and replaced atomically.

What they say is printed and published, so nobody else may have written them.
"""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from _typeshed import ReadableBuffer


def read(state: Path, folder: str, name: str, *, most: int) -> bytes:
    """The first bytes of a file in a folder of the state folder, at most `most`. Raises OSError.

    None of the folders and the file may be a symbolic link, and they must be this user's.
    """
    descriptor = opened(state, folder, name)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
        return file.read(min(most, os.fstat(descriptor).st_size))


def opened(state: Path, folder: str, name: str) -> int:
    """A descriptor of a file, as for `read`, that the caller closes. Raises OSError."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with ExitStack() as stack:
        above = os.open(state, flags | os.O_DIRECTORY)
        stack.callback(os.close, above)
        below = os.open(folder, flags | os.O_DIRECTORY, dir_fd=above)
        stack.callback(os.close, below)
        _require_own(below)
        descriptor = os.open(name, flags | os.O_NONBLOCK, dir_fd=below)
        try:
            _require_own(descriptor)
        except PermissionError:
            os.close(descriptor)
            raise
        return descriptor


def write(file: Path, parts: Iterable[ReadableBuffer]) -> None:
    """Replace a file in a folder of the state folder by these parts. Raises OSError.

    It is not synced to disk: after a crash, a part of it may be there, which its reader must see.
    """
    import secrets  # noqa: PLC0415 - not needed to read

    from publisher.system import private_folder  # noqa: PLC0415

    private_folder.make_in_state(file.parent)
    # A random name: two runs at once must not write into one file.
    temporary = file.with_name(f".{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as new:  # noqa: PTH123 - a descriptor has no Path
            new.writelines(parts)
        temporary.replace(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _require_own(descriptor: int) -> None:
    """Raises PermissionError if another user may have written the file or the folder."""
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError
