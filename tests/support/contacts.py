"""Makes two accounts contacts of each other, on one server or on two that know each other."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from publisher.system.retry import Again, Backoff, Clock, retry
from tests.support.raw import RawClient

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.support.servers import Server

SECONDS = 30.0
BACKOFF = Backoff(first=0.05, longest=0.5)
ROSTER = "<query xmlns='jabber:iq:roster'/>"


def befriend(server: Server, user: str, friend: str, *, at: Server | None = None) -> None:
    """Let both accounts see each other's presence (RFC 6121 section 3). `at` has the friend's."""
    there = at or server
    with ExitStack() as stack:
        one = stack.enter_context(RawClient(server, user))
        other = stack.enter_context(RawClient(there, friend))
        name, others_name = f"{user}@{server.domain}", f"{friend}@{there.domain}"
        _subscribe(one, others_name, other, name)
        _subscribe(other, name, one, others_name)


def _subscribe(one: RawClient, others_name: str, other: RawClient, name: str) -> None:
    """`one` asks to see the presence of `other`, who allows it until both rosters say so.

    An approval before the request has arrived is repeated: a server may ignore it, or pass it on
    without noting it in the roster of `other`.
    """
    one.send(f"<presence to='{others_name}' type='subscribe'/>")

    def attempt() -> None:
        one.ask(ROSTER, kind="get")  # an answer says that all before it was read
        other.send(f"<presence to='{name}' type='subscribed'/>")
        seen = _has(other.ask(ROSTER, kind="get").decode(), name, {"from", "both"})
        if not (seen and _has(one.ask(ROSTER, kind="get").decode(), others_name, {"to", "both"})):
            raise Again(AssertionError(f"{name} does not see {others_name}"))

    retry(attempt, BACKOFF, seconds=SECONDS, clock=Clock())


def _has(roster: str, jid: str, subscriptions: Collection[str]) -> bool:
    items = [item for item in roster.split("<item")[1:] if f"jid='{jid}'" in item]
    return any(f"subscription='{one}'" in item for item in items for one in subscriptions)
