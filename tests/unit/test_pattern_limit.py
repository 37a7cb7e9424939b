"""A post with thousands of tags makes no thousands of feeds, and costs no other feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.app.pattern_limit import MANY
from publisher.config.keys import PATTERN_LIMIT
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"tag": "tags", "category": "categories", "author": "authors"}


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "blog")


def configure(blog: Blog, placeholder: str, limit: int | None = None) -> None:
    blog.configure()
    config = blog.folder / "publisher.yaml"
    line = f"pattern_limit: {limit}\n" if limit else ""
    config.write_text(
        f"{config.read_text()}  - {{path: 'by/{{{placeholder}}}.json', format: json}}\n{line}"
    )


def values(number: int, prefix: str = "v") -> str:
    return f"[{', '.join(f'{prefix}{index}' for index in range(number))}]"


def made(blog: Blog) -> set[str]:
    return {path.stem for path in (blog.folder / "by").glob("*.json")}


def test_a_post_with_3000_tags_makes_as_many_feeds_as_the_limit(blog: Blog) -> None:
    configure(blog, "tag")
    blog.write("2026-01-01-old.md", "Text.", title="Old", tags="[xmpp, feeds]")
    blog.write("2026-01-02-new.md", "Text.", title="New", tags=values(3_000))
    run = blog.run("build")
    assert run.code == 1
    assert len(made(blog)) == PATTERN_LIMIT
    assert {"xmpp", "feeds"} < made(blog)
    assert {*blog.built()} == {"feed.atom", "feed.rss", "feed.json"}
    (error,) = [line for line in run.err.splitlines() if line.startswith("error: ")]
    assert "publisher.yaml:13: feeds[3].path makes 3,002 feeds, and pattern_limit is 1,000" in error
    assert "posts/2026-01-02-new.md alone has 3,000 tags" in error
    assert error.endswith("set pattern_limit: 3002")


@pytest.mark.parametrize("placeholder", KEYS)
def test_the_limit_is_for_every_kind_of_value_and_can_be_raised(
    blog: Blog, placeholder: str
) -> None:
    configure(blog, placeholder, 3)
    blog.write("2026-01-01-a.md", "Text.", **{KEYS[placeholder]: values(5)})
    run = blog.run("build")
    assert (run.code, len(made(blog))) == (1, 3)
    configure(blog, placeholder, 5)
    run = blog.run("build")
    assert (run.code, run.err, len(made(blog))) == (0, "", 5)


def test_values_of_many_posts_come_first_and_then_the_oldest(blog: Blog) -> None:
    configure(blog, "tag", 3)
    blog.write("2026-01-01-a.md", "Text.", tags="[old]")
    blog.write("2026-01-02-b.md", "Text.", tags=values(9))
    blog.write("2026-01-03-c.md", "Text.", tags="[often]")
    blog.write("2026-01-04-d.md", "Text.", tags="[often]")
    assert blog.run("build").code == 1
    assert {"old", "often"} < made(blog)


def test_the_limit_takes_no_feed_away(blog: Blog) -> None:
    """As after an upgrade from a version without the limit."""
    configure(blog, "tag", 100)
    post = blog.write("2026-01-01-a.md", "Text.", tags=values(9))
    assert blog.run("build").code == 0
    configure(blog, "tag", 3)
    post.write_text(post.read_text().replace("Text.", "Edited."))
    run = blog.run("build")
    assert (run.code, run.err, len(made(blog))) == (0, "", 9)
    assert all("Edited." in path.read_text() for path in (blog.folder / "by").glob("*.json"))
    blog.write("2026-01-02-b.md", "Text.", tags="[another]")
    run = blog.run("build")
    assert (run.code, len(made(blog))) == (1, 9)
    assert "1 is left out, e.g." in run.err


def test_every_command_reports_the_limit(blog: Blog) -> None:
    configure(blog, "tag", 3)
    blog.write("2026-01-01-a.md", "Text.", tags=values(9))
    for command in ("build", "plan", "status", "publish", "check"):
        run = blog.run(command)
        assert (run.code, "pattern_limit is 3" in run.out + run.err) == (1, True), command
    (warning,) = blog.run("build", "--json").json["warnings"]
    assert "pattern_limit is 3" in warning["message"]
    (setting,) = blog.run("check", "--json").json["settings"]
    assert "pattern_limit is 3" in setting["message"]


def test_values_that_a_selection_leaves_out_do_not_count(blog: Blog) -> None:
    configure(blog, "tag", 3)
    config = blog.folder / "publisher.yaml"
    only = "format: json, only: {tags: [v1, v2]}}"
    config.write_text(config.read_text().replace("format: json}\npattern", f"{only}\npattern"))
    blog.write("2026-01-01-a.md", "Text.", tags=values(9))
    run = blog.run("build")
    assert (run.code, run.err, made(blog)) == (0, "", {"v1", "v2"})


def test_a_back_dated_post_with_3000_tags_takes_no_feed_from_the_others(blog: Blog) -> None:
    """Neither when it comes first, so that its feeds exist, nor when new tags follow."""
    configure(blog, "tag")
    blog.write("2001-01-01-many.md", "Text.", tags=values(3_000))
    assert blog.run("build").code == 1
    assert len(made(blog)) == PATTERN_LIMIT
    blog.write("2026-01-01-a.md", "Text.", tags="[xmpp, feeds]")
    run = blog.run("build")
    assert run.code == 1
    assert {"xmpp", "feeds"} < made(blog)
    assert "posts/2001-01-01-many.md alone has 3,000 tags. Remove some, or" in run.err
    blog.write("2026-01-02-b.md", "Text.", tags="[later]")
    assert blog.run("build").code == 1
    assert made(blog) > {"later", "xmpp"}
    assert len(made(blog)) == PATTERN_LIMIT + 3  # nothing is deleted because of the limit


def test_values_of_posts_with_very_many_come_last(blog: Blog) -> None:
    configure(blog, "tag", 3)
    for number in (1, 2):
        blog.write(f"2001-01-0{number}-many.md", "Text.", tags=values(MANY + 1))
    blog.write("2026-01-01-a.md", "Text.", tags="[xmpp, v1]")
    run = blog.run("build")
    assert (run.code, len(made(blog))) == (1, 3)
    assert {"xmpp", "v1"} < made(blog)  # a value of a usual post, too, is no value of those alone
    assert f"2 posts have more than {MANY} tags each, e.g. " in run.err
    assert f"posts/2001-01-01-many.md with {MANY + 1}. Remove some, or" in run.err


def test_many_values_are_no_reason_to_leave_any_out_below_the_limit(blog: Blog) -> None:
    configure(blog, "tag")
    blog.write("2026-01-01-a.md", "Text.", tags=values(MANY + 50))
    run = blog.run("build")
    assert (run.code, run.err, len(made(blog))) == (0, "", MANY + 50)


def test_nobody_is_told_to_remove_values_that_many_posts_have(blog: Blog) -> None:
    configure(blog, "tag", 3)
    for number in range(1, 5):
        blog.write(f"2026-01-0{number}-a.md", "Text.", tags=f"[a{number}, b{number}]")
    run = blog.run("build")
    assert run.code == 1
    assert ". To make them, set pattern_limit: 8" in run.err
    assert "alone has" not in run.err
    assert "Remove some" not in run.err
