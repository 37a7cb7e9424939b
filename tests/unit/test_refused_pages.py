"""Pages that never showed the text of their post are named, and are no sign of another theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import UnsafePlanError
from tests.support.built_blog import THEME, BuiltBlog
from tests.unit.test_page_posts import page, read, remember

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 20
BAD = {4, 11}
TEXT = "Post number {0} tells of harbour {0}, of its {0} ships, and of the sea around all of them."
OTHER_THEME = THEME.replace("post-content", "entry")
STOPS = "pages show the text of their post where posts.body says"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of 20 posts. The pages of two never showed their texts, which was said."""
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up()
    for number in range(POSTS):
        blog.write(
            f"2026-01-{number + 1:02}-post-{number}.md",
            TEXT.format(number),
            title=f"Harbour {number}",
        )
    build(blog)
    run = blog.run("build")
    assert (run.code, run.err.count("readers see the title")) == (0, 2)
    return blog


def build(blog: BuiltBlog, *bad: int) -> None:
    """Build the site; `bad` pages are further ones that do not show their texts."""
    blog.build_site()
    for number in {*BAD, *bad}:
        for path in blog.posts.glob(f"*-post-{number}.md"):
            blog.build_page(f"post-{number}", path.read_text(), OTHER_THEME)


def remove(blog: BuiltBlog, *numbers: int) -> None:
    for number in numbers:
        (blog.posts / f"2026-01-{number + 1:02}-post-{number}.md").unlink()


@pytest.mark.parametrize("gone", [(0,), (0, 1, 2, 5, 6)])
def test_a_good_post_that_is_removed_stops_no_run(blog: BuiltBlog, gone: tuple[int, ...]) -> None:
    remove(blog, *gone)
    build(blog)
    for command in ("build", "check", "build"):
        run = blog.run(command)
        assert run.code in {0, 1}
        assert STOPS not in run.err
    assert run.err.count("readers see the title") == 2


def test_further_pages_without_their_texts_stop_it(blog: BuiltBlog) -> None:
    before = blog.built()
    build(blog, 0, 1, 2)
    run = blog.run("build")
    assert (run.code, f"only 15 of 20 {STOPS}" in run.err) == (3, True)
    assert blog.built() == before


def test_a_text_that_vanished_counts_in_every_run(blog: BuiltBlog) -> None:
    """Else a theme that is built page by page would never stop one."""
    build(blog, 0)
    assert blog.run("build").code == 0
    build(blog, 0, 1)
    run = blog.run("build")
    assert (run.code, f"only 16 of 20 {STOPS}" in run.err) == (3, True)


def test_pages_of_another_theme_stop_it(blog: BuiltBlog) -> None:
    blog.build_site(OTHER_THEME)
    assert f"only 0 of 20 {STOPS}" in blog.run("build").err


def test_without_a_memory_every_page_counts(blog: BuiltBlog) -> None:
    (blog.folder / ".publisher/pages.sqlite").unlink()
    remove(blog, 0)
    assert f"only 17 of 19 {STOPS}" in blog.run("build").err


def test_known_pages_are_no_more_than_the_others(blog: BuiltBlog) -> None:
    remove(blog, *({*range(POSTS)} - BAD - {0}))
    build(blog)
    assert f"only 1 of 3 {STOPS}" in blog.run("build").err


def pages(*numbers: int) -> dict[str, str]:
    text = "<p>The text of post {0} has words, and then it ends.</p>"
    return {
        f"blog/{n}.html": page(body="" if n in BAD else text.format(n), title=f"The title {n}")
        for n in numbers
    }


def test_a_good_page_that_is_removed_stops_no_run_either(tmp_path: Path) -> None:
    """The posts have no sources."""
    remember(read(tmp_path, pages(*range(POSTS))))
    (tmp_path / "out/blog/0.html").unlink()
    assert len(read(tmp_path, {}).posts) == POSTS - 1


def test_without_a_memory_every_page_without_a_text_counts(tmp_path: Path) -> None:
    remember(read(tmp_path, pages(*range(POSTS))))
    (tmp_path / "state/pages.sqlite").unlink()
    (tmp_path / "out/blog/0.html").unlink()
    with pytest.raises(UnsafePlanError, match=f"only 17 of 19 {STOPS}"):
        read(tmp_path, {})
