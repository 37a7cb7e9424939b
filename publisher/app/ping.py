"""Ping the WebSub hubs about feeds that have changed.

A hub is pinged about a feed if its bytes differ from those at the last ping. Nobody subscribes to
archives, so no hub is pinged about them.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from publisher.app import deployed_pages
from publisher.app import project as projects
from publisher.app import websub as hubs
from publisher.app.events import WaitingForLock, ignore
from publisher.app.options import Waits
from publisher.errors import ConfigError, FeedError, PublisherError, Unavailable
from publisher.feeds import outputs
from publisher.sync.ledger import Ledger
from publisher.system.event_loop import run_async
from publisher.system.lock import lock
from publisher.system.threads import in_thread

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from publisher.app.events import OnEvent
    from publisher.app.project import Project
    from publisher.config import Config


HUB_RETRY_SECONDS = 30.0  # by default, for a hub that does not answer


class PingOptions(Struct, frozen=True, kw_only=True):
    """The options of `ping`. `everything` pings also about feeds that have not changed."""

    now: dt.datetime | None = None
    waits: Waits = field(default_factory=lambda: Waits(retry=HUB_RETRY_SECONDS))
    everything: bool = False


_DEFAULTS = PingOptions()


class Ping(Struct, frozen=True):
    """The outcome of pinging a hub about a feed; `topic` is the feed's URL."""

    hub: str
    topic: str
    outcome: Literal["pinged", "unchanged", "failed"]
    error: PublisherError | None = None


def ping(
    config: Config,
    options: PingOptions = _DEFAULTS,
    on_event: OnEvent = ignore,
    *,
    holds_lock: bool = False,
) -> list[Ping]:
    """Ping every hub about every feed that has changed since its last ping.

    Errors of a hub are in the result. A caller that `holds_lock` of the state folder says so.
    Raises ConfigError if the configuration has no hubs or no feeds, LedgerError and LockedError.
    """
    if not config.site.hubs:
        raise ConfigError(
            f"{config.path}: site.hubs is missing; add e.g. `hubs: https://hub.example/` to site, "
            "and run `publisher build`, because feeds name their hubs"
        )
    if not config.feeds:
        raise ConfigError(f"{config.path}: feeds is missing; add the feeds to ping hubs about")
    with (
        nullcontext()
        if holds_lock
        else lock(config.state, wait=options.waits.lock, on_wait=lambda: on_event(WaitingForLock()))
    ):
        project = projects.read(config, now=options.now)
        with Ledger(config.state) as ledger:
            return run_async(_ping(project, ledger, options))


async def _ping(project: Project, ledger: Ledger, options: PingOptions) -> list[Ping]:
    """Ping about deployed feeds at once, and about the others when they are deployed."""
    digests, done = _topics(project)
    due = {
        hub: [
            t for t in digests if options.everything or ledger.pinged_digest(hub, t) != digests[t]
        ]
        for hub in project.config.site.hubs
    }
    done += [
        Ping(h, t, "unchanged") for h, topics in due.items() for t in digests if t not in topics
    ]
    wanted = {topic: digests[topic] for topics in due.values() for topic in topics}
    wait = options.waits.for_url
    late = {} if wait is None else await deployed_pages.undeployed(wanted, seconds=0.0)
    pinger = _Pinger(ledger, digests, options.waits.retry)
    pinged, missing = await asyncio.gather(
        pinger.ping(_only(due, wanted.keys() - late.keys())),
        deployed_pages.undeployed({topic: digests[topic] for topic in late}, seconds=wait or 0.0),
    )
    done += pinged + await pinger.ping(_only(due, late.keys() - missing.keys()))
    absent = _only(due, missing.keys())
    errors = {topic: _absent(topic, problem) for topic, problem in missing.items()}
    return done + [Ping(h, t, "failed", errors[t]) for h, topics in absent.items() for t in topics]


def _only(due: Mapping[str, Sequence[str]], chosen: Container[str]) -> dict[str, list[str]]:
    return {hub: [topic for topic in topics if topic in chosen] for hub, topics in due.items()}


def _absent(topic: str, problem: deployed_pages.PageProblem) -> PublisherError:
    if problem.is_final:
        return FeedError(f"{topic} is not requested: {problem.text}; correct the redirect")
    return Unavailable(f"{topic} does not show what was built here; deploy it, and ping again")


def _topics(project: Project) -> tuple[dict[str, str], list[Ping]]:
    """The SHA-256 of each feed's file by the feed's URL, and a failed ping for a missing file."""
    digests: dict[str, str] = {}
    failed = []
    for output in project.outputs:
        if not output.is_topic:
            continue
        try:
            digests[output.url] = _digest(output.path)
        except FeedError as error:
            failed.append(Ping("", output.url, "failed", error))
    return digests, failed


def _digest(path: Path) -> str:
    """Raises FeedError."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise FeedError(f"{path} does not exist; run `publisher build`, and deploy it") from error
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror or error}") from error
    if not outputs.is_built(path):
        raise FeedError(f"{path} is not from publisher; no hub is pinged about it")
    return digest


class _Pinger:
    """Pings the hubs side by side: a dead one delays no other. Records each ping at once."""

    def __init__(self, ledger: Ledger, digests: Mapping[str, str], retry_seconds: float) -> None:
        self._ledger, self._digests, self._retry = ledger, digests, retry_seconds
        self._silent: dict[str, hubs.HubUnreachable] = {}

    async def ping(self, due: Mapping[str, Sequence[str]]) -> list[Ping]:
        """Ping each hub about its topics. Raises LedgerError."""
        pings = await asyncio.gather(*(self._ping_hub(hub, due[hub]) for hub in due))
        return [*itertools.chain.from_iterable(pings)]

    async def _ping_hub(self, hub: str, topics: Sequence[str]) -> list[Ping]:
        """Ping one hub. A silent hub is not asked again; a busy hub gets no second retries."""
        retry = self._retry
        done = []
        for topic in topics:
            error = self._silent.get(hub) or await self._ping(hub, topic, retry)
            if isinstance(error, hubs.HubUnreachable):
                self._silent[hub] = error
            if isinstance(error, Unavailable):
                retry = 0.0
            done.append(Ping(hub, topic, "failed" if error else "pinged", error))
        return done

    async def _ping(self, hub: str, topic: str, retry: float) -> PublisherError | None:
        """Ping once and record it; return the hub's error."""
        try:
            await in_thread(partial(hubs.ping, hub, topic, retry_seconds=retry))
        except PublisherError as error:
            return error
        self._ledger.record_ping(hub, topic, self._digests[topic])
        return None
