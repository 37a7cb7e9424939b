"""Answer one request for a file or a document: media type, ETag, conditions and ranges."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

from publisher import media

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

# Browsers ask again each time, and get 304 if nothing changed. They guess no media types.
_HEADERS = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
# Media types of files that pages load, where the tables of machines differ or lack them.
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
# No file has a size of more than 18 digits.
_SPEC = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_RANGE = re.compile(rf"(?i:bytes)={_SPEC}(?:[ \t]*,[ \t]*{_SPEC})*")


def of_bytes(request: Request, data: bytes, media_type: str, *, status: int = 200) -> Response:
    """The answer with bytes that are made here."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {**_HEADERS, "etag": etag}
    response = Response(data, status, headers, media_type)
    return _conditional(request, response) if status == 200 else response


def of_file(request: Request, file: Path) -> Response:
    """The answer with a file, or the range of it that the request asks for (RFC 9110 14).

    Raises OSError if the file is gone.
    """
    if not _is_range(request.headers.get("range", "")):
        _drop_range(request)
    status = file.stat()
    kind = media_type(file.name)
    response = FileResponse(file, headers=_HEADERS, media_type=kind, stat_result=status)
    return _conditional(request, response)


def media_type(name: str) -> str:
    """The media type of a file by its name."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _TYPES.get(suffix) or media.type_of_name(name)


def _is_range(text: str) -> bool:
    """Whether a Range header is one of bytes (RFC 9110 section 14.1.2), and well-formed."""
    if not _RANGE.fullmatch(text):
        return False
    bounds = (part.strip().partition("-") for part in text.partition("=")[2].split(","))
    return all(int(first) <= int(last) for first, _, last in bounds if first and last)


def _drop_range(request: Request) -> None:
    """A Range header that makes no sense is ignored (RFC 9110 section 14.2)."""
    headers = request.scope["headers"]
    request.scope["headers"] = [(name, value) for name, value in headers if name != b"range"]


def _conditional(request: Request, response: Response) -> Response:
    """304 if the client has this version (RFC 9110 section 13.2.2), else the response."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        fresh = "*" in known or response.headers["etag"] in known
    else:
        since = request.headers.get("if-modified-since")
        fresh = since is not None and since == response.headers.get("last-modified")
    return NotModifiedResponse(response.headers) if fresh else response
