"""What is read of settings in Python, which is never run, and what is said of the rest."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from publisher.sources.engines import RECORDS
from publisher.sources.engines.detected import reach_of
from publisher.text import python_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A = 'x/'\nB = A + 'index.html'", "x/index.html"),
        ("B = 'a' + 'b' + 'c'", "abc"),
        ("B = ['a'] + ['b']", ["a", "b"]),
        ("A = f()\nB = A + 'x'", None),
        ("B = 'a' + 1", None),
        ("B = 'a' * 9", None),
    ],
)
def test_joined_literals_are_read(text: str, value: object) -> None:
    assert python_settings.literals(ast.parse(text)).get("B") == value
    assert ("B" in python_settings.computed(ast.parse(text))) == (value is None)


def test_joined_literals_have_a_limit() -> None:
    text = "B = " + " + ".join(["'" + "a" * 60_000 + "'"] * 2)
    assert "B" not in python_settings.literals(ast.parse(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("exec(open('base.py').read())", 1),
        ("\nglobals().update({'ARTICLE_URL': 'x'})", 2),
        ("globals()['ARTICLE_URL'] = 'x'", 1),
        ("vars().update(x)", 1),
        ("X = {}\nX.update(a=1)", None),
        ("print(globals()['X'])", None),
        ("ARTICLE_URL = 'x/'\nARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'", None),
    ],
)
def test_programs_that_may_set_any_name_are_named(
    tmp_path: Path, text: str, line: int | None
) -> None:
    (tmp_path / "pelicanconf.py").write_text(text)
    reach = reach_of(tmp_path)
    found = RECORDS["pelican"].address_scripts(tmp_path, tmp_path / "content", reach)
    assert [one.line for one in found] == ([line] if line else [])
