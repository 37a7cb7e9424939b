"""The program publishes to real servers, and another client receives."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import every_server
from tests.support.subscribers import Denied, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.blog import Run
    from tests.support.servers import Ejabberd, Prosody, Server

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def blog(tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    made.configure(server, node=node, password=accounts["blog"])
    return made


@pytest.fixture
def started(blog: Blog) -> Blog:
    """The node exists, with one post."""
    blog.write("2026-01-01-first-post.md", "The *first* one.", title="First")
    assert blog.run("publish").code == 0
    return blog


def test_a_post_arrives_as_the_author_wrote_it(started: Blog, server: Server, node: str) -> None:
    with Subscriber(server, "reader", node) as reader:
        started.write(
            "2026-02-03-grüße.md",
            "Some *text* & [a link](../other/).\n\n```python\nif a < b:\n```\n",
            title="Grüße & <3",
            tags="[xmpp, news]",
            lang="de",
            author="Jörg Müßig",
        )
        run = started.run("publish")
        event = reader.next()
    assert run.code == 0
    assert event.payload is not None
    entry = event.payload
    assert (event.kind, entry.tag) == ("published", f"{ATOM}entry")
    assert re.fullmatch("2026-02-03-gr-e-[0-9a-f]{8}", event.id or "")
    assert entry.findtext(f"{ATOM}title") == "Grüße & <3"
    assert entry.findtext(f"{ATOM}id") == f"tag:blog.example,2026-02-03:{event.id}"
    assert entry.findtext(f"{ATOM}published") == "2026-02-02T23:00:00Z"
    assert entry.findtext(f"{ATOM}updated") == "2026-02-02T23:00:00Z"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Jörg Müßig"
    assert entry.findtext(f"{ATOM}author/{ATOM}uri") == "xmpp:blog@localhost"
    assert [c.get("term") for c in entry.iter(f"{ATOM}category")] == ["xmpp", "news"]
    assert entry.find(f"{ATOM}summary") is None
    page, item = entry.findall(f"{ATOM}link")
    assert page.get("href") == "https://blog.example/2026/02/03/gr%C3%BC%C3%9Fe/"
    assert (page.get("rel"), page.get("type")) == ("alternate", "text/html")
    assert item.get("href") == f"xmpp:pubsub.localhost?;node={node};item={event.id}"
    xhtml, text = entry.findall(f"{ATOM}content")
    assert (xhtml.get("type"), text.get("type")) == ("xhtml", "text")
    link = xhtml.find(f"{XHTML}div/{XHTML}p/{XHTML}a")
    assert link is not None
    assert link.get("href") == "https://blog.example/2026/02/03/other/"
    code = xhtml.find(f"{XHTML}div/{XHTML}pre/{XHTML}code")
    assert code is not None
    assert code.text == "if a < b:\n"
    assert (text.text or "").startswith("Some *text* & [a link]")


@every_server
def test_an_edit_arrives_in_place_and_a_removal_as_a_retraction(
    started: Blog, server: Server, node: str
) -> None:
    started.write("2026-01-02-second-post.md", "Two.", title="Second")
    assert started.run("publish").code == 0
    with Subscriber(server, "reader", node) as reader:
        started.write("2026-01-01-first-post.md", "Edited.", title="First, edited")
        edited = started.run("publish")
        event = reader.next()
        assert (event.kind, event.id) == ("published", "2026-01-01-first-post")
        assert event.payload is not None
        assert event.payload.findtext(f"{ATOM}title") == "First, edited"
        (started.posts / "2026-01-01-first-post.md").unlink()
        removed = started.run("publish")
        event = reader.next()
        assert (event.kind, event.id) == ("retracted", "2026-01-01-first-post")
        assert [item.id for item in reader.items()] == ["2026-01-02-second-post"]
    assert edited.out.splitlines()[-3].startswith("~ changed ")
    assert removed.out.splitlines()[-3].startswith("- removed ")


@every_server
def test_a_second_run_sends_and_prints_nothing(started: Blog, server: Server, node: str) -> None:
    feeds = started.built()
    with Subscriber(server, "reader", node) as reader:
        again = started.run("publish")
        assert (again.code, again.out, again.err) == (0, "", "")
        shutil.rmtree(started.folder / ".publisher")
        assert started.run("publish", "--json").changes == [
            ("adopt", "2026-01-01-first-post", "done")
        ]
        assert started.run("publish").out == ""
        reader.nothing_for(0.5)
    assert started.built() == feeds


def test_the_oldest_post_comes_first_and_the_uri_is_printed(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    names = [f"2026-01-0{day}-post-{day}" for day in (3, 1, 2)]
    for name in names:
        blog.write(f"{name}.md", "Text.", title=name)
    plan = blog.run("plan")
    assert [line[:2] for line in plan.out.splitlines()[:3]] == ["+ "] * 3
    planned = blog.run("plan", "--json")
    assert planned.changes == [("new", name, "planned") for name in sorted(names)]
    run = blog.run("publish", "--json")
    assert run.changes == [("new", name, "done") for name in sorted(names)]
    assert run.json["nodes"][0]["uri"] == f"xmpp:pubsub.localhost?;node={node}"
    assert {e.id for e in Outsider(server, "reader", node).items()} == set(names)


def test_the_subscribe_uri_is_printed(blog: Blog, node: str) -> None:
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    uri = f"xmpp:pubsub.localhost?pubsub;action=subscribe;node={node}"
    assert f"subscribe: {uri}" in blog.run("publish").out


@every_server
def test_one_account_reaches_its_own_pep_node(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog, pep = Blog(tmp_path / "pep"), "blog@localhost"
    blog.configure(server, node=node, password=accounts["blog"], service=pep, tls="starttls")
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    assert blog.run("publish").code == 0
    with Subscriber(server, "reader", node, service=pep) as reader:
        blog.write("2026-01-02-second-post.md", "Text.", title="Second")
        assert blog.run("publish").code == 0
        assert reader.next().id == "2026-01-02-second-post"
    (item,) = [item for item in reader.items() if item.id == "2026-01-02-second-post"]
    assert item.payload is not None
    links = [link.get("href") for link in item.payload.iter(f"{ATOM}link")]
    assert links[1] == f"xmpp:blog@localhost?;node={node};item={item.id}"


def publish_as_publisher(
    blog: Blog, server: Server, node: str, password: str, *, more: str = ""
) -> Run:
    """The account `stranger` publishes to the node of `blog`, which made it a publisher."""
    Outsider(server, "blog", node).affiliate("stranger@localhost", "publisher")
    blog.configure(server, node=node, user="stranger", password=password, more=more)
    blog.write("2026-01-02-second-post.md", "Text.", title="Second")
    return blog.run("publish", "--json")


@every_server
def test_a_publisher_that_is_not_the_owner_publishes(
    started: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    run = publish_as_publisher(started, server, node, accounts["stranger"], more=", keep: 20")
    assert run.code == 0
    assert run.changes == [("new", "2026-01-02-second-post", "done")]


def test_a_hidden_configuration_makes_keep_necessary(
    tmp_path: Path, ejabberd: Ejabberd, node: str, accounts: Mapping[str, str]
) -> None:
    """Prosody shows the configuration to publishers, ejabberd to owners only."""
    blog = Blog(tmp_path / "blog")
    Outsider(ejabberd, "blog", node).create()
    run = publish_as_publisher(blog, ejabberd, node, accounts["stranger"])
    assert run.code == 1
    assert "set `keep`" in run.json["nodes"][0]["error"]
    assert Outsider(ejabberd, "reader", node).items() == []


@every_server
def test_nothing_is_recorded_without_rights_at_the_node(
    started: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    shutil.rmtree(started.folder / ".publisher")
    started.configure(
        server, node=node, user="stranger", password=accounts["stranger"], more=", keep: 20"
    )
    started.write("2026-01-02-second-post.md", "Text.", title="Second")
    run = started.run("publish")
    assert run.code == 1
    assert "does not allow stranger@localhost to publish to the node" in run.err
    assert "ask the node's owner for the affiliation publisher" in run.err
    assert len(run.err.splitlines()) == 1
    planned = started.run("plan", "--json").changes
    assert ("new", "2026-01-02-second-post", "refused") in planned


@every_server
def test_a_closed_node_that_is_open_gets_nothing(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(persist_items="1")
    for name in (node, f"{node}-new"):
        blog.configure(
            server, node=name, password=accounts["blog"], more=", access_model: whitelist"
        )
        blog.write("2026-01-01-first-post.md", "Text.", title="First")
        run = blog.run("publish")
        assert (run.code, "is open to everybody" in run.err) == (
            (1, True) if name == node else (0, False)
        )
    assert Outsider(server, "reader", node).items() == []
    with pytest.raises(Denied):
        Outsider(server, "reader", f"{node}-new").items()


def test_a_hidden_limit_makes_keep_necessary(
    tmp_path: Path, ejabberd: Ejabberd, node: str, accounts: Mapping[str, str]
) -> None:
    owner = Outsider(ejabberd, "blog", node)
    owner.create()
    owner.configure(max_items="max")
    blog = Blog(tmp_path / "blog")
    blog.configure(ejabberd, node=node, password=accounts["blog"])
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    run = blog.run("publish")
    assert (run.code, "set `keep`" in run.err) == (1, True)


@every_server
def test_an_unknown_service_is_a_mistake_of_the_configuration(
    tmp_path: Path, server: Server, accounts: Mapping[str, str]
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.configure(server, password=accounts["blog"], service="nowhere.localhost")
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    run = blog.run("publish")
    assert (run.code, len(run.err.splitlines())) == (2, 1)
    assert "the pubsub service of localhost is pubsub.localhost" in run.err


def test_without_the_right_to_create_the_message_names_admins(
    tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.configure(prosody, node=node, user="stranger", password=accounts["stranger"])
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    run = blog.run("publish")
    assert run.code == 1
    assert f"does not allow stranger@localhost to create the node {node}" in run.err
    assert "`admins`" in run.err
    assert set(blog.built()) == {"feed.atom", "feed.rss", "feed.json"}
    assert blog.run("publish", "--json").changes == [("new", "2026-01-01-first-post", "refused")]


@every_server
def test_the_oldest_item_makes_room_on_a_full_node(blog: Blog, server: Server, node: str) -> None:
    blog.write("2026-01-01-post-1.md", "Text.")
    assert blog.run("publish").code == 0
    Outsider(server, "blog", node).configure(max_items="3")
    for day in range(2, 6):
        blog.write(f"2026-01-0{day}-post-{day}.md", "Text.")
        assert blog.run("publish").code == 0
    quiet = blog.run("publish")
    assert (quiet.out, quiet.err) == ("", "")
    assert "no room for the 2 oldest posts" in blog.run("status").err
    left = {item.id for item in Outsider(server, "reader", node).items()}
    assert left == {f"2026-01-0{day}-post-{day}" for day in (3, 4, 5)}


@every_server
def test_the_biggest_post_is_shortened_and_the_others_are_published(
    blog: Blog, server: Server, node: str
) -> None:
    paragraph = "A line of 'quoted' text. " * 100 + "\n\n"
    blog.write("2026-01-01-middling.md", paragraph * 50, title="Middling")
    blog.write("2026-01-02-enormous.md", paragraph * 400, title="Enormous")
    blog.write("2026-01-03-ordinary.md", "Text.", title="Ordinary")
    run = blog.run("publish")
    assert run.code == 0
    assert "its plain-text alternative is shortened" in run.out
    assert "a summary and the link are sent instead" in run.out
    items = {item.id: item.payload for item in Outsider(server, "reader", node).items()}
    enormous = items["2026-01-02-enormous"]
    assert enormous is not None
    assert enormous.find(f"{ATOM}content") is None
    assert len(items) == 3


@every_server
def test_everything_sent_has_arrived_when_the_program_ends(
    started: Blog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        started.write("2026-01-02-second-post.md", "Two.", title="Second")
        assert started.run("publish").code == 0
        Outsider(server, "blog", node).publish("after-the-run", f"<entry xmlns='{ATOM[1:-1]}'/>")
        assert [reader.next().id for _ in range(2)] == ["2026-01-02-second-post", "after-the-run"]


def test_two_runs_at_once_send_everything_once(started: Blog, server: Server, node: str) -> None:
    with Subscriber(server, "reader", node) as reader:
        for day in range(2, 8):
            started.write(f"2026-01-0{day}-post-{day}.md", "Text.")
        both = [
            subprocess.Popen(
                started.command("publish"),
                cwd=started.folder,
                env={"PATH": "/usr/bin:/bin", **started.environment},
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        printed = [run.communicate(timeout=60)[0] for run in both]
        assert [run.returncode for run in both] == [0, 0]
        assert sorted(text.count("+ new") for text in printed) == [0, 6]
        arrived = [reader.next().id for _ in range(6)]
        assert arrived == [f"2026-01-0{day}-post-{day}" for day in range(2, 8)]
        reader.nothing_for(0.5)
