"""The links and pictures of a post lead where the real generator's page has them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import pytest

from tests.support import sites
from tests.support.generators import GENERATORS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BODY = re.compile(r"BEGINS(.*?)ENDS", re.DOTALL)
URL = re.compile(r'\b(?:href|src)="([^"]*)"')


@dataclass(frozen=True)
class Site:
    """A site with one post per URL in `pages`: bodies have links between BEGINS and ENDS."""

    engine: str
    url: str
    files: Mapping[str, str]
    pages: Mapping[str, str]  # URL path of a page: its file in the built site


PELICAN = """
SITENAME = "Site"
SITEURL = "https://site.example"
AUTHOR = "Jane Doe"
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = None
THEME = "simple"
STATIC_PATHS = ["images", "news/files", "extra"]
EXTRA_PATH_METADATA = {"extra/robots.txt": {"path": "robots.txt"}}
"""
_ARTICLE = "Title: {}\nDate: 2020-01-0{}\n\nBEGINS {} ENDS\n"
_FILES = "images/p.png", "news/pic.png", "news/files/d.pdf", "news/m n.png", "extra/robots.txt"
_PELICAN_FILES = {f"content/{name}": "x" for name in _FILES}
_FIRST = (
    "[d]({attach}files/d.pdf) ![p](<{attach}m n.png>) [im]({attach}/images/p.png)"
    ' [st]({static}files/d.pdf?x=1#y) <img src="{attach}pic.png"> [r]({static}/extra/robots.txt)'
)
_SECOND = "[d]({static}files/d.pdf) [n]({attach}pic.png) ![p]({static}/images/p.png)"
_TERMS = "[a]({tag}Foo Bar) [b]({tag}C++) [c]({author}Jane Doe) [d]({category}news) [e]({tag}Ü x)"


def _pelican(settings: str, pages: Mapping[str, str]) -> Site:
    files = {
        "pelicanconf.py": f"{PELICAN}{settings}\n",
        **_PELICAN_FILES,
        "content/news/newer.md": _ARTICLE.format("Newer", 2, _FIRST),
        "content/news/older.md": _ARTICLE.format("Older", 1, _SECOND + _TERMS),
    }
    return Site("pelican", "https://site.example", files, pages)


SITES = [
    _pelican("", {"/newer.html": "newer.html", "/older.html": "older.html"}),
    _pelican(
        "SLUGIFY_PRESERVE_CASE = True", {"/Newer.html": "Newer.html", "/Older.html": "Older.html"}
    ),
    _pelican(
        "ARTICLE_URL = 'posts/{date:%Y}/{slug}/'\n"
        "ARTICLE_SAVE_AS = 'posts/{date:%Y}/{slug}/index.html'\n"
        "TAG_URL = 't/{slug}/'\nTAG_SAVE_AS = 't/{slug}/index.html'",
        {f"/posts/2020/{name}/": f"posts/2020/{name}/index.html" for name in ("newer", "older")},
    ),
    _pelican(
        "ARTICLE_URL = 'a/{slug}'\nARTICLE_SAVE_AS = 'b/{slug}.html'",
        {f"/a/{name}": f"b/{name}.html" for name in ("newer", "older")},
    ),
]


@pytest.mark.parametrize("site", SITES, ids=lambda one: one.engine)
def test_links_lead_where_the_page_has_them(site: Site, tmp_path: Path) -> None:
    for name, text in site.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    feed = html.unescape(sites.feed(tmp_path, url=site.url))  # before there are pages to look into
    output = GENERATORS[site.engine].build(tmp_path)
    built = [
        _urls(body, site.url + url)
        for url, file in site.pages.items()
        for body in BODY.findall((output / file).read_text(encoding="utf-8"))
    ]
    assert [_urls(body, site.url) for body in BODY.findall(feed)] == built


def _urls(body: str, page: str) -> list[str]:
    return [unquote(urljoin(page, html.unescape(url))) for url in URL.findall(body)]
