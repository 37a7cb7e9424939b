"""Settings and files of a site that an older version did not read: nobody is notified of them.

The older version is played by a site that has them only after its posts were published. It left the
items as it read the posts without them, and perhaps the ledger.
"""

from __future__ import annotations

import shutil
import subprocess
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
POST = "2026-01-02-a-post"
SITE = """\
site: {{title: A blog, url: "https://blog.example", since: 2020-01-01, author: {{name: Ada}}}}
posts: {{path: {posts}, engine: {engine}}}
feeds: [{{path: feed.atom, format: atom}}]
"""
HEAD = "---\ntitle: {0}\ndate: 2020-01-0{0}\n---\nThe post number {0}.\n"
REST = "Code\n====\n\n:date: 2020-01-04\n\n.. code-block:: sh\n   :caption: A caption\n\n   ls\n"


@dataclass(frozen=True)
class Reading:
    """A site with a post in `posts`, the files that a newer version reads, and what they change.

    `shows` is an element of the item and its text, or the address in the first link.
    """

    site: Mapping[str, str]
    more: Mapping[str, str]
    shows: tuple[str, str]


READINGS = {
    "eleventy": Reading(
        {".eleventy.js": ""},
        {f"posts/{POST}.json": '{"tags": ["merged"]}'},
        ("category", "merged"),
    ),
    "hexo": Reading(
        {"_config.yml": "source_dir: .\n"},
        {"_config.yml": "source_dir: .\npermalink: ':title/'\n"},
        ("link", f"https://blog.example/{POST}/"),
    ),
    "nikola": Reading(
        {"conf.py": "POSTS = [('posts/*.md', 'blog', 'post.tmpl')]\n"},
        {
            "conf.py": "POSTS = [('posts/*.md', 'blog', 'post.tmpl')]\n"
            "INDEX_FILE = 'index.htm'\n"
        },
        ("link", f"https://blog.example/blog/{POST}/index.html"),
    ),
    "zola": Reading(
        {"config.toml": "base_url = 'https://blog.example'\n"},
        {
            "config.toml": "base_url = 'https://blog.example'\n"
            "slugify.paths_keep_dates = true\nmarkdown.smart_punctuation = true\n"
        },
        ("link", f"https://blog.example/{POST}/"),
    ),
}  # fmt: skip


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


ENGINE_SITES = {
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


@pytest.mark.parametrize("engine", READINGS)
@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
def test_what_a_newer_version_reads_is_corrected_and_nobody_is_notified(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    engine: str,
    *,
    keeps_ledger: bool,
) -> None:
    reading = READINGS[engine]
    blog = site(tmp_path / "blog", server, node, accounts["blog"], engine)
    add(blog, reading.site)
    blog.write(f"{POST}.md", 'Text with "quotes".\n', date="2026-01-02 12:00:00", tags="[own]")
    assert blog.run("publish").code == 0
    add(blog, reading.more)
    hears_of_a_correction_alone(blog, server, node, keeps_ledger=keeps_ledger, shows=reading.shows)


@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
@pytest.mark.parametrize("engine", ENGINE_SITES)
def test_settings_that_are_read_now_correct_the_items_and_notify_nobody(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    engine: str,
    *,
    keeps_ledger: bool,
) -> None:
    site, blog = ENGINE_SITES[engine], Blog(tmp_path / "site")
    blog.configure(server, node=node, password=accounts["blog"])
    xmpp = (blog.folder / "publisher.yaml").read_text().partition("xmpp:")[2]
    config = SITE.format(posts=site.posts, engine=engine) + f"xmpp:{xmpp}"
    posts = {f"2020-01-0{day}-{'abc'[day - 1]}.md": HEAD.format(day) for day in (1, 2, 3)}
    files = {f"{site.posts}/{name}": text for name, text in {**posts, **site.unbuilt}.items()}
    add(blog, {**files, **site.old, "publisher.yaml": config})
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    before = items(server, node)
    assert len(before) == 4
    add(blog, site.new)
    assert corrected_in_silence(blog, server, node, keeps_ledger=keeps_ledger) == 3
    after = items(server, node)
    assert after.keys() == before.keys()
    changed = sorted(id_ for id_ in after if after[id_] != before[id_])
    assert changed == [name.removesuffix(".md") for name in posts]
    tags, author, link = after[changed[0]]
    assert (tags, author, link) == (["news"], "Grace", f"https://blog.example{site.link}")


@pytest.mark.parametrize("keeps_ledger", [True, False], ids=["ledger", "no ledger"])
def test_the_first_commit_of_a_renamed_note_is_a_correction_of_its_date(
    tmp_path: Path,
    server: Server,
    node: str,
    accounts: Mapping[str, str],
    *,
    keeps_ledger: bool,
) -> None:
    """An older version dated the note by its rename, as a history does that begins with it."""
    blog = site(tmp_path / "blog", server, node, accounts["blog"], "plain")
    note = blog.write("Another name.md", "A note of some words.\n" * 9, publish="true")
    git(blog.folder, "init", "--quiet")
    commit(blog, "2026-03-04")
    assert blog.run("publish").code == 0
    shutil.rmtree(blog.folder / ".git")
    git(blog.folder, "init", "--quiet")
    note.rename(blog.posts / "A name.md")
    commit(blog, "2026-01-02")
    git(blog.folder, "mv", "posts/A name.md", "posts/Another name.md")
    commit(blog, "2026-03-04")
    shows = ("published", "2026-01-02T12:00:00Z")
    hears_of_a_correction_alone(blog, server, node, keeps_ledger=keeps_ledger, shows=shows)


def site(folder: Path, server: Server, node: str, password: str, engine: str) -> Blog:
    """A blog of an engine, whose site computes the addresses."""
    blog = Blog(folder)
    blog.configure(server, node=node, password=password)
    config = folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8").replace("permalink: pretty", f"engine: {engine}")
    config.write_text(text, encoding="utf-8")
    return blog


def add(blog: Blog, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (blog.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (blog.folder / name).write_text(text, encoding="utf-8")


def hears_of_a_correction_alone(
    blog: Blog, server: Server, node: str, *, keeps_ledger: bool, shows: tuple[str, str]
) -> None:
    assert shows not in shown(server, node)
    assert corrected_in_silence(blog, server, node, keeps_ledger=keeps_ledger) == 1
    assert shows in shown(server, node)


def corrected_in_silence(blog: Blog, server: Server, node: str, *, keeps_ledger: bool) -> int:
    """How many items the next run corrects, and nothing else; a subscriber hears nothing."""
    if not keeps_ledger:
        shutil.rmtree(blog.folder / ".publisher")
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish", "--json")
        assert (run.code, {(action, done) for action, _, done in run.changes}) == (
            0, {("corrected", "done")},
        )  # fmt: skip
        assert blog.run("publish", "--json").changes == []
        reader.nothing_for(0.5)
    return len(run.changes)


def shown(server: Server, node: str) -> set[tuple[str, str]]:
    """The elements of the only item, with their texts or addresses."""
    (event,) = Outsider(server, "reader", node).items()
    assert event.payload is not None
    return {
        (
            element.tag.removeprefix(ATOM),
            element.get("term") or element.get("href") or element.text or "",
        )
        for element in event.payload
    }


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


def commit(blog: Blog, day: str) -> None:
    git(blog.folder, "add", "posts")
    git(blog.folder, "commit", "--quiet", "-m", "Notes", f"--date={day}T12:00:00Z")


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True)
