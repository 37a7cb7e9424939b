"""What libraries that we did not write read of our items: stanza (npm), Libervia and feedparser.

`make test-readers` installs them into .venv-readers. Nothing is fetched while the tests run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import feedparser

from tests.support import ROOT
from tests.support.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.sync.item import Item

INSTALLED = ROOT / ".venv-readers"
PROGRAMS = ROOT / "tests" / "readers"
SECONDS = 60.0
PUBLISHER = "blog@example.org"
_FEED = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"
_ITEMS = "<items xmlns='http://jabber.org/protocol/{}' node='blog'>{}</items>"
_MESSAGE = "<message xmlns='jabber:client'><event xmlns='{}'>{}</event></message>"


@dataclass(frozen=True, kw_only=True)
class ReadItem:
    """An item as a reader has it. None: it reads no such thing. `words` are those of the body."""

    title: str
    published: dt.datetime
    updated: dt.datetime
    author: str
    words: tuple[str, ...] | None
    link: str | None
    enclosures: tuple[str, ...] | None


def libervia(items: Sequence[Item]) -> list[ReadItem]:
    """Libervia reads no links, except for comments."""
    return [_of_libervia(found) for found in _libervia(items)]


def libervia_text(items: Sequence[Item]) -> list[str]:
    """The plain text that Libervia shows of each item."""
    return [found["content"] for found in _libervia(items)]


def _libervia(items: Sequence[Item]) -> list[Mapping[str, Any]]:
    text = _ITEMS.format("pubsub", "".join(map(_element, items)))
    python = INSTALLED / "bin" / "python"
    found: list[Mapping[str, Any]] = json.loads(
        _run(str(python), "-W", "ignore", str(PROGRAMS / "libervia.py"), stdin=text)
    )
    return found


def _of_libervia(found: Mapping[str, Any]) -> ReadItem:
    return ReadItem(
        title=found["title"],
        published=dt.datetime.fromtimestamp(found["published"], dt.UTC),
        updated=dt.datetime.fromtimestamp(found["updated"], dt.UTC),
        author=found["author"] if found["author_jid_verified"] else "",
        words=words(found["content_xhtml"]),
        link=None,
        enclosures=None,
    )


def stanza(items: Sequence[Item]) -> list[ReadItem]:
    """stanza reads the first content alone, and drops XHTML; else the summary is its body."""
    listed = _ITEMS.format("pubsub#event", "".join(map(_element, items)))
    message = _MESSAGE.format("http://jabber.org/protocol/pubsub#event", listed)
    found = json.loads(_run("node", str(PROGRAMS / "stanza.js"), stdin=message))
    return [_of_stanza(one["content"]) for one in found["pubsub"]["items"]["published"]]


def _of_stanza(found: Mapping[str, Any]) -> ReadItem:
    body = found.get("content", found.get("summary", {})).get("text")
    links = found["links"]
    return ReadItem(
        title=found["title"]["text"],
        published=dt.datetime.fromisoformat(found["published"]),
        updated=dt.datetime.fromisoformat(found["updated"]),
        author=found["authors"][0]["name"],
        words=None if body is None else tuple(body.split()),
        link=links[0]["href"],
        enclosures=tuple(one["href"] for one in links if one["rel"] == "enclosure"),
    )


def by_feedparser(items: Sequence[Item]) -> list[ReadItem]:
    """The payloads as the entries of a feed."""
    found = feedparser.parse(_FEED.format("".join(item.payload for item in items)).encode())
    assert not found.bozo
    return [_of_feedparser(entry) for entry in found.entries]


def _of_feedparser(entry: Any) -> ReadItem:
    return ReadItem(
        title=entry.title,
        published=dt.datetime.fromisoformat(entry.published),
        updated=dt.datetime.fromisoformat(entry.updated),
        author=entry.author_detail.name,
        words=words(entry.content[0].value),
        link=entry.link,
        enclosures=tuple(one.href for one in entry.enclosures),
    )


def rss_parser(feed: str) -> list[Mapping[str, Any]]:
    """The items that it finds in a feed."""
    found: list[Mapping[str, Any]] = json.loads(
        _run("node", str(PROGRAMS / "rss-parser.js"), stdin=feed)
    )
    return found


READERS: Mapping[str, Callable[[Sequence[Item]], list[ReadItem]]] = {
    "Libervia": libervia,
    "stanza": stanza,
    "feedparser": by_feedparser,
}


def _element(item: Item) -> str:
    return f"<item id='{item.id}' publisher='{PUBLISHER}'>{item.payload}</item>"


def _run(*command: str, stdin: str) -> str:
    if not (INSTALLED / "ready").exists():
        raise FileNotFoundError(f"{INSTALLED}/ready is missing; run: make test-readers")
    environment = {**os.environ, "NODE_PATH": str(INSTALLED / "node_modules")}
    done = subprocess.run(
        command, input=stdin, env=environment, capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
