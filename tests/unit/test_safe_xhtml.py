"""Rendered bodies are safe and well-formed. expat judges them, which is neither nh3 nor libxml2."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.content.allowed_html import SCHEMES
from publisher.content.dropped_markup import source_urls
from publisher.content.safe_xhtml import Content, _Builder, render

if TYPE_CHECKING:
    from publisher.post import Dialect

DIALECTS: list[Dialect] = ["markdown", "commonmark", "goldmark", "kramdown"]
BASE = "https://example.org/2008/10/21/post/"
PREFIX = "2008-10-21-post"
MATH = "{http://www.w3.org/1998/Math/MathML}"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ADDRESSES = ("href", "src", "poster", "cite")
FORBIDDEN = re.compile(
    r"applet|base|body|button|embed|form|frame|frameset|head|html|iframe|input|link|meta"
    r"|noembed|noframes|noscript|object|option|plaintext|script|select|style|svg|template|textarea"
    r"|title|xmp"
)


def rendered(
    body: str, markup: Dialect = "markdown", marker: str | None = None, first_line: int = 1
) -> Content:
    return render(
        body, markup=markup, marker=marker, base=BASE, prefix=PREFIX, first_line=first_line
    )


def tree(content: Content) -> ET.Element:
    return ET.fromstring(f"<div>{content.xhtml}</div>")  # noqa: S314 - its own output


def reads(content: Content) -> str:
    return "".join(tree(content).itertext())


def assert_safe(content: Content) -> None:
    root = tree(content)
    formulas = [part for top in root.iter(f"{MATH}math") for part in top.iter()]
    assert all(part.tag.startswith(MATH) for part in formulas)
    assert {*map(id, formulas)} == {id(e) for e in root.iter() if e.tag.startswith(MATH)}
    for element in root.iter():
        assert not FORBIDDEN.fullmatch(element.tag)
        name = element.tag.removeprefix(MATH)
        assert ":" not in name
        assert "{" not in name
        assert name == element.tag or not {"href", "src"} & {*element.keys()}
        for name, value in element.items():
            assert not name.startswith("on")
            assert name not in {"style", "srcdoc", "formaction", "action", "xmlns"}
            assert ":" not in name
            for address in addresses(name, value):
                assert urlsplit(address).scheme in SCHEMES, address
    ids = [element.attrib["id"] for element in tree(content).iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert all(name.startswith(f"{PREFIX}-") and name.split() == [name] for name in ids)
    for text in (content.xhtml, content.text, content.summary or ""):
        assert not ILLEGAL.search(text)


def addresses(name: str, value: str) -> list[str]:
    if name == "srcset":
        return [candidate.split()[0] for candidate in value.split(", ")]
    return [value] if name in ADDRESSES and not value.startswith("#") else []


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script with junk": "<script/x>alert(1)</script >",
    "script in script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "upper case": "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "unclosed script": "a\n\n<script>alert(1)",
    "onload": "<svg/onload=alert(1)>",
    "svg use": "<svg><use href='data:image/svg+xml,x#x'/></svg>",
    "svg script": "<svg><script>alert(1)</script></svg>",
    "onerror": "<img src=x onerror=alert(1)>",
    "onerror without quotes or blanks": '<img/src="x"/onerror=alert(1)>',
    "onclick": "<p onclick='alert(1)'>a</p>",
    "handler with attr_list": "# a {: onclick=alert(1) }",
    "ontoggle": "<details open ontoggle=alert(1)><summary>a</summary>b</details>",
    "javascript": "<a href='javascript:alert(1)'>a</a>",
    "javascript in Markdown": "[a](javascript:alert(1))",
    "javascript in a reference": "[a]\n\n[a]: javascript:alert(1)",
    "javascript in an autolink": "<javascript:alert(1)>",
    "mixed case": "<a href='JaVaScRiPt:alert(1)'>a</a>",
    "tab": "<a href='java&Tab;script:alert(1)'>a</a>",
    "newline": "<a href='java&NewLine;script:alert(1)'>a</a>",
    "literal newline": "<a href='java\nscript:alert(1)'>a</a>",
    "entities": "<a href='&#106;&#x61;vascript&colon;alert(1)'>a</a>",
    "entities without semicolon": "<a href='&#0000106&#0000097vascript:alert(1)'>a</a>",
    "vertical tab": "<a href='java&#11;script:alert(1)'>a</a>",
    "leading control": "<a href='&#1;javascript:alert(1)'>a</a>",
    "leading literal control": "<a href='\x01javascript:alert(1)'>a</a>",
    "leading blank": "<a href=' \u00a0javascript:alert(1)'>a</a>",
    "NUL": "<a href='java\x00script:alert(1)'>a</a>",
    "vbscript": "<a href='vbscript:msgbox(1)'>a</a>",
    "data": "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "data image": "![a](data:image/svg+xml;base64,PHN2Zy8+)",
    "cite": "<blockquote cite='javascript:alert(1)'>a</blockquote>",
    "poster": "<video poster='javascript:alert(1)' src=a.mp4></video>",
    "srcset": "<img src=a.png srcset='javascript:alert(1) 1x, b.png 2x'>",
    "style": "<style>@import 'evil.css';</style>",
    "style attribute": "<p style='background:url(javascript:alert(1))'>a</p>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "base": "<base href='//evil.example/'>a",
    "link": "<link rel=stylesheet href=//evil.example/x.css>",
    "form": "<form action='javascript:alert(1)'><input name=a><button>b</button></form>",
    "formaction": "<button formaction='javascript:alert(1)'>a</button>",
    "iframe": "<iframe src='javascript:alert(1)'></iframe>",
    "iframe srcdoc": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "iframe with breakout": "<iframe src='https://a.example/\"><script>alert(1)</script>'></iframe>",
    "iframe in an attribute": "<p title='<iframe src=\"//a/\">'>a</p>",
    "object": "<object data='javascript:alert(1)'><p>a</p></object>",
    "embed": "<embed src='javascript:alert(1)'>",
    "math": "<math><maction xlink:href='javascript:alert(1)'>a</maction></math>",
    "frameset": "<frameset onload=alert(1)><frame src=x></frameset>",
    "unclosed tags": "<b><i><p>a<table><tr><td>b",
    "unclosed attribute": "<a href='x",
    "crossed tags": "<b><p>a</b>c</p>",
    "stray end tags": "</div></div></p></body></html>a",
    "end of CDATA": "a ]]> b",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
    "marked section": "<![foo[x]]> a <![bar",
    "comment": "a <!-- <script>alert(1)</script> --> b",
    "comment with dashes": "a <!-- -- --!> <img src=x onerror=alert(1)> -->",
    "unclosed comment": "a <!-- b",
    "conditional comment": "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "processing instruction": "<?xml-stylesheet href='javascript:alert(1)'?> a <?php echo 1 ?>",
    "doctype": "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    "duplicate attributes": "<a href='a' href='javascript:alert(1)' title=a title=b>a</a>",
    "attributes illegal in XML": "<p a'b\"c=1 1x=2 <=3 =4 @click=5 :k=6>a</p>",
    "prefixed tag": "<o:p>a</o:p><v:shape xmlns:v='x'>b</v:shape>",
    "prefixed attribute": "<a xlink:href='javascript:alert(1)' xml:base='//evil/'>a</a>",
    "xmlns": "<p xmlns='http://www.w3.org/2000/svg'>a</p>",
    "nbsp": "a&nbsp;b&hellip;&fjlig;",
    "unknown entity": "a &nosuch; & b &amp &lt",
    "vertical tab in text": "a&#11;b\x0bc\x0cd",
    "NUL in text": "a\x00b&#0;c",
    "noncharacters": "a\ufffeb\uffffc&#xFFFE;&#xFFFF;",
    "lone surrogates": "a\ud800b\udfffc &#xD800;",
    "too large a reference": "&#x110000; &#99999999999;",
    "astral": "&#x1F600; \U0001f600 \U00010000",
    "C1 controls": "a\x80\x9f b",
    "mutation: noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "mutation: svg style": '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "mutation: math": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;"
    "&lt;img src=1 onerror=alert(1)&gt;'>",
    "mutation: annotation": "<math><annotation encoding='text/html'><img src onerror=x>",
    "mutation: text in math": "<math><mtext><p><b><img src=x onerror=alert(1)></mtext><style>a",
    "math in a link": "<a href='javascript:x'><math href='javascript:x'><mi src=x>a</math></a>",
    "math elements alone": "<mi>a</mi><mtd><mtr><semantics>b",
    "svg in math": "<math><svg><script>alert(1)</script></svg><mi>a</mi></math>",
    "mutation: form": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x>",
    "mutation: select": '<select><template><style><!--</template><a rel="--></style>'
    '</select><img src=x onerror=alert(1)>">',
    "mutation: textarea": "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "mutation: title": "<title><a title='</title><img src=x onerror=alert(1)>'>",
    "mutation: plaintext": "<plaintext><img src=x onerror=alert(1)>",
    "mutation: xmp": "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "mutation: backtick": "<img alt='`<script>alert(1)</script>`'>",
    "nested blockquotes": "> " * 300 + "a",
    "nested tags": "<blockquote>" * 300 + "a" + "</blockquote>" * 300,
    "nested divs": "<div>" * 300 + "a",
    "nested lists": "<ul><li>" * 300 + "a",
    "nested formatting": "<b><i>" * 300 + "a",
    "nested emptiness": "<b><i>" * 300,
    "nested Markdown lists": "\n".join("    " * depth + "* a" for depth in range(120)),
    "many brackets": "[" * 500 + "]()" * 500,
    "blank": " \n\t\n",
    "empty": "",
}


# Fragments of malformed HTML, which are combined into bodies.
FRAGMENTS = [
    *HOSTILE.values(),
    *"<>&\"'=/!-[]()`*_#:|~^{}\\\n\t ",
    "\n\n",
    "<a href=",
    "javascript:",
    "onerror=alert(1) ",
    "<!--",
    "-->",
    "<svg>",
    "</svg>",
    "<style>",
    "</style>",
    "<table><tr>",
    "<td>",
    "<picture><source srcset='",
    "<img src='",
    "<a id='x y'>",
    "<a name=x>",
    "<p id=x>",
    "[a](#x)",
    "[a](",
    "](",
    "[^1]",
    "[^1]: a",
    "```\n",
    "    a\n",
    "- [ ] a\n",
    "MARK\n",
    "<iframe src=",
    "<math>",
    "</math>",
    "<mtext>",
    "<annotation>",
    "<mi href=javascript:a>",
    "<div markdown=1>",
]
SOUP = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=12).map("".join)
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize("markup", [*DIALECTS, "html"])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_html_becomes_safe_xml(body: str, markup: Dialect) -> None:
    assert_safe(rendered(body, markup))


@given(body=SOUP | ANY_TEXT, markup=st.sampled_from([*DIALECTS, "html"]))
@settings(max_examples=400)
def test_any_text_becomes_safe_xml(body: str, markup: Dialect) -> None:
    content = rendered(body, markup, marker="MARK")
    assert_safe(content)
    assert "\n" not in (content.summary or "")


@given(body=SOUP, markup=st.sampled_from(DIALECTS))
@settings(max_examples=200)
def test_rendering_twice_gives_the_same_result(body: str, markup: Dialect) -> None:
    assert rendered(body, markup) == rendered(body, markup)


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=100))
def test_text_in_code_is_unchanged(text: str) -> None:
    body = f"<pre><code>{text.replace('&', '&amp;').replace('<', '&lt;')}</code></pre>"
    if "\ufffe" in text or "\uffff" in text or not text:
        return
    assert reads(rendered(body, "html")) == text
    assert text.rstrip(" ") in rendered(body, "html").text


@pytest.mark.parametrize(
    ("body", "reading"),
    [
        ("a <b>bold</b> <o:p>word</o:p>", "a bold word"),
        ("<form><label>Name</label> <button>Go</button></form>", "Name Go"),
        ("<p>a<script>alert(1)</script>b", "ab"),
        ("<object>a</object><svg><text>b</text></svg>c", "c"),
        ("<a href='javascript:alert(1)'>still here</a>", "still here"),
        ("<img alt='a cat' src='data:image/png;base64,AA=='>", "a cat"),
        ("<img alt='a cat'>", "a cat"),
        ("a&#11;b\x0bc\x0cd", "a b c d"),
        ("a\x00b\ufffec\ud800d", "abcd"),
        ("a&nbsp;b &#x1F600; \U00010000", "a\u00a0b \U0001f600 \U00010000"),
        ("a <!-- b --> c ]]> d", "a  c ]]> d"),
    ],
)
def test_removed_elements_leave_their_text(body: str, reading: str) -> None:
    assert reads(rendered(body, "html")) == reading


def test_html_is_not_parsed_as_markdown() -> None:
    assert rendered("<p>*a*</p>\n\n# b", "html").xhtml == "<p>*a*</p>\n\n# b"


def test_markdown_becomes_xhtml() -> None:
    content = rendered('# Über uns\n\nOne *two*\n**three**.  \nFour --- "five"\n\n---\n\n3. six')
    assert content.xhtml == (
        f'<h1 id="{PREFIX}-über-uns">Über uns</h1>\n'
        '<p>One <em>two</em>\n<strong>three</strong>.<br/>\nFour --- "five"</p>\n<hr/>\n'
        '<ol start="3">\n<li>six</li>\n</ol>'
    )


def test_fenced_code_names_its_language_and_is_escaped() -> None:
    content = rendered('```c++\nif (a < b && c > d) "e";\n```')
    assert content.xhtml == (
        '<pre><code class="language-c++">if (a &lt; b &amp;&amp; c &gt; d) "e";\n</code></pre>'
    )


def test_formulas_are_kept_with_their_namespace() -> None:
    inside = (
        '<semantics><mrow><msup><mi>x</mi><mn>2</mn></msup><mo stretchy="false">≤</mo><mi>y</mi>'
        '</mrow><annotation encoding="application/x-tex">x^2 \\le y</annotation></semantics>'
    )
    body = f'<p>So <math display="block" alttext="x">{inside}</math>.</p>'
    content = rendered(body, "html")
    namespace = 'xmlns="http://www.w3.org/1998/Math/MathML"'
    assert content.xhtml == body.replace("<math ", f"<math {namespace} ")
    assert content.text == "So x."
    assert not content.warnings


def test_other_classes_and_styles_are_dropped() -> None:
    body = "<p class='lead x' style='color:red'>a <code class='hl language-c'>b</code></p>"
    assert rendered(body, "html").xhtml == '<p>a <code class="language-c">b</code></p>'


def test_tables_keep_their_alignment() -> None:
    root = tree(rendered("a | b\n:-|-:\n1 | "))
    assert [cell.get("align") for cell in root.iter("th")] == ["left", "right"]
    assert [cell.text for cell in root.iter("td")] == ["1", None]


def test_definition_lists_are_kept() -> None:
    root = tree(rendered("Apple\n:   A fruit\n:   A firm"))
    assert [(child.tag, child.text) for child in root.find("dl") or ()] == [
        ("dt", "Apple"),
        ("dd", "A fruit"),
        ("dd", "A firm"),
    ]


def test_footnotes_link_within_the_post() -> None:
    root = tree(rendered("One[^1]\n\n[^1]: Two"))
    note, back = root.iter("a")
    assert note.get("href") == f"#{PREFIX}-fn:1"
    assert back.get("href") == f"#{PREFIX}-fnref:1"
    ids = {element.get("id") for element in root.iter()}
    assert {f"{PREFIX}-fn:1", f"{PREFIX}-fnref:1"} <= ids


def test_elements_that_readers_support_are_kept() -> None:
    body = (
        '<figure><picture><source srcset="https://a.example/a.webp" type="image/webp"/>'
        '<img src="https://a.example/a.png" alt="a"/></picture><figcaption>b</figcaption></figure>'
        '<details open=""><summary>c</summary><ruby>d<rt>e</rt></ruby></details>'
        '<p dir="rtl" lang="fa">f<kbd>g</kbd><time datetime="2008-10-21">h</time></p>'
        '<video src="https://a.example/a.mp4" controls="">i</video>'
        '<table><caption>j</caption><tbody><tr><td colspan="2">k</td></tr></tbody></table>'
    )
    assert rendered(body, "html").xhtml == body


def test_joiners_and_direction_marks_are_kept() -> None:
    text = "می\u200cخواهم \u2067עברית\u2069 \u200f👩\u200d🚀"
    assert rendered(text).xhtml == f"<p>{text}</p>"
    assert rendered(text).text == text


def test_task_lists_show_their_checkboxes() -> None:
    boxes = "- [ ] one\n- [x] two\n\n- [X] three\n"
    content = rendered(f"{boxes}- not [ ] four\n- `[ ]` five\n- [x](/) six\n- [x]seven")
    assert [line for line in reads(content).split("\n") if line] == [
        "☐ one",
        "☑ two",
        "☑ three",
        "not [ ] four",
        "[ ] five",
        "x six",
        "[x]seven",
    ]


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("b.html", "https://example.org/2008/10/21/post/b.html"),
        ("../x/", "https://example.org/2008/10/21/x/"),
        ("/about", "https://example.org/about"),
        ("//cdn.example/a.js", "https://cdn.example/a.js"),
        ("?page=2", "https://example.org/2008/10/21/post/?page=2"),
        ("#nowhere", "https://example.org/2008/10/21/post/#nowhere"),
        ("#", "https://example.org/2008/10/21/post/"),
        ("a b", "https://example.org/2008/10/21/post/a%20b"),
        ("ht&Tab;tp://b.example/", "http://b.example/"),
        ("a%20b?c=d&e=f", "https://example.org/2008/10/21/post/a%20b?c=d&e=f"),
        ("http://b.example/ü", "http://b.example/%C3%BC"),
        ("HTTP://b.example/", "HTTP://b.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("xmpp:a@b.example?message", "xmpp:a@b.example?message"),
        ("tel:+1", "tel:+1"),
        ("geo:1,2", "geo:1,2"),
    ],
)
def test_urls_become_absolute(address: str, absolute: str) -> None:
    body = (
        f"<a href='{address}'>a</a><img src='{address}'><q cite='{address}'>b</q>"
        f"<video poster='{address}'>c</video>"
    )
    urls = [element.get(name) for element in tree(rendered(body, "html")) for name in ADDRESSES]
    assert [value for value in urls if value is not None] == [absolute] * 4


def test_urls_in_markdown_become_absolute() -> None:
    links = tree(rendered("[a](/b) [c][]\n\n[c]: d")).iter("a")
    assert [link.get("href") for link in links] == ["https://example.org/b", f"{BASE}d"]


@pytest.mark.parametrize(
    "address",
    ["", " ", "ftp://a.example/", "javascript:x", "data:,x", "http://[", "view-source:http://a/"],
)
def test_a_link_that_must_not_be_followed_is_unwrapped(address: str) -> None:
    assert rendered(f"<p><a href='{address}'>a <b>b</b></a> c</p>", "html").xhtml == (
        "<p>a <b>b</b> c</p>"
    )


def test_every_candidate_of_a_srcset_is_made_absolute() -> None:
    srcset = "a.png, /w_1,h_2/b.png 2x,\n javascript:x 3x, //c.example/c.png 640w"
    image = tree(rendered(f"<img src='a.png' srcset='{srcset}'>", "html"))[0]
    assert image.get("srcset") == (
        "https://example.org/2008/10/21/post/a.png, https://example.org/w_1,h_2/b.png 2x, "
        "https://c.example/c.png 640w"
    )


@pytest.mark.parametrize(
    ("srcset", "src"),
    [
        ("a.png 320w, b.png 1280w, c.png 640w", f"{BASE}b.png"),
        ("a.png, /b.png 1.5x", "https://example.org/b.png"),
        ("a.png .5x, b.png", f"{BASE}b.png"),
        ("a.png, b.png 1x", f"{BASE}a.png"),
        ("javascript:a 3x, b.png 2x", f"{BASE}b.png"),
        (f"a.png {'9' * 5_000}x, b.png", f"{BASE}a.png"),
    ],
)
@pytest.mark.parametrize("src_as_written", ["", "src=''", "src='data:image/gif;base64,R0lG'"])
def test_an_image_with_only_a_srcset_gets_a_src(srcset: str, src: str, src_as_written: str) -> None:
    (image,) = tree(rendered(f"<img {src_as_written} srcset='{srcset}'>", "html"))
    assert (image.tag, image.get("src")) == ("img", src)


@pytest.mark.parametrize("srcset", ["", "data:,a 2x", "a.png large"])
def test_an_image_without_any_url_leaves_its_alternative_text(srcset: str) -> None:
    assert rendered(f"<img alt='a' srcset='{srcset}'>", "html").xhtml == "a"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_an_id_that_already_has_the_prefix_differs_from_one_that_gets_it(
    order: tuple[int, ...],
) -> None:
    written = ["a", f"{PREFIX}-a", f"{PREFIX}-{PREFIX}-a"]
    body = "".join(f"<p id='{written[n]}'>{n}</p>" for n in order)
    links = "".join(f"<a href='#{name}'>b</a>" for name in written)
    content = rendered(body + links, "html")
    paragraphs = {f"#{element.get('id')}": element.text for element in tree(content).iter("p")}
    assert [paragraphs[link.attrib["href"]] for link in tree(content).iter("a")] == ["0", "1", "2"]
    assert rendered(content.xhtml, "html").xhtml == content.xhtml


def test_ids_are_unique_among_posts_and_links_follow_them() -> None:
    body = (
        "<h2 id='a'>A</h2><p id='a'>twice</p><p id='b c'>blank</p><p id=''>none</p>"
        "<a name='old'>B</a><a href='#a'>to a</a><a href='#old'>to B</a><a href='#%61'>to a</a>"
    )
    assert rendered(body, "html").xhtml == (
        f'<h2 id="{PREFIX}-a">A</h2><p>twice</p><p>blank</p><p>none</p>'
        f'<span id="{PREFIX}-old">B</span><a href="#{PREFIX}-a">to a</a>'
        f'<a href="#{PREFIX}-old">to B</a><a href="#{PREFIX}-a">to a</a>'
    )


def test_a_prefix_with_blanks_still_makes_ids() -> None:
    content = render("<p id='a'>b</p>", markup="html", marker=None, base=BASE, prefix="my post")
    assert content.xhtml == '<p id="my-post-a">b</p>'


def test_no_empty_element_stays_open_when_parsed_as_html() -> None:
    body = "<p>a <i class='fa'></i><a href='/'><b></b></a><a id='x'></a></p><p id='y'></p>"
    assert rendered(body, "html").xhtml == (
        f'<p>a <span id="{PREFIX}-x"></span></p><span id="{PREFIX}-y"></span>'
    )


def test_of_an_empty_element_with_an_id_only_the_place_is_left() -> None:
    body = '<p>a<a id="x" href="#x"></a><q cite="http://b.example/" id="y"></q></p>'
    assert rendered(body, "html").xhtml == (
        f'<p>a<span id="{PREFIX}-x"></span><span id="{PREFIX}-y"></span></p>'
    )


def test_an_empty_cell_is_closed_when_parsed_as_html() -> None:
    assert "<td></td>" in rendered("a | b\n-|-\n1 | ").xhtml


def test_ids_from_one_of_our_own_feeds_get_no_second_prefix() -> None:
    once = rendered("<p id='a'>b</p><a href='#a'>c</a>", "html").xhtml
    assert rendered(once, "html").xhtml == once


def test_elements_that_only_look_empty_stay() -> None:
    body = "<p><i></i>a</p><p><a>b</a></p><p><img alt='c'></p><p><br></p>"
    assert rendered(body, "html").xhtml == "<p>a</p><p>b</p><p>c</p><p><br/></p>"


@pytest.mark.parametrize("body", ["", "<p></p>", "<script>a</script>", "<!-- a -->"])
def test_an_empty_body_renders_as_nothing(body: str) -> None:
    assert rendered(body, "html").xhtml == ""


def test_a_source_without_url_is_dropped() -> None:
    body = "<picture><source srcset='data:x'><source src='a'><img src='b'></picture>"
    assert rendered(body, "html").xhtml == (
        f'<picture><source src="{BASE}a"/><img src="{BASE}b"/></picture>'
    )


def test_elements_that_the_sanitiser_misses_are_refused() -> None:
    builder = _Builder()
    builder.feed("<p onclick='a' title='b'>c</p>")
    assert [dict(child.attrib) for child in builder.root()] == [{"title": "b"}]
    with pytest.raises(ValueError, match="the sanitiser let <script> pass"):
        _Builder().feed("<script>")


def test_a_video_without_content_links_to_its_file() -> None:
    assert rendered("<video src='/a.mp4'></video>", "html").xhtml == (
        '<video src="https://example.org/a.mp4">'
        '<a href="https://example.org/a.mp4">https://example.org/a.mp4</a></video>'
    )


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("A film  of <ducks> & geese", "A film of <ducks> & geese"),
        ("YouTube video player", "https://video.example/"),
        ("Embedded map", "https://video.example/"),
        ("", "https://video.example/"),
    ],
)
def test_the_title_of_an_iframe_is_the_text_of_its_link(title: str, text: str) -> None:
    frame = f'<iframe src="https://video.example/" title="{html.escape(title)}"></iframe>'
    assert reads(rendered(frame, "html")) == text


@pytest.mark.parametrize("markup", ["markdown", "html"])
@pytest.mark.parametrize(
    "frame",
    [
        '<iframe width="5" src="//video.example/a?b=c&amp;d" allowfullscreen></iframe>',
        "<IFRAME SRC=https://video.example/a?b=c&d>no frames</IFRAME>",
        "<iframe name='a > b' data-src='/x' src='https://video.example/a?b=c&d' src='/y' />",
    ],
)
def test_an_iframe_becomes_a_link(frame: str, markup: Dialect) -> None:
    content = rendered(f"<p>a {frame} b</p>", markup)
    address = "https://video.example/a?b=c&d"
    assert reads(content) == f"a {address} b"
    assert [link.get("href") for link in tree(content).iter("a")] == [address]
    assert content.warnings == (
        (1, f"<iframe> becomes a link to {address}; readers load no frames"),
    )


@pytest.mark.parametrize(
    ("body", "xhtml"),
    [
        ("<p title='<iframe src=/x>'>a</p>", '<p title="&lt;iframe src=/x&gt;">a</p>'),
        ("<p title = \"it's <iframe src='/x'>\">a</p>",
         '<p title="it\'s &lt;iframe src=\'/x\'&gt;">a</p>'),
        ("<p it's=b>a <!-- <iframe src=/x> --></p>", "<p>a </p>"),
        ("<xmp>a <iframe src='/x'> &amp; b</xmp>", "a &lt;iframe src='/x'&gt; &amp;amp; b"),
        ("<style><!-- </style>a --> <iframe title='></iframe>", "a --&gt; "),
        ("a < b <!---->and<!-- > --> c <3 </3> d <!x> e", "a &lt; b and c &lt;3  d  e"),
        ("<<!-- -->b>a</b>", "&lt;b&gt;a"),
    ],
)  # fmt: skip
def test_only_real_tags_are_dropped_and_warned_of(body: str, xhtml: str) -> None:
    assert rendered(body, "html").xhtml == xhtml


def test_markup_that_only_looks_dropped_causes_no_warning() -> None:
    body = (
        "<img alt='<svg onload=a>' src='/a.png'><p title='<!-- '>a</p><p it's>b</p>"
        "<xmp><font></xmp><a title='<script>' href='/b'>c</a>"
    )
    tags = [message.partition(" ")[0] for _, message in rendered(body, "html").warnings]
    assert tags == ["<xmp>"]


def test_the_content_of_noscript_is_kept() -> None:
    content = rendered("<p>a</p><noscript>b <img src=/real.jpg></noscript>", "html")
    assert content.xhtml == '<p>a</p>b <img src="https://example.org/real.jpg"/>'
    assert not content.warnings


def test_a_picture_that_noscript_repeats_is_shown_once() -> None:
    content = rendered(
        "<p>a</p><noscript><img src=/real.jpg onerror=x()><script>y()</script></noscript>"
        "<img class=lazy data-src=/real.jpg alt=''>", "html",
    )  # fmt: skip
    assert content.xhtml == '<p>a</p><img alt="" src="https://example.org/real.jpg"/>'
    assert not any("noscript" in message for _, message in content.warnings)


def test_an_iframe_url_with_quotes_is_escaped() -> None:
    content = rendered("<iframe src='https://video.example/\">b'></iframe>", "html")
    assert reads(content) == "https://video.example/%22%3Eb"


def test_a_link_without_target_stays_readable() -> None:
    body = "One:\n\n* two\n* [pears are in season]()http://example.org/2009/05/06/pears/).\n"
    content = rendered(body, first_line=8)
    assert "<li>pears are in season http://example.org/2009/05/06/pears/).</li>" in content.xhtml
    assert content.warnings == (
        (
            11,
            'the link "pears are in season" has no target; write [text](URL); its '
            "URL stands behind the brackets, so write "
            "[pears are in season](http://example.org/2009/05/06/pears/)",
        ),
    )


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("a\n[b]()", 2, 'the link "b" has no target; write [text](URL)'),
        ("`[b]()`\n\n    [b]()\n\n[b]( )", 5, 'the link "b" has no target; write [text](URL)'),
        ("![b]()", 1, 'the image "b" has no target; write ![text](URL)'),
        ("\n[*b*][c]\n\n[c]: <>", 1, 'the link "b" has no target; write [text](URL)'),
        ("<http://a.example/> [b]()", 1, 'the link "b" has no target; write [text](URL)'),
        ("[b](<>)", 1, 'the link "b" has no target; write [text](URL)'),
        ("[*b* &\n<]()", 2, 'the link "b & <" has no target; write [text](URL)'),
        ('[b]( "title")', 1, 'the link "b" has no target; write [text](URL)'),
        ("\n[b][c]\n\n[c]: <>", 2, 'the link "b" has no target; write [text](URL)'),
        ("a\n\nMARK\n\n[b]()", 5, 'the link "b" has no target; write [text](URL)'),
        (
            "[b]()<https://a.example/c_(d)>",
            1,
            'the link "b" has no target; write [text](URL); its URL stands behind the '
            "brackets, so write [b](https://a.example/c_(d))",
        ),
        (
            "[b]()https://a.example/c_(d), e",
            1,
            'the link "b" has no target; write [text](URL); its URL stands behind the '
            "brackets, so write [b](https://a.example/c_(d))",
        ),
    ],
)
def test_a_link_without_target_is_named_with_its_line(body: str, line: int, message: str) -> None:
    assert rendered(body, marker="MARK").warnings == ((line, message),)


@pytest.mark.parametrize(
    "body",
    [
        "`[a]()`",
        "``[a]() ` [b]()``",
        "    [a]()",
        "```\n[a]()\n<script>\n```",
        "- a\n\n        [a]()",
        "`<script>` and `<p onclick=x>` and `[a](javascript:x)`",
        "\\[a]()",
        "[a](b)",
        "<http://a.example/> <a@b.example>",
        "a <!-- <script> [a]() --> b",
        "<a name='a'></a><a href=''>top</a>",
        "a < b > c & d",
        "<img alt='a' src=''>",
        "> <p>a</p>\n\n| a |\n|---|\n| [b](c) |",
    ],
)
def test_correct_markup_causes_no_warning(body: str) -> None:
    assert rendered(body).warnings == ()


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("<script>a</script>", "<script> is removed with its content"),
        ("<STYLE>a</STYLE>", "<style> is removed with its content"),
        ("<object data=a><b>c</b></object>", "<object> is removed with its content"),
        ("<svg><g/></svg>", "<svg> is removed with its content"),
        ("<embed src=a>", "<embed> is removed, its content stays"),
        ("<form onsubmit='a'>a</form>", "<form> is removed, its content stays"),
        ("<your-name>", "<your-name> is removed, its content stays"),
        ("<iframe srcdoc=a></iframe>", "<iframe> has no http URL and is removed"),
        ("<iframe src='mailto:a@b.example'></iframe>", "<iframe> has no http URL and is removed"),
        ("<p onclick='a'>b</p>", "the event handler onclick of <p> is removed"),
        ("<a href='javascript:a'>b</a>", 'the URL "javascript:a" is removed'),
        ("<img src='data:image/png;base64,AA=='>", 'the URL "data:image/png;base64,AA==" is'),
        ("<a href='a:b&#10; c'>d</a>", 'the URL "a:b c" is removed'),
        (f"<a href='a:{'b' * 99}'>d</a>", f'the URL "a:{"b" * 37}…" is removed'),
        ("<a href='java&#115;cript:a'>b</a>", 'the URL "javascript:a" is removed'),
    ],
)
@pytest.mark.parametrize("markup", ["markdown", "html"])
def test_removed_markup_is_named_with_its_line(loss: str, message: str, markup: Dialect) -> None:
    code = f"    {loss}\n" if markup == "markdown" else f"<!-- {loss} -->\n"
    content = rendered(f"{code}\na\n\n<div>\n{loss}\n</div>\n", markup, first_line=10)
    ((line, text),) = content.warnings
    assert line == 15
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a\n\n[b](javascript:c)", 'the URL "javascript:c" is removed'),
        ("a\n\n![b](data:,c)", 'the URL "data:,c" is removed'),
        ("a [b]\n\n[b]: javascript:c", 'the URL "javascript:c" is removed'),
        ("a\n\n# b {: onclick=c }", "the event handler onclick of <h1> is removed"),
    ],
)
def test_markup_hidden_in_markdown_is_named_too(body: str, message: str) -> None:
    ((line, text),) = rendered(body).warnings
    assert line == 3
    assert text.startswith(message)


@pytest.mark.parametrize("markup", [*DIALECTS, "html", "rest"])
def test_numbers_of_any_length_in_markup_are_text(markup: Dialect) -> None:
    number = "9" * 5_000
    urls = f'<a data-at="{number}" href="at:{number}:x.html" onclick="y">a</a>'
    body = f"{urls}\n\n[b]: at:{number}:x\n\n[b]\n\n.. image:: at:{number}:x.png\n"
    messages = [message for _, message in rendered(body, markup).warnings]
    assert not [message for message in messages if "cannot be rendered" in message]
    [*source_urls(body, markup=markup, base=BASE)]


def test_warnings_are_in_the_order_of_lines() -> None:
    lines = [line for line, _ in rendered("[b]()\n<script></script>\n\n[a]()").warnings]
    assert lines == [1, 2, 4]


LEAD = "Lead *one* [two][].\n\nMore[^1] of it.\n"
REST = "\nExtended.\n\n[two]: /two\n[^1]: Note.\n"


def test_lead_and_extended_part_are_one_document() -> None:
    content = rendered(f"{LEAD}:EXTENDED: \t\n{REST}", marker=":EXTENDED:")
    plain = rendered(f"{LEAD}\n{REST}")
    assert content.xhtml == plain.xhtml
    assert content.text == (
        "Lead *one* [two](https://example.org/two).\n\nMore[1] of it.\n\nExtended.\n\n"
        "---\n\n1. Note."
    )
    assert content.summary == "Lead one two. More of it."


@pytest.mark.parametrize(
    ("body", "markup"),
    [
        ("a\nMARK\nb", "markdown"),
        ("<p>a</p>\nMARK\n<p>b</p>", "html"),
        ("a\nMARK\nMARK\nb\nMARK", "markdown"),
        ("a\n\nMARK\x0b\n\nb", "markdown"),
    ],
)
def test_the_marker_never_appears_and_separates_paragraphs(body: str, markup: Dialect) -> None:
    content = rendered(body, markup, marker="MARK")
    assert [element.text for element in tree(content).iter("p")] == ["a", "b"]
    assert content.text.split() == ["a", "b"]
    assert content.summary == "a"


@pytest.mark.parametrize(
    "body", ["a b", "a b\n\nMARK", "a b\n\nMARK\n \n\t\n", "MARK\n\na b", "\n\nMARK\na b"]
)
def test_without_a_lead_or_an_extended_part_there_is_no_summary(body: str) -> None:
    content = rendered(body, marker="MARK")
    assert (content.xhtml, content.text, content.summary) == ("<p>a b</p>", "a b", None)


def test_trailing_blanks_of_the_configured_marker_are_ignored() -> None:
    assert rendered("a\n\nMARK\n\nb", marker="MARK ").summary == "a"


FENCED = "Write\n\n```html\n<!--more-->\n```\n\nthen"
LISTED = "* Write\n\n  ```\n  <!--more-->\n  ```\n\nthen"
INDENTED = "Write\n\n    <!--more-->\n\nthen"


@pytest.mark.parametrize("marker", ["<!--more-->", "  <!--more-->", "    <!--more-->"])
@pytest.mark.parametrize("real", ["\n\n<!--more-->\n\n", "\n<!-- more -->\n\n", " <!--more--> "])
@pytest.mark.parametrize("example", [FENCED, LISTED, INDENTED])
@pytest.mark.parametrize("markup", DIALECTS)
def test_a_marker_in_code_stays_there_and_the_real_one_ends_the_lead(
    example: str, real: str, marker: str, markup: Dialect
) -> None:
    content = rendered(f"{example}{real}rest", markup, marker=marker)
    # Python-Markdown knows no fences in lists: it takes the marker for a comment.
    assert "<!--more-->" in reads(content) or (markup, example) == ("markdown", LISTED)
    assert ("<!--more-->" in content.text) == ("<!--more-->" in reads(content))
    assert content.text.endswith("rest")
    assert (content.summary or "").endswith("then")
    assert (content.summary or "").startswith(("Write", "• Write", "* Write"))


def test_a_marker_in_a_code_span_stays_there() -> None:
    body = "Write `<!-- more -->` so\n\nlead <!-- more --> rest"
    content = rendered(body, marker="<!-- more -->")
    assert content.summary == "Write <!-- more --> so lead"
    assert content.text == "Write `<!-- more -->` so\n\nlead rest"
    assert content.xhtml == ("<p>Write <code>&lt;!-- more --&gt;</code> so</p>\n<p>lead  rest</p>")


def test_the_first_marker_ends_the_lead_even_if_a_later_one_is_a_line() -> None:
    content = rendered("a <!-- more --> b\n\n<!-- more -->\n\nc", marker="<!-- more -->")
    assert (content.summary, content.text.split()) == ("a", ["a", "b", "c"])


@pytest.mark.parametrize("marker", [":MORE:", "<!--cut-->"])
def test_a_marker_of_the_author_in_code_stays_there(marker: str) -> None:
    content = rendered(f"a\n\n```\n{marker}\n```\n\nb\n\n{marker}\n\nc", marker=marker)
    assert reads(content).count(marker) == content.text.count(marker) == 1
    assert (content.summary or "").split() == ["a", marker, "b"]


@pytest.mark.parametrize("line", [" MARK", "MARKED", "the MARK", "mark"])
def test_a_line_that_only_resembles_the_marker_is_text(line: str) -> None:
    assert line.strip() in rendered(f"a\n\n{line}\n\nb", marker="MARK").xhtml


@pytest.mark.parametrize("marker", [None, "", "  "])
def test_an_empty_marker_splits_nothing(marker: str | None) -> None:
    assert rendered("a\n\nb", marker=marker).summary is None


def test_a_summary_of_html_leaves_footnotes_out() -> None:
    body = "<p>a<a class='footnote' href='/'>1</a> b</p>\nMARK\nc"
    assert rendered(body, "html", marker="MARK").summary == "a b"


def test_a_lead_without_text_gives_no_summary() -> None:
    assert rendered("<img src='a.png'>\n\nMARK\n\nb", marker="MARK").summary is None


def test_too_deeply_nested_html_becomes_text_with_a_warning() -> None:
    body = "<div>" * 300 + "a & b\nc\n\nd"
    content = rendered(body, first_line=7)
    first, second = tree(content)
    assert [first.text, second.text] == [f"{'<div>' * 300}a & b", "d"]
    assert first[0].tail == "c"
    assert content.text == body
    ((line, message),) = content.warnings
    assert line == 7
    assert message.startswith("the post cannot be rendered, so readers get its source as text: ")
    assert "more than 200 deep" in message


def test_nesting_leaves_room_for_a_feed_around_it() -> None:
    deepest = "<div>" * 199 + "a" + "</div>" * 199
    assert rendered(deepest, "html").xhtml == deepest


def test_width_is_not_depth() -> None:
    body = "<p>a<br/></p>" * 300
    assert rendered(body, "html").xhtml == body


def test_a_post_of_many_megabytes_is_rendered() -> None:
    content = rendered("a" * 10_500_000, "html")
    parsed = etree.fromstring(f"<div>{content.xhtml}</div>")  # with the limits of the feed's parser
    assert sum(len(paragraph.text or "") for paragraph in parsed) == 10_500_000
    assert len(content.warnings) == 1


def test_a_failure_does_not_affect_the_next_post() -> None:
    healthy = "- a\n\n    b\n- c\n\nd[^1]\n\n[^1]: e"
    before = rendered(healthy)
    failed = rendered("- " * 2000 + "a")
    assert reads(failed) == "- " * 2000 + "a"
    assert "maximum recursion depth exceeded" in failed.warnings[0][1]
    assert rendered(healthy) == before


def test_a_post_does_not_affect_the_next_one() -> None:
    rendered("a[^1] [b]\n\n[^1]: c\n[b]: /d")
    assert rendered("[b] e[^1]").xhtml == "<p>[b] e[^1]</p>"
