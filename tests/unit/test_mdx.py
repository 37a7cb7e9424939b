"""MDX is read as data: nothing of its JavaScript is ever run."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.text import mdx, script_objects
from publisher.text.script_objects import LiteralError
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("body", "markdown"),
    [
        ("import A from './a'\n\nText", "\n\nText"),
        ("import {\n  A,\n\n  B,\n} from 'a'\n\nText", "\n\n\n\n\n\nText"),
        ("export const a = {\n\n  b: '}',\n}\n\nText", "\n\n\n\n\nText"),
        ("export default function L() {\n  return <p>x</p>\n}\n\nText", "\n\n\n\nText"),
        ("I import and\nexport goods", "I import and\nexport goods"),
        ("important: a\nexporters: b", "important: a\nexporters: b"),
        ("a <Chart data={[1, {b: '>'}]} /> b", "a  b"),
        ("<Note title='>'>\n\nText *stays*\n\n</Note>", "\n\nText *stays*\n\n"),
        ("<Tabs.Item>a</Tabs.Item>", "a"),
        ("<>a</>", "a"),
        ("a{/* no */}b", "ab"),
        ('a{" "}b', "a b"),
        ("{props.a} b {`x${'}'}`}", " b "),
        ('<div className="a" style={{b: 1}}>c</div>', '<div class="a">c</div>'),
        ("<img src={'a.png'} alt={alt}/>", "<img src='a.png' />"),
        ("<https://a.example/b> <a@b.example>", "<https://a.example/b> <a@b.example>"),
        ("a < b, c<d and 1 <2", "a < b, c<d and 1 <2"),
        ("`<A/>` and ``{b}``", "`<A/>` and ``{b}``"),
        ("```jsx\nimport A\n<A b={c}/>\n```\n<A/>", "```jsx\nimport A\n<A b={c}/>\n```\n"),
        ("    <A>indented lines are no code</A>", "    indented lines are no code"),
        ("{ never closed", "{ never closed"),
        ("<A never closed", "<A never closed"),
        ("Lead\n\n{/* truncate */}\n\nRest", "Lead\n\n<!-- truncate -->\n\nRest"),
    ],
)
def test_mdx_becomes_markdown(body: str, markdown: str) -> None:
    assert mdx.as_markdown(body).text == markdown


def test_what_only_the_site_can_evaluate_is_named_with_its_line() -> None:
    body = "import A from 'a'\n\n{/* no */}\n<A>\nb {c}\n</A>\n<b.C\n d={e}\n/>"
    assert mdx.as_markdown(body).dropped == (
        (4, "<A>"),
        (5, "an expression in braces"),
        (7, "<b.C>"),
    )


@given(st.text("<>{}A/ab=\"'`\n \\*import#~[]()"))
@example("import\n")
@example("import '\\\n\n")
@example("<a b={")
@example("{`${`}`}")
def test_a_line_keeps_its_number(body: str) -> None:
    assert mdx.as_markdown(body).text.count("\n") == body.count("\n")


@pytest.mark.parametrize(
    "part",
    ["{", "<A b={", "import {\n", "{'\\'", "{/*", "export const a\n\n"],
)
def test_the_time_for_mdx_grows_linearly(part: str) -> None:
    assert_linear(lambda times: mdx.as_markdown(part * times), 3_000)


# --- exported metadata ---


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("metadata = {title: 'A', tags: [\"b\", `c`,],}", {"title": "A", "tags": ["b", "c"]}),
        ("meta: Meta = { a: -1, b: 2.5, c: true, d: null }",
         {"a": -1, "b": 2.5, "c": True, "d": None}),
        ("frontmatter = {'a-b': {c: []}} as const", {"a-b": {"c": []}}),
        ("metadata = {date: new Date('2024-01-02')}", {"date": "2024-01-02"}),
        ("metadata = {a: 'b ' +\n  'c', // d\n /* e */ f: 1}", {"a": "b c", "f": 1}),
        (r"metadata = {a: 'it\'s \u00e9 \u{1F600} \ud83d\ude00\n'}", {"a": "it's é 😀 😀\n"}),
        ("metadata = {title: post.title}\nexport const post = {title: 'A'}", {"title": "A"}),
    ],
)  # fmt: skip
def test_an_exported_literal_is_read(text: str, values: dict[str, object]) -> None:
    found = script_objects.exported(f"export const {text}")
    assert found
    assert found.values == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "const metadata = {a: 1}",
        "export const other = {a: 1}",
        "export const metadata = make({a: 1})",
        "  export const metadata = {a: 1}",
        "`export const metadata = {a: 1}`",
    ],
)
def test_nothing_else_is_metadata(text: str) -> None:
    assert script_objects.exported(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{a: b}", "has `b`, which only a program can evaluate"),
        ("{a: b()}", "has `b`"),
        ("{a: 'b' + c}", "has `c`"),
        ("{a: `b${c}`}", "has ``b${c}``"),
        ("{a: 1 + 1}", "has `+`"),
        ("{...b}", "has `.`"),
        ("{a}", "has `a`"),
        ("{a: new Date()}", "has `new Date(...)`"),
        ("{a: 'b'", "has no end"),
        ("{a: " * 60, "is nested more than 50 deep"),
        ("{a: [" + "1," * 40_000 + "]}", "has more than 65536 characters"),
    ],
)
def test_a_program_is_never_run(text: str, problem: str) -> None:
    with pytest.raises(LiteralError) as error:
        script_objects.exported(f"import A\n\nexport const metadata = {text}")
    assert str(error.value).startswith(f"the exported metadata {problem}")
    assert error.value.line == 3


def test_the_time_for_exported_metadata_grows_linearly() -> None:
    def read(times: int) -> None:
        with pytest.raises(LiteralError):
            script_objects.exported("export const metadata = {/*\n" * times)

    assert_linear(read, 2_000)
