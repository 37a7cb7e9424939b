"""An XMPP server that means harm, on loopback. Records what the client sends, and tempts it.

It speaks just enough of RFC 6120 to be believed. A client that starts with TLS gets TLS on the same
port where the mode has any; in the other modes it meets a server that does not speak it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import html
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from publisher.app.demo.temporary_server import certificate
from tests.support.floods import FLOODS
from tests.support.web import tls_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.floods import Flood

OTHER_NAME = "elsewhere.example"

TLS = "urn:ietf:params:xml:ns:xmpp-tls"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
CAPS = "http://jabber.org/protocol/caps"
PUBSUB = "http://jabber.org/protocol/pubsub"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STREAMS = "urn:ietf:params:xml:ns:xmpp-streams"

HEADER = (
    "<?xml version='1.0'?><stream:stream from='localhost' id='h' version='1.0' "
    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
NOT_WELL_FORMED = (
    f"<stream:error><not-well-formed xmlns='{STREAMS}'/></stream:error></stream:stream>"
)
OFFER_TLS = f"<starttls xmlns='{TLS}'><required/></starttls>"

# A client that was given a password must not be talked into these; LOGIN tells it.
STRANGE = ("X-OAUTH2", "EXTERNAL", "ANONYMOUS")
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-1")

POPULAR = 20_000  # contacts
SILENT = "silent@localhost"

TLS_RECORD = 0x16
HANDSHAKE_SECONDS = 10.0


@dataclass(frozen=True)
class Certificates:
    """`ca_file` trusts all but `untrusted`; only `good` is for localhost.

    `common_name` has that name, but no subjectAltName.
    """

    ca_file: Path
    good: tuple[Path, Path]
    wrong_name: tuple[Path, Path]
    common_name: tuple[Path, Path]
    untrusted: tuple[Path, Path]

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        good = _certificate(folder / "good", "localhost")
        wrong_name = _certificate(folder / "wrong_name", OTHER_NAME)
        common_name = _certificate_without_names(folder / "common_name", "localhost")
        untrusted = _certificate(folder / "untrusted", "localhost")
        ca_file = folder / "ca.crt"
        trusted = (good, wrong_name, common_name)
        ca_file.write_text("".join(pair[0].read_text() for pair in trusted))
        return cls(ca_file, good, wrong_name, common_name, untrusted)


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    folder.mkdir()
    return certificate(folder, (name,))


def _certificate_without_names(folder: Path, common_name: str) -> tuple[Path, Path]:
    """A certificate without subjectAltName, as they were made before RFC 2818."""
    folder.mkdir()
    crt, key = folder / "server.crt", folder / "server.key"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={common_name}"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-keyout", str(key), "-out", str(crt)]
    subprocess.run(command, check=True, capture_output=True)
    return crt, key


class Hostile:
    """One hostile server while entered; `mode` is a key of `MODES`.

    To a client it looks as the real ones do: `host`, `port` (also `direct_port`), `domain`,
    `service`, and the `ca_file` that the client is to trust.
    """

    host = "127.0.0.1"
    domain = "localhost"
    service = "pubsub.localhost"

    def __init__(self, mode: str, certificates: Certificates) -> None:
        self._act = MODES[mode]
        self._certificates = certificates
        self._received = bytearray()
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))
        self.ca_file = certificates.ca_file
        self.port = self.direct_port = int(self._listener.server_address[1])
        self.connections = 0
        self.sent = 0  # bytes, on the connections that have ended
        self.waited = 0.0  # seconds from the roster to the first item
        self.elsewhere: Hostile | None = None
        if mode == "redirect":
            self.elsewhere = Hostile("honest", certificates)

    def __enter__(self) -> Self:
        self._thread.start()
        if self.elsewhere:
            self.elsewhere.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.end()
        self._thread.join()
        if self.elsewhere:
            self.elsewhere.__exit__()

    @property
    def received(self) -> bytes:
        """All that clients sent, here and where they were sent to; decrypted, if TLS came about."""
        return bytes(self._received) + (self.elsewhere.received if self.elsewhere else b"")

    @property
    def attempts(self) -> int:
        """How often a client tried to log in."""
        return self.received.count(b"<auth")

    @property
    def let_in(self) -> bool:
        """Whether a client believed that it was logged in, and went on."""
        return b"<bind" in self.received

    def saw(self, secret: str) -> bool:
        """Whether the secret arrived: in clear, in hexadecimal, or anywhere inside base64."""
        wanted = secret.encode()
        seen = html.unescape(self.received.decode(errors="replace")).encode()
        forms = [seen, *map(_decoded, re.findall(rb"[A-Za-z0-9+/]{4,}", seen))]
        return any(wanted in form for form in forms) or wanted.hex().encode() in seen.lower()

    def meet(self, connection: socket.socket) -> None:
        """One connection, from its first byte to its last."""
        self.connections += 1
        conversation = Conversation(connection, self._received, self._certificates)
        try:
            self._act(conversation, self)
            conversation.listen()
        except OSError:
            pass  # the client has gone, or would not have our certificate
        finally:
            self.sent += conversation.sent
            conversation.close()


def _decoded(token: bytes) -> bytes:
    try:
        return base64.b64decode(token + b"=" * (-len(token) % 4))
    except binascii.Error:
        return b""


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, hostile: Hostile) -> None:
        super().__init__((Hostile.host, 0), socketserver.BaseRequestHandler)
        self._hostile = hostile
        self._open: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        # A second handle on the connection: TLS takes the first one over.
        self._open.append(request.dup())
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._hostile.meet(request)

    def end(self) -> None:
        self.shutdown()
        for connection in self._open:
            with connection, contextlib.suppress(OSError):  # the client may have been first
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()  # waits for the conversations


class Conversation:
    """The server's side of one connection."""

    _HEADER: ClassVar = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*<(?:\w+:)?stream\b[^>]*>")
    _ELEMENT: ClassVar = re.compile(
        rb"\s*<(?P<name>\w+)\b(?P<attributes>[^>]*?)(?:/>|>(?P<text>.*?)</(?P=name)>)", re.DOTALL
    )

    def __init__(
        self, connection: socket.socket, record: bytearray, certificates: Certificates
    ) -> None:
        self._connection = connection
        self._record = record
        self._unread = b""
        self.sent = 0
        self.certificates = certificates

    def starts_with_tls(self) -> bool:
        if isinstance(self._connection, ssl.SSLSocket):
            return False
        first = self._connection.recv(1, socket.MSG_PEEK)
        return bool(first) and first[0] == TLS_RECORD

    def send(self, text: str) -> None:
        self._connection.sendall(text.encode())
        self.sent += len(text)

    def open(self, *features: str) -> None:
        """Awaits the client's stream header and answers with ours and our features."""
        self.greet()
        self.send(f"<stream:features>{''.join(features)}</stream:features>")

    def greet(self) -> None:
        """Awaits the client's stream header and answers with ours."""
        if self.starts_with_tls():
            self.send(f"{HEADER}{NOT_WELL_FORMED}")
            raise ConnectionError("the client wants TLS, where this server has none")
        self._await(self._HEADER)
        self.send(HEADER)

    def element(self) -> re.Match[bytes]:
        """The next element that the client sends: its name, attributes and text."""
        return self._await(self._ELEMENT)

    def secure(self, pair: tuple[Path, Path], *, newest: ssl.TLSVersion | None = None) -> None:
        """TLS with the certificate, in the way in which the client wants it.

        `newest` is the newest version that the server offers.
        """
        if not self.starts_with_tls():
            self.open(OFFER_TLS)
            self.element()
            self.send(f"<proceed xmlns='{TLS}'/>")
        context = tls_context(pair, newest=newest)
        self._connection.settimeout(HANDSHAKE_SECONDS)
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._connection.settimeout(None)

    def listen(self) -> None:
        """Records until the client leaves; says nothing more."""
        while self._receive():
            pass

    def close(self) -> None:
        self._connection.close()

    def _await(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        while not (found := pattern.match(self._unread)):
            more = self._receive()
            if not more or b"</stream:stream>" in more:
                raise ConnectionError("the client takes its leave")
            self._unread += more
        self._unread = self._unread[found.end() :]
        return found

    def _receive(self) -> bytes:
        got = self._connection.recv(65536)
        self._record += got
        return got


# What the modes do


def _strip(client: Conversation, _: Hostile) -> None:
    """As behind somebody who cuts STARTTLS out: SASL in clear."""
    client.open(_mechanisms("PLAIN", "SCRAM-SHA-1", "LOGIN"))
    _log_in(client)


def _login_only(client: Conversation, _: Hostile) -> None:
    client.open(_mechanisms("LOGIN"))
    _log_in(client)


def _strange_only(client: Conversation, _: Hostile) -> None:
    client.open(_mechanisms(*STRANGE))
    _log_in(client)


def _redirect(client: Conversation, hostile: Hostile) -> None:
    """Sends the client to a server that would let it in, and learn its password."""
    assert hostile.elsewhere
    if client.starts_with_tls():
        client.secure(client.certificates.good)
    _send_to(f"{hostile.elsewhere.host}:{hostile.elsewhere.port}", client)


def _redirect_name(client: Conversation, hostile: Hostile) -> None:
    """Talks the client into another name, then shows a trusted certificate for that one."""
    if hostile.connections > 1:
        return _wrong_name(client, hostile)
    if client.starts_with_tls():
        client.secure(client.certificates.good)
    return _send_to(f"{OTHER_NAME}:{hostile.port}", client)


def _send_to(address: str, client: Conversation) -> None:
    client.greet()
    client.send(
        f"<stream:error><see-other-host xmlns='{STREAMS}'>{address}</see-other-host>"
        "</stream:error></stream:stream>"
    )


def _silent(_client: Conversation, _: Hostile) -> None:
    pass


def _silent_after_tls(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.good)


def _garbage(client: Conversation, _: Hostile) -> None:
    client.starts_with_tls()
    client.send("HTTP/1.1 400 Bad Request\r\n\r\n<html><p>&nbsp;<br></html>\x00\x01")


def _starttls_refused(client: Conversation, _: Hostile) -> None:
    """Goes on in clear, if the client does."""
    client.open(OFFER_TLS, _mechanisms("PLAIN", "LOGIN"))
    while client.element()["name"] == b"starttls":
        client.send(f"<failure xmlns='{TLS}'/>")
    _log_in(client)


def _tls_login_only(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.good)
    client.open(_mechanisms("LOGIN"))
    _log_in(client)


def _tls_strange_only(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.good)
    client.open(_mechanisms(*STRANGE))
    _log_in(client)


def _untrusted(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.untrusted)
    client.open(_mechanisms("PLAIN", "LOGIN"))
    _log_in(client)


def _wrong_name(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.wrong_name)
    client.open(_mechanisms("PLAIN", "LOGIN"))
    _log_in(client)


def _common_name(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.common_name)
    client.open(_mechanisms("PLAIN", "LOGIN"))
    _log_in(client)


def _old_tls(client: Conversation, _: Hostile) -> None:
    client.secure(client.certificates.good, newest=ssl.TLSVersion.TLSv1)
    client.open(_mechanisms("PLAIN", "LOGIN"))
    _log_in(client)


def _wrong_password(client: Conversation, _: Hostile) -> None:
    """Not hostile, but it counts the attempts."""
    client.secure(client.certificates.good)
    client.open(_mechanisms(*SCRAM, "PLAIN"))
    while True:
        client.element()
        client.send(f"<failure xmlns='{SASL}'><not-authorized/></failure>")


def _early_success(client: Conversation, _: Hostile) -> None:
    """Does not even ask for the proof that SCRAM is about."""
    client.secure(client.certificates.good)
    client.open(_mechanisms(*SCRAM))
    client.element()
    client.send(f"<success xmlns='{SASL}'/>")
    _let_in(client)


def _unproven_success(client: Conversation, _: Hostile) -> None:
    """Asks for the client's proof, and gives none of its own."""
    client.secure(client.certificates.good)
    client.open(_mechanisms(*SCRAM))
    _challenge(client, client.element(), iterations=4096)
    client.element()
    client.send(f"<success xmlns='{SASL}'>{_encoded('v=' + _encoded('no proof'))}</success>")
    _let_in(client)


def _many_iterations(client: Conversation, _: Hostile) -> None:
    """SCRAM that would take the client hours."""
    client.secure(client.certificates.good)
    client.open(_mechanisms(*SCRAM))
    _challenge(client, client.element(), iterations=2**32 - 1)


def _flood(flood: Flood, client: Conversation, _: Hostile) -> None:
    """Sends more than anybody can keep, at the flood's moment."""
    if flood.moment not in {"header", "before_tls"}:
        client.secure(client.certificates.good)
    if flood.moment in {"before_tls", "before_login"}:
        client.greet()
    if flood.moment in {"after_login", "in_answer", "after_presence"}:
        _welcome(client)
    if flood.moment == "in_answer":
        client.element()
    if flood.moment == "after_presence":
        _answer_until(client, b"<presence")
    for chunk in flood.chunks():
        client.send(chunk)


def _popular(client: Conversation, hostile: Hostile) -> None:
    """An honest server with an account that has many contacts, of which one does not answer."""
    client.secure(client.certificates.good)
    _welcome(client)
    asked = _answer_until(client, b"jabber:iq:roster")
    began = time.monotonic()
    contacts = [f"contact-{number}@localhost" for number in range(POPULAR)]
    items = "".join(f"<item jid='{jid}' subscription='both'/>" for jid in (SILENT, *contacts))
    _answer(client, asked, f"<query xmlns='jabber:iq:roster'>{items}</query>")
    for number, jid in enumerate(contacts):
        caps = f"<c xmlns='{CAPS}' hash='sha-1' node='https://client.example' ver='{number}'/>"
        client.send(f"<presence from='{jid}/client'>{caps}</presence>")
    asked = _answer_until(client, b"<publish ")
    hostile.waited = time.monotonic() - began
    _answer(client, asked)
    _answer_all(client)


def _answer_until(client: Conversation, text: bytes) -> re.Match[bytes]:
    """Answers everything up to a stanza with this text, which is returned."""
    while text not in (stanza := client.element())[0]:
        _answer(client, stanza)
    return stanza


def _welcome(client: Conversation) -> None:
    """Lets the client in, as far as its resource."""
    client.open(_mechanisms("PLAIN"))
    client.element()
    client.send(f"<success xmlns='{SASL}'/>")
    client.open(f"<bind xmlns='{BIND}'/>")
    _answer(client, client.element())


def _honest(client: Conversation, _: Hostile) -> None:
    """A server that may be trusted, and wants the password: the control of `saw`."""
    client.secure(client.certificates.good)
    client.open(_mechanisms("PLAIN"))
    _log_in(client)


MODES: dict[str, Callable[[Conversation, Hostile], None]] = {
    "strip": _strip,
    "login_only": _login_only,
    "strange_only": _strange_only,
    "redirect": _redirect,
    "redirect_name": _redirect_name,
    "silent": _silent,
    "silent_after_tls": _silent_after_tls,
    "garbage": _garbage,
    "starttls_refused": _starttls_refused,
    "tls_login_only": _tls_login_only,
    "tls_strange_only": _tls_strange_only,
    "untrusted": _untrusted,
    "wrong_name": _wrong_name,
    "common_name": _common_name,
    "old_tls": _old_tls,
    "wrong_password": _wrong_password,
    "early_success": _early_success,
    "unproven_success": _unproven_success,
    "many_iterations": _many_iterations,
    "honest": _honest,
    "popular": _popular,
    **{name: functools.partial(_flood, flood) for name, flood in FLOODS.items()},
}


def _mechanisms(*names: str) -> str:
    each = "".join(f"<mechanism>{name}</mechanism>" for name in names)
    return f"<mechanisms xmlns='{SASL}'>{each}</mechanisms>"


def _log_in(client: Conversation) -> None:
    """Takes whatever the client tells, and lets it in. Draws the password out of LOGIN."""
    while b"SCRAM" in (auth := client.element())["attributes"]:
        _challenge(client, auth, iterations=4096)
        client.element()
        client.send(f"<failure xmlns='{SASL}'><not-authorized/></failure>")
    if b"LOGIN" in auth["attributes"]:
        for prompt in ("Username:", "Password:"):
            client.send(f"<challenge xmlns='{SASL}'>{_encoded(prompt)}</challenge>")
            client.element()
    client.send(f"<success xmlns='{SASL}'/>")
    _let_in(client)


def _challenge(client: Conversation, auth: re.Match[bytes], *, iterations: int) -> None:
    """The server's first message of RFC 5802."""
    first = base64.b64decode(auth["text"] or b"").decode()
    nonce = first.partition("r=")[2]
    answer = f"r={nonce}hostile,s={_encoded('some salt')},i={iterations}"
    client.send(f"<challenge xmlns='{SASL}'>{_encoded(answer)}</challenge>")


def _let_in(client: Conversation) -> None:
    """Binds, and says yes to everything."""
    client.open(f"<bind xmlns='{BIND}'/>")
    _answer_all(client)


def _answer_all(client: Conversation) -> None:
    while True:
        _answer(client, client.element())


def _answer(client: Conversation, stanza: re.Match[bytes], content: str = "") -> None:
    found = re.search(rb"""\bid=["']([^"']*)""", stanza["attributes"])
    if stanza["name"] == b"iq" and found:
        text = stanza["text"] or b""
        parts = [content, *(part for asked, part in _SAID if asked in text)]
        client.send(f"<iq type='result' id='{found[1].decode()}'>{''.join(parts)}</iq>")


# What the answer has, if the request has this element: anybody is the owner of a node, and contacts
# hear of its items only while that account is online.
_SAID = (
    (b"<bind", f"<bind xmlns='{BIND}'><jid>blog@localhost/h</jid></bind>"),
    (
        b"<affiliations",
        f"<pubsub xmlns='{PUBSUB}'><affiliations><affiliation affiliation='owner'/></affiliations>"
        "</pubsub>",
    ),
    (
        b"<configure",
        f"<pubsub xmlns='{PUBSUB}#owner'><configure><x xmlns='jabber:x:data' type='form'>"
        "<field var='pubsub#presence_based_delivery'><value>0</value></field></x></configure>"
        "</pubsub>",
    ),
)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
