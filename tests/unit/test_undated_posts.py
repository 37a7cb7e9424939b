"""Posts whose files have no date: that which their page states counts (engine `any`)."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.app import project as projects
from publisher.config import Config, FeedFile, Posts, Site
from publisher.sources.built.finding import words_cache
from tests.support.opened_pages import opened
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
    assert [one.path for one in reading.not_due] == [one.path for one in reading.posts]


# What is remembered of pages


TEXTS = {
    "stated": ("", "The old mill stands at the river behind the wood, and it grinds no corn now."),
    "dated": ("date: 2024-05-06\n", "A green boat lies upside down on the shore in the rain."),
    "list": ("", "Here is a list of all that was ever written on these pages about the town."),
    "deep": ("", "The clock of the town hall has been five minutes slow since anybody knows."),
    "moved": ("date: 2020-01-02\n", "Our baker bakes rye bread on Tuesdays, and white bread else."),
    "pageless": ("", "The fair comes to the town in May, with a wheel and two roundabouts."),
}


def build(folder: Path, slug: str, head: str, name: str = "") -> None:
    body = f"<body><h1>{slug}</h1><article><p>{TEXTS[slug][1]}</p></article></body>"
    page = f"<html><head><title>{slug}</title>{head}</head>{body}</html>"
    write(folder / "out" / (name or f"blog/{slug}.html"), page)


@pytest.fixture
def site(tmp_path: Path) -> Config:
    """A site of posts with dates of all kinds, and files without one."""
    for slug, (date, text) in TEXTS.items():
        write(tmp_path / "blog" / f"{slug}.md", f"---\ntitle: {slug}\n{date}---\n{text}\n")
    write(tmp_path / "out/index.html", '<title>A blog</title><a href="blog/stated">A post</a>')
    build(tmp_path, "stated", STATED)
    build(tmp_path, "dated", "")
    build(tmp_path, "list", "")
    write(tmp_path / "out/blog/deep.html", "<div>" * 3000)
    build(tmp_path, "moved", "", "elsewhere/m.html")
    return Config(
        site=Site(
            title="A blog",
            url="https://blog.example",
            output=tmp_path / "out",
            since=dt.date(2020, 1, 1),
        ),
        posts=Posts(path=tmp_path / "blog", engine="any", body=("article",)),
        feeds=(FeedFile(path=tmp_path / "feed.atom", format="atom", url="https://b.e/f", limit=2),),
        state=tmp_path / "state",
        path=tmp_path / "publisher.yaml",
    )


def slugs(project: projects.Project) -> list[str]:
    return [one.post.slug for one in project.entries.entries]


def run(site: Config, *, writes: bool = True) -> projects.Project:
    return projects.read(site, now=NOW, writes=writes)


@pytest.mark.parametrize("writes", [False, True])
def test_a_settled_run_opens_no_page(site: Config, *, writes: bool) -> None:
    """Neither for a date, nor for an address that no feed needs."""
    run(site)
    first = run(site)  # searches the page of a post again among the pages that are left
    assert slugs(first) == ["dated", "moved", "stated"]
    (site.state / words_cache.FOLDER / "pages.msgpack").unlink()  # nothing is searched again
    with opened(site.path.parent / "out") as pages:
        second = run(site, writes=writes)
    assert pages == []
    assert [one.post for one in second.entries.entries] == [
        one.post for one in first.entries.entries
    ]
    assert len(second.entries.pages) == len(first.entries.pages) == 3


def test_a_page_that_is_built_again_is_asked_for_its_date_again(site: Config) -> None:
    run(site)
    build(site.path.parent, "stated", STATED.replace("2024-01-02", "2024-11-12"))
    build(site.path.parent, "list", STATED)
    with opened(site.path.parent / "out") as pages:
        second = run(site)
    assert {*pages} == {"blog/stated.html", "blog/list.html"}
    days = {one.post.slug: one.post.published.date() for one in second.entries.entries}
    assert (days["stated"], days["list"]) == (dt.date(2024, 11, 12), dt.date(2024, 1, 2))


def test_a_post_keeps_its_date_while_its_page_cannot_be_read(site: Config) -> None:
    run(site)
    write(site.path.parent / "out/blog/stated.html", "<div>" * 3000)
    for _ in range(2):
        assert slugs(run(site)) == ["dated", "moved", "stated"]


def test_a_post_whose_page_is_gone_has_no_page(site: Config) -> None:
    run(site)
    (site.path.parent / "out/blog/stated.html").unlink()
    for _ in range(2):
        second = run(site)
        assert [str(path) for path in second.built.without_page] == ["stated.md"]
        assert {one.path.name for one in second.entries.pages} == {
            "deep.md",
            "list.md",
            "pageless.md",
        }


def test_the_time_of_a_build_is_no_date_of_a_change(site: Config) -> None:
    build_time = '<meta property="article:modified_time" content="2026-10-31T10:00:00Z">'
    for slug in ("stated", "list", "deep", "pageless"):
        build(site.path.parent, slug, STATED + build_time)
    posts = [one.post for one in run(site).entries.entries]
    assert len(posts) == 6
    assert all(one.updated == one.published for one in posts)


@pytest.mark.parametrize("edit", ["", " Somebody has told more of it since."])
def test_a_renamed_post_keeps_the_date_of_its_page_until_the_build(site: Config, edit: str) -> None:
    """Its old file has no date, and is gone."""
    run(site)
    old = site.posts.path / "stated.md"
    text = old.read_text(encoding="utf-8")
    old.unlink()
    time = max(page.stat().st_mtime for page in (site.path.parent / "out").rglob("*.html")) + 9
    new = old.with_name("other.md")
    write(new, f"{text.rstrip()}{edit}\n")
    os.utime(new, (time, time))
    for _ in range(2):
        days = {one.post.path.name: one.post.published.date() for one in run(site).entries.entries}
        assert days.get("stated.md") == dt.date(2024, 1, 2)
        assert "other.md" not in days
