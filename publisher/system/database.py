"""A SQLite database in the state folder, with versions of its schema. The only importer of sqlite3.

A read-only database is never written, not even to bring it up to date, and a missing one is not
created.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from publisher.errors import LedgerError
from publisher.system import private_folder
from publisher.system.reasons import is_full, reason, remedy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Stored = str | bytes | float | None  # what a column holds; an int is a float to a type checker


class Schema(Struct, frozen=True):
    """What a database is, and how it came to have its tables.

    `application_id` is that of its file. `versions` are the steps from each version to the next;
    `PRAGMA user_version` counts those that a database has taken. Never change a step, because
    databases exist that have taken it. `name` is what messages call the database, and `loss` says
    what becomes of a damaged file once it is moved away.
    """

    application_id: int
    versions: Sequence[str]
    name: str
    loss: str

    def damaged(self, path: Path, reason: object) -> LedgerError:
        """The error about a file that is not what this program wrote."""
        return LedgerError(f"{path} is damaged ({reason}); move the file away; {self.loss}")


class Database:
    """An open database. Every statement is a transaction of its own, unless `transaction` is."""

    def __init__(self, path: Path, schema: Schema, *, read_only: bool = False) -> None:
        """Open the database, or create it: in memory if `read_only`. Raises LedgerError."""
        self.path = path
        self._schema = schema
        self._has_log = read_only
        if path.is_dir():  # SQLite would say that the disk is bad
            raise LedgerError(f"{path}: is a folder; move it away; {schema.loss}")
        try:
            if read_only:
                exists = path.exists()
                name = f"{path.absolute().as_uri()}?mode=ro" if exists else ":memory:"
            else:
                private_folder.make(path.parent)
                # SQLite would let others read a new file; those beside it get the same mode.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
                name = str(path)
            # Otherwise sqlite3 would begin transactions of its own; only `transaction` may do that.
            self._db = sqlite3.connect(name, isolation_level=None, uri=read_only)
        except OSError as error:
            problem = f"{path}: cannot be opened: {reason(error)}; {remedy(error)}"
            raise LedgerError(problem, may_pass=is_full(error)) from error
        except sqlite3.Error as error:
            raise self._failed(error) from error
        try:
            if read_only:
                self._db = _readable(self._db, path)
            self._prepare(read_only=read_only)
            if not read_only:
                # A commit need not wait for the disk: what a power cut loses is found again.
                self._db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            self._db.close()
            raise self._failed(error) from error
        except LedgerError:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database, and leave one file, without a log beside it."""
        # If another process is reading the database, that fails, and the next run does it. Nothing
        # is written if the log is not in use.
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    def run(self, statement: str, *values: Stored) -> list[Any]:
        """Run a statement, and return its rows. Raises LedgerError.

        The first that is no query begins the log, which changes the file.
        """
        try:
            if not (self._has_log or statement.startswith("SELECT")):
                self._db.execute("PRAGMA journal_mode = WAL")
                self._has_log = True
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything that is run inside one transaction. Raises LedgerError."""
        # IMMEDIATE takes the write lock here, so that no statement inside fails for lack of it.
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        # Also after Ctrl-C, or the transaction would stay open.
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def _prepare(self, *, read_only: bool) -> None:
        schema = self._schema
        newest = len(schema.versions)
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) == (schema.application_id, newest):
            return
        if application == schema.application_id and version > newest:
            raise LedgerError(
                f"{self.path}: was written by a newer publisher (version {version} of the "
                f"{schema.name}, this publisher reads {newest}); update publisher"
            )
        # A new file has the id 0, but so have databases of most other programs; those have tables.
        if application != schema.application_id and (
            application or self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        ):
            raise LedgerError(
                f"{self.path}: is a database of another program; move it away, or set `state:` to "
                "another folder"
            )
        if read_only:  # an empty file is a database, too
            self._db = _copy_in_memory(self._db)
        steps = "".join(schema.versions[version:])
        # One transaction: after a crash the database still has its old version, and the next run
        # updates it.
        self._db.executescript(
            f"BEGIN IMMEDIATE; {steps} PRAGMA application_id = {schema.application_id};"
            f" PRAGMA user_version = {newest}; COMMIT;"
        )

    def _failed(self, error: sqlite3.Error) -> LedgerError:
        code = _code(error)
        if code not in _REMEDIES:
            return self._schema.damaged(self.path, error)
        return LedgerError(f"{self.path}: {error}; {_REMEDIES[code]}", may_pass=code in _PASSING)


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


def _code(error: sqlite3.Error) -> int:
    # The lower eight bits are the result, the others say more about it.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


# What SQLite reports if it cannot make the file that it needs beside a database in WAL mode.
_NO_FILE_BESIDE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_WRITABLE = "make the file and its folder writable for the user who runs publisher"
# For what leaves the database usable. Any other error means that the file is damaged.
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program uses it; run again when that has ended",
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_IOERR: "make room on the disk, or check it",
    sqlite3.SQLITE_LOCKED: "another program uses it; run again when that has ended",
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_READONLY: _WRITABLE,
}
# What ends without anybody's help, or with more room.
_PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED}
)
