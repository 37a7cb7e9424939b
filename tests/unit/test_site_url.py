"""The URL of a site is the one on which its pages, its sitemap or its feeds agree."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.pages import site_url
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.site_metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATHS = ("blog/a/index.html", "blog/b.html", "2020/c d.html")


def heads(*canonicals: str | None) -> dict[PurePosixPath, Head]:
    return {
        PurePosixPath(path): Head(canonical=canonical)
        for path, canonical in zip(PATHS, canonicals, strict=True)
    }


@pytest.mark.parametrize(
    ("canonicals", "expected"),
    [
        (("https://v8.dev/blog/a", "https://v8.dev/blog/b", "https://v8.dev/2020/c%20d.html"),
         "https://v8.dev"),
        (("https://E.example/x/blog/a/", "https://e.example/x/blog/b.html", None),
         "https://e.example/x"),
        (("https://e.example/blog/a/", "https://e.example/blog/b",
          "https://other.example/2020/c%20d"), "https://e.example"),
        # The pages disagree, name no page of theirs, or too few name any.
        (("https://e.example/blog/a/", "https://f.example/blog/b", "https://g.example/2020/c%20d"),
         None),
        (("https://e.example/", "https://e.example/", "https://e.example/"), None),
        (("https://e.example/blog/a/", None, None), None),
        # This machine, other schemes, and no URLs at all.
        (("http://localhost:3000/blog/a/", "http://localhost:3000/blog/b", None), None),
        (("http://[::1]/blog/a/", "http://[::1]/blog/b", "http://[::1]/2020/c%20d"), None),
        (("/blog/a/", "/blog/b", "/2020/c%20d"), None),
        (("http://[/blog/a/", "ftp://e.example/blog/b", "https:///2020/c d"), None),
        (("https://e.example/blog/a?x", "https://e.example/blog/b?x", None), None),
        # `www.` and the scheme do not count against the others.
        (("https://e.example/blog/a/", "http://e.example/blog/b", "https://e.example/2020/c%20d"),
         "https://e.example"),
        ((None, None, None), None),
    ],
)  # fmt: skip
def test_most_pages_agree(canonicals: Sequence[str | None], expected: str | None) -> None:
    assert site_url.of_pages(heads(*canonicals)) == expected


@pytest.mark.parametrize("of", [site_url.of_sitemap, site_url.of_feeds])
@pytest.mark.parametrize("root", ["https://e.example", "https://e.example/base"])
def test_the_folder_of_a_language_is_not_the_site(of: Callable[..., str | None], root: str) -> None:
    """The pages of the language have the same names as those of the site."""
    paths = [f"{folder}posts/{n}/index.html" for folder in ("", "de/") for n in range(4)]
    urls = [f"{root}/{path.removesuffix('index.html')}" for path in reversed(paths)]
    pages = [PurePosixPath(path) for path in paths]
    assert of(pages, urls) == root
    assert of(pages[:4], urls) == root
    assert of(pages[:4], urls[:4], pages) is None, "only the other language is listed"


def test_a_page_without_a_canonical_url_counts_by_its_open_graph_url() -> None:
    assert site_url.of_pages(
        {PurePosixPath("a.html"): Head(og_url="https://e.example/a")}
    ) == "https://e.example"  # fmt: skip


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (("https://e.example/x/blog/a/", "https://e.example/x/blog/b",
          "https://e.example/x/2020/c%20d", "https://e.example/x/other/"), "https://e.example/x"),
        (("https://e.example/blog/a/", "https://e.example/other/"), None),
        (("http://localhost/blog/a/", "http://localhost/blog/b", "http://localhost/2020/c%20d"),
         None),
        ([f"https://e.example/{'x/' * 40}{page}" for page in ("blog/a", "blog/b", "2020/c%20d")],
         None),
    ],
)  # fmt: skip
def test_the_sitemap_has_most_of_the_pages(urls: Sequence[str], expected: str | None) -> None:
    assert site_url.of_sitemap([*map(PurePosixPath, PATHS)], urls) == expected


@pytest.mark.parametrize(
    ("site", "other", "count", "expected"),
    [
        ("https://e.example", "https://f.example/2020", 3, "https://e.example"),
        ("https://e.example", "https://f.example/2020", 2, None),  # too few prove nothing
        ("https://blog.example", "https://f.example/2020", 3, None),  # our own stand-in
    ],
)
def test_feeds_have_only_the_newest_pages(
    site: str, other: str, count: int, expected: str | None
) -> None:
    pages = [PurePosixPath(f"2020/{number}/index.html") for number in range(40)]
    urls = [f"{site}/2020/{number}/" for number in range(count)]
    assert site_url.of_feeds(pages, [*urls, f"{other}/99", f"{site}/"]) == expected


@pytest.mark.parametrize(
    ("url", "stated", "is_same"),
    [
        ("https://e.example/", "http://www.E.example", True),
        ("https://e.example/x/", "https://e.example/x", True),
        ("https://e.example", "https://e.example/x", False),
        ("https://e.example", "https://f.example", False),
    ],
)
def test_the_scheme_and_www_make_no_other_site(url: str, stated: str, *, is_same: bool) -> None:
    difference = site_url.difference(url, stated)
    assert (difference is None) == is_same
    assert is_same or f"is {url}, but the pages of the site say {stated}" in str(difference)


@pytest.mark.parametrize(
    ("home", "pages", "expected"),
    [
        (Head(title="Welcome | Mine", site_name="Named"), ["A | Mine"] * 3, "Named"),
        (Head(title="Welcome | Mine"), ["A | Mine"] * 3, "Mine"),
        (Head(title="Mine - all posts"), ["A - Mine"] * 3, "Mine"),
        (Head(title="Mine engine"), ["A | Mine"] * 3, "Mine engine"),
        (Head(title="Welcome | Mine"), ["A", "B", "C | Mine"], "Welcome | Mine"),
        (None, ["A | Mine"] * 3, None),
    ],
)
def test_the_title_is_the_name_that_the_home_page_and_the_others_share(
    home: Head | None, pages: Sequence[str], expected: str | None
) -> None:
    of_pages = {PurePosixPath(f"{at}.html"): Head(title=title) for at, title in enumerate(pages)}
    assert metadata(of_pages, home, sitemap=(), feeds=()).title == expected


def test_most_pages_name_the_site() -> None:
    named = {PurePosixPath(f"{at}.html"): Head(site_name="Mine") for at in range(3)}
    found = metadata(named, Head(title="Home"), sitemap=(), feeds=())
    assert (found.title, found.title_from) == ("Mine", "the pages")
