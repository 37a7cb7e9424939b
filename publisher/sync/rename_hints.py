"""Hints: the plan looks as if a post that is not held, or a node, was renamed.

Pure. A hint describes what the plan shows, and gives the line that keeps the published items.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.sync.changes import Publish, Retract
from publisher.text.counts import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.sync.changes import Change
    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.plan import Plan
    from publisher.sync.renames import Renames
    from publisher.text.node_address import NodeAddress

_DATE = re.compile(r"tag:[^,]*,(\d{4}-\d{2}-\d{2}):")  # in an atom:id as our sites mint it


def post_renamed(
    plan: Plan, recorded: Mapping[str, Recorded], present: Mapping[str, Seen], renames: Renames
) -> Iterator[str]:
    """For the posts with the text of other items whose posts are gone or have another text now.

    No such post is held: its text is short, several items have the text, or the post has an item of
    its own, as when two posts have changed their names. Each text is named once. Items of the first
    versions have no hash of their text, so there the date and the title must do. A post that its
    author publishes as a new one, or that has an `id:`, is left out.
    """
    decided = renames.as_new | renames.with_id
    lost_texts: defaultdict[str, list[str]] = defaultdict(list)
    lost_titles: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in _lost(plan, recorded, present, renames):
        if item.body:
            lost_texts[item.body].append(item.id)
        elif key := _title_and_date(item):
            lost_titles[key].append(item.id)
    by_text: defaultdict[str, list[Desired]] = defaultdict(list)
    for change in plan.publishes:
        if change.action in {"new", "changed"} and change.id not in decided:
            by_text[change.post.body].append(change.post)
    for text, posts in by_text.items():
        if text in lost_texts:
            yield _shared_text([post.path for post in posts], lost_texts[text], renames)
            continue
        for post in posts:
            key = _title_and_date(post)
            items = lost_titles.get(key, ()) if key else ()
            yield from (_same_title(post, id_, renames) for id_ in items)


def _lost(
    plan: Plan, recorded: Mapping[str, Recorded], present: Mapping[str, Seen], renames: Renames
) -> Iterator[Recorded | Seen]:
    """The items that lose their text in the plan, and those that nobody knows any more."""
    for change in plan.changes:
        item = recorded.get(change.id) or present.get(change.id)
        if item and _loses_its_text(change, item):
            yield item
    yield from (present[id_] for id_ in plan.unclaimed if not renames.has_file(id_))


def _loses_its_text(change: Change, item: Recorded | Seen) -> bool:
    if isinstance(change, Publish):
        return change.action == "changed" and bool(item.body) and item.body != change.post.body
    # A retract without notification only makes room; its post still exists.
    return isinstance(change, Retract) and change.notify


def _shared_text(paths: Sequence[str], items: Sequence[str], renames: Renames) -> str:
    """Say that new posts have the text of these items."""
    one = len(paths) == 1
    was = "the post that was" if len(items) == 1 else "the posts that were"
    return (
        f"{listed(paths)} {'has' if one else 'have'} the text of {was} {listed(items)}; if "
        f"{'it was' if one else 'one of them was'} renamed, {renames.keeping(paths[0], items)}"
    )


def _same_title(post: Desired, item: str, renames: Renames) -> str:
    return (
        f"{post.path} has the date and the title of {item}, whose post is gone; if it was renamed, "
        f"{renames.keeping(post.path, [item])}"
    )


def _title_and_date(item: Desired | Recorded | Seen) -> tuple[str, str] | None:
    """The title of the item and the date in its atom:id, or None if one of them is missing."""
    date = _DATE.match(item.atom_id or "")
    return (item.title, date[1]) if item.title and date else None


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
