"""Why an operation on a file failed, in words for users instead of Python's."""

from __future__ import annotations

import errno
import os

NOT_UTF_8 = "it is not UTF-8; save it in that encoding"


def reason(error: OSError | UnicodeDecodeError) -> str:
    """The reason as the end of a sentence, without the number and the path of Python's message."""
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF_8
    # Not `strerror`, which may be Python's own text.
    return os.strerror(error.errno) if error.errno else str(error)


def remedy(error: OSError) -> str:
    """How to fix that a file of the state folder cannot be written, as the end of a sentence."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "make room on the disk"
    return (
        "let the user who runs publisher write there, or set `state:` to a folder that can be "
        "written"
    )
