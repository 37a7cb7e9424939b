"""How long a session waits for the presence of contacts before it publishes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

import pytest

from publisher.xmpp.presence import (
    FOREIGN_QUIET_SECONDS,
    LONGEST_SECONDS,
    QUIET_SECONDS,
    Contacts,
)
from tests.support import fake_time

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCAL, OTHER, FOREIGN = "ann@home.example", "bob@home.example", "eve@away.example"
ONLINE, OFFLINE = None, "unavailable"
BEFORE = -1.0  # the roster arrived


def roster(jids: Sequence[str], kind: str = "both") -> Element:
    answer = Element("iq")
    query = SubElement(answer, "{jabber:iq:roster}query")
    for jid in jids:
        SubElement(query, "{jabber:iq:roster}item", jid=jid, subscription=kind)
    return answer


def presence(jid: str, kind: str | None = ONLINE) -> Element:
    return Element("presence", {"from": f"{jid}/client", **({"type": kind} if kind else {})})


def waited(
    contacts: Sequence[str] | None,
    answers: Sequence[tuple[str, str | None, float]] = (),
    kind: str = "both",
) -> float:
    """The seconds until the wait is over. Each answer comes after its number of seconds."""

    async def main() -> float:
        awaited = Contacts("blog@home.example")
        loop = asyncio.get_running_loop()
        for jid, answer, after in answers:
            if after == BEFORE:
                awaited.note(presence(jid, answer))
            else:
                loop.call_at(after, awaited.note, presence(jid, answer))
        if contacts is not None:
            awaited.expect(roster(contacts, kind))
        await awaited.answered()
        return loop.time()

    return round(fake_time.run(main()), 3)


def test_without_contacts_there_is_no_wait() -> None:
    assert waited([]) == 0


@pytest.mark.parametrize("kind", ["to", "from", "none"])
def test_one_sided_contacts_are_not_awaited(kind: str) -> None:
    assert waited([LOCAL, FOREIGN], kind=kind) == 0


@pytest.mark.parametrize("answer", [ONLINE, OFFLINE, "error"])
def test_the_wait_ends_with_the_last_answer(answer: str | None) -> None:
    assert waited([LOCAL, OTHER], [(LOCAL, ONLINE, 0.2), (OTHER, answer, 0.7)]) == 0.7


def test_an_answer_that_came_before_the_roster_counts() -> None:
    assert waited([LOCAL], [(LOCAL.title(), ONLINE, BEFORE)]) == 0


def test_contacts_that_do_not_answer_cost_a_second() -> None:
    """ejabberd does not say that a contact is offline."""
    assert waited([LOCAL, OTHER], [(LOCAL, ONLINE, 0.5)]) == 0.5 + QUIET_SECONDS
    assert waited(None) == QUIET_SECONDS


def test_the_server_gets_time_to_ask_a_foreign_contact_what_it_wants() -> None:
    assert waited([FOREIGN], [(FOREIGN, ONLINE, 0.5)]) == 0.5 + FOREIGN_QUIET_SECONDS
    assert waited([FOREIGN], [(FOREIGN, OFFLINE, 0.5)]) == 0.5
    online = [(LOCAL, ONLINE, 0.2), (FOREIGN, ONLINE, 0.5)]
    assert waited([LOCAL, OTHER, FOREIGN], online) == 0.5 + FOREIGN_QUIET_SECONDS
    stranger = [("eve@nobody.example", ONLINE, 0.5), (LOCAL, ONLINE, 0.6)]
    assert waited([LOCAL, OTHER], stranger) == 0.6 + QUIET_SECONDS


def test_a_foreign_server_gets_time_to_connect() -> None:
    late = [(LOCAL, ONLINE, 0.1), (FOREIGN, ONLINE, 4.0)]
    assert waited([LOCAL, FOREIGN], late) == 4.0 + FOREIGN_QUIET_SECONDS
    assert waited([LOCAL, FOREIGN], [(LOCAL, ONLINE, 0.1)]) == 0.1 + FOREIGN_QUIET_SECONDS
    assert waited([LOCAL, FOREIGN], [(FOREIGN, OFFLINE, 0.1)]) == 0.1 + QUIET_SECONDS


def test_many_slow_contacts_do_not_delay_a_run_for_long() -> None:
    answers = [(f"c{n}@home.example", ONLINE, n * 0.9) for n in range(1, 30)]
    assert waited([jid for jid, *_ in answers], answers) == LONGEST_SECONDS


def test_other_presences_are_no_answers() -> None:
    answers = [(LOCAL, "subscribe", 0.5), ("stranger@home.example", ONLINE, 0.6)]
    assert waited([LOCAL], answers) == 0.6 + QUIET_SECONDS
