"""Who hears of the items of an account's own node (PEP), and what our presence does to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.contacts import befriend
from tests.support.raw import RawClient
from tests.support.servers import Ejabberd, Prosody
from tests.support.subscribers import Contact, Outsider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Server

PEP = "blog@localhost"
ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'><title>A</title></entry>"
ACCOUNTS = {name: f"{name}'s password" for name in ("blog", "contact", "reader", "stranger")}


@pytest.fixture(scope="module", params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server on which `blog` and `contact` are contacts."""
    kind = Prosody if request.param == "prosody" else Ejabberd
    with kind(ACCOUNTS) as started:
        befriend(started, "blog", "contact")
        yield started


def test_a_contact_hears_of_a_node_while_the_account_is_online(server: Server, node: str) -> None:
    Outsider(server, "blog", node, service=PEP).create()
    with Contact(server, "contact", node, service=PEP) as contact, RawClient(server, "blog") as one:
        one.send("<presence/>")
        one.await_presence("contact@localhost")
        one.publish(node, "first", ENTRY, service=PEP)
        assert contact.next().id == "first"
