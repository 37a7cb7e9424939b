"""A node in memory, for what no real server does on demand: to lose an answer, to say no.

`tests/servers/test_node.py` holds it to the same contract as the real ones.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from publisher.errors import NotFound, StreamBroken, TooBig, Unavailable
from publisher.sync import Drift, State
from publisher.sync.item import Item
from publisher.text.node_address import NodeAddress
from tests.support.fake_time import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CONFIG = {"deliver_notifications": "1", "notify_retract": "1", "title": "A title"}


class FakeNode:
    """`cut_before`, `cut_after` and `cut_late` are the calls (from 1) at which the connection dies:
    before the call has its effect, after it with the answer lost, or before it while the request
    still lies in the server's buffer: it has its effect at the next `drain`. The connection stays
    dead until `reconnect`. `answers` are raised by item id (a list: one after the other), and
    `too_big` is the level of shortening from which an item fits.
    """

    def __init__(self, *, exists: bool = True, max_items: int | None = None) -> None:
        self.address = NodeAddress("pubsub.example", "blog")
        self.exists = exists
        self.max_items = max_items
        self.persistent = True
        self.max_items_problem = ""
        self.exposed = False
        self.subscribed = False
        self.obstacle = ""  # to turning notifications off
        self.not_owner = ""  # why the account may not change the configuration
        self.config = dict(CONFIG)
        self.wanted: dict[str, str] = {"deliver_notifications": "1", "notify_retract": "1"}
        self.items: dict[str, str] = {}
        self.events: list[tuple[str, str]] = []  # what happened to which item
        self.versions: list[tuple[str, str]] = []  # every payload that subscribers were sent
        self.calls: list[str] = []
        self.deaf = False  # tells of a retract that asks for it, whatever is configured
        self.slow = False  # what is sent after the late call lies in the buffer, too
        self.broken = ""  # the item at whose arrival the server closes the stream
        self.stuck: set[str] = set()  # what is there, and cannot be retracted
        self.stubborn: set[str] = set()  # fields that keep their values
        self.hidden: set[str] = set()  # what a truncated list leaves out
        self.answers: dict[str, Exception | list[Exception]] = {}
        self.too_big: dict[str, int] = {}
        self.cut_before: int | None = None
        self.cut_after: int | None = None
        self.cut_late: int | None = None
        self.most_in_flight = 0
        self.met: set[tuple[str, str]] = set()  # a call that began while another was in flight
        self._flying: list[str] = []
        self._dead = False
        self._buffered: list[Callable[[], None]] = []
        self.clock = FakeClock(self.drain)

    def copy(self) -> FakeNode:
        """Another node in the same state, at the same time."""
        other = FakeNode(exists=self.exists, max_items=self.max_items)
        other.items = dict(self.items)
        other.config = dict(self.config)
        other.clock.time = self.clock.time
        return other

    def reconnect(self) -> None:
        self._dead = False
        self.cut_before = self.cut_after = self.cut_late = None
        self.calls.clear()

    def drain(self, most: int | None = None) -> None:
        """The server gets round to what it had read, or to the first of it."""
        for effect in self._buffered[:most]:
            effect()
        del self._buffered[:most]

    def remove(self, ids: Iterable[str]) -> None:
        """As a server does that loses what it acknowledged."""
        for id_ in list(ids):
            del self.items[id_]

    async def look(self) -> State:
        await self._call("look", lambda: None)
        if not self.exists:
            raise NotFound("there is no such node", condition="item-not-found")
        return State(
            ids=tuple(id_ for id_ in self.items if id_ not in self.hidden),
            max_items=None if self.max_items_problem else self.max_items,
            max_items_problem=self.max_items_problem,
            persistent=self.persistent,
            exposed=self.exposed,
            not_owner=self.not_owner,
            fields=frozenset(self.config),
            drift=tuple(
                Drift(name, self.config[name], value)
                for name, value in self.wanted.items()
                if self.config[name] != value
            ),
        )

    async def prospect(self) -> State:
        return State(exists=False, max_items=self.max_items, fields=frozenset(self.config))

    async def create(self) -> bool:
        is_new = not self.exists

        def effect() -> None:
            self.exists = True

        await self._call("create", effect, answers_to="create")
        return is_new

    async def delete_unused(self) -> bool:
        def effect() -> None:
            self.exists = False

        if self.items or self.subscribed:
            return False
        await self._call("delete", effect)
        return True

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        known = {name: value for name, value in fields.items() if name in self.config}

        def effect() -> None:
            taken = {name: value for name, value in known.items() if name not in self.stubborn}
            self.config.update(taken)

        names = " ".join(f"{name}={value}" for name, value in fields.items())
        await self._call(f"configure {names}", effect, answers_to="configure")
        return {name: "" for name in fields if name not in known}

    async def has_subscribers(self) -> bool:
        await self._call("subscriptions", lambda: None)
        return self.subscribed

    async def obstacle_to_silence(self) -> str:
        await self._call("affiliations", lambda: None)
        return self.obstacle

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        await self._call(f"fetch {len(ids)}", lambda: None)
        return [Item(id_, self.items[id_]) for id_ in ids if id_ in self.items]

    async def publish(self, item: Item) -> None:
        def effect() -> None:
            if item.level < self.too_big.get(item.id, 0):
                raise TooBig("too big", condition="not-acceptable")
            if self.max_items is not None and item.id not in self.items:
                while len(self.items) >= self.max_items:
                    del self.items[next(iter(self.items))]
            self.items[item.id] = item.payload
            if self.config["deliver_notifications"] == "1":
                self.events.append(("published", item.id))
                self.versions.append((item.id, item.payload))

        await self._call(f"publish {item.id}", effect, answers_to=item.id)

    async def retract(self, id_: str, *, notify: bool) -> None:
        def effect() -> None:
            if id_ in self.stuck or self.items.pop(id_, None) is None:
                raise NotFound("there is no such item", condition="item-not-found")
            if notify and (self.deaf or self.config["notify_retract"] == "1"):
                self.events.append(("retracted", id_))

        await self._call(f"retract {id_}", effect, answers_to=id_)

    async def _call(
        self, name: str, effect: Callable[[], None], *, answers_to: str | None = None
    ) -> None:
        """Requests have their effects in the order of the calls; answers take a while."""
        self.calls.append(name)
        number = len(self.calls)
        if number == self.cut_late or (self.slow and number > (self.cut_late or number)):
            self._buffered.append(effect)
            for _ in range(10 if self.slow else 0):
                await asyncio.sleep(0)
            self._dead = True
        self._dead = self._dead or number == self.cut_before
        if self.broken and self.broken == answers_to:
            await asyncio.sleep(0)
            self._dead = True
        self._require_connection()
        self._answer(answers_to)
        effect()
        self._dead = self._dead or number == self.cut_after
        verb = name.split(maxsplit=1)[0]
        self.met |= {(verb, other) for other in self._flying}
        self._flying.append(verb)
        self.most_in_flight = max(self.most_in_flight, len(self._flying))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._flying.remove(verb)
        self._require_connection()

    def _require_connection(self) -> None:
        if self._dead and self.broken:
            raise StreamBroken("the server closed the stream")
        if self._dead:
            raise Unavailable("the connection was lost")

    def _answer(self, key: str | None) -> None:
        found = self.answers.get(key or "")
        if isinstance(found, list):
            found = found.pop(0) if found else None
        if found is not None:
            raise found
