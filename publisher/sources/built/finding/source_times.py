"""What the times of source files tell beside those of the pages of the site."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.folder.output_folder import Signature
    from publisher.sources.built.folder.source_files import SourceFiles

_MANY = 5  # as many files of posts are not all edited between two builds


class SourceTimes:
    """The times of the files of these posts, and of the pages with these signatures."""

    def __init__(
        self,
        files: SourceFiles,
        posts: Sequence[Post],
        pages: Mapping[PurePosixPath, Signature],
    ) -> None:
        self._files = files
        self._posts = posts
        self._pages = pages

    @cached_property
    def _of_posts(self) -> Sequence[Signature]:
        """Few runs need it, and it looks at every file."""
        return [self._files.signature(post.path) for post in self._posts]

    @cached_property
    def are_checked_out(self) -> bool:
        """Whether all sources were written behind the whole site: their times say nothing."""
        newest = max((one.ctime_ns for one in self._pages.values()), default=0)
        times = [one.ctime_ns for one in self._of_posts]
        return len(times) >= _MANY and min(times) > newest

    @cached_property
    def _newest(self) -> int:
        return max((one.mtime_ns for one in self._pages.values()), default=0)

    def is_newer(self, path: PurePosixPath) -> bool:
        """Whether the source is newer than every page of the output.

        If all sources are, they were checked out or copied behind it, and their times say nothing.
        """
        if self._files.signature(path).mtime_ns <= self._newest:
            return False
        times = [one.mtime_ns for one in self._of_posts]
        return len(times) < _MANY or min(times) <= self._newest
