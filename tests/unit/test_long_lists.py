"""A list of items that never ends is not read for ever, and a long one is read to its end."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import Element, SubElement

import pytest

from publisher.config import NodeConfig
from publisher.errors import NotFound, Refused
from publisher.xmpp import XmppNode
from publisher.xmpp.items import (
    DISCO_ITEMS,
    MAX_LISTED,
    MAX_LISTED_LENGTH,
    MAX_LISTING_SECONDS,
    MAX_PAGES,
    PAGE_OF_IDS,
    RSM,
)
from tests.support import fake_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.xmpp.connection import Connection

LONGEST_ID = 260_000  # what fits into a stanza


class Service:
    """A service that lists items page by page, each after `seconds`, in the place of a connection.

    `ids` makes the ids of a page. There is another page as long as `ends_after` allows one. The
    item by which the page `gone` is asked for has been retracted.
    """

    jid = "blog@localhost"

    def __init__(
        self,
        ids: Callable[[int], list[str]],
        *,
        seconds: float = 0.1,
        ends_after: int = 10**9,
        gone: int | None = None,
    ) -> None:
        self._ids = ids
        self._seconds = seconds
        self._ends_after = ends_after
        self._gone = gone
        self.pages = self.restarts = 0

    async def request(self, _: str, child: Element, **_options: Any) -> Element:
        if child.tag != f"{DISCO_ITEMS}query":
            raise Refused("it only lists items")
        await asyncio.sleep(self._seconds)
        if self.pages == self._gone and not self.restarts:
            self.pages, self.restarts = 0, 1
            raise NotFound("the item is gone")
        answer = Element("iq")
        query = SubElement(answer, f"{DISCO_ITEMS}query")
        for id_ in self._ids(self.pages):
            SubElement(query, f"{DISCO_ITEMS}item", name=id_)
        self.pages += 1
        paging = SubElement(query, f"{RSM}set")
        if self.pages < self._ends_after:
            SubElement(paging, f"{RSM}last").text = str(self.pages)
        return answer

    def listed(self) -> tuple[str, ...]:
        """The ids that a node takes from it, in fake time. Raises Refused."""

        async def look() -> tuple[str, ...]:
            node = XmppNode(cast("Connection", self), config, site_title="x")
            return (await node.look()).ids

        config = NodeConfig(service="pubsub.localhost", node="blog")
        return fake_time.run(look())


def full(page: int) -> list[str]:
    return [f"post-{page}-{number}" for number in range(PAGE_OF_IDS)]


def one(page: int) -> list[str]:
    return [f"post-{page}"]


def longest(page: int) -> list[str]:
    return [f"{page}-{number}".ljust(LONGEST_ID) for number in range(4)]


def everything(_: int) -> list[str]:
    return [f"post-{number}" for number in range(MAX_LISTED + 1)]


def test_a_long_list_of_a_slow_service_is_read_to_its_end() -> None:
    service = Service(full, seconds=10.0, ends_after=40)
    assert service.listed() == tuple(itertools.chain.from_iterable(map(full, range(40))))


@pytest.mark.parametrize(
    ("ids", "seconds", "most"),
    [
        (full, 0.1, MAX_LISTED // PAGE_OF_IDS + 1),
        (one, 0.1, MAX_PAGES),
        (one, 20.0, int(MAX_LISTING_SECONDS / 20) + 1),
        (longest, 0.1, MAX_LISTED_LENGTH // (4 * LONGEST_ID) + 1),
        (everything, 0.1, 1),
    ],
)
def test_a_list_without_end_is_left(
    ids: Callable[[int], list[str]], seconds: float, most: int
) -> None:
    service = Service(ids, seconds=seconds)
    with pytest.raises(Refused, match=r"without end: .* At most 100,000 are read, on 1,000 pages"):
        service.listed()
    assert service.pages == most


def test_a_list_begins_again_if_the_last_item_of_a_page_is_retracted_meanwhile() -> None:
    """Otherwise the node would be taken for missing, or the item for one that is there."""

    def ids(page: int) -> list[str]:
        return [f"post-{page}", *(["retracted"] if page == 1 and not service.restarts else [])]

    service = Service(ids, ends_after=4, gone=2)
    assert service.listed() == ("post-0", "post-1", "post-2", "post-3")


def test_a_last_page_that_comes_late_is_not_lost() -> None:
    service = Service(one, seconds=MAX_LISTING_SECONDS + 1, ends_after=1)
    assert service.listed() == ("post-0",)
