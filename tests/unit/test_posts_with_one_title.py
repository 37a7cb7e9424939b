"""Posts that share a title get their own pages, by their words and their dates, or none."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog
from tests.support.opened_pages import opened
from tests.unit.test_built_site import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

THINGS = ("engine", "forest", "garden", "hammer", "island", "jungle", "kettle")
DAYS = range(3, 10)
# Of some 40 words five are those of one post.
LITTLE = (
    "Good morning, this is what I did today, as on every day: I met a {0}, gave the {0} {1} crowns "
    "and went home with my {0}.\n\nThat is all for today, see you tomorrow in the same place."
)
MUCH = (
    "Good morning. The {0} of my uncle is {1} years old, and whoever buys the {0} gets {1} coins, "
    "two of which the {0} has seen before; so {0} and {1} it is, says the {0}, while {1} others of "
    "the {0} kind wait behind the {0} shop for {1} hours.\n\nSee you tomorrow in the same place."
)
DATED = THEME.replace("</h1>", '</h1><time datetime="{day}">{day}</time>')


@pytest.fixture(params=[LITTLE, MUCH], ids=["few words differ", "most words differ"])
def text(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog whose rules give each post the address of its day."""
    return a_blog(tmp_path)


def a_blog(folder: Path, rule: str = "/:year/:month/:day/:slug/", more: str = "") -> BuiltBlog:
    blog = BuiltBlog(folder / "site")
    blog.set_up()
    path = blog.folder / "publisher.yaml"
    keys = f"permalink: '{rule}'" if rule else "engine: any"
    path.write_text(path.read_text().replace("permalink: '/:slug/'", keys + more))
    return blog


def write(blog: BuiltBlog, day: int, text: str, *, title: str = "Daily log", **front: str) -> Path:
    return blog.write(f"2026-01-{day:02}-p.md", text_of(day, text), title=title, **front)


def text_of(day: int, text: str) -> str:
    return text.format(THINGS[day % 7], day * 7)


def build(
    blog: BuiltBlog,
    places: Mapping[int, str],
    text: str,
    theme: str = THEME,
    title: str = "Daily log",
) -> None:
    """Build the page of each day at its place."""
    for day, place in places.items():
        shown = theme.replace("{day}", f"2026-01-{day:02}")
        heading = title or f"Of {THINGS[day % 7]}"
        body = f"---\ntitle: {heading}\n---\n{text_of(day, text)}"
        blog.build_page(place, body, shown, head="<meta>")
    blog.page("index.html", THEME.format(title="A blog", head="", body="Hello"))


def of_day(day: int) -> str:
    return f"2026/01/{day:02}/p"


def entries(blog: BuiltBlog) -> dict[int, tuple[str, str]]:
    """The place and the thing of each entry, by its day."""
    feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    found = {}
    for entry in feed.split("<entry")[1:]:
        day = re.search(r"2026-01-(\d\d)-p", entry)
        link = re.search(r'href="https://blog.example/([^"]*)/" rel="alternate"', entry)
        assert day
        assert link
        things = [thing for thing in THINGS if f" {thing}" in entry]
        found[int(day[1])] = (link[1], " ".join(things))
    return found


def own(places: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    return {day: (place, THINGS[day % 7]) for day, place in places.items()}


def test_pages_of_another_time_zone_are_not_those_of_the_neighbours(
    blog: BuiltBlog, text: str
) -> None:
    """The expected page of each post but the newest exists, and shows the next one."""
    places = {day: of_day(day - 1) for day in DAYS}
    for day in DAYS:
        write(blog, day, text)
    build(blog, places, text)
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 0, run.err
        assert entries(blog) == own(places)


@pytest.mark.parametrize("source", ["", ", from: source"])
def test_another_time_zone_in_the_settings_changes_no_text(
    tmp_path: Path, text: str, source: str
) -> None:
    blog = a_blog(tmp_path, more=source)
    places = {day: of_day(day) for day in DAYS}
    for day in DAYS:
        write(blog, day, text)
    build(blog, places, text)
    assert blog.run("build").code == 0
    assert entries(blog) == own(places)
    places = {day: of_day(day - 1) for day in DAYS}
    (blog.output / of_day(9) / "index.html").unlink()
    build(blog, places, text)
    run = blog.run("build")
    assert run.code == 0, run.err
    assert entries(blog) == own(places)


@pytest.mark.parametrize("hidden", ["private", "draft"])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_page_of_a_hidden_post_is_not_that_of_its_neighbour(
    blog: BuiltBlog, text: str, hidden: str, is_known: bool
) -> None:
    places = {day: of_day(day - 1) for day in DAYS}
    for day in DAYS:
        write(blog, day, text)
    build(blog, places, text)
    if is_known:
        blog.run("build")
    write(blog, 5, text, **{hidden: "true"})
    build(blog, places, text)
    run = blog.run("build")
    assert run.code == 0, run.err
    assert entries(blog) == {day: one for day, one in own(places).items() if day != 5}


def test_a_post_with_the_address_of_a_private_one_does_not_get_its_text(tmp_path: Path) -> None:
    blog = a_blog(tmp_path, "/:slug/")
    for day in DAYS:
        write(blog, day, LITTLE, slug=f"p{day}")
    build(blog, {day: f"p{day}" for day in DAYS}, LITTLE)
    blog.run("build")
    write(blog, 4, LITTLE, slug="p5")
    write(blog, 5, LITTLE, slug="p5", private="true")
    blog.run("build")
    assert entries(blog)[4] == ("p4", THINGS[4])
    # The generator writes both to one address, the private one last.
    (blog.output / "p4" / "index.html").unlink()
    build(blog, {day: f"p{day}" for day in DAYS if day != 4}, LITTLE)
    for _ in range(2):
        assert blog.run("build").code == 0
        assert {*entries(blog)} == {*DAYS} - {4, 5}
    assert THINGS[5] not in {thing for _, thing in entries(blog).values()}


@pytest.mark.parametrize("posts", [DAYS, range(3, 5)], ids=["many", "two"])
@pytest.mark.parametrize("title", ["Daily log", ""])
def test_posts_that_exchange_their_addresses_keep_their_texts(
    tmp_path: Path, text: str, posts: range, title: str
) -> None:
    blog = a_blog(tmp_path, "/:slug/")
    places = {day: f"p{day}" for day in posts}
    for day in posts:
        write(blog, day, text, title=title or f"Of {THINGS[day % 7]}", slug=f"p{day}")
    build(blog, places, text, title=title)
    assert blog.run("build").code == 0
    assert entries(blog) == own(places)
    for day, other in ((3, 4), (4, 3)):
        write(blog, day, text, title=title or f"Of {THINGS[day % 7]}", slug=f"p{other}")
    run = blog.run("build")
    assert run.code == 0, run.err
    assert entries(blog) == own(places)
    places |= {3: "p4", 4: "p3"}
    build(blog, places, text, title=title)
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 0, run.err
        assert entries(blog) == own(places)


def test_pages_that_are_numbered_from_the_newest_keep_their_posts(
    tmp_path: Path, text: str
) -> None:
    blog = a_blog(tmp_path, "")
    for last in range(6, 10):
        days = range(3, last)
        write(blog, last - 1, text)
        if last == 6:
            write(blog, 3, text)
            write(blog, 4, text)
        places = {day: f"log/{last - day}" for day in days}
        build(blog, places, text)
        run = blog.run("build")
        assert run.code == 0, run.err
        assert entries(blog) == own(places)


@pytest.mark.parametrize("theme", [THEME, DATED])
def test_the_page_of_a_deleted_post_is_not_that_of_a_new_one(
    tmp_path: Path, text: str, theme: str
) -> None:
    """Nothing is remembered, and the generator has left the page of day 5 behind."""
    blog = a_blog(tmp_path, "")
    for day in (3, 4, 6, 9):
        path = write(blog, day, text)
    build(blog, {day: f"p{day}" for day in (3, 4, 5, 6)}, text, theme)
    os.utime(path, (1, 1))  # as of a checkout
    blog.run("build")
    assert entries(blog) == own({day: f"p{day}" for day in (3, 4, 6)})


@pytest.mark.parametrize("source", ["", ", from: source"])
def test_a_series_whose_pages_are_known_opens_none(tmp_path: Path, text: str, source: str) -> None:
    blog = a_blog(tmp_path, more=source)
    for day in DAYS:
        write(blog, day, text)
    build(blog, {day: of_day(day - 1) for day in DAYS}, text)
    read(blog)
    with opened(blog.output) as pages:
        read(blog)
    assert pages == []


def test_a_title_of_one_post_opens_no_page_of_another(blog: BuiltBlog) -> None:
    """Also if the page lacks words of the post, and shows others."""
    for day in DAYS:
        write(blog, day, MUCH, title=f"Of {THINGS[day % 7]}")
    more = THEME.replace("{body}", "{body}<p>Read on at the baker's, who has more of them.</p>")
    build(blog, {day: of_day(day) for day in DAYS}, MUCH, more, title="")
    blog.page("about/index.html", THEME.format(title="About", head="", body="All about it"))
    with opened(blog.output) as pages:
        read(blog)
    assert "about/index.html" not in pages


def test_a_page_for_which_only_the_title_speaks_gives_no_text(tmp_path: Path, text: str) -> None:
    """It is that of a deleted post whose address a new one has; nothing is remembered."""
    blog = a_blog(tmp_path, "/:slug/")
    for day in (3, 4, 5):
        write(blog, day, text, slug=f"p{day}")
    build(blog, {3: "p3", 4: "p4", 9: "p5"}, text)
    for path in blog.posts.glob("*.md"):
        os.utime(path, (1, 1))
    run = blog.run("build")
    assert THINGS[9 % 7] not in (blog.folder / "feed.atom").read_text(encoding="utf-8"), run.err


@pytest.mark.parametrize("theme", [DATED, THEME])
def test_a_page_that_states_another_day_is_not_that_of_a_post_without_words_of_its_own(
    tmp_path: Path, theme: str
) -> None:
    """All texts are the same. Without days on the pages, the addresses decide."""
    same = "This is the same text for every day, word for word."
    blog = a_blog(tmp_path, "/:slug/")
    for day in (3, 5):
        write(blog, day, same, slug=f"p{8 - day}")
    build(blog, {3: "p3", 5: "p5"}, same, theme)
    assert blog.run("build").code == 0
    links = {day: link for day, (link, _) in entries(blog).items()}
    assert links == ({3: "p3", 5: "p5"} if theme == DATED else {3: "p5", 5: "p3"})
