"""What a plan looks like to a person: a post was renamed, the site moved, a node has another name.

Pure. A hint says what is seen and the line that keeps the items; it changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sync.plan import Publish, Retract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.sync.item import Seen
    from publisher.sync.plan import Desired, Plan, Recorded
    from publisher.text.node_address import NodeAddress

# RFC 4151: the authority, then a date. A stranger's atom:id may say anything there.
_TAG = re.compile(r"tag:([\w.@-]+),")


def renamed(plan: Plan, recorded: Mapping[str, Recorded]) -> Iterator[str]:
    """A new post that has the text of one that is to be retracted."""
    new = {
        c.post.body: c.post for c in plan.changes if isinstance(c, Publish) and c.action == "new"
    }
    for change in plan.changes:
        record = recorded.get(change.id)
        if isinstance(change, Retract) and change.notify and record and record.body in new:
            post = new[record.body]
            yield (
                f"{post.path} has the text of the post that was {record.id}; if it was renamed, "
                f"keep its item with a line in its front matter: id: {record.id}"
            )


def moved(
    posts: Sequence[Desired], recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> Iterator[str]:
    """The same item ids under other atom:ids."""
    pairs = [(_old_id(post, recorded, present), post.atom_id) for post in posts]
    changed = [(old, new) for old, new in pairs if old and old != new]
    if not changed:
        return
    old, new = changed[-1]
    found = _TAG.match(old)
    template = f"tag:{found[1]},{{date}}:{{id}}" if found else "..."
    count = "id of 1 post changes" if len(changed) == 1 else f"ids of {len(changed)} posts change"
    yield (
        f"the {count}, e.g. from {old} to {new}: feed readers would show them again. If the "
        f'site has moved, keep them with site.id_template: "{template}", and run publish with '
        "--no-notify, so that nobody is told of the new links"
    )


def left_behind(
    held: Mapping[NodeAddress, int], configured: Collection[NodeAddress]
) -> Iterator[str]:
    """Nodes with items of ours that the configuration no longer names.

    `held` is how many items the ledger has at each node.
    """
    for address, count in held.items():
        if address in configured or not count:
            continue
        yield (
            f"{count} {'item of ours is' if count == 1 else 'items of ours are'} still at "
            f"{address}, which the configuration no longer names; its subscribers hear nothing "
            "more. To go on there, name it again; to leave it, use `publisher node delete`"
        )


def _old_id(
    post: Desired, recorded: Mapping[str, Recorded], present: Mapping[str, Seen]
) -> str | None:
    """What the post's atom:id was. Without a record it may be a stranger's, unless only the
    authority of a tag: URI differs.
    """
    if post.id in recorded:
        return recorded[post.id].atom_id or None
    seen = present.get(post.id)
    if seen is None or seen.atom_id is None or not _TAG.match(seen.atom_id):
        return None
    return seen.atom_id if _TAG.sub("", seen.atom_id) == _TAG.sub("", post.atom_id) else None
