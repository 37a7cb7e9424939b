"""Items that a full node hides, and lists again once others are retracted. Pure.

COMPAT(Openfire 5.2): it deletes nothing to keep to `max_items`. Without a second look, such an item
would be announced as a new post, or stay although its post is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.errors import UnsafePlanError
from publisher.sync import guard as guards
from publisher.sync.changes import Publish, Retract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.guard import Guard
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.node import State, Step, Task
    from publisher.sync.plan import Plan


def may_reappear(
    task: Task,
    state: State,
    steps: Sequence[Step],
    recorded: Mapping[str, Recorded],
    *,
    retracted: int,
) -> bool:
    """Whether so many retracts since `state` may have brought back items that matter to the run.

    A second look costs requests. So there is none if posts that cannot be at the node already take
    the room again: then hidden items stay hidden.
    """
    if not (state.may_hide and state.max_items is not None and retracted):
        return False
    added = _added(steps)
    if len(state.ids) - retracted + len(added) < state.max_items:
        return True
    listed = [post.published for post in task.desired if post.id in state.ids]
    # The ledger knows the items that are hidden, unless it is new. Hidden are those that were
    # published first, mostly the oldest posts.
    return any(
        not recorded
        or change.id in recorded
        or change.post.published < max(listed, default=change.post.published)
        for change in added
    )


def count_retracted(steps: Sequence[Step]) -> int:
    return sum(isinstance(step.change, Retract) and step.outcome == "done" for step in steps)


def _added(steps: Sequence[Step]) -> list[Publish]:
    """The publishes that are left to send of items that the node does not have."""
    return [
        step.change
        for step in steps
        if isinstance(step.change, Publish)
        and step.change.action in {"new", "missing"}
        and step.outcome == "planned"
    ]


class Reappeared(Struct, frozen=True):
    """What a second look changes: other changes for posts that need no publish, and retracts.

    A post without a change is at the node already.
    """

    instead: dict[str, Change | None]
    retracts: tuple[Retract, ...]


def compare(steps: Sequence[Step], listed: Collection[str], plan: Plan, guard: Guard) -> Reappeared:
    """Compare the steps that are left with what the node lists now, and the `plan` for that.

    Items that this run has retracted are left alone, even if the service still lists them.
    """
    changes = {change.id: change for change in plan.changes}
    added = sorted(change.id for change in _added(steps))
    known = {step.change.id for step in steps}
    retracts = tuple(c for c in plan.changes if isinstance(c, Retract) and c.id not in known)
    return Reappeared(
        # A post that is not listed may have lost its room to items that are.
        {id_: changes.get(id_) for id_ in added if id_ in listed or id_ not in changes},
        _safe(retracts, plan, guard),
    )


def _safe(retracts: tuple[Retract, ...], plan: Plan, guard: Guard) -> tuple[Retract, ...]:
    """Those of the retracts that the guard allows; the next run asks about the others."""
    try:
        guards.require_safe(replace(plan, changes=retracts, moved=()), guard, has_audience=False)
    except UnsafePlanError:
        return tuple(change for change in retracts if not change.notify)
    return retracts
