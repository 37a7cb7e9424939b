"""Posts that lose their pages, and pages of files that are no posts, which no other post gets."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.state import losses
from publisher.sources.built.state.page_memory import PostMemory
from tests.support.built_blog import BuiltBlog

POSTS = 10
SHARED = " ".join(f"word{at} of every week" for at in range(20))
SECRET = "The embargo ends on Friday."


def write(blog: BuiltBlog, week: int, text: str = "", **front: str) -> Path:
    """Write a post of a series: they have a title and nearly all of their words in common."""
    text = text or f"{SHARED} Week {week} had an oddity."
    return blog.write(f"2026-01-{week:02}-week-{week}.md", text, **{"title": "Links", **front})


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog whose site is built."""
    blog = BuiltBlog(tmp_path / "site")
    for week in range(1, POSTS + 1):
        write(blog, week)
    blog.build_site()
    return blog


def remove_pages(blog: BuiltBlog, *weeks: int) -> None:
    for week in weeks:
        shutil.rmtree(blog.output / f"week-{week}")


def build(blog: BuiltBlog, *left_out: int) -> None:
    blog.build_site(leaves_out={f"week-{week}" for week in left_out})


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def weeks_in(blog: BuiltBlog) -> int:
    return feed(blog).count("<entry")


# Pages of files that are no posts


@pytest.mark.parametrize("status", ["draft: true", "published: false", "date: 2099-01-01"])
def test_no_post_gets_the_page_of_a_draft(blog: BuiltBlog, status: str) -> None:
    key, value = status.split(": ")
    write(blog, 6, f"{SHARED} {SECRET}", **{key: value})
    build(blog)
    assert blog.run("build").code == 0
    remove_pages(blog, 5)
    run = blog.run("build")
    assert run.code == 0
    assert "week-5.md" in run.err
    assert SECRET not in feed(blog)
    assert "/week-6/" not in feed(blog)


def test_no_post_gets_the_page_of_a_draft_that_is_elsewhere(blog: BuiltBlog) -> None:
    """Then the words of the draft say which page is its own."""
    draft = write(blog, 6, f"{SHARED} {SECRET}", draft="true")
    build(blog, 6)
    blog.build_page("preview/embargo", draft.read_text(encoding="utf-8"))
    blog.run("build")
    remove_pages(blog, 5)
    write(blog, 11, f"{SHARED} Week 11 had an oddity.")
    blog.touch(blog.page("news/index.html", "<title>News</title>"))
    assert blog.run("build").code == 0
    assert SECRET not in feed(blog)


def test_no_post_gets_the_page_of_a_post_that_became_a_draft(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, 6, draft="true")
    write(blog, 11)
    blog.touch(blog.output / "index.html")
    assert blog.run("build").code == 0
    assert "Week 6 " not in feed(blog)


def test_no_post_gets_the_page_of_a_post_that_is_gone(blog: BuiltBlog) -> None:
    """Not in the run that sees that it is gone, nor later, as long as its page is there."""
    blog.run("build")
    (blog.posts / "2026-01-04-week-4.md").unlink()
    for _ in range(2):
        assert blog.run("build").code == 0
    write(blog, 11)
    blog.touch(blog.output / "index.html")
    for _ in range(2):
        assert blog.run("build").code == 0
        assert "Week 4 " not in feed(blog)
        assert "week-4" not in feed(blog)
    build(blog)
    assert blog.run("build").code == 0
    assert "Week 11 " in feed(blog)


def test_a_renamed_post_keeps_its_page_until_the_next_build(blog: BuiltBlog) -> None:
    blog.run("build")
    renamed = (blog.posts / "2026-01-04-week-4.md").rename(blog.posts / "2026-01-04-oddity.md")
    assert renamed.exists()
    for _ in range(2):
        assert blog.run("build").code == 4  # it waits for a page at its new address
        assert "https://blog.example/week-4/" in feed(blog)
        assert weeks_in(blog) == POSTS


def test_a_post_whose_page_is_gone_is_not_given_a_page_much_like_it(blog: BuiltBlog) -> None:
    """Nobody knows whose page that is: there is no source of it."""
    blog.run("build")
    other = f"---\ntitle: Links\n---\n{SHARED} Another week had many other oddities, indeed."
    blog.build_page("archive/other", other)
    remove_pages(blog, 5)
    assert blog.run("build").code == 0
    assert "archive/other" not in feed(blog)


def test_a_post_whose_page_has_moved_keeps_it_with_the_words_that_it_lacked(
    blog: BuiltBlog,
) -> None:
    hidden = " ".join(f"hidden{at}" for at in range(30))
    path = write(blog, 5, f"{SHARED} Week 5 had an oddity.")
    shown = path.read_text(encoding="utf-8")
    write(blog, 5, f"{SHARED} Week 5 had an oddity.\n\n{hidden}")
    blog.build_page("week-5", shown)
    blog.run("build")
    remove_pages(blog, 5)
    blog.build_page("moved/5", shown)
    assert blog.run("build").code == 0
    assert "https://blog.example/moved/5/" in feed(blog)


# Pages that are lost together


def test_posts_that_lose_their_pages_together_stay_until_the_next_build(blog: BuiltBlog) -> None:
    blog.run("build")
    before = blog.built()
    remove_pages(blog, 2, 5, 7, 8)
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 4
        for week in (2, 5, 7, 8):
            assert f"week-{week}.md: had a page at the last run and has none now" in run.err
        assert blog.built() == before
    build(blog, 2, 5, 7, 8)
    run = blog.run("build")
    assert run.code == 0
    assert "4 posts are not published" in run.err
    assert weeks_in(blog) == POSTS - 4
    assert blog.run("build").code == 0


def test_posts_whose_pages_come_back_have_lost_nothing(blog: BuiltBlog) -> None:
    blog.run("build")
    before = blog.built()
    for _ in range(2):
        remove_pages(blog, 2, 5, 7, 8)
        assert blog.run("build").code == 4
        build(blog)
        assert blog.run("build").code == 0
        assert blog.built() == before


def test_posts_do_not_wait_for_ever_for_a_generator_that_gives_all_pages_one_time(
    blog: BuiltBlog,
) -> None:
    """So that builds can be reproduced (https://reproducible-builds.org/docs/source-date-epoch/)."""

    def give_one_time() -> None:
        for path in blog.output.rglob("*.html"):
            os.utime(path, (1_600_000_000, 1_600_000_000))

    give_one_time()
    blog.run("build")
    remove_pages(blog, 2, 5, 7, 8)
    for _ in range(2):
        assert blog.run("build").code == 4  # it waits for a page at its new address
    for path in blog.output.rglob("*.html"):
        path.write_bytes(path.read_bytes())  # as a build that makes the same pages again
    give_one_time()
    for _ in range(2):
        assert blog.run("build").code == 0
    assert weeks_in(blog) == POSTS - 4


def test_a_page_that_came_back_may_be_lost_for_good_later(blog: BuiltBlog) -> None:
    """Also that of a post which no feed shows, so that nobody looks at its page."""
    blog.run("build")
    blog.set_up(feeds="  - {path: feed.atom, format: atom, limit: 2}\n")
    remove_pages(blog, 2, 5, 7, 8)
    assert blog.run("build").code == 4
    build(blog)
    assert blog.run("build").code == 0
    remove_pages(blog, 2)
    run = blog.run("build")
    assert (run.code, "week-2.md" in run.err) == (0, True)


def test_posts_wait_as_long_as_pages_come_back(blog: BuiltBlog) -> None:
    """The generator is at work still."""
    blog.run("build")
    before = blog.built()
    build(blog, 2, 5, 7, 8)
    assert blog.run("build").code == 4
    blog.build_page("week-2", (blog.posts / "2026-01-02-week-2.md").read_text(encoding="utf-8"))
    assert blog.run("build").code == 4
    assert blog.built() == before


def test_one_post_may_lose_its_page(blog: BuiltBlog) -> None:
    blog.run("build")
    remove_pages(blog, 2)
    run = blog.run("build")
    assert run.code == 0
    assert "week-2.md" in run.err
    assert weeks_in(blog) == POSTS - 1


def test_posts_with_the_text_of_their_sources_wait_for_their_pages_too(blog: BuiltBlog) -> None:
    blog.set_up(posts="")
    blog.run("build")
    before = blog.built()
    remove_pages(blog, 2, 5, 7, 8)
    assert blog.run("build").code == 4
    assert blog.built() == before


POST = PurePosixPath("a.md")
WAITING = PostMemory(waits=losses.LOST, waits_since=Signature(5, 3))


@pytest.mark.parametrize(
    ("row", "lost", "known", "stamp", "since"),
    [
        (PostMemory(), 1, 4, 9, None),
        (PostMemory(), 2, 20, 9, None),
        (PostMemory(), 2, 19, 9, Signature(9, 2)),
        (WAITING, 1, 20, 5, Signature(5, 3)),
        (WAITING, 3, 20, 6, None),
        (WAITING, 3, 20, 4, None),
        (WAITING, 4, 20, 6, None),
        (WAITING, 2, 20, 6, Signature(6, 2)),
    ],
)
def test_how_long_a_post_waits(
    row: PostMemory, lost: int, known: int, stamp: int, since: Signature | None
) -> None:
    rows = {PurePosixPath(f"{number}.md"): PostMemory() for number in range(lost - 1)}
    found = losses.waiting_since({POST: row, **rows}, known=known, stamp=stamp)
    assert found.get(POST) == since


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20))
@example([4, 3, 2, 1, 1])
def test_no_post_waits_for_ever(losses_of_builds: list[int]) -> None:
    """Each build gives the output another stamp, and no more wait than pages can come back."""
    row, waits = PostMemory(), 0
    for stamp, lost in enumerate(losses_of_builds, 1):
        rows = {PurePosixPath(f"{number}.md"): PostMemory() for number in range(lost)}
        since = losses.waiting_since({POST: row, **rows}, known=8, stamp=stamp).get(POST)
        if since is None:
            break
        waits += 1
        row = PostMemory(waits=losses.LOST, waits_since=since)
    assert waits <= max(losses_of_builds) + 1
