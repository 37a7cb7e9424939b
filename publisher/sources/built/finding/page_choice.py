"""Choose the page of each post by its expected address and by what is remembered. Pure.

The page at the address that the engine's rules give comes first, then the page that the post had at
the last run. A page has one post. As long as it is as it was, it shows the post that had it,
whatever address that one has now: posts may exchange their addresses before the site is built. The
words of the others are compared with the pages that are left; if the page was written since, also
those of the one that had it, because it may show another of them now.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence
    from pathlib import PurePosixPath


class Candidates(Struct, frozen=True):
    """The pages that a post may have. `foreign` is one at its expected address that it has not.

    `is_as_it_was` tells whether the remembered page was not written since.
    """

    expected: PurePosixPath | None = None
    remembered: PurePosixPath | None = None
    foreign: PurePosixPath | None = None
    is_as_it_was: bool = True


class Choice(Struct, frozen=True):
    """The page of each post that has one, and the posts whose words must be compared."""

    pages: Mapping[PurePosixPath, PurePosixPath]
    undecided: Sequence[PurePosixPath]


def choose(
    candidates: Mapping[PurePosixPath, Candidates],
    existing: Container[PurePosixPath],
    *,
    others: Collection[PurePosixPath] = (),
) -> Choice:
    """Choose among the existing pages. The posts are the keys, in their order.

    `others` are pages of files that are no posts any more, and not written since they were.
    """
    owners: dict[PurePosixPath, PurePosixPath | None] = dict.fromkeys(others)
    owners |= _owners(candidates, existing)
    wishes: defaultdict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for post, one in candidates.items():
        if page := _first(post, one, existing, owners):
            wishes[page].append(post)
    pages = {
        owner: page for page, posts in wishes.items() if (owner := _owner(page, posts, candidates))
    }
    return Choice(pages, [post for post in candidates if post not in pages])


def _owners(
    candidates: Mapping[PurePosixPath, Candidates], existing: Container[PurePosixPath]
) -> Mapping[PurePosixPath, PurePosixPath]:
    """Of each page that was not written since one post had it, that post."""
    had: defaultdict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for post, one in candidates.items():
        if one.remembered and one.remembered in existing and one.is_as_it_was:
            had[one.remembered].append(post)
    return {page: posts[0] for page, posts in had.items() if len(posts) == 1}


def _first(
    post: PurePosixPath,
    one: Candidates,
    existing: Container[PurePosixPath],
    owners: Mapping[PurePosixPath, PurePosixPath | None],
) -> PurePosixPath | None:
    """The first page that exists, but not one that is known to be another's."""
    pages = [one.remembered] if one.expected == one.foreign else [one.expected, one.remembered]
    return next(
        (page for page in pages if page and page in existing and owners.get(page, post) == post),
        None,
    )


def _owner(
    page: PurePosixPath,
    posts: Sequence[PurePosixPath],
    candidates: Mapping[PurePosixPath, Candidates],
) -> PurePosixPath | None:
    """The post that has the page; None if several may have it."""
    if len(posts) == 1:
        return posts[0]
    had = [post for post in posts if candidates[post].remembered == page]
    return had[0] if len(had) == 1 and candidates[had[0]].is_as_it_was else None
