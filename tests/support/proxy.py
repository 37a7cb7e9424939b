"""A network that goes silent: a proxy in front of a real server that stops passing bytes.

It ends TLS with the server's own certificate, so that it sees when the client publishes.
Connections stay open, and neither side is told, as with a firewall that drops packets.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.support.servers import Server


class SilentProxy:
    """Passes everything up to publish number `last`, and nothing after that.

    The server still gets that publish, but its answer is lost. To a client the proxy looks as the
    server does, over direct TLS.
    """

    def __init__(self, server: Server, *, last: int) -> None:
        self.host, self.domain, self.service = server.host, server.domain, server.service
        self.ca_file = server.ca_file
        self.port = self.direct_port = 0
        self.logins = 0
        self._server = server
        self._until = re.compile(rb"(?:.*?<publish .*?</iq>){%d}" % last, re.DOTALL)
        self._silent = False
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server.certificate_file, self._server.key_file)
        listener = await asyncio.start_server(self._carry, self.host, 0, ssl=context)
        async with listener:
            self.port = self.direct_port = listener.sockets[0].getsockname()[1]
            self._listening.set()
            await self._stop.wait()

    async def _carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """One connection of a client, until it leaves."""
        self.logins += 1
        context = ssl.create_default_context(cafile=str(self._server.ca_file))
        server, to_server = await asyncio.open_connection(
            self.host, self._server.direct_port, ssl=context, server_hostname=self.domain
        )
        back = asyncio.create_task(self._pass_back(server, to_client))
        with suppress(OSError):
            await self._pass_on(client, to_server)
        back.cancel()
        to_server.transport.abort()
        to_client.transport.abort()

    async def _pass_on(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        sent = b""
        while got := await client.read(65536):
            if self._silent:
                continue
            passed, sent = len(sent), sent + got
            found = self._until.match(sent)
            self._silent = found is not None
            to_server.write(sent[passed : found.end() if found else None])

    async def _pass_back(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        while got := await server.read(65536):
            if not self._silent:
                to_client.write(got)


class CutProxy(SilentProxy):
    """A network that can be cut: the connections of that moment stay silent, later ones work."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, last=0)
        self._cuts = 0

    def cut(self) -> None:
        self._cuts += 1

    async def _carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            await super()._carry(client, to_client)
        except OSError:  # the server is down
            to_client.transport.abort()

    async def _pass_on(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        await self._pass(client, to_server)

    async def _pass_back(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        cuts = self._cuts
        with suppress(OSError):
            await self._pass(server, to_client)
        if cuts == self._cuts:  # else the client does not hear of the end, either
            to_client.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        cuts = self._cuts
        while got := await source.read(65536):
            if cuts == self._cuts:
                target.write(got)


class FloodingProxy(SilentProxy):
    """Answers the first request for all items of a node with elements without end."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, last=0)
        self._flooded = False

    async def _carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._to_client = to_client
        await super()._carry(client, to_client)

    async def _pass_on(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while got := await client.read(65536):
            if b" max_items=" in got and not self._flooded:
                self._flooded = True
                await self._flood()
            to_server.write(got)

    async def _flood(self) -> None:
        self._to_client.write(b"<iq type='result' id='flood'><x>")
        while True:  # until the client closes the connection
            self._to_client.write(b"<a/>" * 10_000)
            await self._to_client.drain()
