"""Content that comes from the pages of a built site: what readers get, and what stays as it was."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from lxml import etree

from publisher import entry as entries_
from publisher import feeds
from publisher.content import code_languages
from publisher.content.cache import Cache
from publisher.feeds import feedgen_elements
from publisher.post import BuiltBody, Medium, Reading
from publisher.rendering import MAX_DESCRIPTION, Renderings
from tests.support.built_bodies import GivenBodies, hash_of
from tests.support.growth import assert_linear
from tests.support.posts import SITE, post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Engine
    from publisher.content.cache import Cache as ContentCache
    from publisher.post import Post
    from publisher.rendering import Rendered

PAGE = "https://blog.example/blog/first-post/"
MORE = "<!--more-->"


def page(html: str, **facts: Any) -> BuiltBody:
    return BuiltBody(html, **{"base": PAGE, **facts})


def rendered(
    body: BuiltBody,
    found: Post | None = None,
    *others: Post,
    more: Mapping[str, BuiltBody] | None = None,
    site: Any = SITE,
    cache: ContentCache | None = None,
) -> Rendered:
    """The first post with this body of its page; `others` know it."""
    first = found or post()
    if first.address is None:
        first = replace(first, address=PAGE)
    bodies = GivenBodies({str(first.path): body, **(more or {})})
    reading = Reading((first, *others), (), (), bodies=bodies)
    renderings = Renderings(reading, site, cache) if cache else Renderings(reading, site)
    return renderings.of(entries_.entries(reading, site).entries[0])


def test_readers_get_the_page_s_body_and_its_address() -> None:
    made = rendered(
        page('<h2 id="a">Now</h2><p onclick="x()">As <b>built</b></p><script>x</script>')
    )
    assert made.link == PAGE
    item = made.item_id
    assert made.content.xhtml == f'<h2 id="{item}-a">Now</h2><p>As <b>built</b></p>'
    assert made.content.text == "## Now\n\nAs **built**"
    assert made.warnings == ()
    assert made.page == hash_of(
        page('<h2 id="a">Now</h2><p onclick="x()">As <b>built</b></p><script>x</script>')
    )


def test_nothing_that_comes_from_a_page_changes_a_fingerprint_or_an_id() -> None:
    plain = post()
    (alone,) = entries_.entries(Reading((plain,), (), ()), SITE).entries
    built = rendered(
        page(
            "<p>Other words.</p>",
            language="fr",
            description="Words",
            image="https://a.example/b.png",
        )
    )
    assert built.fingerprint == alone.fingerprint
    assert (built.item_id, built.atom_id) == (alone.item_id, alone.atom_id)
    assert (alone.link, built.link) == ("https://blog.example/first-post/", PAGE)


def test_tags_of_templates_in_the_source_are_no_matter_of_the_page() -> None:
    source = post(engine="hugo", body="{{< chart >}}\n\n<iframe></iframe>\n\nText.")
    made = rendered(page("<p>The chart.</p>"), source)
    assert (made.content.xhtml, made.warnings) == ("<p>The chart.</p>", ())


def test_urls_resolve_against_the_base_of_the_page() -> None:
    html = '<p><a href="b/">b</a> <img src="/c.png" alt="" srcset="d.png 2x"/></p>'
    made = rendered(page(html, base="https://cdn.example/x/"))
    tree = etree.fromstring(made.content.xhtml)
    assert tree.find("a").get("href") == "https://cdn.example/x/b/"  # type: ignore[union-attr]
    assert tree.find("img").get("src") == "https://cdn.example/c.png"  # type: ignore[union-attr]
    assert tree.find("img").get("srcset") == "https://cdn.example/x/d.png 2x"  # type: ignore[union-attr]


def test_a_picture_that_a_script_of_the_page_loads_is_shown() -> None:
    made = rendered(page('<p><img src="data:image/gif;base64,R0" data-src="/c.png" alt="c"/></p>'))
    assert 'src="https://blog.example/c.png"' in made.content.xhtml


BLUR = '<img src="data:image/png;base64,R0" alt="{}">'
SEEN = re.compile(r'<img[^>]* src="([^"]*)"')
LAKE, MILL = "![A lake](/lake.jpg)", "![The mill](mill.png)"


@pytest.mark.parametrize(
    ("body", "html", "seen"),
    [
        (LAKE, BLUR.format("A lake"), ["/lake.jpg"]),
        (LAKE, BLUR.format(""), ["/lake.jpg"]),
        (f"{MILL}\n\n{LAKE}", BLUR.format("") + BLUR.format(""), ["/mill.png", "/lake.jpg"]),
        (f"{MILL}\n\n{LAKE}", BLUR.format("A lake") + "<p>a</p>", ["/lake.jpg"]),
        (f"{MILL}\n\n{LAKE}", '<img src="/m.png">' + BLUR.format(""), ["/m.png", "/lake.jpg"]),
        # These may be others.
        (LAKE, BLUR.format("A boat"), []),
        (f"{LAKE}\n\n{LAKE}", BLUR.format("A lake"), []),
        (LAKE, BLUR.format("") + BLUR.format(""), []),
        ("`![A lake](/lake.jpg)`", BLUR.format("A lake"), []),
        ("A text.", BLUR.format("A lake"), []),
        # A script of the page knows better.
        (LAKE, BLUR.format("A lake").replace("<img", '<img data-src="/l.jpg"'), ["/l.jpg"]),
        (LAKE, BLUR.format("A lake").replace("<img", '<img srcset="/l.jpg 2x"'), ["/l.jpg"]),
    ],
)  # fmt: skip
def test_a_picture_that_the_page_has_in_itself_is_that_of_the_source(
    body: str, html: str, seen: list[str]
) -> None:
    made = rendered(page(f"<p>Text</p>{html}"), post(body=body))
    root = "https://blog.example"
    found = [one.removeprefix(root) for one in SEEN.findall(made.content.xhtml)]
    assert [one.removeprefix("/blog/first-post") for one in found] == seen


def test_spans_of_highlighters_and_white_space_around_the_text_are_left_out() -> None:
    code = '<span class="line"><span class="k">let</span> <span>a</span></span>\n  <span> b</span>'
    made = rendered(
        page(f'\n   <p>One <span lang="fr">deux</span></p>\n<pre>\n\n{code}\n</pre>\n ')
    )
    assert made.content.xhtml == (
        '<p>One <span lang="fr">deux</span></p>\n<pre>\nlet a\n   b\n</pre>'
    )
    assert rendered(page("\xa0<p>a</p>")).content.xhtml == "\xa0<p>a</p>"


def test_the_own_rendering_keeps_its_spans_and_its_white_space() -> None:
    source = replace(post(), body="<p>One <span>two</span></p>\n")
    (entry,) = entries_.entries(Reading((source,), (), ()), SITE).entries
    made = Renderings(Reading((source,), (), ()), SITE).of(entry)
    assert made.content.xhtml.startswith("<p>One <span>two</span></p>")


NOTES = """<p>One<sup id="fnref:1"><a href="{to}#fn:1">1</a></sup></p>
<div class="footnotes"><ol><li id="fn:1">A note <a href="{to}#fnref:1">back</a></li></ol></div>"""


@pytest.mark.parametrize(
    "to",
    ["", "/blog/first-post/", PAGE, "https://blog.example/blog/first-post", "index.html",
     "//www.blog.example/blog/first-post/index.html"],
)  # fmt: skip
def test_footnotes_lead_to_their_notes_whatever_the_page_calls_itself(to: str) -> None:
    made = rendered(page(NOTES.format(to=to)))
    links = [
        link.get("href") for link in etree.fromstring(f"<a>{made.content.xhtml}</a>").iter("a")
    ]
    assert links[1:] == [f"#{made.item_id}-fn:1", f"#{made.item_id}-fnref:1"]


@pytest.mark.parametrize("to", ["/other/", "https://other.example/blog/first-post/", "?page=2"])
def test_a_part_of_another_page_is_not_one_of_this_page(to: str) -> None:
    made = rendered(page(NOTES.format(to=to)))
    assert 'href="#' not in made.content.xhtml


def test_what_is_not_in_the_body_is_linked_at_the_page() -> None:
    made = rendered(page('<p id="a"><a href="#comments">Comments</a> <a href="#a">a</a></p>'))
    assert f'href="{PAGE}#comments"' in made.content.xhtml
    assert f'href="#{made.item_id}-a"' in made.content.xhtml


def test_ids_are_unique_across_posts_and_feeds_link_to_those_of_the_page() -> None:
    """RSS and items have no base, so their links lead to the page, which has the engine's ids."""
    second = post("2026-01-03-second-post.md")
    notes = page(NOTES.format(to=""))
    reading = Reading(
        (post(), second),
        (),
        (),
        bodies=GivenBodies(dict.fromkeys(map(str, (post().path, second.path)), notes)),
    )
    renderings = Renderings(reading, SITE)
    made = [renderings.of(one) for one in entries_.entries(reading, SITE).entries]
    ids = [
        element.get("id")
        for one in made
        for element in etree.fromstring(f"<a>{one.content.xhtml}</a>").iter()
        if element.get("id")
    ]
    assert len(ids) == len({*ids}) == 4
    for one in made:
        assert f'href="{one.link}#fn:1"' in feedgen_elements.html_content(one)


def test_the_lead_comes_from_the_source() -> None:
    source = post(body="The *lead*.\n\n<!--more-->\n\nThe rest.", marker=MORE)
    made = rendered(page("<p>The lead.</p><p>The rest.</p>"), source)
    assert (made.content.summary, made.teaser) == ("The lead.", "The lead.")
    assert "rest" in made.content.xhtml


@pytest.mark.parametrize(
    ("body", "shown", "lead"),
    [
        (
            "It is {{< year >}} now.\n\n<!--more-->\n\nThe rest.",
            '<p>It is 2026 now.</p><a id="more"></a><p>The rest.</p>',
            "It is 2026 now.",
        ),
        (
            "It is {{< year >}} now.\n\n<!--more-->\n\nThe rest.",
            '<p>It is 2026 now.</p><span id="more"></span><p>The rest.</p>',
            "It is 2026 now.",
        ),
        (
            "It is {{< year >}} in this town.\n\n<!--more-->\n\nAnd the rest of it.",
            "<p>It is <b>2026</b> in this town.</p><p>“And the rest of it.</p>",
            "It is 2026 in this town.",
        ),
        (
            "In this town {{< year >}}.\n\n<!--more-->\n\nAnd the rest of it.",
            "<p>In this town 2026.</p><p>And the rest of it.</p>",
            "In this town 2026.",
        ),
        (
            "In this town.\n\n<!--more-->\n\nAnd the rest of it.",
            "<p>On other pages there are other words.</p>",
            "In this town.",
        ),
    ],
)
def test_a_lead_has_what_its_page_shows_in_the_place_of_shortcodes(
    body: str, shown: str, lead: str
) -> None:
    made = rendered(page(shown), post(body=body, marker=MORE, engine="hugo"))
    assert (made.content.summary, made.teaser) == (lead, lead)


def test_the_source_never_stands_in_for_a_page_that_does_not_show_the_text() -> None:
    secret = post(
        body="Secret lead.\n\n<!--more-->\n\nSecret.",
        marker=MORE,
        values={"summary": "Sum"},
    )
    made = rendered(page("", description="Of the page"), secret)
    assert (made.content.xhtml, made.teaser, made.page) == ("<p>Sum</p>", "Sum", "")
    bare = rendered(page("", description="Of the page"), replace(secret, values={}))
    assert (bare.content.xhtml, bare.teaser) == ("<p>Of the page</p>", "Of the page")
    nothing = rendered(page(""), replace(secret, values={}))
    assert nothing.content.xhtml == f'<p><a href="{PAGE}">{PAGE}</a></p>'
    assert (nothing.content.text, nothing.teaser) == (PAGE, "A title")
    empty = rendered(page(""), replace(secret, body=" ", values={}, marker=None))
    assert (empty.content.xhtml, empty.teaser) == ("", "A title")
    assert "ecret" not in str((made.content, bare.content, nothing.content))


def test_of_a_page_that_exceeds_a_limit_readers_get_the_link() -> None:
    made = rendered(page("<div>" * 300 + "x"))
    assert made.content.xhtml == f'<p><a href="{PAGE}">{PAGE}</a></p>'
    assert "cannot be rendered" in str(made.warnings)


def test_the_source_is_rendered_where_its_author_asks_for_it() -> None:
    made = rendered(page("<p>Built.</p>"), post(body_from_source=True))
    assert (made.content.xhtml, made.page) == ("<p>Text.</p>", "")
    assert made.link == PAGE


def test_the_metadata_of_the_page_counts_where_the_source_has_none() -> None:
    body = page(
        "<p>Text.</p>", language="fr", description=" Of\nthe page ", image="https://x.example/a.png"
    )
    made = rendered(body)
    assert (made.language, made.teaser) == ("fr", "Of the page")
    assert made.image
    assert made.image.href == "https://x.example/a.png"
    own = rendered(
        body, post(language="de", values={"description": "Own"}, image=Medium("/own.png", 2))
    )
    assert (own.language, own.teaser) == ("de", "Own")
    assert own.image
    assert own.image.href == "https://blog.example/own.png"


@pytest.mark.parametrize(
    ("facts", "language", "teaser", "image"),
    [
        ({"language": "en-GB"}, None, "Text.", None),  # that of the site
        ({"language": "x y"}, None, "Text.", None),
        ({"description": "a\x00b\x1b[1m"}, None, "ab[1m", None),
        ({"description": " \n"}, None, "Text.", None),
        ({"image": "javascript:x()"}, None, "Text.", None),
        ({"image": "https://x.example/" + 2_000 * "a"}, None, "Text.", None),
    ],
)
def test_metadata_that_is_of_no_use_is_ignored(
    facts: dict[str, str], language: str | None, teaser: str, image: str | None
) -> None:
    site = msgspec.structs.replace(SITE, language="en-GB")
    made = rendered(page("<p>Text.</p>", **facts), site=site)
    assert (made.language, made.teaser, made.image) == (language, teaser, image)
    assert feeds.atom_entry(made, site, content="full") is not None


def test_the_description_of_a_page_has_a_limit() -> None:
    made = rendered(page("<p>Text.</p>", description="word " * 10_000))
    assert len(made.teaser) <= MAX_DESCRIPTION + 1


def test_a_page_that_cannot_be_rendered_is_named_and_its_summary_goes_out() -> None:
    deep = "<div>" * 300 + "x" + "</div>" * 300
    made = rendered(page(deep, description="Of the page"))
    assert made.content.xhtml == "<p>Of the page</p>"
    (warning,) = made.warnings
    assert warning.message.startswith("its page cannot be rendered, so readers get its summary")


@pytest.mark.parametrize(
    "url", ["ftp://files.example/a", "feed:https://a.example/f", "FTP://a.example", "sms:+49"]
)
def test_a_url_that_is_removed_is_named_as_without_a_page(url: str) -> None:
    """The theme may have such links, too, of which the author knows nothing."""
    source = post(body=f"Text\n\n[A]({url}) and [B](tel:+49).\n")
    html = f'<p>Text</p><p><a href="{url}">A</a> and <a href="tel:+49">B</a>.</p>'
    built = rendered(page(f'{html}<a href="ftp://theme.example">T</a>'), source)
    reading = Reading((source,), (), ())
    own = Renderings(reading, SITE).of(entries_.entries(reading, SITE).entries[0])
    assert built.warnings == own.warnings
    (warning,) = built.warnings
    assert (warning.line, url in warning.message) == (source.body_line + 2, True)
    assert 'href="tel:+49"' in built.content.xhtml
    assert url not in built.content.xhtml


def test_a_url_that_the_page_does_not_have_is_not_named() -> None:
    source = post(body="A `ftp://a.example` and std::vector, note:this.\n")
    assert rendered(page("<p>Text</p>"), source).warnings == ()


def test_a_post_that_links_to_the_file_of_another_leads_to_the_page_that_was_built() -> None:
    linking = post("2026-01-03-b.md", body="[a](2026-01-02-first-post.md)")
    reading = Reading((replace(post(), address=PAGE), linking), (), ())
    renderings = Renderings(reading, SITE)
    made = renderings.of(entries_.entries(reading, SITE).entries[1])
    assert f'href="{PAGE}"' in made.content.xhtml


def test_the_cache_knows_the_page(tmp_path: Path) -> None:
    cache = Cache(tmp_path, writes=True)
    lead = f"lead.\n\n{MORE}\n\nRest."
    html = f'<p id="a"><a href="b">b</a> <a href="{PAGE}#a">a</a></p>'
    based = page(html, base="https://blog.example/")
    # Each differs from the one before it in one thing.
    for body, source in (
        (page("<p>One.</p>"), post()),
        (page(html), post()),
        (based, post()),
        (based, post(address=f"{PAGE}moved/")),
        (based, post(address=f"{PAGE}moved/", body=lead, marker=MORE)),
        (based, post(address=f"{PAGE}moved/", body=f"Other {lead}", marker=MORE)),
    ):
        fresh = rendered(body, source).content
        assert rendered(body, source, cache=cache).content == fresh
        assert rendered(body, source, cache=cache).content == fresh
    assert len([*tmp_path.iterdir()]) == 1


# Languages of code that only the source has

FENCES = "```python\na < b\n```\n\n```sh\nls\n```\n\n```js\nx\n```\n\n```css\nx\n```\n"


def blocks(html: str, body: str, engine: Engine = "jekyll", **facts: Any) -> list[str]:
    """The blocks of code that readers get of a page, whose post has this body."""
    made = rendered(page(html), post(body=body, engine=engine, **facts))
    return re.findall(r"<pre.*?</pre>", made.content.xhtml, re.DOTALL)


def test_code_has_the_language_of_the_source_if_the_page_has_none() -> None:
    """As of Pygments in Pelican and MkDocs."""
    html = (
        '<div class="highlight"><pre><span></span><code>ls\n</code></pre></div>'
        '<pre><span class="n">a</span> &lt; <b>b</b> \n\n</pre><pre>x</pre><pre>ls -l</pre>'
        '<pre><code class="language-bash">ls</code></pre><pre><code>a</code><code>b</code></pre>'
    )
    assert blocks(html, FENCES) == [
        '<pre><code class="language-sh">ls\n</code></pre>',
        '<pre class="language-python">a &lt; <b>b</b> \n\n</pre>',
        "<pre>x</pre>",  # it may be either
        "<pre>ls -l</pre>",
        '<pre><code class="language-bash">ls</code></pre>',
        "<pre><code>a</code><code>b</code></pre>",
    ]


@pytest.mark.parametrize(
    ("body", "engine", "markup"),
    [
        (".. code-block:: ruby\n\n   puts 1\n", "nikola", "rest"),
        ("Text\n\n    :::ruby\n    puts 1\n", "pelican", "markdown"),
        ("~~~ ruby\nputs 1\n~~~\n", "any", "markdown"),
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}\n", "jekyll", "markdown"),
    ],
)
def test_every_markup_names_languages(body: str, engine: Engine, markup: str) -> None:
    html = '<div class="highlight"><pre><code>puts 1\n</code></pre></div>'
    shown = blocks(html, body, engine, markup=markup)
    assert shown == ['<pre><code class="language-ruby">puts 1\n</code></pre>']


def test_another_language_in_the_source_reaches_readers_of_the_same_page(tmp_path: Path) -> None:
    html = "<pre>ls</pre>"
    for name in ("sh", "fish"):
        cache = Cache(tmp_path, writes=True)
        made = rendered(page(html), post(body=f"```{name}\nls\n```"), cache=cache)
        assert made.content.xhtml == f'<pre class="language-{name}">ls</pre>'


def test_a_page_that_names_its_languages_needs_no_source() -> None:
    html = '<pre class="language-sh">ls</pre>'
    assert not code_languages.may_complete(html, FENCES)
    assert not code_languages.may_complete("<pre>ls</pre>", "    ls\n")
    assert code_languages.may_complete("<pre>ls</pre>", FENCES)


def test_the_time_grows_with_the_number_of_blocks() -> None:
    def completed(count: int) -> str:
        html = "".join(f"<pre>{number}</pre>" for number in range(count))
        return code_languages.completed(html, html.replace("<pre>", '<pre class="language-a">'))

    assert_linear(completed, 100)
