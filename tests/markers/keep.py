"""Keep what this version leaves behind, for the tests of later versions.

`python -m tests.markers.keep NUMBER` publishes the posts to a new node of a local Prosody, and
writes the node's items and the ledger into tests/markers/NUMBER. With `--pages` the content comes
from the pages of a built site, which are written there, too, with what publisher remembers of them.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import NodeConfig
from publisher.config.keys import LEDGER_NAME
from publisher.sources.built.state.page_memory import NAME as MEMORY_NAME
from tests.markers import FOLDER, POSTS
from tests.support.blog import Blog
from tests.support.built_blog import BuiltBlog
from tests.support.servers import Prosody
from tests.support.xmpp import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sync.item import Item

ACCOUNTS = {"blog": "blog password"}


def keep(folder: Path, *, with_pages: bool) -> None:
    """Publish the posts, and keep the items, the ledger and the pages."""
    folder.mkdir()
    with (
        tempfile.TemporaryDirectory() as temporary,
        Prosody(ACCOUNTS, admins=["blog@localhost"]) as server,
    ):
        blog = (BuiltBlog if with_pages else Blog)(Path(temporary) / "blog")
        blog.configure(server, password=ACCOUNTS["blog"])
        shutil.copytree(POSTS, blog.posts, dirs_exist_ok=True)
        if isinstance(blog, BuiltBlog):
            blog.build_site()
            shutil.copytree(blog.output, folder / "pages")
        done = blog.run("publish")
        assert done.code == 0, done.err
        items = asyncio.run(_items(server))
        state = blog.folder / ".publisher"
        databases = {"ledger.sql": _dump(state / LEDGER_NAME)}
        if with_pages:
            databases["pages.sql"] = _dump(state / MEMORY_NAME)
    (folder / "items.xml").write_text(_document(items), encoding="utf-8")
    for name, sql in databases.items():
        (folder / name).write_text(sql, encoding="utf-8")


async def _items(server: Prosody) -> Sequence[Item]:
    config = NodeConfig(service=server.service, node="blog")
    async with opened(server, "blog", config) as node:
        return await node.fetch(sorted((await node.look()).ids))


def _document(items: Sequence[Item]) -> str:
    lines = (f'<item id="{item.id}">{item.payload}</item>\n' for item in items)
    return f"<items>\n{''.join(lines)}</items>\n"


def _dump(path: Path) -> str:
    """The database as SQL, with the numbers of its format, which `iterdump` leaves out."""
    database = sqlite3.connect(path)
    numbers = (
        f"PRAGMA {name} = {database.execute(f'PRAGMA {name}').fetchone()[0]};"
        for name in ("application_id", "user_version")
    )
    return "\n".join([*database.iterdump(), *numbers, ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, help="the number of the new folder")
    parser.add_argument("--pages", action="store_true", help="take the content from built pages")
    arguments = parser.parse_args()
    keep(FOLDER / str(arguments.number), with_pages=arguments.pages)
