"""Two lines of Prosody's configuration decide what readers see: they are named, and they work."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from publisher.lint.clients import EXPOSE_PUBLISHER, SUMMARY_TEMPLATE
from tests.support import ROOT
from tests.support.blog import Blog
from tests.support.raw import PUBSUB, RawClient
from tests.support.servers import Prosody, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

EVENT = f"{{{PUBSUB}#event}}"
ASKS_FOR_BODY = (
    "<options node='blog' jid='{jid}'><x xmlns='jabber:x:data' type='submit'>"
    f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#subscribe_options</value></field>"
    "<field var='pubsub#include_body'><value>1</value></field></x></options>"
)


@pytest.fixture
def with_lines(accounts: Mapping[str, str]) -> Iterator[Server]:
    lines = f"{EXPOSE_PUBLISHER}\n{SUMMARY_TEMPLATE}"
    with Prosody(accounts, admins=["blog@localhost"], storage="memory", settings=lines) as server:
        yield server


@pytest.fixture
def without_lines(accounts: Mapping[str, str]) -> Iterator[Server]:
    with Prosody(accounts, admins=["blog@localhost"], storage="memory") as server:
        yield server


def blog_at(server: Server, folder: Path, **keys: str) -> Blog:
    blog = Blog(folder / "blog")
    blog.configure(server, password=server.accounts["blog"], **keys)
    blog.write("2026-01-01-one.md", "Text.\n", title="The first")
    done = blog.run("publish")
    assert done.code == 0, done.err
    return blog


def heard(server: Server, blog: Blog) -> ET.Element:
    """The message about a new post to a subscriber who asks for a body."""
    with RawClient(server, "reader", presence="<presence/>") as client:
        subscribe = f"<subscribe node='blog' jid='{client.jid}'/>"
        options = ASKS_FOR_BODY.format(jid=client.jid)
        child = f"<pubsub xmlns='{PUBSUB}'>{subscribe}{options}</pubsub>"
        answer = client.ask(child, to=server.service)
        assert b"subscribed" in answer, answer
        blog.write("2026-01-02-two.md", "Words.\n", title="Hello & goodbye")
        assert blog.run("publish").code == 0
        return ET.fromstring(f"<message {client.message()}")  # noqa: S314 - from our own server


def publisher_of(message: ET.Element) -> str | None:
    (item,) = message.iter(f"{EVENT}item")
    return item.get("publisher")


def body_of(message: ET.Element) -> str | None:
    return next((child.text for child in message if child.tag.endswith("body")), None)


NOTE = "the service does not say who published an item"


def test_with_both_lines_readers_get_the_publisher_and_a_body(
    with_lines: Server, tmp_path: Path
) -> None:
    blog = blog_at(with_lines, tmp_path)
    message = heard(with_lines, blog)
    assert publisher_of(message) == "blog@localhost"
    assert body_of(message) == "Hello & goodbye\nhttps://blog.example/2026/01/02/two/"
    assert NOTE not in blog.run("node", "show").out
    assert blog.run("node", "show", "--json").json["nodes"][0]["hides_publisher"] is False


def test_without_them_readers_get_neither_and_node_show_says_so(
    without_lines: Server, tmp_path: Path
) -> None:
    blog = blog_at(without_lines, tmp_path)
    message = heard(without_lines, blog)
    assert (publisher_of(message), body_of(message)) == (None, None)
    shown = blog.run("node", "show")
    assert shown.code == 0
    assert NOTE in shown.out
    assert EXPOSE_PUBLISHER in shown.out
    assert blog.run("node", "show", "--json").json["nodes"][0]["hides_publisher"] is True


def test_an_account_of_prosody_says_who_published(without_lines: Server, tmp_path: Path) -> None:
    blog = blog_at(without_lines, tmp_path, service="blog@localhost")
    assert NOTE not in blog.run("node", "show").out
    assert "note: if " not in blog.run("check", "--readers").out


def test_check_names_the_lines_for_every_service_once(tmp_path: Path, accounts: object) -> None:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-one.md", "Text.\n", title="One")
    path = blog.folder / "publisher.yaml"
    nodes = ", ".join(
        f"{{service: {service}, node: {node}}}"
        for service, node in (("pubsub.a.example", "a"), ("pubsub.a.example", "b"), ("a@b", "c"))
    )
    xmpp = f"xmpp: {{jid: a@b.example, password_env: NONE, nodes: [{nodes}]}}\n"
    path.write_text(path.read_text() + xmpp)
    said = blog.run("check", "--readers").out
    assert said.count("note: if pubsub.a.example runs on Prosody") == 1
    assert said.count("note: if ") == 1
    for line in (EXPOSE_PUBLISHER, SUMMARY_TEMPLATE):
        assert line in said
    (advice,) = blog.run("check", "--readers", "--json").json["advice"]
    assert SUMMARY_TEMPLATE in advice
    assert "advice" not in blog.run("check", "--json").json
    assert "note: if " not in blog.run("check").out


def test_the_documentation_has_the_lines() -> None:
    text = (ROOT / "docs" / "xmpp.md").read_text(encoding="utf-8")
    for line in (EXPOSE_PUBLISHER, SUMMARY_TEMPLATE):
        assert f"\n  {line}\n" in text
