"""Which files this process opens, as Python itself reports them."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_recorders: list[list[str]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _recorders and isinstance(arguments[0], str | bytes | os.PathLike):
        for recorder in _recorders:
            recorder.append(os.fsdecode(arguments[0]))


sys.addaudithook(_hook)  # one that was added cannot be removed


@contextmanager
def opened() -> Iterator[list[str]]:
    """The paths of all files that are opened within, in order."""
    recorder: list[str] = []
    _recorders.append(recorder)
    try:
        yield recorder
    finally:
        _recorders.remove(recorder)
