"""The requests to one node (XEP-0060), and the parts of them that several modules need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element

from msgspec import Struct

from publisher.errors import Busy, NoAnswer, Refused, Unavailable
from publisher.xmpp import data_forms
from publisher.xmpp.error_answers import WrongSubid
from publisher.xmpp.stream_limits import ANSWER

if TYPE_CHECKING:
    from publisher.text.node_address import NodeAddress
    from publisher.xmpp.connection import Connection
    from publisher.xmpp.error_answers import Right
    from publisher.xmpp.stream_limits import Limits

PUBSUB_NS = "http://jabber.org/protocol/pubsub"
PUBSUB = f"{{{PUBSUB_NS}}}"
OWNER = "{http://jabber.org/protocol/pubsub#owner}"
DISCO_INFO = "{http://jabber.org/protocol/disco#info}"


class Requests(Struct):
    """Sends requests to a node. Every method may raise Refused and Unavailable.

    `subid` names one of the account's subscriptions to the node, once the service wants to know
    it.
    """

    address: NodeAddress
    connection: Connection
    subid: str = ""

    @property
    def account(self) -> str:
        """The bare JID that sends the requests."""
        return self.connection.jid

    async def send(
        self,
        kind: Literal["get", "set"],
        child: Element | str,
        verb: str,
        right: Right = "read",
        *,
        may_retry: bool = True,
        limits: Limits = ANSWER,
    ) -> Element:
        return await self.connection.request(
            kind,
            child,
            to=self.address.service,
            purpose=f"{verb} the node {self.address.node}",
            right=right,
            may_retry=may_retry,
            limits=limits,
        )

    async def items(
        self, items: Element, verb: str, *, page: Element | None = None, limits: Limits = ANSWER
    ) -> Element:
        """Ask for items (section 6.5). `page` asks for some of them (XEP-0059).

        An account with several subscriptions to the node must name one of them (sections 6.5.9.1
        and 6.5.9.2). It is looked up when the service refuses, because most services keep at most
        one.
        """
        request = pubsub(items)
        if page is not None:
            request.append(page)
        sent = self.subid  # another request may look it up meanwhile
        if sent:
            items.set("subid", sent)
        try:
            return await self.send("get", request, verb, limits=limits)
        except WrongSubid:
            subid = await self._subscription()
            if subid in {"", sent}:
                raise
        self.subid = subid
        items.set("subid", subid)
        return await self.send("get", request, verb, limits=limits)

    async def _subscription(self) -> str:
        """The id of one of our subscriptions to the node (section 5.6), empty if none has an id."""
        request = pubsub(Element(f"{PUBSUB}subscriptions", node=self.address.node))
        answer = await self.send("get", request, "list our subscriptions to")
        subids = (
            subscription.get("subid")
            for subscription in answer.iter(f"{PUBSUB}subscription")
            if subscription.get("subscription") == "subscribed"
            and subscription.get("node", self.address.node) == self.address.node
        )
        return next(filter(None, subids), "")

    async def form(self) -> Element | None:
        """The configuration of the node (section 8.2). Owners only."""
        configure = Element(f"{OWNER}configure", node=self.address.node)
        answer = await self.send("get", owner(configure), "show the configuration of", "own")
        return answer.find(f".//{data_forms.X}x")

    async def meta_data(self) -> Element | None:
        """The public metadata of the node (section 5.4)."""
        query = Element(f"{DISCO_INFO}query", node=self.address.node)
        answer = await self.send("get", query, "describe")
        return answer.find(f".//{data_forms.X}x")

    async def is_leaf(self) -> bool:
        """Whether the service describes the node as one that holds items (section 5.3)."""
        query = Element(f"{DISCO_INFO}query", node=self.address.node)
        answer = await self.send("get", query, "describe")
        identities = answer.iterfind(f"{DISCO_INFO}query/{DISCO_INFO}identity")
        return any(
            (identity.get("category"), identity.get("type")) == ("pubsub", "leaf")
            for identity in identities
        )

    async def default_form(self) -> Element | None:
        """The default configuration of new nodes (section 8.3), if the service shows it."""
        try:
            request = owner(Element(f"{OWNER}default"))
            answer = await self.send("get", request, "configure", "create")
        except Refused:
            # A service need not show it (XEP-0060 section 8.3.4); then only the portable fields are
            # sent.
            return None
        return answer.find(f".//{data_forms.X}x")

    async def has_subscriptions(self, right: Right = "read") -> bool:
        """Whether anybody is subscribed to the node (section 8.8.1). Owners only.

        `right` decides what the message of a refusal advises.
        """
        request = owner(Element(f"{OWNER}subscriptions", node=self.address.node))
        answer = await self.send("get", request, "list the subscribers of", right)
        return any(
            subscription.get("subscription") not in {None, "none"}
            for subscription in answer.iter(f"{OWNER}subscription")
        )

    async def affiliations(self) -> dict[str, str]:
        """The affiliation of each account with the node (section 8.9.1). Owners only."""
        affiliations = Element(f"{OWNER}affiliations", node=self.address.node)
        answer = await self.send("get", owner(affiliations), "show the affiliations of")
        return {
            element.get("jid", ""): element.get("affiliation", "")
            for element in answer.iter(f"{OWNER}affiliation")
        }

    async def affiliation(self) -> str:
        """Our affiliation with the node (section 5.7), empty if the service does not say."""
        request = pubsub(Element(f"{PUBSUB}affiliations", node=self.address.node))
        try:
            answer = await self.send("get", request, "tell our affiliation with")
        except (Busy, NoAnswer):
            raise
        except (Refused, Unavailable):  # COMPAT(Prosody): it does not support this request
            return ""
        affiliations = {
            element.get("node", self.address.node): element.get("affiliation", "")
            for element in answer.iter(f"{PUBSUB}affiliation")
        }
        return affiliations.get(self.address.node, "none")


def pubsub(child: Element) -> Element:
    parent = Element(f"{PUBSUB}pubsub")
    parent.append(child)
    return parent


def owner(child: Element) -> Element:
    parent = Element(f"{OWNER}pubsub")
    parent.append(child)
    return parent
