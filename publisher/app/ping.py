"""Tell the WebSub hubs which feeds have changed.

A hub is told of a feed whose bytes are others than when it was told last. Archives are nothing to
subscribe to, so no hub hears of them.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from publisher import websub as hubs
from publisher.app import pages
from publisher.app import project as projects
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PingOptions:
    """The options of `ping`. `everything`: also feeds that have not changed since."""

    now: dt.datetime | None = None
    waits: Waits = field(default_factory=lambda: Waits(retry=hubs.RETRY_SECONDS))
    everything: bool = False


_DEFAULTS = PingOptions()


@dataclass(frozen=True, slots=True)
class Ping:
    """A hub, a feed, and what became of telling the one of the other."""

    hub: str
    topic: str
    outcome: Literal["pinged", "unchanged", "failed"]
    error: PublisherError | None = None


def ping(
    config: Config, options: PingOptions = _DEFAULTS, on_event: OnEvent = ignore
) -> list[Ping]:
    """Tell every hub of every feed that it has not been told of yet.

    What a hub refuses is in the result. Raises ConfigError if there are no hubs or no feeds,
    LedgerError and LockedError.
    """
    if not config.site.hubs:
        raise ConfigError(
            f"{config.path}: site.hubs is missing; add e.g. `hubs: https://hub.example/` to site, "
            "and run `publisher build`, because feeds name their hubs"
        )
    if not config.feeds:
        raise ConfigError(f"{config.path}: feeds is missing; add the feeds that hubs are told of")
    with lock(config.state, wait=options.waits.lock, on_wait=lambda: on_event(WaitingForLock())):
        project = projects.read(config, now=options.now)
        with Ledger(config.state) as ledger:
            return run_async(_ping(project, ledger, options))


async def _ping(project: Project, ledger: Ledger, options: PingOptions) -> list[Ping]:
    """Of what is on the web already nobody waits to be told."""
    topics, done = _topics(project)
    due = {
        hub: [t for t in topics if options.everything or ledger.pinged_digest(hub, t) != topics[t]]
        for hub in project.config.site.hubs
    }
    done += [Ping(h, t, "unchanged") for h, some in due.items() for t in topics if t not in some]
    wanted = {topic: topics[topic] for some in due.values() for topic in some}
    wait = options.waits.for_url
    late = {} if wait is None else await pages.undeployed(wanted, seconds=0.0)
    telling = _Telling(ledger, topics, options.waits.retry)
    told, missing = await asyncio.gather(
        telling.tell(_only(due, wanted.keys() - late.keys())),
        pages.undeployed({topic: topics[topic] for topic in late}, seconds=wait or 0.0),
    )
    done += told + await telling.tell(_only(due, late.keys() - missing.keys()))
    absent = _only(due, missing.keys())
    return done + [Ping(h, t, "failed", _late(t)) for h, some in absent.items() for t in some]


def _only(due: Mapping[str, Sequence[str]], topics: Container[str]) -> dict[str, list[str]]:
    return {hub: [topic for topic in some if topic in topics] for hub, some in due.items()}


def _late(topic: str) -> Unavailable:
    return Unavailable(f"{topic} does not show what was built here; deploy it, and ping again")


def _topics(project: Project) -> tuple[dict[str, str], list[Ping]]:
    """The addresses of the feeds with the SHA-256 of their files; and those without a file."""
    found: dict[str, str] = {}
    failed = []
    for output in project.outputs:
        if not output.is_topic:
            continue
        try:
            found[output.url] = _digest(output.path)
        except FeedError as error:
            failed.append(Ping("", output.url, "failed", error))
    return found, failed


def _digest(path: Path) -> str:
    """Raises FeedError."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise FeedError(f"{path} is not there; run `publisher build`, and deploy it") from error
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror or error}") from error
    if not outputs.is_built(path):
        raise FeedError(f"{path} was not made by publisher; no hub is told of it")
    return digest


class _Telling:
    """Hubs side by side: a dead one delays nobody else's. What was told is recorded at once."""

    def __init__(self, ledger: Ledger, digests: Mapping[str, str], retry_seconds: float) -> None:
        self._ledger, self._digests, self._retry = ledger, digests, retry_seconds
        self._silent: dict[str, hubs.HubUnreachable] = {}

    async def tell(self, due: Mapping[str, Sequence[str]]) -> list[Ping]:
        told = await asyncio.gather(*(self._tell_hub(hub, due[hub]) for hub in due))
        return [one for some in told for one in some]

    async def _tell_hub(self, hub: str, topics: Sequence[str]) -> list[Ping]:
        """A hub that says nothing is asked once; one that is busy, once more for each topic."""
        retry = self._retry
        done = []
        for topic in topics:
            error = self._silent.get(hub) or await self._tell(hub, topic, retry)
            if isinstance(error, hubs.HubUnreachable):
                self._silent[hub] = error
            if isinstance(error, Unavailable):
                retry = 0.0
            done.append(Ping(hub, topic, "failed" if error else "pinged", error))
        return done

    async def _tell(self, hub: str, topic: str, retry: float) -> PublisherError | None:
        """What the hub has against it. Raises LedgerError."""
        try:
            await in_thread(partial(hubs.ping, hub, topic, retry_seconds=retry))
        except PublisherError as error:
            return error
        self._ledger.record_ping(hub, topic, self._digests[topic])
        return None
