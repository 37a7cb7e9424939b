"""Which hosts a request may reach, and connections that reach no other.

A URL in a post or a feed, or a redirect, may name a host of the machine or of its network: a
database on loopback, a router, the metadata of a cloud. Nobody outside could ask those.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
# A family and an address as the socket module has them; the first part is the IP address.
SocketAddress: TypeAlias = tuple[int, tuple[Any, ...]]

# The blocks of IANA's registries of special-purpose addresses (RFC 6890, RFC 8190) that are not
# globally reachable or not of single hosts. `ipaddress` knows only those of its release of Python:
# 3.11.7 still calls most of 192.0.0.0/24 global, where a cloud has its metadata (192.0.0.192).
_SPECIAL: tuple[Network, ...] = (
    *map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    ),
    *map(
        ipaddress.IPv6Network,
        (
            "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
            "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    ),
)  # fmt: skip
# The parts of these networks that the registries call globally reachable. An address of Teredo or
# 6to4 contains an IPv4 address, which is checked instead.
_REACHABLE: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.0.0.9/32"),
    ipaddress.IPv4Network("192.0.0.10/32"),
    ipaddress.IPv6Network("2001:1::1/128"),
    ipaddress.IPv6Network("2001:1::2/128"),
    ipaddress.IPv6Network("2001:1::3/128"),
    ipaddress.IPv6Network("2001:3::/32"),
    ipaddress.IPv6Network("2001:4:112::/48"),
    ipaddress.IPv6Network("2001:20::/28"),
    ipaddress.IPv6Network("2001:30::/28"),
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291 section 2.4, as far as assigned
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291 section 2.5.5.1, of old times


class NotPublicError(ValueError):
    """The host has no address that may be reached."""


class ReachableHosts(Struct, frozen=True):
    """Public addresses, and those of the `trusted` hosts, which the owner has configured."""

    trusted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *urls: str) -> ReachableHosts:
        """Public addresses, and those of the hosts in these URLs."""
        return cls(frozenset(filter(None, map(_host, urls))))

    def connect(self, host: str, port: int, seconds: float | None) -> socket.socket:
        """Connect to an address of the host that was checked: the name is resolved only once.

        Raises NotPublicError, or OSError for the last address that was tried.
        """
        problem: OSError | None = None
        for family, address in self._reachable(host, port):
            try:
                return _connected(family, address, seconds)
            except OSError as error:
                problem = error
        raise problem or OSError("the name has no address")

    def require(self, host: str) -> None:
        """Raise NotPublicError if the host must not be reached.

        For a proxy, which resolves the name by itself: a name that is unknown here may be known
        there.
        """
        with suppress(OSError):
            self._reachable(host, 0)

    def _reachable(self, host: str, port: int) -> list[SocketAddress]:
        """The addresses of the host that may be reached.

        Raises NotPublicError if there are others only, OSError for an unknown name.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses: list[SocketAddress] = [(family, address) for family, _, _, _, address in found]
        closed = {ip for _, (ip, *_) in addresses if not is_public(ipaddress.ip_address(ip))}
        if not closed or host.lower() in self.trusted:
            return addresses
        refused = closed - {*_resolved(self.trusted)}
        reachable = [(family, there) for family, there in addresses if there[0] not in refused]
        if not reachable:
            raise NotPublicError(_not_public(host, min(refused)))
        return reachable


def _not_public(host: str, address: str) -> str:
    if host == address:
        return f"{address} is not a public address"
    return f"{host} has the address {address}, which is not public"


def is_public(address: Address) -> bool:
    """Whether everybody can reach the address: not loopback, private, link-local, shared etc."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    if _is_within(address, _REACHABLE):
        return True
    return not _is_within(address, _SPECIAL) and address.is_global and not address.is_multicast


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a packet goes in the end, if the IPv6 address contains one."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if (address in _NAT64 or address in _COMPATIBLE) and int(address) > 1:  # not :: and ::1
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").encode("idna").decode()
    except ValueError:
        return ""


def _resolved(hosts: Iterable[str]) -> Iterator[str]:
    """The addresses of the hosts, as texts."""
    for host in hosts:
        with suppress(OSError, UnicodeError):
            for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
                yield str(address[0])


def _connected(family: int, address: tuple[Any, ...], seconds: float | None) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection
