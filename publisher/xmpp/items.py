"""Read the items of a node: all of their ids, page by page, and the payloads of some."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from publisher.errors import Busy, NoAnswer, NotFound, Refused, Unavailable, WrongAddress
from publisher.sync import fetching, ignore_reading
from publisher.sync.item import MAX_ID, Item
from publisher.xmpp import forms, stream_limits
from publisher.xmpp.received_payload import payload
from publisher.xmpp.requests import PUBSUB
from publisher.xmpp.stream_limits import IDS, PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from publisher.sync import OnRead
    from publisher.xmpp.requests import Requests

DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
LISTED = f"{DISCO_ITEMS}query/{DISCO_ITEMS}item"
RSM = "{http://jabber.org/protocol/rsm}"

ITEMS = f"{PUBSUB}pubsub/{PUBSUB}items/{PUBSUB}item"

PAGE_OF_IDS = 250  # some 25 kB
# These come with their payloads: a page of the largest ones has 13 MB.
PAGE_OF_ITEMS = 50

# No blog has more. A service whose list goes on beyond this may never end it.
MAX_PAGES = 1_000
MAX_LISTED = 100_000
MAX_LISTED_LENGTH = 80_000_000  # characters of all ids together; others may choose long ones
MAX_LISTING_SECONDS = 600.0  # for all pages; a page of a slow server takes a second


async def ids(requests: Requests, on_read: OnRead = ignore_reading) -> tuple[str, ...]:
    """The ids of all items, by service discovery (section 5.5), which sends no payloads.

    A publisher at somebody else's PEP may not use that, and lists the items themselves. `on_read`
    is called after each page. Raises NotFound if there is no such node.
    """
    try:
        return await _pages(requests, _listed, PAGE_OF_IDS, on_read)
    except (Busy, _Endless):
        raise
    except NotFound:
        # COMPAT(Openfire 5.2): it answers this for every node of an account, also for one that
        # exists.
        if "@" not in requests.address.service:
            raise
    except Refused as error:
        if error.condition == "not-allowed":  # COMPAT(Prosody): it cannot reach the domain
            raise WrongAddress(str(error), condition=error.condition) from error
    except NoAnswer:
        raise
    except Unavailable:
        # At somebody else's PEP the error may just mean that the account may not list the
        # items.
        if "@" not in requests.address.service:
            raise
    return await _pages(requests, _shown, PAGE_OF_ITEMS, on_read)


async def _pages(
    requests: Requests,
    ask: Callable[[Requests, Element], Awaitable[ResultPage]],
    size: int,
    on_read: OnRead,
) -> tuple[str, ...]:
    """The ids on all pages (XEP-0059). A service without paging sends everything at once.

    Raises Refused if the pages do not end.
    """
    found: dict[str, None] = {}
    after, length = "", 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + MAX_LISTING_SECONDS
    for _ in range(MAX_PAGES):
        try:
            page = await ask(requests, _page(after, size))
        except NotFound:
            if not after:
                raise
            # XEP-0059 section 2.4: somebody has retracted the item `after`, so we begin again.
            found, after = {}, ""
            continue
        before = len(found)
        found |= dict.fromkeys(page.ids)
        length += sum(map(len, page.ids))
        if len(found) > MAX_LISTED or length > MAX_LISTED_LENGTH:
            break
        # No new ids: the service ignores `after`. As many as it counts: this was the last page.
        if not page.last or len(found) in {before, page.count}:
            on_read(len(found), len(found))
            return tuple(found)
        # The next request must repeat `last`, and a long one could exceed the stanza limit.
        # COMPAT(Openfire 5.2): it is the service and the id of an item, run together.
        if len(page.last) > MAX_ID:
            break
        on_read(len(found), page.count)
        if loop.time() > deadline:
            break
        after = page.last
    raise _Endless(
        f"{requests.address} lists items without end: {len(found):,} so far. At most "
        f"{MAX_LISTED:,} are read, on {MAX_PAGES:,} pages, within "
        f"{MAX_LISTING_SECONDS / 60:.0f} minutes, with ids of {MAX_LISTED_LENGTH:,} "
        "characters together; use another node, or ask the service's administrator"
    )


async def _listed(requests: Requests, page: Element) -> ResultPage:
    query = Element(f"{DISCO_ITEMS}query", node=requests.address.node)
    query.append(page)
    answer = await requests.send("get", query, "list the items of", limits=IDS)
    # XEP-0060 section 5.5: the id of an item is in `name`.
    names = (item.get("name") for item in answer.iterfind(LISTED))
    return ResultPage.read(answer, names)


async def _shown(requests: Requests, page: Element) -> ResultPage:
    items = Element(f"{PUBSUB}items", node=requests.address.node)
    answer = await requests.items(items, "show the items of", page=page, limits=PAYLOADS)
    return ResultPage.read(answer, (item.get("id") for item in answer.iterfind(ITEMS)))


async def fetch(requests: Requests, ids: Sequence[str]) -> list[Item]:
    """Those of the items that exist (section 6.5), in the order of the ids.

    A payload that cannot be parsed is empty.
    """
    return await fetching.existing(
        lambda some: _requested(requests, some), ids, require_node=lambda: _require_node(requests)
    )


async def _requested(requests: Requests, ids: Sequence[str]) -> list[Item]:
    items = Element(f"{PUBSUB}items", node=requests.address.node)
    for id_ in ids:
        SubElement(items, f"{PUBSUB}item", id=id_)
    limits = stream_limits.items(len(ids))
    answer = await requests.items(items, "show items of", limits=limits)
    elements = {element.get("id"): element for element in answer.iterfind(ITEMS)}
    return [Item(id_, payload(elements[id_])) for id_ in ids if id_ in elements]


async def names_publisher(requests: Requests, id_: str) -> bool:
    """Whether the service says who published an item (section 7.1.2.3). True if it is gone."""
    items = Element(f"{PUBSUB}items", node=requests.address.node)
    SubElement(items, f"{PUBSUB}item", id=id_)
    answer = await requests.items(items, "show an item of", limits=PAYLOADS)
    return all(item.get("publisher") for item in answer.iterfind(ITEMS))


async def _require_node(requests: Requests) -> None:
    """Raise NotFound if the node does not exist. Its last item is the least that it can show."""
    items = Element(f"{PUBSUB}items", node=requests.address.node, max_items="1")
    await requests.items(items, "show an item of", limits=PAYLOADS)


class _Endless(Refused):
    """The list of items has no end. Listing them in another way would not help."""


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some ids. The next page begins after `last`, which is empty if the service has no paging."""

    ids: tuple[str, ...]
    last: str = ""
    count: int | None = None

    @classmethod
    def read(cls, answer: Element, names: Iterable[str | None]) -> ResultPage:
        ids = tuple(name for name in names if name)
        last = answer.findtext(f"*/{RSM}set/{RSM}last") or ""
        return cls(ids, last, forms.number(answer.findtext(f"*/{RSM}set/{RSM}count")))


def _page(after: str, size: int) -> Element:
    page = Element(f"{RSM}set")
    SubElement(page, f"{RSM}max").text = str(size)
    if after:
        SubElement(page, f"{RSM}after").text = after
    return page
