"""Scheduled posts, one due after the other, while the watcher is killed and started again."""

from __future__ import annotations

import datetime as dt
import math
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_watch import FIRST, blog_at, items
from tests.support.subscribers import Subscriber
from tests.support.watching import Watching

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Prosody

# Seconds between the writing of the posts and the date of the first: the watcher starts meanwhile.
AHEAD = 8.0
POSTS = 12
# The watcher is killed so many seconds after the dates of some posts: before they are sent, while
# they are, and when they have just been.
KILLS = {1: 0.0, 4: 0.03, 6: 0.06, 8: 0.1, 10: 0.3}


@pytest.mark.timeout(300)
def test_each_post_that_is_due_among_kills_arrives_once_and_never_early(
    tmp_path: Path, prosody: Prosody, node: str
) -> None:
    arrived, due = arrivals(tmp_path, prosody, node, POSTS, KILLS)
    assert Counter(one for one, _ in arrived) == Counter([*due])
    assert [one for one, moment in arrived if moment < due[one]] == []


def arrivals(
    folder: Path, prosody: Prosody, node: str, posts: int, kills: dict[int, float]
) -> tuple[list[tuple[str, float]], dict[str, float]]:
    """What arrived, and when each post was due, in seconds since the epoch."""
    blog = blog_at(folder, prosody, node)
    assert blog.run("publish").code == 0
    due: dict[str, float] = {}
    with Subscriber(prosody, "reader", node) as subscriber:
        first = math.ceil(time.time() + AHEAD)
        for number in range(posts):
            id_ = f"2026-01-09-due-{number}"
            due[id_] = first + number
            date = dt.datetime.fromtimestamp(due[id_], dt.UTC).isoformat()
            blog.write(f"{id_}.md", f"Text {number}.", title=id_, date=date)
        for number, seconds in kills.items():
            with Watching(blog, logged_in=False) as watcher:
                time.sleep(max(0.0, first + number + seconds - time.time()))
                watcher.end(signal.SIGKILL)
        with Watching(blog):
            since_start = time.time() - time.monotonic()
            found: list[tuple[str, float]] = []
            while not {*due} <= {id_ for id_, _ in found}:
                event = subscriber.next()
                found.append((str(event.id), event.at + since_start))
            # What was sent twice comes before this.
            blog.write("2026-01-10-last.md", "Text.", title="Last")
            while (event := subscriber.next()).id != "2026-01-10-last":
                found.append((str(event.id), event.at + since_start))
    assert items(prosody, node) == sorted([FIRST, *due, "2026-01-10-last"])
    return found, due
