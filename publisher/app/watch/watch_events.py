"""What a watcher reports while it runs, beside the events of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.app.events import Event
    from publisher.app.publish import PublishResult
    from publisher.app.watch.agenda import Reason
    from publisher.app.watch.session_state import SessionState
    from publisher.errors import PublisherError


class Watching(Struct, frozen=True):
    """The watcher is ready. It looks at these folders and files, for the posts of this `config`."""

    config: Path
    places: tuple[Path, ...]


class RunEnded(Struct, frozen=True):
    """A run that the watcher began by itself has ended: with a result, or with an error.

    `tries_again`: it did not succeed, and the watcher repeats it without anybody's help.
    """

    reason: Reason
    done: PublishResult | None = None
    error: PublisherError | None = None
    tries_again: bool = False


class Reloaded(Struct, frozen=True):
    """The configuration was read again. With an `error` the old one stays in use."""

    error: PublisherError | None = None


class Postponed(Struct, frozen=True):
    """A run has to wait, and why."""

    why: str


class WatchProblem(Struct, frozen=True):
    """Something that does not stop the watcher, but that its owner should know."""

    text: str


class HandedOver(Struct, frozen=True):
    """A client has handed its work over, and has its exit code or the reason of a refusal."""

    arguments: tuple[str, ...]
    code: int | None = None
    refused: str = ""


WatchEvent: TypeAlias = (
    "Event | HandedOver | Watching | RunEnded | Reloaded | Postponed | WatchProblem | SessionState"
)
OnWatchEvent: TypeAlias = "Callable[[WatchEvent], None]"
