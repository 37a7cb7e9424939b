"""Two servers: who hears of our posts on the other one, and our nodes at its service.

`home` is the server of our account, `away` the other one. On each, `reader` is subscribed to the
node, and `contact` is a contact of ours that asks for the node without a subscription.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.support.blog import SECONDS, Blog
from tests.support.federation import KINDS
from tests.support.raw import RawClient
from tests.support.servers import Ejabberd
from tests.support.subscribers import Contact, Denied, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.support.federation import Federation, Kind
    from tests.support.servers import Server

ATOM = "{http://www.w3.org/2005/Atom}"

# An event as a subscriber receives it: its kind, the item id, and the title.
Heard: TypeAlias = tuple[str, str, str]
Pair: TypeAlias = "tuple[Server, Server]"

NEW: Heard = ("published", "2026-01-01-post", "First title")
EDITED: Heard = ("published", "2026-01-01-post", "Other title")
REMOVED: Heard = ("retracted", "2026-01-01-post", "")
LAST: Heard = ("published", "2026-01-09-last-post", "The last one")


# By default a test runs with each kind of server beside each. These are enough for what only one of
# them decides.
MIXED = [("prosody", "ejabberd"), ("ejabberd", "prosody")]
mixed = pytest.mark.parametrize(("home", "away"), MIXED, indirect=True)


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, federation: Federation) -> Server:
    return federation.server(request.param, "home")


@pytest.fixture(params=KINDS)
def away(request: pytest.FixtureRequest, federation: Federation) -> Server:
    return federation.server(request.param, "away")


@pytest.fixture
def pair(home: Server, away: Server) -> Pair:
    return home, away


@pytest.fixture
def friend(home: Server, away: Server, federation: Federation) -> str:
    """An account at home that has a contact on both servers."""
    return federation.acquaint(home, away)


@pytest.fixture
def blog(tmp_path: Path, home: Server) -> Blog:
    return Blog(tmp_path / "blog")


def test_subscribers_of_both_servers_hear_of_everything(
    blog: Blog, home: Server, away: Server, node: str
) -> None:
    configure(blog, home, node, home.service)
    with audience(home, away, node, home.service, kinds=[Subscriber]) as listeners:
        new_edited_removed(blog)
        for name, listener in listeners.items():
            assert heard(listener) == [NEW, EDITED, REMOVED, LAST], name


@pytest.mark.parametrize(
    ("home", "away", "elsewhere"),
    [
        *((one, other, "offline") for one in KINDS for other in KINDS),
        *((one, other, "online elsewhere") for one, other in MIXED),
    ],
    indirect=["home", "away"],
)
def test_contacts_and_subscribers_of_both_servers_hear_of_the_accounts_own_node(
    blog: Blog, pair: Pair, node: str, friend: str, elsewhere: str
) -> None:
    home, away = pair
    own = f"{friend}@{home.domain}"
    configure(blog, home, node, own, user=friend)
    client = RawClient(home, friend, presence="<presence/>")
    with (
        nullcontext() if elsewhere == "offline" else client,
        audience(home, away, node, own, kinds=[Subscriber, Contact]) as listeners,
    ):
        new_edited_removed(blog)
        for name, listener in listeners.items():
            # ejabberd 23.01 tells no contact of a retraction.
            is_told = not (isinstance(home, Ejabberd) and "contact" in name)
            wanted = [NEW, EDITED, REMOVED, LAST] if is_told else [NEW, EDITED, LAST]
            assert heard(listener) == wanted, name


@pytest.mark.parametrize(("home", "away"), [("ejabberd", "prosody")], indirect=True)
def test_a_contact_whose_client_is_slow_to_say_what_it_wants_hears_of_the_post(
    blog: Blog, pair: Pair, node: str, friend: str
) -> None:
    """ejabberd asks the client of a contact on another server in the name of our session."""
    home, away = pair
    own = f"{friend}@{home.domain}"
    configure(blog, home, node, own, user=friend)
    blog.write("2026-01-01-post.md", title="First title")
    with RawClient(away, "contact", presence=presence_of_a_client(f"{node}+notify")) as contact:
        with blog.start("publish") as run:
            asked = contact.answer()
            while f"from='{own}/".encode() not in asked or b"disco#info" not in asked:
                asked = contact.answer()
            time.sleep(2)  # it is slow
            contact.send(features(asked.decode(), f"{node}+notify"))
            assert run.wait(SECONDS) == 0
        contact.read_until(b"First title")


def presence_of_a_client(feature: str) -> str:
    """Presence that names the capabilities of a client by their hash (XEP-0115 section 5.1)."""
    described = f"client/phone//<{feature}<"
    version = base64.b64encode(hashlib.sha1(described.encode()).digest()).decode()  # noqa: S324
    caps = "http://jabber.org/protocol/caps"
    return f"<presence><c xmlns='{caps}' hash='sha-1' node='urn:x' ver='{version}'/></presence>"


def features(asked: str, feature: str) -> str:
    """The answer to the request for these capabilities."""
    sender, id_, node = (
        re.search(rf"\b{name}='([^']*)'", asked) for name in ("from", "id", "node")
    )
    assert sender
    assert id_
    assert node
    return (
        f"<iq type='result' id='{id_[1]}' to='{sender[1]}'>"
        f"<query xmlns='http://jabber.org/protocol/disco#info' node='{node[1]}'>"
        f"<identity category='client' type='phone'/><feature var='{feature}'/></query></iq>"
    )


@mixed
def test_nobody_hears_of_a_run_that_only_repairs(
    blog: Blog, pair: Pair, node: str, friend: str
) -> None:
    """The node is as an older version has made it: ejabberd kept its own value of the field."""
    home, away = pair
    own = f"{friend}@{home.domain}"
    configure(blog, home, node, own, user=friend)
    blog.write("2026-01-01-post.md", title="First title")
    assert blog.run("publish").code == 0
    if isinstance(home, Ejabberd):
        Outsider(home, friend, node, service=own).configure(presence_based_delivery="1")
    with audience(home, away, node, own, kinds=[Subscriber, Contact]) as listeners:
        for _ in range(2):
            assert blog.run("publish", "--verify").code == 0
        publish_the_last(blog)
        for name, listener in listeners.items():
            assert heard(listener) == [LAST], name


def configure(blog: Blog, home: Server, node: str, service: str, *, user: str = "blog") -> None:
    """The node exists after that."""
    blog.configure(home, node=node, service=service, user=user, password=home.accounts[user])
    assert blog.run("publish").code == 0


@contextmanager
def audience(
    home: Server, away: Server, node: str, service: str, *, kinds: Sequence[type[Subscriber]]
) -> Iterator[dict[str, Subscriber]]:
    """One of each kind on both servers, listening, by what they are."""
    users = {Subscriber: "reader", Contact: "contact"}
    listeners = {
        f"{users[kind]} at {server.domain}": kind(server, users[kind], node, service=service)
        for server in (home, away)
        for kind in kinds
    }
    with ExitStack() as stack:
        with ThreadPoolExecutor() as pool:  # each takes a second to begin
            [*pool.map(stack.enter_context, listeners.values())]
        yield listeners


def new_edited_removed(blog: Blog) -> None:
    """A post is published, edited and removed; between that, runs have nothing to do."""
    path = blog.write("2026-01-01-post.md", title="First title")
    assert blog.run("publish").code == 0
    blog.write("2026-01-01-post.md", title="Other title")
    assert blog.run("publish").code == 0
    assert blog.run("publish", "--verify").code == 0
    path.unlink()
    assert blog.run("publish", "--allow-retracts").code == 0
    publish_the_last(blog)


def publish_the_last(blog: Blog) -> None:
    """The post after which nothing comes."""
    blog.write("2026-01-09-last-post.md", title="The last one")
    assert blog.run("publish").code == 0


def heard(listener: Subscriber) -> list[Heard]:
    """What the listener has heard up to the last post. Prosody tells a local contact twice."""
    found: dict[Heard, None] = {}
    while LAST not in found:
        event = listener.next()
        title = "" if event.payload is None else event.payload.findtext(f"{ATOM}title") or ""
        found[event.kind, event.id or "", title] = None
    return [*found]


# A node at the service of another server.


@mixed
def test_a_node_of_ours_at_another_server_is_kept_equal(
    blog: Blog, home: Server, away: Server, node: str
) -> None:
    configure(blog, home, node, away.service)
    with audience(home, away, node, away.service, kinds=[Subscriber]) as listeners:
        new_edited_removed(blog)
        for name, listener in listeners.items():
            assert heard(listener) == [NEW, EDITED, REMOVED, LAST], name
    assert blog.run("status").code == 0


@mixed
def test_a_publisher_of_a_node_at_another_server_keeps_it_equal(
    blog: Blog, home: Server, away: Server, node: str
) -> None:
    owner = Outsider(away, "blog", node)
    owner.create()
    owner.affiliate(f"blog@{home.domain}", "publisher")
    blog.configure(
        home, node=node, service=away.service, password=home.accounts["blog"], more=", keep: 10"
    )
    with audience(home, away, node, away.service, kinds=[Subscriber]) as listeners:
        new_edited_removed(blog)
        for name, listener in listeners.items():
            assert heard(listener) == [NEW, EDITED, REMOVED, LAST], name


# Servers that do not reach each other.


def test_a_service_that_nobody_has_is_an_error_of_the_configuration(
    blog: Blog, home: Server
) -> None:
    blog.configure(home, service="pubsub.nobody.example", password=home.accounts["blog"])
    for command in ("plan", "publish"):
        run = blog.run(command)
        assert run.code == 2
        assert "remote-server-not-found" in run.err
        assert f"the pubsub service of {home.domain} is {home.service}" in run.err


@pytest.mark.parametrize(("home", "kind"), MIXED, indirect=["home"])
def test_a_server_that_ours_does_not_trust_is_named_with_the_reason(
    blog: Blog, home: Server, federation: Federation, kind: Kind
) -> None:
    service = federation.stranger(kind).service
    blog.configure(home, service=service, password=home.accounts["blog"])
    for command in ("plan", "publish"):
        run = blog.run(command)
        assert run.code == 4
        assert f"error: {service} blog: {service} refused to list the items of the node" in run.err
        assert "one of the two servers does not trust the other's certificate" in run.err


# The servers of these tests.


@pytest.mark.parametrize(("home", "kind"), MIXED, indirect=["home"])
def test_a_server_takes_no_stanza_of_one_that_it_does_not_trust(
    home: Server, federation: Federation, kind: Kind, node: str
) -> None:
    stranger = federation.stranger(kind)
    with pytest.raises(Denied) as denied:
        Outsider(stranger, "blog", node, service=home.service).items()
    assert denied.value.condition == "remote-server-timeout"
