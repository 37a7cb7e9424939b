"""A post that has no page does not get that of a list, on the first run and on all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import URL, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "baker": "Our baker bakes rye bread on Tuesdays, and on all other days bread of white flour.",
}
PAGE = "<html><head><title>{title} | A blog</title></head><body><main>{body}</main></body></html>"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog that has no page of one post, and that of another at an unusual address."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"About the {slug}")
    blog.build_site(leaves_out={"mill"})
    (blog.output / "baker").rename(blog.output / "bread")
    return blog


def shown(slug: str, within: str = "div") -> str:
    return f"<article><h2>About the {slug}</h2><{within}><p>{TEXTS[slug]}</p></div></article>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("".join(map(shown, ("mill", "boat", "clock"))), id="list"),
        pytest.param(shown("mill"), id="list of one"),
        pytest.param(shown("mill", 'div class="post-content"'), id="list of one with its body"),
    ],
)
@pytest.mark.parametrize("title", ["Archive", "2026"])
def test_no_run_gives_a_post_the_address_of_a_list(blog: BuiltBlog, body: str, title: str) -> None:
    blog.page("archive/index.html", PAGE.format(title=title, body=body))
    for _ in range(3):
        run = blog.run("build")
        assert run.code == 0
        assert "1 post is not published" in run.err
        found = (blog.folder / "feed.atom").read_text(encoding="utf-8")
        assert found.count("<entry") == 3
        assert "/archive/" not in found


def test_a_list_gives_no_address_where_the_text_comes_from_the_source(blog: BuiltBlog) -> None:
    body = "".join(map(shown, ("mill", "boat", "clock")))
    blog.page("archive/index.html", PAGE.format(title="Archive", body=body))
    blog.set_up(posts=", from: source")
    for _ in range(3):
        assert "1 post is not published" in blog.run("build").err


def test_a_page_at_an_unusual_address_without_its_title_is_taken(blog: BuiltBlog) -> None:
    page = PAGE.format(title="A blog", body=shown("mill", 'div class="post-content"'))
    blog.page("posts/mill.html", page)
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "is not published" in run.err) == (0, False)
        assert "/posts/mill" in (blog.folder / "feed.atom").read_text(encoding="utf-8")


LINK = '<article><h1><a href="{url}">About the {slug}</a></h1><p>{text}</p></article>'


def linked(slug: str, text: str) -> str:
    """A post as a list of Nikola shows it, whose heading links to the post's page."""
    return LINK.format(slug=slug, text=text, url=f"../{slug}/")


@pytest.mark.parametrize(
    ("keys", "is_known"),
    [(", body: .post-content", False), (", from: source", True)],
    ids=["first run", "known posts and their sources"],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("".join(linked(slug, TEXTS[slug]) for slug in TEXTS), id="whole posts"),
        pytest.param("".join(linked(slug, TEXTS[slug][:50]) for slug in TEXTS), id="teasers"),
        pytest.param(linked("mill", TEXTS["mill"]), id="one post"),
        pytest.param(f'<a href="../mill/"><h1>About the mill</h1>{TEXTS["mill"]}</a>', id="card"),
        pytest.param(f"<h1>{URL}</h1><p>{TEXTS['mill']}</p>", id="without a link"),
    ],
)
def test_a_list_whose_headings_link_to_its_posts_is_the_page_of_none(
    blog: BuiltBlog, body: str, keys: str, *, is_known: bool
) -> None:
    blog.set_up(posts=keys)
    if is_known:
        blog.build_site()
        (blog.posts / "2026-01-01-mill.md").rename(blog.folder / "mill.md")
        blog.run("build")
        (blog.folder / "mill.md").rename(blog.posts / "2026-01-01-mill.md")
        blog.build_site(leaves_out={"mill"})
    for path in ("blog/index.html", "blog/index-3.html", "x.html"):
        blog.page(path, PAGE.format(title="A blog", body=body))
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "1 post is not published" in run.err) == (0, True)
        assert (blog.folder / "feed.atom").read_text(encoding="utf-8").count("<entry") == 3


def test_the_page_of_a_tag_that_has_the_name_of_a_post_is_not_the_post_s(blog: BuiltBlog) -> None:
    body = "<h1>About the mill</h1>" + "".join(
        f'<h2><a href="../../{slug}/">About the {slug}</a></h2><p>{TEXTS[slug][:40]}</p>'
        for slug in TEXTS
    )
    blog.set_up(posts=", from: source")
    blog.page("tags/mill/index.html", PAGE.format(title="About the mill", body=body))
    assert "1 post is not published" in blog.run("build").err


def test_a_page_whose_heading_links_to_itself_or_to_another_site_is_a_post_s(
    blog: BuiltBlog,
) -> None:
    blog.set_up(posts=", from: source")
    for url in ("/old/place/", "#top", f"{URL}/old/place/", "https://elsewhere.example/mill/"):
        page = PAGE.format(
            title="A blog", body=LINK.format(slug="mill", text=TEXTS["mill"], url=url)
        )
        blog.page("old/place/index.html", page)
        assert "is not published" not in blog.run("build").err
        (blog.folder / ".publisher/pages.sqlite").unlink()
