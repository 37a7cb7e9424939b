"""What it means if a service does not know an item that should be retracted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import NotFound, Refused

if TYPE_CHECKING:
    from publisher.sync.node import Node

# COMPAT(ejabberd 23.01): it restarts in this state if it is killed within a second of a change.
_CONTRADICTION = (
    "the service shows the item but says that it does not exist, as after a crash; ask its "
    "administrator to remove it, or use a new node"
)

# COMPAT(Prosody): it lists an id that has a line end or a tab with a space in its place.
_ANOTHER_ID = (
    "the service lists the item, but has no item with this id, so it probably lists another id; "
    "retract the item with another client"
)


async def require_gone(node: Node, id_: str, *, is_ours: bool, error: NotFound) -> None:
    """Make sure that the item is gone, as after a retract by another client. Raises Refused.

    `is_ours`: the ledger knows the item.
    """
    if await node.fetch([id_]):
        raise Refused(_CONTRADICTION) from error
    if not is_ours and id_ in (await node.look()).ids:
        raise Refused(_ANOTHER_ID) from error
