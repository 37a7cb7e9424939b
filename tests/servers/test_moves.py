"""A site that moves, on real servers: its posts keep their ids, or somebody decides otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Prosody, Server

ATOM = "{http://www.w3.org/2005/Atom}"
FIRST, SECOND = "2026-01-01-first-post", "2026-01-02-second-post"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write(f"{FIRST}.md", "Text.", title="First")
    made.write(f"{SECOND}.md", "Text.", title="Second")
    return made


def configure(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])


def move(blog: Blog, line: str = "") -> None:
    """Give the site another URL, and a `line` in its section."""
    path = blog.folder / "publisher.yaml"
    text = path.read_text().replace("https://blog.example", "https://new.example")
    path.write_text(text.replace("  language: en\n", f"  language: en\n  {line}\n"))


def atom_ids(blog: Blog) -> set[str | None]:
    root = ET.fromstring((blog.folder / "feed.atom").read_bytes())  # noqa: S314 - our own
    return {one.findtext(f"{ATOM}id") for one in root.findall(f"{ATOM}entry")}


def at_node(server: Server, node: str) -> set[str | None]:
    items = Outsider(server, "reader", node).items()
    return {item.payload.findtext(f"{ATOM}id") for item in items if item.payload is not None}


def expected(host: str) -> set[str]:
    return {f"tag:{host},{name[:10]}:{name}" for name in (FIRST, SECOND)}


def test_a_moved_site_keeps_its_ids_with_the_line_that_is_named(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    before = blog.built()
    move(blog)
    with Subscriber(server, "reader", node) as reader:
        for command in ("plan", "plan --offline", "build", "publish", "publish --announce-all"):
            run = blog.run(*command.split())
            assert (run.code, "the atom:id of 2 published posts" in run.err) == (3, True), run.err
            assert "no feed was built, and nothing was sent" in run.err
            assert run.out == "", "no step will be taken"
        reader.nothing_for(0.7)
    assert blog.built() == before, "the feeds keep their ids, too"
    assert blog.run("plan", "--json").changes == []
    status = blog.run("status")
    assert (status.code, "         2 items\n" in status.out) == (0, True)
    assert "`publisher publish` would stop: the configuration changes the atom:id" in status.err
    (shown,) = blog.run("status", "--json").json["nodes"]
    assert (shown["items"], shown["pending"], shown["error"]) == (2, 0, None)
    assert "the atom:id of 2 published posts" in shown["guard"]
    (line,) = re.findall(r"publisher\.yaml: (id_template: .*?)\. If the URL", run.err)
    move(blog, line)
    assert blog.run("publish", "--no-notify").code == 0
    assert atom_ids(blog) == at_node(server, node) == expected("blog.example")
    assert blog.run("publish").out == ""


def test_new_ids_are_published_on_demand(blog: Blog, prosody: Prosody, node: str) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    move(blog)
    planned = blog.run("plan", "--new-ids", "--json")
    assert planned.code == 0
    assert {change[0] for change in planned.changes} == {"changed"}
    assert blog.run("publish", "--new-ids").code == 0
    assert atom_ids(blog) == at_node(prosody, node) == expected("new.example")
    assert blog.run("publish").code == 0, "it is decided once and for all"
    assert blog.run("build").code == 0


def test_without_a_ledger_the_node_shows_that_the_site_has_moved(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    move(blog)
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    for command in ("plan", "publish"):
        run = blog.run(command)
        assert run.code == 3
        assert 'publisher.yaml: id_template: "tag:blog.example,{date}:{id}"' in run.err
        assert "not ours" not in run.out + run.err
        assert blog.run(command, "--json").changes == []
    assert at_node(server, node) == expected("blog.example")
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    assert blog.run("publish", "--new-ids").code == 0
    assert at_node(server, node) == expected("new.example")


def test_only_the_ids_of_a_moved_site_count(blog: Blog, prosody: Prosody, node: str) -> None:
    """Other links are edits: the guard of announcements looks after them."""
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("permalink: pretty", "permalink: /:title/"))
    assert blog.run("publish").code == 0
    assert at_node(prosody, node) == expected("blog.example")
