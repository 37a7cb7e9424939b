"""Apply a plan: for every change intent, step, record. Several are on their way at a time.

They leave in the order of the plan, and no publish leaves before every retract is answered: that
makes the room. How many bytes are on their way is bounded, because a server that is slow on purpose
answers nothing until it has read them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from publisher.errors import (
    Forbidden,
    LedgerError,
    NotFound,
    PublisherError,
    Refused,
    StreamBroken,
    StreamReset,
    TooBig,
)
from publisher.sync.item import SHORTEST
from publisher.sync.node import Step
from publisher.sync.plan import Adopt, Forget, Publish, Recorded, Refuse, Retract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from publisher.sync.item import Item
    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Node, Result, Task
    from publisher.sync.plan import Change
    from publisher.system.retry import Clock

# More than some 50 requests at a time gain nothing, and cost the client more for each.
WINDOW = 32
WINDOW_BYTES = 128_000

# RFC 6120 section 13.12: no server may close a stream for a smaller stanza.
LEAST_LIMIT = 10_000


# COMPAT(ejabberd 23.01): killed within a second of a change, it comes back like that.
_CONTRADICTION = (
    "the service shows the item and says that it is not there, as after a crash; only its "
    "administrator can remove it, or take a new node"
)

# Prosody lists an id that has a line end or a tab with a blank in its place.
_ANOTHER_ID = (
    "the service lists the item, but has none of this id: it probably lists the id changed; "
    "retract the item with another client"
)


@dataclass(slots=True)
class _Window:
    """How much is on its way. A single item may be bigger than the bound."""

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


@dataclass(slots=True)
class Run:
    """One plan on its way into one node. `held` are the ids that wait, each with the reason."""

    node: Node
    task: Task
    ledger: Ledger
    result: Result
    clock: Clock
    held: Mapping[str, str]
    on_step: Callable[[Step, int], None]
    _recorded: Mapping[str, Recorded] = field(default_factory=dict)
    _window: _Window = field(default_factory=_Window)
    _broken: list[Item] = field(default_factory=list)

    async def apply(self) -> None:
        """Take the steps of the result; what becomes of each is written there."""
        self._recorded = self.ledger.recorded(self.node.address)
        steps = self.result.steps
        local = [i for i, s in enumerate(steps) if isinstance(s.change, Adopt | Forget | Refuse)]
        self._write_down(local)
        await self._send(i for i, s in enumerate(steps) if isinstance(s.change, Retract))
        await self._send(i for i, s in enumerate(steps) if isinstance(s.change, Publish))
        self._blame()

    def _write_down(self, indexes: Iterable[int]) -> None:
        """What changes nothing at the node."""
        try:
            with self.ledger.together():
                for index in indexes:
                    self._end(index, self._noted(self.result.steps[index]))
        except LedgerError as error:
            self.result.error = error

    def _noted(self, planned: Step) -> Step:
        match planned.change:
            case Adopt(post=post):
                at = self.clock.now()
                self.ledger.done(self.node.address, post, at=at)
            case Forget(id=id_):
                self.ledger.forget(self.node.address, id_)
            case _:
                return planned
        return replace(planned, outcome="done")

    async def _send(self, indexes: Iterable[int]) -> None:
        async with asyncio.TaskGroup() as flights:
            for index in indexes:
                planned = self.result.steps[index]
                reason = self._reason_against(planned.change)
                if reason is None:
                    await self._launch(flights, index, planned.change)
                else:
                    self._end(index, reason)

    def _reason_against(self, change: Change) -> Step | None:
        """What becomes of a change that is not sent."""
        error = self.result.error
        if isinstance(error, Forbidden) and isinstance(change, Publish):
            return Step(change, "refused", str(error))
        if error is not None and not isinstance(error, Forbidden):
            return Step(change)
        if change.id in self.held:
            return Step(change, "planned", self.held[change.id])
        return None

    async def _launch(self, flights: asyncio.TaskGroup, index: int, change: Change) -> None:
        try:
            item = self._item(change) if isinstance(change, Publish) else None
        except Refused as error:
            self._end(index, Step(change, "refused", str(error)))
            return
        size = len(item.payload) if item else 0
        if change.id in self.task.alone:
            size = max(size, WINDOW_BYTES)
        await self._window.enter(size)
        late = self._reason_against(change)  # the answer that made room may have ended it all
        if late:
            self._window.leave(size)
            self._end(index, late)
            return
        flights.create_task(self._fly(index, change, item, size))
        await asyncio.sleep(0)  # so that it leaves now, in its order

    def _item(self, change: Publish) -> Item:
        record = self._recorded.get(change.id)
        same = record is not None and record.fingerprint == change.post.fingerprint
        level = record.level if record and same else 0
        if level > SHORTEST:
            raise TooBig("the server closed the stream at it, shortened as it was; edit the post")
        return self.task.make(change.id, level)

    async def _fly(self, index: int, change: Change, item: Item | None, size: int) -> None:
        try:
            self._end(index, await self._take(change, item))
        finally:
            self._window.leave(size)

    async def _take(self, change: Change, item: Item | None) -> Step:
        try:
            return Step(change, "done", await self._do(change, item))
        except Refused as error:
            # Who may not add may add nothing; an edit or a retract may be of somebody else's item.
            if isinstance(error, Forbidden) and change.action in {"new", "missing"}:
                self._fail(error)
            return Step(change, "refused", self._taken_back(change, error))
        except PublisherError as error:
            if isinstance(error, StreamBroken) and item:
                self._broken.append(item)
            self._fail(error)
            return Step(change, "unknown", "the next run finds out")

    def _taken_back(self, change: Change, refusal: Refused) -> str:
        try:
            self.ledger.restore(self.node.address, self._recorded.get(change.id), change.id)
        except LedgerError as error:
            self._fail(error)
        return str(refusal)

    def _fail(self, error: PublisherError) -> None:
        """The first error is the cause; an account without the right gets no second one."""
        if self.result.error is None or isinstance(self.result.error, Forbidden):
            self.result.error = error

    async def _do(self, change: Change, item: Item | None) -> str:
        """Intent, effect, record. Returns what is to be said about it."""
        match change:
            case Publish():
                assert item is not None  # noqa: S101 - made in `_launch`
                return await self._publish(change, item)
            case Retract():
                return await self._retract(change)
            case Adopt() | Forget() | Refuse():
                return ""
            case _:
                assert_never(change)

    async def _retract(self, change: Retract) -> str:
        try:
            await self.node.retract(change.id, notify=change.notify)
        except NotFound as error:  # somebody was faster, or the service is wrong
            if await self.node.fetch([change.id]):
                raise Refused(_CONTRADICTION) from error
            if change.id not in self._recorded and change.id in (await self.node.look()).ids:
                raise Refused(_ANOTHER_ID) from error
        self._bury(change)
        return change.reason

    def _bury(self, change: Retract) -> None:
        """Not forgotten yet: a server that dies now may bring it back."""
        record = self._recorded.get(change.id) or Recorded(change.id, change.title, "")
        self.ledger.retracted(self.node.address, record, at=self.clock.now())

    async def _publish(self, change: Publish, item: Item) -> str:
        """Publish as much of the post as the service takes."""
        address, ledger, now = self.node.address, self.ledger, self.clock.now
        ledger.intend(address, change.post, at=now(), level=item.level)
        while True:
            try:
                await self.node.publish(item)
            except TooBig:
                if item.level == SHORTEST:
                    raise
                item = self.task.make(change.id, item.level + 1)
            else:
                ledger.done(address, change.post, at=now(), level=item.level)
                return item.shortened

    def _end(self, index: int, step: Step) -> None:
        self.result.steps[index] = step
        if step.outcome in {"done", "refused"}:
            self.on_step(step, len(self.result.steps))

    def _blame(self) -> None:
        """Of what was on its way when the server closed the stream, the biggest goes shorter.

        It must not be sent as it was: the stream would break again, and cost every other post. If
        the server gave no reason, it may have died: then the biggest is sent once more, alone.
        """
        suspects = [item for item in self._broken if len(item.payload) > LEAST_LIMIT]
        if not suspects:
            return
        culprit = max(suspects, key=lambda item: len(item.payload))
        if isinstance(self.result.error, StreamReset) and culprit.id not in self.task.alone:
            self.result.suspect = culprit.id
            return
        try:
            self.ledger.shorten(self.node.address, culprit.id, culprit.level + 1)
            self.result.blamed = True
        except LedgerError as error:
            self._fail(error)
