"""reStructuredText renders without side effects; markup that would take too long is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.content import markup, rst
from publisher.content.allowed_html import normalised
from publisher.content.html_limits import refuse_slow_html
from publisher.content.safe_xhtml import render
from publisher.sources.engines import RECORDS
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.post import Dialect

BASE = "https://blog.example/a/"


def test_rst_is_rendered() -> None:
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
    assert content.text.startswith(
        f"Text with *emphasis*, `code` and a [link]({BASE}b/).\n\n## Head\n\n- one\n"
    )


@pytest.mark.parametrize(
    ("body", "message", "shown"),
    [
        ("a\n\n.. include:: /etc/passwd", '"include" directive disabled.', "include:: /etc/passwd"),
        ("a\n\n.. raw:: html\n   :file: /etc/passwd", '"raw" directive disabled.', "/etc/passwd"),
        ("a\n\n.. csv-table::\n   :file: /etc/passwd", "File and URL access deactivated", "passwd"),
        ("a\n\nb :html:`<br>` c", "raw (and derived) roles disabled", ":html:`<br>`"),
        (
            "a\n\nb `c",
            "nothing ends the interpreted text or phrase reference that begins here; end it",
            "`c",
        ),
    ],
)
def test_unsupported_rst_stays_readable_with_a_warning(body: str, message: str, shown: str) -> None:
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p", first_line=10)
    assert "root:" not in content.xhtml
    assert shown in content.text
    told = {line for line, text in content.warnings if message in text}
    assert told == {12}


def test_code_in_rst_keeps_its_language() -> None:
    body = "a ``b <c>``\n\n.. code-block:: python\n   :linenos:\n   :hl_lines: 1\n\n   d = '<e>'\n"
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p")
    assert content.xhtml == (
        "<p>a <code>b &lt;c&gt;</code></p>\n"
        "<pre><code class=\"language-python\">d = '&lt;e&gt;'\n</code></pre>"
    )
    assert not content.warnings


def test_late_messages_of_docutils_become_warnings_only() -> None:
    content = render("a\n\nb |gone| c", markup="rest", marker=None, base=BASE, prefix="p")
    assert content.xhtml == "<p>a</p>\n<p>b |gone| c</p>"
    told = "shows |gone|, which is not defined; add e.g. `.. |gone| replace:: TEXT`"
    assert content.warnings == ((3, told),)


def test_declarations_of_one_rst_post_do_not_affect_another() -> None:
    before = rst.html("Hello :mine:`x`")
    rst.html.cache_clear()
    assert rst.html(".. role:: mine(code)\n\nHello :mine:`x`")[0] == "<p>Hello <code>x</code></p>"
    assert rst.html("Hello :mine:`x`") == before
    assert before[0] == "<p>Hello <span>x</span></p>"


def test_rst_reads_neither_the_clock_nor_files(tmp_path: Path) -> None:
    html, messages = rst.html(".. |d| date:: %H:%M:%S\n\nIt is |d|.")
    assert "It is |d|." in html
    assert "differs from run to run" in messages[0][1]
    picture = tmp_path / "p.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>")
    html, _ = rst.html(f".. image:: {picture}\n   :loading: embed\n   :alt: Alt")
    assert html == f'<img alt="Alt" src="{picture}" />'


@pytest.mark.parametrize("option", ["", " 5"])
def test_line_numbers_are_not_part_of_the_code(option: str) -> None:
    html, messages = rst.html(f".. code-block:: python\n   :number-lines:{option}\n\n   a = 1\n")
    assert (html, messages) == ('<pre><code class="language-python">a = 1\n</code></pre>', ())


def test_page_headers_of_rst_are_part_of_the_text() -> None:
    html, _ = rst.html("Body.\n\n.. header:: Head\n\nMore.")
    assert html == "<p>Body.</p>\n<p>More.</p>\n<p>Head</p>"


def test_raw_html_in_rst_stays_readable_with_a_warning() -> None:
    body = "a\n\n.. raw:: html\n\n   <b onclick='x()'>bold</b><script>x</script>\n"
    content = render(body, markup="rest", marker=None, base=BASE, prefix="p")
    assert "&lt;script&gt;x&lt;/script&gt;" in content.xhtml
    assert [line for line, text in content.warnings if '"raw" directive disabled' in text] == [3]


def test_the_marker_splits_rst() -> None:
    body = "Lead.\n\n.. TEASER_END\n\nRest.\n"
    content = render(body, markup="rest", marker=".. TEASER_END", base=BASE, prefix="p")
    assert content.summary == "Lead."
    assert content.xhtml == "<p>Lead.</p>\n<p>Rest.</p>"


def test_a_marker_within_a_line_splits_too() -> None:
    body = "Lead <!-- more --> rest."
    content = render(body, markup="markdown", marker="<!-- more -->", base=BASE, prefix="p")
    assert (content.summary, content.text) == ("Lead", "Lead rest.")
    assert content.xhtml == "<p>Lead  rest.</p>"


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        ("<a-b/>" * 20_001, "html", "20000 elements close themselves"),
        ("- " * 60 + "a\n" + "b\n" * 2_200, "kramdown", "nested too deeply"),
    ],
)
def test_markup_that_would_take_too_long_becomes_text(body: str, kind: Dialect, why: str) -> None:
    content = render(body, markup=kind, marker=None, base=BASE, prefix="p")
    ((_, message),) = content.warnings
    assert "cannot be rendered, so readers get its source as text" in message
    assert why in message
    assert content.xhtml.startswith("<p>")


@pytest.mark.parametrize(
    "body",
    [
        "<b>a<p>b\n" * 1_900,
        "<p><font color='red'>a <b>b</b> <code>c</code></font></p>\n" * 8_000,
        f"<pre><code>{'<span>a</span> <b>b</b> ' * 20_000}</code></pre>",
        "<table><tr><td><font size=2><b>a<td>b</table>\n" * 900,
    ],
)
def test_ordinary_formatting_is_not_refused(body: str) -> None:
    refuse_slow_html(normalised(body, BASE))


@pytest.mark.parametrize("dialect", ["markdown", "kramdown"])
def test_many_headings_without_a_blank_line_are_rendered(dialect: Dialect) -> None:
    """Python-Markdown's time grows with the square of their number, which is limited."""
    assert markup.html("# a\ntext\n" * 1_500, dialect).count("<p>text</p>") == 1_500


@pytest.mark.parametrize("dialect", ["markdown", "kramdown"])
def test_a_hundred_definitions_of_one_list_are_rendered(dialect: Dialect) -> None:
    """Python-Markdown recurses once per definition; with many more the post becomes text."""
    assert markup.html("a\n: b\n" * 100, dialect).count("<dd>") == 100


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
def test_markup_that_only_looks_unclosed_is_rendered(body: str, kind: Dialect, shown: str) -> None:
    assert render(body, markup=kind, marker=None, base=BASE, prefix="p").xhtml.startswith(shown)


def test_a_refused_post_does_not_affect_the_next_one() -> None:
    with pytest.raises(RecursionError):
        markup.html("".join("    " * depth + "- a\n" for depth in range(400)), "markdown")
    assert markup.html("a\n\n- b\n\n    c", "markdown") == (
        "<p>a</p>\n<ul>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ul>"
    )


def test_a_link_without_target_is_named_with_its_text() -> None:
    body = "![]() [a *b*]()\n\n![c]()"
    content = render(body, markup="commonmark", marker=None, base=BASE, prefix="p")
    assert content.warnings == (
        (1, 'the image "" has no target; write ![text](URL)'),
        (1, 'the link "a b" has no target; write [text](URL)'),
        (3, 'the image "c" has no target; write ![text](URL)'),
    )


def test_docutils_reads_no_configuration_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docutils.conf").write_text("[general]\nfile_insertion_enabled: yes\n")
    monkeypatch.chdir(tmp_path)
    assert "disabled" in str(rst.html("a\n\n.. include:: docutils.conf\n")[1])


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "a\n\n::: note\n*b*\n\n- c\n:::\n",
            "<p>a</p>\n<div>\n<p><em>b</em></p>\n<ul>\n<li>c</li>\n</ul>\n</div>",
        ),
        (
            "a\n:::tip A & b\nc\n:::\nd",
            "<p>a</p>\n<div>\n<p><strong>A &amp; b</strong></p>\n<p>c</p>\n</div>\n<p>d</p>",
        ),
        (":::: a\n::: b\nc\n:::\n::::", "<div>\n<div>\n<p>c</p>\n</div>\n</div>"),
        ("```\n::: a\n```", "<pre><code>::: a\n</code></pre>"),
        (":::\na", "<p>:::\na</p>"),
        ("b ::: a", "<p>b ::: a</p>"),
    ],
)  # fmt: skip
def test_a_container_is_a_block_with_its_title(source: str, shown: str) -> None:
    assert markup.html(source, "containers") == shown


def test_the_time_for_containers_grows_linearly() -> None:
    assert_linear(lambda size: markup.html("::: a\n\nb\n\n:::\n\n" * size, "containers"), 100)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("    :::python\n    x = 1", '<code class="language-python">x = 1\n'),
        ("    #!python\n    x = 1", '<code class="language-python">x = 1\n'),
        ("    #!/usr/bin/python\n    x", '<code class="language-python">#!/usr/bin/python\nx\n'),
        ("1. a\n\n        :::sh\n        ls", '<code class="language-sh">ls\n'),
        ("```\n:::python\nx\n```", "<code>:::python\nx\n"),
        ("    plain\n      code", "<code>plain\n  code\n"),
    ],
)
def test_the_language_of_code_is_not_shown_in_python_markdown(body: str, shown: str) -> None:
    """As Pelican 4.12 and Nikola 8.3.3 show it, colours aside."""
    content = render(body, markup="markdown", marker=None, base=BASE, prefix="p")
    assert shown in content.xhtml


def test_only_nikola_strikes_text_through_in_python_markdown() -> None:
    body = "~~a~~ `~~b~~`"
    options = RECORDS["nikola"].markdown({})
    assert markup.html(body, "markdown", options) == "<p><del>a</del> <code>~~b~~</code></p>"
    options = RECORDS["pelican"].markdown({})
    assert markup.html(body, "markdown", options) == "<p>~~a~~ <code>~~b~~</code></p>"
