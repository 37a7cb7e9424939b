"""Posts that readers cannot tell apart by their URLs are named at every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import SITE, Blog
from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://blog.example"
NOW = "--now=2026-11-01T12:00:00Z"
COMMANDS = (("check",), ("build",), ("plan", "--offline"))


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "site")


def warnings(blog: Blog, *command: str) -> list[str]:
    run = blog.run(*command, NOW)
    lines = (run.out + run.err).splitlines()
    return [line.replace("warning: ", "") for line in lines if "warning: " in line]


def configure(blog: Blog, engine: str) -> None:
    text = SITE.replace("permalink: pretty", f"engine: {engine}")
    (blog.folder / "publisher.yaml").write_text(text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_two_posts_with_one_url_are_named_by_every_command(
    command: tuple[str, ...], blog: Blog
) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", permalink="/same/")
    blog.write("2026-01-02-b.md", "Text.", title="B", permalink="/same/")
    blog.write("2026-01-03-c.md", "Text.", title="C")
    (warning,) = warnings(blog, *command)
    assert warning.removeprefix(f"{blog.folder}/").startswith("posts/2026-01-02-b.md:1: ")
    assert "has the same URL as 2026-01-01-a.md, https://blog.example/same/" in warning


def test_many_posts_with_one_url_are_named_once(blog: Blog) -> None:
    for day in range(10, 30):
        blog.write(f"2026-01-{day}-x.md", "Text.", title=f"T {day}", permalink="/same/")
    (warning,) = warnings(blog, "build")
    assert warning.startswith(f"{blog.posts / '2026-01-11-x.md'}:1: ")
    assert ", as 18 more posts have" in warning


# By engine: the name and the front matter of a post whose URL has no slug, and the URL.
DAY = {"date": "2026-01-02"}
NAMELESS: dict[str, tuple[str, dict[str, str], str]] = {
    "jekyll": ("2026-01-02-%%%.md", {}, "/2026/01/02/.html"),
    "hugo": ("notes/%%%.md", DAY, "/notes/"),
    "zola": ("notes/%%%.md", DAY, "/notes/"),
    "nikola": ("%%%.md", DAY, "/posts/"),
    "pelican": ("x.md", {**DAY, "title": '"???"'}, "/.html"),
    "eleventy": ("x.md", {**DAY, "permalink": "/posts/{{ title }}/"}, "/posts/"),
    "hexo": ("x.md", {**DAY, "title": '"???"'}, "/2026/01/02/"),
    "plain": ("notes/%%%.md", {**DAY, "publish": "true"}, "/notes/"),
}


@pytest.mark.parametrize("engine", NAMELESS)
def test_a_url_without_a_slug_is_named_for_every_engine(engine: str, blog: Blog) -> None:
    configure(blog, engine)
    if engine == "hexo":  # which has the name of the file in its URLs, if not told otherwise
        settings = "permalink: ':year/:month/:day/:post_title/'\n"
        (blog.folder / "_config.yml").write_text(settings)
    name, front, url = NAMELESS[engine]
    blog.write(name, "Text.", **front)
    (warning,) = warnings(blog, "build")
    assert warning.startswith(f"{blog.posts / name}:1: has a URL without a slug, {URL}{url}, ")


def test_a_post_in_the_place_of_a_folder_of_posts_has_no_slug(blog: Blog) -> None:
    blog.write("2026-01-02-a.md", "Text.", title="A", permalink="/:short_year/")
    blog.write("2026-01-03-b.md", "Text.", title="B", permalink="/:short_year/:title/")
    (warning,) = warnings(blog, "build")
    assert warning.startswith(f"{blog.posts / '2026-01-02-a.md'}:1: has a URL without a slug, ")


def test_a_category_is_not_a_slug(blog: Blog) -> None:
    blog.write("2026-01-02-%%%.md", "Text.", categories="news", permalink="/:categories/:title/")
    (warning,) = warnings(blog, "build")
    assert f"has a URL without a slug, {URL}/news/, " in warning


@pytest.mark.parametrize(
    ("name", "front"),
    [
        ("2026-01-02-2026.md", {"permalink": "/:year/:title/"}),
        ("2026-01-02-a.md", {"permalink": "/2026/"}),
        ("2026-01-02-a.md", {"permalink": "/a3f9/"}),
        ("2026-01-02-\U0001f389.md", {"permalink": "/:year/\U0001f389/"}),
        ("2026-01-02-news.md", {"categories": "[news]"}),
        ("series/index.md", DAY),
    ],
)
def test_a_short_or_strange_slug_is_one(name: str, front: dict[str, str], blog: Blog) -> None:
    blog.write(name, "Text.", **{"title": "A", **front})
    blog.write("series/2026-01-03-b.md", "Text.", title="B", permalink="/series/:title/")
    assert warnings(blog, "build") == []


def test_the_reason_for_a_url_without_a_slug_is_its_page_if_that_gives_it(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    for slug in ("mill", "boat"):
        blog.write(f"2026-01-02-{slug}.md", f"The text about the {slug}.", title=f"The {slug}")
    blog.build_site()
    blog.set_up(posts=", from: source")
    (blog.output / "mill").rename(blog.output / "2026")
    out = blog.run("check").out
    assert "has a URL without a slug, https://blog.example/2026/, because its page is there" in out
