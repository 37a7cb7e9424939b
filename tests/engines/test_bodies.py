"""The bodies of the goldens are still what Jekyll, Hugo and Hexo make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import dialects

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture(scope="module")
def jekyll() -> Sequence[str]:
    return dialects.ask("jekyll", [body for body, _ in dialects.bodies("jekyll")])


@pytest.fixture(scope="module")
def hugo() -> Sequence[str]:
    return dialects.ask("hugo", [body for body, _ in dialects.bodies("hugo")])


@pytest.fixture(scope="module")
def hexo() -> Sequence[str]:
    return dialects.ask("hexo", [body for body, _ in dialects.bodies("hexo")])


@pytest.mark.parametrize("number", range(len(dialects.bodies("jekyll"))))
def test_jekyll_makes_of_a_body_what_the_golden_says(number: int, jekyll: Sequence[str]) -> None:
    body, html = dialects.bodies("jekyll")[number]
    assert jekyll[number] == html, body


@pytest.mark.parametrize("number", range(len(dialects.bodies("hugo"))))
def test_hugo_makes_of_a_body_what_the_golden_says(number: int, hugo: Sequence[str]) -> None:
    body, html = dialects.bodies("hugo")[number]
    assert hugo[number] == html, body


@pytest.mark.parametrize("number", range(len(dialects.bodies("hexo"))))
def test_hexo_makes_of_a_body_what_the_golden_says(number: int, hexo: Sequence[str]) -> None:
    body, html = dialects.bodies("hexo")[number]
    assert hexo[number] == html, body
