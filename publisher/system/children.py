"""Child processes that end with the work that started them, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import asynccontextmanager, suppress
from typing import IO, TYPE_CHECKING

from publisher.system.interruption import postponed

if TYPE_CHECKING:
    from asyncio import StreamReader
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

END_SECONDS = 5.0  # between SIGTERM and SIGKILL


class Child:
    """A command that runs, and what it prints."""

    def __init__(self, process: subprocess.Popen[bytes], stdout: StreamReader) -> None:
        self._process = process
        self.stdout = stdout

    async def wait(self) -> int:
        """The exit code, once the command has ended."""
        return await _ended(self._process)


@asynccontextmanager
async def running(
    command: Sequence[str],
    *,
    stderr: IO[bytes] | int | None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    uses_terminal: bool = False,
) -> AsyncIterator[Child]:
    """Run a command without input. If the block ends first, end it and the children it started.

    The command leads a process group of its own. If it `uses_terminal` and we have one, it stays in
    our group, or the terminal would stop it; then only the command itself is ended. Raises OSError,
    ValueError.
    """
    shares_group = uses_terminal and _has_terminal()
    process = None
    try:
        # asyncio starts processes, too, but a start that is cancelled leaves their children.
        with postponed():
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - it takes as long as the fork
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=environment,
                process_group=None if shares_group else 0,
            )
        yield Child(process, await _output(process))
    finally:
        if process and process.poll() is None:
            await _end(process, shares_group=shares_group)


async def _output(process: subprocess.Popen[bytes]) -> StreamReader:
    import asyncio  # noqa: PLC0415 - `kill_group` does not need it, and it is slow

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), process.stdout
    )
    return reader


async def _ended(process: subprocess.Popen[bytes]) -> int:
    import asyncio  # noqa: PLC0415

    return await asyncio.to_thread(process.wait)


async def _end(process: subprocess.Popen[bytes], *, shares_group: bool) -> None:
    import asyncio  # noqa: PLC0415

    _signal(process, signal.SIGTERM, shares_group=shares_group)
    # Not asyncio.timeout: before Python 3.11.3 it raises no TimeoutError in a cancelled task.
    ended = asyncio.ensure_future(_ended(process))
    await asyncio.wait({ended}, timeout=END_SECONDS)
    if not ended.done():
        _signal(process, signal.SIGKILL, shares_group=shares_group)
    await ended


def _signal(process: subprocess.Popen[bytes], number: int, *, shares_group: bool) -> None:
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
