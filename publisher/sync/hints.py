"""Hints: the plan looks as if a short post or a node was renamed.

Pure. A hint describes what the plan shows, and gives the line that keeps the published items.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from publisher.sync.changes import Publish, Retract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from publisher.sync.plan import Plan
    from publisher.sync.records import Recorded
    from publisher.text.node_address import NodeAddress


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
