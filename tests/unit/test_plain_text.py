"""The plain-text alternative of a payload has the words of the XHTML, and looks like Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from lxml import etree

from publisher.content import first_words
from publisher.content.safe_xhtml import render
from tests.support import ROOT, bodies, dialects
from tests.support.posts import OTHER, templated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.config import Engine
    from publisher.content.safe_xhtml import Content
    from publisher.post import Dialect

BASE = "https://blog.example/2026/a/"
URL = f"https://blog.example/sub/{OTHER}/"


def rendered(body: str, markup: Dialect = "html") -> Content:
    return render(body, markup=markup, marker=None, base=BASE, prefix="p")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A [link](/b \"T\") and ![i](https://x.example/c.png).",
         "A [link](https://blog.example/b) and ![i](https://x.example/c.png)."),
        ("[d](#e) and <https://x.example/>", "[d](https://blog.example/2026/a/#e) and "
         "https://x.example/"),
        ("See [a][b].\n\n[b]: /c 'T'", "See [a](https://blog.example/c)."),
        ("[a](javascript:x)", "a"),
        ("`[a](/b)`\n\n    [a](/b)", "`[a](/b)`\n\n```\n[a](/b)\n```"),
        ("Written  *so* or **so** ", "Written *so* or **so**"),
        ("# Head\n\nSub\n---\n\n***", "# Head\n\n## Sub\n\n---"),
        ("* a\n* b\n    1. c", "- a\n- b\n  1. c"),
        ("1. a\n\n    b\n\n2. c", "1. a\n\n   b\n\n2. c"),
        ("> a\n>\n> b", "> a\n>\n> b"),
        ("a <!-- private --> b", "a b"),
        ("a  \nb", "a\nb"),
        ("a\n\n<script>\nx()\n</script>\n\nb <style>p { }</style>", "a\n\nb"),
    ],
)  # fmt: skip
def test_markdown_looks_much_as_its_author_wrote_it(written: str, read: str) -> None:
    for markup in bodies.MARKDOWN:
        assert rendered(written, markup).text == read, markup


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<p>two\n  <b>three </b>four</p>five", "two **three** four\n\nfive"),
        ("<table><tr><th>a<th>b<tr><td>c|<td></table>", "| a | b |\n| --- | --- |\n| c| |   |"),
        ("<pre>  def f():\n      `pass`</pre>", "```\n  def f():\n      `pass`\n```"),
        ("<pre><code class='language-c'>```\na<br>b</code></pre>", "````c\n```\na\nb\n````"),
        ("<ol start=3><li>a<li value=9>b<li>c</ol>", "3. a\n9. b\n10. c"),
        ("<ol reversed><li>a<li>b</ol>", "2. a\n1. b"),
        ("<dl><dt>a<dd>b<p>c</dl>", "a\n: b\n\n  c"),
        ("<a href='/x'><h3>a</h3><p>b</p></a>", "### a\n\nb\n\nhttps://blog.example/x"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "mailto:a@b.example"),
        ("<figure><img src='/a.png' alt='a'><figcaption>b</figcaption></figure>",
         "![a](https://blog.example/a.png)\n\nb"),
        ("<audio src='/a.ogg'></audio>", "https://blog.example/a.ogg"),
        ("<video><source src='/a.webm'>none</video>", "none\n\nhttps://blog.example/a.webm"),
        ("a <q>b</q> <del>c</del> <em> d </em>e<i></i>", "a “b” ~~c~~ *d* e"),
        ("<details><summary>a</summary>b</details>", "a\n\nb"),
        ("<blockquote><ul><li>a<br>b</ul></blockquote>", "> - a\n>   b"),
        ("<p id=a>x</p><a href='#a'>y</a><sup><a href='#a'>1</a></sup>", "x\n\ny[1]"),
        ("<p id=a>x<a href='#a'>↩</a></p>", "x"),
        ("So <math alttext='x'><mi>y</mi></math>, <math><mi>x</mi> <mo>=</mo></math>.",
         "So x, x =."),
        ("a<div> </div>b", "a\n\nb"),
        ("<code>a`b</code> <kbd>c</kbd>", "``a`b`` `c`"),
        ("<ruby>a<rt>b</ruby> <ruby>a<rp>[<rt>b<rp>]</ruby>", "a(b) a[b]"),
        ("", ""),
    ],
)  # fmt: skip
def test_each_element_has_its_form_in_plain_text(html: str, read: str) -> None:
    assert rendered(html).text == read


def test_deeper_levels_are_not_indented() -> None:
    """Or the text could be much longer than the body."""
    assert rendered("<blockquote>" * 30 + "a<br>b").text == f"{'> ' * 10}a\n{'> ' * 10}b"
    assert rendered("<ul><li>" * 30 + "a").text == "- " * 10 + "a"


@pytest.mark.parametrize(
    ("engine", "body", "read"),
    [
        ("jekyll", f"[a]({{% post_url {OTHER} %}})", f"[a]({URL})"),
        ("jekyll", "[a]({{ site.url }}/b) {{ page.title }}", "[a](https://blog.example/b) A title"),
        ("jekyll", "[a]({% post_url 2020-01-01-gone %})", "a"),
        ("jekyll", "[a]: {% link blog/" + OTHER + ".md %}\n\nSee [a].",
         f"See [a]({URL})."),
        ("hugo", f'[a]({{{{< ref "{OTHER}" >}}}})', f"[a]({URL})"),
        ("hugo", '{{< figure src="/a.png" alt="b" >}}', "![b](https://blog.example/a.png)"),
        ("zola", f"[a](@/blog/{OTHER}.md)", f"[a]({URL})"),
        ("hexo", "![a](i.png)", "![a](https://blog.example/sub/i.png)"),
        ("pelican", f"[a]({{filename}}{OTHER}.md)", f"[a]({URL})"),
        ("plain", f"See [[{OTHER}|a]].", f"See [a]({URL})."),
    ],
)  # fmt: skip
def test_template_tags_and_links_lead_where_they_lead_in_the_xhtml(
    engine: Engine, body: str, read: str
) -> None:
    assert templated(engine, body).content.text == read


# --- Both say the same

_NUMBERS = re.compile(r"(?<!\S)-?\d+\.(?=\s)")  # of lists, wherever their item stands


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def said(content: Content) -> str:
    """All that the XHTML says, also in its attributes."""
    root = etree.fromstring(f"<div>{content.xhtml}</div>")
    attributes = (str(text) for element in root.iter() for text in element.attrib.values())
    annotations = (note.text or "" for note in root.iter("{*}annotation"))
    return "\n".join([first_words.text_of(root), *attributes, *annotations])


def shown(content: Content) -> Iterator[str]:
    """Yield the words of the XHTML in their order; of a formula those of its text."""
    root = etree.fromstring(f"<div>{content.xhtml}</div>")
    for event, element in etree.iterwalk(root, events=("start", "end")):
        within = {etree.QName(one).localname for one in (element, *element.iterancestors())}
        if event == "start" and "math" not in within:
            yield from words(element.text or "")
            yield from words(element.get("alt", ""))
        elif event == "end" and "math" not in within - {etree.QName(element).localname}:
            yield from words(element.tail or "")


def assert_alike(content: Content) -> None:
    whole = said(content)
    more = [word for word in words(_NUMBERS.sub("", content.text)) if word not in whole]
    assert not more, (content.text, content.xhtml)
    at = 0
    for word in shown(content):
        at = content.text.find(word, at) + len(word)
        assert at >= len(word), (word, content.text, content.xhtml)


@pytest.mark.parametrize("path", bodies.FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_is_said_in_one_of_them_only(path: Path) -> None:
    for body, markup in bodies.written(path):
        assert_alike(rendered(body, markup))


@pytest.mark.parametrize(
    ("engine", "markup"), [("jekyll", "kramdown"), ("hugo", "goldmark"), ("hexo", "marked")]
)
def test_the_bodies_of_the_goldens_say_the_same(engine: dialects.Engine, markup: Dialect) -> None:
    for body, _ in dialects.bodies(engine):
        assert_alike(rendered(body, markup))


@given(html=bodies.HTML)
@example(html="<pre><dd> two</dd>one </pre>")
@settings(max_examples=200)
def test_any_html_says_the_same_in_plain_text(html: str) -> None:
    assert_alike(rendered(html))
