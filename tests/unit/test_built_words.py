"""The words of sources and pages: the same text has the same words in every markup."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.sources.built.pages.source_markup import shown_text
from publisher.sources.built.pages.words import missing_triples, source_words, triples, words
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop—now!", "don t stop now"),
        ("Don’t", "don t"),
        ("STRASSE Straße", "strasse strasse"),
        ("İstanbul", "i stanbul"),
        ("ﬁne ½ x² №", "fine 1 2 x2 no"),
        ("foo_bar 3.14", "foo bar 3 14"),
        ("e\u0301t\u00e9", "été"),
        ("日本語 kana かな ｶﾅ", "日 本 語 kana か な カ ナ"),
        ("한국어 단어", "한국어 단어"),
        ("ภาษา", "ภ า ษ า"),
        ("", ""),
    ],
)
def test_words_are_folded_and_unspaced_scripts_are_read_by_character(
    text: str, expected: str
) -> None:
    assert words(text) == expected.split()


@given(st.text())
@example("İ")
@example("ΐ")
@example("ﬃ")
def test_the_words_of_words_are_the_same_words(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("*One* **two**three", "one two three"),
        ('[a link](https://x.example/a_(b) "title") ends', "a link ends"),
        ("![alt](picture.png) after", "after"),
        ("![alt][ref] after [text][ref]", "after text"),
        ("[ref]: https://x.example/gone\nstays", "stays"),
        # The text of a footnote looks like the target of a link.
        ("word[^1]\n\n[^1]: https://x.example is the source", "word https x example is the source"),
        ("*[HTML]: Hyper Text\nHTML", "html"),
        ('<p class="a > b">in</p> <!-- not\nthis --> out<br/>', "in out"),
        ("<https://x.example/a> and <me@x.example>", "https x example a and me x example"),
        ("a < b and c > d", "a b and c d"),
        ("<script>var a = '<p>';</script>text<style>p {}</style>", "text"),
        ("the `<div>` element", "the div element"),
        ("```js {1,2}\nlet a = '<b>&amp;'\n```\nend", "let a b amp end"),
        ("~~~\n```ruby\nputs\n~~~", "ruby puts"),
        ("```\nunclosed", "unclosed"),
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}", "puts 1"),
        ("{% comment %}hidden{% endcomment %}{{ page.title }} shown", "shown"),
        ('{{< figure src="a.png" >}} text {{% note %}}in{{% /note %}}', "text in"),
        ("<%= link_to 'a' %> text", "text"),
        ("# Title {#anchor}\n{: .lead}\ntext", "title text"),
        ("[[Page|shown]] and [[Page]]", "shown and page"),
        ("`text <https://x.example>`_ and `code`", "text and code"),
        (".. image:: a.png\n   :alt: hidden\n\n.. note:: shown", "shown"),
        (".. _The paper: https://x.example\n.. __: https://y.example\n.. _top:\n\nshown", "shown"),
        ("#+TITLE: hidden\n[[https://x.example][shown]]", "shown"),
        ("[source,ruby]\n----\nputs\n----\nhttps://x.example[shown]", "puts shown"),
        ('"shown":https://x.example and', "shown and"),
        ("import A from './a.js'\n\n<A b={1} />shown", "shown"),
        ('![alt](a.png){width="50%"} shown', "shown"),
        # reStructuredText
        (".. _Name: https://x.example/gone\n.. _`Two words`: /gone\n.. _here:\n\nshown", "shown"),
        ("`One <https://x.example>`__ `two`__\n\n__ https://x.example/gone\n", "one two"),
        (".. __: https://x.example\n.. |logo| image:: logo.png\n   :alt: gone\n\nshown", "shown"),
        (".. A comment\n   of two lines\n\nshown\n\n.. [1] A note", "shown 1 a note"),
        (".. class:: gone\n\nshown\n\n.. youtube:: gone", "shown"),
        (":doc:`a page <gone>` and :ref:`b`", "a page and b"),
        # AsciiDoc
        (":toc:\n:icons: font\n:page-tags: [gone, too]\n:!sectnums:\nshown", "shown"),
        ("image::a.png[gone,300] video::gone[youtube] include::gone.adoc[] a", "a"),
        ("ifdef::gone[]\na footnote:[b] kbd:[c]\nendif::[]", "a b c"),
        ("link:gone.html[a] mailto:me@x.example[b] <<gone,c>> xref:gone#d[e]", "a b c e"),
        ('[#gone]\n[.gone]\n[cols="1,2"]\n[%header]\nshown', "shown"),
        ("////\ngone\n////\nshown", "shown"),
        # Org
        ("  :PROPERTIES:\n  :ID: a b c\n  :END:\n#+RESULTS:\nshown", "shown"),
        ("SCHEDULED: <2020-01-02>\nshown[fn:1] [[file:gone.png]]", "shown"),
        ("#+BEGIN_COMMENT\ngone\n#+END_COMMENT\nshown {{{gone(a)}}}", "shown"),
        # Textile
        ('"a!":https://x.example/gone "b":#gone "c":../gone', "a b c"),
        ("[gone]https://x.example/\nshown", "shown"),
        ("!>a.png(gone)!:https://x.example shown! Yes!", "shown yes"),
        ("h2(#gone). a\n\np(gone){color:red}. b %{color:red}c%\n\nbq. d", "a b c d"),
        ("&nbsp;a&amp;b &#8217;", "a b"),
    ],
)
def test_what_a_page_does_not_show_has_no_words(source: str, shown: str) -> None:
    assert source_words(source, title=None) == shown.split()


@pytest.mark.parametrize("body", ["# The *Title*\n\nText", "The Title\n=====\nText", "Text"])
def test_a_title_at_the_beginning_is_not_part_of_the_text(body: str) -> None:
    assert source_words(body, title="The title") == ["text"]


def test_a_title_is_left_out_only_at_the_beginning() -> None:
    assert source_words("A word first", title="word") == ["a", "word", "first"]


def test_triples_are_the_same_on_every_machine() -> None:
    """They are stored: another hash would compare unequal with everything that was stored."""
    assert triples(["one", "two", "three"]) == {8234937642330123104}


def test_triples_know_the_order_and_the_neighbours() -> None:
    assert len(triples(["a", "b", "c", "a", "b", "c", "b", "a"])) == 5
    assert triples(["a", "b"]) == frozenset()


_FEW_WORDS = st.lists(st.sampled_from("abc"), max_size=12)


@given(_FEW_WORDS, _FEW_WORDS)
@example([*"abcab"], [*"bca"])
def test_the_triples_that_are_missing_are_those_of_no_other_place(
    some: list[str], others: list[str]
) -> None:
    assert missing_triples(some, others) == triples(some) - triples(others)


@pytest.mark.parametrize(
    "piece",
    [
        "{{", "{%", "<!--", "<a ", '<a "', "[a](", "![a]", "[[", "](", "(a", "`", "` ", "```\n",
        "~~~a\n", "<script>", "{%comment%}", "[a]:", "a:http://", "a http://a", "{:", "`a\n", "> ",
        "\n ", "import a\n", "&", "[^a", ".. ", "\n.. a\n", ".. |a", ":a:", "image:", "image:a[",
        "!a", "!a.png(", "%{", "[fn:", "<<a", "////\n", ":PROPERTIES:\n", "\np(", "p[", "__ ",
        ":a:`b <", ".. _`a", "[[a.", "){a=", ":a", "\n:a:", "kbd:", "#+BEGIN_COMMENT\n",
        ".. _a", ".. _a:\n",
    ],
)  # fmt: skip
def test_reading_a_source_takes_time_in_proportion_to_its_length(piece: str) -> None:
    assert_linear(lambda size: shown_text(piece * size), 1_000)
