"""A service that shows no item if one of those that it was asked for is missing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from publisher.config import NodeConfig
from publisher.errors import NotFound
from tests.support.servers import Prosody
from tests.support.subscribers import Outsider
from tests.support.xmpp import numbered_item, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# As libervia-pubsub answers; an item is missing if its id says so.
ALL_OR_NOTHING = """
local st = require "util.stanza";

module:hook("iq/host/http://jabber.org/protocol/pubsub:pubsub", function (event)
  local items = event.stanza.tags[1]:get_child("items");
  for item in items and items:childtags("item") or function () end do
    if item.attr.id:find("^missing") then
      event.origin.send(st.error_reply(event.stanza, "cancel", "item-not-found"));
      return true;
    end
  end
end, 100);
"""


@pytest.fixture(scope="module")
def strict(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    modules = {"test_all_or_nothing": ALL_OR_NOTHING}
    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as server:
        yield server


def fetched(server: Prosody, node: str, *ids: str) -> list[str]:
    async def main() -> list[str]:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            return [item.id for item in await found.fetch(ids)]

    return asyncio.run(main())


def test_the_other_items_are_fetched(strict: Prosody, node: str) -> None:
    async def fill() -> None:
        config = NodeConfig(service=strict.service, node=node)
        async with opened(strict, "blog", config) as made:
            await made.create()
            for number in (1, 2):
                await made.publish(numbered_item(number))

    asyncio.run(fill())
    assert fetched(strict, node, "post-0002", "missing", "post-0001") == ["post-0002", "post-0001"]
    assert fetched(strict, node, "missing", "missing, too") == []
    assert fetched(strict, node, "missing") == []


def test_a_missing_node_is_still_not_found(strict: Prosody, node: str) -> None:
    with pytest.raises(NotFound):
        fetched(strict, node, "missing", "post-0001")
    Outsider(strict, "blog", node).create()
    assert fetched(strict, node, "missing", "post-0001") == []
