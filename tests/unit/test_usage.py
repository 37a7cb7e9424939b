"""Wrong usage: the message names the command whose help has the answer, and nothing was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path)
    blog.write("2026-01-01-one.md", "Text.", title="One")
    return blog


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "--ony", "x"), "(did you mean '--only'?); see `publisher plan --help`"),
        (("node", "show", "--nosuch"), "see `publisher node show --help`"),
        (("plan", "--wait-for-url=5"), "(an option of `publisher publish` and `publisher ping`)"),
        (("build", "--only", "x"), "(an option of `publisher plan` and `publisher publish`)"),
    ],
)
def test_an_unknown_option_names_the_help_of_its_command(
    blog: Blog, arguments: tuple[str, ...], said: str
) -> None:
    run = blog.run(*arguments)
    assert (run.code, said in run.err) == (2, True)


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_without_nodes_there_is_one_note(blog: Blog, command: str) -> None:
    run = blog.run(command)
    note = "note: the configuration has no xmpp section, so there is no node to publish to"
    assert (run.code, run.err.splitlines().count(note)) == (0, 1)


def test_a_post_that_does_not_exist_is_named_before_the_feeds_are_written(blog: Blog) -> None:
    run = blog.run("publish", "--only", "nosuch")
    assert (run.code, "there is no such post" in run.err) == (2, True)
    assert not (blog.folder / "feed.atom").exists()
