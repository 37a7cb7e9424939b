"""Patterns mean what they mean to globby and to git, whose own results these are."""

from __future__ import annotations

import pytest

from publisher.text import ignore_patterns
from publisher.text.ignore_patterns import PatternError
from tests.support.growth import assert_linear

FILES = ("a.md", "b1.md", "b2.md", "private/deep/y.md", "private/x.md", "sub/private/z.md",
         "x.private.md")  # fmt: skip
OF_ROOT = ["private/deep/y.md", "private/x.md"]
ANYWHERE = [*OF_ROOT, "sub/private/z.md"]


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        ("private", OF_ROOT),
        ("private/", OF_ROOT),
        ("./private", OF_ROOT),
        ("!private", OF_ROOT),
        ("private/**", OF_ROOT),
        ("{private,templates}", OF_ROOT),
        ("/private", []),
        ("Private", []),
        ("pri*", []),
        ("private/*", ["private/x.md"]),
        ("**/private", ANYWHERE),
        ("**/private/**", ANYWHERE),
        ("private/**/y.md", ["private/deep/y.md"]),
        ("*.private.md", ["x.private.md"]),
        ("b[1].md", ["b1.md"]),
        ("b[!1].md", ["b2.md"]),
        ("{a,{b1,b2}}.md", ["a.md", "b1.md", "b2.md"]),
        ("?1.md", ["b1.md"]),
        ("a.m[z-a]", []),
        ("**", [*FILES]),
    ],
)
def test_globs_of_javascript(pattern: str, left_out: list[str]) -> None:
    patterns = ignore_patterns.of_globs([pattern])
    assert [file for file in FILES if patterns.leave_out(file)] == left_out


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        (["private"], ANYWHERE),
        (["/private/"], OF_ROOT),
        (["sub/private"], ["sub/private/z.md"]),
        (["# private", "", "x.private.md/"], []),
        (["*.md", "!a.md"], [file for file in FILES if file != "a.md"]),
        (["private/", "!private/x.md"], ANYWHERE),
        (["**/private/*", "!x.md"], ["private/deep/y.md", "sub/private/z.md"]),
    ],
)
def test_lines_of_gitignore(lines: list[str], left_out: list[str]) -> None:
    patterns = ignore_patterns.of_git(lines)
    assert [file for file in FILES if patterns.leave_out(file)] == left_out


def test_no_character_of_a_name_is_wild() -> None:
    patterns = ignore_patterns.of_names(["a[1]/*"])
    assert patterns.leave_out("a[1]/*/b.md")
    assert not patterns.leave_out("a1/b.md")


@pytest.mark.parametrize(
    ("expression", "left_out"),
    [
        (r"/private/", ANYWHERE),
        (r"^/private/", OF_ROOT),
        (r"(?i)PRIVATE/(x|z)\.md$", [file for file in ANYWHERE if file[-4] in "xz"]),
        (r"sub/.*\.md$", ["sub/private/z.md"]),
        (r"private$", []),
    ],
)
def test_expressions_are_found_in_absolute_paths(expression: str, left_out: list[str]) -> None:
    patterns = ignore_patterns.of_expressions([expression])
    assert [file for file in FILES if patterns.leave_out(file)] == left_out


@pytest.mark.parametrize(
    "expression",
    ["(a+)+b", "(a|b)*c", ".*a.*b.*c", r"\pL", "(?s)a", "(?=a)", "[[:alpha:]]", "a{2,1000}{2,}{3,}",
     "[", "(", r"a\z", "x" * 1_001],
)  # fmt: skip
def test_expressions_that_are_not_those_of_python_or_take_long_are_refused(expression: str) -> None:
    with pytest.raises(PatternError):
        ignore_patterns.of_expressions([expression])


def test_a_path_too_long_to_be_searched_is_left_out() -> None:
    patterns = ignore_patterns.of_expressions(["a.*b.*c"])
    assert not patterns.leave_out("ab" * 200)
    assert patterns.leave_out("ab" * 300)


@pytest.mark.parametrize(
    "patterns", [["!(a)"], ["a" * 1_001], ["a"] * 1_001, ["{a,b}" * 10], ["+(a|b)/c"]]
)
def test_what_is_not_supported_or_too_much_is_an_error(patterns: list[str]) -> None:
    with pytest.raises(PatternError):
        ignore_patterns.of_globs(patterns)


@pytest.mark.parametrize(
    ("pattern", "name", "size"), [("*a", "a", 400_000), ("**/a/", "a/", 2_000)]
)
def test_matching_does_not_try_the_same_twice(pattern: str, name: str, size: int) -> None:
    patterns = ignore_patterns.of_globs([pattern * 12 + "b"])
    assert_linear(lambda size: patterns.leave_out(name * size + "c"), size)
