"""Text is cut between words, and never inside what readers take for one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.text.shortening import beginning, shortened

FAMILY = "👩‍👩‍👧"  # five code points
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One two", "One two"),
        ("One two three", "One two…"),
        ("One, two; three", "One, two…"),
        ("Seventeen seventy", "Seventeen…"),
        ("A very-long-single-word", "A…"),
        ("verylongsingleword", "verylongsi…"),
        ("One\ntwo\nthree", "One\ntwo…"),
        ("One two\u00a0three", "One…"),
        ("Run 100\u202fkm today", "Run…"),
        ("............", "..........…"),
        ("- - - - - - - -", "- - - - -…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, cut: str) -> None:
    assert shortened(text, 10) == cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("汉字没有空格所以可以在任何地方断开", "汉字没有空格所以可以…"),
        ("标题 汉字没有空格所以可以在任何地方", "标题 汉字没有空格所…"),
        ("汉字没有空格 所以可以在任何地方断开", "汉字没有空格…"),
        ("ひらがなと カタカナ", "ひらがなと カタカナ"),
        ("使用这个编辑器Emacs写作", "使用这个编辑器…"),
        ("우리는 한국어를 씁니다", "우리는 한국어를…"),
    ],
)
def test_a_text_without_spaces_is_cut_between_characters(text: str, cut: str) -> None:
    assert shortened(text, 10) == cut


@pytest.mark.parametrize(
    "cluster", ["e\u0301", "か\u3099", "👍🏽", "🇩🇪", FAMILY, SCOTLAND, "\u1112\u1161\u11ab"]
)
def test_a_grapheme_cluster_is_never_cut(cluster: str) -> None:
    for most in range(10, 20):
        assert beginning(cluster * 20, most) == cluster * (most // len(cluster))


@given(st.text(), st.integers(1, 40))
def test_the_beginning_is_a_prefix_of_the_text(text: str, most: int) -> None:
    cut = beginning(text, most)
    assert text.startswith(cut)
    assert len(cut) <= most
