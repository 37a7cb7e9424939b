"""Download a feed only if it changed, with conditional requests (RFC 9110 section 13)."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigError, Unavailable
from publisher.sources.feed.items import MAX_BYTES
from publisher.system import atomic_files, http, private_folder
from publisher.system.reachable_hosts import ReachableHosts
from publisher.text.uris import request_uri

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.system.http import Response

SECONDS = 60.0


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """The response of a server to a request for the URL `asked`; `url` is that after redirects."""

    asked: str
    url: str
    type: str
    body: bytes
    etag: str | None = None
    modified: str | None = None


def fetch(address: str, cache: Path, *, seconds: float = SECONDS) -> Download:
    """Download the feed, or take it from the cache if the server says that it did not change.

    `cache` is a folder, which need not exist. Raises Unavailable if a retry may help, else
    ConfigError.
    """
    cached = _cached(_file(address, cache), address)
    try:
        answer = http.request(
            request_uri(address),
            headers={"Accept-Encoding": "gzip", **_conditions(cached)},
            # Otherwise a redirect could publish a page that only this machine can read.
            reach=ReachableHosts.of(address),
            seconds=seconds,
            max_bytes=MAX_BYTES,
        )
    except http.InsecureServerError as error:
        raise ConfigError(f"{address}: {error}") from error
    except ValueError as error:
        raise ConfigError(f"{address} cannot be read: {error}; correct the URL") from error
    except http.NoAnswerError as error:
        raise Unavailable(f"{address} cannot be read: {error}; try again later") from error
    if answer.code == 304 and cached:
        return cached
    if not answer.is_success:
        raise _refused(address, answer)
    return Download(
        asked=address,
        url=answer.url,
        type=answer.headers.get("Content-Type", ""),
        body=answer.body,
        etag=answer.headers.get("ETag"),
        modified=answer.headers.get("Last-Modified"),
    )


def keep(download: Download, cache: Path) -> None:
    """Put a complete feed into the cache."""
    if download.etag or download.modified:
        with suppress(OSError):  # without a cache the next run downloads the feed again
            private_folder.make_in_state(cache)
            atomic_files.write(_file(download.asked, cache), msgspec.msgpack.encode(download))


def _file(address: str, cache: Path) -> Path:
    return cache / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.fetched"


def _cached(file: Path, address: str) -> Download | None:
    """The download of the URL in the cache; None if the file is missing or damaged."""
    try:
        download = msgspec.msgpack.decode(file.read_bytes(), type=Download)
    except (OSError, msgspec.MsgspecError):
        return None
    # The name of the file is only a part of the hash, which two URLs may share.
    return download if download.asked == address else None


def _conditions(cached: Download | None) -> dict[str, str]:
    """The request headers with which a server answers 304 if the feed did not change."""
    if cached is None:
        return {}
    values = {"If-None-Match": cached.etag, "If-Modified-Since": cached.modified}
    return {name: value for name, value in values.items() if value}


def _refused(address: str, answer: Response) -> Unavailable | ConfigError:
    if answer.is_transient:
        return Unavailable(f"{address} answers {answer.code}; try again later")
    return ConfigError(f"{address} answers {answer.code}; correct the URL")
