"""Pictures and recordings of the front matter have the names that the generator gave them."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher.post import BuiltFile
from publisher.sources.built.finding import media_names
from publisher.sources.built.page_media import media_urls, of_same_name
from publisher.sources.built.pages.tree import tree_of
from publisher.text.lazy_attributes import SETS, SOURCES
from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://blog.example"
NOW = "--now=2026-11-01T12:00:00Z"
HASH = "3cf0c0b8c5b1e2d0f9a8b7c6d5e4f3a2"


def urls(markup: str) -> tuple[str, ...] | None:
    return media_urls(BuiltFile(PurePosixPath("a/b/index.html"), markup.encode()), f"{SITE}/")


@pytest.mark.parametrize("attribute", [*SOURCES, *SETS])
def test_a_picture_is_seen_wherever_a_script_would_find_it(attribute: str) -> None:
    picture = f'<img alt="A" {attribute}="/img/harbour.jpg">'
    assert urls(f"<p>Text</p>{picture}") == (f"{SITE}/img/harbour.jpg",)
    tree = tree_of(f"<main>{picture}</main>".encode())
    assert tree is not None
    assert media_names.of_page(tree, SITE) == ("harbour",)


@pytest.mark.parametrize(
    ("built", "markup"),
    [
        ("/_astro/x.Bc0Zcyzj_Z2qPgxl.webp", '<img src="{}" alt="">'),
        ("/posts/one/x_hu123_4567_800x0_resize_q75.webp", '<img src="{}" alt="">'),
        ("/posts/one/x_hu_f1a2b3c4d5.webp", '<img src="{}" alt="">'),
        ("/static/1f2e3d/4c5b6/x.jpg", '<img data-src="{}" src="data:image/gif;base64,R0lGOD">'),
        ("/_next/static/media/x.0f1e2d3c.jpg", '<img src="{}" alt="">'),
        (f"/assets/images/x-{HASH}.png", '<img src="{}" alt="">'),
        ("/assets/x-CeLEWXYZ.jpg", '<img src="{}" alt="">'),
        ("/img/x-800.avif", '<picture><source srcset="{} 800w, /img/x-1600.avif 1600w"></picture>'),
        ("/img/x-800x600.jpg", '<img srcset="{} 1x,/img/x-1600x1200.jpg 2x" alt="">'),
        ("/x.jpg", '<meta property="og:image" content="https://blog.example{}">'),
        ("/x.3f2a.jpg", '<link rel="preload" as="image" href="{}">'),
        ("/X.jpg", '<video poster="{}"></video>'),
    ],
)
def test_generators_rename_a_picture(built: str, markup: str) -> None:
    found = urls("<p>Text</p>" + markup.replace("{}", built))
    assert of_same_name(f"{SITE}/assets/x.jpg", found or ())[0] == SITE + built


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("/_next/image?url=%2F_next%2Fmedia%2Fx.0f.jpg&amp;w=1920", "/_next/media/x.0f.jpg"),
        ("/_image?href=%2F_astro%2Fx.0f.jpg%3Fw%3D10&amp;w=800", "/_astro/x.0f.jpg?w=10"),
        ("/.netlify/images?w=3&amp;url=x.jpg", "/.netlify/x.jpg"),
    ],
)  # fmt: skip
def test_a_service_that_makes_pictures_smaller_names_the_file(written: str, file: str) -> None:
    assert urls(f'<img src="{written}" alt="">') == (SITE + file,)


@pytest.mark.parametrize(
    "other",
    [
        "/y.jpg",
        "/ax.jpg",
        "/x-ray.jpg",
        "/x2.jpg",
        "/xylophone.0f1e2d3c.jpg",
        "/x.mp4",
        "/x",
        "/x.jpg.html",
        "/",
    ],
)
def test_a_file_of_another_name_is_another(other: str) -> None:
    assert of_same_name(f"{SITE}/assets/x.jpg", [SITE + other]) == []


def test_the_surest_name_comes_first_and_the_card_of_the_post_last() -> None:
    page = (
        '<meta property="og:image" content="/og/x.png"><img src="/x-800.jpg"><img src="/x.0.webp">'
    )
    found = of_same_name(f"{SITE}/assets/x.jpg", urls(page) or ())
    assert found == [f"{SITE}/{name}" for name in ("x.0.webp", "og/x.png", "x-800.jpg")]


def test_a_recording_keeps_its_format() -> None:
    page = '<a href="/x.mp3">mp3</a><audio src="/m/x.0f1e.ogg"></audio><source src="/x.ogg.jpg">'
    assert of_same_name(f"{SITE}/x.ogg", urls(page) or ()) == [f"{SITE}/m/x.0f1e.ogg"]


def test_a_url_that_is_none_names_no_file() -> None:
    page = '<img src="http://["><img src="x:y"><img srcset=", ,"><img src="/_next/image?url=//[">'
    assert urls(page) == (f"{SITE}/_next/image?url=//[",)
    assert of_same_name("http://[", [f"{SITE}/x.jpg"]) == []
    assert of_same_name(f"{SITE}/", [f"{SITE}/x.jpg"]) == []


def test_a_page_that_exceeds_a_limit_names_nothing() -> None:
    assert urls("<div>" * 600) is None


FRONT = {"title": "A mill", "image": "../../assets/mill.jpg"}
OWN = '<img src="/_astro/mill.Bc0Zcyzj.webp" alt="">'
CARD = '<meta property="og:image" content="/cards/mill.png">'


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog with one post, whose picture is not where its front matter says."""
    blog = BuiltBlog(tmp_path / "site")
    blog.write("2026-01-01-mill.md", "A text about the mill.", **FRONT)
    return blog


def build(
    blog: BuiltBlog, *, before: str = "", head: str = "", files: tuple[str, ...] = ()
) -> None:
    blog.build_site(THEME.replace("<h1>", before + "<h1>"), head=head)
    blog.page("index.html", THEME.format(title="A blog", head="", body=""))
    for name in files:
        blog.page(name, "a file")


def entry(blog: BuiltBlog) -> dict[str, Any]:
    run = blog.run("build", NOW)
    assert run.code == 0, run.err
    found: dict[str, Any] = json.loads((blog.folder / "feed.json").read_text())["items"][0]
    return found


def warnings(blog: BuiltBlog) -> list[tuple[int, str]]:
    (post,) = blog.run("check", "--json", NOW).json["posts"]
    return [(one["line"], one["message"]) for one in post["warnings"]]


def test_the_picture_of_a_post_is_the_one_that_the_site_shows(blog: BuiltBlog) -> None:
    build(blog, before=OWN, head=CARD, files=("_astro/mill.Bc0Zcyzj.webp",))
    assert entry(blog)["image"] == f"{SITE}/_astro/mill.Bc0Zcyzj.webp"
    assert warnings(blog) == []


def test_a_picture_that_the_page_names_elsewhere_comes_second(blog: BuiltBlog) -> None:
    build(blog, head=CARD, files=("cards/mill.png",))
    assert entry(blog)["image"] == f"{SITE}/cards/mill.png"
    build(blog, head=CARD.replace("mill", "card"))
    assert entry(blog)["image"] == f"{SITE}/cards/card.png"
    assert warnings(blog) == []


def test_a_picture_that_the_site_does_not_have_is_left_out_and_named(blog: BuiltBlog) -> None:
    build(blog, before='<img src="/_astro/mill-race.Bc0Zcyzj.webp" alt="">')
    assert "image" not in entry(blog)
    assert warnings(blog) == [
        (
            3,
            "../../assets/mill.jpg does not exist in _site, and the page of the post has no "
            "picture of this name, so readers get none",
        )
    ]


@pytest.mark.parametrize("href", ["/media/mill.jpg", "https://media.example/mill.jpg"])
def test_a_picture_that_is_where_the_front_matter_says_stays(blog: BuiltBlog, href: str) -> None:
    blog.write("2026-01-01-mill.md", "A text about the mill.", **FRONT | {"image": href})
    build(blog, before=OWN, files=("media/mill.jpg", "_astro/mill.Bc0Zcyzj.webp"))
    assert entry(blog)["image"] == (href if href.startswith("https") else SITE + href)
    assert warnings(blog) == []


def test_a_picture_of_a_rendered_source_has_the_name_that_the_site_gave_it(
    blog: BuiltBlog,
) -> None:
    blog.set_up(posts="")
    build(blog, before=OWN, head=CARD.replace("mill", "card"))
    assert entry(blog)["image"] == f"{SITE}/_astro/mill.Bc0Zcyzj.webp"


def test_a_recording_is_measured_where_the_site_shows_it(blog: BuiltBlog) -> None:
    blog.write("2026-01-01-mill.md", "A text.", title="A mill", audio="[/a/mill.ogg, /b/race.ogg]")
    build(blog, before='<audio src="/m/mill.0f1e2d3c.ogg"></audio>', files=("m/mill.0f1e2d3c.ogg",))
    (first, second) = entry(blog)["attachments"]
    assert (first["url"], first["size_in_bytes"]) == (f"{SITE}/m/mill.0f1e2d3c.ogg", 6)
    # It may have been uploaded in another way.
    assert (second["url"], "size_in_bytes" in second) == (f"{SITE}/b/race.ogg", False)
    assert [message for _, message in warnings(blog)] == [
        "/b/race.ogg does not exist in _site; readers cannot load it",
        "_site/m/mill.0f1e2d3c.ogg cannot be read as a recording; is it complete?",
    ]


def test_a_recording_behind_a_link_out_of_the_output_is_not_measured(
    blog: BuiltBlog, tmp_path: Path
) -> None:
    blog.write("2026-01-01-mill.md", "A text.", title="A mill", audio="/mill.ogg")
    build(blog)
    (tmp_path / "secret").write_text("a secret")
    (blog.output / "mill.ogg").symlink_to(tmp_path / "secret")
    (found,) = entry(blog)["attachments"]
    assert found["url"] == f"{SITE}/mill.ogg"
    assert "size_in_bytes" not in found


def test_a_picture_of_the_source_takes_the_place_of_one_in_the_page_if_the_site_has_it(
    blog: BuiltBlog,
) -> None:
    blog.set_up()
    blog.write("2026-01-01-mill.md", "A text about the mill.\n\n![The mill](/images/mill.png)")
    blurred = '<p>A text about the mill.</p><img src="data:image/png;base64,R0" alt="The mill">'
    theme = THEME.replace("{body}", blurred)
    blog.build_site(theme)
    assert "<img" not in entry(blog)["content_html"]
    assert any("data: URL" in message for _, message in warnings(blog))
    blog.build_site(theme)
    blog.page("images/mill.png", "a file")
    assert f'src="{SITE}/images/mill.png"' in entry(blog)["content_html"]
    assert warnings(blog) == []
