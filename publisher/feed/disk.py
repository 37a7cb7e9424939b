"""Documents on disk: replaced at once, and only when their bytes differ."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def write(path: Path, document: bytes) -> bool:
    """Replace the file at once, unless it holds the document already. Returns whether it did.

    A symbolic link stays one: what it points to is replaced. A new file has the mode that the
    umask gives, because a web server must read it; an old one keeps its own. Raises OSError, and
    leaves nothing behind then.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.read_bytes() == document:
            return False
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = None
    temporary = target.with_name(f".{secrets.token_hex(8)}.publisher")
    try:
        _write(temporary, document, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _write(path: Path, document: bytes, mode: int | None) -> None:
    with path.open("xb") as file:
        file.write(document)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
