"""Who hears of the items of an account's own node (PEP), and what our presence does to others."""

from __future__ import annotations

import re
import signal
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import pytest

from publisher.xmpp.client import MAX_UNASKED
from tests.support.blog import Blog, interrupt
from tests.support.contacts import befriend
from tests.support.hostile import Hostile
from tests.support.raw import RawClient
from tests.support.servers import Ejabberd, Prosody
from tests.support.subscribers import Contact, NothingArrived, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.support.hostile import Certificates
    from tests.support.servers import Server
    from tests.support.subscribers import Event

PEP = "blog@localhost"
ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'><title>A</title></entry>"
ACCOUNTS = {name: f"{name}'s password" for name in ("blog", "contact", "reader", "stranger")}


@pytest.fixture(scope="module", params=["prosody", "ejabberd", "ejabberd as shipped"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server on which `blog` and `contact` are contacts."""
    with _server(request.param) as started:
        befriend(started, "blog", "contact")
        yield started


def _server(kind: str) -> Server:
    if kind == "prosody":
        return Prosody(ACCOUNTS, admins=[PEP])
    return Ejabberd(ACCOUNTS, ignore_pep_from_offline="shipped" in kind)


@pytest.fixture
def blog(tmp_path: Path, server: Server, node: str) -> Blog:
    """It publishes to a node of its own account, which exists."""
    made = Blog(tmp_path / "blog")
    configure(made, server, node)
    assert made.run("publish").code == 0
    return made


def configure(
    blog: Blog, server: Server, node: str, *, service: str = PEP, presence: str = ""
) -> None:
    password = ACCOUNTS["blog"]
    blog.configure(server, node=node, service=service, password=password, presence=presence)


@pytest.mark.parametrize("elsewhere", ["online elsewhere", "offline"])
@pytest.mark.parametrize("presence", ["pep", "never"])
def test_who_hears_of_posts(
    blog: Blog, server: Server, node: str, presence: str, elsewhere: str
) -> None:
    configure(blog, server, node, presence=presence)
    client = RawClient(server, "blog", presence="<presence/>")
    with (
        nullcontext() if elsewhere == "offline" else client,
        Contact(server, "contact", node, service=PEP) as contact,
        Subscriber(server, "reader", node, service=PEP) as reader,
    ):
        is_ejabberd = isinstance(server, Ejabberd)
        audience = [reader] if is_ejabberd and presence == "never" else [reader, contact]
        path = blog.write("2026-01-01-post.md", "First text.")
        assert blog.run("publish").code == 0
        hear(audience, "published", "First text")
        blog.write("2026-01-01-post.md", "Other text.")
        assert blog.run("publish").code == 0
        hear(audience, "published", "Other text")
        path.unlink()
        assert blog.run("publish", "--allow-retracts").code == 0
        # ejabberd 23.01 tells no contact of a retraction, whoever is online.
        hear([reader] if is_ejabberd else audience, "retracted")
        # If another session of the account is online, ejabberd chooses one of them by chance.
        if contact not in audience and elsewhere == "offline":
            contact.nothing_for(0.2)


def hear(audience: Sequence[Subscriber], kind: str, text: str = "") -> None:
    """Each hears of this. Prosody tells a local contact everything twice."""
    for one in audience:
        event = one.next()
        while (event.kind, text in said(event)) != (kind, True):
            event = one.next()


def said(event: Event) -> str:
    return "" if event.payload is None else "".join(event.payload.itertext())


def test_posts_of_one_run_arrive_in_their_order(blog: Blog, server: Server, node: str) -> None:
    """Although they all wait for the presence of contacts."""
    names = [f"2026-01-0{day}-post" for day in range(1, 8)]
    for name in names:
        blog.write(f"{name}.md", "Text.")
    with (
        Contact(server, "contact", node, service=PEP),
        Subscriber(server, "reader", node, service=PEP) as reader,
    ):
        assert blog.run("publish").code == 0
        assert [reader.next().id for _ in names] == names


def test_contacts_see_the_account_online_only_while_posts_are_sent(
    blog: Blog, server: Server, node: str
) -> None:
    with RawClient(server, "contact", presence="<presence/>") as contact:
        blog.write("2026-01-01-post.md", "Text.")
        for command in (("plan",), ("status",), ("node", "show"), ("publish", "--no-notify")):
            assert blog.run(*command).code == 0
        configure(blog, server, node, presence="never")
        blog.write("2026-01-02-post.md", "Text.")
        assert blog.run("publish").code == 0
        configure(blog, server, node, service=server.service)
        assert len(blog.run("publish", "--json").changes) == 2
        configure(blog, server, node)
        for command in (("publish",), ("publish", "--verify")):  # nothing to do
            assert blog.run(*command).code == 0
        assert presences(contact) == []
        blog.write("2026-01-03-post.md", "Text.")
        assert blog.run("publish").code == 0
        contact.read_until(b"type='unavailable'")
        assert presences(contact) == ["-1", "unavailable"]


def presences(client: RawClient) -> list[str]:
    """What the client has seen of the account's presence: its priority, or its type."""
    client.ask("<query xmlns='jabber:iq:roster'/>", kind="get")
    found = re.findall(rb"<presence [^>]*from='blog@localhost/.*?(?:/>|</presence>)", client.heard)
    kinds = [re.search(rb"type='(\w+)'|<priority>(.*?)</priority>", one) for one in found]
    return [(kind[1] or kind[2]).decode() for kind in kinds if kind]


# Takes every publish to an account's PEP, and answers none, but refuses items with such an id.
MUTE = """
local st = require "util.stanza";
module:hook("iq/bare/http://jabber.org/protocol/pubsub:pubsub", function (event)
  local publish = event.stanza.tags[1]:get_child("publish");
  if publish and publish:get_child("item").attr.id:find("refused") then
    event.origin.send(st.error_reply(event.stanza, "auth", "forbidden"));
  end
  return publish and true or nil;
end, 100);
"""


# Keeps the contacts of an account to itself, and writes down who asks.
SECRETIVE = """
module:hook("iq/self/jabber:iq:roster:query", function (event)
  module:log("info", "somebody asks for contacts");
  return true;
end, 100);
"""


def test_no_post_waits_for_contacts_who_hear_of_it_anyway(tmp_path: Path, node: str) -> None:
    with Prosody(ACCOUNTS, modules={"test_secretive": SECRETIVE}) as server:
        blog = Blog(tmp_path / "blog")
        configure(blog, server, node)
        blog.write("2026-01-01-post.md", "Text.")
        assert blog.run("publish").code == 0
        blog.write("2026-01-02-post.md", "Text.")
        assert blog.run("publish").code == 0
        assert "somebody asks" not in server.log.read_text()


@pytest.fixture(scope="module")
def mute() -> Iterator[Prosody]:
    with Prosody(ACCOUNTS, modules={"test_mute": MUTE}) as started:
        befriend(started, "blog", "contact")
        yield started


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=str
)
def test_an_interrupted_run_goes_offline(
    tmp_path: Path, mute: Prosody, node: str, number: int
) -> None:
    """If the run cannot do that itself, the server does so when the connection is lost."""
    blog = Blog(tmp_path / "blog")
    configure(blog, mute, node)
    blog.write("2026-01-01-post.md", "Text.")
    with RawClient(mute, "contact", presence="<presence/>") as contact:
        with blog.start("publish") as run:
            contact.read_until(b"<priority>-1</priority>")
            interrupt(run, number)
        contact.read_until(b"type='unavailable'")


def test_a_failed_run_goes_offline(tmp_path: Path, mute: Prosody, node: str) -> None:
    blog = Blog(tmp_path / "blog")
    configure(blog, mute, node)
    blog.write("2026-01-01-refused.md", "Text.")
    with RawClient(mute, "contact", presence="<presence/>") as contact:
        assert blog.run("publish").code == 1
        contact.read_until(b"<priority>-1</priority>")
        contact.read_until(b"type='unavailable'")


def test_the_session_says_itself_that_it_is_over(
    tmp_path: Path, certificates: Certificates
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-post.md", "Text.")
    with Hostile("honest", certificates) as server:
        blog.configure(server, service=PEP, password="x")
        assert blog.run("publish").code == 0
        sent = [
            *(b"<presence", b"<priority>-1</priority>", b"jabber:iq:roster", b"<publish "),
            *(b"<presence type='unavailable'/>", b"</stream:stream>"),
        ]
        places = [server.received.find(part) for part in sent]
        assert places == sorted(places)
        assert -1 not in places


def test_messages_and_requests_of_others_stay_for_the_user(blog: Blog, server: Server) -> None:
    with RawClient(server, "stranger") as stranger:
        stranger.send("<presence to='blog@localhost' type='subscribe'/>")
        stranger.send("<message to='blog@localhost' type='chat'><body>Hello</body></message>")
        stranger.ask("<query xmlns='jabber:iq:roster'/>", kind="get")
        blog.write("2026-01-01-post.md", "Text.")
        with RawClient(server, "contact", presence="<presence/>") as contact:
            assert blog.run("publish").code == 0
            contact.read_until(b"type='unavailable'")
        assert b"subscribed" not in stranger.heard
    with RawClient(server, "blog", presence="<presence/>") as user:
        user.read_until(b"<body>Hello</body>")
        presence = re.findall(rb"<presence [^>]*stranger@localhost[^>]*>", user.heard)
        assert any(b"type='subscribe'" in one for one in presence)


def test_messages_to_the_session_get_an_error_and_do_not_end_the_run(
    tmp_path: Path, mute: Prosody, node: str
) -> None:
    """Nobody else gets them, so their senders would take them for read."""
    blog = Blog(tmp_path / "blog")
    configure(blog, mute, node)
    blog.write("2026-01-01-post.md", "Text.")
    with (
        RawClient(mute, "contact", presence="<presence/>") as contact,
        blog.start("publish") as run,
    ):
        contact.read_until(b"<priority>-1</priority>")
        (session,) = set(re.findall(rb"from='(blog@localhost/[^']+)'", contact.heard))
        to = f"to='{session.decode()}'"
        flood = f"<message type='headline' {to}><body>Hi</body></message>"
        contact.send(flood * (MAX_UNASKED + 1))
        contact.send(f"<message id='m1' type='chat' {to}><body>Hi</body></message>")
        refused = contact.read_until(b"</message>")
        assert b"service-unavailable" in refused
        assert b"id='m1'" in refused
        interrupt(run, signal.SIGINT)


def test_presence_repeats_no_item_of_another_node(blog: Blog, server: Server, node: str) -> None:
    """By default a node of PEP sends its last item to contacts that come online."""
    other = Outsider(server, "blog", f"{node}-other", service=PEP)
    other.publish("first", ENTRY)
    with (
        Contact(server, "contact", f"{node}-other", service=PEP) as contact,
        RawClient(server, "contact", presence="<presence/>") as watcher,
    ):
        with suppress(NothingArrived):
            while True:  # Prosody sends it now, twice, because the contact has come online
                contact.next(0.5)
        blog.write("2026-01-01-post.md", "Text.")
        assert blog.run("publish").code == 0
        watcher.read_until(b"type='unavailable'")
        contact.nothing_for(0.5)


def test_an_upgrade_repairs_a_node_and_nobody_hears_of_it(
    blog: Blog, server: Server, node: str
) -> None:
    """An older version left the field as ejabberd sets it. Prosody has no such field."""
    blog.write("2026-01-01-post.md", "Text.")
    assert blog.run("publish").code == 0
    if isinstance(server, Prosody):
        assert "presence_based_delivery" not in fields(blog)
        return
    Outsider(server, "blog", node, service=PEP).configure(presence_based_delivery="1")
    with (
        Contact(server, "contact", node, service=PEP) as contact,
        Subscriber(server, "reader", node, service=PEP) as reader,
        RawClient(server, "contact", presence="<presence/>") as watcher,
    ):
        run = blog.run("publish", "--verify")
        assert "set its presence_based_delivery to '0'; it was '1'" in run.out + run.err
        assert fields(blog)["presence_based_delivery"] == "0"
        assert presences(watcher) == []
        contact.nothing_for(0.3)
        reader.nothing_for(0.1)


def fields(blog: Blog) -> dict[str, str]:
    """The configuration of the node."""
    (shown,) = blog.run("node", "show", "--json").json["nodes"]
    return {field["name"]: field["actual"] for field in shown["fields"] if field["actual"]}
