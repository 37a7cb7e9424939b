"""Patterns in the settings of a site: what they find, and their limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from publisher.text.site_patterns import MAX_LENGTH, SitePatternError, groups, replaced

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_the_groups_that_match_at_the_beginning_are_found() -> None:
    assert groups(r"(?P<a>\w+)-(?P<b>x)?(?P<c>)", "one-two") == {"a": "one", "c": ""}
    assert groups(r"(?P<a>two)", "one-two") == {}


@pytest.mark.parametrize(
    "replacements",
    [
        [(r"[^\w\s-]", ""), (r"(?u)\A\s*", ""), (r"(?u)\s*\Z", ""), (r"[-\s]+", "-")],
        [("A(.)", r"\1\g<1>"), ("", "_")],
        [("(?P<x>B)|C", "")],
    ],
)
def test_replacements_are_those_of_python(replacements: Sequence[tuple[str, str]]) -> None:
    text = expected = " Abc, ÄBC - (abc)! "
    for pattern, replacement in replacements:
        expected = re.sub(pattern, replacement, expected, flags=re.IGNORECASE)
    assert replaced(text, replacements) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "message"),
    [
        ("(", "", "has '(', which cannot be used"),
        ("(?R)?a", "a", "has '(?R)?a', which cannot be used"),  # recursion, which `re` has not
        ("(" * 450 + "a" + ")" * 450, "a", "cannot be used"),
        ("(a|aa)+$", "a" * 100 + "b", "aaa…'; simplify '(a|aa)+$'"),
        ("a" * (MAX_LENGTH + 1), "a", "more than 1000 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_or_takes_too_long_is_refused(
    pattern: str, text: str, message: str
) -> None:
    with pytest.raises(SitePatternError, match=re.escape(message)) as caught:
        groups(pattern, text)
    assert len(str(caught.value)) < 300


def test_only_the_beginning_of_a_long_text_counts() -> None:
    long = "a" * (MAX_LENGTH + 1)
    assert groups("(?P<x>a*)", long) == {"x": "a" * MAX_LENGTH}
    assert replaced(long, [("a", "b")]) == "b" * MAX_LENGTH


@pytest.mark.parametrize(
    "replacements",
    [
        [("", "a" * 900)] * 2,
        [("", "a" * (MAX_LENGTH + 1))],
        [("a", r"\9")],
        [("a", "b")] * 101,
    ],
)
def test_replacements_are_limited(replacements: Sequence[tuple[str, str]]) -> None:
    with pytest.raises(SitePatternError):
        replaced("banana", replacements)
