"""Report the state of the watcher to systemd (sd_notify(3)). Does nothing without systemd."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

# A run that reports nothing for so long counts as stuck. Between two reports it may read all posts.
LONGEST_SILENCE = 900.0


class Systemd:
    """Sends messages to the service manager, and its watchdog a sign of life in a thread.

    The watchdog (`WatchdogSec=`) gets one as long as `beat` was called not too long ago.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._interval = _watchdog_seconds(environment) / 2
        self._last_beat = time.monotonic()
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        if self._address and self._interval:
            threading.Thread(target=self._keep_awake, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.tell("STOPPING=1")
        self._stop.set()

    def beat(self) -> None:
        """The watcher, or its run, goes on."""
        self._last_beat = time.monotonic()

    def ready(self) -> None:
        self.tell("READY=1")

    def reloading(self) -> None:
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.tell(f"RELOADING=1\nMONOTONIC_USEC={microseconds}")

    def status(self, text: str) -> None:
        """One line, which `systemctl status` shows."""
        self.tell(f"STATUS={text}")

    def tell(self, message: str) -> None:
        """Send assignments, one a line."""
        if not self._address:
            return
        # "@" stands for the abstract namespace.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        with (
            suppress(OSError),  # a service manager that does not listen is no reason to stop
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
        ):
            channel.sendto(message.encode(), address)

    def _keep_awake(self) -> None:
        while not self._stop.wait(self._interval):
            if time.monotonic() - self._last_beat < LONGEST_SILENCE:
                self.tell("WATCHDOG=1")


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """How often the watchdog wants a sign of life; 0 without one, or for another process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isascii() and text.isdigit() else 0.0
