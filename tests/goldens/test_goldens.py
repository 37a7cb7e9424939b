"""Golden entries: each kind of content in the web feed and in the payload, byte by byte.

After an intended change, `python -m tests.goldens.test_goldens` writes them again. Review the
difference.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import feedparser
import pytest
from lxml import etree

from publisher import feeds, sources
from publisher.config import Config, FeedFile, Person, Posts, Site
from publisher.sync import item
from publisher.text.node_address import NodeAddress
from tests.support import GOLDENS, one_feed
from tests.support.posts import rendered

if TYPE_CHECKING:
    from publisher.config import Format
    from publisher.rendering import Rendered

FOLDER = GOLDENS / "entries"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SITE = Site(
    title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1), author=Person(name="Ada")
)
CONFIG = Config(
    site=SITE,
    posts=Posts(path=FOLDER, exclude=("*.xml",)),
    state=FOLDER / "none",
    path=FOLDER / "publisher.yaml",
)
BLOG = NodeAddress("pubsub.example.org", "blog")
_ENDS = re.compile(
    r"(</(?:id|title|updated|published|author|content)>|/>(?=<(?:link|category|published)))"
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))


def entries() -> dict[str, Rendered]:
    found = rendered(sources.read(CONFIG, now=NOW), SITE)
    assert not found.skipped
    return {one.post.path.stem: one for one in found.entries}


def documents(one: Rendered) -> dict[str, str]:
    """Return the documents of an entry by the suffix of their golden files."""
    web = etree.tostring(feeds.atom_entry(one, SITE), encoding="unicode")
    payload = item.item(one, SITE, BLOG, account="blog@example.org").payload
    return {"web.xml": _lines(web), "payload.xml": _lines(payload)}


def _lines(text: str) -> str:
    """Return the XML of an entry with each child on a line of its own."""
    return _ENDS.sub(r"\1\n", text) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_golden_entries_are_unchanged(name: str) -> None:
    for ending, text in documents(entries()[name]).items():
        assert text == (FOLDER / f"{name}.{ending}").read_text(encoding="utf-8")


def test_no_id_is_given_twice() -> None:
    """Several entries may be shown on one page."""
    ids = [
        element.attrib["id"]
        for one in entries().values()
        for element in ET.fromstring(f"<div>{one.content.xhtml}</div>").iter()  # noqa: S314 - our own
        if "id" in element.attrib
    ]
    assert len(ids) == len(set(ids)) > 10


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_independent_parsers_read_all_goldens(form: Format) -> None:
    file = FeedFile(path=Path("f"), format=form, limit="all", url="https://blog.example/f")
    parsed = feedparser.parse(one_feed.document(file, SITE, [*entries().values()]))
    assert not parsed.bozo
    assert len(parsed.entries) == len(NAMES)
    assert all(one.content if form == "atom" else one.description for one in parsed.entries)


def write() -> None:
    for name, one in entries().items():
        for ending, text in documents(one).items():
            (FOLDER / f"{name}.{ending}").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
