"""Files on disk: replaced at once, and only when their bytes differ."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

from publisher.errors import ConfigError

_RANDOM_BYTES, _ENDING = 8, ".publisher"
_OLD_SECONDS = 3600.0


def write(path: Path, data: bytes) -> bool:
    """Replace the file at once, unless it holds these bytes already. Returns whether it did.

    A symbolic link stays one: what it points to is replaced. A new file has the mode that the
    umask gives, because a web server must read it; an old one keeps its own. Raises OSError, and
    leaves nothing behind then.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise OSError(errno.EINVAL, "it is a pipe or a device")
    try:
        if target.read_bytes() == data:
            return False
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = None
    temporary = target.with_name(f".{secrets.token_hex(_RANDOM_BYTES)}{_ENDING}")
    try:
        _write(temporary, data, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
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


def sweep(folder: Path) -> None:
    """Remove what a killed run left there an hour ago or more: another one may be at work."""
    for file in folder.glob(f".{'?' * 2 * _RANDOM_BYTES}{_ENDING}"):
        with suppress(OSError):  # it is not ours, or went meanwhile
            if time.time() - file.stat().st_mtime > _OLD_SECONDS:
                file.unlink()


def _write(path: Path, data: bytes, mode: int | None) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
