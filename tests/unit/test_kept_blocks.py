"""The file with what is kept of each source file: rows in blocks, most of which stay."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest

from publisher.sources.kept import blocks
from publisher.sources.kept.blocks import Blocks, key
from publisher.sources.kept.rows import Common, Row
from publisher.sources.kept.values import KeptOutcome
from publisher.sources.kept.values import written as raw_of
from publisher.sources.walk import FileState
from publisher.system import private_file, private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER, NAME = "read", "posts"
COMMON = Common(4, b"", [], {}, {}, {}, b"")
NOTHING = KeptOutcome(None, None, None, ())


def row(size: int) -> Row:
    return Row(FileState(str(size).encode()), {}, None, NOTHING)


def encoded(rows: Mapping[str, Row]) -> dict[str, msgspec.Raw]:
    pairs = ((path, raw_of(one)) for path, one in rows.items())
    return {path: raw for path, raw in pairs if raw}


def write(state: Path, new: Mapping[str, Row], old: Blocks | None, kept: set[str]) -> int:
    """Write a file from an old one; return how many blocks of the old one it has."""
    common = raw_of(COMMON)
    assert common
    before = {old.data(number) for number in range(len(old.blocks))} if old else set()
    parts = [*blocks.parts(common, encoded(new), old, kept.__contains__)]
    private_file.write(state / FOLDER / NAME, parts)
    return len(before.intersection(parts))


def opened(state: Path) -> Blocks:
    found = Blocks.open(state, FOLDER, NAME)
    assert found
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    private_folder.make(tmp_path / "state")
    return tmp_path / "state"


def read(found: Blocks, paths: Mapping[str, Row], same: set[str]) -> dict[str, Row]:
    """The rows of all paths; those of `same` are as they were."""
    rows: dict[str, Row] = {}
    for path in sorted(paths, key=key):
        if one := found.row(path):
            rows[path] = one
            if path in same:
                found.take()
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_the_rows_are_those_that_were_kept_and_those_that_are_new(state: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = [f"{chance.choice(('', 'a/', 'a-b/', 'a/b/'))}{number}" for number in range(700)]
    rows = {name: row(0) for name in chance.sample(names, chance.choice((0, 3, 100, 600)))}
    write(state, rows, None, set())
    for size in range(1, 6):
        gone = set(chance.sample([*rows], min(len(rows), chance.choice((0, 1, 90)))))
        new = {name: row(size) for name in chance.sample(names, chance.choice((0, 1, 2, 200)))}
        kept = rows.keys() - gone - new.keys()
        found = opened(state)
        assert read(found, rows, kept) == rows
        assert found.is_all_taken == (kept == rows.keys())
        write(state, new, found, kept)
        rows = {name: rows[name] for name in kept} | new
        again = opened(state)
        paths = [path for one in range(len(again.blocks))
                 for path in msgspec.msgpack.decode(again.data(one))]  # fmt: skip
        assert paths == sorted(rows, key=key)
        assert read(again, dict.fromkeys(names, row(0)), set()) == rows


def test_a_path_in_any_order_is_found(state: Path) -> None:
    rows = {f"{number:04}": row(number) for number in range(500)}
    write(state, rows, None, set())
    found = opened(state)
    for path in random.Random(1).sample([*rows], 500):  # noqa: S311 - no secret
        assert found.row(path) == rows[path]
    assert found.row("") is None
    assert found.row("0001a") is None


def blocks_that_stay(state: Path, count: int, changed: str) -> tuple[int, int]:
    """How many blocks of a file are copied if one row changes, and how many there are."""
    rows = {f"{number:05}": row(number) for number in range(count)}
    write(state, rows, None, set())
    found = opened(state)
    read(found, rows, rows.keys() - {changed})
    return write(state, {changed: row(0)}, found, {*rows}), len(found.blocks)


@pytest.mark.parametrize("changed", ["00000", "00777", "01999", "1", "!"])
def test_one_changed_row_changes_one_block_however_many_there_are(
    state: Path, changed: str
) -> None:
    for count in (2005, 4010):  # blocks differ in size, so they would differ if made again
        same, number = blocks_that_stay(state, count, changed)
        assert number - same <= 2
        assert number > count / 200


@pytest.mark.parametrize("numbers", [range(400), range(399, -1, -1)], ids=["behind", "before"])
def test_rows_that_come_one_by_one_fill_blocks(state: Path, numbers: range) -> None:
    rows: dict[str, Row] = {}
    found: Blocks | None = None
    for number in numbers:
        if found:
            read(found, rows, {*rows})
        write(state, {f"{number:03}": row(number)}, found, {*rows})
        rows[f"{number:03}"] = row(number)
        found = opened(state)
    assert found
    assert read(found, rows, set()) == rows
    assert len(found.blocks) <= 400 / 32 + 1


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.9])
def test_the_rows_of_a_damaged_block_are_gone_and_no_others(state: Path, at: float) -> None:
    rows = {f"{number:04}": row(number) for number in range(1000)}
    write(state, rows, None, set())
    intact = opened(state)
    file = state / FOLDER / NAME
    data = bytearray(file.read_bytes())
    last = intact.blocks[-1]
    place = int(at * (last.start + last.length))
    data[place] ^= 1
    file.write_bytes(data)
    found = opened(state)
    left = read(found, rows, {*rows})
    assert left.items() < rows.items()
    assert len(left) >= 1000 - 128
    assert not found.is_all_taken
    write(state, {}, found, {*rows})
    assert read(opened(state), rows, set()) == left


@pytest.mark.parametrize("bytes_left", [0, 10, 16, -1, -17, -200])
def test_a_file_that_was_cut_is_not_used(state: Path, bytes_left: int) -> None:
    write(state, {f"{number:04}": row(number) for number in range(1000)}, None, set())
    file = state / FOLDER / NAME
    file.write_bytes(file.read_bytes()[:bytes_left])
    assert Blocks.open(state, FOLDER, NAME) is None
