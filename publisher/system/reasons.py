"""Why an operation on a file failed, in words for users instead of Python's."""

from __future__ import annotations

import os

NOT_UTF_8 = "it is not UTF-8; save it in that encoding"


def reason(error: OSError | UnicodeDecodeError) -> str:
    """The reason as the end of a sentence, without the number and the path of Python's message."""
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF_8
    # Not `strerror`, which may be Python's own text.
    return os.strerror(error.errno) if error.errno else str(error)
