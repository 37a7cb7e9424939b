"""stdout and stderr that cannot hold up or end a run.

What is printed goes into a queue, and a thread writes it. A reader that is slow, stopped or gone
does not disturb the work: the run waits for its readers only at the end, when it holds no lock and
no connection any more.
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
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

# What to write and where, in the order of printing; None ends the thread.
Queue: TypeAlias = "SimpleQueue[tuple[QueuedFile, bytes] | None]"


class QueuedOutput:
    """What became of the printed text. Complete once the streams are restored."""

    def __init__(self, stdout: TextIO) -> None:
        self._stdout = stdout

    @property
    def stdout_error(self) -> OSError | None:
        """Why stdout could not be written, if it could not."""
        raw = getattr(self._stdout, "buffer", None)
        return raw.error if isinstance(raw, QueuedFile) else None


@contextmanager
def queued() -> Iterator[QueuedOutput]:
    """Print into a queue; at the end, wait until it is written, and restore the streams.

    Only real files are replaced: what tests or callers have put in the place of sys.stdout stays.
    """
    _open_closed_descriptors()
    queue: Queue = SimpleQueue()
    with ExitStack() as stack:
        stdout, stderr = (_queued(stream, queue, stack) for stream in (sys.stdout, sys.stderr))
        # One thread for both streams keeps the order between them.
        thread = threading.Thread(target=_write_queued, args=(queue,), daemon=True)
        thread.start()
        try:
            with redirect_stdout(stdout), redirect_stderr(stderr):
                yield QueuedOutput(stdout)
        finally:
            stdout.flush()
            stderr.flush()
            queue.put(None)
            thread.join()


def _open_closed_descriptors() -> None:
    """Point closed standard descriptors to /dev/null.

    Otherwise the next socket or database that is opened gets the number of stdout or stderr, and
    whatever a child process prints is written into it.
    """
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # A file gets the lowest number that is free, which is that of this descriptor.
            null = os.open(os.devnull, flags)
            os.set_inheritable(null, True)


def _queued(stream: TextIO | None, queue: Queue, stack: ExitStack) -> TextIO:
    """The stream to print to in the place of this one."""
    if stream is None:  # Python found its descriptor closed
        return stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED there is no buffer between
    if not isinstance(raw, io.FileIO) or raw.closed:
        return stream
    stream.flush()
    return io.TextIOWrapper(
        QueuedFile(raw.fileno(), queue),
        encoding=stream.encoding,
        errors="backslashreplace",  # a title must not end a run on a poor terminal
        line_buffering=True,
    )


class QueuedFile(io.BufferedIOBase):
    """A file that takes everything at once. After the first error the rest is dropped."""

    def __init__(self, descriptor: int, queue: Queue) -> None:
        super().__init__()
        self.name = descriptor
        self.error: OSError | None = None
        self._descriptor = descriptor
        self._queue = queue

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        copy = bytes(data)
        # One call in C: Ctrl-C cannot interrupt it halfway, nor can another thread.
        self._queue.put((self, copy))
        return len(copy)

    def deliver(self, data: bytes) -> None:
        """Write to the descriptor. Called by the thread alone."""
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
        except BlockingIOError:  # whoever started us made the pipe non-blocking
            _wait_until_writable(descriptor)


def _wait_until_writable(descriptor: int) -> None:
    import select  # noqa: PLC0415 - only few need it

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()
