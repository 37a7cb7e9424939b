"""The socket in a state folder at which a watcher takes work from other processes of its user.

A client sends one message: a JSON document with the descriptors of its stdout and stderr, to which
the watcher writes directly. It gets lines of JSON back: `{"begun": true}` when its work begins,
and at the end `{"code": 0}` or `{"refused": "why"}`. If the connection ends without the last one,
the watcher is gone. `publisher publish` imports this module each time, so it imports little.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "watch.sock"  # in the state folder
MAX_BYTES = 1_000_000  # of a message
# unix(7): the address has 108 bytes with the final NUL.
_LONGEST = 107


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """The address of the socket, for `bind` and `connect` in this block. Raises OSError.

    If its path is too long for a socket, it is named by a descriptor of its folder. A folder of
    XDG_RUNTIME_DIR would not do: a hook or a service may have none, or another one.
    """
    path = os.fspath(folder / NAME)
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
