"""The output folder of a generator: its pages, and the page of a URL."""

from __future__ import annotations

import gzip
import os
from pathlib import Path, PurePosixPath

import pytest

from publisher.sources.built.folder.output_folder import OutputFolder, Signature
from publisher.sources.built.pages.page import MAX_SIZE, PageError, parse
from publisher.system.symlinks import LinkError
from tests.support.opened_pages import opened

SITE = "https://x.example"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The output folder, in a folder that also holds what is not the site's."""
    folder = tmp_path / "public"
    folder.mkdir()
    return folder


def write(folder: Path, *files: str, text: str = "<p>x") -> None:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def pages(folder: Path, *ours: Path) -> list[str]:
    return [*map(str, OutputFolder(folder, SITE, ours).pages())]


def test_pages_are_found_in_all_folders_and_other_files_are_not(site: Path) -> None:
    write(site, "b/index.html", "a.htm", "c/d/E.HTML", "f.xhtml", "feed.xml", "a.md", "b/a.css")
    assert pages(site) == ["a.htm", "b/index.html", "c/d/E.HTML", "f.xhtml"]


def test_a_signature_changes_with_the_page(site: Path) -> None:
    write(site, "a.html")
    before = OutputFolder(site, SITE).pages()[PurePosixPath("a.html")]
    write(site, "a.html", text="<p>longer")
    after = OutputFolder(site, SITE).pages()[PurePosixPath("a.html")]
    assert (before.size, after.size) == (4, 9)
    status = (site / "a.html").stat()
    assert after == (status.st_mtime_ns, 9, status.st_ino, status.st_ctime_ns)
    assert after.written() == Signature(status.st_mtime_ns, 9)


def test_our_own_page_is_no_page_of_the_site(site: Path) -> None:
    write(site, "a.html", "feeds/index.html")
    (site / "link.html").symlink_to("feeds/index.html")
    ours = site / "feeds/index.html"
    assert pages(site, ours) == ["a.html"]
    assert OutputFolder(site, SITE, [ours]).file_of("/feeds/") is None


def test_a_link_is_followed_only_inside_of_the_folder(site: Path) -> None:
    write(site, "a.html", "in/b.html")
    write(site.parent, "secret.html", "secret/c.html")
    (site / "out.html").symlink_to("../secret.html")
    (site / "outside").symlink_to("../secret")
    (site / "inside.html").symlink_to("in/b.html")
    (site / "broken.html").symlink_to("nowhere.html")
    (site / "loop").symlink_to(".")
    (site / "loop.html").symlink_to("loop.html")
    assert pages(site) == ["a.html", "in/b.html", "inside.html"]
    output = OutputFolder(site, SITE)
    for path in ("/out", "/outside/c", "/outside/c.html", "/broken"):
        assert output.file_of(path) is None
    for path in ("out.html", "outside/c.html"):
        with pytest.raises(LinkError):
            output.read(PurePosixPath(path))


def test_the_folder_itself_may_be_a_link(site: Path) -> None:
    write(site, "a.html")
    (site.parent / "current").symlink_to("public")
    assert pages(site.parent / "current") == ["a.html"]
    assert OutputFolder(site.parent / "current", SITE).read(PurePosixPath("a.html")) == b"<p>x"


def test_a_pipe_is_no_page(site: Path) -> None:
    os.mkfifo(site / "a.html")
    assert pages(site) == []
    assert OutputFolder(site, SITE).file_of("/a") is None


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        OutputFolder(tmp_path / "missing", SITE).pages()


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("/a/", "a/index.html"),
        ("/b", "b.html"),
        ("/b.html", "b.html"),
        ("/b/", "b.html"),
        ("/a", "a/index.html"),
        ("/a/index.html", "a/index.html"),
        ("/", "index.html"),
        ("", "index.html"),
        ("/%C3%BC%20c", "ü c.html"),
        ("/a/?page=1#top", "a/index.html"),
        ("/both", "both.html"),
        ("/both/", "both/index.html"),
        ("/style.css", None),
        ("/missing/", None),
        ("/../secret", None),
        ("/a/../../secret.html", None),
        ("/%2e%2e/secret", None),
        ("/a%00", None),
        ("/" + "a" * 5000, None),
    ],
)
def test_a_url_path_shows_one_file(site: Path, url: str, file: str | None, *, listed: bool) -> None:
    write(site.parent, "secret.html")
    write(site, "index.html", "a/index.html", "b.html", "ü c.html", "both.html", "both/index.html")
    write(site, "style.css")
    output = OutputFolder(site, SITE)
    if listed:
        output.pages()
    assert output.file_of(url) == (file and PurePosixPath(file))


def test_a_page_is_read_up_to_its_limit(site: Path) -> None:
    with (site / "a.html").open("wb") as file:
        file.truncate(10 * MAX_SIZE)  # a sparse file
    data = OutputFolder(site, SITE).read(PurePosixPath("a.html"))
    assert len(data) == MAX_SIZE + 1
    with pytest.raises(PageError, match="larger than 20 MB"):
        parse(data, PurePosixPath("a.html"))


# How the site names its pages


def test_the_sitemap_is_that_of_the_site(site: Path) -> None:
    write(site, "sitemap.xml", text="<urlset><url><loc> https://x.example/a </loc></url></urlset>")
    assert OutputFolder(site, SITE).sitemap() == {"/a"}


def test_a_sitemap_may_be_split_into_several(site: Path) -> None:
    index = "".join(
        f"<loc>{url}</loc>"
        for url in (f"{SITE}/blog/one.xml", f"{SITE}/blog/en/two.xml", f"{SITE}/gone.xml")
    )
    write(site, "sitemap-index.xml", text=index)
    write(site, "one.xml", text=f"<loc><![CDATA[{SITE}/blog/a?x=1&amp;y=2]]></loc>")
    write(site, "en/two.xml", text=f"<loc>{SITE}/blog/%c3%bc</loc><loc>{SITE}/blog/one.xml</loc>")
    assert OutputFolder(site, f"{SITE}/blog").sitemap() == {"/blog/a", "/blog/%C3%BC"}


def test_a_sitemap_may_be_a_text(site: Path) -> None:
    write(site, "sitemap.txt", text=f"{SITE}/a\n{SITE}/b\n")
    assert OutputFolder(site, SITE).sitemap() == {"/a", "/b"}


def test_sitemaps_that_name_each_other_are_read_once(site: Path) -> None:
    write(site, "sitemap.xml", text=f"<loc>{SITE}/sitemap.xml</loc><loc>http://[</loc>")
    assert OutputFolder(site, SITE).sitemap() == frozenset()


def test_a_sitemap_outside_of_the_folder_is_not_read(site: Path) -> None:
    write(site.parent, "other.xml", text=f"<loc>{SITE}/a</loc>")
    (site / "sitemap.xml").symlink_to("../other.xml")
    assert OutputFolder(site, SITE).sitemap() == frozenset()


def test_a_damaged_sitemap_names_nothing(site: Path) -> None:
    (site / "sitemap.xml").write_bytes(gzip.compress(b"<loc>/a</loc>"))
    assert OutputFolder(site, SITE).sitemap() == frozenset()


def test_the_form_of_the_sitemap_is_that_of_all_pages(site: Path) -> None:
    write(site, "a.html", "b.html", "c/index.html")
    write(site, "sitemap.xml", text=f"<loc>{SITE}/a</loc><loc>{SITE}/c/</loc>")
    assert OutputFolder(site, SITE).named() == {"/a", "/b", "/c/"}


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("<a class=x href='/a'>A</a><a href='https://x.example/c'>C</a>", {"/a", "/b", "/c", "/"}),
        ("<a href='a'>A</a> <a href='c/'>C</a>", {"/a", "/b", "/c/"}),
        ("<a href='./a.html#top'>A</a>", {"/a.html"}),
        ("<a href='a.html'>A</a><a href='a'>A</a><a href='b'>B</a>", {"/a", "/b"}),
        ("<a href='https://other.example/a'>A</a><a href='http://['>", set()),
    ],
)
def test_without_a_sitemap_the_home_page_shows_the_form(
    site: Path, home: str, expected: set[str]
) -> None:
    write(site, "a.html", "b.html", "c/index.html")
    write(site, "index.html", text=home)
    assert OutputFolder(site, SITE).named() == expected


@pytest.mark.parametrize(
    ("index", "link", "expected"),
    [
        ("blog.html", "blog/a", {"/blog", "/blog/a", "/blog/b"}),
        ("blog.html", "/blog/a.html", {"/blog/a.html"}),
        ("blog/index.html", "a", {"/blog", "/blog/a", "/blog/b"}),
        ("blog/index.html", "../c", {"/c", "/blog"}),
    ],
)
def test_index_pages_show_the_form_if_the_home_page_does_not(
    site: Path, index: str, link: str, expected: set[str]
) -> None:
    write(site, "blog/a.html", "blog/b.html", "c/index.html")
    write(site, "index.html", text="<a href='/blog'>Blog</a>")
    write(site, index, text=f"<a href='{link}'>A</a>")
    assert OutputFolder(site, SITE).named() >= expected


def test_few_index_pages_are_read(site: Path) -> None:
    for number in range(50):
        write(site, f"{number}/a.html", f"{number}/index.html")
    output = OutputFolder(site, SITE)
    with opened(site) as pages:
        output.named()
    assert 2 <= len(pages) <= 11
