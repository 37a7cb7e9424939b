"""What each version of the marker left behind at a node, with the ledger. See README.md."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

from publisher.config.keys import LEDGER_NAME
from publisher.sources.built.state.page_memory import NAME as MEMORY_NAME
from tests.support.blog import Blog
from tests.support.built_blog import BuiltBlog

FOLDER = Path(__file__).parent
POSTS = FOLDER / "posts"
VERSIONS = sorted(path.parent.name for path in FOLDER.glob("*/items.xml"))
# Those whose items have the content of built pages.
WITH_PAGES = sorted(path.parent.name for path in FOLDER.glob("*/pages.sql"))
ANOTHER = "0" * 64  # a fingerprint that no post has
ANOTHER_TEXT = "0" * 32  # the hash of a text that no post has
ATOM = "{http://www.w3.org/2005/Atom}"
FINGERPRINT = "{urn:uuid:5c2b6ac1-9a6b-4e0b-8a3a-2f6d1d9b7e54}fingerprint"


def empty_blog(folder: Path, version: str) -> Blog:
    """The blog that published the items, without its posts and its site."""
    return BuiltBlog(folder) if version in WITH_PAGES else Blog(folder)


def fill(blog: Blog, version: str) -> None:
    """Write the posts, and then the pages of the site, which were built of them."""
    shutil.copytree(POSTS, blog.posts, dirs_exist_ok=True)
    if isinstance(blog, BuiltBlog):
        shutil.copytree(FOLDER / version / "pages", blog.output)
        for folder in (blog.posts, blog.output):
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                blog.touch(path)


def edit(blog: Blog, slug: str, old: str, new: str) -> None:
    """Edit a post, and build its page again."""
    paths = [*blog.posts.rglob(f"*-{slug}.md")]
    if isinstance(blog, BuiltBlog):
        paths.append(blog.output / slug / "index.html")
    for path in paths:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        if isinstance(blog, BuiltBlog):
            blog.touch(path)


def add(blog: Blog, day: str, slug: str, text: str) -> None:
    """Write another post, and build its page."""
    blog.write(f"{day}-{slug}.md", text)
    if isinstance(blog, BuiltBlog):
        blog.build_page(slug, text)


def payloads(
    version: str, *, is_reread: bool = False, is_rerendered: bool = False
) -> dict[str, str]:
    """The items by their ids.

    `is_reread`: as a version would have made them that reads the same posts in another way.
    `is_rerendered`: as one that reads them in the same way, and makes another text of them.
    """
    found: dict[str, str] = {}
    for item in ET.parse(FOLDER / version / "items.xml").getroot():  # noqa: S314 - our own
        (entry,) = item
        if is_reread:
            _set_text(entry, FINGERPRINT, ANOTHER)
        if is_reread or is_rerendered:
            _set_text(entry, f"{ATOM}content", "As it was read before.")
            for marker in entry.findall(FINGERPRINT):
                if marker.get("text"):
                    marker.set("text", ANOTHER_TEXT)
        found[item.get("id", "")] = ET.tostring(entry, encoding="unicode")
    return found


def _set_text(entry: ET.Element, name: str, text: str) -> None:
    for element in entry.findall(name):
        element[:] = []
        element.text = text


def write_memory(version: str, state: Path) -> None:
    """Write what the run that published the items remembered of the pages."""
    with closing(_database(state / MEMORY_NAME, FOLDER / version / "pages.sql")) as database:
        database.commit()


def _database(path: Path, sql: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.executescript(sql.read_text(encoding="utf-8"))
    return database


def write_ledger(
    version: str,
    state: Path,
    *,
    node: str,
    is_reread: bool = False,
    is_rerendered: bool = False,
    is_cut_off: bool = False,
) -> None:
    """Write the ledger of the run that published the items to `node` an hour ago.

    `is_cut_off`: the run died when the items had left, before the node acknowledged any of them.
    """
    database = _database(state / LEDGER_NAME, FOLDER / version / "ledger.sql")
    database.execute("UPDATE item SET node = ?, at = ?", (node, time.time() - 3600))
    database.execute("UPDATE node SET node = ?, looked = ?", (node, time.time() - 3600))
    if is_reread:
        database.execute("UPDATE item SET fingerprint = ?", (ANOTHER,))
    has_texts = any(row[1] == "text" for row in database.execute("PRAGMA table_info(item)"))
    if (is_reread or is_rerendered) and has_texts:
        database.execute("UPDATE item SET text = ?", (ANOTHER_TEXT,))
    if has_texts:
        database.execute("UPDATE node SET reader = 'the version that published them'")
    if is_cut_off:
        database.execute("UPDATE item SET done = 0, seen = 0")
    database.commit()
    database.close()
