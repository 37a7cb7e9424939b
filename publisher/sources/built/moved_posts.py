"""Find posts whose files were renamed and edited before the site was built. Pure.

Such a post is a new one without a page, and its old file is gone. Until the site is built, nothing
tells readers more than the old page does, so the item of the old file stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.bodies.opened_page import title_of
from publisher.sources.built.pages.words import consecutive, source_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.post import Post

MOST_GONE = 20  # old posts that are compared with the new ones
_LEAST_SHARED = 0.5  # of the old text


def moved_posts(gone: Sequence[Post], waiting: Sequence[Post]) -> Iterator[tuple[Post, Post]]:
    """Yield each post that is gone with the one that is waiting and has most of its text."""
    texts = [(post, _threes(post)) for post in waiting]
    for old in gone[:MOST_GONE]:
        had = _threes(old)
        for new, text in texts:
            if had and len(had & text) >= _LEAST_SHARED * len(had):
                yield old, new
                break


def _threes(post: Post) -> frozenset[tuple[str, ...]]:
    return frozenset(consecutive(source_words(post.body, title=title_of(post))))
