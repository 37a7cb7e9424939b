"""A link to a file of the site's content outside of the folder of the posts leads to its page."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.config import load
from publisher.content.cache import NO_CACHE, Cache
from publisher.entry import from_folder as entries
from publisher.rendering import Renderings
from tests.support.opened import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROOT = "https://site.example/sub"
HUGO = """\
baseURL = "https://site.example/sub/"
defaultContentLanguage = "en"
[permalinks]
docs = "/d/:slug/"
dated = "/:year/:slug/"
[languages.en]
[languages.fr]
"""
GERMAN = '[languages.de]\nbaseURL = "https://de.example"\n'
OF_HUGO = {
    "hugo.toml": HUGO,
    "content/about.md": "---\ntitle: About\n---\nText.\n",
    "content/about.fr.md": "---\ntitle: A propos\n---\nText.\n",
    "content/docs/_index.md": "---\ntitle: Docs\n---\n",
    "content/docs/d.md": "---\ntitle: One D\ndate: 2020-01-01\n---\nText.\n",
    "content/docs/own.md": "---\ntitle: Own\nurl: /mine/\n---\nText.\n",
    "content/docs/draft.md": "---\ntitle: Draft\ndraft: true\n---\nText.\n",
    "content/docs/late.md": "---\ntitle: Late\ndate: 2100-01-01\n---\nText.\n",
    "content/docs/in/_index.md": "---\ntitle: In\nurl: /inner/\n---\n",
    "content/dated/x.md": "---\ntitle: X\n---\nText.\n",
    "content/dark/_index.md": "---\ndraft: true\n---\n",
    "content/pages/bundle/index.md": "---\ntitle: B\n---\nText.\n",
    "content/pages/Big Name.md": "---\ntitle: Big\n---\nText.\n",
    "content/pages/same.md": "---\ntitle: Same\n---\nText.\n",
    "content/docs/same.md": "---\ntitle: Same\n---\nText.\n",
    "content/hidden/index.md": "---\ntitle: Hidden\ndraft: true\n---\nText.\n",
    "content/blog/gone.md": "---\ntitle: Gone\ndate: 2020-01-01\ndraft: true\n---\nText.\n",
}
OF_ZOLA = {
    "zola.toml": 'base_url = "https://site.example/sub"\n[languages.fr]\n',
    "content/about.md": '+++\ntitle = "About"\n+++\nText.\n',
    "content/about.fr.md": '+++\ntitle = "About"\n+++\nText.\n',
    "content/docs/_index.md": "+++\n+++\n",
    "content/docs/_index.fr.md": "+++\n+++\n",
    "content/docs/slug.md": '+++\nslug = "other"\n+++\nText.\n',
    "content/docs/path.md": '+++\npath = "a/b"\n+++\nText.\n',
    "content/docs/off.md": "+++\nrender = false\n+++\nText.\n",
    "content/docs/draft.md": "+++\ndraft = true\n+++\nText.\n",
    "content/dark/_index.md": "+++\ndraft = true\n+++\n",
    "content/dark/a.md": "+++\n+++\nText.\n",
    "content/blog/draft.md": "+++\ndate = 2020-01-01\ndraft = true\n+++\nText.\n",
    "secret.md": "+++\n+++\nText.\n",
}
OF_PELICAN = {
    "pelicanconf.py": "DEFAULT_LANG = 'en'\n",
    "content/pages/about.md": "Title: About us\n\nText.\n",
    "content/pages/in/own.md": "Title: Own\nURL: my/own/\n\nText.\n",
    "content/pages/fr.md": "Title: Une\nLang: fr\nDate: 2020-01-01\n\nText.\n",
    "content/pages/draft.md": "Title: Draft\nStatus: draft\n\nText.\n",
    "content/other/undated.md": "Title: Undated\n\nText.\n",
    "content/other/post.md": "Title: Another\nDate: 2020-01-01\n\nText.\n",
    "about.md": "Title: Outside\n\nText.\n",
}
OF_NIKOLA = {
    "conf.py": "POSTS = [('content/blog/*.md', 'blog', 'post.tmpl')]\n"
    "PAGES = [('pages/*.md', 'p', 'page.tmpl')]\n",
    "pages/about.md": ".. title: About\n\nText.\n",
    "pages/in/own.md": ".. title: Own\n.. slug: Mine\n\nText.\n",
    "pages/draft.md": ".. title: Draft\n.. status: draft\n\nText.\n",
    "others/x.md": ".. title: X\n\nText.\n",
}
OF_ELEVENTY = {
    ".eleventy.js": "module.exports = {};\n",
    "about.md": "---\ntitle: About\n---\nText.\n",
    "docs/own.md": "---\npermalink: /mine/\n---\nText.\n",
}
ENGINES = {
    "zola.toml": "zola", "hugo.toml": "hugo", "pelicanconf.py": "pelican", "conf.py": "nikola",
    ".eleventy.js": "eleventy",
}  # fmt: skip
DATED = {
    "pelican": "Title: A\nDate: 2020-01-02\n\n",
    "nikola": ".. title: A\n.. date: 2020-01-02\n\n",
    "eleventy": "---\ntitle: A\ndate: 2020-01-02\n---\n",
    "hugo": "---\ntitle: A\ndate: 2020-01-02\n---\n",
    "zola": '+++\ntitle = "A"\ndate = 2020-01-02\n+++\n',
}


def written(folder: Path, files: Mapping[str, str], post: str, body: str) -> None:
    """Write a site with one post in the section `blog`."""
    engine = next(engine for file, engine in ENGINES.items() if file in files)
    posts = f"posts: {{path: content/blog, engine: {engine}}}\n"
    site = f"site: {{title: S, url: '{ROOT}', since: 2020-01-01, timezone: UTC}}\n"
    feeds = "feeds: [{path: feed.json, format: json}]\n"
    own = {"publisher.yaml": site + posts + feeds, f"content/blog/{post}": DATED[engine] + body}
    for name, text in {**files, **own}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def linked(folder: Path, cache: Cache = NO_CACHE) -> list[str]:
    """The URLs of the links in the only post."""
    config = load(folder / "publisher.yaml")
    reading = sources.read(config, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    (entry,) = entries.entries(reading, config.site).entries
    content = Renderings(reading, config.site, cache).of(entry).content
    return re.findall(r'href="([^"]*)"', content.xhtml)


@pytest.mark.parametrize(
    ("post", "target", "path"),
    [
        ("a.md", "/about", "/about/"),
        ("a.md", "about.md#x", "/about/#x"),
        ("a.md", "../about.md", "/about/"),
        ("a.fr.md", "/about", "/fr/about/"),
        ("a.fr.md", "about", "/fr/about/"),
        ("a.md", "/docs/d", "/d/one-d/"),
        ("a.md", "d.md", "/d/one-d/"),
        ("a.md", "/docs/own.md", "/mine/"),
        ("a.md", "/docs", "/docs/"),
        ("a.md", "/docs/_index.md", "/docs/"),
        ("a.md", "/docs/in", "/inner/"),
        ("a.md", "/pages", "/pages/"),
        ("a.md", "/pages/bundle", "/pages/bundle/"),
        ("a.md", "bundle", "/pages/bundle/"),
        ("a.md", "/pages/Big Name.md", "/pages/big-name/"),
        ("a.fr.md", "/", "/fr/"),
    ],
)
def test_a_reference_of_hugo_leads_to_any_page(
    post: str, target: str, path: str, tmp_path: Path
) -> None:
    written(tmp_path, OF_HUGO, post, f'[x]({{{{< ref "{target}" >}}}})')
    assert linked(tmp_path) == [ROOT + path]


@pytest.mark.parametrize(
    "target",
    ["/docs/draft", "/docs/late", "/dated/x", "/dark", "/hidden", "/x", "same", "/blog/gone"],
)
def test_a_reference_of_hugo_to_no_page_is_removed(target: str, tmp_path: Path) -> None:
    written(tmp_path, OF_HUGO, "a.md", f'[x]({{{{< ref "{target}" >}}}})')
    assert linked(tmp_path) == []


@pytest.mark.parametrize(
    ("setting", "path"), [("uglyURLs = true\n", "/docs/index.html"), ("", "/docs/")]
)
def test_the_page_of_a_section_has_the_name_that_the_settings_give(
    setting: str, path: str, tmp_path: Path
) -> None:
    files = {**OF_HUGO, "hugo.toml": setting + OF_HUGO["hugo.toml"]}
    written(tmp_path, files, "a.md", '[x]({{< ref "/docs" >}})')
    assert linked(tmp_path) == [ROOT + path]


def test_sections_with_permalinks_of_their_own_have_no_known_page(tmp_path: Path) -> None:
    own = OF_HUGO["hugo.toml"] + '[permalinks.section]\ndocs = "/x/"\n'
    written(tmp_path, {**OF_HUGO, "hugo.toml": own}, "a.md", '[x]({{< ref "/docs" >}})')
    assert linked(tmp_path) == []


def test_pages_beside_the_main_sections_are_found_in_the_folder_of_the_posts(
    tmp_path: Path,
) -> None:
    files = {**OF_HUGO, "hugo.toml": 'mainSections = ["blog"]\n' + OF_HUGO["hugo.toml"]}
    written(tmp_path, files, "a.md", '[x]({{< ref "/about" >}}) [y]({{< ref "/docs/own" >}})')
    config = tmp_path / "publisher.yaml"
    config.write_text(config.read_text().replace("content/blog", "content"), encoding="utf-8")
    assert linked(tmp_path) == [f"{ROOT}/about/", f"{ROOT}/mine/"]


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("@/about.md", "/about/"),
        ("@/about.md#x", "/about/#x"),
        ("@/about.fr.md", "/fr/about/"),
        ("@/docs/slug.md", "/docs/other/"),
        ("@/docs/path.md", "/a/b/"),
        ("@/docs/_index.md", "/docs/"),
        ("@/docs/_index.fr.md#y", "/fr/docs/#y"),
        ("@/docs/off.md", None),
        ("@/docs/draft.md", None),
        ("@/dark/a.md", None),
        ("@/blog/draft.md", None),
        ("@/missing.md", None),
        ("@/../secret.md", None),
    ],
)
def test_a_path_of_zola_leads_to_any_page(target: str, path: str | None, tmp_path: Path) -> None:
    written(tmp_path, OF_ZOLA, "a.md", f"[x]({target})")
    assert linked(tmp_path) == ([ROOT + path] if path else [])


@pytest.mark.parametrize(
    ("files", "target", "path"),
    [
        (OF_PELICAN, "{filename}/pages/about.md#x", "/pages/about-us.html#x"),
        (OF_PELICAN, "{filename}../pages/in/own.md", "/my/own/"),
        (OF_PELICAN, "{filename}/pages/fr.md", "/pages/une-fr.html"),
        (OF_PELICAN, "{filename}/other/post.md", "/another.html"),
        (OF_PELICAN, "{filename}/pages/draft.md", None),
        (OF_PELICAN, "{filename}/other/undated.md", None),
        (OF_PELICAN, "{filename}/../about.md", None),
        (OF_NIKOLA, "link://filename/pages/about.md", "/p/about/"),
        (OF_NIKOLA, "link://slug/about#x", "/p/about/#x"),
        (OF_NIKOLA, "link://slug/mine", "/p/in/Mine/"),
        (OF_NIKOLA, "link://slug/draft", None),
        (OF_NIKOLA, "link://filename/others/x.md", None),
        (OF_ELEVENTY, "../../about.md", "/about/"),
        (OF_ELEVENTY, "/docs/own.md", "/mine/"),
    ],
)
def test_a_link_of_other_engines_leads_to_any_page(
    files: Mapping[str, str], target: str, path: str | None, tmp_path: Path
) -> None:
    written(tmp_path, files, "a.md", f"[x]({target})")
    assert linked(tmp_path) == ([ROOT + path] if path else [])


def test_the_page_of_a_post_that_is_not_built_is_no_other_page(tmp_path: Path) -> None:
    files = {
        **OF_ZOLA,
        "content/blog/b.md": DATED["zola"].replace('"A"', '"Missing"') + "Words of another.\n",
        "public/blog/a/index.html": "<title>A</title><article><h1>A</h1><p>Words of this post, "
        "<a href='/x'>x</a> <a href='/y'>y</a></p></article>",
    }
    written(tmp_path, files, "a.md", "Words of this post, [x](@/blog/b.md) [y](@/about.md)")
    config = tmp_path / "publisher.yaml"
    text = config.read_text(encoding="utf-8").replace("title: S", "title: S, output: public")
    config.write_text(text.replace("zola}", "zola, from: source}"), encoding="utf-8")
    assert linked(tmp_path) == [f"{ROOT}/about/"]


def test_posts_that_link_to_posts_alone_need_no_other_file(tmp_path: Path) -> None:
    written(tmp_path, OF_ZOLA, "a.md", "[x](@/blog/a.md) [y](https://x.example/about.html)")
    with opened() as files:
        assert len(linked(tmp_path)) == 2
    assert not [file for file in files if "about" in str(file)]


def test_a_rendered_post_is_made_anew_if_a_page_moves(tmp_path: Path) -> None:
    written(tmp_path, OF_ZOLA, "a.md", "[x](@/about.md)")
    cache = Cache(tmp_path / "cache", writes=True)
    assert linked(tmp_path, cache) == [f"{ROOT}/about/"]
    page = tmp_path / "content/about.md"
    page.write_text('+++\nslug = "moved"\n+++\nText.\n', encoding="utf-8")
    assert linked(tmp_path, cache) == [f"{ROOT}/moved/"]
    page.unlink()
    assert linked(tmp_path, cache) == []


def test_a_page_in_a_language_with_a_host_of_its_own_is_there(tmp_path: Path) -> None:
    page = "---\ntitle: X\n---\nText.\n"
    files = {**OF_HUGO, "hugo.toml": HUGO + GERMAN, "content/only.de.md": page}
    written(tmp_path, files, "a.md", "[x](../only.de.md)")
    assert linked(tmp_path) == ["https://de.example/only/"]
