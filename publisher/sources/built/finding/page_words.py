"""The words and titles of a page, as far as they tell of which post it is. Pure."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from publisher.sources.built.bodies.accept import has_password_field
from publisher.sources.built.finding import media_names
from publisher.sources.built.pages.page_facts import absolute
from publisher.sources.built.pages.page_url import is_copy, names_file, without_www
from publisher.sources.built.pages.title_words import in_words, shown_titles, spellings
from publisher.sources.built.pages.words import triples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from lxml import etree

    from publisher.sources.built.pages.page import BuiltPage

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAX_TITLE = 2_000  # characters
_MAX_LINKS = 5_000  # of a page that are looked at


class PageWords(Struct, frozen=True):
    """The words of a page.

    `titles` are its `<h1>` elements and the titles of its metadata, without headings that link to
    another page of the site: these are the titles of other pages. `linked` are hashes of all texts
    and headings that link to another page of the site (see `title_hash`). `media` are the names of
    pictures, recordings and pages elsewhere in their order (see `media_names`), and `published` is
    the date that the page states, as it writes it.
    """

    path: PurePosixPath
    triples: frozenset[int]
    titles: tuple[str, ...]
    word_count: int
    canonical_is_other: bool = False
    is_redirect: bool = False
    language: str | None = None
    linked: frozenset[int] = frozenset()
    asks_password: bool = False
    media: tuple[str, ...] = ()
    published: str = ""


def page_words(page: BuiltPage, site_url: str) -> PageWords:
    """The words of a page of the site."""
    head = page.head
    headings, linked = _titles(page, _Links(page, site_url))
    return PageWords(
        page.path,
        triples(page.words),
        tuple(filter(None, (*headings, head.og_title, head.title))),
        len(page.words),
        canonical_is_other=is_copy(page.path, head, site_url),
        is_redirect=head.is_redirect,
        language=head.language,
        linked=frozenset(linked),
        asks_password=has_password_field(page.tree),
        media=media_names.of_page(page.tree, site_url),
        published=head.published or "",
    )


def title_hash(title: str) -> int:
    """A hash of the words of a title; the same on all machines."""
    return int.from_bytes(blake2b(in_words(title).encode(), digest_size=7).digest())


def has_title(page: PageWords, title: str | None) -> bool:
    """Whether the page shows this title as its own."""
    own, shown = spellings(title), shown_titles(page.titles)
    return any(holds_title(one, title) for one in shown for title in own)


def holds_title(shown: str, title: str) -> bool:
    """Whether a page's title is that of the post, or holds it between other words.

    Both are given `in_words`. One word is held by many titles, so it must stand first.
    """
    if not title or " " in title:
        return bool(title) and f" {title} " in f" {shown} "
    return shown == title or shown.startswith(f"{title} ")


def _titles(page: BuiltPage, links: _Links) -> tuple[list[str], set[int]]:
    """The headings of first level that are the page's own, and the titles of other pages."""
    linked: set[int] = set()
    for link in links.elsewhere:
        if text := _text(link):
            linked.add(title_hash(text))
    own = []
    for heading in page.tree.iter(*_HEADINGS):
        text = _text(heading)
        if text and links.leads_elsewhere(heading, text):
            linked.add(title_hash(text))
        elif text and heading.tag == "h1":
            own.append(text)
    return own, linked


class _Links:
    """The links of a page to other pages of the site."""

    def __init__(self, page: BuiltPage, site_url: str) -> None:
        self._path = page.path
        self._base = absolute(f"/{page.path}", page.head.base or "")
        named = (site_url, page.head.canonical, page.head.og_url, self._base)
        self._hosts = {host for url in named if url and (host := _host(url))}
        self.elsewhere = {*self._found(page)}

    def _found(self, page: BuiltPage) -> Iterator[etree._Element]:
        for number, link in enumerate(page.tree.iter("a")):
            if number >= _MAX_LINKS:
                return
            if (href := link.get("href")) and self._is_other_page(href.strip()):
                yield link

    def _is_other_page(self, href: str) -> bool:
        try:
            url = urlsplit(urljoin(self._base, href))
        except ValueError:  # http://[
            return False
        is_here = not url.netloc or without_www(url.netloc) in self._hosts
        is_web = url.scheme in {"", "http", "https"}
        return is_here and is_web and not names_file(url.path, self._path)

    def leads_elsewhere(self, heading: etree._Element, text: str) -> bool:
        """Whether the heading is in such a link, or all of its text is."""
        if any(one in self.elsewhere for one in heading.iterancestors("a")):
            return True
        inner = [link for link in heading.iter("a") if link in self.elsewhere]
        return any(_text(link) == text for link in inner)


def _text(element: etree._Element) -> str:
    text = " ".join("".join(map(str, element.itertext())).split())
    return text if len(text) <= _MAX_TITLE else ""


def _host(url: str) -> str:
    try:
        return without_www(urlsplit(url).netloc)
    except ValueError:  # http://[
        return ""
