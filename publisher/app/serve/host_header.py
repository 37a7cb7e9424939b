"""Decide by the Host header which requests are answered.

A page of another site can make a browser ask this server under a name of its own (DNS rebinding),
and read the answer. Such a name is none of those that are allowed here.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def is_allowed(header: str, names: Collection[str]) -> bool:
    """Whether a Host header (RFC 9110 section 7.2) names this machine, or is one of `names`."""
    host = _without_port(header).lower().rstrip(".")
    return host in {"localhost", *names} or host.endswith(".localhost") or _is_address(host)


def _without_port(header: str) -> str:
    if header.startswith("["):  # an IPv6 address (RFC 3986 section 3.2.2)
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_address(host: str) -> bool:
    """Whether it is an IP address, which no name server can point elsewhere."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
