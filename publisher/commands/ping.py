"""Tell the WebSub hubs which feeds have changed. Run it when the feeds are on the web.

A hub is told of a feed whose bytes are others than when it was told last; running again does
nothing. Archives are nothing to subscribe to, so no hub hears of them.
"""

from __future__ import annotations

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from publisher import hub as hubs
from publisher import outputs, publish
from publisher.commands import pages
from publisher.commands import site as sites
from publisher.errors import ConfigError, FeedError, PublisherError, Unavailable
from publisher.ledger import Ledger, lock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.commands.site import Site

HELP = "tell the WebSub hubs which feeds have changed"
EXAMPLE = """\
  publisher ping
  publisher ping --wait-for-url 300   (right after a deployment)"""

WAIT_SECONDS = 120.0
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
    sites.add_lock_wait(parser)
    parser.add_argument(
        "--retry",
        type=sites.seconds,
        default=publish.RETRY_SECONDS,
        metavar="SECONDS",
        help="how long to try again where a hub does not answer (default: 30)",
    )
    parser.add_argument(
        "--wait-for-url",
        type=sites.seconds,
        nargs="?",
        const=WAIT_SECONDS,
        metavar="SECONDS",
        help="before a hub is told of a feed, wait until its address has what is here "
        f"(default: do not wait; without a number: {WAIT_SECONDS:.0f})",
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
    """One feed after the other for a hub, hubs side by side: a dead one delays nobody else's."""
    topics, done = _topics(site)
    due: dict[str, list[str]] = {}
    for hub in site.config.site.hubs:
        changed = [t for t in topics if arguments.all or ledger.pinged(hub, t) != topics[t]]
        due[hub] = changed
        done += [Ping(hub, topic, "unchanged") for topic in topics if topic not in changed]
    wanted = {topic: topics[topic] for some in due.values() for topic in some}
    missing = _not_deployed(wanted, arguments.wait_for_url)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(
            lambda hub: _tell_hub(hub, due[hub], missing, retry_seconds=arguments.retry), due
        )
        for one in (ping for told in answers for ping in told):
            if not one.error:
                ledger.ping(one.hub, one.topic, topics[one.topic])
            done.append(one)
    return done


def _topics(site: Site) -> tuple[dict[str, str], list[Ping]]:
    """The addresses of the feeds with the SHA-256 of their files; and those without a file."""
    found: dict[str, str] = {}
    failed = []
    for output in outputs.outputs(site.config, site.entries):
        if not output.is_topic:
            continue
        try:
            found[output.url] = hashlib.sha256(output.path.read_bytes()).hexdigest()
        except OSError as error:
            failed.append(Ping("", output.url, "failed", _unread(output.path, error)))
    return found, failed


def _unread(path: Path, error: OSError) -> FeedError:
    if isinstance(error, FileNotFoundError):
        return FeedError(f"{path} is not there; run `publisher build`, and deploy it")
    return FeedError(f"{path} cannot be read: {error.strerror or error}")


def _not_deployed(topics: dict[str, str], seconds: float | None) -> dict[str, Unavailable]:
    """Those that cannot be found at their addresses as they are here, after so many seconds."""
    if seconds is None:
        return {}
    deadline = time.monotonic() + seconds

    def is_there(topic: str) -> bool:
        left = max(0.0, deadline - time.monotonic())
        return pages.is_deployed(topic, topics[topic], seconds=left)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [*zip(topics, pool.map(is_there, topics), strict=True)]
    message = "does not show what was built here; deploy it, and ping again"
    return {topic: Unavailable(f"{topic} {message}") for topic, found in answers if not found}


def _tell_hub(
    hub: str, topics: Sequence[str], missing: Mapping[str, Unavailable], *, retry_seconds: float
) -> list[Ping]:
    """A hub that is dead is asked once."""
    done: list[Ping] = []
    dead: Unavailable | None = None
    for topic in topics:
        error: PublisherError | None = missing.get(topic) or dead
        if not error:
            try:
                hubs.ping(hub, topic, retry_seconds=retry_seconds)
            except Unavailable as reason:
                error = dead = reason
            except PublisherError as reason:
                error = reason
        done.append(Ping(hub, topic, "failed" if error else "pinged", error))
    return done


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
