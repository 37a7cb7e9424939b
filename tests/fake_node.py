"""A node in memory, for what no real server does on demand: to lose an answer, to say no.

`tests/test_node.py` holds it to the same contract as the real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import NotFound, TooBig, Unavailable
from publisher.item import Address, Item
from publisher.publish import State

if TYPE_CHECKING:
    from collections.abc import Sequence


class FakeNode:
    """`cut_before` and `cut_after` are the calls (from 1) at which the connection dies: before the
    call has its effect, or after it, with the answer lost. `answers` are raised by item id, and
    `too_big` is the level of shortening from which an item fits.
    """

    def __init__(self, *, exists: bool = True, max_items: int | None = None) -> None:
        self.address = Address("pubsub.example", "blog")
        self.exists = exists
        self.max_items = max_items
        self.persistent = True
        self.unreadable = ""
        self.exposed = False
        self.items: dict[str, str] = {}
        self.events: list[tuple[str, str]] = []
        self.calls: list[str] = []
        self.answers: dict[str, Exception] = {}
        self.too_big: dict[str, int] = {}
        self.cut_before: int | None = None
        self.cut_after: int | None = None

    async def look(self) -> State:
        self._begin("look")
        if not self.exists:
            raise NotFound("there is no such node", condition="item-not-found")
        self._end()
        return State(
            ids=tuple(self.items),
            max_items=self.max_items,
            unreadable=self.unreadable,
            persistent=self.persistent,
            exposed=self.exposed,
        )

    async def create(self) -> None:
        self._begin("create")
        self._answer("create")
        self.exists = True
        self._end()

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        self._begin(f"fetch {len(ids)}")
        self._end()
        return [Item(id_, self.items[id_]) for id_ in ids if id_ in self.items]

    async def publish(self, item: Item) -> None:
        self._begin(f"publish {item.id}")
        self._answer(item.id)
        if item.level < self.too_big.get(item.id, 0):
            raise TooBig("too big", condition="not-acceptable")
        self.items[item.id] = item.payload
        self.events.append(("published", item.id))
        self._end()

    async def retract(self, id_: str, *, notify: bool) -> None:
        self._begin(f"retract {id_}")
        self._answer(id_)
        if self.items.pop(id_, None) is None:
            raise NotFound("there is no such item", condition="item-not-found")
        if notify:
            self.events.append(("retracted", id_))
        self._end()

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        if len(self.calls) == self.cut_before:
            raise Unavailable("the connection was lost")

    def _answer(self, key: str) -> None:
        if key in self.answers:
            raise self.answers[key]

    def _end(self) -> None:
        if len(self.calls) == self.cut_after:
            raise Unavailable("the connection was lost")
