"""Read many files in several processes, side by side with this one.

Another process (`helper`) keeps what it reads, as a run does for the next one (`kept`), and sends
that instead of writing it. So it has to say what each reading depends on, and only what counts here
is taken. What another process does not read is read here.
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import tempfile
from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.sources.helper import Job

SHARE = 100  # files that a process reads at a time
AHEAD = 2  # shares that a process gets before it has read one, so that it never waits
MOST_PROCESSES = 8  # what they send is taken by one
SECONDS = 10.0  # for a share; a process that takes longer is not waited for

# Starts a module in another process, from where this one has its modules.
_START = """
import io, os, pickle, sys
from multiprocessing.connection import Connection
job, channel = map(int, sys.argv[1:])
file = io.BytesIO(os.pread(job, os.fstat(job).st_size, 0))
sys.path[:] = pickle.load(file)
from {module} import main
main(file, Connection(channel))
"""


def processors() -> int:
    """How many processes can read at once."""
    try:
        number = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        number = os.cpu_count() or 1
    return min(number, MOST_PROCESSES) if sys.executable else 1


def read(
    files: Sequence[str],
    job: Job,
    module: str,
    number: int,
    *,
    take: Callable[[bytes], bool],
    read_here: Callable[[str], None],
    on_read: Callable[[int], None],
) -> None:
    """Have files read by `number` other processes, which run `main` of a module, and by this one.

    `take` gets what another process has read of a share, and returns whether it counts. `read_here`
    reads a file in this process. `on_read` gets the number of files that are done. A file that
    another process cannot read is left out: whoever needs it must read it.
    """
    shares = deque(files[start : start + SHARE] for start in range(0, len(files), SHARE))
    done = 0
    with _connections(job, module, number) as connections:
        given: dict[Connection, deque[Sequence[str]]] = {one: deque() for one in connections}
        for connection in connections:
            for _ in range(AHEAD):
                _give(connection, given, shares)
        while shares or any(given.values()):
            busy = [connection for connection, own in given.items() if own]
            ready = [one for one in wait(busy, 0 if shares else SECONDS) if one in given]
            if not (shares or ready):  # those that are left take too long
                for connection in busy:
                    shares.extend(given.pop(connection))
            for connection in ready:
                share = given[connection].popleft()
                if _taken(connection, take):
                    _give(connection, given, shares)
                    done += len(share)
                else:
                    shares.extend([share, *given.pop(connection)])
            if shares:
                share = shares.popleft()
                for path in share:
                    read_here(path)
                done += len(share)
            on_read(done)


def _give(
    connection: Connection,
    given: dict[Connection, deque[Sequence[str]]],
    shares: deque[Sequence[str]],
) -> None:
    """Give a share to another process, if there is one left and the process can take it."""
    if not shares:
        return
    try:
        connection.send(shares[0])
    except OSError:  # it has ended; then it sends nothing either
        return
    given[connection].append(shares.popleft())


def _taken(connection: Connection, take: Callable[[bytes], bool]) -> bool:
    """Whether the next answer of another process came, and counts."""
    try:
        return take(connection.recv_bytes())
    except (EOFError, OSError):
        return False


@contextmanager
def _connections(job: Job, module: str, number: int) -> Iterator[list[Connection]]:
    """Start processes, and end them after the block. There are fewer if they cannot be started."""
    connections: list[Connection] = []
    with ExitStack() as stack:
        # If e.g. the disk is full, this process reads all files.
        with suppress(OSError), tempfile.TemporaryFile() as file:
            pickle.dump(sys.path, file)
            pickle.dump(job, file)
            file.flush()
            connections.extend(stack.enter_context(_process(file, module)) for _ in range(number))
        yield connections


@contextmanager
def _process(job: IO[bytes], module: str) -> Iterator[Connection]:
    ours, theirs = socket.socketpair()
    with theirs, ExitStack() as unless_started:
        unless_started.enter_context(ours)
        descriptors = job.fileno(), theirs.fileno()
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-c", _START.format(module=module), *map(str, descriptors)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # what it cannot read is read here, where errors are shown
            pass_fds=descriptors,
            process_group=0,  # Ctrl-C is for us
        )
        unless_started.pop_all()
    with Connection(ours.detach()) as connection:
        try:
            yield connection
        finally:
            process.kill()
            process.wait()
