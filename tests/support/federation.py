"""Servers on loopback that talk to each other (RFC 6120, server to server). They need no root.

They authenticate by certificates of one authority (SASL EXTERNAL, XEP-0178), and find each other
through the DNS server of `names`.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias, assert_never, get_args

from publisher.app.demo.temporary_server import LOOPBACK, Authority, certificate, free_ports
from tests.support.contacts import befriend
from tests.support.names import Names
from tests.support.servers import Ejabberd, Prosody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers import Server

Kind: TypeAlias = Literal["prosody", "ejabberd"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Federation:
    """The servers while entered. Each is started when first asked for.

    Every server has all `accounts`, and more for `acquaint`. The account `blog` may create nodes at
    its server's pubsub service, that of the place `home` at every one.
    """

    def __init__(self, accounts: Mapping[str, str]) -> None:
        names = ("contact", *map(_friend, KINDS))
        self._accounts = {**accounts, **{name: f"{name} password" for name in names}}
        self._servers: dict[str, Server] = {}
        self._friends: dict[tuple[str, str], str] = {}
        self._names = Names()

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._trusted, self._untrusted = self._authority("trusted"), self._authority("untrusted")
        self._stack.enter_context(self._names)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def server(self, kind: Kind, place: str) -> Server:
        """Its domain is e.g. `home.prosody.example`, for the place `home`."""
        return self._server(kind, _domain(kind, place), self._trusted)

    def stranger(self, kind: Kind) -> Server:
        """A server whose certificate the others do not trust."""
        return self._server(kind, _domain(kind, "untrusted"), self._untrusted)

    def acquaint(self, home: Server, away: Server) -> str:
        """The account at `home` whose contacts are the accounts `contact` of these two servers.

        It has no others: a run would wait for one that is offline.
        """
        pair = (home.domain, away.domain)
        if pair not in self._friends:
            self._friends[pair] = user = _friend(
                "ejabberd" if isinstance(away, Ejabberd) else "prosody"
            )
            befriend(home, user, "contact")
            befriend(home, user, "contact", at=away)
        return self._friends[pair]

    def _authority(self, name: str) -> Authority:
        folder = self._folder / name
        folder.mkdir()
        return Authority(*certificate(folder, (f"{name}.example",)))

    def _server(self, kind: Kind, domain: str, authority: Authority) -> Server:
        if domain not in self._servers:
            (port,) = free_ports(1)
            made = self._made(kind, domain, port, authority)
            self._names.ports |= dict.fromkeys((made.domain, made.service), port)
            self._servers[domain] = self._stack.enter_context(made)
        return self._servers[domain]

    def _made(self, kind: Kind, domain: str, port: int, authority: Authority) -> Server:
        match kind:
            case "prosody":
                return Prosody(
                    self._accounts,
                    admins=[
                        f"blog@{name}"
                        for name in {domain, *(_domain(one, "home") for one in KINDS)}
                    ],
                    storage="sql",
                    domain=domain,
                    authority=authority,
                    settings=_PROSODY.format(
                        port=port, trusted=self._trusted.certificate, names=self._names.port
                    ),
                    libraries={"lunbound": "lua-unbound"},
                )
            case "ejabberd":
                return Ejabberd(
                    self._accounts,
                    domain=domain,
                    authority=authority,
                    settings=self._ejabberd(),
                    listen=[{"port": port, "ip": LOOPBACK, "module": "ejabberd_s2s_in"}],
                    inetrc=_INETRC.format(names=self._names.port),
                )
            case _:
                assert_never(kind)

    def _ejabberd(self) -> Mapping[str, object]:
        return {
            "s2s_use_starttls": "required",
            "s2s_cafile": str(self._trusted.certificate),
            "outgoing_s2s_families": ["ipv4"],
        }


def _friend(kind: Kind) -> str:
    return f"friend-of-{kind}"


def _domain(kind: Kind, place: str) -> str:
    return f"{place}.{kind}.example"


# The resolver libunbound takes the port of a DNS server, which Prosody's own does not.
_PROSODY = """\
modules_disabled = {{}}
s2s_ports = {{ {port} }}
s2s_secure_auth = true
s2s_ssl = {{ cafile = "{trusted}" }}
use_ipv6 = false
unbound = {{
  resolvconf = false; hoststxt = false; forward = "127.0.0.1@{names}";
  options = {{ ["do-not-query-localhost:"] = "no" }};
}}
"""

# ejabberd asks for SRV records by Erlang's own resolver, and for their targets by the machine's.
_INETRC = """\
{{lookup, [native]}}.
{{resolv_conf, ""}}.
{{nameserver, {{127,0,0,1}}, {names}}}.
"""
