"""Where the body is on the pages of a site: learned from the words of the sources."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from msgspec.structs import replace

from publisher.sources.built.bodies.body import extract
from publisher.sources.built.learning.edges import begins_with_words, ends_with_words
from publisher.sources.built.learning.element_names import places_of
from publisher.sources.built.learning.foreign import makes_words
from publisher.sources.built.learning.furniture import StayingPart
from publisher.sources.built.learning.learn import Learned, learn
from publisher.sources.built.learning.learning_page import LearnedPost
from publisher.sources.built.pages.page import BuiltPage, parse
from publisher.sources.built.pages.words import words
from publisher.text.css_selectors import is_positional
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "flint", "grove", "heath", "inlet", "jetty")
_NAMES = [first + second for first in _WORDS for second in _WORDS]

Pair = tuple[LearnedPost, BuiltPage]


def text_of(number: int) -> str:
    """A text of 60 words of its own for each number."""
    picks = (blake2b(f"{number} {at}".encode(), digest_size=1).digest()[0] for at in range(60))
    return " ".join(_NAMES[pick % len(_NAMES)] for pick in picks)


def paragraphs(number: int) -> str:
    text = text_of(number).split()
    return f"<p>{' '.join(text[:30])}</p><p>{' '.join(text[30:])}</p>"


def title_of(number: int) -> str:
    return f"Title {number} of {_NAMES[number % 90]}"


def site(template: Callable[[int], str], count: int = 12, source: str = "") -> list[Pair]:
    """Posts and their pages, whose bodies the template writes."""
    return [
        (
            LearnedPost(title_of(number), tuple(words(text_of(number))), source),
            page(template(number), number),
        )
        for number in range(count)
    ]


def page(body: str, number: int) -> BuiltPage:
    head = f"<title>{title_of(number)} - My site</title>"
    return parse(
        f"<html><head>{head}</head><body class=post-{number}>{body}</body></html>".encode(),
        PurePosixPath(f"{number}/index.html"),
    )


def check(pairs: list[Pair], *, body: tuple[str, ...], drop: tuple[str, ...] = ()) -> Learned:
    """What is learned has these selectors, and they find the texts word by word."""
    learned = learn(pairs)
    assert (learned.body, {*learned.drop}) == (body, {*drop})
    assert (learned.matched, learned.accepted, learned.refusal) == (len(pairs), len(pairs), None)
    for post, shown in pairs:
        found = extract(shown, learned.body, learned.drop)
        assert found is not None
        assert found.words == post.words
    assert learned.foreign == 0
    return learned


# Bodies


def test_the_body_is_the_element_that_holds_the_text_and_nothing_else() -> None:
    pairs = site(
        lambda n: (
            f"<nav class=menu>Home</nav><main><article><h1>{title_of(n)}</h1><p>{n} May</p>"
            f"<div class=post-content>{paragraphs(n)}</div></article></main><footer>2020</footer>"
        )
    )
    check(pairs, body=(".post-content",))


@pytest.mark.parametrize(
    ("start", "end", "selector"),
    [
        ("<div class='content' itemprop='articleBody'>", "</div>", '[itemprop~="articleBody"]'),
        ("<div class='mt-4 text-lg entry-content'>", "</div>", ".entry-content"),
        ("<div id='text'>", "</div>", "#text"),
        ("<article>", "</article>", "article"),
        ("<div class='css-1x2y3z4'><div class='md:p-4 prose'>", "</div></div>", ".prose"),
        ("<section class='flex p-4 story'>", "</section>", ".story"),
    ],
)
def test_a_body_is_named_by_what_it_is(start: str, end: str, selector: str) -> None:
    pairs = site(lambda n: f"<h1>{title_of(n)}</h1>{start}{paragraphs(n)}{end}<p>More</p>")
    check(pairs, body=(selector,))


def test_what_is_different_on_each_page_names_no_body() -> None:
    pairs = site(
        lambda n: (
            f"<div><h1>{title_of(n)}</h1><div id=post-{n} class='story tag-{n}'>"
            f"{paragraphs(n)}</div></div>"
        )
    )
    check(pairs, body=(".story",))


def test_a_name_that_is_elsewhere_too_is_taken_with_the_element_around_it() -> None:
    pairs = site(
        lambda n: (
            f"<aside><div class=story>About me</div></aside><main><h1>{title_of(n)}</h1>"
            f"<p>{n} May 2020 by me</p><div class=story>{paragraphs(n)}</div></main>"
        )
    )
    check(pairs, body=("main > .story",))


def test_each_template_has_a_selector() -> None:
    pairs = site(
        lambda n: (
            f"<h1>{title_of(n)}</h1><div class={'note' if n % 3 else 'story'}-text>"
            f"{paragraphs(n)}</div><div>By me on a sunny day in May 2020</div>"
        )
    )
    check(pairs, body=(".note-text", ".story-text"))


def test_a_name_that_means_something_else_on_other_pages_is_not_taken() -> None:
    def template(number: int) -> str:
        box = f"<div class=box>{paragraphs(number)}</div>"
        if number % 3:
            return f"<main><h1>{title_of(number)}</h1><p>{number} May 2020 by me</p>{box}</main>"
        box = "<aside><div class=box>Buy this and that here</div></aside><p>1</p>"
        return f"{box}<div class=story>{paragraphs(number)}</div>"

    check(site(template), body=("main > .box", ".story"))


def test_a_copy_of_the_text_for_print_does_not_matter() -> None:
    pairs = site(
        lambda n: (
            f"<div class=post-content>{paragraphs(n)}</div><div class=print>"
            f"{paragraphs(n)}<p>Printed</p></div>"
        )
    )
    check(pairs, body=(".post-content",))


# Furniture


def test_what_the_template_puts_around_the_text_is_dropped() -> None:
    pairs = site(
        lambda n: (
            f"<article><header><h1>{title_of(n)}</h1><p>{n} May</p></header>{paragraphs(n)}"
            f"<ul class=tags><li>a{n % 2}</li></ul><div class='share box-{n}'>Share this</div>"
            f"<footer>By me</footer></article>"
        )
    )
    check(
        pairs,
        body=("article",),
        drop=("article > header", "article > .tags", "article > .share", "article > footer"),
    )


def test_the_heading_with_the_title_is_dropped() -> None:
    pairs = site(lambda n: f"<article><h1>{title_of(n)}</h1>{paragraphs(n)}</article>")
    check(pairs, body=("article",), drop=("article > h1:title",))


def test_headings_of_the_author_stay() -> None:
    def template(number: int) -> str:
        first, rest = text_of(number).split(" ", 1)
        return (
            f"<article><h1>{title_of(number)}</h1><h1>{first}</h1><p>{rest}</p></article><p>Bye</p>"
        )

    check(site(template), body=("article",), drop=("article > h1:title",))


def test_a_heading_of_the_author_stays_where_others_have_the_title() -> None:
    """Generators leave their heading out if the text begins with one."""

    def template(number: int) -> str:
        first, second, rest = text_of(number).split(" ", 2)
        heading = f"{first} {second}" if number == 5 else title_of(number)
        text = rest if number == 5 else text_of(number)
        return f"<article><h1>{heading}</h1><p>{text}</p></article><p>Bye</p>"

    check(site(template), body=("article",), drop=("article > h1:title",))


def test_a_second_heading_stays_within_elements_around_the_text() -> None:
    """As of VitePress, with an element of the theme around that of the text."""

    def template(number: int) -> str:
        first, rest = text_of(number).split(" ", 1)
        text = f"<h1>{first}</h1><p>{rest}</p>" if number == 5 else paragraphs(number)
        return (
            "<div class=content-container><main class=main><div class='vp-doc "
            f"_posts_post-{number}'><div><h1>{title_of(number)}</h1>{text}</div></div></main>"
            "<footer class=VPDocFooter></footer></div>"
        )

    check(site(template), body=(".vp-doc",), drop=(".vp-doc h1:title",))


def test_a_title_that_no_head_states_stays_and_is_reported() -> None:
    def pair(number: int) -> Pair:
        post = LearnedPost(title_of(number), tuple(words(text_of(number))))
        markup = f"<article><h1>{title_of(number)}</h1>{paragraphs(number)}</article><p>Bye</p>"
        return post, parse(f"<html><body>{markup}</body></html>".encode(), PurePosixPath("a.html"))

    learned = learn([pair(number) for number in range(12)])
    assert (learned.body, learned.drop) == (("article",), ())
    assert learned.staying == (StayingPart(title_of(0), is_above=True, is_title=True),)


def test_furniture_without_a_name_stays_and_is_reported() -> None:
    """What stands at its place on the page of the next post may be the author's."""
    learned = learn(
        site(
            lambda n: (
                f"<article><h1>{title_of(n)}</h1><p>{n} May 2020</p><p class=tags>Tags</p>"
                f"{paragraphs(n)}<p>{_NAMES[n]} 7 {_NAMES[n + 1]}</p></article>"
            )
        )
    )
    assert (learned.body, {*learned.drop}) == (
        ("article",),
        {"article > h1:title", "article > .tags"},
    )
    assert learned.staying == (
        StayingPart("0 May 2020", is_above=True, is_title=False),
        StayingPart("amberamber 7 amberbirch", is_above=False, is_title=False),
    )


@pytest.mark.parametrize("first", ["div:nth-child(1)", "h1", "p", "section:last-child"])
def test_no_selector_that_is_learned_names_only_a_place(first: str) -> None:
    tag = first.partition(":")[0]
    pairs = site(
        lambda n: f"<article><{tag}>Words of it {n}</{tag}>{paragraphs(n)}<hr><p>Bye</article>"
    )
    for drop in learn(pairs).drop:
        assert not is_positional(drop)
        assert drop.rpartition(" ")[2] not in {"div", "h1", "p", "section"}


def test_words_that_the_author_repeats_are_no_furniture() -> None:
    refrain = "Sail on my friends and sleep well"

    def pair(number: int) -> Pair:
        text = f"{refrain} {text_of(number)} {refrain}"
        line = f"<p class=refrain>{refrain}</p>"
        markup = f"{line}<p>{text_of(number)}</p>{line}"
        post = LearnedPost(title_of(number), tuple(words(text)), text)
        return post, page(f"<article>{markup}</article><p>Bye</p>", number)

    check([pair(number) for number in range(12)], body=("article",))


@pytest.mark.parametrize(
    ("source", "shown"),
    [("![A mast](p.png)", "/p.png"), ("![A mast](harbour.png)", "/hashed-4711.webp")],
)
def test_a_picture_of_the_author_is_no_furniture_whatever_its_name(source: str, shown: str) -> None:
    image = f'<p class=figure><img src="{shown}" alt="A mast"></p>'
    pairs = site(lambda n: f"<article>{paragraphs(n)}{image}</article><p>Bye</p>")
    pairs = [
        (replace(post, source=f"{text_of(n)}\n\n{source}"), p) for n, (post, p) in enumerate(pairs)
    ]
    assert learn(pairs).drop == ()


def test_a_part_of_the_template_may_be_missing_on_some_pages() -> None:
    pairs = site(
        lambda n: (
            f"<article>{'<p class=series>Part of a series</p>' if n % 3 else ''}"
            f"{paragraphs(n)}{'<div class=related>Read on</div>' if n % 4 else ''}</article>"
        )
    )
    check(pairs, body=("article",), drop=("article > .series", "article > .related"))


def test_furniture_may_be_within_an_element_around_the_text() -> None:
    pairs = site(
        lambda n: (
            f"<article><div><h1>{title_of(n)}</h1><p class=date>{n} May 2020</p></div>"
            f"<div>{paragraphs(n)}<div class=share>Share this</div></div></article>"
        )
    )
    check(
        pairs,
        body=("article",),
        drop=("article h1:title", "article .date", "article .share"),
    )


def kept(pairs: list[Pair], words_kept: str) -> None:
    """Nothing is dropped that holds these words."""
    learned = learn(pairs)
    for _, shown in pairs:
        if (found := extract(shown, learned.body, learned.drop)) and words_kept in shown.words:
            assert words_kept in found.words


def test_what_stands_between_parts_of_the_text_stays() -> None:
    def template(number: int) -> str:
        first, second = paragraphs(number).split("</p>")[:2]
        box = "<div class=share>Share</div>"
        return f"<article>{box if number % 2 else ''}{first}</p>{box}{second}</p></article>"

    kept(site(template), "share")


def test_output_of_a_few_posts_before_the_text_stays() -> None:
    """A shortcode makes it: no word of it is in the source."""
    box = "<div class=warning>Outdated</div>"
    kept(site(lambda n: f"<article>{'' if n % 5 else box}{paragraphs(n)}</article>"), "outdated")


def test_what_a_loop_makes_behind_the_text_stays() -> None:
    def pair(number: int) -> Pair:
        source, made = ("{% a %}", "<div class=share>1.0</div>") if number % 2 else ("", "")
        post = LearnedPost(title_of(number), tuple(words(text_of(number))), source)
        text = f"{paragraphs(number)}{made}<footer>By me</footer>"
        return post, page(f"<article>{text}</article>", number)

    pairs = [pair(number) for number in range(12)]
    assert selectors(pairs) == (("article",), ("article > footer",))
    kept(pairs, "1")


def test_footnotes_stay() -> None:
    notes = "<section class=footnotes><ol><li>Note</li></ol></section>"
    kept(site(lambda n: f"<article>{paragraphs(n)}{notes}</article>"), "note")


@pytest.mark.parametrize(
    "notes",
    [
        # Astro, VitePress, Asciidoctor, Org, by role
        "<section data-footnotes class=footnotes><h2 class=sr-only>Notes</h2><ol><li><p>Note {0} ↩"
        "</p></li></ol></section>",
        "<hr class=footnotes-sep><section class=footnotes><ol><li>Note {0}</li></ol></section>",
        "<div id=footnotes><hr><div>Note {0}</div></div>",
        "<div id=text-footnotes><div class=footdef><p>Note {0}</p></div></div>",
        "<section role=doc-endnotes><ol><li>Note {0}</li></ol></section>",
        "<section data-footnotes><ol><li>Note {0}</li></ol></section>",
    ],
)
def test_notes_of_few_words_stay_and_nothing_is_advised(notes: str) -> None:
    pairs = site(lambda n: f"<article>{paragraphs(n)}{notes.format(n)}</article>")
    learned = learn(pairs)
    assert (learned.body, learned.drop, learned.staying) == (("article",), (), ())
    kept(pairs, "note")


def test_words_that_the_generator_moves_to_the_end_are_not_called_the_templates() -> None:
    """E.g. notes of few words in an element without a name."""

    def pair(number: int) -> Pair:
        text = text_of(number).split()
        source = " ".join([*text[:30], f"Note {number}", *text[30:]])
        body = f"<article>{paragraphs(number)}<div><p>Note {number}</p></div></article>"
        return LearnedPost(title_of(number), tuple(words(source)), source), page(body, number)

    learned = learn([pair(number) for number in range(12)])
    assert (learned.body, learned.drop, learned.staying) == (("article",), (), ())


def pictures(pairs: list[Pair]) -> int:
    learned = learn(pairs)
    found = [extract(shown, learned.body, learned.drop) for _, shown in pairs]
    return sum(one.html.count("<img") for one in found if one)


def test_a_picture_that_the_source_names_stays() -> None:
    def template(number: int) -> str:
        return f"<article><p class=photo><img src=/sunset.jpg></p>{paragraphs(number)}</article>"

    assert pictures(site(template, source="![A sunset](sunset.jpg)")) == 12
    assert pictures(site(template)) == 0


def test_a_picture_on_few_posts_stays() -> None:
    photo = "<p class=photo><img src=/sunset.jpg></p>"
    few = site(lambda n: f"<article>{'' if n % 6 else photo}{paragraphs(n)}</article>")
    assert pictures(few) == 2


def with_covers(source: Callable[[str], str]) -> list[Pair]:
    """Three of twelve posts have a picture before the text."""
    cover = "<div class=cover><img src=/assets/harbour.png></div>"
    pairs = site(lambda n: f"<article>{'' if n % 4 else cover}{paragraphs(n)}</article>")
    return [
        (replace(post, source=source(text_of(at))), page) for at, (post, page) in enumerate(pairs)
    ]


def test_a_picture_before_the_first_words_of_the_source_is_the_template_s() -> None:
    assert pictures(with_covers(lambda text: text)) == 0
    assert (
        pictures(with_covers(lambda text: f"{text}\n\n![The same](harbour.png)\n\nAnd so on")) == 0
    )


def test_a_picture_at_the_beginning_of_the_source_stays_whatever_the_build_calls_it() -> None:
    assert pictures(with_covers(lambda text: f"![A boat](boat.jpg)\n\n{text}")) == 3
    assert pictures(with_covers(lambda text: "{{ cover }}\n\n" + text)) == 3


def test_a_recording_on_few_posts_stays_where_the_source_has_words() -> None:
    player = "<div class=player><audio src=/a.mp3></audio></div>"
    pairs = site(lambda n: f"<article>{'' if n % 4 else player}{paragraphs(n)}</article>")
    spoken = [(replace(post, source=text_of(at)), page) for at, (post, page) in enumerate(pairs)]
    learned = learn(spoken)
    found = [extract(page, learned.body, learned.drop) for _, page in spoken]
    assert sum("<audio" in one.html for one in found if one) == 3


@pytest.mark.parametrize(
    ("source", "begins", "ends"),
    [
        ("Text", True, True),
        ("# A title\n\nText\n\n![a](b.png)\n", True, False),
        ("![a](b.png)\n\nText", False, True),
        ("A title\n=======\n\n![a](b.png)\n\nText", False, True),
        ("<!--more-->\n\nText", True, True),
        ("Text\n\n{% include a.html %}", True, False),
        ("<Hero/>\n\nText\n\n---\n\nMore", False, True),
        (".. image:: a.png\n\nText\n\n.. figure:: a", False, False),
        ("image::a[b]\n\nText\n\n[[file:a.png]]", False, False),
        ("!a.png!\n\nText", False, True),
        ("", False, False),
    ],
)
def test_a_source_begins_or_ends_with_words(source: str, *, begins: bool, ends: bool) -> None:
    assert begins_with_words(source, "A title") == begins
    assert ends_with_words(source, "A title") == ends


def test_a_part_with_a_word_of_the_source_stays_even_if_all_pages_have_its_name() -> None:
    def template(number: int) -> str:
        first, rest = text_of(number).split(" ", 1)
        intro = first if number == 5 else "Welcome"
        text = rest if number == 5 else text_of(number)
        return f"<article><div class=intro>{intro}</div><p>{text}<p>Bye</article><p>Bye</p>"

    pairs = site(template)
    found = extract(pairs[5][1], *selectors(pairs))
    assert found is not None
    assert found.words == (*pairs[5][0].words, "bye")


def selectors(pairs: list[Pair]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    learned = learn(pairs)
    return learned.body, learned.drop


# Figures


def test_the_figures_count_what_the_selectors_find() -> None:
    def template(number: int) -> str:
        text = paragraphs(number) if number else "<p>Enter the password</p>"
        return f"<h1>{title_of(number)}</h1><div class=text>{text}<b>x y z</b></div>"

    learned = learn(site(template, count=20))
    assert (learned.matched, learned.accepted) == (20, 19)
    assert learned.foreign == pytest.approx(3 / 63)
    assert learned.refusal is None


def test_words_of_the_markup_of_the_source_are_not_foreign() -> None:
    """The name of a file above code, or of a box, is written where the text is not."""
    pairs = site(lambda n: f"<article><p>main.py of Note</p>{paragraphs(n)}</article><p>Bye</p>")
    assert learn(pairs).refusal
    markup = '```python title="main.py of Note"'
    marked = [
        (replace(post, source=f"{markup}\n{text_of(n)}"), p) for n, (post, p) in enumerate(pairs)
    ]
    assert (learn(marked).refusal, learn(marked).foreign) == (None, 0)


def test_a_refusal_names_words_and_their_elements() -> None:
    pairs = site(
        lambda n: (
            f"<article><p>Read {n} more of it</p><div class=css-1a2b3c>Sign up now please</div>"
            f"{paragraphs(n)}<nav>Home and away</nav></article><p>Bye</p>"
        )
    )
    _, _, examples = (learn(pairs).refusal or "").partition("in the text of the posts, e.g. ")
    assert examples == (
        '"read 0 more of it" in `article p` and "sign up now please" in `article div`'
    )


def test_pages_without_the_texts_are_refused() -> None:
    learned = learn(site(lambda _: "<div id=app></div>"))
    assert (learned.body, learned.accepted) == ((), 0)
    assert learned.refusal == "no element of the pages holds the text of the posts"


def test_too_few_accepted_pages_are_refused() -> None:
    def template(number: int) -> str:
        return f"<div class=text>{paragraphs(number) if number % 5 else 'Enter the password'}</div>"

    assert learn(site(template, count=20)).refusal == (
        "the text of the posts was found on 16 of 20 pages only"
    )


@pytest.mark.parametrize(("asking", "refused"), [(4, False), (11, True)])
def test_pages_that_ask_for_a_password_say_nothing_of_the_rest(
    asking: int, *, refused: bool
) -> None:
    def template(number: int) -> str:
        wall = "<input type=password>"
        return f"<div class=text>{wall if number < asking else paragraphs(number)}</div>"

    learned = learn(site(template, count=20))
    assert (learned.accepted, bool(learned.refusal)) == (20 - asking, refused)


def test_too_many_foreign_words_are_refused() -> None:
    def template(number: int) -> str:
        first, second = paragraphs(number).split("</p>")[:2]
        return f"<div class=text>{first}</p><p>{' '.join(_NAMES[:8])}</p>{second}</p></div>"

    assert "11 % of the words" in (learn(site(template)).refusal or "")


def release(number: int) -> str:
    """A page on which a loop of the post has made as many words as its source has."""
    return f"<div class=text>{paragraphs(number)}<ul><li>{text_of(number + 100)}</ul></div>"


def made(number: int, *, of: int, template: Callable[[int], str]) -> Pair:
    """Every second of the first posts has a loop. `of` is the number of those posts."""
    has_loop = number % 2 == 0 and number < of
    source = "{% for one in site.data.releases %}{{ one.url }}{% endfor %}" if has_loop else ""
    post = LearnedPost(title_of(number), tuple(words(text_of(number))), source)
    return post, page(release(number) if has_loop else template(number), number)


def test_words_that_a_post_makes_are_not_foreign() -> None:
    pairs = [
        made(n, of=12, template=lambda n: f"<div class=text>{paragraphs(n)}</div>")
        for n in range(12)
    ]
    learned = learn(pairs)
    assert (learned.body, learned.accepted) == (("div",), 12)
    assert (learned.foreign, learned.refusal) == (0, None)


def halves(number: int) -> tuple[str, str]:
    first, second = paragraphs(number).split("</p><p>")
    return first, second


def test_a_label_in_a_short_text_is_not_refused() -> None:
    """A box has one in front of its text; of two lines it is a large share of the words."""

    def pair(number: int) -> Pair:
        own = text_of(number).split()[:8]
        label = "<div class=tip><p>Tip</p>"
        text = f"<p>{' '.join(own[:4])}</p>{label}<p>{' '.join(own[4:])}</p></div>"
        post = LearnedPost(title_of(number), tuple(own))
        return post, page(f"<h1>{title_of(number)}</h1><div class=text>{text}</div>", number)

    learned = learn([pair(number) for number in range(12)])
    assert learned.foreign > 0.05
    assert learned.refusal is None


def test_what_the_template_adds_is_foreign_though_posts_make_words() -> None:
    box = f"</p><p>{' '.join(_NAMES[:8])}</p><p>"
    pairs = [
        made(n, of=12, template=lambda n: f"<div class=text>{box.join(halves(n))}</div>")
        for n in range(12)
    ]
    assert "of the words" in (learn(pairs).refusal or "")


def test_a_template_whose_posts_all_make_words_is_judged_by_them() -> None:
    def pair(number: int) -> Pair:
        name, loop = ("loop", f"<p>{text_of(number + 100)}") if number % 2 else ("plain", "")
        post = LearnedPost(title_of(number), tuple(words(text_of(number))), "{% a %}" * bool(loop))
        first, second = paragraphs(number).split("</p>")[:2]
        text = f"<div class={name}-text>{first}</p>{loop}</p>{second}</p></div>"
        return post, page(f"{text}<div>By me on a sunny day in May 2020</div>", number)

    learned = learn([pair(number) for number in range(60)])
    assert {*learned.body} == {".loop-text", ".plain-text"}
    assert "33 % of the words" in (learned.refusal or "")


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in b %}", "{%- include a.html %}", "{{ page.date }}", "{{< gist a >}}",
        "<%= a %>", "<?php a ?>", "<Chart data={a} />", "<my-chart></my-chart>",
        ".. include:: a", ".. contents::",
        "include::a.adoc[]", "#+INCLUDE: a", "[TOC]", "[[toc]]", "{:toc}", "--8<-- 'a'",
        "![[a note]]", '```python exec="on"\na\n```',
    ],
)  # fmt: skip
def test_such_a_source_makes_words(source: str) -> None:
    assert makes_words(f"text\n\n{source}\n", "none")


@pytest.mark.parametrize(
    "source",
    [
        "{% highlight ruby %}a{% endhighlight %}", "{% raw %}", "[a]({% post_url 2020-01-01-a %})",
        "![a]({{ site.baseurl }}/a.png)", "<b>a</b> <h1>", "a < b", ".. image:: a.png",
        "```python\na\n```",
        "the table of contents [toc] above",
    ],
)  # fmt: skip
def test_such_a_source_has_all_words(source: str) -> None:
    assert not makes_words(f"text\n\n{source}\n", "liquid")


@pytest.mark.parametrize("code", ["```tsx\n{}\n```", "~~~\n{}\n~~~", "Write `{}` here"])
def test_code_makes_words_only_if_the_generator_evaluates_its_tags(code: str) -> None:
    for shown in ("<Chart data={a} />", "<my-chart>", "useState<Item >()"):
        assert not makes_words(code.replace("{}", shown), "liquid")
    for tag in ("{{ name }}", "{% for a in b %}"):
        assert not makes_words(code.replace("{}", tag), "none")
        assert makes_words(code.replace("{}", tag), "liquid")


def test_looking_for_what_makes_words_takes_time_in_proportion_to_the_text() -> None:
    for piece in (
        "<a-",
        "{ ",
        "```",
        "``` ",
        "`a ",
        "\n~~~",
        ".. ",
        "<A",
        "[[toc]] ",
        " ",
        "\n```a exe",
        "--",
    ):
        assert_linear(partial(looked_through, piece), 20_000)


def looked_through(piece: str, times: int) -> None:
    assert not makes_words(piece * times, "none")


def test_no_posts_teach_nothing() -> None:
    assert learn([]) == Learned((), (), 0, 0, 0.0, learn([]).refusal)


def test_a_template_that_the_first_posts_do_not_have_is_learned_too() -> None:
    """Only some of the posts of a large site are looked at first."""
    pairs = site(
        lambda n: f"<div class={'old' if n % 30 == 1 else 'new'}-text>{paragraphs(n)}</div>",
        count=150,
    )
    check(pairs, body=(".new-text", ".old-text"))


def test_learning_again_gives_the_same() -> None:
    pairs = site(
        lambda n: f"<article><div class='a b c'>x{n}</div>{paragraphs(n)}</article>", count=15
    )
    assert learn(pairs) == learn(pairs)


def test_the_places_of_many_siblings_are_found_in_time_in_proportion_to_them() -> None:
    assert_linear(places_among, 4_000)


def places_among(siblings: int) -> None:
    parent = etree.Element("main")
    for _ in range(siblings):
        etree.SubElement(parent, "p")
    for child in parent:
        places_of(child)


def test_no_more_pictures_of_a_page_are_sought_in_its_source_than_the_limit() -> None:
    source = _CountingText("![](front.png)")  # so that pictures in front may be the author's
    source.searches = 0
    pictures = "<p><img src=/picture.png></p>" * 2_000
    post = LearnedPost(title_of(0), tuple(words(text_of(0))), source)
    shown = page(f"<main><article>{pictures}{paragraphs(0)}</article></main>", 0)
    learn([(post, shown)])
    assert 0 < source.searches <= 1_000


class _CountingText(str):
    """A text that counts how often something is sought in it."""

    searches: int

    def __contains__(self, part: object) -> bool:
        self.searches += 1
        return super().__contains__(part)  # type: ignore[operator]
