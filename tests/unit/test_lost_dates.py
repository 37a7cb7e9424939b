"""Files without a date whose pages state one, and do so no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

LOST = "the page states no date of publication any more"


def head(day: int) -> str:
    return f'<meta property="article:published_time" content="2026-01-0{day}T12:00:00Z">'


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of three posts whose files have no dates, which has been read."""
    blog = BuiltBlog(tmp_path / "site")
    for day in range(1, 4):
        blog.write(f"p{day}.md", f"The text of post {day} has some words.", title=f"Post {day}")
    blog.set_up(posts=", engine: any, body: .post-content")
    build(blog)
    assert blog.run("build").code == 0
    assert feed(blog).count("<entry") == 3
    return blog


def build(blog: BuiltBlog, *undated: int) -> None:
    blog.build_site()
    for day in range(1, 4):
        text = (blog.posts / f"p{day}.md").read_text()
        blog.build_page(f"p{day}", text, THEME, "<!-- -->" if day in undated else head(day))


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


@pytest.mark.parametrize("undated", [(2,), (1, 2, 3)])
def test_posts_keep_the_dates_that_their_pages_stated(
    blog: BuiltBlog, undated: tuple[int, ...]
) -> None:
    before = feed(blog)
    build(blog, *undated)
    for command in ("build", "plan", "build"):
        run = blog.run(command)
        assert run.code == 0, run.err
        assert run.err.count(LOST) == len(undated)
        assert feed(blog) == before
    build(blog)
    assert blog.run("build").err == ""


def test_without_a_memory_too_the_feeds_do_not_become_empty(blog: BuiltBlog) -> None:
    before = blog.built()
    (blog.folder / ".publisher/pages.sqlite").unlink()
    build(blog, 1, 2, 3)
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "state no date, so there would be no post" in run.err) == (3, True)
        assert blog.built() == before
    for path in blog.folder.glob("feed.*"):
        path.unlink()
    assert "state no date" not in blog.run("build").err
