"""Read the items of a node: all of their ids, page by page, and the payloads of some."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct

from publisher.errors import Busy, NoAnswer, NotFound, Refused, Unavailable, WrongAddress
from publisher.sync import ItemsRead, fetching, ignore_reading
from publisher.sync.item import MAX_ID, Item
from publisher.xmpp import data_forms, stream_limits
from publisher.xmpp.received_payload import payload
from publisher.xmpp.requests import PUBSUB
from publisher.xmpp.stream_limits import IDS, PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

    from publisher.sync import OnRead
    from publisher.xmpp.requests import Requests

DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
LISTED = f"{DISCO_ITEMS}query/{DISCO_ITEMS}item"
RSM = "{http://jabber.org/protocol/rsm}"

ITEMS = f"{PUBSUB}pubsub/{PUBSUB}items/{PUBSUB}item"

PAGE_OF_IDS = 250  # the first page; some 25 kB
# The first page of items with their payloads: of the largest ones it has 5 MB.
PAGE_OF_ITEMS = 20
# Later pages have as many as fit, by the size of those that arrived: ejabberd reads the whole node
# for each page, so their number must not grow with that of the items. A quarter of the limits,
# because later items may be larger.
PAGE_SIZE = PAYLOADS.bytes // 4
ENVELOPE = 100  # bytes around an id or a payload
PART = PAYLOADS.bytes // PAYLOADS.parts  # bytes for which an element or an attribute counts

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
        return await _pages(requests, _listed, PAGE_OF_IDS, "listing", on_read)
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
    return await _pages(requests, _shown, PAGE_OF_ITEMS, "listing", on_read)


async def _pages(
    requests: Requests,
    ask: Callable[[Requests, Element], Awaitable[ResultPage]],
    size: int,
    action: Literal["listing", "reading"],
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
            on_read(ItemsRead(action, len(found), len(found)))
            return tuple(found)
        # The next request must repeat `last`, and a long one could exceed the stanza limit.
        # COMPAT(Openfire 5.2): it is the service and the id of an item, run together.
        if len(page.last) > MAX_ID:
            break
        left = (page.count or MAX_LISTED) - len(found)
        size = page.next_size(size, left=left)
        on_read(ItemsRead(action, len(found), page.count, awaits_rest=size >= left))
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
    names = [item.get("name") or "" for item in answer.iterfind(LISTED)]
    ids = dict.fromkeys(filter(None, names), "")
    return ResultPage.read(answer, ids, size=sum(len(id_) + ENVELOPE for id_ in ids))


async def _shown(requests: Requests, page: Element, *, newest: int | None = None) -> ResultPage:
    """A page of items; if the service has no paging, all of them or so many of the newest."""
    items = Element(f"{PUBSUB}items", node=requests.address.node)
    if newest:
        items.set("max_items", str(newest))
    answer = await requests.items(items, "show the items of", page=page, limits=PAYLOADS)
    elements = {item.get("id") or "": item for item in answer.iterfind(ITEMS)}
    payloads = {id_: payload(element) for id_, element in elements.items() if id_}
    parts = sum(1 + len(element.attrib) for element in answer.iter())
    length = sum(len(id_) + len(text) + ENVELOPE for id_, text in payloads.items())
    return ResultPage.read(answer, payloads, size=max(length, PART * parts))


async def everything(requests: Requests, listed: int, on_read: OnRead) -> list[Item]:
    """All of the `listed` items, or the newest if all are too big for one answer.

    Payloads that cannot be parsed are empty.
    """
    found: dict[str, Item] = {}

    async def shown(requests: Requests, page: Element) -> ResultPage:
        # A service without paging sends all items, or with `max_items` the newest (section 6.5.7).
        newest = None if found else PAGE_OF_ITEMS
        result = await _shown(requests, page, newest=newest)
        is_cut = newest and not result.last and len(result.ids) < listed
        if is_cut and result.next_size(PAGE_OF_ITEMS, left=listed) >= listed:
            result = await _shown(requests, page)
        found.update((id_, Item(id_, text)) for id_, text in result.payloads.items())
        return result

    await _pages(requests, shown, PAGE_OF_ITEMS, "reading", on_read)
    return [*found.values()]


async def fetch(requests: Requests, ids: Sequence[str]) -> list[Item]:
    """Those of the items that exist (section 6.5), in the order of the ids.

    A payload that cannot be parsed is empty.
    """
    return await fetching.existing(
        lambda some: requested(requests, some), ids, require_node=lambda: _require_node(requests)
    )


async def requested(requests: Requests, ids: Sequence[str]) -> list[Item]:
    """The same in one request. A service may refuse all of them because one is missing."""
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


class ResultPage(Struct, frozen=True):
    """Some ids with their payloads, which are empty in a list of ids.

    The next page begins after `last`, which is empty if the service has no paging. `size` is the
    part of PAGE_SIZE that they take.
    """

    payloads: Mapping[str, str]
    size: int
    last: str = ""
    count: int | None = None

    @classmethod
    def read(cls, answer: Element, payloads: Mapping[str, str], *, size: int) -> ResultPage:
        last = answer.findtext(f"*/{RSM}set/{RSM}last") or ""
        return cls(
            payloads, size, last, data_forms.number(answer.findtext(f"*/{RSM}set/{RSM}count"))
        )

    @property
    def ids(self) -> Collection[str]:
        return self.payloads.keys()

    def next_size(self, size: int, *, left: int) -> int:
        """How many to ask for next, after a page of at most `size`, if `left` are left."""
        fitting = PAGE_SIZE * len(self.payloads) // max(self.size, 1)
        return max(size, min(left, fitting))


def _page(after: str, size: int) -> Element:
    page = Element(f"{RSM}set")
    SubElement(page, f"{RSM}max").text = str(size)
    if after:
        SubElement(page, f"{RSM}after").text = after
    return page
