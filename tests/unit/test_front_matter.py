"""A file is split into front matter and body, and every line keeps its number."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.errors import PostError
from publisher.sources.front_matter import block
from publisher.sources.front_matter.block import MAX_BYTES, PostFile
from publisher.text.characters import legal
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from publisher.text.yaml_document import Value

PATH = PurePosixPath("a.md")


def read(text: str) -> PostFile:
    return block.read(text.encode(), PATH)


@pytest.mark.parametrize(
    ("text", "values", "body", "body_line"),
    [
        ("---\ntitle: x\n---\nbody\n", {"title": "x"}, "body\n", 4),
        ("--- \t\ntitle: x\n---  \nbody", {"title": "x"}, "body", 4),
        ("---\ntitle: x\n...\nbody", {"title": "x"}, "body", 4),
        ("---\r\ntitle: x\r\n---\r\nbody\r\nmore\r\n", {"title": "x"}, "body\nmore\n", 4),
        ("---\rtitle: x\r---\rbody", {"title": "x"}, "body", 4),
        ("\ufeff---\ntitle: x\n---\nbody", {"title": "x"}, "body", 4),
        ("\n \n---\ntitle: x\n---\nbody", {"title": "x"}, "body", 6),
        ("---\n\n# a comment\ntitle: x\n---\n\nbody", {"title": "x"}, "\nbody", 6),
        ("---\ntitle: x\n---", {"title": "x"}, "", 4),
        ("---\n---\nbody", {}, "body", 3),
        ("---\n\n---\nbody", {}, "body", 4),
        ("---\n# a comment\n---\nbody", {}, "body", 4),
        ("---\ntitle: Foo --- Bar\n---\na\n---\nb", {"title": "Foo --- Bar"}, "a\n---\nb", 4),
        ("---\na: |\n  x\n  --- y\n---\nbody", {"a": "x\n--- y\n"}, "body", 6),
        ("---\ntitle: a\x08b\x0b\n---\n\x0c", {"title": "ab"}, "\x0c", 4),
        ("---\ntitle: a\u2028b\ntag: x\n---\n", {"title": "a b", "tag": "x"}, "", 5),
        ("", {}, "", 1),
        ("\n\n", {}, "\n\n", 1),
        ("just text\n---\na: b\n---\n", {}, "just text\n---\na: b\n---\n", 1),
        ("-----\nTitle\n-----\n", {}, "-----\nTitle\n-----\n", 1),
        (" ---\na: b\n---\n", {}, " ---\na: b\n---\n", 1),
        ("\ufeffjust text\r\n", {}, "just text\n", 1),
    ],
)
def test_front_matter_ends_at_its_fence(
    text: str, values: dict[str, Value], body: str, body_line: int
) -> None:
    document = read(text)
    assert document.values == values
    assert (document.body, document.body_line) == (body, body_line)


def test_values_know_their_lines_in_the_file() -> None:
    document = read("\n---\ntitle: x\n\ntags:\n- a\n- b\n---\nbody")
    assert (document.line("title"), document.line("tags"), document.line("no")) == (3, 5, 1)
    assert read("no front matter").line("title") == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\ntitle: x\n", 1, "the front matter never ends; add a line `---` below it"),
        ("\n---", 2, "the front matter never ends; add a line `---` below it"),
        ("---\n\n- a\n- b\n---\n", 3, "the front matter must be lines of `key: value`"),
        ("---\njust text\n---\n", 2, "the front matter must be lines of `key: value`"),
        (
            "---\na: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> topic\n---\n",
            3,
            "holds a merge conflict; keep one side and save the file",
        ),
        ("---\na: |\n  x\n>>>>>>> topic\n---\n", 4, "holds a merge conflict"),
        ("<<<<<<< HEAD\n---\na: 1\n---\n", 1, "holds a merge conflict"),
        (f"---\na: {'x' * MAX_BYTES}\n---\n", 1, f"at most {MAX_BYTES} are read"),
        ("---\n" + "a: é\n" * (MAX_BYTES // 6 + 1) + "---\n", 1, "bytes"),
        (f"---\na: {'[' * 60}\n---\n", 2, "nested too deeply"),
    ],
)
def test_front_matter_that_may_be_a_mistake_is_refused_with_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(PostError) as caught:
        read(text)
    assert caught.value.line == line
    assert message in caught.value.message
    assert caught.value.path == PATH


@pytest.mark.parametrize(
    ("block", "values", "line", "message"),
    [
        ("a: 1\ntitle: A: B", {"a": "1", "title": "A: B"}, 3, "put the value in quotes"),
        ('title: "A" and B\ntags: [x, y]', {"title": '"A" and B', "tags": ["x", "y"]}, 2, "quotes"),
        ("title: 'It's'\ndraft: true", {"title": "It's", "draft": "true"}, 2, "not YAML"),
        ("title: @home\ndate: 2020-01-02", {"title": "@home", "date": "2020-01-02"}, 2, "not YAML"),
        ("tags:\n- a\n- b\ntitle: A: B", {"tags": ["a", "b"], "title": "A: B"}, 5, "quotes"),
        ("tags: [a, 'b'\ntitle: x", {"tags": ["a", "b"], "title": "x"}, 2, "brackets"),
        ("title: x\n\t:y", {"title": "x"}, 3, "tab"),
        ("title: A: B\n  draft: true", {"title": "A: B"}, 2, "quotes"),
        ("title: A\n draft: true\n more", {"title": "A"}, 3, "begin the line in the column"),
        ('title: A: B\n"draft": true', {"title": "A: B", "draft": "true"}, 2, "quotes"),
        ("title: A: B\n'draft' : true", {"title": "A: B", "draft": "true"}, 2, "quotes"),
        ("title:A B\ntags: [b]", {"title": "A B", "tags": ["b"]}, 2, "space after the colon"),
        ("title: A\ndraft:true", {"title": "A", "draft": "true"}, 3, "space after the colon"),
        ("title: A: B\ntext: |\n  x: y: z", {"title": "A: B", "text": "x: y: z"}, 2, "quotes"),
    ],
)
def test_invalid_yaml_is_read_key_by_key(
    block: str, values: dict[str, Value], line: int, message: str
) -> None:
    document = read(f"---\n{block}\n---\nbody")
    assert document.values == values
    assert document.body == "body"
    (warning,) = document.warnings
    assert warning[0] == line
    assert message in warning[1]
    assert warning[1].endswith("; until then each key is read by itself")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("[ANN] Release", "[ANN] Release"), ("[A] and [B]", "[A] and [B]"), ("[a, b", "[a, b"),
        ("[foo](bar)", "[foo](bar)"), ("{New} one", "{New} one"), ("'tis so", "'tis so"),
        ("'90s", "'90s"), ('"A" and "B"', '"A" and "B"'), ("'a', 'b'", "'a', 'b'"),
        ('"One" more', '"One" more'), ("'It's'", "It's"), ('"He said "no" to"', 'He said "no" to'),
        ('"open', "open"), ("'tis the 'season'", "'tis the 'season'"),
        ("'an 'a' and 'b''", "an 'a' and 'b'"), ("a: b\n  and more", "a: b and more"),
        ("b: c # 1", "b: c # 1"),
    ],
)  # fmt: skip
def test_a_title_that_is_not_yaml_is_the_text_that_is_there(written: str, text: str) -> None:
    document = read(f"---\ntitle: {written}\ntags: [a, b]\n---\n")
    assert document.values == {"title": text, "tags": ["a", "b"]}
    ((_, message),) = document.warnings
    assert message.startswith("the front matter is not YAML: ")


@pytest.mark.parametrize(
    "written",
    ['"A" and "B"', "'A' and 'B'", '"a" : "b"', "'tis so", "[ANN] Release [x]", "{A} and {B}",
     "'It's'", '"He said "no" to"', "[ANN] Release", "A: b", "'tis the 'season'", "'A' and \"B\"",
     "'90s: a \"b\""],
)  # fmt: skip
def test_the_line_that_is_advised_has_the_title_that_is_read(written: str) -> None:
    document = read(f"---\ntitle: {written}\n---\n")
    ((_, message),) = document.warnings
    advised = message.rpartition("`;")[0].partition("`")[2]
    assert read(f"---\n{advised}\n---\n").values == document.values
    assert not read(f"---\n{advised}\n---\n").warnings


@pytest.mark.parametrize(
    ("block", "values", "lost"),
    [
        ("title: [A] x\n? published\n: false", {"title": "[A] x"}, [("published", 2)]),
        ("title: [A] x\n? 'published'  # no\n: false", {"title": "[A] x"}, [("published", 2)]),
        (
            "title: [A] x\na: b\n? published\n: false",
            {"title": "[A] x", "a": "b", "published": "false"},
            [],
        ),
        ('title: [x] y\na: "foo\npublish: true\n"', None, [("publish", 3)]),
        ("title: [x] y\na: 'foo\npublish: true\nbar'", None, [("publish", 3)]),
        ("title: 'tis so\ndraft: false\nauthor: O'Neil it is", None, []),
        ('title: [x] y\na: "foo"\npublish: true\nb: "', None, []),
    ],
)
def test_a_key_that_may_be_text_or_is_written_unusually_is_lost(
    block: str, values: dict[str, Value] | None, lost: list[tuple[str, int]]
) -> None:
    document = read(f"---\n{block}\n---\n")
    assert values is None or document.values == values
    gates = {"draft", "publish", "published"}
    assert [(key, line - 1) for key, line in document.lost_keys if key in gates] == lost


@pytest.mark.parametrize("line", ["a: 'x\n", 'a: "x\n'])
def test_open_quotes_are_searched_once(line: str) -> None:
    lines = (line * 9_000).split("\n")
    assert_linear(lambda size: block._quoted_keys(lines[:size], range(size)), 2_000)


@pytest.mark.parametrize(
    "written", ["[ANN]", "[A, 'B']", "{A}", "[Review, of a book]", "!important", "!New and old"]
)
def test_a_title_that_is_a_list_in_yaml_is_the_text_that_is_there(written: str) -> None:
    document = read(f"---\nlayout: post\ntitle: {written}\ntags: [a]\n---\n")
    assert document.values == {"layout": "post", "title": written, "tags": ["a"]}
    assert document.warnings == ((3, "title must be a text; put it in quotes"),)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("tags: [a, [b], c", ["a", ["b"], "c"]),
        ("tags: [a] b", "[a] b"),
        ("tags:\n  - a\n  - 'b' c\n  - d: e: f", ["a", "'b' c", "d: e: f"]),
        ("tags:\n  a: b: c\n  d: 'e'", {"a": "b: c", "d": "e"}),
        ("tags:\n  a: b: c\n   d: e", None),
        ("tags: a: b\n  # no: text: of it", "a: b"),
    ],
)
def test_a_list_that_is_not_yaml_is_a_list(written: str, value: Value) -> None:
    assert read(f"---\n{written}\n---\n").values == {"tags": value}


def test_a_key_of_invalid_yaml_has_its_line() -> None:
    document = read("---\na: 1\ntitle: A: B\ntags: x\n---\n")
    assert [document.line(key) for key in ("a", "title", "tags")] == [2, 3, 4]


def test_curly_quotes_around_a_value_are_removed_with_a_warning() -> None:
    document = read("---\ntitle: “Hello”\ndate: “2020-01-02”\n---\n")
    assert document.values == {"title": "“Hello”", "date": "2020-01-02"}
    assert document.warnings == ((3, "date is in curly quotes; write straight ones"),)


def test_front_matter_at_the_limit_is_read() -> None:
    text = "x" * (MAX_BYTES - len("a: \n"))
    assert read(f"---\na: {text}\n---\n").values == {"a": text}


@pytest.mark.parametrize(
    ("data", "offset", "line"),
    [
        (b"---\ntitle: caf\xe9\n---\n", 14, 2),
        (b"a\nb\n\x93quoted\x94", 4, 3),
        (b"\xff\xfea\x00", 0, 1),
        (b"a\xed\xa0\x80", 1, 1),
    ],
)
def test_the_error_for_invalid_utf_8_has_byte_and_line(data: bytes, offset: int, line: int) -> None:
    with pytest.raises(PostError, match=f"is not UTF-8 at byte {offset} ") as caught:
        block.read(data, PATH)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("title: News #2", "#2"),
        ("title:\tNews\t#2", "#2"),
        ("title: #hashtag", "#hashtag"),
        ("title: C # the language", "# the language"),
        ("title: a\x08 #b\x08c", "#bc"),
        ('title: "News #2"', None),
        ("title: 'News' # a comment", None),
        ("title: ! 'News #2'", None),
        ("title: News#2", None),
        ("title: C#", None),
        ("title: >  # a comment\n  News #2", None),
        ("subtitle: News #2", None),
        ("title:", None),
    ],
)
def test_a_title_that_yaml_cuts_is_a_warning(line: str, cut: str | None) -> None:
    warnings = read(f"---\nlayout: post\n{line}\n---\n").warnings
    message = f"the title is cut before `{cut}`, a comment in YAML; put it in quotes"
    assert warnings == (((3, message),) if cut else ())


def test_a_duplicate_key_is_a_warning_at_its_second_line() -> None:
    document = read("---\ntags: a\ntitle: x #y\ntags: b\n---\n")
    assert document.values["tags"] == "b"
    assert document.warnings == (
        (3, "the title is cut before `#y`, a comment in YAML; put it in quotes"),
        (4, "tags is given twice; the last one counts"),
    )


def test_legal_text_is_what_xml_can_carry() -> None:
    kept = "a\t\n\r\x7f\x85\xa0\u200b\u200f\u2028\ud7ff\ue000\ufffd\U0001f600\U0010ffff"
    assert legal(f"\x00\x08{kept}\x1f\ud800\ufffe\uffff") == kept
    assert legal("a\x0bb\x0cc") == "a b c"


PIECES = st.sampled_from(
    ["---", "...", "\n", "\r\n", "\r", "\ufeff", "a: ", "- ", "#", " ", "\t", "x", "<<<<<<< ", "[",
     "'", "title: ", "\x00", "\u2028"]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=30).map("".join).map(str.encode))
@example(b"---\n---")
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        document = block.read(data, PATH)
    except PostError:
        return
    text = data.decode().lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert text.split("\n")[document.body_line - 1 :] == (
        document.body.split("\n") if document.body_line <= text.count("\n") + 1 else []
    )
