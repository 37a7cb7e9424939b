"""A document of the web, asked for only if it changed (RFC 9110 section 13); size and time bounded.

What is kept comes again where the server says that nothing changed. Follows redirections to http
and https only, and never from https back to http.
"""

from __future__ import annotations

import hashlib
import ssl
import threading
import zlib
from contextlib import contextmanager, suppress
from http.client import HTTPException, InvalidURL
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from publisher.errors import ConfigError, Unavailable
from publisher.system import atomic_files
from publisher.text import uris

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from http.client import HTTPMessage, HTTPResponse
    from pathlib import Path

MAX_BYTES = 30_000_000
SECONDS = 60.0
REQUEST_SECONDS = 15.0
CHUNK = 65_536

T = TypeVar("T")

_RETRIED = frozenset({408, 425, 429})
# RFC 9110 section 8.4.1: names are compared without case, and x-gzip is gzip.
_GZIP = frozenset({"gzip", "x-gzip"})
_PLAIN = frozenset({"", "identity"})
_MEMBER = b"\x1f\x8b"  # RFC 1952 section 2.3.1


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What was there: `url` is where it was found in the end."""

    asked: str
    url: str
    type: str
    body: bytes
    etag: str | None = None
    modified: str | None = None


def fetch(address: str, cache: Path, *, seconds: float = SECONDS) -> Document:
    """The document at an http address, or what was kept of it, in so many seconds at most.

    `cache` is a folder of ours, which may not be there yet. Raises Unavailable where trying again
    may help, else ConfigError.
    """
    known = _known(_file(address, cache), address)
    headers = {"User-Agent": "publisher", "Accept-Encoding": "gzip"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.modified:
        headers["If-Modified-Since"] = known.modified
    try:
        with plain_errors():
            return within(seconds, lambda: _get(address, headers))
    except HTTPError as error:
        error.close()
        if error.code == 304 and known:
            return known
        raise _refused(address, error.code) from error
    except NeverError as error:
        raise ConfigError(f"{address} cannot be read: {error}; correct the address") from error
    except NoAnswerError as error:
        raise Unavailable(f"{address} cannot be read: {error}; try again later") from error


def keep(document: Document, cache: Path) -> None:
    """Let it come again as long as it does not change. For what has proved to be a good one.

    Where the folder cannot be written, it is asked for in full the next time.
    """
    if document.etag or document.modified:
        with suppress(OSError):
            atomic_files.write(_file(document.asked, cache), msgspec.msgpack.encode(document))


def _file(address: str, cache: Path) -> Path:
    return cache / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.fetched"


def _known(file: Path, address: str) -> Document | None:
    """What was kept; a file that cannot be read is as good as none."""
    try:
        document = msgspec.msgpack.decode(file.read_bytes(), type=Document)
    except (OSError, msgspec.MsgspecError):
        return None
    return document if document.asked == address else None


def _refused(address: str, code: int) -> Unavailable | ConfigError:
    if is_passing(code):
        return Unavailable(f"{address} answers {code}; try again later")
    return ConfigError(f"{address} answers {code}: there is nothing to read; correct the address")


def is_passing(code: int) -> bool:
    """Whether the same request may get another answer later."""
    return code >= 500 or code in _RETRIED


class NeverError(ValueError):
    """What will be the same next time."""


class NoAnswerError(Exception):
    """There was no answer, or none that can be read. There may be one next time."""


@contextmanager
def plain_errors() -> Iterator[None]:
    """For what asks the web: raises HTTPError, which is an answer, NeverError or NoAnswerError."""
    try:
        yield
    except (HTTPError, NeverError):
        raise
    except InvalidURL as error:
        raise NeverError(str(error)) from error
    except (URLError, HTTPException, OSError, ValueError, zlib.error) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            untrusted = f"its certificate is not trusted ({reason.verify_message})"
            raise NeverError(untrusted) from error
        raise NoAnswerError(str(reason)) from error


def within(seconds: float, get: Callable[[], T]) -> T:
    """What it returns or raises; else TimeoutError: names, handshakes and headers count, too.

    What takes longer is left to itself. It ends with the process at the latest.
    """
    done: list[T | BaseException] = []

    def work() -> None:
        try:
            done.append(get())
        except BaseException as error:
            done.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise TimeoutError("it takes too long")
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


class Redirections(HTTPRedirectHandler):
    """All kinds of them alike, answered by `http_error_302`."""

    def http_error_301(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        return self.http_error_302(req, fp, code, msg, headers)

    http_error_303 = http_error_307 = http_error_308 = http_error_301


class _Careful(Redirections):
    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Closes what is not followed. Raises ValueError."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError:
            fp.close()
            raise

    def redirect_request(self, req: Request, *answer: Any) -> Request | None:
        """Before anything is asked at the new address. Raises NeverError."""
        address: str = answer[-1]
        wanted = ("https://",) if req.full_url.startswith("https:") else ("http://", "https://")
        if not address.lower().startswith(wanted):
            raise NeverError(f"it redirects to {address[:80]}")
        return super().redirect_request(req, *answer)


_OPENER = build_opener(_Careful)


def _get(address: str, headers: dict[str, str]) -> Document:
    """Raises HTTPError, URLError, HTTPException, OSError, ValueError, zlib.error."""
    request = Request(uri(address), headers=headers)  # noqa: S310 - http by configuration
    with _OPENER.open(request, timeout=REQUEST_SECONDS) as answer:
        found: Message = answer.headers
        return Document(
            asked=address,
            url=answer.geturl(),
            type=found.get("Content-Type", ""),
            body=_unpacked(body(answer), found.get("Content-Encoding", "")),
            etag=found.get("ETag"),
            modified=found.get("Last-Modified"),
        )


def uri(address: str) -> str:
    """The address as it is sent (RFC 3987 section 3.1). Raises NeverError."""
    try:
        parts = urlsplit(uris.uri(address.partition("#")[0]))
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise NeverError(str(error)) from error
    if not host or "%" in host:
        raise NeverError("it names no host")
    place = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{place}{port}{parts.path or '/'}{query}"


def body(answer: HTTPResponse, *, most: int = MAX_BYTES) -> bytes:
    """As it was sent, whole. Raises OSError, HTTPException, ValueError."""
    read = bytearray()
    while chunk := answer.read1(CHUNK):
        read += chunk
        if len(read) > most:
            raise _too_big(most)
    if answer.length:  # read1 says nothing of what it misses
        raise ValueError("it is cut short")
    return bytes(read)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Never more than MAX_BYTES, whatever it was packed into. Raises ValueError, zlib.error."""
    name = encoding.strip().lower()
    if name in _PLAIN:
        return body
    if name not in _GZIP:
        raise NeverError(f"it is packed as {encoding[:20]}, and nobody asked for that")
    whole = bytearray()
    while True:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole += member.decompress(body, MAX_BYTES + 1 - len(whole))
        if len(whole) > MAX_BYTES:
            raise _too_big(MAX_BYTES)
        if not member.eof:
            raise ValueError("it is cut short")
        body = member.unused_data
        if not body.startswith(_MEMBER):  # browsers ignore what else is behind the end, too
            return bytes(whole)


def _too_big(most: int) -> ValueError:
    return ValueError(f"it has more than {most:,} bytes")
