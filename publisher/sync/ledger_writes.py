"""Write to the ledger what changes in flight together record, in few transactions.

A transaction for each record would take a quarter of the time of an import.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, field

from publisher.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.sync.ledger import Ledger


class LedgerWrites(Struct):
    """What is written of several tasks in one turn of the event loop is one transaction."""

    ledger: Ledger
    _waiting: list[tuple[Callable[[], None], asyncio.Future[None]]] = field(default_factory=list)

    async def write(self, record: Callable[[], None]) -> None:
        """Call `record`, and return once the transaction with its changes is committed.

        Raises LedgerError; then nothing of the transaction is in the ledger. A write that is
        cancelled may still be made.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._commit)
        written = loop.create_future()
        self._waiting.append((record, written))
        await written

    def _commit(self) -> None:
        writes, self._waiting = self._waiting, []
        problem: LedgerError | None = None
        try:
            with self.ledger.transaction():
                for record, _ in writes:
                    record()
        except LedgerError as error:
            problem = error
        for _, written in writes:
            if written.done():  # the task that waited was cancelled
                continue
            if problem:
                written.set_exception(problem)
            else:
                written.set_result(None)
