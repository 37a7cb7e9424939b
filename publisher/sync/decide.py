"""Decide what must change at a node to make it equal to the posts. Pure: it changes nothing.

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
yes, as  any                     ours, edited    nothing; `adopt` if the record differs
it was
yes, no  any                     ours, has text  nothing; `adopt` if the record differs
text
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
count as announcements. A post that goes out *as it was* before an edit, because its page does not
show that yet, never replaces an item that may be newer (`may_be_newer`). A post whose page does not
show its *text* never replaces an item that shows it (`keeps_text`).

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

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import Struct

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
from publisher.sync.edit_or_correction import (
    difference,
    keeps_text,
    may_be_newer,
    present_record,
    shows_older_build,
    tells_the_same,
)
from publisher.sync.ledger_records import Recorded
from publisher.sync.ownership import Ownership, ownership
from publisher.sync.plan import Plan
from publisher.sync.room import Shortage, room, window
from publisher.sync.skipped import NONE_SKIPPED, Skipped, SkippedFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.policy import Policy
    from publisher.sync.renames import Renames


def decide(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    policy: Policy,
    *,
    max_items: int | None = None,
    has_unreadable_posts: bool = False,
    skipped: SkippedFiles = NONE_SKIPPED,
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
    published = owned.present | {id_ for id_, record in recorded.items() if record.done}
    chosen = _chosen(owned, published, policy, max_items)
    changes = (
        # Sorted, because the order of strings in a set differs from run to run.
        *(_retract(id_, recorded, present) for id_ in sorted(owned.pruned)),
        *_forgets(owned, recorded, chosen, has_unreadable_posts=has_unreadable_posts),
        *_retracts_for_room(owned, chosen),
        *_changes_of_desired(chosen.kept, recorded, present, owned, policy),
    )
    changes = (
        *(change for change in changes if _is_decided(change, owned.held)),
        *_holds(owned, policy.renames, recorded, present, chosen.staying),
    )
    return _plan(changes, owned, chosen, policy, recorded=recorded, present=present)


class _Chosen(Struct, frozen=True, kw_only=True):
    """The posts of a node, each sequence oldest first.

    Of all in `ordered`, the configuration asks for those in `wanted`, and the node can hold those
    in `kept`: it holds at most `max_items`, `room` of them ours, without a limit if these are None.
    `staying` has the ids of the items that need not make room for others.
    """

    ordered: Sequence[Desired]
    wanted: Sequence[Desired]
    kept: Sequence[Desired]
    staying: frozenset[str]
    max_items: int | None
    room: int | None

    @property
    def outside(self) -> tuple[Desired, ...]:
        """The posts that should be at the node but do not fit."""
        return tuple(self.wanted[: len(self.wanted) - len(self.kept)])

    @property
    def older(self) -> tuple[Desired, ...]:
        """The posts that the configuration does not ask for."""
        return tuple(self.ordered[: len(self.ordered) - len(self.wanted)])


def _chosen(
    owned: Ownership, published: Collection[str], policy: Policy, max_items: int | None
) -> _Chosen:
    space = room(max_items, of_posts=len(owned.of_posts), others=len(owned.staying))
    ordered = window([*owned.posts.values()], keep=None, room=None)
    keep = _keep(ordered, owned, published, policy)
    kept = window(ordered, keep=keep, room=space)
    # `keep` alone does not end the question about a held post.
    asked = {post.id for post in window(ordered, keep=None, room=space)} & owned.items_of_held
    return _Chosen(
        ordered=ordered,
        wanted=window(ordered, keep=keep, room=None),
        kept=kept,
        staying=frozenset(post.id for post in kept) | asked,
        max_items=max_items,
        room=space,
    )


def _keep(
    ordered: Sequence[Desired], owned: Ownership, published: Collection[str], policy: Policy
) -> int | None:
    """How many posts the configuration asks for, oldest first; None if it sets no limit.

    An item that stays because its file is skipped keeps its place. Otherwise a rule of a newer
    version, which skips that file, would announce an older post that takes the place.
    """
    if policy.keep is None:
        return None
    newest = window(ordered, keep=policy.keep, room=None)
    places = policy.keep - len(owned.of_skipped)
    older = next((at for at, post in enumerate(newest) if post.id in published), 0)
    return len(newest) - min(older, max(0, len(newest) - places))


def _plan(
    changes: tuple[Change, ...],
    owned: Ownership,
    chosen: _Chosen,
    policy: Policy,
    *,
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
) -> Plan:
    """The plan with these changes, and with what they leave as it is."""
    kept, others = chosen.kept, len(owned.staying - owned.postless)
    return Plan(
        changes,
        # Items that the node has lost count, too: the guard compares with everything that was
        # published.
        ours=len(owned.ours | owned.postless | {r.id for r in recorded.values() if r.done}),
        foreign=_in_order(present, owned.strangers),
        unclaimed=_in_order(present, owned.unclaimed - owned.pruned - owned.skipped.keys()),
        outside=chosen.outside,
        older=chosen.older,
        withheld=len(owned.withheld),
        reread=_count_reread(kept, recorded, changes),
        other_contents=_count_staying(kept, owned, present, changes, _has_other_contents),
        older_builds=_count_staying(kept, owned, present, changes, shows_older_build),
        room=room(chosen.max_items, of_posts=len(owned.of_posts), others=others),
        shortage=_shortage(owned, chosen, changes, policy),
        moved=_undecided_moves(owned, policy),
        replaced=owned.replaced,
        skipped=_files_of_staying(owned, present),
    )


def _undecided_moves(owned: Ownership, policy: Policy) -> tuple[tuple[str, str], ...]:
    """The old and the new atom:ids of the moved items that nobody has decided on."""
    return tuple(
        (old, owned.posts[id_].atom_id)
        for id_, old in owned.moved.items()
        if id_ not in policy.new_ids
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
    chosen: _Chosen,
    changes: Sequence[Change],
    policy: Policy,
) -> Shortage | None:
    """The lack of room, if that is an error.

    Older posts that do not fit are normal, but no room at all is not, nor less than `keep`.
    """
    is_normal = chosen.room != 0 and policy.keep is None
    if chosen.max_items is None or not chosen.outside or is_normal:
        return None
    return Shortage(
        posts=len(chosen.outside),
        limit=chosen.max_items,
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
    staying = _in_order(present, owned.of_skipped)
    return tuple(dict.fromkeys(owned.skipped[id_] for id_ in staying))


def _retract(id_: str, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]) -> Retract:
    title = recorded[id_].title if id_ in recorded else present[id_].title
    return Retract(id_, title or "")


def _forgets(
    owned: Ownership,
    recorded: Mapping[str, Recorded],
    chosen: _Chosen,
    *,
    has_unreadable_posts: bool,
) -> Iterator[Forget]:
    desired = {post.id for post in chosen.kept}
    for id_, record in recorded.items():
        if id_ in owned.present or id_ in desired or id_ in owned.skipped:
            continue
        # A post that cannot be read may be the post of this record.
        if id_ in owned.posts or not has_unreadable_posts:
            yield Forget(id_, record.title)


def _retracts_for_room(owned: Ownership, chosen: _Chosen) -> Iterator[Retract]:
    # If the node has no room for any post, retracting old items makes no room either.
    if chosen.room == 0:
        return
    for post in chosen.ordered:
        if post.id in owned.ours and post.id not in chosen.staying:
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
    stays = found == "edit" and may_be_newer(post, record, seen)
    keeps = keeps_text(post, record, seen)
    pushes = policy.edits == "push" and not (stays or keeps)
    if found == "edit" and pushes:
        yield Publish(post, "changed")
        return
    if policy.refresh and not keeps and (found == "none" or pushes):
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
        text=seen.text,
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


_NOT_OURS = (
    'the node has an item with this id that is not ours ("{}"); '
    "retract it there, or give the post another id"
)
