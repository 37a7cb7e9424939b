"""The filters of Liquid return what they return in Jekyll, and none of them stops a run."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from liquid import Environment

from publisher.content.templates import filters
from publisher.content.templates.context import TemplateContext
from publisher.text.yaml_document import PlainScalar
from tests.support.posts import BELOW, templated, told

VALUES = {
    "list": ["b", "a", "C", "a"],
    "nums": [*map(PlainScalar, ("3", "1", "10"))],
    "nested": [[PlainScalar("1"), "2"], ["3", ["4"]]],
    "mixed": [
        {"a": PlainScalar("1"), "n": "x y"},
        {"b": PlainScalar("2")},
        {"a": PlainScalar("3"), "n": "z", "t": ["p", "q"]},
        {"a": PlainScalar("2"), "n": "z", "d": {"e": PlainScalar("5")}},
    ],
    "own": {"deep": ["x"], "k": "v"},
    "q": "q",
    "flag": PlainScalar("true"),
    "day": PlainScalar("2026-05-01"),
    "event": "2026-05-01 10:00",
    "name": 'Ünï & <b>"q" it\'s</b>',
    "spread": " a  b\n c ",
    "text": '*em* "q" -- x',
    "quotes": '"Hello," ("she") said the \'80s -- it\'s \'so\'... "x"',
    "link": '<a href="x">"y"</a> <<q>>',
}


@pytest.mark.parametrize(
    ("written", "returned"),
    [
        ("page.day | date_to_string", "01 May 2026"),
        ("page.day | date_to_string: 'ordinal'", "1st May 2026"),
        ("page.day | date_to_string: 'ordinal', 'US'", "May 1st, 2026"),
        ("page.day | date_to_string: 'x'", "01 May 2026"),
        ("'2026-01-22' | date_to_long_string: 'ordinal'", "22nd January 2026"),
        ("'2026-01-13' | date_to_string: 'ordinal', 'UK'", "13th Jan 2026"),
        ("'2026-01-03' | date_to_long_string: 'ordinal', 'US'", "January 3rd, 2026"),
        ("page.event | date_to_xmlschema", "2026-05-01T10:00:00+02:00"),
        ("page.day | date_to_rfc822", "Fri, 01 May 2026 00:00:00 +0200"),
        ("'2026-07-02 23:00 UTC' | date_to_string", "03 Jul 2026"),
        ("1767312000 | date_to_xmlschema", "2026-01-02T01:00:00+01:00"),
        ("'' | date_to_string", ""),
        ("page.gone | date: '%Y'", ""),
        ("'A _b.c' | slugify: 'pretty'", "a-_b.c"),
        ("'Ünï & b' | slugify: 'ascii'", "n-b"),
        ("'Ünï & b' | slugify: 'latin'", "uni-b"),
        ("'Straße ñ Ø Ŋ 你' | slugify: 'latin'", "strasse-n-o-ng"),
        ("' A  b-' | slugify: 'raw'", "a-b"),
        ("'A b' | slugify: 'none'", "a b"),
        ("page.gone | slugify", ""),
        ("page.name | xml_escape", "Ünï &amp; &lt;b&gt;&quot;q&quot; it&apos;s&lt;/b&gt;"),
        ("'a b&c' | cgi_escape", "a+b%26c"),
        ("'a%20b c%zz' | uri_escape", "a%20b%20c%25zz"),
        ("'/ä b' | relative_url", "/sub/%C3%A4%20b"),
        ("'?a=b#c' | relative_url", "/sub/?a=b#c"),
        ("'mailto:a@b' | relative_url", "mailto:a@b"),
        ("'' | relative_url", "/sub"),
        ("page.gone | absolute_url", ""),
        ("page.spread | normalize_whitespace", "a b c"),
        ("'你好 hi世界' | number_of_words", "2"),
        ("'你好 hi世界' | number_of_words: 'cjk'", "5"),
        ("'你好 hi世界' | number_of_words: 'auto'", "5"),
        ("'a b' | number_of_words: 'auto'", "2"),
        ("page.list | array_to_sentence_string: 'or'", "b, a, C, or a"),
        ("page.own | jsonify", '{"deep":["x"],"k":"v"}'),
        ("page.gone | jsonify", "null"),
        (
            "page.own | inspect",
            "{&quot;deep&quot;=&gt;[&quot;x&quot;], &quot;k&quot;=&gt;&quot;v&quot;}",
        ),
        ("page.gone | inspect", "nil"),
        ("page.spread | inspect", "&quot; a  b\\n c &quot;"),
        ("page.list | sort | join: ','", "C,a,a,b"),
        ("page.nums | sort | join: ','", "1,3,10"),
        ("page.mixed | sort: 'a' | map: 'a' | join: ','", ",1,2,3"),
        ("page.mixed | sort: 'a', 'last' | map: 'a' | join: ','", "1,2,3,"),
        ("page.mixed | where: 'a', 1 | size", "1"),
        ("page.mixed | where: 'a', '1' | size", "1"),
        ("page.mixed | where: 'n', 'z' | map: 'a' | join: ','", "3,2"),
        ("page.mixed | where: 't', 'q' | map: 'a' | join: ','", "3"),
        ("page.mixed | where: 'b', nil | size", "3"),
        ("page.mixed | where: 'd.e', 5 | map: 'a' | join: ','", "2"),
        ("'a' | where: 'a', 'b'", "a"),
        ("page.mixed | where_exp: 'i', 'i.a > 1' | size", "2"),
        ("page.mixed | where_exp: 'i', 'i.n == \"z\" and i.a == 3' | size", "1"),
        ("page.mixed | where_exp: 'i', 'i.t contains page.q' | size", "1"),
        ("page.mixed | where_exp: 'i', 'i.b' | size", "1"),
        ("page.nums | where_exp: 'n', 'n >= 3' | join: ','", "3,10"),
        ("page.mixed | find: 'n', 'z' | map: 'a'", "3"),
        ("page.mixed | find: 'n', 'gone'", ""),
        ("page.mixed | find_exp: 'i', 'i.a == 2' | map: 'n'", "z"),
        ("page.mixed | group_by: 'n' | map: 'name' | join: ','", "x y,,z"),
        ("page.mixed | group_by: 'n' | map: 'size' | join: ','", "1,1,2"),
        ("page.mixed | group_by: 'n' | last | map: 'items' | map: 'a' | join: ','", "3,2"),
        ("page.list | group_by_exp: 'x', 'x | downcase' | map: 'name' | join: ','", "b,a,c"),
        ("page.list | group_by_exp: 'x', 'x | downcase' | map: 'size' | join: ','", "1,2,1"),
        ("page.list | push: 'z' | join", "b a C a z"),
        ("page.list | unshift: 'z' | join", "z b a C a"),
        ("page.list | pop | join", "b a C"),
        ("page.list | pop: 9 | join", ""),
        ("page.list | shift: 2 | join", "C a"),
        ("'a' | pop", "a"),
        ("'12abc' | to_integer", "12"),
        ("page.flag | to_integer", "1"),
        ("'-3.9' | to_integer", "-3"),
        ("'x' | to_integer", "0"),
        ("page.text | markdownify", "<p><em>em</em> “q” – x</p>\n"),
        ("page.gone | markdownify", "\n"),
        ("page.quotes | smartify", "“Hello,” (“she”) said the ’80s – it’s ‘so’… “x”"),
        ("page.link | smartify", '<a href="x">“y”</a> «q»'),
        ("page.list | uniq | join", "b a C"),
        ("page.mixed | uniq: 'n' | size", "3"),
        ("page.mixed | compact: 'a' | size", "3"),
        ("page.mixed | map: 'a' | compact | join: ','", "1,3,2"),
        ("page.nested | join: ','", "1,2,3,4"),
        ("page.nested", "1234"),
        ("page.own", '{"deep"=>["x"], "k"=>"v"}'),
        ("page.flag | append: 'x'", "truex"),
        ("page.list | upcase", '["B", "A", "C", "A"]'),
        ("2.5 | round", "3"),
        ("-2.5 | round", "-3"),
        ("1.25 | round: 1", "1.3"),
        ("7 | round: 2", "7"),
        ("'abc' | times: 2", "0"),
        ("1.1 | times: 1.1", "1.21"),
    ],
)
def test_a_filter_returns_what_it_returns_in_jekyll(written: str, returned: str) -> None:
    """The expected values are those of Jekyll 4.3.1."""
    made = templated("jekyll", f"{{{{ {written} }}}}", values=VALUES)
    assert made.source.text == returned
    assert not told(made)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("page.list | sample", "its result is random"),
        (
            "page.day | date_to_string: 1, 2, 3",
            "the filter date_to_string cannot process this value",
        ),
        ("'Friday' | date_to_string", "'Friday' is not a date"),
        ("page.list | date_to_string", "the value is not a date"),
        ("'now' | date_to_xmlschema", "it needs the current time"),
        ("page.list | where_exp: 'i', 'i <'", "the filter where_exp cannot process this value"),
        ("page.list | where_exp: 'i', page.range", "the expression contains a range"),
        ("page.list | pop: -1", "the count is negative"),
        ("page.list | sort: 'a', 'x'", "the value cannot be sorted this way"),
        ("page.own | to_integer", "the value is not a number"),
        ("page.digits | times: 2", "a number has too many digits"),
    ],
)
def test_a_filter_without_a_result_gives_a_plain_reason(written: str, reason: str) -> None:
    values = {**VALUES, "range": "(1..9) contains i", "digits": "9" * 50}
    ((_, message),) = told(templated("jekyll", f"{{{{ {written} }}}}", values=values))
    assert f"cannot be evaluated ({reason})" in message


def test_markdownify_produces_html_that_the_markdown_around_it_does_not_split() -> None:
    values = {"own": "*a*\n\n```\nx\n\n\ny\n```"}
    made = templated("jekyll", "{{ page.own | markdownify }}\n*b*", values=values)
    html = "<p><em>a</em></p>\n<pre><code>x\n\n\ny\n</code></pre>\n"
    assert made.content.xhtml == f"{html}<p><em>b</em></p>"


CONTEXT = TemplateContext(
    {},
    root=urlsplit(BELOW.url),
    zone=BELOW.zone,
    dialect="kramdown",
    language="liquid",
    page_of=lambda kind, name: None,
    has_settings=False,
)


ODD_VALUES: list[Any] = [
    "", "a", "a b", "-3", "1e999", "nan", "%ff", "now", "<b>'\"&amp;", "9" * 5_000, "\ud800", None,
    [], [None], {}, [{"a": "1"}, {"b": "2"}], [{"a": ["x"]}, "a", None, ["a"]], {"a": {"b": "c"}},
    *map(PlainScalar, ("true", "0", "-7", "1.5", "999999999999999")),
]  # fmt: skip


@pytest.mark.parametrize(
    "name", sorted({*Environment().filters, *filters.own_filters(CONTEXT, filters.FilterBudget())})
)
def test_no_filter_raises_or_reveals_internals(name: str) -> None:
    keys = {f"v{number}": value for number, value in enumerate(ODD_VALUES)}
    pairs = zip(keys, [*[*keys][7:], *keys], strict=False)
    given = (
        "", ": 'a'", ": nil", ": page.gone", ": empty", ": 'a', 'b'", ": 1, 2, 3", ": x: 1",
        ": 'a', allow_false: true", *(f": page.{key}" for key in keys),
        *(f": page.{one}, page.{other}" for one, other in pairs),
    )  # fmt: skip
    tags = (f"{{{{ page.{key} | {name}{more} }}}}" for key in keys for more in given)
    made = templated("jekyll", "\n".join(tags), values=keys)
    for _, message in made.source.warnings:
        reason = message.rpartition("cannot be evaluated (")[2].replace(name, "")
        assert not re.search(r"\(\)|<l|_|Type|argument|object|\b(?:str|int)\b", reason), message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{% assign a = page.list %}{% for i in (1..60) %}{% assign a = a | push: a | push: a %}"
         "{% endfor %}{{ a | jsonify }}", "the result is too long"),
        ("{% for i in (1..1000) %}{% assign a = page.big | sort: 'a' %}{% endfor %}",
         "the filters of the post process too much"),
        ("{% for i in (1..1000) %}{% assign a = page.big | where_exp: 'i', 'i.a' %}{% endfor %}",
         "the filters of the post evaluate more than 20000 expressions"),
        ("{{ page.big | where_exp: 'i', page.expression }}",
         "the filters of the post evaluate more than 20000 expressions"),
        ("{% for i in (1..1000) %}{% assign a = page.long | markdownify %}{% endfor %}",
         "markdownify is given more than 100000 characters"),
        ("{{ 'a' " + "| base64_encode " * 100 + "}}", "the result is too long"),
        ("{{ '\"' " + "| jsonify " * 100 + "}}", "the result is too long"),
    ],
)  # fmt: skip
def test_no_filter_runs_without_limit(body: str, reason: str) -> None:
    values = {
        "list": ["a"],
        "big": [{"a": str(number)} for number in range(3_000)],
        "long": "*a* " * 500,
        "expression": "i.a == 'x' or " * 60 + "i.a",
    }
    messages = [message for _, message in templated("jekyll", body, values=values).source.warnings]
    assert any(reason in message for message in messages)
