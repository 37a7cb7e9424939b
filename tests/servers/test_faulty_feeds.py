"""A fault in a feed: subscribers are notified of new items only."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.markers import ATOM, faulty_feeds
from tests.servers.test_markers import published
from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

# What an earlier version left: its state is whole, or only a part of it.
KEPT = {"all": ("ledger", "memory"), "ledger": ("ledger",), "memory": ("memory",), "node": ()}


def earlier(
    folder: Path, server: Server, node: str, password: str, *, name: str, kept: str
) -> Blog:
    """A blog whose feed an earlier version has published while it had a fault."""
    asyncio.run(published(server, node, faulty_feeds.payloads(name)))
    blog = with_feed(folder, server, node, password)
    state = blog.folder / ".publisher"
    if "ledger" in KEPT[kept]:
        faulty_feeds.write_ledger(name, state, node=node)
    if "memory" in KEPT[kept]:
        faulty_feeds.write_memory(name, state, source=blog.folder / "feed.xml")
    return blog


def with_feed(folder: Path, server: Server, node: str, password: str) -> Blog:
    blog = Blog(folder / "blog")
    blog.configure(server, node=node, password=password)
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("posts: {path: posts, permalink: pretty}", "posts: {feed: feed.xml}")
    config.write_text(text, encoding="utf-8")
    return blog


def show(blog: Blog, name: str, state: str) -> None:
    (blog.folder / "feed.xml").write_bytes(faulty_feeds.feed(name, state))


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("states", ["faulty repaired faulty", "repaired faulty repaired"])
@pytest.mark.parametrize("name", faulty_feeds.NAMES)
def test_an_upgrade_and_repairs_of_a_feed_notify_nobody(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    *,
    name: str,
    states: str,
    kept: str,
) -> None:
    blog = earlier(tmp_path, server, node, accounts["blog"], name=name, kept=kept)
    with Subscriber(server, "reader", node) as reader:
        for state in states.split():
            show(blog, name, state)
            run = blog.run("publish", "--json")
            assert run.code == 0, run.err
            assert {action for action, _, _ in run.changes} <= {"adopt", "corrected"}
        assert blog.run("publish", "--json", "--verify").changes == []
        reader.nothing_for(0.5)
    present = {event.id for event in Outsider(server, "reader", node).items()}
    assert present == faulty_feeds.payloads(name).keys()


@pytest.mark.parametrize("name", faulty_feeds.NAMES)
def test_a_new_item_with_a_fault_is_announced_and_no_other_item(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str], name: str
) -> None:
    blog = with_feed(tmp_path, server, node, accounts["blog"])
    whole = faulty_feeds.feed(name, "repaired").decode()
    tag = "item" if "<rss" in whole else "entry"
    start, end = whole.index(f"<{tag}>"), whole.index(f"</{tag}>") + len(f"</{tag}>")
    (blog.folder / "feed.xml").write_text(whole[:start] + whole[end:], encoding="utf-8")
    assert blog.run("publish").code == 0
    with Subscriber(server, "reader", node) as reader:
        for state in ("faulty", "repaired", "faulty"):
            show(blog, name, state)
            assert blog.run("publish").code == 0
        assert reader.next().id == "bees.example-bread-2fd61494"
        reader.nothing_for(0.5)
    ids = {event.id for event in Outsider(server, "reader", node).items()}
    assert len(ids) == 3
    assert not any("-amp-" in (id_ or "") for id_ in ids)


@pytest.mark.parametrize("state", ["faulty", "repaired"])
@pytest.mark.parametrize("kept", ["ledger", "memory"])
@pytest.mark.parametrize("name", faulty_feeds.NAMES)
def test_the_feeds_that_are_built_keep_the_ids_of_an_earlier_version(
    tmp_path: Path, name: str, kept: str, state: str
) -> None:
    blog = Blog(tmp_path / "blog")
    config = blog.folder / "publisher.yaml"
    complete = ", complete: true" if kept == "ledger" else ""
    text = config.read_text(encoding="utf-8").replace(
        "posts: {path: posts, permalink: pretty}", f"posts: {{feed: feed.xml{complete}}}"
    )
    config.write_text(text, encoding="utf-8")
    if kept == "ledger":
        faulty_feeds.write_ledger(name, blog.folder / ".publisher", node="blog")
    else:
        state_folder = blog.folder / ".publisher"
        faulty_feeds.write_memory(name, state_folder, source=blog.folder / "feed.xml")
    show(blog, name, state)
    blog.run("build")
    payloads = map(ET.fromstring, faulty_feeds.payloads(name).values())
    atom_ids = {payload.findtext(f"{ATOM}id") for payload in payloads}
    assert {item["id"] for item in json.loads(blog.built()["feed.json"])["items"]} == atom_ids
