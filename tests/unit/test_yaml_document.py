"""YAML as people write it: text stays text, lines are right, and no text does any harm."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.text import yaml_document
from publisher.text.yaml_document import Value, YamlError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment", None),
        ("---\n...\n", None),
        ("title: 2012", {"title": "2012"}),
        ("slug: 0123", {"slug": "0123"}),
        ("time: 19:55", {"time": "19:55"}),
        ("language: no", {"language": "no"}),
        ("version: 1.10", {"version": "1.10"}),
        ("date: 2008-10-21", {"date": "2008-10-21"}),
        ("a:\nb: ~\nc: null", {"a": None, "b": None, "c": None}),
        ("a: ''\nb: '~'\nc: \"null\"", {"a": "", "b": "~", "c": "null"}),
        ("a: ! 'text'", {"a": "text"}),
        ("a: 'b\\0'\nc: \"\\0\\x1b\\N\"", {"a": "b\\0", "c": "\0\x1b\x85"}),
        ("a: !!str null\nb: ! null", {"a": "null", "b": "null"}),
        ("a: !!python/object:os.system {}", {"a": {}}),
        ("tags: [on, [null], {x: y}]", {"tags": ["on", [None], {"x": "y"}]}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: >\n  x\n  y\n", {"a": "x y\n"}),
        ("a: Foo --- Bar", {"a": "Foo --- Bar"}),
        ("\ufeffa: b", {"a": "b"}),
        ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
        ("null: 1", {"null": "1"}),
        ("<<: {a: b}", {"<<": {"a": "b"}}),
        ("just text", "just text"),
        ("[a, b]", ["a", "b"]),
        ("a: \U0001f600 \u05d0\u200f", {"a": "\U0001f600 \u05d0\u200f"}),
    ],
)
def test_every_scalar_is_the_text_it_was_written_as(text: str, value: Value) -> None:
    assert yaml_document.read(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x one\nb: *x", {"a": "one", "b": "one"}),
        ("a: &x [1]\nb: *x", {"a": ["1"], "b": ["1"]}),
        ("a: &x\nb: *x", {"a": None, "b": None}),
        ("a: &x one\n*x : b", {"a": "one", "one": "b"}),
        ("&x a: b\nc: *x", {"a": "b", "c": "a"}),
        ("&x ~: b\nc: *x", {"~": "b", "c": "~"}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": "1", "b": "2", "c": "2"}),
    ],
)
def test_an_alias_is_what_its_anchor_is(text: str, value: Value) -> None:
    assert yaml_document.read(text).value == value


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_what_no_editor_shows_as_a_line_break_is_none(sign: str) -> None:
    document = yaml_document.read(f"title: one{sign}two\nb: c")
    assert document.value == {"title": "one two", "b": "c"}
    assert document.line(("b",)) == 2


def test_every_value_has_the_line_where_it_starts() -> None:
    document = yaml_document.read(
        "# a comment\na: 1\n\nb:\n  c:\n    - x\n    - {y: z}\nd: [1,\n 2]\n"
    )
    assert {key: document.line(key) for key in document.lines} == {
        (): 2,
        ("a",): 2,
        ("b",): 4,
        ("b", "c"): 5,
        ("b", "c", 0): 6,
        ("b", "c", 1): 7,
        ("b", "c", 1, "y"): 7,
        ("d",): 8,
        ("d", 0): 8,
        ("d", 1): 9,
    }


def test_what_is_missing_has_the_line_of_what_is_around_it() -> None:
    document = yaml_document.read("a: 1\nb:\n  c: 2\n")
    assert document.line(("b", "no", 3)) == 2
    assert document.line(("no",)) == 1
    assert yaml_document.read("").line(("no",)) == 1


def test_of_a_key_given_twice_the_last_counts_and_both_are_told() -> None:
    document = yaml_document.read("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert document.value == {"a": "3", "b": {"c": "2"}}
    assert document.duplicates == (("c", 2), ("a", 3))
    assert document.line(("a",)) == 3


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\ntitle: A: B", 2, "mapping values"),
        ("a: 1\nb: [1, 2\nc: 3", 3, ""),
        ("a: 'open\nb: 1\n", 1, ""),
        ("a: 1\nb\nc: 2\n", 2, ""),
        ("a: @b", 1, ""),
        ("- a\nb: c", 2, ""),
        ("--- a\n--- b", 2, "a second document"),
        ("a: 1\nb: *x", 2, "nothing before it is called &x"),
        ("a: &x [*x]", 1, "nothing before it is called &x"),
        ("x: 1\n? [a]\n: b", 2, "a key must be text"),
        ("x: &x [1]\n*x : b", 2, "a key must be text"),
        ("a: &x null\n*x : b", 2, "a key must be text"),
        ("a: 1\nb: \x07", 2, "U+0007"),
        ("a: 1\n\x00", 2, "U+0000"),
        ("a: \ud800", 1, "U+D800"),
        ('a: "\\ud800"', 1, ""),
        ("%YAML 9.9\n---\na: b", 1, ""),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(YamlError) as caught:
        yaml_document.read(text)
    assert caught.value.line == line
    assert word in caught.value.message


def aliases(levels: int) -> str:
    """Ten times as much on each level."""
    lines = ["k0: &k0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"k{n}: &k{n} [{','.join([f'*k{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def chain(links: int) -> str:
    """Each value holds the one before it, forty levels down."""
    deep = [f"k{n}: &k{n} {'[' * 40}{f'*k{n - 1}' if n else ''}{']' * 40}" for n in range(links)]
    return "\n".join(deep)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (aliases(9), 5, "values"),
        (chain(30), 2, "deeper"),
        ("[" * 51 + "]" * 51, 1, "deeper"),
        ("\n".join(" " * n + "-" for n in range(60)), 51, "deeper"),
        ("- a\n" * (yaml_document.MAX_VALUES + 1), yaml_document.MAX_VALUES, "values"),
    ],
)
def test_what_grows_without_bound_is_refused(text: str, line: int, word: str) -> None:
    with pytest.raises(YamlError, match=word) as caught:
        yaml_document.read(text)
    assert caught.value.line == line


def test_what_is_just_within_the_bounds_is_read() -> None:
    assert yaml_document.read("[" * 50 + "]" * 50).value
    assert yaml_document.read("- a\n" * (yaml_document.MAX_VALUES - 1)).value
    assert yaml_document.read(f"a: &x {'[' * 48}{']' * 48}\nb: [*x]").value
    assert yaml_document.read(aliases(4)).value


TOKENS = st.sampled_from(
    ["a", "b: ", "- ", "[", "]", "{", "}", ",", ": ", "? ", "\n", "\n  ", "&a ", "*a", "*a : ",
     "! ", "!!str ", "'", '"', "|\n", ">\n", " #", "%", "---\n", "...\n", "~", "\t", "é", "\u2028",
     "<<: ", "\ufeff", "\ud800", "\x00", "\r", "\\", "@", "`"]
)  # fmt: skip
YAMLISH = st.lists(TOKENS, max_size=40).map("".join)


@given(YAMLISH | st.text(max_size=200))
@example("x: &a 1\n*a : b")
@example("a: &a [*a]")
def test_no_text_does_any_harm(text: str) -> None:
    lines = len(text.splitlines())
    try:
        document = yaml_document.read(text)
    except YamlError as error:
        assert 1 <= error.line <= lines + 1  # noqa: PT017 - only some texts raise
        return
    for key in parts(document.value):
        assert key in document.lines or "*" in text
        assert 1 <= document.line(key) <= lines


def parts(value: Value, key: yaml_document.Key = ()) -> list[yaml_document.Key]:
    match value:
        case dict():
            return [key, *(k for name, part in value.items() for k in parts(part, (*key, name)))]
        case list():
            return [key, *(k for n, part in enumerate(value) for k in parts(part, (*key, n)))]
        case _:
            return [key] if key else []


TREES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcä é", max_size=3), inner)
    ),
    max_leaves=20,
)


@given(TREES)
def test_what_a_dumper_writes_is_read_back(tree: Value) -> None:
    for text in (yaml.safe_dump(tree), yaml.safe_dump(tree, allow_unicode=True)):
        assert yaml_document.read(text).value == tree
