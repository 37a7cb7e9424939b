"""What an author wrote stays where a selector of `posts.drop` names only a place."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.bodies.kept_parts import kept_parts
from publisher.sources.built.pages.page import parse
from publisher.sources.built.pages.words import words
from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

NOW = "--now=2026-11-01T12:00:00Z"
SERIES = "<p>This is part of a series</p>"
POSITIONAL = ", body: .post-content, drop: ['.post-content > p:nth-child(1)']"
OWN = "The anchor fell into the green water near the pier."
COUNT = 6


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog whose theme puts a line without a name above all texts but one."""
    blog = BuiltBlog(tmp_path / "site")
    for number in range(COUNT):
        text = (
            f"Sail {number} was made of linen number {number} and of rope.\n\nIt is sail {number}."
        )
        blog.write(f"2026-01-0{1 + number}-a{number}.md", text, title=f"Sail {number}")
    blog.set_up(posts=POSITIONAL)
    blog.build_site(THEME.replace("{body}", SERIES + "{body}"))
    blog.write("2026-02-01-anchor.md", f"{OWN}\n\nThe chain is long.", title="Anchor")
    blog.build_page("anchor", f"{OWN}\n\nThe chain is long.")
    return blog


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_a_text_of_the_author_goes_out_and_every_run_names_the_selector(blog: BuiltBlog) -> None:
    for _ in range(2):
        run = blog.run("build", NOW)
        assert run.code == 0
        (warning,) = [line for line in run.err.splitlines() if "posts.drop" in line]
        assert warning.startswith("warning: ")
        assert (
            "2026-02-01-anchor.md: `.post-content > p:nth-child(1)` of posts.drop names a place "
            'where this post has its own text, which stays: "the anchor fell into the green'
            in warning
        )
        assert OWN in feed(blog)
        assert "part of a series" not in feed(blog)


def test_check_names_the_post_and_the_setting(blog: BuiltBlog) -> None:
    run = blog.run("check", NOW)
    of_setting, of_post, _ = run.out.splitlines()
    assert of_setting.startswith("publisher.yaml:")
    assert (
        "posts.drop `.post-content > p:nth-child(1)` says only where something stands" in of_setting
    )
    assert of_post.startswith("posts/2026-02-01-anchor.md:1: warning: `.post-content > p")


def test_many_posts_are_counted(blog: BuiltBlog) -> None:
    for number in range(4):
        text = f"{OWN} It was the fall of number {number}."
        blog.write(f"2026-03-0{1 + number}-b{number}.md", text, title=f"Fall {number}")
        blog.build_page(f"b{number}", text)
    run = blog.run("build", NOW)
    lines = [line for line in run.err.splitlines() if line.startswith("warning: ")]
    assert len(lines) == 4
    assert lines[-1].endswith("the same in 2 more posts; `publisher check` lists all")
    assert len(blog.run("build", "--json", NOW).json["built"]["kept_text"]) == 5


def test_nothing_is_said_of_a_selector_that_has_a_name(blog: BuiltBlog) -> None:
    blog.set_up(posts=", body: .post-content, drop: ['.post-content > .series:first-child']")
    blog.build_site(THEME.replace("{body}", SERIES.replace("<p", "<p class=series") + "{body}"))
    assert blog.run("check", NOW).out.splitlines()[-1].endswith("; 0 warnings")


def kept(markup: str, source: str, drop: str = "article > p:first-child") -> str:
    page = parse(f"<html><body><article>{markup}</article></body></html>".encode(), _PATH)
    return kept_parts(page, ["article"], [drop], words(source), source).message


_PATH = PurePosixPath("index.html")


def test_what_the_template_repeats_is_not_kept() -> None:
    text = "One two three four five"
    assert not kept(f"<p>{text}</p><p>{text}</p>", text)
    assert kept(f"<p>{text}</p><p>{text}</p>", f"{text}\n\n{text}")


def test_pictures_of_the_author_are_kept() -> None:
    picture = '<p><img src="/assets/p.png" alt=""></p><p>One two three</p>'
    assert (
        kept(picture, "![](p.png)\n\nOne two three").partition("stays: ")[2].startswith("/assets/p")
    )
    assert not kept(picture, "One two three, see map.png")


def test_a_heading_at_a_place_is_the_title() -> None:
    heading = "<h1>One two three</h1><p>Four five six</p>"
    assert not kept(heading, "# One two three\n\nFour five six", "article > h1:first-child")
