"""Posts whose files have no date: that which their page states counts (engine `any`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.config import Config, Posts, Site
from tests.unit.test_engines import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine
    from publisher.post import Reading

STATED = '<meta property="article:published_time" content="2024-01-02">'
WORDS = "Many words of a text by which its page is found wherever it may lie in the end."


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(
    folder: Path, head: str = STATED, *, engine: Engine = "any", was_published: bool = False
) -> Reading:
    """A site with one post without a date, whose page has this head."""
    write(folder / "blog" / "a.md", f"---\ntitle: A title\n---\n{WORDS}\n")
    page = f"<html><head><title>A title</title>{head}</head><body><h1>A title</h1>"
    write(folder / "out" / "blog" / "a.html", f"{page}<article><p>{WORDS}</p></article>")
    config = Config(
        site=Site(title="A blog", url="https://blog.example", output=folder / "out"),
        posts=Posts(path=folder / "blog", engine=engine),
        state=folder / "state",
        path=folder / "publisher.yaml",
    )
    return sources.read(config, now=NOW, was_published=lambda _: was_published)


def test_the_date_of_a_post_comes_from_its_page(tmp_path: Path) -> None:
    changed = '<meta property="article:modified_time" content="2024-02-03">'
    reading = read(tmp_path, STATED + changed)
    (post,) = reading.posts
    assert (post.published.date(), post.updated.date()) == (
        dt.date(2024, 1, 2),
        dt.date(2024, 2, 3),
    )
    assert post.page == "/blog/a"
    assert not reading.pages


@pytest.mark.parametrize("head", ["", '</head><body><time datetime="2024-01-02">'])
def test_a_page_without_a_stated_date_makes_no_post(tmp_path: Path, head: str) -> None:
    reading = read(tmp_path, head)
    assert not reading.posts
    assert [str(one.path) for one in reading.pages] == ["a.md"]


def test_other_engines_know_which_files_are_posts(tmp_path: Path) -> None:
    reading = read(tmp_path, engine="hugo")
    assert not reading.posts
    assert [str(one.path) for one in reading.pages] == ["a.md"]


@pytest.mark.parametrize("was_published", [False, True])
def test_a_stated_date_in_the_future_is_waited_for(tmp_path: Path, *, was_published: bool) -> None:
    head = STATED.replace("2024", "2030")
    reading = read(tmp_path, head, was_published=was_published)
    assert [str(one.path) for one in reading.posts] == ["a.md"][: int(was_published)]
    assert [one.status for one in reading.skipped] == ["future"][int(was_published) :]
