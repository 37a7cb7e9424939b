"""What the ledger alone tells about a node: the plan if the node holds what the ledger says. Pure.

The node is not asked, so this shows what a run would do, and whether it need ask at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sync.changes import Retract
from publisher.sync.decide import decide
from publisher.sync.edit_or_correction import as_seen, difference, needs_no_publish
from publisher.sync.room import RememberedShortage, Shortage
from publisher.sync.skipped import NONE_SKIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.plan import Plan
    from publisher.sync.policy import Policy
    from publisher.sync.skipped import SkippedFiles


def is_settled(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    policy: Policy,
    *,
    room: int | None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles = NONE_SKIPPED,
) -> bool:
    """Whether the ledger alone shows that the node equals the posts.

    It never does while the node lacks room, because the items that took the room may be gone.
    """
    # A hidden item shows that nothing is open: it is not at the node, and need not be.
    if policy.refresh or any(r.state not in {"seen", "hidden"} for r in recorded.values()):
        return False
    plan = from_ledger(
        posts,
        recorded,
        policy,
        room=room,
        has_unreadable_posts=has_unreadable_posts,
        skipped=skipped,
    )
    return not (plan.changes or plan.shortage)


def from_ledger(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    policy: Policy,
    *,
    room: int | None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles = NONE_SKIPPED,
) -> Plan:
    """The plan for a node that holds exactly the items that it acknowledged to the ledger."""
    # An item that was retracted or is hidden counts as never published, as in a plan for the node
    # itself.
    hidden = {id_: one for id_, one in recorded.items() if one.state == "hidden"}
    recorded = {
        id_: one for id_, one in recorded.items() if id_ not in hidden and one.state != "retracted"
    }
    present = {id_: as_seen(record) for id_, record in recorded.items() if record.done}
    plan = decide(
        posts,
        recorded,
        present,
        policy,
        max_items=room,
        has_unreadable_posts=has_unreadable_posts,
        skipped=skipped,
    )
    plan = replace(plan, may_reappear=hidden_posts(plan, hidden))
    shortage = plan.shortage
    if not isinstance(shortage, Shortage):
        return plan
    remembered = RememberedShortage(
        posts=shortage.posts,
        room=shortage.limit,
        withheld=shortage.withheld,
        keep=shortage.keep,
    )
    return replace(plan, shortage=remembered)


def relocated(
    posts: Sequence[Desired], recorded: Mapping[str, Recorded], policy: Policy
) -> list[Desired]:
    """The posts whose item is recorded with another path, or with none, and needs no publish.

    If the item needs a publish, that records the new path.
    """
    relocated_posts: list[Desired] = []
    for post in posts:
        record = recorded.get(post.id)
        if record is None or record.state == "retracted" or record.path == post.path:
            continue
        if needs_no_publish(post, record) or policy.edits == "ignore":
            relocated_posts.append(post)
    return relocated_posts


def hidden_posts(plan: Plan, recorded: Mapping[str, Recorded]) -> frozenset[str]:
    """The ids of posts whose items a full node may only hide, so that nobody need be notified.

    If the plan retracts something, they may be listed again before anything is published.
    """
    if not any(isinstance(change, Retract) for change in plan.changes):
        return frozenset()
    added = [c.post for c in plan.publishes if c.action in {"new", "missing"}]
    return frozenset(post.id for post in added if _may_be_hidden(post, recorded.get(post.id)))


def _may_be_hidden(post: Desired, record: Recorded | None) -> bool:
    """Whether the node acknowledged the item, as the author has the post now."""
    if record is None or not (record.done or record.state == "hidden"):
        return False
    return difference(post, record, as_seen(record)) != "edit"
