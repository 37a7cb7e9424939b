"""The guards: they stop a plan that looks like a mistake, before anything is sent. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.errors import IdsChangedError, UnsafePlanError
from publisher.sync.changes import Publish
from publisher.sync.moved_site import refusal, template

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.sync.changes import Retract
    from publisher.sync.plan import Plan

# A plan may retract this many items, or this share of ours, without --allow-retracts.
# People remove a few posts at a time; a wrong folder or a failed checkout loses many at once.
FREE_RETRACTS = 3
RETRACT_SHARE = 0.3


class Guard(Struct, frozen=True, kw_only=True):
    """The limits that stop a plan that looks like a mistake.

    `announce_limit` is how many posts may be announced at once, None if any number may. `accepted`
    has the changes (see `acceptance_key`) of a plan that passed the guard and was interrupted.
    """

    allow_retracts: bool = False
    announce_limit: int | None = 10
    accepted: Collection[tuple[str, str]] = frozenset()


def acceptance_key(change: Publish | Retract) -> tuple[str, str]:
    """What identifies a change that passed the guard: its id and, if it publishes, fingerprint."""
    # With the fingerprint, so that a later edit of the post must pass the guard again.
    return change.id, change.post.fingerprint if isinstance(change, Publish) else ""


def accepted(plan: Plan, guard: Guard, *, silent: bool) -> list[tuple[str, str]]:
    """What the ledger keeps of a plan that passed, so that a later run may finish it."""
    keys = [acceptance_key(change) for change in plan.publishes]
    # A publish that passed because notifications were off is not accepted: a later run with
    # notifications must check it again. While some are not counted, none is accepted anew.
    if silent:
        keys = []
    elif plan.may_reappear:
        keys = [key for key in keys if key in guard.accepted]
    return [*map(acceptance_key, plan.retracts), *keys]


def exceeds_announce_limit(plan: Plan, guard: Guard) -> bool:
    """Whether the plan announces more posts at once than the guard allows."""
    return guard.announce_limit is not None and len(_announced(plan, guard)) > guard.announce_limit


def _announced(plan: Plan, guard: Guard) -> list[Publish]:
    """The publishes that count for `announce_limit`.

    A post whose item a full node may hide counts only after a second look at the node.
    """
    return [
        change
        for change in plan.publishes
        if change.id not in plan.may_reappear and acceptance_key(change) not in guard.accepted
    ]


def require_safe(
    plan: Plan, guard: Guard, *, has_audience: bool, can_be_silent: bool = True
) -> None:
    """Stop a plan that looks like a mistake.

    `has_audience`: the node has items or subscribers. `can_be_silent`: as far as we know, its
    notifications can be turned off. Raises UnsafePlanError, which names the options that allow the
    plan.
    """
    if plan.moved:
        line = template(plan.moved[-1][0])
        keep = f'id_template: "{line}"'
        raise IdsChangedError(refusal(plan.moved, keep, undone="nothing was published"))
    _require_safe_retracts(plan, guard)
    if has_audience and exceeds_announce_limit(plan, guard):
        counts = Counter(change.action for change in _announced(plan, guard))
        what = ", ".join(f"{number} {action}" for action, number in counts.items())
        silently = ", or --no-notify to publish silently (only the node's owner can)"
        raise UnsafePlanError(
            f"this would notify subscribers of {sum(counts.values())} posts at once ({what}), and "
            f"the limit is {guard.announce_limit}; nothing was published at the node. Feeds show "
            "these posts once they are built. Pass --announce-all to "
            f"notify them of all of them{silently if can_be_silent else ''}"
        )


def _require_safe_retracts(plan: Plan, guard: Guard) -> None:
    count = sum(
        acceptance_key(change) not in guard.accepted and change.id not in plan.replaced
        for change in plan.retracts
    )
    share = count / plan.ours if plan.ours else 0.0
    if guard.allow_retracts or not count:
        return
    # To lose all items at once is suspicious, however few they are.
    if count == plan.ours or (count > FREE_RETRACTS and share > RETRACT_SHARE):
        raise UnsafePlanError(
            f"this would retract {count} of the {plan.ours} items that were published; nothing "
            "was retracted or published at the node. Feeds lack these posts once they are built. "
            "If you mean to remove them, run again with --allow-retracts"
        )
