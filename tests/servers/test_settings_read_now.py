"""Settings of a site that a new version reads, and an older one did not, notify nobody.

The older version left what it read without these settings: the items, and perhaps the ledger.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = """\
site: {{title: A blog, url: "https://blog.example", since: 2020-01-01, author: {{name: Ada}}}}
posts: {{path: {posts}, engine: {engine}}}
feeds: [{{path: feed.atom, format: atom}}]
"""
HEAD = "---\ntitle: {0}\ndate: 2020-01-0{0}\n---\nThe post number {0}.\n"
REST = "Code\n====\n\n:date: 2020-01-04\n\n.. code-block:: sh\n   :caption: A caption\n\n   ls\n"


@dataclass(frozen=True)
class EngineSite:
    """`old` are the settings that the older version read of those that are `new`.

    `link` is the end of the first post's link by the new settings. `unbuilt` items are of posts
    that the site does not build.
    """

    posts: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    link: str
    unbuilt: Mapping[str, str]


SITES = {
    "jekyll": EngineSite(
        "_posts",
        {"_config.yml": "title: A blog\n"},
        {"_config.yml": "title: A blog\npermalink: /notes/:title/\ndefaults:\n"
         "- {scope: {path: '*/2020*'}, values: {tags: [news], lang: de, author: Grace}}\n"
            "- {scope: {path: '*/x'}, values: {draft: true}}\n"},
        "/notes/a/",
        {"x/2020-01-04-code.md": HEAD.format(4)},
    ),
    "hugo": EngineSite(
        "content",
        {"hugo.toml": "title = 'A blog'\nbaseURL = 'https://blog.example'\n"},
        {"hugo.toml": "title = 'A blog'\nbaseURL = 'https://blog.example'\nenableEmoji = true\n"
         "[permalinks.page]\n'/' = '/notes/:title/'\n",
         "config/_default/cascade.yaml": "cascade:\n- tags: [news]\n  lang: de\n  author: Grace\n"
         "- {target: {path: /x/**}, draft: true}\n"},
        "/notes/1/",
        {"x/2020-01-04-code.md": HEAD.format(4)},
    ),
    "pelican": EngineSite(
        "content",
        {"pelicanconf.py": "PLUGINS = ['captions']\n"},
        {"pelicanconf.py": "ARTICLE_URL = 'notes/{slug}/'\nSLUGIFY_SOURCE = 'basename'\n"
         "EXTRA_PATH_METADATA = {'': {'tags': 'news'}}\n"
         "DEFAULT_METADATA = {'lang': 'en', 'author': 'Grace'}\n"},
        "/notes/2020-01-01-a/",
        {"2020-01-04-code.rst": REST},
    ),
}  # fmt: skip


@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
@pytest.mark.parametrize("engine", SITES)
def test_settings_that_are_read_now_correct_the_items_and_notify_nobody(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    engine: str,
    *,
    keeps_ledger: bool,
) -> None:
    site, blog = SITES[engine], Blog(tmp_path / "site")
    blog.configure(server, node=node, password=accounts["blog"])
    xmpp = (blog.folder / "publisher.yaml").read_text().partition("xmpp:")[2]
    config = SITE.format(posts=site.posts, engine=engine) + f"xmpp:{xmpp}"
    posts = {f"2020-01-0{day}-{'abc'[day - 1]}.md": HEAD.format(day) for day in (1, 2, 3)}
    files = {f"{site.posts}/{name}": text for name, text in {**posts, **site.unbuilt}.items()}
    write(blog.folder, {**files, **site.old, "publisher.yaml": config})
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    before = items(server, node)
    assert len(before) == 4
    if not keeps_ledger:
        shutil.rmtree(blog.folder / ".publisher")
    write(blog.folder, site.new)
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish")
        assert run.code == 0, run.err
        assert f"{node}: 3 corrected" in run.out
        assert blog.run("publish", "--json").changes == []
        reader.nothing_for(0.5)
    after = items(server, node)
    assert after.keys() == before.keys()
    changed = sorted(id_ for id_ in after if after[id_] != before[id_])
    assert changed == [name.removesuffix(".md") for name in posts]
    tags, author, link = after[changed[0]]
    assert (tags, author, link) == (["news"], "Grace", f"https://blog.example{site.link}")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def items(server: Server, node: str) -> dict[str, tuple[list[str], str, str]]:
    """The tags, the author and the link of each item."""
    return {
        event.id or "": (
            [str(one.get("term")) for one in event.payload.findall(f"{ATOM}category")],
            event.payload.findtext(f"{ATOM}author/{ATOM}name") or "",
            str(event.payload.find(f"{ATOM}link").get("href")),  # type: ignore[union-attr]
        )
        for event in Outsider(server, "reader", node).items()
        if event.payload is not None
    }
