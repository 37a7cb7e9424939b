"""A watcher as a process of its own: `publisher watch`, as a user starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import Unavailable
from tests.support.blog import Run, heed_signals

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 120.0
TERM_SECONDS = 30.0
SHOWN = 2_000  # characters of a log
SHOWN_LINES = 20  # about one item


@dataclass
class WatchProcess:
    """`publisher watch` with a configuration, and commands beside it, in one environment."""

    config: Path
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    _offset: int = field(default=0, init=False)  # of the log, at the last start
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _code: int = field(default=0, init=False)

    def start(self) -> None:
        self.starts += 1
        self._offset = len(self.said())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("watch"),
                cwd=self.config.parent,
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def terminate(self) -> tuple[int, float]:
        """Its exit code, and how many seconds it took."""
        process, self._process = self._process, None
        assert process
        start = time.monotonic()
        process.terminate()
        try:
            code = process.wait(TERM_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        return code, time.monotonic() - start

    def hang_up(self) -> None:
        """As `systemctl reload` does, which waits until the watcher is ready."""
        if self._process and self.is_ready:
            self._process.send_signal(signal.SIGHUP)

    @property
    def is_ready(self) -> bool:
        return " watches " in self.said()[self._offset :]

    def ended(self) -> str:
        """What it said last, if it has ended by itself; else empty."""
        if self._process is None or self._process.poll() is None:
            return ""
        self._code, self._process = self._process.returncode, None
        return f"the watcher ended by itself with exit code {self._code}:\n{self.said()[-SHOWN:]}"

    @property
    def found_full_disk(self) -> bool:
        """Whether it ended before it was ready because the disk was full: systemd starts it again.

        After `ended`.
        """
        said = self.said()[self._offset :]
        is_start = self._code == Unavailable.exit_code and not self.is_ready
        return is_start and "make room on the disk" in said

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def said_of(self, id_: str) -> str:
        """The last lines of the log about an item, each behind a line end."""
        lines = [line for line in self.said().splitlines() if id_ and id_ in line]
        return "".join(f"\n    {line}" for line in lines[-SHOWN_LINES:])

    def memory(self) -> int:
        """Bytes that are in memory now."""
        assert self._process
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> list[str]:
        """What its open files are."""
        assert self._process
        folder = Path(f"/proc/{self._process.pid}/fd")
        return sorted(str(link.readlink()) for link in folder.iterdir() if link.is_symlink())

    def run(self, *arguments: str) -> Run:
        """Another command with this configuration, while the watcher runs."""
        done = subprocess.run(
            self._command(*arguments),
            cwd=self.config.parent,
            env=self._whole_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def status(self) -> Mapping[str, Any]:
        """What `publisher status` says of the watcher; empty if it says nothing."""
        out = self.run("status", "--json").out
        return (json.loads(out).get("watcher") if out else None) or {}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "publisher", "--config", str(self.config), *arguments]

    def _whole_environment(self) -> Mapping[str, str]:
        return {**os.environ, **self.environment}
