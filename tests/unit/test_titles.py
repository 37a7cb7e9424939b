"""Titles and summaries in HTML become plain text, and lose no word that only looks like a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.post import BodySyntax
from publisher.text.titles import plain_heading, plain_title
from tests.support import posts
from tests.support.growth import assert_linear
from tests.support.posts import post
from tests.unit.test_engines import read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("A <em>new</em> day", "A new day"),
        ('A <a href="/x" title=y>link</a> and <SUB>2</SUB>', "A link and 2"),
        ("<b>One <i>two <u>three</u></i></b>", "One two three"),
        ("<code>&lt;details&gt;</code> &amp; friends", "<details> & friends"),
        ("<b>One</b><br />two", "One two"),
        ("<i>E</i>&#x301; &eacute;&nbsp;x", "E\u0301 \xe9\xa0x"),
        ("<b>a</b>&#11;b&#0;", "ab\ufffd"),
        ("<br>line<br/>two &amp; three", "line two & three"),
        ("<img src=x> pic", "pic"),
        ("a <img src='/x.png' title=y> pic", "a pic"),
        ('A <IMG src="/x.png" alt="red &amp; ripe"/> pear', "A red & ripe pear"),
        ("A <img alt = pear src=/x.png>!", "A pear!"),
        ("<b>A <img src=x alt='>'></b>", "A >"),
        ("<input type=checkbox checked> done", "done"),
        ("<script>alert(1)</script>t", "t"),
        ("<p>One</p><p>two</p>", "One two"),
        ("<h1>A</h1> b<!-- c -->", "A b"),
        ("<code><video></code> and <audio>", "<video> and <audio>"),
        ("<b>The <video controls> tag</b>", "The <video controls> tag"),
        ("a <b>b <i>c</b> d</i>", "a b c d"),
        ("<a href='x>y'>z</a> <bdi>a</bdi>", "z a"),
        ("<ruby>\u6f22<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "\u6f22(kan)"),
        ("<nobr>super<wbr>long</nobr>", "superlong"),
        ("<picture><img src=a alt=b></picture> c", "b c"),
        ("<SCRIPT async>if (a<b) x()</SCRIPT>t<style>b {}</style>", "t"),
    ],
)
def test_whole_elements_show_that_a_title_is_html(written: str, text: str) -> None:
    assert plain_title(written, "elements") == plain_title(written, "html") == text
    assert plain_title(written, "text") == written


@pytest.mark.parametrize(
    "written",
    [
        "The <b> element", "2 < 3 > 1", "a</b>", "<details>x</details>", "List<String>",
        "<T>", "a <b", "The <img> tag", "<input disabled>", "<hr>", "<script>x", "<script> element",
        "<b>x</i>", "AT&T", "<video>", "Use <video> & <audio>", "<video></video>",
        "a <!-- b", "Q&A;", "<b></b>", "&unknown;", "?a=1&copy=2",
    ],
)  # fmt: skip
def test_what_only_looks_like_markup_stays(written: str) -> None:
    assert plain_title(written, "elements") == plain_title(written, "html") == written


@pytest.mark.parametrize("title", ["<img src=/x.png>", "<script>alert(1)</script>"])
def test_a_title_that_shows_nothing_gives_way_to_the_first_words(title: str) -> None:
    assert posts.entry(post(title=title, body="First words.")).title == "First words."
    assert posts.entry(post(title=title, body="Text.", values={"summary": title})).teaser == "Text."


@pytest.mark.parametrize("engine", ["jekyll", "hugo", "zola", "eleventy", "hexo", "plain"])
def test_pictures_and_scripts_are_markup_in_the_titles_of_every_engine(engine: Engine) -> None:
    title = "<img src=x alt=A> pic<br>ture<script>alert(1)</script>"
    assert posts.entry(post(engine=engine, title=title)).title == "A pic ture"


@pytest.mark.parametrize(
    ("engine", "title"),
    [
        ("jekyll", "Q&A"), ("pelican", "Q&A"),
        ("hugo", "Q&amp;A"), ("zola", "Q&amp;A"), ("eleventy", "Q&amp;A"), ("hexo", "Q&amp;A"),
        ("nikola", "Q&amp;A"), ("plain", "Q&amp;A"),
    ],
)  # fmt: skip
def test_a_reference_is_text_where_templates_escape_titles(engine: Engine, title: str) -> None:
    assert posts.entry(post(engine=engine, title="Q&amp;A")).title == title
    assert posts.entry(post(engine=engine, title="<em>Q</em>&amp;A")).title == "Q&A"


FORMS: dict[str, tuple[Engine, str, str]] = {
    "yaml": ("jekyll", "a.md", "---\ntitle: TITLE\ndate: 2020-01-02\n---\n"),
    "not yaml": ("jekyll", "a.md", "---\ntitle: TITLE\ndate: 2020-01-02\ntags: a: b\n---\n"),
    "toml": ("hugo", "a.md", "+++\ntitle = 'TITLE'\ndate = 2020-01-02\n+++\n"),
    "json": ("hugo", "a.md", '{"title": "TITLE", "date": "2020-01-02"}\n'),
    "named": ("eleventy", "a.md", '---json\n{"title": "TITLE", "date": "2020-01-02"}\n---\n'),
    "open": ("hexo", "source/_posts/a.md", "title: TITLE\ndate: 2020-01-02\n---\n"),
    "exported": ("any", "a.mdx", "export const meta = {title: 'TITLE', date: '2020-01-02'}\n\n"),
    "metadata": ("pelican", "a.md", "Title: TITLE\nDate: 2020-01-02\n\n"),
    "fields": ("pelican", "a.rst", "TITLE\n" + 40 * "=" + "\n\n:date: 2020-01-02\n\n"),
    "html": (
        "pelican",
        "a.html",
        "<title>TITLE</title><meta name='date' content='2020-01-02'><body>",
    ),
    "comments": ("nikola", "posts/a.md", "<!--\n.. title: TITLE\n.. date: 2020-01-02\n-->\n\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_title_in_html_is_plain_in_every_form_of_front_matter(tmp_path: Path, form: str) -> None:
    engine, name, head = FORMS[form]
    text = head.replace("TITLE", "A <em>new</em> <video> &amp; more") + "Text."
    found = read(tmp_path, engine, {name: text})
    assert [posts.entry(one).title for one in found.posts] == ["A new <video> & more"]


def test_the_metadata_of_an_html_article_has_no_references(tmp_path: Path) -> None:
    head = "<title>A</title><meta name='date' content='2020-01-02'>"
    text = f"{head}<meta name='tags' content='Q&amp;A'><body>Text."
    (found,) = read(tmp_path, "pelican", {"a.html": text}).posts
    assert found.tags == ("Q&A",)


def test_the_time_for_a_title_grows_linearly() -> None:
    assert_linear(lambda size: plain_title("<b><i title='\"><p><!--<video>" * size, "html"), 300)


def test_the_title_of_a_feeds_item_is_text_already() -> None:
    one = posts.entry(post(title="<em>Q</em>&amp;A", syntax=BodySyntax()))
    assert one.title == "<em>Q</em>&amp;A"


def test_a_summary_in_html_is_plain_text() -> None:
    one = posts.entry(post(values={"description": "A <em>short</em> &amp; good one"}))
    assert one.teaser == "A short & good one"
    one = posts.entry(post(body="", values={"summary": "A <em>short</em> one"}))
    assert one.content.xhtml == "<p>A short one</p>"


def test_the_fingerprint_is_that_of_the_title_as_it_is_written() -> None:
    """So an upgrade announces nothing, and an edit of the markup is an edit."""
    one, other = (posts.entry(post(title=title)) for title in ("<em>A</em>", "A"))
    assert one.title == other.title == "A"
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Post number 5 of the *blog*", "Post number 5 of the blog"),
        ("**Bold** and _soft_ and ~~gone~~", "Bold and soft and gone"),
        ("***Both*** and **a *b* c**", "Both and a b c"),
        ("Use `a*b*` and `` `x` ``", "Use a*b* and `x`"),
        ("**`List<T>`** is &amp; stays", "List<T> is & stays"),
        ('A [link](https://a.example "t") and [two][b]', "A link and two"),
        ("[![alt](a.png)](b.html) text", "alt text"),
        (r"Not \*so\* and 1\_000", "Not *so* and 1_000"),
        ("<https://a.example/>", "https://a.example/"),
        ("A <em>new</em> day", "A new day"),
        ("![](a.png)", ""),
    ],
)
def test_a_heading_in_markdown_is_plain_text(written: str, text: str) -> None:
    assert plain_heading(written) == text


@pytest.mark.parametrize(
    "written", ["2 * 3 * 4", "snake_case_name", "a ** b", "[x] done", "C# and __", "5 < 6", "f(x)"]
)
def test_what_only_looks_like_markdown_stays(written: str) -> None:
    assert plain_heading(written) == written


def test_the_time_for_a_heading_grows_linearly() -> None:
    assert_linear(lambda size: plain_heading("**a [b __c ![d <e `f \\g ~~h *" * size), 300)
