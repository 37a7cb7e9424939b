"""Posts without a title and words: their media tell the page, if they do so for certain."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.sources.built.finding import media_pages
from publisher.sources.built.finding.page_words import PageWords
from publisher.sources.built.finding.pair import PostWords
from tests.support.built_blog import THEME, BuiltBlog
from tests.support.growth import assert_linear
from tests.unit.test_photo_posts import SHOWN

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 4
WORDS = "Post number {0} is about the subject {0} of many words, as {0} says and {0} shows."
ABOUT = (
    "I take photographs of the sun wherever I am, and have done so since my father gave me his "
    "first camera, which I still use on some days of the summer."
)


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of posts with words, and of photos at addresses that tell nothing."""
    found = BuiltBlog(tmp_path)
    found.set_up(posts=", body: .post-content, engine: any")
    for number in range(5):
        found.write(f"2024-04-1{number}-w{number}.md", WORDS.format(number), title=f"W {number}")
    for number in range(COUNT):
        found.write(f"2024-05-1{number}-{'abcd'[number]}.md", f"![](/img/sun{number}.png)")
    return found


def build(blog: BuiltBlog, shown: str = SHOWN[0], *, beside: str = "") -> None:
    blog.build_site(leaves_out="abcd")
    for number in range(COUNT):
        photo(blog, f"p/x{number}x", shown.format(number) + beside)


def photo(blog: BuiltBlog, place: str, body: str, head: str = "", below: str = "") -> None:
    html = THEME.format(title="", head=head, body=body).replace("<h1></h1>", "")
    blog.page(f"{place}/index.html", html.replace("</article>", f"</article>{below}"))


def pages(blog: BuiltBlog) -> dict[str, str]:
    """The name of each photo post in the feed, and the path to which its entry links."""
    run = blog.run("build")
    assert run.code in {0, 4}, run.err
    text = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    found = {}
    for entry in re.findall(r"<entry.*?</entry>", text, re.DOTALL):
        name = re.search(r"<id>[^<]*2024-05-1\d-(\w)", entry)
        link = re.search(r'<link href="https://blog.example/([^"]*)/"', entry)
        if name and link:
            found[name[1]] = link[1]
    return found


OWN = {"abcd"[number]: f"p/x{number}x" for number in range(COUNT)}


@pytest.mark.parametrize("bodies", ["body: .post-content", "from: source"])
@pytest.mark.parametrize("shown", SHOWN[:4])
def test_the_picture_tells_the_page(blog: BuiltBlog, shown: str, bodies: str) -> None:
    blog.set_up(posts=f", {bodies}, engine: any")
    build(blog, shown)
    assert pages(blog) == OWN
    assert pages(blog) == OWN


def test_the_picture_goes_out_with_the_post(blog: BuiltBlog) -> None:
    build(blog)
    assert pages(blog) == OWN
    feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    assert '<img src="https://blog.example/img/sun2.png"' in feed


@pytest.mark.parametrize("front", [{}, {"draft": "true"}, {"title": "Suns"}])
def test_a_picture_of_two_posts_tells_no_page(blog: BuiltBlog, front: dict[str, str]) -> None:
    build(blog)
    blog.write("2024-05-20-e.md", "![](/img/sun1.png) and /img/other.png", **front)
    blog.touch(blog.output / "index.html")
    assert pages(blog) == {name: page for name, page in OWN.items() if name != "b"}


def test_of_two_pages_with_the_picture_none_is_taken(blog: BuiltBlog) -> None:
    build(blog)
    photo(blog, "elsewhere", SHOWN[0].format(1))
    assert pages(blog) == {name: page for name, page in OWN.items() if name != "b"}


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (f"<p>{ABOUT}</p>", ""),
        ('<img src="/img/sun2.png">', ""),  # a list
        ("", '<meta property="article:published_time" content="2024-05-02T12:00:00Z">'),
        ("", '<link rel="canonical" href="https://blog.example/p/other/">'),
        ("", '<meta http-equiv="refresh" content="0; url=/p/other/">'),
    ],
)
def test_another_page_with_the_picture_is_not_taken(blog: BuiltBlog, body: str, head: str) -> None:
    build(blog)
    photo(blog, "p/x1x", SHOWN[0].format(1) + body, head)
    assert pages(blog) == {name: page for name, page in OWN.items() if name != "b"}


def test_the_newest_photo_beside_each_text_tells_nothing(blog: BuiltBlog) -> None:
    aside = '<aside><img src="/img/sun3.png"></aside>'
    build(blog, beside="")
    for page in sorted(blog.output.rglob("index.html")):
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("</article>", f"</article>{aside}"), encoding="utf-8")
    (blog.output / "p/x3x/index.html").unlink()
    photo(blog, "lost", "", below=aside)
    assert pages(blog) == {name: page for name, page in OWN.items() if name != "d"}


def test_a_photo_that_is_not_built_yet_waits(blog: BuiltBlog) -> None:
    build(blog)
    photo(blog, "gallery/9", SHOWN[0].format(9))
    blog.write("2024-05-20-e.md", "![](/img/sun9.png)")
    assert pages(blog) == OWN
    assert blog.run("build").code == 4


# The decision alone


def source(name: str, media: frozenset[str]) -> PostWords:
    day = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    return PostWords(PurePosixPath(f"{name}.md"), None, frozenset(), day, media=media)


def page(name: str, media: frozenset[str]) -> PageWords:
    """A page with the words of the theme."""
    path = PurePosixPath(f"{name}.html")
    return PageWords(path, frozenset(range(50)), (), 50, media=tuple(sorted(media)))


MEDIA = st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=3)


@given(
    st.lists(st.tuples(MEDIA, st.booleans()), max_size=8),
    st.lists(st.frozensets(st.integers(0, 7), max_size=4), max_size=3),
    st.frozensets(st.sampled_from("abxy"), max_size=2),
)
def test_no_post_gets_the_page_of_another(
    posts: list[tuple[frozenset[str], bool]], lists: list[frozenset[int]], beside: frozenset[str]
) -> None:
    """Posts, some of them not built, lists of those that are, and media beside every text."""
    sources = [source(f"p{number}", media) for number, (media, _) in enumerate(posts)]
    built = [page(f"p{number}", media | beside) for number, (media, is_) in enumerate(posts) if is_]
    of_list = {}
    for number, members in enumerate(lists):
        of_list[f"list{number}"] = [at for at in members if at < len(posts) and posts[at][1]]
        shown = [posts[at][0] for at in of_list[f"list{number}"]]
        built.append(page(f"list{number}", beside.union(*shown)))
    media = {one.path: one.media for one in sources}
    found = media_pages.find(sources, media, built, ())
    for post, own in found.items():
        assert own.stem == post.stem or post.stem in {f"p{at}" for at in of_list[own.stem]}
    assert len({*found.values()}) == len(found)


def test_the_time_grows_with_the_number_of_posts() -> None:
    def run(count: int) -> object:
        sources = [source(f"p{number}", frozenset({f"m{number}"})) for number in range(count)]
        shown = [page(f"x{number}", one.media) for number, one in enumerate(sources)]
        found = media_pages.find(sources, {one.path: one.media for one in sources}, shown, ())
        assert len(found) == count
        return found

    assert_linear(run, 200)
