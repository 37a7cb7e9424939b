"""A document of the web, asked for only if it changed (RFC 9110 section 13); size and time bounded.

What came last is kept, with what identifies it, and comes again where the server says that nothing
changed. Follows redirections to http and https only.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import zlib
from contextlib import suppress
from http.client import HTTPException
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec

from publisher.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

MAX_BYTES = 30_000_000
SECONDS = 60.0
REQUEST_SECONDS = 15.0
CHUNK = 65_536

_RETRIED = frozenset({408, 425, 429})


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What was there: `url` is where it was found in the end."""

    asked: str
    url: str
    type: str
    body: bytes
    etag: str | None = None
    modified: str | None = None


def fetch(address: str, cache: Path, *, seconds: float = SECONDS) -> Document:
    """The document at an http address.

    `cache` is a folder of ours, which may not be there yet. Raises Unavailable where trying again
    may help, else ConfigError.
    """
    file = cache / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.fetched"
    known = _known(file, address)
    headers = {"User-Agent": "publisher", "Accept-Encoding": "gzip"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.modified:
        headers["If-Modified-Since"] = known.modified
    try:
        document = _get(address, headers, time.monotonic() + seconds)
    except HTTPError as error:
        error.close()
        if error.code == 304 and known:
            return known
        raise _refused(address, error.code) from error
    except (URLError, HTTPException, OSError, ValueError, zlib.error) as error:
        reason = getattr(error, "reason", None) or error
        raise Unavailable(f"{address} cannot be read: {reason}; try again later") from error
    if document.etag or document.modified:
        _keep(file, document)
    return document


def _refused(address: str, code: int) -> Unavailable | ConfigError:
    if code >= 500 or code in _RETRIED:
        return Unavailable(f"{address} answers {code}; try again later")
    return ConfigError(f"{address} answers {code}: there is nothing to read; correct the address")


def _get(address: str, headers: dict[str, str], deadline: float) -> Document:
    """Raises HTTPError, URLError, OSError, ValueError."""
    request = Request(address, headers=headers)  # noqa: S310 - http by configuration
    with urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310
        found: Message = answer.headers
        body = _body(answer, found.get("Content-Encoding", ""), deadline)
        return Document(
            asked=address,
            url=_web(answer.geturl()),
            type=found.get("Content-Type", ""),
            body=body,
            etag=found.get("ETag"),
            modified=found.get("Last-Modified"),
        )


def _web(url: str) -> str:
    """Raises ValueError for what is not of the web: urllib follows to ftp, too."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"it redirects to {url[:80]}")
    return url


def _body(answer: IO[bytes], encoding: str, deadline: float) -> bytes:
    """Never more than MAX_BYTES, whatever it was packed into. Raises OSError, ValueError."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    body = bytearray()
    while chunk := answer.read1(CHUNK):  # type: ignore[attr-defined]
        if time.monotonic() > deadline:
            raise TimeoutError("it takes too long")
        body += unpack.decompress(chunk, MAX_BYTES + 1 - len(body)) if unpack else chunk
        if len(body) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    if unpack and not unpack.eof:
        raise ValueError("it is cut short")
    return bytes(body)


def _known(file: Path, address: str) -> Document | None:
    """What came last; a file that cannot be read is as good as none."""
    try:
        document = msgspec.msgpack.decode(file.read_bytes(), type=Document)
    except (OSError, msgspec.MsgspecError):
        return None
    return document if document.asked == address else None


def _keep(file: Path, document: Document) -> None:
    replace(file, msgspec.msgpack.encode(document))


def replace(file: Path, data: bytes) -> None:
    """Write a file of ours at once. Raises ConfigError if that cannot be."""
    temporary = file.with_name(f".{secrets.token_hex(8)}.publisher")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(file)
    except OSError as error:
        with suppress(OSError):  # it may never have been there
            temporary.unlink()
        raise ConfigError(
            f"{file} cannot be written: {error.strerror}; name a folder for it with `state:`"
        ) from error
