"""A node of `sync` that is reached over XMPP (XEP-0060)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct

from publisher.errors import AnswerTooBig, Busy, NoAnswer, NotFound, Refused, Unavailable
from publisher.sync import Drift, State, ignore_reading
from publisher.sync.item import Item, is_sendable
from publisher.text.node_address import NodeAddress
from publisher.xmpp import access, data_forms, items, look_questions, sent_payload
from publisher.xmpp.requests import OWNER, PUBSUB, PUBSUB_NS, Requests, owner, pubsub

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import NodeConfig
    from publisher.sync import OnRead
    from publisher.xmpp.connection import Connection
    from publisher.xmpp.look_questions import Questions

# ejabberd refuses a bad value in a form with resource-constraint, Prosody with bad-request, and
# XEP-0060 section 8.2.5.2 defines not-acceptable.
_BAD_VALUE = frozenset({"bad-request", "not-acceptable", "resource-constraint"})

# The numbers to try if a service does not say what `max` stands for, as on ejabberd. We must know
# the limit: an item that the server dropped to make room would look as if it were missing.
MAX_ITEMS = ("10000", "5000", "2000", "1000", "500", "250", "100", "20")

_UNKNOWN_LIMIT_OF_NEW_NODES = "the service does not say how many items a new node can hold"
_UNKNOWN_LIMIT = (
    "the node's pubsub#max_items is `max`, and the service does not say how many that is"
)


class XmppNode:
    """A node at a service. Every method sends one request, or a few one after the other."""

    def __init__(
        self,
        connection: Connection,
        config: NodeConfig,
        *,
        site_title: str,
        on_read: OnRead = ignore_reading,
    ) -> None:
        """`on_read` gets how many items are listed, or fetched with all others, page by page."""
        self.address = NodeAddress(config.service, config.node)
        self._requests = Requests(self.address, connection)
        self._on_read = on_read
        self._wanted = data_forms.desired(config, site_title=site_title)
        # Services take any title.
        self._named = config.named - {"title", "description"}
        # As far as we know:
        self._notifies = True
        self._depends_on_presence = True

    async def look(self, also: Sequence[str] = ()) -> State:
        """The state of the node. Raises NotFound, or Refused if the account may not see it.

        Everything is asked at once, so that a look takes one round trip.
        """
        async with look_questions.asked(self._requests, also) as asked:
            return await self._state(asked)

    async def _state(self, asked: Questions) -> State:
        ids = await items.ids(self._requests, self._on_read)
        try:
            form = await asked.form
        except (NotFound, Busy):
            # COMPAT(ejabberd): its PEP answers with an empty list of items if there is no node.
            raise
        except Refused as error:  # only owners may see the configuration
            refusal, not_owner = await access.rights(self._requests, asked, sees_form=False)
            return State(
                ids=ids,
                max_items_problem=str(error),
                refusal=refusal,
                not_owner=not_owner,
                fetched=await asked.fetched(),
            )
        refusal, not_owner = await access.rights(self._requests, asked, sees_form=True)
        actual = self._note(data_forms.values(form))
        wanted = data_forms.fitted(self._wanted, actual)
        max_items = data_forms.max_items(form)
        is_hidden = (
            max_items is None and "max_items" in actual and not data_forms.is_unlimited(actual)
        )
        return State(
            ids=ids,
            max_items=max_items,
            max_items_problem=_UNKNOWN_LIMIT if is_hidden else "",
            exposed=actual.get("access_model") == "open" != self._wanted["access_model"],
            persistent=actual.get("persist_items", "1") in {"1", "true"},
            drift=tuple(
                Drift(name, actual[name], value)
                for name, value in data_forms.unmet(wanted, actual).items()
            ),
            refusal=refusal,
            not_owner=not_owner,
            fields=frozenset(actual),
            fetched=await asked.fetched(),
        )

    async def prospect(self) -> State:
        """The state of a node that does not exist, as `create` would make it. Raises Refused."""
        if refusal := await access.creation_refusal(self._requests):
            return State(exists=False, refusal=refusal)
        default = await self._requests.default_form()
        offered = data_forms.values(default)
        wanted = data_forms.fitted(self._wanted, offered)
        takes_any, asked = (
            data_forms.takes_any_number(offered),
            data_forms.number(wanted.get("max_items")),
        )
        largest = int(MAX_ITEMS[0]) if takes_any else data_forms.largest(default)
        # `create` sets the largest number of MAX_ITEMS that the service takes, and it takes at
        # least its own default.
        usual = data_forms.number(offered.get("max_items")) or 0
        least = largest or max((int(n) for n in MAX_ITEMS if int(n) <= usual), default=0)
        known = largest if asked is None else (asked if takes_any or asked <= least else largest)
        is_unlimited = data_forms.is_unlimited(
            {**offered, "max_items": wanted.get("max_items", "")}
        )
        is_hidden = known is None and not is_unlimited
        return State(
            exists=False,
            max_items=None if is_unlimited else known,
            max_items_problem=_UNKNOWN_LIMIT_OF_NEW_NODES if is_hidden else "",
            least_items=least,
            fields=frozenset(offered) if offered else None,
        )

    async def create(self) -> bool:
        """Create and configure the node in one request, so that none is left unconfigured.

        Returns False if somebody else has created it just now. Raises Refused, Forbidden.
        """
        default = await self._requests.default_form()
        # COMPAT(ejabberd 23.01): it refuses a whole form because of one field that it does not
        # know.
        offered = data_forms.PORTABLE | data_forms.values(default).keys()
        wanted = {name: value for name, value in self._wanted.items() if name in offered}
        refusal: Refused | None = None
        for max_items in ("max",) if data_forms.largest(default) else MAX_ITEMS:
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
        configure.append(data_forms.submit(fields))
        try:
            await self._requests.send("set", owner(configure), "configure", "own", may_retry=False)
        except Refused as error:
            if error.condition not in _BAD_VALUE:
                raise
            raise self._with_values(error, fields) from error
        actual = self._note(data_forms.values(await self._requests.form()))
        return {name: actual.get(name, "") for name in data_forms.unmet_or_absent(fields, actual)}

    def _note(self, actual: dict[str, str]) -> dict[str, str]:
        self._notifies = actual.get("deliver_notifications", "1") in {"1", "true"}
        # COMPAT(Prosody 0.12): without this field, contacts hear of items whoever is online.
        self._depends_on_presence = "presence_based_delivery" in actual
        return actual

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
        try:
            return await self._requests.has_subscriptions("own")
        # Busy is a Refused, too, but the caller retries it.
        except Busy:
            raise
        except NotFound:
            return False
        except Refused:
            return True

    async def obstacle_to_silence(self) -> str:
        """Why notifications must stay on while we publish, empty if we may turn them off."""
        return await access.obstacle_to_silence(self._requests)

    async def affiliation(self) -> str:
        """Our affiliation with the node (section 5.7), empty if the service does not say."""
        return await self._requests.affiliation()

    async def describe(self) -> Description:
        """The wanted and the actual configuration, as far as the account may see it.

        Raises NotFound, Refused, Unavailable.
        """
        wanted = self._wanted
        try:
            actual = data_forms.values(await self._requests.form())
            return Description(data_forms.fitted(wanted, actual), actual, OWNERS_FORM)
        # Busy is a Refused, too, but the caller retries it.
        except (NotFound, Busy):
            raise
        except Refused as error:
            refusal = str(error)
        try:
            return Description(
                wanted, data_forms.values(await self._requests.meta_data()), META_DATA
            )
        # NoAnswer is an Unavailable, too, but silence does not mean that the metadata is hidden.
        except NoAnswer:
            raise
        except (Refused, Unavailable):
            # COMPAT(ejabberd, Prosody): they hide the metadata of a node at somebody else's PEP.
            return Description(wanted, {}, refusal)

    async def delete_unused(self) -> bool:
        """Delete the node if it has no item and no subscriber. Returns whether it is deleted.

        Nobody can make both one step (XEP-0060 has no conditional deletion), so a subscription that
        arrives in between is lost.
        """
        try:
            is_subscribed = await self._requests.has_subscriptions()
        except Busy:
            raise
        except Refused:  # COMPAT(ejabberd): it does not list the subscribers of a PEP node
            return False
        if await items.ids(self._requests) or is_subscribed:
            return False
        await self.delete()
        return True

    async def delete(self) -> None:
        """Delete the node with all its items and subscriptions (section 8.4). Owners only."""
        delete = owner(Element(f"{OWNER}delete", node=self.address.node))
        await self._requests.send("set", delete, "delete", "own", may_retry=False)

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        """Those of the items that exist (section 6.5), in the order of the ids.

        A payload that cannot be parsed is empty.
        """
        return await items.fetch(self._requests, ids)

    async def names_publisher(self, id_: str) -> bool:
        """Whether the service says who published an item."""
        return await items.names_publisher(self._requests, id_)

    async def fetch_all(self, listed: int) -> list[Item]:
        """All items, or some of them if all are too big for one answer. Raises AnswerTooBig."""
        try:
            return await items.everything(self._requests, listed, self._on_read)
        except NoAnswer as error:
            if self._requests.connection.is_broken:
                raise
            raise AnswerTooBig(str(error)) from error

    async def publish(self, item: Item) -> None:
        """Publish an item, replacing the one with the same id (section 7.1)."""
        # One item per request: Prosody 0.12 stores only the first of several, and reports success.
        # Without publish-options, of which ejabberd 23.01 refuses most fields.
        # Written as text, because elements take several times as long.
        publish = (
            f'<pubsub xmlns="{PUBSUB_NS}"><publish node={sent_payload.quoted(self.address.node)}>'
            f"<item id={sent_payload.quoted(item.id)}>{sent_payload.text(item.payload)}</item>"
            "</publish></pubsub>"
        )
        if self._notifies:
            await self._appear()
        await self._requests.send("set", publish, "publish to", "publish")

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
        if notify:
            await self._appear()
        await self._requests.send("set", pubsub(retract), "retract from", "publish")

    async def _appear(self) -> None:
        """Let contacts hear of the next request, which changes a node of the account itself."""
        if self.address.service.lower() == self._requests.account:
            await self._requests.connection.appear(awaits_contacts=self._depends_on_presence)

    async def _create(self, fields: Mapping[str, str]) -> bool:
        """Create the node. Returns False if it exists already."""
        create = Element(f"{PUBSUB}create", node=self.address.node)
        request = pubsub(create)
        SubElement(request, f"{PUBSUB}configure").append(data_forms.submit(fields))
        try:
            await self._requests.send("set", request, "create", "create", may_retry=False)
        except Refused as error:
            # On a conflict the node exists: somebody has created it since our look (XEP-0060
            # section 8.1.1).
            if error.condition != "conflict":
                raise
            return False
        return True

    async def _repair(self) -> None:
        """Set what the service did not set at creation: some services ignore that form."""
        actual = self._note(data_forms.values(await self._requests.form()))
        left = data_forms.unmet(data_forms.fitted(self._wanted, actual), actual)
        if left:
            with suppress(Refused):  # the next `look` reports what is still different
                await self.configure(left)


class Description(Struct, frozen=True):
    """The wanted and the actual configuration of a node. Names are without `pubsub#`.

    `source` says where `actual` comes from, or why it is empty.
    """

    wanted: Mapping[str, str]
    actual: Mapping[str, str]
    source: str


OWNERS_FORM = "its configuration"
META_DATA = "its public metadata; only owners see the rest"
