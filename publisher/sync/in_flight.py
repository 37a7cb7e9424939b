"""The changes that were sent and are not answered yet: how many, and how big together.

The bytes are limited because a server that throttles its clients answers nothing until it has read
all of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.item import Item

# More than some 50 requests in flight are not faster.
WINDOW = 40
# Changes are sent in batches: what each costs besides its bytes, e.g. a transaction of the ledger,
# is then paid once. The rest of the window keeps the server busy meanwhile.
BATCH = 8
# The slowest server that the watchdog tolerates (`watchdog.SLOWEST`) reads these in about a minute.
WINDOW_BYTES = 128_000
BATCH_BYTES = WINDOW_BYTES // 8

# RFC 6120 section 13.12: a server must not close the stream because of a smaller stanza.
LEAST_LIMIT = 10_000


class InFlight(Struct):
    """The changes in flight and their bytes. A single item may be bigger than the limit."""

    count: int = 0
    size: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, batch: Sequence[PreparedChange]) -> None:
        """Wait until there is room for all changes of the batch."""
        count, size = len(batch), sum(change.size for change in batch)
        while self.count and (self.count + count > WINDOW or self.size + size > WINDOW_BYTES):
            self.changed.clear()
            await self.changed.wait()
        self.count, self.size = self.count + count, self.size + size

    def leave(self, change: PreparedChange) -> None:
        self.count, self.size = self.count - 1, self.size - change.size
        self.changed.set()


class PreparedChange(Struct, frozen=True):
    """A change that may be sent, with the index of its step, and its item if it has one.

    `is_alone`: it fills the window, so that no other item is in flight with it. If the stream
    breaks, it was the cause.
    """

    index: int
    change: Change
    item: Item | None
    is_alone: bool = False

    @property
    def size(self) -> int:
        size = len(self.item.payload) if self.item else 0
        return max(size, WINDOW_BYTES) if self.is_alone else size


def batches(changes: Iterable[PreparedChange]) -> Iterator[list[PreparedChange]]:
    """The changes in their order, some at a time. The last batch has what is left."""
    batch: list[PreparedChange] = []
    size = 0
    for change in changes:
        if batch and size + change.size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(change)
        size += change.size
        if len(batch) == BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def likely_culprit(lost: Sequence[Item]) -> Item | None:
    """The item because of which the server probably closed the stream, of those in flight then."""
    suspects = [item for item in lost if len(item.payload) > LEAST_LIMIT]
    # A stream error does not name the stanza that caused it. Size is the most likely reason.
    return max(suspects, key=lambda item: len(item.payload), default=None)
