"""A Node that retries requests while its service is busy (RFC 6120 section 8.3.2, type `wait`).

The pauses grow and have a random part, so that several clients do not retry in step. After a
limited time it gives up.
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


class RetryingNode:
    """Wraps another Node. `seconds` is how long all its pauses may last together."""

    def __init__(self, node: Node, clock: Clock, *, seconds: float) -> None:
        self._node = node
        self._clock = clock
        self._seconds_left = seconds
        self._pauses = BACKOFF.pauses()
        self._paused_until = 0.0

    @property
    def address(self) -> NodeAddress:
        return self._node.address

    async def look(self, also: Sequence[str] = ()) -> State:
        return await self._retry(lambda: self._node.look(also))

    async def prospect(self) -> State:
        return await self._retry(self._node.prospect)

    async def create(self) -> bool:
        return await self._retry(self._node.create)

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        return await self._retry(lambda: self._node.configure(fields))

    async def delete_unused(self) -> bool:
        return await self._retry(self._node.delete_unused)

    async def has_subscribers(self) -> bool:
        return await self._retry(self._node.has_subscribers)

    async def obstacle_to_silence(self) -> str:
        return await self._retry(self._node.obstacle_to_silence)

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        return await self._retry(lambda: self._node.fetch(ids))

    async def fetch_all(self, listed: int) -> list[Item]:
        return await self._retry(lambda: self._node.fetch_all(listed))

    async def publish(self, item: Item) -> None:
        await self._retry(lambda: self._node.publish(item))

    async def retract(self, id_: str, *, notify: bool) -> None:
        await self._retry(lambda: self._node.retract(id_, notify=notify))

    async def _retry(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            await self._pause()
            try:
                answer = await call()
            except Busy as busy:
                self._wait_longer(busy)
            else:
                # The service has recovered, so the next pause is short again.
                self._pauses = BACKOFF.pauses()
                return answer

    async def _pause(self) -> None:
        """Wait until the pause is over. All calls share it, because each adds to the load."""
        while (left := self._paused_until - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _wait_longer(self, busy: Busy) -> None:
        if self._clock.monotonic() < self._paused_until:
            return  # this request was in flight already when the pause began
        if self._seconds_left <= 0:
            raise Unavailable(f"{busy}; it still refuses after several retries") from busy
        pause = min(next(self._pauses), self._seconds_left)
        self._seconds_left -= pause
        self._paused_until = self._clock.monotonic() + pause
