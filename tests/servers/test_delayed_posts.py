"""Posts that nodes get later: `publish.wait_for_url`, and `syndicate` in the front matter."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_hook import Pages
from tests.servers.test_watch import FIRST, SECOND, blog_at, items
from tests.support.subscribers import Subscriber
from tests.support.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.blog import Blog
    from tests.support.servers import Prosody

PAGE = "/2026/01/01/first/"


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        yield server


@pytest.fixture
def blog(tmp_path: Path, prosody: Prosody, node: str) -> Blog:
    return blog_at(tmp_path, prosody, node)


def deploy_at(blog: Blog, pages: Pages, *, seconds: float) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text().replace("https://blog.example", pages.url)
    config.write_text(f"{text}publish: {{wait_for_url: {seconds}}}\n")


def test_a_run_waits_as_long_as_the_configuration_says(
    blog: Blog, pages: Pages, prosody: Prosody, node: str
) -> None:
    deploy_at(blog, pages, seconds=0.5)
    run = blog.run("publish")
    assert (run.code, "1 post waits for its page" in run.err) == (4, True), run.err
    assert blog.run("publish", "--wait-for-url", "0").code == 4
    pages.there.add(PAGE)
    assert blog.run("publish").code == 0
    assert items(prosody, node) == [FIRST]


def test_the_watcher_asks_until_the_page_is_there(
    blog: Blog, pages: Pages, prosody: Prosody, node: str
) -> None:
    deploy_at(blog, pages, seconds=0.5)
    retry = {"first": 0.2, "longest": 0.2}
    with Watching(blog, retry=retry) as watcher:
        watcher.said("is not deployed yet (404)")
        assert watcher.state
        assert [FIRST in line for line in watcher.state.waiting] == [True]
        pages.there.add(PAGE)
        watcher.said(f"+ new      {FIRST}")
    assert items(prosody, node) == [FIRST]


def test_a_date_for_nodes_delays_the_first_publish_and_not_the_feed(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    blog.write(f"{SECOND}.md", "Text.", title="Second", syndicate="2026-12-24 08:00")
    before = ("--now", "2026-12-24T06:59:00Z")  # the zone of the site is Europe/Berlin
    run = blog.run("publish", *before)
    assert run.code == 0, run.err
    assert items(prosody, node) == [FIRST]
    assert b"Second" in (blog.folder / "feed.atom").read_bytes()
    for command in ("plan", "status"):
        told = blog.run(command, *before)
        line = f"later  {SECOND}.md: goes to nodes at 2026-12-24T07:00:00Z"
        assert (told.code, line in told.out.splitlines()) == (0, True), told.out
        assert blog.run(command, *before, "--json").json["delayed"] == [
            {"path": f"{SECOND}.md", "id": SECOND, "syndicate": "2026-12-24T07:00:00Z"}
        ]
    after = ("--now", "2026-12-24T07:00:00Z")
    assert "+ new" in blog.run("plan", *after).out
    assert "1 new" in blog.run("publish", *after).out
    assert items(prosody, node) == [FIRST, SECOND]
    blog.write(f"{SECOND}.md", "Text.", title="Second", syndicate="2030-01-01")
    again = blog.run("publish", *after, "--json")
    assert (again.code, again.changes) == (0, []), "an item that is there stays"


def test_an_item_stays_although_nobody_remembers_that_it_was_published(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace(f"node: {node}", f"node: {node}, prune: site"))
    assert blog.run("publish").code == 0
    blog.write(f"{FIRST}.md", "Text.", title="First", syndicate="2030-01-01")
    blog.write(f"{SECOND}.md", "Text.", title="Second")
    for file in (blog.folder / ".publisher").glob("ledger*"):
        file.unlink()
    run = blog.run("publish")
    assert run.code == 0, run.err
    assert "1 item stays" in run.err
    assert items(prosody, node) == [FIRST, SECOND]


@pytest.mark.parametrize("date", ["soon", "2026-02-30", "2026-12-24 25:00"])
def test_a_post_whose_date_for_nodes_cannot_be_read_is_not_sent(
    blog: Blog, prosody: Prosody, node: str, date: str
) -> None:
    blog.write(f"{FIRST}.md", "Text.", title="First")
    blog.write(f"{SECOND}.md", "Text.", title="Second", syndicate=date)
    run = blog.run("publish")
    assert run.code == 1
    assert f"{SECOND}.md:3: syndicate is '{date}', so it is unknown when to send" in run.err
    assert items(prosody, node) == [FIRST]


@pytest.mark.parametrize("value", ["true", "[mastodon]"])
def test_the_key_of_another_program_is_named_and_delays_nothing(
    blog: Blog, prosody: Prosody, node: str, value: str
) -> None:
    blog.write(f"{FIRST}.md", "Text.", title="First", syndicate=value)
    run = blog.run("publish")
    assert "; write a date, e.g. 2026-03-01 08:00" in run.err
    assert items(prosody, node) == [FIRST]


def test_the_watcher_sends_a_post_at_its_date_for_nodes(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        with Subscriber(prosody, "reader", node) as subscriber:
            due = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=4)
            blog.write(f"{SECOND}.md", "Text.", title="Second", syndicate=due.isoformat())
            watcher.said("written", times=6)
            while (event := subscriber.next()).id != SECOND:
                pass
            arrived = time.time() - (time.monotonic() - event.at)
            assert arrived >= due.timestamp()
