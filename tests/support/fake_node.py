"""A node in memory, for what no real server does on demand: to lose an answer, to say no.

`tests/servers/test_node.py` holds it to the same contract as the real ones.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import NotFound, Refused, StreamBroken, TooBig, Unavailable
from publisher.sync import Drift, State, fetching
from publisher.sync.in_flight import WINDOW
from publisher.sync.item import Item
from publisher.text.node_address import NodeAddress
from tests.support.fake_time import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

CONFIG = {"deliver_notifications": "1", "notify_retract": "1", "title": "A title"}


@dataclass(frozen=True)
class Habits:
    """What one service does and others do not. Each was measured on the server that it names.

    `seed`: publishes that are in flight together are executed in an order drawn with this seed,
    None: as they arrive (Openfire 5.2). `keeps_places`: an item that is replaced stays where it is
    in the list (ejabberd 23.01); elsewhere it moves to the end. `lacks_silence`: the form has no
    `deliver_notifications`, other fields of the same request are set, and subscribers hear of that
    (Openfire). `hides`: items beyond `max_items` are hidden and not deleted (Openfire).
    `shows_hidden`: it shows a hidden item to those who ask for it by its id.
    `all_or_nothing`: a fetch of several items is refused because of one that is missing
    (libervia-pubsub).
    """

    seed: int | None = None
    keeps_places: bool = False
    lacks_silence: bool = False
    hides: bool = False
    shows_hidden: bool = False
    all_or_nothing: bool = False


PROSODY = Habits()
HABITS = {
    "Prosody": PROSODY,
    "ejabberd": Habits(keeps_places=True),
    "Openfire": Habits(seed=18, lacks_silence=True, hides=True, shows_hidden=True),
    "libervia-pubsub": Habits(all_or_nothing=True),
    # None has all of these, but each of them can be met.
    "all at once": Habits(seed=60, hides=True, all_or_nothing=True),
}
_usual: ContextVar[Habits] = ContextVar("_usual", default=PROSODY)


@contextmanager
def usual(habits: Habits) -> Iterator[None]:
    """Give these habits to every node that is made inside without any."""
    token = _usual.set(habits)
    yield
    _usual.reset(token)


class FakeNode:
    """`cut_before`, `cut_after` and `cut_late` are the calls (from 1) at which the connection dies:
    before the call has its effect, after it with the answer lost, or before it while the request
    still lies in the server's buffer: it has its effect at the next `drain`. The connection stays
    dead until `reconnect`. `answers` are raised by item id (a list: one after the other), and
    `too_big` is the level of shortening from which an item fits.
    """

    def __init__(
        self,
        *,
        exists: bool = True,
        max_items: int | None = None,
        habits: Habits | None = None,
    ) -> None:
        self.habits = habits or _usual.get()
        self.address = NodeAddress("pubsub.example", "blog")
        self.exists = exists
        self.max_items = max_items
        self.persistent = True
        self.max_items_problem = ""
        self.exposed = False
        self.subscribed = False
        self.shows_default = True  # the form of new nodes
        self.obstacle = ""  # to turning notifications off
        self.not_owner = ""  # why the account may not change the configuration
        self.config = dict(CONFIG)
        self.wanted: dict[str, str] = {"deliver_notifications": "1", "notify_retract": "1"}
        if self.habits.lacks_silence:
            del self.config["deliver_notifications"], self.wanted["deliver_notifications"]
        self.items: dict[str, str] = {}
        self.events: list[tuple[str, str]] = []  # what happened to which item
        self.versions: list[tuple[str, str]] = []  # every payload that subscribers were sent
        self.calls: list[str] = []
        self.fetches_at_once = False  # with the list, the items that are named
        self.deaf = False  # tells of a retract that asks for it, whatever is configured
        self.slow = False  # what is sent after the late call lies in the buffer, too
        self.broken = ""  # the item at whose arrival the server closes the stream
        self.stuck: set[str] = set()  # what is there, and cannot be retracted
        self.stubborn: set[str] = set()  # fields that keep their values
        self.refused_field = ""  # at which a form is refused once the fields before it are set
        self.hidden: set[str] = set()  # what a truncated list leaves out
        self.zombies: set[str] = set()  # what is still there when its retract was acknowledged
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
        self._random = random.Random(self.habits.seed)  # noqa: S311 - no secret
        self.clock = FakeClock(self.drain)

    @property
    def shown(self) -> list[str]:
        """The ids of the items that the node lists, oldest first."""
        ids = list(self.items)
        if self.habits.hides and self.max_items is not None:
            ids = ids[max(0, len(ids) - self.max_items) :]
        return [id_ for id_ in ids if id_ not in self.hidden]

    def copy(self) -> FakeNode:
        """Another node in the same state, at the same time."""
        other = FakeNode(exists=self.exists, max_items=self.max_items, habits=self.habits)
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

    async def look(self, also: Sequence[str] = ()) -> State:
        await self._call("look", lambda: None)
        fetched = self._found_with_list(also) if self.fetches_at_once else ()
        if not self.exists:
            raise NotFound("there is no such node", condition="item-not-found")
        return State(
            ids=tuple(self.shown),
            max_items=None if self.max_items_problem else self.max_items,
            max_items_problem=self.max_items_problem,
            persistent=self.persistent,
            exposed=self.exposed,
            not_owner=self.not_owner,
            fields=frozenset(self.config),
            fetched=fetched,
            drift=tuple(
                Drift(name, self.config[name], value)
                for name, value in self.wanted.items()
                if self.config[name] != value
            ),
        )

    async def prospect(self) -> State:
        fields = frozenset(self.config) if self.shows_default else None
        return State(exists=False, max_items=self.max_items, fields=fields)

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
            kept = self.stubborn | {self.refused_field}
            taken = {name: value for name, value in known.items() if name not in kept}
            if self.habits.lacks_silence and taken.items() - self.config.items():
                self.events.append(("configured", " ".join(sorted(taken))))
            self.config.update(taken)
            if self.refused_field in fields:
                raise Refused("a bad field", condition="not-acceptable")

        names = " ".join(f"{name}={value}" for name, value in fields.items())
        await self._call(f"configure {names}", effect, answers_to="configure")
        actual = {name: self.config.get(name, "") for name in fields}
        return {name: value for name, value in actual.items() if value != fields[name]}

    async def has_subscribers(self) -> bool:
        await self._call("subscriptions", lambda: None)
        return self.subscribed

    async def obstacle_to_silence(self) -> str:
        await self._call("affiliations", lambda: None)
        if "deliver_notifications" not in self.config:
            return "the service has no pubsub#deliver_notifications"
        return self.obstacle

    async def fetch(self, ids: Sequence[str]) -> list[Item]:
        return await fetching.existing(self._ask, ids, require_node=self._require_node)

    async def fetch_all(self, listed: int) -> list[Item]:
        await self._call("fetch all", lambda: None, answers_to="fetch all")
        return [Item(id_, self.items[id_]) for id_ in self.shown if id_ not in self.hidden]

    async def _ask(self, ids: Sequence[str]) -> list[Item]:
        await self._call(f"fetch {len(ids)}", lambda: None)
        return self._found(ids)

    def _found_with_list(self, ids: Sequence[str]) -> tuple[Item, ...]:
        try:
            return tuple(self._found(ids))
        except NotFound:
            return ()

    def _found(self, ids: Sequence[str]) -> list[Item]:
        # What a truncated list leaves out (`hidden`) can be requested.
        asked = self.items if self.habits.shows_hidden else {*self.shown, *self.hidden}
        there = self.items.keys() & asked
        if self.habits.all_or_nothing and not there.issuperset(ids):
            raise NotFound("there is no such item", condition="item-not-found")
        return [Item(id_, self.items[id_]) for id_ in ids if id_ in there]

    async def _require_node(self) -> None:
        await self._call("fetch any", lambda: None)
        if not self.exists:
            raise NotFound("there is no such node", condition="item-not-found")

    async def publish(self, item: Item) -> None:
        def effect() -> None:
            if item.level < self.too_big.get(item.id, 0):
                raise TooBig("too big", condition="not-acceptable")
            if not self.habits.keeps_places:
                self.items.pop(item.id, None)
            if self.max_items is not None and item.id not in self.items and not self.habits.hides:
                while len(self.items) >= self.max_items:
                    del self.items[next(iter(self.items))]
            self.items[item.id] = item.payload
            if self.config.get("deliver_notifications", "1") == "1":
                self.events.append(("published", item.id))
                self.versions.append((item.id, item.payload))

        await self._call(f"publish {item.id}", effect, answers_to=item.id)

    async def retract(self, id_: str, *, notify: bool) -> None:
        def effect() -> None:
            is_there = id_ in self.shown or id_ in self.hidden
            if id_ in self.stuck or not is_there or id_ not in self.items:
                raise NotFound("there is no such item", condition="item-not-found")
            if id_ not in self.zombies:
                del self.items[id_]
            if notify and (self.deaf or self.config.get("notify_retract", "1") == "1"):
                self.events.append(("retracted", id_))

        await self._call(f"retract {id_}", effect, answers_to=id_)

    async def _call(
        self, name: str, effect: Callable[[], None], *, answers_to: str | None = None
    ) -> None:
        """Requests have their effects in the order of the calls; answers take a while.

        Only publishes may overtake each other (`Habits.seed`).
        """
        self.calls.append(name)
        number = len(self.calls)
        if self.habits.seed is not None and name.startswith("publish "):
            for _ in range(self._random.randrange(WINDOW)):
                await asyncio.sleep(0)
        if number == self.cut_late or (self.slow and number > (self.cut_late or number)):
            self._buffered.append(effect)
            for _ in range(10 if self.slow else 0):
                await asyncio.sleep(0)
            self._dead = True
        self._dead = self._dead or number == self.cut_before
        if self.broken and self.broken == answers_to:
            for _ in range(10):  # meanwhile other items are sent
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
