"""What the readers of posts look at in the folder of the posts, beside the file that they read.

A file is kept from run to run (`kept`) as long as all that its reading looked at is as it was. Most
readers remember what they read of another file, e.g. of the page of a section, for all posts that
follow. So whatever is looked at counts for all files of the run, unless the reader says that it
reads it anew for each post (`PostReader.shares_looks`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable


class Trace(Struct):
    """The paths that were looked at, whether there is a file or not.

    Those in `shared` count for all files, those in `own` for the file that is being `read`, whose
    own path is in neither. `facts` tells which folders there are, by their names, and `folders`
    which folders are of some kind, as the paths of all files show; that counts for the files below
    such a folder, and for those with its name. `needs_all` tells that the paths of all files were
    used in another way.
    """

    shares: bool = True
    read: PurePosixPath | None = None
    own: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    facts: dict[str, bool] = field(default_factory=dict)
    folders: dict[str, set[str]] = field(default_factory=dict)
    needs_all: bool = False

    def begin(self, path: PurePosixPath) -> None:
        """Begin to read a file."""
        self.read, self.own = path, set()

    def look_at(self, path: PurePosixPath) -> None:
        """Note that the reader is about to look at a file."""
        if path is self.read or path == self.read:
            return
        (self.shared if self.shares or self.read is None else self.own).add(str(path))


class Paths(Set[PurePosixPath]):
    """The paths of all files of a folder. Whoever asks for them is noted in the trace."""

    def __init__(self, files: Collection[str], trace: Trace) -> None:
        self._files = files
        self._trace = trace

    def __contains__(self, path: object) -> bool:
        if isinstance(path, PurePosixPath):
            self._trace.look_at(path)
        return str(path) in self._files

    def __iter__(self) -> Iterator[PurePosixPath]:
        self._trace.needs_all = True
        return map(PurePosixPath, self._files)

    def __len__(self) -> int:
        self._trace.needs_all = True
        return len(self._files)

    # Only the constructor of a reader may ask for these: the next run makes them there, too.

    def have(self, folder: str) -> bool:
        """Whether some of the files are in a folder of that name, at whatever level."""
        named = (path for path in self._files if folder in path)
        fact = any(folder in path.split("/")[:-1] for path in named)
        self._trace.facts[folder] = fact
        return fact

    def folders(
        self, name: str, made: Callable[[Collection[str]], set[str]]
    ) -> frozenset[PurePosixPath]:
        """The folders that `made` finds in all paths."""
        folders = made(self._files)
        self._trace.folders[name] = folders
        return frozenset(map(PurePosixPath, folders))
