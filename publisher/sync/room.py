"""Decide which posts a node has room for, and say so if it lacks room. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sync.desired import Desired


def window(posts: Sequence[Desired], *, keep: int | None, room: int | None) -> tuple[Desired, ...]:
    """The newest posts, oldest first: at most `keep`, and no more than there is `room` for."""
    # Without the id, posts with the same time could change places between two runs.
    ordered = sorted(posts, key=lambda post: (post.published, post.id))
    size = min(limit for limit in (keep, room, len(ordered)) if limit is not None)
    return tuple(ordered[len(ordered) - max(0, size) :])


def room(max_items: int | None, *, of_posts: int, others: int) -> int | None:
    """How many items of ours the node can hold, None if there is no limit.

    It holds the items `of_posts`, which are ours, and the `others`, which stay there.
    """
    if max_items is None:
        return None
    left = max(0, max_items - others)
    if of_posts + others <= max_items:
        return left
    # COMPAT(ejabberd): it counts the items of each publisher separately, so a node can hold
    # more than its limit. Others who fill a node must not make us retract our items.
    return max(left, min(of_posts, max_items))


class Shortage(Struct, frozen=True, kw_only=True):
    """A node has no room for some `posts` that it should hold.

    `limit` is how many items the node may hold. It holds `items` now, and `after` once the plan has
    been applied. `others` of these are not ours, and `withheld` are ours and wait to be retracted.
    `keep` is how many posts the configuration asks for, None if it leaves that to the node.
    """

    posts: int
    limit: int
    items: int
    after: int
    others: int
    withheld: int = 0
    keep: int | None = None

    def __str__(self) -> str:
        holds = "holds" if self.after == self.items else "will hold"
        figures = [
            f"the node {holds} {number_of(self.after, 'item')}",
            f"{self.others} {'is' if self.others == 1 else 'are'} not ours",
            f"its limit is {self.limit}",
        ]
        remedies = ["remove items there"] if self.others else []
        return _no_room(self, figures, [*remedies, _RAISE_LIMIT])


class RememberedShortage(Struct, frozen=True, kw_only=True):
    """A shortage according to the ledger, which does not know the items of others.

    `room` is how many items of ours the node had room for at the last look. The other fields are
    those of `Shortage`.
    """

    posts: int
    room: int
    withheld: int = 0
    keep: int | None = None

    def __str__(self) -> str:
        room = f"at the last look the node had room for {number_of(self.room, 'item')} of ours"
        remedies = ["run `publisher plan` to see what takes the room", _RAISE_LIMIT]
        return _no_room(self, [room], remedies)


_RAISE_LIMIT = "raise its pubsub#max_items"


def _no_room(
    shortage: Shortage | RememberedShortage, figures: Sequence[str], remedies: Sequence[str]
) -> str:
    if shortage.withheld:
        figures = [*figures, withheld_message(shortage.withheld)]
    if shortage.keep and shortage.keep > 1:
        remedies = [*remedies, "lower `keep`"]
    return (
        f"{', '.join(figures)}: no room for {number_of(shortage.posts, 'post')}; "
        f"{', or '.join(remedies)}"
    )


def withheld_message(count: int) -> str:
    """Say that the node still has items of ours although their posts are gone."""
    stay = "stays" if count == 1 else "stay"
    return f"{number_of(count, 'item')} without a post {stay} until every post can be read"
