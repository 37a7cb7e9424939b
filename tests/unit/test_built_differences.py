"""A post and its page are compared by what they say, not by how they say it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.lint.built import Comparison, compare, compare_page, report
from publisher.lint.built.differences import Difference, DifferenceKind
from publisher.lint.built.word_runs import lacking
from publisher.text.lazy_attributes import REAL
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
    differences = compare(posts.post(body=body, engine=engine), page).differences
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


MANY = "some words of markup"
FORMULA = r"\lambda \beta \gamma \delta"
CLASSES = ("katex", "MathJax_Display", "mjx-chtml", "math inline", "arithmatex", "mwe-math-element")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("## A heading { #some .words data-x=of }", "<h2>A heading</h2>"),
        ("## A heading {: .some .words .of }", "<h2>A heading</h2>"),
        ("![A](a.png){ width=30 title='some words' }", "<img src=a.png>"),
        (":::tip[A title]{.some .words}\n\nText\n\n:::", "<b>A title</b> Text"),
        (":::some-words-of A title\n\nText\n\n:::", "<b>A title</b> Text"),
        ('!!! some words of "A title"\n    Text', "<b>A title</b> Text"),
        ('??? some words of "A title"\n    Text', "<b>A title</b> Text"),
        ("> [!NOTE]+ A title\n> Text", "<b>A title</b> Text"),
        ("::: some.words.of\n    options:\n      show_source: false\n\nText", "Text"),
        ("import {\n  some,\n  words,\n  of\n} from './markup'\n\nText", "Text"),
        ("import Some, { words, of } from './markup'\n\nText", "Text"),
        ("export const some = {\n  words: 'of',\n  markup: 1\n}\n\nText", "Text"),
        ("<Card some={() => words('of')} other='a > b markup'>Text</Card>", "Text"),
        ("{/* some words of markup */}\n\nText", "Text"),
        ('{{< card some="words" of="markup" >}}Text{{< /card >}}', "Text"),
        ("{% card some words of markup %}\n\nText", "Text"),
        ("1. one\n2. two\n3. three\n", "<ol><li>one<li>two<li>three</ol>"),
        ("- [x] one\n- [ ] two\n- [X] three\n- [x] four", "<li>one<li>two<li>three<li>four"),
        ("Term\n: What it means\n\nOther\n: A thing", "Term What it means Other A thing"),
        (f"*[HTML]: {MANY}\n\nHTML", "<abbr>HTML</abbr>"),
        ("One[^a note] two[^b note]\n\n[^a note]: A.\n[^b note]: B.", "One1 two2 <li>A. <li>B."),
        ("It cost $5 and some words of $6", "It cost $5 and some words of $6"),
        (f"Is ${FORMULA}$ right?", "Is <math><mi>λ</mi><mi>b c d</mi></math> right?"),
        (f"Is $${FORMULA}$$ right?", "Is <mjx-container>λ a b c</mjx-container> right?"),
        *(
            (f"- $-\\{FORMULA}$ conversion\n- ${FORMULA}$ x",
             f"<span class='{name}'><b>a b c d</b></span> conversion <i class='{name}'>e f g</i> x")
            for name in CLASSES
        ),
        ("<!--\n```\nsome words of markup\n```\n-->\n\nText", "Text"),
        ("<svg><b>some `words of` a `drawing</b></svg>\n\nText `of` it", "Text of it"),
        ("<svg><svg a='b'>some <svg>`</svg> words</svg> of\n\nmarkup</svg> Text", "Text"),
        ("```js\n// highlight-next-line\nlet a = b\n```", "<pre>let a = b\n</pre>"),
        ("```js\nlet a = b // [!code some words]\n```", "<pre>let a = b\n</pre>"),
        ("```python exec='1'\nprint(some.words.of.markup)\n```", "<b>Its output</b>"),
        ("```elixir\nsaudação\n```", "<pre><b>sauda</b><b>çã</b><b>o</b></pre>"),
        ("128px high 16em wide 3pt", "<b>128</b><i>px</i> high <b>16</b>em wide <b>3</b>pt"),
        ("파일 {{ a }}개 변경, {{ b }}줄 추가, {{ c }}줄", "파일 3776개 변경, 2228줄 추가, 17줄"),
        ("<<< ./some/words/of/markup.js\n\nText", "Text"),
        ('--8<-- "some/words/of/markup.md"\n\nText', "Text"),
        ("![[Screenshot 2022-07-08 at 4.08.png]]", "<img src='Screenshot-2022-07-08-at-4.08.png'>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["post.md", "post.mdx"])
def test_markup_that_a_page_does_not_show_is_not_missing(
    written: str, shown: str, name: str
) -> None:
    post = posts.post(name, body=f"{TEXT}\n\n{written}\n\nThe end of all.")
    assert compare(post, f"{PAGE}{shown}<p>The end of all.</p>").differences == ()


@pytest.mark.parametrize(
    "written",
    [
        "## {} {{ #a }}", ":::tip {}", '!!! note "{}"', "> [!NOTE] {}", "<Card a={{b}}>{}</Card>",
        "<svg> {}\n\n```\n</svg>\n```", "`<svg>` {} `</svg>`",
        "- [x] {}", "Term\n: {}", "Text[^1]\n\n[^1]: {}", "import the thing. {}", "$5: {} $6",
        "export it now. {}", "`$`{}`$`", "```\n<!-- {}\n```", "`<!--` {} `-->`", "{{/* a */}} {}",
        "::: a.b.c\n    options: 1\n\n{}", "```js\n// highlight-start\n{}\n```",
    ],
)  # fmt: skip
def test_words_beside_markup_are_missed(written: str) -> None:
    (one, *_) = compare(posts.post(body=f"{TEXT}\n\n{written.format(LOST)}\n"), PAGE).differences
    assert one.kind in {"lacks-words", "lacks-code"}
    assert LOST.lower().removesuffix(".") in one.what.lower()


def test_words_that_a_generator_swallowed_are_named_with_their_line() -> None:
    body = f"{TEXT}\n\n<blockquote>\n{LOST}\n</blockquote>\n\nAnd now for more."
    page = f"{PAGE}<!-- raw HTML omitted --><p>And now for more.</p>"
    assert found(body, page) == [("lacks-words", 9, "a whole sentence got lost")]


def test_what_is_lost_in_several_places_is_counted() -> None:
    body = f"{LOST} Then {TEXT} But all these are gone."
    (one,) = compare(posts.post(body=body), f"Then {PAGE}").differences
    assert (one.what, one.words, one.places) == ("a whole sentence got lost", 10, 2)


@pytest.mark.parametrize("lost", ["one two", "1 2 3 4 5", "x 1 y 2"])
def test_one_or_two_words_and_numbers_may_be_missing(lost: str) -> None:
    assert found(f"{TEXT}\n\n{lost}", PAGE) == []
    assert found(TEXT, f"{PAGE}<p>{lost}</p>") == []


def test_words_that_only_the_page_has_are_named_with_their_element() -> None:
    share = '<div class="share-2 share"><b>Share it</b> with your friends</div>'
    (one,) = compare(posts.post(body=TEXT), f"<div class=all>{PAGE}{share}</div>").differences
    assert (one.kind, one.what, one.place) == (
        "has-words", "share it with your friends", "div.share",
    )  # fmt: skip


def test_what_many_pages_have_is_said_once() -> None:
    share = '<div class="share">Share it with your friends</div>'
    differences = [
        compare(posts.post(f"{number}.md", body=TEXT), PAGE + share) for number in range(9)
    ]
    (shared,) = report(differences).shared
    assert shared.message.startswith(
        '9 pages have words in div.share that the sources lack, e.g. "'
    )
    assert 'add "div.share" to posts.drop' in shared.message
    assert shared.paths == tuple(PurePosixPath(f"{number}.md") for number in range(9))
    assert report(differences).of_posts == ()


EXTRA = "Share it with your friends"


@pytest.mark.parametrize(
    "of_post",
    [
        f"<div class=extra><span class=katex>a b c</span> {EXTRA}</div>",
        f"<div class=extra><pre>{EXTRA}</pre></div>",
        f"<pre>x <div class=extra>{EXTRA}</div></pre>",
        f"<section class=footnotes><div class=extra>{EXTRA}</div></section>",
        "<div class='note extra'>The first paragraph of</div>",
        f"<div class=extra><img src=/assets/apple.123.png><p>{EXTRA}</p></div>",
    ],
)
def test_what_shows_something_of_a_post_is_never_proposed_for_removal(of_post: str) -> None:
    """It is so on one page; on the others the element only has what the source lacks."""
    body = f"{TEXT}\n\n![A](apple.png)"
    page = f"{PAGE}<img src=apple.png>"
    others = [
        compare(posts.post(f"{number}.md", body=body), f"{page}<div class=extra>{EXTRA}</div>")
        for number in range(8)
    ]
    advice = 'add "div.extra" to posts.drop'
    assert advice in report(others).shared[0].message
    found = report([*others, compare(posts.post("8.md", body=body), page + of_post)])
    assert advice not in found.shared[0].message


def test_only_what_most_pages_have_is_proposed_for_removal() -> None:
    share = '<div class="share">Share it with your friends</div>'
    found = report(
        compare(posts.post(f"{number}.md", body=TEXT), PAGE + share * (number < 4))
        for number in range(9)
    )
    (shared,) = found.shared
    assert shared.message == (
        '4 pages have words in div.share that the sources lack, e.g. "share it with your friends"'
    )


@pytest.mark.parametrize("code", ["{% include share %}", "<Share />", "{{< share >}}"])
def test_what_the_code_of_a_post_makes_is_not_foreign(code: str) -> None:
    page = f'{PAGE}<div class="share">Share it with your friends</div><img src=/b.png>'
    few = [compare(posts.post("0.md", body=f"{TEXT}\n\n{code}"), page)]
    many = [compare(posts.post(f"{number}.md", body=TEXT), PAGE) for number in range(1, 9)]
    assert report([*few, *many]) == report([])
    assert len(report([*few, compare(posts.post(body=TEXT), page)]).of_posts) == 2


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


@pytest.mark.parametrize(
    ("name", "page", "is_drawn"),
    [
        ("1.svg", "<p><span alt=''><svg><path/></svg></span></p>", True),
        ("1.png", "<svg></svg>", False),
        ("one.svg", "<svg></svg><img src='/one.svg'>", False),
        ("1.svg", "<img src='/other.webp'>", False),
    ],
)
def test_a_picture_that_is_drawn_in_the_page_is_named(
    name: str, page: str, *, is_drawn: bool
) -> None:
    kinds = [kind for kind, *_ in found(f"{TEXT}\n\n![](./{name})", PAGE + page)]
    assert ("drawn-picture" in kinds) is is_drawn
    source = posts.post(body=f"{TEXT}\n\n![](./{name})")
    assert compare_page(source, f"<body>{PAGE}{page}".encode()).differences == ()


@pytest.mark.parametrize("hidden", ["`{}`", "<!-- {} -->", "```\n{}\n```", "~~~\n{}"])
def test_a_picture_in_code_or_in_a_comment_is_none(hidden: str) -> None:
    picture = "![A](a.png)"
    page = f"{PAGE}<pre>{picture}</pre>"
    assert found(f"{TEXT}\n\n{hidden.format(picture)}\n", page) == []


def test_the_line_of_a_picture_is_right_below_code() -> None:
    body = f"{TEXT}\n\n```\n1\n2\n```\n\n![A](a.png)\n"
    assert found(body, f"{PAGE}<pre>1\n2</pre>") == [("lacks-picture", 13, "a.png")]


@pytest.mark.parametrize("name", ["harbour.png", "harbour.svg", "2.png"])
def test_a_picture_in_the_page_itself_is_named(name: str) -> None:
    body = f"{TEXT}\n\n![A]({name})\n\n![B](boat.png)"
    page = f'{PAGE}<img alt="A" src="data:image/png;base64,AAAA"><img src="/boat.Cdk3.png">'
    assert found(body, page) == [("inlined-picture", 8, name)]
    for attribute in REAL["src"]:
        placeholder = page.replace('src="data', f'{attribute}="/{name}" src="data')
        assert found(body, placeholder) == []


@pytest.mark.parametrize("name", ["2.png", "a1.jpg", "2.webp"])
@pytest.mark.parametrize(
    "shown", ["/_astro/{}.Bc0Zcyzj.webp", "/{}.png", "{}-640x480.jpg", "{}_hu1a2b.png"]
)
def test_a_picture_of_a_short_name_is_found_by_it(name: str, shown: str) -> None:
    page = f'{PAGE}<img src="{shown.format(name.partition(".")[0])}">'
    assert found(f"{TEXT}\n\n![A](./{name})", page) == []


def test_a_picture_of_a_short_name_is_missing_though_its_number_stands_elsewhere() -> None:
    body = f"{TEXT}\n\n![A](2.png)\n\n![B](3.png)\n\n![C](img.png)"
    page = f'{PAGE}<img width=3 class="img x-3" id=3 src="/2.Cdk3_a3.webp" srcset="/2.a.png 3x">'
    kinds = ("lacks-picture", 10, "3.png"), ("lacks-picture", 12, "img.png")
    assert found(body, page) == [*kinds]


def test_a_picture_whose_name_begins_like_a_short_one_is_another() -> None:
    page = f'{PAGE}<img src="/2.png"><img src="/22.png">'
    assert found(f"{TEXT}\n\n![A](2.png)", page) == [("has-picture", 1, "/22.png")]


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
    (one,) = compare(posts.post(body=f"{TEXT}\n\n{block * 3}"), page).differences
    assert (one.kind, one.places) == ("quotes", 3)


def test_code_that_is_gone_is_named_and_its_words_are_not() -> None:
    body = f"{TEXT}\n\n```\nlet whole = block.of(code)\n```\n"
    assert found(body, PAGE) == [("lacks-code", 9, "let whole = block.of(code)")]


def test_code_to_which_the_page_adds_something_is_there() -> None:
    body = f"{TEXT}\n\n```\nfolder/\n  first.py\n  second.py\n```\n"
    assert found(body, f"{PAGE}<pre>📁 folder/\n├── first.py\n└── second.py</pre>") == []


def test_code_that_the_generator_ran_is_not_missing() -> None:
    body = f'{TEXT}\n\n``` js eval\n<Card className="some more words" />\n```\n'
    assert found(body, f"{PAGE}<button>1</button>") == []


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
    said = report(Comparison((one,)) for one in differences)
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
        ("<A {{ ", "<b class='x y'></b>"),
        ("{{ .a ", "<i id=x><pre></pre></i>"),
        ("$a{0} ", "<span class=katex>a</span>"),
        ("$$a{0} \\\\[ \\\\( ", "<math>a b</math> c{0} d{0}"),
        ("::: a.b\n \n", "<p class='note'>"),
        ("!!! a b ", "<math></math>"),
        ("export const a{0}\n", "<code>a{0}</code> <div class=b>c{0} d{0} e{0}</div>"),
        ("import a from 'b'\n \n", "<p>e{0} f{0} g{0}</p>"),
        ("- [ ] a{0}b{0}\n", "a<b>{0}</b>b{0} c{0} "),
        ("```a exec\n", "<pre></pre>"),
        ("{{/* ", "<a class=katex></a>"),
        ("<svg>`{0}` ", "<svg></svg>"),
        ("<svg><svg></svg>{0}", "<svg></svg>"),
    ],
)
def test_the_work_grows_linearly(body: str, page: str) -> None:
    def run(count: int) -> Sequence[Difference]:
        source, html = ("".join(part.format(n) for n in range(count)) for part in (body, page))
        return compare(posts.post(body=source), html).differences

    assert_linear(run, 1_000)
