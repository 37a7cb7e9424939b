"""Edits of which readers see nothing as long as the page stays as it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from publisher import config as configs
from publisher.app import project as projects
from publisher.post import Medium, Post
from publisher.sources.built.state.unseen import alike
from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.entry import Entry

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TEXT = "The old mill stands at the river behind the wood, and nobody grinds corn in it now."
NOTE = "<!-- ask the baker -->"
WALL = THEME.replace("{body}", "<p>Please log in to read on.</p>")
PICTURE = Medium("a.png", 3)
OLD = Post(
    path=PurePosixPath("a.md"),
    body="One.\n",
    body_line=5,
    markup="markdown",
    marker=None,
    title="A title",
    slug="a",
    published=DAY,
    updated=DAY,
    file_date=None,
    page="/a/",
    image=PICTURE,
    enclosures=(PICTURE,),
    source="s1",
)


@pytest.mark.parametrize(
    "edit",
    [
        {"body": "Two.\n"},
        {"body_line": 6, "lines": (2, 3)},
        {"updated": DAY + dt.timedelta(days=1), "values": {"lastmod": "2026-01-02"}},
        {"values": {"color": "red"}},
        {"slug": "b", "page": "/b/", "values": {"slug": "b"}},
        {"image": replace(PICTURE, line=4)},
        {"enclosures": (replace(PICTURE, line=4),)},
    ],
)
def test_what_only_the_page_shows_is_an_edit_that_nobody_sees(edit: dict[str, Any]) -> None:
    new = dataclasses.replace(OLD, source="s2", **edit)
    assert alike(OLD, new, ("s0",)) == ("s0", "s1")


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Another"},
        {"tags": ("one",)},
        {"categories": ("one",)},
        {"published": DAY - dt.timedelta(days=1)},
        {"language": "de"},
        {"values": {"description": "In short"}},
        {"image": None},
        {"enclosures": ()},
        {"license": "https://blog.example/license"},
        {"content": "summary"},
    ],
)
def test_readers_see_what_is_beside_the_body(edit: dict[str, Any]) -> None:
    assert alike(OLD, dataclasses.replace(OLD, source="s2", **edit), ("s0",)) == ()


def test_readers_see_the_lead_of_the_source() -> None:
    old = dataclasses.replace(OLD, marker="<!--more-->", body="Lead.\n<!--more-->\nRest.\n")
    rest = dataclasses.replace(old, source="s2", body="Lead.\n<!--more-->\nOther rest.\n")
    assert alike(old, rest, ()) == ("s1",)
    lead = dataclasses.replace(old, source="s2", body="Other lead.\n<!--more-->\nRest.\n")
    assert alike(old, lead, ()) == ()
    # A template tag in the lead may show any value.
    assert alike(old, dataclasses.replace(rest, values={"color": "red"}), ()) == ()


def test_a_post_that_was_never_taken_is_like_none() -> None:
    assert alike(None, OLD, ("s0",)) == ()


def test_the_same_source_adds_nothing_and_only_the_latest_are_kept() -> None:
    assert alike(OLD, dataclasses.replace(OLD, body_line=9), ("s0",)) == ("s0",)
    many = tuple(f"x{number}" for number in range(20))
    assert alike(OLD, dataclasses.replace(OLD, source="s2"), many) == (*many[1:], "s1")


# What follows for a site


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of two posts whose pages were taken."""
    blog = BuiltBlog(tmp_path / "site")
    write(blog, TEXT)
    blog.write("2026-01-02-boat.md", "A green boat lies on the shore.", title="The boat")
    blog.build_site()
    assert blog.run("build").code == 0
    return blog


def write(blog: BuiltBlog, text: str, **front: str) -> Path:
    return blog.write("2026-01-01-mill.md", text, **{"title": "The mill", **front})


def build_page(blog: BuiltBlog, theme: str = THEME) -> None:
    """Build the page of the mill anew, without comments, which a real generator leaves out."""
    text = (blog.posts / "2026-01-01-mill.md").read_text(encoding="utf-8")
    blog.build_page("mill", text.replace(NOTE, ""), theme)


def entry(blog: BuiltBlog) -> tuple[Entry, frozenset[str]]:
    """The entry of the mill as a run has it, and the sources from which it would be the same."""
    project = projects.read(configs.load(blog.folder / "publisher.yaml"), writes=True)
    (found,) = (one for one in project.entries.entries if one.post.path.stem.endswith("mill"))
    return found, project.earlier(found.post.path).sources


@pytest.mark.parametrize("edit", [f"{TEXT} {NOTE}", TEXT.replace("nobody", "*nobody*")])
def test_an_edit_that_does_not_show_leaves_the_entry_as_it_is(blog: BuiltBlog, edit: str) -> None:
    before, _ = entry(blog)
    write(blog, edit)
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, run.err) == (0, "")
        assert entry(blog) == (before, frozenset())


def test_an_edit_counts_as_soon_as_the_page_shows_it(blog: BuiltBlog) -> None:
    before, _ = entry(blog)
    write(blog, TEXT.replace("nobody", "*nobody*"))
    entry(blog)
    build_page(blog)
    after, sources = entry(blog)
    assert after.fingerprint != before.fingerprint
    assert sources == frozenset()  # so it is announced


def test_an_edit_that_a_new_build_does_not_show_is_no_news(blog: BuiltBlog) -> None:
    before, _ = entry(blog)
    for number in (1, 2):
        write(blog, f"{TEXT} {NOTE * number}")
        entry(blog)
        build_page(blog)
        after, sources = entry(blog)
        assert after.fingerprint != before.fingerprint
        assert before.post.source in sources
        assert len(sources) == number
        assert entry(blog) == (after, sources)


def test_an_edit_behind_a_wall_is_no_news(blog: BuiltBlog) -> None:
    write(blog, TEXT, lang="en")
    build_page(blog, WALL)
    (blog.folder / ".publisher/pages.sqlite").unlink()
    before, _ = entry(blog)
    write(blog, "Nobody reads these words, because the page asks for a password.", lang="en")
    for _ in range(2):
        after, sources = entry(blog)
        assert after.fingerprint != before.fingerprint
        assert sources == {before.post.source}
    write(blog, "Nobody reads these words, but everybody the title.", title="Gone", lang="en")
    assert entry(blog)[1] == frozenset()


BROKEN = [THEME.replace("{body}", "<p>Error: shortcode failed</p>"), WALL]
STAYS = "the text that it showed before stays"


@pytest.mark.parametrize("theme", BROKEN)
@pytest.mark.parametrize("was_broken", [True, False])
def test_an_edit_is_news_when_a_page_that_lost_its_text_shows_it(
    blog: BuiltBlog, theme: str, *, was_broken: bool
) -> None:
    before, _ = entry(blog)
    if was_broken:
        build_page(blog, theme)
        assert entry(blog) == (before, frozenset())
    write(blog, f"{TEXT} It burnt down last night.")
    build_page(blog, theme)
    for _ in range(2):
        assert entry(blog) == (before, frozenset())
        run = blog.run("build")
        assert (run.code, run.err.count(STAYS)) == (0, 1)
    build_page(blog)
    after, sources = entry(blog)
    assert after.fingerprint != before.fingerprint
    assert sources == frozenset()


def test_an_edit_waits_if_a_page_that_lost_its_text_shows_the_old_one_again(
    blog: BuiltBlog,
) -> None:
    page = blog.output / "mill" / "index.html"
    old = page.read_text(encoding="utf-8")
    write(blog, f"{TEXT} It burnt down last night.")
    build_page(blog, WALL)
    assert blog.run("build").code == 0
    blog.page("mill/index.html", old)
    assert [blog.run("build").code for _ in range(2)] == [4, 4]


def test_a_title_goes_out_at_once_although_the_page_lost_its_text(blog: BuiltBlog) -> None:
    write(blog, f"{TEXT} It burnt down last night.", title="The mill is gone")
    build_page(blog, WALL)
    found, sources = entry(blog)
    assert (found.title, sources) == ("The mill is gone", frozenset())


@pytest.mark.parametrize("key", ["slug", "permalink"])
def test_another_address_alone_is_no_news(blog: BuiltBlog, key: str) -> None:
    before, _ = entry(blog)
    path = write(blog, TEXT, **{key: "old-mill" if key == "slug" else "/old-mill/"})
    found, sources = entry(blog)
    assert (found.link, sources) == (before.link, frozenset({before.post.source}))
    shutil.rmtree(blog.output / "mill")
    blog.build_page("old-mill", path.read_text(encoding="utf-8"))
    for _ in range(2):
        found, sources = entry(blog)
        assert found.link == "https://blog.example/old-mill/"
        assert sources == {before.post.source}


def test_a_later_date_of_change_alone_is_no_news(blog: BuiltBlog) -> None:
    before, _ = entry(blog)
    write(blog, TEXT, lastmod="2026-02-01")
    after, sources = entry(blog)
    assert after.updated > before.updated
    assert sources == {before.post.source}


@pytest.mark.parametrize("is_built", [True, False])
def test_a_new_title_is_news_whatever_was_none_before(blog: BuiltBlog, *, is_built: bool) -> None:
    write(blog, f"{TEXT} {NOTE}")
    entry(blog)
    build_page(blog)
    assert entry(blog)[1]
    write(blog, f"{TEXT} {NOTE}", title="The mill at the river")
    if is_built:
        build_page(blog)
    found, sources = entry(blog)
    assert (found.title, sources) == ("The mill at the river", frozenset())


def test_an_edit_that_shows_is_news_whatever_was_none_before(blog: BuiltBlog) -> None:
    write(blog, f"{TEXT} {NOTE}")
    entry(blog)
    build_page(blog)
    assert entry(blog)[1]
    write(blog, f"{TEXT} It burnt down last night. {NOTE}", lastmod="2026-02-01")
    build_page(blog)
    assert entry(blog)[1] == frozenset()


def test_what_another_theme_changes_makes_no_news_of_it(blog: BuiltBlog) -> None:
    write(blog, f"{TEXT} {NOTE}")
    entry(blog)
    build_page(blog)
    before = entry(blog)[1]
    build_page(blog, THEME.replace("{body}", "{body}<p>Made by the theme.</p>"))
    assert entry(blog)[1] == before != frozenset()


def test_the_text_of_a_source_is_always_seen(blog: BuiltBlog) -> None:
    blog.set_up(posts="")
    entry(blog)
    write(blog, f"{TEXT} It burnt down last night.")
    assert entry(blog)[1] == frozenset()
