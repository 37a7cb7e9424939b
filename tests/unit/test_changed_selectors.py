"""Other selectors than those with which the posts were taken: every page is judged anew."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher import config as configs
from publisher import sources
from publisher.sources import built
from publisher.sources.built.state.page_memory import NAME
from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
COMMANDS = ("build", "plan", "publish", "status", "check")
TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "baker": "Our baker bakes rye bread on Tuesdays, and on all other days bread of white flour.",
}
# What stands behind the text of every post.
BOX = "<aside>Made by the theme.</aside>"
OTHER_BODY = (
    ", body: .nothing",
    ", body: h1",
    ", body: [.nothing, h1]",
    ", body: .post-content, drop: [p]",
    ", body: .post-content, drop: ['p:not(:nth-child(2))']",
)


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of four posts whose pages were taken."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", f"{text}\n\nTo be continued.", title=f"A {slug}")
    blog.build_site(THEME.replace("{body}", "{body}" + BOX))
    assert blog.run("build").code == 0
    return blog


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


@pytest.mark.parametrize("other", OTHER_BODY)
def test_selectors_that_lose_the_text_stop_a_run_and_everything_stays(
    blog: BuiltBlog, other: str
) -> None:
    before = blog.built()
    blog.set_up(posts=other)
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 3
        assert "only 0 of 4 pages show the text of their post where posts.body says" in run.err
        assert "correct posts.body and posts.drop, or run `publisher init --learn`" in run.err
        assert blog.built() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_selectors_that_lose_the_text(blog: BuiltBlog, command: str) -> None:
    blog.set_up(posts=OTHER_BODY[-1])
    run = blog.run(command)
    assert run.code == 3
    assert "shows only " in run.err
    assert " % of the words of the post that it showed before" in run.err


def test_the_selectors_of_before_are_right_again_after_the_refusal(blog: BuiltBlog) -> None:
    before = blog.built()
    blog.set_up(posts=OTHER_BODY[0])
    blog.run("build")
    blog.set_up()
    run = blog.run("build")
    assert (run.code, run.err, blog.built()) == (0, "", before)


def test_one_page_that_loses_its_text_keeps_the_last_one(blog: BuiltBlog) -> None:
    page = blog.output / "mill/index.html"
    page.write_text(page.read_text().replace("<p>The old", "<p class='quote'>The old"))
    blog.run("build")
    blog.set_up(posts=", body: .post-content, drop: [aside, .quote]")
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 0
        assert "2026-01-01-mill.md: the page mill/index.html shows only " in run.err
        assert "the text that it showed before stays" in run.err
        assert "nobody grinds corn" in feed(blog)
        assert feed(blog).count("Made by the theme.") == 1


def test_selectors_that_keep_the_text_are_taken(blog: BuiltBlog) -> None:
    assert feed(blog).count("Made by the theme.") == 4
    blog.set_up(posts=", body: .post-content, drop: [aside]")
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    assert "Made by the theme." not in feed(blog)
    assert feed(blog).count("To be continued.") == 4


def test_a_text_that_its_author_shortens_is_no_loss(blog: BuiltBlog) -> None:
    for path in blog.posts.iterdir():
        front, _ = path.read_text().rsplit("---\n", 1)
        blog.touch(path).write_text(
            f"{front}---\nWithdrawn, but see the archive of this site instead.\n"
        )
    blog.build_site()
    assert blog.run("build").code == 0
    assert feed(blog).count("Withdrawn") == 4


def test_an_edit_waits_for_its_page_whatever_the_selectors_are_now(blog: BuiltBlog) -> None:
    path = blog.posts / "2026-01-01-mill.md"
    blog.touch(path).write_text(path.read_text().replace("now.", "now. It burnt down last night."))
    blog.set_up(posts=", body: .post-content, drop: [aside]")
    run = blog.run("build")
    assert run.code == 4
    assert "its page does not show it yet" in run.err
    assert "burnt" not in feed(blog)


@pytest.mark.parametrize("other", [", body: .post-content", ", body: .post-content, drop: [aside]"])
def test_a_title_that_is_newer_than_the_page_is_no_reason_to_refuse_its_text(
    blog: BuiltBlog, other: str
) -> None:
    path = blog.posts / "2026-01-01-mill.md"
    text = path.read_text().replace("title: A mill", "title: Something of old times")
    blog.touch(path).write_text(f"{text}\n<!-- a note that no page shows -->\n")
    blog.set_up(posts=other)
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    assert "Something of old times" in feed(blog)


def hashes(blog: BuiltBlog) -> set[str]:
    reading = sources.read(configs.load(blog.folder / "publisher.yaml"), now=NOW)
    found = built.examined(reading, {post.path for post in reading.posts})
    return {found.bodies.hash_of(post).now for post in found.posts}


def test_another_body_has_another_hash_although_the_page_is_the_same(blog: BuiltBlog) -> None:
    before = hashes(blog)
    blog.set_up(posts=", body: .post-content, drop: [aside]")
    assert not hashes(blog) & before
    assert len(before) == 4


def test_another_version_of_the_program_that_reads_the_same_body_changes_no_hash(
    blog: BuiltBlog,
) -> None:
    """Else items would be said to show an older build after an upgrade."""
    state = blog.folder / ".publisher"
    with closing(sqlite3.connect(state / NAME)) as database:
        database.execute(
            "UPDATE post SET page_body = 'old', shown = 'old', digest = 'x:' || digest"
        )
        database.commit()
    assert hashes(blog) == {"old"}
