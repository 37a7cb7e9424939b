"""Tell the WebSub hubs which feeds have changed. Run it when the feeds are on the web.

A hub is told of a feed whose bytes are others than when it was told last; running again does
nothing. Archives are nothing to subscribe to, so no hub hears of them.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

from publisher import hub as hubs
from publisher import outputs, publish
from publisher.commands import pages
from publisher.commands import site as sites
from publisher.errors import ConfigError, FeedError, PublisherError, Unavailable
from publisher.ledger import Ledger, lock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.commands.site import Site

HELP = "tell the WebSub hubs which feeds have changed"
EXAMPLE = """\
  publisher ping
  publisher ping --wait-for-url 300   (right after a deployment)"""

AT_ONCE = 8


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
        retry=publish.RETRY_SECONDS,
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
            done = _ping(site, ledger, arguments)
    if arguments.json:
        print(_document(done))
    else:
        _tell(done)
    return max((one.error.exit_code for one in done if one.error), default=0)


def _ping(site: Site, ledger: Ledger, arguments: argparse.Namespace) -> list[Ping]:
    """First of what is on the web already, then of what was waited for."""
    topics, done = _topics(site)
    due: dict[str, list[str]] = {}
    for hub in site.config.site.hubs:
        due[hub] = [t for t in topics if arguments.all or ledger.pinged(hub, t) != topics[t]]
        done += [Ping(hub, topic, "unchanged") for topic in topics if topic not in due[hub]]
    wanted = {topic: topics[topic] for some in due.values() for topic in some}
    late = {} if arguments.wait_for_url is None else _absent(wanted, 0.0)
    telling = _Telling(ledger, topics, arguments.retry)
    done += telling.tell({hub: [t for t in some if t not in late] for hub, some in due.items()})
    missing = _absent(late, arguments.wait_for_url or 0.0)
    arrived = late.keys() - missing.keys()
    done += telling.tell({hub: [t for t in some if t in arrived] for hub, some in due.items()})
    for hub, some in due.items():
        done += [Ping(hub, topic, "failed", _late(topic)) for topic in some if topic in missing]
    return done


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


def _absent(topics: Mapping[str, str], seconds: float) -> dict[str, str]:
    """Those that cannot be found at their addresses as they are here, after so many seconds."""
    deadline = time.monotonic() + seconds

    def is_there(topic: str) -> bool:
        left = max(0.0, deadline - time.monotonic())
        return pages.is_deployed(topic, topics[topic], seconds=left)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [*zip(topics, pool.map(is_there, topics), strict=True)]
    return {topic: topics[topic] for topic, found in answers if not found}


class _Telling:
    """Hubs side by side: a dead one delays nobody else's. What was told is recorded at once."""

    def __init__(self, ledger: Ledger, digests: Mapping[str, str], retry_seconds: float) -> None:
        self._ledger, self._digests, self._retry = ledger, digests, retry_seconds
        self._silent: dict[str, hubs.Silent] = {}
        self._stopped = threading.Event()

    def tell(self, due: Mapping[str, Sequence[str]]) -> list[Ping]:
        told: SimpleQueue[Ping | None] = SimpleQueue()
        done: list[Ping] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                working = [pool.submit(self._tell_hub, hub, due[hub], told) for hub in due]
                for _ in working:
                    done += self._recorded(iter(told.get, None))
            except BaseException:
                self._stopped.set()
                raise
        for work in working:
            work.result()
        return done

    def _recorded(self, told: Iterator[Ping | None]) -> Iterator[Ping]:
        for one in filter(None, told):
            if not one.error:
                self._ledger.ping(one.hub, one.topic, self._digests[one.topic])
            yield one

    def _tell_hub(self, hub: str, topics: Sequence[str], told: SimpleQueue[Ping | None]) -> None:
        """A hub that says nothing is asked once; one that is busy, once more for each topic."""
        retry = self._retry
        try:
            for topic in topics:
                if self._stopped.is_set():
                    return
                error: PublisherError | None = self._silent.get(hub)
                if not error:
                    try:
                        hubs.ping(hub, topic, retry_seconds=retry)
                    except hubs.Silent as reason:
                        error = self._silent[hub] = reason
                    except PublisherError as reason:
                        error = reason
                        retry = 0.0 if isinstance(reason, Unavailable) else retry
                told.put(Ping(hub, topic, "failed" if error else "pinged", error))
        finally:
            told.put(None)


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
