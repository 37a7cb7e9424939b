"""The ledger remembers, says whose it is, and lets one run in at a time."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from typing import TYPE_CHECKING

import pytest

from publisher.errors import LedgerError, LockedError
from publisher.item import Address
from publisher.ledger import APPLICATION_ID, Ledger, lock
from publisher.plan import Recorded

if TYPE_CHECKING:
    from pathlib import Path

BLOG = Address("pubsub.example", "blog")


def test_it_remembers_over_runs(tmp_path: Path) -> None:
    with Ledger(tmp_path / "state") as ledger:
        ledger.intend(BLOG, "post-0001", "One", "aa")
        ledger.done(BLOG, "post-0002", "Two", "bb")
    with Ledger(tmp_path / "state") as ledger:
        assert ledger.recorded(BLOG) == {
            "post-0001": Recorded("post-0001", "One", "aa", done=False),
            "post-0002": Recorded("post-0002", "Two", "bb", done=True),
        }


def test_nodes_do_not_mix(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.done(BLOG, "post-0001", "One", "aa")
        assert ledger.recorded(Address("pubsub.example", "other")) == {}
        assert ledger.recorded(Address("other.example", "blog")) == {}


def test_a_refused_intention_leaves_what_was_before(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.done(BLOG, "post-0001", "One", "aa")
        before = ledger.recorded(BLOG)
        ledger.intend(BLOG, "post-0001", "One, edited", "bb")
        ledger.restore(BLOG, before["post-0001"], "post-0001")
        ledger.intend(BLOG, "post-0002", "Two", "cc")
        ledger.restore(BLOG, None, "post-0002")
        assert ledger.recorded(BLOG) == before


def test_forgotten_is_forgotten(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.done(BLOG, "post-0001", "One", "aa")
        ledger.forget(BLOG, "post-0001")
        assert ledger.recorded(BLOG) == {}


def test_other_programs_can_tell_whose_file_it_is(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        path = ledger.path
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")


def broken(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def somebody_elses(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()


def newer(path: Path) -> None:
    Ledger(path.parent).__exit__(None, None, None)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


@pytest.mark.parametrize("spoil", [broken, somebody_elses, newer])
def test_a_ledger_that_is_not_ours_is_left_alone(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "ledger.sqlite"
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite"):
        Ledger(tmp_path)
    assert path.read_bytes() == before


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger(tmp_path / "file" / "state")
    with pytest.raises(LedgerError, match="cannot be opened"), lock(tmp_path / "file", wait=0):
        pass


def hold(folder: Path, held: object, seconds: float) -> None:
    with lock(folder, wait=0):
        held.set()  # type: ignore[attr-defined]
        time.sleep(seconds)


@pytest.mark.parametrize(("wait", "gets_in"), [(10.0, True), (0.1, False)])
def test_a_second_run_waits_and_then_gives_up(
    tmp_path: Path, wait: float, *, gets_in: bool
) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=hold, args=(tmp_path, held, 1.0))
    other.start()
    assert held.wait(30)
    if gets_in:
        with lock(tmp_path, wait=wait):
            pass
    else:
        with pytest.raises(LockedError, match="--lock-wait"), lock(tmp_path, wait=wait):
            pass
    other.join()


def test_the_lock_goes_with_the_run(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path, wait=0):
        raise ZeroDivisionError
    with lock(tmp_path, wait=0):
        pass
