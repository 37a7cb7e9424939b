"""A plan: what must change at a node so that it equals the posts. Pure; decides all, does nothing.

An item is *desired* (the newest posts have it), *recorded* (the ledger has it, as intended or as
done) and *present* (the node has it). It is ours if it is recorded, or if its atom:id is the one
that our site gives to that item id.

=======  =========================  ===========  ================================================
desired  recorded                   present      change
=======  =========================  ===========  ================================================
yes      any                        no           publish: `missing` if recorded as done, or `new`
yes      same fingerprint, done     same         nothing
yes      differs, intended or none  same         `adopt`: record it, tell nobody twice
yes      any                        other, ours  publish: `changed`
yes      none                       other        `refused`: not ours, never overwritten
no       yes                        yes          retract: `removed`
no       yes                        no           `forget`
no       no                         yes          nothing, unless its post is outside the window
=======  =========================  ===========  ================================================

An item whose post is outside the window makes room quietly: the server never chooses what goes.
While any post is unreadable nothing is retracted and nothing is forgotten. Retracts come first,
then publishes, oldest first, so that the newest post is the last item of the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher.errors import UnsafePlanError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from publisher.item import Seen

FREE_RETRACTS = 3
RETRACT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Desired:
    """An item that the node should have."""

    id: str
    atom_id: str
    title: str
    fingerprint: str
    published: dt.datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """An item that the ledger has. Not `done`: it was on its way, and may have arrived."""

    id: str
    title: str
    fingerprint: str
    done: bool


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish the item, in place if it is there."""

    id: str
    title: str
    fingerprint: str
    action: Literal["new", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Adopt:
    """The node has it already: record it."""

    id: str
    title: str
    fingerprint: str
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


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes in the order in which they are to be made.

    `foreign` are the items that are not ours, `outside` is how many posts the node has no room for
    although they are to be kept, `withheld` how many retracts wait until every post can be read.
    """

    changes: tuple[Change, ...]
    foreign: tuple[str, ...] = ()
    outside: int = 0
    withheld: int = 0

    @property
    def retracts(self) -> tuple[Retract, ...]:
        """What subscribers are to see vanish."""
        return tuple(c for c in self.changes if isinstance(c, Retract) and c.notify)


def decide(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    *,
    keep: int | None = None,
    max_items: int | None = None,
    broken: bool = False,
) -> Plan:
    """Compare the three. `posts` are all posts, of which the newest are desired (see `window`).

    `max_items` is how many items the node holds, None if without bound. `broken` says that some
    post could not be read. `present[id].fingerprint` may come from the ledger where the node was
    only asked for its ids.
    """
    ours = {post.id: post.atom_id for post in posts}
    foreign = tuple(
        id_
        for id_, there in present.items()
        if id_ not in recorded and (id_ not in ours or ours[id_] != there.atom_id)
    )
    kept = window(posts, keep=keep, room=None if max_items is None else max_items - len(foreign))
    desired = {post.id for post in kept}
    gone = [
        _unwanted(record, present=id_ in present, outside=id_ in ours)
        for id_, record in recorded.items()
        if id_ not in desired and (id_ in ours or not broken)
    ]
    wanted = [_wanted(post, recorded.get(post.id), present.get(post.id)) for post in kept]
    pushed_out = [
        Retract(post.id, post.title, notify=False, reason=_TOO_OLD)
        for post in posts
        if post.id not in desired | recorded.keys()
        and post.id in present
        and post.id not in foreign
    ]
    changes = (*gone, *pushed_out, *(change for change in wanted if change))
    wished = len(window(posts, keep=keep, room=None))
    withheld = sum(id_ in present and id_ not in ours for id_ in recorded) if broken else 0
    return Plan(changes, foreign, outside=wished - len(kept), withheld=withheld)


def window(posts: Sequence[Desired], *, keep: int | None, room: int | None) -> tuple[Desired, ...]:
    """The newest posts, at most `keep` and at most what there is `room` for; oldest first."""
    ordered = sorted(posts, key=lambda post: (post.published, post.id))
    size = min(bound for bound in (keep, room, len(ordered)) if bound is not None)
    return tuple(ordered[len(ordered) - max(0, size) :])


def check(plan: Plan, recorded: Mapping[str, Recorded], *, allow_retracts: bool) -> None:
    """Stop what nobody means by accident. Raises UnsafePlanError."""
    count, ours = len(plan.retracts), len(recorded)
    share = count / ours if ours else 0.0
    if allow_retracts or not count:
        return
    if count == ours or (count > FREE_RETRACTS and share > RETRACT_SHARE):
        raise UnsafePlanError(
            f"this would retract {count} of the {ours} items that were published; nothing was "
            "sent. If the posts are meant to go, run again with --allow-retracts"
        )


def _wanted(post: Desired, record: Recorded | None, there: Seen | None) -> Change | None:
    if there is None:
        action: Literal["new", "missing"] = "missing" if record and record.done else "new"
        return Publish(post.id, post.title, post.fingerprint, action)
    if there.fingerprint == post.fingerprint:
        if record and record.done and record.fingerprint == post.fingerprint:
            return None
        return Adopt(post.id, post.title, post.fingerprint)
    if record or there.atom_id == post.atom_id:
        return Publish(post.id, post.title, post.fingerprint, "changed")
    return Refuse(post.id, post.title, _NOT_OURS.format(there.title or "without a title"))


_TOO_OLD = "older than what is kept"
_NOT_OURS = (
    'the node has an item of this id that is not ours ("{}"); '
    "retract it there, or give the post an `id:` of its own"
)


def _unwanted(record: Recorded, *, present: bool, outside: bool) -> Retract | Forget:
    if not present:
        return Forget(record.id, record.title)
    if outside:
        return Retract(record.id, record.title, notify=False, reason=_TOO_OLD)
    return Retract(record.id, record.title)
