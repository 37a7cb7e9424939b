"""A plan: the changes that make a node equal to the posts. Pure: it decides, and changes nothing.

An item is *desired* if it belongs to one of the newest posts, *recorded* if the ledger has it, as
intended or as done, and *present* if the node has it. It is *ours* if it is recorded, if its
atom:id is the one that our site mints for that item id, or if the node is exclusive.

=======  ======================  ==============  ================================================
desired  recorded                present         change
=======  ======================  ==============  ================================================
yes      any                     no              publish: `missing` if recorded as done, or `new`
yes      the same, done          same            nothing; publish: `refresh` if that was asked for
yes      differs, open or none   same            `adopt`: record it without publishing again
yes      any                     ours, edited    publish: `changed`; `adopt` if edits are ignored
yes      any                     ours, re-read   `corrected`; `adopt` if edits are ignored
yes      any                     other build     nothing, but counted; publish: `refresh` if asked
yes      adopted that reading    ours, re-read   nothing; publish: `refresh` if that was asked for
yes      none                    other           `refused`: not ours, so never overwritten
no       yes                     yes             retract: `removed`
no       yes                     no              `forget`
no       no                      yes             nothing, or retract if `prune` covers the item
held     any                     any             `held`: nothing is sent, also not about its item
=======  ======================  ==============  ================================================

An item is *edited* if its author has changed the source of the post, and *re-read* if publisher
makes another item of the same source now (`readings`). It shows another *build* if it differs in
nothing but the page that the site's generator built. A correction is sent without notification.
Where that is impossible (`without_corrections`), the item is adopted as it is. Corrections never
count as announcements.

A new post with the text of an item whose post is gone is *held* (`renames`).

`prune` selects which items without a post are retracted: `own` those that are recorded, `site`
also those with an atom:id that our site minted, `all` every item. An item whose post is outside the
window is retracted without notification, so that the server never has to choose which item to drop.
If posts are merely older than what the node can hold, that is no error. If the node has room for
none at all, or for fewer than `keep` asks for, that is a `Shortage`. While any post is unreadable,
nothing is pruned and nothing is forgotten. If the file of an item is there, but is no post by a
rule of publisher (`skipped`), that item stays, and no other. Retracts come first, then publishes,
oldest first, so that the newest post is the last item of the node.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.sync.changes import (
    Adopt,
    Correct,
    Forget,
    Hold,
    Publish,
    Refuse,
    Retract,
    growth,
    makes_room,
)
from publisher.sync.ownership import Ownership, ownership
from publisher.sync.readings import (
    as_seen,
    difference,
    needs_no_publish,
    present_record,
    shows_older_build,
    tells_the_same,
)
from publisher.sync.records import Recorded
from publisher.sync.room import RememberedShortage, Shortage, room, window
from publisher.sync.skipped import Skipped, SkippedFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.policy import Policy
    from publisher.sync.renames import Renames

_NONE_SKIPPED = SkippedFiles()


@dataclass(frozen=True, slots=True)
class Plan:
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


def decide(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    policy: Policy,
    *,
    max_items: int | None = None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles = _NONE_SKIPPED,
) -> Plan:
    """Compare the posts with the ledger and the node. The newest `posts` are desired (`window`).

    `max_items` is how many items the node can hold, None if there is no limit. The fingerprint of
    a present item may be the ledger's, if the node was only asked for its ids.
    """
    posts = [_with_kept_ids(post, recorded, present) for post in posts]
    owned = ownership(
        posts,
        recorded,
        present,
        policy,
        has_unreadable_posts=has_unreadable_posts,
        skipped=skipped,
    )
    space = room(max_items, of_posts=len(owned.of_posts), others=len(owned.staying))
    ordered = window([*owned.posts.values()], keep=None, room=None)
    # The posts that the configuration asks for, and those of them that the node can hold.
    wanted = window(ordered, keep=policy.keep, room=None)
    kept = window(ordered, keep=policy.keep, room=space)
    desired = frozenset(post.id for post in kept)
    # `keep` alone does not end the question about a held post.
    asked = {post.id for post in window(ordered, keep=None, room=space)} & owned.items_of_held
    staying = desired | asked
    changes = (
        # Sorted, because the order of strings in a set differs from run to run.
        *(_retract(id_, recorded, present) for id_ in sorted(owned.pruned)),
        *_forgets(owned, recorded, desired, has_unreadable_posts=has_unreadable_posts),
        # If the node has no room for any post, retracting old items makes no room either.
        *(() if space == 0 else _retracts_for_room(ordered, owned, staying)),
        *_changes_of_desired(kept, recorded, present, owned, policy),
    )
    changes = (
        *(change for change in changes if _is_decided(change, owned.held)),
        *_holds(owned, policy.renames, recorded, present, staying),
    )
    outside = wanted[: len(wanted) - len(kept)]
    return Plan(
        changes,
        # Items that the node has lost count, too: the guard compares with everything that was
        # published.
        ours=len(owned.ours | owned.postless | {r.id for r in recorded.values() if r.done}),
        foreign=_in_order(present, owned.strangers),
        unclaimed=_in_order(present, owned.unclaimed - owned.pruned - owned.skipped.keys()),
        outside=outside,
        older=ordered[: len(ordered) - len(wanted)],
        withheld=len(owned.withheld),
        reread=_count_reread(kept, recorded, changes),
        other_contents=_count_staying(kept, owned, present, changes, _has_other_contents),
        older_builds=_count_staying(kept, owned, present, changes, shows_older_build),
        room=room(
            max_items,
            of_posts=len(owned.of_posts),
            others=len(owned.staying - owned.postless),
        ),
        shortage=_shortage(owned, outside, changes, policy, max_items=max_items, room=space),
        moved=tuple(
            (old, owned.posts[id_].atom_id)
            for id_, old in owned.moved.items()
            if id_ not in policy.new_ids
        ),
        replaced=owned.replaced,
        skipped=_files_of_staying(owned, present),
    )


def _with_kept_ids(
    post: Desired, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> Desired:
    """The post with the ids of its item that an earlier version published under other ids."""
    if post.id in recorded or post.id in present:
        return post
    for item_id, atom_id in post.earlier_ids:
        seen = present.get(item_id)
        if item_id in recorded or (seen and seen.atom_id == atom_id):
            return replace(post, id=item_id, atom_id=atom_id)
    return post


def _shortage(
    owned: Ownership,
    outside: Sequence[Desired],
    changes: Sequence[Change],
    policy: Policy,
    *,
    max_items: int | None,
    room: int | None,
) -> Shortage | None:
    """The lack of room, if that is an error.

    Older posts that do not fit are normal, but no room at all is not, nor less than `keep`.
    """
    if max_items is None or not outside or (room != 0 and policy.keep is None):
        return None
    return Shortage(
        posts=len(outside),
        limit=max_items,
        items=len(owned.present),
        after=len(owned.present) + growth(changes),
        others=len(owned.staying - owned.postless),
        withheld=len(owned.withheld),
        keep=policy.keep,
    )


def _in_order(present: Mapping[str, Seen], ids: Collection[str]) -> tuple[str, ...]:
    return tuple(id_ for id_ in present if id_ in ids)


def _files_of_staying(owned: Ownership, present: Mapping[str, Seen]) -> tuple[Skipped, ...]:
    """The files that keep an item from being retracted, or from being unclaimed."""
    staying = owned.skipped.keys() & (owned.postless | owned.unclaimed)
    return tuple(dict.fromkeys(owned.skipped[id_] for id_ in _in_order(present, staying)))


def _retract(id_: str, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]) -> Retract:
    title = recorded[id_].title if id_ in recorded else present[id_].title
    return Retract(id_, title or "")


def _forgets(
    owned: Ownership,
    recorded: Mapping[str, Recorded],
    desired: Collection[str],
    *,
    has_unreadable_posts: bool,
) -> Iterator[Forget]:
    for id_, record in recorded.items():
        if id_ in owned.present or id_ in desired or id_ in owned.skipped:
            continue
        # A post that cannot be read may be the post of this record.
        if id_ in owned.posts or not has_unreadable_posts:
            yield Forget(id_, record.title)


def _retracts_for_room(
    posts: Sequence[Desired], owned: Ownership, desired: Collection[str]
) -> Iterator[Retract]:
    for post in posts:
        if post.id in owned.ours and post.id not in desired:
            yield Retract(post.id, post.title, notify=False, reason="older than what is kept")


def _changes_of_desired(
    kept: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    owned: Ownership,
    policy: Policy,
) -> Iterator[Change]:
    for post in kept:
        record, seen = recorded.get(post.id), present.get(post.id)
        if seen is None:
            yield Publish(post, "missing" if record and record.done else "new")
        elif post.id in owned.ours:
            yield from _changes_of_present(post, record, seen, policy)
        elif post.id not in owned.moved:  # of these, the guard asks first
            yield Refuse(post.id, post.title, _NOT_OURS.format(seen.title or "without a title"))


def _changes_of_present(
    post: Desired, record: Recorded | None, seen: Seen, policy: Policy
) -> Iterator[Change]:
    """The change of an item of ours that the node has, or nothing."""
    found = difference(post, record, seen)
    if post.id in policy.new_ids and seen.atom_id not in {None, post.atom_id}:
        yield Publish(post, "changed")
        return
    pushes = policy.edits == "push"
    if found == "edit" and pushes:
        yield Publish(post, "changed")
        return
    if policy.refresh and (found == "none" or pushes):
        yield Publish(post, "refresh")
        return
    accepts = found == "reading" and pushes
    present = present_record(post, record, seen, found, accepts=accepts)
    if tells_the_same(record, present):
        return
    yield Correct(post, present) if accepts else Adopt(post, present)


def _is_decided(change: Change, held: Mapping[str, str]) -> bool:
    """Whether a change is none of an item that a held post may have. Making room cannot wait."""
    return makes_room(change) or change.id not in held.values()


def _holds(
    owned: Ownership,
    renames: Renames,
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    desired: Collection[str],
) -> Iterator[Hold]:
    """The held posts that this node should have, or whose item it has."""
    for new, old in owned.held.items():
        is_wanted = old in desired if old in owned.posts else old in present or old in recorded
        if is_wanted:
            record = recorded.get(old) or (_record(present[old]) if old in present else None)
            post, atom_id = renames.new[new], record.atom_id if record else ""
            advice = renames.advice(post, old, atom_id)
            yield Hold(post, old, advice, None if old in recorded else record)


def _record(seen: Seen) -> Recorded:
    """The record of an item that an earlier run published without leaving a record."""
    return Recorded(
        seen.id,
        seen.title or "",
        seen.fingerprint or "",
        atom_id=seen.atom_id or "",
        body=seen.body,
        source=seen.source,
        link=seen.link,
        contents=seen.contents,
        page=seen.page,
    )


def _count_reread(
    kept: Sequence[Desired], recorded: Mapping[str, Recorded], changes: Sequence[Change]
) -> int:
    """How many items were adopted as they are, and stay so."""
    changing = {change.id for change in changes}
    adopted = {id_: record.adopted for id_, record in recorded.items() if record.done}
    return sum(post.id not in changing and adopted.get(post.id) == post.reading for post in kept)


def _count_staying(
    kept: Sequence[Desired],
    owned: Ownership,
    present: Mapping[str, Seen],
    changes: Sequence[Change],
    differs: Callable[[Desired, Seen], bool],
) -> int:
    """How many items of ours stay as they are although they differ in this way."""
    sent = {change.id for change in changes if isinstance(change, Publish | Correct)}
    staying = (owned.ours & present.keys()) - sent
    return sum(post.id in staying and differs(post, present[post.id]) for post in kept)


def _has_other_contents(post: Desired, seen: Seen) -> bool:
    """Whether the item was sent with other settings of the node."""
    return seen.contents != post.contents


def without_corrections(plan: Plan) -> Plan:
    """The plan for a node where nothing can be sent without notification: it adopts the items."""
    changes = (c.as_adoption() if isinstance(c, Correct) else c for c in plan.changes)
    return replace(plan, changes=tuple(changes), reread=plan.reread + len(plan.corrections))


def without(plan: Plan, ids: Collection[str]) -> Plan:
    """The plan without the changes of these items."""
    return replace(plan, changes=tuple(c for c in plan.changes if c.id not in ids))


def is_settled(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    policy: Policy,
    *,
    room: int | None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles = _NONE_SKIPPED,
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
    skipped: SkippedFiles = _NONE_SKIPPED,
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


_NOT_OURS = (
    'the node has an item with this id that is not ours ("{}"); '
    "retract it there, or give the post an `id:` of its own"
)


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
