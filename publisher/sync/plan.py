"""A plan: what must change at a node so that it equals the posts. Pure; decides all, does nothing.

An item is *desired* (the newest posts have it), *recorded* (the ledger has it, as intended or as
done) and *present* (the node has it). It is *ours* if it is recorded, if its atom:id is the one
that our site gives to that item id, or if the node is exclusive.

=======  =========================  ===========  ================================================
desired  recorded                   present      change
=======  =========================  ===========  ================================================
yes      any                        no           publish: `missing` if recorded as done, or `new`
yes      same fingerprint, done     same         nothing; publish: `refresh` if that was asked for
yes      differs, intended or none  same         `adopt`: record it, tell nobody twice
yes      any                        other, ours  publish: `changed`; `adopt` if edits are ignored
yes      none                       other        `refused`: not ours, never overwritten
no       yes                        yes          retract: `removed`
no       yes                        no           `forget`
no       no                         yes          nothing, unless `prune` or the window says so
=======  =========================  ===========  ================================================

`prune` is what is retracted without a post: `own` is what is recorded, `site` also what has an
atom:id as our site gives it, `all` everything. An item whose post is outside the window makes room
quietly: the server never chooses what goes. Posts that are merely older than what the node can hold
are no fault; room for none at all, or for fewer than `keep` asks for, is a `Shortage`. While any
post is unreadable nothing is pruned and nothing is forgotten. Retracts come first, then publishes,
oldest first, so that the newest post is the last item of the node.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher.errors import UnsafePlanError
from publisher.sync.item import Seen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

FREE_RETRACTS = 3
RETRACT_SHARE = 0.3

Action: TypeAlias = Literal["new", "changed", "missing", "refresh"]


@dataclass(frozen=True, slots=True)
class Desired:
    """An item that the node should have. `body` is a hash of the post's text alone."""

    id: str
    atom_id: str
    title: str
    fingerprint: str
    published: dt.datetime
    path: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An item that the ledger has.

    `intended`: it was on its way, and may have arrived. `done`: the node acknowledged it. `seen`:
    it was still there when that had become durable. `retracted`: the node acknowledged that, and
    may forget it yet. `at` is when that was, in seconds since 1970.
    `level` is how much it must be shortened at least, because the stream broke with more. `path`
    is the post's file, empty if an older ledger did not record it.
    """

    id: str
    title: str
    fingerprint: str
    state: Literal["intended", "done", "seen", "retracted"] = "done"
    at: float = 0.0
    atom_id: str = ""
    body: str = ""
    level: int = 0
    path: str = ""

    @property
    def done(self) -> bool:
        """Whether the node has it, as far as we know."""
        return self.state in {"done", "seen"}


@dataclass(frozen=True, slots=True)
class _OfPost:
    """A change of the item of a post."""

    post: Desired

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return self.post.title


@dataclass(frozen=True, slots=True)
class Publish(_OfPost):
    """Publish the item, in place if it is there."""

    action: Action


@dataclass(frozen=True, slots=True)
class Adopt(_OfPost):
    """The node has it already: record it."""

    action: Literal["adopt"] = "adopt"


@dataclass(frozen=True, slots=True)
class Retract:
    """Take the item away. Quietly (not `notify`) if its post is only older than what is kept."""

    id: str
    title: str
    notify: bool = True
    reason: str = ""
    action: Literal["removed"] = "removed"


@dataclass(frozen=True, slots=True)
class Forget:
    """It is gone from both sides: drop the record."""

    id: str
    title: str
    action: Literal["forget"] = "forget"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Somebody else's item has this id: leave it alone."""

    id: str
    title: str
    reason: str
    action: Literal["refused"] = "refused"


Change: TypeAlias = Publish | Adopt | Retract | Forget | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a node is kept equal to the posts.

    `minted` says whether an item has an atom:id as our site gives it to that item id. `refresh`
    publishes again what is there already.
    """

    keep: int | None = None
    edits: Literal["push", "ignore"] = "push"
    prune: Literal["own", "site", "all"] = "own"
    exclusive: bool = False
    refresh: bool = False
    minted: Callable[[Seen], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What nobody means by accident. `announce_limit` is None where any number may be told.

    `accepted` are the changes (see `token`) of a plan that has passed and was interrupted.
    """

    allow_retracts: bool = False
    announce_limit: int | None = 10
    accepted: Collection[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A node that has no room for posts that it should hold: how many `posts`, and why.

    `limit` is how many items the node may hold. It holds `items` now, and `after` once the changes
    of the plan are made: then `others` of them are not ours, and `withheld` are ours and wait to be
    removed. `keep` is what the configuration asks for, None if it leaves that to the node.
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
        ways = ["remove items there"] if self.others else []
        return _no_room(self, figures, [*ways, _RAISE])


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedShortage:
    """A shortage by the ledger alone, which does not know what takes the room.

    `room` is how many items of ours there was room for at the last look; the rest is as in
    Shortage.
    """

    posts: int
    room: int
    withheld: int = 0
    keep: int | None = None

    def __str__(self) -> str:
        room = f"at the last look the node had room for {_count(self.room, 'item')} of ours"
        return _no_room(self, [room], ["run `publisher plan` to see what takes the room", _RAISE])


_RAISE = "raise its pubsub#max_items"


def _no_room(
    shortage: Shortage | RememberedShortage, figures: Sequence[str], ways_out: Sequence[str]
) -> str:
    if shortage.withheld:
        figures = [*figures, withheld(shortage.withheld)]
    if shortage.keep and shortage.keep > 1:
        ways_out = [*ways_out, "lower `keep`"]
    return (
        f"{', '.join(figures)}: no room for {_count(shortage.posts, 'post')}; "
        f"{', or '.join(ways_out)}"
    )


def withheld(count: int) -> str:
    """That items of ours are still at the node although their posts are gone."""
    stay = "stays" if count == 1 else "stay"
    return f"{_count(count, 'item')} without a post {stay} until every post can be read"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes in the order in which they are to be made.

    `ours` is how many items of ours there are now. `foreign` are the ids of the items that are not
    ours, `unclaimed` of those that are by their atom:id, without a post or a record. `outside` are
    the posts that should be at the node but do not fit, and `shortage` says why if that is a fault.
    `older` are the posts that `keep` leaves out, `withheld` is how many retracts wait until every
    post can be read, `put_off` how many changes were not asked for, and `room` how many items the
    node can hold beside those that are not ours.
    """

    changes: tuple[Change, ...]
    ours: int = 0
    foreign: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()
    outside: tuple[Desired, ...] = ()
    older: tuple[Desired, ...] = ()
    withheld: int = 0
    put_off: int = 0
    room: int | None = None
    shortage: Shortage | RememberedShortage | None = None

    @property
    def retracts(self) -> tuple[Retract, ...]:
        """What subscribers are to see vanish."""
        return tuple(c for c in self.changes if isinstance(c, Retract) and c.notify)

    def quieted(self) -> Plan:
        """The same, telling nobody of what goes."""
        changes = (replace(c, notify=False) if isinstance(c, Retract) else c for c in self.changes)
        return replace(self, changes=tuple(changes))

    @property
    def publishes(self) -> tuple[Publish, ...]:
        """What subscribers are to be told."""
        return tuple(c for c in self.changes if isinstance(c, Publish))


def decide(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    policy: Policy,
    *,
    max_items: int | None = None,
    broken: bool = False,
) -> Plan:
    """Compare the three. `posts` are all posts, of which the newest are desired (see `window`).

    `max_items` is how many items the node holds, None if without bound. `broken` says that some
    post could not be read. `present[id].fingerprint` may come from the ledger where the node was
    only asked for its ids.
    """
    by_id = {post.id: post for post in posts}
    ours = {id_ for id_, seen in present.items() if _is_ours(seen, by_id, recorded, policy)}
    postless = {
        id_
        for id_, seen in present.items()
        if id_ not in by_id and _is_pruned(seen, recorded, policy)
    }
    pruned = set() if broken else postless
    held = len(ours & by_id.keys())
    staying = present.keys() - pruned - (ours & by_id.keys())
    room = _room(max_items, held=held, others=len(staying))
    wanted = window(posts, keep=policy.keep, room=None)
    kept = window(posts, keep=policy.keep, room=room)
    outside = wanted[: len(wanted) - len(kept)]
    desired = {post.id for post in kept}
    changes = (
        *(_gone(id_, recorded, present) for id_ in sorted(pruned)),
        *_forgotten(recorded, present, by_id, desired, broken=broken),
        # With room for none at all, a retract would make room for nothing.
        *(() if room == 0 else _pushed_out(posts, ours, desired)),
        *_wanted(kept, recorded, present, ours, policy),
    )
    shortage = None
    if max_items is not None and outside and (room == 0 or policy.keep is not None):
        shortage = Shortage(
            posts=len(outside),
            limit=max_items,
            items=len(present),
            after=len(present) + growth(changes),
            others=len(staying - postless),
            withheld=len(postless - pruned),
            keep=policy.keep,
        )
    known = recorded.keys() | by_id.keys()
    unclaimed = {i for i, seen in present.items() if i not in known and policy.minted(seen)}
    return Plan(
        changes,
        ours=len(ours | postless | {id_ for id_, record in recorded.items() if record.done}),
        foreign=tuple(i for i in present if i not in ours | postless | unclaimed),
        unclaimed=tuple(i for i in present if i in unclaimed - pruned),
        outside=outside,
        older=window(posts, keep=None, room=None)[: len(posts) - len(wanted)],
        withheld=len(postless - pruned),
        room=_room(max_items, held=held, others=len(staying - postless)),
        shortage=shortage,
    )


def growth(changes: Iterable[Change]) -> int:
    """How many items more a node holds after these changes."""
    return sum(
        (change.action in {"new", "missing"}) - isinstance(change, Retract) for change in changes
    )


def _room(max_items: int | None, *, held: int, others: int) -> int | None:
    """How many items of ours the node can hold, None if without bound. `held` are there already.

    A node that holds more than its limit, as where the service counts the items of each publisher
    apart, is left what it holds of ours: strangers who fill a node must not empty it of our items.
    """
    if max_items is None:
        return None
    left = max(0, max_items - others)
    return max(left, min(held, max_items)) if held + others > max_items else left


def window(posts: Sequence[Desired], *, keep: int | None, room: int | None) -> tuple[Desired, ...]:
    """The newest posts, at most `keep` and at most what there is `room` for; oldest first."""
    ordered = sorted(posts, key=lambda post: (post.published, post.id))
    size = min(bound for bound in (keep, room, len(ordered)) if bound is not None)
    return tuple(ordered[len(ordered) - max(0, size) :])


def settled(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    policy: Policy,
    *,
    room: int | None,
    broken: bool = False,
) -> bool:
    """Whether, by the ledger alone, the node is known to equal the posts.

    It never is while it lacks room: what took the room may be gone by now.
    """
    if policy.refresh or any(record.state != "seen" for record in recorded.values()):
        return False
    plan = from_ledger(posts, recorded, policy, room=room, broken=broken)
    return not (plan.changes or plan.shortage)


def from_ledger(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    policy: Policy,
    *,
    room: int | None,
    broken: bool = False,
) -> Plan:
    """The plan if the node holds exactly what the ledger says it acknowledged."""
    present = {id_: as_seen(record) for id_, record in recorded.items() if record.done}
    plan = decide(posts, recorded, present, policy, max_items=room, broken=broken)
    lack = plan.shortage
    if not isinstance(lack, Shortage):
        return plan
    remembered = RememberedShortage(
        posts=lack.posts, room=lack.limit, withheld=lack.withheld, keep=lack.keep
    )
    return replace(plan, shortage=remembered)


def moved(
    posts: Sequence[Desired], recorded: Mapping[str, Recorded], policy: Policy
) -> list[Desired]:
    """The posts whose item is recorded with another path, or with none, and needs no publish.

    An edit that is still to be published records its path itself.
    """
    found: list[Desired] = []
    for post in posts:
        record = recorded.get(post.id)
        if record is None or record.state == "retracted" or record.path == post.path:
            continue
        if record.fingerprint == post.fingerprint or policy.edits == "ignore":
            found.append(post)
    return found


def as_seen(record: Recorded) -> Seen:
    """What the node has of an item, if it has what we recorded."""
    return Seen(record.id, record.atom_id or None, record.title, record.fingerprint)


def narrow(plan: Plan, keeps: Callable[[Change], bool]) -> Plan:
    """Only the changes and the posts that were asked for, and the room that these need."""
    added = sum(keeps(c) and c.action in {"new", "missing"} for c in plan.publishes)
    making = [c for c in plan.changes if isinstance(c, Retract) and not c.notify][:added]
    asked = tuple(
        change
        for change in plan.changes
        if change in making or (keeps(change) and not _makes_room(change))
    )
    outside, older = (
        tuple(post for post in posts if keeps(Publish(post, "new")))
        for posts in (plan.outside, plan.older)
    )
    shortage = replace(plan.shortage, posts=len(outside)) if plan.shortage and outside else None
    if isinstance(shortage, Shortage):
        shortage = replace(shortage, after=shortage.items + growth(asked))
    return replace(
        plan,
        changes=asked,
        outside=outside,
        older=older,
        put_off=len(plan.changes) - len(asked),
        shortage=shortage,
    )


def _makes_room(change: Change) -> bool:
    return isinstance(change, Retract) and not change.notify


def token(change: Publish | Retract) -> tuple[str, str]:
    """What makes a change the one that was accepted: its id and text, or that it goes."""
    return change.id, change.post.fingerprint if isinstance(change, Publish) else ""


def is_loud(plan: Plan, guard: Guard) -> bool:
    """Whether so much would be told at once that somebody must mean it."""
    told = [change for change in plan.publishes if token(change) not in guard.accepted]
    return guard.announce_limit is not None and len(told) > guard.announce_limit


def check(plan: Plan, guard: Guard, *, audience: bool) -> None:
    """Stop what nobody means by accident. `audience`: the node has items, or subscribers.

    Raises UnsafePlanError that names the option that means it.
    """
    _check_retracts(plan, guard)
    if audience and is_loud(plan, guard):
        counts = Counter(c.action for c in plan.publishes if token(c) not in guard.accepted)
        what = ", ".join(f"{number} {action}" for action, number in counts.items())
        raise UnsafePlanError(
            f"this would notify subscribers of {sum(counts.values())} posts at once ({what}), and "
            f"the limit is {guard.announce_limit}; nothing was sent. Pass --announce-all to notify "
            "them of all of them, or --no-notify to publish silently (only the node's owner can)"
        )


def _check_retracts(plan: Plan, guard: Guard) -> None:
    count = sum(token(change) not in guard.accepted for change in plan.retracts)
    share = count / plan.ours if plan.ours else 0.0
    if guard.allow_retracts or not count:
        return
    if count == plan.ours or (count > FREE_RETRACTS and share > RETRACT_SHARE):
        raise UnsafePlanError(
            f"this would retract {count} of the {plan.ours} items that were published; nothing "
            "was sent. If the posts are meant to go, run again with --allow-retracts"
        )


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
    """Whether an item without a post is to go."""
    if seen.id in recorded or policy.prune == "all":
        return True
    return policy.prune == "site" and policy.minted(seen)


def _gone(id_: str, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]) -> Retract:
    title = recorded[id_].title if id_ in recorded else present[id_].title
    return Retract(id_, title or "")


def _forgotten(
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    posts: Mapping[str, Desired],
    desired: Collection[str],
    *,
    broken: bool,
) -> Iterator[Forget]:
    for id_, record in recorded.items():
        if id_ not in present and id_ not in desired and (id_ in posts or not broken):
            yield Forget(id_, record.title)


def _pushed_out(
    posts: Sequence[Desired], ours: Collection[str], desired: Collection[str]
) -> Iterator[Retract]:
    for post in window(posts, keep=None, room=None):
        if post.id in ours and post.id not in desired:
            yield Retract(post.id, post.title, notify=False, reason="older than what is kept")


def _wanted(
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
            yield from _kept_up(post, record, seen, policy)


def _kept_up(
    post: Desired, record: Recorded | None, seen: Seen, policy: Policy
) -> Iterator[Change]:
    """An item of ours that is there."""
    edited = seen.fingerprint != post.fingerprint
    if edited and policy.edits == "push":
        yield Publish(post, "changed")
        return
    if edited:
        post = replace(post, fingerprint=seen.fingerprint or "")
    if policy.refresh and not edited:
        yield Publish(post, "refresh")
    elif not (record and record.done and record.fingerprint == post.fingerprint):
        yield Adopt(post)


_NOT_OURS = (
    'the node has an item of this id that is not ours ("{}"); '
    "retract it there, or give the post an `id:` of its own"
)
