"""The ledger: a database of what was published at which node. The only importer of sqlite3.

Where the ledger and a node disagree, the node is right. A run without a ledger only costs more: it
fetches every payload of the node.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from publisher.config.keys import LEDGER_NAME
from publisher.errors import LedgerError
from publisher.identity.claims import PublishedItem
from publisher.sync.records import LastLook, Recorded, State
from publisher.system import private_folder
from publisher.system.reasons import reason, remedy
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from publisher.sync.desired import Desired

APPLICATION_ID = 0x70756273  # "pubs"; `file` recognises our databases by it

# The steps from each version of the schema to the next. `PRAGMA user_version` counts the steps that
# a database has taken, so an old ledger is brought up to date when it is opened.
# Never change a step, because ledgers exist that have taken it. STRICT makes SQLite refuse values
# of the wrong type, which it would store otherwise.
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
    """
ALTER TABLE item ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN adopted TEXT NOT NULL DEFAULT '';
""",
    """
ALTER TABLE node ADD COLUMN refused TEXT NOT NULL DEFAULT '';
""",
    """
ALTER TABLE item ADD COLUMN contents TEXT NOT NULL DEFAULT '';
""",
    """
ALTER TABLE item ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1));
""",
)
VERSION = len(_VERSIONS)

# An item that is at its node, or is about to be.
_COUNTS = "NOT retracted AND NOT hidden"


class Ledger:
    """An open ledger. Every change is a transaction of its own, so a run can die at any point."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the ledger in `folder`, or create it: in memory if `read_only`.

        Raises LedgerError.
        """
        self.path = folder / LEDGER_NAME
        try:
            if read_only:
                exists = self.path.exists()
                name = f"{self.path.absolute().as_uri()}?mode=ro" if exists else ":memory:"
            else:
                private_folder.make(folder)
                # SQLite would let others read a new file; those beside it get the same mode.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
                name = str(self.path)
            # Otherwise sqlite3 would begin transactions of its own; only `transaction` may do that.
            self._db = sqlite3.connect(name, isolation_level=None, uri=read_only)
        except OSError as error:
            problem = f"{self.path}: cannot be opened: {reason(error)}; {remedy(error)}"
            raise LedgerError(problem) from error
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error
        try:
            if read_only:
                self._db = _readable(self._db, self.path)
            self._prepare(read_only=read_only)
            if not read_only:
                # A commit need not wait for the disk: what a power cut loses is found at the node.
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
        # Leaves one file, without a log beside it. If another process is reading the ledger, that
        # fails, and the next run does it.
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    def recorded(self, address: NodeAddress) -> dict[str, Recorded]:
        """What was published at a node, in the order of the ids."""
        rows = self._run(
            "SELECT id, title, fingerprint, done, seen, retracted, hidden, at, atom_id, body,"
            " level, path, source, link, adopted, contents FROM item"
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
        self, address: NodeAddress, post: Desired, *, at: float, level: int = 0, adopted: str = ""
    ) -> None:
        """Record that a post is about to be published. Call this before sending anything.

        `adopted` is given for a correction; see `Recorded`.
        """
        self._put(address, replace(_record(post, "intended", at, level), adopted=adopted))

    def record_done(
        self, address: NodeAddress, post: Desired, *, at: float, level: int = 0
    ) -> None:
        """Record that the node acknowledged a post. Call this after its answer."""
        self._put(address, _record(post, "done", at, level))
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
            "SELECT looked, room, wanted, created, muted, refused FROM node"
            " WHERE service = ? AND node = ?",
            *_key(address),
        )
        for looked, room, config_digest, created, muted, refused in rows:
            fields = frozenset(refused.split("\n")) if refused else frozenset()
            return LastLook(looked, room, config_digest, bool(created), bool(muted), fields)
        return LastLook()

    def record_look(self, address: NodeAddress, look: LastLook) -> None:
        """Record what a look at a node found, replacing the last one."""
        self._run(
            "INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *_key(address),
            int(look.created),
            int(look.muted),
            look.looked,
            look.room,
            look.config_digest,
            "\n".join(sorted(look.refused)),
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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything that is recorded inside one transaction."""
        # IMMEDIATE takes the write lock here, so that no statement inside fails for lack of it.
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        # Also after Ctrl-C, or the transaction would stay open.
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def _put(self, address: NodeAddress, record: Recorded) -> None:
        self._run(
            "INSERT OR REPLACE INTO item (service, node, id, title, fingerprint, done, seen,"
            " retracted, hidden, at, atom_id, body, level, path, source, link, adopted, contents)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            raise LedgerError(
                f"{self.path}: was written by a newer publisher (version {version} of the ledger, "
                f"this publisher reads {VERSION}); update publisher"
            )
        # A new file has the id 0, but so have databases of most other programs; those have tables.
        if application != APPLICATION_ID and (
            application or self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        ):
            raise LedgerError(
                f"{self.path}: is a database of another program; move it away, or set `state:` to "
                "another folder"
            )
        if read_only:  # an empty file is a ledger, too
            self._db = _copy_in_memory(self._db)
        steps = "".join(_VERSIONS[version:])
        # One transaction: after a crash the ledger still has its old version, and the next run
        # updates it.
        self._db.executescript(
            f"BEGIN IMMEDIATE; {steps} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {VERSION}; COMMIT;"
        )


def _readable(database: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The database, or a copy if it cannot be read where it lies. Raises sqlite3.Error.

    A run that was killed leaves it in WAL mode. Even to read it, SQLite then writes a file beside
    it, for which a full disk has no room.
    """
    try:
        database.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error as error:
        copy = _copy_of_files(path) if _code(error) in _NO_FILE_BESIDE else None
        if copy is None:
            raise
        database.close()
        return copy
    return database


def _copy_of_files(path: Path) -> sqlite3.Connection | None:
    """A copy in memory of the database and its log, None if there is no room for files elsewhere.

    No other process is writing them: it would have made the file that is missing.
    """
    import shutil  # noqa: PLC0415 - few runs need them
    import tempfile  # noqa: PLC0415

    with suppress(OSError), tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        return _copy_in_memory(sqlite3.connect(copy))
    return None


def _copy_in_memory(database: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that can be brought up to date without writing to the file."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    database.backup(copy)
    database.close()
    return copy


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
    return Recorded(id_, title, fingerprint, state, *rest)


def _code(error: sqlite3.Error) -> int:
    # The lower eight bits are the result, the others say more about it.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _failed(path: Path, error: sqlite3.Error) -> LedgerError:
    code = _code(error)
    if code not in _REMEDIES:
        return LedgerError(
            f"{path} is damaged ({error}); move the file away; the next run builds a new ledger "
            "from the nodes"
        )
    return LedgerError(f"{path}: {error}; {_REMEDIES[code]}")


# What SQLite reports if it cannot make the file that it needs beside a database in WAL mode.
_NO_FILE_BESIDE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_WRITABLE = "make the file and its folder writable for the user who runs publisher"
# For what leaves the ledger usable. Any other error means that the file is damaged.
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program uses it; run again when that has ended",
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_IOERR: "make room on the disk, or check it",
    sqlite3.SQLITE_LOCKED: "another program uses it; run again when that has ended",
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_READONLY: _WRITABLE,
}
