"""Apply a plan: for each change, record the intent, send it, and record the answer.

Several changes are in flight at a time. They are sent in the order of the plan, and no publish is
sent before every retract is answered, because the retracts make room. The newest post is sent when
all others are answered, so that it is the last item of the node. If corrections of older posts
follow, it is sent once more after them, without notification. The bytes in flight are limited: a
server that throttles its clients answers nothing until it has read all of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

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
from publisher.sync.absent_items import require_gone
from publisher.sync.changes import Adopt, Correct, Forget, Hold, Publish, Refuse, Retract
from publisher.sync.in_flight import InFlight, PreparedChange, batches, likely_culprit
from publisher.sync.item import SHORTEST
from publisher.sync.ledger_records import Recorded
from publisher.sync.ledger_writes import LedgerWrites
from publisher.sync.node import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.item import Item
    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Node, NotDeployed, Result, Task
    from publisher.system.retry import Clock

_LOCAL = (Adopt, Forget, Refuse, Hold)  # changes of which nothing is sent


@dataclass(slots=True)
class PlanRun:
    """Applies one plan to one node. `not_deployed` has the ids that must not be sent.

    `recorded` is what the ledger had before the first change.
    """

    node: Node
    task: Task
    ledger: Ledger
    result: Result
    clock: Clock
    not_deployed: Mapping[str, NotDeployed]
    on_step: Callable[[Step, int], None]
    recorded: Mapping[str, Recorded] = field(default_factory=dict)
    _in_flight: InFlight = field(default_factory=InFlight)
    _writes: LedgerWrites = field(init=False)
    _lost: list[Item] = field(default_factory=list)  # in flight when the stream broke

    def __post_init__(self) -> None:
        self._writes = LedgerWrites(self.ledger)

    async def retract(self) -> None:
        """Take the steps that make no request, and the retracts.

        Each step is replaced by one with its outcome.
        """
        self.recorded = self.ledger.recorded(self.node.address)
        steps = self.result.steps
        local = [i for i, s in enumerate(steps) if isinstance(s.change, _LOCAL)]
        # They come first: if the ledger cannot be written, the error keeps everything else from
        # being sent.
        self._record_local_changes(local)
        retracts = (i for i, s in enumerate(steps) if isinstance(s.change, Retract))
        await self._send(self._prepared(retracts))

    async def retract_also(self, retracts: Iterable[Retract]) -> None:
        """Take retracts that were not planned before."""
        steps = self.result.steps
        start = len(steps)
        steps += [Step(change) for change in retracts]
        await self._send(self._prepared(range(start, len(steps))))

    def replace_publishes(self, instead: Mapping[str, Change | None]) -> None:
        """Take other changes for these posts, or none because they need none any more."""
        steps = self.result.steps
        for index, step in reversed([*enumerate(steps)]):
            if step.change.id not in instead or not isinstance(step.change, Publish):
                continue
            if change := instead[step.change.id]:
                steps[index] = Step(change)
            else:
                del steps[index]
        self._record_local_changes(
            index
            for index, step in enumerate(steps)
            if isinstance(step.change, _LOCAL) and step.change.id in instead
        )

    async def publish(self, *, silent: bool) -> None:
        """Take the publishes.

        If the run is not `silent`, corrections are left: `correct` takes those later, when
        notifications are off.
        """
        steps = self.result.steps
        publishes = (Publish, Correct) if silent else Publish
        await self._send_newest_last(
            i for i, s in enumerate(steps) if isinstance(s.change, publishes)
        )
        self._record_culprit()

    @property
    def has_corrections(self) -> bool:
        """Whether corrections are left to send."""
        return any(self._unsent(change) is None for _, change in self._corrections())

    async def correct(self) -> None:
        """Send the corrections. Notifications must be off."""
        indexes = [index for index, _ in self._corrections()]
        await self._send_newest_last(indexes)
        self._record_culprit()
        await self._repeat_newest(indexes)

    async def _repeat_newest(self, corrected: Iterable[int]) -> None:
        """Send the newest post of this run again if it is newer than all `corrected` ones.

        A service moves what it has just replaced to the end, so the last item would be an old one.
        No step is added: to readers and to the guards nothing has changed.
        """
        steps = self.result.steps  # in the order of their posts
        last = max((i for i in corrected if steps[i].outcome == "done"), default=len(steps))
        published = [
            step.change
            for step in steps[last:]
            if isinstance(step.change, Publish) and step.outcome == "done"
        ]
        if published:
            await self._repeat(published[-1])

    async def _repeat(self, done: Publish) -> None:
        """Send an item again that the node has acknowledged in this run.

        If the service refuses it, the item is there as before.
        """
        try:
            record = self.ledger.recorded(self.node.address)[done.id]
            repeat = Correct(done.post, adopted=record)
            if self._unsent(repeat):
                return
            try:
                await self._publish(repeat, self.task.make_item(done.id, record.level), record)
            except Refused:
                self.ledger.restore(self.node.address, record, done.id)
        except PublisherError as error:
            # The intent stays in the ledger, and the next look finds the item.
            self._keep_error(error)

    def refuse_corrections(self) -> None:
        """End the corrections that no later run may send either."""
        for index, correct in self._corrections():
            unsent = self._unsent(correct)
            if unsent and unsent.outcome == "refused":
                self._end(index, unsent)

    def adopt_corrections(self) -> int:
        """Record the items as they are instead of correcting them. Returns how many there are."""
        corrections = self._corrections()
        for index, correct in corrections:
            self.result.steps[index] = Step(correct.as_adoption())
        self._record_local_changes(index for index, _ in corrections)
        return len(corrections)

    def _corrections(self) -> list[tuple[int, Correct]]:
        """The corrections that are not done, with the indexes of their steps."""
        return [
            (index, step.change)
            for index, step in enumerate(self.result.steps)
            if isinstance(step.change, Correct) and step.outcome == "planned"
        ]

    def _record_local_changes(self, indexes: Iterable[int]) -> None:
        """Take the steps that change only the ledger."""
        try:
            with self.ledger.transaction():
                for index in indexes:
                    self._end(index, self._recorded_step(self.result.steps[index]))
        except LedgerError as error:
            self.result.error = error

    def _recorded_step(self, planned: Step) -> Step:
        match planned.change:
            case Adopt(record=record):
                at = record.recorded_at or self.clock.now()
                self.ledger.record_adopted(self.node.address, replace(record, recorded_at=at))
            case Forget(id=id_):
                self.ledger.forget(self.node.address, id_)
            case Hold(record=Recorded() as record):
                now = self.clock.now()
                self.ledger.record_adopted(self.node.address, replace(record, recorded_at=now))
                return planned
            case _:
                return planned
        return replace(planned, outcome="done")

    async def _send_newest_last(self, indexes: Iterable[int]) -> None:
        """Send changes that are in the order of their posts, the last of them after all others.

        If a post must not be sent, the last is the newest of the others.
        """
        newest: list[PreparedChange] = []

        def others() -> Iterator[PreparedChange]:
            for prepared in self._prepared(indexes):
                yield from newest
                newest[:] = [prepared]

        await self._send(others())
        # COMPAT(Openfire 5.2): it executes requests that are in flight together in any order, and
        # new subscribers receive the item that it executed last.
        await self._send(newest)

    async def _send(self, changes: Iterable[PreparedChange]) -> None:
        async with asyncio.TaskGroup() as in_flight:
            for batch in batches(changes):
                await self._launch(in_flight, batch)

    def _prepared(self, indexes: Iterable[int]) -> Iterator[PreparedChange]:
        """The changes that may be sent. Ends the others."""
        for index in indexes:
            change = self.result.steps[index].change
            prepared = self._unsent(change) or self._prepare(index, change)
            if isinstance(prepared, Step):
                self._end(index, prepared)
            else:
                yield prepared

    def _prepare(self, index: int, change: Change) -> PreparedChange | Step:
        try:
            item = self._item(change) if isinstance(change, Publish | Correct) else None
        except Refused as error:
            return Step(change, "refused", str(error))
        return PreparedChange(index, change, item, change.id in self.task.send_alone)

    def _unsent(self, change: Change) -> Step | None:
        """The outcome of a change that must not be sent, None if it may be."""
        error = self.result.error
        if isinstance(error, Forbidden) and isinstance(change, Publish):
            return Step(change, "refused", str(error))
        if error is not None and not isinstance(error, Forbidden):
            # Planned and not refused: the next run will send it.
            return Step(change)
        if found := self.not_deployed.get(change.id):
            return Step(change, "planned" if found.waits else "refused", found.reason)
        return None

    async def _launch(self, in_flight: asyncio.TaskGroup, batch: Sequence[PreparedChange]) -> None:
        """Send changes, in their order, as soon as the window has room for them."""
        await self._in_flight.enter(batch)
        for prepared in batch:
            # An answer may have ended the run while these waited.
            if unsent := self._unsent(prepared.change):
                self._in_flight.leave(prepared)
                self._end(prepared.index, unsent)
            else:
                in_flight.create_task(self._run_step(prepared))
        await asyncio.sleep(0)

    def _item(self, change: Publish | Correct) -> Item:
        record = self.recorded.get(change.id)
        # An edited post or another page may be shorter, so it starts at its full length again.
        made_from = (change.post.fingerprint, change.post.page)
        is_same = record is not None and (record.fingerprint, record.page) == made_from
        level = record.level if record and is_same else 0
        if level > SHORTEST:
            raise TooBig("the server closed the stream even at the shortest item; shorten the post")
        return self.task.make_item(change.id, level)

    async def _run_step(self, prepared: PreparedChange) -> None:
        try:
            self._end(prepared.index, await self._sent(prepared.change, prepared.item))
        finally:
            self._in_flight.leave(prepared)

    async def _sent(self, change: Change, item: Item | None) -> Step:
        try:
            return await self._send_one(change, item)
        except Refused as error:
            # An account that may not add this item may not add any. But if it may not replace or
            # retract one, that item may just be another publisher's.
            if isinstance(error, Forbidden) and change.action in {"new", "missing"}:
                self._keep_error(error)
            self._restore_record(change)
            return Step(change, "refused", str(error))
        except PublisherError as error:
            if isinstance(error, StreamBroken) and item:
                self._lost.append(item)
            self._keep_error(error)
            # The intent stays in the ledger, so the next look fetches the item to see whether it
            # arrived.
            return Step(change, "unknown", "the next run finds out")

    def _restore_record(self, change: Change) -> None:
        try:
            self.ledger.restore(self.node.address, self.recorded.get(change.id), change.id)
        except LedgerError as error:
            self._keep_error(error)

    def _keep_error(self, error: PublisherError) -> None:
        """Keep the first error, which caused the later ones. A later one replaces Forbidden."""
        if self.result.error is None or isinstance(self.result.error, Forbidden):
            self.result.error = error

    async def _send_one(self, change: Change, item: Item | None) -> Step:
        """Record the intent, send the change, record the answer."""
        match change:
            case Publish() | Correct():
                assert item  # noqa: S101 - `_prepare` has made it
                return await self._publish(change, item, self.recorded.get(change.id))
            case Retract():
                return await self._retract(change)
            case Adopt() | Forget() | Refuse() | Hold():
                return Step(change, "done")
            case _:
                assert_never(change)

    async def _retract(self, change: Retract) -> Step:
        try:
            await self.node.retract(change.id, notify=change.notify)
        except NotFound as error:  # another client retracted it, or the service contradicts itself
            await require_gone(
                self.node, change.id, is_ours=change.id in self.recorded, error=error
            )
        # The record stays for now: if the server crashes, the item may be there again.
        # With `prune: site` or `all`, the ledger may not know the item.
        record = self.recorded.get(change.id) or Recorded(change.id, change.title, "")
        record_it = partial(self.ledger.record_retracted, self.node.address, record)
        await self._writes.write(partial(record_it, at=self.clock.now()))
        return Step(change, "done", change.reason)

    async def _publish(
        self, change: Publish | Correct, item: Item, before: Recorded | None
    ) -> Step:
        """Publish the item, shortened as far as necessary. `before` is the record that it had."""
        # The item is of the same source, so the one at the node may stay until it arrives.
        replaces_same = change.action in {"corrected", "refresh"}
        adopted = change.post.reading if replaces_same else ""
        await self._record(self.ledger.record_intent, change, item, adopted=adopted)
        if unsent := self._unsent(change):  # an answer has ended the run meanwhile
            self.ledger.withdraw(self.node.address, before, change.id)
            return unsent
        while True:
            try:
                await self.node.publish(item)
            except TooBig:
                if item.level == SHORTEST:
                    raise
                item = self.task.make_item(change.id, item.level + 1)
            else:
                is_added = change.action == "new" and before is None
                await self._record(self.ledger.record_done, change, item, is_added=is_added)
                return Step(change, "done", item.shortened)

    async def _record(
        self, record: Callable[..., None], change: Publish | Correct, item: Item, **more: object
    ) -> None:
        more |= {"at": self.clock.now(), "level": item.level, "text": item.text}
        await self._writes.write(partial(record, self.node.address, change.post, **more))

    def _end(self, index: int, step: Step) -> None:
        self.result.steps[index] = step
        if step.outcome in {"done", "refused"}:
            self.on_step(step, len(self.result.steps))

    def _record_culprit(self) -> None:
        """Have the biggest item that was in flight when the stream broke sent shorter next time.

        Sent again unchanged, it would break the stream again, and no other post would arrive. If
        the server gave no reason, it may just have died: then that item is first sent unchanged
        once more, alone.
        """
        culprit = likely_culprit(self._lost)
        if culprit is None:
            return
        if isinstance(self.result.error, StreamReset) and culprit.id not in self.task.send_alone:
            self.result.suspect_id = culprit.id
            return
        try:
            self.ledger.record_level(self.node.address, culprit.id, culprit.level + 1)
            self.result.culprit_recorded = True
        except LedgerError as error:
            self._keep_error(error)
