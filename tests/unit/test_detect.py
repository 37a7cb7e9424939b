"""`publisher init` detects the engine of a site, and writes a configuration that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.app.init.detect import detect
from publisher.config import Person
from publisher.config.keys import FEED_FOLDERS
from publisher.errors import ConfigError
from tests.support.blog import Blog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Engine
    from publisher.sources.engines.detected import DetectedSite

YAML = "---\ntitle: A post\ndate: 2020-01-02\npublish: true\n---\nText.\n"
TOML = '+++\ntitle = "A post"\ndate = 2020-01-02\n+++\nText.\n'

SITES: dict[str, tuple[Engine, str, Mapping[str, str]]] = {
    "jekyll": ("jekyll", "_posts", {
        "_data/authors.yml": "ada: {name: Ada}",
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: ada\n"
                       "timezone: Asia/Tokyo\nlang: de\n",
        "_posts/2020-01-02-a.md": YAML,
    }),
    "jekyll, several folders": ("jekyll", ".", {
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: Ada\n"
                       "timezone: Asia/Tokyo\nlang: de\n",
        "_posts/2020-01-02-a.md": YAML, "news/_posts/2020-01-02-b.md": YAML,
        "node_modules/x/_posts/c.md": "", "_site/_posts/c.md": "",
    }),
    "hexo": ("hexo", "source/_posts", {
        "package.json": '{"hexo": {"version": "7.3.0"}, "dependencies": {"hexo": "^7.0.0"}}',
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: Ada\n"
                       "timezone: Asia/Tokyo\nlanguage: [de, en]\n",
        "source/_posts/a.md": YAML, "source/about/index.md": YAML, "themes/x/_posts/b.md": YAML,
    }),
    "hexo without a package": ("hexo", "src/_posts", {
        "package.json": "{",
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: Ada\nsource_dir: src\n"
                       "timezone: Asia/Tokyo\nlanguage: de\n",
        "src/_posts/a.md": YAML,
    }),
    "jekyll with a package and a source": ("jekyll", "source/_posts", {
        "package.json": '{"dependencies": {"postcss": "^8.0.0"}}',
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: Ada\nsource: source\n"
                       "timezone: Asia/Tokyo\nlang: de\n",
        "source/_posts/2020-01-02-a.md": YAML,
    }),
    "jekyll with collections below a source": ("jekyll", "src/texts/_posts", {
        "_config.yml": "title: A site\nurl: https://a.example\nauthor: ada\nsource: ./src/\n"
                       "collections_dir: texts\ntimezone: Asia/Tokyo\nlang: de\n",
        "src/_data/authors.yml": "ada: {name: Ada}",
        "src/texts/_posts/2020-01-02-a.md": YAML,
    }),
    "hugo": ("hugo", "content/posts", {
        "hugo.toml": 'title = "A site"\nbaseURL = "https://a.example/"\nlanguageCode = "de"\n'
                     'timeZone = "Asia/Tokyo"\n[params]\nauthor = "Ada"\n',
        "content/posts/a.md": TOML,
    }),
    "hugo with a folder of settings": ("hugo", "content", {
        "config/_default/hugo.toml": "baseURL = 'https://a.example/'\n"
                                     "timeZone = 'Europe/Paris'\ndefaultContentLanguage = 'de'\n",
        "config/_default/languages.de.toml": "title = 'A site'\ncontentDir = 'content/de'\n"
                                             "timeZone = 'Asia/Tokyo'\n",
        "config/_default/languages.en.toml": "title = 'Other'\ncontentDir = 'content/en'\n",
        "config/_default/params.yaml": "author: Ada\n",
        "content/de/posts/a.md": TOML,
        "content/en/posts/a.md": TOML,
    }),
    "hugo of old, main sections": ("hugo", "content/articles", {
        "config.yaml.old": "",
        "config/_default/config.yaml": "title: A site\nbaseurl: https://a.example\n"
        "languageCode: de\ntimeZone: Asia/Tokyo\nparams:\n  author: {name: Ada}\n"
        "  mainSections: [articles]\n",
        "content/articles/a.md": TOML,
    }),
    "zola": ("zola", "content/blog", {
        "config.toml": 'title = "A site"\nbase_url = "https://a.example"\nauthor = "Ada"\n'
                       'default_language = "de"\n',
        "content/blog/a.md": TOML,
    }),
    "pelican": ("pelican", "content", {
        "pelicanconf.py": "SITENAME = 'Draft'\nAUTHOR = 'Ada'\nTIMEZONE = 'Asia/Tokyo'\n"
                          "DEFAULT_LANG = 'de'\nPATH = 'content'\n",
        "publishconf.py": "from pelicanconf import *\nSITENAME = 'A site'\n"
                          "SITEURL = 'https://a.example'\n",
        "content/a.md": "Title: A post\nDate: 2020-01-02\n\nText.\n",
    }),
    "nikola": ("nikola", "posts", {
        "conf.py": "BLOG_TITLE = 'A site'\nBLOG_AUTHOR = 'Ada'\nSITE_URL = 'https://a.example/'\n"
                   "TIMEZONE = 'Asia/Tokyo'\nDEFAULT_LANG = 'de'\n"
                   "TRANSLATIONS = {DEFAULT_LANG: ''}\n"
                   "POSTS = (('posts/*.rst', 'posts', 'post.tmpl'),)\n",
        "posts/a.rst": ".. title: A post\n.. date: 2020-01-02\n\nText.\n",
    }),
}  # fmt: skip
WITHOUT_ZONE = {"zola"}


def detected(folder: Path) -> DetectedSite:
    site = detect(folder)
    assert site is not None
    return site


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", SITES)
def test_a_site_is_detected_by_its_settings(tmp_path: Path, name: str) -> None:
    engine, posts, files = SITES[name]
    write(tmp_path, files)
    found = detected(tmp_path)
    assert (found.engine, found.posts, found.title) == (engine, posts, "A site")
    assert (found.url or "").rstrip("/") == "https://a.example"
    assert (found.author, found.language) == (Person(name="Ada"), "de")
    assert found.timezone == (None if name in WITHOUT_ZONE else "Asia/Tokyo")
    assert not found.notes


@pytest.mark.parametrize("name", SITES)
def test_the_configuration_that_init_writes_can_be_built(tmp_path: Path, name: str) -> None:
    blog = Blog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    engine, posts, files = SITES[name]
    write(blog.folder, files)
    run = blog.run("init")
    assert run.code == 0, run.err
    assert f"{engine} site" in run.out
    assert blog.run("check").code == 0
    assert blog.run("build").code == 0
    assert "since: 2020-01-02" in (blog.folder / "publisher.yaml").read_text()
    source = posts.partition("/")[0] if engine == "jekyll" and "/" in posts else ""
    feed = (blog.folder / (source or FEED_FOLDERS[engine] or "") / "feed.atom").read_bytes()
    assert b"<title>A post</title>" in feed
    assert b'href="https://a.example/feed.atom" rel="self"' in feed


@pytest.mark.parametrize(
    ("files", "engine", "posts"),
    [
        ({"eleventy.config.js": "throw 1", "src/posts/a.md": YAML}, "eleventy", "src/posts"),
        ({".obsidian/app.json": "{}", "A note.md": YAML}, "plain", "."),
        ({"_posts/2020-01-01-a.md": YAML}, "jekyll", "_posts"),
        ({"posts/2020-01-01-a.md": YAML}, "any", "posts"),
        ({"posts/img/a.png": ""}, "any", "posts"),
        (
            {"_config.yml": "theme: x\n", "package.json": '{"hexo": {}}', "_posts/a.md": YAML},
            "hexo",
            "source/_posts",
        ),
        (
            {"_config.yml": "title: Hexo\nauthor: John Doe\n", "source/_posts/a.md": YAML},
            "hexo",
            "source/_posts",
        ),
        ({"config.toml": "[tool]\nx = 1\n", "posts/a.md": YAML}, "any", "posts"),
    ],
)
def test_a_site_without_readable_settings_is_detected(
    tmp_path: Path, files: Mapping[str, str], engine: Engine, posts: str | None
) -> None:
    write(tmp_path, files)
    found = detected(tmp_path)
    assert (found.engine, found.posts, found.title) == (engine, posts, None)


@pytest.mark.parametrize(
    "files",
    [{}, {"conf.py": "project = 'Sphinx'\n"}, {"notes/2020-01-01-a.md": YAML, "posts/a.png": ""}],
)
def test_another_folder_is_no_site(tmp_path: Path, files: Mapping[str, str]) -> None:
    write(tmp_path, files)
    assert detect(tmp_path) is None


def test_sample_values_of_a_new_hexo_site_are_ignored(tmp_path: Path) -> None:
    settings = "title: Hexo\nauthor: John Doe\nurl: http://example.com\nsource_dir: source\n"
    write(tmp_path, {"_config.yml": settings})
    found = detected(tmp_path)
    assert (found.engine, found.title, found.author, found.url) == ("hexo", None, None, None)


@pytest.mark.parametrize("settings", [{"hugo.toml": ""}, {"zola.toml": "base_url = ''"}])
def test_sections_that_are_not_read_are_named(tmp_path: Path, settings: Mapping[str, str]) -> None:
    pages = ["posts/a.md", "notes/deep/b.md", "empty/_index.md", "about.md"]
    write(tmp_path, {**settings, **dict.fromkeys((f"content/{page}" for page in pages), TOML)})
    assert detected(tmp_path).notes == [
        "content/notes is not read; to read all sections set `path: content`"
    ]


LANGUAGES = (
    "baseURL = 'https://a.example'\n[languages.en]\ncontentDir = 'english'\n"
    "[languages.de]\ncontentDir = 'german'\n"
)


def test_languages_side_by_side_in_the_site_are_all_read(tmp_path: Path) -> None:
    write(tmp_path, {"hugo.toml": LANGUAGES, "english/blog/a.md": TOML, "german/blog/b.md": TOML})
    found = detected(tmp_path)
    assert (found.posts, found.notes) == (".", ())


def test_a_language_without_posts_changes_nothing(tmp_path: Path) -> None:
    sections = {"english/blog/a.md": TOML, "german/blog/_index.md": TOML}
    write(tmp_path, {"hugo.toml": LANGUAGES, **sections})
    assert detected(tmp_path).posts == "english/blog"


def test_content_that_is_mounted_from_elsewhere_is_named(tmp_path: Path) -> None:
    mounts = (
        "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n"
        "[[module.mounts]]\nsource = 'notes'\ntarget = 'content/notes'\n"
    )
    write(tmp_path, {"hugo.toml": mounts, "content/posts/a.md": TOML, "notes/b.md": TOML})
    found = detected(tmp_path)
    assert found.posts == "content/posts"
    assert found.notes == ["notes is not read; to read all content set `path: .`"]


@pytest.mark.parametrize("settings", [".eleventy.js", "astro.config.mjs"])
def test_folders_with_dated_posts_beside_the_posts_are_named(tmp_path: Path, settings: str) -> None:
    above = "src" if settings.startswith(".") else "src/content"
    texts = {f"{above}/blog/a.md": YAML, f"{above}/notes/b.md": YAML, f"{above}/notes/x/c.md": YAML}
    pages = {f"{above}/pages/about.md": "---\ntitle: About\n---\n", f"{above}/layouts/d.md": YAML}
    write(tmp_path, {settings: "export default {dir: {input: 'src'}}", **texts, **pages})
    found = detected(tmp_path)
    assert found.posts == f"{above}/blog"
    assert found.notes == [
        f"{above}/notes is not read (2 files with a date); to read all folders set `path: {above}`"
    ]


def test_collections_of_jekyll_with_dated_pages_are_named(tmp_path: Path) -> None:
    write(tmp_path, {
        "_config.yml": "collections:\n  notes: {output: true}\n  parts: {output: false}\n"
                       "  posts: {output: true}\n  empty: {output: true}\n",
        "_posts/2020-01-02-a.md": YAML, "_notes/b.md": YAML, "_parts/c.md": YAML,
    })  # fmt: skip
    assert detected(tmp_path).notes == [
        "the collection _notes is not read (1 file with a date); for it write a second "
        "configuration, with `path: _notes`, `engine: any`, `permalink`, "
        "`state: .publisher-notes` and feeds of its own"
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [("_config.yml", "title: ["), ("hugo.toml", "title ="), ("pelicanconf.py", "def"),
     ("conf.py", "POSTS = ("), ("_config.yml", "a: \udcff")],
)  # fmt: skip
def test_broken_settings_are_an_error(tmp_path: Path, name: str, text: str) -> None:
    """A configuration without them would have other URLs."""
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=f"{name}:"):
        detect(tmp_path)


def test_options_of_init_override_the_settings(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    write(blog.folder, {"_config.yml": "title: A site\n", "notes/2020-01-01-a.md": YAML})
    told = ("--engine", "plain", "--posts", "notes", "--url", "https://b.example")
    assert blog.run("init", *told).code == 0
    text = (blog.folder / "publisher.yaml").read_text()
    assert "engine: plain" in text
    assert "path: notes" in text
    assert blog.run("build").code == 0


def test_the_title_of_nikola_may_differ_by_language(tmp_path: Path) -> None:
    settings = (
        "DEFAULT_LANG = 'de'\nBLOG_TITLE = {'en': 'N', 'de': 'Nd'}\nBLOG_AUTHOR = {'de': 'Ada'}\n"
        "BLOG_DESCRIPTION = {'en': 'D'}\nPOSTS = [('posts/*.md', 'posts', 'post.tmpl')]\n"
    )
    write(tmp_path, {"conf.py": settings, "posts/a.md": ".. title: A\n.. date: 2020-01-02\n"})
    site = detected(tmp_path)
    assert (site.title, site.author, site.description) == ("Nd", Person(name="Ada"), None)
