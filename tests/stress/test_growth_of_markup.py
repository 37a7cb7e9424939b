"""Rendering takes time in proportion to the body, whatever its author repeats in it."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from publisher.content import markup
from publisher.content.plain_text import plain_text_alternative
from publisher.content.safe_xhtml import render
from publisher.post import MarkdownOptions
from publisher.text import markdown_code
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.content.safe_xhtml import Content
    from publisher.post import Dialect

BASE = "https://blog.example/a/"


def rendered(body: str, dialect: Dialect, *, first_line: int = 1) -> Content:
    return render(body, markup=dialect, marker=None, base=BASE, prefix="p", first_line=first_line)


def numbered(text: str, times: int) -> str:
    return "".join(text.format(number) for number in range(times))


def assert_html_is_linear(
    body: Callable[[int], str], dialect: Dialect, beginning: str, size: int
) -> None:
    def run(times: int) -> None:
        assert markup.html(body(times), dialect).startswith(beginning)

    assert_linear(run, size)


# The sizes are a little above the limits. Below them, some take a second and grow with the square.
@pytest.mark.parametrize(
    ("body", "dialect", "why", "size"),
    [
        (lambda n: "[" * n, "markdown", "brackets that never close", 4_000),
        (lambda n: "![](" * n, "markdown", "brackets that never close", 2_000),
        (lambda n: "[a][" * n, "markdown", "brackets that never close", 2_000),
        (lambda n: "<b " * n, "markdown", "tags that never end", 3_500),
        (lambda n: "<![CDATA[" * n, "markdown", "brackets", 1_500),
        (lambda n: "*[a]: b\n" * n, "markdown", "abbreviations", 3_200),
        (lambda n: "---\n" * n, "markdown", "headings or rules", 9_000),
        (lambda n: "a\n=\n" * n, "markdown", "headings or rules", 9_000),
        (lambda n: "[^1]" * n + "\n\n[^1]: a", "markdown", "references to footnotes", 3_500),
        (lambda n: "<b>" * n, "html", "2000 elements are open at once", 2_500),
        (lambda n: numbered("<b id='<{}'>", n), "html", "2000 elements are open at once", 2_500),
        (lambda n: numbered("<b id={}></i>", n), "html", "2000 elements are open at once", 2_500),
        (lambda n: numbered("<b id='{}'/>", n), "html", "2000 elements are open at once", 2_500),
        (
            lambda n: "<SCRIPT>a</Script>" + numbered("<b id={}>", n),
            "html",
            "2000 elements are open at once",
            2_500,
        ),
        (lambda n: "<i/>" * n, "commonmark", "2000 elements are open at once", 2_500),
        (lambda n: "*a &#11; &lt;\n" * n, "rest", "too many marks", 3_000),
        (lambda n: "[" * n, "commonmark", "recursion", 10_000),
        (
            lambda n: "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|b|\n" * n,
            "markdown",
            "rows of its tables lack",
            1_500,
        ),
        (
            lambda n: "\n".join(["a|" * 500, "-|" * 500, *["b"] * 100, "", ""]) * n,
            "kramdown",
            "rows of its tables lack",
            20,
        ),
        (
            lambda n: "> " + "\n> ".join(["|a" * 250, "|-" * 250, *["b"] * 250, "", ""]) * n,
            "goldmark",
            "rows of its tables lack",
            20,
        ),
        (
            lambda n: "[a]: /" + "b" * 10_000 + "\n\n" + "[a] " * n,
            "goldmark",
            "are too long and used too often",
            2_500,
        ),
        (
            lambda n: "[a]: /" + "b" * 10_000 + "\n\n" + "[a] " * n,
            "markdown",
            "are too long and used too often",
            4_200,
        ),
        (
            lambda n: "*[a]: " + "b" * 10_000 + "\n\n" + "a " * n,
            "kramdown",
            "are too long and used too often",
            2_500,
        ),
        (
            lambda n: "*[a]: " + "b" * 10_000 + "\n\n" + "a " * n,
            "markdown",
            "are too long and used too often",
            2_500,
        ),
        (lambda n: "|a" * 500 + "|\n" + "|b\n" * n, "kramdown", "rows of its tables lack", 1_500),
        (lambda n: "> " * n + "a", "goldmark", "recursion", 6_000),
        (lambda n: "http: " * n, "kramdown", "too many URLs", 8_000),
        (lambda n: "a@b " * n, "goldmark", "too many URLs", 8_000),
    ],
)
def test_what_never_closes_becomes_text(
    body: Callable[[int], str], dialect: Dialect, why: str, size: int
) -> None:
    def run(times: int) -> None:
        content = rendered(body(times), dialect)
        ((_, message),) = content.warnings
        assert "cannot be rendered, so readers get its source as text" in message
        assert why in message
        assert content.xhtml.startswith("<p>")

    assert_linear(run, size)


BOLD = "".join(f"<b id={number}>" for number in range(180))


@pytest.mark.parametrize(
    "formatting",
    [
        f"<p>{BOLD}</p>",
        "<p>" + BOLD.replace(">", " title='</b>'>") + "</p>",
        f"<p>{BOLD}<!-- {'</b>' * 180} --></p>",
        f"<p>{BOLD}<table><td>{'</b>' * 180}</table></p>",
        f"<p>{BOLD}{'<div>' * 10}{'</b>' * 180}{'</div>' * 10}</p>",
    ],
    ids=["open", "closed in an attribute", "in a comment", "in a table", "below many blocks"],
)
def test_what_never_closes_is_not_repeated_in_every_block(formatting: str) -> None:
    def run(times: int) -> None:
        body = formatting + "<p>x</p>" * times
        content = rendered(body, "html")
        assert [message.partition(": ")[2] for _, message in content.warnings] == [
            "its <b>, <i> or similar tags never close, so every block repeats them"
        ]
        assert content.text == body

    assert_linear(run, 1_200)


@pytest.mark.parametrize(
    "body",
    [
        lambda n: "<img data-src=a.png>" * n,
        lambda n: "<noscript>" * n + "<img src=a.png></noscript>",
        lambda n: "<noscript><img src=a.png></noscript>" * n,
        lambda n: "<img src=a.png>" + "</a>" * n + "<noscript><img src=a.png></noscript>" * n,
        lambda n: "<noscript><img src=a.png>" + "<" * n + "</noscript>" * n,
    ],
)
def test_lazy_pictures(body: Callable[[int], str]) -> None:
    assert_html_is_linear(body, "html", "<", 1_000)


def test_what_is_hidden_costs_nothing() -> None:
    def run(times: int) -> None:
        body = "<p>a</p><svg><style>" + numbered("<b id={}>", times)
        assert rendered(body, "html").xhtml == "<p>a</p>"

    assert_linear(run, 8_000)


@pytest.mark.parametrize(
    ("before", "body", "part", "size"),
    [
        ("", "[a](b) ", '<a href="b">a</a>', 800),
        ("", "* [a](b_(c)) and [d][e]\n", '<a href="b_(c)">a</a> and [d][e]</li>', 300),
        ("", "a [sic and (so on\n\n", "<p>a [sic and (so on</p>", 600),
        ("", "<p>a\n", "<p>a", 6_000),
        ("", "<P>a\n", "<P>a", 6_000),
        ("", "if a < b and c > d:\n", "if a &lt; b and c &gt; d:", 1_400),
        ("*[HTML]: x\n" * 50 + "\n", "HTML ", '<abbr title="x">HTML</abbr>', 3_000),
    ],
)
@pytest.mark.parametrize("dialect", ["markdown", "kramdown"])
def test_a_long_post_keeps_its_parts(
    before: str, body: str, part: str, size: int, dialect: Dialect
) -> None:
    def run(times: int) -> None:
        assert markup.html(before + body * times, dialect).count(part) == times

    assert_linear(run, size)


@pytest.mark.parametrize(
    ("body", "beginning", "size"),
    [
        (lambda n: "{% " * n, "<p>{% {% {% ", 2_000),
        (lambda n: "{: a='" * n, "<p>{: a=’{: a=’{: a=", 1_000),
        (lambda n: "a\n{:toc}\n\n" * n, "<p>a</p>\n<p>a</p>\n", 1_000),
        (
            lambda n: "* T\n{:toc}\n" * n + "# a\n" * n,
            '<ul><li><a href="#a">a</a></li><li>',
            300,
        ),
        (lambda n: "$$a " * n, '<p><code class="language-math">a</code>a <code', 6_000),
        (
            lambda n: numbered("*[a{}]: b\n", n) + "\n" + "a1 " * (10 * n),
            '<p><abbr title="b">a1</abbr> <abbr title="b">a1</abbr> ',
            200,
        ),
        (
            lambda n: '<div markdown="1">\n' * n,
            '<div markdown="1">\n<div markdown="1">\n',
            2_000,
        ),
        (
            lambda n: "`{:/}` {:/}\n" * n,
            "<p><code>{:/}</code> {:/}\n<code>{:/}</code> {:/}\n",
            1_000,
        ),
        (
            lambda n: "{::comment}\n" * n + "{:/nomarkdown}",
            "<p>{::comment}\n{::comment}\n",
            1_000,
        ),
        (lambda n: "`a` " * n + "{:/}", "<p><code>a</code> <code>a</code> ", 3_000),
        (lambda n: "- a\n{:#x}\n" * n, '<ul id="x">\n<li>a</li>\n</ul>\n<ul id="x">', 400),
        (
            lambda n: "- a\n" * n + "{:#x}\n" * (5 * n),
            '<ul id="x">\n<li>a</li>\n<li>a</li>\n',
            600,
        ),
        (lambda n: "# a\ntext\n" * n, '<h1 id="a">a</h1>\n<p>text</p>\n<h1 id="a-1">', 500),
        (lambda n: "a\n: b\n" * n, "<dl>\n<dt>a</dt>\n<dd>b\na</dd>\n<dd>", 300),
        (lambda n: "<p>a</p>\n" * n, "<p>a</p>\n<p>a</p>\n", 1_000),
        (lambda n: "<div></div>\n" * n, "<div></div>\n<div></div>\n", 1_000),
        (lambda n: "<div>\n\n" * n, "<div>\n<div>\n", 1_000),
        (
            lambda n: '<div markdown="1">\na\n</div>\n' * n,
            '<div markdown="1">\n<p>a</p>\n</div>\n<div',
            400,
        ),
        (lambda n: "<script>\n\n" * n, "<script>\n<script>\n", 1_000),
        (lambda n: "`<!--`\n\n" * n, "<p><code>&lt;!--</code></p>\n<p>", 600),
        (
            lambda n: "<code>a</code> " * n + "<code>b",
            "<p><code>a</code> <code>a</code> ",
            2_000,
        ),
        (lambda n: "~~~ a\n\n" * n, "<p>~~~ a</p>\n<p>~~~ a</p>", 600),
        (lambda n: "a\n: b\n\n" * n, "<dl>\n<dt>a</dt>\n<dd>b</dd>\n<dt>a</dt>\n", 400),
        (lambda n: "1. a\n" * n, "<ol>\n<li>a</li>\n<li>a</li>\n", 600),
        (lambda n: "- a\n" + "b\n" * n, "<ul>\n<li>a\nb\nb\n", 3_000),
        (lambda n: "a | b\n" * n + "c", "<p>a | b\na | b\n", 1_600),
        (lambda n: "|" * n, "<table>\n<tbody>\n<tr>\n<td></td>\n<td></td>", 2_000),
        (lambda n: "<a>" * n + " | b </b>", "<table>\n<tbody>\n<tr>\n<td><a><a>", 2_000),
        (
            lambda n: "**重要。**" * n,
            "<p><strong>重要。</strong><strong>重要。</strong>",
            1_000,
        ),
        (lambda n: "*a**b_c" * n, "<p><em>a**b_c</em>a<strong>b_c*a</strong>", 600),
        (lambda n: "'" * n, "<p>’’’", 3_000),
        (lambda n: "$$a: " * n, '<p><code class="language-math">a:</code>a: <code', 3_000),
        (
            lambda n: "{::comment}" * n + "{:/nomarkdown}",
            "<p>{::comment}{::comment}",
            1_000,
        ),
        (lambda n: "a {::comment}b{:/} " * n + "{:/comment}", "<p>a  a  a ", 2_000),
        (
            lambda n: "a http://b.example\n" * n,
            '<p>a <a href="http://b.example">http://b.example</a>\na',
            1_000,
        ),
        (
            lambda n: "{:a: .b}\n" * n + "\n" + "c\n{:a}\n\n" * n,
            '<p class="b b b',
            400,
        ),
        (lambda n: "a\n# \n" * n, "<p>a\n#\na\n#", 1_000),
        (
            lambda n: numbered("*[abcdefgh{}]: b\n", n) + "*[z]: b\n\n" + "abcdefgh " * (4 * n),
            "<p>abcdefgh abcdefgh ",
            2_000,
        ),
    ],
)
def test_what_kramdown_adds(body: Callable[[int], str], beginning: str, size: int) -> None:
    assert_html_is_linear(body, "kramdown", beginning, size)


@pytest.mark.parametrize(
    ("body", "beginning", "size"),
    [
        (lambda n: "'" * n, "<p>", 3_000),
        (lambda n: "\"a' " * n, "<p>“a’ “a’ ", 1_400),
        (lambda n: "# a {" + ".b " * n, '<h1 id="a-b-b', 60_000),
        (lambda n: "# a {.b}\n" * n, '<h1 id="a">a</h1>\n<h1 id="a-1">a</h1>', 600),
        (lambda n: "<<" * n, "<p>«««", 8_000),
        (lambda n: "# a {#" + "b" * n, '<h1 id="a', 200_000),
    ],
)
def test_what_goldmark_adds(body: Callable[[int], str], beginning: str, size: int) -> None:
    assert_html_is_linear(body, "goldmark", beginning, size)


@pytest.mark.parametrize(
    ("body", "beginning", "size"),
    [
        (lambda n: "a\n{#b}\n" * n, '<p id="b">a</p>\n<p id="b">a</p>', 600),
        (lambda n: "* a\n" * n + "{.b}\n" * n, "<ul>\n<li>a</li>", 600),
        (lambda n: "a\n{#b" + ".b" * n, "<p>a\n{#b.b", 60_000),
        (lambda n: "a\n{#b" + " " * n + ".", "<p>a\n{#b", 60_000),
        (lambda n: "a\n{#b" + ",.b" * n, "<p>a\n{#b,.b", 20_000),
        (lambda n: "a\n{b" + "=b" * n, "<p>a\n{b=b", 8_000),
        (lambda n: ":aq" * n, "<p>:aq:aq", 2_000),
    ],
)
def test_attributes_of_blocks_and_emoji(
    body: Callable[[int], str], beginning: str, size: int
) -> None:
    options = MarkdownOptions(block_attributes=True, emoji=True)

    def run(times: int) -> None:
        assert markup.html(body(times), "goldmark", options).startswith(beginning)

    assert_linear(run, size)


@pytest.mark.parametrize(
    ("body", "beginning", "size"),
    [
        (lambda n: "~a" * n, "<p>", 10_000),
        (lambda n: "a ~" * n, "<p>", 10_000),
        (lambda n: "\"a' " * n, "<p>“a’ “a’ ", 10_000),
        (lambda n: "a\n" * n, "<p>a<br>a<br>", 10_000),
        (lambda n: "# a\n" * n, '<h1 id="a">a</h1>\n<h1 id="a-1">a</h1>', 600),
        (lambda n: "![a](b.png) " * n, '<p><img src="link://root/b.png" alt="a"', 2_000),
    ],
)
def test_what_marked_adds(body: Callable[[int], str], beginning: str, size: int) -> None:
    assert_html_is_linear(body, "marked", beginning, size)


def test_a_heading_with_very_many_blanks() -> None:
    assert_html_is_linear(lambda n: "# a" + " " * n + "b", "commonmark", '<h1 id="a', 100_000)


def test_many_headings_of_the_same_words_are_numbered_on() -> None:
    def run(times: int) -> None:
        body = "# a\n" * times + "# a-1\n" * times
        found = markup.html(body, "commonmark")
        assert found.endswith(f'<h1 id="a-1-{times}">a-1</h1>')

    assert_linear(run, 500)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("<font>x</font>\n", "<font> is removed"),
        ("<p onclick=a>x</p>\n", "the event handler onclick of <p> is removed"),
    ],
)
def test_many_losses_are_found_in_one_pass(loss: str, message: str) -> None:
    def run(times: int) -> None:
        warnings = rendered(loss * times, "html", first_line=2).warnings
        assert [line for line, _ in warnings] == [*range(2, times + 2)]
        assert all(text.startswith(message) for _, text in warnings)

    assert_linear(run, 2_000)


def test_a_srcset_of_commas() -> None:
    def run(times: int) -> None:
        content = rendered(f"<img src='a' srcset='b{',' * times}'>", "html")
        assert f'srcset="{BASE}b"' in content.xhtml

    assert_linear(run, 100_000)


def test_a_srcset_with_a_long_address_that_is_none() -> None:
    def run(times: int) -> None:
        srcset = f"{'b' * times} foo bar, c 1.2.3x, d 640w 480h, .5x"
        content = rendered(f"<img src='a' srcset='{srcset}'>", "html")
        assert f'srcset="{BASE}d 640w 480h, {BASE}.5x"' in content.xhtml

    assert_linear(run, 150_000)


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("<p>a</p>", 2_000),
        ("<li>a<p>b</p></li>", 1_000),
        ("<em>a</em> ", 2_000),
        ("<a href='b'>c</a> ", 2_000),
        ("<a href='#b'><sup>c</sup></a>", 1_500),
        ("<tr><td>a</td></tr>", 1_000),
        ("a<br/>", 3_000),
        ("<pre>a\nb</pre>", 2_000),
        ("<dd>a<p>b</p></dd>", 1_000),
        ("<code>`</code>", 2_000),
    ],
)
@pytest.mark.parametrize(
    "levels", [("p",), ("ol",), ("table",), ("ol", "li") * 90, ("blockquote",) * 180]
)
def test_the_text_beside_the_xhtml(part: str, size: int, levels: Sequence[str]) -> None:
    before = "".join(f"<{name}>" for name in levels)
    after = "".join(f"</{name}>" for name in reversed(levels))

    def run(times: int) -> None:
        tree = etree.fromstring(f"<div>{before}{part * times}{after}</div>")
        assert len(plain_text_alternative(tree)) < 200 * times

    assert_linear(run, size)


@pytest.mark.parametrize(
    ("text", "size", "repeats"),
    [
        (lambda n: "- " * n + "a\n" * n, 4_000, 1),
        (lambda n: "a\n" + "\t- a\n" * n, 4_000, 1),
        # So short that the memory does not count, and repeated so that there is a time to measure.
        (lambda n: "x" + "`" * n, 5_000, 200),
        # Runs of all lengths: none of them has a partner.
        (lambda n: "".join("`" * length + " " for length in range(isqrt(2 * n))), 10_000, 50),
    ],
)
def test_what_looks_like_code(text: Callable[[int], str], size: int, repeats: int) -> None:
    def run(times: int) -> None:
        for _ in range(repeats):
            assert not [*markdown_code.spans(text(times))]

    assert_linear(run, size)
