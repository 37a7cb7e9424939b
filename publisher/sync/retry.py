"""A Node that tries again what its service refuses for the moment only (XEP-0060, type `wait`).

Waits longer from time to time, never at the same beat as others, and gives up in the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from publisher.errors import Busy, Unavailable
from publisher.system.retry import Backoff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from publisher.sync.item import Item
    from publisher.sync.node import Node, State
    from publisher.system.retry import Clock
    from publisher.text.node_address import NodeAddress

BACKOFF = Backoff(first=0.5, longest=8.0, jitter=0.5)

T = TypeVar("T")


class Patient:
    """Another Node; `seconds` is how long it may wait in all."""

    def __init__(self, node: Node, clock: Clock, *, seconds: float) -> None:
        self._node = node
        self._clock = clock
        self._left = seconds
        self._pauses = BACKOFF.pauses()
        self._until = 0.0

    @property
    def address(self) -> NodeAddress:
        return self._node.address

    async def look(self) -> State:
        return await self._persist(self._node.look)

    async def create(self) -> None:
        await self._persist(self._node.create)

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        return await self._persist(lambda: self._node.configure(fields))

    async def has_subscribers(self) -> bool:
        return await self._persist(self._node.has_subscribers)

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        return await self._persist(lambda: self._node.fetch(ids))

    async def publish(self, item: Item) -> None:
        await self._persist(lambda: self._node.publish(item))

    async def retract(self, id_: str, *, notify: bool) -> None:
        await self._persist(lambda: self._node.retract(id_, notify=notify))

    async def _persist(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            await self._pause()
            try:
                answer = await call()
            except Busy as busy:
                self._wait_longer(busy)
            else:
                self._pauses = BACKOFF.pauses()
                return answer

    async def _pause(self) -> None:
        """All calls wait together: those in flight would only add to the load."""
        while (left := self._until - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _wait_longer(self, busy: Busy) -> None:
        if self._clock.monotonic() < self._until:
            return  # it was sent before we knew
        if self._left <= 0:
            raise Unavailable(f"{busy}; it still does after several tries") from busy
        pause = min(next(self._pauses), self._left)
        self._left -= pause
        self._until = self._clock.monotonic() + pause
