"""The dates of posts, and other metadata, in the pages that were built."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from publisher.config import Person
from publisher.sources.built.pages import page, page_dates
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page_dates import PageDates
from publisher.sources.built.pages.page_facts import facts_of, tags_of

BERLIN = ZoneInfo("Europe/Berlin")
DAY = dt.datetime(2024, 1, 1, 23, tzinfo=dt.UTC)  # midnight in Berlin
URL = "https://blog.example/a/"


def read(html: str) -> page.BuiltPage:
    return page.parse(f"<html>{html}".encode(), PurePosixPath("a/index.html"))


@pytest.mark.parametrize(
    "html",
    [
        '<meta property="article:published_time" content="2024-01-01T23:00:00.000Z">',
        '<script type="application/ld+json">{"@type": "BlogPosting",'
        '"datePublished": "2024-01-02"}</script>',
        '<body><time itemprop="datePublished" datetime="2024-01-02">',
        '<body><time pubdate datetime="2024-01-02">',
        '<body><time class="dt-published" datetime="2024-01-02T00:00:00+01:00">',
        '<meta name="date" content="January 2, 2024">',
    ],
)
def test_a_page_states_when_it_was_published(html: str) -> None:
    head = read(html).head
    stated = page_dates.in_zone(page_dates.stated(head), BERLIN)
    assert stated == page_dates.dates_of(head, BERLIN) == PageDates(DAY, DAY)


def test_the_only_time_of_a_page_may_be_any_date() -> None:
    head = read('<body><p>Updated <time datetime="2024-01-02">yesterday</time>').head
    assert page_dates.stated(head) == page_dates.NO_DATES
    assert page_dates.dates_of(head, BERLIN) == PageDates(DAY, DAY)


@pytest.mark.parametrize("written", [None, "", "soon", "2024-13-01", "2024", "9" * 500])
def test_what_is_no_date_is_none(written: str | None) -> None:
    assert page_dates.dates_of(Head(published=written), BERLIN) is None


@pytest.mark.parametrize(
    ("modified", "updated"),
    [("2024-01-03", DAY + dt.timedelta(days=1)), ("2023-01-01", DAY), ("soon", DAY), (None, DAY)],
)
def test_a_change_is_never_before_the_publication(
    modified: str | None, updated: dt.datetime
) -> None:
    found = page_dates.dates_of(Head(published="2024-01-02", modified=modified), BERLIN)
    assert found == PageDates(DAY, updated)


def changed(*days: int) -> dict[PurePosixPath, PageDates]:
    """Posts that were changed so many days after their publication."""
    return {
        PurePosixPath(f"{number}.html"): PageDates(
            DAY, DAY + dt.timedelta(days=day, seconds=number)
        )
        for number, day in enumerate(days)
    }


def test_a_day_on_which_most_posts_changed_is_that_of_a_build() -> None:
    found = page_dates.without_builds(changed(9, 9, 9, 9, 5))
    assert [(one.updated - one.published).days for one in found.values()] == [0, 0, 0, 0, 5]


@pytest.mark.parametrize("days", [(9, 9, 9), (9, 9, 1, 2), (9, 9, 9, 9, 1, 2, 3, 4, 5)])
def test_a_day_on_which_some_posts_changed_is_none(days: tuple[int, ...]) -> None:
    assert page_dates.without_builds(changed(*days)) == changed(*days)


# --- other metadata ---


def test_tags_are_those_of_open_graph_or_links() -> None:
    links = '<body><a rel="tag" href="/x">#one</a> <a rel="nofollow tag" href="/y"> two\n</a>'
    metas = '<meta property="article:tag" content="three">'
    assert tags_of(read(links)) == ("one", "two")
    assert tags_of(read(metas + links)) == ("three",)


def test_an_author_is_a_name_and_not_a_url() -> None:
    for written, authors in (("Ada", (Person(name="Ada"),)), ("https://ada.example", ())):
        html = f'<meta name="author" content="{written}">'
        assert facts_of(read(html).head, URL, "A blog", None).authors == authors


@pytest.mark.parametrize(
    ("written", "image"),
    [
        ("/a.png", "https://blog.example/a.png"),
        ("b.png", "https://blog.example/a/b.png"),
        ("http://[", None),
        ("data:image/png;base64,AA", None),
    ],
)
def test_a_picture_has_an_absolute_url(written: str, image: str | None) -> None:
    html = f'<meta property="og:image" content="{written}">'
    assert facts_of(read(html).head, URL, "A blog", None).image == image


def test_a_language_is_a_tag() -> None:
    assert facts_of(read("").head, URL, "A blog", None).language is None
    tagged = page.parse(b'<html lang="de_DE"><p>x', PurePosixPath("a.html"))
    assert facts_of(tagged.head, URL, "A blog", None).language == "de-DE"
