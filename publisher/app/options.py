"""The options of one run, as frozen values. The defaults are those of a hook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.sync import RETRY_SECONDS

if TYPE_CHECKING:
    import datetime as dt


LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOptions:
    """What a run may change at the nodes, and how.

    `only` names posts by their files or item ids, and `since` is the first day of those that are
    published; both empty: all posts. Without `notify` no subscriber hears of it. `announce_all` and
    `allow_retracts` lift the guards. `refresh` sends again what is there already. `verify` looks
    at every item, whatever the ledger says. `fetch_foreign`: see `sync.Task`.
    """

    only: tuple[str, ...] = ()
    since: dt.date | None = None
    notify: bool = True
    announce_all: bool = False
    allow_retracts: bool = False
    refresh: bool = False
    verify: bool = False
    fetch_foreign: bool = False

    @property
    def is_selective(self) -> bool:
        """Whether the run is about some of the posts only."""
        return bool(self.only or self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long to wait, in seconds: for another run, for an answer, for a deployment.

    `for_url` None does not wait for what is published to be on the web.
    """

    lock: float = LOCK_SECONDS
    retry: float = RETRY_SECONDS
    for_url: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions:
    """The options of `publish`. `now` (aware) decides what is scheduled; None: the clock's."""

    now: dt.datetime | None = None
    nodes: NodeOptions = field(default_factory=NodeOptions)
    waits: Waits = field(default_factory=Waits)
