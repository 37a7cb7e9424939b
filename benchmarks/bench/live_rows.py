"""The rows of time: how long a subscriber waits for a post, and how exactly a post is due.

The subscriber is a process of its own, with a library that publisher does not use. Both clocks are
those of the machine.
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from benchmarks.bench.generated_site import POSTS
from benchmarks.bench.measuring import Spread, spread
from benchmarks.bench.node_rows import SMALL, hook_site
from benchmarks.bench.publisher_site import USER, Endpoint, PublisherSite
from benchmarks.bench.report import Bar, Figure
from benchmarks.bench.run import Bench, Row
from benchmarks.bench.watch_rows import SETTLE, watcher
from tests.support.subscribers import Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAVES = 200
# As short as the watcher needs to see a save as one; it is subtracted.
SHORT_SETTLE = 0.5
# Posts that are due one second after the other, between two starts of the watcher.
BATCH, BATCHES = 10, 10
# A batch begins so many seconds after its files were written: the watcher starts in that time.
AHEAD = 8.0

Way = Literal["watch", "handed over", "cold"]
WAYS: dict[Way, str] = {
    "watch": "saved beside a watcher, without the time to settle",
    "handed over": "saved and handed over to a watcher",
    "cold": "saved and published by a cold run",
}


def live(bench: Bench, posts: int) -> None:
    """A saved post: from the write to the subscriber."""
    site, endpoint = bench.site(posts, "live"), Endpoint.of(bench.prosody())
    for number, (way, what) in enumerate(WAYS.items()):
        publisher = hook_site(bench, site, endpoint, f"live-{number}")
        seconds = sorted(arrivals(bench, publisher, way))
        for text, value in (("median", 0.5), ("99th percentile", 0.99)):
            found = Spread(percentile(seconds, value), seconds[0], seconds[-1])
            bench.report.add(Figure("live", f"{what}: {text}", posts, found, "s", len(seconds)))


def arrivals(bench: Bench, publisher: PublisherSite, way: Way) -> Iterator[float]:
    """How many seconds each save took until the subscriber had it."""
    server, rounds = bench.prosody(), bench.rounds or SAVES
    settle = SHORT_SETTLE if way == "watch" else SETTLE
    bench.progress.begin(WAYS[way], rounds)
    with (
        nullcontext() if way == "cold" else watcher(publisher, settle=settle),
        Subscriber(server, USER, publisher.name) as subscriber,
    ):
        for number in range(rounds):
            start = time.monotonic()
            publisher.site.write_post(number % publisher.site.count, f"round {number} of {way}")
            if way != "watch":
                publisher.publish()
            arrived = arrival(subscriber, f"round {number} of {way}.")
            yield arrived - start - (settle if way == "watch" else 0)
            bench.progress.advance()


def arrival(subscriber: Subscriber, text: str) -> float:
    """When an item with this text arrives, by the monotonic clock."""
    while True:
        event = subscriber.next()
        if event.payload is not None and text in "".join(event.payload.itertext()):
            return event.at


def percentile(values: Sequence[float], part: float) -> float:
    """The least of the sorted values that this part of them does not exceed."""
    return values[max(0, math.ceil(part * len(values)) - 1)]


@dataclass(frozen=True, slots=True)
class DuePost:
    """A post and when it is due, in seconds since the epoch."""

    name: str
    due: int


def due(bench: Bench, posts: int, *, batch: int = BATCH) -> None:
    """Scheduled posts: how long after their date they arrive, across starts of the watcher."""
    site, endpoint = bench.site(posts, "due"), Endpoint.of(bench.prosody())
    publisher = hook_site(bench, site, endpoint, "due")
    batches = bench.rounds or BATCHES
    bench.progress.begin("scheduled posts", batches * batch)
    late = [
        seconds
        for number in range(batches)
        for seconds in batch_of(bench, publisher, number, batch)
    ]
    on_time = 100 * sum(0 <= one <= 1 for one in late) / len(late)
    what = "a scheduled post: arrives"
    bench.report.add(Figure("due", f"{what} after its date", posts, spread(late), "s", len(late)))
    percent = Spread(on_time, on_time, on_time)
    bar = Bar("at least", 100)
    line = Figure("due", f"{what} within a second of it", posts, percent, "%", len(late), bar)
    bench.report.add(line)


def batch_of(bench: Bench, publisher: PublisherSite, number: int, size: int) -> Iterator[float]:
    """Schedule posts, start a watcher, and yield how many seconds late each of them arrives."""
    first = math.ceil(time.time() + AHEAD)
    scheduled = [schedule(publisher, f"due-{number}-{one}", first + one) for one in range(size)]
    with watcher(publisher), Subscriber(bench.prosody(), USER, publisher.name) as subscriber:
        for post in scheduled:
            arrived = arrival(subscriber, f"The text of {post.name}.")
            since_start = time.time() - time.monotonic()
            yield arrived + since_start - post.due
            bench.progress.advance()


def schedule(publisher: PublisherSite, name: str, moment: int) -> DuePost:
    date = datetime.fromtimestamp(moment, UTC)
    text = f"---\ntitle: {name}\ndate: {date:%Y-%m-%dT%H:%M:%SZ}\n---\n\nThe text of {name}.\n"
    path = publisher.site.folder / POSTS / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return DuePost(name, moment)


ROWS = [
    Row("live", "a saved post, until a subscriber has it", SMALL, live),
    Row("due", "a scheduled post, until a subscriber has it", SMALL, due),
]
