"""Built pages: their words, what each element holds of them, their metadata, and their limits."""

from __future__ import annotations

import contextlib
from pathlib import PurePosixPath

import pytest

from publisher.sources.built.pages.development import LocalSigns
from publisher.sources.built.pages.head import Head, read_head
from publisher.sources.built.pages.page import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    BuiltPage,
    PageError,
    parse,
)
from publisher.text.uris import is_loopback_url
from tests.support.growth import assert_linear

PATH = PurePosixPath("a/index.html")


def page(html: str | bytes) -> BuiltPage:
    return parse(html.encode() if isinstance(html, str) else html, PATH)


def held(built: BuiltPage, selector: str) -> str:
    """The words that an element holds."""
    (element,) = built.tree.iter(selector)
    start, end = built.interval(element)
    return " ".join(built.words[start:end])


def test_the_words_are_those_of_the_body_in_order() -> None:
    built = page("<title>Not here</title><body>One <p>two <b>th</b>ree</p> four<p>five")
    assert built.words == ("one", "two", "th", "ree", "four", "five")


def test_the_words_of_all_elements_are_those_of_the_page() -> None:
    html = "<p>İ a<br>b<script>no</script>c <svg><p>no</p></svg>d</p>e<i> </i>é\u0301<b>ﬁ</b>題名"
    built = page(f"<body>{html}</body>{html}")
    assert held(built, "body") == " ".join(built.words)
    assert built.words.count("no") == 0


def test_a_selector_is_evaluated_once_for_each_page() -> None:
    built = page("<p>a</p><p>b</p>")
    assert built.matches("p") is built.matches("p")
    assert [one.text for one in built.matches("p")] == ["a", "b"]


def test_an_element_holds_the_words_of_its_children_and_not_those_behind_it() -> None:
    built = page("<body>a<main>b <em>c</em> d</main>e<p>f")
    assert [held(built, tag) for tag in ("body", "main", "em", "p")] == [
        "a b c d e f",
        "b c d",
        "c",
        "f",
    ]


@pytest.mark.parametrize("tag", ["script", "style", "svg", "template"])
def test_what_browsers_do_not_show_has_no_words(tag: str) -> None:
    built = page(f"<body>a<{tag}>hidden<i>hidden</i></{tag}>b <!-- hidden -->c")
    assert built.words == ("a", "b", "c")
    assert held(built, tag) == ""


def test_the_tex_beside_a_formula_has_no_words() -> None:
    formula = "<math><mi>x</mi><annotation encoding='application/x-tex'>\\tex</annotation></math>"
    assert page(f"<body>{formula}").words == ("x",)


def test_a_page_without_words_is_a_page() -> None:
    built = page('<html><head><title>App</title></head><body><div id="root"></div></body>')
    assert built.words == ()
    assert built.head.title == "App"


def test_a_page_without_a_body_has_no_words() -> None:
    assert page('<meta http-equiv="refresh" content="0; url=/b/">').words == ()


@pytest.mark.parametrize(
    "html",
    [
        "<title>T</title><header>a</header><main>b</main><footer>c",
        "<html><head><title>T</title><meta charset=utf-8><my-bar>a</my-bar></head><body>b <p>c",
        "<body>a<p>b</p></body><footer>c",
        "<html><body>a<p>b</p></body></html><footer>c</footer>",
        "<html><body>a</body></html><html><body><p>b</body></html><p>c",
        "<html><body>a</body></html><html> b <a href=d>c</a></html>",
        "<html><body>a</body></html><html><head></head> b <body>c</body></html>",
        "<html><body>a</body> b <p>c</p></html>",
        "<html><head></head><p>a</p></html><p>b</p></body></html><p>c",
    ],
)
def test_the_body_is_whole_where_its_tags_are_missing_or_misplaced(html: str) -> None:
    """Minifiers leave them out, and templates write them twice."""
    built = page(html)
    assert (built.words, held(built, "body")) == (("a", "b", "c"), "a b c")


def test_an_element_outside_of_the_body_holds_nothing() -> None:
    built = page("<title>a</title><body>b")
    assert held(built, "title") == ""


@pytest.mark.parametrize("data", [b"", b" \n", b"<!-- only this -->", b"\xef\xbb\xbf", b"\0"])
def test_an_empty_page_is_an_error(data: bytes) -> None:
    with pytest.raises(PageError, match=r"a/index\.html: is empty"):
        page(data)


# Limits


def test_a_page_of_20_mb_is_read_to_its_end() -> None:
    assert page(b"<p>" + b"a" * 19_990_000 + b"</p><p>last").words[-1] == "last"


def test_a_larger_page_is_an_error() -> None:
    with pytest.raises(PageError, match="is larger than 20 MB"):
        page(b"<p>" + b" " * 20_000_000)


@pytest.mark.parametrize("start", ["", "<svg>"])  # whose words are not read
@pytest.mark.parametrize("depth", [3_000, 200_000])
def test_a_page_of_which_the_parser_drops_the_end_is_an_error(depth: int, start: str) -> None:
    with pytest.raises(PageError, match="more than 500 elements within elements"):
        page(start + "<g>" * depth + "x")


def test_a_deep_page_is_an_error() -> None:
    with pytest.raises(PageError, match="more than 500 elements within elements"):
        page("<div>" * MAX_DEPTH + "x")


def test_deep_pages_of_real_sites_are_read() -> None:
    assert page("<div>" * (MAX_DEPTH - 1) + "x" + "</div>" * MAX_DEPTH + "y").words == ("x", "y")


@pytest.mark.parametrize("attribute", ["a{}", "a{}=1", "a{}='>'", 'a{}="<"', "a{} = 1"])
def test_thousands_of_attributes_are_an_error(attribute: str) -> None:
    """The parser takes 5 seconds for 30,000 of them."""
    many = " ".join(attribute.format(number) for number in range(30_000))
    with pytest.raises(PageError, match=f"more than {MAX_ATTRIBUTES} attributes"):
        page(f"<body><p>one<p {many}>two")


def test_long_attributes_are_read() -> None:
    picture = "data:image/png;base64," + "A" * 100_000
    assert page(f'<img src="{picture}" alt="{"<a b " * 2_000}"><p>x').words == ("x",)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>x</div>",
        "<b>x",
        '<a b="',
        "<p><b>x",
        "<!--",
        "&#0;",
        "<a b='c' d>",
        "<table>",
        "x<",
        "<a ",
        "<a b='",
    ],
)
def test_reading_a_page_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def read(size: int) -> None:
        with contextlib.suppress(PageError):
            page("<body>" + piece * size)

    assert_linear(read, 5_000)


# Encodings


@pytest.mark.parametrize(
    "data",
    [
        "<p>Über".encode(),
        b"\xef\xbb\xbf" + "<p>Über".encode(),
        b"\xff\xfe" + "<p>Über".encode("utf-16-le"),
        b"\xfe\xff" + "<p>Über".encode("utf-16-be"),
        b"<meta charset=iso-8859-1><p>\xdcber",
        b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>\xdcber',
        b'<?xml version="1.0" encoding="ISO-8859-1"?><html><body><p>\xdcber</p></body></html>',
        # A byte order mark wins over the declaration (HTML 13.2.3.2).
        b"\xef\xbb\xbf<meta charset=latin1>" + "<p>Über".encode(),
        b"<meta charset=utf-16>" + "<p>Über".encode(),
        b"<meta charset=no-such-thing>" + "<p>Über".encode(),
        b"<meta charset=zip>" + "<p>Über".encode(),
        b"<meta charset=idna>" + "<p>Über".encode(),
    ],
)
def test_every_encoding_gives_the_same_words(data: bytes) -> None:
    assert page(data).words == ("über",)


def test_declared_encodings_are_read_as_browsers_read_them() -> None:
    """Latin-1 means Windows-1252, and GB 2312 means GBK."""
    assert page(b"<meta charset=latin1><p>\x8cuvre").words == ("œuvre",)
    assert page("<meta charset=gb2312><p>镕".encode("gbk")).words == ("镕",)


def test_broken_bytes_cost_only_their_character() -> None:
    assert page(b"<p>one \xff\xfe two \xe4</p><p>three").words == ("one", "two", "three")


def test_a_null_byte_does_not_end_the_page() -> None:
    assert page(b"<p>one\0</p><p>two").words == ("one", "two")


# Metadata


def head(html: str) -> Head:
    return page(html).head


def test_the_metadata_of_a_page() -> None:
    found = head("""
      <html lang="de"><head><title> A
      title </title><base href="/b/"><link rel="canonical" href="https://x.example/a/">
      <meta property="og:title" content="Open title"><meta property="og:url" content="/o/">
      <meta name="description" content="About"><meta property="og:image" content="/p.png">
      <meta property="article:published_time" content="2024-01-02T03:04:05Z">
      <meta property="article:modified_time" content="2024-02-03">
      <meta name="author" content="Ann"><meta property="og:type" content="article">
      </head><body><h1>One <i>title</i></h1><h1>Other</h1><svg><title>Icon</title></svg>""")
    assert found == Head(
        title="A title",
        og_title="Open title",
        h1s=("One title", "Other"),
        canonical="https://x.example/a/",
        og_url="/o/",
        base="/b/",
        language="de",
        description="About",
        image="/p.png",
        published="2024-01-02T03:04:05Z",
        modified="2024-02-03",
        author="Ann",
        type="article",
        local=LocalSigns(has_pictures=True),
    )


def test_a_page_that_says_nothing_has_no_metadata() -> None:
    assert head("<p>x") == Head()


def test_the_title_of_a_drawing_is_not_the_page_s() -> None:
    assert head("<body><svg><title>Icon</title></svg>").title is None


@pytest.mark.parametrize(
    "data",
    [
        '{"@type": "BlogPosting", "datePublished": "2024-01-02", "author": {"name": "Ann"}}',
        '[{"@type": "WebSite"}, {"@type": ["Article"], "datePublished": "2024-01-02",'
        ' "author": [{"name": "Ann"}]}]',
        '{"@graph": [{"@type": "NewsArticle", "datePublished": "2024-01-02", "author": "Ann"}]}',
    ],
)
def test_json_ld_describes_an_article(data: str) -> None:
    found = head(f'<body><script type="application/ld+json">{data}</script>')
    assert (found.published, found.author, found.type) == ("2024-01-02", "Ann", "article")


@pytest.mark.parametrize("data", ["", "{", "[" * 100_000, "1e999", '{"@type": 1}', '"a"', "null"])
def test_odd_json_ld_describes_nothing(data: str) -> None:
    assert head(f'<body><script type="application/ld+json">{data}</script><p>x') == Head()


@pytest.mark.parametrize(
    "html",
    [
        '<time itemprop="datePublished" datetime="2024-01-02">',
        '<meta itemprop="datePublished" content="2024-01-02"><time datetime="2020-01-01">',
        '<time datetime="2024-01-02">2 January</time>',
        '<time class="dt-published" datetime="2024-01-02"><time datetime="2020-01-01">',
        '<meta name="DC.date" content="2024-01-02">',
    ],
)
def test_a_date_in_the_body_is_the_post_s_if_it_is_marked_or_the_only_one(html: str) -> None:
    assert head(f"<body>{html}").published == "2024-01-02"


def test_of_several_dates_none_is_the_post_s() -> None:
    assert head('<body><time datetime="2024-01-02"><time datetime="2024-01-03">').published is None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<meta http-equiv="refresh" content="0; url=/b/">', True),
        ('<META HTTP-EQUIV="Refresh" CONTENT="0;URL=/b/">', True),
        ('<meta http-equiv="refresh" content="300">', False),
        ('<body><noscript><meta http-equiv="refresh" content="0; url=/b/"></noscript>', False),
    ],
)
def test_a_redirect_sends_browsers_to_another_page(html: str, *, expected: bool) -> None:
    assert head(html).is_redirect == expected


@pytest.mark.parametrize(
    ("content", "expected"), [("noindex, follow", True), ("none", True), ("index", False)]
)
def test_robots_say_what_is_not_indexed(content: str, *, expected: bool) -> None:
    assert head(f'<meta name="robots" content="{content}">').is_noindex == expected


def test_of_several_words_to_robots_the_strictest_counts() -> None:
    first, second = '<meta name="robots" content="index">', '<META name="Robots" content="NOINDEX">'
    assert head(first + second).is_noindex
    assert head(second + first).is_noindex


def test_what_hides_from_one_search_engine_hides_from_no_other() -> None:
    html = '<meta name="googlebot" content="noindex"><meta name="description" content="noindex">'
    assert not head(html).is_noindex


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost/", True),
        ("https://a.localhost:80/", True),
        ("http://[::1]:4000/", True),
        ("http://127.9.9.9/", True),
        ("https://localhost.example/", False),
        ("http://10.0.0.1/", False),
        ("/localhost", False),
    ],
)
def test_loopback_is_a_matter_of_the_host(url: str, *, expected: bool) -> None:
    assert is_loopback_url(url) == expected


def test_reading_the_head_does_not_change_the_tree() -> None:
    built = page("<title>a</title><body><h1>b</h1>")
    assert read_head(built.tree) == built.head
