"""Why an operation on a file failed, in words for users instead of Python's."""

from __future__ import annotations

import errno
import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOT_UTF_8 = "it is not UTF-8; save it in that encoding"


def reason(error: OSError | UnicodeDecodeError) -> str:
    """The reason as the end of a sentence, without the number and the path of Python's message."""
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF_8
    # Not `strerror`, which may be Python's own text.
    return os.strerror(error.errno) if error.errno else str(error)


def is_full(error: OSError) -> bool:
    """Whether there is no room on the disk."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def remedy(error: OSError) -> str:
    """How to fix that a file of the state folder cannot be written, as the end of a sentence."""
    if is_full(error):
        return "make room on the disk"
    return (
        "let the user who runs publisher write there, or set `state:` to a folder that can be "
        "written"
    )


def closed_by(path: Path) -> Path:
    """The folder that keeps this user from the file or folder, or else the path itself."""
    return next(
        (folder for folder in reversed(path.absolute().parents) if _is_closed(folder)), path
    )


def _is_closed(folder: Path) -> bool:
    """Whether this user may not search the folder."""
    try:
        os.stat(f"{folder}/.")  # noqa: PTH116 - Path drops the dot
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def permission_advice(path: Path) -> str:
    """How to let this user read a file, or list and search a folder, as the end of a sentence."""
    closed = closed_by(path)
    try:
        is_ours = closed.stat().st_uid == os.geteuid()
    except OSError:
        is_ours = False
    is_file = closed.is_file()
    if is_ours:
        return f"run: chmod {'u+r' if is_file else 'u+rx'} {shlex.quote(str(closed))}"
    what = "read it" if is_file else "list and search it (chmod +rx)"
    return f"let the user who runs publisher {what}"
