"""A long way to a server: a proxy on loopback that passes all bytes on, each a while later."""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from benchmarks.bench.publisher_site import Endpoint

if TYPE_CHECKING:
    from publisher.app.demo.temporary_server import Server

BYTES = 65_536
BIND = b"urn:ietf:params:xml:ns:xmpp-bind"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class DelayingProxy:
    """Stands in for the direct TLS port of a server while entered; delays in `seconds` each way.

    TLS passes through it. The kernel accepts its connections at once: the round trip of TCP itself
    is missing for every client alike.
    """

    def __init__(self, server: Server, seconds: float) -> None:
        self._server = server
        self._seconds = seconds
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self._server, "direct", self._server.host, self._port)

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        listener = await asyncio.start_server(
            self._carry, self._server.host, 0, ssl=self._listening_context()
        )
        async with listener:
            self._port = listener.sockets[0].getsockname()[1]
            self._listening.set()
            await self._stop.wait()

    def _listening_context(self) -> ssl.SSLContext | None:
        return None

    async def _to_server(self) -> Streams:
        return await asyncio.open_connection(self._server.host, self._server.direct_port)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until both sides have closed it."""
        server_reader, server_writer = await self._to_server()
        with suppress(OSError, asyncio.CancelledError):  # cancelled: the proxy stops
            await asyncio.gather(
                self._pass(reader, server_writer, is_from_client=True),
                self._pass(server_reader, writer, is_from_client=False),
            )
        for transport in (writer.transport, server_writer.transport):
            transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_from_client: bool
    ) -> None:
        """Write what is read, in the same order. The end of the stream is delayed, too."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def write_late() -> None:
            while True:
                moment, passed = await due.get()
                await asyncio.sleep(moment - self._loop.time())
                if not is_from_client:
                    self._saw(passed, is_from_client=False)
                if not passed:
                    break
                writer.write(passed)
            if writer.can_write_eof():
                writer.write_eof()

        writing = asyncio.create_task(write_late())
        while True:
            passed = await reader.read(BYTES)
            if is_from_client:
                self._saw(passed, is_from_client=True)
            due.put_nowait((self._loop.time() + self._delay(), passed))
            if not passed:
                break
        await writing

    def _delay(self) -> float:
        """The seconds that bytes take that are sent now."""
        return self._seconds

    def _saw(self, passed: bytes, *, is_from_client: bool) -> None:
        """These bytes were at the client: it has just sent or received them."""


class CountingProxy(DelayingProxy):
    """Delays only what follows the login, and counts the round trips there.

    A login with long delays takes longer than clients wait for it. To see what is sent, the proxy
    ends TLS with the server's own certificate. Whatever a client sends before an answer reaches it
    is one flight: the delay has to be longer than the client's own work.
    """

    def __init__(self, server: Server, seconds: float) -> None:
        super().__init__(server, seconds)
        self._forget()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._forget()
        await super()._carry(reader, writer)

    def _forget(self) -> None:
        """Count from the connection on that begins now."""
        self._flights: list[bytes] = []
        self._has_received = True
        self._is_logged_in = False

    def round_trips_after_login(self) -> int:
        """How many flights of requests followed that with the request for a resource."""
        login = next((at for at, flight in enumerate(self._flights) if BIND in flight), 0)
        return sum(b"<iq" in flight for flight in self._flights[login + 1 :])

    def _delay(self) -> float:
        return self._seconds if self._is_logged_in else 0.0

    def _listening_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server.certificate_file, self._server.key_file)
        return context

    async def _to_server(self) -> Streams:
        context = ssl.create_default_context(cafile=str(self._server.ca_file))
        return await asyncio.open_connection(
            self._server.host,
            self._server.direct_port,
            ssl=context,
            server_hostname=self._server.domain,
        )

    def _saw(self, passed: bytes, *, is_from_client: bool) -> None:
        if not is_from_client:
            self._has_received = True
            self._is_logged_in |= bool(self._flights) and BIND in self._flights[-1]
        elif self._has_received:
            self._flights.append(passed)
            self._has_received = False
        else:
            self._flights[-1] += passed
