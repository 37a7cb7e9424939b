"""The payload keeps the text that Movim would drop, or run together."""

from __future__ import annotations

import pytest
from lxml import etree

from publisher.sync.shown_text import keep_text

NAMESPACE = "http://www.w3.org/1999/xhtml"


@pytest.mark.parametrize(
    ("html", "sent"),
    [
        ("<p>a<ruby>b<rt>c</rt></ruby>d</p>", "<p>ab(c)d</p>"),
        ("<ruby>a<rt><b>c</b></rt>d<rt>e</rt></ruby>", "a(<b>c</b>)d(e)"),
        ("<ruby>a<rp>[</rp><rt>c</rt><rp>]</rp></ruby>", "a[c]"),
        ("<table><thead><tr><th>a</th></tr></thead></table>",
         "<table><tbody><tr><th>a</th></tr></tbody></table>"),
        ("<table><thead/><tbody/></table>", "<table><thead/><tbody/></table>"),
        ("<table><tr/><tfoot/></table>", "<table><tr/><tfoot/></table>"),
        ("<details><summary>a</summary>b <i>c</i> d<p>e</p>f</details>",
         "<details><summary>a</summary><div>b <i>c</i> d</div><p>e</p><div>f</div></details>"),
        ("<figure><img/>\n<figcaption>a</figcaption>\n</figure>",
         "<figure><div><img/>\n</div><figcaption><div>a</div></figcaption>\n</figure>"),
        ("<section>\n<p>a</p>\n</section>", "<section>\n<p>a</p>\n</section>"),
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("""<a href="/it's">it's <img src="/'" alt="it's a"/></a>""",
         """<a href="/it%27s">it's <img src="/%27" alt="it\u2019s a"/></a>"""),
    ],
)  # fmt: skip
def test_all_text_is_kept_and_stands_apart(html: str, sent: str) -> None:
    root = etree.fromstring(f"<div xmlns='{NAMESPACE}'>{html}</div>")
    keep_text(root)
    text = etree.tostring(root, encoding="unicode")
    assert text[text.index(">") + 1 : text.rindex("<")] == sent
