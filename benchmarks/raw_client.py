"""The floor: an XMPP client that does what it must to publish prepared items, and nothing else.

Run with:
    BENCHMARK_PASSWORD=... python benchmarks/raw_client.py \\
        TLS HOST PORT CA_FILE JID SERVICE NODE ITEMS [WINDOW]

TLS is `direct` or `starttls`. ITEMS is a file with a line for each item: its id, a tab, and its
payload, in which a line break is written as `&#10;`. Publishes all of them, with at most WINDOW
(50) requests in flight, and prints the seconds from the first publish to the last answer.

It imports only the standard library, and as little of it as possible, because its own start is part
of what `make bench` measures. It waits for the server only where the protocol leaves no choice: for
the TLS handshake, the challenge, the success, and the answers. So it sends the login before it has
seen the features of the stream, and the first items with the request for a resource.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import socket
import ssl
import sys
import time
from base64 import b64decode, b64encode

TYPE_CHECKING = False  # as in typing, whose import would take milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

SECONDS = 600.0
WINDOW = 50
MOST_ITERATIONS = 1_000_000

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
PUBSUB = "http://jabber.org/protocol/pubsub"
STARTTLS = b'<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>'
BIND = b'<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
REQUEST = '<iq type="{kind}" id="{id}" to="{service}"><pubsub xmlns="{ns}">{request}</pubsub></iq>'
PUBLISH = '<publish node="{node}"><item id="{item}">{payload}</item></publish>'
# The head of an answer: a client that nobody asks anything receives no other IQs.
ANSWER = re.compile(rb"<iq [^>]*?\bid=['\"](\w+)['\"][^>]*>")
REFUSAL = re.compile(rb"<(?:stream:)?(?:error|failure)[ >]|<iq [^>]*?type=['\"]error")


def main() -> None:
    tls, host, port, ca_file, jid, service, node, path = sys.argv[1:9]
    window = int(sys.argv[9]) if len(sys.argv) > 9 else WINDOW
    stanzas = publishes(service, node, read_items(path))
    password = os.environ["BENCHMARK_PASSWORD"]
    with Stream(host, int(port), ca_file=ca_file, jid=jid, starttls=tls == "starttls") as stream:
        stream.log_in(password)
        start = time.perf_counter()
        stream.pipeline(stanzas, window)
        print(time.perf_counter() - start)


def read_items(path: str) -> list[tuple[str, str]]:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes milliseconds to import
        lines = [line.rstrip("\n").partition("\t") for line in file]
    return [(item, payload) for item, _, payload in lines]


def publishes(service: str, node: str, items: Sequence[tuple[str, str]]) -> list[bytes]:
    """The requests that publish items: their ids and payloads."""
    return [
        request(service, PUBLISH.format(node=node, item=item, payload=payload), f"p{number}")
        for number, (item, payload) in enumerate(items)
    ]


def request(service: str, child: str, id_: str, kind: str = "set") -> bytes:
    text = REQUEST.format(kind=kind, id=id_, service=service, ns=PUBSUB, request=child)
    return text.encode()


class Stream:
    """A stream to a server while entered. Ends the program if the server refuses anything."""

    def __init__(self, host: str, port: int, *, ca_file: str, jid: str, starttls: bool) -> None:
        self._host, self._port, self._ca_file = host, port, ca_file
        self._user, _, self._domain = jid.partition("@")
        self._starttls = starttls
        self._held = b""
        self._unread = b""

    def __enter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self._ca_file)
        self._socket = socket.create_connection((self._host, self._port), timeout=SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._starttls:
            self.send(self._header() + STARTTLS)
            self._until(b"<proceed")
            self._until(b">")
        self._socket = context.wrap_socket(self._socket, server_hostname=self._domain)
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye, and do not wait for the server to do the same."""
        self.send(b"</stream:stream>")
        self._socket.close()

    def log_in(self, password: str) -> None:
        """Log in with SCRAM-SHA-256 (RFC 7677). The next request also asks for a resource."""
        nonce = b64encode(os.urandom(18)).decode()
        bare = f"n={self._user},r={nonce}"
        first = encoded(f"n,,{bare}")
        auth = f'<auth xmlns="{SASL}" mechanism="SCRAM-SHA-256">{first}</auth>'
        self.send(self._header() + auth.encode())
        challenge = self._sasl(b"challenge")
        proof, signature = scram(password, bare, nonce, challenge)
        self.send(f'<response xmlns="{SASL}">{encoded(proof)}</response>'.encode())
        if self._sasl(b"success") != f"v={signature}":
            raise SystemExit("the server does not know the password")
        self._held = self._header() + BIND

    def ask(self, request: bytes) -> bytes:
        """Send one request, and return what follows the head of its answer, up to its end."""
        self.send(request)
        while True:
            while not (head := ANSWER.search(self._unread)):
                self._receive()
            self._unread = self._unread[head.end() :]
            if head[1] != b"bind":
                return b"" if head[0].endswith(b"/>") else self._until(b"</iq>")

    def pipeline(self, requests: Sequence[bytes], window: int = WINDOW) -> None:
        """Send requests, with at most `window` in flight, and await as many answers.

        Answers are only counted: the server sends one for each request.
        """
        self.send(b"".join(requests[:window]))
        sent, answered = min(window, len(requests)), 0
        while answered < len(requests):
            answered += self._answers()
            free = min(window + answered, len(requests))
            if sent < free:
                self.send(b"".join(requests[sent:free]))
                sent = free

    def send(self, stanzas: bytes) -> None:
        self._socket.sendall(self._held + stanzas)
        self._held = b""

    def _header(self) -> bytes:
        """What opens a new stream (RFC 6120 section 4.2)."""
        header = (
            f'<stream:stream to="{self._domain}" version="1.0" xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams">'
        )
        return header.encode()

    def _sasl(self, name: bytes) -> str:
        """The text of the next element of the login."""
        self._until(b"<" + name)
        self._until(b">")
        return b64decode(self._until(b"</")[:-2]).decode()

    def _answers(self) -> int:
        """How many answers begin in what is received next."""
        self._receive()
        heads = [head for head in ANSWER.finditer(self._unread) if head[1] != b"bind"]
        if heads:
            self._unread = self._unread[heads[-1].end() :]
        return len(heads)

    def _until(self, end: bytes) -> bytes:
        """What is received up to and with `end`."""
        while end not in self._unread:
            self._receive()
        before, found, self._unread = self._unread.partition(end)
        return before + found

    def _receive(self) -> None:
        # Prosody holds a second small packet back until the first is acknowledged (Nagle).
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        received = self._socket.recv(65536)
        if not received:
            raise SystemExit("the server closed the connection")
        self._unread += received
        if REFUSAL.search(self._unread):
            raise SystemExit(f"the server refused: {self._unread.decode()}")


def scram(password: str, bare: str, nonce: str, challenge: str) -> tuple[str, str]:
    """The last message of the client, and the signature of a server that knows the password."""
    fields = dict(field.split("=", 1) for field in challenge.split(","))
    iterations = int(fields["i"])
    if not fields["r"].startswith(nonce) or iterations > MOST_ITERATIONS:
        raise SystemExit(f"the server's challenge is invalid: {challenge}")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(fields["s"]), iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    without_proof = f"c=biws,r={fields['r']}"
    message = f"{bare},{challenge},{without_proof}".encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
    proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return (
        f"{without_proof},p={b64encode(proof).decode()}",
        b64encode(hmac.digest(server_key, message, "sha256")).decode(),
    )


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


if __name__ == "__main__":
    main()
