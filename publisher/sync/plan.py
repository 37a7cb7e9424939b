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
yes      adopted that reading    ours, re-read   nothing; publish: `refresh` if that was asked for
yes      none                    other           `refused`: not ours, so never overwritten
no       yes                     yes             retract: `removed`
no       yes                     no              `forget`
no       no                      yes             nothing, or retract if `prune` covers the item
held     any                     any             `held`: nothing is sent, also not about its item
=======  ======================  ==============  ================================================

An item is *edited* if its author has changed the source of the post, and *re-read* if publisher
makes another item of the same source now (`readings`). A correction is sent without notification.
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
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher.sync.moves import old_atom_id
from publisher.sync.readings import (
    as_seen,
    difference,
    needs_no_publish,
    present_record,
    tells_the_same,
)
from publisher.sync.records import Recorded
from publisher.sync.renames import NO_RENAMES
from publisher.sync.skipped import SkippedFiles
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.renames import NewPost, Renames

SHOWN_ID = 100  # characters of an item's id in a message

_NONE_SKIPPED = SkippedFiles()

Action: TypeAlias = Literal["new", "changed", "missing", "refresh"]


@dataclass(frozen=True, slots=True)
class _PostChange:
    """A change that concerns the item of a post."""

    post: Desired

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return self.post.title


@dataclass(frozen=True, slots=True)
class Publish(_PostChange):
    """Publish the item, replacing the one with the same id if the node has it."""

    action: Action


@dataclass(frozen=True, slots=True)
class Correct(_PostChange):
    """Replace the item without notification: its post is the same, but is read differently now.

    `adopted` is what the ledger gets if the item stays as it is.
    """

    adopted: Recorded
    action: Literal["corrected"] = "corrected"

    def as_adoption(self) -> Adopt:
        """The change for a node where nothing can be sent without notification."""
        return Adopt(self.post, self.adopted)


@dataclass(frozen=True, slots=True)
class Adopt(_PostChange):
    """Record an item that the node has already."""

    record: Recorded
    action: Literal["adopt"] = "adopt"


@dataclass(frozen=True, slots=True)
class Retract:
    """Retract the item, without notification (not `notify`) if that only makes room."""

    id: str
    title: str
    notify: bool = True
    reason: str = ""
    action: Literal["removed"] = "removed"


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the record of an item that neither the posts nor the node have any longer."""

    id: str
    title: str
    action: Literal["forget"] = "forget"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Leave an item alone because its id is a post's, but the item is not ours."""

    id: str
    title: str
    reason: str
    action: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Hold:
    """Leave a new post and an item alone until somebody decides if the item is this post's.

    `item` is the id of the item, and `advice` says how the post keeps it. `record` is what the
    ledger gets if it does not know the item, so that the next run still knows the question.
    """

    post: NewPost
    item: str
    advice: str = ""
    record: Recorded | None = None
    action: Literal["held"] = "held"

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return self.post.title

    @property
    def reason(self) -> str:
        return f"has the text of {self.item}, whose post is gone"


Change: TypeAlias = Publish | Correct | Adopt | Retract | Forget | Refuse | Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a node is kept equal to the posts.

    `is_minted` tells whether an item has the atom:id that our site mints for its item id. `refresh`
    publishes the items that the node has already once more. `new_ids` has the ids of the items that
    may get another atom:id, because the site has moved.
    """

    keep: int | None = None
    edits: Literal["push", "ignore"] = "push"
    prune: Literal["own", "site", "all"] = "own"
    exclusive: bool = False
    refresh: bool = False
    is_minted: Callable[[Seen], bool] = lambda _: False
    renames: Renames = NO_RENAMES
    new_ids: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A node has no room for some `posts` that it should hold.

    `limit` is how many items the node may hold. It holds `items` now, and `after` once the plan has
    been applied. `others` of these are not ours, and `withheld` are ours and wait to be retracted.
    `keep` is how many posts the configuration asks for, None if it leaves that to the node.
    """

    posts: int
    limit: int
    items: int
    after: int
    others: int
    withheld: int = 0
    keep: int | None = None

    def __str__(self) -> str:
        holds = "holds" if self.after == self.items else "will hold"
        figures = [
            f"the node {holds} {_count(self.after, 'item')}",
            f"{self.others} {'is' if self.others == 1 else 'are'} not ours",
            f"its limit is {self.limit}",
        ]
        remedies = ["remove items there"] if self.others else []
        return _no_room(self, figures, [*remedies, _RAISE_LIMIT])


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedShortage:
    """A shortage according to the ledger, which does not know the items of others.

    `room` is how many items of ours the node had room for at the last look. The other fields are
    those of `Shortage`.
    """

    posts: int
    room: int
    withheld: int = 0
    keep: int | None = None

    def __str__(self) -> str:
        room = f"at the last look the node had room for {_count(self.room, 'item')} of ours"
        remedies = ["run `publisher plan` to see what takes the room", _RAISE_LIMIT]
        return _no_room(self, [room], remedies)


_RAISE_LIMIT = "raise its pubsub#max_items"


def _no_room(
    shortage: Shortage | RememberedShortage, figures: Sequence[str], remedies: Sequence[str]
) -> str:
    if shortage.withheld:
        figures = [*figures, withheld_message(shortage.withheld)]
    if shortage.keep and shortage.keep > 1:
        remedies = [*remedies, "lower `keep`"]
    return (
        f"{', '.join(figures)}: no room for {_count(shortage.posts, 'post')}; "
        f"{', or '.join(remedies)}"
    )


def withheld_message(count: int) -> str:
    """Say that the node still has items of ours although their posts are gone."""
    stay = "stays" if count == 1 else "stay"
    return f"{_count(count, 'item')} without a post {stay} until every post can be read"


def unclaimed_message(ids: Sequence[str]) -> str:
    """Say that items stay although no post here has them, and how to retract them."""
    has = "has an id" if len(ids) == 1 else "have ids"
    example = short_line(ids[0], SHOWN_ID)
    return (
        f"{_count(len(ids), 'item')} {has} of this site but no post here, e.g. {example}, and "
        "publisher has no record of publishing them. To retract them, set `prune: site` for this "
        "node in the configuration, and run `publisher publish`"
    )


def reread_message(count: int) -> str:
    """Say that items stay as they are although their posts are read in another way now."""
    shows = f"{_count(count, 'item')} {'shows' if count == 1 else 'show'}"
    return (
        f"{shows} how an older version or other settings read the post; "
        "`publisher publish --refresh` sends every item again"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, in the order in which they must be made.

    `ours` is how many items at the node are ours now. `foreign` has the ids of the other items, and
    `unclaimed` the ids of items that are ours by their atom:id but have neither a post nor a
    record. `outside` has the posts that should be at the node but do not fit, and `shortage`
    explains that if it is an error. `older` has the posts that `keep` leaves out, `withheld` is how
    many retracts wait until every post can be read, `deferred` how many changes the selection of
    this run leaves out, and `room` how many items of ours the node can hold. `reread` is how many
    items stay as they are although publisher reads their posts in another way now. `moved` has the
    old and the new atom:ids of items that nobody has decided on (`moves`), and `replaced` the ids
    of items that the author gives up for new posts (`renames`). `skipped` has the files of the
    items that stay because a rule of publisher takes them for no posts.
    """

    changes: tuple[Change, ...]
    ours: int = 0
    foreign: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()
    outside: tuple[Desired, ...] = ()
    older: tuple[Desired, ...] = ()
    withheld: int = 0
    deferred: int = 0
    reread: int = 0
    room: int | None = None
    shortage: Shortage | RememberedShortage | None = None
    moved: tuple[tuple[str, str], ...] = ()
    replaced: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()

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
    renamed = policy.renames.at_node(recorded, present, policy.is_minted)
    held = {new: old for new, old in renamed.items() if new not in policy.renames.as_new}
    # A held post stands for its item, so that the window does not change meanwhile.
    posts = [replace(post, id=held.get(post.id, post.id)) for post in posts]
    by_id = {post.id: post for post in posts}
    moved = {
        post.id: old
        for post in posts
        if post.id not in recorded and (old := old_atom_id(post, present.get(post.id)))
    }
    # Items that may be replaced or retracted.
    ours = {id_ for id_, seen in present.items() if _is_ours(seen, by_id, recorded, policy)}
    # Items whose post is gone, as far as the policy lets us conclude that.
    postless = {
        id_
        for id_, seen in present.items()
        if id_ not in by_id and _is_pruned(seen, recorded, policy)
    }
    # The author says that these items are not those of the new posts.
    replaced = {old for new, old in renamed.items() if new not in held and old in present}
    postless |= replaced
    ours |= present.keys() & held.values()
    ours |= moved.keys() & {*policy.new_ids}
    postless -= {*held.values()}
    files = skipped.items(recorded)
    # A post that cannot be read may be the post of any of them.
    pruned = set() if has_unreadable_posts else postless - files.keys()
    withheld = len(postless - pruned - files.keys())
    of_posts = len(ours & by_id.keys())
    # Items that take room, whatever we do for our posts.
    staying = present.keys() - pruned - (ours & by_id.keys())
    room = _room(max_items, of_posts=of_posts, others=len(staying))
    # The posts that the configuration asks for, and those of them that the node can hold.
    wanted = window(posts, keep=policy.keep, room=None)
    kept = window(posts, keep=policy.keep, room=room)
    outside = wanted[: len(wanted) - len(kept)]
    desired = {post.id for post in kept}
    changes = (
        # Sorted, because the order of strings in a set differs from run to run.
        *(_retract(id_, recorded, present) for id_ in sorted(pruned)),
        *_forgets(
            {id_: record for id_, record in recorded.items() if id_ not in files},
            present,
            by_id,
            desired,
            has_unreadable_posts=has_unreadable_posts,
        ),
        # If the node has no room for any post, retracting old items makes no room either.
        *(() if room == 0 else _retracts_for_room(posts, ours, desired)),
        *_changes_of_desired(kept, recorded, present, ours, policy),
    )
    changes = (
        *(change for change in changes if _is_decided(change, held)),
        *_holds(policy.renames, held, recorded, present, {id_: id_ in desired for id_ in by_id}),
    )
    shortage = None
    # Older posts that do not fit are normal, but no room at all is not, nor less than `keep`.
    if max_items is not None and outside and (room == 0 or policy.keep is not None):
        shortage = Shortage(
            posts=len(outside),
            limit=max_items,
            items=len(present),
            after=len(present) + growth(changes),
            others=len(staying - postless),
            withheld=withheld,
            keep=policy.keep,
        )
    # Items with ids as our site makes them, of which neither the ledger nor a post knows.
    known = recorded.keys() | by_id.keys() | {*held.values()}
    unclaimed = {
        id_ for id_, seen in present.items() if id_ not in known and policy.is_minted(seen)
    }
    return Plan(
        changes,
        # Items that the node has lost count, too: the guard compares with everything that was
        # published.
        ours=len(ours | postless | {id_ for id_, record in recorded.items() if record.done}),
        foreign=tuple(id_ for id_ in present if id_ not in ours | postless | unclaimed),
        unclaimed=tuple(id_ for id_ in present if id_ in unclaimed - pruned - files.keys()),
        outside=outside,
        reread=_count_reread(kept, recorded, changes),
        older=window(posts, keep=None, room=None)[: len(posts) - len(wanted)],
        withheld=withheld,
        skipped=tuple(
            dict.fromkeys(
                files[id_] for id_ in present if id_ in files and id_ in postless | unclaimed
            )
        ),
        room=_room(max_items, of_posts=of_posts, others=len(staying - postless)),
        shortage=shortage,
        replaced=frozenset(replaced),
        moved=tuple(
            (old, by_id[id_].atom_id) for id_, old in moved.items() if id_ not in policy.new_ids
        ),
    )


def _count_reread(
    kept: Sequence[Desired], recorded: Mapping[str, Recorded], changes: Sequence[Change]
) -> int:
    """How many items were adopted as they are, and stay so."""
    changing = {change.id for change in changes}
    adopted = {id_: record.adopted for id_, record in recorded.items() if record.done}
    return sum(post.id not in changing and adopted.get(post.id) == post.reading for post in kept)


def _is_decided(change: Change, held: Mapping[str, str]) -> bool:
    """Whether a change is none of an item that a held post may have. Making room cannot wait."""
    return _makes_room(change) or change.id not in held.values()


def _holds(
    renames: Renames,
    held: Mapping[str, str],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    posts: Mapping[str, bool],
) -> Iterator[Hold]:
    """The held posts that this node should have, or whose item it has.

    `posts` tells whether a post of the node is inside its window.
    """
    for new, old in held.items():
        if posts.get(old, old in present or old in recorded):
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
    )


def growth(changes: Iterable[Change]) -> int:
    """How many more items a node holds after these changes; negative if it holds fewer."""
    return sum(
        (change.action in {"new", "missing"}) - isinstance(change, Retract) for change in changes
    )


def _room(max_items: int | None, *, of_posts: int, others: int) -> int | None:
    """How many items of ours the node can hold, None if there is no limit.

    It holds the items `of_posts`, which are ours, and the `others`, which stay there.
    """
    if max_items is None:
        return None
    left = max(0, max_items - others)
    if of_posts + others <= max_items:
        return left
    # COMPAT(ejabberd): it counts the items of each publisher separately, so a node can hold
    # more than its limit. Others who fill a node must not make us retract our items.
    return max(left, min(of_posts, max_items))


def window(posts: Sequence[Desired], *, keep: int | None, room: int | None) -> tuple[Desired, ...]:
    """The newest posts, oldest first: at most `keep`, and no more than there is `room` for."""
    # Without the id, posts with the same time could change places between two runs.
    ordered = sorted(posts, key=lambda post: (post.published, post.id))
    size = min(limit for limit in (keep, room, len(ordered)) if limit is not None)
    return tuple(ordered[len(ordered) - max(0, size) :])


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
    if policy.refresh or any(record.state != "seen" for record in recorded.values()):
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
    for_room = [change for change in plan.changes if _makes_room(change)][:added]
    selected = tuple(
        change
        for change in plan.changes
        if change in for_room or (is_selected(change) and not _makes_room(change))
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
        shortage=shortage,
    )


def _makes_room(change: Change) -> bool:
    return isinstance(change, Retract) and not change.notify


def _is_ours(
    seen: Seen, posts: Mapping[str, Desired], recorded: Mapping[str, Recorded], policy: Policy
) -> bool:
    if seen.id in recorded or policy.exclusive:
        return True
    post = posts.get(seen.id)
    return post is not None and (
        post.atom_id == seen.atom_id or post.fingerprint == seen.fingerprint
    )


def _is_pruned(seen: Seen, recorded: Mapping[str, Recorded], policy: Policy) -> bool:
    """Whether an item without a post must be retracted."""
    if seen.id in recorded or policy.prune == "all":
        return True
    return policy.prune == "site" and policy.is_minted(seen)


def _retract(id_: str, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]) -> Retract:
    title = recorded[id_].title if id_ in recorded else present[id_].title
    return Retract(id_, title or "")


def _forgets(
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    posts: Mapping[str, Desired],
    desired: Collection[str],
    *,
    has_unreadable_posts: bool,
) -> Iterator[Forget]:
    for id_, record in recorded.items():
        # A post that cannot be read may be the post of this record.
        if id_ not in present and id_ not in desired and (id_ in posts or not has_unreadable_posts):
            yield Forget(id_, record.title)


def _retracts_for_room(
    posts: Sequence[Desired], ours: Collection[str], desired: Collection[str]
) -> Iterator[Retract]:
    for post in window(posts, keep=None, room=None):
        if post.id in ours and post.id not in desired:
            yield Retract(post.id, post.title, notify=False, reason="older than what is kept")


def _changes_of_desired(
    kept: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    ours: Collection[str],
    policy: Policy,
) -> Iterator[Change]:
    for post in kept:
        record, seen = recorded.get(post.id), present.get(post.id)
        if seen is None:
            yield Publish(post, "missing" if record and record.done else "new")
        elif post.id not in ours:
            yield Refuse(post.id, post.title, _NOT_OURS.format(seen.title or "without a title"))
        else:
            yield from _changes_of_present(post, record, seen, policy)


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


_NOT_OURS = (
    'the node has an item with this id that is not ours ("{}"); '
    "retract it there, or give the post an `id:` of its own"
)
