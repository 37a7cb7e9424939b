"""The changes that were sent and are not answered yet: how many, and how big together.

The bytes are limited because a server that throttles its clients answers nothing until it has read
all of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sync.changes import Change
    from publisher.sync.item import Item

# More than some 50 requests in flight are not faster, and each costs the client more.
WINDOW = 32
# The slowest server that the watchdog tolerates (`watchdog.SLOWEST`) reads these in about a minute.
WINDOW_BYTES = 128_000

# RFC 6120 section 13.12: a server must not close the stream because of a smaller stanza.
LEAST_LIMIT = 10_000


@dataclass(slots=True)
class InFlight:
    """The changes in flight and their bytes. A single item may be bigger than the limit."""

    count: int = 0
    size: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, size: int) -> None:
        while self.count and (self.count >= WINDOW or self.size + size > WINDOW_BYTES):
            self.changed.clear()
            await self.changed.wait()
        self.count, self.size = self.count + 1, self.size + size

    def leave(self, size: int) -> None:
        self.count, self.size = self.count - 1, self.size - size
        self.changed.set()


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """A change that may be sent, with the index of its step, and its item if it has one."""

    index: int
    change: Change
    item: Item | None

    @property
    def size(self) -> int:
        return len(self.item.payload) if self.item else 0


def likely_culprit(lost: Sequence[Item]) -> Item | None:
    """The item because of which the server probably closed the stream, of those in flight then."""
    suspects = [item for item in lost if len(item.payload) > LEAST_LIMIT]
    # A stream error does not name the stanza that caused it. Size is the most likely reason.
    return max(suspects, key=lambda item: len(item.payload), default=None)
