"""Globs of Ruby's `File.fnmatch?` without flags, with the answers of Ruby 3.1."""

from __future__ import annotations

import pytest

from publisher.text import ruby_globs
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*.md", ["a.md", "a/b.md", ".md"], ["a.mdx"]),
        ("a?b", ["a/b", "a.b"], ["ab", "a//b"]),
        ("**/x", ["a/x", "a/b/x", "/x"], ["x"]),
        ("a[b", [], ["a[b", "ab"]),
        ("[!a]x", ["bx", "/x"], ["ax"]),
        ("[^a]x", ["bx", "^x"], ["ax"]),
        ("[]b]c", [], ["bc", "]c", "c"]),
        ("[\\]]x", ["]x"], ["\\x"]),
        ("[z-a]", ["z", "a"], ["m", "-"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("a\\*", ["a*"], ["ab", "a\\b"]),
        ("a\\", ["a"], ["a\\"]),
        ("{a,b}", ["{a,b}"], ["a", "b"]),
        ("x" * 1_001, [], ["x" * 1_001]),
    ],
)
def test_a_pattern_matches_as_in_ruby(pattern: str, matching: list[str], others: list[str]) -> None:
    paths = [*matching, *others]
    assert [path for path in paths if ruby_globs.matches(pattern, path)] == matching


def test_matching_does_not_try_the_same_twice() -> None:
    assert_linear(lambda size: ruby_globs.matches("*a" * 12 + "b", "a" * size + "c"), 400_000)
