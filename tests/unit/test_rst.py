"""reStructuredText as Nikola and Pelican document it; costly input is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils.parsers.rst import directives, roles, states

from publisher.content import rst
from publisher.content.safe_xhtml import render

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.content.safe_xhtml import Content

WATCH = "https://www.youtube.com/watch?v=abc"
PLAYER = "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/"


def rendered(body: str) -> Content:
    return render(body, markup="rest", marker=None, base="https://b.example/p/", prefix="p")


def link(address: str, words: str = "") -> str:
    return f'<a href="{address}">{words or address}</a>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (".. youtube:: abc\n   :width: 600\n   :start_at: 4", f"<p>{link(WATCH)}</p>"),
        (f".. youtube:: {WATCH}", f"<p>{link(WATCH)}</p>"),
        (".. vimeo:: 20241459\n   :align: left", f"<p>{link('https://vimeo.com/20241459')}</p>"),
        (".. soundcloud:: 78131362", f"<p>{link(PLAYER + 'tracks/78131362')}</p>"),
        (".. soundcloud_playlist:: 94", f"<p>{link(PLAYER + 'playlists/94')}</p>"),
        (".. soundcloud:: a/b", f"<p>{link('https://soundcloud.com/a/b')}</p>"),
        (".. gist:: 2395294\n   :file: a.py", f"<p>{link('https://gist.github.com/2395294')}</p>"),
        (
            ".. media:: https://x.example/a.ogg",
            '<p><audio controls=""><source src="https://x.example/a.ogg"/>'
            f"{link('https://x.example/a.ogg')}</audio></p>",
        ),
        (
            ".. thumbnail:: /a.png\n   :alt: A\n   :target: /b\n\n   The *pear*.",
            '<figure>\n<img alt="A" src="https://b.example/a.png"/>\n<figcaption>\n'
            "<p>The <em>pear</em>.</p>\n</figcaption>\n</figure>",
        ),
        (".. thumbnail:: /a.png", '<img alt="" src="https://b.example/a.png"/>'),
        (
            ".. code:: python\n   :number-lines: 3\n   :tab-width: 4\n   :linenos:\n\n   a",
            '<pre><code class="language-python">a\n</code></pre>',
        ),
        (
            ".. sourcecode:: sh\n   :linenos: table\n   :linenostart: 4\n   :hl_lines: 1\n\n   a",
            '<pre><code class="language-sh">a\n</code></pre>',
        ),
        (
            ".. code-block:: sh\n   :caption: a *b*\n\n   c",
            '<p>a <em>b</em></p>\n<pre><code class="language-sh">c\n</code></pre>',
        ),
        (
            ".. code-block:: sh :linenos:\n   :unknown: a\n   :number-lines: x\n\n   c",
            '<pre><code class="language-sh">c\n</code></pre>',
        ),
        (".. code::\n\n   c", "<pre><code>c\n</code></pre>"),
        (
            ".. sourcecode:: sh b\n    c\n    d: e",
            '<pre><code class="language-sh">c\nd: e\n</code></pre>',
        ),
        ("H\\ :sub:`2`\\ O\\ :sup:`3`", "<p>H<sub>2</sub>O<sup>3</sup></p>"),
        (":kbd:`Ctrl+C` :samp:`a`", "<p><kbd>Ctrl+C</kbd> <samp>a</samp></p>"),
        (
            ":abbr:`HTML (Hyper <Text>)` :abbr:`b`",
            '<p><abbr title="Hyper &lt;Text&gt;">HTML</abbr> <abbr>b</abbr></p>',
        ),
        ("|a| b\n\n.. |a| youtube:: abc", f"<p>{link(WATCH)} b</p>"),
        (":sc:`a` b", "<p><span>a</span> b</p>"),
    ],
)
def test_documented_directives_of_nikola_and_pelican_are_rendered(body: str, html: str) -> None:
    content = rendered(body)
    assert (content.xhtml, content.warnings) == (html, ())


@pytest.mark.parametrize(
    ("body", "html", "told"),
    [
        (".. post-list::\n   :tags: a\n   :template: b.tmpl", "", "dropped"),
        (".. gallery:: trip", "", "dropped"),
        (".. youtube::", "", "dropped"),
        (
            ".. slides::\n\n   /a.png\n   /b.png",
            '<img alt="" src="https://b.example/a.png"/>\n'
            '<img alt="" src="https://b.example/b.png"/>',
            "its content is kept",
        ),
        (
            ".. chart:: Bar\n   :title: 'Pears'\n\n   'Conference', [1, 2]",
            "<p>Pears</p><pre>'Conference', [1, 2]</pre>",
            "its content is kept",
        ),
        (
            ".. box:: /a.png\n   :caption: C",
            '<figure><img src="https://b.example/a.png" alt="C"/><figcaption>C</figcaption>'
            "</figure>",
            "only what it names is kept",
        ),
        (
            ".. versionadded:: 1.0\n\n   It *is*.",
            "<p><strong>1.0</strong></p>\n<p>It <em>is</em>.</p>",
            "its content is kept",
        ),
        (
            ".. seealso:: The *manual*",
            "<p><span>The <em>manual</em></span></p>",
            "only what it names is kept",
        ),
        (
            ".. mermaid::\n\n   graph TD;\n     A-->B;\n   C",
            "<pre>graph TD;\n  A--&gt;B;\nC</pre>",
            "its content is kept",
        ),
    ],
)
def test_a_directive_that_only_the_site_can_render_leaves_what_it_names(
    body: str, html: str, told: str
) -> None:
    content = rendered(f"x\n\n{body}")
    assert content.xhtml == f"<p>x</p>\n{html}".rstrip("\n")
    ((line, message),) = content.warnings
    assert (line, told in message) == (3, True)


def test_an_unknown_role_leaves_its_text_with_a_warning() -> None:
    content = rendered("a\n\nb\n:ref:`The words <label>` and |c|\n\n.. |c| replace:: :foo:`d`")
    assert content.xhtml == "<p>a</p>\n<p>b\n<span>The words</span> and <span>d</span></p>"
    assert [line for line, _ in content.warnings] == [4, 6]


def test_roles_and_directives_of_one_post_do_not_affect_another() -> None:
    rst.html(".. thumbnail:: a\n\n.. nobodys:: b\n\n:nobodys:`c` :kbd:`d`")
    assert not {"thumbnail", "nobodys"} & {*vars(directives)["_directives"]}
    assert not {"kbd", "nobodys"} & {*vars(roles)["_roles"]}
    assert states.RSTState.nested_sm is states.NestedStateMachine


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (".. tip:: a", "<aside>\n<p><strong>Tip</strong></p>\n<p>a</p>\n</aside>"),
        (
            ".. topic:: *A*\n\n   b",
            "<aside>\n<p><strong><em>A</em></strong></p>\n<p>b</p>\n</aside>",
        ),
        (
            ".. figure:: a.png\n\n   .. default-role:: sub",
            '<img alt="" src="https://b.example/p/a.png"/>',
        ),
        (".. rubric:: A", "<p><strong>A</strong></p>"),
        ("a : b\n  c", "<dl>\n<dt>a : <span>b</span></dt>\n<dd><p>c</p>\n</dd>\n</dl>"),
        (":math:`a<b`", '<p><code class="language-math">a&lt;b</code></p>'),
        (".. math::\n\n   a\n", '<pre><code class="language-math">a\n</code></pre>'),
        (
            "| a\n|   b",
            "<div>\n<div>a</div>\n<div>\n<div>\N{EM SPACE}b</div>\n</div>\n</div>",
        ),
        (
            ".. image:: a.png\n   :width: 30px\n   :scale: 50",
            '<img alt="" src="https://b.example/p/a.png" width="30"/>',
        ),
        (
            ".. image:: a.webm\n   :alt: A",
            '<video controls="controls" src="https://b.example/p/a.webm" title="A">'
            '<a href="https://b.example/p/a.webm">A</a></video>',
        ),
        (
            ".. contents:: All\n\nA\n=\n\nb",
            '<nav id="p-all">\n<p><strong>All</strong></p>\n<ul>\n'
            '<li><p><a href="#p-a" id="p-toc-entry-1">A</a></p></li>\n</ul>\n</nav>\n'
            '<section id="p-a">\n<h2>A</h2>\n<p>b</p>\n</section>',
        ),
    ],
)
def test_rst_is_readable_without_a_stylesheet(body: str, html: str) -> None:
    assert rendered(body).xhtml == html


def test_no_image_is_opened_for_its_size(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"no picture")
    _, messages = rst.html(f".. image:: {picture}\n   :scale: 50\n")
    assert not messages


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a\n\nb\nc :foo:`x`", 4),
        ("a\n\nb\nc `x", 4),
        ("a\n\nb\nc gone_", 4),
        ("a\n\nb\nc |gone|", 4),
        ("a\n\nb\nc [9]_", 4),
        ("a\n\nb\nc x__", 4),
        ("a\n\ngone_ b\n=======\n\ngone", 3),
        ("a\n\n* b\n\n  * c\n    gone_", 6),
        ("a\n\n.. figure:: a.png\n\n   b\n\n   c\n   gone_", 8),
        ("a\n\n.. csv-table:: b\n   :header: c\n\n   d\n   gone_", 7),
        ("a\n\n.. list-table::\n\n   * - b\n     - c\n   * - d\n     - gone_", 8),
        ("a\n\n.. [1] b\n   gone_", 4),
        ("a\n\n.. parsed-literal::\n\n   b\n   gone_", 6),
        ("a\n\nb\n`c <javascript:d>`_", 4),
        ("a\n\nb `c\n<javascript:d>`_", 3),
        ("a c_ ``javascript:d``\n\n.. _c: javascript:d", 3),
        ("a ``javascript:d``\n\n.. image:: b.png\n   :target: javascript:d", 3),
        ("a\n\n.. listing:: b.py\n", 3),
    ],
)
def test_a_warning_names_the_line_of_its_cause(body: str, line: int) -> None:
    assert {at for at, _ in rendered(body).warnings} == {line}


def test_two_equal_mistakes_give_two_warnings() -> None:
    told = rendered("a\ngone_\nb\ngone_\n").warnings
    message = "links to `gone`_, which has no target; add `.. _gone: URL`"
    assert told == ((2, message), (4, message))


def bomb(depth: int, width: int = 10) -> str:
    """Return a few lines whose substitutions expand to `width` ** `depth` words."""
    names = range(depth)
    lines = [f".. |a{name}| replace:: " + f"|a{name + 1}| " * width for name in names]
    return "\n".join([*lines, f".. |a{depth}| replace:: lol", "", "|a0|"])


def numbered(text: str, times: int) -> str:
    return "".join(text.format(number) for number in range(times))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (bomb(4), "substitutions expand"),
        (bomb(6), "substitutions expand"),
        (bomb(300, width=2), "substitutions expand"),
        ("|a| " * 150 + "\n\n.. |a| replace:: " + "b" * 20_000, "too much"),
        ("|a| " * 15 + "\n\n.. |a| unicode:: " + "0xA9 " * 5_000, "substitutions expand"),
        ("a_ " * 6_600, "too many marks"),
        ("a__ " * 5_300, "too many marks"),
        ("a_ b " * 2_500 + "\n\n.. target-notes::\n\n.. _a: http://b", "side by side"),
        ("a" + " : b" * 31_000 + "\n  c", "lines that are too long"),
        ("== " * 22_000 + "\n" + "a  " * 22_000 + "\n" + "== " * 22_000, "lines that are too long"),
        ("=== ===\n\n" * 8_500, "too many tables"),
        ("a-" * 3_500, "words that are too long"),
        ("a:" * 3_500, "words that are too long"),
        ("`a " * 6_800, "too many marks"),
        ("-----\n\n" * 3_400, "side by side"),
        (numbered("[#a{}]_\n\n", 2_700) + numbered(".. [#a{}] x\n", 2_700), "side by side"),
        ("* a\n+ a\n" * 2_000, "too many lists"),
        ("..\n\n" * 4_000, "too many lists"),
        ("a\n  b\n\n" * 10_500, "too many lists"),
        (".. class:: a\n\n" * 3_400, "side by side"),
        ("  a\n\n  -- b\n\n" * 1_100, "quotations"),
        (".. contents::\n\n" * 165 + numbered("a{}\n====\n\n", 165), "tables of contents"),
        (".. target-notes::\n|a|\n\n" * 420, "tables of contents"),
        (
            ".. csv-table::\n   :header: " + "a," * 5_000 + "\n\n" + "   a\n" * 6,
            "too many cells",
        ),
        (("+-" * 100 + "+\n") * 550, "too many cells"),
    ],
)
def test_input_that_would_keep_docutils_busy_is_refused(body: str, why: str) -> None:
    """Each body is a little above its limit. Without the limits, some would never end."""
    ((_, message),) = rendered(body).warnings
    assert "cannot be rendered, so readers get its source as text" in message
    assert why in message


@pytest.mark.parametrize(
    "body",
    [
        "Text with `a link <https://a.example/b_c>`_, *emphasis* and ``code``; [1]_.\n" * 20,
        "::\n\n" + "   {'a': [1, 2, 3], 'b_': '*|`'},\n" * 5_000,
        ".. image:: data:image/png;base64," + "a+/b" * 20_000,
        "::\n\n" + "   -- a comment of SQL\n   SELECT 1;\n" * 500,
        "* a\n\n  * b\n\n    * c\n\n" * 500,
        numbered("A head {}\n===========\n\nText.\n\n", 500),
        numbered("`a <http://b.example/{}>`__\n\n", 1_000),
        "=== ===\n" + "a   b\n" * 1_000 + "=== ===\n",
    ],
)
def test_a_long_post_is_rendered(body: str) -> None:
    assert "cannot be rendered" not in str(rendered(body).warnings)


def test_a_substitution_that_refers_to_itself_is_kept_as_written() -> None:
    circle = ".. |a| replace:: x |b|\n.. |b| replace:: |a| |a|\n.. |c| replace:: z\n"
    content = rendered(f"{circle}\n|a|, |c|")
    assert content.xhtml == "<p>x |b|, z</p>"
    assert [line for line, message in content.warnings if "refers to itself" in message] == [1, 2]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a *b", "nothing ends the emphasis that begins here; end it, or put a backslash before"),
        ("* a\nb", "put a blank line behind the bullet list above"),
        ("a\n\nTitle\n====\n\nb", "make the line at the title as long as the title"),
        ("== ==\na  b\n== ==\nc d\nx", "this is no table: No bottom table border found"),
        (
            ".. image::\n\nb",
            "the directive image cannot be read: 1 argument(s) required, 0 supplied",
        ),
        ("a\n   b\nc", "put a blank line behind the definition list above"),
    ],
)
def test_what_docutils_reports_is_said_in_words_of_authors(body: str, said: str) -> None:
    told = [message for _, message in rendered(body).warnings]
    assert any(message.startswith(said) and message[-1] != "." for message in told), told
