"""HTTP: one request, limited in time and in size. Any status code is an answer.

Redirects lead to http and https only. urllib verifies certificates, and knows the proxies of the
environment.
"""

from __future__ import annotations

import email.utils
import functools
import ssl
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, InvalidURL
from typing import IO, TYPE_CHECKING, Any, Literal
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from publisher.system.threads import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message
    from http.client import HTTPMessage, HTTPResponse
    from urllib.request import OpenerDirector

USER_AGENT = "publisher"
SILENT_SECONDS = 15.0  # how long a server may send nothing
CHUNK = 65_536

# Where to follow redirects: nowhere, so that a redirect is the answer; never from https back to
# http; or from anywhere to anywhere.
Redirects = Literal["none", "secure", "any"]

_TRANSIENT = frozenset({408, 425, 429})
# RFC 9110 section 8.4.1: names are compared without case, and x-gzip is gzip.
_GZIP = frozenset({"gzip", "x-gzip"})
_PLAIN = frozenset({"", "identity"})
_MEMBER = b"\x1f\x8b"  # RFC 1952 section 2.3.1


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `url` is where the last redirect led; `body` is decoded, and maybe not asked for.

    Of an error `body` is the beginning only, as it was sent.
    """

    url: str
    code: int
    headers: Message
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_transient(self) -> bool:
        """Whether the same request may get another answer later."""
        return self.code >= 500 or self.code in _TRANSIENT

    def retry_after(self, now: float) -> float:
        """Seconds until it may be asked again (RFC 9110 section 10.2.3); 0: it does not say.

        `now` is in seconds since 1970, because the header may name a date.
        """
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value[:6])
        try:
            then = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        return max(0.0, then.timestamp() - now)


class PermanentError(ValueError):
    """There is no answer, and there will be none next time."""


class NoAnswerError(Exception):
    """There is no answer, or none that can be read. There may be one next time."""


def request(
    url: str,
    *,
    method: Literal["GET", "HEAD", "POST"] = "GET",
    headers: Mapping[str, str] | None = None,
    form: bytes | None = None,
    redirects: Redirects = "secure",
    seconds: float | None = None,
    max_bytes: int = 0,
    error_bytes: int = 0,
) -> Response:
    """Ask an http(s) URL (a URI, see `text.uris.request_uri`).

    `seconds` is for the whole of it: names, handshakes, redirects and the body, too. Without, only
    a silent server is given up. At most `max_bytes` of a body are read (0: the body is not wanted),
    and `error_bytes` of that of an error. Raises PermanentError, NoAnswerError.
    """
    with _plain_errors():
        asked = Request(  # noqa: S310 - our callers have http by configuration
            url, data=form, headers={"User-Agent": USER_AGENT, **(headers or {})}, method=method
        )

        def exchange() -> Response:
            return _exchange(asked, redirects, max_bytes, error_bytes)

        return exchange() if seconds is None else within(seconds, exchange)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the errors of urllib and of what it is built on into one of ours."""
    try:
        yield
    except PermanentError:
        raise
    except InvalidURL as error:
        raise PermanentError(str(error)) from error
    except (URLError, HTTPException, OSError, ValueError, zlib.error) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            untrusted = f"its certificate is not trusted ({reason.verify_message})"
            raise PermanentError(untrusted) from error
        raise NoAnswerError(str(reason)) from error


def _exchange(asked: Request, redirects: Redirects, max_bytes: int, error_bytes: int) -> Response:
    """Raises URLError, HTTPException, OSError, ValueError, zlib.error."""
    try:
        with _opener(redirects).open(asked, timeout=SILENT_SECONDS) as answer:
            body = _body(answer, max_bytes) if max_bytes else b""
            return Response(answer.geturl(), answer.status, answer.headers, body)
    except HTTPError as error:
        with error:
            beginning = error.read(error_bytes) if error_bytes else b""
            return Response(error.geturl(), error.code, error.headers, beginning)


@functools.cache
def _opener(redirects: Redirects) -> OpenerDirector:
    return build_opener(_RedirectHandler(redirects))


class _RedirectHandler(HTTPRedirectHandler):
    def __init__(self, redirects: Redirects) -> None:
        self._redirects = redirects

    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Closes what is not followed. Raises ValueError."""
        if self._redirects == "none":
            return None
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, req: Request, *answer: Any) -> Request | None:
        """Before anything is asked at the new URL. Raises PermanentError."""
        url: str = answer[-1]
        stays_secure = self._redirects == "secure" and req.full_url.startswith("https:")
        if not url.lower().startswith(("https://",) if stays_secure else ("http://", "https://")):
            raise PermanentError(f"it redirects to {url[:80]}")
        return super().redirect_request(req, *answer)


def _body(answer: HTTPResponse, most: int) -> bytes:
    """The whole body, decoded. Raises OSError, HTTPException, ValueError, zlib.error."""
    read = bytearray()
    while chunk := answer.read1(CHUNK):
        read += chunk
        if len(read) > most:
            raise _too_big(most)
    if answer.length:  # read1 does not say what it misses
        raise ValueError("it is cut short")
    return _decoded(bytes(read), answer.headers.get("Content-Encoding", ""), most)


def _decoded(body: bytes, encoding: str, most: int) -> bytes:
    """Never more than `most` bytes. Raises ValueError, zlib.error."""
    name = encoding.strip().lower()
    if name in _PLAIN:
        return body
    if name not in _GZIP:
        raise PermanentError(f"it is packed as {encoding[:20]}, and nobody asked for that")
    whole = bytearray()
    while True:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole += member.decompress(body, most + 1 - len(whole))
        if len(whole) > most:
            raise _too_big(most)
        if not member.eof:
            raise ValueError("it is cut short")
        body = member.unused_data
        if not body.startswith(_MEMBER):  # browsers ignore what else is behind the end, too
            return bytes(whole)


def _too_big(most: int) -> ValueError:
    return ValueError(f"it has more than {most:,} bytes")
