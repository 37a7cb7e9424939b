"""The ledger: a database of what was published at which node.

Where the ledger and a node disagree, the node is right. A run without a ledger only costs more: it
fetches every payload of the node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from msgspec.structs import replace

from publisher.config.keys import LEDGER_NAME
from publisher.identity.claims import PublishedItem
from publisher.sync.ledger_records import LastLook, Recorded, State
from publisher.sync.ledger_schema import SCHEMA
from publisher.system.database import Database
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from publisher.sync.desired import Desired

# An item that is at its node, or is about to be.
_COUNTS = "NOT retracted AND NOT hidden"


class Ledger:
    """An open ledger. Every change is a transaction of its own, so a run can die at any point."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the ledger in `folder`, or create it: in memory if `read_only`.

        Raises LedgerError.
        """
        self.path = folder / LEDGER_NAME
        self._db = Database(self.path, SCHEMA, read_only=read_only)
        self._run = self._db.run

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def recorded(self, address: NodeAddress) -> dict[str, Recorded]:
        """What was published at a node, in the order of the ids."""
        rows = self._run(
            "SELECT id, title, fingerprint, done, seen, retracted, hidden, at, atom_id, body,"
            " level, path, source, link, adopted, contents, page, added, text FROM item"
            " WHERE service = ? AND node = ? ORDER BY id",
            *_key(address),
        )
        return {row[0]: _recorded(row) for row in rows}

    def published_items(self) -> list[PublishedItem]:
        """The items of all nodes, with their files. Retracted and hidden items are left out."""
        rows = self._run(f"SELECT DISTINCT id, atom_id, path, body FROM item WHERE {_COUNTS}")  # noqa: S608
        return [PublishedItem(*row) for row in rows]

    def published_records(self) -> list[Recorded]:
        """The items of all nodes, without those that were retracted or are hidden."""
        return [
            record
            for address in self.nodes()
            for record in self.recorded(address).values()
            if record.state not in {"retracted", "hidden"}
        ]

    def item_counts(self) -> dict[NodeAddress, int]:
        """How many items of ours each node has. Nodes without any are left out."""
        rows = self._run(
            f"SELECT service, node, count(*) FROM item WHERE {_COUNTS} GROUP BY service, node"  # noqa: S608
        )
        return {NodeAddress(service, node): count for service, node, count in rows}

    def nodes(self) -> list[NodeAddress]:
        """Every node that the ledger knows, also one without items."""
        rows = self._run("SELECT service, node FROM item UNION SELECT service, node FROM node")
        return [NodeAddress(*row) for row in rows]

    def record_intent(
        self,
        address: NodeAddress,
        post: Desired,
        *,
        at: float,
        level: int = 0,
        text: str = "",
        adopted: str = "",
    ) -> None:
        """Record that a post is about to be published. Call this before sending anything.

        `text` is that of the item. `adopted` is given for a correction; see `Recorded`.
        """
        record = _record(post, "intended", at, level)
        self._put(address, replace(record, text=text, adopted=adopted))

    def record_done(
        self,
        address: NodeAddress,
        post: Desired,
        *,
        at: float,
        level: int = 0,
        text: str = "",
        is_added: bool = False,
    ) -> None:
        """Record that the node acknowledged a post. Call this after its answer.

        `text` is that of the item. `is_added`: the node had no item of the post before.
        """
        record = _record(post, "done", at, level)
        self._put(address, replace(record, text=text, is_added=is_added))
        self._forget_acceptance(address, post.id)

    def record_adopted(self, address: NodeAddress, record: Recorded) -> None:
        """Record an item that the node has already."""
        self._put(address, record)
        self._forget_acceptance(address, record.id)

    def _forget_acceptance(self, address: NodeAddress, id_: str) -> None:
        """A later change of this post must pass the guard again."""
        self._run(
            "DELETE FROM accepted WHERE service = ? AND node = ? AND id = ?", *_key(address), id_
        )

    def record_seen(self, address: NodeAddress, ids: Iterable[str]) -> None:
        """Record that a later look still found the acknowledged items."""
        for id_ in ids:
            self._run(
                "UPDATE item SET seen = 1 WHERE service = ? AND node = ? AND id = ? AND done",
                *_key(address),
                id_,
            )

    def record_hidden(self, address: NodeAddress, ids: Iterable[str]) -> None:
        """Record that a full node does not list these items, and may list them again later."""
        for id_ in ids:
            self._run(
                "UPDATE item SET done = 0, seen = 0, hidden = 1"
                " WHERE service = ? AND node = ? AND id = ?",
                *_key(address),
                id_,
            )

    def record_paths(self, address: NodeAddress, posts: Iterable[Desired]) -> None:
        """Record the paths of posts whose items need no publish."""
        for post in posts:
            self._run(
                "UPDATE item SET path = ? WHERE service = ? AND node = ? AND id = ?",
                post.path,
                *_key(address),
                post.id,
            )

    def record_retracted(self, address: NodeAddress, record: Recorded, *, at: float) -> None:
        """Record that the node acknowledged a retraction. Call this after its answer."""
        # This also deletes the acceptance of the retraction, which is used up now.
        self.forget(address, record.id)
        self._put(address, replace(record, state="retracted", recorded_at=at))

    def forget(self, address: NodeAddress, id_: str) -> None:
        """Drop the record of an item that the node no longer has."""
        for table in ("item", "accepted"):
            self._run(
                f"DELETE FROM {table} WHERE service = ? AND node = ? AND id = ?",  # noqa: S608
                *_key(address),
                id_,
            )

    def restore(self, address: NodeAddress, before: Recorded | None, id_: str) -> None:
        """Undo `record_intent` because the service refused: the record from before still holds."""
        self.forget(address, id_)
        if before is not None:
            self._put(address, before)

    def withdraw(self, address: NodeAddress, before: Recorded | None, id_: str) -> None:
        """Undo `record_intent` because nothing was sent: the change may still be made later."""
        if before is not None:
            self._put(address, before)
            return
        self._run("DELETE FROM item WHERE service = ? AND node = ? AND id = ?", *_key(address), id_)

    def record_level(self, address: NodeAddress, id_: str, level: int) -> None:
        """Record that the item must be shortened to `level` at least, or the stream breaks."""
        self._run(
            "UPDATE item SET level = ? WHERE service = ? AND node = ? AND id = ?",
            level,
            *_key(address),
            id_,
        )

    def accept(self, address: NodeAddress, keys: Iterable[tuple[str, str]]) -> None:
        """Record the `guard.acceptance_key` of each change that passed it; forget the others."""
        self._run("DELETE FROM accepted WHERE service = ? AND node = ?", *_key(address))
        for key in keys:
            self._run("INSERT INTO accepted VALUES (?, ?, ?, ?)", *_key(address), *key)

    def accepted(self, address: NodeAddress) -> frozenset[tuple[str, str]]:
        """The keys of the changes that passed the guard and are not done yet."""
        rows = self._run(
            "SELECT id, fingerprint FROM accepted WHERE service = ? AND node = ?", *_key(address)
        )
        return frozenset((row[0], row[1]) for row in rows)

    def accepted_anywhere(self) -> frozenset[tuple[str, str]]:
        """The keys of `accepted` at all nodes."""
        return frozenset(
            (row[0], row[1]) for row in self._run("SELECT id, fingerprint FROM accepted")
        )

    def last_look(self, address: NodeAddress) -> LastLook:
        """What the last look at a node found; the defaults if there was none."""
        rows = self._run(
            "SELECT looked, room, wanted, created, muted, refused, reader FROM node"
            " WHERE service = ? AND node = ?",
            *_key(address),
        )
        for looked, room, config_digest, created, muted, refused, reader in rows:
            fields = frozenset(refused.split("\n")) if refused else frozenset()
            flags = bool(created), bool(muted)
            return LastLook(looked, room, config_digest, *flags, fields, reader)
        return LastLook()

    def record_look(self, address: NodeAddress, look: LastLook) -> None:
        """Record what a look at a node found, replacing the last one."""
        self._run(
            "INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *_key(address),
            int(look.created),
            int(look.muted),
            look.looked,
            look.room,
            look.config_digest,
            "\n".join(sorted(look.refused)),
            look.reader,
        )

    def forget_node(self, address: NodeAddress) -> None:
        """Forget a node and everything that was published there."""
        for table in ("item", "accepted", "node"):
            self._run(f"DELETE FROM {table} WHERE service = ? AND node = ?", *_key(address))  # noqa: S608

    def pinged_digest(self, hub: str, topic: str) -> str | None:
        """The digest of a feed when its hub was last pinged, None if it never was."""
        rows = self._run("SELECT digest FROM ping WHERE hub = ? AND topic = ?", hub, topic)
        return rows[0][0] if rows else None

    def record_ping(self, hub: str, topic: str, digest: str) -> None:
        """Record that a hub was pinged for a feed. Call this after its answer."""
        self._run("INSERT OR REPLACE INTO ping VALUES (?, ?, ?)", hub, topic, digest)

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything that is recorded inside one transaction."""
        return self._db.transaction()

    def _put(self, address: NodeAddress, record: Recorded) -> None:
        self._run(
            "INSERT OR REPLACE INTO item (service, node, id, title, fingerprint, done, seen,"
            " retracted, hidden, at, atom_id, body, level, path, source, link, adopted, contents,"
            " page, added, text) VALUES"
            " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *_key(address),
            record.id,
            record.title,
            record.fingerprint,
            int(record.done),
            int(record.state == "seen"),
            int(record.state == "retracted"),
            int(record.state == "hidden"),
            record.recorded_at,
            record.atom_id,
            record.body,
            record.level,
            record.path,
            record.source,
            record.link,
            record.adopted,
            record.contents,
            record.page,
            int(record.is_added),
            record.text,
        )


def _key(address: NodeAddress) -> tuple[str, str]:
    return address.service, address.node


def _record(post: Desired, state: Literal["intended", "done"], at: float, level: int) -> Recorded:
    return Recorded(
        post.id,
        post.title,
        post.fingerprint,
        state,
        at,
        post.atom_id,
        post.body,
        level,
        post.path,
        post.source,
        post.link,
        contents=post.contents,
        page=post.page,
    )


def _recorded(row: tuple[Any, ...]) -> Recorded:
    id_, title, fingerprint, done, seen, retracted, hidden, *rest = row
    state: State = "intended"
    if hidden:
        state = "hidden"
    elif retracted:
        state = "retracted"
    elif done:
        state = "seen" if seen else "done"
    rest[-2] = bool(rest[-2])  # `is_added`
    return Recorded(id_, title, fingerprint, state, *rest)
