"""One account whose session stays open: logged in, kept alive, and logged in again when it ends.

A connection that was cut silently looks open, so it is asked before a run uses it, and once a
minute otherwise. Each login is a fresh client (`xmpp.connect`). After a refusal that only a person
can end, e.g. a wrong password, no further login is tried.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from publisher.app.logins import Account, Login
from publisher.app.watch.session_state import SessionState
from publisher.errors import ConfigError, LoginFailed, PublisherError
from publisher.system.retry import Backoff, Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from publisher import xmpp
    from publisher.config import Xmpp

KEEPALIVE_SECONDS = 60.0
PING_SECONDS = 10.0
# A server that is restarted is back after seconds; one that is down may be so for days.
BACKOFF = Backoff(first=1.0, longest=60.0, jitter=0.5)
# A session that ended sooner does not make the next login begin without a pause.
STABLE_SECONDS = 60.0


class KeptAccount:
    """Keeps a session open while `stay` runs, and lends it to runs.

    `on_change` is called with each new state. All methods belong to one event loop.
    """

    def __init__(
        self,
        config: Xmpp,
        on_change: Callable[[SessionState], None],
        *,
        backoff: Backoff = BACKOFF,
        keepalive: float = KEEPALIVE_SECONDS,
        ping: float = PING_SECONDS,
    ) -> None:
        self._jid = config.jid
        self._account = Account(config)
        self._on_change = on_change
        self._backoff, self._keepalive, self._ping = backoff, keepalive, ping
        self._login: Login | None = None
        self._refusal: PublisherError | None = None
        self._opening = asyncio.Lock()
        self._opened = asyncio.Event()  # ends a pause: a run has logged in meanwhile
        self._is_older = False

    @property
    def is_refused(self) -> bool:
        """Whether no further login is tried."""
        return self._refusal is not None

    async def stay(self) -> None:
        """Keep a session open for ever. Ends when only a person can make a login succeed."""
        pauses = self._backoff.pauses()
        clock = Clock()
        while self._refusal is None:
            began = clock.monotonic()
            # The error is in the state.
            with suppress(PublisherError):
                await self._until_ended(await self._connection())
            if clock.monotonic() - began >= STABLE_SECONDS:
                pauses = self._backoff.pauses()
            if self._refusal is None:
                await self._pause(next(pauses))

    @asynccontextmanager
    async def login(self) -> AsyncIterator[xmpp.Connection]:
        """Yield the session, or a new one if it is dead. Raises as `Account.login` does."""
        kept = self._login
        if kept and not await self._is_alive(kept):
            await self._close(kept)
        connection = await self._connection()
        self._is_older = kept is not None and kept is self._login
        yield connection
        if (lent := self._login) and not lent.connection.is_usable:
            await self._close(lent)

    def may_repeat(self) -> bool:
        """Whether the session that was lent last is from before the run; True once."""
        is_older, self._is_older = self._is_older, False
        return is_older

    async def close(self) -> None:
        """Log out."""
        if self._login:
            await self._close(self._login)

    async def _connection(self) -> xmpp.Connection:
        """The session, which is opened first if there is none."""
        async with self._opening:  # `stay` and a run may both want a new one
            if self._login and self._login.connection.is_usable:
                return self._login.connection
            if self._refusal:
                raise self._refusal
            try:
                self._login = await self._account.opened()
            except PublisherError as error:
                self._report_failure(error)
                raise
            self._on_change(SessionState(self._jid, since=Clock().now()))
            self._opened.set()
            return self._login.connection

    def _report_failure(self, error: PublisherError) -> None:
        is_final = isinstance(error, ConfigError)
        is_final |= isinstance(error, LoginFailed) and not error.may_pass
        self._refusal = error if is_final else None
        self._on_change(SessionState(self._jid, error=str(error), is_final=is_final))

    async def _until_ended(self, connection: xmpp.Connection) -> None:
        """Keep the connection alive until it ends, and tell that it has."""
        end = connection.end
        while not end.done():
            await asyncio.wait({end}, timeout=self._keepalive)
            if not (end.done() or await connection.is_alive(seconds=self._ping)):
                break
        if self._login and self._login.connection is connection:
            await self._close(self._login)

    async def _is_alive(self, login: Login) -> bool:
        connection = login.connection
        return connection.is_usable and await connection.is_alive(seconds=self._ping)

    async def _close(self, login: Login) -> None:
        if self._login is login:
            self._login = None
            self._on_change(SessionState(self._jid, error="the connection has ended"))
        await login.end.aclose()

    async def _pause(self, seconds: float) -> None:
        """Wait until the next attempt, or until a run has logged in."""
        self._opened.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._opened.wait()
