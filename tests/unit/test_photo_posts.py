"""Posts with one title and no words: each gets its own page, or none."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from publisher.sources.built.finding import media_names
from publisher.sources.built.finding.match import matches
from publisher.sources.built.pages.page import parse
from tests.support.built_blog import THEME, BuiltBlog
from tests.support.posts import post as written
from tests.unit.test_built_match import page, post

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.sources.built.finding.pair import PostWords

COUNT = 6
# How a generator shows the picture of a post: as it is, or processed.
SHOWN = [
    '<img src="/img/sun{0}.png">',
    '<picture><source srcset="/_astro/sun{0}.Bc0Zcyzj.webp 1x"><img src="data:,"></picture>',
    '<img data-src="/img/sun{0}_hu1a2b3c.jpg" src="/spinner.svg">',
    '<img srcset="/img/sun{0}-1024x768.jpg 1024w, /img/sun{0}-300w.jpg 300w">',
    '<a href="/img/sun{0}.png">Look</a>',
]


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    found = BuiltBlog(tmp_path)
    found.set_up()
    for number in range(COUNT):
        write(found, number)
    return found


def write(blog: BuiltBlog, number: int, text: str = "![](/img/sun{0}.png)") -> None:
    name = f"2024-05-{number + 10}-{'abcdefgh'[number]}.md"
    blog.write(name, text.format(number), title="Sunset")


def build(blog: BuiltBlog, shown: str = SHOWN[0], head: str = "") -> None:
    """Build the pages at addresses that tell nothing, and in another order."""
    for number in range(COUNT):
        body = shown.format(number)
        stated = head.format(number + 10)
        html = THEME.format(title="Sunset", head=stated, body=body)
        blog.page(f"p/x{number * 5 % COUNT}x/index.html", html)
    blog.page("index.html", THEME.format(title="A blog", head="", body=shown.format(0)))


def pairs(blog: BuiltBlog) -> dict[str, str]:
    """The day of each post in the feed, with the page to which its entry links."""
    text = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    entries = re.findall(r"<entry.*?</entry>", text, re.DOTALL)
    day, page = r"<id>[^<]*2024-05-(\d\d)-", r"https://blog.example/p/x(\d)x/"
    return {
        found[1]: link[1]
        for entry in entries
        if (found := re.search(day, entry)) and (link := re.search(page, entry))
    }


OWN = {str(number + 10): str(number * 5 % COUNT) for number in range(COUNT)}


@pytest.mark.parametrize("shown", SHOWN)
def test_the_picture_tells_the_page(blog: BuiltBlog, shown: str) -> None:
    build(blog, shown)
    run = blog.run("build")
    assert run.code == 0, run.err
    assert pairs(blog) == OWN


def test_the_date_on_the_page_tells_where_the_picture_does_not(blog: BuiltBlog) -> None:
    dated = '<meta property="article:published_time" content="2024-05-{}T12:00:00Z">'
    build(blog, '<img src="/img/a{0}b.jpg">', dated)
    run = blog.run("build")
    assert run.code == 0, run.err
    assert pairs(blog) == OWN


def test_pages_of_which_nothing_tells_the_post_are_not_guessed(blog: BuiltBlog) -> None:
    blog.write("2024-05-01-words.md", "Many words of one post that tell all.", title="Words")
    build(blog, '<img src="/img/a{0}b.jpg">')
    blog.page(
        "p/w/index.html",
        THEME.format(title="Words", head="", body="Many words of one post that tell all."),
    )
    for _ in range(2):
        run = blog.run("build")
        text = " ".join((run.out + run.err).split())
        assert run.code == 4, text
        assert text.count("nothing on their pages tells which is whose") == COUNT
        assert pairs(blog) == {}
        assert "/p/w/" in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_a_post_whose_page_is_not_built_gets_no_page_of_another(blog: BuiltBlog) -> None:
    build(blog)
    page = blog.output / f"p/x{OWN['10']}x/index.html"
    page.write_text(page.read_text().replace("sun0", "sun99"))
    assert blog.run("build").code == 0
    assert pairs(blog) == {day: page for day, page in OWN.items() if day != "10"}


def test_a_post_keeps_its_page_when_another_is_added(blog: BuiltBlog) -> None:
    build(blog)
    assert blog.run("build").code == 0
    write(blog, 6)
    blog.page("p/a0a/index.html", THEME.format(title="Sunset", head="", body=SHOWN[0].format(6)))
    assert blog.run("build").code == 0
    assert pairs(blog) == OWN
    assert "/p/a0a/" in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_thumbnails_of_other_posts_below_do_not_confuse() -> None:
    posts = [_photo(number) for number in range(4)]
    pages = [
        page(f"p/{'dcba'[n]}.html", _image(n), _image((n + 1) % 4), _image((n - 1) % 4), title="Hi")
        for n in range(4)
    ]
    found = matches(posts, pages)
    assert found.alike == {}
    assert [str(found.pages[one.path]) for one in posts] == [f"p/{x}.html" for x in "dcba"]


def test_many_posts_with_one_title_are_found_by_their_media() -> None:
    posts = [_photo(number) for number in range(50)]
    pages = [page(f"p/{n * 7 % 50 + 100}.html", _image(n), title="Hi") for n in range(50)]
    found = matches(posts, pages).pages
    assert {str(page) for page in found.values()} == {str(one.path) for one in pages}
    assert str(found[PurePosixPath("q3.md")]) == "p/121.html"


def test_two_posts_for_one_page_have_none() -> None:
    posts = [post("a.md", "", "Hi"), post("b.md", "", "Hi")]
    found = matches(posts, [page("p/x.html", title="Hi")])
    assert (found.pages, {*found.alike}) == ({}, {one.path for one in posts})


def test_the_names_on_a_page_are_those_of_files_and_of_other_sites() -> None:
    html = (
        '<a href="/about/">A</a><a href="https://x.example/b/">B</a><a href="http://[">C</a>'
        '<a href="https://www.y.example/c/?d=1">C</a><iframe src="https://z.example/v/4"></iframe>'
        '<audio src="Ep%201.mp3"></audio><img src="data:image/png,A.png">'
        '<img srcset="a.png 1x,b.png 2x">'
    )
    tree = parse(f"<html><body>{html}</body></html>".encode(), PurePosixPath("a.html")).tree
    assert media_names.of_page(tree, "https://x.example") == (
        "y.example/c?d=1",
        "z.example/v/4",
        "ep-1",
        "a",
        "b",
    )


def test_a_source_names_the_query_of_a_url_as_its_page_does() -> None:
    """Else the films of two posts would have one name."""
    body = (
        '<iframe src="https://v.example/watch?v=1&amp;t=2"></iframe> At https://v.example/w?v=a,b. '
        "<img src=/a.png> ![](/b.png) [c](https://c.example/d?e=f)"
    )
    found = media_names.of_post(written(body=body))
    assert found == {"v.example/watch?v=1&t=2", "v.example/w?v=a,b", "a", "b", "c.example/d?e=f"}


def _photo(number: int) -> PostWords:
    return replace(post(f"q{number}.md", "", "Hi"), media=frozenset({f"photo{number}"}))


def _image(number: int) -> str:
    return f'<img src="/img/photo{number}.jpg">'
