"""Remember what a rule says of the path that is being read, which each post asks many times."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePosixPath

_Reader = TypeVar("_Reader")
_Said = TypeVar("_Said")


def for_path(
    rule: Callable[[_Reader, PurePosixPath], _Said],
) -> Callable[[_Reader, PurePosixPath], _Said]:
    """Ask a rule, a method, only once in a row for a path.

    What it says must depend on nothing that changes during a run. Only the last path is remembered,
    so that 100,000 posts take no more memory than one.
    """
    name = f"_last_{rule.__qualname__}"

    @wraps(rule)
    def remembered(reader: _Reader, path: PurePosixPath) -> _Said:
        kept: dict[str, tuple[PurePosixPath, _Said]] = reader.__dict__
        last = kept.get(name)
        if last is None or last[0] is not path:  # comparing paths takes longer than most rules
            last = kept[name] = path, rule(reader, path)
        return last[1]

    return remembered
