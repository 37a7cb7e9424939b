"""The options of a run as frozen values. The defaults suit a hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    import datetime as dt


# How long to retry requests that a service refuses temporarily.
SERVICE_RETRY_SECONDS = 30.0
LOCK_SECONDS = 60.0
ALL = "all"


class NodeOptions(Struct, frozen=True, kw_only=True):
    """The changes that a run may make at the nodes.

    `only` limits it to the posts with these files or item ids, `since` to posts published on that
    day or later. Without `notify` the node notifies no subscribers. `announce_all` and
    `allow_retracts` lift the guards. `as_new` has the posts, named as in `only`, that are published
    although each may be a renamed one; `ALL` stands for all of them. `new_ids` lets
    the posts of a moved site have new atom:ids. `refresh` sends items again
    that the node has already. `verify` looks at every item, whatever the ledger says.
    `fetch_foreign`: see `sync.Task`.
    """

    only: tuple[str, ...] = ()
    since: dt.date | None = None
    notify: bool = True
    announce_all: bool = False
    allow_retracts: bool = False
    as_new: tuple[str, ...] = ()
    new_ids: bool = False
    refresh: bool = False
    verify: bool = False
    fetch_foreign: bool = False

    @property
    def is_selective(self) -> bool:
        """Whether the run is limited to some of the posts."""
        return bool(self.only or self.since)


class Waits(Struct, frozen=True, kw_only=True):
    """How many seconds to wait: for the lock, for retries, and for pages to be deployed.

    With `for_url` None the run waits for pages as long as the configuration says.
    """

    lock: float = LOCK_SECONDS
    retry: float = SERVICE_RETRY_SECONDS
    for_url: float | None = None


class PublishOptions(Struct, frozen=True, kw_only=True):
    """The options of `publish`. Posts dated after `now` (aware; None: the clock) are scheduled."""

    now: dt.datetime | None = None
    nodes: NodeOptions = field(default_factory=NodeOptions)
    waits: Waits = field(default_factory=Waits)
