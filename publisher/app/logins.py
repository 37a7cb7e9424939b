"""Where the sessions of a run come from: one login for each account.

An ordinary run logs in for itself, if it can while it builds the feeds. `publisher watch` lends its
runs the sessions that it keeps (`app.watch.sessions`). The module imports slixmpp, so a run imports
it only when there is work.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from msgspec import Struct

from publisher import xmpp
from publisher.errors import PublisherError
from publisher.system.event_loop import run_async
from publisher.system.interruption import postponed
from publisher.xmpp import password

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from publisher.config import Xmpp

T = TypeVar("T")

# A turn looks so many times for answers: from one to the next request it takes some steps.
PASSES = 12
PAUSE_SECONDS = 0.002  # between two turns, at least
MOST_SECONDS = 1.0  # of a pause, which count for deadlines


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


class Turns:
    """Lets work at nodes take turns with the caller, on one thread.

    So the caller works while a server does, and nothing is used by two threads at once. `begin`
    gets the work, `turn` goes on with it, and `finish` returns its result. Work that is not
    finished is cancelled at the end of the context.
    """

    def __init__(self) -> None:
        self._loop = _PausedLoop()
        self._runner: asyncio.Runner | None = asyncio.Runner(loop_factory=lambda: self._loop)
        self._work: asyncio.Task[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner:
            self.run(self._leave())

    def account(self, xmpp: Xmpp) -> Account:
        return Account(xmpp)

    @property
    def has_begun(self) -> bool:
        return self._work is not None

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = self._loop.create_task(work)

    def turn(self) -> None:
        """Do what can be done without waiting, but not more often than it is worth.

        A signal that comes meanwhile interrupts the caller, and not the work in its midst.
        """
        if self._runner and self._work and self._loop.paused_for() >= PAUSE_SECONDS:
            with postponed(), self._loop.resumed():
                self._runner.get_loop().run_until_complete(_passes())

    def finish(self) -> Any:
        """Wait for the end of the work; its result."""
        assert self._work  # noqa: S101 - nobody finishes what has not begun
        return self.run(_awaited(self._work))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the event loop from now on; once only."""
        runner, self._runner = self._runner, None
        assert runner  # noqa: S101 - nobody runs a second work
        with self._loop.resumed():
            return run_async(work, runner)

    async def _leave(self) -> None:
        if self._work:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)


class _PausedLoop(asyncio.SelectorEventLoop):
    """An event loop for which a long pause between two turns takes no more than a second.

    Otherwise a server that has answered in time would seem to be late.
    """

    _stopped = _left_out = 0.0

    def time(self) -> float:
        return super().time() - self._left_out

    def paused_for(self) -> float:
        """The seconds since the last turn."""
        return super().time() - self._stopped

    @contextmanager
    def resumed(self) -> Iterator[None]:
        """Let time go on in this block."""
        if self._stopped:
            self._left_out += max(self.paused_for() - MOST_SECONDS, 0.0)
        try:
            yield
        finally:
            self._stopped = super().time()


async def _passes() -> None:
    """Let the event loop look for answers, and for what these have made ready, some times."""
    for _ in range(PASSES):
        await asyncio.sleep(0)


async def _awaited(work: asyncio.Task[T]) -> T:
    return await work
