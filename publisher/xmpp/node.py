"""The Node of `sync` over XMPP (XEP-0060)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, SubElement, fromstring

from publisher.errors import Busy, NoAnswer, NotFound, Refused, Unavailable
from publisher.sync import Drift, State
from publisher.sync.item import MAX_ID, Item, is_sendable
from publisher.text.node_address import NodeAddress
from publisher.xmpp import forms
from publisher.xmpp.payload import payload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from publisher.config import NodeConfig
    from publisher.xmpp.connection import Connection

PUBSUB = "{http://jabber.org/protocol/pubsub}"
OWNER = "{http://jabber.org/protocol/pubsub#owner}"
DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
DISCO_INFO = "{http://jabber.org/protocol/disco#info}"
LISTED = f"{DISCO_ITEMS}query/{DISCO_ITEMS}item"
RSM = "{http://jabber.org/protocol/rsm}"

ITEMS = f"{PUBSUB}pubsub/{PUBSUB}items/{PUBSUB}item"

PAGE_OF_IDS = 500  # some 50 kB
PAGE_OF_ITEMS = 50

# A list that exceeds these is no list of a blog: the service does not know where it ends.
MAX_PAGES = 1_000
MAX_LISTED = 100_000

# ejabberd says resource-constraint, Prosody bad-request, XEP-0060 section 8.2.5.2 not-acceptable.
_BAD_VALUE = frozenset({"bad-request", "not-acceptable", "resource-constraint"})

# What to ask for where `max` does not say how much it is, as on ejabberd: an item that the server
# had to push out would look as if it were missing.
MAX_ITEMS = ("10000", "5000", "2000", "1000", "500", "250", "100", "20")

_NO_BOUND = "the node's pubsub#max_items is `max`, which does not say how many that is"


class XmppNode:
    """A node at a service. Every call is one request or a few, in order."""

    def __init__(self, connection: Connection, config: NodeConfig, *, site_title: str) -> None:
        self.address = NodeAddress(config.service, config.node)
        self._connection = connection
        self._wanted = forms.desired(config, site_title=site_title)

    async def look(self) -> State:
        """What the node is like. Raises NotFound if there is none, Refused if we may not see it."""
        ids = await self._ids()
        try:
            form = await self._form()
        except NotFound:  # ejabberd's PEP lists the items of a missing node, too: none
            raise
        except Refused as error:  # only owners may see it
            return State(ids=ids, max_items_problem=str(error))
        actual = forms.values(form)
        max_items = forms.number(actual.get("max_items"))
        if max_items is None:  # 0 is a number: the node keeps nothing
            max_items = forms.largest(form)
        hidden = max_items is None and "max_items" in actual
        return State(
            ids=ids,
            max_items=max_items,
            max_items_problem=_NO_BOUND if hidden else "",
            exposed=actual.get("access_model") == "open" != self._wanted["access_model"],
            persistent=actual.get("persist_items", "1") in {"1", "true"},
            drift=tuple(
                Drift(name, actual[name], value)
                for name, value in forms.unmet(self._wanted, actual).items()
            ),
        )

    async def create(self) -> None:
        """Create and configure in one request, so that no half-made node can stay behind.

        Raises Refused, Forbidden.
        """
        default = await self._default_form()
        offered = forms.PORTABLE | forms.values(default).keys()
        wanted = {name: value for name, value in self._wanted.items() if name in offered}
        refusal: Refused | None = None
        for max_items in ("max",) if forms.largest(default) else MAX_ITEMS:
            try:
                await self._create({**wanted, "max_items": max_items})
                break
            except Refused as error:
                if error.condition not in _BAD_VALUE:
                    raise
                refusal = error
        else:  # without our form it would be as open as the service likes
            raise refusal or Refused(f"{self.address.service} takes no max_items")
        await self._repair()

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Set fields of the configuration (section 8.2); those that are still otherwise.

        Raises Refused, Forbidden.
        """
        configure = Element(f"{OWNER}configure", node=self.address.node)
        configure.append(forms.submit(fields))
        await self._request("set", _owner(configure), "configure", patient=False)
        actual = forms.values(await self._form())
        return {name: actual.get(name, "") for name in forms.unmet_or_absent(fields, actual)}

    async def has_subscribers(self) -> bool:
        """By the owner's list (section 8.8.1). At PEP contacts hear without a subscription."""
        if "@" in self.address.service:
            return True
        subscriptions = Element(f"{OWNER}subscriptions", node=self.address.node)
        try:
            answer = await self._request("get", _owner(subscriptions), "list the subscribers of")
        except Busy:
            raise
        except NotFound:
            return False
        except Refused:
            return True
        return any(
            one.get("subscription") not in {None, "none"}
            for one in answer.iter(f"{OWNER}subscription")
        )

    async def describe(self) -> Description:
        """What is wanted of the node, and what it is, as far as the account may see.

        Raises NotFound, Refused, Unavailable.
        """
        wanted = self._wanted
        try:
            return Description(wanted, forms.values(await self._form()), OWNERS_FORM)
        except (NotFound, Busy):
            raise
        except Refused as error:
            hidden = str(error)
        try:
            return Description(wanted, forms.values(await self._meta_data()), META_DATA)
        except NoAnswer:
            raise
        except (Refused, Unavailable):  # ejabberd and Prosody hide it at somebody else's PEP
            return Description(wanted, {}, hidden)

    async def affiliation(self) -> str:
        """Ours at the node (section 5.7); empty if the service does not say."""
        pubsub = _pubsub(Element(f"{PUBSUB}affiliations", node=self.address.node))
        try:
            answer = await self._request("get", pubsub, "tell our affiliation with")
        except NoAnswer:
            raise
        except (Refused, Unavailable):  # Prosody knows no such question
            return ""
        found = {
            one.get("node", self.address.node): one.get("affiliation", "")
            for one in answer.iter(f"{PUBSUB}affiliation")
        }
        return found.get(self.address.node, "")

    async def delete(self) -> None:
        """Delete the node with all its items and subscriptions (section 8.4). Owners only."""
        delete = _owner(Element(f"{OWNER}delete", node=self.address.node))
        await self._request("set", delete, "delete", patient=False)

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        """The items of these ids that are there (section 6.5).

        The payload is empty where it cannot be read.
        """
        items = Element(f"{PUBSUB}items", node=self.address.node)
        for id_ in ids:
            SubElement(items, f"{PUBSUB}item", id=id_)
        answer = await self._request("get", _pubsub(items), "show items of")
        found = {item.get("id"): item for item in answer.iterfind(ITEMS)}
        return [Item(id_, payload(found[id_])) for id_ in ids if id_ in found]

    async def publish(self, item: Item) -> None:
        """Publish, in place if the id is there (section 7.1)."""
        entry = fromstring(item.payload)  # noqa: S314 - we wrote it
        publish = Element(f"{PUBSUB}publish", node=self.address.node)
        SubElement(publish, f"{PUBSUB}item", id=item.id).append(entry)
        await self._request("set", _pubsub(publish), "publish to")

    async def retract(self, id_: str, *, notify: bool) -> None:
        """Take an item away (section 7.2). Raises NotFound if it is not there."""
        if not is_sendable(id_):
            raise Refused(
                "its id is too long, or has a line end or a tab, so that it cannot be sent "
                "unchanged; retract the item with another client"
            )
        retract = Element(f"{PUBSUB}retract", node=self.address.node)
        if notify:
            retract.set("notify", "true")
        SubElement(retract, f"{PUBSUB}item", id=id_)
        await self._request("set", _pubsub(retract), "retract from")

    async def _ids(self) -> tuple[str, ...]:
        """The ids alone, by service discovery (section 5.5): the cheapest list there is.

        A publisher at somebody else's PEP may not ask for that, and gets the items themselves.
        """
        try:
            return await self._pages(self._listed, PAGE_OF_IDS)
        except (NotFound, Busy, _Endless):
            raise
        except Refused as error:
            if error.condition == "not-allowed":  # Prosody, of a domain that it does not reach
                raise Unavailable(str(error)) from error
        except NoAnswer:
            raise
        except Unavailable:
            if "@" not in self.address.service:
                raise
        return await self._pages(self._shown, PAGE_OF_ITEMS)

    async def _pages(
        self, ask: Callable[[Element], Awaitable[ResultPage]], size: int
    ) -> tuple[str, ...]:
        """All pages (XEP-0059). Who knows no paging ignores it, and sends the whole at once.

        Raises Refused if there is no end to them.
        """
        found: dict[str, None] = {}
        after = ""
        for _ in range(MAX_PAGES):
            page = await ask(_page(after, size))
            before = len(found)
            found |= dict.fromkeys(page.ids)
            if len(found) > MAX_LISTED or len(page.last) > MAX_ID:
                break
            if not page.last or len(found) in {before, page.count}:
                return tuple(found)
            after = page.last
        raise _Endless(
            f"{self.address} lists items without end: {len(found):,} so far; take another node, or "
            "ask the service's administrator"
        )

    async def _listed(self, page: Element) -> ResultPage:
        query = Element(f"{DISCO_ITEMS}query", node=self.address.node)
        query.append(page)
        answer = await self._request("get", query, "list the items of")
        names = (item.get("name") for item in answer.iterfind(LISTED))
        return ResultPage.read(answer, names)

    async def _shown(self, page: Element) -> ResultPage:
        pubsub = _pubsub(Element(f"{PUBSUB}items", node=self.address.node))
        pubsub.append(page)
        answer = await self._request("get", pubsub, "show the items of")
        return ResultPage.read(answer, (item.get("id") for item in answer.iterfind(ITEMS)))

    async def _form(self) -> Element | None:
        """The node's configuration (section 8.2)."""
        configure = Element(f"{OWNER}configure", node=self.address.node)
        answer = await self._request("get", _owner(configure), "show the configuration of")
        return answer.find(f".//{forms.X}x")

    async def _meta_data(self) -> Element | None:
        """What everybody may know (section 5.4)."""
        query = Element(f"{DISCO_INFO}query", node=self.address.node)
        answer = await self._request("get", query, "describe")
        return answer.find(f".//{forms.X}x")

    async def _default_form(self) -> Element | None:
        """The service's default configuration (section 8.3), if it shows it."""
        try:
            answer = await self._request("get", _owner(Element(f"{OWNER}default")), "configure")
        except Refused:
            return None
        return answer.find(f".//{forms.X}x")

    async def _create(self, fields: Mapping[str, str]) -> None:
        create = Element(f"{PUBSUB}create", node=self.address.node)
        request = _pubsub(create)
        SubElement(request, f"{PUBSUB}configure").append(forms.submit(fields))
        try:
            await self._request("set", request, "create", patient=False)
        except Refused as error:
            if error.condition != "conflict":
                raise

    async def _repair(self) -> None:
        """Set what the service did not take with the creation: some ignore the form."""
        left = forms.unmet(self._wanted, forms.values(await self._form()))
        if left:
            with suppress(Refused):  # `look` reports what is still unmet
                await self.configure(left)

    async def _request(
        self, kind: Literal["get", "set"], child: Element, verb: str, *, patient: bool = True
    ) -> Element:
        return await self._connection.request(
            kind,
            child,
            to=self.address.service,
            purpose=f"{verb} the node {self.address.node}",
            patient=patient,
        )


class _Endless(Refused):
    """The list of items has no end. Asking for it in another way would only double the work."""


@dataclass(frozen=True, slots=True)
class Description:
    """A node's configuration beside what is wanted; names are without `pubsub#`.

    `source` says where `actual` comes from, or why it is empty.
    """

    wanted: Mapping[str, str]
    actual: Mapping[str, str]
    source: str


OWNERS_FORM = "its configuration"
META_DATA = "its public meta-data; only owners see the rest"


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some ids. `last` is where the next page begins, empty if the service does not page."""

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


def _pubsub(child: Element) -> Element:
    parent = Element(f"{PUBSUB}pubsub")
    parent.append(child)
    return parent


def _owner(child: Element) -> Element:
    parent = Element(f"{OWNER}pubsub")
    parent.append(child)
    return parent
