"""What a text is made of is never learned as the body, however short the posts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.bodies.body import extract
from publisher.sources.built.learning.learn import learn
from tests.unit.test_built_learn import check, page, site, text_of, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNT = 14
# What stands below the text, with the selectors that remove it.
BELOW = [
    ("<footer>Written by Bob, who lives in Paris</footer>", ["footer"]),
    ("<nav>Older: the first post of all. Newer: the last of them</nav>", ["nav"]),
    ("<div class=author-box><p>Bob writes about the sea and more</p></div>", [".author-box"]),
    ("<div class=share><a>Share it</a> <a>or mail it to a friend</a></div>", [".share"]),
    ("<ul class=tags><li>sailing</li><li>wind and weather on a lake</li></ul>", [".tags"]),
]
# Texts that are whole in one element.
WHOLE = {
    "blockquote": "<blockquote>{}</blockquote>",
    "div.paragraph": "<div class=paragraph><p>{}</p></div>",
    "dl": "<dl><dd>{}</dd></dl>",
    "figure": "<figure><figcaption>{}</figcaption></figure>",
    "h2": "<h2>{}</h2>",
    "ol": "<ol><li>{}</li></ol>",
    "p": "<p>{}</p>",
    "p.text-lg": "<p class=text-lg>{}</p>",
    "pre": "<pre><code>{}</code></pre>",
    "section": "<section><h2>{}</h2></section>",
    "strong": "<p><strong>{}</strong></p>",
    "table": "<table><tbody><tr><th>{}</th></tr></tbody></table>",
    "ul": "<ul><li>{}</li></ul>",
}


def layout(whole: str, below: str, short: int) -> Callable[[int], str]:
    """A template; the texts of the first posts are in one such element, the others in two."""

    def template(number: int) -> str:
        words = text_of(number).split()
        parts = [words] if number < short else [words[:30], words[30:]]
        text = "".join(whole.format(" ".join(part)) for part in parts)
        return f"<article><h1>{title_of(number)}</h1>{text}{below}</article>"

    return template


@pytest.mark.parametrize("short", [1, 4, 9, _COUNT])
@pytest.mark.parametrize(("below", "drops"), BELOW)
def test_an_element_that_needs_drops_wins_over_a_paragraph(
    below: str, drops: list[str], short: int
) -> None:
    pairs = site(layout("<p>{}</p>", below, short), _COUNT)
    drop = tuple(f"article > {one}" for one in ["h1:title", *drops])
    check(pairs, body=("article",), drop=drop)


@pytest.mark.parametrize("short", [9, _COUNT])
@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_no_part_of_a_text_is_learned_as_the_body(whole: str, short: int) -> None:
    below, _ = BELOW[0]
    pairs = site(layout(whole, below, short), _COUNT)
    check(pairs, body=("article",), drop=("article > h1:title", "article > footer"))


def test_a_later_post_of_two_paragraphs_keeps_both() -> None:
    below, _ = BELOW[0]
    learned = learn(site(layout("<p>{}</p>", below, _COUNT), _COUNT))
    later = page(layout("<p>{}</p>", below, 0)(_COUNT), _COUNT)
    found = extract(later, learned.body, learned.drop)
    assert found is not None
    assert " ".join(found.words) == text_of(_COUNT)


def test_a_class_of_the_author_that_finds_several_parts_is_no_body() -> None:
    """As Kramdown writes it with `{: .note-text}`."""
    below, _ = BELOW[0]
    pairs = site(layout("<p class=note-text>{}</p>", below, 9), _COUNT)
    check(pairs, body=("article",), drop=("article > h1:title", "article > footer"))


def test_a_paragraph_to_which_the_template_gave_a_name_is_a_body() -> None:
    """As for notes of one paragraph."""
    below, _ = BELOW[0]
    pairs = site(layout("<p class=e-content>{}</p>", below, _COUNT), _COUNT)
    check(pairs, body=(".e-content",))


def test_a_section_of_the_template_is_a_body() -> None:
    below, _ = BELOW[0]
    pairs = site(layout("<section><p>{}</p></section>", below, _COUNT), _COUNT)
    check(pairs, body=("section",))
