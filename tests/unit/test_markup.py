"""reStructuredText is rendered without harm; what would take for ever is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher import markup, rest
from publisher.render import render
from publisher.render.bounds import refuse_endless
from publisher.render.html import settled

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.markup import Dialect

BASE = "https://blog.example/a/"


def numbered(text: str, times: int) -> str:
    return "".join(text.format(number) for number in range(times))


def test_rest_is_rendered() -> None:
    body = (
        "Text with *emphasis*, ``code`` and a `link <b/>`_.\n\nHead\n====\n\n* one\n* two\n\n"
        ".. code-block:: python\n\n   print('<b>')\n\n.. image:: i.png\n   :alt: A pear\n"
    )
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p")
    assert not content.warnings
    for part in (
        "<em>emphasis</em>", "<code>", f'<a href="{BASE}b/">link</a>', "<h2>Head</h2>",
        "<li><p>one</p></li>", "print('&lt;b&gt;')",
        f'<img alt="A pear" src="{BASE}i.png"/>',
    ):  # fmt: skip
        assert part in content.xhtml
    assert content.text.startswith("Text with emphasis, code and a link.\nHead\none")


@pytest.mark.parametrize(
    ("body", "message", "shown"),
    [
        ("a\n\n.. include:: /etc/passwd", '"include" directive disabled.', "include:: /etc/passwd"),
        ("a\n\n.. raw:: html\n   :file: /etc/passwd", '"raw" directive disabled.', "/etc/passwd"),
        ("a\n\n.. csv-table::\n   :file: /etc/passwd", "File and URL access deactivated", "passwd"),
        ("a\n\nb :html:`<br>` c", "raw (and derived) roles disabled", ":html:`<br>`"),
        ("a\n\nb `c", "Inline interpreted text or phrase reference start-string", "`c"),
    ],
)
def test_what_rest_cannot_do_stays_readable_and_is_told(
    body: str, message: str, shown: str
) -> None:
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p", first_line=10)
    assert "root:" not in content.xhtml
    assert shown in content.text
    told = {line for line, text in content.warnings if message in text}
    assert told == {12}


def test_code_in_rest_is_code_with_its_language() -> None:
    body = "a ``b <c>``\n\n.. code-block:: python\n   :linenos:\n   :hl_lines: 1\n\n   d = '<e>'\n"
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p")
    assert content.xhtml == (
        "<p>a <code>b &lt;c&gt;</code></p>\n"
        "<pre><code class=\"language-python\">d = '&lt;e&gt;'\n</code></pre>"
    )
    assert not content.warnings


def test_what_docutils_finds_late_is_told_and_not_shown() -> None:
    content = render("a\n\nb |gone| c", markup="rest", marker=None, base=BASE, prefix="p")
    assert content.xhtml == "<p>a</p>\n<p>b |gone| c</p>"
    assert content.warnings == ((3, 'Undefined substitution referenced: "gone".'),)


def test_what_one_rest_post_declares_no_other_knows() -> None:
    before = rest.html("Hello :mine:`x`")
    rest.html.cache_clear()
    assert rest.html(".. role:: mine(code)\n\nHello :mine:`x`")[0] == "<p>Hello <code>x</code></p>"
    assert rest.html("Hello :mine:`x`") == before
    assert before[0] == "<p>Hello <span>x</span></p>"


def test_rest_asks_neither_the_clock_nor_the_disk(tmp_path: Path) -> None:
    html, messages = rest.html(".. |d| date:: %H:%M:%S\n\nIt is |d|.")
    assert "It is |d|." in html
    assert "different every day" in messages[0][1]
    picture = tmp_path / "p.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>")
    html, _ = rest.html(f".. image:: {picture}\n   :loading: embed\n   :alt: Alt")
    assert html == f'<img alt="Alt" src="{picture}" />'


@pytest.mark.parametrize("option", ["", " 5"])
def test_numbers_of_lines_are_no_code(option: str) -> None:
    html, messages = rest.html(f".. code-block:: python\n   :number-lines:{option}\n\n   a = 1\n")
    assert (html, messages) == ('<pre><code class="language-python">a = 1\n</code></pre>', ())


def test_running_heads_of_rest_are_part_of_the_text() -> None:
    html, _ = rest.html("Body.\n\n.. header:: Head\n\nMore.")
    assert html == "<p>Body.</p>\n<p>More.</p>\n<p>Head</p>"


def test_raw_html_in_rest_stays_readable_and_is_told() -> None:
    body = "a\n\n.. raw:: html\n\n   <b onclick='x()'>bold</b><script>x</script>\n"
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p")
    assert "&lt;script&gt;x&lt;/script&gt;" in content.xhtml
    assert [line for line, text in content.warnings if '"raw" directive disabled' in text] == [3]


def test_the_marker_of_rest_divides() -> None:
    body = "Lead.\n\n.. TEASER_END\n\nRest.\n"
    content = render(body, markup="rest", marker=".. TEASER_END", base=BASE, prefix="p")
    assert content.summary == "Lead."
    assert content.xhtml == "<p>Lead.</p>\n<p>Rest.</p>"


def test_a_marker_within_a_line_divides_too() -> None:
    body = "Lead <!-- more --> rest."
    content = render(body, markup="markdown", marker="<!-- more -->", base=BASE, prefix="p")
    assert (content.summary, content.text) == ("Lead", "Lead  rest.")
    assert content.xhtml == "<p>Lead  rest.</p>"


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        ("[" * 150_000, "markdown", "brackets that never close"),
        ("![](" * 40_000, "markdown", "brackets that never close"),
        ("[a][" * 40_000, "markdown", "brackets that never close"),
        ("<b " * 50_000, "markdown", "tags that never end"),
        ("<![CDATA[" * 17_000, "markdown", "brackets"),
        ("*[a]: b\n" * 20_000, "markdown", "abbreviations"),
        ("---\n" * 25_000, "markdown", "headings or rules"),
        ("a\n=\n" * 25_000, "markdown", "headings or rules"),
        ("[^1]" * 13_000 + "\n\n[^1]: a", "markdown", "references to footnotes"),
        ("<b>" * 60_000, "html", "2000 elements are open at once"),
        (numbered("<b id='<{}'>", 60_000), "html", "2000 elements are open at once"),
        (numbered("<b id={}></i>", 60_000), "html", "2000 elements are open at once"),
        (numbered("<b id='{}'/>", 60_000), "html", "2000 elements are open at once"),
        ("<a-b/>" * 60_000 + "</a>" * 60_000, "html", "20000 elements close themselves"),
        ("<SCRIPT>a</Script>" + numbered("<b id={}>", 60_000), "html", "open at once"),
        ("<i/>" * 60_000, "commonmark", "open at once"),
        ("*a &#11; &lt;\n" * 12_000, "rest", "too many marks"),
        ("[" * 150_000, "commonmark", "recursion"),
        ("|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|b|\n" * 50_000, "markdown", "not written"),
        (
            "\n".join(["a|" * 500, "-|" * 500, *["b"] * 100, "", ""]) * 100,
            "kramdown",
            "not written",
        ),
        (
            "> " + "\n> ".join(["|a" * 250, "|-" * 250, *["b"] * 250, "", ""]) * 200,
            "goldmark",
            "not written",
        ),
        ("[a]: /" + "b" * 10_000 + "\n\n" + "[a] " * 5_000, "goldmark", "for how often"),
        ("[a]: /" + "b" * 10_000 + "\n\n" + "[a] " * 5_000, "markdown", "for how often"),
        ("*[a]: " + "b" * 10_000 + "\n\n" + "a " * 5_000, "kramdown", "for how often"),
        ("*[a]: " + "b" * 10_000 + "\n\n" + "a " * 5_000, "markdown", "for how often"),
        ("|a" * 500 + "|\n" + "|b\n" * 50_000, "kramdown", "not written"),
        ("- " * 60 + "a\n" + "b\n" * 40_000, "kramdown", "nested too deeply"),
        ("> " * 20_000 + "a", "goldmark", "recursion"),
        ("http: " * 30_000, "kramdown", "too many addresses"),
        ("a@b " * 30_000, "goldmark", "too many addresses"),
    ],
)
def test_what_never_closes_becomes_text_at_once(body: str, kind: Dialect, why: str) -> None:
    content = render(body, markup=kind, marker=None, base=BASE, prefix="p")
    ((_, message),) = content.warnings
    assert "cannot be rendered, so readers get its source as text" in message
    assert why in message
    assert content.xhtml.startswith("<p>")


def test_what_is_hidden_costs_nothing() -> None:
    body = "<p>a</p><svg><style>" + numbered("<b id={}>", 60_000)
    content = render(body, markup="html", marker=None, base=BASE, prefix="p")
    assert content.xhtml == "<p>a</p>"


BOLD = "".join(f"<b id={number}>" for number in range(180))
PARAGRAPHS = "<p>x</p>" * 30_000


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{BOLD}</p>{PARAGRAPHS}",
        "<p>" + BOLD.replace(">", " title='</b>'>") + f"</p>{PARAGRAPHS}",
        f"<p>{BOLD}<!-- {'</b>' * 180} --></p>{PARAGRAPHS}",
        f"<p>{BOLD}<table><td>{'</b>' * 180}</table></p>{PARAGRAPHS}",
        f"<p>{BOLD}{'<div>' * 10}{'</b>' * 180}{'</div>' * 10}</p>{PARAGRAPHS}",
    ],
    ids=["open", "closed in an attribute", "in a comment", "in a table", "below many blocks"],
)
def test_what_never_closes_is_not_repeated_in_every_block(body: str) -> None:
    content = render(body, markup="html", marker=None, base=BASE, prefix="p")
    assert [message.partition(": ")[2] for _, message in content.warnings] == [
        "its <b>, <i> and the like never close, so all blocks repeat them"
    ]
    assert content.text == body


@pytest.mark.parametrize(
    "body",
    [
        "<b>a<p>b\n" * 1_900,
        "<p><font color='red'>a <b>b</b> <code>c</code></font></p>\n" * 8_000,
        f"<pre><code>{'<span>a</span> <b>b</b> ' * 20_000}</code></pre>",
        "<table><tr><td><font size=2><b>a<td>b</table>\n" * 900,
    ],
)
def test_formatting_as_people_write_it_is_no_harm(body: str) -> None:
    refuse_endless(settled(body, BASE))


@pytest.mark.parametrize(
    ("body", "part", "times"),
    [
        ("[a](b) " * 20_000, '<a href="b">a</a>', 20_000),
        ("* [a](b_(c)) and [d][e]\n" * 5_000, '<a href="b_(c)">a</a> and [d][e]</li>', 5_000),
        ("a [sic and (so on\n\n" * 5_000, "<p>a [sic and (so on</p>", 5_000),
        ("# a\ntext\n" * 1_500, "<p>text</p>", 1_500),
        ("a\n: b\n" * 100, "<dd>", 100),
        ("<p>a\n" * 20_000, "<p>a", 20_000),
        ("<P>a\n" * 20_000, "<P>a", 20_000),
        ("if a < b and c > d:\n" * 5_000, "if a &lt; b and c &gt; d:", 5_000),
        ("*[HTML]: x\n" * 50 + "\n" + "HTML " * 2_000, '<abbr title="x">HTML</abbr>', 2_000),
    ],
)
@pytest.mark.parametrize("dialect", ["markdown", "kramdown"])
def test_a_long_post_is_no_harm(body: str, part: str, times: int, dialect: Dialect) -> None:
    assert markup.html(body, dialect).count(part) == times


@pytest.mark.parametrize(
    ("body", "beginning"),
    [
        ("{% " * 50_000, "<p>{% {% {% "),
        ("{: a='" * 5_000, "<p>{: a=’{: a=’{: a="),
        ("a\n{:toc}\n\n" * 10_000, "<p>a</p>\n<p>a</p>\n"),
        ("* T\n{:toc}\n" * 3_000 + "# a\n" * 3_000, '<ul><li><a href="#a">a</a></li><li>'),
        ("$$a " * 40_000, '<p><code class="language-math">a</code>a <code'),
        (
            numbered("*[a{}]: b\n", 3_000) + "\n" + "a1 " * 30_000,
            '<p><abbr title="b">a1</abbr> <abbr title="b">a1</abbr> ',
        ),
        ('<div markdown="1">\n' * 1_500, '<div markdown="1">\n<div markdown="1">\n'),
        ("`{:/}` {:/}\n" * 30_000, "<p><code>{:/}</code> {:/}\n<code>{:/}</code> {:/}\n"),
        ("{::comment}\n" * 15_000 + "{:/nomarkdown}", "<p>{::comment}\n{::comment}\n"),
        ("`a` " * 100_000 + "{:/}", "<p><code>a</code> <code>a</code> "),
        ("- a\n{:#x}\n" * 20_000, '<ul id="x">\n<li>a</li>\n</ul>\n<ul id="x">'),
        ("- a\n" * 20_000 + "{:#x}\n" * 90_000, '<ul id="x">\n<li>a</li>\n<li>a</li>\n'),
        ("<p>a</p>\n" * 20_000, "<p>a</p>\n<p>a</p>\n"),
        ("<div></div>\n" * 20_000, "<div></div>\n<div></div>\n"),
        ("<div>\n\n" * 20_000, "<div>\n<div>\n"),
        ('<div markdown="1">\na\n</div>\n' * 10_000, '<div markdown="1">\n<p>a</p>\n</div>\n<div'),
        ("<script>\n\n" * 20_000, "<script>\n<script>\n"),
        ("`<!--`\n\n" * 20_000, "<p><code>&lt;!--</code></p>\n<p>"),
        ("<code>a</code> " * 20_000 + "<code>b", "<p><code>a</code> <code>a</code> "),
        ("~~~ a\n\n" * 20_000, "<p>~~~ a</p>\n<p>~~~ a</p>"),
        ("a\n: b\n\n" * 10_000, "<dl>\n<dt>a</dt>\n<dd>b</dd>\n<dt>a</dt>\n"),
        ("1. a\n" * 20_000, "<ol>\n<li>a</li>\n<li>a</li>\n"),
        ("- a\n" + "b\n" * 40_000, "<ul>\n<li>a\nb\nb\n"),
        ("a | b\n" * 20_000 + "c", "<p>a | b\na | b\n"),
        ("|" * 20_000, "<table>\n<tbody>\n<tr>\n<td></td>\n<td></td>"),
        ("<a>" * 20_000 + " | b </b>", "<table>\n<tbody>\n<tr>\n<td><a><a>"),
        ("**重要。**" * 20_000, "<p><strong>重要。</strong><strong>重要。</strong>"),
        ("*a**b_c" * 20_000, "<p><em>a**b_c</em>a<strong>b_c*a</strong>"),
        ("'" * 60_000, "<p>’’’"),
        ("$$a: " * 30_000, '<p><code class="language-math">a:</code>a: <code'),
        ("{::comment}" * 15_000 + "{:/nomarkdown}", "<p>{::comment}{::comment}"),
        ("a {::comment}b{:/} " * 15_000 + "{:/comment}", "<p>a  a  a "),
        (
            "a http://b.example\n" * 30_000,
            '<p>a <a href="http://b.example">http://b.example</a>\na',
        ),
        ("{:a: .b}\n" * 20_000 + "\n" + "c\n{:a}\n\n" * 20_000, '<p class="b b b'),
        ("a\n# \n" * 60_000, "<p>a\n#\na\n#"),
        (
            numbered("*[abcdefgh{}]: b\n", 40_000) + "*[z]: b\n\n" + "abcdefgh " * 150_000,
            "<p>abcdefgh abcdefgh ",
        ),
    ],
)
def test_what_kramdown_adds_takes_no_time(body: str, beginning: str) -> None:
    assert markup.html(body, "kramdown").startswith(beginning)


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        ("a <svg>" + "<path d='x'/>" * 3_000 + "</svg> b", "html", "a  b"),
        ("a <!-- " + "<div>" * 3_000 + " --> b", "html", "a  b"),
        ("a <script>" + "if (a<b) {}" * 3_000 + "</script> b", "html", "a  b"),
        ("<div title='>'>a</div>" * 3_000, "html", "<div"),
        ("*a*\n\n" + "a|b\n-|-\n" + "c|d\n" * 10_000, "markdown", "<p><em>a</em></p>\n<table>"),
        ("|a" * 200 + "\n" + "|-" * 200 + "\n" + "|b\n" * 200, "commonmark", "<table>"),
        ("|a" * 200 + "\n" + "|-" * 200 + "\n" + "\na\n" * 2_000, "goldmark", "<table>"),
        ("*a*\n\n```\n" + "<alice> hi\n" * 3_000 + "```\n", "markdown", "<p><em>a</em></p>"),
        ("*a*\n\n```\n" + "<alice> hi\n" * 3_000 + "```\n", "commonmark", "<p><em>a</em></p>"),
        ("*a* " + "`<b>` " * 3_000, "kramdown", "<p><em>a</em> <code>&lt;b&gt;</code>"),
        ("*a*\n\n::\n\n" + "   <b>\n" * 3_000, "rest", "<p><em>a</em></p>"),
    ],
)
def test_what_only_looks_open_is_rendered(body: str, kind: Dialect, shown: str) -> None:
    assert render(body, markup=kind, marker=None, base=BASE, prefix="p").xhtml.startswith(shown)


@pytest.mark.parametrize(
    ("body", "beginning"),
    [
        ("'" * 60_000, "<p>"),
        ("\"a' " * 20_000, "<p>“a’ “a’ "),
        ("# a {" + ".b " * 60_000, '<h1 id="a-b-b'),
        ("# a {.b}\n" * 10_000, '<h1 id="a">a</h1>\n<h1 id="a-1">a</h1>'),
        ("<<" * 60_000, "<p>«««"),
    ],
)
def test_what_goldmark_adds_takes_no_time(body: str, beginning: str) -> None:
    assert markup.html(body, "goldmark").startswith(beginning)


def test_what_stops_half_way_leaves_nothing_to_the_next_post() -> None:
    with pytest.raises(RecursionError):
        markup.html("".join("    " * depth + "- a\n" for depth in range(400)), "markdown")
    assert markup.html("a\n\n- b\n\n    c", "markdown") == (
        "<p>a</p>\n<ul>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ul>"
    )


def test_what_looks_like_the_beginning_of_much_takes_no_time() -> None:
    assert markup.html("# a" + " " * 400_000 + "b", "commonmark").startswith('<h1 id="a')
    assert markup.html("# a {#" + "b" * 400_000, "goldmark").startswith('<h1 id="a')


def test_many_losses_take_no_time_to_tell() -> None:
    body = "<font>a</font>\n" * 200_000
    content = render(body, markup="html", marker=None, base=BASE, prefix="p")
    assert content.warnings[-1][0] == 200_000


def test_a_link_without_target_is_told_with_its_words() -> None:
    body = "![]() [a *b*]()\n\n![c]()"
    content = render(body, markup="commonmark", marker=None, base=BASE, prefix="p")
    assert content.warnings == (
        (1, 'the image "" has no target; write ![text](address)'),
        (1, 'the link "a b" has no target; write [text](address)'),
        (3, 'the image "c" has no target; write ![text](address)'),
    )


def test_docutils_reads_no_configuration_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docutils.conf").write_text("[general]\nfile_insertion_enabled: yes\n")
    monkeypatch.chdir(tmp_path)
    assert "disabled" in str(rest.html("a\n\n.. include:: docutils.conf\n")[1])
