"""The file with the rows of all source files, which is never held as a whole.

    block ... block directory end

A block has the rows of some dozens of files, in the order of `key`. The directory has what counts
for all files, and where each block is; the end tells where the directory is. All but the end have a
sum that shows whether they are damaged. A run reads one block after the other, and a new file gets
the blocks in which nothing has changed as they are.
"""

from __future__ import annotations

import os
import struct
import weakref
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from publisher.sources.kept.rows import Common, Row
from publisher.system import private_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_LEAST, _MOST = 32, 128  # rows in a block, apart from the last ones of a file
_END = struct.Struct(">QII")  # the start of the directory, its length, its sum
_MOST_BYTES = 2_000_000_000


class BlockPlace(Struct, array_like=True, frozen=True):
    """Where rows are in the file, how many, and the path of the `first` one."""

    first: str
    count: int
    start: int
    length: int
    sum: int


class _Directory(Struct, array_like=True, frozen=True):
    common: Common
    blocks: list[BlockPlace]


_read_directory = msgspec.msgpack.Decoder(_Directory).decode
_read_rows = msgspec.msgpack.Decoder(dict[str, Row]).decode
_read_raw = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_write = msgspec.msgpack.Encoder().encode


def key(path: str) -> list[str]:
    """The order of the rows is that of `Listing.paths`."""
    return path.split("/")


class Blocks:
    """The rows of an open file. `common` is what must count for them.

    `taken` counts for each block the rows that are as they were.
    """

    def __init__(self, descriptor: int, directory: _Directory) -> None:
        """The descriptor is closed together with the rows."""
        weakref.finalize(self, os.close, descriptor)
        self.common = directory.common
        self.blocks = directory.blocks
        self.taken = [0] * len(self.blocks)
        self._descriptor = descriptor
        self._firsts = [key(block.first) for block in self.blocks]
        self._number = -1  # of the block that was read last
        self._rows: dict[str, Row] = {}

    @classmethod
    def open(cls, state: Path, folder: str, name: str) -> Blocks | None:
        """The rows in a file in a folder of the state folder; None if it cannot be used."""
        try:
            descriptor = private_file.opened(state, folder, name)
        except OSError:
            return None
        directory = _directory(descriptor)
        if directory is None:
            os.close(descriptor)
            return None
        return cls(descriptor, directory)

    @property
    def is_all_taken(self) -> bool:
        """Whether every row is as it was."""
        return all(
            taken == block.count for taken, block in zip(self.taken, self.blocks, strict=True)
        )

    def row(self, path: str) -> Row | None:
        """The row of a file; None if there is none. Fast for paths in their order."""
        row = self._rows.get(path)
        if row is None and (number := self.number_of(path)) not in {self._number, -1}:
            data = _part(self._descriptor, self.blocks[number])
            self._number, self._rows = number, _read_rows(data) if data else {}
            row = self._rows.get(path)
        return row

    def take(self) -> None:
        """Count the row that `row` returned last as one that is as it was."""
        self.taken[self._number] += 1

    def number_of(self, path: str) -> int:
        """The number of the block in which the row of a file would be; -1: before all blocks."""
        return bisect_right(self._firsts, key(path)) - 1

    def data(self, number: int) -> bytes:
        """The bytes of a block; empty if it is damaged."""
        return _part(self._descriptor, self.blocks[number])


def _directory(descriptor: int) -> _Directory | None:
    """What the end of the file leads to; None if it is damaged, or not ours."""
    try:
        size = os.fstat(descriptor).st_size
        if not _END.size <= size <= _MOST_BYTES:
            return None
        start, length, sum_ = _END.unpack(os.pread(descriptor, _END.size, size - _END.size))
        return _read_directory(_part(descriptor, BlockPlace("", 0, start, length, sum_)))
    except (OSError, ValueError, OverflowError):  # msgspec's errors are ValueErrors
        return None


def _part(descriptor: int, block: BlockPlace) -> bytes:
    """The bytes of a block; empty if it is damaged or cannot be read."""
    try:
        data = os.pread(descriptor, block.length, block.start)
    except OSError:
        return b""
    return data if zlib.crc32(data) == block.sum else b""


def parts(
    common: msgspec.Raw,
    rows: Mapping[str, msgspec.Raw],
    old: Blocks | None = None,
    is_kept: Callable[[str], bool] = lambda _: True,
) -> Iterator[bytes]:
    """Yield the bytes of a file with these rows, and those of `old` that are kept and not new."""
    blocks: list[BlockPlace] = []
    start = 0
    for first, count, data in _merged(rows, old, is_kept):
        blocks.append(BlockPlace(first, count, start, len(data), zlib.crc32(data)))
        start += len(data)
        yield data
    directory = _write((common, blocks))
    yield directory
    yield _END.pack(start, len(directory), zlib.crc32(directory))


def _merged(
    rows: Mapping[str, msgspec.Raw], old: Blocks | None, is_kept: Callable[[str], bool]
) -> Iterator[tuple[str, int, bytes]]:
    """Yield the blocks of the new file: the path of the first row, the number of rows, the bytes.

    A block with a change gets those around it only if it would be too small, so that a change
    costs the same wherever it is.
    """
    if old is None:
        yield from _encoded(rows)
        return
    new = _by_block(rows, old)
    pending = new.get(-1, {})
    for number, block in enumerate(old.blocks):
        is_same = number not in new and old.taken[number] == block.count
        if is_same and not 0 < len(pending) < _LEAST:
            yield from _encoded(pending)
            pending = {}
            yield block.first, block.count, old.data(number)
            continue
        data = old.data(number)
        before = _read_raw(data) if data else {}
        pending |= {path: raw for path, raw in before.items() if is_same or is_kept(path)}
        pending |= new.get(number, {})
        if len(pending) > _MOST:
            yield from _encoded(pending)
            pending = {}
    yield from _encoded(pending)


def _by_block(rows: Mapping[str, msgspec.Raw], old: Blocks) -> dict[int, dict[str, msgspec.Raw]]:
    """The new rows, by the number of the block that they belong into."""
    found: dict[int, dict[str, msgspec.Raw]] = {}
    for path, raw in rows.items():
        found.setdefault(old.number_of(path), {})[path] = raw
    return found


def _encoded(rows: Mapping[str, msgspec.Raw]) -> Iterator[tuple[str, int, bytes]]:
    """Yield blocks of about the same size."""
    paths = sorted(rows, key=key)
    pieces = -(-len(paths) // _MOST)
    for piece in range(pieces):
        part = paths[len(paths) * piece // pieces : len(paths) * (piece + 1) // pieces]
        yield part[0], len(part), _write({path: rows[path] for path in part})
