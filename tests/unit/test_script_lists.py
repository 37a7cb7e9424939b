"""Lists of texts are read from programs as far as they are data."""

from __future__ import annotations

import pytest

from publisher.text.script_lists import ScriptList, has_call, of_calls, of_key


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x = {key: [\'a\', `b`, "c\\""]}', [(("a", "b", 'c"'), 1, True)]),
        ("x = {\n 'key': [ // 'no'\n 'a', /* 'no' */ ] as string[],\n}", [(("a",), 2, True)]),
        ("const key: string[] = ['a']\nx = {key}", [(("a",), 1, True)]),
        ("x = {key: 'a', other: 1}", [(("a",), 1, True)]),
        ("x = {key: ['a'], y: {key: ['b']}}", [(("a",), 1, True), (("b",), 1, True)]),
        ("x = {pattern: /['\"]/, key: ['a']}", [(("a",), 1, True)]),
        ("x = {key: [...more, 'a']}", [(("a",), 1, False)]),
        ("x = {key: ['a', ...(y ? ['b'] : []), 'c']}", [(("a", "c"), 1, False)]),
        ("x = {key: ['a'].concat(y)}", [(("a",), 1, False)]),
        ("x = {key: ['a' + y]}", [(("a",), 1, False)]),
        ("x = {key: [`${y}/a`]}", [((), 1, False)]),
        ("x = {key: y}", [((), 1, False)]),
        ("x = {key: 'a' + y}", [((), 1, False)]),
        ("x = {\nkey, y}", [((), 2, False)]),
        ("// key: ['a']\nx = {keys: ['a'], y: 'key: [1]', z: y.key}", []),
        ("x = 'no end\ny = {key: ['a']}", [((), 2, False)]),
        ("x = {key: ['a'", [(("a",), 1, False)]),
        ("", []),
    ],
)
def test_lists_of_a_key(text: str, found: list[tuple[tuple[str, ...], int, bool]]) -> None:
    assert of_key(text, "key") == [
        ScriptList(values, line, is_whole=is_whole) for values, line, is_whole in found
    ]


def test_arguments_of_calls() -> None:
    text = "// a.add('no')\na.add('x', 'y').b()\nc.a.add(z)\nadd('no')"
    assert of_calls(text, "a.add") == [
        ScriptList(("x", "y"), 2, is_whole=True),
        ScriptList((), 3, is_whole=False),
    ]
    assert has_call(text, "b")
    assert not has_call(text, "a")
