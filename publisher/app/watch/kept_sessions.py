"""The sessions that `publisher watch` keeps open, one for each account.

Their event loop runs in a thread. During the work of a run it runs in the thread of the run, which
has the ledger and gets the signals.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from publisher.app.watch.kept_account import KeptAccount
from publisher.system.event_loop import run_in
from publisher.system.interruption import postponed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from functools import partial

    from publisher.app.watch.session_state import SessionState
    from publisher.config import Xmpp

    # What decides how an account logs in.
    Key = tuple[object, ...]

T = TypeVar("T")

LEAVE_SECONDS = 1.0


class KeptSessions:
    """Keeps a session for each account of the configuration that `use` was told last.

    `on_change` is called with each new state of an account, in any thread. Only the thread that
    has entered the context may call the methods.
    """

    def __init__(
        self,
        on_change: Callable[[SessionState], None],
        *,
        account: Callable[..., KeptAccount] | partial[KeptAccount] = KeptAccount,
    ) -> None:
        self._on_change = on_change
        self._make = account
        self._accounts: dict[Key, KeptAccount] = {}
        self._stays: dict[Key, asyncio.Task[None]] = {}

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        with postponed():
            self._stop()
            with self._runner, suppress(TimeoutError):
                self._runner.run(self._leave())

    def use(self, accounts: Iterable[Xmpp], *, anew: bool = False) -> None:
        """Keep sessions of these accounts alone; with `anew` log in to all of them again."""
        self.run(self._use([*accounts], anew=anew))

    def account(self, xmpp: Xmpp) -> KeptAccount:
        """Raises KeyError for an account that is not kept."""
        return self._accounts[_login_of(xmpp)]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work in the loop of the sessions, here; see `run_async`."""
        try:
            with postponed():  # else the loop may be left to neither thread
                self._stop()
            return run_in(self._runner, work)
        finally:
            work.close()
            with postponed():
                self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        if not self._thread.is_alive():  # a signal came before the work
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _use(self, accounts: list[Xmpp], *, anew: bool) -> None:
        wanted = {_login_of(one): one for one in accounts}
        gone = [
            key
            for key, one in self._accounts.items()
            if anew or key not in wanted or one.is_refused
        ]
        await self._end(gone)
        for key, xmpp in wanted.items():
            if key not in self._accounts:
                account = self._accounts[key] = self._make(xmpp, self._on_change)
                self._stays[key] = asyncio.create_task(account.stay())

    async def _leave(self) -> None:
        async with asyncio.timeout(LEAVE_SECONDS):
            await self._end([*self._accounts])

    async def _end(self, keys: list[Key]) -> None:
        stays = [self._stays.pop(key) for key in keys]
        for stay in stays:
            stay.cancel()
        if stays:
            await asyncio.wait(stays)
        accounts = [self._accounts.pop(key) for key in keys]
        await asyncio.gather(*(account.close() for account in accounts))


def _login_of(xmpp: Xmpp) -> Key:
    fields = (getattr(xmpp, name) for name in xmpp.__struct_fields__ if name != "nodes")
    return tuple(fields)
