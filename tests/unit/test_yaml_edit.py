"""Single keys of publisher.yaml are set, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.text import yaml_document
from publisher.text.yaml_edit import Change, EditError, changed, written

OUTPUT = Change("site", "output", "_site", after=("url",))
BODY = Change("posts", "body", (".text", "#a b"), after=("path",))
FIGURES = Change("posts", "body", ".text", after=("path",), comment="Learned: 3 of 3 pages")
NO_FROM = Change("posts", "from", None, comment="Learned")
NO_DROP = Change("posts", "drop", None)

BLOCK = """\
# A comment
site:
  title: A   # of mine

  url: "https://a.example"  # the address
  timezone: UTC
posts:
  path:   posts
"""


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (BLOCK, OUTPUT, BLOCK.replace("address\n", "address\n  output: _site\n")),
        (BLOCK, BODY, f'{BLOCK}  body: [.text, "#a b"]\n'),
        (BLOCK[:-1], BODY, f'{BLOCK}  body: [.text, "#a b"]'),
        (BLOCK, FIGURES, f"{BLOCK}  # Learned: 3 of 3 pages\n  body: .text\n"),
        (BLOCK, NO_DROP, BLOCK),
        ("site: {url: a, b: {c: d}}\nposts: {path: p}", OUTPUT,
         "site: {url: a, output: _site, b: {c: d}}\nposts: {path: p}"),
        ("{site: {url: a}, posts: {path: p} }", BODY,
         '{site: {url: a}, posts: {path: p, body: [.text, "#a b"]} }'),
        ('{"posts": {\n  "path": "p"\n}}', BODY,
         '{"posts": {\n  "path": "p", body: [.text, "#a b"]\n}}'),
        ("posts:\n    path: p\n    body: .a # mine\nfeeds: []\n", BODY,
         'posts:\n    path: p\n    body: [.text, "#a b"] # mine\nfeeds: []\n'),
        ("posts:\n  path: p\n  body:\n  - .a\n  - .b\n\n# About feeds\nfeeds: []\n", BODY,
         'posts:\n  path: p\n  body: [.text, "#a b"]\n\n# About feeds\nfeeds: []\n'),
        ("posts:\n  path: p\n  body:\n    - .text\n    - '#a b'  # both\n", BODY,
         "posts:\n  path: p\n  body:\n    - .text\n    - '#a b'  # both\n"),
        ("posts:\n  body:\n  path: p\n", BODY, 'posts:\n  body: [.text, "#a b"]\n  path: p\n'),
        ("posts:\n  path: p\n  # Learned: 1 of 2 pages\n  body: .text\n", FIGURES,
         "posts:\n  path: p\n  # Learned: 3 of 3 pages\n  body: .text\n"),
        ("posts:\n  path: p\n  body: [.text]\n", FIGURES, "posts:\n  path: p\n  body: [.text]\n"),
        ("posts:\n  path: p\n  # Mine: no\n  body: .a\n", FIGURES,
         "posts:\n  path: p\n  # Mine: no\n  # Learned: 3 of 3 pages\n  body: .text\n"),
        ("posts:\n  path: p\n  drop: [.a,\n    .b]  # why\n  x: y\n", NO_DROP,
         "posts:\n  path: p\n  # why\n  x: y\n"),
        ("posts:\n  path: p\n  drop:\n  - .a\n# end\n", NO_DROP, "posts:\n  path: p\n# end\n"),
        ("posts:\n  path: p\n  # Learned: no page\n  from: source\n", NO_FROM,
         "posts:\n  path: p\n"),
        ("posts: {drop: .a, path: p}\n", NO_DROP, "posts: {path: p}\n"),
        ("posts: {path: p, drop: [.a, .b] , x: y}\n", NO_DROP, "posts: {path: p , x: y}\n"),
        ("posts:\r\n  path: p\r\nx: y\r\n", BODY,
         'posts:\r\n  path: p\r\n  body: [.text, "#a b"]\r\nx: y\r\n'),
        ("posts:\n  path: >-\n    a\n    b\nx: y\n", BODY,
         'posts:\n  path: >-\n    a\n    b\n  body: [.text, "#a b"]\nx: y\n'),
    ],
)  # fmt: skip
def test_only_the_key_is_changed(before: str, change: Change, after: str) -> None:
    assert changed(before, [change]) == after
    assert changed(after, [change]) == after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("posts:\n  path: p\n  body:\n  - .a\n  # why\n  - .b\n", 3),
        ("posts:\n  path: p\n  body: &a .a\n", 3),
        ("posts:\n  path: p\n  body: |\n    .a\n", 3),
        ("a: &p {path: p}\nposts: *p\n", 2),
        ("a: &p {path: p}\nposts:\n  <<: *p\n  body: .a\n", 2),
        ("posts: text\n", 1),
        ("- posts\n", 1),
    ],
)
def test_what_is_unusual_is_left_to_the_author(text: str, line: int) -> None:
    with pytest.raises(EditError) as raised:
        changed(text, [BODY])
    assert raised.value.line == line


@given(st.one_of(st.text(), st.lists(st.text(), min_size=1).map(tuple)))
@example("no")
@example("123")
@example("a: b #c")
@example(("\x85", "\u2028 \U0001f600"))
def test_a_value_is_read_as_it_was_given(value: str | tuple[str, ...]) -> None:
    try:
        found = yaml_document.read(f"a: {written(value)}\n").value
    except yaml_document.YamlError:  # characters that YAML forbids; no selector has them
        return
    shown = str(value) if isinstance(value, str) else [*value]
    assert found == {"a": shown}
