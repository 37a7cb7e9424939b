"""A post that was hidden and is shown again: what its author removed meanwhile stays away."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MILL = "The old mill stands at the river behind the wood, and nobody grinds corn in it now."
SECRET = "The password of its door is hunter2, which nobody should know."
OTHERS = {
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "baker": "Our baker bakes rye bread on Tuesdays, and on all other days bread of white flour.",
}
WAYS: dict[str, Mapping[str, str]] = {
    "draft": {"draft": "true"},
    "unpublished": {"published": "false"},
    "future": {"date": "2999-01-01"},
    "hidden": {"feed": "false"},
    "deleted": {"deleted": "2026-02-01"},
    "private": {"private": "true"},
    "password": {"password": "xyzzy"},
}
NOT_YET = "the post is in no feed until then"
STAYS = "its last version stays until then"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of four posts that are in its feed. That about the mill names a password."""
    blog = BuiltBlog(tmp_path / "site")
    write(blog, f"{MILL}\n\n{SECRET}")
    for day, (slug, text) in enumerate(OTHERS.items(), 2):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"About the {slug}")
    blog.build_site()
    assert blog.run("build").code == 0
    assert "hunter2" in feed(blog)
    return blog


def write(blog: BuiltBlog, text: str, **front: str) -> Path:
    return blog.write("2026-01-01-mill.md", text, title="About the mill", **front)


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def hide(blog: BuiltBlog, *, is_built: bool, **front: str) -> None:
    """Run with the post hidden, of which the site has no page any more if it `is_built`."""
    write(blog, f"{MILL}\n\n{SECRET}", **front)
    if is_built:
        blog.build_site(leaves_out={"mill"})
    assert blog.run("build").code == 0
    assert "hunter2" not in feed(blog)


def waits(blog: BuiltBlog) -> None:
    """Run twice, before the site is built: the post is in no feed, and that is said."""
    for command in ("build", "check", "build"):
        run = blog.run(command)
        assert run.code == 4
        said = run.out + run.err
        assert "2026-01-01-mill.md" in said
        assert (NOT_YET in said or command == "check", STAYS in said) == (True, False)
        assert "About the mill" not in feed(blog)


def goes_out_after_the_build(blog: BuiltBlog) -> None:
    blog.build_site()
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    assert "The old mill" in feed(blog)
    assert "hunter2" not in feed(blog)


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_removed_while_the_post_was_hidden_does_not_come_back(
    blog: BuiltBlog, way: str, *, is_built: bool
) -> None:
    hide(blog, is_built=is_built, **WAYS[way])
    write(blog, MILL)
    waits(blog)
    goes_out_after_the_build(blog)


def test_nor_what_was_removed_from_a_post_that_the_site_left_out(blog: BuiltBlog) -> None:
    blog.touch(blog.posts / "2026-01-02-boat.md")
    blog.build_site(leaves_out={"mill"})
    assert blog.run("build").code == 0
    write(blog, MILL)
    waits(blog)
    goes_out_after_the_build(blog)


def test_nor_what_was_removed_from_a_post_without_a_date(blog: BuiltBlog) -> None:
    """The file is a page meanwhile."""
    (blog.posts / "2026-01-01-mill.md").unlink()
    blog.write("mill.md", f"{MILL}\n\n{SECRET}", title="About the mill", date="2026-01-01")
    blog.build_site()
    assert blog.run("build").code == 0
    blog.write("mill.md", f"{MILL}\n\n{SECRET}", title="About the mill")
    assert blog.run("build").code == 0
    assert "hunter2" not in feed(blog)
    blog.write("mill.md", MILL, title="About the mill", date="2026-01-01")
    assert blog.run("build").code == 4
    assert "About the mill" not in feed(blog)


def test_nor_what_was_removed_from_a_post_that_no_feed_selected(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(feeds="  - {path: feed.atom, format: atom, only: {tags: public}}\n")
    write(blog, f"{MILL}\n\n{SECRET}", tags="[public]")
    for slug, text in OTHERS.items():
        blog.write(f"2026-01-02-{slug}.md", text, title=f"About the {slug}", tags="[public]")
    blog.build_site()
    assert blog.run("build").code == 0
    assert "hunter2" in feed(blog)
    write(blog, f"{MILL}\n\n{SECRET}")
    assert blog.run("build").code == 0
    write(blog, MILL, tags="[public]")
    waits(blog)
    goes_out_after_the_build(blog)


def test_nor_if_the_texts_come_from_the_sources(blog: BuiltBlog) -> None:
    """Then only a post without a page waits."""
    blog.set_up(posts="")
    assert blog.run("build").code == 0
    hide(blog, is_built=True, draft="true")
    write(blog, MILL)
    waits(blog)
    goes_out_after_the_build(blog)


def test_nor_what_only_a_template_shows(blog: BuiltBlog) -> None:
    """No word tells whether the page is older than the edit."""
    text = f"{MILL}\n\n<!-- hunter2 -->"
    write(blog, text)
    blog.build_site(THEME.replace("{body}", "{body}<p>hunter2</p>"))
    assert blog.run("build").code == 0
    write(blog, text, draft="true")
    assert blog.run("build").code == 0
    write(blog, MILL)
    run = blog.run("build")
    assert (run.code, "About the mill" in feed(blog)) == (4, False)
    goes_out_after_the_build(blog)


def test_nor_what_a_build_shows_that_no_run_has_seen(blog: BuiltBlog) -> None:
    hide(blog, is_built=False, feed="false")
    blog.build_page("mill", f"---\ntitle: About the mill\n---\n{MILL} More.\n\n{SECRET}")
    write(blog, f"{MILL} More.")
    waits(blog)
    goes_out_after_the_build(blog)


@pytest.mark.parametrize("body", ["<p>Please log in to read on.</p>", "<p>Error</p>"])
def test_nor_the_text_that_the_page_shows_no_more(blog: BuiltBlog, body: str) -> None:
    hide(blog, is_built=True, draft="true")
    path = write(blog, MILL)
    blog.build_site(leaves_out={"mill"})
    blog.build_page("mill", path.read_text(), THEME.replace("{body}", body))
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "readers see the title, the summary" in run.err) == (0, True)
        assert "About the mill" in feed(blog)
        assert "hunter2" not in feed(blog)


@pytest.mark.parametrize("is_built", [True, False])
def test_nor_under_another_name(blog: BuiltBlog, *, is_built: bool) -> None:
    hide(blog, is_built=is_built, draft="true")
    (blog.posts / "2026-01-01-mill.md").unlink()
    blog.write("2026-01-01-water.md", MILL, title="About the mill")
    assert blog.run("build").code == 4
    assert "About the mill" not in feed(blog)
    blog.build_site()
    assert blog.run("build").code == 0
    assert "The old mill" in feed(blog)
    assert "hunter2" not in feed(blog)


@pytest.mark.parametrize("is_built", [True, False])
def test_a_post_that_was_not_edited_goes_out_again_with_its_page(
    blog: BuiltBlog, *, is_built: bool
) -> None:
    hide(blog, is_built=is_built, draft="true")
    write(blog, f"{MILL}\n\n{SECRET}")
    if is_built:
        assert (blog.run("build").code, "hunter2" in feed(blog)) == (4, False)
        blog.build_site()
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, run.err) == (0, "")
        assert "hunter2" in feed(blog)


def test_its_next_edit_waits_with_the_version_that_went_out_again(blog: BuiltBlog) -> None:
    hide(blog, is_built=True, draft="true")
    write(blog, MILL)
    goes_out_after_the_build(blog)
    before = feed(blog)
    write(blog, f"{MILL} It burnt down last night.")
    run = blog.run("build")
    assert (run.code, STAYS in run.err) == (4, True)
    assert feed(blog) == before


def test_posts_that_are_shown_again_together_are_no_site_in_part(blog: BuiltBlog) -> None:
    paths = sorted(blog.posts.glob("*.md"))[:3]
    texts = [path.read_text() for path in paths]
    for path, text in zip(paths, texts, strict=True):
        blog.touch(path).write_text(text.replace("---\n", "---\ndraft: true\n", 1))
        blog.touch(path)
    blog.build_site(leaves_out={"mill", "boat", "clock"})
    assert blog.run("build").code == 0
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
        blog.touch(path)
    run = blog.run("build")
    assert run.code == 4
    assert run.err.count("newer than every page") == 3
    assert "half built" not in run.err


def test_a_file_that_could_not_be_read_keeps_its_last_version(blog: BuiltBlog) -> None:
    """Its author has not hidden it."""
    write(blog, MILL, tags="[")
    assert blog.run("build").code != 0
    write(blog, MILL)
    run = blog.run("build")
    assert (run.code, STAYS in run.err) == (4, True)


def test_a_run_that_only_shows_something_hides_nothing(blog: BuiltBlog) -> None:
    """The post is in the feed as long as no run has built it again."""
    write(blog, f"{MILL}\n\n{SECRET}", draft="true")
    for command in ("plan", "status", "check"):
        blog.run(command)
    write(blog, MILL)
    run = blog.run("build")
    assert (run.code, STAYS in run.err) == (4, True)


def test_a_post_that_is_hidden_when_publisher_is_updated_is_known_as_hidden(
    blog: BuiltBlog,
) -> None:
    """The memory of an older version does not tell."""
    hide(blog, is_built=True, draft="true")
    with changed_memory(blog) as database:
        database.execute("UPDATE post SET withdrawn = 0")
    assert blog.run("build").code == 0
    write(blog, MILL)
    waits(blog)


def changed_memory(blog: BuiltBlog) -> closing[sqlite3.Connection]:
    path = blog.folder / ".publisher" / "pages.sqlite"
    return closing(sqlite3.connect(path, isolation_level=None))
