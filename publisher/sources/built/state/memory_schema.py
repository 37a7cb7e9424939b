"""The tables in which the memory of built pages is stored."""

from __future__ import annotations

from publisher.system.database import Schema

_APPLICATION_ID = 0x70756270  # "pubp"

# Never change a step; add one (`Schema`).
_VERSIONS = (
    """
CREATE TABLE post (
    path     TEXT NOT NULL PRIMARY KEY,
    page     TEXT NOT NULL,
    foreign_page TEXT NOT NULL,
    mtime_ns INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    address  TEXT NOT NULL,
    shown    TEXT NOT NULL,
    refusal  TEXT NOT NULL,
    has_title INTEGER NOT NULL CHECK (has_title IN (0, 1)),
    searched TEXT NOT NULL,
    said     INTEGER NOT NULL CHECK (said IN (0, 1)),
    waits    TEXT NOT NULL,
    waits_mtime_ns INTEGER NOT NULL,
    waits_size     INTEGER NOT NULL,
    source   TEXT,
    page_body TEXT NOT NULL,
    missing  BLOB NOT NULL,
    early    TEXT NOT NULL,
    file_mtime_ns INTEGER NOT NULL,
    file_size     INTEGER NOT NULL,
    body     BLOB,
    file     BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE output (
    only  INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    pages INTEGER NOT NULL
) STRICT;
""",
    """
ALTER TABLE post ADD COLUMN found_page TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN date_page TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN date_mtime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN date_size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN date_reader TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN published TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN modified TEXT NOT NULL DEFAULT '';
""",
    "ALTER TABLE post ADD COLUMN alike TEXT NOT NULL DEFAULT '';",
    """
ALTER TABLE post ADD COLUMN looked TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN reason TEXT NOT NULL DEFAULT '';
""",
    "ALTER TABLE output ADD COLUMN selectors TEXT NOT NULL DEFAULT '[]';",
    """
ALTER TABLE post ADD COLUMN inode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN file_inode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN file_ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN date_inode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN date_ctime_ns INTEGER NOT NULL DEFAULT 0;
""",
    "ALTER TABLE post ADD COLUMN kept TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE post ADD COLUMN new_body TEXT NOT NULL DEFAULT '';",
    # Of the other posts that did not go out at the last run, older versions knew nothing.
    """
ALTER TABLE post ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1));
UPDATE post SET withdrawn = 1 WHERE page = '' AND said = 1;
""",
    "ALTER TABLE post ADD COLUMN compared TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE output ADD COLUMN url TEXT NOT NULL DEFAULT '';",
)
SCHEMA = Schema(
    _APPLICATION_ID,
    _VERSIONS,
    "memory of built pages",
    "the next run takes the pages as they are, so build the site before it",
)
LIGHT = (
    "path, page, foreign_page, mtime_ns, size, digest, address, shown, refusal, has_title,"
    " searched, said, waits, waits_mtime_ns, waits_size, source, page_body, missing, early,"
    " file_mtime_ns, file_size, found_page, date_page, date_mtime_ns, date_size, date_reader,"
    " published, modified, alike, looked, reason,"
    " inode, ctime_ns, file_inode, file_ctime_ns, date_inode, date_ctime_ns, kept, new_body,"
    " withdrawn, compared"
)
