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


@pytest.mark.parametrize(
    ("text", "computed", "literal"),
    [
        ("from common import A", {"A": 1}, {}),
        ("A = 'x'\nfrom common import B as A", {"A": 1}, {}),
        ("from common import A\nA = 'x'", {}, {"A": "x"}),
        ("import common as A", {"A": 1}, {}),
        ("import A.b", {"A": 1}, {}),
        ("if x:\n  from common import A", {"A": 2}, {}),
        (
            "A = 'x'\ntry:\n  from common import A\nexcept ImportError:\n  pass",
            {"A": 3},
            {"A": "x"},
        ),
        ("A = 'x'\ndel A", {}, {}),
        ("A = f()\ndel A", {}, {}),
        ("A = 'x'\ndel A\nA = 'y'", {}, {"A": "y"}),
        ("A = 'x'\nif x:\n  del A", {"A": 3}, {"A": "x"}),
        ("from base import *\ndel A", {"A": 2}, {}),
        ("from base import *\nA = 'x'\ndel A", {"A": 2}, {}),
    ],
)
def test_imported_and_deleted_names_have_no_value_that_is_read(
    text: str, computed: dict[str, int], literal: dict[str, object]
) -> None:
    tree = ast.parse(text)
    assert {name: at for name, at in python_settings.computed(tree).items() if name == "A"} == (
        computed
    )
    assert python_settings.literals(tree) == literal


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("from common import *", 1),
        ("from base import *", None),
        ("A = 'x'\nfrom common import *", 2),
        ("from common import *\nA = 'x'", None),
        ("A = 'x'\nexec(text)", 2),
    ],
)
def test_a_name_is_open_behind_its_value(text: str, line: int | None) -> None:
    found = python_settings.open_names(ast.parse(text), ["A"], ["base"])
    assert found == ({"A": line} if line else {})
