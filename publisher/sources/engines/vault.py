"""Find the files of a vault by the names that notes give to them, as Obsidian does."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath


class Vault:
    def __init__(self, paths: Iterable[PurePosixPath]) -> None:
        """`paths` are relative to the top of the vault."""
        self._by_name: dict[str, list[PurePosixPath]] = {}
        for path in sorted(paths, key=lambda path: (len(path.parts), path)):
            self._by_name.setdefault(path.name.lower(), []).append(path)

    def find(self, name: str, folder: PurePosixPath) -> PurePosixPath | None:
        """The file that a note in the folder calls by this name; None if there is none.

        A name is a path from that folder, or the end of a path, of which the shortest counts. The
        case of letters does not matter.
        """
        beside = posixpath.normpath(folder / name).lower()
        end = f"/{posixpath.normpath(name.lstrip('/')).lower()}"
        named = self._by_name.get(posixpath.basename(end), ())
        nearest = (path for path in named if str(path).lower() == beside)
        others = (path for path in named if f"/{path}".lower().endswith(end))
        return next(nearest, None) or next(others, None)
