"""A post may show an included file, data or an address: if that changes, its item is corrected."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_newer_readings import add, site
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.blog import Blog
    from tests.support.servers import Server

POST = "2026-01-02-a-post"
ATOM = "{http://www.w3.org/2005/Atom}"
JEKYLL = {"_config.yml": "title: A blog\n", "_includes/head.html": "old", "_data/x.yml": "a: old"}


@dataclass(frozen=True)
class Site:
    """A site whose post `a` shows `old`, and `new` after its files have `changed`."""

    engine: str
    files: Mapping[str, str]
    text: str
    changed: Mapping[str, str]
    old: str = "It is old."
    new: str = "It is new."


SITES = {
    "an include": Site(
        "jekyll", JEKYLL, "It is {% include head.html %}.", {"_includes/head.html": "new"}
    ),
    "an include in an include": Site(
        "jekyll",
        {**JEKYLL, "_includes/more.html": "{% include head.html %}"},
        "It is {% include more.html %}.",
        {"_includes/head.html": "new"},
    ),
    "data": Site("jekyll", JEKYLL, "It is {{ site.data.x.a }}.", {"_data/x.yml": "a: new"}),
    "a file beside the post": Site(
        "jekyll",
        {**JEKYLL, "posts/_text.html": "old"},
        "It is {% include_relative _text.html %}.",
        {"posts/_text.html": "new"},
    ),
    "another post": Site(
        "jekyll",
        {**JEKYLL, "posts/2026-01-01-b.md": "---\ntitle: B\npermalink: /old/\n---\nB.\n"},
        "It is at {% post_url 2026-01-01-b %}.",
        {"posts/2026-01-01-b.md": "---\ntitle: B\npermalink: /new/\n---\nB.\n"},
        "It is at /old/.",
        "It is at /new/.",
    ),
    "a page outside of the posts": Site(
        "hugo",
        {"hugo.toml": "title = 'A'\nbaseURL = 'https://blog.example'\ncontentDir = '.'\n",
         "about.md": "---\ntitle: About\nurl: /old/\n---\nAbout.\n"},
        'It is at {{< relref "/about.md" >}}.',
        {"about.md": "---\ntitle: About\nurl: /new/\n---\nAbout.\n"},
        "It is at /old/.",
        "It is at /new/.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "lost"])
def test_an_item_shows_what_its_post_shows_now_and_nobody_is_notified(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    name: str,
    *,
    keeps: bool,
) -> None:
    one = SITES[name]
    blog = published(tmp_path, server, node, accounts["blog"], one)
    with Subscriber(server, "reader", node) as reader:
        add(blog, one.changed)
        if not keeps:
            shutil.rmtree(blog.folder / ".publisher/lookups")
        run = blog.run("publish", "--json")
        assert run.code == 0, run.err
        others = {id_ for action, id_, _ in run.changes if action == "changed"}
        assert ("corrected", POST, "done") in run.changes
        assert len(run.changes) == 1 + len(others)
        assert one.new in shown(server, node)
        assert blog.run("publish", "--json").changes == []
        assert {reader.next().id for _ in others} == others - {POST}
        reader.nothing_for(0.5)


def published(folder: Path, server: Server, node: str, password: str, one: Site) -> Blog:
    """A blog whose items show what the post shows before anything has changed."""
    blog = site(folder / "blog", server, node, password, one.engine)
    add(blog, one.files)
    blog.write(f"{POST}.md", f"{one.text}\n", date="2026-01-02 12:00:00")
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    assert one.old in shown(server, node)
    return blog


def shown(server: Server, node: str) -> str:
    """The text of the post at the node."""
    (event,) = (one for one in Outsider(server, "reader", node).items() if one.id == POST)
    assert event.payload is not None
    return "".join(event.payload.find(f"{ATOM}content").itertext())  # type: ignore[union-attr]
