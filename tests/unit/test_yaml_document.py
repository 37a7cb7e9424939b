"""YAML keeps texts as written, knows their lines, and refuses what exceeds a limit."""

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
def test_every_scalar_is_the_text_that_the_author_wrote(text: str, value: Value) -> None:
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
def test_an_alias_has_the_value_of_its_anchor(text: str, value: Value) -> None:
    assert yaml_document.read(text).value == value


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_only_what_editors_show_as_a_line_break_ends_a_line(sign: str) -> None:
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


def test_a_missing_key_has_the_line_of_the_part_that_would_contain_it() -> None:
    document = yaml_document.read("a: 1\nb:\n  c: 2\n")
    assert document.line(("b", "no", 3)) == 2
    assert document.line(("no",)) == 1
    assert yaml_document.read("").line(("no",)) == 1


def test_the_last_of_two_equal_keys_counts_and_the_duplicate_is_listed() -> None:
    document = yaml_document.read("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert document.value == {"a": "3", "b": {"c": "2"}}
    assert document.duplicates == (("c", 2), ("a", 3))
    assert document.line(("a",)) == 3


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a:\n\tb: c", 2, "indented with a tab"),
        ("a:\n  b: c\n\td: e", 3, "indented with a tab"),
        ("a: x\n  b: c", 2, "the column of `a` above: with no spaces"),
        ("a:\n  b: c\n   d: e", 3, "the column of `b` above: with 2 spaces"),
        ("a:\n  b: c\n d: e", 3, "the column of `b` above: with 2 spaces"),
        ("a:\n  - b: c\n  d: e", 3, "the column of `b` above: with 4 spaces"),
        ("a:\n  b:c\n  d: e", 2, "a space after the colon: `b: c`"),
        ("a:\n  d: e\n  b:c\n", 3, "a space after the colon: `b: c`"),
        ("a:\n  -b: c\n    d: e", 2, "a space after the dash"),
        ("a:\n  b = c\n  d: e", 2, "a colon and a space after the key: `b: c`"),
        ("a:\n  b c\n  d: e", 2, "the line has no colon"),
        ("[a]\nb = c", 1, "this is TOML; in YAML write `a:`"),
        ("a: *b*", 1, 'in quotes: `a: "*b*"`'),
        ("a: {b}/c", 1, 'in quotes: `a: "{b}/c"`'),
        ("a: [b] c", 1, 'in quotes: `a: "[b] c"`'),
        ("a: {b: c, d: e]", 1, "the brackets do not match"),
        ("a:\n  b: {c: [d, e]\n  f: g", 2, "the brackets do not match"),
        ('a: "b\nc: d', 1, "the quote is not closed"),
        ('a: "b\nc: "d"', 1, "the quote is not closed"),
        ("a: 'b's c'", 1, 'in quotes: `a: "b\'s c"`'),
        ('a: "b" c', 1, "in quotes: `a: '\"b\" c'`"),
        ('a: "C:\\d"', 1, "a backslash is special in double quotes"),
        ("a: 1\n<<<<<<< x\nb: 2", 2, "a merge conflict"),
        ("a: 1\ntitle: A: B", 2, "put the value in quotes"),
        ("a: 1\nb: [1, 2\nc: 3", 2, "brackets"),
        ("a: 'open\nb: 1\n", 1, ""),
        ("a: 1\nb\nc: 2\n", 2, ""),
        ("a: @b", 1, ""),
        ("- a\nb: c", 2, ""),
        ("--- a\n--- b", 2, "a second document"),
        ("a: 1\nb: *x", 2, "*x has no anchor; define &x above it"),
        ("a: &x [*x]", 1, "*x has no anchor; define &x above it"),
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
def test_an_error_has_the_line_that_the_author_must_fix(text: str, line: int, word: str) -> None:
    with pytest.raises(YamlError) as caught:
        yaml_document.read(text)
    assert caught.value.line == line
    assert word in caught.value.message


def aliases(levels: int) -> str:
    """Each level has ten times as many values as the one below."""
    lines = ["k0: &k0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"k{n}: &k{n} [{','.join([f'*k{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def chain(links: int) -> str:
    """Each value wraps the value before it in forty lists."""
    deep = [f"k{n}: &k{n} {'[' * 40}{f'*k{n - 1}' if n else ''}{']' * 40}" for n in range(links)]
    return "\n".join(deep)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (aliases(9), 5, "values"),
        (chain(30), 2, "too deeply"),
        ("[" * 51 + "]" * 51, 1, "too deeply"),
        ("a: 1\nb: " + "[" * 3_000 + "]" * 3_000, 2, "too deeply"),
        ("a: 1\nb: " + "[" * 3_000, 2, "too deeply"),
        ("\n".join(" " * n + "-" for n in range(60)), 51, "too deeply"),
        ("- a\n" * (yaml_document.MAX_VALUES + 1), yaml_document.MAX_VALUES, "values"),
    ],
)
def test_a_document_beyond_a_limit_is_refused(text: str, line: int, word: str) -> None:
    with pytest.raises(YamlError, match=word) as caught:
        yaml_document.read(text)
    assert caught.value.line == line


def test_a_document_at_the_limit_is_read() -> None:
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
def test_any_text_is_a_value_or_a_yaml_error(text: str) -> None:
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
def test_dumped_yaml_reads_back_as_the_same_value(tree: Value) -> None:
    for text in (yaml.safe_dump(tree), yaml.safe_dump(tree, allow_unicode=True)):
        assert yaml_document.read(text).value == tree
