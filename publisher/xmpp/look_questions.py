"""What a look asks a service beside the list of items, all at once.

Each question is answered by itself, and some answers are not needed once others are known. Waiting
for one before the next is asked would take a round trip for each.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.errors import Busy, Refused
from publisher.xmpp import items

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from xml.etree.ElementTree import Element

    from publisher.sync.item import Item
    from publisher.xmpp.requests import Requests


class Questions(Struct, frozen=True):
    """The answers, once they have arrived: the configuration, our affiliation, all affiliations.

    Awaiting one raises the error that the service answered. `items` is None if none were asked for.
    """

    form: asyncio.Task[Element | None]
    affiliation: asyncio.Task[str]
    affiliations: asyncio.Task[dict[str, str]]
    items: asyncio.Task[list[Item]] | None = None

    async def fetched(self) -> tuple[Item, ...]:
        """The items that were asked for; none if the service refuses them together."""
        if self.items is None:
            return ()
        try:
            return tuple(await self.items)
        except Busy:
            raise
        except Refused:
            return ()


@asynccontextmanager
async def asked(requests: Requests, ids: Sequence[str]) -> AsyncIterator[Questions]:
    """Ask all questions, and stop waiting for those that are left at the end of the block."""
    questions = Questions(
        asyncio.create_task(requests.form()),
        asyncio.create_task(requests.affiliation()),
        asyncio.create_task(requests.affiliations()),
        asyncio.create_task(items.requested(requests, ids)) if ids else None,
    )
    tasks = (questions.form, questions.affiliation, questions.affiliations, questions.items)
    pending = [task for task in tasks if task]
    try:
        yield questions
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
