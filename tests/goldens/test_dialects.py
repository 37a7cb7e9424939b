"""Markdown is parsed as the engine of the site parses it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from publisher.content.markup import convert, html
from publisher.content.safe_xhtml import render
from publisher.post import MarkdownOptions
from publisher.sources import site_settings
from publisher.sources.engines import RECORDS, hugo_markdown, zola
from publisher.sources.front_matter import formats
from tests.support import GOLDENS, dialects
from tests.support.posts import post

if TYPE_CHECKING:
    from publisher.post import Dialect

ZOLA = GOLDENS / "zola" / "bodies.json"
# Where readers get something else than the engine renders, and the reason.
ON_PURPOSE = {
    "*a* _b_ **c** __d__ ***e*** ___f___": "the order of two nested marks makes no difference",
    "**bold**: _it_, ***x***.": "the same",
    "`a` ``b ` c`` ` d `": "backticks between blanks are code, as in CommonMark",
    '{::options toc_levels="2" /}\n\n* x\n{:toc}\n\n# A\n\n## B':
        "only the option parse_block_html is supported",
    '<div markdown="1">*a*</div>': "an end tag closes its element wherever it stands",
    '<p markdown="block">*a*</p>': "the same",
    '<details markdown="block">\n<summary>*S*</summary>\n\n```\ncode </details>\n```\n\n</details>':
        "the same, within code too",
    '<div markdown="1">\n## H\n\ntext\n\n| a | b |\n|---|---|\n| c | d |\n</div>\nafter':
        "a table may end with its element",
    "</div>\n\ntext": "a lone end tag is not shown",
    "a\n</div>\nb": "the same",
    "<div>\nunclosed *a*\n\ntext": "an element without an end tag ends at the blank line",
    "<notatag> *a*": "the same",
    "|": "a table without cells is empty",
    "<https://a.example/> <mailto:a@b.example> <a@b.example>": "the scheme is shown",
    "https://a.example/ www.a.example a@b.example": "bare URLs are links, as on GitHub",
    "http://a.example/b_c_d_e *x*": "the same",
    "mailto:a@b.example": "the same",
    "[foo]:\nhttps://a.example\n\n[foo]": "the same",
    """[a](b "t") [a](b 't') [a](<b c>) [a](b (t))""": "a title may stand in parentheses",
    '[a][b] [b][] [b] [a] [b]\n\n[b]: c "d"': "a defined label is a link",
    "[a](\\(b)": "a parenthesis in a URL may be escaped",
    r"\\(a\\) \(a\) \\[b\\]": "only TeX between dollar signs is a formula",
    "{{ a | b }}": "a template tag that was kept is no table",
    "![a *b*](c)": "the text alternative of an image has no markup",
    '![a][1]\n\n[1]: b "t"\n{: width="5"}': "attributes of a definition are dropped",
    "a\nb\n: c": "Hugo: a definition has one term",
    "{{</* x */>}}": "Hugo: shortcodes are evaluated before",
    "\u3000text": "Hugo: a wide blank at the start of a paragraph is removed",
    "![a\nb](c)": "Hugo: the text alternative of an image keeps its line break",
    "x<y and a<b>c": "Hugo: an unfinished tag is repaired differently",
}  # fmt: skip

_NUNJUCKS = "Nunjucks is evaluated before, and its comments go"
_FOOTNOTES = "marked has no footnotes, but most sites add them"
_DEFINITIONS = "definitions are read wherever they are written well"
_SLASH = "an address without a path is the same with a slash"
HEXO_ON_PURPOSE = {
    "text\n    not code": "blanks at the beginning of a line do not show",
    "One <!-- more --> two": "the same, between words",
    "\u3000text": "a paragraph begins with no wide blank",
    "x<y and a<b>c": "what never ends is repaired differently",
    '![alt *x*](/a b.png) ![a](<a b.png> "T") ![ü](ü.png) ![e](https://x.example/p.png)':
        "what is no picture has marks",
    "a\n: b\n: c": _DEFINITIONS,
    "a\n\n: b\n\n  more": _DEFINITIONS,
    "a\n: b\n\nc\n: d": _DEFINITIONS,
    "Term *x*\n: - a\n  - b": _DEFINITIONS,
    "Term\n: Definition\n\nTerm2\n:   Def2\n:   Def3": _DEFINITIONS,
    "a\n\n: b": _DEFINITIONS,
    "a[^1] b[^2] c[^1]\n\n[^2]: two\n[^1]: one": _FOOTNOTES,
    "a[^1]\n\n[^1]: one\n\n    two": _FOOTNOTES,
    "a[^1]\n\n[^1]: one\ntwo": _FOOTNOTES,
    "**a**[^1]\n\n[^1]: x": _FOOTNOTES,
    "Text[^1]\n\n[^1]: Note": _FOOTNOTES,
    "a[^1]\n\n[^1]: b": _FOOTNOTES,
    "https://a.example/b_c www.a.example a@b.example x": _SLASH,
    "- [ ] todo\n- [x] done\n\n~~del~~ ~one~\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n"
    "https://example.org/x www.example.org me@example.org <https://a.example>": _SLASH,
    "# One *two*\n\n## One *two*\n\n## Ünï & c++\n\nSetext\n===\n\n#nospace\n\n"
    "# [l](http://x.example) `c`": _SLASH,
    "www.a.example a@b.example https://a.example/b_c": _SLASH,
    "{% raw %}{{ x }} {% y %}{% endraw %} after": _NUNJUCKS,
    "{% raw %}\n# H\n\n*x* {{ a }}\n{% endraw %}\n\n# H2": _NUNJUCKS,
    "`{{ x }}` `{% raw %}`": _NUNJUCKS,
    "`{{ x }}` and `{% raw %}{{ x }}{% endraw %}`": _NUNJUCKS,
    "{% raw %}{{ a }}{% endraw %}": _NUNJUCKS,
    "a {# hidden #} b": _NUNJUCKS,
    "a {# b #} c": _NUNJUCKS,
}  # fmt: skip

COMMONMARK: list[Dialect] = ["commonmark", "goldmark", "kramdown"]


def test_every_engine_has_its_dialect() -> None:
    assert {name: record.syntax.dialect for name, record in RECORDS.items()} == {
        "jekyll": "kramdown",
        "hugo": "goldmark",
        "zola": "commonmark",
        "eleventy": "commonmark",
        "pelican": "markdown",
        "nikola": "markdown",
        "hexo": "marked",
        "plain": "commonmark",
        "any": "commonmark",
    }


def test_only_markdown_has_dialects() -> None:
    assert post(engine="nikola", markup="markdown").dialect == "markdown"
    assert post(engine="nikola", markup="rest").dialect == "rest"
    assert post(engine="jekyll", markup="html").dialect == "html"


@pytest.mark.parametrize(("body", "html"), dialects.bodies("jekyll"))
def test_bodies_are_rendered_as_in_jekyll(body: str, html: str) -> None:
    is_same = dialects.ours(body, "kramdown") == dialects.theirs(html)
    assert is_same is (body not in ON_PURPOSE)


@pytest.mark.parametrize(("body", "html"), dialects.bodies("hugo"))
def test_bodies_are_rendered_as_in_hugo(body: str, html: str) -> None:
    is_same = dialects.ours(body, "goldmark") == dialects.theirs(html)
    assert is_same is (body not in ON_PURPOSE)


@pytest.mark.parametrize(
    ("settings", "body", "expected"),
    [
        ("", ":tada: {.x}", "<p>:tada: {.x}</p>"),
        ("enableEmoji = true", ":tada: `:tada:` :nope:", "<p>🎉 <code>:tada:</code> :nope:</p>"),
        ("markup.goldmark.renderer.hardWraps = true", "a\nb", "<p>a<br />\nb</p>"),
        ("markup.goldmark.extensions.typographer = false", "\"a\" -- 'b'...",
         "<p>\"a\" -- 'b'...</p>"),
        ("markup.goldmark.extensions.typographer.disable = true", "a -- b", "<p>a -- b</p>"),
        ("markup.goldmark.extensions.strikethrough = false", "~~a~~", "<p>~~a~~</p>"),
        ("markup.goldmark.extensions.linkify = false", "www.a.example", "<p>www.a.example</p>"),
        ("markup.goldmark.extensions.taskList = false", "- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>"),
        ("markup.goldmark.extensions.table = false", "a|b\n-|-", "<p>a|b\n-|-</p>"),
        ("markup.goldmark.extensions.definitionList = false", "a\n: b", "<p>a\n: b</p>"),
        ("markup.goldmark.extensions.footnote.enable = false", "a[^1]", "<p>a[^1]</p>"),
        ("markup.goldmark.parser.attribute.title = false", "# A{#b}", '<h1 id="ab">A{#b}</h1>'),
        ("markup.goldmark.parser.autoHeadingID = false", "# A\n\n# B{#b}",
         '<h1>A</h1>\n<h1 id="b">B</h1>'),
        ("markup.goldmark.parser.attribute.block = true", "a\n{.b #c}\n\n{.d}\n\ne {.f}",
         '<p id="c">a</p>\n<p>e {.f}</p>'),
    ],
)  # fmt: skip
def test_the_settings_of_hugo_change_its_markdown(settings: str, body: str, expected: str) -> None:
    values = site_settings.folded(formats.toml_values(settings))
    assert unescape(html(body, "goldmark", hugo_markdown.options(values))) == expected


ZOLA_ON_PURPOSE = {
    "a ~~b~~ ~c~ http://a.example": "bare URLs are links, as on GitHub, and one tilde is text",
    "http://a.example/a--b <http://a.example/a--b>": "the same",
    "<b>:tada:</b>\n\n<div>:tada:</div>": "emoji in blocks of HTML, too",
    "a\n\n: b": "no paragraph in a definition without blank lines",
    "one\ntwo\n: def\n\nText": "a definition has one term",
    "a\n~ b": "a definition may begin with a tilde",
    "> [!NOTE]\n> text *em*": "the kind of an alert, which Zola leaves to the style of the page",
    "> [!warning]\n> text": "the same",
    "> [!TIP]\n>\n> - a\n> - b": "the same",
    "> [!IMPORTANT]\n> a\n\n> [!CAUTION]\n> b": "the same",
}


@pytest.mark.parametrize(
    ("settings", "body", "html"),
    [
        (settings, body, html)
        for settings, rows in json.loads(ZOLA.read_text(encoding="utf-8")).items()
        for body, html in rows
    ],
)
def test_bodies_are_rendered_as_in_zola_with_its_settings(
    settings: str, body: str, html: str
) -> None:
    """The HTML is what Zola 0.22.1 made of the bodies with these settings of `markdown`."""
    options = zola.markdown_options(formats.toml_values(f"[markdown]\n{settings}\n"))
    is_same = dialects.ours(body, "commonmark", options) == dialects.theirs(html)
    in_doubt = body in ZOLA_ON_PURPOSE and (settings or "://" in body)
    assert is_same is not bool(in_doubt)


def test_an_alert_of_zola_has_its_kind_as_a_heading() -> None:
    options = MarkdownOptions(alerts=True)
    found = html("> [!note]\n> a\n\n> [!NOTE] b\n\n    > [!TIP]", "commonmark", options)
    assert "<p><strong>Note</strong><br />\na</p>" in found
    assert "<p>[!NOTE] b</p>" in found
    assert "<code>&gt; [!TIP]" in found


@pytest.mark.parametrize(("body", "html"), dialects.bodies("hexo"))
def test_bodies_are_rendered_as_in_hexo(body: str, html: str) -> None:
    is_same = dialects.ours(body, "marked") == dialects.theirs(html)
    assert is_same is (body not in HEXO_ON_PURPOSE)


@pytest.mark.parametrize("dialect", COMMONMARK)
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("* a\n  * b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("text\n- a", "<p>text</p>\n<ul>\n<li>a</li>\n</ul>"),
        ("1. a\n\n   ```py\n   b\n   ```", '<ol>\n<li>\n<p>a</p>\n<pre><code class="language-py">'
         "b\n</code></pre>\n</li>\n</ol>"),
        ("~~~ ruby\na <b>\n~~~", '<pre><code class="language-ruby">a &lt;b&gt;\n</code></pre>'),
        ("```go {hl_lines=[1]}\na\n```", '<pre><code class="language-go">a\n</code></pre>'),
        ("``` {.c++}\na\n```", '<pre><code class="language-c++">a\n</code></pre>'),
        ("```\na\n```", "<pre><code>a\n</code></pre>"),
        ("~~a~~", "<p><s>a</s></p>"),
        ("see https://a.example/b_c_d.", '<p>see <a href="https://a.example/b_c_d">'
         "https://a.example/b_c_d</a>.</p>"),
        ("- [ ] a\n- [x] b", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>"),
        ("a\n: b", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>"),
        ("## One & two {#own}", '<h2 id="own">One &amp; two</h2>'),
        ("## A `b` *C*!\n\n## A b C", '<h2 id="a-b-c">A <code>b</code> <em>C</em>!</h2>\n'
         '<h2 id="a-b-c-1">A b C</h2>'),
        ('a {% b c="_d_" %} {{ e | f: "g*h*" }}', '<p>a {% b c="_d_" %} {{ e | f: "g*h*" }}</p>'),
        # Removed later, with a warning.
        ("[a](javascript:b)", '<p><a href="javascript:b">a</a></p>'),
    ],
)  # fmt: skip
def test_all_dialects_but_python_markdown_agree(body: str, expected: str, dialect: Dialect) -> None:
    assert html(body, dialect) == expected


@pytest.mark.parametrize(
    ("body", "dialect", "ids"),
    [
        ("# A\n# A\n# A-1\n# A-1", "commonmark", ["a", "a-1", "a-1-1", "a-1-2"]),
        ("# A\n# A\n# A-1\n# A-1", "goldmark", ["a", "a-1", "a-1-1", "a-1-2"]),
        ("# A\n# A\n# A-1\n# A-1", "kramdown", ["a", "a-1", "a-1", "a-1-1"]),
        ("# A-1\n# A\n# A", "commonmark", ["a-1", "a", "a-2"]),
        ("# A-1\n# A\n# A", "goldmark", ["a-1", "a", "a-2"]),
        ("# b\n# A {#b}\n# B", "commonmark", ["b-1", "b", "b-2"]),
        ("# b\n# A {#b}\n# B", "goldmark", ["b", "b", "b-1"]),
        ("# b\n# A {#b}\n# B", "kramdown", ["b", "b", "b-1"]),
        ("# [a](b) -- *c*", "commonmark", ["a----c"]),
        ("# [a](b) -- *c*", "goldmark", ["ab----c"]),
        ("# [a](b) -- *c*", "kramdown", ["a--c"]),
        ("# ...\n# &", "commonmark", ["section", "section-1"]),
        ("# ...\n# &", "goldmark", ["heading", "heading-1"]),
        ("# A b\n# A b\n# A b-1", "marked", ["A-b", "A-b-1", "A-b-1"]),
        ("# Ünï `c` *d*\n# A {#own}\n# B", "marked", ["Uni-c-d", "own", "B"]),
    ],
)
def test_ids_of_headings_are_those_of_the_engine(
    body: str, dialect: Dialect, ids: list[str]
) -> None:
    """The expected ids are those of Jekyll 4.3.1, Hugo 0.111, GitHub and Hexo 7.3."""
    assert re.findall('<h1 id="([^"]*)">', html(body, dialect)) == ids


def test_marked_gives_no_id_to_punctuation_alone() -> None:
    assert html("# !?", "marked") == "<h1>!?</h1>"


def test_a_table_has_no_styles() -> None:
    cells = html("a|b\n:-|-:\nc|d", "commonmark")
    assert '<th align="left">a</th>\n<th align="right">b</th>' in cells
    assert "style" not in cells


@pytest.mark.parametrize("dialect", ["kramdown", "goldmark", "marked"])
def test_quotes_and_dashes_are_typographic(dialect: Dialect) -> None:
    body = '"a" \'b\' it\'s -- c --- d... `"--"`\n\n    "--"'
    assert unescape(html(body, dialect)) == (
        '<p>“a” ‘b’ it’s – c — d… <code>"--"</code></p>\n<pre><code>"--"\n</code></pre>'
    )
    assert html("\"a\" -- b", "commonmark") == '<p>&quot;a&quot; -- b</p>'  # fmt: skip


@pytest.mark.parametrize("dialect", ["kramdown", "goldmark"])
def test_the_text_of_a_bare_link_is_its_url(dialect: Dialect) -> None:
    for written, shown in [
        ("https://a.example/b--c", "https://a.example/b--c"),
        ("www.a--b.example", "www.a--b.example"),
        ("<https://a.example/b--c...it's'd'>", "https://a.example/b--c...it's'd'"),
        ("<a--b@c.example>", "a--b@c.example"),
        ("[a--b](https://a.example/b--c)", "a–b"),
    ]:
        assert f">{shown}</a>" in html(f"'Before' {written} -- after", dialect)
    assert html("# https://a.example/b--c", dialect).startswith('<h1 id="httpsaexampleb--c">')


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\n{: #b .c}", '<p id="b" class="c">a</p>'),
        ("# a\n{: #b}", '<h1 id="b">a</h1>'),
        ("{: #b}\na", '<p id="b">a</p>'),
        ("{: #b}\n# a", '<h1 id="b">a</h1>'),
        ("{: #b}\n\n> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("> a\n\n{: #b}\n\nc", '<blockquote>\n<p>a</p>\n</blockquote>\n<p id="b">c</p>'),
        ("* a\n{: #b}", '<ul id="b">\n<li>a</li>\n</ul>'),
        ("```\na\n```\n{: .language-js}", '<pre><code class="language-js">a\n</code></pre>'),
        ("    a\n{: .language-js}", '<pre><code class="language-js">a\n</code></pre>'),
        ('![a](b){: width="9" .c}', '<p><img src="b" alt="a" width="9" class="c" /></p>'),
        ('[a](b){:target="_blank" rel=x}', '<p><a href="b" target="_blank" rel="x">a</a></p>'),
        ("*a*{: .b} **c**{:.d} `e`{:.f}", '<p><em>a</em> <strong>c</strong> '
         '<code class="f">e</code></p>'),
        ('[a](/b c.png "d e") `[a](b c)`', '<p><a href="/b c.png" title="d e">a</a> '
         "<code>[a](b c)</code></p>"),
        ("a {: .b} c", "<p>a {: .b} c</p>"),
        ("a\n\n{::comment}\nb\n\nc\n{:/comment}\nd", "<p>a</p>\n<p>d</p>"),
        ("a\n{::comment}\nb\n\nc", "<p>a\n{::comment}\nb</p>\n<p>c</p>"),
        ("{::options parse_block_html=\"true\" /}\na", "<p>a</p>"),
        ("{::nomarkdown}<b>a</b>{:/}", "<p><b>a</b></p>"),
        ("`{:/}` {::comment}b{:/comment}c `{::comment}d{:/comment}`", "<p><code>{:/}</code> c "
         "<code>{::comment}d{:/comment}</code></p>"),
        ("```\n{::options a=\"b\" /}\n```\n{::nomarkdown}`a`{:/}", "<pre><code>"
         "{::options a=\"b\" /}\n</code></pre>\n<p>`a`</p>"),
        ("a\n\n    {::comment}b{:/comment}", "<p>a</p>\n<pre><code>{::comment}b{:/comment}\n"
         "</code></pre>"),
        ("a {::comment}\nb\n{:/comment} c", "<p>a  c</p>"),
        ("$$a_1 < b_1$$ c", '<p><code class="language-math">a_1 &lt; b_1</code> c</p>'),
        ("$5 and $6, $$", "<p>$5 and $6, $$</p>"),
        ('<div markdown="1">\n*a*\n</div>', '<div markdown="1">\n<p><em>a</em></p>\n</div>'),
        ("<div>\n*a*\n</div>", "<div>\n*a*\n</div>"),
        ("<div>\na</div>\n*b*", "<div>\na</div>\n<p><em>b</em></p>"),
        ("<div>\n<div>a</div>\n*b*\n</div>\n*c*", "<div>\n<div>a</div>\n*b*\n</div>\n"
         "<p><em>c</em></p>"),
        ("<hr/>\n*a*", "<hr/>\n<p><em>a</em></p>"),
        ("<!-- a -->\n*b*", "<!-- a -->\n<p><em>b</em></p>"),
        ("<span>*a*</span>\n*b*", "<p><span><em>a</em></span>\n<em>b</em></p>"),
        ('HTML\n\n*[HTML]: "A" B', '<p><abbr title="&quot;A&quot; B">HTML</abbr></p>'),
        ("XHTML `HTML`\n\n*[HTML]: a", "<p>XHTML <code>HTML</code></p>"),
        ("a HTML 5, HTML5. HTML\n\n*[HTML]: b\n*[HTML 5]: c\n*[5]: d", '<p>a '
         '<abbr title="c">HTML 5</abbr>, HTML5. <abbr title="b">HTML</abbr></p>'),
        ("C++ and C#, (C)\n\n*[C++]: a\n*[C]: b", '<p><abbr title="a">C++</abbr> and '
         '<abbr title="b">C</abbr>#, (<abbr title="b">C</abbr>)</p>'),
        ("a {#b}", "<p>a {#b}</p>"),
        ("a\n> {: #b}", "<p>a</p>\n<blockquote></blockquote>"),
        ("* T\n{:toc}\n\n# ![*a*](b)", '<ul><li><a href="#a">a</a></li></ul>\n'
         '<h1 id="a"><img src="b" alt="a" /></h1>'),
        ("<span>\n*a*\n</span>", "<p><span>\n<em>a</em>\n</span></p>"),
        ('<div markdown="1">*a*</div>', '<div markdown="1">\n<p><em>a</em></p>\n</div>'),
        ('a\n<div markdown="1">\n*b*\n</div>', '<p>a</p>\n<div markdown="1">\n'
         "<p><em>b</em></p>\n</div>"),
        ('<div markdown="1">\n*a*', '<div markdown="1">\n<p><em>a</em></p>'),
        ("<div>\na</div>\n{: #b}\n\nc", "<div>\na</div>\n<p>c</p>"),
        ("[$$a$$](b)", '<p><a href="b"><code class="language-math">a</code></a></p>'),
        ("<b>a</b>{: #c}", "<p><b>a</b></p>"),
        ("a\n{: b #c}", '<p id="c">a</p>'),
        ("- a\n  - b\n- c\n{: #d}", '<ul id="d">\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n'
         "<li>c</li>\n</ul>"),
        ("# a {#b} \n\n## {#c} d {#e .f}",
         '<h1 id="b">a</h1>\n<h2 id="c-d-e-f">{#c} d {#e .f}</h2>'),
        ('{{ "a" b: *c* {{ "d" }}', '<p>{{ “a” b: <em>c</em> {{ "d" }}</p>'),
        ("[a](b){:c}\n\n{:c: target=d}", '<p><a href="b" target="d">a</a></p>'),
        ("{:c: .language-d}\n\n~~~\na\n~~~\n{:c}", '<pre><code class="language-d">a\n'
         "</code></pre>"),
    ],
)  # fmt: skip
def test_kramdown_s_additions_are_rendered(body: str, expected: str) -> None:
    assert html(body, "kramdown") == expected


@pytest.mark.parametrize("dialect", ["commonmark", "goldmark"])
@pytest.mark.parametrize("body", ["a\n{: #b}", "$$a$$", "{::options /}", "[a](b c)", "*[a]: b"])
def test_kramdown_s_additions_are_text_in_other_dialects(body: str, dialect: Dialect) -> None:
    assert html(body, dialect) == f"<p>{body}</p>"


def test_a_table_of_contents() -> None:
    body = "* this becomes\n{:toc}\n\n# A *b*\n\n### C\n\n## D\n{:.no_toc}\n\n## E\n\n# F"
    assert html(body, "kramdown").partition("\n")[0] == (
        '<ul><li><a href="#a-b">A b</a><ul><li><a href="#c">C</a></li></ul>'
        '<ul><li><a href="#e">E</a></li></ul></li>'
        '<li><a href="#f">F</a></li></ul>'
    )  # fmt: skip
    assert "this becomes" not in html(body, "kramdown")
    assert html("1. a\n{:toc}", "kramdown") == ""


@pytest.mark.parametrize("dialect", ["kramdown", "markdown"])
def test_a_lead_may_use_references_and_footnotes_of_the_whole_body(dialect: Dialect) -> None:
    body = "Lead [a][b].[^1]\n\nMORE\n\nRest.\n\n[b]: https://a.example/\n[^1]: Note."
    content = render(
        body, markup=dialect, marker="MORE", base="https://a.example/", prefix="p", first_line=1
    )
    assert content.summary == "Lead a."
    other = render(
        "Lead [a][b].\n\nMORE\n\nRest.",
        markup=dialect, marker="MORE", base="https://a.example/", prefix="p", first_line=1,
    )  # fmt: skip
    assert other.summary == "Lead [a][b]."


@pytest.mark.parametrize("dialect", [*COMMONMARK, "marked", "markdown"])
def test_parts_use_definitions_of_their_own_body_only(dialect: Dialect) -> None:
    part = "[a][b] c[^1]"
    one, two = (
        convert(dialect, f"{part}\n\n[b]: /{address}\n\n[^1]: Note.", part, part).htmls
        for address in ("one", "two")
    )
    for made, address in ((one, "one"), (two, "two")):
        assert all(f'<a href="/{address}">a</a> c<sup' in text for text in made)
    assert html(part, dialect) == f"<p>{part}</p>"


@pytest.mark.parametrize(
    ("dialect", "body", "html"),
    [
        ("kramdown", "Rust has *[T]: Sized* and words.",
         "<p>Rust has <em>[T]: Sized</em> and words.</p>"),
        ("kramdown", "A paragraph.\n{:toc}\n\n- x", "<p>A paragraph.</p>\n<ul>\n<li>x</li>\n</ul>"),
        ("kramdown", "| a |\n|---|\n| c |\n{: .table}\n\nMore.",
         "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n</tr>\n"
         "</tbody>\n</table>\n<p>More.</p>"),
        ("kramdown", "<!-- a\n\nWords", "<p>&lt;!– a</p>\n<p>Words</p>"),
        ("commonmark", "<!-- a\n\nWords", "<p>&lt;!-- a</p>\n<p>Words</p>"),
        ("markdown", "<!-- a\n\nWords", "<p>&lt;!-- a</p>\n<p>Words</p>"),
        ("commonmark", "<!-- a -->\n\n`<!--` b", "<p><code>&lt;!--</code> b</p>"),
        ("commonmark", "<!-- a\n\nb -->\n\nWords", "<p>Words</p>"),
    ],
)  # fmt: skip
def test_no_punctuation_removes_words(dialect: Dialect, body: str, html: str) -> None:
    content = render(body, markup=dialect, marker=None, base="https://x.example/", prefix="p")
    assert content.xhtml.strip() == html
