"""A post has the same URL path as its page in Jekyll."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.text import permalinks

PATH = PurePosixPath("2008-10-05-My_First.post.markdown")
# The first days of this year belong to the last ISO week of the one before.
AT = dt.datetime(2012, 1, 1, 7, 8, 9, tzinfo=dt.UTC)

VALUES = {
    "placeholder": "value",
    "year": "2012",
    "short_year": "12",
    "month": "01",
    "i_month": "1",
    "short_month": "Jan",
    "long_month": "January",
    "day": "01",
    "i_day": "1",
    "y_day": "001",
    "w_year": "2011",
    "week": "52",
    "w_day": "7",
    "short_day": "Sun",
    "long_day": "Sunday",
    "hour": "07",
    "minute": "08",
    "second": "09",
    "title": "My_First.post",
    "slug": "my-first-post",
    "name": "2008-10-05-my-first-post",
    "path": "2008-10-05-My_First.post",
    "collection": "posts",
    "categories": "c++%23/b",
    "slugified_categories": "c/b",
    "output_ext": ".html",
    "section": "news",
    "sections": "news/2012",
}


def expand(
    template: str,
    *,
    slug: str = "My_First.post",
    path: PurePosixPath = PATH,
    categories: tuple[str, ...] = (),
) -> str:
    return permalinks.expand(template, published=AT, slug=slug, path=path, categories=categories)


@pytest.mark.parametrize(
    ("style", "path"),
    [
        ("date", "/big%20news/2012/01/01/My_First.post.html"),
        ("pretty", "/big%20news/2012/01/01/My_First.post/"),
        ("ordinal", "/big%20news/2012/001/My_First.post.html"),
        ("weekdate", "/big%20news/2012/W52/Sun/My_First.post.html"),
        ("none", "/big%20news/My_First.post.html"),
    ],
)
def test_each_style_expands_to_its_path(style: str, path: str) -> None:
    assert expand(style, categories=("Big News",)) == path


@pytest.mark.parametrize("placeholder", sorted(permalinks.PLACEHOLDERS))
def test_every_placeholder_expands_to_its_value(placeholder: str) -> None:
    path = PATH if placeholder == "path" else "news/2012" / PATH
    path_of_post = expand(f"/x/:{placeholder}", path=path, categories=("C++#", "b", "c++#"))
    assert path_of_post == "/x/" + VALUES[placeholder]


def test_the_folder_of_a_bundle_is_not_a_section() -> None:
    path = PurePosixPath("news/2012/a/index.md")
    assert expand("/:sections/:slug/", path=path, slug="a") == "/news/2012/a/"


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/:year_:month_:day", "/2012_01_01"),
        ("/:year-:month", "/2012-01"),
        ("/:i_month_x", "/:i_month_x"),
        (":title/", "/My_First.post/"),
        ("/:categories/:title/", "/My_First.post/"),
        ("/a//b///:day", "/a/b/01"),
        ("//evil.example/:day", "/evil.example/01"),
        ("/a/../b/./c/", "/a/b/c/"),
        ("/../../etc", "/etc"),
        ("/über uns/?q#f", "/%C3%BCber%20uns/%3Fq%23f"),
        ("/100%/caf%C3%A9", "/100%25/caf%C3%A9"),
        ("", "/"),
    ],
)
def test_a_template_becomes_an_absolute_path(template: str, path: str) -> None:
    assert expand(template) == path


@pytest.mark.parametrize(
    ("slug", "title", "lower"),
    [
        ("Hello World", "Hello-World", "hello-world"),
        ("a---b -- c", "a-b-c", "a-b-c"),
        ("-edge-", "edge", "edge"),
        ("C++ & 100% [x]", "C++-&-100-x", "c-100-x"),
        ("ol'_$~!();=@,", "ol'_$~!();=@,", "ol"),
        ("Zoë 日本", "Zo%C3%AB-%E6%97%A5%E6%9C%AC", "zo%C3%AB-%E6%97%A5%E6%9C%AC"),
        ("١", "%D9%A1", "%D9%A1"),
        ("½ ² Ⅳ", "", ""),
        ("a/b?c#d:e", "a-b-c-d-e", "a-b-c-d-e"),
        ("v1.2", "v1.2", "v1-2"),
        ("\U0001f389", "", ""),
    ],
)  # fmt: skip
def test_slugs(slug: str, title: str, lower: str) -> None:
    assert expand("/:title", slug=slug) == f"/{title}"
    assert expand("/:slug", slug=slug) == f"/{lower}"


def test_dots_are_removed_as_in_jekyll() -> None:
    assert expand("/:title/", slug="wait...what") == "/wait/.what/"
    assert expand("/:day/:title/", slug="the-end.") == "/01/the-end"


def test_categories_are_unique_lower_case_folders() -> None:
    categories = ("News", "Über/Rust", "news", "News!")
    assert expand("/:categories/", categories=categories) == "/news/%C3%BCber/rust/news!/"
    assert expand("/:categories/", categories=("50%25",)) == "/50%2525/"
    assert expand("/:slugified_categories/", categories=categories) == "/news/%C3%BCber-rust/"


def test_name_is_the_file_name_and_path_includes_the_folders() -> None:
    path = PurePosixPath("de/2008-10-05-Der Titel...md")
    assert expand("/:name", path=path) == "/2008-10-05-der-titel"
    assert expand("/:path:output_ext", path=path) == "/de/2008-10-05-Der%20Titel.html"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("/:year/:titel/:nope_/:month_", ["titel", "nope_"]),
        ("pretty", []),
        ("/a:b", ["b"]),
        ("/10:30/", []),
        ("/:Title/", []),
        ("/:month__", ["month__"]),
    ],
)
def test_unknown_placeholders_are_listed(template: str, names: list[str]) -> None:
    assert permalinks.unknown_placeholders(template) == names


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXT, TEXT, st.lists(TEXT, max_size=3), st.datetimes())
def test_every_post_has_an_absolute_encoded_path(
    template: str, slug: str, categories: list[str], at: dt.datetime
) -> None:
    for each in (template, "/:categories/:title/:slug", "weekdate"):
        path = permalinks.expand(
            each, published=at, slug=slug, path=PurePosixPath(slug), categories=categories
        )
        assert re.fullmatch(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*", path)
        assert "//" not in path
        assert "/../" not in path
