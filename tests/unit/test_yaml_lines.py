"""Simple YAML that is read line by line gives what the parser of all of YAML gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.text import yaml_document, yaml_lines
from publisher.text.yaml_document import PlainScalar, Value, YamlDocument, YamlError

SIGNS = st.sampled_from(
    [*"ab01 é漢'\"\\,[]{}#:&*!|>%@`?~-.+=/\t\n\r\x85\xa0\u2028\ufeff\x00", ": ", " #", "- "]
)
TEXTS = st.lists(SIGNS, max_size=12).map("".join)
WORDS = st.sampled_from(["a", "null", "NULL", "true", "2010-01-01T10:00:00Z", "it's", "é", "a - b"])
KEYS = st.sampled_from(
    ["title", "date", "tags", "a-b", "_x", "null", "1", "a b", "'q'", "? a", "é"]
)
VALUES = st.one_of(
    TEXTS,
    WORDS,
    st.builds("[{}]".format, st.lists(st.one_of(WORDS, TEXTS), max_size=3).map(", ".join)),
    st.builds('"{}"'.format, TEXTS),
    st.builds("'{}'".format, TEXTS),
)
LINES = st.one_of(
    st.builds("{}:{}{}".format, KEYS, st.sampled_from(["", " ", "  "]), VALUES),
    st.builds("{}:".format, KEYS),
    st.builds("{}- {}".format, st.sampled_from(["", " ", "  ", "\t"]), VALUES),
    st.builds("{}# {}".format, st.sampled_from(["", "  "]), TEXTS),
    st.sampled_from(["", "  ", "---", "...", "%YAML 1.1", "-", "  more"]),
    TEXTS,
)
DOCUMENTS = st.lists(LINES, max_size=6).map("\n".join)


@settings(max_examples=500)
@given(DOCUMENTS)
@example("tags:\n- a\n- b\ntags: [c]\n")
@example("tags:\n  - a\n - b\n")
@example("a: b\n- c\n")
@example("a:\n\n# x\n  - 'b'\nc: d #e\n")
def test_simple_yaml_is_read_as_the_parser_reads_it(text: str) -> None:
    if yaml_lines.pairs(text) is None:
        return
    assert _known(yaml_document.read(text)) == _known(yaml_document.parsed(text))


def _known(document: YamlDocument) -> object:
    return (
        _typed(document.value),
        _typed(document.with_plain_scalars),
        document.lines,
        document.duplicates,
    )


def _typed(value: Value) -> object:
    """The value with the class of each text, and its keys in their order."""
    if isinstance(value, dict):
        return [(key, type(key), _typed(part)) for key, part in value.items()]
    if isinstance(value, list):
        return [_typed(part) for part in value]
    return type(value), value


@pytest.mark.parametrize(
    "text",
    [
        "title: Post number 1 on words: a\ndate: 2010-01-01T00:00:00Z\ntags: [a, b]\n",
        "a: [b, c: d]\n",
        "a: &x b\nc: *x\n",
        "a: |\n  text\n",
        "a: b\n  c\n",
        "a:\n  b: c\n",
        'a: "b\\n"\n',
        "a:\tb\n",
        "--- a\n",
        "just text\n",
        "",
        "a: 1\n" * (yaml_lines.MOST_LINES + 1),
    ],
)
def test_the_parser_is_asked_for_all_other_yaml(text: str) -> None:
    assert yaml_lines.pairs(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("title: A post\ndate: 2010-01-01T00:00:00Z\ntags: [a, 'b']\n", {
            "title": "A post", "date": "2010-01-01T00:00:00Z", "tags": ["a", "b"],
        }),
        ("tags:\n  - a\n  - \"b: c\"\ndraft: null\nempty:\nlast: []\n", {
            "tags": ["a", "b: c"], "draft": None, "empty": None, "last": [],
        }),
    ],
)  # fmt: skip
def test_usual_front_matter_is_simple(text: str, value: Value) -> None:
    assert yaml_lines.pairs(text)
    assert yaml_document.read(text).value == value


def test_a_number_is_a_plain_scalar_and_a_text_in_quotes_is_none() -> None:
    values = yaml_document.read("a: 1\nb: '1'\n").with_plain_scalars
    assert isinstance(values, dict)
    assert isinstance(values["a"], PlainScalar)
    assert not isinstance(values["b"], PlainScalar)


def test_a_mistake_is_reported_as_before() -> None:
    with pytest.raises(YamlError):
        yaml_document.read("a: b\n- c\n")
