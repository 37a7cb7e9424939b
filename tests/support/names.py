"""A DNS server on loopback (RFC 1035) that knows where the XMPP servers of the tests are.

It answers for the SRV records of servers (RFC 6120 section 3.2.1). Their target is `localhost`,
which every resolver of a machine knows, so that nothing on the machine needs to be changed.
"""

from __future__ import annotations

import socketserver
import struct
import threading
from dataclasses import dataclass, field
from typing import Self

LOOPBACK = "127.0.0.1"
PREFIX = "_xmpp-server._tcp."
TARGET = "localhost"

HEADER = struct.Struct(">HHHHHH")  # id, flags, and the counts of the four sections
QUESTION = struct.Struct(">HH")  # type, class
RECORD = struct.Struct(">HHHIH")  # name (a pointer to the question), type, class, TTL, length
SRV = struct.Struct(">HHH")  # RFC 2782: priority, weight, port
POINTER_TO_QUESTION = 0xC000 | HEADER.size

TYPE_A, TYPE_SRV, CLASS_IN = 1, 33, 1
IS_ANSWER, IS_AUTHORITATIVE, RECURSION, NAME_ERROR = 0x8000, 0x0400, 0x0180, 3


@dataclass
class Names:
    """The DNS server while entered. `ports` maps domains to the ports of their servers.

    A domain without one has no address, as a domain that does not exist.
    """

    ports: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    def answer(self, query: bytes) -> bytes:
        """The answer to a query, which has one question."""
        name, question = _question(query)
        kind, _ = QUESTION.unpack(question[-QUESTION.size :])
        domain = name.removeprefix(PREFIX)
        records = self._records(name, domain, kind)
        flags = IS_ANSWER | IS_AUTHORITATIVE | RECURSION
        flags |= 0 if records or domain in {*self.ports, TARGET} else NAME_ERROR
        head = HEADER.pack(HEADER.unpack(query[: HEADER.size])[0], flags, 1, len(records), 0, 0)
        return head + question + b"".join(_record(kind, data) for data in records)

    def _records(self, name: str, domain: str, kind: int) -> list[bytes]:
        if kind == TYPE_SRV and name.startswith(PREFIX) and domain in self.ports:
            return [SRV.pack(0, 0, self.ports[domain]) + _encoded(TARGET)]
        if kind == TYPE_A and name == TARGET:
            return [bytes(map(int, LOOPBACK.split(".")))]
        return []


class _Listener(socketserver.UDPServer):
    def __init__(self, names: Names) -> None:
        self.names = names
        super().__init__((LOOPBACK, 0), _Query)


class _Query(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        query, socket = self.request
        socket.sendto(self.server.names.answer(query), self.client_address)


def _question(query: bytes) -> tuple[str, bytes]:
    """The name that is asked for, and the whole question as it was sent."""
    labels, at = [], HEADER.size
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), query[HEADER.size : at + 1 + QUESTION.size]


def _record(kind: int, data: bytes) -> bytes:
    return RECORD.pack(POINTER_TO_QUESTION, kind, CLASS_IN, 60, len(data)) + data


def _encoded(name: str) -> bytes:
    labels = (label.encode("ascii") for label in name.split("."))
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
