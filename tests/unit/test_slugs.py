"""The slugs of the generators, side by side."""

from __future__ import annotations

import pytest

from publisher.text import slugs

# A text, and its slug by slugify, ascii_slug, hugo_slug, pelican_slug, zola_slug and hexo_slug.
TITLES = [
    ("A title", ("A-title", "a-title", "A-title", "A-title", "A_title", "A-title")),
    (
        "C++ & friends",
        ("C-friends", "c-friends", "C++-friends", "C-friends", "C++_&_friends", "C-friends"),
    ),
    (
        "v1.2_final",
        ("v1-2-final", "v1-2-final", "v1.2_final", "v12_final", "v1.2_final", "v1-2-final"),
    ),
    ("Ünï", ("Ünï", "uni", "Ünï", "Ünï", "Ünï", "Uni")),
    ("日本", ("日本", "", "日本", "日本", "日本", "日本")),
    (" -x- ", ("x", "x", "-x-", "-x-", "_-x-_", "x")),
    (
        "what? (this)",
        ("what-this", "what-this", "what-this", "what-this", "what_this", "what-this"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), TITLES)
def test_each_generator_has_its_own_slug(text: str, expected: tuple[str, ...]) -> None:
    assert expected == (
        slugs.slugify(text, mode="default"),
        slugs.ascii_slug(text),
        slugs.hugo_slug(text),
        slugs.pelican_slug(text, use_unicode=True, preserve_case=True),
        slugs.zola_slug(text, "safe"),
        slugs.hexo_slug(text),
    )


def test_a_pretty_slug_keeps_the_punctuation_that_a_path_allows() -> None:
    assert slugs.slugify("it's v1.2!", mode="pretty") == "it's-v1.2!"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ßtraße Łódź Æsir Øre œuvre Ǽ", "strase-Lodz-AEsir-Ore-oeuvre-AE"),
        ("Привет е\u0301", "Привет-е\u0301"),
        ("a\tb", "ab"),
        ("Ａⓑ ﬁ", "Ab-ﬁ"),
        ("a — b… “c”", "a-—-b…-“c”"),
    ],
)
def test_hexo_removes_accents_from_latin_letters_only(text: str, slug: str) -> None:
    assert slugs.hexo_slug(text) == slug


def test_pelican_keeps_the_case_only_with_unicode() -> None:
    assert slugs.pelican_slug("Ünï X", use_unicode=False, preserve_case=True) == "uni-x"
    assert slugs.pelican_slug("Ünï X", use_unicode=True, preserve_case=False) == "ünï-x"


def test_zola_can_leave_a_path_as_it_is() -> None:
    assert slugs.zola_slug("A (b)?", "off") == "A (b)?"
    assert slugs.zola_slug("A (b)?", "on") == "a-b"
