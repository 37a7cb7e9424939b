"""A watcher that runs beside a test, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from publisher.app.watch import watch_state
from tests.support import ROOT
from tests.support.blog import SECONDS, Blog, heed_signals

if TYPE_CHECKING:
    from publisher.app.watch.watch_state import WatchState


class Watching:
    """The watcher of a blog while entered; it is ready once all accounts have logged in or failed.

    `arguments` are those of the command, `times` those of Timing. `logged_in=False`: do not wait
    for the accounts.
    """

    def __init__(self, blog: Blog, *arguments: str, logged_in: bool = True, **times: Any) -> None:
        self._blog = blog
        self._arguments = arguments
        self._logged_in = logged_in
        self._times = times
        self._lines: list[str] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.quick_watch"),
                *(json.dumps(self._times), *self._arguments),
            ],
            cwd=self._blog.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self._blog.environment},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        try:
            self.said("watches")
            if self._logged_in:
                self.said("logged in")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stderr
        self._process.stderr.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def state(self) -> WatchState | None:
        known = watch_state.known(self._blog.folder / ".publisher")
        return known.state if known else None

    @property
    def log(self) -> list[str]:
        return [*self._lines]

    def said(self, text: str, *, times: int = 1) -> str:
        """Wait for so many lines with this text. Returns the last of them."""

        def lines() -> list[str]:
            return [line for line in self._lines if text in line]

        with self._changed:
            arrived = self._changed.wait_for(lambda: len(lines()) >= times, SECONDS)
            assert arrived, f"{text!r} is not in {self._lines}"
            return lines()[times - 1]

    def waits(self, text: str) -> None:
        """Wait until its state says that something with this text waits."""
        until = time.monotonic() + SECONDS
        while not any(text in line for line in (self.state.waiting if self.state else ())):
            assert time.monotonic() < until, f"{text!r} is not in {self.state}"
            time.sleep(0.05)

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code after this signal."""
        self._process.send_signal(number)
        return self.code()

    def code(self) -> int:
        """The exit code, once it ends by itself."""
        return self._process.wait(SECONDS)

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
