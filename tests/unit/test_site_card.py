"""A picture that most pages have is the card of the site, and is shown for no post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.pages.page_facts import site_card
from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SLUGS = ("mill", "boat", "clock", "baker")
CARD, OWN = (f'<meta property="og:image" content="/{name}.png">' for name in ("card", "own"))


@pytest.mark.parametrize(
    ("images", "card"),
    [
        ([], None),
        ([None, None, None, None], None),
        (["a", "a"], None),
        (["a", "a", "a"], "a"),
        (["a", "a", "a", "b", None], "a"),
        (["a", "a", "a", "b", "b", None], None),
        (["a", "b", "c", "d"], None),
    ],
)
def test_the_card_of_a_site_is_on_most_pages(images: list[str | None], card: str | None) -> None:
    assert site_card(images) == card


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog whose pages have one picture, but for the home page and the first post."""
    blog = BuiltBlog(tmp_path / "site")
    for day, slug in enumerate(SLUGS, 1):
        blog.write(f"2026-01-0{day}-{slug}.md", f"A text about the {slug}.", title=f"A {slug}")
    blog.build_site(head=CARD)
    blog.page("index.html", THEME.format(title="A blog", head="", body=""))
    show(blog, "mill", OWN)
    return blog


def show(blog: BuiltBlog, slug: str, head: str) -> None:
    page = blog.output / slug / "index.html"
    blog.page(f"{slug}/index.html", page.read_text().replace(CARD, head).replace(OWN, head))


def feed(blog: BuiltBlog) -> str:
    assert blog.run("build").code == 0
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def make_posts_of_pages(blog: BuiltBlog) -> None:
    date = '<meta property="article:published_time" content="2026-01-01T00:00:00Z">'
    for slug in SLUGS:
        page = blog.output / slug / "index.html"
        page.write_text(page.read_text().replace("<meta", f"{date}<meta", 1))
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("path: posts", "pages: '*/index.html'"))


@pytest.mark.parametrize("prepare", [lambda _: None, make_posts_of_pages])
def test_no_post_shows_the_card_of_the_site(
    blog: BuiltBlog, prepare: Callable[[BuiltBlog], None]
) -> None:
    prepare(blog)
    assert "/own.png" in feed(blog)
    assert "card.png" not in feed(blog)


def test_a_changed_page_is_compared_with_those_that_are_not_opened_again(blog: BuiltBlog) -> None:
    feed(blog)
    show(blog, "mill", CARD)
    found = feed(blog)
    assert ".png" not in found
    for slug in ("mill", "boat"):
        show(blog, slug, OWN)
    found = feed(blog)
    assert found.count("/card.png") == found.count("/own.png") > 0


def test_a_description_that_several_pages_have_is_the_summary_of_no_post(blog: BuiltBlog) -> None:
    blog.set_up(feeds="  - {path: feed.atom, format: atom, content: summary}\n")
    for slug in SLUGS:
        text = "All about a mill." if slug == "mill" else "Words from the river."
        show(blog, slug, f'<meta name="description" content="{text}">')
    found = feed(blog)
    assert "All about a mill." in found
    assert "Words from the river." not in found
