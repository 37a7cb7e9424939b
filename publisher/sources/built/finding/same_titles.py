"""Find the posts whose titles do not tell their pages apart. Pure.

A page shows the title of a post also if it is that of another post with the same title, or with a
longer one. Then its words must tell whose page it is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.opened_page import title_of
from publisher.sources.built.pages.title_words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post

_MOST = 200  # posts of one title that are compared at once: a series is told by its neighbours
_LONGEST = 12  # words of a title within which others are sought


class SameTitles:
    """The titles of the posts of a site, and of its files that are no posts."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._titles = {post.path: _words(post) for post in posts}
        self._posts: defaultdict[tuple[str, ...], list[Post]] = defaultdict(list)
        for post in posts:
            self._posts[self._titles[post.path]].append(post)
        self._holders: defaultdict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
        for title in self._posts:
            for part in _parts(title):
                if part in self._posts:
                    self._holders[part].append(title)

    def are_shared(self, path: PurePosixPath) -> bool:
        """Whether another post has the title of this one, or a part of it, or one around it."""
        title = self._titles[path]
        return len(self._posts[title]) > 1 or any(map(any, self._related(title)))

    def others(self, post: Post) -> Sequence[Post]:
        """The other posts that share the title; if they are many, those next to this one."""
        title = self._titles[post.path]
        titles = {title, *(one for found in self._related(title) for one in found)}
        found = [other for one in titles for other in self._posts[one] if other.path != post.path]
        found.sort(key=lambda other: (abs(other.published - post.published), other.path))
        return found[:_MOST]

    def _related(self, title: tuple[str, ...]) -> Iterator[list[tuple[str, ...]]]:
        """The other titles that hold this one, and those that it holds."""
        yield self._holders.get(title, [])
        yield [part for part in _parts(title) if part in self._posts]


def _words(post: Post) -> tuple[str, ...]:
    return tuple(in_words(title_of(post) or "").split())


def _parts(title: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The shorter titles that a page with this one shows (see `page_words.holds_title`)."""
    title = title[:_LONGEST]
    for length in range(2, len(title)):
        for start in range(len(title) - length + 1):
            yield title[start : start + length]
    if len(title) > 1:
        yield title[:1]
