"""`publisher init` writes no configuration with a URL that cannot be that of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher import config as configs
from publisher.text.stand_in_urls import stand_in
from tests.support.blog import Blog
from tests.support.terminal import WIDE, on_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText.\n"
HOST = "https://a.example"
STAND_INS: dict[str, Mapping[str, str]] = {
    "http://localhost:4321": {"astro.config.mjs": "export default {site: 'http://localhost:4321'}"},
    "https://example.com": {"astro.config.mjs": "export default {site: 'https://example.com'}"},
    "https://your-docusaurus-site.example.com": {
        "docusaurus.config.js": "module.exports = {url: 'https://your-docusaurus-site.example.com',"
        " baseUrl: '/'}"
    },
    "http://example.org/": {"hugo.toml": "baseURL = 'http://example.org/'"},
    "http://yoursite": {"_config.yml": "url: http://yoursite\n"},
    "http://127.0.0.1": {"zola.toml": "base_url = 'http://127.0.0.1'"},
}
POSTS = {"astro": "src/content/blog/a.md", "docusaurus": "blog/2020-01-02-a.md",
         "hugo": "content/posts/a.md", "_config": "_posts/2020-01-02-a.md",
         "zola": "content/a.md", "next": "posts/a.md", "eleventy": "posts/a.md",
         "": "posts/a.md"}  # fmt: skip


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A folder without a configuration and without posts."""
    blog = Blog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    return blog


def write(blog: Blog, settings: Mapping[str, str]) -> None:
    """Write the settings of a site, and a post where its generator has it."""
    (name,) = settings
    for path, text in {**settings, POSTS[name.partition(".")[0]]: POST}.items():
        file = blog.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def url_of(blog: Blog) -> str:
    return configs.load(blog.folder / "publisher.yaml").site.url


@pytest.mark.parametrize("url", STAND_INS)
def test_a_stand_in_of_the_settings_is_no_url(blog: Blog, url: str) -> None:
    write(blog, STAND_INS[url])
    (source,) = STAND_INS[url]
    run = blog.run("init", "--yes")
    assert (run.code, run.out) == (2, "")
    assert f"the URL of the site is not known: {source} has {url}, which " in run.err
    assert "give it, e.g. --url https://blog.example" in run.err
    assert not (blog.folder / "publisher.yaml").exists()
    assert blog.run("init", "--url", HOST).code == 0
    assert url_of(blog) == HOST


def test_an_empty_url_is_not_known(blog: Blog) -> None:
    write(blog, {"_config.yml": "url: ''\nbaseurl: ''\n"})
    assert "the URL of the site is not known: _config.yml does not say it" in blog.run("init").err


@pytest.mark.parametrize("typed", [b"nonsense\nhttps://a.example\n", b"https://a.example\n"])
def test_the_url_is_asked_on_a_terminal(blog: Blog, typed: bytes) -> None:
    write(blog, STAND_INS["https://example.com"])
    shown = on_terminal(blog.command("init"), blog.folder, WIDE, typed=typed + b"\n").decode()
    assert "astro.config.mjs has https://example.com, which stands for the URL of a site" in shown
    assert "What is it, e.g. https://blog.example?" in shown
    assert ("site.url is 'nonsense'" in shown) == (b"nonsense" in typed)
    assert url_of(blog) == HOST


def test_no_answer_writes_nothing(blog: Blog) -> None:
    write(blog, STAND_INS["https://example.com"])
    assert b"give it, e.g. --url" in on_terminal(
        blog.command("init"), blog.folder, WIDE, typed=b"\n"
    )
    assert not (blog.folder / "publisher.yaml").exists()


BASES: dict[str, Mapping[str, str]] = {
    "hugo": {"hugo.toml": "baseURL = 'https://b.example/blog/'"},
    "hugo without a host": {"hugo.toml": "baseURL = '/blog/'"},
    "jekyll": {"_config.yml": "url: https://b.example\nbaseurl: /blog\n"},
    "jekyll without a host": {"_config.yml": "baseurl: /blog\n"},
    "hexo": {"_config.yml": "public_dir: public\nurl: https://b.example/blog\n"},
    "astro": {"astro.config.mjs": "export default {base: '/blog'}"},
    "docusaurus": {"docusaurus.config.js": "module.exports = {url: 'https://b.example', "
                                           "baseUrl: '/blog/'}"},
    "next.js": {"next.config.mjs": "export default {basePath: '/blog'}"},
    "eleventy": {"eleventy.config.js": "export default () => ({pathPrefix: '/blog/'})"},
}  # fmt: skip


@pytest.mark.parametrize("name", BASES)
def test_a_host_alone_gets_the_path_of_the_settings(blog: Blog, name: str) -> None:
    write(blog, BASES[name])
    (source,) = BASES[name]
    run = blog.run("init", "--url", f"{HOST}/", "--permalink", "/:slug/", "--posts", "posts")
    assert run.code == 0, run.err
    told = f"{source} says that the site is at /blog/ of its host, so site.url is {HOST}/blog"
    assert told in run.err
    assert url_of(blog) == f"{HOST}/blog"


@pytest.mark.parametrize(
    "hostname", ["https://b.example", "https://b.example/blog/", "https://b.example/blog"]
)
def test_the_path_of_the_site_counts_once(blog: Blog, hostname: str) -> None:
    """VitePress writes it into the URL of its sitemap, too."""
    settings = f"export default {{base: '/blog/', sitemap: {{hostname: '{hostname}'}}}}"
    write(blog, {".vitepress/config.mts": settings})
    assert blog.run("init", "--permalink", "/:slug/", "--posts", "posts").code == 0
    assert url_of(blog) == "https://b.example/blog"


def test_another_path_is_named(blog: Blog) -> None:
    write(blog, BASES["jekyll"])
    run = blog.run("init", "--url", f"{HOST}/notes")
    assert f"at /blog/ of its host, but --url is {HOST}/notes" in run.err
    assert url_of(blog) == f"{HOST}/notes"


@pytest.mark.parametrize("command", ["build", "check", "plan"])
@pytest.mark.parametrize("url", ["http://localhost:8000", "https://example.com"])
def test_a_stand_in_is_warned_of_in_every_run(tmp_path: Path, command: str, url: str) -> None:
    blog = Blog(tmp_path / "site")
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("https://blog.example", url))
    blog.write("2020-01-02-a.md", "Text.", title="A")
    run = blog.run(command, *(["--offline"] if command == "plan" else []))
    assert run.code == 0, run.err
    assert f"site.url is {url}, which " in run.out + run.err
    assert "links and ids of posts are made of it, so correct it" in run.out + run.err


@pytest.mark.parametrize(
    ("url", "is_stand_in"),
    [
        ("http://127.0.0.1/", True), ("http://[::1]:80/", True), ("http://0.0.0.0:1313", True),
        ("https://www.example.org/x", True), ("https://your-domain.example", True),
        ("https://yourusername.site.example/blog", True), ("http://mysite", True),
        ("https://blog.example", False), ("https://yourlocalnews.example", False),
        ("http://wiki", False), ("https://notexample.site.example", False), ("http://[", False),
    ],
)  # fmt: skip
def test_what_stands_for_a_url(url: str, *, is_stand_in: bool) -> None:
    assert bool(stand_in(url)) == is_stand_in
