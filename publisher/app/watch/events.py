"""What a watcher reports while it runs, beside the events of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.app.events import Event
    from publisher.app.publish import PublishResult
    from publisher.app.watch.agenda import Reason
    from publisher.app.watch.session_state import SessionState
    from publisher.errors import PublisherError


@dataclass(frozen=True, slots=True)
class Watching:
    """The watcher is ready. It looks at these folders and files, for the posts of this `config`."""

    config: Path
    places: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run that the watcher began by itself has ended: with a result, or with an error."""

    reason: Reason
    done: PublishResult | None = None
    error: PublisherError | None = None


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The configuration was read again. With an `error` the old one stays in use."""

    error: PublisherError | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A run has to wait, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class WatchProblem:
    """Something that does not stop the watcher, but that its owner should know."""

    text: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A client has handed its work over, and has its exit code or the reason of a refusal."""

    arguments: tuple[str, ...]
    code: int | None = None
    refused: str = ""


WatchEvent: TypeAlias = (
    "Event | HandedOver | Watching | RunEnded | Reloaded | Postponed | WatchProblem | SessionState"
)
OnWatchEvent: TypeAlias = "Callable[[WatchEvent], None]"
