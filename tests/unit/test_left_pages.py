"""After a change of the rule for addresses, pages that the generator left behind are no post's."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog
from tests.support.opened_pages import opened
from tests.unit.test_built_site import TEXTS, feed, read, write

if TYPE_CHECKING:
    from pathlib import Path

SLUGS = tuple(TEXTS)


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog whose pages are where no rule of ours expects them, and which is published."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    build(blog, "writing")
    assert blog.run("build").code == 0
    assert links(blog) == at("writing")
    return blog


def build(blog: BuiltBlog, folder: str, *slugs: str, links_to: str = "") -> None:
    """Build pages of posts, and the home page; what is there stays."""
    for slug in slugs or SLUGS:
        (path,) = blog.posts.glob(f"*{slug}.md")
        head = '<meta name="a" content="b">'
        blog.build_page(f"{folder}/{slug}", f"{path.read_text()}\n", head=head)
    items = "".join(f'<a href="/{links_to or folder}/{slug}/">{slug}</a>' for slug in SLUGS)
    blog.page("index.html", THEME.format(title="A blog", head="", body=items))


def write_sitemap(blog: BuiltBlog, folder: str) -> None:
    urls = "".join(f"<url><loc>https://blog.example/{one}/</loc></url>" for one in at(folder))
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (blog.output / "sitemap.xml").write_text(f'<urlset xmlns="{schema}">{urls}</urlset>')


def links(blog: BuiltBlog) -> set[str]:
    found = re.findall(r'href="https://blog.example/([^"]+)/" rel="alternate"', feed(blog))
    return {link for link in found if link}


def at(folder: str) -> set[str]:
    return {f"{folder}/{slug}" for slug in SLUGS}


def test_the_new_addresses_go_out_after_a_change_of_the_rule(blog: BuiltBlog) -> None:
    ids = re.findall("<id>.*?</id>", feed(blog))
    build(blog, "w")
    run = blog.run("build")
    assert run.code == 0, run.err
    assert links(blog) == at("w")
    assert re.findall("<id>.*?</id>", feed(blog)) == ids
    assert blog.run("build").code == 0
    assert links(blog) == at("w")


def test_an_edit_goes_out_from_the_new_page(blog: BuiltBlog) -> None:
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    build(blog, "w")
    run = blog.run("build")
    assert run.code == 0, run.err
    assert "It burnt down last night." in feed(blog)
    assert links(blog) == at("w")


def test_one_post_with_a_new_address_gets_it(blog: BuiltBlog) -> None:
    build(blog, "w", "mill", links_to="writing")
    blog.page("index.html", THEME.format(title="A blog", head="", body="Welcome"))
    assert blog.run("build").code == 0
    assert links(blog) == at("writing") - {"writing/mill"} | {"w/mill"}


def test_a_copy_to_which_the_site_does_not_link_is_not_the_page(blog: BuiltBlog) -> None:
    build(blog, "w", links_to="writing")
    assert blog.run("build").code == 0
    assert links(blog) == at("writing")


def test_the_sitemap_tells_although_the_last_run_knew_both(blog: BuiltBlog) -> None:
    build(blog, "w", links_to="writing")
    blog.run("build")
    write_sitemap(blog, "w")
    build(blog, "w")
    assert blog.run("build").code == 0
    assert links(blog) == at("w")


@pytest.mark.parametrize("folder", ["w", "writings-of-many-letters"])
@pytest.mark.parametrize("is_mapped", [True, False])
def test_of_two_pages_the_first_run_takes_the_one_to_which_the_site_links(
    tmp_path: Path, folder: str, *, is_mapped: bool
) -> None:
    """It knows nothing of earlier builds, and their times may be those of a copy."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    build(blog, "writing")
    build(blog, folder, links_to="writing" if is_mapped else "")
    if is_mapped:
        write_sitemap(blog, folder)
    for path in blog.output.rglob("*.html"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    for _ in range(2):
        assert blog.run("build").code == 0
        assert links(blog) == at(folder)


def test_a_page_at_the_expected_address_to_which_the_site_does_not_link_is_left(
    tmp_path: Path,
) -> None:
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    blog.build_site(head='<meta name="a" content="b">')
    build(blog, "w")
    assert blog.run("build").code == 0
    assert links(blog) == at("w")


def test_a_page_that_the_site_lists_nowhere_keeps_its_post(tmp_path: Path) -> None:
    """The home page links to the newest posts, and to a page that shows an old one, too."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    build(blog, "writing")
    blog.page(
        "tags/old/index.html",
        THEME.format(title="Tag: old", head="", body=f"<p>{TEXTS['mill']}</p>"),
    )
    items = '<a href="/writing/boat/">boat</a><a href="/tags/old/">old</a>'
    blog.page("index.html", THEME.format(title="A blog", head="", body=items))
    assert blog.run("build").code == 0
    assert links(blog) == at("writing")


@pytest.mark.parametrize("is_linked", [True, False])
def test_each_further_change_is_followed_where_pages_have_copies(
    tmp_path: Path, *, is_linked: bool
) -> None:
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    for folder in ("writing", "2026/01", "w", "texts"):  # one is like the names of the sources
        for slug in SLUGS:  # copies for printers and for phones, which the site links to nowhere
            build(blog, f"print/{folder}", slug, links_to=folder)
            build(blog, folder, slug)
            blog.build_page(
                f"{folder}/{slug}/amp",
                next(blog.posts.glob(f"*{slug}.md")).read_text(),
                head=f'<link rel="canonical" href="https://blog.example/{folder}/{slug}/">',
            )
        if not is_linked:
            blog.page("index.html", THEME.format(title="A blog", head="", body="Welcome"))
        assert blog.run("build").code == 0
        assert links(blog) == at(folder), folder


def test_a_page_that_is_built_again_keeps_its_post(blog: BuiltBlog) -> None:
    build(blog, "w", links_to="writing")
    build(blog, "writing")
    assert blog.run("build").code == 0
    assert links(blog) == at("writing")


@pytest.mark.parametrize("more", ["", "<p>More of it, and more, as long as a text of a post.</p>"])
def test_a_new_list_of_whole_posts_takes_no_page(blog: BuiltBlog, more: str) -> None:
    """A generator that leaves unchanged pages untouched writes only the list again."""
    body = more + "".join(f"<p>{text}</p>" for text in TEXTS.values())
    blog.page("tags/all/index.html", THEME.format(title="mill", head="", body=body))
    assert blog.run("build").code == 0
    assert links(blog) == at("writing")


def test_pages_that_are_no_post_s_are_opened_once(blog: BuiltBlog) -> None:
    blog.page("tags/all/index.html", THEME.format(title="Tags", head="", body="None so far"))
    assert blog.run("build").code == 0
    with opened(blog.output) as pages:
        read(blog)
    assert pages == []
    blog.page("tags/all/index.html", THEME.format(title="Tags", head="", body="One so far"))
    with opened(blog.output) as pages:
        read(blog)
    assert pages == ["tags/all/index.html"]
