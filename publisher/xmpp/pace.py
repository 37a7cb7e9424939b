"""What to tell the user when the server sets the pace: how fast it is, and which line changes that.

Only the server's administrator can change it. Both servers were run with these lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from publisher.errors import ServiceError

if TYPE_CHECKING:
    from publisher.xmpp.connection import Connection

VERSION = "{jabber:iq:version}"


async def pace_note(connection: Connection) -> str:
    """Wait until the server turns out to set the pace, and return a note for the user."""
    rate = await connection.backlog.rate
    account = connection.jid
    domain = account.partition("@")[2]
    return (
        f"{domain} sets the pace: it takes {_bytes(rate)} a second from {account}. "
        f"If it limits its clients, its administrator can exempt this account: "
        f"{_advice(await _software(connection, domain), account)}"
    )


async def _software(connection: Connection, domain: str) -> str:
    """The name of the server's software (XEP-0092), empty if it does not tell."""
    query = Element(f"{VERSION}query")
    try:
        answer = await connection.request(
            "get", query, to=domain, purpose="tell its version", right="read"
        )
    except ServiceError:
        return ""
    return answer.findtext(f"{VERSION}query/{VERSION}name") or ""


def _advice(software: str, account: str) -> str:
    """How to lift the limit. What the server says is compared, and not repeated."""
    jid = json.dumps(account, ensure_ascii=False)  # also a string of Lua and of YAML
    prosody = (
        f"add `unlimited_jids = {{ {jid} }}` above the first VirtualHost in prosody.cfg.lua, and "
        "restart Prosody"
    )
    ejabberd = (
        f"add `fast: {{user: {jid}}}` as the first line below c2s_shaper in ejabberd.yml, and run "
        "`ejabberdctl reload-config`"
    )
    match software.strip().lower():
        case "prosody":
            return prosody
        case "ejabberd":
            return ejabberd
        case "":
            return f"on Prosody, {prosody}; on ejabberd, {ejabberd}"
        case _:
            return "see its documentation on limits of the bandwidth"


def _bytes(number: float) -> str:
    """A number of bytes as text, with two digits that count."""
    kilobytes = number / 1000
    return f"{kilobytes:.0f} kB" if kilobytes >= 9.95 else f"{kilobytes:.1f} kB"
