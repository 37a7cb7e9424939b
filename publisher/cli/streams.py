"""Queues in front of stdout and stderr, so that their readers cannot block or end a run.

Everything that is printed goes into a queue, and a thread writes it. A reader that is slow, stopped
or gone does not disturb the work: the run waits for its readers only at the end, when it holds
neither a lock nor a connection.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TextIO, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import ReadableBuffer

# The files and bytes to write, in the order of printing. None ends the thread.
Queue: TypeAlias = "SimpleQueue[tuple[QueuedFile, bytes] | None]"
Chunks: TypeAlias = "list[tuple[QueuedFile, bytes]]"


class QueuedOutput:
    """What was printed, and whether it was written, once `queued` has ended."""

    def __init__(self, stdout: TextIO, stderr: TextIO, chunks: Chunks) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self._chunks = chunks

    @property
    def printed(self) -> list[tuple[int, bytes]]:
        """What was printed, in its order, each with the number of its stream: 1 or 2.

        Without what was printed to an object that somebody set as a stream.
        """
        self._stdout.flush()
        self._stderr.flush()
        buffer: object = self._stdout.buffer
        return [(1 if file is buffer else 2, data) for file, data in self._chunks]

    def print_again(self, printed: Iterable[tuple[int, bytes]]) -> None:
        """Print what another run printed."""
        for number, data in printed:
            (self._stdout if number == 1 else self._stderr).buffer.write(data)

    @property
    def stdout_error(self) -> OSError | None:
        """Why stdout could not be written, None if it was."""
        raw = getattr(self._stdout, "buffer", None)
        return raw.error if isinstance(raw, QueuedFile) else None


class Delivery:
    """What is printed for another process, on its way to the streams of that."""

    def __init__(self, thread: threading.Thread, output: QueuedOutput) -> None:
        self._thread = thread
        self.output = output

    def has_arrived(self, seconds: float) -> bool:
        """Whether all is written within so many seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def wait(self) -> OSError | None:
        """Wait until all is written. Returns why stdout could not be written, None if it was."""
        self._thread.join()
        return self.output.stdout_error


@contextmanager
def delivered(stdout: int, stderr: int) -> Iterator[Delivery]:
    """Print to these descriptors in this block. At its end, do not wait until all is written."""
    queue: Queue = SimpleQueue()
    chunks: Chunks = []
    files = [QueuedFile(descriptor, queue, chunks) for descriptor in (stdout, stderr)]
    out, err = (
        io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        for file in files
    )
    thread = threading.Thread(target=_write_queued, args=(queue,), daemon=True)
    thread.start()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield Delivery(thread, QueuedOutput(out, err, chunks))
    finally:
        out.flush()
        err.flush()
        queue.put(None)


@contextmanager
def queued() -> Iterator[QueuedOutput]:
    """Replace stdout and stderr by queues. At the end, wait until all is written, and restore them.

    Only real files are replaced: an object that tests or callers have set as sys.stdout stays.
    """
    _open_closed_descriptors()
    queue: Queue = SimpleQueue()
    chunks: Chunks = []
    with ExitStack() as stack:
        stdout, stderr = (
            _queued(stream, queue, chunks, stack) for stream in (sys.stdout, sys.stderr)
        )
        # One thread for both streams keeps the order between them.
        thread = threading.Thread(target=_write_queued, args=(queue,), daemon=True)
        thread.start()
        try:
            with redirect_stdout(stdout), redirect_stderr(stderr):
                yield QueuedOutput(stdout, stderr, chunks)
        finally:
            stdout.flush()
            stderr.flush()
            queue.put(None)
            thread.join()


def _open_closed_descriptors() -> None:
    """Point closed standard descriptors to /dev/null.

    Otherwise the next socket or database to be opened gets the number of stdout or stderr, and the
    output of a child process is written into it.
    """
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # open() returns the lowest number that is free (POSIX), which is this descriptor.
            null = os.open(os.devnull, flags)
            # New descriptors are not inherited (PEP 446), but child processes expect these three.
            os.set_inheritable(null, True)


def _queued(stream: TextIO | None, queue: Queue, chunks: Chunks, stack: ExitStack) -> TextIO:
    """The stream to use instead of this one."""
    if stream is None:  # Python sets it to None if its descriptor is closed
        return stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED `buffer` is the raw file
    if not isinstance(raw, io.FileIO) or raw.closed:
        return stream
    stream.flush()
    return io.TextIOWrapper(
        QueuedFile(raw.fileno(), queue, chunks),
        encoding=stream.encoding,
        errors="backslashreplace",  # a title that the terminal cannot show must not end the run
        line_buffering=True,
    )


class QueuedFile(io.BufferedIOBase):
    """A file that accepts all data at once. After the first error it drops the rest.

    All data is also added to `chunks`.
    """

    def __init__(self, descriptor: int, queue: Queue, chunks: Chunks) -> None:
        super().__init__()
        self.name = descriptor
        self.error: OSError | None = None
        self._descriptor = descriptor
        self._queue = queue
        self._chunks = chunks

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        copy = bytes(data)
        # SimpleQueue.put is one call in C, which neither Ctrl-C nor a thread can interrupt halfway.
        self._queue.put((self, copy))
        self._chunks.append((self, copy))
        return len(copy)

    def deliver(self, data: bytes) -> None:
        """Write to the descriptor. Only the thread calls this."""
        if self.error:
            return
        try:
            _write(self._descriptor, data)
        except OSError as error:
            self.error = error


def _write_queued(queue: Queue) -> None:
    while chunk := queue.get():
        file, data = chunk
        file.deliver(data)


def _write(descriptor: int, data: bytes) -> None:
    """Write everything. Raises OSError."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:  # the process that started us made the pipe non-blocking
            _wait_until_writable(descriptor)


def _wait_until_writable(descriptor: int) -> None:
    import select  # noqa: PLC0415 - few runs need it

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()
