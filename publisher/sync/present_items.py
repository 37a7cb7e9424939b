"""Read the items that a node holds.

What the ledger knows to be durable at the node is not fetched again. Nor is an item that was new
when it was sent: its id is enough. Everything else is fetched. If the node does not list an item
that should be there, the item is requested by its id before it counts as missing. If the node is
full, it is not: what a full node does not list, no reader sees.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.errors import Refused
from publisher.sync import item
from publisher.sync.edit_or_correction import as_seen, is_same, needs_no_publish
from publisher.sync.item import Seen, is_sendable
from publisher.sync.node import ItemsRead, ignore_reading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.node import Node, OnRead, State, Task
    from publisher.system.retry import Clock

CHUNK = 20  # payloads per fetch: some 100 kB, and at most 20 times the largest stanza

# All items are fetched at once if at least one of so many is wanted. ejabberd reads the whole node
# for each request, and Prosody's default storage even for each id: there 50 of 500 items took 2.1
# seconds by their ids, and all of them together 0.3.
SHARE = 10

# Some servers keep an acknowledged item in memory for some seconds, and lose it if they crash.
# COMPAT(ejabberd 23.01): killed right after the answer it lost items, and 4 seconds later none.
DURABLE_SECONDS = 30.0

# After a run died, its server may still read what that run sent. Two minutes are enough for all
# that can be in flight (`in_flight.WINDOW_BYTES`), even at 2,000 bytes per second.
DRAIN_SECONDS = 2.0
DRAINS = 60


async def present_items(
    node: Node,
    task: Task,
    state: State,
    recorded: Mapping[str, Recorded],
    *,
    trusts: Collection[str],
    clock: Clock,
    on_read: OnRead,
) -> dict[str, Seen]:
    """The items at the node by their ids.

    Records in one of the states `trusts` need no fetch. Raises Refused, Forbidden or Unavailable.
    """
    ids, wanted = state.ids, {post.id: post for post in task.desired}
    trusted = {
        id_: as_seen(recorded[id_])
        for id_ in ids
        if id_ in recorded
        and not task.verify
        and _is_trusted(recorded[id_], wanted, trusts, may_hide=state.may_hide)
    }
    listed, ours = set(ids), recorded.keys() | wanted.keys()
    just_sent = [
        record
        for record in recorded.values()
        # An older one has arrived by now, or is lost.
        if record.state == "intended" and clock.now() - record.recorded_at < DURABLE_SECONDS
    ]
    # COMPAT(Openfire 5.2): a full node hides items, and may still show one to those who ask for it
    # by its id. Such an item is not present. What was just sent may have arrived after the list.
    sought = {record.id for record in just_sent} if state.may_hide else recorded.keys()
    absent = sought & wanted.keys() - listed
    missing = [id_ for id_ in recorded if id_ in absent]
    # An item of somebody else is present even if it can be neither requested nor parsed.
    strange = {id_: Seen(id_, None, None, None) for id_ in ids if id_ not in ours}
    skipped = trusted.keys() if needs_foreign(task, recorded) else trusted.keys() | strange.keys()
    requested = [id_ for id_ in ids if id_ not in skipped and is_sendable(id_)]
    fetched: dict[str, Seen] = {}
    # `strange` items would be among all of them.
    if task.fetches_all and (not strange or needs_foreign(task, recorded)):
        fetched = await _fetch_all(node, requested, listed=len(ids), on_read=on_read)
    asked = {*requested, *missing}
    fetched |= {one.id: item.seen(one.id, one.payload) for one in state.fetched if one.id in asked}
    left = [id_ for id_ in (*requested, *missing) if id_ not in fetched]
    fetched |= await _fetch(node, left, on_read)
    await _drain(node, just_sent, fetched, clock)
    # The last has priority: what was fetched is newer than what the ledger recorded.
    return strange | trusted | fetched


def likely_fetched(
    task: Task, recorded: Mapping[str, Recorded], trusts: Collection[str]
) -> Sequence[str]:
    """The ids of items that a look will fetch if the node lists them, as far as the ledger tells.

    They can be fetched together with the list. None if they do not fit into one request.
    """
    wanted = {post.id: post for post in task.desired}
    ids = [
        id_
        for id_, record in recorded.items()
        if is_sendable(id_)
        and (task.verify or not _is_trusted(record, wanted, trusts, may_hide=False))
    ]
    return ids if len(ids) <= CHUNK else ()


def needs_foreign(task: Task, recorded: Mapping[str, Recorded]) -> bool:
    """Whether the plan or its output depends on items that are neither recorded nor desired."""
    # COMPAT(ejabberd 23.01): it crashes when it is asked for an item that is nested 6,000 levels
    # deep, and any publisher may have put one there. So these items are fetched only if necessary.
    return task.verify or task.fetch_foreign or task.policy.prune != "own" or not recorded


def _is_trusted(
    record: Recorded, wanted: Mapping[str, Desired], trusts: Collection[str], *, may_hide: bool
) -> bool:
    """Whether the record replaces a fetch if the node lists the item."""
    # COMPAT(Openfire 5.2): a full node may list an earlier version that it has hidden until now.
    is_known = record.is_added and record.state == "done" and not may_hide
    # If the post differs from the record, it would be published; but a run with another copy of
    # the ledger may have published it already, so the item is fetched first.
    post = wanted.get(record.id)
    is_same = post is None or needs_no_publish(post, record)
    return is_same and (is_known or record.state in trusts)


async def _fetch_all(
    node: Node, ids: Sequence[str], *, listed: int, on_read: OnRead
) -> dict[str, Seen]:
    """Those of the items that came with all others; none if it takes less to ask for these alone.

    `listed` is how many items the node has.
    """
    if len(ids) <= CHUNK or len(ids) * SHARE < listed:
        return {}
    on_read(ItemsRead("reading", 0, listed))
    wanted = {*ids}
    # A service may refuse to show all, and show some. Busy is a Refused, too, but was retried.
    with suppress(Refused):
        found = await node.fetch_all(listed)
        return {one.id: item.seen(one.id, one.payload) for one in found if one.id in wanted}
    return {}


async def _fetch(node: Node, ids: Sequence[str], on_read: OnRead) -> dict[str, Seen]:
    fetched: dict[str, Seen] = {}
    for start in range(0, len(ids), CHUNK):
        on_read(ItemsRead("reading", start, len(ids)))
        for stored in await node.fetch(ids[start : start + CHUNK]):
            fetched[stored.id] = item.seen(stored.id, stored.payload)
    on_read(ItemsRead("reading", len(ids), len(ids)))
    return fetched


async def _drain(
    node: Node, just_sent: Sequence[Recorded], fetched: dict[str, Seen], clock: Clock
) -> None:
    """Fetch items that were just sent until all have arrived, or none arrived between two fetches.

    Updates `fetched`.
    """
    for _ in range(DRAINS):
        waiting = [r.id for r in just_sent if r.id not in fetched or not is_same(r, fetched[r.id])]
        if not waiting:
            return
        await clock.sleep(DRAIN_SECONDS)
        again = await _fetch(node, waiting, ignore_reading)
        if all(fetched.get(id_) == again.get(id_) for id_ in waiting):
            return
        fetched |= again
