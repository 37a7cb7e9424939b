"""The links and pictures of a post lead where the real generator's page has them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import pytest

from tests.engines.test_sites import FOLDER
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


_OF_PAGES = " ".join(
    f"[x]({{filename}}{target})"
    for target in ("/pages/one.md", "../pages/in/two.md#x", "/pages/own.rst", "/pages/fr.md")
)
_PELICAN_PAGES = {
    "content/pages/one.md": "Title: The One\n\nText.\n",
    "content/pages/in/two.md": "Title: Two\nSlug: zwei\nDate: 2020-01-01\n\nText.\n",
    "content/pages/own.rst": "Own\n===\n\n:url: my/own/\n:save_as: my/own/index.html\n\nText.\n",
    "content/pages/fr.md": "Title: Une\nLang: fr\n\nText.\n",
}


def _pelican(settings: str, pages: Mapping[str, str]) -> Site:
    files = {
        "pelicanconf.py": f"{PELICAN}{settings}\n",
        **_PELICAN_FILES,
        **_PELICAN_PAGES,
        "content/news/newer.md": _ARTICLE.format("Newer", 2, _FIRST),
        "content/news/older.md": _ARTICLE.format("Older", 1, _SECOND + _TERMS + _OF_PAGES),
    }
    return Site("pelican", "https://site.example", files, pages)


NIKOLA = """
BLOG_AUTHOR = BLOG_TITLE = BLOG_DESCRIPTION = "Site"
BLOG_EMAIL = "a@site.example"
SITE_URL = "https://site.example/sub/"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
TRANSLATIONS = {"en": "", "de": "./de"}
POSTS = [("posts/*.md", "blog", "post.tmpl"), ("posts/*.rst", "blog", "post.tmpl")]
PAGES = [("pages/*.md", "p", "page.tmpl"), ("pages/*.rst", "p", "page.tmpl")]
COMPILERS = {"rest": [".rst"], "markdown": [".md"]}
THEME = "base-jinja"
CATEGORY_ALLOW_HIERARCHIES = False
"""
_KINDS = "root", "rss", "index", "archive", "archive/2020", "tag/A B", "tag_rss/A B", "category/x"
_TO_PAGES = (
    "author/J D", "filename/pages/one.md", "filename/pages/in/two.rst", "slug/one", "slug/zwei"
)  # fmt: skip
_NIKOLA_POST = """.. title: {} `x`
.. date: 2020-01-0{}
.. tags: A B
.. category: x
.. author: Jane Doe

BEGINS {} ENDS
"""
_OF_NIKOLA = (
    "![i](/images/p.png) [b](/blog/b/) [c](../b/) [q](/q.png?a#b) [e](link://slug/b#x) [h](#y)"
    ' [f](link://filename/posts/b.rst) <img src="/images/p.png"> '
)
NIKOLA_FILES = {
    "posts/a.md": _NIKOLA_POST.format(
        "A", 2, _OF_NIKOLA + " ".join(f"[x](<link://{kind}>)" for kind in (*_KINDS, *_TO_PAGES))
    ),
    "pages/one.md": ".. title: One\n\nText.\n",
    "pages/in/two.rst": ".. title: Two\n.. slug: zwei\n\nText.\n",
    "posts/b.rst": _NIKOLA_POST.format(
        "B", 1,
        "`c <link://slug/a>`_ `d <link://tag/t>`_ :doc:`x <a>` :doc:`a` `e </blog/a/>`_\n\n"
        ".. image:: /images/p.png\n\n.. figure:: /images/p.png\n   :target: /blog/a/\n\n",
    ),
}  # fmt: skip
NIKOLA_SETTINGS = {
    "": {"/blog/a/": "blog/a/index.html", "/blog/b/": "blog/b/index.html"},
    "PRETTY_URLS = False\nTAG_PATH = {'en': 'tags', 'de': 'x'}\nRSS_PATH = 'feeds'\n"
    "CATEGORY_PREFIX = ''\nARCHIVE_PATH = 'old'\nSLUG_AUTHOR_PATH = False\nINDEX_PATH = 'all'": {
        "/blog/a.html": "blog/a.html",
        "/blog/b.html": "blog/b.html",
    },
}
_HUGO = """
baseURL: https://site.example/
defaultContentLanguage: en
languages: {en: {weight: 1}, de: {weight: 2}}
disableKinds: [taxonomy, term, RSS, sitemap, home, section, "404"]
"""
_OF_HUGO = (
    "[a](/blog/two) [b](two) [c](two/#x) [d](../blog/two/) [f](/other/) [g](https://x.example/a)"
    " [h](#q) [i](/blog/two?x=1) [j](bundle) [k](/blog/bundle/) [l](mailto:a@x.example) [m](./two)"
)
HUGO = Site(
    "hugo-newest",
    "https://site.example",
    {
        "hugo.yaml": _HUGO,
        "layouts/single.html": "{{ .Content }}",
        "content/blog/one.md": f"---\ntitle: T\ndate: 2020-01-03\n---\nBEGINS {_OF_HUGO} ENDS\n",
        "content/blog/two.md": "---\ndate: 2020-01-02\nslug: zwei\n---\nText.\n",
        "content/blog/two.de.md": "---\ntitle: T\ndate: 2020-01-01\nslug: drei\n---\n"
        "BEGINS [a](two) ENDS\n",
        "content/blog/bundle/index.md": "---\ndate: 2020-01-02\nslug: own\n---\nText.\n",
    },
    {"/blog/one/": "blog/one/index.html", "/de/blog/drei/": "de/blog/drei/index.html"},
)
_OF_SECTION = " ".join(
    f'[x]({{{{< ref "{target}" >}}}})'
    for target in (
        "/about", "about.md#x", "../about.md", "/docs/one", "one.md", "docs/own", "/docs",
        "/docs/_index.md", "/docs/in", "/pages", "/pages/bundle", "bundle", "deep-down",
        "/pages/Big Name.md", "/pages/more/deep-down.md", "/",
    )
)  # fmt: skip
_PAGES_OF_HUGO = {
    "content/about.md": "title: About",
    "content/about.fr.md": "title: A propos",
    "content/docs/_index.md": "title: Docs",
    "content/docs/in/_index.md": "title: In\nurl: /inner/",
    "content/docs/one.md": "title: The One",
    "content/docs/own.md": "title: Own\nurl: /mine/",
    "content/pages/bundle/index.md": "title: B\nslug: packed",
    "content/pages/Big Name.md": "title: Big",
    "content/pages/more/deep-down.md": "title: Deep",
    "content/blog/one-post.md": f"title: T\ndate: 2020-01-03\n---\nBEGINS {_OF_SECTION} ENDS\n",
    "content/blog/zwei.fr.md": "title: T\ndate: 2020-01-01\n---\n"
    'BEGINS [x]({{< ref "/about" >}}) [x]({{< relref "about" >}}) [x]({{< ref "/" >}}) ENDS\n',
}


def _hugo_beside(engine: str, settings: str = "") -> Site:
    """A site with links of posts in one section to pages in others."""
    own = {
        "hugo.toml": f"""baseURL = "https://site.example/sub/"
defaultContentLanguage = "en"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "404"]
{settings}
[permalinks]
docs = "/d/:slug/"
[languages]
en = {{weight = 1}}
fr = {{weight = 2}}
""",
        **{f"layouts/_default/{name}.html": "{{ .Content }}" for name in ("single", "list")},
        **{name: f"---\n{text}\n---\n" for name, text in _PAGES_OF_HUGO.items()},
    }
    main = "/en" if "InSubdir" in settings else ""
    pages = (f"{main}/blog/one-post/", "/fr/blog/zwei/")
    url = "https://site.example/sub"
    return Site(engine, url, own, {page: f"{page[1:]}index.html" for page in pages})


_OF_HEXO = (
    '<img src="{% asset_path i.png %}"> {% asset_link "d e.pdf" "A" %}'
    ' <a href="{% post_path two %}">x</a>'
    " {% post_link two %} {% post_link two 'T \"x\"' %}"
)
HEXO = Site(
    "hexo",
    "https://site.example",
    {
        "_config.yml": "url: https://site.example\npost_asset_folder: true\ntheme: facts\n",
        "package.json": (FOLDER / "hexo/package.json").read_text(encoding="utf-8"),
        "themes/facts/layout/post.njk": "{{ page.content }}",
        "source/_posts/two.md": "---\ntitle: Two\ndate: 2020-01-02\n---\nText.\n",
        "source/_posts/one.md": f"---\ntitle: T\ndate: 2020-01-03\n---\nBEGINS {_OF_HEXO} ENDS\n",
        "source/_posts/one/i.png": "x",
        "source/_posts/one/d e.pdf": "x",
    },
    {"/2020/01/03/one/": "2020/01/03/one/index.html"},
)
SITES = [
    HUGO,
    *map(_hugo_beside, ("hugo", "hugo-newest")),
    _hugo_beside("hugo-newest", "defaultContentLanguageInSubdir = true"),
    HEXO,
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
        "ARTICLE_URL = 'a/{slug}'\nARTICLE_SAVE_AS = 'b/{slug}.html'\n"
        "PAGE_URL = 'p/{slug}/'\nPAGE_SAVE_AS = 'p/{slug}/index.html'\n"
        "PAGE_LANG_URL = '{lang}/{slug}/'\nPAGE_LANG_SAVE_AS = '{lang}/{slug}/index.html'",
        {f"/a/{name}": f"b/{name}.html" for name in ("newer", "older")},
    ),
    *(
        Site(
            "nikola", "https://site.example/sub", NIKOLA_FILES | {"conf.py": NIKOLA + settings}, at
        )
        for settings, at in NIKOLA_SETTINGS.items()
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
        urls  # the head of a page may have the text of the body without its links
        for url, file in site.pages.items()
        for body in BODY.findall((output / file).read_text(encoding="utf-8"))
        if (urls := _urls(body, site.url + url))
    ]
    for found, expected in zip(map(_of_feed, BODY.findall(feed)), built, strict=True):
        assert found == expected


def _of_feed(body: str) -> list[str]:
    return _urls(body, "the URLs in a feed are absolute")


def _urls(body: str, page: str) -> list[str]:
    """The absolute URLs of a body. Nikola drops the slash at the end of `link://filename`."""
    urls = (urljoin(page, html.unescape(url)) for url in URL.findall(body))
    return [unquote(url).removesuffix("/") for url in urls]
