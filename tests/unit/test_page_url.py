"""The address of a built page: its canonical URL, or that of its file."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page_url import address, is_copy, url_path, url_paths

SITE = "https://x.example"


def address_of(path: str, head: Head | None = None, *named: str, site: str = SITE) -> str:
    return address(PurePosixPath(path), head or Head(), site, {*named})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "https://x.example/"),
        ("a/index.html", "https://x.example/a/"),
        ("a.html", "https://x.example/a.html"),
        ("a/b.htm", "https://x.example/a/b.htm"),
        ("a/index.htm", "https://x.example/a/"),
        ("Über uns/index.html", "https://x.example/%C3%9Cber%20uns/"),
        ("100%.html", "https://x.example/100%25.html"),
    ],
)
def test_a_page_that_says_nothing_is_at_the_path_of_its_file(path: str, expected: str) -> None:
    assert address_of(path) == expected


def test_the_folder_of_the_site_comes_first() -> None:
    for site in ("https://x.example/blog", "https://x.example/blog/"):
        assert address_of("a/index.html", site=site) == "https://x.example/blog/a/"


@pytest.mark.parametrize(
    ("path", "named", "expected"),
    [
        ("a.html", "/a", "/a"),
        ("a.html", "/a.html", "/a.html"),
        ("a/index.html", "/a", "/a"),
        ("a/index.html", "/a/", "/a/"),
        ("b.html", "/a", "/b.html"),
        ("ü.html", "/%C3%BC", "/%C3%BC"),
    ],
)
def test_the_sitemap_says_whether_the_ending_is_shown(path: str, named: str, expected: str) -> None:
    assert address_of(path, None, named) == f"{SITE}{expected}"


@pytest.mark.parametrize(
    ("path", "canonical", "expected"),
    [
        ("a.html", "https://x.example/a", "https://x.example/a"),
        ("a/index.html", "https://x.example/a", "https://x.example/a"),
        ("a/index.html", "https://x.example/a/index.html", "https://x.example/a/index.html"),
        ("a/index.html", "/a", "https://x.example/a"),
        ("a/index.html", "//x.example/a", "https://x.example/a"),
        ("a/index.html", "https://x.example/blog/a/", "https://x.example/blog/a/"),
        ("a/index.html", "https://www.x.example/a/", "https://www.x.example/a/"),
        ("a/index.html", "http://x.example/a", "https://x.example/a"),
        ("a/index.html", "https://X.example/a#top", "https://x.example/a"),
        # The same letters in another normal form, percent-encoded in lower case.
        ("u\u0308/index.html", "https://x.example/%c3%bc", "https://x.example/%C3%BC"),
        ("index.html", "https://x.example", "https://x.example/"),
    ],
)
def test_the_canonical_url_counts_if_it_names_the_file(
    path: str, canonical: str, expected: str
) -> None:
    assert address_of(path, Head(canonical=canonical)).lower() == expected.lower()
    assert address_of(path, Head(og_url=canonical)).lower() == expected.lower()


@pytest.mark.parametrize(
    "canonical",
    [
        "https://other.example/a",
        "http://localhost:4000/a",
        "https://x.example:8443/a",
        "https://x.example/b",
        "https://x.example/aa",
        "https://x.example/",
        "https://x.example/a?page=2",
        "javascript:alert(1)",
        "http://[",
        "https://x.example/a/amp",
    ],
)
def test_another_canonical_url_does_not_count(canonical: str) -> None:
    assert address_of("a/index.html", Head(canonical=canonical)) == "https://x.example/a/"


def test_the_home_page_is_not_named_by_every_url() -> None:
    assert address_of("index.html", Head(canonical="https://x.example/a/")) == f"{SITE}/"


def test_open_graph_counts_where_the_canonical_url_does_not() -> None:
    head = Head(canonical="https://other.example/a", og_url="https://x.example/a")
    assert address_of("a/index.html", head) == "https://x.example/a"


@pytest.mark.parametrize(
    ("path", "canonical", "expected"),
    [
        ("a/amp/index.html", "https://x.example/a/", True),
        ("a/amp/index.html", "/a/", True),
        ("print/a.html", "https://www.x.example/a.html", True),
        ("a/index.html", "https://x.example/a", False),
        # The post was published there first; this is still the page of the post here.
        ("a/index.html", "https://other.example/original", False),
        ("a/index.html", None, False),
    ],
)
def test_a_copy_names_another_page_of_the_site(
    path: str, canonical: str | None, *, expected: bool
) -> None:
    assert is_copy(PurePosixPath(path), Head(canonical=canonical), SITE) == expected


def test_url_paths_are_compared_in_one_form() -> None:
    assert url_path("/%c3%bc b//") == url_path("/u\u0308%20b/") == "/%C3%BC%20b/"
    assert url_paths(PurePosixPath("a/b.html"), f"{SITE}/c/") == ("/c/a/b.html", "/c/a/b")
