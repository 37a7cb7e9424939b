"""A node that the configuration closes is closed before the first item, or gets no item."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import Prosody, every_server
from tests.support.subscribers import Denied, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Server

# A service that takes every configuration, and leaves every node as it is.
DEAF = """
local st = require "util.stanza";
for _, kind in ipairs { "host", "bare" } do
  module:hook("iq/"..kind.."/http://jabber.org/protocol/pubsub:pubsub", function (event)
    event.stanza.tags[1]:maptags(function (tag)
      if tag.name ~= "configure" then return tag; end
    end);
  end, 100);
  module:hook("iq/"..kind.."/http://jabber.org/protocol/pubsub#owner:pubsub", function (event)
    if event.stanza.attr.type == "set" and event.stanza.tags[1]:get_child("configure") then
      event.origin.send(st.reply(event.stanza));
      return true;
    end
  end, 100);
end
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-secret.md", "Not for everybody.")
    return made


@pytest.fixture(scope="module")
def deaf(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    modules = {"test_deaf": DEAF}
    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as server:
        yield server


def does_not_exist(server: Server, node: str, service: str | None = None) -> bool:
    with pytest.raises(Denied) as denied:
        Outsider(server, "blog", node, service=service).items()
    return denied.value.condition == "item-not-found"


@every_server
@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_field_that_the_service_does_not_have_is_an_error_before_the_node_is_created(
    blog: Blog, server: Server, node: str, command: str
) -> None:
    more = ", options: {access: whitelist}"
    blog.configure(server, node=node, password=server.accounts["blog"], more=more)
    run = blog.run(command)
    assert run.code == 2
    assert f"error: pubsub.localhost {node}: the service has no field 'access'" in run.err
    assert "(did you mean 'access_model'?)" in run.err
    assert does_not_exist(server, node)


@every_server
@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_field_that_an_existing_node_does_not_have_is_an_error_before_an_item_is_sent(
    blog: Blog, server: Server, node: str, command: str
) -> None:
    Outsider(server, "blog", node).create()
    blog.configure(
        server, node=node, password=server.accounts["blog"], more=", options: {no_such_field: 1}"
    )
    assert blog.run(command).code == 2
    assert Outsider(server, "reader", node).items() == []


@every_server
def test_a_closed_node_is_closed_and_gets_its_items(blog: Blog, server: Server, node: str) -> None:
    more = ", access_model: whitelist"
    blog.configure(server, node=node, password=server.accounts["blog"], more=more)
    assert blog.run("publish").code == 0
    assert len(Outsider(server, "blog", node).items()) == 1
    with pytest.raises(Denied):
        Outsider(server, "reader", node).items()


@pytest.mark.parametrize(
    ("more", "service"),
    [
        (", access_model: whitelist", "pubsub.localhost"),
        (", access_model: whitelist", "blog@localhost"),
        (", access_model: whitelist, options: {publish_model: publishers}", "pubsub.localhost"),
    ],
)
def test_a_node_that_stayed_open_is_deleted_before_it_gets_an_item(
    blog: Blog, deaf: Prosody, more: str, service: str
) -> None:
    node = f"node-{secrets.token_hex(4)}"
    blog.configure(deaf, node=node, password=deaf.accounts["blog"], more=more, service=service)
    run = blog.run("publish")
    assert run.code == 1
    assert "is not as closed as the configuration wants it: its access_model is" in run.err
    assert "the node that this run had created was deleted again" in run.err
    assert does_not_exist(deaf, node, service)


def test_an_open_node_that_existed_before_is_left_without_items(blog: Blog, deaf: Prosody) -> None:
    node = f"node-{secrets.token_hex(4)}"
    Outsider(deaf, "blog", node).create()
    more = ", access_model: whitelist"
    blog.configure(deaf, node=node, password=deaf.accounts["blog"], more=more)
    with Subscriber(deaf, "reader", node) as reader:
        run = blog.run("publish")
        assert run.code == 1
        assert reader.items() == []
        reader.nothing_for(0.5)
    assert "open to everybody, but the configuration wants it closed" in run.err
