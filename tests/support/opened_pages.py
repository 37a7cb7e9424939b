"""Which built pages this process opens."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Watch:
    """A hook that stays until the process ends; it sees nothing without a folder."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.names: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.folder and isinstance(arguments[0], str):
            path = Path(os.path.realpath(arguments[0]))
            if path.is_relative_to(self.folder) and path.suffix == ".html":
                self.names.append(str(path.relative_to(self.folder)))


_WATCH = _Watch()


@contextmanager
def opened(folder: Path) -> Iterator[list[str]]:
    """The pages below a folder that are opened meanwhile, in order."""
    _WATCH.folder, _WATCH.names = Path(os.path.realpath(folder)), []
    try:
        yield _WATCH.names
    finally:
        _WATCH.folder = None
