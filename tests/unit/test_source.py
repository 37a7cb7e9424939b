"""`Post.source` changes when its author changes what readers see, and at nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from publisher.sources import feed
from publisher.sources.feed import item_source
from publisher.sources.front_matter import source_forms, source_text
from publisher.text import source_hash
from tests.support.growth import assert_linear
from tests.unit.test_engines import read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine


class Case(NamedTuple):
    """A site of one post, and edits: (file, old text, new text)."""

    engine: Engine
    files: dict[str, str]
    shown: list[tuple[str, str, str]]
    hidden: list[tuple[str, str, str]]
    posts: str = "_posts"


POSTS = ("_posts/", "content/", "posts/", "source/", "a.md")
POST = "_posts/2020-02-03-a.md"
YAML = """---
# A note of the author.
title: A title
date: 2020-02-03 10:00:00
Tags: [one, two]
author:
  name: Ada
  # called by her first name
layout: post
password: hunter2
description: |
  # A heading
  and a text
gallery:
  - a.png
secret_name: zebra
---
Text with {{ page.gallery | first }} and {% if page.password %}more{% endif %}.

Last  \nline.
"""
ZOLA = """+++
title = "A title"
date = 2020-02-03
template = "post.html"
[extra]
image = "a.png"
internal = "plan"
[taxonomies]
tags = ["one"]
+++
Text
"""
HUGO = """---
title: A title
date: 2020-02-03
weight: 3
params:
  images: [a.png]
  internal: plan
  name: Ada
---
By {{< param name >}}.
"""
JSON = """{
  "title": "A title", "date": "2020-02-03",
  "internal": {"title": "plan"},
  "extra": {"image": "a.png", "plan": "b"}
}
Text
"""
PELICAN = """Title: A title
Date: 2020-02-03
Summary: One
    and two
Status: published
Reviewer: Bob

Text
"""
PELICAN_RST = """A title
#######

:date: 2020-02-03
:tags: one
:reviewer: Bob

Text
"""
PELICAN_HTML = """<html><head><title>A title</title>
<meta name="date" content="2020-02-03"><meta name="reviewer" content="Bob">
</head><body>Text</body></html>
"""
NIKOLA = """<!--
.. title: A title
.. slug: a
.. date: 2020-02-03
.. reviewer: Bob
-->

Text
"""

ANY = """---
title: A title
pub_date: 2020-02-03
heroImage: a.png
reviewer: Bob
isDraft: false
---
Text
"""
EXPORTED = """import A from './a'

export const metadata = {title: 'A title', date: '2020-02-03', reviewer: 'Bob'}

Text
"""

CASES = {
    "yaml": Case(
        "jekyll",
        {POST: YAML, "_config.yml": "title: Blog\n"},
        shown=[
            (POST, "A title", "Another"),
            (POST, "10:00", "11:00"),
            (POST, "two]", "three]"),
            (POST, "name: Ada", "name: Eve"),
            (POST, "# A heading", "# Another"),
            (POST, "and a text", "and more"),
            (POST, "  - a.png", "  - b.png"),
            (POST, "layout: post", "lang: de"),
            (POST, "layout: post", "permalink: /b/"),
            (POST, "Last", "At last"),
            (POST, "Last  \n", "Last\n"),
        ],
        hidden=[
            (POST, "hunter2", "hunter3"),
            (POST, "post\n", "page\n"),
            (POST, "zebra", "horse"),
            (POST, "A note", "Another note"),
            (POST, "first name", "last name"),
            (POST, "layout: post\n", "layout: post\ndraft: false\n"),
            (POST, "layout: post\n", "layout: post\nexpiry: 2030-01-01\n"),
            (POST, "title: A title\n", "title: A title  \n"),
            (
                POST,
                "title: A title\ndate: 2020-02-03 10:00:00\n",
                "date: 2020-02-03 10:00:00\ntitle: A title\n",
            ),
            (POST, "\n\nLast", " \t\n\t\nLast"),
            (POST, "line.\n", "line. \n\n\n"),
            ("_config.yml", "Blog", "Log"),
        ],
    ),
    "zola": Case(
        "zola",
        {"content/a.md": ZOLA, "config.toml": 'base_url = "https://blog.example"\n'},
        shown=[
            ("content/a.md", "A title", "Another"),
            ("content/a.md", "2020-02-03", "2020-02-04"),
            ("content/a.md", "a.png", "b.png"),
            ("content/a.md", "one", "two"),
            ("content/a.md", "Text", "More"),
            ("content/a.md", 'internal = "plan"', 'audio = "a.ogg"'),
        ],
        hidden=[
            ("content/a.md", "plan", "other"),
            ("content/a.md", "post.html", "page.html"),
            ("config.toml", "\n", '\ntitle = "Blog"\n'),
        ],
        posts="content",
    ),
    "hugo": Case(
        "hugo",
        {
            "content/posts/a.md": HUGO,
            "content/_index.md": "---\ncascade:\n  lang: de\n  internal: plan\n---\n",
            "hugo.toml": 'title = "Blog"\n',
        },
        shown=[
            ("content/posts/a.md", "A title", "Another"),
            ("content/posts/a.md", "a.png", "b.png"),
            ("content/posts/a.md", "name: Ada", "name: Eve"),
            ("content/posts/a.md", "weight: 3", "slug: b"),
            ("content/_index.md", "lang: de", "lang: fr"),
        ],
        hidden=[
            ("content/posts/a.md", "weight: 3", "weight: 4"),
            ("content/posts/a.md", "plan", "other"),
            ("content/_index.md", "plan", "other"),
            ("content/_index.md", "---\ncascade", "---\ntitle: A section\ncascade"),
            ("hugo.toml", "Blog", "Log"),
        ],
        posts="content",
    ),
    "json": Case(
        "hugo",
        {"content/a.md": JSON, "hugo.toml": ""},
        shown=[
            ("content/a.md", "A title", "Another"),
            ("content/a.md", "a.png", "b.png"),
            ("content/a.md", "Text", "More"),
        ],
        hidden=[
            ("content/a.md", 'plan"}', 'other"}'),
            ("content/a.md", '"plan": "b"', '"plan": "c"'),
            ("content/a.md", '"date": "2020-02-03",\n  ', '\n\n"date":"2020-02-03",'),
        ],
        posts="content",
    ),
    "eleventy": Case(
        "eleventy",
        {
            "posts/a.md": "---\ntitle: A\nlayout: x\ndate: 2020-02-03\n---\nText {{ mood }}\n",
            "posts/posts.json": '{"author": "Ada", "layout": "p", "permalink": "/p/", "mood": 1}',
        },
        shown=[
            ("posts/a.md", "title: A", "title: B"),
            ("posts/posts.json", "Ada", "Eve"),
            ("posts/posts.json", "1", "2"),
        ],
        hidden=[
            ("posts/a.md", "layout: x", "layout: y"),
            ("posts/posts.json", '"p"', '"q"'),
            ("posts/posts.json", "/p/", "/q/"),
        ],
        posts="posts",
    ),
    "hexo, one fence": Case(
        "hexo",
        {
            "source/_posts/a.md": "title: A\ndate: 2020-02-03\nlayout: x\n---\nText\n",
            "_config.yml": "new_post_name: ':title.md'\n",
        },
        shown=[
            ("source/_posts/a.md", "title: A", "title: B"),
            ("source/_posts/a.md", "Text", "More"),
        ],
        hidden=[("source/_posts/a.md", "layout: x", "layout: y")],
        posts="source/_posts",
    ),
    "hexo in json": Case(
        "hexo",
        {
            "source/_posts/a.md": '"title": "A",\n"date": "2020-02-03", "layout": "x"\n;;;\nText\n',
            "_config.yml": "new_post_name: ':title.md'\n",
        },
        shown=[
            ("source/_posts/a.md", '"A"', '"B"'),
            ("source/_posts/a.md", "Text", "More"),
        ],
        hidden=[("source/_posts/a.md", '"x"', '"y"')],
        posts="source/_posts",
    ),
    "pelican": Case(
        "pelican",
        {"content/a.md": PELICAN, "pelicanconf.py": ""},
        shown=[
            ("content/a.md", "A title", "Another"),
            ("content/a.md", "and two", "and three"),
            ("content/a.md", "Text", "More"),
        ],
        hidden=[("content/a.md", "Bob", "Eve"), ("content/a.md", "published\n", "published  \n")],
        posts="content",
    ),
    "pelican in rst": Case(
        "pelican",
        {"content/a.rst": PELICAN_RST, "pelicanconf.py": ""},
        shown=[
            ("content/a.rst", "A title", "B title"),
            ("content/a.rst", "one", "two"),
            ("content/a.rst", "Text", "More"),
        ],
        hidden=[("content/a.rst", "Bob", "Eve")],
        posts="content",
    ),
    "pelican in html": Case(
        "pelican",
        {"content/a.html": PELICAN_HTML, "pelicanconf.py": ""},
        shown=[
            ("content/a.html", "A title", "Another"),
            ("content/a.html", "2020-02-03", "2020-02-04"),
            ("content/a.html", "Text", "More"),
        ],
        hidden=[("content/a.html", "Bob", "Eve")],
        posts="content",
    ),
    "nikola": Case(
        "nikola",
        {
            "posts/a.md": NIKOLA,
            "posts/a.meta": ".. tags: one\n.. reviewer: Bob\n",
            "conf.py": "",
        },
        shown=[
            ("posts/a.md", "A title", "Another"),
            ("posts/a.md", "Text", "More"),
            ("posts/a.meta", "one", "two"),
        ],
        hidden=[("posts/a.md", "Bob", "Eve"), ("posts/a.meta", "Bob", "Eve")],
        posts="posts",
    ),
    "any": Case(
        "any",
        {"a.md": ANY},
        shown=[
            ("a.md", "A title", "Another"),
            ("a.md", "pub_date: 2020-02-03", "pub_date: 2020-02-04"),
            ("a.md", "heroImage: a.png", "heroImage: b.png"),
            ("a.md", "Text", "Another text"),
        ],
        hidden=[("a.md", "Bob", "Joe"), ("a.md", "isDraft: false", "isDraft: no")],
        posts="",
    ),
    "exported by mdx": Case(
        "any",
        {"a.mdx": EXPORTED},
        shown=[
            ("a.mdx", "A title", "Another"),
            ("a.mdx", "2020-02-03", "2020-02-04"),
            ("a.mdx", "Text", "Another text"),
            ("a.mdx", "import A", "import B"),
        ],
        hidden=[("a.mdx", "Bob", "Joe"), ("a.mdx", "{title", "{ title")],
        posts="",
    ),
    "plain": Case(
        "plain",
        {"a.md": "---\npublish: true\ndate: 2020-02-03\nmood: fine\n---\nText {{ mood }}\n"},
        shown=[("a.md", "Text", "More"), ("a.md", "mood: fine", "tags: fine")],
        hidden=[("a.md", "fine", "bad"), ("a.md", "publish: true", "publish: yes")],
        posts="",
    ),
}
EDITS = [
    (name, edit, is_shown)
    for name, case in CASES.items()
    for is_shown, edits in ((True, case.shown), (False, case.hidden))
    for edit in edits
]


def source(folder: Path, case: Case, files: dict[str, str], **options: Any) -> str:
    reading = read(folder, case.engine, files, posts=case.posts, **options)
    # A post with a password is not published, but an older version may have published it.
    kept_back = [one.post for one in reading.skipped if one.status == "restricted" and one.post]
    (post,) = (*reading.posts, *kept_back)
    return post.source


@pytest.mark.parametrize(("name", "edit", "is_shown"), EDITS)
def test_an_edit_changes_the_source_if_readers_see_it(
    tmp_path: Path, name: str, edit: tuple[str, str, str], is_shown: bool
) -> None:
    case, (file, old, new) = CASES[name], edit
    assert case.files[file].count(old) == 1
    before = source(tmp_path, case, case.files)
    edited = {**case.files, file: case.files[file].replace(old, new)}
    assert (source(tmp_path, case, edited) != before) == is_shown


@pytest.mark.parametrize("name", CASES)
def test_line_ends_and_a_byte_order_mark_are_no_edit(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    texts = {file: text for file, text in case.files.items() if file.startswith(POSTS)}
    before = source(tmp_path, case, case.files)
    for end in ("\r\n", "\r"):
        for file, text in texts.items():
            (tmp_path / file).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
        assert source(tmp_path, case, {}) == before


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "options",
    [
        {"zone": "America/New_York"},
        {"permalink": "/:year/:title/"},
        {"templates": "off"},
        {"templates": "keep"},
        {"languages": ("fr",)},
        {"exclude": ("b.md",)},
    ],
)
def test_settings_for_reading_are_no_edit(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    case = CASES[name]
    before = source(tmp_path, case, case.files)
    assert source(tmp_path, case, {}, **options) == before


def test_a_key_that_the_configuration_names_is_shown(tmp_path: Path) -> None:
    text = "---\nheadline: A\n---\nText\n"
    case = Case("jekyll", {POST: text}, [], [])
    keys = {"title": "headline"}
    before = source(tmp_path, case, case.files, keys=keys)
    after = source(tmp_path, case, {POST: text.replace("A", "B")}, keys=keys)
    assert not source_hash.is_same(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"tags": "rubrik"}, id="the first key"),
        pytest.param({"tags": "rubrik"}, {}, id="the last key goes"),
        pytest.param({"tags": "rubrik"}, {"tags": "mood"}, id="another key"),
        pytest.param({"tags": "rubrik"}, {"tags": "rubrik", "title": "mood"}, id="one more key"),
        pytest.param({"tags": "rubrik"}, {"categories": "rubrik"}, id="for another purpose"),
    ],
)
@pytest.mark.parametrize(
    "text",
    ["---\nrubrik: bees\nmood: fine\n---\nText\n", "---\ntitle: A\n---\nText {{ page.rubrik }}\n"],
)
def test_to_name_a_key_in_the_configuration_is_no_edit(
    tmp_path: Path, text: str, before: dict[str, str], after: dict[str, str]
) -> None:
    case = Case("jekyll", {POST: text}, [], [])
    one, other = (source(tmp_path, case, case.files, keys=keys) for keys in (before, after))
    assert source_hash.is_same(one, other)
    edited = source(tmp_path, case, {POST: text.replace("Text", "More")}, keys=after)
    assert not source_hash.is_same(one, edited)


def test_a_configured_key_that_always_shows_leaves_the_source_as_it_is(tmp_path: Path) -> None:
    case = Case("jekyll", {POST: "---\ntitle: A\ncreated: 2020-02-03\n---\nText\n"}, [], [])
    plain = source(tmp_path, case, case.files)
    assert source(tmp_path, case, {}, keys={"date": "created", "draft": "hide"}) == plain
    assert len(plain) == 64


def test_the_name_of_the_file_is_no_part_of_the_source(tmp_path: Path) -> None:
    text = "---\ntitle: A\n---\nText\n"
    one = source(tmp_path / "one", Case("jekyll", {}, [], []), {"_posts/2020-02-03-a.md": text})
    two = source(tmp_path / "two", Case("jekyll", {}, [], []), {"_posts/2021-03-04-b.md": text})
    assert one == two


# --- the form of front matter ---


@pytest.mark.parametrize(
    ("lines", "keys", "body"),
    [
        ("---\na: 1\nb:\n- 2\n...\nT", {"a": "a: 1", "b": "b:\n- 2"}, "T"),
        ('---\n  "a b": 1\n  c: |\n    # x\n---\nT',
         {"a b": '"a b": 1', "c": "c: |\n    # x"}, "T"),
        ("---\n{a: It's, b: [1, {c: 2}], c: 'x, y'}\n---\nT",
         {"a": "It's", "b": "[1, {c: 2}]", "c": "'x, y'"}, "T"),
        ("---\nextra: {a: 1,\n  b: 2}\n---\nT", {"extra.a": "1", "extra.b": "2"}, "T"),
        ('+++\na = """\nb = 1\n"""\n[x]\nc.d = 2\n[[y]]\ne = 3\n[[y]]\ne = 4\n+++\nT',
         {"a": 'a = """\nb = 1\n"""', "x.c.d": "c.d = 2", "y.e": "e = 3\ne = 4"}, "T"),
        ("+++\nextra = {a = 1, b = '}'}\n+++\nT", {"extra.a": "1", "extra.b": "'}'"}, "T"),
        ('---json\n{"a": "x\\"}, y", "b": [1,\n 2]}\n---\nT',
         {"a": '"x\\"}, y"', "b": "[1, 2]"}, "T"),
        ('{"a": "}"}\nT', {"a": '"}"'}, "T"),
        ("---\na: 1\nno end", {}, "---\na: 1\nno end"),
        ("Text: and more", {}, "Text: and more"),
    ],
)  # fmt: skip
def test_each_line_of_front_matter_belongs_to_a_key(
    lines: str, keys: dict[str, str], body: str
) -> None:
    found = source_text.read(lines, source_forms.FENCES)
    assert (found.keys, "\n".join(found.body)) == (keys, body)


# Hashes that nodes and ledgers have: if one changes, subscribers hear of old posts again.
KEPT = {
    "yaml": "6b13547800459346d051c4aaa67bff550c13e86c80422ec3474e801fc646d8ef",
    "zola": "40f8a2b358f3e7e22e7093239ea1147a1f64fc07ea2a48037f0e9b381252bb57",
    "hugo": "9665c83af9fa7fbb817d330689eff7d43a32c25a5571319545b72483fdad4084",
    "json": "5a5be4d43f84a86bed68d365ae71e6c52d08f7bd66dae0cd2b1a613b30383aed",
    "eleventy": "2ef4e585ac267847cb4ae07bc339b606324c9ffe0e4b30c7478a3b34235e2f74",
    "hexo, one fence": "257772fe99b6a7b13eb24103e142747a4e513dcd9319412466198e7aaf22cc29",
    "hexo in json": "80680548091032bd2dfadbb2f03ac809bb0703a2e80f38326bb8983b71427aa4",
    "pelican": "dc7b0933b2a8ad3515c1dc7dc6a10433e2f059895c019f0807b6dbaa075cea70",
    "pelican in rst": "3c282251a3a0e1825ad08dfb1761c7afcbed72218bebb81066e555742d3d25c8",
    "pelican in html": "361c348905ead088e1bca076ea41ed4640558d73a59543eb7f8f502eb02ce507",
    "nikola": "1dc592560ca81f01cff8114f85231491a02590d7817d13e6b76e3c07c62f2327",
    "any": (
        "adb2f597ce0af83d2e3b7796dec127813b7820cf91e636fd6dbfbdece770327c"
        ".c7160536212307a850aee8626333a9de01f613f0a3cd14635161bb1f936fd026"
        ".700eac5914f0a2ba2eb2070c8fd7b8cd0ffe80a9b10ac15f1788442cb5d10f54"
    ),
    "exported by mdx": (
        "3e9097e401c6ec41a84cf12ac0efdf00802af236d66857b22b3f56c9bae1c68b"
        ".c7160536212307a850aee8626333a9de01f613f0a3cd14635161bb1f936fd026"
        ".4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    ),
    "plain": "4dc2c492a825f1474f82c655bb648a809ba3a5e30fafc5518dc98a75068380ce",
}


@pytest.mark.parametrize("name", CASES)
def test_the_source_of_a_text_never_changes(tmp_path: Path, name: str) -> None:
    assert source(tmp_path, CASES[name], CASES[name].files) == KEPT[name]


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + "a: b\n" * 30 + "---\n{}",
        "---\n{{ {}\n---\n",
        "---\na: {}\n---\n",
        "{{ {}",
        "+++\n{}\n+++\n",
        "export const meta = {{ a: {}",
        "{}",
    ],
)
@pytest.mark.parametrize(
    "part",
    ["{{ a ", "{%", "a: [", '"a": {"', "'", "[x]\n", "a = '''\n", " \t", ":a: b\n", "|", "<meta "],
)
def test_a_hostile_text_takes_time_in_proportion(text: str, part: str) -> None:
    readers = (
        source_forms.docinfo, source_forms.comments, source_forms.open_fences, *source_forms.FENCES,
        source_forms.metadata, source_forms.html, source_forms.exported,
    )  # fmt: skip

    def run(times: int) -> None:
        written = text.replace("{}", part * times).replace("{{", "{")
        for reader in readers:
            source_text.digest(source_text.read(written, (reader,)), has_templates=True)

    assert_linear(run, 4_000)


# --- feeds ---

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="https://x.example/ns">
<title>F</title><link href="https://blog.example/"/>
<entry><title>A  title</title><id>tag:blog.example,2020:a</id>
<link href="/a"/><link rel="replies" href="/a/replies"/>
<published>2020-02-03T00:00:00Z</published><updated>2020-02-03T00:00:00Z</updated>
<author><name>Ada</name></author><category term="one"/><category term="two"/>
<x:count>3</x:count>
<content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Text <!-- c --> &amp; <b>more</b>.</p></div></content>
</entry></feed>"""
RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>F</title><link>https://blog.example/</link>
<item><title>A title</title><guid>https://blog.example/a</guid><link>https://blog.example/a</link>
<pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate><dc:creator>Ada</dc:creator>
<category>one</category><enclosure url="/a.mp3" length="1" type="audio/mpeg"/>
<slash:comments>3</slash:comments>
<content:encoded><![CDATA[<p>Text</p><pre>a
  b</pre>]]></content:encoded></item></channel></rss>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [
{"id": "a", "url": "https://blog.example/a", "title": "A title", "content_html": "<p>Text</p>",
"date_published": "2020-02-03T00:00:00Z", "tags": ["one"], "_own": {"count": 3}}]}"""


def of_feed(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    (item,) = feed.parse(data, "https://blog.example/feed").items
    return item.source


@pytest.mark.parametrize(
    ("text", "old", "new", "is_shown"),
    [
        (ATOM, "A  title", "Another", True),
        (ATOM, 'href="/a"', 'href="/b"', True),
        (ATOM, "2020-02-03T00:00:00Z</updated>", "2020-02-04T00:00:00Z</updated>", True),
        (ATOM, "Ada", "Eve", True),
        (ATOM, '"two"', '"three"', True),
        (ATOM, "Text", "A text", True),
        (ATOM, "<b>more</b>", "<i>more</i>", True),
        (ATOM, "<entry>", '<entry xml:lang="de">', True),
        (ATOM, "A  title", "\n A title ", False),
        (ATOM, "/a/replies", "/a/answers", False),
        (ATOM, "<x:count>3", "<x:count>4", False),
        (ATOM, " c ", " d ", False),
        (ATOM, "<title>F", "<title>G", False),
        (ATOM, "</entry>", "\n\n</entry>", False),
        (ATOM, '<category term="one"/><category term="two"/>\n<x:count>3</x:count>',
         '<x:count>3</x:count><category term="one"/><category term="two"></category>', False),
        (ATOM, "&amp;", "&#38;", False),
        (RSS, "A title", "Another", True),
        (RSS, "10:00", "11:00", True),
        (RSS, "a.mp3", "b.mp3", True),
        (RSS, "<p>Text", "<p>More", True),
        (RSS, "  b</pre>", "b</pre>", True),
        (RSS, "Ada", "Eve", True),
        (RSS, ">3<", ">4<", False),
        (RSS, "<title>F", "<title>G", False),
        (RSS, "<dc:creator>Ada</dc:creator>\n<category>one</category>",
         "<category>one</category> <dc:creator>Ada</dc:creator>", False),
        (JSON_FEED, "A title", "Another", True),
        (JSON_FEED, '["one"]', '["two"]', True),
        (JSON_FEED, "Text", "More", True),
        (JSON_FEED, '"count": 3', '"count": 4', False),
        (JSON_FEED, '"title": "F"', '"title": "G"', False),
        (JSON_FEED, '"tags": ["one"], ', '\n  "tags":   ["one"],', False),
    ],
)  # fmt: skip
def test_an_edit_of_an_item_changes_its_source_if_readers_see_it(
    text: str, old: str, new: str, is_shown: bool
) -> None:
    assert text.count(old) == 1
    before = of_feed(text)
    assert before
    assert (of_feed(text.replace(old, new)) != before) == is_shown


def test_prefixes_and_encodings_of_a_feed_are_no_edit() -> None:
    prefixed = RSS.replace("content:", "c:").replace("xmlns:content", "xmlns:c")
    assert of_feed(prefixed) == of_feed(RSS)
    other = ATOM.replace("xmlns:x=", "xmlns:a='http://www.w3.org/2005/Atom' xmlns:x=")
    assert of_feed(other.replace("<author>", "<a:author>").replace("</author>", "</a:author>")) == (
        of_feed(ATOM)
    )
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{RSS}'.replace("Ada", "Ad\xe4")
    narrow = wide.replace("UTF-16", "UTF-8")
    assert of_feed(wide.encode("utf-16")) == of_feed(narrow)


def test_an_item_with_a_character_that_no_text_has_costs_no_other_item() -> None:
    item = "<item><guid>b</guid><pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate><title>"
    text = RSS.replace("<item>", f"{item}&#xD800;</title></item><item>")
    odd, whole = feed.parse(text.encode(), "https://blog.example/feed").items
    (without,) = feed.parse(
        f"<rss><channel>{item}</title></item></channel></rss>".encode(), ""
    ).items
    assert (odd.source, whole.source) == (without.source, of_feed(RSS))


def test_the_items_of_a_broken_feed_have_no_source_if_their_order_is_unknown() -> None:
    # One program takes the stray element for an item, the other does not.
    broken = RSS.replace("<item>", "<channel><item><item>", 1)
    for item in feed.parse(broken.encode(), "https://blog.example/feed").items:
        assert item.source in {"", of_feed(RSS)}


def test_a_hostile_feed_takes_time_in_proportion() -> None:
    def run(times: int) -> None:
        item_source.of_xml(RSS.replace("<p>", "<b>x</b>" * times).encode())
        item_source.of_xml(ATOM.replace("<b>", "<b>x</b>" * times + "<b>").encode())
        item_source.of_json({"title": "a  " * times, "tags": json.loads("[1" + ",2" * times + "]")})

    assert_linear(run, 2_000)
