"""Tell the WebSub hubs which feeds have changed. Run it when the feeds are on the web.

A hub is told of a feed whose bytes are others than when it was told last; running again does
nothing. Archives are nothing to subscribe to, so no hub hears of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from publisher import sync
from publisher import websub as hubs
from publisher.cli import pages
from publisher.cli import site as sites
from publisher.errors import ConfigError, FeedError, PublisherError, Unavailable
from publisher.feeds import outputs
from publisher.sync.ledger import Ledger
from publisher.system.event_loop import run_async
from publisher.system.lock import lock
from publisher.system.threads import aside

if TYPE_CHECKING:
    import argparse
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from publisher.cli.site import Site

EXAMPLE = """\
  publisher ping
  publisher ping --wait-for-url 300   (right after a deployment)"""


@dataclass(frozen=True, slots=True)
class Ping:
    """A hub, a feed, and what became of telling the one of the other."""

    hub: str
    topic: str
    outcome: Literal["pinged", "unchanged", "failed"]
    error: PublisherError | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sites.add_arguments(parser)
    sites.add_waits(
        parser,
        retry=sync.RETRY_SECONDS,
        again="where a hub does not answer",
        before="a hub is told of a feed, wait until its address has what is here",
    )
    parser.add_argument(
        "--all", action="store_true", help="also of feeds that have not changed since"
    )


def run(arguments: argparse.Namespace) -> int:
    config = sites.load_config(arguments)
    if not config.site.hubs:
        raise ConfigError(
            f"{config.path}: site.hubs is missing; add e.g. `hubs: https://hub.example/` to site, "
            "and run `publisher build`, because feeds name their hubs"
        )
    if not config.feeds:
        raise ConfigError(f"{config.path}: feeds is missing; add the feeds that hubs are told of")
    with lock(config.state, wait=arguments.lock_wait, on_wait=sites.tell_wait):
        site = sites.load(arguments)
        with Ledger(config.state) as ledger:
            done = run_async(_ping(site, ledger, arguments))
    if arguments.json:
        print(_document(done))
    else:
        _tell(done)
    return max((one.error.exit_code for one in done if one.error), default=0)


async def _ping(site: Site, ledger: Ledger, arguments: argparse.Namespace) -> list[Ping]:
    """Of what is on the web already nobody waits to be told."""
    topics, done = _topics(site)
    due = {
        hub: [t for t in topics if arguments.all or ledger.pinged(hub, t) != topics[t]]
        for hub in site.config.site.hubs
    }
    done += [Ping(h, t, "unchanged") for h, some in due.items() for t in topics if t not in some]
    wanted = {topic: topics[topic] for some in due.values() for topic in some}
    wait = arguments.wait_for_url
    late = {} if wait is None else await pages.undeployed(wanted, seconds=0.0)
    telling = _Telling(ledger, topics, arguments.retry)
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


def _topics(site: Site) -> tuple[dict[str, str], list[Ping]]:
    """The addresses of the feeds with the SHA-256 of their files; and those without a file."""
    found: dict[str, str] = {}
    failed = []
    for output in outputs.outputs(site.config, site.entries):
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
        self._silent: dict[str, hubs.Silent] = {}

    async def tell(self, due: Mapping[str, Sequence[str]]) -> list[Ping]:
        told = await asyncio.gather(*(self._tell_hub(hub, due[hub]) for hub in due))
        return [one for some in told for one in some]

    async def _tell_hub(self, hub: str, topics: Sequence[str]) -> list[Ping]:
        """A hub that says nothing is asked once; one that is busy, once more for each topic."""
        retry = self._retry
        done = []
        for topic in topics:
            error = self._silent.get(hub) or await self._tell(hub, topic, retry)
            if isinstance(error, hubs.Silent):
                self._silent[hub] = error
            if isinstance(error, Unavailable):
                retry = 0.0
            done.append(Ping(hub, topic, "failed" if error else "pinged", error))
        return done

    async def _tell(self, hub: str, topic: str, retry: float) -> PublisherError | None:
        """What the hub has against it. Raises LedgerError."""
        try:
            await aside(partial(hubs.ping, hub, topic, retry_seconds=retry))
        except PublisherError as error:
            return error
        self._ledger.ping(hub, topic, self._digests[topic])
        return None


def _tell(done: Sequence[Ping]) -> None:
    for one in done:
        if one.outcome == "pinged":
            print(f"pinged  {one.hub}  {one.topic}")
    for message in dict.fromkeys(str(one.error) for one in done if one.error):
        sites.say(f"error: {message}")
    if all(one.outcome == "unchanged" for one in done):
        print("nothing to tell: no feed has changed since")


def _document(done: Sequence[Ping]) -> str:
    pings = [
        {
            "hub": one.hub or None,
            "topic": one.topic,
            "outcome": one.outcome,
            "error": str(one.error) if one.error else None,
        }
        for one in done
    ]
    return json.dumps({"pings": pings}, ensure_ascii=False, indent=2)
