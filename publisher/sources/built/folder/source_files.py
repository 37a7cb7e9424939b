"""The files of posts, beside what was read of them: their bytes, their times, other versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.folder.output_folder import Signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path, PurePosixPath

    from publisher.post import Post


class SourceFiles(Struct, frozen=True):
    """The files below the folder of the posts.

    `read` returns the bytes of a file and raises PostError. `post_of` reads bytes as those of the
    file at a path; it returns None if they are no post that is due.
    """

    folder: Path
    read: Callable[[PurePosixPath], bytes]
    post_of: Callable[[PurePosixPath, bytes], Post | None]

    def signature(self, path: PurePosixPath) -> Signature:
        """The signature of a file; zero if it cannot be looked at."""
        try:
            return Signature.of((self.folder / path).stat())
        except OSError:
            return Signature(0, 0)
