"""Whatever a page holds, readers get content that is safe, whole and the same every time."""

from __future__ import annotations

import codecs
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.content import page_body
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_facts import base_of

if TYPE_CHECKING:
    from publisher.content.safe_xhtml import Content

_URL = "https://blog.example/a/post/"
_URLS = [
    "b.png",
    "/c.png",
    "//cdn.example/d.png",
    "https://x.example/e",
    "#f",
    "",
    "http://[",
    " g",
]
_URLS += [
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "JaVa\tScript:alert(1)",
    "?h",
    "i\nj",
]
_VOID = [
    "<img src='{}' onerror='x()'>",
    "<img srcset='{} 2x, data:image/gif;base64,R0 1x' src='data:image/gif;base64,R0'>",
    "<img data-src='{}' src='/blank.gif'>",
    "<picture><source srcset='{}'></picture>",
    "<noscript><img src='{}' alt='lazy'></noscript>",
    "<iframe src='{}'></iframe>",
    "<embed src='{}'>",
    "<video poster='{}'><source src='{}'></video>",
    "<svg onload='x()'><script>x()</script><a href='{}'>drawn</a><foreignObject>inside",
    "<base href='{}'>",
    "<meta http-equiv='refresh' content='0; url={}'>",
    "<link rel='stylesheet' href='{}'>",
    "<math><mi href='{}'>x</mi><annotation-xml><script>x()</script></annotation-xml></math>",
    "<script>var word = '<p>{}</p>';</script>",
    "<style>p {{ background: url({}) }}</style>",
    "<template><p onclick='x()'>{}</p><script>x()</script></template>",
    "<object data='{}'><p>instead</p></object>",
    "<pre><code>one &lt;two&gt;\n  three</code></pre>",
    "&nbsp;&#0;&#xD800;&#128;&unknown;&amp;lt;b&amp;gt;",
    "\0", "\ufeff", "\ufffe", "\x0b", "𝒳", "é", "word ", " another ", "<!-- {}", "<![CDATA[",
    "</article>", "</body>", "</html>", "<plaintext>", "<textarea>", "<title>", "<!DOCTYPE x>",
    "<?php {} ?>", "<p", "<a href='{}", "<table><tr><p>in</p><td>cell", "<select><option>one",
    f"<p {' '.join(f'a{number}=1' for number in range(300))}>",
]  # fmt: skip
_AROUND = ["p", "div", "article", "a href='{}' id='x'", "h2 id='x' onclick='y()'", "li", "section"]
_AROUND += [
    "b style='color: red'",
    "details open",
    "ruby",
    "td",
    "form action='{}'",
    "span id='x y'",
]
_AROUND += [
    "custom-element",
    "figure",
    "blockquote cite='{}'",
    "pre",
    "button",
    "nav",
    "label for='x'",
]


def _with_urls(texts: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda text, url: text.replace("{}", url).replace("{{", "{").replace("}}", "}"),
        st.sampled_from(texts),
        st.sampled_from(_URLS),
    )


_BODIES = st.recursive(
    _with_urls(_VOID),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        _with_urls(_AROUND),
        st.lists(inner, max_size=5),
    ),
    max_leaves=12,
)
_HEADS = ["", "<base href='/other/'>", "<base href='http://['>", "<base href='javascript:x()'>"]
_HEADS += ["<meta charset='latin1'>", "<meta charset='utf-16'>", "<meta charset='none'>"]
_HEADS += ["<title>One</title><script type='application/ld+json'>{</script>"]
_PAGES = st.builds(
    lambda head, body, encode: encode(
        f"<html><head>{head}</head><body><main>{body}</main>End</body></html>"
    ),
    st.sampled_from(_HEADS),
    _BODIES,
    st.sampled_from(
        [
            lambda text: text.encode(),
            lambda text: codecs.BOM_UTF8 + text.encode(),
            lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
            lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
            lambda text: text.encode("cp1252", "replace"),
        ]
    ),
)


def shown(data: bytes, prefix: str = "one") -> Content | None:
    """What readers get of a page; None if it has no body that can be read."""
    try:
        page = parse(data, PurePosixPath("a/post/index.html"))
    except PageError:
        return None
    found = extract(page, ["main"], [])
    if found is None:
        return None
    return page_body.content(found.html, base=base_of(_URL, found.base), link=_URL, prefix=prefix)


def tree_of(content: Content) -> etree._Element:
    return etree.fromstring(f"<div>{content.xhtml}</div>")


_ACTIVE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "template",
    "link",
    "meta",
    "base",
}
_LINKS = ("href", "src", "cite", "poster", "srcset", "data-src", "action", "data")


@settings(max_examples=30, deadline=None)
@given(_PAGES)
@example(b"<main><p>a</p><template><script>x()</script></template></main>")
@example(b"<main><p id=a>1<p id=a>2<a href='#a'>3</a></main>")
@example(b"<main><p>one<p>two<table><tr><td>three<td>four</table></main>")
@example("<main><p>a<script>b</script>\ufffe\x0b</p></main>".encode())
@example(b"<base href='http://['><main><img src=a.png></main>")
@example(b"<base href='javascript:x()'><main><img src=a.png></main>")
def test_readers_get_safe_content_of_any_page_the_same_every_time(page: bytes) -> None:
    content, again, other = shown(page), shown(page), shown(page, "two")
    assert content == again
    if content is None or other is None:
        return
    assert not content.warnings
    tree = tree_of(content)
    runs_nothing(tree)
    has_ids_of_its_own(tree, tree_of(other))
    if next(tree.iter("{*}math"), None) is None:  # the text of a formula is its TeX
        assert letters("".join(map(str, tree.itertext()))) <= letters(content.text)


def letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, text))


def runs_nothing(tree: etree._Element) -> None:
    """Nothing in it runs, and its URLs are absolute, or lead to its own parts."""
    for element in tree.iter():
        assert etree.QName(element).localname not in _ACTIVE
        names = [*map(str, element.attrib)]
        assert not [name for name in names if name.startswith("on") or name == "style"]
        for url in filter(None, map(element.get, _LINKS)):
            assert url.startswith("#one") or urlsplit(url).scheme in {"http", "https", "data"}, url


def has_ids_of_its_own(tree: etree._Element, other: etree._Element) -> None:
    ids = [one for element in tree.iter() if (one := element.get("id"))]
    assert len({*ids}) == len(ids)
    assert {*ids}.isdisjoint(element.get("id") for element in other.iter())
