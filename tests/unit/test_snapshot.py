"""A snapshot of folders shows every change below them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from publisher.system import snapshot
from publisher.system.snapshot import TICK_NS, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LATER = 10 * TICK_NS


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "posts/old").mkdir(parents=True)
    (site / "posts/a.md").write_text("one")
    (site / "posts/b.md").write_text("two")
    (site / "posts/old/c.md").write_text("three")
    (site / "link.md").symlink_to("posts/a.md")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/d.md").write_text("four")
    (site / "folder").symlink_to(tmp_path / "outside")
    return site


def taken(site: Path, *files: str, left_out: tuple[str, ...] = ()) -> str:
    time.sleep(0.02)  # the clock of the kernel ticks every 1 to 10 ms
    places = Places((str(site),), files, left_out)
    return "".join(snapshot.take(places, since_ns=0).digests)


def swap(one: Path, other: Path) -> None:
    third = one.with_suffix(".third")
    one.rename(third)
    other.rename(one)
    third.rename(other)


def point(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def write_with_old_time(file: Path) -> None:
    old = file.stat()
    file.write_text("ONE")
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "edit": lambda site: (site / "posts/a.md").write_text("one more"),
    "an edit of the same size": lambda site: (site / "posts/a.md").write_text("ONE"),
    "an edit with the time of before": lambda site: write_with_old_time(site / "posts/a.md"),
    "a new time": lambda site: os.utime(site / "posts/a.md", (2**31, 2**31)),
    "a new mode": lambda site: (site / "posts/a.md").chmod(0o600),
    "a new file": lambda site: (site / "posts/new.md").touch(),
    "a hidden file": lambda site: (site / ".new").touch(),
    "a new folder": lambda site: (site / "posts/new").mkdir(),
    "a mode of a folder": lambda site: (site / "posts/old").chmod(0o700),
    "a removed file": lambda site: (site / "posts/old/c.md").unlink(),
    "a new name": lambda site: (site / "posts/a.md").rename(site / "posts/c.md"),
    "a new name of a folder": lambda site: (site / "posts/old").rename(site / "posts/new"),
    "swapped files": lambda site: swap(site / "posts/a.md", site / "posts/b.md"),
    "the target of a link": lambda site: (site / "posts/a.md").write_text("one!"),
    "another target": lambda site: point(site / "link.md", "posts/b.md"),
    "a file behind a link": lambda site: (site / "folder/d.md").write_text("FOUR"),
    "a link that breaks": lambda site: (site / "folder").resolve().rename(site.parent / "away"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_snapshot_shows(change: str, site: Path) -> None:
    before = taken(site)
    assert taken(site) == before
    CHANGES[change](site)
    assert taken(site) != before


def test_a_file_that_is_looked_for_is_seen_when_it_comes(site: Path) -> None:
    wanted = str(site.parent / "publisher.yaml")
    before = taken(site, wanted)
    (site.parent / "other.yaml").touch()
    assert taken(site, wanted) == before
    (site.parent / "publisher.yaml").touch()
    assert taken(site, wanted) != before


@pytest.mark.parametrize("folder", [".git", "node_modules", "posts/cache"])
def test_what_is_left_out_does_not_count(folder: str, site: Path) -> None:
    (site / folder).mkdir()
    left_out = (str(site / "posts/cache"),)
    before = taken(site, left_out=left_out)
    (site / folder / "file").touch()
    assert taken(site, left_out=left_out) == before


def test_circles_of_links_end(site: Path) -> None:
    """Each folder is entered once, although there are a trillion ways to it."""
    (site / "posts/up").symlink_to("..")
    (site / "posts/above").symlink_to("..")
    assert taken(site) == taken(site)


def test_a_missing_folder_is_a_state_too(site: Path) -> None:
    away = site.with_name("away")
    before = taken(away)
    site.rename(away)
    assert taken(away) != before


def test_a_file_that_was_just_written_may_be_written_again_with_the_same_time(site: Path) -> None:
    places, now = Places((str(site),)), time.time_ns()
    assert not snapshot.take(places, since_ns=now).is_final
    assert snapshot.take(places, since_ns=now + LATER).is_final


@pytest.mark.parametrize("change", [None, *CHANGES])
def test_a_snapshot_after_a_run_shows_what_happened_meanwhile(
    change: str | None, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that a file went whose absence is all that the snapshot can see."""
    monkeypatch.setattr(snapshot, "TICK_NS", 10_000_000)
    time.sleep(0.05)
    began = snapshot.clock_ns(str(site.parent))
    if change:
        time.sleep(0.02)
        CHANGES[change](site)
    places = Places((str(site),))
    assert snapshot.take(places, since_ns=began).is_final == (change is None)


def test_what_the_program_does_in_its_own_folder_is_no_change(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the files there that it does not leave out."""
    monkeypatch.setattr(snapshot, "TICK_NS", 10_000_000)
    own = site / "state"
    (own / "cache").mkdir(parents=True)
    (own / "ledger").touch()
    time.sleep(0.05)
    places = Places((str(site),), (), (str(own / "cache"),), str(own))
    began, before = snapshot.clock_ns(str(own)), snapshot.points(places)
    (own / "cache/file").touch()
    (own / "lock").touch()
    (own / "lock").unlink()
    assert snapshot.take(places, since_ns=began).is_final
    assert snapshot.points(places) == before
    (own / "ledger").unlink()
    assert snapshot.points(places) != before


def test_the_first_tree_that_differs_is_the_last_that_is_looked_at(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places((str(site / "posts"), str(site)))
    digests = snapshot.take(places, since_ns=0).digests
    assert snapshot.is_same(places, digests)
    assert not snapshot.is_same(places, digests[:-1])
    time.sleep(0.02)
    (site / "posts/a.md").write_text("one more")
    looked_at: list[bytes] = []
    scandir = os.scandir

    def seen(path: bytes) -> Iterator[os.DirEntry[bytes]]:
        looked_at.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", seen)
    assert not snapshot.is_same(places, digests)
    assert sorted(looked_at) == [os.fsencode(site / name) for name in ("posts", "posts/old")]


def test_a_time_that_was_set_to_the_future_says_nothing_about_the_next_write(site: Path) -> None:
    now = time.time_ns()
    os.utime(site / "posts/a.md", ns=(now + 2 * LATER, now + 2 * LATER))
    assert snapshot.take(Places((str(site),)), since_ns=now + LATER).is_final


def test_the_clock_is_that_of_the_file_system(tmp_path: Path) -> None:
    before = snapshot.clock_ns(str(tmp_path))
    time.sleep(0.02)
    (tmp_path / "file").touch()
    assert before < (tmp_path / "file").stat().st_mtime_ns
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
