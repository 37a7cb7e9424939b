"""Whether what a page shows is the body of a post."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from publisher.sources.built.bodies.accept import WALLED, Accepted, RefusedBody, accepts
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.pages.page import parse

TEXT = "The quick brown fox jumps over the lazy dog while the cat sleeps near the old oven."
OTHER = "Nobody has ever seen a ship sail so slowly through these waters without any wind."
TITLE = "A fox and a dog"


def verdict(
    shown: str,
    text: str = TEXT,
    *,
    title: str | None = TITLE,
    heading: str = TITLE,
    wants_title: bool = True,
) -> Accepted | RefusedBody:
    body = f"<h1>{heading}</h1><article>{shown}</article>"
    page = parse(f"<html><body>{body}</body></html>".encode(), PurePosixPath("a.html"))
    extracted = extract(page, ["article"], [])
    return accepts(title, text.lower().split(), page, extracted, wants_title=wants_title)


def reason(found: Accepted | RefusedBody) -> str:
    assert isinstance(found, RefusedBody)
    return found.reason


def test_the_text_of_the_post_is_accepted() -> None:
    assert verdict(TEXT) == Accepted()


def test_a_page_without_the_element_is_refused() -> None:
    page = parse(f"<html><body>{TEXT}</body></html>".encode(), PurePosixPath("a.html"))
    found = accepts(TITLE, TEXT.lower().split(), page, None, wants_title=False)
    assert "posts.body" in reason(found)


FIELD = "<form><input type='Password '></form>"


@pytest.mark.parametrize("shown", [FIELD, f"<p>Enter the password to read on.</p>{FIELD}"])
def test_a_page_that_asks_for_a_password_shows_no_text(shown: str) -> None:
    assert reason(verdict(shown)) == WALLED


def test_a_page_may_have_a_form_to_log_in() -> None:
    assert verdict(f"{TEXT}{FIELD}") == Accepted()


def test_a_text_that_stands_elsewhere_on_the_page_is_behind_no_password() -> None:
    body = f"<h1>{TITLE}</h1><div>{TEXT}</div>{FIELD}"
    page = parse(f"<html><body>{body}</body></html>".encode(), PurePosixPath("a.html"))
    found = accepts(TITLE, TEXT.lower().split(), page, None, wants_title=True)
    assert "posts.body" in reason(found)


def test_the_page_of_another_post_is_refused() -> None:
    assert reason(verdict(TEXT, heading="A cat and a mouse")) == "has another title"


def test_where_pages_show_no_titles_the_words_decide() -> None:
    assert verdict(TEXT, heading="My site", wants_title=False) == Accepted()
    assert "other words" in reason(verdict(OTHER, heading="My site", wants_title=False))


def test_half_of_the_words_have_to_be_those_of_the_post() -> None:
    most = f"{TEXT} One two three four five six."
    assert verdict(most, heading="My site", wants_title=False) == Accepted()
    few = f"{TEXT} {OTHER} {OTHER.upper()} One two three four five six."
    assert "other words" in reason(verdict(few, heading="My site", wants_title=False))


def test_with_the_title_a_tenth_is_enough() -> None:
    """A template or a program may make most of the text."""
    assert verdict(f"{TEXT} {OTHER} One two three.") == Accepted()


def test_a_form_that_asks_for_a_password_is_refused() -> None:
    assert "words" in reason(verdict("This post is protected. Enter the password to read it."))


def test_an_excerpt_of_a_long_post_is_refused() -> None:
    text = " ".join(f"word{number}" for number in range(300))
    excerpt = " ".join(f"word{number}" for number in range(20))
    assert "7 %" not in reason(verdict(excerpt, text))
    assert "only 6 %" in reason(verdict(excerpt, text))


def test_a_page_whose_text_a_script_would_load_is_refused() -> None:
    assert "does not show" in reason(verdict("<div id=app></div>"))


def test_a_post_of_a_few_words_is_known_by_its_title_or_is_the_same() -> None:
    assert verdict("Hello <b>world</b>!", "Hello world") == Accepted()
    assert verdict("Hello world!", "hello world", heading="x", wants_title=False) == Accepted()
    assert isinstance(verdict("Other", "hello", heading="x", wants_title=False), RefusedBody)


def test_a_post_without_words_is_known_by_its_title() -> None:
    assert verdict("<img src=a.png>", "") == Accepted()
    assert isinstance(verdict("", "", heading="x"), RefusedBody)


def test_a_post_without_a_title_is_known_by_its_words() -> None:
    assert verdict(TEXT, title=None) == Accepted()
    assert isinstance(verdict(OTHER, title=None), RefusedBody)


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ('It\'s a "test" - really', "It’s a “test” – really"),
        ("Can't stop, won't stop", "Cant stop wont stop"),
        ("Using `git rebase`", "Using <code>git rebase</code>"),
        ("<i>Elements kinds</i> in V8", "Elements kinds in V8"),
        ("C", "C · My site"),
        ("[SEC][ANN] 3.2 is out!", "[SEC][ANN] 3.2 is out!"),
        ("Émigré", "E\u0301migre\u0301"),
        ("Fish &amp; chips", "Fish &amp; chips"),
        ("日本語の題", "日本語の題"),
        ("🎉🎉", "🎉🎉"),
        ("❤️ ❤️", "❤ ❤"),
        ("?!", "My site | ?!"),
        ("1/2 (c)", "½ ©"),
        ("Costs 1/2 (C)", "Costs ½ ©"),
        ("Released :tada:", "Released 🎉"),
        ("Post <em>three</em> & quotes", "Post &lt;em&gt;three&lt;/em&gt; &amp; quotes"),
        ("AT&amp;T", "AT&amp;amp;T"),
        ("AT&amp;T", "AT&amp;T"),
        (
            "A long title in which one word about a colour",
            "A long title in which one word about a color",
        ),
    ],
)
def test_a_title_is_the_same_in_another_spelling(title: str, heading: str) -> None:
    assert verdict(TEXT, title=title, heading=heading) == Accepted()


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("This week in Rust 123", "This week in Rust 124"),
        ("Go", "Algorithms for everybody"),
        ("A fox", "A dog"),
        ("Part one of three", "Part two of three"),
        (
            "A long title of a newsletter in April 2024",
            "A long title of a newsletter in August 2024",
        ),
        ("V8 release v8.1", "V8 release v9.1"),
        ("Storytelling on stage: storytelling", "Storytelling on stage: the basics"),
        ("🎉🎉", "🎉"),
        ("🎉🎉", "☕☕ news"),
        ("Option (c)", "Option (a)"),
    ],
)
def test_the_titles_of_two_posts_are_not_the_same(title: str, heading: str) -> None:
    assert reason(verdict(TEXT, title=title, heading=heading)) == "has another title"
