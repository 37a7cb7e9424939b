"""Hints: the plan looks as if a post was renamed, the site has moved, or a node was renamed.

Pure. A hint describes what the plan shows, and gives the line that keeps the published items.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from publisher.sync.plan import Publish, Retract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.plan import Plan
    from publisher.sync.records import Recorded
    from publisher.text.node_address import NodeAddress

# The authority of a tag: URI (RFC 4151), which ends before the date. The atom:id may be somebody
# else's and contain anything, so only characters of an authority match.
_TAG = re.compile(r"tag:([\w.@-]+),")


def post_renamed(
    plan: Plan, recorded: Mapping[str, Recorded], *, as_new: Collection[str] = ()
) -> Iterator[str]:
    """For each new post with the text of a post whose item the plan retracts.

    Such a post is not held if its text is short. The posts `as_new` are left out.
    """
    new = {
        c.post.body: c.post
        for c in plan.changes
        if isinstance(c, Publish) and c.action == "new" and c.id not in as_new
    }
    for change in plan.changes:
        record = recorded.get(change.id)
        # A retract without notification only makes room; its post still exists.
        if isinstance(change, Retract) and change.notify and record and record.body in new:
            post = new[record.body]
            yield (
                f"{post.path} has the text of the post that was {record.id}; if it was renamed, "
                f"keep its item with a line in its front matter: id: {record.id}"
            )


def site_moved(
    posts: Sequence[Desired], recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> Iterator[str]:
    """For item ids whose atom:ids have changed."""
    pairs = [(_old_atom_id(post, recorded, present), post.atom_id) for post in posts]
    changed = [(old, new) for old, new in pairs if old and old != new]
    if not changed:
        return
    old, new = changed[-1]
    tag = _TAG.match(old)
    template = f"tag:{tag[1]},{{date}}:{{id}}" if tag else "..."
    count = "id of 1 post changes" if len(changed) == 1 else f"ids of {len(changed)} posts change"
    yield (
        f"the {count}, e.g. from {old} to {new}, so feed readers would show them again. If the "
        f'site has moved, keep the ids with site.id_template: "{template}", and run publish with '
        "--no-notify, so that subscribers are not notified of the new links"
    )


def nodes_left_behind(
    item_counts: Mapping[NodeAddress, int],
    configured: Collection[NodeAddress],
    *,
    config_option: str = "",
) -> Iterator[str]:
    """For nodes with items of ours that are no longer in the configuration.

    `item_counts` is how many items of ours each node has, according to the ledger. The commands
    in the hint end with `config_option`, for users who need `--config`.
    """
    for address, count in item_counts.items():
        if address in configured or not count:
            continue
        arguments = shlex.join([address.service, address.node]) + config_option
        yield (
            f"{count} {'item of ours is' if count == 1 else 'items of ours are'} still at "
            f"{address}, which is no longer in the configuration; its subscribers receive nothing "
            "more. To continue there, add it to xmpp.nodes again; to remove it with its items and "
            f"subscribers, run `publisher node delete {arguments}`; to leave it as it is, run "
            f"`publisher node forget {arguments}`, which ends this hint"
        )


def _old_atom_id(
    post: Desired, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> str | None:
    """The atom:id of the item at the node, None if that may be somebody else's item."""
    if post.id in recorded:
        # The first version of the ledger recorded no atom:ids.
        return recorded[post.id].atom_id or None
    # Without a record, only the rest of the tag: URI shows that the item is that of this post.
    seen = present.get(post.id)
    if seen is None or seen.atom_id is None or not _TAG.match(seen.atom_id):
        return None
    return seen.atom_id if _TAG.sub("", seen.atom_id) == _TAG.sub("", post.atom_id) else None
