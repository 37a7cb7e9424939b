"""Look at a node, and make the plan for it.

What the ledger knows to be durable at the node is not fetched again; everything else is. If the
node does not list an item that should be there, the item is requested by its id before it counts as
missing. If the node is full, it is not: what a full node does not list, no reader sees.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.config import NODE_KEYS
from publisher.errors import Forbidden, NotFound, PublisherError, Refused
from publisher.sync import hints, item, ledger_plan, rights
from publisher.sync import plan as plans
from publisher.sync.changes import Forget, makes_room
from publisher.sync.decide import decide
from publisher.sync.item import Seen, is_sendable
from publisher.sync.node import NOTIFICATION_FIELDS, ItemsRead, ignore_reading
from publisher.sync.notes import notes, oldest
from publisher.sync.readings import as_seen, is_same, needs_no_publish

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Drift, Node, OnRead, Result, State, Task
    from publisher.sync.plan import Plan
    from publisher.sync.records import Recorded
    from publisher.system.retry import Clock

CHUNK = 20  # payloads per fetch: some 100 kB, and at most 20 times the largest stanza

# All items are fetched at once if at least one of so many is wanted. ejabberd reads the whole node
# for each request, and Prosody's default storage even for each id: there 50 of 500 items took 2.1
# seconds by their ids, and all of them together 0.3.
SHARE = 10

# Some servers keep an acknowledged item in memory for some seconds, and lose it if they crash.
# COMPAT(ejabberd 23.01): killed right after the answer it lost items, and 4 seconds later none.
DURABLE_SECONDS = 30.0

# After a run died, its server may still read what that run sent. Two minutes are enough for all
# that can be in flight (`apply.WINDOW_BYTES`), even at 2,000 bytes per second.
DRAIN_SECONDS = 2.0
DRAINS = 60


async def look(
    node: Node,
    task: Task,
    ledger: Ledger,
    result: Result,
    *,
    clock: Clock,
    change: bool = False,
    again: bool = False,
    on_read: OnRead = ignore_reading,
) -> tuple[State, Plan]:
    """The state of the node, and the plan for it. With `change` it is created and repaired first.

    A look `again` in one run fetches only what the ledger does not have from the run itself.
    Adds notes and hints to `result`. Raises Forbidden, Refused or Unavailable if nothing can be
    published at the node.
    """
    state = await _state(node, task, ledger, result, change=change)
    result.looked = True
    state = await _repaired(node, task, ledger, state, result, change=change)
    # Only now, because the repair may have made the node usable.
    if state.exists:
        _require_usable(node, task, state)
        rights.require_restrictions(node.address, task, state)
    recorded = ledger.recorded(node.address)
    present = {}
    if state.exists:
        trusts = {"done", "seen"} if again else {"seen"}
        present = await _present(
            node, task, state, recorded, trusts=trusts, clock=clock, on_read=on_read
        )
    gone = _gone(state, recorded, present)
    if change:
        recorded |= _record_look(ledger, node, recorded, present, gone, now=clock.now())
    plan = decide(
        task.desired,
        # These count as never published, so a post that comes back is new.
        {id_: record for id_, record in recorded.items() if id_ not in gone},
        present,
        task.policy,
        max_items=state.max_items,
        has_unreadable_posts=task.has_unreadable_posts,
        skipped=task.skipped,
    )
    hidden = _hidden(state, plan, recorded)
    plan = plans.without(plan, hidden)
    if change:
        ledger.record_hidden(node.address, hidden)
    if state.max_items_problem:
        _require_room(node, plan, task, present)
    if task.is_selected:
        plan = plans.narrow(plan, task.is_selected)
    if state.may_hide:
        plan = replace(plan, may_reappear=ledger_plan.hidden_posts(plan, recorded))
    obstacle = await _obstacle_to_corrections(node, plan, task, state)
    plan = plans.without_corrections(plan) if obstacle else plan
    if not change:  # once the run has made the changes, a line in the front matter is too late
        result.hints.extend(hints.post_renamed(plan, recorded, present, task.policy.renames))
    result.items, result.foreign = len(state.ids), plan.foreign
    if _needs_foreign(task, recorded):
        result.unclaimed = plan.unclaimed
    result.notes += notes(plan, task, state, obstacle=obstacle)
    return state, plan


def _record_look(
    ledger: Ledger,
    node: Node,
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    gone: Mapping[str, Recorded],
    *,
    now: float,
) -> dict[str, Recorded]:
    """Record what has become durable. Returns the records that this changes.

    Otherwise a change of the record would write the old state again, and the next run would look
    once more.
    """
    durable = _durable(recorded, present, now)
    ledger.record_seen(node.address, durable)
    for record in gone.values():
        if record.state == "retracted" and not 0 <= now - record.recorded_at < DURABLE_SECONDS:
            ledger.forget(node.address, record.id)
    return {id_: replace(recorded[id_], state="seen") for id_ in durable}


def _gone(
    state: State, recorded: Mapping[str, Recorded], present: Collection[str]
) -> dict[str, Recorded]:
    """The records of items that were retracted, or that a full node hides.

    An item that is back is left out. If it was retracted, the server has lost that, and the plan
    retracts it again because of the record. If it was hidden, it is ours as before.
    """
    # At a node with room nothing is hidden: such an item is gone, and the plan forgets it.
    states = {"retracted", "hidden"} if state.may_hide else {"retracted"}
    return {
        id_: record
        for id_, record in recorded.items()
        if record.state in states and id_ not in present
    }


def _hidden(state: State, plan: Plan, recorded: Mapping[str, Recorded]) -> Collection[str]:
    """The ids of items that the full node may only hide, and that must not be at the node.

    COMPAT(Openfire 5.2): it hides the oldest items beyond `max_items`, and lists them again once
    others are retracted. Other services delete them, which nobody can see from here.
    """
    if not state.may_hide:
        return ()
    return {
        change.id
        for change in plan.changes
        if (isinstance(change, Forget) and recorded[change.id].done)
        # A service may show a hidden item to those who ask for it by its id.
        or (makes_room(change) and change.id not in state.ids)
    }


async def _obstacle_to_corrections(node: Node, plan: Plan, task: Task, state: State) -> str:
    """Why the corrections of the plan cannot be sent without notifications; empty if they can."""
    # With --no-notify, everything is sent without notifications, or nothing.
    if not plan.corrections or (task.silent == "must" and plan.sends):
        return ""
    return rights.silence_refusal(task, state) or await node.obstacle_to_silence()


async def _state(node: Node, task: Task, ledger: Ledger, result: Result, *, change: bool) -> State:
    try:
        state = await node.look()
    except NotFound:
        state = await node.prospect()
    rights.require(task, state)
    if state.exists:
        return state
    rights.require_silent_creation(node.address, task, state)
    if not change:
        result.notes.append(rights.creation_note(task, state))
        return state
    before = ledger.last_look(node.address)
    # Recorded first, so that a later run knows that the node is ours if this one dies meanwhile.
    ledger.record_look(node.address, replace(before, created=True))
    try:
        is_ours = await node.create()
    # The service did not create the node. After any other error it may exist, so the record stays.
    except Refused:
        ledger.record_look(node.address, before)
        raise
    created = await node.look()
    if not is_ours:
        ledger.record_look(node.address, before)
        return created
    try:
        rights.require(task, created)
        rights.require_restrictions(node.address, task, created, is_created=True)
        _require_usable(node, task, created)
    except PublisherError:
        # A node that is not as it should be must not wait for somebody to use it.
        if await node.delete_unused():
            ledger.record_look(node.address, before)
            result.notes.append("the node that this run had created was deleted again")
        else:
            result.notes.append(
                "the node that this run has created is still there, because somebody may use it"
            )
        raise
    return created


async def _repaired(
    node: Node, task: Task, ledger: Ledger, state: State, result: Result, *, change: bool
) -> State:
    """Set fields with a wrong value, if we created the node or publisher.yaml sets the field.

    The notification fields are always set, because a silent run that died left them off.
    """
    last_look = ledger.last_look(node.address)
    fields = task.configured_fields | {*NOTIFICATION_FIELDS}
    ours = [
        drift
        for drift in state.drift
        # Somebody may have closed the node on purpose; only the configuration may open it again.
        if drift.name in fields or (last_look.created and drift.name != "access_model")
    ]
    if state.exposed:
        # Only the owner may close it: whoever subscribed while it was open might stay subscribed.
        ours = [drift for drift in ours if drift.name != "access_model"]
        # `_require_usable` raises an error about it, so it needs no note.
        state = replace(state, drift=tuple(d for d in state.drift if d.name != "access_model"))
    left = set(state.drift)
    if ours and state.not_owner:
        result.notes.append(f"its configuration could not be changed: {state.not_owner}")
    elif ours and change:
        left -= await _configure(node, ours, result)
        refused = frozenset(_field(drift) for drift in ours if drift in left)
        last_look = replace(last_look, refused=refused)
        ledger.record_look(node.address, last_look)
        state = await node.look()
    elif ours:
        settable = [drift for drift in ours if _field(drift) not in last_look.refused]
        result.notes += [f"its {drift}; `publisher publish` sets it" for drift in settable]
        result.notes += [
            f"its {drift}; `publisher publish` tries to set it, but failed last time"
            for drift in ours
            if drift not in settable
        ]
        left -= set(ours)
        state = rights.repaired(state, settable)
    if (
        change
        and last_look.muted
        and not any(drift.name in NOTIFICATION_FIELDS for drift in state.drift)
    ):
        ledger.record_look(node.address, replace(last_look, muted=False))
    result.notes += [_drift_note(drift, ours) for drift in state.drift if drift in left]
    return state


def _field(drift: Drift) -> str:
    """The field and its wanted value, as the ledger records it."""
    return f"{drift.name}={drift.wanted}".replace("\n", " ")


def _drift_note(drift: Drift, ours: Collection[Drift]) -> str:
    if drift in ours:  # `_configure` has noted why it could not be set
        return f"its {drift}"
    key = drift.name if drift.name in NODE_KEYS else f"options: {{{drift.name}: ...}}"
    return f"its {drift}; set {key} in the configuration, and publish with the node owner's account"


async def _configure(node: Node, ours: Sequence[Drift], result: Result) -> set[Drift]:
    """Set the fields. Returns the drift that this repaired."""
    try:
        left = await node.configure({drift.name: drift.wanted for drift in ours})
    except Refused as error:
        result.notes.append(f"its configuration could not be changed: {error}")
        return set()
    repaired = {drift for drift in ours if drift.name not in left}
    result.repaired = bool(repaired)
    result.notes += [f"repaired: its {drift}" for drift in ours if drift in repaired]
    return repaired


def _require_usable(node: Node, task: Task, state: State) -> None:
    if not state.persistent:
        raise Refused(f"{node.address} does not store items; set its pubsub#persist_items to true")
    if state.exposed:
        raise Forbidden(
            f"{node.address} is open to everybody, but the configuration wants it closed; set its "
            "pubsub#access_model and check who has subscribed, or use a new node"
        )
    if state.max_items_problem and task.policy.keep is None:
        raise Forbidden(
            f"{state.max_items_problem}. If the account should only publish there, or the service "
            "does not show the number, set `keep` of this node to at most what it can hold"
        )


async def _present(
    node: Node,
    task: Task,
    state: State,
    recorded: Mapping[str, Recorded],
    *,
    trusts: Collection[str],
    clock: Clock,
    on_read: OnRead,
) -> dict[str, Seen]:
    ids, wanted = state.ids, {post.id: post for post in task.desired}
    trusted = {
        id_: as_seen(recorded[id_])
        for id_ in ids
        if id_ in recorded and not task.verify and _is_trusted(recorded[id_], wanted, trusts)
    }
    listed, ours = set(ids), recorded.keys() | wanted.keys()
    just_sent = [
        record
        for record in recorded.values()
        # An older one has arrived by now, or is lost.
        if record.state == "intended" and clock.now() - record.recorded_at < DURABLE_SECONDS
    ]
    # COMPAT(Openfire 5.2): a full node hides items, and may still show one to those who ask for it
    # by its id. Such an item is not present. What was just sent may have arrived after the list.
    sought = {record.id for record in just_sent} if state.may_hide else recorded.keys()
    missing = [id_ for id_ in recorded if id_ in sought & wanted.keys() - listed]
    # An item of somebody else is present even if it can be neither requested nor parsed.
    strange = {id_: Seen(id_, None, None, None) for id_ in ids if id_ not in ours}
    skipped = trusted.keys() if _needs_foreign(task, recorded) else trusted.keys() | strange.keys()
    requested = [id_ for id_ in ids if id_ not in skipped and is_sendable(id_)]
    fetched: dict[str, Seen] = {}
    # `strange` items would be among all of them.
    if task.fetches_all and (not strange or _needs_foreign(task, recorded)):
        fetched = await _fetch_all(node, requested, listed=len(ids), on_read=on_read)
    left = [id_ for id_ in (*requested, *missing) if id_ not in fetched]
    fetched |= await _fetch(node, left, on_read)
    await _drain(node, just_sent, fetched, clock)
    # The last has priority: what was fetched is newer than what the ledger recorded.
    return strange | trusted | fetched


def _needs_foreign(task: Task, recorded: Mapping[str, Recorded]) -> bool:
    """Whether the plan or its output depends on items that are neither recorded nor desired."""
    # COMPAT(ejabberd 23.01): it crashes when it is asked for an item that is nested 6,000 levels
    # deep, and any publisher may have put one there. So these items are fetched only if necessary.
    return task.verify or task.fetch_foreign or task.policy.prune != "own" or not recorded


def _is_trusted(record: Recorded, wanted: Mapping[str, Desired], trusts: Collection[str]) -> bool:
    """Whether the record replaces a fetch."""
    # If the post differs from the record, it would be published; but a run with another copy of
    # the ledger may have published it already, so the item is fetched first.
    post = wanted.get(record.id)
    return record.state in trusts and (post is None or needs_no_publish(post, record))


async def _fetch_all(
    node: Node, ids: Sequence[str], *, listed: int, on_read: OnRead
) -> dict[str, Seen]:
    """Those of the items that came with all others; none if it takes less to ask for these alone.

    `listed` is how many items the node has.
    """
    if len(ids) <= CHUNK or len(ids) * SHARE < listed:
        return {}
    on_read(ItemsRead("reading", 0, listed))
    wanted = {*ids}
    # A service may refuse to show all, and show some. Busy is a Refused, too, but was retried.
    with suppress(Refused):
        found = await node.fetch_all(listed)
        return {one.id: item.seen(one.id, one.payload) for one in found if one.id in wanted}
    return {}


async def _fetch(node: Node, ids: Sequence[str], on_read: OnRead) -> dict[str, Seen]:
    fetched: dict[str, Seen] = {}
    for start in range(0, len(ids), CHUNK):
        on_read(ItemsRead("reading", start, len(ids)))
        for stored in await node.fetch(ids[start : start + CHUNK]):
            fetched[stored.id] = item.seen(stored.id, stored.payload)
    on_read(ItemsRead("reading", len(ids), len(ids)))
    return fetched


async def _drain(
    node: Node, just_sent: Sequence[Recorded], fetched: dict[str, Seen], clock: Clock
) -> None:
    """Fetch items that were just sent until all have arrived, or none arrived between two fetches.

    Updates `fetched`.
    """
    for _ in range(DRAINS):
        waiting = [r.id for r in just_sent if r.id not in fetched or not is_same(r, fetched[r.id])]
        if not waiting:
            return
        await clock.sleep(DRAIN_SECONDS)
        again = await _fetch(node, waiting, ignore_reading)
        if all(fetched.get(id_) == again.get(id_) for id_ in waiting):
            return
        fetched |= again


def _durable(
    recorded: Mapping[str, Recorded], present: Mapping[str, Seen], now: float
) -> Sequence[str]:
    """The ids of items that were acknowledged long enough ago and are unchanged at the node."""
    return [
        id_
        for id_, record in recorded.items()
        if record.state == "done"
        # In the future it was if the clock has gone back. Then nobody knows its age, and it would
        # be fetched at each look until the clock has caught up.
        and not 0 <= now - record.recorded_at < DURABLE_SECONDS
        and id_ in present
        and is_same(record, present[id_])
    ]


def _require_room(node: Node, plan: Plan, task: Task, present: Collection[str]) -> None:
    """Make sure that missing items were not dropped by a node whose limit we do not know."""
    missing = [c.post.published for c in plan.publishes if c.action == "missing"]
    there = [post.published for post in task.desired if post.id in present]
    # A full node drops its oldest items (XEP-0060 section 7.1.2.5).
    if missing and there and max(missing) < min(there):
        raise Forbidden(
            f"{node.address} has dropped {oldest(len(missing))} of ours, so it holds fewer than "
            f"`keep`; set `keep` of this node to {len(there)}"
        )
