"""Turn URLs as people write them into URIs that every program accepts (RFC 3987 section 3.1)."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urlsplit

# Marks the URL of a picture that engines resolve against the root of the site, not the post.
ROOT_IMAGE = "link://root/"
_PARTS = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?)((?<=//)[^/?#]*)?(.*)", re.DOTALL)
_HOST = re.compile(r"((?:.*@)?)(.*?)((?::[0-9]*)?)", re.DOTALL)
# RFC 3986 section 2: all but reserved and unreserved characters, and a percent sign that encodes
# nothing.
_FOREIGN = re.compile(r"[^!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]|%(?![0-9A-Fa-f]{2})")


def uri(address: str) -> str:
    """Percent-encode what a URI must not contain, and the host with IDNA. Never raises."""
    match = _PARTS.fullmatch(address)
    scheme, authority, rest = match.groups(default="") if match else ("", "", address)
    return scheme + (authority if authority.isascii() else _authority(authority)) + _encoded(rest)


def request_uri(address: str) -> str:
    """The URI for an HTTP request, without fragment and user. Raises ValueError without a host."""
    parts = urlsplit(uri(address.partition("#")[0]))
    host = (parts.hostname or "").encode("idna").decode()
    if not host or "%" in host:
        raise ValueError("it names no host")
    port = f":{parts.port}" if parts.port else ""
    authority = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{authority}{port}{parts.path or '/'}{query}"


def is_loopback_url(url: str) -> bool:
    """Whether the host of an absolute URL is this machine (RFC 6761 section 6.3)."""
    if not url.startswith(("http://", "https://", "//")):
        return False
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # http://[
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip.is_loopback or ip.is_unspecified


def _authority(written: str) -> str:
    match = _HOST.fullmatch(written)
    user, host, port = match.groups() if match else ("", written, "")
    try:
        return _encoded(user) + host.encode("idna").decode() + port
    except UnicodeError:  # not a host name
        return _encoded(written)


def _encoded(text: str) -> str:
    return _FOREIGN.sub(lambda match: quote(match[0], safe="", errors="replace"), text)
