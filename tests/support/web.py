"""Servers of the tests, on loopback: a web that answers what a test told it, and others."""

from __future__ import annotations

import ssl
import threading
import time
import warnings
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from publisher.app.demo.temporary_server import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answers one request, and says nothing of it."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(
        self, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        pass


class Loopback:
    """A server as long as its context lasts; `url` is where it is. Nobody waits for its answers."""

    scheme = "http"

    def serve(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self._server.server_address[1]}"


class Secure(Loopback):
    """A TLS server with a certificate that it signed itself."""

    scheme = "https"

    def __init__(self, folder: Path) -> None:
        self.start(tls_context(certificate(folder, ("127.0.0.1",))))

    def start(self, context: ssl.SSLContext) -> None:
        self.serve(BaseHTTPRequestHandler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)


def tls_context(pair: tuple[Path, Path], *, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A server's TLS with a certificate and its key; `newest` is the newest version it offers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    if newest:
        context.set_ciphers("ALL:@SECLEVEL=0")  # OpenSSL has no old version otherwise
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
    return context


class Untrustworthy(Secure):
    """A TLS server with whatever its context has."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.start(context)


@dataclass
class Answer:
    """What a path answers. `wait` is called before the body is sent, `hold` before the headers.

    Of the body it says that it has `missing` bytes more. `drip` are the seconds before each byte.
    """

    body: bytes = b""
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: Callable[[], object] = lambda: None
    hold: Callable[[], object] = lambda: None
    missing: int = 0
    drip: float = 0.0


class Web(Loopback):
    """`answers` by path; with an ETag of theirs it answers 304 where it should."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        web = self

        class Pages(Handler):
            def do_GET(self) -> None:
                web.asked.append((self.path, dict(self.headers)))
                answer = web.answers.get(self.path, Answer(code=404))
                etag = answer.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    answer = Answer(code=304)
                answer.hold()
                length = {"Content-Length": str(len(answer.body) + answer.missing)}
                self.answer(answer.code, headers={**answer.headers, **length})
                answer.wait()
                self._send(answer)

            def _send(self, answer: Answer) -> None:
                if not answer.drip:
                    self.wfile.write(answer.body)
                    return
                for byte in answer.body:
                    time.sleep(answer.drip)
                    self.wfile.write(bytes([byte]))

        self.serve(Pages)
