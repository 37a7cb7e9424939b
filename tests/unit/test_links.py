"""Links between posts, as each engine writes them, become URLs; code is unchanged."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import Engine, Site
from publisher.content import dropped_markup
from publisher.content.links import Links
from publisher.sources.engines import hugo_settings
from tests.support.posts import WithSource, entries, post, told

if TYPE_CHECKING:
    from publisher.post import Markup, Post
    from publisher.text.yaml_document import Value

SITE = Site(title="A blog", url="https://blog.example/sub", since=dt.date(2020, 1, 1))


def hook(key: str, value: str) -> dict[str, Value]:
    return {"markup": {"goldmark": {"renderhooks": {"link": {key: value}}}}}


OTHER = "https://blog.example/sub/other/"


def entry(engine: Engine, body: str, markup: Markup = "markdown") -> WithSource:
    """Return the entry of `blog/notes/a.md` in a site with `blog/2026-01-01-other.md`."""

    def of(path: str, **facts: Any) -> Post:
        return post(path, engine=engine, location=PurePosixPath("blog") / path, **facts)

    other = of("2026-01-01-other.md", body="", title="The Title")
    return entries(of("notes/a.md", body=body, markup=markup, page="/notes/a/"), other, site=SITE)[
        0
    ]


@pytest.mark.parametrize(
    ("engine", "written", "address"),
    [
        ("zola", "@/blog/2026-01-01-other.md", OTHER),
        ("zola", "@/blog/2026-01-01-other.md#part", OTHER + "#part"),
        ("zola", "@/blog/_index.md", "https://blog.example/sub/blog/"),
        ("pelican", "{filename}../2026-01-01-other.md", OTHER),
        ("pelican", "{filename}/blog/2026-01-01-other.md#x", OTHER + "#x"),
        ("pelican", "|filename|../2026-01-01-other.md", OTHER),
        ("pelican", "{static}/images/a.png", "https://blog.example/sub/images/a.png"),
        ("pelican", "{attach}b.pdf", "https://blog.example/sub/blog/notes/b.pdf"),
        ("pelican", "{index}", "https://blog.example/sub/"),
        ("nikola", "link://slug/2026-01-01-other#x", OTHER + "#x"),
        ("nikola", "link://slug/The%20Title", OTHER),
        ("nikola", "link://filename/blog/2026-01-01-other.md", OTHER),
        ("nikola", "/images/a.png", "https://blog.example/sub/images/a.png"),
        ("nikola", "//x.example/a.png", "https://x.example/a.png"),
        ("nikola", "link://listing/a.py", "https://blog.example/sub/listings/a.py.html"),
        ("hugo", "../2026-01-01-other.md", OTHER),
        ("hugo", "/blog/2026-01-01-other.md#x", OTHER + "#x"),
        ("hugo", "https://x.example/a.md", "https://x.example/a.md"),
        ("hugo", "b.md", "https://blog.example/sub/notes/a/b.md"),
        ("plain", "../2026-01-01-other.md", OTHER),
        ("jekyll", "{{ site.baseurl }}/x", "https://blog.example/sub/x"),
        ("jekyll", "{{site.url}}{{site.baseurl}}/x", "https://blog.example/sub/x"),
        ("jekyll", "{{ '/x' | relative_url }}", "https://blog.example/sub/x"),
        ("jekyll", '{{ "x" | absolute_url }}', "https://blog.example/sub/x"),
        ("jekyll", "{% post_url 2026-01-01-other %}", OTHER),
        ("jekyll", "{% post_url /2026-01-01-other %}#x", OTHER + "#x"),
        ("jekyll", "{%- link blog/2026-01-01-other.md -%}", OTHER),
        ("jekyll", "{{ site.baseurl }}{% post_url 2026-01-01-other %}", OTHER),
        ("jekyll", "{{site.url}}{{ site.baseurl }}{%link blog/2026-01-01-other.md %}", OTHER),
        ("jekyll", "{{ site.url }}{% post_url 2026-01-01-other %}", OTHER),
        ("jekyll", "{% link about.html %}", "https://blog.example/sub/about.html"),
    ],
)
def test_a_link_of_the_engine_becomes_a_url(engine: Engine, written: str, address: str) -> None:
    result = entry(engine, f"[x]({written})")
    assert f'<a href="{address}">x</a>' in result.content.xhtml
    assert not result.warnings


def test_a_tag_of_jekyll_names_a_post_in_one_of_several_folders() -> None:
    posts = [post(f"{folder}_posts/2026-01-01-b.md") for folder in ("", "blog/", "x/y/")]
    posts = [replace(one, page=f"/{one.path.parts[0]}/") for one in posts]
    for name, page in (("", "_posts"), ("blog/", "blog"), ("x/y/", "x")):
        this = post("_posts/a.md", body=f"[x]({{% post_url {name}2026-01-01-b %}})")
        made = entries(this, *posts, site=SITE)[0]
        assert f'<a href="https://blog.example/sub/{page}/">x</a>' in made.content.xhtml


@pytest.mark.parametrize(
    ("settings", "is_on"),
    [
        ({"languages": {"en": {}, "de": {}}}, True),
        ({"languages": {"en": {}}}, False),
        ({"languages": {"en": {}, "de": {"disabled": "true"}}}, False),
        ({"languages": {"en": {}, "de": {"baseurl": "https://de.example"}}}, False),
        ({}, False),
        ({"languages": {"en": {}, "de": {}}, **hook("useembedded", "never")}, False),
        (hook("useembedded", "always"), True),
        (hook("enabledefault", "true"), True),
    ],
)
def test_hugo_resolves_paths_of_pages_if_its_render_hook_is_on(
    settings: dict[str, Value], is_on: bool
) -> None:
    assert hugo_settings.has_link_hook(settings) == is_on


PICTURES = [
    ("![a](i.png)", "https://blog.example/sub/i.png"),
    ("![a](<./i j.png>)", "https://blog.example/sub/i%20j.png"),
    ("![a](/i.png 'T')", "https://blog.example/sub/i.png"),
    ("![a][b]\n\n[b]: i.png", "https://blog.example/sub/i.png"),
    ("![a](//x.example/i.png)", "https://x.example/i.png"),
    ("![a](https://x.example/i.png)", "https://x.example/i.png"),
    ('<img src="i.png">', "https://blog.example/sub/notes/a/i.png"),
]


@pytest.mark.parametrize(("written", "address"), PICTURES)
def test_an_image_in_hexo_is_resolved_against_the_site(written: str, address: str) -> None:
    assert f'src="{address}"' in entry("hexo", written).content.xhtml


def test_an_image_in_hexo_is_found_on_its_line() -> None:
    result = entry("hexo", "Text.\n\n![a](i.png) [b](b.html)\n![c](https://x.example/i.png)")
    urls = dropped_markup.source_urls(
        result.source.text,
        markup=result.post.dialect,
        base=result.link,
        resolve=Links([], SITE).of(result.post).resolve,
    )
    assert [(url.absolute, url.written, url.line) for url in urls] == [
        ("https://blog.example/sub/i.png", "i.png", 3),
        ("https://blog.example/sub/notes/a/b.html", "b.html", 3),
        ("https://x.example/i.png", "https://x.example/i.png", 4),
    ]


def test_an_image_in_hexo_has_the_same_url_in_plain_text() -> None:
    body = "![a](i.png) [b](i.png) ![c](https://x.example/i.png) ![d]() `![e](i.png)`"
    assert entry("hexo", body).content.text == (
        "![a](https://blog.example/sub/i.png) [b](https://blog.example/sub/notes/a/i.png) "
        "![c](https://x.example/i.png) d `![e](i.png)`"
    )


@pytest.mark.parametrize(
    ("engine", "written"),
    [
        ("zola", "@/blog/gone.md"),
        ("pelican", "{filename}gone.md"),
        ("jekyll", "{% post_url gone %}"),
        ("jekyll", "{% link _posts/gone.md %}"),
    ],
)
def test_a_link_to_a_missing_post_is_removed_with_a_warning(engine: Engine, written: str) -> None:
    result = entry(engine, f"Text.\n\n[x]({written})")
    assert result.content.xhtml == "<p>Text.</p>\n<p>x</p>"
    (warning,) = result.warnings
    assert (warning.line, warning.message) == (
        6,
        f'no post has the file "{written}"; the link to it is removed',
    )


def test_the_warning_of_a_missing_post_shows_the_tag_of_hugo() -> None:
    ((_, message),) = told(entry("hugo", '[x]({{< ref "gone.md" >}})'))
    assert message.startswith('no post has the file "{{< ref "gone.md" >}}"; ')


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[[2026-01-01-Other]]", f'<a href="{OTHER}">2026-01-01-Other</a>'),
        ("[[2026-01-01-other|the other]]", f'<a href="{OTHER}">the other</a>'),
        ("[[2026-01-01-other#Big Part]]", f'<a href="{OTHER}#big-part">2026-01-01-other</a>'),
        ("[[2026-01-01-other#Big#What's it?]]", f'<a href="{OTHER}#whats-it">2026-01-01-other</a>'),
        ("[[../2026-01-01-Other]]", f'<a href="{OTHER}">../2026-01-01-Other</a>'),
        ("[[blog/2026-01-01-other.md|b|c]]", f'<a href="{OTHER}">b|c</a>'),
        ("[x](../2026-01-01-other.md#Big%20Part)", f'<a href="{OTHER}#big-part">x</a>'),
        ("[[the TITLE]]", f'<a href="{OTHER}">the TITLE</a>'),
        ("[[gone]] and [[gone|text]]", "gone and text"),
        ("[[private/Clients/A Ltd#Invoice 1]] and ![[private/A Ltd|text]]", "A Ltd and text"),
        ("![[private/a/gone.pdf#page=3]] [[../private/gone#^x]]", "gone.pdf gone"),
        ("[[]] and [[|text]]", "[[]] and text"),
        (
            "![[a b.png|300]]",
            '<img src="https://blog.example/sub/notes/a/a%20b.png" alt="a b.png"/>',
        ),
        ("a %%hidden%% b", "a  b"),
        ("a %%x%% b %%y\nsecret\n%%c", "a  b</p>\n<p>c"),
        ("a\n%%\nsecret", "a"),
        ("a ==b c== d == e", "a <strong>b c</strong> d == e"),
        ("text ^block-1", "text"),
        ("`[[gone]]` and `` %%x%% ``", "<code>[[gone]]</code> and <code>%%x%%</code>"),
    ],
)
def test_notes_link_to_notes_that_are_published(written: str, shown: str) -> None:
    assert entry("plain", written).content.xhtml == f"<p>{shown}</p>"


def test_a_heading_without_a_note_is_one_of_the_same_note() -> None:
    shown = entry("plain", "## Big Part\n\n[[#Big Part]] [[#Big Part|there]]").content.xhtml
    href = "#notes~a-b33a8099-big-part"
    assert shown.endswith(f'<p><a href="{href}">Big Part</a> <a href="{href}">there</a></p>')


def test_callouts_are_quotes_with_a_title() -> None:
    shown = entry("plain", "> [!note] A head\n> Text.").content.xhtml
    assert shown == "<blockquote>\n<p><strong>A head</strong>\nText.</p>\n</blockquote>"
    assert "<strong>Warning</strong>" in entry("plain", "> [!warning]-\n> Text.").content.xhtml


def test_code_in_a_note_is_unchanged() -> None:
    body = "```\n%%x%%\n==y==\n```\n\n`==y==`"
    result = entry("plain", body)
    assert result.source.text == body


def test_only_the_engine_s_own_links_are_changed() -> None:
    body = "[a](@/blog/x.md) if [[ -f x ]]; %%x%% {{ site.url }}"
    for engine in ("hugo", "pelican", "nikola"):
        result = entry(engine, body)
        assert result.source.text == body


def test_links_in_html_and_rst_are_resolved_too() -> None:
    written = "{filename}../2026-01-01-other.md"
    assert f'href="{OTHER}"' in entry("pelican", f"`x <{written}>`_", "rest").content.xhtml
    assert f'href="{OTHER}"' in entry("pelican", f'<a href="{written}">x</a>', "html").content.xhtml


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (":doc:`The words <2026-01-01-other>`", f'<a href="{OTHER}">The words</a>'),
        (":doc:`2026-01-01-other`", f'<a href="{OTHER}">The Title</a>'),
        (":doc:`the title#part`", f'<a href="{OTHER}#part">The Title</a>'),
        (":doc:`x <the title#part>`", f'<a href="{OTHER}#part">x</a>'),
        ("`x <link://slug/2026-01-01-other>`_", f'<a href="{OTHER}">x</a>'),
    ],
)
def test_nikola_s_role_doc_is_a_link_to_a_post(written: str, shown: str) -> None:
    content = entry("nikola", f"See {written}.", "rest").content
    assert (content.xhtml, content.warnings) == (f"<p>See {shown}.</p>", ())


def test_a_title_with_signs_of_rst_is_the_text_of_a_link_in_nikola() -> None:
    title = "A <b> `c` *d* |e| f_ \\g"
    this = post("a.rst", engine="nikola", body="See :doc:`b`.", markup="rest")
    made, _ = entries(this, post("b.rst", engine="nikola", title=title), site=SITE)
    shown = title.replace("<", "&lt;").replace(">", "&gt;")
    assert f">{shown}</a>." in made.content.xhtml


def test_a_link_that_nikola_cannot_resolve_is_removed_with_a_warning() -> None:
    for written, markup in ((":doc:`x <gone>`", "rest"), ("[x](link://slug/gone)", "markdown")):
        content = entry("nikola", f"A\n\n* B\n* C\n  {written}.", markup).content  # type: ignore[arg-type]
        assert "<a" not in content.xhtml
        assert content.warnings == (
            (8, 'no post has the file "link://slug/gone"; the link to it is removed'),
        )


def test_nikola_s_own_urls_mean_nothing_to_other_engines() -> None:
    content = entry("hugo", "[x](link://slug/2026-01-01-other)").content
    assert content.xhtml == "<p>x</p>"
    assert "is removed" in content.warnings[0][1]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{{< ref "/" >}} {{< relref "/#x" >}}', "/sub/ /sub/#x"),
        ('{{< ref "" >}} {{< ref ".md" >}}.', " ."),
    ],
)
def test_a_post_without_a_title_is_found_by_no_empty_name(body: str, text: str) -> None:
    assert entry("hugo", body).source.text == text


def test_a_tag_that_names_a_missing_post_gives_a_warning() -> None:
    result = entry("jekyll", "a {% post_url %}b")
    assert result.source.text == "a b"
    assert "no post has this file or name" in result.warnings[0].message
