"""One client's stream (RFC 6120): TLS, the login, and then stanzas."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from tests.support.openfire.login import LoginRefused, Plain, Scram
from tests.support.openfire.xml import write

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from tests.support.openfire.host import Host

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STREAMS = "urn:ietf:params:xml:ns:xmpp-streams"

MAX_BYTES = 1_048_576  # of a stanza
LIMITS = (
    f"<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>{MAX_BYTES}</max-bytes>"
    "<idle-seconds>360</idle-seconds></limits>"
)
MECHANISMS: dict[str, type[Plain | Scram]] = {"SCRAM-SHA-1": Scram, "PLAIN": Plain}


class Stream(asyncio.Protocol):
    """`account` is the bare JID, empty before the login. `jid` is the full one, once bound."""

    def __init__(self, host: Host, context: ssl.SSLContext, *, is_secure: bool) -> None:
        self.account = self.jid = ""
        self._host = host
        self._context = context
        self._is_secure = is_secure
        self._transport: Any = None
        self._login: Plain | Scram | None = None
        self._task: asyncio.Task[None] | None = None  # that negotiates TLS
        self._early = b""  # what arrived before it knew that TLS is there
        self._begin()

    def _begin(self) -> None:
        """A new stream, at first and after TLS and the login have been negotiated."""
        self._parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        self._open: list[Element] = []
        self._unread = 0  # bytes of the stanza that has begun

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._host.leave(self)

    def send(self, stanza: Element) -> None:
        self._write(write(stanza))

    def close(self) -> None:
        self._write("</stream:stream>")
        self._transport.close()

    def _write(self, text: str) -> None:
        if not self._transport.is_closing():
            self._transport.write(text.encode())

    def data_received(self, data: bytes) -> None:
        if self._task and not self._is_secure:
            self._early += data
            return
        parser = self._parser
        self._unread += len(data)
        if self._unread > MAX_BYTES:  # it is not refused: the connection just ends
            self._transport.abort()
            return
        try:
            parser.feed(data)
            events: Iterator[Any] = parser.read_events()
            for event, element in events:
                self._handle(event, element)
                if self._parser is not parser:
                    return
        except ParseError:
            self._write(
                f"<stream:error><not-well-formed xmlns='{STREAMS}'/></stream:error></stream:stream>"
            )
            self._transport.close()

    def _handle(self, event: str, element: Element) -> None:
        if event == "start":
            self._open.append(element)
            if len(self._open) == 1:
                self._greet()
            return
        self._open.pop()
        if not self._open:
            self.close()
        elif len(self._open) == 1:
            self._unread = 0
            self._open[0].remove(element)
            self._receive(element)

    def _greet(self) -> None:
        self._write(
            f"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='{self._host.domain}' "
            "xmlns:stream='http://etherx.jabber.org/streams' id='openfire' version='1.0'>"
            f"<stream:features>{self._features()}</stream:features>"
        )

    def _features(self) -> str:
        if not self._is_secure:
            return f"<starttls xmlns='{TLS}'><required/></starttls>"
        if self.account:
            return f"<bind xmlns='{BIND}'/>{LIMITS}"
        names = "".join(f"<mechanism>{name}</mechanism>" for name in MECHANISMS)
        return f"<mechanisms xmlns='{SASL}'>{names}</mechanisms>{LIMITS}"

    def _receive(self, element: Element) -> None:
        if self.account:
            self._host.receive(self, element)
        elif element.tag == f"{{{TLS}}}starttls" and not self._is_secure:
            self._transport.pause_reading()
            self._write(f"<proceed xmlns='{TLS}'/>")
            self._begin()
            self._task = asyncio.get_running_loop().create_task(self._secure())
        elif element.tag.startswith(f"{{{SASL}}}") and self._is_secure:
            self._log_in(element)

    async def _secure(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._transport = await loop.start_tls(
                self._transport, self, self._context, server_side=True
            )
        except (ConnectionError, OSError):  # the client does not trust the certificate
            self._host.leave(self)
            return
        self._is_secure = True
        self.data_received(self._early)

    def _log_in(self, element: Element) -> None:
        said = base64.b64decode(element.text or "")
        if element.tag == f"{{{SASL}}}auth":
            self._login = MECHANISMS[element.get("mechanism", "")](self._host.accounts)
        if self._login is None:
            return
        try:
            answer = self._login.answer(said)
        except LoginRefused:
            self._write(f"<failure xmlns='{SASL}'><not-authorized/></failure>")
            return
        text = base64.b64encode(answer).decode()
        if not self._login.user:
            self._write(f"<challenge xmlns='{SASL}'>{text}</challenge>")
            return
        self._write(f"<success xmlns='{SASL}'>{text}</success>")
        self.account = self.jid = f"{self._login.user}@{self._host.domain}"
        self._host.arrive(self)
        self._begin()
