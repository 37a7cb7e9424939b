"""The row with a watcher: what it takes until a post that is handed over is acknowledged."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from benchmarks.bench.feed_rows import Comparison, wall
from benchmarks.bench.measuring import BenchError
from benchmarks.bench.node_rows import SMALL, hook_contenders, hook_site
from benchmarks.bench.publisher_site import Endpoint
from benchmarks.bench.report import Bar
from benchmarks.bench.run import Bench, Row
from publisher.app.watch import watch_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench.publisher_site import PublisherSite

# So long that the watcher publishes nothing by itself.
SETTLE = 86_400
START_SECONDS = 60.0


def handed_over(bench: Bench, posts: int) -> None:
    """One new post: `publish` beside a watcher, from the start of the process to its end."""
    site = bench.site(posts, "handed-over")
    with ExitStack() as stack:
        contenders = []
        for name, server in bench.servers().items():
            endpoint = Endpoint.of(server)
            publisher = hook_site(bench, site, endpoint, name)
            contenders += hook_contenders(publisher, endpoint)[:2]
            stack.enter_context(watcher(publisher))
        text = "one new post, handed over"
        costs = bench.measure(text, posts, contenders, lambda _: bench.new_post(site))
    for name in bench.servers():
        line = Comparison(
            "handed-over", f"{text}, {name}", posts, "x raw client", Bar("at most", 0.5)
        )
        ours, theirs = (wall(costs, f"{name}, {who}") for who in ("publisher", "raw client"))
        bench.report.add(line.figure(ours, theirs))


@contextmanager
def watcher(publisher: PublisherSite, *, settle: float = SETTLE) -> Iterator[None]:
    """A watcher of the site, logged in. Raises BenchError if it ends."""
    publisher.settle_files(settle)
    folder = publisher.site.folder
    command = publisher.command("watch")
    with subprocess.Popen(  # noqa: S603 - our own command line
        command.arguments,
        cwd=command.folder,
        env={**os.environ, **command.environment},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(process, folder / publisher.name / "state")
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the watcher has looked at everything once."""
    deadline = time.monotonic() + START_SECONDS
    while not ((found := watch_state.known(folder)) and found.state.last_run):
        if process.poll() is not None or time.monotonic() > deadline:
            raise BenchError("the watcher does not start; run `publisher watch` to see why")
        time.sleep(0.05)


ROWS = [Row("handed-over", "the same, handed over to a watcher", SMALL, handed_over)]
