"""An upgrade notifies nobody: every version of the marker that publisher has ever sent is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from publisher.config import NodeConfig
from publisher.sync.item import Item
from tests import markers
from tests.support.openfire import Openfire
from tests.support.servers import every_server
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.support.blog import Blog
    from tests.support.servers import Server
    from tests.support.subscribers import Event

EDITED = "2026-01-05-first-snow"


def upgraded(
    folder: Path,
    server: Server,
    node: str,
    password: str,
    *,
    version: str,
    keeps_ledger: bool,
    keeps_memory: bool = True,
    is_reread: bool = False,
    is_rerendered: bool = False,
    is_cut_off: bool = False,
) -> Blog:
    """A blog whose posts an older version has published.

    `keeps_memory` is about what that version remembered of the pages, if the site has some.
    """
    items = markers.payloads(version, is_reread=is_reread, is_rerendered=is_rerendered)
    asyncio.run(published(server, node, items))
    blog = markers.empty_blog(folder / "blog", version)
    blog.configure(server, node=node, password=password)
    markers.fill(blog, version)
    state = blog.folder / ".publisher"
    if keeps_memory and version in markers.WITH_PAGES:
        markers.write_memory(version, state)
    if keeps_ledger:
        markers.write_ledger(
            version,
            state,
            node=node,
            is_reread=is_reread,
            is_rerendered=is_rerendered,
            is_cut_off=is_cut_off,
        )
    return blog


async def published(server: Server, node: str, payloads: Mapping[str, str]) -> None:
    """Make a node as publisher makes it, with these items."""
    config = NodeConfig(service=server.service, node=node, title="A blog of the tests")
    async with opened(server, "blog", config) as made:
        await made.create()
        for id_, payload in payloads.items():
            await made.publish(Item(id_, payload))


def correct_all(blog: Blog, node: str) -> None:
    """Plan and publish the corrections of the five posts."""
    planned = blog.run("plan", "--json").changes
    assert [(action, outcome) for action, _, outcome in planned] == 5 * [("corrected", "planned")]
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    assert f"{node}: 5 corrected" in run.out


def fingerprints(server: Server, node: str) -> dict[str, str]:
    return {
        event.id or "": event.payload.findtext(markers.FINGERPRINT) or ""
        for event in Outsider(server, "reader", node).items()
        if event.payload is not None
    }


def content(server: Server, node: str) -> dict[str, str]:
    return {
        event.id or "": "".join(event.payload.find(f"{markers.ATOM}content").itertext())  # type: ignore[union-attr]
        for event in Outsider(server, "reader", node).items()
        if event.payload is not None
    }


@every_server
@pytest.mark.parametrize(
    ("version", "keeps_memory"),
    [(version, True) for version in markers.VERSIONS]
    + [(version, False) for version in markers.WITH_PAGES],
)
@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
def test_an_upgrade_notifies_nobody_and_sends_only_other_texts(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    version: str,
    *,
    keeps_ledger: bool,
    keeps_memory: bool,
) -> None:
    blog = upgraded(
        tmp_path,
        server,
        node,
        accounts["blog"],
        version=version,
        keeps_ledger=keeps_ledger,
        keeps_memory=keeps_memory,
    )
    before = Outsider(server, "reader", node).items()
    with Subscriber(server, "reader", node) as reader:
        first = blog.run("publish", "--json")
        assert first.code == 0, first.err
        assert {action for action, _, _ in first.changes} <= {"adopt", "corrected"}
        assert blog.run("publish", "--json").changes == []
        reader.nothing_for(0.5)
    after = Outsider(server, "reader", node).items()
    corrected = {id_ for action, id_, _ in first.changes if action == "corrected"}
    assert _changed(before, after, ET.tostring) == corrected
    assert _changed(before, after, _shown) == corrected
    # Since then, publisher has learnt to render tables, footnotes and quotes in another way. What
    # plays Openfire would tell subscribers of a correction, so items keep their texts there.
    is_other = version in {"1", "2", "3", "4", "5"}
    assert bool(corrected) == (is_other and not isinstance(server, Openfire))


def _changed(
    before: Sequence[Event], after: Sequence[Event], look: Callable[[ET.Element], object]
) -> set[str | None]:
    was = {event.id: look(event.payload) for event in before if event.payload is not None}
    now = {event.id: look(event.payload) for event in after if event.payload is not None}
    assert was.keys() == now.keys()
    return {id_ for id_ in was if was[id_] != now[id_]}


def _shown(entry: ET.Element) -> list[bytes]:
    return [ET.tostring(e) for e in entry if e.tag.rpartition("}")[2] in {"title", "content"}]


@pytest.mark.parametrize("version", markers.VERSIONS)
@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
def test_what_an_upgrade_renders_differently_is_corrected_and_nobody_is_notified(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    version: str,
    *,
    keeps_ledger: bool,
) -> None:
    blog = upgraded(
        tmp_path,
        server,
        node,
        accounts["blog"],
        version=version,
        keeps_ledger=keeps_ledger,
        is_rerendered=True,
    )
    with Subscriber(server, "reader", node) as reader:
        correct_all(blog, node)
        for again in (("publish",), ("publish", "--verify"), ("plan", "--verify")):
            assert blog.run(*again, "--json").changes == []
        reader.nothing_for(0.5)
    assert "Rain at last." in content(server, node)["2026-05-20-rain"]


@pytest.mark.parametrize("version", markers.VERSIONS)
@pytest.mark.parametrize(
    ("keeps_ledger", "is_cut_off"),
    [(True, False), (True, True), (False, False)],
    ids=["ledger", "open intents", "no ledger"],
)
def test_what_an_upgrade_reads_differently_is_corrected_and_nobody_is_notified(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    version: str,
    *,
    keeps_ledger: bool,
    is_cut_off: bool,
) -> None:
    blog = upgraded(
        tmp_path,
        server,
        node,
        accounts["blog"],
        version=version,
        keeps_ledger=keeps_ledger,
        is_reread=True,
        is_cut_off=is_cut_off,
    )
    with Subscriber(server, "reader", node) as reader:
        correct_all(blog, node)
        assert blog.run("publish", "--json").changes == []
        reader.nothing_for(0.5)
        assert set(fingerprints(server, node).values()).isdisjoint({markers.ANOTHER})
        assert "Rain at last." in content(server, node)["2026-05-20-rain"]
        # Notifications are on again.
        markers.add(blog, "2026-06-01", "next", "The next post.")
        assert blog.run("publish").code == 0
        assert reader.next().id == "2026-06-01-next"


@pytest.mark.parametrize(
    ("version", "keeps_ledger"),
    [(version, True) for version in markers.VERSIONS]
    # The first version left no source at the node, so without a ledger an edit is not recognised.
    + [(version, False) for version in markers.VERSIONS if version != "1"],
)
def test_an_edit_that_is_made_together_with_an_upgrade_is_announced(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    version: str,
    *,
    keeps_ledger: bool,
) -> None:
    blog = upgraded(
        tmp_path,
        server,
        node,
        accounts["blog"],
        version=version,
        keeps_ledger=keeps_ledger,
        is_reread=True,
    )
    markers.edit(blog, "first-snow", "cat", "hedgehog")
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish")
        assert run.code == 0, run.err
        assert f"{node}: 1 changed, 4 corrected" in run.out
        event = reader.next()
        assert event.id == EDITED
        assert event.payload is not None
        assert "hedgehog" in "".join(event.payload.itertext())
        reader.nothing_for(0.5)
    assert blog.run("publish", "--json").changes == []


def test_items_stay_at_a_node_with_another_publisher_until_a_refresh(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog = upgraded(
        tmp_path, server, node, accounts["blog"], version="1", keeps_ledger=True, is_reread=True
    )
    Outsider(server, "blog", node).affiliate("stranger@localhost", "publisher")
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish")
        assert run.code == 0
        assert "stranger@localhost" in run.err
        assert "5 items still have the text or link of an earlier run" in run.err
        assert blog.run("publish", "--json").changes == []
        assert set(fingerprints(server, node).values()) == {markers.ANOTHER}
        for command in ("status", "plan"):
            named = blog.run(command)
            assert named.code == 0
            assert "5 items still have the text or link of an earlier run" in named.err
        reader.nothing_for(0.5)
        assert blog.run("publish", "--refresh", "--no-notify").code == 0
        reader.nothing_for(0.5)
    assert set(fingerprints(server, node).values()).isdisjoint({markers.ANOTHER})
    assert "earlier run" not in blog.run("status").err
