"""Where the sessions of a run come from: one login for each account.

An ordinary run logs in for itself, if it can while it builds the feeds. `publisher watch` lends its
runs the sessions that it keeps (`app.watch.sessions`). The module imports slixmpp, so a run imports
it only when there is work.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from msgspec import Struct

from publisher import xmpp
from publisher.errors import PublisherError
from publisher.system.event_loop import run_async
from publisher.xmpp import password

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence
    from contextlib import AbstractAsyncContextManager

    from publisher.config import Xmpp

T = TypeVar("T")


class Logins(Protocol):
    """Lends sessions to a run."""

    def account(self, xmpp: Xmpp) -> AccountLogin: ...

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work of all accounts in the event loop of the sessions; see `run_async`."""
        ...


class AccountLogin(Protocol):
    """Lends sessions of one account."""

    def login(self) -> AbstractAsyncContextManager[xmpp.Connection]:
        """Yield a connection. Raises ConfigError, LoginFailed, Unavailable."""
        ...

    def may_repeat(self) -> bool:
        """Whether the session that was lent last is older than the run, so that it proves nothing.

        True once: the next session is a new one.
        """
        ...


class Login(Struct, frozen=True):
    """A connection, and what closes it."""

    connection: xmpp.Connection
    end: AsyncExitStack


class Account:
    """Logs in to one account. It gets the password once, at the first login."""

    def __init__(self, xmpp: Xmpp) -> None:
        self._xmpp = xmpp
        self._password: str | None = None
        self._early: asyncio.Task[Login] | None = None

    def begin(self) -> None:
        """Begin the first login. `login` waits for its end."""
        self._early = asyncio.get_running_loop().create_task(self.opened())

    @asynccontextmanager
    async def login(self) -> AsyncIterator[xmpp.Connection]:
        """Yield a connection. Raises ConfigError, LoginFailed, Unavailable."""
        early, self._early = self._early, None
        login = await (early or self.opened())
        async with login.end:
            yield login.connection

    def may_repeat(self) -> bool:
        """Never: every session is of this run."""
        return False

    async def opened(self) -> Login:
        """A connection that stays open. Raises as `login` does."""
        if self._password is None:
            # A password command may take a while, or wait for the user to type.
            self._password = await password.password(self._xmpp, os.environ)
        end = AsyncExitStack()
        connecting = xmpp.connect(self._xmpp, self._password)
        return Login(await end.enter_async_context(connecting), end)

    async def leave(self) -> None:
        """Log out after a login that nobody has taken, whatever its outcome."""
        if self._early:
            self._early.cancel()
            with suppress(PublisherError, asyncio.CancelledError):
                async with self.login():
                    pass


class OneRun:
    """Every account logs in when its work begins."""

    def account(self, xmpp: Xmpp) -> Account:
        return Account(xmpp)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return run_async(work)


class EarlyLogins:
    """Logs in to accounts in a thread while the caller does something else, e.g. builds the feeds.

    `run` takes the accounts over, with the event loop. Otherwise they are left at the end of the
    context.
    """

    def __init__(self, accounts: Sequence[Xmpp]) -> None:
        self._accounts = {id(xmpp): Account(xmpp) for xmpp in accounts}
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        for account in self._accounts.values():
            self._loop.call_soon(account.begin)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner:
            self.run(self._leave())

    def account(self, xmpp: Xmpp) -> Account:
        """The account with this configuration, whose login has begun if it is one of ours."""
        return self._accounts.get(id(xmpp)) or Account(xmpp)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Stop the thread, and run its event loop here from now on; once only."""
        runner, self._runner = self._runner, None
        assert runner  # noqa: S101 - nobody runs a second work
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        return run_async(work, runner)

    async def _leave(self) -> None:
        await asyncio.gather(*(account.leave() for account in self._accounts.values()))
