"""A node of `sync` that is reached over XMPP (XEP-0060)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, SubElement, fromstring

from publisher.errors import (
    Busy,
    Forbidden,
    NoAnswer,
    NotFound,
    Refused,
    Unavailable,
    WrongAddress,
)
from publisher.sync import Drift, State
from publisher.sync.item import MAX_ID, Item, is_sendable
from publisher.text.characters import short_line
from publisher.text.node_address import NodeAddress
from publisher.xmpp import forms, stream_limits
from publisher.xmpp.received_payload import payload
from publisher.xmpp.stream_limits import ANSWER, IDS, PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from publisher.config import NodeConfig
    from publisher.xmpp.answers import Right
    from publisher.xmpp.connection import Connection
    from publisher.xmpp.stream_limits import Limits

PUBSUB = "{http://jabber.org/protocol/pubsub}"
OWNER = "{http://jabber.org/protocol/pubsub#owner}"
DISCO_ITEMS = "{http://jabber.org/protocol/disco#items}"
DISCO_INFO = "{http://jabber.org/protocol/disco#info}"
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

# ejabberd refuses a bad value in a form with resource-constraint, Prosody with bad-request, and
# XEP-0060 section 8.2.5.2 defines not-acceptable.
_BAD_VALUE = frozenset({"bad-request", "not-acceptable", "resource-constraint"})

# The numbers to try if a service does not say what `max` stands for, as on ejabberd. We must know
# the limit: an item that the server dropped to make room would look as if it were missing.
MAX_ITEMS = ("10000", "5000", "2000", "1000", "500", "250", "100", "20")

# The affiliations that may publish (section 4.1).
_PUBLISHING = frozenset({"owner", "publisher", "publish-only"})
NAMED = 3  # accounts that a message names
MAX_JID = 100  # characters of a JID that a message shows

_UNKNOWN_LIMIT_OF_NEW_NODES = "the service does not say how many items a new node can hold"
_UNKNOWN_LIMIT = (
    "the node's pubsub#max_items is `max`, and the service does not say how many that is"
)


class XmppNode:
    """A node at a service. Every method sends one request, or a few one after the other."""

    def __init__(self, connection: Connection, config: NodeConfig, *, site_title: str) -> None:
        self.address = NodeAddress(config.service, config.node)
        self._connection = connection
        self._wanted = forms.desired(config, site_title=site_title)
        # Services take any title.
        self._named = config.named - {"title", "description"}

    async def look(self) -> State:
        """The state of the node. Raises NotFound, or Refused if the account may not see it."""
        ids = await self._ids()
        try:
            form = await self._form()
        except (NotFound, Busy):
            # COMPAT(ejabberd): its PEP answers with an empty list of items if there is no node.
            raise
        except Refused as error:  # only owners may see the configuration
            refusal, not_owner = await self._rights(sees_form=False)
            return State(
                ids=ids, max_items_problem=str(error), refusal=refusal, not_owner=not_owner
            )
        refusal, not_owner = await self._rights(sees_form=True)
        actual = forms.values(form)
        max_items = forms.number(actual.get("max_items"))
        if max_items is None:  # not `or`: with 0 the node stores nothing
            max_items = forms.largest(form)
        is_hidden = max_items is None and "max_items" in actual
        return State(
            ids=ids,
            max_items=max_items,
            max_items_problem=_UNKNOWN_LIMIT if is_hidden else "",
            exposed=actual.get("access_model") == "open" != self._wanted["access_model"],
            persistent=actual.get("persist_items", "1") in {"1", "true"},
            drift=tuple(
                Drift(name, actual[name], value)
                for name, value in forms.unmet(self._wanted, actual).items()
            ),
            refusal=refusal,
            not_owner=not_owner,
            fields=frozenset(actual),
        )

    async def prospect(self) -> State:
        """The state of a node that does not exist, as `create` would make it. Raises Refused."""
        if refusal := await self._creation_refusal():
            return State(exists=False, refusal=refusal)
        default = await self._default_form()
        offered = forms.values(default)
        largest, asked = forms.largest(default), forms.number(self._wanted.get("max_items"))
        # `create` sets the largest number of MAX_ITEMS that the service takes, and it takes at
        # least its own default.
        usual = forms.number(offered.get("max_items")) or 0
        least = largest or max((int(n) for n in MAX_ITEMS if int(n) <= usual), default=0)
        known = largest if asked is None else (asked if asked <= least else largest)
        return State(
            exists=False,
            max_items=known,
            max_items_problem=_UNKNOWN_LIMIT_OF_NEW_NODES if known is None else "",
            least_items=least,
            fields=frozenset(offered) if offered else None,
        )

    async def _creation_refusal(self) -> str:
        """Why the account may not create the node, empty if it may, or if the service hides it."""
        service, account = self.address.service, self._connection.jid
        if "@" in service and service != account:
            return (
                f"{self.address} does not exist, and only {service} itself can create nodes there; "
                f"set the service to {account}, or let {service} create the node and make "
                f"{account} a publisher of it"
            )
        try:
            await self._form()
        except NotFound:
            return ""
        except Forbidden:
            # COMPAT(Prosody 0.12): it looks for the node only if the account may configure every
            # node of the service; no other account may create one.
            return (
                f"{service} does not allow {account} to create the node {self.address.node}; on "
                "Prosody add the account to the `admins` of the pubsub component, elsewhere ask "
                "the administrator for the right to create nodes"
            )
        except Busy:
            raise
        except Refused:
            return ""
        return ""  # somebody has created it just now

    async def _rights(self, *, sees_form: bool) -> tuple[str, str]:
        """Why the account may not publish to the node, and why it may not configure it.

        Each is empty if it may, or if the service does not tell.
        """
        account = self._connection.jid
        affiliation = await self.affiliation() or await self._guessed(sees_form=sees_form)
        if affiliation in {"", "owner"}:
            return "", ""
        not_owner = f"only its owner can do that, and {account} is not its owner"
        if affiliation in {"publisher", "publish-only"} or await self._is_open_to_publishers():
            return "", not_owner
        refusal = (
            f"{self.address.service} does not allow {account} to publish to the node "
            f"{self.address.node}: its affiliation with the node is "
            f"{short_line(affiliation, MAX_JID)}; ask the node's owner for the affiliation "
            "publisher"
        )
        return refusal, not_owner

    async def _guessed(self, *, sees_form: bool) -> str:
        """Our affiliation by what the service lets us see; empty if that shows nothing."""
        try:
            await self._affiliations()
        except (Busy, NoAnswer):
            raise
        except Forbidden:
            # COMPAT(Prosody 0.12): it does not tell our own affiliation, but it shows the
            # configuration to publishers, and the affiliations to owners.
            return "publisher" if sees_form else "none"
        except (Refused, Unavailable):
            return ""
        return "owner"

    async def _is_open_to_publishers(self) -> bool:
        """Whether accounts without an affiliation may publish, or may be allowed to."""
        try:
            meta_data = forms.values(await self._meta_data())
        except (Busy, NoAnswer):
            raise
        except (Refused, Unavailable):
            return False
        # Whether we are among the `subscribers`, the service knows better.
        return meta_data.get("publish_model", "publishers") != "publishers"

    async def create(self) -> bool:
        """Create and configure the node in one request, so that none is left unconfigured.

        Returns False if somebody else has created it just now. Raises Refused, Forbidden.
        """
        default = await self._default_form()
        # COMPAT(ejabberd 23.01): it refuses a whole form because of one field that it does not
        # know.
        offered = forms.PORTABLE | forms.values(default).keys()
        wanted = {name: value for name, value in self._wanted.items() if name in offered}
        refusal: Refused | None = None
        for max_items in ("max",) if forms.largest(default) else MAX_ITEMS:
            try:
                is_created = await self._create({**wanted, "max_items": max_items})
                break
            except Refused as error:
                if error.condition not in _BAD_VALUE:
                    raise
                refusal = error
        else:  # without our form the node would have the service's default access model
            raise (
                self._with_values(refusal)
                if refusal
                else Refused(f"{self.address.service} takes no max_items")
            )
        if is_created:
            await self._repair()
        return is_created

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Set fields of the configuration (section 8.2). Returns those that are still different.

        Raises Refused, Forbidden.
        """
        configure = Element(f"{OWNER}configure", node=self.address.node)
        configure.append(forms.submit(fields))
        try:
            await self._request("set", _owner(configure), "configure", "own", may_retry=False)
        except Refused as error:
            if error.condition not in _BAD_VALUE:
                raise
            raise self._with_values(error, fields) from error
        actual = forms.values(await self._form())
        return {name: actual.get(name, "") for name in forms.unmet_or_absent(fields, actual)}

    def _with_values(self, error: Refused, sent: Mapping[str, str] | None = None) -> Refused:
        """The refusal of a form, with the values in it that the configuration sets."""
        sent = self._wanted if sent is None else sent
        named = [f"{name}: {sent[name]}" for name in sorted(self._named & sent.keys())]
        if not named:
            return error
        values = f"it may not take {' or '.join(named)}, which the configuration sets"
        return Refused(f"{error}; {values}", condition=error.condition)

    async def has_subscribers(self) -> bool:
        """Whether anybody is subscribed (section 8.8.1), or may be: only owners can find out."""
        if "@" in self.address.service:  # PEP notifies contacts without a subscription
            return True
        subscriptions = Element(f"{OWNER}subscriptions", node=self.address.node)
        try:
            request = _owner(subscriptions)
            answer = await self._request("get", request, "list the subscribers of", "own")
        # Busy is a Refused, too, but the caller retries it.
        except Busy:
            raise
        except NotFound:
            return False
        except Refused:
            return True
        return _has_subscriptions(answer)

    async def obstacle_to_silence(self) -> str:
        """Why notifications must stay on while we publish, empty if we may turn them off.

        Only owners see the configuration (section 8.2) and the affiliations (section 8.9.1).
        """
        try:
            actual = forms.values(await self._form())
            affiliations = await self._affiliations()
        # Busy is a Refused, too, but the caller retries it.
        except Busy:
            raise
        except Forbidden:
            return "only its owner can turn notifications off"
        except Refused as error:
            return str(error)
        if "deliver_notifications" not in actual:
            return "the service has no pubsub#deliver_notifications"
        if (model := actual.get("publish_model", "publishers")) != "publishers":
            return f"its publish_model is {model!r}, so others may publish there"
        others = [
            jid
            for jid, affiliation in affiliations.items()
            if affiliation in _PUBLISHING and jid != self._connection.jid
        ]
        return f"other accounts may publish there, too: {_some(others)}" if others else ""

    async def _affiliations(self) -> dict[str, str]:
        """The affiliation of each account with the node (section 8.9.1). Owners only."""
        affiliations = Element(f"{OWNER}affiliations", node=self.address.node)
        answer = await self._request("get", _owner(affiliations), "show the affiliations of")
        return {
            element.get("jid", ""): element.get("affiliation", "")
            for element in answer.iter(f"{OWNER}affiliation")
        }

    async def describe(self) -> Description:
        """The wanted and the actual configuration, as far as the account may see it.

        Raises NotFound, Refused, Unavailable.
        """
        wanted = self._wanted
        try:
            return Description(wanted, forms.values(await self._form()), OWNERS_FORM)
        # Busy is a Refused, too, but the caller retries it.
        except (NotFound, Busy):
            raise
        except Refused as error:
            refusal = str(error)
        try:
            return Description(wanted, forms.values(await self._meta_data()), META_DATA)
        # NoAnswer is an Unavailable, too, but silence does not mean that the metadata is hidden.
        except NoAnswer:
            raise
        except (Refused, Unavailable):
            # COMPAT(ejabberd, Prosody): they hide the metadata of a node at somebody else's PEP.
            return Description(wanted, {}, refusal)

    async def affiliation(self) -> str:
        """Our affiliation with the node (section 5.7), empty if the service does not say."""
        pubsub = _pubsub(Element(f"{PUBSUB}affiliations", node=self.address.node))
        try:
            answer = await self._request("get", pubsub, "tell our affiliation with")
        except (Busy, NoAnswer):
            raise
        except (Refused, Unavailable):  # COMPAT(Prosody): it does not support this request
            return ""
        affiliations = {
            element.get("node", self.address.node): element.get("affiliation", "")
            for element in answer.iter(f"{PUBSUB}affiliation")
        }
        return affiliations.get(self.address.node, "none")

    async def delete_unused(self) -> bool:
        """Delete the node if it has no item and no subscriber. Returns whether it is deleted.

        Nobody can make both one step (XEP-0060 has no conditional deletion), so a subscription that
        arrives in between is lost.
        """
        subscriptions = Element(f"{OWNER}subscriptions", node=self.address.node)
        try:
            answer = await self._request("get", _owner(subscriptions), "list the subscribers of")
        except Busy:
            raise
        except Refused:  # COMPAT(ejabberd): it does not list the subscribers of a PEP node
            return False
        if await self._ids() or _has_subscriptions(answer):
            return False
        await self.delete()
        return True

    async def delete(self) -> None:
        """Delete the node with all its items and subscriptions (section 8.4). Owners only."""
        delete = _owner(Element(f"{OWNER}delete", node=self.address.node))
        await self._request("set", delete, "delete", "own", may_retry=False)

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        """Those of the items that exist (section 6.5), in the order of the ids.

        A payload that cannot be parsed is empty.
        """
        items = Element(f"{PUBSUB}items", node=self.address.node)
        for id_ in ids:
            SubElement(items, f"{PUBSUB}item", id=id_)
        answer = await self._request(
            "get", _pubsub(items), "show items of", limits=stream_limits.items(len(ids))
        )
        elements = {element.get("id"): element for element in answer.iterfind(ITEMS)}
        return [Item(id_, payload(elements[id_])) for id_ in ids if id_ in elements]

    async def publish(self, item: Item) -> None:
        """Publish an item, replacing the one with the same id (section 7.1)."""
        # COMPAT(slixmpp 1.17): it takes elements of the standard library, and none of lxml.
        entry = fromstring(item.payload)  # noqa: S314 - we wrote it
        # One item per request: Prosody 0.12 stores only the first of several, and reports success.
        # Without publish-options, of which ejabberd 23.01 refuses most fields.
        publish = Element(f"{PUBSUB}publish", node=self.address.node)
        SubElement(publish, f"{PUBSUB}item", id=item.id).append(entry)
        await self._request("set", _pubsub(publish), "publish to", "publish")

    async def retract(self, id_: str, *, notify: bool) -> None:
        """Retract an item (section 7.2). Raises NotFound if it does not exist."""
        if not is_sendable(id_):
            raise Refused(
                "its id is too long, or has a line end or a tab, so it cannot be sent unchanged; "
                "retract the item with another client"
            )
        # COMPAT(Prosody 0.12): of several items in one request it retracts only the first.
        retract = Element(f"{PUBSUB}retract", node=self.address.node)
        if notify:
            retract.set("notify", "true")
        SubElement(retract, f"{PUBSUB}item", id=id_)
        await self._request("set", _pubsub(retract), "retract from", "publish")

    async def _ids(self) -> tuple[str, ...]:
        """The ids of all items, by service discovery (section 5.5), which sends no payloads.

        A publisher at somebody else's PEP may not use that, and lists the items themselves.
        """
        try:
            return await self._pages(self._listed, PAGE_OF_IDS)
        except (NotFound, Busy, _Endless):
            raise
        except Refused as error:
            if error.condition == "not-allowed":  # COMPAT(Prosody): it cannot reach the domain
                raise WrongAddress(str(error), condition=error.condition) from error
        except NoAnswer:
            raise
        except Unavailable:
            # At somebody else's PEP the error may just mean that the account may not list the
            # items.
            if "@" not in self.address.service:
                raise
        return await self._pages(self._shown, PAGE_OF_ITEMS)

    async def _pages(
        self, ask: Callable[[Element], Awaitable[ResultPage]], size: int
    ) -> tuple[str, ...]:
        """The ids on all pages (XEP-0059). A service without paging sends everything at once.

        Raises Refused if the pages do not end.
        """
        found: dict[str, None] = {}
        after, length = "", 0
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MAX_LISTING_SECONDS
        for _ in range(MAX_PAGES):
            page = await ask(_page(after, size))
            before = len(found)
            found |= dict.fromkeys(page.ids)
            length += sum(map(len, page.ids))
            if len(found) > MAX_LISTED or length > MAX_LISTED_LENGTH:
                break
            # The next request must repeat `last`, and a long one could exceed the stanza limit.
            if len(page.last) > MAX_ID:
                break
            # No new ids: the service ignores `after`. As many as it counts: this was the last page.
            if not page.last or len(found) in {before, page.count}:
                return tuple(found)
            if loop.time() > deadline:
                break
            after = page.last
        raise _Endless(
            f"{self.address} lists items without end: {len(found):,} so far. At most "
            f"{MAX_LISTED:,} are read, on {MAX_PAGES:,} pages, within "
            f"{MAX_LISTING_SECONDS / 60:.0f} minutes, with ids of {MAX_LISTED_LENGTH:,} "
            "characters together; use another node, or ask the service's administrator"
        )

    async def _listed(self, page: Element) -> ResultPage:
        query = Element(f"{DISCO_ITEMS}query", node=self.address.node)
        query.append(page)
        answer = await self._request("get", query, "list the items of", limits=IDS)
        # XEP-0060 section 5.5: the id of an item is in `name`.
        names = (item.get("name") for item in answer.iterfind(LISTED))
        return ResultPage.read(answer, names)

    async def _shown(self, page: Element) -> ResultPage:
        pubsub = _pubsub(Element(f"{PUBSUB}items", node=self.address.node))
        pubsub.append(page)
        answer = await self._request("get", pubsub, "show the items of", limits=PAYLOADS)
        return ResultPage.read(answer, (item.get("id") for item in answer.iterfind(ITEMS)))

    async def _form(self) -> Element | None:
        """The configuration of the node (section 8.2). Owners only."""
        configure = Element(f"{OWNER}configure", node=self.address.node)
        answer = await self._request("get", _owner(configure), "show the configuration of", "own")
        return answer.find(f".//{forms.X}x")

    async def _meta_data(self) -> Element | None:
        """The public metadata of the node (section 5.4)."""
        query = Element(f"{DISCO_INFO}query", node=self.address.node)
        answer = await self._request("get", query, "describe")
        return answer.find(f".//{forms.X}x")

    async def _default_form(self) -> Element | None:
        """The default configuration of new nodes (section 8.3), if the service shows it."""
        try:
            request = _owner(Element(f"{OWNER}default"))
            answer = await self._request("get", request, "configure", "create")
        except Refused:
            # A service need not show it (XEP-0060 section 8.3.4); then only the portable fields are
            # sent.
            return None
        return answer.find(f".//{forms.X}x")

    async def _create(self, fields: Mapping[str, str]) -> bool:
        """Create the node. Returns False if it exists already."""
        create = Element(f"{PUBSUB}create", node=self.address.node)
        request = _pubsub(create)
        SubElement(request, f"{PUBSUB}configure").append(forms.submit(fields))
        try:
            await self._request("set", request, "create", "create", may_retry=False)
        except Refused as error:
            # On a conflict the node exists: somebody has created it since our look (XEP-0060
            # section 8.1.1).
            if error.condition != "conflict":
                raise
            return False
        return True

    async def _repair(self) -> None:
        """Set what the service did not set at creation: some services ignore that form."""
        left = forms.unmet(self._wanted, forms.values(await self._form()))
        if left:
            with suppress(Refused):  # the next `look` reports what is still different
                await self.configure(left)

    async def _request(
        self,
        kind: Literal["get", "set"],
        child: Element,
        verb: str,
        right: Right = "read",
        *,
        may_retry: bool = True,
        limits: Limits = ANSWER,
    ) -> Element:
        return await self._connection.request(
            kind,
            child,
            to=self.address.service,
            purpose=f"{verb} the node {self.address.node}",
            right=right,
            may_retry=may_retry,
            limits=limits,
        )


def _some(jids: Sequence[str]) -> str:
    """The first few accounts, and how many more there are."""
    named = ", ".join(short_line(jid, MAX_JID) for jid in sorted(jids)[:NAMED])
    return f"{named} and {len(jids) - NAMED} more" if len(jids) > NAMED else named


class _Endless(Refused):
    """The list of items has no end. Listing them in another way would not help."""


@dataclass(frozen=True, slots=True)
class Description:
    """The wanted and the actual configuration of a node. Names are without `pubsub#`.

    `source` says where `actual` comes from, or why it is empty.
    """

    wanted: Mapping[str, str]
    actual: Mapping[str, str]
    source: str


OWNERS_FORM = "its configuration"
META_DATA = "its public metadata; only owners see the rest"


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


def _has_subscriptions(answer: Element) -> bool:
    return any(
        subscription.get("subscription") not in {None, "none"}
        for subscription in answer.iter(f"{OWNER}subscription")
    )


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
