"""The policy by which a node is kept equal to the posts. A value only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from publisher.sync.renames import NO_RENAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from publisher.sync.item import Seen
    from publisher.sync.renames import Renames


class Policy(Struct, frozen=True, kw_only=True):
    """How a node is kept equal to the posts.

    `is_minted` tells whether an item has the atom:id that our site mints for its item id. `refresh`
    publishes the items that the node has already once more. `new_ids` has the ids of the items that
    may get another atom:id, because the site has moved.
    """

    keep: int | None = None
    edits: Literal["push", "ignore"] = "push"
    prune: Literal["own", "site", "all"] = "own"
    exclusive: bool = False
    refresh: bool = False
    is_minted: Callable[[Seen], bool] = lambda _: False
    renames: Renames = NO_RENAMES
    new_ids: Collection[str] = frozenset()
