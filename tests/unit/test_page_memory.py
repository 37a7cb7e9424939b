"""What is remembered of built pages survives runs and crashes, and is never guessed."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from publisher.errors import LedgerError
from publisher.post import BuiltBody
from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.pages.page_dates import StatedDates
from publisher.sources.built.state.page_memory import (
    NAME,
    Changed,
    DateMemory,
    PageMemory,
    PostMemory,
    Version,
)
from publisher.sources.built.state.waiting import Taken
from publisher.sync.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

POST = PurePosixPath("2026/one.md")
OTHER = PurePosixPath("two.md")
BODY = BuiltBody("<p>One</p>", "https://blog.example/one/", language="en", image=None)
ONE = PostMemory(
    page="one/index.html",
    foreign_page="1/index.html",
    signature=Signature(1_700_000_000_123_456_789, 512, 2**63 - 1, 7),
    digest="d1",
    address="https://blog.example/one/",
    shown="p1",
    waits="s2",
    waits_since=Signature(5, 6),
    taken=Taken(source="s1", page_body="p1", missing=frozenset({0, 7, -(1 << 63), (1 << 63) - 1})),
    early=("p0", "no text"),
    has_title=True,
    file_signature=Signature(8, 9, 10, 11),
    found_page="1/found.html",
    alike=("s0", "s1"),
    looked="r1 (8, 9) (5, 6) one/index.html",
    reason="was edited",
    new_body="sha",
    is_withdrawn=True,
    compared="a/index.html",
)
DATED = DateMemory("two.html", Signature(3, 4, 5, 6), "r1", StatedDates("2024-01-02", "2024-02-03"))
TWO = PostMemory(refusal="it has no text", searched="o1", is_said=True, dated=DATED)
VERSION = Version(b"---\ntitle: One\n---\nOne\n", BODY)


def remember(state: Path, **changed: Changed) -> None:
    paths = {"one": POST, "two": OTHER}
    PageMemory(state).write({paths[name]: one for name, one in changed.items()}, (), 9)


@pytest.mark.parametrize(("name", "opened"), [(NAME, PageMemory), ("ledger.sqlite", Ledger)])
def test_a_folder_in_the_place_of_the_file_is_named(
    tmp_path: Path, name: str, opened: Callable[[Path], object]
) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(LedgerError, match=f"{name}: is a folder; move it away"):
        opened(tmp_path)


def test_what_is_remembered_survives_the_run(tmp_path: Path) -> None:
    remember(tmp_path / "state", one=Changed(ONE, VERSION), two=Changed(TWO))
    memory = PageMemory(tmp_path / "state")
    assert memory.posts == {POST: ONE, OTHER: TWO}
    assert memory.pages == 9
    assert memory.version(POST) == VERSION
    assert memory.version(OTHER) is None


def test_the_file_is_not_opened_for_a_post_of_which_nothing_is_remembered(tmp_path: Path) -> None:
    remember(tmp_path, one=Changed(ONE, VERSION))
    memory = PageMemory(tmp_path)
    (tmp_path / NAME).write_bytes(b"no database any more")
    assert memory.version(OTHER) is None
    with pytest.raises(LedgerError):
        memory.version(POST)


def test_a_body_that_does_not_come_from_a_page_is_none(tmp_path: Path) -> None:
    remember(tmp_path, one=Changed(ONE, replace(VERSION, body=None)))
    assert PageMemory(tmp_path).version(POST) == Version(VERSION.file, None)


def test_a_post_that_waits_keeps_the_version_that_was_taken(tmp_path: Path) -> None:
    remember(tmp_path, one=Changed(ONE, VERSION))
    remember(tmp_path, one=Changed(replace(ONE, waits="s3")))
    memory = PageMemory(tmp_path)
    assert memory.posts[POST].waits == "s3"
    assert memory.version(POST) == VERSION


def test_a_post_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    remember(tmp_path, one=Changed(ONE, VERSION), two=Changed(TWO))
    PageMemory(tmp_path).write({}, {POST, PurePosixPath("never.md")}, 9)
    memory = PageMemory(tmp_path)
    assert memory.posts == {OTHER: TWO}
    assert memory.version(POST) is None


def test_reading_a_missing_memory_does_not_create_it(tmp_path: Path) -> None:
    memory = PageMemory(tmp_path / "state")
    assert (memory.posts, memory.pages, memory.version(POST)) == ({}, 0, None)
    memory.write({}, (), 0)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_if_nothing_has_changed(tmp_path: Path) -> None:
    remember(tmp_path, one=Changed(ONE, VERSION))
    before = (tmp_path / NAME).stat()
    PageMemory(tmp_path).write({}, (), 9)
    after = (tmp_path / NAME).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_the_memory_is_closed_to_other_users(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        remember(tmp_path / "state", one=Changed(ONE, VERSION))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("writes", [False, True])
def test_the_memory_of_the_first_version_is_kept(tmp_path: Path, *, writes: bool) -> None:
    remember(tmp_path, one=Changed(ONE, VERSION), two=Changed(TWO))
    with closing(sqlite3.connect(tmp_path / NAME)) as database, database:
        for column in _ADDED:
            database.execute(f"ALTER TABLE post DROP COLUMN {column}")
        for column in ("selectors", "url"):
            database.execute(f"ALTER TABLE output DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    before = (tmp_path / NAME).read_bytes()
    one = replace(ONE, found_page="", alike=(), looked="", reason="", new_body="")
    one = replace(one, is_withdrawn=False, compared="")  # nothing tells
    one = replace(one, signature=ONE.signature.written())  # so the page is read once more
    one = replace(one, file_signature=ONE.file_signature.written())
    if writes:
        one = replace(one, dated=DATED)
        PageMemory(tmp_path).write({POST: Changed(one)}, (), 9)
    memory = PageMemory(tmp_path)
    two = replace(TWO, dated=DateMemory(), is_withdrawn=True)  # the site had no page of it
    assert memory.posts == {POST: one, OTHER: two}
    assert memory.version(POST) == VERSION
    assert ((tmp_path / NAME).read_bytes() == before) is not writes


_ADDED = (
    "found_page", "date_page", "date_mtime_ns", "date_size", "date_reader", "published", "modified",
    "alike", "looked", "reason", "inode", "ctime_ns", "file_inode", "file_ctime_ns", "date_inode",
    "date_ctime_ns", "kept", "new_body", "withdrawn", "compared",
)  # fmt: skip


def damage(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)


def make_newer(path: Path) -> None:
    change(path, "PRAGMA user_version = 99")


def drop_the_table(path: Path) -> None:
    change(path, "DROP TABLE post")


def cut_the_selectors(path: Path) -> None:
    change(path, "UPDATE output SET selectors = '[[['")


def cut_the_triples(path: Path) -> None:
    change(path, "UPDATE post SET missing = x'010203'")


def change(path: Path, statement: str) -> None:
    remember(path.parent, one=Changed(ONE, VERSION))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (damage, "is damaged .* move the file away; the next run takes the pages as they are"),
        (make_newer, "newer publisher .*update publisher"),
        (drop_the_table, "is damaged"),
        (cut_the_triples, "is damaged"),
        (cut_the_selectors, "is damaged"),
    ],
)
def test_an_unusable_memory_is_an_error_and_left_unchanged(
    tmp_path: Path, spoil: Callable[[Path], None], problem: str
) -> None:
    """Else posts that wait would be taken as they are, and their edits announced too early."""
    path = tmp_path / NAME
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=rf"pages\.sqlite.*{problem}"):
        PageMemory(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("column", ["file", "body"])
def test_a_version_that_is_damaged_is_an_error(tmp_path: Path, column: str) -> None:
    change(tmp_path / NAME, f"UPDATE post SET {column} = x'010203'")  # noqa: S608
    with pytest.raises(LedgerError, match=r"pages\.sqlite is damaged"):
        PageMemory(tmp_path).version(POST)


def test_a_run_that_is_killed_at_any_statement_leaves_the_old_memory_or_the_new_one(
    tmp_path: Path,
) -> None:
    """The child dies at each call that it makes of SQLite, one after the other."""
    found = subprocess.run(
        [sys.executable, "-c", _KILLED_WRITES, tmp_path],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    states = found.stdout.split()
    assert {*states} == {"old", "new"}
    assert states == sorted(states, reverse=True)  # never old again behind a new one


_KILLED_WRITES = """
import os, shutil, sys
from msgspec.structs import replace
from pathlib import Path
from publisher.sources.built.state.page_memory import NAME, Changed, PageMemory
from tests.unit.test_page_memory import ONE, OTHER, POST, TWO, VERSION, remember

start, state = (Path(sys.argv[1]) / name for name in ("start", "state"))
remember(start, one=Changed(ONE, VERSION))
new = replace(ONE, waits="s9")

def dies_at(number):
    shutil.rmtree(state, ignore_errors=True)
    shutil.copytree(start, state)
    memory = PageMemory(state)
    if not (child := os.fork()):
        left = number
        def count(_, event, function):
            nonlocal left
            owner = type(getattr(function, "__self__", None))
            if event == "c_call" and owner.__module__ == "sqlite3":
                left -= 1
                if not left:
                    os._exit(9)
        sys.setprofile(count)
        memory.write({POST: Changed(new), OTHER: Changed(TWO, VERSION)}, (), 99)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

number = 1
while dies_at(number):
    found = PageMemory(state)
    rest = (found.version(POST) == VERSION, found.pages)
    if found.posts == {POST: ONE} and rest == (True, 9):
        print("old")
    elif found.posts == {POST: new, OTHER: TWO} and rest == (True, 99):
        print("new")
    else:
        print("lost", found.posts, rest)
    number += 1
"""
