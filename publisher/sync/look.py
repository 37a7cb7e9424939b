"""Look at a node, and make the plan for it.

The node is created and repaired first, if the run may do that (`node_setup`); then its items are
read, as far as the ledger does not know them (`present_items`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import Forbidden
from publisher.sync import ledger_plan, rename_hints, rights
from publisher.sync import plan as plans
from publisher.sync.changes import Forget, makes_room
from publisher.sync.current_texts import with_texts
from publisher.sync.decide import decide
from publisher.sync.edit_or_correction import is_same
from publisher.sync.node import ignore_reading
from publisher.sync.node_setup import prepared
from publisher.sync.plan_notes import notes, oldest
from publisher.sync.present_items import (
    DURABLE_SECONDS,
    likely_fetched,
    needs_foreign,
    present_items,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from publisher.sync.item import Seen
    from publisher.sync.ledger import Ledger
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.node import Node, OnRead, Result, State, Task
    from publisher.sync.plan import Plan
    from publisher.system.retry import Clock


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
    trusts = {"done", "seen"} if again else {"seen"}
    also = likely_fetched(task, ledger.recorded(node.address), trusts)
    state = await prepared(node, task, ledger, result, change=change, also=also)
    reads_all = task.verify or ledger.last_look(node.address).reader != task.reader
    ids = {*state.ids} if reads_all else task.reread.intersection(state.ids)
    task = await with_texts(task, ids, clock)
    recorded = ledger.recorded(node.address)
    present: Mapping[str, Seen] = {}
    if state.exists:
        present = await present_items(
            node, task, state, recorded, trusts=trusts, clock=clock, on_read=on_read
        )
    gone = _gone(state, recorded, present)
    if change:
        recorded |= _record_look(ledger, node, recorded, present, gone, now=clock.now())
    plan = _decided(task, state, recorded, present, gone)
    hidden = _hidden(state, plan, recorded)
    if change:
        ledger.record_hidden(node.address, hidden)
    plan = plans.without(plan, hidden)
    if state.max_items_problem:
        _require_room(node, plan, task, present)
    plan = _selected(plan, task, state, recorded)
    obstacle = await _obstacle_to_corrections(node, plan, task, state)
    plan = plans.without_corrections(plan) if obstacle else plan
    if not change:  # once the run has made the changes, a line in the front matter is too late
        result.hints.extend(rename_hints.post_renamed(plan, recorded, present, task.policy.renames))
    result.items, result.foreign = len(state.ids), plan.foreign
    if needs_foreign(task, recorded):
        result.unclaimed = plan.unclaimed
    result.notes += notes(plan, task, state, obstacle=obstacle)
    return state, plan


def _decided(
    task: Task,
    state: State,
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    gone: Collection[str],
) -> Plan:
    return decide(
        task.desired,
        # These count as never published, so a post that comes back is new.
        {id_: record for id_, record in recorded.items() if id_ not in gone},
        present,
        task.policy,
        max_items=state.max_items,
        has_unreadable_posts=task.has_unreadable_posts,
        skipped=task.skipped,
    )


def _selected(plan: Plan, task: Task, state: State, recorded: Mapping[str, Recorded]) -> Plan:
    """The plan for what the run selects, with the posts that may reappear while it is made."""
    if task.is_selected:
        plan = plans.narrow(plan, task.is_selected)
    if state.may_hide:
        plan = replace(plan, may_reappear=ledger_plan.hidden_posts(plan, recorded))
    return plan


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
    with ledger.transaction():  # after an import these are thousands
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
