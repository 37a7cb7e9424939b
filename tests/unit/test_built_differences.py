"""A post and its page are compared by what they say, not by how they say it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.lint.built import compare, report
from publisher.lint.built.differences import Difference, DifferenceKind
from publisher.lint.built.word_runs import lacking
from tests.support import posts
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Engine

LOST = "A whole sentence got lost."
TEXT = "The first paragraph of a post.\n\nAnother one follows."
PAGE = "<p>The first paragraph of a post.</p><p>Another one follows.</p>"


def found(body: str, page: str, engine: Engine = "jekyll") -> list[tuple[str, int, str]]:
    """The kind, the line and the text of each difference; the body begins on line 4."""
    differences = compare(posts.post(body=body, engine=engine), page)
    return [(one.kind, one.line, one.what) for one in differences]


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (TEXT, PAGE),
        ("A title\n\n" + TEXT, PAGE),
        (TEXT, "<h1>A title</h1>" + PAGE),
        (f"{TEXT}[^1]\n\n[^1]: A note of some words.", f"<p>A note of some words.</p>{PAGE}"),
        (f"{TEXT}\n\n1. one\n2. two", f"{PAGE}<ol><li>one</li><li>two</li></ol>"),
        (f'{TEXT}\n\n![What it shows here](a.png "x")', f'{PAGE}<img src="a.png" alt="">'),
        (
            f'{TEXT}\n\n{{{{< figure src="a.png" caption="A caption of words" >}}}}',
            f"{PAGE}<figure><img src=a.png><figcaption>A caption of words</figcaption></figure>",
        ),
        (f"{TEXT}\n\n<Card\n  title='x'\n  some more words={{1}}\n/>", PAGE),
        (f"{TEXT}\n\nhttps://one.example/two/three", f'{PAGE}<a href="https://one.example/two/three">one…'),
        (f"{TEXT} ::: note", f"{PAGE}<p class=note>"),
        (
            f"{TEXT}\n\n::: own-algorithm\n\n**Get ( V )**\n\n1. Return V\n2. Fail",
            f"{PAGE}<p><b>Get ( V )</b></p><ol><li>Return V</li><li>Fail</li></ol>",
        ),
        (f"{TEXT} :slightly_smiling_face:", f"{PAGE} 🙂 <img src=/1f642.svg alt='🙂'>"),
        (f"{TEXT} $\\frac{{alpha}}{{beta gamma}}$", f"{PAGE}<math><mi>a b g d</mi></math>"),
        (f"{TEXT}\n\n\\[\\sum alpha beta gamma\\]", PAGE),
        (f"{TEXT}\n\n```mermaid\nflowchart TD\nnode first second\n```", f"{PAGE}<svg></svg>"),
        (f"{TEXT} Naïve “quotes” — don't", f"{PAGE}<p>Naïve &quot;quotes&quot; – don’t</p>"),
    ],
)  # fmt: skip
def test_a_page_in_another_form_does_not_differ(body: str, page: str) -> None:
    assert found(body, page) == []


def test_words_that_a_generator_swallowed_are_named_with_their_line() -> None:
    body = f"{TEXT}\n\n<blockquote>\n{LOST}\n</blockquote>\n\nAnd now for more."
    page = f"{PAGE}<!-- raw HTML omitted --><p>And now for more.</p>"
    assert found(body, page) == [("lacks-words", 9, "a whole sentence got lost")]


def test_what_is_lost_in_several_places_is_counted() -> None:
    body = f"{LOST} Then {TEXT} But all these are gone."
    (one,) = compare(posts.post(body=body), f"Then {PAGE}")
    assert (one.what, one.words, one.places) == ("a whole sentence got lost", 10, 2)


@pytest.mark.parametrize("lost", ["one two", "1 2 3 4 5", "x 1 y 2"])
def test_one_or_two_words_and_numbers_may_be_missing(lost: str) -> None:
    assert found(f"{TEXT}\n\n{lost}", PAGE) == []
    assert found(TEXT, f"{PAGE}<p>{lost}</p>") == []


def test_words_that_only_the_page_has_are_named_with_their_element() -> None:
    share = '<div class="share-2 share"><b>Share it</b> with your friends</div>'
    (one,) = compare(posts.post(body=TEXT), f"<div class=all>{PAGE}{share}</div>")
    assert (one.kind, one.what, one.place) == (
        "has-words", "share it with your friends", "div.share",
    )  # fmt: skip


def test_what_many_pages_have_is_said_once() -> None:
    share = '<div class="share">Share it with your friends</div>'
    differences = [
        one
        for number in range(9)
        for one in compare(posts.post(f"{number}.md", body=TEXT), PAGE + share)
    ]
    (shared,) = report(differences).shared
    assert shared.message.startswith(
        '9 pages have words in div.share that the sources lack, e.g. "'
    )
    assert 'add "div.share" to posts.drop' in shared.message
    assert shared.paths == tuple(PurePosixPath(f"{number}.md") for number in range(9))
    assert report(differences).of_posts == ()


@pytest.mark.parametrize(
    "picture",
    [
        "![A](my%20pear.png)", "![A](<my pear.png>)", '<img alt="A" src="my pear.png">',
        "![[my pear.png]]", '![A](my%20pear.png "title")',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("page", "is_missing"),
    [
        ("", True),
        ('<img src="my-pear.png">', False),  # another name, but as many pictures
        ('<img src="/_astro/my%20pear.a1b2c3.webp">', False),
        ('<a href="/x/my%20pear-1024x768.png">', False),
        ("<svg></svg>", False),
        ("<img src='data:image/png;base64,AAAA'>", False),
    ],
)
def test_a_picture_is_missing_if_neither_its_name_nor_another_is_there(
    picture: str, page: str, *, is_missing: bool
) -> None:
    kinds = [kind for kind, *_ in found(f"{TEXT}\n\n{picture}", PAGE + page)]
    assert ("lacks-picture" in kinds) is is_missing


@pytest.mark.parametrize("hidden", ["`{}`", "<!-- {} -->", "```\n{}\n```", "~~~\n{}"])
def test_a_picture_in_code_or_in_a_comment_is_none(hidden: str) -> None:
    picture = "![A](a.png)"
    page = f"{PAGE}<pre>{picture}</pre>"
    assert found(f"{TEXT}\n\n{hidden.format(picture)}\n", page) == []


def test_the_line_of_a_picture_is_right_below_code() -> None:
    body = f"{TEXT}\n\n```\n1\n2\n```\n\n![A](a.png)\n"
    assert found(body, f"{PAGE}<pre>1\n2</pre>") == [("lacks-picture", 13, "a.png")]


def test_a_picture_that_only_the_page_has_is_named() -> None:
    page = f"{PAGE}<img src=/avatar.png><img src='/_next/image?url=%2Fours.png&w=64'>"
    body = f"{TEXT} ![A](ours.png)"
    assert found(body, page) == [("has-picture", 1, "/avatar.png")]


CODE = 'if (a < b) {\n  print("{{ name }}")\n}\n'
SHOWN = 'if (a &lt; b) {\n  print("{{ name }}")\n}\n'


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (f"<pre><code>{SHOWN}</code></pre>", ""),
        (f"<pre><b>if</b>{SHOWN.removeprefix('if')}</pre>", ""),
        (f'<div class="mermaid">{SHOWN}</div>', ""),
        (f"<pre>{SHOWN.replace('&lt;', '&amp;lt;')}</pre>", "entities"),
        (f"<pre>{SHOWN.replace('{{ name }}', '')}</pre>", "template-tags"),
        (f"<pre>{SHOWN.replace(chr(10), ' ')}</pre>", "lines"),
        (f"<pre>{SHOWN.replace(chr(10), '<br>')}</pre>", ""),
        (f"<pre><div>{SHOWN.replace(chr(10), '</div><div>')}</div></pre>", ""),
    ],
)
@pytest.mark.parametrize("indent", ["", "> ", "  "])
def test_code_has_all_of_its_characters(page: str, kind: str, indent: str) -> None:
    block = "".join(f"{indent}{line}\n" for line in f"``` js\n{CODE}```".split("\n"))
    differences = found(f"{TEXT}\n\n{block}", PAGE + page)
    assert differences == ([(kind, 9, "if (a < b) {")] if kind else [])


def test_code_that_was_changed_is_named_once_for_all_blocks() -> None:
    block = '```\nprint("a long enough block")\n```\n\n'
    page = f"{PAGE}<pre>print(“a long enough block”)</pre>"
    (one,) = compare(posts.post(body=f"{TEXT}\n\n{block * 3}"), page)
    assert (one.kind, one.places) == ("quotes", 3)


def test_code_that_is_gone_is_named_and_its_words_are_not() -> None:
    body = f"{TEXT}\n\n```\nlet whole = block.of(code)\n```\n"
    assert found(body, PAGE) == [("lacks-code", 9, "let whole = block.of(code)")]


def test_code_to_which_the_page_adds_something_is_there() -> None:
    body = f"{TEXT}\n\n```\nfolder/\n  first.py\n  second.py\n```\n"
    assert found(body, f"{PAGE}<pre>📁 folder/\n├── first.py\n└── second.py</pre>") == []


def test_a_component_that_the_site_ran_has_no_words_to_miss() -> None:
    body = f'{TEXT}\n\n``` js eval\n<Card className="some more words" />\n```\n'
    assert [kind for kind, *_ in found(body, f"{PAGE}<button>1</button>")] == ["lacks-code"]


def test_only_an_engine_with_templates_evaluates_tags_in_code() -> None:
    block = f"{TEXT}\n\n```\nuse {{{{ a }}}} here\n```\n"
    assert [kind for kind, *_ in found(block, PAGE + "<pre>use here</pre>")] == ["template-tags"]
    assert found(block, PAGE + "<pre>use here</pre>", "plain") == []


@pytest.mark.parametrize("kind", get_args(DifferenceKind))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_difference_has_a_sentence(kind: DifferenceKind, count: int) -> None:
    what = "{x} %s \\"
    differences = [
        Difference(PurePosixPath(f"{number}.md"), 5, kind, what, words=4, places=3)
        for number in range(count)
    ]
    said = report(differences)
    messages = [one.diagnostic.message for one in said.of_posts] + [
        one.message for one in said.shared
    ]
    assert len(messages) == (count if count < 3 else 1)
    assert all(what in message for message in messages)


@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcde")))
@example(["a", "b"], ["b"])
@example(["a", "b", "c", "d"], ["b", "c", "d", "a"])
def test_words_that_are_there_are_not_lacking(text: list[str], more: list[str]) -> None:
    assert [*lacking(text, [*more, *text])] == []
    assert [*lacking(text, text[::-1])] == []


@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcde")))
@example([], ["a", "b", "c"])
def test_a_word_that_is_nowhere_else_is_lacking(text: list[str], other: list[str]) -> None:
    runs = [*lacking([*text, "x", *text], other)]
    assert any(start <= len(text) < end for start, end in runs)


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ("word{0} other{0}\n", "<p>thing{0} more{0}</p>"),
        ("![a](a{0}.png)\n", "<img src=b{0}.png>"),
        ("```\na{0}\n```\n", "<pre>b{0}</pre>"),
        ("<!-- ", "<p>"),
        ("![", "<i></i>"),
        ("<img ", "<pre></pre>"),
        ("> ```\n", "<div class=a>b{0} c{0} d{0}</div>"),
        ("`", "<br>"),
        ("<", "<a href='x'>y</a>"),
    ],
)
def test_the_work_grows_linearly(body: str, page: str) -> None:
    def run(count: int) -> Sequence[Difference]:
        source, html = ("".join(part.format(n) for n in range(count)) for part in (body, page))
        return compare(posts.post(body=source), html)

    assert_linear(run, 1_000)
