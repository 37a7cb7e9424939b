"""Make a node equal to the posts: look, decide, then change by change intent, step, record.

Knows no protocol: a Node is whatever can be looked at, published to and retracted from. Refuses
to guess: what has no answer stays intended, and the next run asks the node.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, assert_never

from publisher import item as items
from publisher import plan as plans
from publisher.errors import (
    Forbidden,
    LedgerError,
    NotFound,
    PublisherError,
    Refused,
    TooBig,
    Unavailable,
)
from publisher.plan import Adopt, Forget, Publish, Refuse, Retract

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from publisher.item import Address, Item, Seen
    from publisher.ledger import Ledger
    from publisher.plan import Change, Desired, Plan, Recorded

CHUNK = 20  # payloads per fetch: some 100 kB, and never more than 20 times a stanza

Outcome: TypeAlias = Literal["planned", "done", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class State:
    """What a node is like.

    `unreadable` says why we do not know its `max_items` (None otherwise means: without bound).
    `exposed`: it is open to all, and is not to be. `drift` lists what is configured differently
    than wanted.
    """

    ids: tuple[str, ...] = ()
    max_items: int | None = None
    unreadable: str = ""
    persistent: bool = True
    exposed: bool = False
    drift: tuple[str, ...] = ()


class Node(Protocol):
    """A pubsub node (XEP-0060). Every call may raise Refused and Unavailable."""

    @property
    def address(self) -> Address: ...
    async def look(self) -> State:
        """Raises NotFound if the node does not exist."""

    async def create(self) -> None: ...
    async def fetch(self, ids: Sequence[str]) -> list[Item]: ...
    async def publish(self, item: Item) -> None: ...
    async def retract(self, id_: str, *, notify: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A change and what became of it."""

    change: Change
    outcome: Outcome = "planned"
    reason: str = ""


@dataclass(slots=True)
class Result:
    """What became of one node's plan. `error` ended the work on it; `notes` are for its owner.

    `items` is how many items the node held, `foreign` which of them are not ours.
    """

    address: Address
    items: int = 0
    foreign: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: PublisherError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a node is to become. `make` gives the item of an id, shortened to a level of
    `item.item`; it is called when the item is needed.
    """

    desired: Sequence[Desired]
    make: Callable[[str, int], Item]
    keep: int | None = None
    broken: bool = False
    allow_retracts: bool = False


async def preview(node: Node, task: Task, ledger: Ledger) -> Result:
    """What `reconcile` would do. Changes nothing, not even the ledger."""
    result = Result(node.address)
    try:
        plan = await _plan(node, task, ledger, result, create=False)
        result.steps = [_planned(change) for change in plan.changes]
        plans.check(plan, ledger.recorded(node.address), allow_retracts=task.allow_retracts)
    except PublisherError as error:
        result.error = error
    return result


async def reconcile(
    node: Node,
    task: Task,
    ledger: Ledger,
    *,
    hold_back: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
    on_step: Callable[[Step, int], None],
) -> Result:
    """Make the node equal to the posts. Errors of the service are in the result.

    `hold_back` is asked, before anything is sent, which of the ids to be published must wait, and
    why; `on_step` gets every step taken, and how many there will be.
    """
    result = Result(node.address)
    try:
        plan = await _plan(node, task, ledger, result, create=True)
        result.steps = [_planned(change) for change in plan.changes]
        plans.check(plan, ledger.recorded(node.address), allow_retracts=task.allow_retracts)
        held = await hold_back([c.id for c in plan.changes if isinstance(c, Publish)])
    except Forbidden as error:
        result.error = error
        result.steps = [Step(c, "refused", str(error)) for c in _all_new(task)]
    except PublisherError as error:
        result.error = error
    else:
        await _Run(node, task, ledger, result, held).apply(on_step)
        if held and result.error is None:
            count = f"{len(held)} {'post waits' if len(held) == 1 else 'posts wait'}"
            result.error = Unavailable(f"{count} for a page on the web; run again later")
    return result


async def _plan(node: Node, task: Task, ledger: Ledger, result: Result, *, create: bool) -> Plan:
    state = await _look(node, create=create)
    result.notes += [f"its {drift}" for drift in state.drift]
    if not state.persistent:
        raise Refused(f"{node.address} keeps no items; set its pubsub#persist_items to true")
    if state.exposed:
        raise Forbidden(f"{node.address} is open to all; set its pubsub#access_model first")
    if state.unreadable and task.keep is None:
        raise Forbidden(
            f"{state.unreadable}. If the account is only meant to publish there, or the number is "
            "hidden, set `keep` of this node, to at most what it can hold"
        )
    recorded = ledger.recorded(node.address)
    plan = plans.decide(
        task.desired,
        recorded,
        await _present(node, state.ids, recorded),
        keep=task.keep,
        max_items=state.max_items,
        broken=task.broken,
    )
    result.items, result.foreign = len(state.ids), plan.foreign
    if plan.outside:
        result.notes.append(f"has no room for the oldest posts, {plan.outside} in number")
    if plan.withheld:
        result.notes.append(f"keeps {plan.withheld} removed until every post can be read")
    return plan


async def _look(node: Node, *, create: bool) -> State:
    try:
        return await node.look()
    except NotFound:
        if not create:
            return State()
    await node.create()
    return await node.look()


async def _present(
    node: Node, ids: Sequence[str], recorded: Mapping[str, Recorded]
) -> dict[str, Seen]:
    """What is at the node. What we recorded as done is taken from the ledger, not fetched."""
    known = {id_: recorded[id_] for id_ in ids if id_ in recorded and recorded[id_].done}
    present = {
        id_: items.Seen(id_, None, record.title, record.fingerprint)
        for id_, record in known.items()
    }
    rest = [id_ for id_ in ids if id_ not in known]
    for start in range(0, len(rest), CHUNK):
        for found in await node.fetch(rest[start : start + CHUNK]):
            present[found.id] = items.seen(found.id, found.payload)
    return present


@dataclass(frozen=True, slots=True)
class _Run:
    """One plan on its way into one node."""

    node: Node
    task: Task
    ledger: Ledger
    result: Result
    held: Mapping[str, str]

    async def apply(self, on_step: Callable[[Step, int], None]) -> None:
        recorded = self.ledger.recorded(self.node.address)
        steps = self.result.steps
        for index, planned in enumerate(steps):
            steps[index] = await self._step(planned, recorded.get(planned.change.id))
            if steps[index].outcome != "planned":
                on_step(steps[index], len(steps))

    async def _step(self, planned: Step, record: Recorded | None) -> Step:
        if isinstance(self.result.error, Forbidden) and isinstance(planned.change, Publish):
            return Step(planned.change, "refused", str(self.result.error))
        if isinstance(self.result.error, Unavailable | LedgerError) or planned.outcome == "refused":
            return planned
        if planned.change.id in self.held:
            return replace(planned, reason=self.held[planned.change.id])
        return await self._take(planned.change, record)

    async def _take(self, change: Change, record: Recorded | None) -> Step:
        try:
            reason = await self._do(change)
        except (Unavailable, LedgerError) as error:
            self.result.error = error
            return Step(change, "unknown", "the next run finds out")
        except Refused as error:
            self.ledger.restore(self.node.address, record, change.id)
            # Who may not add may add nothing; an edit or a retract may be of somebody else's item.
            if isinstance(error, Forbidden) and change.action in {"new", "missing"}:
                self.result.error = error
            return Step(change, "refused", str(error))
        return Step(change, "done", reason)

    async def _do(self, change: Change) -> str:
        """Intent, effect, record. Returns what is to be said about it."""
        address, ledger = self.node.address, self.ledger
        match change:
            case Publish():
                ledger.intend(address, change.id, change.title, change.fingerprint)
                item = await self._publish(change.id)
                ledger.done(address, change.id, change.title, change.fingerprint)
                return item.shortened
            case Adopt():
                ledger.done(address, change.id, change.title, change.fingerprint)
            case Retract():
                await _retract(self.node, change)
                ledger.forget(address, change.id)
                return change.reason
            case Forget():
                ledger.forget(address, change.id)
            case Refuse(reason=reason):
                return reason
            case _:
                assert_never(change)
        return ""

    async def _publish(self, id_: str) -> Item:
        """Publish as much of the post as the service takes."""
        item = self.task.make(id_, 0)
        while True:
            try:
                await self.node.publish(item)
            except TooBig:
                if item.level == items.SHORTEST:
                    raise
                item = self.task.make(id_, item.level + 1)
            else:
                return item


async def _retract(node: Node, change: Retract) -> None:
    try:
        await node.retract(change.id, notify=change.notify)
    except NotFound:
        return  # somebody was faster: it is gone, as wanted


def _planned(change: Change) -> Step:
    if isinstance(change, Refuse):
        return Step(change, "refused", change.reason)
    return Step(change, "planned", change.reason if isinstance(change, Retract) else "")


def _all_new(task: Task) -> Sequence[Change]:
    """What would have been published at a node that we may not even create."""
    return plans.decide(task.desired, {}, {}, keep=task.keep).changes
