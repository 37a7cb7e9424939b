"""The first import of many posts: they are sent in turns with the building of the feeds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.app.events import FeedsBuilt, NodesOpen, StepTaken
from publisher.app.publish import publish
from publisher.app.push import MANY
from publisher.config.reader import load
from publisher.errors import IdsChangedError, LedgerError, LoginFailed
from tests.support.blog import Blog, interrupt
from tests.support.hostile import Hostile
from tests.support.subscribers import Outsider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.app.events import Event
    from publisher.app.publish import PublishResult
    from tests.support.hostile import Certificates
    from tests.support.servers import Server

ITEMS = {f"2026-01-01-post-{number:04}" for number in range(MANY)}
EVERYTHING = "feeds: [{path: feed.json, format: json, limit: all}]"


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: Mapping[str, str]) -> Blog:
    monkeypatch.setenv("BLOG_PASSWORD", accounts["blog"])
    made = Blog(tmp_path / "blog")
    for name in ITEMS:
        made.write(f"{name}.md", f"The text of {name}.", title=name)
    return made


def run(blog: Blog) -> tuple[PublishResult, list[Event]]:
    events: list[Event] = []
    return publish(load(blog.folder / "publisher.yaml"), on_event=events.append), events


def kinds(events: list[Event]) -> list[type[Event]]:
    """The events of each kind once, in the order of the first."""
    return [*dict.fromkeys(type(event) for event in events)]


def replace(blog: Blog, old: str, new: str) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def test_everything_arrives_at_the_node_and_in_the_feed(
    blog: Blog, server: Server, node: str
) -> None:
    blog.configure(server, node=node, password="unused")
    feeds = blog.folder.joinpath("publisher.yaml").read_text().partition("feeds:")[2]
    replace(blog, "feeds:" + feeds.partition("xmpp:")[0], EVERYTHING + "\n")
    done, events = run(blog)
    assert done.results[0].error is None
    assert {item.id for item in Outsider(server, "blog", node).items()} == ITEMS
    feed = json.loads((blog.folder / "feed.json").read_text())
    assert len(feed["items"]) == len(ITEMS)
    assert sum(isinstance(event, StepTaken) for event in events) == len(ITEMS)
    again, _ = run(blog)
    assert again.results[0].steps == []


def test_the_push_of_many_posts_begins_while_the_feeds_are_built(
    blog: Blog, prosody: Server, node: str
) -> None:
    blog.configure(prosody, node=node, password="unused")
    assert kinds(run(blog)[1])[0] is NodesOpen


def test_the_feeds_are_built_before_the_push_of_fewer_posts(
    blog: Blog, prosody: Server, node: str
) -> None:
    next(blog.posts.glob("*.md")).unlink()
    blog.configure(prosody, node=node, password="unused")
    assert kinds(run(blog)[1])[:2] == [FeedsBuilt, NodesOpen]


def test_nothing_is_sent_if_no_feed_may_be_built(blog: Blog, prosody: Server, node: str) -> None:
    """The ids have changed, and another node lacks all posts."""
    blog.configure(prosody, node=node, password="unused")
    run(blog)
    replace(
        blog, f"node: {node}}}", f"node: {node}}}, {{service: pubsub.localhost, node: {node}-2}}"
    )
    replace(blog, "https://blog.example", "https://other.example")
    events: list[Event] = []
    with pytest.raises(IdsChangedError):
        publish(load(blog.folder / "publisher.yaml"), on_event=events.append)
    assert events == []


def test_a_failed_login_leaves_the_feeds_as_they_should_be(
    blog: Blog, certificates: Certificates
) -> None:
    with Hostile("tls_login_only", certificates) as server:
        blog.configure(server, password="unused")
        done, _ = run(blog)
        assert isinstance(done.results[0].error, LoginFailed)
        assert server.connections == 1
    assert {file.state for file in done.built} == {"written"}


def test_the_feeds_are_built_if_the_ledger_cannot_be_written(
    blog: Blog, prosody: Server, node: str
) -> None:
    blog.configure(prosody, node=node, password="unused")
    path = blog.folder / ".publisher" / "ledger.sqlite"
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            run(blog)
    assert [*blog.built()] == ["feed.atom", "feed.json", "feed.rss"]


def test_an_import_that_is_interrupted_goes_on_later(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog.configure(server, node=node, password=accounts["blog"])
    outsider = Outsider(server, "blog", node)
    with blog.start("publish") as process:
        ledger = blog.folder / ".publisher" / "ledger.sqlite"
        while not ledger.exists():
            assert process.poll() is None
        code, _ = interrupt(process)
    assert code in {0, 130}
    assert blog.run("publish").code == 0
    assert {item.id for item in outsider.items()} == ITEMS
