"""The payload loses nothing to a reader that deletes white space between tags, as Movim does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from lxml import etree

from publisher import feeds
from publisher.sync import item
from publisher.sync.shown_text import keep_text
from publisher.sync.white_space import keep_blanks
from publisher.text.node_address import NodeAddress
from tests.support import ROOT, bodies, dialects, posts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Engine
    from publisher.post import Dialect, Markup

ENGINES: Mapping[Dialect, Engine] = {
    "kramdown": "jekyll", "goldmark": "hugo", "marked": "hexo", "commonmark": "zola",
    "markdown": "pelican",
}  # fmt: skip
XHTML = "{http://www.w3.org/1999/xhtml}"
DIV = f"{XHTML}div"
PICTURES = [f"{XHTML}{name}" for name in ("audio", "img", "picture", "video")]
_LINES = "|".join(sorted({*dialects.LINES, "br"}))


def moved(html: str) -> str:
    """The HTML after white space was moved."""
    root = etree.fromstring(f"<div xmlns='{DIV[1:-4]}'>{html}</div>")
    keep_blanks(root)
    text = etree.tostring(root, encoding="unicode")
    return text[text.index(">") + 1 : text.rindex("<")]


@pytest.mark.parametrize(
    ("html", "sent"),
    [
        ("<em>a</em> <b>b</b>", "<em>a</em><b> b</b>"),
        ("<em>a</em>\n  <b>b</b>", "<em>a</em><b> b</b>"),
        ("<em>a</em> <b><i>b</i></b>", "<em>a</em><b><i> b</i></b>"),
        ("<em>a</em> <b> </b> <i>c</i>", "<em>a</em><b></b><i> c</i>"),
        # A blank would be seen in a link or in code.
        ("<em>a</em> <a>b</a>", "<em>a </em><a>b</a>"),
        ("<a>a</a> <em>b</em>", "<a>a</a><em> b</em>"),
        ("<em>a</em> <b><code>b</code></b>", "<em>a </em><b><code>b</code></b>"),
        ("<a>a</a> <a>b</a>", "<a>a</a><a> b</a>"),
        ("<code>a</code> <kbd>b</kbd>", "<code>a</code><kbd> b</kbd>"),
        ("<a><i>a</i> <b>b</b></a>", "<a><i>a</i><b> b</b></a>"),
        ("<u><i>a</i> </u><b>b</b>", "<u><i>a </i></u><b>b</b>"),
        # Pictures have no text, but no word can stick to them either.
        ("<em>a</em> <img/> <em>b</em>", "<em>a </em><img/><em> b</em>"),
        ("<img/> <img/> <a>b</a>", "<img/> <img/> <a>b</a>"),
        ("<picture> <source/> <img/> </picture>", "<picture> <source/> <img/> </picture>"),
        # Nobody sees a blank at the end of a line, or a second one.
        ("<p> <em>a</em> </p> <p>b</p>", "<p> <em>a</em> </p> <p>b</p>"),
        ("<em>a</em> <br/> <em>b</em>", "<em>a</em> <br/> <em>b</em>"),
        ("<em>a </em> <b>b</b> <i> c</i>", "<em>a </em> <b>b</b> <i> c</i>"),
        ("a <em>b</em> c", "a <em>b</em> c"),
        # In code each of them counts.
        ("<pre><b>a</b>\n\n  <b>c</b>\n</pre>", "<pre><b>a</b><b>\n\n  c</b>\n</pre>"),
        ("<pre>\n  <b>a</b></pre>", "<pre><b>  a</b></pre>"),
        ("<pre><code>\n <b>a</b></code></pre>", "<pre><code><b>\n a</b></code></pre>"),
        ("<pre><b>a </b> <br/> <b>c</b></pre>", "<pre><b>a </b> <br/><b> c</b></pre>"),
        ("<span>a</span> <span>b</span><span id='x'>c</span>", "a b<span id=\"x\">c</span>"),
        ("<pre><span>a</span>\n<span> b</span></pre>", "<pre>a\n b</pre>"),
    ],
)  # fmt: skip
def test_white_space_between_tags_moves_into_a_text(html: str, sent: str) -> None:
    assert moved(html) == sent


def entry_of(body: str, markup: Dialect) -> tuple[etree._Element, str]:
    """The XHTML in the web feed, and that in the payload as text."""
    name: Markup = "html" if markup == "html" else "rest" if markup == "rest" else "markdown"
    found = posts.post(body=body, markup=name, engine=ENGINES.get(markup, "plain"))
    made = posts.entry(found)
    address = NodeAddress("pubsub.example", "blog")
    payload = item.item(made, posts.SITE, address, account="a@b.example", limit=10_000_000).payload
    web = feeds.atom_entry(made, posts.SITE).find(f".//{DIV}")
    assert web is not None
    return web, payload


def lines(root: etree._Element) -> list[str]:
    """What is shown: the words of each line, and code as it stands."""
    shown = etree.fromstring(etree.tostring(root, with_tail=False))
    for picture in shown.iter(*PICTURES):  # no word can stick to it
        picture.tail = f" {picture.tail or ''}"
    etree.strip_elements(shown, *PICTURES, with_tail=False)
    text = etree.tostring(shown, encoding="unicode")
    parts = re.split(r"(<pre\b.*?</pre>)", re.sub(r"<math\b.*?</math>", "", text), flags=re.DOTALL)
    found = [_code(part) if part.startswith("<pre") else _words(part) for part in parts]
    return [line for part in found for line in part if line]


def _words(html: str) -> list[str]:
    broken = re.sub(rf"</?(?:{_LINES})\b[^>]*>", "\n", html.replace("\n", " "))
    return [" ".join(re.sub("<[^>]*>", "", line).split()) for line in broken.split("\n")]


def _code(html: str) -> list[str]:
    broken = re.sub(rf"</?(?:{_LINES})\b[^>]*>", "\n", re.sub(r"^(<pre[^>]*>)\n", r"\1", html))
    return [line.rstrip() for line in re.sub("<[^>]*>", "", broken).rstrip().split("\n")]


def assert_nothing_is_lost(body: str, markup: Dialect) -> None:
    web, payload = entry_of(body, markup)
    if web.find(".//{*}math") is not None:
        return  # the payload spells it
    keep_text(web)
    read = etree.fromstring(re.sub(r">[ \t\r\n]+<", "><", payload)).find(f".//{DIV}")
    assert read is not None
    assert lines(read) == lines(web), payload
    sent = etree.fromstring(payload).find(f".//{DIV}")
    assert sent is not None
    assert lines(sent) == lines(web), payload


@pytest.mark.parametrize("path", bodies.FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_post_loses_a_blank(path: Path) -> None:
    for body, markup in bodies.written(path):
        assert_nothing_is_lost(body, markup)


@pytest.mark.parametrize("engine", ["jekyll", "hugo", "hexo"])
def test_no_body_of_the_goldens_loses_a_blank(engine: dialects.Engine) -> None:
    for _, html in dialects.bodies(engine):
        assert_nothing_is_lost(html, "html")


@given(html=bodies.HTML)
@example(html="<pre href='/x'>one <dd href='/x'>\n</dd>one </pre>")
@settings(max_examples=200)
def test_no_html_loses_a_blank(html: str) -> None:
    assert_nothing_is_lost(html, "html")
