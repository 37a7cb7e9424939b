"""Pages that are posts, and stop to be some because the site is built in part."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.errors import Unavailable, UnsafePlanError
from publisher.sources import built
from tests.support.blog import Blog
from tests.unit.test_page_posts import DATE, NOW, configured, page, read, remember

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.post import Reading

URL = "https://blog.example/sub"
SITE_OF_TEN = {f"blog/{number}.html": page() for number in range(10)}
NOINDEX = page(f'{DATE}<meta name="robots" content="noindex">')
REDIRECT = page('<meta http-equiv="refresh" content="0; url=9">')


def sitemap(numbers: Iterable[int]) -> str:
    urls = "".join(f"<url><loc>{URL}/blog/{number}</loc></url>\n" for number in numbers)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="x">\n{urls}</urlset>\n'


def index(*names: str) -> str:
    parts = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in names)
    return f"<sitemapindex>{parts}</sitemapindex>"


def published(folder: Path, files: Mapping[str, str]) -> Reading:
    reading = read(folder, files)
    remember(reading)
    return reading


def paths(reading: Reading) -> list[str]:
    return [str(one.path) for one in reading.posts]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.01, 0.0])
@pytest.mark.parametrize("name", ["sitemap.xml", "sitemap-1.xml"])
def test_a_sitemap_that_is_not_written_whole_stops_the_run(
    tmp_path: Path, name: str, share: float
) -> None:
    whole = sitemap(range(10))
    parts = {"sitemap.xml": index(f"{URL}/sitemap-1.xml"), "sitemap-1.xml": whole}
    files = {"sitemap.xml": whole} if name == "sitemap.xml" else parts
    first = published(tmp_path, {**SITE_OF_TEN, **files})
    with pytest.raises(Unavailable, match=f"{name} is not written whole"):
        read(tmp_path, {name: whole[: int(share * len(whole))]})
    assert read(tmp_path, {name: whole}).posts == first.posts


@pytest.mark.parametrize(
    "text",
    [
        sitemap(range(10)).replace("urlset", "s:urlset"),
        f"\ufeff<!-- By a <plugin> -->{sitemap(range(10))}<!-- In 2 s -->\n",
        '<urlset xmlns="x"/>',
        "<!DOCTYPE html><html><body>Not found</body></html>",
    ],
)
def test_a_sitemap_is_whole_in_any_form(tmp_path: Path, text: str) -> None:
    assert len(read(tmp_path, {**SITE_OF_TEN, "sitemap.xml": text}).posts) == 10


def test_a_missing_part_of_the_sitemap_stops_the_run(tmp_path: Path) -> None:
    files = {
        "sitemap.xml": index(f"{URL}/sitemap-0.xml", f"{URL}/sitemap-1.xml"),
        "sitemap-0.xml": sitemap(range(9)),
        "sitemap-1.xml": sitemap([9]),
    }
    first = published(tmp_path, {**SITE_OF_TEN, **files})
    (tmp_path / "out/sitemap-1.xml").unlink()
    with pytest.raises(Unavailable, match=r"has no sitemap-1\.xml, .* names 1 published post, so"):
        read(tmp_path, {})
    reading = sources.read(configured(tmp_path), now=NOW, may_lose_pages=True)
    assert len(reading.posts) == 9
    assert read(tmp_path, files).posts == first.posts


def test_parts_of_the_sitemap_may_be_compressed(tmp_path: Path) -> None:
    files = {
        "sitemap.xml": index(f"{URL}/sitemap-0.xml", f"{URL}/sitemap-1.xml.gz"),
        "sitemap-0.xml": sitemap(range(9)),
    }
    (tmp_path / "out").mkdir()
    part = tmp_path / "out/sitemap-1.xml.gz"
    whole = gzip.compress(sitemap([9]).encode())
    part.write_bytes(whole)
    assert len(published(tmp_path, {**SITE_OF_TEN, **files}).posts) == 10
    for cut in (whole[:-30], whole[:5], b"", b"no gzip"):
        part.write_bytes(cut)
        with pytest.raises(Unavailable, match=r"sitemap-1\.xml\.gz is not written whole"):
            read(tmp_path, {})
    part.unlink()
    with pytest.raises(Unavailable, match=r"has no sitemap-1\.xml\.gz"):
        read(tmp_path, {})


def test_the_sitemap_of_another_program_is_no_part_of_the_site(tmp_path: Path) -> None:
    """As long as no post is lost, a part that is missing is only named."""
    parts = index(f"{URL}/sitemap-0.xml", f"{URL}/shop/map.xml", "https://blog.example/map.xml")
    files = {"sitemap.xml": parts, "sitemap-0.xml": sitemap(range(9))}
    reading = published(tmp_path, {**SITE_OF_TEN, **files})
    assert len(reading.posts) == 9
    assert [str(one.path) for one in reading.warnings] == ["shop/map.xml"]
    assert len(read(tmp_path, {"sitemap-0.xml": sitemap(range(10))}).posts) == 10


@pytest.mark.parametrize(
    ("text", "why"), [(NOINDEX, "noindex"), (REDIRECT, "leads to another page")]
)
def test_several_posts_that_are_none_any_more_stop_the_run(
    tmp_path: Path, text: str, why: str
) -> None:
    published(tmp_path, SITE_OF_TEN)
    assert len(published(tmp_path, {"blog/0.html": text}).posts) == 9
    assert len(published(tmp_path, {"blog/1.html": text}).posts) == 8
    with pytest.raises(UnsafePlanError, match=rf"blog/2\.html \({why}\), blog/3\.html") as caught:
        read(tmp_path, {"blog/2.html": text, "blog/3.html": text})
    assert "has lost 2 of the 10 pages" in str(caught.value)
    assert "publisher build --allow-empty" in str(caught.value)  # the site has no node
    reading = sources.read(configured(tmp_path), now=NOW, may_lose_pages=True)
    remember(reading)
    assert len(read(tmp_path, {}).posts) == 6


def test_lost_and_hidden_posts_are_counted_together(tmp_path: Path) -> None:
    published(tmp_path, SITE_OF_TEN)
    (tmp_path / "out/blog/3.html").unlink()
    assert len(read(tmp_path, {}).posts) == 9
    with pytest.raises(UnsafePlanError, match="has lost 2 of the 10 pages"):
        read(tmp_path, {"blog/4.html": NOINDEX})


def test_pages_that_never_were_posts_are_not_lost(tmp_path: Path) -> None:
    published(tmp_path, {**SITE_OF_TEN, **{f"blog/x{n}.html": page("") for n in range(5)}})
    files = {f"blog/x{n}.html": page('<meta name="robots" content="noindex">') for n in range(5)}
    assert len(read(tmp_path, files).posts) == 10


def test_a_whole_sitemap_without_several_posts_stops_the_run(tmp_path: Path) -> None:
    first = published(tmp_path, {**SITE_OF_TEN, "sitemap.xml": sitemap(range(10))})
    for left in (range(8), range(1)):
        with pytest.raises(UnsafePlanError, match=r"\(missing from the sitemap\)"):
            read(tmp_path, {"sitemap.xml": sitemap(left)})
    assert read(tmp_path, {"sitemap.xml": sitemap(range(10))}).posts == first.posts


@pytest.mark.parametrize("other", [None, sitemap([99])])
def test_pages_do_not_become_posts_because_the_sitemap_is_gone(
    tmp_path: Path, other: str | None
) -> None:
    first = published(tmp_path, {**SITE_OF_TEN, "sitemap.xml": sitemap(range(1, 10))})
    file = tmp_path / "out/sitemap.xml"
    file.write_text(other) if other else file.unlink()
    with pytest.raises(Unavailable, match=r"the last one did not name blog/0\.html, so"):
        read(tmp_path, {})
    assert paths(read(tmp_path, {}, exclude=("blog/0.html",))) == paths(first)
    assert len(read(tmp_path, {"sitemap.xml": sitemap(range(10))}).posts) == 10


def test_a_hidden_page_that_is_a_post_again_is_one_that_can_be_lost(tmp_path: Path) -> None:
    published(tmp_path, SITE_OF_TEN)
    published(tmp_path, {"blog/0.html": NOINDEX})
    reading = published(tmp_path, {"blog/0.html": page()})
    assert built.report(reading).elsewhere == ()
    assert paths(reading) == [*SITE_OF_TEN]
    with pytest.raises(UnsafePlanError):
        read(tmp_path, {"blog/0.html": NOINDEX, "blog/1.html": NOINDEX})


PAGES = """site: {title: A blog, url: "https://blog.example", output: _site, since: 2020-01-01}
posts: {pages: "blog/*.html", body: article}
feeds: [{path: feed.atom, format: atom}]
"""


def test_the_command_that_a_site_without_nodes_is_told_lets_pages_go(tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    (blog.folder / "publisher.yaml").write_text(PAGES, encoding="utf-8")
    for name, text in SITE_OF_TEN.items():
        path = blog.folder / "_site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert blog.run("build").code == 0
    for number in range(2):
        (blog.folder / f"_site/blog/{number}.html").unlink()
    refused = blog.run("build")
    assert (refused.code, "run `publisher build --allow-empty`" in refused.err) == (3, True)
    assert blog.run("build", "--allow-empty").code == 0
    assert blog.run("build").code == 0
