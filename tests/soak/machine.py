"""A machine whose disk fills up, and whose clock somebody changes.

The disk is a small one of its own, in a namespace of its own, which the soak enters when it starts.
The clock is that of the watchers alone, by libfaketime: files and subscribers have the true one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENTERED = "SOAK_NAMESPACE"
IN_A_NAMESPACE = ("unshare", "--map-root-user", "--mount")
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def enter_namespace() -> None:
    """Run this program again where it may mount a disk. Returns if it does already."""
    if ENTERED in os.environ:
        return
    os.environ[ENTERED] = "1"
    command = [*IN_A_NAMESPACE, sys.executable, "-m", "tests.soak", *sys.argv[1:]]
    os.execvp(command[0], command)  # noqa: S606 - our own command line


@contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[None]:
    """Mount a disk of this size at the folder."""
    folder.mkdir(parents=True)
    options = f"size={kilobytes}k,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    """Leave no byte on the disk of this folder."""
    with suppress(OSError), (folder / "filled").open("ab", buffering=0) as file:
        for size in (65_536, 512, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass


def make_room(folder: Path) -> None:
    (folder / "filled").unlink(missing_ok=True)


class FakeClock:
    """The wall clock of the processes that get the environment."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.library = next((str(path) for path in Path("/").glob(LIBRARIES[1:])), "")
        self.set_ahead(0)

    def set_ahead(self, seconds: int) -> None:
        """Let the clock be ahead of the true one; behind it, if that is negative."""
        other = self._file.with_suffix(".new")
        other.write_text(f"{seconds:+d}\n", encoding="ascii")
        other.replace(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        if not self.library:
            return {}
        folders = [str(Path(__file__).with_name("fake_time")), os.environ.get("PYTHONPATH", "")]
        return {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        }
