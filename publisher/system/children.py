"""Child processes that end with the work that started them, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import asynccontextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

END_SECONDS = 5.0  # between SIGTERM and SIGKILL


@asynccontextmanager
async def running(
    command: Sequence[str],
    *,
    stderr: IO[bytes] | int | None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    uses_terminal: bool = False,
) -> AsyncIterator[Process]:
    """Run a command without input. If the block ends first, end it and the children it started.

    The command leads a process group of its own. If it `uses_terminal` and we have one, it stays in
    our group, or the terminal would stop it; then only the command itself is ended. Raises OSError,
    ValueError.
    """
    import asyncio  # noqa: PLC0415 - `kill_group` does not need it, and it is slow

    shares_group = uses_terminal and _has_terminal()
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=folder,
        env=environment,
        process_group=None if shares_group else 0,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            await _end(process, shares_group=shares_group)


async def _end(process: Process, *, shares_group: bool) -> None:
    import asyncio  # noqa: PLC0415

    _signal(process, signal.SIGTERM, shares_group=shares_group)
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        _signal(process, signal.SIGKILL, shares_group=shares_group)
        await process.wait()


def _signal(process: Process, number: int, *, shares_group: bool) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        if shares_group:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a group of its own, and the children it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
