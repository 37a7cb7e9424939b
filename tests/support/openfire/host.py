"""The server behind its streams: accounts, who is online, what waits for them, and the services."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree.ElementTree import Element

from tests.support.openfire.errors import Problem, Silence
from tests.support.openfire.forms import PEP_DEFAULTS, SERVICE_DEFAULTS
from tests.support.openfire.nodes import Store
from tests.support.openfire.service import ASIDE, FEATURES, PEP_FEATURES, Service
from tests.support.openfire.xml import (
    CLIENT,
    DISCO_INFO,
    DISCO_ITEMS,
    OWNER,
    PUBSUB,
    add,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.support.openfire.stream import Stream

BIND = "{urn:ietf:params:xml:ns:xmpp-bind}"
FEATURE = "http://jabber.org/protocol/pubsub"
ROSTER = "{jabber:iq:roster}query"
# Requests that need no answer but an empty one.
ACKNOWLEDGED = frozenset(
    {"{urn:ietf:params:xml:ns:xmpp-session}session", "{urn:xmpp:ping}ping"},
)

# What arrives within this time runs in any order.
GATHER_SECONDS = 0.002
LOOKUP_SECONDS = 2.0  # until it says that there is no such server


class Host:
    """`accounts` maps user names to passwords. The nodes are stored in the folder `state`."""

    def __init__(
        self,
        *,
        domain: str,
        service: str,
        accounts: Mapping[str, str],
        state: Path,
        seed: int,
        sends_last_item: bool,
    ) -> None:
        self.domain = domain
        self.accounts = accounts
        self._state = state
        self._changed_defaults = {} if sends_last_item else {"send_item_subscribe": "0"}
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._streams: set[Stream] = set()
        self._priorities: dict[Stream, int] = {}  # of those who sent presence
        self._offline: dict[str, list[Element]] = {}
        self._outbox: list[tuple[str, Element]] = []
        self._waiting: list[Callable[[], None]] = []
        self._lookups: set[asyncio.TimerHandle] = set()
        self._resources = 0
        self._services = {service: self._service(service, owner=None)}
        for account in (f"{user}@{domain}" for user in accounts):
            self._services[account] = self._service(account, owner=account)
        self._service_jid = service

    def _service(self, jid: str, *, owner: str | None) -> Service:
        store = Store(self._state / quote(jid, safe=""))
        defaults = (SERVICE_DEFAULTS if owner is None else PEP_DEFAULTS) | self._changed_defaults
        return Service(jid, store, self._hold, chance=self._chance, owner=owner, defaults=defaults)

    def stop(self) -> None:
        for service in self._services.values():
            service.stop()
        for stream in [*self._streams]:
            stream.close()

    # Streams.

    def arrive(self, stream: Stream) -> None:
        self._streams.add(stream)

    def leave(self, stream: Stream) -> None:
        self._streams.discard(stream)
        self._priorities.pop(stream, None)

    def receive(self, stream: Stream, stanza: Element) -> None:
        match stanza.tag:
            case "{jabber:client}iq" if stanza.get("type") in {"get", "set"}:
                self._iq(stream, stanza)
            case "{jabber:client}presence" if not stanza.get("to"):
                self._presence(stream, stanza)
            case "{jabber:client}message" if to := stanza.get("to"):
                stanza.set("from", stream.jid)
                self._deliver_to(to, stanza)
            case _:
                pass  # nobody here has contacts

    def _presence(self, stream: Stream, presence: Element) -> None:
        if presence.get("type") == "unavailable":
            self._priorities.pop(stream, None)
            return
        self._priorities[stream] = int(presence.findtext(f"{CLIENT}priority") or 0)
        if self._priorities[stream] >= 0:
            for message in self._offline.pop(stream.account, ()):
                stream.send(message)

    # Messages to subscribers leave after the answer to the request that caused them.

    def _hold(self, jid: str, message: Element) -> None:
        self._outbox.append((jid, message))

    def _deliver(self) -> None:
        outbox, self._outbox = self._outbox, []
        for jid, message in outbox:
            self._deliver_to(jid, message)

    def _deliver_to(self, jid: str, message: Element) -> None:
        """To the resource, or to all of the account; stored for an account that is away."""
        account, _, resource = jid.partition("/")
        online = [s for s, p in self._priorities.items() if s.account == account and p >= 0]
        exact = [stream for stream in self._streams if resource and stream.jid == jid]
        for stream in exact or online:
            stream.send(message)
        if not exact and not online:
            kept = Element(message.tag, dict(message.attrib))
            kept.extend(message)
            stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
            add(kept, "{urn:xmpp:delay}delay", **{"from": self.domain, "stamp": stamp})
            self._offline.setdefault(account, []).append(kept)

    # Requests.

    def _iq(self, stream: Stream, iq: Element) -> None:
        respond = partial(self._respond, stream, iq)
        if any(action.tag in ASIDE for child in iq for action in child):
            self._run_aside(respond)
        elif _domain(iq.get("to") or stream.account) not in {self.domain, self._service_jid}:
            asyncio.get_running_loop().call_later(LOOKUP_SECONDS, respond)
        else:
            respond()

    def _run_aside(self, work: Callable[[], None]) -> None:
        """As a pool of threads does: what arrives together runs in any order."""
        self._waiting.append(work)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._run_waiting)

    def _run_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._chance.shuffle(waiting)
        for work in waiting:
            work()

    def _respond(self, stream: Stream, iq: Element) -> None:
        to = iq.get("to") or stream.account
        answer = Element(f"{CLIENT}iq", {"type": "result", "id": iq.get("id", ""), "from": to})
        request = iq[0] if len(iq) else Element(f"{CLIENT}none")
        try:
            child = self._answer(stream, to, request, is_set=iq.get("type") == "set")
        except Problem as problem:
            problem.put_into(answer, request)
        except Silence:
            return
        else:
            answer.extend([] if child is None else [child])
        answer.set("to", stream.jid)
        stream.send(answer)
        self._deliver()

    def _answer(self, stream: Stream, to: str, request: Element, *, is_set: bool) -> Element | None:
        if _domain(to) not in {self.domain, self._service_jid}:
            raise Problem("remote-server-not-found")
        if to == self.domain and request.tag in {f"{PUBSUB}pubsub", f"{OWNER}pubsub"}:
            to = stream.account  # a request to the host is taken as one to the account's own PEP
        service = self._services.get(to.partition("/")[0])
        match request.tag:
            case "{urn:ietf:params:xml:ns:xmpp-bind}bind":
                return self._bound(stream, request)
            case tag if tag in ACKNOWLEDGED:
                return None
            case tag if tag == ROSTER:
                return Element(ROSTER)
            case tag if tag == f"{DISCO_INFO}query" and (service or to == self.domain):
                return self._info(service, request)
            case tag if tag == f"{DISCO_ITEMS}query" and (service or to == self.domain):
                return self._listed(service, request, stream.jid)
            case tag if service and tag in {f"{PUBSUB}pubsub", f"{OWNER}pubsub"}:
                return service.answer(request, stream.jid, is_set=is_set)
            case _:
                raise Problem("service-unavailable")

    def _bound(self, stream: Stream, request: Element) -> Element:
        self._resources += 1
        resource = request.findtext(f"{BIND}resource") or f"resource-{self._resources}"
        stream.jid = f"{stream.account}/{resource}"
        answer = Element(f"{BIND}bind")
        add(answer, f"{BIND}jid", stream.jid)
        return answer

    # Service discovery.

    def _info(self, service: Service | None, query: Element) -> Element:
        answer = Element(f"{DISCO_INFO}query")
        if node := query.get("node"):
            if service is None or service.owner:
                raise Problem("item-not-found")
            answer.set("node", node)
            meta_data = service.meta_data(query)
            _describe(answer, "pubsub", "leaf", [FEATURE])
            answer.append(meta_data)
        elif service is None:
            _describe(answer, "server", "im", [DISCO_INFO[1:-1], DISCO_ITEMS[1:-1]])
        elif service.owner:
            add(answer, f"{DISCO_INFO}identity", category="account", type="registered")
            _describe(answer, "pubsub", "pep", [f"{FEATURE}#{name}" for name in PEP_FEATURES])
        else:
            features = [FEATURE, *(f"{FEATURE}#{name}" for name in FEATURES)]
            _describe(answer, "pubsub", "service", features)
        return answer

    def _listed(self, service: Service | None, query: Element, sender: str) -> Element:
        if query.get("node") is not None:
            # At an account there is no node for service discovery, whatever its PEP holds.
            if service is None or service.owner:
                raise Problem("item-not-found")
            return service.listed(query)
        answer = Element(f"{DISCO_ITEMS}query")
        if service is None:
            add(answer, f"{DISCO_ITEMS}item", jid=self._service_jid)
            return answer
        for leaf in service.nodes(sender):
            add(answer, f"{DISCO_ITEMS}item", jid=service.jid, node=leaf.name)
        return answer


def _describe(answer: Element, category: str, type_: str, features: Sequence[str]) -> None:
    add(answer, f"{DISCO_INFO}identity", category=category, type=type_)
    for feature in features:
        add(answer, f"{DISCO_INFO}feature", var=feature)


def _domain(jid: str) -> str:
    return jid.partition("/")[0].rpartition("@")[2]
