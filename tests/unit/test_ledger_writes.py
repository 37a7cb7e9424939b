"""What several changes record in one turn of the event loop is one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from publisher.errors import LedgerError
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import Recorded
from publisher.sync.ledger_writes import LedgerWrites
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOG = NodeAddress("pubsub.example", "blog")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def adopting(ledger: Ledger, id_: str) -> Callable[[], None]:
    return lambda: ledger.record_adopted(BLOG, Recorded(id_, "A title", "aa"))


def seen_by_others(folder: Path) -> set[str]:
    """What another process would find, e.g. the next run after a kill."""
    with sqlite3.connect(folder / "ledger.sqlite") as database:
        return {row[0] for row in database.execute("SELECT id FROM item")}


def test_a_write_is_committed_when_it_returns(ledger: Ledger, tmp_path: Path) -> None:
    async def write(writes: LedgerWrites, id_: str) -> None:
        await writes.write(adopting(ledger, id_))
        assert id_ in seen_by_others(tmp_path)

    async def main() -> None:
        writes = LedgerWrites(ledger)
        await asyncio.gather(*(write(writes, str(n)) for n in range(5)))
        await write(writes, "last")

    asyncio.run(main())


def test_if_one_write_fails_none_is_made(ledger: Ledger, tmp_path: Path) -> None:
    def fail() -> None:
        raise LedgerError("the disk is full")

    async def main() -> list[BaseException | None]:
        writes = LedgerWrites(ledger)
        both = (writes.write(adopting(ledger, "first")), writes.write(fail))
        return [*await asyncio.gather(*both, return_exceptions=True)]

    assert [type(error) for error in asyncio.run(main())] == [LedgerError, LedgerError]
    assert seen_by_others(tmp_path) == set()


def test_a_write_that_is_cancelled_stops_no_other(ledger: Ledger, tmp_path: Path) -> None:
    async def main() -> None:
        writes = LedgerWrites(ledger)
        both = [asyncio.ensure_future(writes.write(adopting(ledger, id_))) for id_ in ("a", "b")]
        await asyncio.sleep(0)
        both[0].cancel()
        await both[1]

    asyncio.run(main())
    assert "b" in seen_by_others(tmp_path)


def test_many_changes_in_flight_take_few_transactions(ledger: Ledger, tmp_path: Path) -> None:
    """The log grows by a page or two for each transaction, and not for each record."""

    async def main(count: int) -> int:
        before = (tmp_path / "ledger.sqlite-wal").stat().st_size
        writes = LedgerWrites(ledger)
        await asyncio.gather(
            *(writes.write(adopting(ledger, f"{count}-{n}")) for n in range(count))
        )
        return (tmp_path / "ledger.sqlite-wal").stat().st_size - before

    adopting(ledger, "first")()
    one, ten = asyncio.run(main(1)), asyncio.run(main(10))
    assert 0 < ten < 5 * one
