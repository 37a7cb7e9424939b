"""The feeds that a web page names in its head, as browsers and feed readers find them. Pure."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from publisher.config import is_web_url
from publisher.errors import ConfigError
from publisher.sources.feed.items import joined
from publisher.text.characters import printable, short_line

if TYPE_CHECKING:
    from collections.abc import Sequence

# A page names its feeds in its head. Both limits are far beyond what pages have.
_HEAD = 500_000  # bytes
MAX_FEEDS = 20
_TYPES = {
    "application/atom+xml": "Atom",
    "application/rss+xml": "RSS",
    "application/rdf+xml": "RSS",
    "application/feed+json": "JSON Feed",
    "application/json": "JSON Feed",
}
_TITLE = 80  # characters of a title in a message
_PAGE = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_START = 10_000  # bytes in which a page begins, maybe behind a comment


class NamedFeed(NamedTuple):
    """A feed that a page names; the title may be empty."""

    url: str
    format: str
    title: str

    @property
    def quoted(self) -> str:
        """The feed as an argument of a command, with a comment that names it."""
        return f"{shlex.quote(self.url)}{self._comment}"

    @property
    def key(self) -> str:
        """The line of publisher.yaml for the feed, with a comment that names it."""
        url = json.dumps(self.url, ensure_ascii=False)  # a text in double quotes, as in YAML
        return f"feed: {url}{self._comment}"

    @property
    def _comment(self) -> str:
        return f"  # {self.format}{f', {self.title}' if self.title else ''}"


class WebPageError(ConfigError):
    """The document at `address`, which was given as a feed, is a web page that names `feeds`."""

    def __init__(self, name: str, address: str, feeds: Sequence[NamedFeed]) -> None:
        super().__init__(
            f"{name} is not a feed, but a web page. {_ADVICE[min(len(feeds), 2)]}",
            [one.key for one in feeds],
        )
        self.address = address
        self.feeds = tuple(feeds)


_ADVICE = (
    "It names no feed. Give the URL of an Atom, RSS or JSON Feed",
    "It names this feed; write this line below `posts` in publisher.yaml:",
    "It names these feeds; write one of these lines below `posts` in publisher.yaml:",
)


def error(data: bytes, address: str, name: str) -> ConfigError:
    """The error for a document that is not a feed. `name` is what the user calls it."""
    if _PAGE.search(data[:_START]):
        return WebPageError(name, address, named_feeds(data, address))
    return ConfigError(f"{name} is not a feed; give an Atom, RSS or JSON Feed")


def named_feeds(data: bytes, address: str) -> tuple[NamedFeed, ...]:
    """The feeds that the page at this URL names, in its order, each once."""
    parser = etree.HTMLParser(no_network=True, encoding="utf-8")
    root = etree.fromstring(data[:_HEAD], parser)
    if root is None:
        return ()
    found: dict[str, NamedFeed] = {}
    base = next((one.get("href", "") for one in root.iter("base")), "")
    for link in root.iter("link"):
        feed = _feed(link, joined(address, base) or address)
        if feed and len(found) < MAX_FEEDS:
            found.setdefault(feed.url, feed)
    return tuple(found.values())


def _feed(link: etree._Element, base: str) -> NamedFeed | None:
    relations = link.get("rel", "").lower().split()
    form = _TYPES.get(link.get("type", "").partition(";")[0].strip().lower())
    url = joined(base, link.get("href", "").strip())
    if form is None or "alternate" not in relations or not _is_usable(url, base):
        return None
    return NamedFeed(url, form, short_line(link.get("title", ""), _TITLE))


def _is_usable(url: str, base: str) -> bool:
    """Whether it is the URL of a feed. In a file, it may also be a path."""
    is_path = not base and ":" not in url and printable(url) == url
    return is_web_url(url) or (is_path and bool(url))
