"""A file that the finished site left out is no broken post, whatever its header says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = "---\ntitle: '{{title}}'\ndate: '{{date}}'\n---\nText of a template.\n"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A built blog whose generator left a file with a broken header out."""
    blog = BuiltBlog(tmp_path)
    blog.set_up()
    for number, name in enumerate(("one", "two", "three"), 1):
        blog.write(f"2024-01-0{number}-{name}.md", f"The text of post {name}.", title=name)
    template(blog)
    blog.build_site(leaves_out={"post"})
    return blog


def template(blog: BuiltBlog, text: str = TEMPLATE) -> Path:
    path = blog.posts / "templates/post.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return blog.touch(path)


@pytest.mark.parametrize("text", [TEMPLATE, "---\ntitle: [\n"])
def test_a_broken_file_without_a_page_is_named_once(blog: BuiltBlog, text: str) -> None:
    template(blog, text)
    blog.build_site(leaves_out={"post"})
    first, second = blog.run("build"), blog.run("build")
    assert (first.code, second.code) == (0, 0)
    why = "no page in _site was recognised as its page"
    said = f"1 post is not published, because {why}: templates/post.md"
    assert said in first.err
    assert "templates/post.md" not in second.err


def test_check_names_its_fault(blog: BuiltBlog) -> None:
    run = blog.run("check")
    assert run.code == 0
    assert (
        "post.md:3: not published: no page in _site was recognised as its page (date: '{{date}}'"
        in (run.out)
    )
    assert "1 without a page" in run.out


def test_a_file_that_is_newer_than_the_site_is_broken(blog: BuiltBlog) -> None:
    template(blog)
    run = blog.run("build")
    assert run.code == 1
    assert "error: " in run.err


@pytest.mark.parametrize("page", ["post.html", "templates/post/index.html", "2024/post/index.html"])
def test_a_file_that_may_have_a_page_is_broken(blog: BuiltBlog, page: str) -> None:
    path = blog.output / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("<!DOCTYPE html><html><body>Text</body></html>")
    blog.touch(path)
    assert blog.run("build").code == 1


def test_a_post_that_had_a_page_is_broken(blog: BuiltBlog) -> None:
    """An author who breaks the header of a published post must learn of it."""
    post = blog.write("undated.md", "The text of the post.", title="A", date="2024-01-05")
    blog.build_site(leaves_out={"post"})
    assert blog.run("build").code == 0
    post.write_text("---\ntitle: A\ndate: never\n---\nThe text of the post.")
    blog.touch(post)
    blog.build_site(leaves_out={"post", "undated"})
    run = blog.run("build")
    assert run.code == 1
    assert "error: " in run.err


def test_a_file_that_may_not_be_read_is_broken(blog: BuiltBlog) -> None:
    outside = blog.folder.parent / f"{blog.folder.name}-outside.md"
    outside.write_text(TEMPLATE)
    os.utime(outside, (1, 1))
    (blog.posts / "templates/post.md").unlink()
    (blog.posts / "templates/post.md").symlink_to(outside)
    assert blog.run("build").code == 1
