"""The Node protocol, the task of a run at a node, and its result. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from msgspec import Struct, field

from publisher.sync.guard import Guard
from publisher.sync.policy import Policy
from publisher.sync.skipped import SkippedFiles
from publisher.text.characters import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.errors import PublisherError
    from publisher.sync.changes import Change
    from publisher.sync.desired import Desired
    from publisher.sync.item import Item
    from publisher.text.node_address import NodeAddress

# The notification fields of a node (XEP-0060 section 16.4.4). With the first field off, servers
# still notify of retracts. COMPAT(ejabberd): with the second on, it notifies of every retract, also
# of one that does not ask for it.
NOTIFICATION_FIELDS = ("deliver_notifications", "notify_retract")

SHOWN = 100  # characters of a value that the service sent, in a message

Outcome: TypeAlias = Literal["planned", "done", "refused", "unknown"]


class Drift(Struct, frozen=True):
    """A field of the node's configuration with another value than wanted.

    `name` is without `pubsub#`.
    """

    name: str
    actual: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.name} is {quoted(self.actual, SHOWN)}, not {self.wanted!r}"

    @property
    def repaired(self) -> str:
        return f"set its {self.name} to {self.wanted!r}; it was {quoted(self.actual, SHOWN)}"


class State(Struct, frozen=True):
    """A node as its service shows it; if it does not exist, as it would be when created.

    `max_items` is None if there is no limit, or if we do not know it; then `max_items_problem` says
    why, and `least_items` how many items the node can hold at least. `exposed`: the node is open to
    everybody, although the configuration wants it closed.

    `refusal` says why the account may not publish there, or not create the node, and `not_owner`
    why it may not change the configuration. Both are empty if it may, as far as the service tells.
    `fields` are the names of the fields of the configuration, None if the service hides them.
    `fetched` has items that came with the list; others may be there, too.
    """

    ids: tuple[str, ...] = ()
    exists: bool = True
    max_items: int | None = None
    max_items_problem: str = ""
    least_items: int = 0
    persistent: bool = True
    exposed: bool = False
    drift: tuple[Drift, ...] = ()
    refusal: str = ""
    not_owner: str = ""
    fields: frozenset[str] | None = None
    fetched: tuple[Item, ...] = ()

    @property
    def may_hide(self) -> bool:
        """Whether the node is full, and may have more items than it lists.

        A service that lists more than the limit does not keep to it by hiding items.
        """
        return self.max_items is not None and len(self.ids) == self.max_items


class ItemsRead(Struct, frozen=True):
    """How many items of a node are listed, or read with their payloads.

    `total` is None if nobody knows how many there are. `awaits_rest`: the next answer brings all
    that are left, so the number stays the same until it has arrived.
    """

    action: Literal["listing", "reading"]
    read: int
    total: int | None
    awaits_rest: bool = False


OnRead: TypeAlias = "Callable[[ItemsRead], None]"


def ignore_reading(_items: ItemsRead) -> None:
    """For callers that show no progress."""


class Node(Protocol):
    """A pubsub node (XEP-0060). Every method may raise Refused and Unavailable."""

    @property
    def address(self) -> NodeAddress: ...
    async def look(self, also: Sequence[str] = ()) -> State:
        """The state of the node. Raises NotFound if it does not exist.

        `also` are the ids of items that will probably be fetched next: they may be fetched now.
        """

    async def prospect(self) -> State:
        """The state of a node that does not exist, as `create` would make it. Changes nothing.

        What no request without an effect tells is not claimed: on ejabberd whether the account may
        create the node, and how many items a node can hold; everywhere which values of the form the
        service refuses.
        """

    async def create(self) -> bool:
        """Create the node. Returns False if somebody else has created it just now."""

    async def configure(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Set fields. Returns those that the service did not take, with their actual values."""

    async def delete_unused(self) -> bool:
        """Delete the node if it has no item and no subscriber. Returns whether it is deleted.

        It stays if the account may not know the subscribers.
        """

    async def has_subscribers(self) -> bool:
        """Whether anybody is subscribed. Also true if the account may not know."""

    async def obstacle_to_silence(self) -> str:
        """Why notifications must stay on while we publish, empty if we may turn them off.

        We may not if we do not own the node. We must not if others publish there, too, because
        subscribers would not be notified of their items.
        """

    async def fetch(self, ids: Sequence[str]) -> list[Item]: ...
    async def fetch_all(self, listed: int) -> list[Item]:
        """All of the `listed` items, or some of them if all are too big for one answer.

        A server may read the whole node for each `fetch`, so this takes less time if many are
        wanted. Raises AnswerTooBig, after which the service is unavailable.
        """

    async def publish(self, item: Item) -> None: ...
    async def retract(self, id_: str, *, notify: bool) -> None: ...


class NotDeployed(Struct, frozen=True):
    """Why a run does not send a post: its page is not on the web, or nobody may ask for it there.

    `waits`: a later run sends it, without anybody's help.
    """

    reason: str
    waits: bool = True


class Step(Struct, frozen=True):
    """A change and its outcome."""

    change: Change
    outcome: Outcome = "planned"
    reason: str = ""


class Result(Struct):
    """What a run did at one node, or would do. `error` is what ended the work on the node.

    `notes` are for the node's owner, `hints` for the author. `items` is how many items the node
    held, `foreign` has the ids of those that are not ours, `unclaimed` the ids of those that carry
    an atom:id of our site but have no post; None if these were not looked for. `looked`: the node
    was looked at; if not, everything here comes from the ledger. `repaired`: the node's
    configuration was changed.

    `culprit_recorded`: the server closed the stream at an item, which the next run sends shorter.
    `suspect_id` is the id of an item that may have broken the stream.
    """

    address: NodeAddress
    items: int = 0
    foreign: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] | None = None
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    error: PublisherError | None = None
    culprit_recorded: bool = False
    repaired: bool = False
    looked: bool = False
    suspect_id: str = ""

    def report(self, error: PublisherError) -> None:
        """Make it the error of the result, or a note if the result has an error already."""
        if self.error is None:
            self.error = error
        else:
            self.notes.append(str(error))


def _make_no_item(id_: str, _level: int) -> Item:
    raise LookupError(f"this task cannot make the item {id_}")


class Task(Struct, frozen=True, kw_only=True):
    """What a node should hold, and how the run gets there.

    `make_item` makes the item of an id, shortened to a level of `item.item`, when the item is
    needed. `configured_fields` are the fields of the node that publisher.yaml sets, and
    `config_digest` is a digest of all that it says about the node. `reader` is one of all that
    decides how posts are read and rendered, and `reread` are the ids of posts of which that may not
    be so: what they include, show or link to may differ. `notification_fields` has the values that
    the notification fields should have. `is_selected` picks the changes of this run,
    None for all of them. `verify` fetches every payload, and `fetch_foreign` those of items that
    are neither recorded nor desired, for a command that lists them. Without `fetches_all` no answer
    may contain all items, because one has exceeded a limit.

    `silent` notifies nobody: `prefer` publishes with notifications if they cannot be turned off,
    `must` publishes nothing then. `send_alone` has the ids of items that may have broken the
    stream: while one of them is in flight, nothing else is.
    """

    desired: Sequence[Desired]
    make_item: Callable[[str, int], Item] = _make_no_item
    policy: Policy = field(default_factory=Policy)
    guard: Guard = field(default_factory=Guard)
    configured_fields: frozenset[str] = frozenset()
    config_digest: str = ""
    reader: str = ""
    reread: frozenset[str] = frozenset()
    has_unreadable_posts: bool = False
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    verify: bool = False
    fetch_foreign: bool = False
    fetches_all: bool = True
    silent: Literal["no", "prefer", "must"] = "no"
    notification_fields: Mapping[str, str] = field(
        default_factory=lambda: dict.fromkeys(NOTIFICATION_FIELDS, "1")
    )
    is_selected: Callable[[Change], bool] | None = None
    send_alone: frozenset[str] = frozenset()
