"""A new theme that puts its own words into the texts of posts that are pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import UnsafePlanError
from tests.unit.test_page_posts import page, read, remember

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BYLINE = '<p class="by">Posted by Ada in 2026</p>'
LETTER = "<p>Subscribe to our letter now</p>"
DROP = {"drop": (".share",)}


def site(*, before: str = "", behind: str = "", changed: int = 8, posts: int = 8) -> dict[str, str]:
    """Some posts, the first of which have these words around their texts."""
    text = "<p>The text of post {} has words, and then it ends.</p>"
    bodies = {
        n: f"{before}{text}{behind}".replace("TITLE", "The title {}") if n < changed else text
        for n in range(posts)
    }
    return {
        f"blog/{n}.html": page(body=body.replace("{}", str(n)), title=f"The title {n}")
        for n, body in bodies.items()
    }


@pytest.mark.parametrize(
    ("theme", "words"),
    [
        ({"before": BYLINE}, '"posted by ada in 2026"'),
        ({"behind": BYLINE}, '"posted by ada in 2026"'),
        ({"before": "<h1>TITLE</h1>"}, '"the title"'),
        ({"before": "<p>Share</p>", "behind": "<p>Comments</p>"}, '"share"'),
    ],
)
def test_new_words_around_nearly_all_texts_are_no_edits(
    tmp_path: Path, theme: Mapping[str, Any], words: str
) -> None:
    first = read(tmp_path, site())
    remember(first)
    with pytest.raises(UnsafePlanError, match=f"nearly all of 8 pages show {words} in the text"):
        read(tmp_path, site(**theme))
    (tmp_path / "state/pages.sqlite").unlink()
    assert len(read(tmp_path, {}).posts) == 8
    assert read(tmp_path, site()).posts == first.posts


def test_titles_that_have_no_word_in_common_are_words_of_a_theme(tmp_path: Path) -> None:
    names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]

    def built(format_: str) -> dict[str, str]:
        text = "<p>The same text is in this post.</p>"
        return {f"blog/{n}.html": page(body=format_.format(n) + text, title=n) for n in names}

    remember(read(tmp_path, built("")))
    with pytest.raises(UnsafePlanError, match="5 pages show the title of the post in the text"):
        read(tmp_path, built("<h1>{}</h1>"))


def test_selectors_for_the_new_theme_change_nothing(tmp_path: Path) -> None:
    first = read(tmp_path, site())
    remember(first)
    assert read(tmp_path, site(before=BYLINE), drop=(".by",)).posts == first.posts


def test_other_selectors_are_no_theme(tmp_path: Path) -> None:
    remember(read(tmp_path, site(before='<p class="share">Share it with all</p>'), **DROP))
    assert len(read(tmp_path, {}).posts) == 8


def test_one_page_may_have_its_own_layout(tmp_path: Path) -> None:
    remember(read(tmp_path, site()))
    with pytest.raises(UnsafePlanError, match="nearly all of 8 pages show"):
        read(tmp_path, site(before=BYLINE, changed=7))


@pytest.mark.parametrize("changed", [1, 6])
def test_edits_of_several_posts_are_no_theme(tmp_path: Path, changed: int) -> None:
    remember(read(tmp_path, site()))
    assert len(read(tmp_path, site(before=BYLINE, changed=changed)).posts) == 8


@pytest.mark.parametrize("first", [5, 6])
def test_a_theme_that_comes_in_two_builds_is_known_by_the_titles(
    tmp_path: Path, first: int
) -> None:
    remember(read(tmp_path, site()))
    theme = "<h1>TITLE</h1>"
    with pytest.raises(UnsafePlanError, match=f"^{first} of 8 pages show the title of the post"):
        read(tmp_path, site(before=theme, changed=first))
    with pytest.raises(UnsafePlanError, match="nearly all of 8 pages show"):
        read(tmp_path, site(before=theme))


def test_other_edits_of_all_posts_are_no_theme(tmp_path: Path) -> None:
    remember(read(tmp_path, site()))
    edited = {name: text.replace("has words", "has new words") for name, text in site().items()}
    assert len(read(tmp_path, edited).posts) == 8


@pytest.mark.parametrize("posts", [2, 3, 4])
@pytest.mark.parametrize(
    ("theme", "shown"),
    [
        ({"before": LETTER}, '"subscribe to our letter now"'),
        ({"behind": "<p>Share this post</p>"}, '"share this post"'),
        ({"before": "<h1>TITLE</h1>"}, "the title of the post"),
    ],
)
def test_a_new_theme_of_a_few_pages_is_no_edit_of_all(
    tmp_path: Path, posts: int, theme: Mapping[str, Any], shown: str
) -> None:
    remember(read(tmp_path, site(posts=posts)))
    with pytest.raises(UnsafePlanError, match=f"^all {posts} pages show {shown} in"):
        read(tmp_path, site(posts=posts, **theme))


@pytest.mark.parametrize(("posts", "changed"), [(1, 1), (3, 2), (4, 3), (6, 2)])
def test_a_few_edited_posts_are_no_theme(tmp_path: Path, posts: int, changed: int) -> None:
    remember(read(tmp_path, site(posts=posts)))
    found = read(tmp_path, site(before=LETTER, posts=posts, changed=changed))
    assert len(found.posts) == posts


def test_the_same_two_words_in_all_of_a_few_posts_are_no_theme(tmp_path: Path) -> None:
    remember(read(tmp_path, site(posts=3)))
    assert len(read(tmp_path, site(before="<p>The answer {} is here.</p>", posts=3)).posts) == 3


def test_titles_with_the_same_sentence_are_a_theme_of_which_a_part_is_built(tmp_path: Path) -> None:
    before = f"<h1>TITLE</h1>{LETTER}"
    remember(read(tmp_path, site(posts=12)))
    with pytest.raises(UnsafePlanError, match=r"^3 of 12 pages show the title of the post and "):
        read(tmp_path, site(before=before, posts=12, changed=3))
    assert len(read(tmp_path, site(before=before, posts=12, changed=2)).posts) == 12


@pytest.mark.parametrize(
    "title",
    [
        '<h1 class="post-title">TITLE</h1>',
        "<header><h1>TITLE</h1></header>",
        '<div><span class="title">TITLE</span></div>',
    ],
)
@pytest.mark.parametrize("changed", [3, 4])
def test_titles_that_a_template_puts_into_a_few_texts_are_a_theme(
    tmp_path: Path, title: str, changed: int
) -> None:
    remember(read(tmp_path, site(posts=12)))
    with pytest.raises(UnsafePlanError, match=f"^{changed} of 12 pages show the title of the post"):
        read(tmp_path, site(before=title, posts=12, changed=changed))


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        ("<h1>TITLE</h1>", 4),  # as an author writes it
        ('<p class="note">Edited</p><h1>TITLE</h1>', 4),
        ('<h1 class="post-title">TITLE</h1>', 2),
        ('<h1 class="text-center mt-2">TITLE</h1>', 4),  # nothing tells what made it
    ],
)
def test_titles_that_an_author_may_have_written_into_a_few_posts_are_no_theme(
    tmp_path: Path, before: str, changed: int
) -> None:
    remember(read(tmp_path, site(posts=12)))
    assert len(read(tmp_path, site(before=before, posts=12, changed=changed)).posts) == 12


def test_other_edits_do_not_hide_the_part_of_a_theme_that_is_built(tmp_path: Path) -> None:
    first = site(posts=12)
    remember(read(tmp_path, first))
    themed = site(before=f"<h1>TITLE</h1>{LETTER}", posts=12, changed=4)
    edited = {
        name: text.replace("has words", "has new words") if text == first[name] else text
        for name, text in themed.items()
    }
    with pytest.raises(UnsafePlanError, match=r"^4 of 12 pages show the title of the post and "):
        read(tmp_path, edited)


def test_a_message_quotes_words_that_follow_each_other_on_the_page(tmp_path: Path) -> None:
    titles = ["Velvet and magnet", "Copper and needle", "Island and anchor", "River and kettle"]

    def built(before: str) -> dict[str, str]:
        return {
            f"blog/{n}.html": page(
                body=f"{before.replace('TITLE', title)}<p>The text of {n} has words.</p>",
                title=title,
            )
            for n, title in enumerate([*titles, "Window and thistle"])
        }

    remember(read(tmp_path, built("")))
    with pytest.raises(UnsafePlanError, match='show "subscribe to our letter now" in the text'):
        read(tmp_path, built(f"<h1>TITLE</h1>{LETTER}"))


def test_without_nodes_the_advice_names_no_option_of_nodes(tmp_path: Path) -> None:
    remember(read(tmp_path, site()))
    with pytest.raises(UnsafePlanError, match=r"away, and run again$"):
        read(tmp_path, site(before=LETTER))


def test_pages_that_are_a_picture_hide_no_theme(tmp_path: Path) -> None:
    """Nothing tells what stands around a text that has no words."""
    text = "<p>The text of post {} has words, and then it ends.</p>"
    texts = [text.replace("{}", str(n)) for n in range(6)]

    def built(theme: str) -> dict[str, str]:
        bodies = [*texts, *[f'<img src="{n}.png" alt="">' for n in range(6, 9)]]
        return {
            f"blog/{n}.html": page(body=f"{body}{theme}", title=f"The title {n}")
            for n, body in enumerate(bodies)
        }

    remember(read(tmp_path, built("")))
    with pytest.raises(UnsafePlanError, match='show "posted by ada in 2026" in the text'):
        read(tmp_path, built(BYLINE))
