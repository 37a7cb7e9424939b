"""A command that runs on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

from tests.support.blog import SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ROWS, COLUMNS = 24, 100
WIDE = {"COLUMNS": "1000"}  # no line of a message breaks


def on_terminal(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    typed: bytes = b"",
) -> bytes:
    """Run the command to its end. Returns all that the terminal was sent.

    `typed` is what somebody typed ahead.
    """
    lead, follow = pty.openpty()
    os.write(lead, typed)
    fcntl.ioctl(follow, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=follow,
        stdout=follow,
        stderr=follow,
    ) as process:
        os.close(follow)
        shown = bytearray()
        while chunk := _read(lead):
            shown += chunk
        process.wait(SECONDS)
    os.close(lead)
    return bytes(shown)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the end, as Linux reports it
        return b""
