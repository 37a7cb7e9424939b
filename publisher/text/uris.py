"""An address as people write it -> the URI that all programs take (RFC 3987 section 3.1)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

# Stands before the address of a picture that is looked for in the root of the site.
ROOT_IMAGE = "link://root/"
_PARTS = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?)((?<=//)[^/?#]*)?(.*)", re.DOTALL)
_HOST = re.compile(r"((?:.*@)?)(.*?)((?::[0-9]*)?)", re.DOTALL)
# RFC 3986 section 2: what is neither reserved nor unreserved, and a percent sign that stands alone.
_FOREIGN = re.compile(r"[^!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]|%(?![0-9A-Fa-f]{2})")


def uri(address: str) -> str:
    """Percent-encoded where it must be, its host as DNS knows it. Never raises."""
    found = _PARTS.fullmatch(address)
    scheme, authority, rest = found.groups(default="") if found else ("", "", address)
    return scheme + (authority if authority.isascii() else _authority(authority)) + _encoded(rest)


def request_uri(address: str) -> str:
    """The URI that an HTTP client asks for: without fragment and user. Raises ValueError."""
    parts = urlsplit(uri(address.partition("#")[0]))
    host = (parts.hostname or "").encode("idna").decode()
    if not host or "%" in host:
        raise ValueError("it names no host")
    port = f":{parts.port}" if parts.port else ""
    authority = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{authority}{port}{parts.path or '/'}{query}"


def _authority(written: str) -> str:
    found = _HOST.fullmatch(written)
    user, host, port = found.groups() if found else ("", written, "")
    try:
        return _encoded(user) + host.encode("idna").decode() + port
    except UnicodeError:  # no name of a host
        return _encoded(written)


def _encoded(text: str) -> str:
    return _FOREIGN.sub(lambda one: quote(one[0], safe="", errors="replace"), text)
