"""Which page is a post's: by the words of both, whatever else shows them."""

from __future__ import annotations

import datetime as dt
import random
import sys
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from publisher.sources.built.finding.match import find
from publisher.sources.built.finding.page_words import PageWords, page_words
from publisher.sources.built.finding.pair import PostWords
from publisher.sources.built.pages.page import parse
from publisher.sources.built.pages.words import source_words, triples

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SITE = "https://x.example"
FURNITURE = "the blog of somebody home archive about search and a long footer with a licence"


def text(number: int, length: int = 60) -> str:
    """Words that no other number has, between words that all have."""
    return " ".join(f"w{number}x{at} and" for at in range(length // 2))


def post(
    path: str,
    body: str,
    title: str | None = "",
    *,
    date: str = "2024-01-02",
    language: str | None = None,
    expected: str | None = None,
) -> PostWords:
    return PostWords(
        PurePosixPath(path),
        title,
        triples(source_words(body, title=title)),
        dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC),
        language,
        PurePosixPath(expected) if expected else None,
    )


def page(path: str, *bodies: str, title: str = "", head: str = "") -> PageWords:
    """A page that shows the bodies between the furniture of the site."""
    shown = "".join(f"<div>{body}</div>" for body in bodies)
    html = f"<title>{title} | Site</title>{head}<body>{FURNITURE} {path}<h1>{title}</h1>{shown}"
    return page_words(parse(html.encode(), PurePosixPath(path)), SITE)


def found(posts: Sequence[PostWords], pages: Sequence[PageWords]) -> dict[str, str]:
    """The pages of posts; asserts that their order does not count."""
    pairs = find(posts, pages)
    assert find(posts[::-1], pages[::-1]) == pairs
    return {str(source): str(path) for source, path in pairs.items()}


def test_each_post_has_the_page_with_its_words() -> None:
    posts = [post(f"{number}.md", text(number)) for number in range(20)]
    pages = [page(f"p/{number * 7 % 20}/index.html", text(number * 7 % 20)) for number in range(20)]
    assert found(posts, pages) == {f"{n}.md": f"p/{n}/index.html" for n in range(20)}


def test_nothing_is_found_among_nothing() -> None:
    assert found([], []) == {}
    assert found([post("a.md", text(1))], []) == {}
    assert found([], [page("a.html", text(1))]) == {}


def test_an_edited_post_keeps_its_page() -> None:
    old, new = text(1), text(1).replace("w1x3 ", "").replace("w1x9 ", "other ")
    assert found([post("a.md", new, "A")], [page("a.html", old, title="A")]) == {"a.md": "a.html"}


def test_the_page_of_another_text_is_no_page_of_the_post() -> None:
    """Although the two have a few sentences in common."""
    common = text(3, 12)
    pages = [page("b.html", f"{common} {text(2)}", title="B")]
    assert found([post("a.md", f"{common} {text(1)}", "A")], pages) == {}


def test_the_title_counts_more_than_what_else_is_on_the_page() -> None:
    comments = text(5, 200)
    pages = [page("t.html", text(1), title="Tag"), page("aa.html", text(1), comments, title="A b")]
    assert found([post("x.md", text(1), "A b")], pages) == {"x.md": "aa.html"}


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("🎉🎉", "🎉🎉"),
        ("1/2 (c)", "½ ©"),
        ("AT&amp;T", "AT&amp;amp;T"),
        ("Post <em>three</em>", "Post &lt;em&gt;three&lt;/em&gt;"),
        ("Post <em>three</em>", "Post <em>three</em>"),
    ],
)
def test_a_title_is_found_however_the_page_spells_it(title: str, shown: str) -> None:
    """The pages of all other posts show theirs, so a page without it would not be taken."""
    posts = [post(f"{n}.md", text(n), f"Title {n}") for n in range(9)]
    pages = [page(f"p/{n}/index.html", text(n), title=f"Title {n}") for n in range(9)]
    posts.append(post("other.md", text(50), title))
    pages.append(page("p/elsewhere/index.html", text(50), title=shown))
    assert found(posts, pages)["other.md"] == "p/elsewhere/index.html"


def test_of_pages_without_the_title_the_one_with_the_least_other_text_is_the_post_s() -> None:
    pages = [page("b.html", text(1), text(2)), page("longer.html", text(1))]
    assert found([post("x.md", text(1), None)], pages) == {"x.md": "longer.html"}


# Lists and copies


def test_lists_that_show_whole_posts_are_not_their_pages() -> None:
    posts = [post(f"{n}.md", text(n), f"Title {n}") for n in range(12)]
    pages = [page(f"p/{n}/index.html", text(n), title=f"Title {n}") for n in range(12)]
    lists = [
        page(f"page/{start}/index.html", *(text(n) for n in range(start, start + 4)), title="Blog")
        for start in range(0, 12, 4)
    ]
    everything = page("index.html", *map(text, range(12)), title="Blog")
    expected = {f"{n}.md": f"p/{n}/index.html" for n in range(12)}
    assert found(posts, [*pages, *lists, everything]) == expected


def test_a_list_is_known_by_the_posts_that_it_shows_whole() -> None:
    """The pages of the posts have more other text, e.g. comments."""
    posts = [post("a.md", text(1), None), post("b.md", text(2), None)]
    pages = [page(f"long-{n}.html", text(n), text(n + 10, 200)) for n in (1, 2)]
    pages.append(page("l.html", text(1), text(2)))
    assert found(posts, pages) == {"a.md": "long-1.html", "b.md": "long-2.html"}


def test_lists_do_not_take_the_place_of_pages_that_were_not_built() -> None:
    posts = [post(f"{n}.md", text(n), f"Title {n}") for n in range(12)]
    pages = [page(f"p/{n}/index.html", text(n), title=f"Title {n}") for n in range(8)]
    lists = [page(f"tags/t{n}.html", text(n), title=f"About things {n}") for n in range(12)]
    everything = page("index.html", *map(text, range(12)), title="Blog")
    expected = {f"{n}.md": f"p/{n}/index.html" for n in range(8)}
    assert found(posts, [*pages, *lists, everything]) == expected


def test_a_post_that_many_pages_show_whole_is_found() -> None:
    """Each of its tags has a page that shows it, and a page of its own has fewer words."""
    tags = [page(f"{n}.html", text(1), text(n, 20)) for n in range(2, 42)]
    own = page("longer.html", text(1))
    assert found([post("a.md", text(1), None)], [*tags, own]) == {"a.md": "longer.html"}


def test_side_bars_with_the_beginning_of_a_post_do_not_hide_its_page() -> None:
    start = text(1, 20)
    others = [page(f"{n}.html", text(n), start, title=f"Title {n}") for n in range(2, 40)]
    own = page("own.html", text(1), start, title="Title 1")
    assert found([post("a.md", text(1), "Title 1")], [*others, own]) == {"a.md": "own.html"}


@pytest.mark.parametrize("expected", [None, "a/index.html"])
@pytest.mark.parametrize("copy", ["a/amp/index.html", "amp/a/index.html", "b.html"])
def test_a_copy_with_another_canonical_url_is_not_the_page(copy: str, expected: str | None) -> None:
    canonical = f'<link rel="canonical" href="{SITE}/a/">'
    pages = [
        # The copy has less furniture.
        PageWords(PurePosixPath(copy), triples(text(1).split()), ("A",), 60, True),
        page("a/index.html", text(1), title="A", head=canonical),
    ]
    assert found([post("a.md", text(1), "A", expected=expected)], pages) == {"a.md": "a/index.html"}


@pytest.mark.parametrize("copy", ["a/print/index.html", "print/a/index.html", "a/print.html"])
def test_a_copy_without_a_canonical_url_has_one_part_more_in_its_path(copy: str) -> None:
    pages = [
        PageWords(PurePosixPath(copy), triples(text(1).split()), ("A",), 60),
        page("a/index.html", text(1), title="A"),
    ]
    assert found([post("a.md", text(1), "A")], pages) == {"a.md": "a/index.html"}


def test_a_post_that_was_published_elsewhere_first_has_its_page() -> None:
    head = '<link rel="canonical" href="https://other.example/original/">'
    own = page("a/index.html", text(1), title="A", head=head)
    listed = page("index.html", text(1), text(2), title="Blog")
    assert found([post("a.md", text(1), "A")], [own, listed]) == {"a.md": "a/index.html"}


def test_a_redirect_is_no_page() -> None:
    head = '<meta http-equiv="refresh" content="0; url=/b/">'
    pages = [page("a/index.html", text(1), title="A", head=head)]
    assert found([post("a.md", text(1), "A", expected="a/index.html")], pages) == {}


# Identical twins

TWINS = [
    page("2024/03/05/hi.html", text(1), title="Hi"),
    page("2024/03/06/hi.html", text(1), title="Hi"),
]


def test_of_equal_pages_the_expected_one_is_the_post_s() -> None:
    posts = [
        post("a.md", text(1), "Hi", date="2024-03-05", expected="2024/03/06/hi.html"),
        post("b.md", text(1), "Hi", date="2024-03-06", expected="2024/03/05/hi.html"),
    ]
    assert found(posts, TWINS) == {"a.md": "2024/03/06/hi.html", "b.md": "2024/03/05/hi.html"}


def test_of_equal_pages_that_with_the_date_is_the_post_s() -> None:
    posts = [
        post("b.md", text(1), "Hi", date="2024-03-05"),
        post("a.md", text(1), "Hi", date="2024-03-06"),
    ]
    assert found(posts, TWINS) == {"b.md": "2024/03/05/hi.html", "a.md": "2024/03/06/hi.html"}


def test_of_equal_pages_that_in_the_language_is_the_post_s() -> None:
    posts = [post("a.md", text(1), "Hi", language="de"), post("b.md", text(1), "Hi", language="en")]
    pages = [
        PageWords(PurePosixPath(f"{name}.html"), posts[0].triples, ("Hi",), 60, language=language)
        for name, language in (("x", "en-GB"), ("y", "de"))
    ]
    assert found(posts, pages) == {"a.md": "y.html", "b.md": "x.html"}


def test_of_equal_pages_that_with_the_name_is_the_post_s() -> None:
    posts = [post("2024/first.md", text(1), "Hi"), post("2024/two.md", text(1), "Hi")]
    pages = [page(f"blog/{name}/index.html", text(1), title="Hi") for name in ("two", "first")]
    assert found(posts, pages) == {
        "2024/first.md": "blog/first/index.html",
        "2024/two.md": "blog/two/index.html",
    }


def test_of_pages_that_are_equal_in_all_the_shorter_path_is_the_post_s() -> None:
    pages = [page(path, text(1), title="Hi") for path in ("a/yyyy.html", "a/b/c.html", "b/y.html")]
    assert found([post("x.md", text(1), "Hi")], pages) == {"x.md": "b/y.html"}


# Posts with few words, or none


def test_a_short_post_is_found_by_its_title() -> None:
    pages = [page("a.html", "Just this.", title="A photo"), page("b.html", "Just this.", title="B")]
    assert found([post("x.md", "Just this.", "A photo")], pages) == {"x.md": "a.html"}


def test_a_short_post_without_a_title_is_found_where_it_is_expected() -> None:
    body = "one two three four five"
    pages = [page("a.html", body), page("b.html", body)]
    assert found([post("x.md", body, None, expected="b.html")], pages) == {"x.md": "b.html"}
    assert found([post("x.md", body, None)], pages) == {}


def test_a_post_without_words_is_found_where_it_is_expected_or_by_its_title() -> None:
    pages = [page("a.html", title="Pictures"), page("b.html", title="Other")]
    posts = [post("x.md", "![](a.png)", None, expected="b.html"), post("y.md", "", "Pictures")]
    assert found(posts, pages) == {"x.md": "b.html", "y.md": "a.html"}


def test_a_title_that_many_pages_have_finds_none_of_them() -> None:
    pages = [page(f"{n}.html", title="Photo") for n in range(50)]
    assert found([post("x.md", "", "Photo")], pages) == {}


def test_one_word_is_a_title_only_where_it_stands_first() -> None:
    pages = [
        page("a.html", text(1), title="Let us go home"),
        page("b.html", text(1), text(2), title="Go"),
    ]
    assert found([post("x.md", text(1), "Go")], pages) == {"x.md": "b.html"}


def test_a_page_that_shows_only_the_start_of_its_post_is_found_by_title_and_name() -> None:
    """A paywall, or a list of links for those who have no password."""
    pages = [page("a.html", text(1, 10), title="A long read"), page("b.html", text(2), title="B")]
    assert found([post("a.md", text(1), "A long read")], pages) == {"a.md": "a.html"}


def test_a_title_that_the_page_spells_in_another_way_does_not_hide_it() -> None:
    posts = [post(f"post-{n}.md", text(n), f"Title {n}") for n in range(8)]
    pages = [page(f"post-{n}.html", text(n), title=f"Title {n}") for n in range(7)]
    pages.append(page("post-7.html", text(7), title="Seventh title"))
    assert found(posts, pages)["post-7.md"] == "post-7.html"


def test_texts_without_spaces_are_compared_by_character() -> None:
    texts = {
        "a": "今日は天気がいいから散歩しましょう。" * 2,
        "b": "明日は雨が降るでしょうから家にいます。" * 2,
    }
    posts = [post(f"{name}.md", body, None) for name, body in texts.items()]
    pages = [page(f"p/{name}.html", f"<b>{body[:9]}</b>{body[9:]}") for name, body in texts.items()]
    assert found(posts, pages) == {"a.md": "p/a.html", "b.md": "p/b.html"}


def test_posts_of_one_title_have_the_pages_with_what_only_they_say() -> None:
    """Also if their addresses are those of their neighbours."""
    posts, pages = series(6)
    shifted = [
        replace(one, expected=PurePosixPath(f"{(n + 1) % 6}.html")) for n, one in enumerate(posts)
    ]
    assert found(shifted, pages) == {f"{n}.md": f"{n}.html" for n in range(6)}
    assert found(posts[:3], pages[3:]) == {}


# Growth


def events_of(run: Callable[[], object]) -> int:
    """How many calls of functions a run takes, which depends on no clock."""
    count = 0

    def counting(_frame: object, _event: str, _argument: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counting)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def ordinary(size: int) -> tuple[list[PostWords], list[PageWords]]:
    posts = [post(f"{n}.md", text(n, 20), f"Title {n}") for n in range(size)]
    return posts, [page(f"{n}.html", text(n, 20), title=f"Title {n}") for n in range(size)]


def identical(size: int) -> tuple[list[PostWords], list[PageWords]]:
    posts = [post(f"{n}.md", text(1, 20), "Hi", expected=f"{n}.html") for n in range(size)]
    return posts, [page(f"{n}.html", text(1, 20), title="Hi") for n in range(size)]


def near_identical(size: int) -> tuple[list[PostWords], list[PageWords]]:
    posts = [post(f"{n}.md", f"{text(1, 20)} {n}", "Hi") for n in range(size)]
    return posts, [page(f"{n}.html", f"{text(1, 20)} {n}", title="Hi") for n in range(size)]


def series(size: int) -> tuple[list[PostWords], list[PageWords]]:
    """Posts of one title, which have half of their words in common."""
    texts = [f"{text(1, 10)} {text(n, 10)}" for n in range(2, size + 2)]
    posts = [post(f"{n}.md", one, "Log") for n, one in enumerate(texts)]
    pages = [page(f"{n}.html", one, title="Log") for n, one in enumerate(texts)]
    return [replace(one, shares_title=True) for one in posts], pages


def shown_everywhere(size: int) -> tuple[list[PostWords], list[PageWords]]:
    posts, _ = ordinary(size)
    return posts, [
        page(f"{n}.html", *(text((n + other) % size, 20) for other in range(10)), title="Hi")
        for n in range(size)
    ]


@pytest.mark.parametrize("site", [ordinary, identical, near_identical, series, shown_everywhere])
def test_the_work_grows_in_proportion_to_the_site(
    site: Callable[[int], tuple[list[PostWords], list[PageWords]]],
) -> None:
    small, large = site(60), site(4 * 60)
    few, many = (events_of(partial(find, *one)) for one in (small, large))
    assert many <= 5 * few


def test_the_result_is_the_same_in_every_order() -> None:
    posts = [post(f"{n}.md", text(n // 3, 20), "Hi") for n in range(30)]
    pages = [page(f"{n}.html", text(n // 3, 20), title="Hi") for n in range(30)]
    results: list[Mapping[PurePosixPath, PurePosixPath]] = []
    for seed in range(5):
        chance = random.Random(seed)  # noqa: S311 - an order
        results.append(find(chance.sample(posts, 30), chance.sample(pages, 30)))
    assert len(results[0]) == 30
    assert all(result == results[0] for result in results)
