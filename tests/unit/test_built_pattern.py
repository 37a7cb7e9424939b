"""How the addresses of pages differ from those of the rules, in words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from publisher.sources.built.pages.pattern import AddressDifference, PlacedPost, differences
from tests.support.posts import post

SITE = "https://x.example"


def placed(number: int, address: str, *, folder: str = "", category: str = "") -> PlacedPost:
    """A post of a day of its own, at `/slug/` by the rules and at `address` on the site."""
    published = dt.datetime(2023, 1, 31, 12, tzinfo=dt.UTC) + dt.timedelta(days=37 * number)
    slug = f"my-{number}th-post"
    name = f"{folder}{published:%Y-%m-%d}-{slug}.md"
    filled = published.strftime(address).replace("SLUG", slug).replace("CATEGORY", category)
    written = post(name, slug=slug, published=published, categories=(category,) if category else ())
    return PlacedPost(written, f"{SITE}/{slug}/", f"{SITE}{filled}")


def found(posts: list[PlacedPost], site: str = SITE) -> tuple[AddressDifference, ...]:
    return differences(posts, site_url=site, zone=dt.UTC)


def test_equal_addresses_do_not_differ() -> None:
    assert found([placed(number, "/SLUG/") for number in range(9)]) == ()
    assert found([]) == ()


@pytest.mark.parametrize(
    ("address", "template"),
    [
        ("/%Y/%m/SLUG/", "/:year/:month/:slug/"),
        ("/%Y/%m/%d/SLUG.html", "/:year/:month/:day/:slug.html"),
        ("/blog/SLUG", "/blog/:slug"),
        ("/blog/%Y-%m-%d-SLUG/", "/blog/:year-:month-:day-:slug/"),
        ("/archive/%Y/%b/SLUG/", "/archive/:year/:short_month/:slug/"),
        ("/%y/%j/SLUG/", "/:short_year/:y_day/:slug/"),
        ("/2/SLUG/", "/2/:slug/"),
    ],
)
def test_the_template_of_the_pages_is_inferred(address: str, template: str) -> None:
    (difference,) = found([placed(number, address) for number in range(20)])
    assert difference.template == template
    first = "/my-0th-post/ of 2023-01-31-my-0th-post.md"
    assert difference.message == (
        f"20 posts have no page at the expected address, e.g. {first}; the pages are at {template}"
    )


def test_a_template_names_what_differs_between_the_posts() -> None:
    def posts(names: str) -> list[PlacedPost]:
        return [
            placed(n, f"/{name}/SLUG/", folder=f"{name}/", category=name)
            for n, name in enumerate(names.split())
        ]

    assert found(posts("news code news life"))[0].template == "/:categories/:slug/"
    assert found(posts("news news news news"))[0].template == "/news/:slug/"


def test_several_categories_are_several_parts_of_the_path() -> None:
    one = post("a.md", slug="a", categories=("code", "xmpp"))
    other = post("b.md", slug="b", categories=("life", "art"))
    posts = [
        PlacedPost(one, f"{SITE}/a/", f"{SITE}/code/xmpp/a/"),
        PlacedPost(other, f"{SITE}/b/", f"{SITE}/life/art/b/"),
    ]
    assert found(posts)[0].template == "/:categories/:slug/"


def test_dates_are_those_of_the_site_s_zone() -> None:
    midnight = dt.datetime(2023, 12, 31, 23, 30, tzinfo=dt.UTC)
    posts = [
        PlacedPost(
            post(f"{name}.md", slug=name, published=midnight),
            f"{SITE}/{name}/",
            f"{SITE}/2024/01/{name}/",
        )
        for name in ("a", "b")
    ]
    berlin = ZoneInfo("Europe/Berlin")
    (difference,) = differences(posts, site_url=SITE, zone=berlin)
    assert difference.template == "/:year/:month/:slug/"


def test_the_folder_of_the_site_is_not_part_of_the_template() -> None:
    posts = [placed(number, "/blog/%Y/SLUG/") for number in range(5)]
    assert found(posts, f"{SITE}/blog")[0].template == "/:year/:slug/"


def test_each_rule_of_the_site_gets_its_sentence_and_the_most_posts_come_first() -> None:
    posts = [
        *(placed(number, "/%Y/SLUG/") for number in range(10)),
        *(placed(number, "/news/SLUG/") for number in range(10, 25)),
        placed(30, "/about/"),
        *(placed(number, "/SLUG/") for number in range(40, 50)),
    ]
    one, two, three = found(posts)
    assert [one.template, two.template, three.template] == ["/news/:slug/", "/:year/:slug/", None]
    assert [len(one.posts), len(two.posts), len(three.posts)] == [15, 10, 1]
    assert three.message == (
        "1 post has no page at the expected address, e.g. /my-30th-post/ of "
        f"{three.posts[0]}; its page is at /about/"
    )


def test_a_year_that_some_posts_have_is_no_template() -> None:
    """Their dates are not those of their addresses, so a new post would be elsewhere."""
    (difference,) = found([placed(number, "/2019/07/SLUG/") for number in range(5)])
    assert difference.template is None


def test_addresses_without_a_rule_are_shown_by_an_example() -> None:
    (difference,) = found([placed(number, f"/p/{number * 7919}") for number in range(5)])
    assert difference.template is None
    assert difference.message.endswith("the pages are at other addresses, e.g. /p/0")


@pytest.mark.parametrize(
    ("expected", "address", "where"),
    [
        ("/a/", "/a", "at the same path without an ending"),
        ("/a", "/a/", "at the same path with a slash at the end"),
        ("/a/", "/a.html", "at the same path with .html at the end"),
        ("/a.html", "/a", "at the same path without an ending"),
        ("/a/", "/A/", "at the same path with other capitals"),
    ],
)
def test_addresses_that_differ_only_in_their_form_say_so(
    expected: str, address: str, where: str
) -> None:
    (difference,) = found([PlacedPost(post("a.md"), SITE + expected, SITE + address)])
    assert difference.message == (
        f"1 post has no page at the expected address, e.g. {expected} of a.md; its page is {where}"
    )


def test_another_host_is_named() -> None:
    one = PlacedPost(post("a.md"), f"{SITE}/a/", "https://www.x.example/a/")
    assert found([one])[0].message.endswith("its page is at the host www.x.example")


def test_the_same_path_written_in_another_way_is_no_difference() -> None:
    assert found([PlacedPost(post("a.md"), f"{SITE}/%C3%BC/", f"{SITE}/%c3%bc/")]) == ()


def test_a_long_path_of_equal_parts_is_no_trap() -> None:
    """Each part could be the slug, the title, the name or a number of the date."""
    one = post("1.md", slug="1", published=dt.datetime(2001, 1, 1, 1, 1, 1, tzinfo=dt.UTC))
    long = PlacedPost(one, f"{SITE}/x/", f"{SITE}/" + "1/" * 300)
    assert len(found([long, long])) == 1
