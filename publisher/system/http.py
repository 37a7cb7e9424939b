"""Send one HTTP request, limited in time and size. A response with any status code is a result.

Other schemes than http and https are refused, also in redirects. urllib verifies certificates and
uses the proxies of the environment.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import ssl
import string
import zlib
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from typing import IO, TYPE_CHECKING, Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from msgspec import Struct

from publisher.system.network_reasons import OLD_TLS, is_old_tls, network_reason
from publisher.system.reachable_hosts import NotPublicError, ReachableHosts
from publisher.system.threads import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message
    from http.client import HTTPMessage, HTTPResponse

USER_AGENT = "publisher"
SILENT_SECONDS = 15.0  # the longest time in which a server may send nothing
CHUNK = 65_536
GZIP_SLICE = 1_024
REASON = 200  # characters of the text of an error, which may repeat what the server sent

# Which redirects to follow: `none`, so that a redirect is the response; `secure`, all except those
# from https to http; `all`.
Redirects = Literal["none", "secure", "all"]

# RFC 9110 section 15.5.9, RFC 8470 section 5.2 and RFC 6585 section 4.
_TRANSIENT = frozenset({408, 425, 429})
# RFC 9110 section 8.4.1: names are case-insensitive, and x-gzip is gzip.
_GZIP = frozenset({"gzip", "x-gzip"})
_PLAIN = frozenset({"", "identity"})
_ASK = "ask the owner of the server"
_TRUST = f"install the certificate of its authority, or {_ASK}"
_SCHEMES = ("http://", "https://")
_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952 section 2.3.1: each member begins with it


class Response(Struct, frozen=True):
    """A response. `url` is that of the last redirect; `body` is decoded.

    If the caller does not want a body, it is empty. For an error status it is the beginning of the
    body, not decoded.
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
        """Whether the same request may succeed later."""
        return self.code >= 500 or self.code in _TRANSIENT

    def retry_after(self, now: float) -> float:
        """Seconds to wait before the next request (RFC 9110 section 10.2.3); 0 without the header.

        `now` is in seconds since 1970: the header may be a date.
        """
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value[:6])  # six digits are more than a week
        try:
            then = email.utils.parsedate_to_datetime(value)
        # email.utils passes numbers of any length on to `datetime`, which raises OverflowError.
        except (ValueError, OverflowError):
            return 0.0
        # The zone -0000 gives a naive time (RFC 5322 section 3.3): UTC, not the machine's zone.
        aware = then if then.tzinfo else then.replace(tzinfo=dt.UTC)
        return max(0.0, aware.timestamp() - now)


class PermanentError(ValueError):
    """The request failed and will fail again, e.g. because of an untrusted certificate."""


class InsecureServerError(PermanentError):
    """The server's certificate or version of TLS is not safe. The message says what to do."""


class NoAnswerError(Exception):
    """There was no response, or an unreadable one. The same request may succeed later."""


def request(
    url: str,
    *,
    method: Literal["GET", "HEAD", "POST"] = "GET",
    headers: Mapping[str, str] | None = None,
    form: bytes | None = None,
    redirects: Redirects = "secure",
    reach: ReachableHosts | None = None,
    seconds: float | None = None,
    max_bytes: int = 0,
    error_bytes: int = 0,
) -> Response:
    """Send a request to an http(s) URL, which must be a URI (see `text.uris.request_uri`).

    `reach` limits the hosts of the URL and of all redirects; None allows any host.
    `seconds` limits the whole exchange: name resolution, handshakes, redirects and body. Without
    it, only a server that sends nothing for SILENT_SECONDS is given up. `max_bytes` limits the
    body (0: the body is not read), `error_bytes` the body of an error status.
    Raises PermanentError (InsecureServerError), NotPublicError (see `hosts.ReachableHosts`),
    NoAnswerError.
    """
    if not url.lower().startswith(_SCHEMES):
        raise PermanentError("it is neither an http nor an https URL")
    with _plain_errors():
        prepared = Request(  # noqa: S310 - the URL is http or https
            url, data=form, headers={"User-Agent": USER_AGENT, **(headers or {})}, method=method
        )

        def exchange() -> Response:
            return _exchange(_opener(redirects, reach), prepared, max_bytes, error_bytes)

        return exchange() if seconds is None else within(seconds, exchange)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the errors of urllib and the modules below it into PermanentError or NoAnswerError."""
    try:
        yield
    except (PermanentError, NotPublicError):
        raise
    # InvalidURL is an HTTPException, too, but no retry helps.
    except InvalidURL as error:
        raise PermanentError("it is not a valid URL") from error
    except zlib.error as error:
        raise PermanentError("the response is not valid gzip") from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            untrusted = f"its certificate is not trusted ({reason.verify_message[:REASON]})"
            raise InsecureServerError(f"{untrusted}; {_TRUST}") from error
        if is_old_tls(reason):
            raise InsecureServerError(f"it {OLD_TLS}; {_ASK}") from error
        raise NoAnswerError(network_reason(reason)[:REASON]) from error


def _exchange(
    opener: OpenerDirector, prepared: Request, max_bytes: int, error_bytes: int
) -> Response:
    """Send the request and read the body. Raises errors that `_plain_errors` turns into ours."""
    try:
        with opener.open(prepared, timeout=SILENT_SECONDS) as answer:
            body = _body(answer, max_bytes) if max_bytes else b""
            return Response(answer.geturl(), answer.status, answer.headers, body)
    except HTTPError as error:
        with error:
            beginning = error.read(error_bytes) if error_bytes else b""
            return Response(error.geturl(), error.code, error.headers, beginning)


@functools.cache
def _opener(redirects: Redirects, reach: ReachableHosts | None) -> OpenerDirector:
    # Not `build_opener`, whose openers also read files and FTP servers.
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        _HttpHandler(reach),
        _HttpsHandler(reach),
        HTTPDefaultErrorHandler(),
        _RedirectHandler(redirects),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


@functools.cache
def _tls() -> ssl.SSLContext:
    """TLS 1.2 or later that verifies the chain and the name; made once, because that is slow."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # RFC 9525 section 6.3: the common name of a certificate is no host name.
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    return context


class _HttpHandler(HTTPHandler):
    def __init__(self, reach: ReachableHosts | None) -> None:
        super().__init__()
        self._reach = reach

    def http_open(self, req: Request) -> HTTPResponse:
        if self._reach is None or _is_proxied(req, self._reach):
            return self.do_open(HTTPConnection, req)
        return self.do_open(functools.partial(_CheckedConnection, self._reach), req)


class _HttpsHandler(HTTPSHandler):
    def __init__(self, reach: ReachableHosts | None) -> None:
        super().__init__(context=_tls())
        self._reach = reach

    def https_open(self, req: Request) -> HTTPResponse:
        if self._reach is None or _is_proxied(req, self._reach):
            return self.do_open(HTTPSConnection, req, context=_tls())
        return self.do_open(functools.partial(_CheckedTlsConnection, self._reach), req)


def _is_proxied(req: Request, reach: ReachableHosts) -> bool:
    """Whether a proxy of the environment sends the request. Raises NotPublicError.

    The connection then leads to the proxy, so only the name can be checked.
    """
    # urllib keeps the host of a tunnelled request in an attribute without a public name.
    if not (req.has_proxy() or getattr(req, "_tunnel_host", None)):
        return False
    reach.require(unquote(urlsplit(req.full_url).hostname or ""))
    return True


class _CheckedConnection(HTTPConnection):
    """Connects to an address that was checked."""

    def __init__(self, reach: ReachableHosts, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._reach = reach

    def connect(self) -> None:
        self.sock = self._reach.connect(self.host, self.port, self.timeout)


class _CheckedTlsConnection(_CheckedConnection):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = _tls().wrap_socket(self.sock, server_hostname=self.host)


class _RedirectHandler(HTTPRedirectHandler):
    """Follows the redirects that the policy allows, and closes the connection of the others."""

    def __init__(self, redirects: Redirects) -> None:
        self._redirects = redirects

    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        if self._redirects == "none":
            return None
        try:
            # urllib reads the obsolete header URI as well.
            _check_location(headers.get("Location") or headers.get("URI") or "")
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError:
            fp.close()  # urllib closes it only if it follows the redirect
            raise

    # urllib finds the method for a status code by its name.
    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, req: Request, *answer: Any) -> Request | None:
        """Check the new URL before anything is sent there. Raises PermanentError."""
        url: str = answer[-1]
        visited: dict[str, int] = getattr(req, "redirect_dict", {})  # how often, by urllib
        # urllib has the same limits, but would return the last redirect as the response.
        if visited.get(url, 0) >= self.max_repeats or len(visited) >= self.max_redirections:
            raise PermanentError(f"the server redirects too often, last to {_shown(url)}")
        must_be_secure = self._redirects == "secure" and req.full_url.startswith("https:")
        schemes = ("https://",) if must_be_secure else _SCHEMES
        if not url.lower().startswith(schemes):
            raise PermanentError(f"the server redirects to {_shown(url)}")
        return super().redirect_request(req, *answer)


def _check_location(location: str) -> None:
    """Raise PermanentError if no request can be sent to this URL, which may be relative.

    urllib would return a redirect to a scheme such as `file` as the response.
    """
    problem = f"the server redirects to {_shown(location)}"
    try:
        url = urlsplit(location)
        # The socket module encodes host names like this, and fails for e.g. an empty label.
        (url.hostname or "").encode("idna")
        url.port  # noqa: B018 - raises ValueError if it is not the number of a port
    except ValueError as error:
        raise PermanentError(f"{problem}, which is not a valid URL") from error
    if url.scheme not in {"", "http", "https"}:
        raise PermanentError(problem)


def _shown(url: str) -> str:
    """The beginning of a URL for a message, without control characters."""
    return quote(url[:80], safe=string.punctuation)


def _body(answer: HTTPResponse, most: int) -> bytes:
    """The whole body, decoded. Raises OSError, HTTPException, ValueError, zlib.error."""
    read = bytearray()
    while chunk := answer.read1(CHUNK):
        read += chunk
        if len(read) > most:
            raise _too_big(most)
    if answer.length:  # read1 raises no IncompleteRead if the connection ends early
        raise ValueError("the response is cut short")
    return _decoded(bytes(read), answer.headers.get("Content-Encoding", ""), most)


def _decoded(body: bytes, encoding: str, most: int) -> bytes:
    """Decompress the body, at most `most` bytes of it. Raises ValueError, zlib.error."""
    name = encoding.strip().lower()
    if name in _PLAIN:
        return body
    if name not in _GZIP:
        raise PermanentError(f"the response has the unknown Content-Encoding {encoding[:20]}")
    decoded, end = bytearray(), 0
    while True:
        end = _add_member(decoded, body, end, most)
        if not body.startswith(_GZIP_MAGIC, end):  # browsers ignore trailing garbage, too
            return bytes(decoded)


def _add_member(decoded: bytearray, body: bytes, start: int, most: int) -> int:
    """Append the gzip member at `start` to `decoded`. Return where it ends.

    zlib copies what follows the end of a member out of its input. It gets the body in small slices,
    because otherwise a body of many small members would be copied once for each of them.
    """
    # With 16 zlib expects the header of gzip.
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for position in range(start, len(body), GZIP_SLICE):
        piece = body[position : position + GZIP_SLICE]
        # One byte more shows that the limit is exceeded. The argument is never 0, which would mean
        # no limit.
        decoded += member.decompress(piece, most + 1 - len(decoded))
        if len(decoded) > most:
            raise _too_big(most)
        if member.eof:
            return position + len(piece) - len(member.unused_data)
    raise ValueError("the response is cut short")


def _too_big(most: int) -> PermanentError:
    return PermanentError(f"the response has more than {most:,} bytes")
