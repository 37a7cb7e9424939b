"""What to say when a server cannot be reached or trusted, or does not let us log in.

A message names the server as the configuration does, and the key to correct. What the server says
itself is repeated in one short line.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING

from publisher.errors import LoginFailed, Unavailable, WrongAddress
from publisher.system.network_reasons import NO_TLS, OLD_TLS, is_old_tls, network_reason
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from publisher.config import Xmpp

NOTHING_SENT = "the password was not sent"
REASON = 200  # characters of the server's own message that we repeat
# IANA has registered only 5222 for XMPP clients; 5223 is a convention.
PORTS = {"starttls": 5222, "direct": 5223}


async def unresolved(xmpp: Xmpp) -> Unavailable:
    """The error for a server without an address."""
    name = xmpp.host or xmpp.jid.partition("@")[2]
    failed = f"{server_name(xmpp)} cannot be reached"
    advice = "correct xmpp.host"
    if not xmpp.host:
        advice = "correct xmpp.jid, or set xmpp.host to the name of its server"
    try:
        await asyncio.get_running_loop().getaddrinfo(name, None)
    except socket.gaierror as error:
        if error.errno != socket.EAI_AGAIN:
            return WrongAddress(f"{failed}: {name} has no address in DNS; {advice}")
    except UnicodeError:  # a label of more than 63 characters
        return WrongAddress(f"{failed}: {name} is no host name; {advice}")
    return Unavailable(f"{failed}: DNS does not answer for {name}; run again later")


_WRONG_AUTHORITY = (
    "Check the domain of xmpp.jid, or set xmpp.ca_file to the certificate of your own authority"
)
# OpenSSL's codes for a certificate that has another host name or another IP address.
_WRONG_NAMES = frozenset({62, 64})
# The codes for a certificate that is not valid at the date of this machine, with the way out. A
# machine without a battery has the right date only after a moment, and servers renew certificates.
_WRONG_DATES = {
    9: "Correct the clock of this machine",
    10: "Renew it on the server, or correct the clock of this machine",
}


def untrusted(xmpp: Xmpp, problem: object) -> LoginFailed:
    """The error for a failed handshake; `problem` is what slixmpp reports."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        why = short_line(problem.verify_message, REASON)
        if problem.verify_code in _WRONG_NAMES:
            why = f"{why.rstrip('.')}: the name must be in its subjectAltName"
        advice = _WRONG_DATES.get(problem.verify_code, _WRONG_AUTHORITY)
        return LoginFailed(
            f"the certificate of {server_name(xmpp)} is not trusted: {why}; {NOTHING_SENT}. "
            f"{advice}",
            may_pass=problem.verify_code in _WRONG_DATES,
        )
    if is_old_tls(problem):
        return LoginFailed(
            f"{server_name(xmpp)} {OLD_TLS}; {NOTHING_SENT}. Enable TLS 1.2 or later on the server"
        )
    why = because(problem)
    detail = "" if why == NO_TLS else f" ({why})"
    return LoginFailed(
        f"{server_name(xmpp)} does not speak TLS{detail}; check xmpp.port and xmpp.tls"
    )


def unknown_domain(xmpp: Xmpp) -> WrongAddress:
    domain = xmpp.jid.partition("@")[2]
    key = "xmpp.host" if xmpp.host else "the SRV records of the domain"
    problem = f"{server_name(xmpp)} does not serve the domain {domain} (host-unknown)"
    return WrongAddress(f"{problem}; correct xmpp.jid or {key}")


def password_key(xmpp: Xmpp) -> str:
    """The key that says where the password comes from."""
    sources = {"password_env": xmpp.password_env, "password_file": xmpp.password_file}
    return f"xmpp.{next((key for key, value in sources.items() if value), 'password_command')}"


def server_name(xmpp: Xmpp) -> str:
    """The server's name for errors: what the configuration says of it."""
    domain = xmpp.jid.partition("@")[2]
    return f"{xmpp.host}:{xmpp.port or PORTS[xmpp.tls]}" if xmpp.host else domain


def because(reason: object) -> str:
    if isinstance(reason, BaseException):
        reason = network_reason(reason)
    return short_line(str(reason), REASON) if reason else "no reason given"
