"""An XMPP client of a few lines that sends what it is given, also what no library would send."""

from __future__ import annotations

import base64
import socket
import ssl
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.support.servers import Server

SECONDS = 30.0
PUBSUB = "http://jabber.org/protocol/pubsub"


class RawClient:
    """An account at a server while entered, over direct TLS.

    `jid` is its full JID, `features` what the server offers after the login.
    """

    def __init__(self, server: Server, user: str, *, presence: str = "") -> None:
        """`presence` is a stanza to send after the login. `heard` is all that the server sends."""
        self.server = server
        self.jid = ""
        self.features = b""
        self._user = user
        self._presence = presence
        self._unread = b""
        self._sent = 0
        self.heard = b""

    def __enter__(self) -> Self:
        server = self.server
        context = ssl.create_default_context(cafile=str(server.ca_file))
        plain = socket.create_connection((server.host, server.direct_port), timeout=SECONDS)
        self._socket = context.wrap_socket(plain, server_hostname=server.domain)
        self._open()
        secret = f"\0{self._user}\0{server.accounts[self._user]}"
        proof = base64.b64encode(secret.encode()).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        self.send(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{proof}</auth>")
        self.read_until(b"<success")
        self.features = self._open()
        bound = self.ask("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
        self.jid = bound.partition(b"<jid>")[2].partition(b"</jid>")[0].decode()
        self.send(self._presence)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def publish(self, node: str, item_id: str, payload: str, *, service: str = "") -> None:
        """Publish at the service, else at the server's. AssertionError if it is refused."""
        item = f"<item id='{item_id}'>{payload}</item>"
        publish = f"<publish node='{node}'>{item}</publish>"
        answer = self.ask(
            f"<pubsub xmlns='{PUBSUB}'>{publish}</pubsub>", to=service or self.server.service
        )
        assert b"<error" not in answer, answer[-500:]

    def await_presence(self, contact: str) -> None:
        """Wait until the server has told that the contact, a bare JID, is online."""
        while True:
            self.read_until(b"<presence ")
            head = self.read_until(b">")
            if f"'{contact}/".encode() in head and b"type=" not in head:
                return

    def ask(self, child: str, *, to: str = "", kind: str = "set") -> bytes:
        """Send an IQ with this child, and wait for the end of the answer."""
        self._sent += 1
        address = f" to='{to}'" if to else ""
        self.send(f"<iq type='{kind}' id='raw-{self._sent}'{address}>{child}</iq>")
        answer = b""
        while f"raw-{self._sent}".encode() not in answer.partition(b">")[0]:
            answer = self.answer()  # others are the server's own requests
        return answer

    def answer(self) -> bytes:
        """The next IQ that arrives. What arrives before it is lost."""
        return self._next(b"iq")

    def message(self) -> str:
        """The next message that arrives. What arrives before it is lost."""
        return self._next(b"message").decode()

    def _next(self, name: bytes) -> bytes:
        self.read_until(b"<%s " % name)
        head = self.read_until(b">")
        return head if head.endswith(b"/>") else head + self.read_until(b"</%s>" % name)

    def send(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def _open(self) -> bytes:
        self._unread = b""
        self.send(
            f"<stream:stream to='{self.server.domain}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        return self.read_until(b"</stream:features>")

    def read_until(self, end: bytes) -> bytes:
        """What the server sends up to this, from where the last reading ended."""
        while end not in self._unread:
            got = self._socket.recv(65536)
            if not got:
                raise ConnectionError(f"the server closed the stream: {self._unread[-500:]!r}")
            self._unread += got
            self.heard += got
        read, found, self._unread = self._unread.partition(end)
        return read + found
