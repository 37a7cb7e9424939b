"""What happens while something is done, for whoever wants to show it: one callback takes all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.app.build import Built
    from publisher.app.project import Project
    from publisher.sync import Step
    from publisher.text.node_address import NodeAddress


@dataclass(frozen=True, slots=True)
class WaitingForLock:
    """Another run holds the lock, and takes its time."""


@dataclass(frozen=True, slots=True)
class FeedsBuilt:
    """The files on disk are as the posts want them; `built` says what became of each."""

    project: Project
    built: Sequence[Built]


@dataclass(frozen=True, slots=True)
class NodesOpen:
    """Work at the nodes begins: `nodes` are all those of the configuration, looked at or not."""

    nodes: int


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One change at a node is over. `total` is how many the node will have, as far as is known."""

    address: NodeAddress
    step: Step
    total: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the user should know, and may do something about."""

    text: str


Event: TypeAlias = Note | WaitingForLock | FeedsBuilt | NodesOpen | StepTaken
OnEvent: TypeAlias = "Callable[[Event], None]"


def ignore(_: Event) -> None:
    """For callers that wait for the result alone."""
