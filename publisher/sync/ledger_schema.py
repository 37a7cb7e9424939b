"""The format of the ledger's database, and the steps to it from each earlier one."""

from __future__ import annotations

from publisher.system.database import Schema

APPLICATION_ID = 0x70756273  # "pubs"; `file` recognises our databases by it

# The steps from each version to the next (`Schema`). STRICT makes SQLite refuse values of the wrong
# type, which it would store otherwise.
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
    """
ALTER TABLE item ADD COLUMN page TEXT NOT NULL DEFAULT '';
""",
    """
ALTER TABLE item ADD COLUMN added INTEGER NOT NULL DEFAULT 0 CHECK (added IN (0, 1));
""",
    """
ALTER TABLE item ADD COLUMN text TEXT NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN reader TEXT NOT NULL DEFAULT '';
""",
)
SCHEMA = Schema(
    APPLICATION_ID, _VERSIONS, "ledger", "the next run builds a new ledger from the nodes"
)
