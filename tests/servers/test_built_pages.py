"""What subscribers hear of posts whose pages are built later than publisher runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.built_blog import THEME, BuiltBlog
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


def test_an_edit_that_does_not_show_is_announced_when_its_page_shows_it(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    """Words do not show whether a page was built after an edit of emphasis."""
    with Subscriber(server, "reader", node) as reader:
        louder = TEXT.replace("nobody", "*nobody*")
        blog.write(f"{MILL}.md", louder, title="The mill")
        kept = blog.run("publish", "--json")
        assert (kept.code, kept.changes) == (0, [])
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        assert "*nobody*" in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


def test_an_edit_that_its_page_never_shows_is_announced_to_nobody(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    page = blog.output / "mill" / "index.html"
    shown = page.read_text(encoding="utf-8")
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT} <!-- ask the baker -->", title="The mill")
        assert blog.run("publish", "--json").changes == []
        blog.page("mill/index.html", shown)
        assert blog.run("publish", "--json").changes == [("corrected", MILL, "done")]
        for arguments in ([], ["--verify"]):
            assert blog.run("publish", "--json", *arguments).changes == []
        hears_nothing_more(server, node, reader)


@pytest.mark.parametrize("keeps_ledger", [True, False])
def test_an_edit_behind_a_wall_is_announced_to_nobody(
    blog: BuiltBlog, server: Server, node: str, *, keeps_ledger: bool
) -> None:
    """Its item would be the same, but for the marker: it shows the title and the link."""
    blog.write("2026-01-03-fair.md", MORE, title="The fair")
    blog.build_site()
    wall = THEME.replace("{body}", "<p>Please log in to read on.</p>")
    blog.build_page("fair", "---\ntitle: The fair\n---\n", wall)
    assert blog.run("publish", "--json").changes == [("new", "2026-01-03-fair", "done")]
    if not keeps_ledger:
        (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    with Subscriber(server, "reader", node) as reader:
        blog.write("2026-01-03-fair.md", f"{MORE} {TEXT}", title="The fair")
        edited = blog.run("publish", "--json")
        assert ("corrected", "2026-01-03-fair", "done") in edited.changes
        assert {action for action, _, _ in edited.changes} <= {"corrected", "adopt"}
        for arguments in ([], ["--verify"]):
            assert blog.run("publish", "--json", *arguments).changes == []
        hears_nothing_more(server, node, reader)
        blog.write("2026-01-03-fair.md", f"{MORE} {TEXT}", title="The fair is over")
        assert blog.run("publish", "--json").changes == [("changed", "2026-01-03-fair", "done")]
        assert reader.next().id == "2026-01-03-fair"


def test_subscribers_hear_nothing_of_a_rename_before_the_build(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        path = blog.posts / f"{MILL}.md"
        path.rename(path.with_name("2026-01-01-water.md"))
        for _ in range(2):
            waits = blog.run("publish", "--json")
            assert (waits.code, waits.changes) == (4, [])
            assert [one["path"] for one in waits.json["built"]["waiting"]] == [
                "2026-01-01-water.md"
            ]
        assert TEXT in text_of(server, node, MILL)
        hears_nothing_more(server, node, reader)


@pytest.mark.parametrize("body", ["<p>Error: shortcode failed</p>", "<p>Please log in.</p>"])
def test_an_edit_is_announced_when_its_page_shows_text_again(
    blog: BuiltBlog, server: Server, node: str, body: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill")
        blog.build_site()
        blog.build_page("mill", "---\ntitle: The mill\n---\n", THEME.replace("{body}", body))
        broken = blog.run("publish", "--json")
        assert (broken.code, broken.changes) == (0, [])
        assert [one["path"] for one in broken.json["built"]["without_text"]] == [f"{MILL}.md"]
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        assert MORE in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


def test_a_title_is_sent_before_the_text_if_the_page_does_not_show_that(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill is gone")
        blog.build_site()
        wall = THEME.replace("{body}", "<p>Please log in.</p>")
        blog.build_page("mill", "---\ntitle: The mill is gone\n---\n", wall)
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("corrected", MILL, "done")]
        assert MORE in text_of(server, node, MILL)
        hears_nothing_more(server, node, reader)


def test_an_edit_that_was_sent_from_its_source_is_not_undone_while_it_waits(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    configuration = blog.folder / "publisher.yaml"
    from_pages = configuration.read_text(encoding="utf-8")
    from_source = from_pages.replace("  output: _site\n", "").replace(", body: .post-content", "")
    configuration.write_text(from_source, encoding="utf-8")
    blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill")
    assert ("changed", MILL, "done") in blog.run("publish", "--json").changes
    configuration.write_text(from_pages, encoding="utf-8")
    with Subscriber(server, "reader", node) as reader:
        for arguments in ([], ["--verify"], ["--refresh"]):
            waits = blog.run("publish", "--json", *arguments)
            assert waits.code == 4
            assert MILL not in {id_ for _, id_, _ in waits.changes}
        assert MORE in text_of(server, node, MILL)
        blog.build_site()
        assert ("corrected", MILL, "done") in blog.run("publish", "--json").changes
        assert MORE in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


@pytest.mark.parametrize("restored", [".publisher", ".publisher/pages.sqlite"])
def test_an_older_state_and_site_undo_no_edit_at_the_node(
    blog: BuiltBlog, server: Server, node: str, restored: str
) -> None:
    """As when a cache of a continuous integration is restored."""
    old = {"_site": blog.folder / "old site", restored: blog.folder / "old state"}
    for name, copy in old.items():
        copied = shutil.copytree if (blog.folder / name).is_dir() else shutil.copy2
        copied(blog.folder / name, copy)
    blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill")
    blog.build_site()
    assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
    for name, copy in old.items():
        present = blog.folder / name
        shutil.rmtree(present) if present.is_dir() else present.unlink()
        copy.rename(present)
    with Subscriber(server, "reader", node) as reader:
        for arguments in ([], ["--verify"]):
            waits = blog.run("publish", "--json", *arguments)
            assert waits.code == 4
            assert {action for action, _, _ in waits.changes} <= {"adopt"}
        assert MORE in text_of(server, node, MILL)
        blog.build_site()
        done = blog.run("publish", "--json")
        assert (done.code, {action for action, _, _ in done.changes} - {"adopt"}) == (0, set())
        hears_nothing_more(server, node, reader)


def test_another_address_alone_is_corrected_silently(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        path = blog.write(f"{MILL}.md", TEXT, title="The mill", slug="old-mill")
        (blog.output / "mill" / "index.html").unlink()
        blog.build_page("old-mill", path.read_text(encoding="utf-8"))
        assert blog.run("publish", "--json").changes == [("corrected", MILL, "done")]
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


def test_an_edit_that_was_early_is_corrected_silently_after_the_build(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    """Its title shows at once, its text when the page is built."""
    with Subscriber(server, "reader", node) as reader:
        louder = TEXT.replace("nobody", "*nobody*")
        blog.write(f"{MILL}.md", louder, title="The mill at the river")
        early = blog.run("publish", "--json")
        assert (early.code, early.changes) == (0, [("changed", MILL, "done")])
        assert reader.next().id == MILL
        assert "*nobody*" not in text_of(server, node, MILL)
        blog.build_site()
        corrected = blog.run("publish", "--json")
        assert (corrected.code, corrected.changes) == (0, [("corrected", MILL, "done")])
        assert "*nobody*" in text_of(server, node, MILL)
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
        assert (waits.code, waits.changes) == (4, [])
        assert [one["path"] for one in waits.json["built"]["waiting"]] == ["2026-01-01-water.md"]
        owner = Outsider(server, "blog", node)
        assert {item.id for item in owner.items()} == {MILL, BOAT}
        blog.build_site()
        held = blog.run("publish", "--json")
        assert (held.code, held.changes) == (3, [("held", "2026-01-01-water", "planned")])
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


def hears_nothing_more(server: Server, node: str, reader: Subscriber) -> None:
    Outsider(server, "blog", node).publish("the-end", "<x xmlns='urn:x'/>")
    assert reader.next().id == "the-end"


def test_a_page_that_is_written_in_part_is_announced_when_it_is_whole(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill is gone")
        blog.write("2026-01-03-fair.md", MORE, title="The fair")
        blog.build_site()
        pages = {slug: blog.output / slug / "index.html" for slug in ("mill", "fair")}
        for page in pages.values():
            page.write_bytes(page.read_bytes()[: page.read_bytes().index(b"and the whole village")])
        waits = blog.run("publish", "--json")
        assert (waits.code, waits.changes) == (4, [])
        blog.build_site()
        done = blog.run("publish", "--json")
        new = "2026-01-03-fair"
        assert (done.code, {*done.changes}) == (
            0,
            {("new", new, "done"), ("changed", MILL, "done")},
        )
        assert {reader.next().id, reader.next().id} == {new, MILL}
        for id_ in (new, MILL):
            assert MORE in text_of(server, node, id_)
        hears_nothing_more(server, node, reader)


def test_what_went_out_in_part_is_corrected_silently(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    """The page was whole as far as one can see, but lacked words of the edit."""
    page = blog.output / "mill" / "index.html"
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill")
        blog.build_site()
        whole = page.read_bytes()
        page.write_bytes(whole.replace(b", and the whole village came to watch the fire", b""))
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        page.write_bytes(whole)
        blog.touch(page)
        assert blog.run("publish", "--json").changes == [("corrected", MILL, "done")]
        assert MORE in text_of(server, node, MILL)
        hears_nothing_more(server, node, reader)


LONG = f"{TEXT} {MORE} {TEXT}"


@pytest.mark.parametrize("keeps_state", [True, False])
@pytest.mark.parametrize("is_newer", [True, False])
def test_a_renamed_post_that_has_no_page_yet_is_held(
    blog: BuiltBlog, server: Server, node: str, *, keeps_state: bool, is_newer: bool
) -> None:
    blog.write("2026-01-03-fair.md", LONG, title="The fair")
    blog.build_site()
    assert blog.run("publish").code == 0
    old, new = "2026-01-03-fair", "2026-01-03-market"
    (blog.posts / f"{old}.md").rename(blog.posts / f"{new}.md")
    blog.build_site(leaves_out={"market"})
    if is_newer:
        blog.touch(blog.posts / f"{new}.md")
    if not keeps_state:
        shutil.rmtree(blog.folder / ".publisher")
    with Subscriber(server, "reader", node) as reader:
        held = blog.run("publish")
        assert held.code == 3
        assert f"{new}.md: if it was renamed, add this line to its front matter: id: {old}" in (
            held.err
        )
        assert old in {item.id for item in Outsider(server, "reader", node).items()}
        lines = blog.run("status").err.splitlines()
        assert any(line.startswith(f"  - {new}.md: if it was renamed") for line in lines)
        text = (blog.posts / f"{new}.md").read_text(encoding="utf-8")
        kept = text.replace("---\n", f"---\nid: {old}\n", 1)
        blog.touch(blog.posts / f"{new}.md").write_text(kept, encoding="utf-8")
        blog.build_site()
        assert blog.run("publish").code == 0
        assert blog.run("publish", "--json", "--verify").changes == []
        if not keeps_state:  # nobody knows that the file had another name
            event = reader.next()
            assert (event.kind, event.id) == ("published", old)
        hears_nothing_more(server, node, reader)


def test_the_item_of_a_post_that_was_renamed_and_edited_stays_until_the_site_is_built(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    blog.write("2026-01-03-fair.md", LONG, title="The fair")
    blog.write("2026-01-04-fog.md", "Fog lies over the river, and the ferry waits for the noon.")
    blog.build_site()
    assert blog.run("publish").code == 0
    old, new = "2026-01-03-fair", "2026-01-03-market"
    (blog.posts / f"{old}.md").unlink()
    (blog.posts / "2026-01-04-fog.md").unlink()
    blog.write(f"{new}.md", f"{LONG} Now it is a market.", title="The market")
    with Subscriber(server, "reader", node) as reader:
        for _ in range(2):
            waits = blog.run("publish", "--json")
            assert waits.code == 4
            assert old not in {id_ for _, id_, _ in waits.changes}
            assert waits.json["built"]["moved"] == [{"path": f"{old}.md", "new": f"{new}.md"}]
            feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
            assert (LONG in feed, "market" in feed, "Fog lies" in feed) == (True, False, False)
        event = reader.next()
        assert (event.kind, event.id) == ("retracted", "2026-01-04-fog")
        plan = blog.run("plan", "--verify")
        stays = f"{new}.md: has most of the text of {old}.md, which is gone, and no page yet"
        assert stays in " ".join(plan.err.split())
        blog.build_site()
        changes = [("removed", old, "done"), ("new", new, "done")]
        assert blog.run("publish", "--json").changes == changes
        assert {reader.next().id, reader.next().id} == {old, new}
        hears_nothing_more(server, node, reader)


def test_an_edited_post_that_is_published_as_new_gives_up_the_item_before_the_build(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    blog.write("2026-01-03-fair.md", LONG, title="The fair")
    blog.build_site()
    assert blog.run("publish").code == 0
    (blog.posts / "2026-01-03-fair.md").unlink()
    blog.write("2026-01-03-market.md", f"{LONG} Now it is a market.", title="The market")
    done = blog.run("publish", "--json", "--as-new", "2026-01-03-market.md")
    assert (done.code, done.changes) == (4, [("removed", "2026-01-03-fair", "done")])
    assert "fair" not in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_a_post_without_a_page_that_is_no_renamed_one_gives_up_the_item(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    blog.write("2026-01-03-fair.md", LONG, title="The fair")
    blog.build_site()
    assert blog.run("publish").code == 0
    (blog.posts / "2026-01-03-fair.md").rename(blog.posts / "2026-01-03-market.md")
    blog.build_site(leaves_out={"market"})
    done = blog.run("publish", "--json", "--as-new", "2026-01-03-market.md")
    assert (done.code, done.changes) == (0, [("removed", "2026-01-03-fair", "done")])


def test_the_note_on_an_item_of_a_post_without_a_page_advises_no_repair(
    blog: BuiltBlog,
) -> None:
    blog.write("2026-01-03-fair.md", LONG, title="The fair")
    blog.build_site()
    assert blog.run("publish").code == 0
    blog.build_site(leaves_out={"boat"})
    named = "note: 1 post is not published, because no page in _site was recognised as its page"
    stays = "1 item stays, whose post has no page; to retract it, remove or hide its post"
    for command in (["plan", "--verify"], ["status"]):
        run = blog.run(*command)
        assert run.code == 0
        assert run.err.count(named) == run.err.count(stays) == 1
        assert "Repair" not in run.err


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize("key", ["draft: true", "published: false", "date: 2999-01-01"])
def test_what_was_removed_while_a_post_was_hidden_is_sent_to_nobody(
    blog: BuiltBlog, server: Server, node: str, key: str, *, is_built: bool
) -> None:
    """Its item is retracted, and comes back with the text of the new build, not of the old one."""
    name, value = key.split(": ")
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", TEXT, title="The mill", **{name: value})
        if is_built:
            blog.build_site(leaves_out={"mill"})
        assert blog.run("publish", "--json").changes == [("removed", MILL, "done")]
        assert (reader.next().kind, node_ids(server, node)) == ("retracted", {BOAT})
        blog.write(f"{MILL}.md", MORE, title="The mill")
        for arguments in ([], ["--verify"], []):
            waits = blog.run("publish", "--json", *arguments)
            assert (waits.code, waits.changes) == (4, [])
            assert [one["stays"] for one in waits.json["built"]["waiting"]] == [False]
            assert node_ids(server, node) == {BOAT}
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("new", MILL, "done")]
        event = reader.next()
        assert (event.kind, event.id) == ("published", MILL)
        text = text_of(server, node, MILL)
        assert (MORE in text, TEXT in text) == (True, False)
        hears_nothing_more(server, node, reader)


def node_ids(server: Server, node: str) -> set[str | None]:
    """The ids of the items, as another account reads them."""
    return {event.id for event in Outsider(server, "reader", node).items()}
