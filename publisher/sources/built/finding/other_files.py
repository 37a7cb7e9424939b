"""The pages of files that are no posts: drafts, private ones, posts that are gone. Pure.

Their pages are never those of posts. But an address does not tell that a page is theirs: if they
share a title with posts, they are compared with the page like these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post


class OtherFiles:
    """The `posts` that files would be which are none, and the `pages` which each may have.

    The pages of those that are `certain` were not written since they had them.
    """

    def __init__(
        self,
        posts: Mapping[PurePosixPath, Post | None],
        pages: Mapping[PurePosixPath, Collection[PurePosixPath]],
        certain: Collection[PurePosixPath],
    ) -> None:
        self._posts = {path: post for path, post in posts.items() if post}
        self._pages = dict(pages)
        self._certain = certain

    @property
    def posts(self) -> Sequence[Post]:
        return [*self._posts.values()]

    @property
    def pages(self) -> Collection[PurePosixPath]:
        """The pages that no post may have."""
        return {page for pages in self._pages.values() for page in pages}

    @property
    def rivals(self) -> Sequence[Post]:
        """Those whose pages are unknown, so that they are sought among those of posts."""
        return [post for path, post in self._posts.items() if path not in self._pages]

    def compete(self, posts: Iterable[Post]) -> None:
        """Seek the pages of these, too, unless they are certain."""
        for post in posts:
            if post.path not in self._certain:
                self._pages.pop(post.path, None)

    def place(self, found: Mapping[PurePosixPath, PurePosixPath]) -> None:
        """Keep the pages that were found of files that are no posts."""
        self._pages |= {path: {page} for path, page in found.items() if path in self._posts}
