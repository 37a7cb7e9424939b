"""Starts runs of the program fast: a process that has imported it forks for each run.

A run is still a process of its own, with its own arguments, folder, environment and output. What it
saves is the start of the interpreter and the imports, which cost more than most runs.

`python -m tests.support.zygote SOCKET` serves; `Zygote` is the side of the tests.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODULES = (
    *(f"publisher.cli.{name}" for name in ("build", "check", "init", "node", "ping", "plan")),
    *(f"publisher.cli.{name}" for name in ("publish", "status")),
    *(f"publisher.app.{name}" for name in ("deployed_pages", "sessions")),
    "publisher.sync.apply",
    "publisher.sources.git_history",
    "publisher.sources.feed",
    "rich.console",
    "rich.progress",
)
MOST_BYTES = 1_000_000  # of a request: the environment


class Zygote:
    """The process that forks, as long as the context lasts."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="zygote-")
        self._path = str(Path(self._folder.name) / "socket")
        ready, says_ready = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self._path, str(says_ready)],
            cwd=ROOT,
            pass_fds=[says_ready],
            stdin=subprocess.PIPE,  # ends the process with this one, however that ends
        )
        os.close(says_ready)
        with os.fdopen(ready, "rb") as pipe:
            pipe.read()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        out: IO[bytes],
        err: IO[bytes],
        seconds: float,
    ) -> int:
        """The exit code of the program. Raises TimeoutError, and leaves the run to itself then."""
        request = json.dumps([list(arguments), str(folder), dict(environment)]).encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(seconds)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES)
            connection.connect(self._path)
            socket.send_fds(connection, [request], [out.fileno(), err.fileno()])
            return int(connection.recv(100))


def serve(path: str, ready: int) -> None:
    """Fork for each request, and answer with the exit code of the run."""
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()  # so that a child copies fewer pages
    runs: dict[int, socket.socket] = {}
    woken, wake = socket.socketpair()
    woken.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen()
        os.close(ready)
        selector = selectors.DefaultSelector()
        selector.register(listener, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            events = {key.fileobj for key, _ in selector.select()}
            if sys.stdin in events:
                return
            if listener in events:
                connection, _ = listener.accept()
                runs[_fork(connection)] = connection
            if woken in events:
                woken.recv(1_000)
                _answer(runs)


def _fork(connection: socket.socket) -> int:
    """The child's id. The child never returns."""
    data, descriptors, _, _ = socket.recv_fds(connection, MOST_BYTES, 2)
    child = os.fork()
    if child == 0:
        _run(data, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    return child


def _answer(runs: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while ended := os.waitpid(-1, os.WNOHANG):
            if ended[0] == 0:
                return
            with runs.pop(ended[0]) as connection, contextlib.suppress(BrokenPipeError):
                connection.send(str(os.waitstatus_to_exitcode(ended[1])).encode())


def _run(data: bytes, descriptors: Sequence[int]) -> None:
    """The program, as `python -m publisher` runs it, in this process."""
    from publisher.cli.main import main

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments, folder, environment = json.loads(data)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate([nothing, *descriptors]):
        os.dup2(descriptor, number)
    os.closerange(3, 1_000)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    code = 1  # of a traceback
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
