"""Dropped tags join no words that a page shows apart, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.content.allowed_html import tags
from publisher.content.safe_xhtml import sanitised
from publisher.content.words_apart import kept_apart
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable


def xhtml_of(html: str) -> str:
    return sanitised(html, base="https://example.org/", prefix="x").xhtml


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<label>duty</label><label>mypy</label>", "duty mypy"),
        ("<label><b>a</b></label><b>b</b>", "<b>a</b> <b>b</b>"),
        ("<label>caf&eacute;</label><!-- c --><label>b</label>", "café b"),
        ("a<button>b</button>c", "a b c"),
        ("<select><option>1</select>a<select><option>2</select>b", "a b"),
        ("<datalist><option>a<option>b</datalist>", "a b"),
        ("<fieldset><legend>a</legend>b</fieldset>c", "a b c"),
        ("<center>a</center>b", "a b"),
        ("<my-tab>a</my-tab><my-tab>b</my-tab>", "a b"),
        ("a<svg><text>x</text></svg>b", "a b"),
        ("a<canvas></canvas>b", "a b"),
        ("a<input>b", "a b"),
        ("a<iframe src=/c></iframe>b",
         'a <a href="https://example.org/c">https://example.org/c</a> b'),
        ("a<img alt=b src='data:image/gif;base64,R0'>c", "a b c"),
        ("a<div></div>b<audio></audio>c<p><i></i></p>d", "a b c d"),
    ],
)  # fmt: skip
def test_tags_that_are_dropped_leave_words_apart(html: str, xhtml: str) -> None:
    assert xhtml_of(html) == xhtml


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<label>a</label> <label>b</label>", "a b"),
        ("<label>a:</label><label>b</label>", "a:b"),
        ("<p>a</p><label>b</label><p>c</p>", "<p>a</p>b<p>c</p>"),
        ("<label>a</label><br><label>b</label>", "a<br/>b"),
        ("<label>a</label><table><tr><td>b</td></tr></table>c",
         "a<table><tbody><tr><td>b</td></tr></tbody></table>c"),
        ("<font>O</font>nce <acronym>URL</acronym>s <nobr>a</nobr><nobr>b</nobr>", "Once URLs ab"),
        ("<font color=red>R</font><font color=blue>G</font>", "RG"),
        ("a<script>x</script>b<style>x</style>c<!-- x -->d", "abcd"),
        ("a<noscript>b</noscript>c", "abc"),
        ("Vec<String>s and a<x-b>b</x-b>", "Vecs and ab"),
        ("a<i></i>b<span></span>c<a></a>d", "abcd"),
        ("<p><button>a</button></p>", "<p>a</p>"),
    ],
)  # fmt: skip
def test_parts_of_a_word_stay_together(html: str, xhtml: str) -> None:
    assert xhtml_of(html) == xhtml


@given(st.lists(st.sampled_from([
    "a", "B", " ", "&eacute;", "<", ">", "<label>", "</label>", "<my-tab>", "</my-tab>",
    "<b>", "</b>", "<p>", "<svg>", "</svg>", "<iframe src=c>", "</iframe>", "<!--", "-->",
    "<script>", "</script>", "<br>",
]), max_size=30).map("".join))  # fmt: skip
@example("<my-tab>a</my-tab><my-tab>b</my-tab>")
@example("a<iframe src=c></iframe>b")
def test_words_are_kept_apart_by_blanks_alone(html: str) -> None:
    kept = kept_apart(html)
    assert kept.replace(" ", "") == html.replace(" ", "")
    assert [tag.name for tag in tags(kept)] == [tag.name for tag in tags(html)]


@pytest.mark.parametrize(
    "html",
    [
        lambda n: "<label>a</label>" * n,
        lambda n: "<my-tab>a</my-tab>" * n,
        lambda n: "a<label>" + "<x>" * n + "b",
        lambda n: "<svg>" * n + "a</svg>" * n,
        lambda n: "a<iframe src=b>" * n,
        lambda n: "<" * n,
    ],
)
def test_the_time_grows_linearly(html: Callable[[int], str]) -> None:
    assert_linear(lambda size: kept_apart(html(size)), 1_000)


def test_many_empty_elements_take_time_in_proportion_to_their_number() -> None:
    assert_linear(lambda size: xhtml_of("a<div></div>" * size + "b"), 500)
