"""The ledger keeps its records between runs, and its lock lets one run in at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import multiprocessing
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from publisher.errors import LedgerError, LockedError
from publisher.identity.claims import PublishedItem
from publisher.sync.desired import Desired
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import LastLook, Recorded
from publisher.sync.ledger_schema import APPLICATION_ID
from publisher.system.lock import is_held, lock
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event
    from pathlib import Path

BLOG = NodeAddress("pubsub.example", "blog")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ONE = Desired("post-0001", "tag:1", "One", "aa", START, body="body")
TWO = Desired("post-0002", "tag:2", "Two", "bb", START)


def test_records_survive_the_run(tmp_path: Path) -> None:
    with Ledger(tmp_path / "state") as ledger:
        ledger.record_intent(BLOG, ONE, at=5.0)
        ledger.record_done(BLOG, TWO, at=6.0)
    with Ledger(tmp_path / "state") as ledger:
        assert ledger.recorded(BLOG) == {
            "post-0001": Recorded("post-0001", "One", "aa", "intended", 5.0, "tag:1", "body"),
            "post-0002": Recorded("post-0002", "Two", "bb", "done", 6.0, "tag:2"),
        }


def test_each_node_has_its_own_records(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, ONE, at=5.0)
        assert ledger.recorded(NodeAddress("pubsub.example", "other")) == {}
        assert ledger.recorded(NodeAddress("other.example", "blog")) == {}


def test_a_refused_change_restores_the_record_from_before(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, ONE, at=5.0)
        before = ledger.recorded(BLOG)
        ledger.record_intent(
            BLOG, dataclasses.replace(ONE, title="One, edited", fingerprint="cc"), at=7.0
        )
        ledger.restore(BLOG, before["post-0001"], "post-0001")
        ledger.record_intent(BLOG, TWO, at=7.0)
        ledger.restore(BLOG, None, "post-0002")
        assert ledger.recorded(BLOG) == before


def test_a_done_item_can_be_seen_until_it_is_published_again(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, ONE, at=5.0)
        ledger.record_intent(BLOG, TWO, at=5.0)
        ledger.record_seen(BLOG, ["post-0001", "post-0002"])
        states = [record.state for record in ledger.recorded(BLOG).values()]
        assert states == ["seen", "intended"]
        ledger.record_done(BLOG, ONE, at=9.0)
        assert ledger.recorded(BLOG)["post-0001"].state == "done"


def test_an_accepted_change_stays_accepted_until_it_is_done(tmp_path: Path) -> None:
    first, second, third = ("post-0001", "aa"), ("post-0002", "bb"), ("post-0003", "")
    with Ledger(tmp_path) as ledger:
        ledger.accept(BLOG, [("post-0000", ""), first, second, third])
        ledger.accept(BLOG, [first, second, third])
        ledger.record_intent(BLOG, ONE, at=5.0)
        ledger.record_done(BLOG, TWO, at=5.0)
        ledger.forget(BLOG, "post-0003")
        assert ledger.accepted(BLOG) == {first}


def test_the_last_look_is_recorded(tmp_path: Path) -> None:
    look = LastLook(7.5, 20, "digest", created=True, muted=True, refused=frozenset({"a=1", "b="}))
    with Ledger(tmp_path) as ledger:
        assert ledger.last_look(BLOG) == LastLook()
        ledger.record_look(BLOG, look)
        assert ledger.last_look(BLOG) == look
        ledger.forget_node(BLOG)
        assert ledger.last_look(BLOG) == LastLook()


def test_a_transaction_records_everything_or_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        with pytest.raises(ZeroDivisionError):
            record_and_fail(ledger)
        assert ledger.recorded(BLOG) == {}
        with ledger.transaction():
            ledger.record_done(BLOG, ONE, at=5.0)
            ledger.record_done(BLOG, TWO, at=5.0)
        assert ledger.item_counts() == {BLOG: 2}


def record_and_fail(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.record_done(BLOG, ONE, at=5.0)
        raise ZeroDivisionError


def test_the_level_of_shortening_is_recorded(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_intent(BLOG, ONE, at=5.0)
        ledger.record_level(BLOG, "post-0001", 2)
        assert ledger.recorded(BLOG)["post-0001"].level == 2


@pytest.mark.parametrize("read_only", [False, True])
def test_a_ledger_of_the_first_version_can_be_read(tmp_path: Path, *, read_only: bool) -> None:
    database = sqlite3.connect(tmp_path / "ledger.sqlite")
    database.executescript(
        "CREATE TABLE item (service TEXT NOT NULL, node TEXT NOT NULL, id TEXT NOT NULL,"
        " title TEXT NOT NULL, fingerprint TEXT NOT NULL, done INTEGER NOT NULL,"
        " PRIMARY KEY (service, node, id)) STRICT, WITHOUT ROWID;"
        "INSERT INTO item VALUES ('pubsub.example', 'blog', 'post-0001', 'One', 'aa', 1);"
    )
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute("PRAGMA user_version = 1")
    database.close()
    before = (tmp_path / "ledger.sqlite").read_bytes()
    with Ledger(tmp_path, read_only=read_only) as ledger:
        assert ledger.recorded(BLOG) == {"post-0001": Recorded("post-0001", "One", "aa", "done")}
        assert ledger.last_look(BLOG) == LastLook()
    assert ((tmp_path / "ledger.sqlite").read_bytes() == before) == read_only


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("version", [2, 3, 4, 5, 6, 7, 8, 9, 10])
def test_a_ledger_of_an_older_version_can_be_read(
    tmp_path: Path, version: int, *, read_only: bool
) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, ONE, at=5.0)
        ledger.record_look(BLOG, LastLook(looked=7.5, room=20))
    make_older(tmp_path / "ledger.sqlite", version)
    with Ledger(tmp_path, read_only=read_only) as ledger:
        assert ledger.recorded(BLOG)["post-0001"] == Recorded(
            "post-0001", "One", "aa", "done", 5.0, "tag:1", "body"
        )
        assert ledger.published_items() == [PublishedItem("post-0001", "tag:1", "", "body")]
        assert ledger.last_look(BLOG).looked == 7.5
        assert ledger.pinged_digest("hub", "topic") is None


def make_older(path: Path, version: int) -> None:
    """Remove what later versions of the schema added."""
    database = sqlite3.connect(path)
    database.execute("ALTER TABLE item DROP COLUMN text")
    database.execute("ALTER TABLE node DROP COLUMN reader")
    if version < 10:
        database.execute("ALTER TABLE item DROP COLUMN added")
    if version < 9:
        database.execute("ALTER TABLE item DROP COLUMN page")
    if version < 8:
        database.execute("ALTER TABLE item DROP COLUMN hidden")
    if version < 7:
        database.execute("ALTER TABLE item DROP COLUMN contents")
    if version < 6:
        database.execute("ALTER TABLE node DROP COLUMN refused")
    for column in ("source", "link", "adopted") if version < 5 else ():
        database.execute(f"ALTER TABLE item DROP COLUMN {column}")
    if version < 4:
        database.execute("ALTER TABLE item DROP COLUMN path")
    if version < 3:
        database.execute("DROP TABLE ping")
    database.execute(f"PRAGMA user_version = {version}")
    database.close()


def test_what_the_settings_of_the_node_left_of_a_post_is_recorded(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_intent(BLOG, dataclasses.replace(ONE, contents="xhtml"), at=1.0)
        assert ledger.recorded(BLOG)[ONE.id].contents == "xhtml"
        ledger.record_done(BLOG, dataclasses.replace(ONE, contents="summary"), at=2.0)
        assert ledger.recorded(BLOG)[ONE.id].contents == "summary"


def test_what_an_item_was_made_from_is_recorded(tmp_path: Path) -> None:
    one = dataclasses.replace(ONE, source="c0de", link="https://blog.example/one/", page="ba5e")
    with Ledger(tmp_path) as ledger:
        ledger.record_intent(BLOG, one, at=5.0, adopted=one.reading)
        (intended,) = ledger.recorded(BLOG).values()
        assert (intended.source, intended.link) == (one.source, one.link)
        assert intended.page == one.page
        assert (intended.done, intended.adopted) == (False, one.reading)
        ledger.record_done(BLOG, one, at=6.0)
        (done,) = ledger.recorded(BLOG).values()
        assert (done.done, done.source, done.adopted) == (True, one.source, "")
        assert done.page == one.page


def test_an_adopted_item_is_recorded_as_it_is(tmp_path: Path) -> None:
    as_it_is = Recorded(
        "post-0001", "One", "old", "seen", 5.0, "tag:1", source="c0de", adopted=ONE.reading
    )
    with Ledger(tmp_path) as ledger:
        ledger.accept(BLOG, [("post-0001", "aa"), ("post-0002", "bb")])
        ledger.record_adopted(BLOG, as_it_is)
        assert ledger.recorded(BLOG) == {"post-0001": as_it_is}
        assert ledger.accepted(BLOG) == {("post-0002", "bb")}


def test_the_path_of_an_item_is_recorded(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, dataclasses.replace(ONE, path="one.md"), at=5.0)
        ledger.record_seen(BLOG, ["post-0001"])
        ledger.record_intent(BLOG, dataclasses.replace(TWO, path="two.md"), at=5.0)
        before = ledger.recorded(BLOG)
        assert [record.path for record in before.values()] == ["one.md", "two.md"]
        ledger.record_paths(BLOG, [dataclasses.replace(ONE, path="renamed.md")])
        moved = replace(before["post-0001"], path="renamed.md")
        assert ledger.recorded(BLOG)["post-0001"] == moved, "nothing else changes"
        ledger.restore(BLOG, before["post-0001"], "post-0001")
        assert ledger.recorded(BLOG) == before


def test_an_item_at_several_nodes_is_published_once_and_a_retracted_one_is_not(
    tmp_path: Path,
) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, dataclasses.replace(ONE, path="one.md"), at=5.0)
        ledger.record_done(
            NodeAddress("pubsub.example", "other"), dataclasses.replace(ONE, path="one.md"), at=5.0
        )
        ledger.record_done(BLOG, dataclasses.replace(TWO, path="two.md"), at=5.0)
        ledger.record_retracted(BLOG, ledger.recorded(BLOG)["post-0002"], at=6.0)
        assert ledger.published_items() == [PublishedItem("post-0001", "tag:1", "one.md", "body")]


def test_reading_a_missing_ledger_does_not_create_it(tmp_path: Path) -> None:
    with Ledger(tmp_path / "state", read_only=True) as ledger:
        assert ledger.published_items() == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_killed_leaves_a_ledger_that_can_be_read(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    died = context.Process(target=write_and_die, args=(tmp_path,))
    died.start()
    died.join()
    assert died.exitcode == 9
    for read_only in (True, False):
        with Ledger(tmp_path, read_only=read_only) as ledger:
            assert set(ledger.recorded(BLOG)) == {"post-0001"}
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


def write_and_die(folder: Path) -> None:
    ledger = Ledger(folder)
    ledger.record_done(BLOG, ONE, at=5.0)
    os._exit(9)


def test_a_forgotten_item_has_no_record(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record_done(BLOG, ONE, at=5.0)
        ledger.forget(BLOG, "post-0001")
        assert ledger.recorded(BLOG) == {}


def test_the_file_carries_our_application_id(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        path = ledger.path
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")


def damage(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)


def use_for_another_program(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()


def make_newer(path: Path) -> None:
    Ledger(path.parent).__exit__(None, None, None)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


@pytest.mark.parametrize("spoil", [damage, use_for_another_program, make_newer])
def test_an_unusable_ledger_is_an_error_and_left_unchanged(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "ledger.sqlite"
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite"):
        Ledger(tmp_path)
    assert path.read_bytes() == before


def test_a_ledger_without_its_tables_is_damaged_and_needs_no_room(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(tmp_path).__exit__(None, None, None)
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE item")
    database.close()
    with Ledger(tmp_path) as ledger, pytest.raises(LedgerError) as error:
        ledger.item_counts()
    assert "is damaged" in str(error.value)
    assert "move the file away" in str(error.value)
    assert "room" not in str(error.value)


def test_a_ledger_that_another_program_has_locked_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(tmp_path).__exit__(None, None, None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerError, match="another program uses it"):
        Ledger(tmp_path)
    other.close()


def test_a_state_folder_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger(tmp_path / "file" / "state")
    with pytest.raises(LedgerError, match="cannot be opened"), lock(tmp_path / "file", wait=0):
        pass


def hold(folder: Path, held: Event, release: Event) -> None:
    with lock(folder, wait=0):
        held.set()
        release.wait()


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Event]:
    """Another run holds the lock until this is set."""
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, held, release))
    other.start()
    held.wait()
    yield release
    release.set()
    other.join()


def test_a_second_run_waits(tmp_path: Path, release: Event) -> None:
    with lock(tmp_path, wait=60, on_wait=release.set):
        assert release.is_set()


def test_a_second_run_gives_up(tmp_path: Path, release: Event) -> None:
    """After 0.1 s it has not yet reported that it waits, which would release the lock."""
    waiting = lock(tmp_path, wait=0.1, on_wait=release.set)
    with pytest.raises(LockedError, match="--lock-wait"), waiting:
        pass
    assert not release.is_set()


def test_a_run_that_fails_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path, wait=0):
        raise ZeroDivisionError
    assert not is_held(tmp_path)
    with lock(tmp_path, wait=0):
        assert is_held(tmp_path)


def test_a_run_that_does_not_get_the_lock_leaves_it_held(tmp_path: Path) -> None:
    with lock(tmp_path, wait=0):
        with pytest.raises(LockedError), lock(tmp_path, wait=0):
            pass
        assert is_held(tmp_path)
