"""Look at a node, and decide what must change there.

What the node holds is taken from the ledger where that is known to be durable; everything else is
fetched. Absence is never concluded from a list alone: an item that should be there is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.config import NODE_KEYS
from publisher.errors import Forbidden, NotFound, Refused
from publisher.sync import hints, item
from publisher.sync import plan as plans
from publisher.sync.item import Seen, is_sendable
from publisher.sync.node import NOTIFICATION_FIELDS, State
from publisher.sync.plan import Publish

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Drift, Node, Result, Task
    from publisher.sync.plan import Plan, Recorded
    from publisher.system.retry import Clock

CHUNK = 20  # payloads per fetch: some 100 kB, and never more than 20 times a stanza

# Some servers keep an acknowledged item in memory for seconds before a crash cannot undo it; and
# the stream of a run that died may still be read by its server for a while.
DURABLE_SECONDS = 30.0
DRAIN_SECONDS = 2.0
DRAINS = 60  # two minutes: what was on the way is read by then, even at 2,000 bytes per second


async def look(
    node: Node, task: Task, ledger: Ledger, result: Result, *, clock: Clock, change: bool
) -> tuple[State, Plan]:
    """The node as it is now, and the plan. With `change` it is created and repaired first.

    Writes what its owner and the author should know into `result`.

    Raises Forbidden, Refused, Unavailable if nothing can be published there.
    """
    state = await _state(node, ledger, change=change)
    result.looked = True
    state = await _repaired(node, task, ledger, state, result, change=change)
    _require_usable(node, task, state)
    recorded = ledger.recorded(node.address)
    present = {}
    if state.exists:
        present = await _present(node, task, state.ids, recorded, clock=clock)
    gone = [r for r in recorded.values() if r.state == "retracted" and r.id not in present]
    if change:
        ledger.seen(node.address, _durable(recorded, present, clock.now()))
        for record in gone:
            if clock.now() - record.at >= DURABLE_SECONDS:
                ledger.forget(node.address, record.id)
    plan = plans.decide(
        task.desired,
        {id_: record for id_, record in recorded.items() if record not in gone},
        present,
        task.policy,
        max_items=state.max_items,
        broken=task.broken,
    )
    if state.unreadable:
        _require_room(node, plan, task, present)
    if task.asked:
        plan = plans.narrow(plan, task.asked)
    result.hints += [*hints.renamed(plan, recorded), *hints.moved(task.desired, recorded, present)]
    result.items, result.foreign, result.unclaimed = len(state.ids), plan.foreign, plan.unclaimed
    result.notes += notes(plan, task)
    return state, plan


async def _state(node: Node, ledger: Ledger, *, change: bool) -> State:
    try:
        return await node.look()
    except NotFound:
        if not change:
            return State(exists=False)
    before = ledger.visit(node.address)
    ledger.remember(node.address, replace(before, created=True))
    try:
        await node.create()
    except Refused:
        ledger.remember(node.address, before)
        raise
    return await node.look()


async def _repaired(
    node: Node, task: Task, ledger: Ledger, state: State, result: Result, *, change: bool
) -> State:
    """Set what is not as wanted, if we created the node or its owner named the field.

    Notifications are always ours to turn on: a quiet run that died left them off.
    """
    visit = ledger.visit(node.address)
    named = task.named | {*NOTIFICATION_FIELDS}
    ours = [
        drift
        for drift in state.drift
        if drift.name in named or (visit.created and drift.name != "access_model")
    ]
    if state.exposed:  # closing it is its owner's to do: who subscribed while it was open may stay
        ours = [drift for drift in ours if drift.name != "access_model"]
        state = replace(state, drift=tuple(d for d in state.drift if d.name != "access_model"))
    left = set(state.drift)
    if ours and change:
        left -= await _configure(node, ours, result)
        state = await node.look()
    elif ours:
        result.notes += [f"its {drift}; publish repairs that" for drift in ours]
        left -= set(ours)
    if (
        change
        and visit.muted
        and not any(drift.name in NOTIFICATION_FIELDS for drift in state.drift)
    ):
        ledger.remember(node.address, replace(visit, muted=False))
    result.notes += [_reported(drift, ours) for drift in state.drift if drift in left]
    return state


def _reported(drift: Drift, ours: Collection[Drift]) -> str:
    if drift in ours:
        return f"its {drift}"
    key = drift.name if drift.name in NODE_KEYS else f"options: {{{drift.name}: ...}}"
    return f"its {drift}; name {key} in the configuration, and its owner's account repairs that"


async def _configure(node: Node, ours: Sequence[Drift], result: Result) -> set[Drift]:
    """The drift that is repaired now."""
    try:
        left = await node.configure({drift.name: drift.wanted for drift in ours})
    except Refused as error:
        result.notes.append(f"its configuration could not be repaired: {error}")
        return set()
    repaired = {drift for drift in ours if drift.name not in left}
    result.repaired = bool(repaired)
    result.notes += [f"repaired: its {drift}" for drift in ours if drift in repaired]
    return repaired


def _require_usable(node: Node, task: Task, state: State) -> None:
    if not state.persistent:
        raise Refused(f"{node.address} keeps no items; set its pubsub#persist_items to true")
    if state.exposed:
        raise Forbidden(
            f"{node.address} is open to all, and the configuration wants it closed; set its "
            "pubsub#access_model, and look who has subscribed, or take a new node"
        )
    if state.unreadable and task.policy.keep is None:
        raise Forbidden(
            f"{state.unreadable}. If the account is only meant to publish there, or the number is "
            "hidden, set `keep` of this node, to at most what it can hold"
        )


async def _present(
    node: Node, task: Task, ids: Sequence[str], recorded: Mapping[str, Recorded], *, clock: Clock
) -> dict[str, Seen]:
    wanted = {post.id: post.fingerprint for post in task.desired}
    trusted = {
        id_: plans.as_seen(recorded[id_])
        for id_ in ids
        if id_ in recorded and not task.verify and _is_trusted(recorded[id_], wanted)
    }
    listed, ours = set(ids), recorded.keys() | wanted.keys()
    missing = [id_ for id_ in recorded if id_ in wanted and id_ not in listed]
    # What somebody else put there is there, even if it can be neither asked for nor read.
    strange = {id_: Seen(id_, None, None, None) for id_ in ids if id_ not in ours}
    skipped = trusted.keys() if _needs_foreign(task, recorded) else trusted.keys() | strange.keys()
    asked = [id_ for id_ in ids if id_ not in skipped and is_sendable(id_)]
    found = await _fetch(node, [*asked, *missing])
    young = [
        record
        for record in recorded.values()
        if record.state == "intended" and clock.now() - record.at < DURABLE_SECONDS
    ]
    await _drain(node, young, found, clock)
    return strange | trusted | found


def _needs_foreign(task: Task, recorded: Mapping[str, Recorded]) -> bool:
    """Whether anything depends on what the items hold that are neither recorded nor desired.

    COMPAT(ejabberd 23.01): it dies when it is asked for an item that is nested 6,000 levels deep,
    and any publisher may have put one there.
    """
    return task.verify or task.fetch_foreign or task.policy.prune != "own" or not recorded


def _is_trusted(record: Recorded, wanted: Mapping[str, str]) -> bool:
    """Not where something would be sent: another run, of an older ledger, may have sent it."""
    return (
        record.state == "seen" and wanted.get(record.id, record.fingerprint) == record.fingerprint
    )


async def _fetch(node: Node, ids: Sequence[str]) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for start in range(0, len(ids), CHUNK):
        for one in await node.fetch(ids[start : start + CHUNK]):
            found[one.id] = item.seen(one.id, one.payload)
    return found


async def _drain(
    node: Node, young: Sequence[Recorded], found: dict[str, Seen], clock: Clock
) -> None:
    """Ask again for what was sent a moment ago, until it has arrived or no more arrives."""
    for _ in range(DRAINS):
        waiting = [r.id for r in young if r.id not in found or not _is_same(r, found[r.id])]
        if not waiting:
            return
        await clock.sleep(DRAIN_SECONDS)
        again = await _fetch(node, waiting)
        if all(found.get(id_) == again.get(id_) for id_ in waiting):
            return
        found |= again


def _is_same(record: Recorded, seen: Seen) -> bool:
    return record.fingerprint == seen.fingerprint


def _durable(
    recorded: Mapping[str, Recorded], present: Mapping[str, Seen], now: float
) -> Sequence[str]:
    """What was acknowledged long enough ago, and is still there as it was acknowledged."""
    return [
        id_
        for id_, record in recorded.items()
        if record.state == "done"
        and now - record.at >= DURABLE_SECONDS
        and id_ in present
        and _is_same(record, present[id_])
    ]


def _require_room(node: Node, plan: Plan, task: Task, present: Collection[str]) -> None:
    """Where we may not know how many items fit: what is missing must not be what was pushed out."""
    missing = [c.post.published for c in plan.publishes if c.action == "missing"]
    there = [post.published for post in task.desired if post.id in present]
    if missing and there and max(missing) < min(there):
        raise Forbidden(
            f"{node.address} has pushed out {_oldest(len(missing))} of ours: it holds fewer than "
            f"`keep`; set `keep` of this node to {len(there)}"
        )


def notes(plan: Plan, task: Task) -> Iterator[str]:
    """What the plan leaves out without an error. For a plan by the ledger alone, too."""
    asked = task.asked and sum(task.asked(Publish(post, "new")) for post in task.desired)
    if plan.outside and not plan.shortage:
        outside = len(plan.outside)
        yield f"no room for {_oldest(outside) if asked is None else _asked_for(outside, asked)}"
    if plan.withheld and not plan.shortage:
        yield plans.withheld(plan.withheld)
    if plan.put_off:
        what = "other change waits" if plan.put_off == 1 else "other changes wait"
        yield f"{plan.put_off} {what} for a run without a selection"
    if plan.older and asked is not None:
        verb = "is" if len(plan.older) == 1 else "are"
        yield f"{_asked_for(len(plan.older), asked)} {verb} too old for `keep`"


def _oldest(count: int) -> str:
    return "the oldest post" if count == 1 else f"the {count} oldest posts"


def _asked_for(count: int, asked: int) -> str:
    return "the post asked for" if asked == 1 else f"{count} of the posts asked for"
