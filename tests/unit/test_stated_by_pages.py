"""`check` names what the pages of a site say of posts, and what publisher does not go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.built_blog import THEME, URL, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 10
UNLISTED = "is built, but neither the site's sitemap nor its feeds link to it"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    blog = BuiltBlog(tmp_path)
    blog.set_up()
    for number in range(COUNT):
        blog.write(
            f"2024-01-1{number}-p{number}.md", f"The text of post {number}.", title=f"P{number}"
        )
    blog.build_site()
    return blog


def sitemap(blog: BuiltBlog, *, posts: int, name: str = "sitemap.xml", tag: str = "loc") -> None:
    urls = "".join(f"<{tag}>{URL}/p{number}</{tag}>" for number in range(posts))
    (blog.output / name).write_text(urls)


@pytest.mark.parametrize(("name", "tag"), [("sitemap.xml", "loc"), ("index.xml", "link")])
def test_a_post_that_the_site_does_not_list_is_named(blog: BuiltBlog, name: str, tag: str) -> None:
    sitemap(blog, posts=COUNT - 1, name=name, tag=tag)
    run = blog.run("check")
    assert [line for line in run.out.splitlines() if UNLISTED in line] == [
        f"posts/2024-01-19-p9.md:1: warning: {UNLISTED}; if it is not to be published, list "
        "it in posts.exclude"
    ]
    assert f"{COUNT} posts: {COUNT} published" in run.out


@pytest.mark.parametrize("posts", [0, COUNT - 2, COUNT])
def test_a_list_of_some_posts_says_nothing(blog: BuiltBlog, posts: int) -> None:
    """Many feeds have only the newest posts."""
    sitemap(blog, posts=posts)
    assert UNLISTED not in blog.run("check").out


def hide(blog: BuiltBlog, number: int, robot: str = "robots", encoding: str = "utf-8") -> None:
    """Let the page of a post ask a robot not to list it."""
    page = blog.output / f"p{number}/index.html"
    meta = f'<meta name="{robot}" content="NoIndex, follow"></head>'
    page.write_text(page.read_text().replace("</head>", meta), encoding=encoding)


@pytest.mark.parametrize("more", ["", ", from: source"])
@pytest.mark.parametrize(
    ("robot", "encoding"), [("robots", "utf-8"), ("googlebot", "utf-8"), ("robots", "utf-16")]
)
def test_a_post_that_its_page_hides_from_search_engines_is_published_and_named_once(
    blog: BuiltBlog, more: str, robot: str, encoding: str
) -> None:
    blog.set_up(posts=more or ", body: .post-content")
    hide(blog, 9, robot, encoding)
    run = blog.run("check")
    assert [line for line in run.out.splitlines() if "search engines" in line] == [
        "posts/2024-01-19-p9.md:1: warning: its page asks search engines not to list it "
        f'(`<meta name="{robot}" content="noindex">`), but readers get it; if it is not for them '
        "either, write `noindex: true` into its front matter"
    ]
    assert f"{COUNT} posts: {COUNT} published" in run.out
    assert blog.run("build").code == 0
    assert "/p9/" in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_what_the_author_writes_then_keeps_the_post_out(blog: BuiltBlog) -> None:
    hide(blog, 9)
    post = blog.posts / "2024-01-19-p9.md"
    post.write_text(post.read_text().replace("title:", "noindex: true\ntitle:"))
    assert "search engines" not in blog.run("check").out
    assert blog.run("build").code == 0
    assert "/p9/" not in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_a_whole_site_that_hides_from_search_engines_is_named_as_such(blog: BuiltBlog) -> None:
    for number in range(5):
        hide(blog, number)
    lines = [line for line in blog.run("check").out.splitlines() if "search engines" in line]
    assert len(lines) == 1
    assert lines[0].startswith("publisher.yaml:")
    assert f"site.output holds pages of {COUNT} posts, and 5 of them ask search" in lines[0]


def test_our_own_feeds_are_no_lists_of_the_site(blog: BuiltBlog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("path: feed.", "path: _site/feed."))
    assert blog.run("build").code == 0
    sitemap(blog, posts=COUNT - 1)
    assert UNLISTED in blog.run("check").out


GERMAN = THEME.replace('lang="en"', 'lang="de-AT"')


def select(blog: BuiltBlog, posts: str, *, language: str) -> str:
    feeds = f"  - {{path: de.atom, format: atom, only: {{languages: {language}}}}}\n"
    blog.set_up(posts=posts, feeds=feeds)
    run = blog.run("check")
    return "".join(line for line in run.out.splitlines() if "only.languages" in line)


@pytest.mark.parametrize("posts", [", body: .post-content", ""])
def test_a_language_that_only_pages_state_is_named(blog: BuiltBlog, posts: str) -> None:
    blog.build_site(GERMAN)
    said = select(blog, posts, language="de")
    assert (
        f"feeds[0].only.languages is 'de', but leaves out {COUNT} posts of which only their pages "
        "say so, e.g. 2024-01-10-p0.md; posts are selected by their sources" in said
    )
    assert "but leaves out" not in select(blog, posts, language="fr")


def test_a_language_that_one_post_has_is_not_named(blog: BuiltBlog) -> None:
    blog.write("2024-01-10-p0.md", "The text of post 0.", title="P0", lang="de")
    blog.build_site(GERMAN)
    assert select(blog, ", body: .post-content", language="de") == ""


def test_without_pages_nothing_is_said(tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    blog.write("2024-01-10-p0.md", "Text")
    assert UNLISTED not in blog.run("check").out


NOTHING = "shows only what feed readers cannot show"
DRAWING = '<svg width="5"><title>A square</title><rect width="5" height="5"/></svg>'


@pytest.mark.parametrize(
    "only", [DRAWING, "<canvas></canvas><script>x()</script>", '<object data="/a.pdf"></object>']
)
def test_a_post_of_which_readers_can_show_nothing_goes_out_as_a_link_and_is_named(
    blog: BuiltBlog, only: str
) -> None:
    blog.write("2024-02-01-q.md", only, title="Q")
    blog.page("q/index.html", THEME.format(title="Q", head="", body=only))
    run = blog.run("check")
    assert [line for line in run.out.splitlines() if NOTHING in line] == [
        "posts/2024-02-01-q.md:4: warning: its page shows only what feed readers cannot show, "
        "e.g. a drawing (<svg>), an <object> or what a script makes, so they get the link alone; "
        "add a sentence or a picture"
    ]
    assert blog.run("build").code == 0
    feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    assert f'<p><a href="{URL}/q/">{URL}/q/</a></p>' in feed


@pytest.mark.parametrize(
    ("only", "shown"),
    [
        ('<video src="/v/a.mp4" controls></video>', f'<video src="{URL}/v/a.mp4"'),
        ('<audio controls><source src="/v/a.mp3"></audio>', f'<source src="{URL}/v/a.mp3"'),
        ('<iframe src="https://v.example/?v=1" title="Ducks"></iframe>', ">Ducks</a>"),
        (f"{DRAWING}<p>A square</p>", "<p>A square</p>"),
    ],
)
def test_a_post_that_is_only_a_recording_or_a_frame_has_a_body(
    blog: BuiltBlog, only: str, shown: str
) -> None:
    for place in ("q", "elsewhere/1"):
        blog.write("2024-02-01-q.md", only, title="Q")
        blog.page(f"{place}/index.html", THEME.format(title="Q", head="", body=only))
        assert NOTHING not in blog.run("check").out
        assert blog.run("build").code == 0
        feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
        assert shown in feed
        assert f"{URL}/{place}/" in feed
        (blog.output / place / "index.html").unlink()
        (blog.folder / ".publisher" / "pages.sqlite").unlink()
