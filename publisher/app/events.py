"""The events that an operation reports while it runs. One callback takes all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.app.build import Built
    from publisher.app.project import Project
    from publisher.sync import ItemsRead, Step
    from publisher.text.node_address import NodeAddress


class WaitingForLock(Struct, frozen=True):
    """Another run holds the lock; this one waits for it."""


class FeedsBuilt(Struct, frozen=True):
    """The feeds on disk are built; `built` has the outcome for each file."""

    project: Project
    built: Sequence[Built]


class NodesOpen(Struct, frozen=True):
    """Work at the nodes begins. `nodes` counts all configured nodes, also settled ones."""

    nodes: int


class StepTaken(Struct, frozen=True):
    """One change at a node has its outcome. `total` is the number of changes planned so far."""

    address: NodeAddress
    step: Step
    total: int


class NodeRead(Struct, frozen=True):
    """Some items of a node are listed or read."""

    address: NodeAddress
    items: ItemsRead


class PagesRead(Struct, frozen=True):
    """Some pages of the built site are read: `read` of `total` in this folder.

    First all are read to find those of posts, then these and a sample of them to learn from.
    """

    folder: str
    read: int
    total: int
    step: Literal["reading", "learning from"] = "reading"


class PostsRead(Struct, frozen=True):
    """Some of the files that have to be read are read: `read` of `total`, which are many."""

    read: int
    total: int


class Note(Struct, frozen=True):
    """A message for the user that does not stop the operation."""

    text: str


Event: TypeAlias = (
    Note | WaitingForLock | FeedsBuilt | NodesOpen | NodeRead | PagesRead | PostsRead | StepTaken
)
OnEvent: TypeAlias = "Callable[[Event], None]"


def posts_read(on_event: OnEvent) -> Callable[[int, int], None]:
    """Return a function that reports how many posts are read, and how many have to be."""
    return lambda read, total: on_event(PostsRead(read, total))


def ignore(_: Event) -> None:
    """Ignore events, for callers that need only the result."""
