"""Subscribers at another server than the node: what they receive, and what they are spared."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from tests.support.federation import Federation, Kind
from tests.support.subscribers import Denied, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.servers import Server

KINDS: tuple[Kind, ...] = get_args(Kind)
ENTRY = '<entry xmlns="http://www.w3.org/2005/Atom"><title>A post</title></entry>'


@pytest.fixture(scope="session")
def federation(accounts: Mapping[str, str]) -> Iterator[Federation]:
    with Federation(accounts) as started:
        yield started


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, federation: Federation) -> Server:
    """The server of the blog."""
    return federation.server(request.param, "home")


@pytest.fixture(params=KINDS)
def away(request: pytest.FixtureRequest, federation: Federation) -> Server:
    """The server of foreign readers."""
    return federation.server(request.param, "away")


# The servers of these tests.


def test_an_account_of_another_server_can_subscribe(home: Server, away: Server, node: str) -> None:
    blog = Outsider(home, "blog", node)
    blog.create()
    with Subscriber(away, "reader", node, service=home.service) as reader:
        blog.publish("first", ENTRY)
        event = reader.next()
        assert (event.kind, event.id, event.service) == ("published", "first", home.service)


def test_a_server_does_not_reach_a_name_that_nobody_has(home: Server, node: str) -> None:
    with pytest.raises(Denied) as denied:
        Outsider(home, "blog", node, service="pubsub.nobody.example").items()
    assert denied.value.condition == "remote-server-not-found"


@pytest.mark.parametrize("kind", KINDS)
def test_servers_of_different_authorities_do_not_talk(
    kind: Kind, home: Server, federation: Federation, node: str
) -> None:
    stranger = federation.stranger(kind)
    for server, other in ((home, stranger), (stranger, home)):
        with pytest.raises(Denied) as denied:
            Outsider(server, "blog", node, service=other.service).items()
        # ejabberd answers so even when it finds the certificate to be bad.
        assert denied.value.condition == "remote-server-timeout"
