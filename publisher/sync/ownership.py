"""Sort the items of a node by what a plan may do with them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sync.moved_site import old_atom_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.policy import Policy
    from publisher.sync.skipped import Skipped, SkippedFiles


class Ownership(Struct, frozen=True, kw_only=True):
    """Whose the items of a node are. The sets have item ids.

    `posts` has the posts of the node by their item ids. `held` has the item of each held post, by
    the id that the post would have as a new one; in `posts` it has the id of its item, so that the
    window does not change meanwhile. `moved` has the old atom:ids of the items of a moved site.

    `ours` may be replaced or retracted. `postless` are the items whose posts are gone, as far as
    the policy lets us conclude that, and `pruned` those of them to retract now. `replaced` are
    postless because the author gives them up for new posts. `skipped` has the files of items that
    stay because a rule of publisher takes the files for no posts, or their pages are not built.
    `unclaimed` have ids as our site
    makes them, but neither the ledger nor a post knows of them. `strangers` are all others.
    """

    posts: Mapping[str, Desired]
    held: Mapping[str, str]
    moved: Mapping[str, str]
    present: frozenset[str]
    ours: frozenset[str]
    postless: frozenset[str]
    pruned: frozenset[str]
    replaced: frozenset[str]
    skipped: Mapping[str, Skipped]
    unclaimed: frozenset[str]

    @property
    def items_of_held(self) -> frozenset[str]:
        """The items at the node about which a question is open."""
        return self.present & {*self.held.values()}

    @property
    def of_posts(self) -> frozenset[str]:
        """Our items that have a post."""
        return self.ours & self.posts.keys()

    @property
    def staying(self) -> frozenset[str]:
        """The items that take room, whatever we do for our posts."""
        return self.present - self.pruned - self.of_posts

    @property
    def of_skipped(self) -> frozenset[str]:
        """The items that stay because their files are skipped, recorded or not."""
        return (self.postless | self.unclaimed) & self.skipped.keys()

    @property
    def withheld(self) -> frozenset[str]:
        """The items that would be retracted if every post could be read."""
        return self.postless - self.pruned - self.skipped.keys()

    @property
    def strangers(self) -> frozenset[str]:
        """The items that are not ours."""
        return self.present - self.ours - self.postless - self.unclaimed - self.moved.keys()


def ownership(
    posts: Sequence[Desired],
    recorded: Mapping[str, Recorded],
    present: Mapping[str, Seen],
    policy: Policy,
    *,
    has_unreadable_posts: bool,
    skipped: SkippedFiles,
) -> Ownership:
    """Sort the items that are present by the posts, the ledger and the policy."""
    renamed = policy.renames.at_node(recorded, present, policy.is_minted)
    held = {new: old for new, old in renamed.items() if new not in policy.renames.as_new}
    items_of_held = present.keys() & held.values()
    by_id = {id_: replace(post, id=id_) for post in posts for id_ in [held.get(post.id, post.id)]}
    moved = _moved(by_id, recorded, present)
    ours = {id_ for id_, seen in present.items() if _is_ours(seen, by_id, recorded, policy)}
    replaced = {old for new, old in renamed.items() if new not in held and old in present}
    pruned = {id_ for id_, seen in present.items() if _is_pruned(seen, recorded, policy)}
    postless = ((pruned - by_id.keys()) | replaced) - items_of_held
    files = skipped.items(recorded)
    known = recorded.keys() | by_id.keys() | {*held.values()}
    return Ownership(
        posts=by_id,
        held=held,
        moved=moved,
        present=frozenset(present),
        ours=frozenset(ours | items_of_held | (moved.keys() & {*policy.new_ids})),
        postless=frozenset(postless),
        # A post that cannot be read may be the post of any of them.
        pruned=frozenset() if has_unreadable_posts else frozenset(postless - files.keys()),
        replaced=frozenset(replaced),
        skipped=files,
        unclaimed=frozenset(
            id_ for id_, seen in present.items() if id_ not in known and policy.is_minted(seen)
        ),
    )


def _moved(
    posts: Mapping[str, Desired], recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> Mapping[str, str]:
    """The old atom:ids of unrecorded items, by the ids of the items."""
    pairs = (
        (id_, old_atom_id(post, present.get(id_)))
        for id_, post in posts.items()
        if id_ not in recorded
    )
    return {id_: old for id_, old in pairs if old}


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
