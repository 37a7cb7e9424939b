"""A site that a development server built is none; one with a picture of its author's machine is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.pages.development import LocalSigns, development_page
from publisher.sources.built.pages.page import parse
from publisher.sources.built.pages.page_url import HOME
from tests.support.built_blog import THEME, URL, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

LOCAL_PICTURE = '<img src="http://127.0.0.1:8000/a.png" alt="A">'
PICTURE = '<img src="/b.png" alt="B">'
TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "fair": "The fair comes to the town in May, with a wheel, two roundabouts and a ghost train.",
}
CANONICAL = f'<link rel="canonical" href="{URL}/">'


def signs(html: str) -> LocalSigns:
    return parse(f"<!DOCTYPE html>{html}".encode(), PurePosixPath("a.html")).head.local


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="canonical" href="http://localhost:4000/a/">',
        '<meta property="og:url" content="http://127.0.0.1:4000/a/">',
        '<body><script src="/livereload.js?mindelay=10&v=2&port=1313&path=livereload"></script>',
        '<script src="/.11ty/reload-client.js" type="module"></script>',
        '<script type="module" src="/@vite/client"></script>',
        "<head><script>document.write('<script src=\"http://' + (location.host || 'localhost')"
        ".split(':')[0] + ':35729/livereload.js?snipver=1\"></' + 'script>')</script>",
    ],
)
def test_a_page_of_a_development_server_may_be_seen_alone(html: str) -> None:
    assert signs(html).is_certain


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="//localhost:1313/main.css">',
        '<link type="application/atom+xml" rel="alternate" href="http://localhost:4000/feed.xml">',
        '<script src="http://[::1]:3000/a.js"></script>',
    ],
)
def test_parts_of_a_theme_on_this_machine_are_a_sign(html: str) -> None:
    assert signs(html) == LocalSigns(has_parts=True)


@pytest.mark.parametrize(
    "html",
    [
        '<meta property="og:image" content="http://localhost:4000/a.png">',
        '<body><img src="http://0.0.0.0:4000/a.png">',
    ],
)
def test_pictures_on_this_machine_are_a_sign(html: str) -> None:
    assert signs(html) == LocalSigns(has_pictures=True, has_local_pictures=True)


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="canonical" href="https://x.example/a/">',
        '<body><a href="http://localhost:4000/">open it</a>',
        '<link rel="me" href="http://localhost/">',
        "<body><p>livereload.js at http://localhost:35729/",
        "<script>if (location.hostname == 'dev') document.write('livereload.js')</script>",
        '<body><img src="/localhost/a.png"><img src="http://[::1">',
    ],
)
def test_a_page_that_only_mentions_this_machine_has_no_sign(html: str) -> None:
    assert not signs(html).any


@pytest.mark.parametrize(
    ("local", "others", "home", "is_found"),
    [
        (1, 0, "", False),
        (1, 0, "local", False),  # it shows the whole post
        (1, 9, "local", False),
        (2, 2, "local", False),
        (2, 1, "", True),
        (9, 1, "picture", True),
    ],
)
def test_pictures_on_most_pages_tell(local: int, others: int, home: str, *, is_found: bool) -> None:
    mine = LocalSigns(has_pictures=True, has_local_pictures=True)
    other = LocalSigns(has_pictures=True)
    pages = [mine] * local + [other] * others + [LocalSigns()] * 5
    found = {PurePosixPath(f"{number}.html"): one for number, one in enumerate(pages)}
    if home:
        found[HOME] = mine if home == "local" else other
    assert (development_page(found, HOME) is not None) == is_found


@pytest.mark.parametrize(
    ("local", "others", "is_found"), [(1, 0, True), (1, 1, False), (3, 2, True)]
)
def test_parts_of_a_theme_on_most_pages_tell(local: int, others: int, *, is_found: bool) -> None:
    pages = [LocalSigns(has_parts=True)] * local + [LocalSigns()] * others
    found = {PurePosixPath(f"{number}.html"): one for number, one in enumerate(pages)}
    assert (development_page(found, HOME) is not None) == is_found


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A site that `init` has not seen. Its home page shows whole posts."""
    blog = BuiltBlog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"The story of the {slug}")
    build(blog, "mill")
    return blog


def build(blog: BuiltBlog, *local: str, head: str = "") -> None:
    """Build the site. The `local` posts have a picture of this machine, most others another."""
    blog.build_site(head=head)
    for slug in TEXTS:
        picture = LOCAL_PICTURE if slug in local else PICTURE if slug != "fair" else ""
        theme = THEME.replace("{body}", f"{{body}}{picture}")
        text = next(blog.posts.glob(f"*-{slug}.md")).read_text(encoding="utf-8")
        blog.build_page(slug, text, theme, head)
    whole = "".join(f"<h2>{slug}</h2><p>{text}</p>" for slug, text in TEXTS.items())
    home = THEME.format(title="A blog", head=head, body=f"{whole}{LOCAL_PICTURE if local else ''}")
    blog.page("index.html", home)


def init(blog: BuiltBlog) -> str:
    run = blog.run("init", "--url", URL)
    assert run.code == 0, run.err
    return run.out + run.err


def test_one_picture_of_an_author_keeps_no_site_from_being_used(blog: BuiltBlog) -> None:
    assert "development server" not in init(blog)
    assert "output: _site" in (blog.folder / "publisher.yaml").read_text(encoding="utf-8")
    for _ in range(2):
        assert blog.run("build").code == 0
        blog.write("2026-01-01-mill.md", f"{TEXTS['mill']} It burnt down.", title="The mill")
        build(blog, "mill")


@pytest.mark.parametrize("head", ["", '<script src="http://localhost:8080/theme.js"></script>'])
def test_most_pages_with_parts_of_this_machine_are_of_a_server(blog: BuiltBlog, head: str) -> None:
    build(blog, *({} if head else ("mill", "boat")), head=head)
    assert "_site was built by a development server" in init(blog)


@pytest.mark.parametrize("head", ["", '<script src="http://localhost:8080/theme.js"></script>'])
def test_a_run_refuses_what_a_server_has_built_since(blog: BuiltBlog, head: str) -> None:
    init(blog)
    assert blog.run("build").code == 0
    build(blog, *({} if head else ("mill", "boat")), head=head)
    run = blog.run("build")
    assert (run.code, "was written by a development server" in run.err) == (3, True)
