"""A new theme that cuts the texts of posts: nothing is built or sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from publisher.errors import UnsafePlanError
from tests.support.built_blog import BuiltBlog
from tests.unit.test_page_posts import page, read, remember

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [f"word{number}" for number in range(40)]
CUT = "that were built again show only a part of the text"
FEED = "feed.atom"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of five posts, one of them short, which has been built and read."""
    blog = BuiltBlog(tmp_path / "site")
    for day in range(1, 6):
        write(blog, day)
    blog.build_site()
    assert blog.run("build").code == 0
    return blog


def write(blog: BuiltBlog, day: int, more: str = "") -> None:
    text = f"Post {day} is about {' '.join(WORDS if day > 1 else WORDS[:8])}{more}"
    blog.write(f"2026-01-0{day}-p{day}.md", text, title=f"The post of day {day}")


def cut(blog: BuiltBlog, *days: int) -> None:
    """Let the pages of these days show 28 words of their posts."""
    for day in days:
        name = f"p{day}/index.html"
        shown = (blog.output / name).read_text()
        short = re.sub(r"(<p>(?:\S+ ){28}).*", r'\1… <a href="#more">Read on</a></p>', shown)
        blog.page(name, short)


@pytest.mark.parametrize("command", ["build", "plan", "publish", "check"])
def test_a_theme_that_cuts_the_texts_stops_every_command(blog: BuiltBlog, command: str) -> None:
    before = blog.built()
    cut(blog, 1, 2, 3, 4, 5)
    for _ in range(2):
        run = blog.run(command)
        assert run.code == 3
        assert f"4 pages {CUT}" in run.err
        assert blog.built() == before
    (blog.folder / ".publisher/pages.sqlite").unlink()
    assert blog.run("build").code == 0


def test_edited_posts_and_single_pages_may_be_shorter(blog: BuiltBlog) -> None:
    cut(blog, 2)
    assert blog.run("build").code == 0
    for day in (3, 4, 5):
        blog.write(f"2026-01-0{day}-p{day}.md", "Nothing of that is left.", title=f"Day {day}")
    blog.build_site()
    run = blog.run("build")
    assert CUT not in run.err


def test_selectors_may_remove_a_part_of_every_text(blog: BuiltBlog) -> None:
    for day in range(1, 6):
        write(blog, day, f"\n\nA transcript of day {day}: {' '.join(WORDS[:30])}")
    blog.build_site()
    for path in blog.output.glob("p*/index.html"):
        path.write_text(path.read_text().replace("<p>A tr", '<p class="spoken">A tr'))
    assert blog.run("build").code == 0
    blog.set_up(posts=", body: .post-content, drop: .spoken")
    assert blog.run("build").code == 0
    assert "transcript of day 5" not in (blog.folder / FEED).read_text(encoding="utf-8")


def bodies(number: int, words: int) -> dict[str, str]:
    text = " ".join(WORDS[:words])
    return {
        f"blog/{n}.html": page(body=f"<p>Text {n} {text}</p>", title=f"Title {n}")
        for n in range(number)
    }


def test_a_theme_that_cuts_pages_that_are_posts_is_refused(tmp_path: Path) -> None:
    remember(read(tmp_path, bodies(6, 40)))
    with pytest.raises(UnsafePlanError, match=f"6 pages {CUT}"):
        read(tmp_path, bodies(6, 28))


def test_a_few_pages_that_are_posts_may_be_shortened(tmp_path: Path) -> None:
    remember(read(tmp_path, bodies(6, 40)))
    assert len(read(tmp_path, bodies(6, 40) | bodies(4, 28)).posts) == 6
