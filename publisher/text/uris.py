"""An address as people write it -> the URI that all programs take (RFC 3987 section 3.1)."""

from __future__ import annotations

import re
from urllib.parse import quote

_PARTS = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?)((?<=//)[^/?#]*)?(.*)", re.DOTALL)
_HOST = re.compile(r"((?:.*@)?)(.*?)((?::[0-9]*)?)", re.DOTALL)
# RFC 3986 section 2: what is neither reserved nor unreserved, and a percent sign that stands alone.
_FOREIGN = re.compile(r"[^!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]|%(?![0-9A-Fa-f]{2})")


def uri(address: str) -> str:
    """Percent-encoded where it must be, its host as DNS knows it. Never raises."""
    found = _PARTS.fullmatch(address)
    scheme, authority, rest = found.groups(default="") if found else ("", "", address)
    return scheme + (authority if authority.isascii() else _authority(authority)) + _encoded(rest)


def _authority(written: str) -> str:
    found = _HOST.fullmatch(written)
    user, host, port = found.groups() if found else ("", written, "")
    try:
        return _encoded(user) + host.encode("idna").decode() + port
    except UnicodeError:  # no name of a host
        return _encoded(written)


def _encoded(text: str) -> str:
    return _FOREIGN.sub(lambda one: quote(one[0], safe="", errors="replace"), text)
