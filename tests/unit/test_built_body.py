"""The body of a post, taken from the page that the generator built."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from publisher.content import page_body
from publisher.content.safe_xhtml import render
from publisher.sources.built.bodies.body import Extracted, extract
from publisher.sources.built.pages.page import BuiltPage, parse
from publisher.text.css_selectors import BadSelector
from tests.support.growth import assert_linear


def page_of(body: str, head: str = "") -> BuiltPage:
    text = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return parse(text.encode(errors="replace"), PurePosixPath("a/index.html"))


def extracted(inside: str, *drop: str) -> Extracted:
    found = extract(page_of(f"<header>Site</header><article>{inside}</article>"), ["article"], drop)
    assert found is not None
    return found


def html(inside: str, *drop: str) -> str:
    return extracted(inside, *drop).html


# Which element is the body


def test_the_first_selector_that_matches_one_element_finds_the_body() -> None:
    page = page_of("<p class=a>1</p><p class=a>2</p><div id=b><i>3</i></div><p class=c>4</p>")
    found = extract(page, [".none", ".a", "#b", ".c"], [])
    assert found is not None
    assert (found.html, found.words) == ("<i>3</i>", ("3",))


def test_a_list_of_posts_has_no_body() -> None:
    assert extract(page_of("<article>1</article><article>2</article>"), ["article"], []) is None


def test_a_body_may_be_empty() -> None:
    found = extract(page_of("<article></article>"), ["article"], [])
    assert found is not None
    assert (found.html, found.words) == ("", ())


def test_what_is_no_selector_is_refused() -> None:
    with pytest.raises(BadSelector):
        extract(page_of("<p>1</p>"), ["p["], [])


def test_text_of_the_body_is_escaped_again() -> None:
    assert html("1 &lt; 2 &amp; <b>3</b> &gt; 2") == "1 &lt; 2 &amp; <b>3</b> &gt; 2"


def test_the_base_is_that_of_the_page() -> None:
    page = page_of("<p>1</p>", head='<base href="/blog/">')
    found = extract(page, ["p"], [])
    assert found is not None
    assert found.base == "/blog/"
    assert extracted("1").base == ""


# What is dropped


def test_what_is_dropped_leaves_the_text_behind_it() -> None:
    assert html("<p>1</p> 2 <p class=x>3</p> 4 <p>5</p>", ".x") == "<p>1</p> 2  4 <p>5</p>"


def test_a_selector_of_what_is_dropped_may_begin_outside_of_the_body() -> None:
    assert html("<p class=x>1</p><p>2</p>", "body > article > .x") == "<p>2</p>"


def test_only_what_is_inside_of_the_body_is_dropped() -> None:
    assert html("<p>1</p>", "article", "body", "header") == "<p>1</p>"


def test_what_is_dropped_may_be_in_something_that_is() -> None:
    assert html("<div class=x><p class=x>1</p></div>2", ".x") == "2"


def test_the_page_stays_as_it_is() -> None:
    page = page_of("<article>1<script>2</script><p class=x>3</p><pre>4<br>5</pre></article>")
    before = etree.tostring(page.tree)
    first = extract(page, ["article"], [".x"])
    assert first == extract(page, ["article"], [".x"])
    assert etree.tostring(page.tree) == before


# What a page has only for browsers


@pytest.mark.parametrize(
    "useless",
    [
        "<script>x()</script>",
        "<style>p {}</style>",
        "<button>Copy</button>",
        "<form><input><p>Search</p></form>",
        "<nav><ul><li>Contents</ul></nav>",
        "<template><p>x</p></template>",
        "<noscript>Switch on JavaScript.</noscript>",
        "<noscript>See <a href=/d>the comments</a> with JavaScript.</noscript>",
        "<noscript><iframe src=/count style='display: none'></iframe></noscript>",
        "<noscript><img src=/count.gif width=1 height=1></noscript>",
    ],
)
def test_what_only_a_browser_has_a_use_for_is_left_out(useless: str) -> None:
    found = extracted(f"<p>1</p>{useless}<p>2</p>")
    assert (found.html, found.words) == ("<p>1</p><p>2</p>", ("1", "2"))


@pytest.mark.parametrize(
    "shown",
    [
        '<p><a href="/film">See the film</a></p>',
        "<pre><code>javascript()</code></pre>",
        '<img src="/a.png" alt="A">',
    ],
)
def test_what_a_script_would_show_better_stays(shown: str) -> None:
    """Own rendering keeps it, too."""
    assert shown in html(f"<script src=/film.js></script><noscript>{shown}</noscript>")


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        ("one<button>Copy</button>two", "one two"),
        ("one<nav>Contents</nav><b>two</b>", "one <b>two</b>"),
        ("one<span class=x>May</span>two", "one two"),
        ("<i>one</i><form></form><nav></nav>two", "<i>one</i> two"),
        ("one<script>x()</script>two", "onetwo"),
        ("<p>one</p><button>Copy</button><p>two</p>", "<p>one</p><p>two</p>"),
        ("one, <button>Copy</button>two", "one, two"),
    ],
)
def test_what_is_left_out_leaves_words_apart(inside: str, kept: str) -> None:
    assert html(inside, ".x") == kept


@pytest.mark.parametrize(
    "lazy",
    [
        '<img class="lazyload" data-src="/a.png" alt="A">',
        '<img src="data:image/gif;base64,R0" alt="A"><noscript><img src="/a.png"></noscript>',
        '<picture><source data-srcset="/a.webp"><img data-src="/a.png" alt="A"></picture>',
    ],
)
def test_pictures_that_a_script_loads_are_shown_once(lazy: str) -> None:
    content = render(
        html(f"<p>{lazy}</p>"), markup="html", marker=None, base="https://example.org/", prefix="x"
    )
    assert content.xhtml.count("<img") == 1
    assert 'src="https://example.org/a.png"' in content.xhtml


@pytest.mark.parametrize(
    "anchor",
    [
        '<a class="anchor" href="#a">#</a>',
        '<a href="#a" class="headerlink" title="Permanent link">¶</a>',
        '<a class="hash-link" href="#a" aria-label="Direct link to A">\u200b</a>',
        '<a href="#a"><svg><path d="M0"/></svg></a>',
        '<a href="/post/#a" class="permalink"><span class="sr-only">Permalink</span></a>',
    ],
)
def test_the_anchor_of_a_heading_is_left_out(anchor: str) -> None:
    assert html(f'<h2 id="a">{anchor}A <i>b</i></h2>') == '<h2 id="a">A <i>b</i></h2>'
    assert html(f'<h2 id="a">A <i>b</i>{anchor}</h2>') == '<h2 id="a">A <i>b</i></h2>'


@pytest.mark.parametrize("blank", ["", "\xa0", " ", "<a name=a></a>"])
def test_a_heading_without_words_shows_no_anchor(blank: str) -> None:
    heading = f'<h3>{blank}<a class="headerlink" href="#">¶</a></h3>'
    assert "¶" not in extracted(heading).html


@pytest.mark.parametrize("tag", ["dt", "figcaption", "p", "caption"])
def test_the_anchor_of_a_caption_is_left_out(tag: str) -> None:
    anchor = '<a class="headerlink" href="#a" title="Link to this image">¶</a>'
    around = "<table>{}</table>" if tag == "caption" else "{}"
    shown = around.format(f"<{tag}>A</{tag}>")
    assert html(around.format(f"<{tag}>A{anchor}</{tag}>")) == shown
    kept = '<p><a class="anchor" href="#a">Appendix</a> <a href="#b">↩</a></p>'
    assert html(kept) == kept


@pytest.mark.parametrize(
    "heading",
    [
        '<h2><a href="#a">A</a></h2>',
        '<h2>A <a href="#fn1">1</a></h2>',
        '<h2><a href="/">A</a> b</h2>',
        '<h2><a href="#"><img src="a.png"></a></h2>',
    ],
)
def test_other_links_in_headings_stay(heading: str) -> None:
    assert html(heading) == heading


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>b</p>",
        '<p hidden="hidden">b</p>',
        '<div style="color: red; display: none">b</div>',
        "<p><span style=display:none>b</span></p>",
    ],
)
def test_what_no_browser_shows_is_left_out(hidden: str) -> None:
    assert extracted(f"<p>a</p>{hidden}<p>c</p>").words == ("a", "c")


@pytest.mark.parametrize(
    "opened",
    [
        '<div role="tabpanel" hidden>b</div>',
        '<div hidden id="answer-1">b</div>',
        '<div class="tabs"><div hidden>b</div></div>',
        '<div class="spoiler" style="display:none">b</div>',
        "<details><p hidden>b</p></details>",
        '<b onclick="open()">More</b><div style="display:none">b</div>',
        '<div hidden="until-found">b</div>',
        '<p style="max-display: none">b</p>',
    ],
)
def test_what_a_script_opens_is_text(opened: str) -> None:
    assert "b" in extracted(f"<p>a</p>{opened}").words


def test_the_words_of_a_drawing_leave_no_empty_element() -> None:
    body = extracted('<p>a <span alt="A boat"><svg><path/></svg></span> b</p>').html
    content = page_body.content(
        body, base="https://a.example/", link="https://a.example/", prefix="x"
    )
    assert content.xhtml == "<p>a  b</p>"


@pytest.mark.parametrize("tag", ["plaintext", "xmp", "listing"])
def test_text_that_html_does_not_parse_is_escaped_once(tag: str) -> None:
    body = extracted(f"<p>1</p><{tag}>a < b & c").html
    content = page_body.content(body, base="https://a.example/", link="", prefix="x")
    assert "<pre>a &lt; b &amp; c" in content.xhtml


def test_a_line_break_in_a_url_is_no_part_of_it() -> None:
    assert html('<img src="/a\n/b c.png">') == '<img src="/a/b%20c.png">'
    assert html('<a href=" /a\n\t/b">1</a>').count("%0A") == 0


# Code

_CODE = "a\nb\n"


@pytest.mark.parametrize(
    "block",
    [
        # Pygments
        '<table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre>'
        '<span class="normal">1</span>\n<span class="normal">2</span></pre></div></td>'
        '<td class="code"><div><pre>a\nb\n</pre></div></td></tr></table>',
        '<pre><span class="linenos">1</span>a\n<span class="linenos">2</span>b\n</pre>',
        # Rouge
        '<pre class="highlight"><code><table class="rouge-table"><tbody><tr>'
        '<td class="rouge-gutter gl"><pre class="lineno">1\n2\n</pre></td>'
        '<td class="rouge-code"><pre>a\nb\n</pre></td></tr></tbody></table></code></pre>',
        # Chroma
        '<table class="lntable"><tr>\n<td class="lntd">\n<pre><code><span class="lnt">1\n</span>'
        '<span class="lnt">2\n</span></code></pre></td>\n<td class="lntd">\n<pre><code>'
        "<span>a\n</span><span>b\n</span></code></pre></td></tr></table>",
        '<pre><code><span><span class="ln">1</span><span class="cl">a\n</span></span>'
        '<span><span class="ln">2</span><span class="cl">b\n</span></span></code></pre>',
        # Hexo
        '<table><tr><td class="gutter"><pre><span class="line">1</span><br><span class="line">2'
        '</span><br></pre></td><td class="code"><pre><span class="line">a</span><br>'
        '<span class="line">b</span><br></pre></td></tr></table>',
        # highlight.js, a row for each line
        '<pre><code><table class="hljs-ln"><tbody><tr><td class="hljs-ln-numbers">1</td>'
        '<td class="hljs-ln-code">a</td></tr><tr><td class="hljs-ln-numbers">2</td>'
        '<td class="hljs-ln-code">b</td></tr></tbody></table></code></pre>',
        # VitePress
        '<div class="language-js"><button class="copy"></button><span class="lang">js</span><pre>'
        '<code>a\nb\n</code></pre><div class="line-numbers-wrapper"><span class="line-number">1'
        '</span><br><span class="line-number">2</span><br></div></div>',
        # Rouge, a row for each line
        '<table class="rouge-line-table"><tbody><tr id="line-1" class="lineno"><td class='
        '"rouge-gutter gl"><pre>1</pre></td><td class="rouge-code"><pre>a\n</pre></td></tr><tr>'
        '<td class="rouge-gutter gl"><pre>2</pre></td><td class="rouge-code"><pre>b\n</pre></td>'
        "</tr></tbody></table>",
        # Pygments without classes
        '<div class="highlight"><pre><span></span><span style="color: inherit; background-color: '
        'transparent; padding-left: 5px; padding-right: 5px;">1</span>a\n<span style="color: '
        'inherit; padding-left: 5px; padding-right: 5px;">2</span>b\n</pre></div>',
        # Chroma without classes, as Hugo has it
        '<pre><code><span style="display:flex;"><span style="white-space:pre;user-select:none;'
        'margin-right:0.4em;color:#7f7f7f"> 9</span><span>a\n</span></span><span><span style="'
        'white-space:pre;-webkit-user-select:none;user-select:none" id="q-10"><a href="#q-10">10'
        "</a></span><span>b\n</span></span></code></pre>",
        # Expressive Code in Astro and Starlight
        '<div class="expressive-code"><figure class="frame is-terminal"><figcaption class="header">'
        '<span class="title"></span><span class="sr-only">Terminal window</span></figcaption>'
        '<pre data-language="sh"><code><div class="ec-line"><div class="gutter"><div class="ln" '
        'aria-hidden="true">1</div></div><div class="code"><span>a</span></div></div><div class='
        '"ec-line"><div class="gutter"><div class="ln" aria-hidden="true">2</div></div><div class='
        '"code">b</div></div></code></pre><div class="copy"><div aria-live="polite"></div><button '
        'title="Copy to clipboard" data-code="a b"><div></div></button></div></figure></div>',
        '<figure class="frame"><figcaption class="header"></figcaption><pre><code><details class='
        '"ec-section"><summary>1 collapsed line</summary><div class="ec-line"><div class="code">a'
        '</div></div></details><div class="ec-line"><div class="code">b</div></div></code><button '
        'class="copy-btn"><div class="copy-btn-icon">Copy</div></button></pre></figure>',
        # Shiki with types, and of its time in Gatsby
        '<pre class="shiki twoslash"><code><span class="line"><span class="twoslash-hover"><span '
        'class="twoslash-popup-container"><code>let a: string</code></span>a</span></span>\n'
        '<span class="line">b</span>\n</code></pre>',
        '<pre class="shiki"><div class="language-id">js</div><div class="code-container"><code>'
        "<div class='line'>a</div><div class='line'>b</div></code></div></pre>",
        '<pre><code style="display: grid"><span data-line>a</span><span data-line>b</span></code>'
        "</pre>",
        # rehype-prism-plus, Prism, giallo in Zola, prettify
        '<pre><code><span class="code-line line-number" line="1">a\n</span><span class="code-line '
        'line-number" line="2">b\n</span></code></pre>',
        '<pre class="line-numbers"><code>a\nb\n<span aria-hidden="true" class="line-numbers-rows">'
        "<span></span><span></span></span></code></pre>",
        '<pre class="giallo"><code><span class="giallo-l"><span class="giallo-ln">1</span><span>a'
        '</span></span>\n<span class="giallo-l"><span class="giallo-ln">2</span>b</span>\n</code>'
        "</pre>",
        '<pre class="prettyprint"><ol class="linenums">\n<li class="L0">a</li>\n<li class="L1">b'
        "</li>\n</ol></pre>",
        # GitHub, whose numbers a style shows
        '<table><tbody><tr><td id="L1" class="blob-num" data-line-number="1"></td><td class="'
        'blob-code">a</td></tr><tr><td class="blob-num" data-line-number="2"></td><td class="'
        'blob-code">b</td></tr></tbody></table>',
        # Prism in Docusaurus
        '<pre><code><div class="token-line">a<br></div><div class="token-line">b<br></div></code>'
        "</pre>",
        '<pre><code><span class="token-line codeLine_lJS_"><span class="codeLineNumber_Tfdd">'
        '</span><span class="codeLineContent_feaV">a</span><br></span><span class="token-line">'
        "<span>b</span><br></span></code></pre>",
        '<div class="codeBlock"><pre><code><span class="token-line">a<br></span>'
        '<span class="token-line">b<br></span></code></pre><div class="buttonGroup"><button>Copy'
        "</button></div></div>",
    ],
)
def test_of_a_block_of_code_the_code_stays(block: str) -> None:
    tree = etree.fromstring(f"<div>{html(block)}</div>", etree.HTMLParser())
    assert ["".join(map(str, pre.itertext())) for pre in tree.iter("pre")] == [_CODE]
    assert extracted(block).words == ("a", "b")
    assert "<table" not in html(block)


def test_the_name_of_a_file_stays_above_the_code_without_its_line_numbers() -> None:
    """As of Pygments and Material for MkDocs."""
    block = (
        '<div class="highlight"><table class="highlighttable"><tr><th colspan="2" class="filename">'
        '<span class="filename">x.py</span></th></tr><tr><td class="linenos"><div class='
        '"linenodiv"><pre><span class="normal">1</span>\n<span class="normal">2</span></pre></div>'
        '</td><td class="code"><div><pre><code>a\nb\n</code></pre></div></td></tr></table></div>'
    )
    tree = etree.fromstring(f"<div>{html(block)}</div>", etree.HTMLParser())
    (name,), (code,) = tree.iter("p"), tree.iter("pre")
    assert (name.xpath("string()"), code.xpath("string()")) == ("x.py", "a\nb\n")
    assert extracted(block).words == ("x", "py", "a", "b")


def test_an_empty_line_of_a_block_of_code_is_one_line() -> None:
    line = '<div class="ec-line"><div class="gutter"><div class="ln">1</div></div>{}</div>'
    number = '<span class="code-line line-number" line="1">{}\n</span>'
    lines = "".join(map(number.format, ("1", "", "b")))
    assert etree.fromstring(html(f"<pre>{lines}</pre>")).xpath("string()") == "1\n\nb\n"
    for empty in ('<div class="code">\n</div>', '<div class="code"></div>', ""):
        lines = "".join(line.format(one) for one in ("<div>a</div>", empty, "<div> b</div>"))
        assert html(f"<pre>{lines}</pre>") == "<pre>a\n\n b\n</pre>"


def test_the_name_of_the_language_stays_as_a_class_alone() -> None:
    block = '<div class="language-ruby"><p class="code-lang">ruby</p><pre>a</pre></div>'
    assert 'class="language-ruby"' in html(block)
    block = '<div class="language-ruby"><span>Ruby</span><div><pre>a</pre></div></div>'
    assert html(block) == (
        '<div class="language-ruby"><div><pre class="language-ruby">a</pre></div></div>'
    )


_HEXO = (
    '<table><tr><td class="gutter"><pre><span class="line">1</span><br></pre></td><td class="code">'
    '<pre><span class="line">a</span><br></pre></td></tr></table>'
)


@pytest.mark.parametrize(
    ("block", "language"),
    [
        # Hexo, with its numbers, without, and with highlight.js
        (f'<figure class="highlight python">{_HEXO}</figure>', "python"),
        (f'<figure class="highlight c++"><figcaption>a.cc</figcaption>{_HEXO}</figure>',
         "c++"),
        ('<pre><code class="highlight js">a</code></pre>', "js"),
        ('<pre><code class="hljs python">a</code></pre>', "python"),
        ('<pre><code class="python hljs">a</code></pre>', "python"),
        # docutils in Pelican and Nikola, Pandoc, Org, Sphinx
        ('<div class="code"><pre class="code python">a</pre></div>', "python"),
        ('<pre class="code python literal-block">a</pre>', "python"),
        ('<div class="sourceCode" id="cb1"><pre class="sourceCode numberSource python numberLines">'
         '<code class="sourceCode python">a</code></pre></div>', "python"),
        ('<div class="org-src-container"><pre class="src src-emacs-lisp">a</pre></div>',
         "emacs-lisp"),
        ('<div class="highlight-python notranslate"><div class=highlight><pre>a</pre></div></div>',
         "python"),
    ],
)  # fmt: skip
def test_the_language_that_a_generator_writes_in_its_own_way_is_kept(
    block: str, language: str
) -> None:
    assert f'language-{language}"' in html(block)
    assert extracted(block).words[-1] == "a"


@pytest.mark.parametrize(
    "block",
    [
        '<figure class="highlight plaintext"><pre>a</pre></figure>',
        '<figure class="highlight wide dark"><pre>a</pre></figure>',
        '<div class="highlight dark"><pre>a</pre></div>',
        '<pre class="code literal-block">a</pre>',
        '<div class="highlight-default notranslate"><pre>a</pre></div>',
        '<pre class="fancy"><code class="hljs">a</code></pre>',
    ],
)
def test_a_class_of_a_theme_is_no_language(block: str) -> None:
    assert "language-" not in html(block)


@pytest.mark.parametrize(
    "anchor",
    [
        '<a id="c-1" name="c-1" href="#c-1"></a>',  # Nikola, MkDocs
        '<a name="c-1"></a>',
        '<a href="#c-1"><span class="linenos">1</span></a>',
    ],
)
def test_the_place_of_a_line_is_no_link(anchor: str) -> None:
    content = page_body.content(
        html(f"<pre>{anchor}a\n</pre>"),
        base="https://a.example/",
        link="https://a.example/",
        prefix="p",
    )
    assert content.xhtml == "<pre>a\n</pre>"


@pytest.mark.parametrize(
    "shown",
    [
        "<table><tbody><tr><td>1</td><td>a</td></tr><tr><td>2</td><td>b</td></tr></tbody></table>",
        "<table><tbody><tr><td>3</td><td><pre>a</pre></td></tr><tr><td>7</td><td>b</td></tr>"
        "</tbody></table>",
        '<figure><figcaption>src/main.rs</figcaption><pre class="language-rs">a</pre></figure>',
        '<div class="language-js"><p>js</p><p>A text.</p><pre class="language-js">a</pre></div>',
        "<pre>a\n<div>b</div><p>The author forgot to end the code.</p></pre>",
        "<pre>1 a\n2 b\n<span>3</span> c</pre>",
        '<table><tbody><tr><td class="gutter"></td><td>a</td></tr></tbody></table>',
    ],
)
def test_what_only_looks_like_a_part_of_a_block_of_code_stays(shown: str) -> None:
    assert html(shown) == shown


# Formulas


@pytest.mark.parametrize(
    ("formula", "once"),
    [
        (
            '<span class="katex"><span class="katex-mathml"><math><mi>x</mi></math></span>'
            '<span class="katex-html" aria-hidden="true"><span>x</span></span></span>',
            "<math><mi>x</mi></math>",
        ),
        (
            '<span class="katex-display"><span class="katex"><span class="katex-mathml"><math>'
            '<mi>x</mi></math></span><span class="katex-html"><i>x</i></span></span></span>',
            '<math display="block"><mi>x</mi></math>',
        ),
        (
            '<mjx-container display="true"><svg><g/></svg><mjx-assistive-mml><math><mi>x</mi>'
            "</math></mjx-assistive-mml></mjx-container>",
            '<math display="block"><mi>x</mi></math>',
        ),
        (
            '<span class="MathJax_Preview">x</span><script type="math/tex">x &lt; y</script>',
            r"\(x &amp;lt; y\)",
        ),
        ('<script type="math/tex; mode=display">% <![CDATA[\nx < y %]]></script>', r"\[x &lt; y\]"),
    ],
)
def test_a_formula_is_shown_once(formula: str, once: str) -> None:
    assert html(f"<p>a {formula} b</p>") == f"<p>a {once} b</p>"


# Comments of readers

_COMMENT = '<div class="comment"><p>Nice!</p></div>'


@pytest.mark.parametrize(
    "comments",
    [
        f'<div id="comments"><h2>Comments</h2>{_COMMENT}</div><p>Later</p>',
        f'<section class="comments"><p>3</p></section>{_COMMENT}</div>{_COMMENT}',
        f"<h2>2 Comments</h2>{_COMMENT}<h2>Later</h2>",
        f"<h3>Kommentare (2)</h3><div><div>{_COMMENT}</div></div>",
        "<h2>Comments</h2><div id=disqus_thread></div><noscript>JavaScript</noscript>",
        "<h2>Leave a reply</h2><form><textarea></textarea></form>",
        '<h2>Comments</h2><script src="https://utteranc.es/client.js"></script>',
        f'<ol class="commentlist"><li>{_COMMENT}</ol>',
        "<h2>Comments</h2><p>Loading</p><noscript>Comments need JavaScript</noscript>",
        '<section id="comments"><h3>2 comments</h3><p>Bob: Nice!</p></section><p>Later</p>',
        '<div id="comments"><h3>What others say</h3><p>Bob: Nice!</p></div>',
        '<h2>1 Comment</h2><div id="comment-list"><h3>Bob</h3><p>Nice!</p></div>',
    ],
)
def test_what_stands_below_a_heading_of_comments_is_no_part_of_the_body(comments: str) -> None:
    found = extracted(f"<div><p>1</p>{comments}</div><footer>2</footer>")
    assert (found.html, found.words) == ("<div><p>1</p></div>", ("1",))


@pytest.mark.parametrize(
    "own",
    [
        '<h2 id="comments">Comments</h2><p>Lua has two kinds.</p>',
        f'<h2 id="comments">Comments</h2><p>Lua has two kinds.</p><h2>Classes</h2>{_COMMENT}',
        '<section id="comments"><h2>Comments</h2><p>Lua has two kinds.</p></section><p>2</p>',
        '<section id="comments"><h2><span class="sectnum">1 </span>Comments</h2><p>a</p></section>',
        '<section id="page-comments"><h2>Page comments</h2><p>Lua has two kinds.</p></section>',
        '<h3>Comments</h3><pre><code><span class="hljs-comment">-- a</span></code></pre>',
        '<pre><span class="comment">-- a</span></pre><p>2</p>',
        '<pre><span class="comments">-- a</span></pre><p>2</p>',
        '<h2>Discussion</h2><iframe src="https://video.example/embed/1"></iframe><p>2</p>',
        '<h2>Responses</h2><noscript><img src="a.png"></noscript><p>2</p>',
        '<p class="comments-are-off">1</p><p>2</p>',
    ],
)
def test_what_the_author_writes_about_comments_stays(own: str) -> None:
    assert html(own) == own


# The hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<p id="a1" class="x9">1</p>', '<p id="b2" data-v-7="">1</p>'),
        ("<div><div><p>1</p></div></div>", "<section><p>1</p></section>"),
        ("<p>1\n   2</p>\n\n<p>3</p>", "<p>1 2</p><p>3</p>"),
        ("<p>1 <b>2</b>\n3</p>", "<p> 1 <b>2</b> 3</p>"),
        ('<script nonce="a">1</script><p>1</p>', '<script nonce="b">2</script><p>1</p>'),
        ('<img src="/a.png?v=1700000000">', '<img src="/a.png?v=1800000000">'),
        ('<img src="/a.png?1700000000">', '<img src="/a.png">'),
        ('<a href="#r1">1</a><i id="r1">2</i>', '<a href="#r2">1</a><i id="r2">2</i>'),
        ('<img src="/a.png" srcset="/a-1.png 1x">', '<img src="/a.png" srcset="/b-2.png 1x">'),
        ("<!-- built at 10:00 --><p>1</p>", "<!-- built at 11:00 --><p>1</p>"),
    ],
)
def test_the_hash_is_that_of_what_readers_see(one: str, other: str) -> None:
    assert extracted(one).hash == extracted(other).hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>1</p>", "<p>2</p>"),
        ("<p>1 2</p>", "<p>12</p>"),
        ("<p>1<b>2</b></p>", "<p>1 <b>2</b></p>"),
        ("<p>a</p>", "<p>a.</p>"),
        ("<p>1 2</p>", "<p>1</p><p>2</p>"),
        ("<p>1</p>", "<h2>1</h2>"),
        ("<p>1</p>", "<p><b>1</b></p>"),
        ('<a href="/a">1</a>', '<a href="/b">1</a>'),
        ('<a href="/a?v=1">1</a>', '<a href="/a?v=2">1</a>'),
        ('<img src="/a.png">', '<img src="/b.png">'),
        ('<img src="/a?id=1">', '<img src="/a?id=2">'),
        ('<img src="/a.png" alt="1">', '<img src="/a.png" alt="2">'),
        ("<pre>a\n b</pre>", "<pre>a\nb</pre>"),
        ("<pre>a\nb</pre>", "<pre>a b</pre>"),
        ("<p>a</p>", "<p>A</p>"),
    ],
)
def test_an_edit_that_readers_see_changes_the_hash(one: str, other: str) -> None:
    assert extracted(one).hash != extracted(other).hash


_TAGS = [
    "<p>", "</p>", "<div class=x>", "</div>", "<pre>", "</pre>", "<code>", "<table>", "<tr>",
    "<td class=gutter>", "<td>", "</table>", "<br>", "<span class=ln>", "</span>", "<h2>", "</h2>",
    "<h2>Comments</h2>", "<a href=#a>", "</a>", "<script>", "</script>", "<noscript>",
    "<img src=a>", "</noscript>", "<div id=comments>", "<span class=katex>", "<math>", "</math>",
    "1", "2", " ", "<div class=line>", "<div class=gutter>", "<span data-line>", "<details>",
    "<summary>", "<li>", "<td class=blob-num data-line-number=1>", "<button>", "</button>",
    "\n", "a", "</article>", "<article>", "<script type=math/tex>", "<form>", "</form>", "<b>",
]  # fmt: skip


@given(st.lists(st.sampled_from(_TAGS), max_size=30).map("".join))
@example("<table><td>1<td><pre><table><tr><td class=gutter>1<td>a")
@example("<span class=katex><span class=katex><math><math></math>")
@example("<h2>Comments</h2><div id=comments><h2>Comments</h2>")
@example("<h2>Comments</h2><div id=comments><h2>Comments</h2><div id=comments>")
@example("<pre><td><br><span class=ln><span class=ln>1")
@example("<pre><span class=ln>1<script>")
@example("<form><div id=comments><form><div id=comments>")
def test_no_markup_stops_it_and_no_second_time_changes_it(markup: str) -> None:
    page = page_of(f"<main>{markup}</main>")
    found = extract(page, ["main"], [".x"])
    if found is not None:
        assert extract(page, ["main"], [".x"]) == found
        again = extract(page_of(f"<main>{found.html}</main>"), ["main"], [])
        assert again is not None
        assert again.words == found.words


@pytest.mark.parametrize(
    ("markup", "size"),
    [
        ("<pre>a<br></pre>", 400),
        ("a<br>", 2_000),
        ("<h2>x<a href=#a>#</a></h2>", 800),
        ("<span class=katex><math><mi>x</mi></math>x</span>", 400),
        ("<table><tr><td>1<td><pre>a</pre></table>", 300),
        ("<i class=x>a</i>b", 2_000),
        ("<div class=line><div class=ln>1</div>a</div>\n", 800),
        ("<h3>Comments</h3><h4>Comments</h4>", 800),
    ],
)
def test_the_time_grows_with_the_length_of_the_page(markup: str, size: int) -> None:
    assert_linear(
        lambda count: extract(page_of(f"<pre>{markup * count}</pre>"), ["body"], [".x"]), size
    )
