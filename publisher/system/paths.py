"""Questions about paths. The answer is no for a path in a folder that the user may not enter.

The methods of `Path` raise PermissionError for such a path.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether the path leads to a regular file."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Whether the path leads to a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def exists(path: Path) -> bool:
    """Whether the path leads to anything."""
    return os.path.exists(path)  # noqa: PTH110
