"""What a watcher has loaded for its clients: it parses a file again once that has changed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from publisher import config as configs

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Config

# A file that was written later may be written again with the same time (see `system.snapshot`).
YOUNG_NS = 2_000_000_000


class LoadedConfigs:
    """Loads configurations as `config.load` does, and keeps the last one of each file."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, str], tuple[tuple[int, ...], Config]] = {}

    def load(self, path: Path) -> Config:
        """Raises ConfigError."""
        key = path.absolute(), os.environ.get("HOME", "")  # which "~" stands for
        signature = _signature(path)
        kept = self._kept.get(key)
        if kept and signature and kept[0] == signature:
            return kept[1]
        config = configs.load(path)
        if signature:
            self._kept = {key: (signature, config)}
        return config


def _signature(path: Path) -> tuple[int, ...]:
    """Empty if it does not tell one version of the file from the next."""
    try:
        status = os.stat(path)  # noqa: PTH116 - as in `system.snapshot`
    except OSError:
        return ()
    written, changed = status.st_mtime_ns, status.st_ctime_ns
    if max(written, changed) > time.time_ns() - YOUNG_NS:
        return ()
    return written, status.st_size, status.st_ino, changed
