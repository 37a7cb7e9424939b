"""Settings in programs of JavaScript are read if they are plain data, and no program is run."""

from __future__ import annotations

import pytest

from publisher.text.script_settings import ScriptSettings
from tests.support.growth import assert_linear

EMOJI = "It's \U0001f600"


@pytest.mark.parametrize(
    ("text", "names", "value"),
    [
        ("export default {site: 'https://a.example', base: '/b'}", ["base"], "/b"),
        ("export default defineConfig({title:'A',x:{title:'B'}})", ["title"], "A"),
        (r"module.exports = {title: 'It\'s \u{1F600}', b: 1}", ["title"], EMOJI),
        (r"module.exports = {title: 'It\'s \uD83D\uDE00'}", ["title"], EMOJI),
        ("module.exports = {'title': \"It's \U0001f600\"}", ["title"], EMOJI),
        ("export default {title: `It's ${NAME}`, a: 1}", ["title"], None),
        ("const N = '\U0001f600'\nexport default {title: `It's ${N}`}", ["title"], EMOJI),
        ("const N = {a: '\U0001f600', f() {}};\nexport default {t: `It's ${N.a}`}", ["t"], EMOJI),
        (r"export default {title: `a \` b \${c}`}", ["title"], "a ` b ${c}"),
        ("export default {title: `a ${`b ${'}'}`}`, tagline: 'x'}", ["tagline"], "x"),
        ("const u = 'https://a.example';export default {u: u + '/b'}", ["u"], "https://a.example/b"),
        ("const title = 'A'\nexport default {title}", ["title"], "A"),
        ("export default {location: new URL('https://a.example')}", ["location"],
         "https://a.example"),
        ("export default {title: 'A' as const, b: ('B') satisfies string}", ["title"], "A"),
        ("export default {title: (\n'A'\n)}", ["title"], "A"),
        ("// title: 'B'\nexport default {/* title: 'C', */ title: 'A'}", ["title"], "A"),
        ("export default {a: /['\"`{]/g.test(x), title: 'A'}", ["title"], "A"),
        ("export default {a: b / c, title: 'A', d: e / f}", ["title"], "A"),
        ("export default () => { return {app: {baseURL: '/a'}} }", ["baseURL"], "/a"),
        ("export default {url: 'a', site: {url: 'b'}}", ["site.url", "url"], "b"),
        ("export default {a: ['x', 'y',], b: {c: [1, -2]}}", ["a"], ["x", "y"]),
        ("export default {a: {b: true, 'c': null, 1: 0.5}}", ["a"],
         {"b": True, "c": None, "1": 0.5}),
        ("export default {plugins: [x({title: 'Plugin'})]}", ["title"], None),
        ("const helper = {title: 'B'};\nconst config: C<{a: 1}> = {x: 1, title: 'A'};\n"
         "export default config", ["title"], "A"),
        ("export default {title: process.env.TITLE || 'A'}", ["title"], None),
        ("export default {title: title()}", ["title"], None),
        ("let t = 'A'; t = 'B'; export default {title: t}", ["title"], None),
        ("function f() { const t = 'B' }\nconst t = 'A'\nexport default {a: t}", ["a"], None),
        ("import {title} from './a.js'; export default {title}", ["title"], None),
        ("export default {title: 'A", ["title"], None),
        ("#!/usr/bin/env node\nexport default {title: 'A'}", ["title"], "A"),
    ],
)  # fmt: skip
def test_what_is_plain_data_is_read(text: str, names: list[str], value: object) -> None:
    found = ScriptSettings(text).find(*names)
    assert (found.value if found else None) == value


def test_what_the_program_computes_has_its_line() -> None:
    found = ScriptSettings("export default {\n  a: 1,\n  base: isBuilt ? '/a' : '/'\n}").find(
        "base"
    )
    assert found
    assert (found.line, found.is_plain, found.text) == (3, False, "")


@pytest.mark.parametrize(
    "part",
    ["{", "`${a}`,", "([", "{a:", "'a'+", "const a={b:", "const b='x';", "f({a,b:[", "=/a/,"],
)
def test_the_time_grows_with_the_text(part: str) -> None:
    assert_linear(lambda size: ScriptSettings(part * size), 1_000)
