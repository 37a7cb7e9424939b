"""The ledger: what we published where. The only importer of sqlite3.

It is an aid, never the truth: the node is. Deleting it costs one look at every payload.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

from publisher.config.values import LEDGER_NAME
from publisher.errors import LedgerError
from publisher.identity.claims import PublishedItem
from publisher.sync.plan import Recorded
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from publisher.sync.plan import Desired

APPLICATION_ID = 0x70756273  # "pubs": `file` and others tell our databases by it

# What each version adds to the one before; a database is as old as its user_version.
_VERSIONS = (
    """
CREATE TABLE item (
    service     TEXT NOT NULL,
    node        TEXT NOT NULL,
    id          TEXT NOT NULL,
    title       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    done        INTEGER NOT NULL CHECK (done IN (0, 1)),
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID;
""",
    """
ALTER TABLE item ADD COLUMN seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1));
ALTER TABLE item ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0 CHECK (retracted IN (0, 1));
ALTER TABLE item ADD COLUMN at REAL NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN atom_id TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
CREATE TABLE node (
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    created INTEGER NOT NULL DEFAULT 0 CHECK (created IN (0, 1)),
    muted   INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    looked  REAL NOT NULL DEFAULT 0,
    room    INTEGER,
    wanted  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, node)
) STRICT, WITHOUT ROWID;
CREATE TABLE accepted (
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    id      TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID;
""",
    """
CREATE TABLE ping (
    hub    TEXT NOT NULL,
    topic  TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (hub, topic)
) STRICT, WITHOUT ROWID;
""",
    """
ALTER TABLE item ADD COLUMN path TEXT NOT NULL DEFAULT '';
""",
)
VERSION = len(_VERSIONS)


@dataclass(frozen=True, slots=True)
class LastLook:
    """What we know of a node from our visits to it.

    `looked` is when it was last seen to equal the posts, in seconds since 1970, 0 if never; `room`
    how many items of ours it can hold, None if there is no bound; `wanted` a digest of what it was
    meant to be. `created`: by us. `muted`: we had its notifications turned off.
    """

    looked: float = 0.0
    room: int | None = None
    wanted: str = ""
    created: bool = False
    muted: bool = False


class Ledger:
    """One transaction for each change, so that a run can die anywhere."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the ledger in `folder`, or begin one: in memory, if only to read. LedgerError."""
        self.path = folder / LEDGER_NAME
        try:
            if read_only:
                exists = self.path.exists()
                name = f"{self.path.absolute().as_uri()}?mode=ro" if exists else ":memory:"
            else:
                folder.mkdir(parents=True, exist_ok=True)
                name = str(self.path)
            self._db = sqlite3.connect(name, isolation_level=None, uri=read_only)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{self.path}: cannot be opened: {error}") from error
        try:
            self._prepare(read_only=read_only)
            if not read_only:
                # A commit that waits for no disk: after a power cut the node tells what is missing.
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            self._db.close()
            raise _failed(self.path, error) from error
        except LedgerError:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(sqlite3.Error):  # somebody reads it just now: the next run folds it up
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    def recorded(self, address: NodeAddress) -> dict[str, Recorded]:
        """What we published at a node, in the order of the ids."""
        rows = self._run(
            "SELECT id, title, fingerprint, done, seen, retracted, at, atom_id, body, level,"
            " path FROM item WHERE service = ? AND node = ? ORDER BY id",
            *_key(address),
        )
        return {row[0]: _recorded(row) for row in rows}

    def published(self) -> list[PublishedItem]:
        """What we published at any node, and from which file; without what was retracted."""
        rows = self._run("SELECT DISTINCT id, atom_id, path, body FROM item WHERE NOT retracted")
        return [PublishedItem(*row) for row in rows]

    def counts(self) -> dict[NodeAddress, int]:
        """How many items we have at every node where we have any."""
        rows = self._run(
            "SELECT service, node, count(*) FROM item WHERE NOT retracted GROUP BY service, node"
        )
        return {NodeAddress(service, node): count for service, node, count in rows}

    def intend(self, address: NodeAddress, post: Desired, *, at: float, level: int = 0) -> None:
        """Write down that we are about to publish. Comes before the bytes leave."""
        self._put(address, _record(post, "intended", at, level))

    def done(self, address: NodeAddress, post: Desired, *, at: float, level: int = 0) -> None:
        """Write down that the node acknowledged it. Comes after its answer."""
        self._put(address, _record(post, "done", at, level))
        self._run(
            "DELETE FROM accepted WHERE service = ? AND node = ? AND id = ?",
            *_key(address),
            post.id,
        )

    def seen(self, address: NodeAddress, ids: Iterable[str]) -> None:
        """Write down that what was acknowledged was still there later."""
        for id_ in ids:
            self._run(
                "UPDATE item SET seen = 1 WHERE service = ? AND node = ? AND id = ? AND done",
                *_key(address),
                id_,
            )

    def locate(self, address: NodeAddress, posts: Iterable[Desired]) -> None:
        """Write down the files from which items were made that need no publish."""
        for post in posts:
            self._run(
                "UPDATE item SET path = ? WHERE service = ? AND node = ? AND id = ?",
                post.path,
                *_key(address),
                post.id,
            )

    def retracted(self, address: NodeAddress, record: Recorded, *, at: float) -> None:
        """Write down that the node acknowledged a retraction. Comes after its answer."""
        self.forget(address, record.id)
        self._put(address, replace(record, state="retracted", at=at))

    def forget(self, address: NodeAddress, id_: str) -> None:
        """Drop the record of an item that the node has no longer."""
        for table in ("item", "accepted"):
            self._run(
                f"DELETE FROM {table} WHERE service = ? AND node = ? AND id = ?",  # noqa: S608
                *_key(address),
                id_,
            )

    def restore(self, address: NodeAddress, before: Recorded | None, id_: str) -> None:
        """Take an intention back: the service refused it, so what was before still holds."""
        self.forget(address, id_)
        if before is not None:
            self._put(address, before)

    def shorten(self, address: NodeAddress, id_: str, level: int) -> None:
        """Write down that the stream broke with less shortened than `level`."""
        self._run(
            "UPDATE item SET level = ? WHERE service = ? AND node = ? AND id = ?",
            level,
            *_key(address),
            id_,
        )

    def accept(self, address: NodeAddress, tokens: Iterable[tuple[str, str]]) -> None:
        """Write down which changes (`plan.token`) have passed the guards, in place of others."""
        self._run("DELETE FROM accepted WHERE service = ? AND node = ?", *_key(address))
        for token in tokens:
            self._run("INSERT INTO accepted VALUES (?, ?, ?, ?)", *_key(address), *token)

    def accepted(self, address: NodeAddress) -> frozenset[tuple[str, str]]:
        """What has passed the guards and is not done yet."""
        rows = self._run(
            "SELECT id, fingerprint FROM accepted WHERE service = ? AND node = ?", *_key(address)
        )
        return frozenset((row[0], row[1]) for row in rows)

    def visit(self, address: NodeAddress) -> LastLook:
        """What we know of a node."""
        rows = self._run(
            "SELECT looked, room, wanted, created, muted FROM node WHERE service = ? AND node = ?",
            *_key(address),
        )
        for looked, room, wanted, created, muted in rows:
            return LastLook(looked, room, wanted, bool(created), bool(muted))
        return LastLook()

    def remember(self, address: NodeAddress, visit: LastLook) -> None:
        """Write down what we know of a node now."""
        self._run(
            "INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?, ?, ?, ?)",
            *_key(address),
            int(visit.created),
            int(visit.muted),
            visit.looked,
            visit.room,
            visit.wanted,
        )

    def drop(self, address: NodeAddress) -> None:
        """Forget a node and all that we published there."""
        for table in ("item", "accepted", "node"):
            self._run(f"DELETE FROM {table} WHERE service = ? AND node = ?", *_key(address))  # noqa: S608

    def pinged(self, hub: str, topic: str) -> str | None:
        """The digest of a feed when its hub was last told of it."""
        rows = self._run("SELECT digest FROM ping WHERE hub = ? AND topic = ?", hub, topic)
        return rows[0][0] if rows else None

    def ping(self, hub: str, topic: str, digest: str) -> None:
        """Write down that a hub was told of a feed. Comes after its answer."""
        self._run("INSERT OR REPLACE INTO ping VALUES (?, ?, ?)", hub, topic, digest)

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for what is written inside: all of it, or nothing."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def _put(self, address: NodeAddress, record: Recorded) -> None:
        self._run(
            "INSERT OR REPLACE INTO item (service, node, id, title, fingerprint, done, seen,"
            " retracted, at, atom_id, body, level, path)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *_key(address),
            record.id,
            record.title,
            record.fingerprint,
            int(record.done),
            int(record.state == "seen"),
            int(record.state == "retracted"),
            record.at,
            record.atom_id,
            record.body,
            record.level,
            record.path,
        )

    def _run(self, statement: str, *values: str | float | None) -> list[Any]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def _prepare(self, *, read_only: bool) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) == (APPLICATION_ID, VERSION):
            return
        if application == APPLICATION_ID and version > VERSION:
            raise LedgerError(f"{self.path}: is of a newer publisher (version {version})")
        if application != APPLICATION_ID and (
            application or self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        ):
            raise LedgerError(f"{self.path}: is a database of another program")
        if read_only and version:
            self._db = _copied(self._db)
        steps = "".join(_VERSIONS[version:])
        self._db.executescript(
            f"BEGIN IMMEDIATE; {steps} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {VERSION}; COMMIT;"
        )


def _copied(database: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory, which may be brought up to date where the file may not."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    database.backup(copy)
    database.close()
    return copy


def _key(address: NodeAddress) -> tuple[str, str]:
    return address.service, address.node


def _record(post: Desired, state: Literal["intended", "done"], at: float, level: int) -> Recorded:
    return Recorded(
        post.id, post.title, post.fingerprint, state, at, post.atom_id, post.body, level, post.path
    )


def _recorded(row: tuple[Any, ...]) -> Recorded:
    id_, title, fingerprint, done, seen, retracted, *rest = row
    kept: Literal["seen", "done"] = "seen" if seen else "done"
    gone: Literal["retracted", "intended"] = "retracted" if retracted else "intended"
    return Recorded(id_, title, fingerprint, kept if done else gone, *rest)


def _failed(path: Path, error: sqlite3.Error) -> LedgerError:
    """A full disk or a missing right is no reason to give the ledger up; damage is."""
    if isinstance(error, sqlite3.OperationalError):
        way_out = "make room, or make the file writable"
    else:
        way_out = "move it away, and the next run makes a new one from what the nodes hold"
    return LedgerError(f"{path}: {error}; {way_out}")
