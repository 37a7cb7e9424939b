"""A post with the `id:` of another post changes nothing, on real servers and in feeds."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.support.blog import Blog
from tests.support.servers import every_server
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.blog import Run
    from tests.support.servers import Prosody, Server

ATOM = "{http://www.w3.org/2005/Atom}"
VICTIM, MALLORY = "2026-01-02-victim.md", "0000-mallory.md"
# Another post, so that no feed loses all of its entries.
OTHER = ("tag:blog.example,2026-01-01:2026-01-01-other", "Other")
ITEM = "2026-01-02-victim"
ATOM_ID = f"tag:blog.example,2026-01-02:{ITEM}"
IDS = pytest.mark.parametrize("stolen", [ITEM, ATOM_ID], ids=["item id", "atom:id"])


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-other.md", "Another text.", title="Other")
    return blog


def open_node(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])


def steal(blog: Blog, stolen: str) -> None:
    blog.write(MALLORY, "Mallory's text.", title="Mallory's", date="2026-01-03", id=f'"{stolen}"')


def lose(blog: Blog, name: str) -> None:
    """A file that exists and cannot be read."""
    (blog.posts / name).unlink()
    (blog.posts / name).symlink_to("nowhere")


def texts(server: Server, node: str) -> dict[str | None, str]:
    """Every item at the node, with its payload."""
    return {
        item.id: "" if item.payload is None else ET.tostring(item.payload, encoding="unicode")
        for item in Outsider(server, "reader", node).items()
    }


def in_feed(blog: Blog) -> list[tuple[str | None, str | None]]:
    """The atom:id and the title of every entry."""
    root = ET.fromstring((blog.folder / "feed.atom").read_bytes())  # noqa: S314 - our own
    return [
        (one.findtext(f"{ATOM}id"), one.findtext(f"{ATOM}title"))
        for one in root.findall(f"{ATOM}entry")
    ]


def names_both(run: Run, *files: str) -> bool:
    return run.code == 1 and all(name in run.err for name in files or (VICTIM, MALLORY))


@every_server
@IDS
@pytest.mark.parametrize("readable", [True, False], ids=["readable", "unreadable"])
def test_no_post_takes_the_item_of_another_post(
    blog: Blog, server: Server, node: str, stolen: str, *, readable: bool
) -> None:
    blog.write(VICTIM, "The victim's text.", title="The victim's")
    open_node(blog, server, node)
    assert blog.run("publish").code == 0
    before = texts(server, node)
    with Subscriber(server, "reader", node) as reader:
        steal(blog, stolen)
        if not readable:
            lose(blog, VICTIM)
        for _ in range(2):
            assert names_both(blog.run("publish"))
        only = blog.run("publish", "--only", f"posts/{MALLORY}")
        assert only.code == 2
        assert f"--only posts/{MALLORY}: this post is not published: has the id" in only.err
        reader.nothing_for(0.7)
    assert texts(server, node) == before
    assert {*before} == {ITEM, "2026-01-01-other"}


@IDS
def test_no_feed_has_a_post_under_the_id_of_another(blog: Blog, stolen: str) -> None:
    blog.write(VICTIM, "The victim's text.", title="The victim's")
    steal(blog, stolen)
    assert names_both(blog.run("build"))
    assert in_feed(blog) == [(ATOM_ID, "The victim's"), OTHER]
    lose(blog, VICTIM)
    assert names_both(blog.run("build"))
    assert in_feed(blog) == [OTHER]
    assert not (blog.folder / ".publisher" / "ledger.sqlite").exists(), "building makes no ledger"


def test_a_tombstone_does_not_remove_another_post(blog: Blog) -> None:
    """A tombstone with the id of a post that cannot be read now would remove it at readers."""
    blog.write(VICTIM, "The victim's text.", title="The victim's")
    blog.write(MALLORY, "", date="2026-01-03", id=f'"{ATOM_ID}"', deleted="2026-01-04")
    assert blog.run("build").code == 0
    assert in_feed(blog) == [(ATOM_ID, "The victim's"), OTHER]
    lose(blog, VICTIM)
    assert blog.run("build").code == 1
    assert ATOM_ID not in (blog.folder / "feed.atom").read_text()


def make_older(blog: Blog) -> None:
    """A ledger of an older version, without paths, in which all items were seen long ago."""
    database = sqlite3.connect(blog.folder / ".publisher" / "ledger.sqlite")
    for column in (
        "path",
        "source",
        "link",
        "adopted",
        "contents",
        "hidden",
        "page",
        "added",
        "text",
    ):
        database.execute(f"ALTER TABLE item DROP COLUMN {column}")
    for column in ("refused", "reader"):
        database.execute(f"ALTER TABLE node DROP COLUMN {column}")
    database.execute("UPDATE item SET at = at - 3600")
    database.execute("PRAGMA user_version = 3")
    database.commit()
    database.close()


def paths(blog: Blog) -> list[str]:
    database = sqlite3.connect(blog.folder / ".publisher" / "ledger.sqlite")
    found = [path for (path,) in database.execute("SELECT path FROM item ORDER BY id DESC")]
    database.close()
    assert found.pop() == "2026-01-01-other.md"
    return found


def test_an_older_ledger_decides_by_the_text_whose_item_it_is(
    blog: Blog, server: Server, node: str
) -> None:
    """The post was renamed long ago: its path does not make its id."""
    blog.write("renamed.md", "The victim's text.", date="2026-01-02", title="Old", id=ITEM)
    open_node(blog, server, node)
    assert blog.run("publish").code == 0
    before = texts(server, node)
    make_older(blog)
    steal(blog, ITEM)
    assert names_both(blog.run("publish"), "renamed.md", MALLORY)
    assert texts(server, node) == before
    assert paths(blog) == ["renamed.md"]
    blog.write("renamed.md", "An edit.", date="2026-01-02", title="Old", id=ITEM)
    run = blog.run("publish")
    assert names_both(run, "renamed.md", MALLORY)
    assert f"~ changed  {ITEM}" in run.out
    lose(blog, "renamed.md")
    assert names_both(blog.run("publish"), "renamed.md", MALLORY)
    assert "An edit." in texts(server, node)[ITEM]


def test_an_older_ledger_gets_its_paths_at_one_look(
    blog: Blog, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> None:
    blog.write(VICTIM, "Text.", title="Victim")
    open_node(blog, prosody, node)
    assert blog.run("publish").code == 0
    make_older(blog)
    assert blog.run("publish").code == 0
    wrong = {"BLOG_PASSWORD": f"not {accounts['blog']}"}
    run = blog.run("publish", environment=wrong)
    assert (run.code, run.out, run.err) == (0, "", "")
    assert paths(blog) == [VICTIM]
    (blog.posts / VICTIM).rename(blog.posts / "other-name.md")
    blog.write("other-name.md", "Text.", title="Victim", id=ITEM, date="2026-01-02",
               permalink="/victim/")  # fmt: skip
    assert blog.run("publish").code == 0
    assert paths(blog) == ["other-name.md"]


def test_a_file_beside_a_published_one_does_not_replace_it(
    blog: Blog, server: Server, node: str
) -> None:
    """Both paths make the id, and the ledger has the path that was published."""
    blog.write(VICTIM, "The victim's text.", title="The victim's")
    open_node(blog, server, node)
    assert blog.run("publish").code == 0
    before = texts(server, node)
    beside = VICTIM.replace(".md", ".html")
    blog.write(beside, "<p>Mallory's text.</p>", title="Mallory's")
    assert names_both(blog.run("publish"), VICTIM, beside)
    assert names_both(blog.run("build"), VICTIM, beside)
    assert texts(server, node) == before
    assert in_feed(blog) == [(ATOM_ID, "The victim's"), OTHER]
