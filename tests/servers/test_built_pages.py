"""What subscribers hear of posts whose pages are built later than publisher runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.built_blog import BuiltBlog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

ATOM = "{http://www.w3.org/2005/Atom}"
MILL = "2026-01-01-mill"
BOAT = "2026-01-02-boat"
TEXT = "The old mill stands at the river behind the wood, and nobody grinds corn in it now."
MORE = "It burnt down last night, and the whole village came to watch the fire."


@pytest.fixture
def blog(tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]) -> BuiltBlog:
    """A blog of two posts that are at the node as their pages show them."""
    made = BuiltBlog(tmp_path / "blog")
    made.configure(server, node=node, password=accounts["blog"])
    made.write(f"{MILL}.md", TEXT, title="The mill")
    made.write(f"{BOAT}.md", "A green boat lies upside down on the shore.", title="The boat")
    made.build_site()
    assert made.run("publish").code == 0
    return made


def text_of(server: Server, node: str, id_: str) -> str:
    """The text of an item, as another account reads it."""
    found = {event.id: event.payload for event in Outsider(server, "reader", node).items()}
    payload = found[id_]
    assert payload is not None
    return "".join(payload.find(f"{ATOM}content").itertext())  # type: ignore[union-attr]


def test_an_edit_waits_for_its_page_and_is_announced_once(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill is gone")
        waits = blog.run("publish", "--json")
        assert (waits.code, waits.changes) == (4, [])
        assert [one["path"] for one in waits.json["built"]["waiting"]] == [f"{MILL}.md"]
        assert MORE not in text_of(server, node, MILL)
        blog.build_site()
        done = blog.run("publish", "--json")
        assert (done.code, done.changes) == (0, [("changed", MILL, "done")])
        event = reader.next()
        assert (event.kind, event.id) == ("published", MILL)
        assert MORE in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        Outsider(server, "blog", node).publish("the-end", "<x xmlns='urn:x'/>")
        assert reader.next().id == "the-end"


def test_an_edit_that_was_early_is_corrected_silently_after_the_build(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    """Words do not show whether a page was built after an edit of punctuation."""
    with Subscriber(server, "reader", node) as reader:
        louder = TEXT.replace("in it now.", "in it now!")
        blog.write(f"{MILL}.md", louder, title="The mill")
        early = blog.run("publish", "--json")
        assert (early.code, early.changes) == (0, [("changed", MILL, "done")])
        assert reader.next().id == MILL
        assert "in it now." in text_of(server, node, MILL)
        blog.build_site()
        corrected = blog.run("publish", "--json")
        assert (corrected.code, corrected.changes) == (0, [("corrected", MILL, "done")])
        assert "in it now!" in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        Outsider(server, "blog", node).publish("the-end", "<x xmlns='urn:x'/>")
        assert reader.next().id == "the-end"


def test_the_page_of_a_draft_is_never_sent_as_that_of_another_post(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    blog.write("2026-01-03-secret.md", f"{TEXT} {MORE}", title="The mill", draft="true")
    blog.build_site(leaves_out={"mill"})
    run = blog.run("publish", "--json")
    assert (run.code, run.changes) == (0, [])
    assert MORE not in text_of(server, node, MILL)


def test_an_item_stays_while_its_renamed_post_waits_for_its_page(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    path = blog.write(f"{MILL}.md", f"{TEXT} {MORE}", title="The mill")
    blog.build_site()
    assert blog.run("publish").code == 0
    with Subscriber(server, "reader", node) as reader:
        blog.touch(path.rename(path.with_name("2026-01-01-water.md")))
        waits = blog.run("publish", "--json")
        assert waits.changes == [("held", "2026-01-01-water", "planned")]
        assert [one["path"] for one in waits.json["built"]["waiting"]] == ["2026-01-01-water.md"]
        owner = Outsider(server, "blog", node)
        assert {item.id for item in owner.items()} == {MILL, BOAT}
        owner.publish("the-end", "<x xmlns='urn:x'/>")
        assert reader.next().id == "the-end"


def test_the_first_run_with_an_output_folder_retracts_and_announces_nothing(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    """Not even if many posts have no page there, e.g. because they moved to another site."""
    own = Blog(tmp_path / "blog")
    own.configure(server, node=node, password=accounts["blog"])
    names = [f"2026-01-0{day}-post-{day}" for day in range(1, 8)]
    for name in names:
        own.write(f"{name}.md", f"{TEXT} This is {name}.", title=name)
    assert own.run("publish").code == 0
    blog = BuiltBlog(tmp_path / "built")
    (own.folder / ".publisher").rename(blog.folder / ".publisher")
    blog.configure(server, node=node, password=accounts["blog"])
    for name in names:
        blog.write(f"{name}.md", f"{TEXT} This is {name}.", title=name)
    blog.build_site(leaves_out={f"post-{day}" for day in range(1, 5)})
    blog.write(f"{names[-1]}.md", f"{TEXT} {MORE}", title="Edited, and not built yet")
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish", "--json")
        assert run.code == 4
        assert {action for action, _, _ in run.changes} <= {"corrected", "adopt"}
        assert len(run.json["built"]["without_page"]) == 4
        assert [one["path"] for one in run.json["built"]["waiting"]] == [f"{names[-1]}.md"]
        owner = Outsider(server, "blog", node)
        assert {item.id for item in owner.items()} == {*names}
        owner.publish("the-end", "<x xmlns='urn:x'/>")
        assert reader.next().id == "the-end"
