"""Tell an edit of a post that readers cannot see if its page stays as it is. Pure.

The body comes from the page. Beside it readers see what the front matter says, and the lead of the
source.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import SUMMARY_KEYS

if TYPE_CHECKING:
    from publisher.post import Medium, Post

_MOST = 20  # versions that are remembered


def alike(old: Post | None, new: Post, known: tuple[str, ...]) -> tuple[str, ...]:
    """The sources (`Post.source`) of versions that show readers the same as the new post.

    `old` is the version that was taken last, None if there is none, and `known` are those that show
    the same as that one. The date of the last change does not count: without anything else to see,
    it is no news. Neither does another address: readers get the new link as a correction.
    """
    if old is None or _shown(old) != _shown(new):
        return ()
    if old.source in {"", new.source}:
        return known
    return (*known, old.source)[-_MOST:]


def _shown(post: Post) -> Post:
    """The post without what only the page shows, and what nobody sees."""
    lead, has_lead = _lead(post)
    return dataclasses.replace(
        post,
        body=lead,
        body_line=1,
        lines=(1, 1),
        slug="",
        page="",
        updated=post.published,
        id=(post.id[0], 1) if post.id else None,
        enclosures=tuple(map(_without_line, post.enclosures)),
        image=_without_line(post.image) if post.image else None,
        # Template tags of the lead may show any of them.
        values=post.values if has_lead else {key: post.values.get(key) for key in SUMMARY_KEYS},
        address=None,
        source="",
        earlier_ids=(),
    )


def _lead(post: Post) -> tuple[str, bool]:
    """What stands before the line that ends the lead, and whether there is one."""
    lead, marker, _ = post.body.partition(post.marker) if post.marker else ("", "", "")
    return (lead, True) if marker else ("", False)


def _without_line(medium: Medium) -> Medium:
    return replace(medium, line=1, file=None)
