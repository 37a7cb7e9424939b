"""What a node is to us, what it is to become, and what became of it. Values and one protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from publisher.sync.plan import Guard, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.errors import PublisherError
    from publisher.sync.item import Item
    from publisher.sync.plan import Change, Desired
    from publisher.text.node_address import NodeAddress

# XEP-0060 section 16.4.4. Servers turn only publishes off by the first; ejabberd tells of every
# retract, asked to or not, while the second is on.
NOTIFICATION_FIELDS = ("deliver_notifications", "notify_retract")

Outcome: TypeAlias = Literal["planned", "done", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Drift:
    """A field of the node's configuration that is not as wanted (names without `pubsub#`)."""

    name: str
    actual: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.name} is {self.actual!r}, not {self.wanted!r}"


@dataclass(frozen=True, slots=True)
class State:
    """What a node is like.

    `unreadable` says why we do not know its `max_items` (None otherwise means: without bound).
    `exposed`: it is open to all, and is not to be.
    """

    ids: tuple[str, ...] = ()
    exists: bool = True
    max_items: int | None = None
    unreadable: str = ""
    persistent: bool = True
    exposed: bool = False
    drift: tuple[Drift, ...] = ()


class Node(Protocol):
    """A pubsub node (XEP-0060). Every call may raise Refused and Unavailable."""

    @property
    def address(self) -> NodeAddress: ...
    async def look(self) -> State:
        """Raises NotFound if the node does not exist."""

    async def create(self) -> None: ...
    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Set fields of its configuration; those that it did not take, as they are now."""

    async def has_subscribers(self) -> bool:
        """True also where we may not know."""

    async def fetch(self, ids: Sequence[str]) -> list[Item]: ...
    async def publish(self, item: Item) -> None: ...
    async def retract(self, id_: str, *, notify: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A change and what became of it."""

    change: Change
    outcome: Outcome = "planned"
    reason: str = ""


@dataclass(slots=True)
class Result:
    """What became of one node's plan. `error` ended the work on it.

    `notes` are for the node's owner, `hints` for the author; `items` is how many items the node
    held, `foreign` which of them are not ours, `unclaimed` which carry our ids without a post.
    `blamed`: the stream broke, and what broke it will be shorter next time. `suspect` is the id of
    what may have broken it. `repaired`: the node's configuration was changed. `looked`: the node
    was looked at; if not, the rest is what the ledger says.
    """

    address: NodeAddress
    items: int = 0
    foreign: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    error: PublisherError | None = None
    blamed: bool = False
    repaired: bool = False
    looked: bool = False
    suspect: str = ""


def _unmade(id_: str, _level: int) -> Item:
    raise LookupError(f"nobody said how to make {id_}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a node should become, and how.

    `make` gives the item of an id, shortened to a level of `item.item`; it is called when the item
    is needed. `named` are the fields of the node's configuration that its owner wrote down, and
    `wanted` is a digest of all that. `asked` picks the changes of this run. `verify` looks at every
    payload, and `fetch_foreign` at those of items that are neither recorded nor desired, for a
    command that lists what they are. `quiet` notifies nobody; if it is `must` and that is not
    possible, nothing is sent. `notification_fields` are the fields of the node's configuration that
    make it notify subscribers, with the values that they should have. `alone` are ids of items that
    may have broken the stream: each is sent with nothing else on its way.
    """

    desired: Sequence[Desired]
    make: Callable[[str, int], Item] = _unmade
    policy: Policy = field(default_factory=Policy)
    guard: Guard = field(default_factory=Guard)
    named: frozenset[str] = frozenset()
    wanted: str = ""
    broken: bool = False
    verify: bool = False
    fetch_foreign: bool = False
    quiet: Literal["no", "prefer", "must"] = "no"
    notification_fields: Mapping[str, str] = field(
        default_factory=lambda: dict.fromkeys(NOTIFICATION_FIELDS, "1")
    )
    asked: Callable[[Change], bool] | None = None
    alone: frozenset[str] = frozenset()
