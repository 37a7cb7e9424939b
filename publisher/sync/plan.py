"""A plan: the changes that make a node equal to the posts, and what they leave as it is. Pure.

`sync.decide` makes it, and `sync.ledger_plan` from the ledger alone. It can be narrowed to the
changes that a run selects; nothing here adds one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.sync.changes import Correct, Hold, Publish, Retract, growth, makes_room
from publisher.sync.room import RememberedShortage, Shortage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from publisher.sync.changes import Change
    from publisher.sync.desired import Desired
    from publisher.sync.skipped import Skipped


class Plan(Struct, frozen=True):
    """The changes, in the order in which they must be made.

    `ours` is how many items at the node are ours now. `foreign` has the ids of the other items, and
    `unclaimed` the ids of items that are ours by their atom:id but have neither a post nor a
    record. `outside` has the posts that should be at the node but do not fit, and `shortage`
    explains that if it is an error. `older` has the posts that `keep` leaves out, `withheld` is
    how many retracts wait until every post can be read, `deferred` how many changes the
    selection of this run leaves out, `deferred_holds` how many of these are held posts, and
    `room` how many items of ours the node can hold. `reread` is how many items stay as they are
    although publisher reads their posts in another way now, `other_contents` how many were sent
    with other settings of the node (`item.contents`), `older_builds` how many show a page that was
    built anew since. `moved` has the old and the new
    atom:ids of items that nobody has decided on (`moves`), and `replaced` the ids of items that
    the author gives up for new posts (`renames`). `skipped` has the files of the items that
    stay because a rule of publisher takes them for no posts. `may_reappear` has the ids
    of posts that need no publish if the node lists their items again (`reappeared`).
    """

    changes: tuple[Change, ...]
    ours: int = 0
    foreign: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()
    outside: tuple[Desired, ...] = ()
    older: tuple[Desired, ...] = ()
    withheld: int = 0
    deferred: int = 0
    deferred_holds: int = 0
    reread: int = 0
    other_contents: int = 0
    older_builds: int = 0
    room: int | None = None
    shortage: Shortage | RememberedShortage | None = None
    moved: tuple[tuple[str, str], ...] = ()
    replaced: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = ()
    may_reappear: frozenset[str] = frozenset()

    @property
    def retracts(self) -> tuple[Retract, ...]:
        """The retracts that subscribers are notified of."""
        return tuple(c for c in self.changes if isinstance(c, Retract) and c.notify)

    def without_notifications(self) -> Plan:
        """The same plan, with retracts that notify nobody."""
        changes = (replace(c, notify=False) if isinstance(c, Retract) else c for c in self.changes)
        return replace(self, changes=tuple(changes))

    @property
    def publishes(self) -> tuple[Publish, ...]:
        """The new, changed and missing posts, of which the node notifies subscribers."""
        return tuple(c for c in self.changes if isinstance(c, Publish))

    @property
    def sends(self) -> bool:
        """Whether anything is sent to the node, apart from corrections."""
        return any(isinstance(change, Publish | Retract) for change in self.changes)

    @property
    def corrections(self) -> tuple[Correct, ...]:
        """The items to replace without notification."""
        return tuple(c for c in self.changes if isinstance(c, Correct))


def without_corrections(plan: Plan) -> Plan:
    """The plan for a node where nothing can be sent without notification: it adopts the items."""
    changes = (c.as_adoption() if isinstance(c, Correct) else c for c in plan.changes)
    return replace(plan, changes=tuple(changes), reread=plan.reread + len(plan.corrections))


def without(plan: Plan, ids: Collection[str]) -> Plan:
    """The plan without the changes of these items."""
    return replace(plan, changes=tuple(c for c in plan.changes if c.id not in ids))


def narrow(plan: Plan, is_selected: Callable[[Change], bool]) -> Plan:
    """The plan for the selected changes alone, with as many retracts for room as these need."""
    added = sum(is_selected(c) and c.action in {"new", "missing"} for c in plan.publishes)
    for_room = [change for change in plan.changes if makes_room(change)][:added]
    selected = tuple(
        change
        for change in plan.changes
        if change in for_room or (is_selected(change) and not makes_room(change))
    )
    outside, older = (
        tuple(post for post in posts if is_selected(Publish(post, "new")))
        for posts in (plan.outside, plan.older)
    )
    shortage = replace(plan.shortage, posts=len(outside)) if plan.shortage and outside else None
    if isinstance(shortage, Shortage):
        shortage = replace(shortage, after=shortage.items + growth(selected))
    return replace(
        plan,
        changes=selected,
        outside=outside,
        older=older,
        deferred=len(plan.changes) - len(selected),
        deferred_holds=sum(isinstance(c, Hold) and c not in selected for c in plan.changes),
        shortage=shortage,
    )
