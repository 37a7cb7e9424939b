"""The ledger: what we published where. The only importer of sqlite3.

It is an aid, never the truth: the node is. Deleting it costs one look at every payload.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from publisher.errors import LedgerError, LockedError
from publisher.plan import Recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from publisher.item import Address

APPLICATION_ID = 0x70756273  # "pubs": `file` and others tell our databases by it
VERSION = 1

POLL_SECONDS = 0.05
SILENT_SECONDS = 2.0

_SCHEMA = """
CREATE TABLE item (
    service     TEXT NOT NULL,
    node        TEXT NOT NULL,
    id          TEXT NOT NULL,
    title       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    done        INTEGER NOT NULL CHECK (done IN (0, 1)),
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID
"""


class Ledger:
    """One transaction for each change, so that a run can die anywhere."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the ledger in `folder`, or begin one: in memory, if only to read. LedgerError."""
        self.path = folder / "ledger.sqlite"
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
            self._prepare()
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
        self._db.close()

    def recorded(self, address: Address) -> dict[str, Recorded]:
        """What we published at a node, in the order of the ids."""
        rows = self._run(
            "SELECT id, title, fingerprint, done FROM item WHERE service = ? AND node = ?"
            " ORDER BY id",
            address.service,
            address.node,
        )
        return {row[0]: Recorded(row[0], row[1], row[2], bool(row[3])) for row in rows}

    def intend(self, address: Address, id_: str, title: str, fingerprint: str) -> None:
        """Write down that we are about to publish. Comes before the bytes leave."""
        self._put(address, id_, title, fingerprint, done=False)

    def done(self, address: Address, id_: str, title: str, fingerprint: str) -> None:
        """Write down that the node has it. Comes after its answer."""
        self._put(address, id_, title, fingerprint, done=True)

    def forget(self, address: Address, id_: str) -> None:
        """Drop the record of an item that the node has no longer."""
        self._run(
            "DELETE FROM item WHERE service = ? AND node = ? AND id = ?",
            address.service,
            address.node,
            id_,
        )

    def restore(self, address: Address, before: Recorded | None, id_: str) -> None:
        """Take an intention back: the service refused it, so what was before still holds."""
        if before is None:
            self.forget(address, id_)
        else:
            self._put(address, id_, before.title, before.fingerprint, done=before.done)

    def _put(self, address: Address, id_: str, title: str, fingerprint: str, *, done: bool) -> None:
        self._run(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)",
            address.service,
            address.node,
            id_,
            title,
            fingerprint,
            int(done),
        )

    def _run(self, statement: str, *values: str | int) -> list[tuple[str, str, str, int]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def _prepare(self) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) == (APPLICATION_ID, VERSION):
            return
        if application == APPLICATION_ID:
            raise LedgerError(f"{self.path}: is of a newer publisher (version {version})")
        if application or self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise LedgerError(f"{self.path}: is a database of another program")
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(_SCHEMA)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")


def _failed(path: Path, error: sqlite3.Error) -> LedgerError:
    """A full disk or a missing right is no reason to give the ledger up; damage is."""
    if isinstance(error, sqlite3.OperationalError):
        way_out = "make room, or make the file writable"
    else:
        way_out = "move it away, and the next run makes a new one from what the nodes hold"
    return LedgerError(f"{path}: {error}; {way_out}")


@contextmanager
def lock(
    folder: Path, *, wait: float, on_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the folder's lock for one run; a second run waits up to `wait` seconds.

    `on_wait` is called once, when it is clear that the other run takes its time.

    Raises LockedError, and LedgerError if the folder cannot be written.
    """
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be opened: {error}") from error
    try:
        _acquire(descriptor, path, wait, on_wait)
        yield
    finally:
        os.close(descriptor)  # releases the lock, too


def _acquire(descriptor: int, path: Path, wait: float, on_wait: Callable[[], None]) -> None:
    begun = time.monotonic()
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - begun
            if waited >= wait:
                raise LockedError(
                    f"another run holds {path}; wait for it, or give this one a longer --lock-wait"
                ) from None
            if waited >= SILENT_SECONDS and not told:
                on_wait()
                told = True
            time.sleep(POLL_SECONDS)
        else:
            return
