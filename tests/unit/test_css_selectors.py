"""CSS selectors find what style sheets mean, and take time in proportion to the page."""

from __future__ import annotations

from typing import cast

import pytest
from cssselect import HTMLTranslator
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.text.css_selectors import BadSelector, compiled, is_positional
from tests.support.growth import assert_linear

_COMPOUNDS = ["a", "b.x", "#i", "*", ".x:first-child", "b:not(.x)", ":nth-last-child(2n+1)"]
_COMPOUNDS += ["a:last-of-type", "b:only-child", "a:nth-child(2)", "a:has(> b)", "*:only-child"]
_SELECTORS = st.lists(
    st.tuples(st.sampled_from(_COMPOUNDS), st.sampled_from([" ", " > ", " + ", " ~ ", ", "])),
    min_size=1,
    max_size=4,
).map(lambda parts: "".join(f"{joint}{one}" for one, joint in parts).lstrip(" >+~,"))
_TAGS = ["<a>", "<b>", "<b class='x'>", "<b id='i'>", "<a class='y x'>"]
_TREES = st.recursive(
    st.sampled_from(_TAGS).map(lambda tag: f"{tag}</{tag[1]}>"),
    lambda inner: st.tuples(st.sampled_from(_TAGS), st.lists(inner, max_size=4)).map(
        lambda one: f"{one[0]}{''.join(one[1])}</{one[0][1]}>"
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(_TREES, _SELECTORS)
@example("<a><b class='x'/><a><b class='x'/></a></a>", "a b.x")
@example("<a><b/><a/><b class='x'/></a>", "b ~ b.x, a > b")
def test_the_elements_are_those_of_the_whole_selector_in_xpath(tree: str, selector: str) -> None:
    root = etree.fromstring(f"<a>{tree}</a>")
    whole = etree.XPath(HTMLTranslator().css_to_xpath(selector))
    expected = cast("list[etree._Element]", whole(root))
    assert {*compiled(selector).matches(root)} == {*expected}


def test_an_element_that_matches_twice_is_found_once() -> None:
    root = etree.fromstring("<a><b/></a>")
    assert [one.tag for one in compiled("b, a b").matches(root)] == ["b"]


@pytest.mark.parametrize(
    "selector",
    [
        "p:hover",
        "p:not(a b)",
        "a:has(b c)",
        "p:contains('x')",
        "svg|a",
        "p[",
        "a:nth-child(x)",
        "p::before",
    ],
)
def test_a_selector_of_no_use_is_refused(selector: str) -> None:
    with pytest.raises(BadSelector):
        compiled(selector)


def nested(size: int) -> etree._Element:
    """Many towers of elements of some depth."""
    tower = "<a class='x'>" * 100 + "</a>" * 100
    return etree.fromstring(f"<html>{tower * size}</html>")


def siblings(size: int) -> etree._Element:
    return etree.fromstring(f"<html>{'<a/><b/>' * 50 * size}</html>")


@pytest.mark.parametrize("selector", ["a a", "a a a", "a > a", ".x *", "a a, a a", "a:not(b) .x"])
def test_matching_nested_elements_takes_time_in_proportion(selector: str) -> None:
    assert_linear(lambda size: compiled(selector).matches(nested(size)), 20)


@pytest.mark.parametrize(
    "selector",
    [
        "a ~ b",
        "a + b",
        ":nth-child(2)",
        ":nth-last-child(odd)",
        ":last-child",
        ":only-child",
        "b:only-of-type",
        "a:first-of-type",
        "b:nth-of-type(3n)",
    ],
)
def test_matching_siblings_takes_time_in_proportion(selector: str) -> None:
    assert_linear(lambda size: compiled(selector).matches(siblings(size)), 20)


# Titles

PAGE = (
    "<html><head><title>The “old” mill — A blog</title><meta property='og:title' content='A mill'/>"
    "</head><body><h1>The old mill</h1><h1>Why we left</h1><h2>A mill <a href='#a'>#</a></h2>"
    "<p>A mill</p><h1/></body></html>"
)


def test_a_title_is_a_heading_with_a_title_of_the_head() -> None:
    root = etree.fromstring(PAGE)
    assert [one.text for one in compiled("body > h1:title").matches(root)] == ["The old mill"]
    assert [one.tag for one in compiled(":title").matches(root)] == ["h1", "h2"]
    assert [one.text for one in compiled("h1:not(:title)").matches(root)] == ["Why we left", None]


def test_a_page_without_titles_has_no_heading_with_one() -> None:
    assert compiled("h1:title").matches(etree.fromstring("<html><h1>A mill</h1></html>")) == []


def test_a_heading_of_very_many_elements_is_no_title() -> None:
    """Headings within headings would take time that grows with the square of their number."""
    for count, found in ((99, 1), (100, 0)):
        page = PAGE.replace("<h1>The old mill", f"<h1>The old mill{'<b/>' * count}")
        assert len(compiled("h1:title").matches(etree.fromstring(page))) == found


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("main > p:nth-child(1)", True),
        ("main > .a, p:last-of-type", True),
        ("h1 + p", True),
        (".a ~ p > b", True),
        (".a > div:nth-child(1) p", True),
        ("p:only-child", True),
        ("p:first-child.x", False),
        ("p.x:first-child", False),
        ("h1:title:first-child", False),
        ("div:first-child:has(> .x)", False),
        ("main > div:nth-child(1) > .x", False),
        ("#a ~ [b]", False),
        ("main > aside", False),
    ],
)
def test_a_selector_may_name_nothing_but_a_place(selector: str, *, expected: bool) -> None:
    assert is_positional(selector) == expected


@pytest.mark.parametrize(
    ("heading", "is_title"), [("🎉🎉", True), ("🎉", False), ("-", False), ("...", False)]
)
def test_a_title_of_symbols_is_known_by_all_of_them(heading: str, *, is_title: bool) -> None:
    page = f"<html><head><title>🎉🎉 - A site</title></head><h1>{heading}</h1></html>"
    found = compiled("h1:title").matches(etree.fromstring(page))
    assert bool(found) == is_title
