"""Fetch items from a service that refuses all of them because one is missing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from publisher.sync.item import Item


async def existing(
    ask: Callable[[Sequence[str]], Awaitable[list[Item]]],
    ids: Sequence[str],
    *,
    require_node: Callable[[], Awaitable[None]],
) -> list[Item]:
    """Those of the items that exist, in the order of the ids.

    `ask` requests items, and `require_node` raises NotFound if the node does not exist.

    COMPAT(libervia-pubsub): it answers item-not-found because of one missing item, as it does if
    the node is missing. A service should leave missing items out (XEP-0060 section 6.5.9.12).
    """
    try:
        return await ask(ids)
    except NotFound:
        found: list[Item] = []
        for id_ in ids if len(ids) > 1 else ():
            with suppress(NotFound):
                found += await ask([id_])
        if not found:
            await require_node()
        return found
