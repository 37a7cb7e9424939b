"""A source that is renamed before its site is built: its entry stays until its page is written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
}


@pytest.fixture(params=["at the addresses of the rules", "elsewhere"])
def blog(tmp_path: Path, request: pytest.FixtureRequest) -> BuiltBlog:
    """A blog that was built and read; the rules may give other addresses than those of its site."""
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up()
    if request.param == "elsewhere":
        file = blog.folder / "publisher.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("/:slug/", "/posts/:slug/"), encoding="utf-8")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"The story of the {slug}")
    blog.build_site()
    assert blog.run("build").code == 0
    return blog


def rename(blog: BuiltBlog, name: str = "2026-01-01-water.md") -> None:
    """Give the post about the mill another name; its time of modification stays."""
    path = blog.posts / "2026-01-01-mill.md"
    path.rename(path.with_name(name))


def wait_for_the_next_time(file: Path) -> None:
    """Wait until the clock of the file system has gone on since the file was changed."""
    other = file.with_name("clock.tmp")
    changed = file.stat().st_ctime_ns
    other.touch()
    while other.stat().st_ctime_ns <= changed:
        time.sleep(0.001)
        other.touch()
    other.unlink()


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_its_entry_stays_until_the_site_is_built(blog: BuiltBlog) -> None:
    before = feed(blog)
    rename(blog)
    for _ in range(3):
        run = blog.run("build")
        assert run.code == 4
        assert "2026-01-01-water.md: has the text of a post that is gone" in run.err
        assert feed(blog) == before
    blog.build_site()
    assert blog.run("build").code == 0
    assert "https://blog.example/water/" in feed(blog)
    assert "mill/" not in feed(blog)


def test_a_new_page_counts_although_the_build_left_the_old_one(blog: BuiltBlog) -> None:
    rename(blog)
    assert blog.run("build").code == 4
    source = (blog.posts / "2026-01-01-water.md").read_text(encoding="utf-8")
    blog.build_page("water", source)
    assert blog.run("build").code == 0
    assert "https://blog.example/water/" in feed(blog)
    assert "mill/" not in feed(blog)


def test_a_page_that_is_written_again_at_its_old_address_is_right(blog: BuiltBlog) -> None:
    rename(blog)
    assert blog.run("build").code == 4
    blog.touch(blog.output / "mill/index.html")
    assert blog.run("build").code == 0
    assert "https://blog.example/mill/" in feed(blog)


@pytest.mark.parametrize("command", ["build", "plan", "status", "check"])
def test_a_page_that_the_build_leaves_untouched_is_named(blog: BuiltBlog, command: str) -> None:
    """A generator that never writes a page again that stays the same."""
    rename(blog)
    page = blog.output / "mill/index.html"
    for _ in range(2):
        run = blog.run(command, *(["--offline"] if command == "plan" else []))
        said = " ".join((run.out + run.err).split())
        assert (run.code, "2026-01-01-water.md" in said) == (4, True)
        assert f"the post has the page of its old file, run `touch {page}`" in said
    blog.touch(page)
    assert blog.run("build").code == 0
    assert "https://blog.example/mill/" in feed(blog)


def test_a_page_that_was_written_before_the_rename_is_not(blog: BuiltBlog) -> None:
    before = feed(blog)
    page = blog.touch(blog.output / "mill/index.html")
    wait_for_the_next_time(page)
    rename(blog)
    assert blog.run("build").code == 4
    assert feed(blog) == before


def test_a_post_that_names_the_address_of_the_old_page_waits_for_nothing(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up()
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=slug, permalink=f"/{slug}/")
    blog.build_site()
    assert blog.run("build").code == 0
    rename(blog)
    assert blog.run("build").code == 0
    assert "https://blog.example/mill/" in feed(blog)


def test_the_text_of_a_deleted_post_in_a_post_with_its_own_page_waits_for_nothing(
    blog: BuiltBlog,
) -> None:
    rename(blog)
    blog.build_site()
    assert blog.run("build").code == 0
    assert "https://blog.example/water/" in feed(blog)


# A file that was edited, too


def rename_and_edit(blog: BuiltBlog, name: str = "2026-01-01-water.md") -> Path:
    """Give the post about the mill another name, another title and more text."""
    (blog.posts / "2026-01-01-mill.md").unlink()
    return blog.write(name, f"{TEXTS['mill']} It burnt down last night.", title="The fire")


@pytest.mark.parametrize("bodies", [", body: .post-content", ", from: source"])
def test_an_edited_post_stays_in_the_feed_as_it_was_until_the_site_is_built(
    blog: BuiltBlog, bodies: str
) -> None:
    file = blog.folder / "publisher.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(", body: .post-content", bodies))
    assert blog.run("build").code == 0
    before = feed(blog)
    rename_and_edit(blog)
    for command in ("build", "check", "status", "build"):
        run = blog.run(command)
        said = " ".join((run.out + run.err).split())
        assert (run.code, feed(blog)) == (4, before)
        assert "has most of the text of 2026-01-01-mill.md, which is gone, and no page" in said
        assert "its last version stays until then" in said
    (waiting,) = blog.run("build", "--json").json["built"]["waiting"]
    assert (waiting["path"], waiting["stays"]) == ("2026-01-01-water.md", True)
    blog.build_site()
    assert blog.run("build").code == 0
    assert "burnt down" in feed(blog)
    assert "mill/" not in feed(blog)


def test_an_edited_post_that_the_site_leaves_out_is_gone(blog: BuiltBlog) -> None:
    rename_and_edit(blog)
    assert blog.run("build").code == 4
    blog.touch(blog.output / "index.html")
    assert blog.run("build").code == 0
    assert "mill" not in feed(blog)


def test_two_posts_that_became_one_stay_until_the_site_is_built(blog: BuiltBlog) -> None:
    before = feed(blog)
    (blog.posts / "2026-01-02-boat.md").unlink()
    path = rename_and_edit(blog)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{TEXTS['boat']}\n", encoding="utf-8")
    blog.touch(path)
    for _ in range(2):
        assert blog.run("build").code == 4
        assert feed(blog) == before


def test_a_post_that_is_gone_for_good_is_no_renamed_one(blog: BuiltBlog) -> None:
    (blog.posts / "2026-01-01-mill.md").unlink()
    blog.write("2026-01-05-fair.md", "The fair comes to the town in May, with a wheel and a train.")
    assert blog.run("build").code == 4
    assert "mill" not in feed(blog)
