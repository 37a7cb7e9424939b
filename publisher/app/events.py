"""The events that an operation reports while it runs. One callback takes all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.app.build import Built
    from publisher.app.project import Project
    from publisher.sync import ItemsRead, Step
    from publisher.text.node_address import NodeAddress


@dataclass(frozen=True, slots=True)
class WaitingForLock:
    """Another run holds the lock; this one waits for it."""


@dataclass(frozen=True, slots=True)
class FeedsBuilt:
    """The feeds on disk are built; `built` has the outcome for each file."""

    project: Project
    built: Sequence[Built]


@dataclass(frozen=True, slots=True)
class NodesOpen:
    """Work at the nodes begins. `nodes` counts all configured nodes, also settled ones."""

    nodes: int


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One change at a node has its outcome. `total` is the number of changes planned so far."""

    address: NodeAddress
    step: Step
    total: int


@dataclass(frozen=True, slots=True)
class NodeRead:
    """Some items of a node are listed or read."""

    address: NodeAddress
    items: ItemsRead


@dataclass(frozen=True, slots=True)
class PagesRead:
    """Some pages of the built site are read: `read` of `total` in this folder.

    First all are read to find those of posts, then these and a sample of them to learn from.
    """

    folder: str
    read: int
    total: int
    step: Literal["reading", "learning from"] = "reading"


@dataclass(frozen=True, slots=True)
class Note:
    """A message for the user that does not stop the operation."""

    text: str


Event: TypeAlias = Note | WaitingForLock | FeedsBuilt | NodesOpen | NodeRead | PagesRead | StepTaken
OnEvent: TypeAlias = "Callable[[Event], None]"


def ignore(_: Event) -> None:
    """Ignore events, for callers that need only the result."""
