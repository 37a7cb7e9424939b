"""The slugs of the generators, side by side."""

from __future__ import annotations

import pytest

from publisher.text import slugs

# A text, and its slug by slugify, nikola_slug, hugo_slug, pelican_slug, zola_slug and hexo_slug.
TITLES = [
    ("A title", ("A-title", "a-title", "A-title", "a-title", "a-title", "A-title")),
    (
        "C++ & friends",
        ("C-friends", "c++-friends", "C++-friends", "c-friends", "c-friends", "C-friends"),
    ),
    (
        "v1.2_final",
        ("v1-2-final", "v12_final", "v1.2_final", "v12_final", "v1-2-final", "v1-2-final"),
    ),
    ("Ünï", ("Ünï", "uni", "Ünï", "uni", "uni", "Uni")),
    ("日本", ("日本", "ri-ben", "日本", "ri-ben", "ri-ben", "日本")),
    ("Ёлка", ("Ёлка", "iolka", "Ёлка", "iolka", "iolka", "Ёлка")),
    ("ひとつ", ("ひとつ", "hitotsu", "ひとつ", "hitotsu", "hitotu", "ひとつ")),
    (" -x- ", ("x", "-x-", "-x-", "-x-", "x", "x")),
    (
        "what? (this)",
        ("what-this", "what-this", "what-this", "what-this", "what-this", "what-this"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), TITLES)
def test_each_generator_has_its_own_slug(text: str, expected: tuple[str, ...]) -> None:
    assert expected == (
        slugs.slugify(text, mode="default"),
        slugs.nikola_slug(text),
        slugs.hugo_slug(text),
        slugs.pelican_slug(text, use_unicode=False, preserve_case=False),
        slugs.zola_slug(text, "on"),
        slugs.hexo_slug(text),
    )


def test_a_pretty_slug_keeps_the_punctuation_that_a_path_allows() -> None:
    assert slugs.slugify("it's v1.2!", mode="pretty") == "it's-v1.2!"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Größe & Maß", "groesse-and-mass"),
        ("It's Vít's Ørsted", "its-vits-orsted"),
        ("Съешь ещё булок", "syesh-eschyo-bulok"),
        ("Μουσική 日本 x", "moysiki-x"),
        ("a^b `c` d´e f·g", "ab-c-de-fg"),
        ("5¢ or ¥6, ₿7", "5c-or-y6-b7"),
        ("① ⑵ ⒊ 𝗯𝟙 ⓪ x🦄y", "1-2-3-b1-0-x-unicorn-y"),
    ],
)
def test_eleventy_knows_some_alphabets_only(text: str, slug: str) -> None:
    assert slugs.eleventy_slug(text) == slug


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


@pytest.mark.parametrize(
    ("use_unicode", "preserve_case", "slug"),
    [
        (False, False, "uni-ri-ben"),
        (False, True, "Uni-Ri-Ben"),
        (True, False, "ünï-日本"),
        (True, True, "Ünï-日本"),
    ],
)
def test_pelican_keeps_scripts_and_capitals_if_it_is_told_to(
    use_unicode: bool, preserve_case: bool, slug: str
) -> None:
    title = "Ünï <b>日本</b>"
    assert slug == slugs.pelican_slug(title, use_unicode=use_unicode, preserve_case=preserve_case)


def test_go_writes_each_character_in_lower_case_by_itself() -> None:
    assert slugs.go_lower("İZMİR ΟΔΟΣ") == "izmir οδοσ"


def test_zola_can_leave_a_path_as_it_is() -> None:
    assert slugs.zola_slug("A (b)?. ", "off") == "A (b)?. "
    assert slugs.zola_slug("A (b)?. ", "safe") == "A (b)"
