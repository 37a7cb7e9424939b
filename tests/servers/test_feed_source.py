"""A feed of any program as the source: its items are the posts."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import re
import threading
from email.message import Message
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.request import Request

import pytest
from msgspec import structs

from publisher import config as configs
from publisher import identity, sources
from publisher.errors import ConfigError, Unavailable
from publisher.sources.feed import download, items, name_of, parse, remembered_items
from publisher.system import http
from publisher.system.lock import lock
from tests.support.blog import Blog
from tests.support.posts import RenderedEntries, rendered
from tests.support.subscribers import Outsider
from tests.support.web import Answer, Secure, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers import Server

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
HOME = "https://elsewhere.example"

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://elsewhere.example/">
<title>Elsewhere</title><id>urn:x:feed</id><updated>2026-02-02T10:00:00Z</updated>
<author><name>Bob</name><uri>https://elsewhere.example/bob</uri></author>
<link rel="self" href="feed.xml"/>
<entry xml:base="posts/">
 <title type="html">A &amp;lt;b&amp;gt; &lt;i>title&lt;/i></title>
 <id>urn:x:one</id><link href="one.html"/>
 <link rel="enclosure" href="one.ogg" type="audio/ogg" length="12" title="One"/>
 <published>2026-01-01T12:00:00+02:00</published><updated>2026-01-02T10:00:00Z</updated>
 <category term="x"/><category term="y z"/><category term="x"/>
 <summary>The lead</summary>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>
 <img src="i.png" alt=""/> <a href="two.html#x">two</a></p></div></content>
</entry>
<entry><title>Two</title><id>urn:x:two</id><updated>2026-02-02T10:00:00Z</updated>
 <author><name>Ada</name></author><content xml:lang="fr">Plain &lt;text>

and more</content></entry>
</feed>
"""
RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel><title>Elsewhere</title><link>https://elsewhere.example/</link><description/>
<language>en-gb</language>
<item><title>One &amp; all</title><guid isPermaLink="false">4711</guid>
 <link>https://elsewhere.example/one</link><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate>
 <dc:creator>Bob</dc:creator><category>x</category>
 <description>The &lt;b>lead&lt;/b></description>
 <content:encoded><![CDATA[<p>All <a href="/two">of</a> it</p><script>x</script>]]>
 </content:encoded>
 <enclosure url="https://elsewhere.example/one.mp3" type="audio/mpeg" length="77"/>
 <itunes:duration>1:02</itunes:duration>
 <media:content url="https://elsewhere.example/one.jpg" medium="image"/></item>
<item><title>Undated</title><guid>https://elsewhere.example/undated</guid></item>
<item><guid>https://elsewhere.example/two</guid><pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate>
 <description>Only this</description></item>
</channel></rss>
"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Elsewhere",
    "language": "en",
    "authors": [{"name": "Bob", "url": "https://elsewhere.example/bob"}],
    "items": [
        {
            "id": "https://elsewhere.example/one",
            "url": "/one",
            "title": "One",
            "content_html": "<p>All <a href='/two'>of</a> it</p>",
            "summary": "The lead",
            "image": "/one.jpg",
            "date_published": "2026-01-01T12:00:00+02:00",
            "date_modified": "2026-01-03T10:00:00Z",
            "tags": ["x", "y"],
            "attachments": [
                {
                    "url": "/one.opus",
                    "mime_type": "audio/ogg; codecs=opus",
                    "title": "One",
                    "size_in_bytes": 5,
                    "duration_in_seconds": 1.5,
                }
            ],
        },
        {"id": 2, "content_text": "a < b", "date_modified": "2026-01-02T10:00:00Z"},
        {"id": "x:3"},
        "no item",
    ],
}


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "site")


def use(blog: Blog, source: str, more: str = "") -> None:
    """Configure a feed in place of the folder of posts."""
    config = blog.folder / "publisher.yaml"
    text = config.read_text()
    config.write_text(
        text.replace("posts: {path: posts, permalink: pretty}", f"posts: {{feed: {source}{more}}}")
    )


def read(blog: Blog, text: str | bytes, name: str = "source.xml") -> RenderedEntries:
    data = text if isinstance(text, bytes) else text.encode()
    (blog.folder / name).write_bytes(data)
    use(blog, name)
    config = configs.load(blog.folder / "publisher.yaml")
    return rendered(sources.read(config, now=NOW), config.site)


def test_all_elements_of_an_atom_feed_are_read(blog: Blog) -> None:
    two, one = sorted(read(blog, ATOM).entries, key=lambda e: e.published, reverse=True)
    assert (one.atom_id, one.title, one.link) == (
        "urn:x:one", "A <b> title", f"{HOME}/posts/one.html",
    )  # fmt: skip
    assert one.published == dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)
    assert one.updated == dt.datetime(2026, 1, 2, 10, tzinfo=dt.UTC)
    assert (one.categories, one.language) == (("x", "y z"), "de")
    assert [(a.name, a.uri) for a in one.authors] == [("Bob", f"{HOME}/bob")]
    assert one.content.summary == "The lead"
    assert one.content.xhtml.replace("\n", "") == (
        f'<p>One<br/> <img src="{HOME}/posts/i.png" alt=""/> '
        f'<a href="{HOME}/posts/two.html#x">two</a></p>'
    )
    (song,) = one.enclosures
    assert (song.href, song.type, song.length) == (f"{HOME}/posts/one.ogg", "audio/ogg", 12)
    assert (two.title, two.language, two.content.summary) == ("Two", "fr", None)
    assert [a.name for a in two.authors] == ["Ada"]
    assert two.content.xhtml == "<p>Plain &lt;text&gt;</p><p>and more</p>"
    assert two.link == "https://blog.example/"  # it names no page
    assert one.item_id != two.item_id


def test_all_elements_of_an_rss_feed_are_read(blog: Blog) -> None:
    found = read(blog, RSS)
    one, two = sorted(found.entries, key=lambda e: e.published)
    assert (one.title, one.link, one.language) == ("One & all", f"{HOME}/one", "en-gb")
    assert one.atom_id == f"tag:blog.example,2020-01-01:{one.item_id}"  # 4711 is no IRI
    assert one.content.summary == "The lead"
    assert one.content.xhtml.strip() == f'<p>All <a href="{HOME}/two">of</a> it</p>'
    (song,) = one.enclosures
    assert (song.type, song.length, song.duration) == ("audio/mpeg", 77, 62.0)
    assert one.image
    assert one.image.href == f"{HOME}/one.jpg"
    assert (two.atom_id, two.link, two.title) == (f"{HOME}/two", f"{HOME}/two", "Only this")
    (undated,) = found.skipped
    assert undated.broken
    assert "has no date" in undated.reason


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("some day", "its date 'some day' cannot be read; readers would show it as new"),
        ("d" * 70, f"its date '{'d' * 59}…' cannot be read"),
        ("a\x7f\u202eb", "its date 'a\\x7f\\u202eb' cannot be read"),
        ("", "has no date; readers would"),
        (" ", "has no date; readers would"),
    ],
)
def test_a_date_that_cannot_be_read_is_named(date: str, reason: str) -> None:
    item = {"id": "a", "title": "A", "date_published": date}
    rss = f"<item><guid>a</guid><pubDate>{date}</pubDate></item>"
    atom = f"<entry><id>a</id><published>{date}</published></entry>"
    for document in (
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}),
        f"<rss version='2.0'><channel>{rss}</channel></rss>",
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{atom}</feed>",
    ):
        (broken,) = parse(document.encode(), HOME).broken
        assert broken.reason.startswith(reason)


def test_media_rss_describes_recordings_and_pictures() -> None:
    media = (
        '<media:content url="/one.opus" type="audio/ogg" fileSize="5" duration="3"/>'
        '<media:content url="/one.mp3" type="audio/mpeg" duration="1:01:01"/>'
        '<media:content url="/one.png" type="image/png"/></item>'
    )
    text = RSS.replace(' medium="image"/></item>', f' medium="other"/>{media}', 1)
    one = parse(text.encode(), f"{HOME}/feed").items[0]
    assert [(file.href, file.type, file.length, file.duration) for file in one.enclosures] == [
        (f"{HOME}/one.mp3", "audio/mpeg", 77, 62.0),
        ("/one.opus", "audio/ogg", 5, 3.0),
        ("/one.mp3", "audio/mpeg", None, 3661.0),
    ]
    assert one.image == items.File(href="/one.png", type="image/png")


def test_a_title_in_html_is_read_as_text() -> None:
    html = "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;t&lt;i&gt;w&lt;/i&gt;o &amp;amp; three&lt;/p&gt;"
    text = ATOM.replace("A &amp;lt;b&amp;gt; &lt;i>title&lt;/i>", html)
    assert parse(text.encode(), HOME).items[0].title == "One two & three"


def test_a_complete_feed_is_not_broken(blog: Blog) -> None:
    (blog.folder / "f.json").write_bytes(feed_of(1, 2))
    use(blog, "f.json", ", complete: true")
    config = configs.load(blog.folder / "publisher.yaml")
    assert not rendered(sources.read(config, now=NOW), config.site).skipped
    (blog.folder / "f.json").write_bytes(feed_of(2))
    assert days(rendered(sources.read(config, now=NOW), config.site)) == [2]


def test_all_keys_of_a_json_feed_are_read(blog: Blog) -> None:
    found = read(blog, json.dumps(JSON).replace('"/', f'"{HOME}/'), "source.json")
    one, two = sorted(found.entries, key=lambda e: e.published)
    assert (one.atom_id, one.title, one.link) == (f"{HOME}/one", "One", f"{HOME}/one")
    assert (one.published.day, one.updated.day, one.categories) == (1, 3, ("x", "y"))
    assert [(a.name, a.uri) for a in one.authors] == [("Bob", f"{HOME}/bob")]
    assert one.content.xhtml == f'<p>All <a href="{HOME}/two">of</a> it</p>'
    assert one.content.summary == "The lead"
    (song,) = one.enclosures
    assert (song.length, song.duration, song.codec) == (5, 1.5, "opus")
    assert one.image
    assert one.image.href == f"{HOME}/one.jpg"
    assert two.content.xhtml == "<p>a &lt; b</p>"
    assert len(found.skipped) == 2


def test_a_feed_that_publisher_built_gives_the_same_entries(blog: Blog) -> None:
    blog.write("2026-01-01-one.md", "A *b* [c](/d)\n\n## Head\n\n<b>x<br>y</b>[^1]\n\n[^1]: n",
               title="One <b>", tags="[x, y]", author="Bob", lang="fr")  # fmt: skip
    blog.write("2026-01-02-two.md", "Lead\n\n<!--more-->\n\nRest | a\n-|-\n1 |", title="Two",
               audio="[/a.ogg, /b.opus]", image="/i.png", updated="2026-02-01")  # fmt: skip
    assert blog.run("build").code == 0
    built = blog.built()
    config = configs.load(blog.folder / "publisher.yaml")
    own = {e.item_id: e for e in rendered(sources.read(config, now=NOW), config.site).entries}
    for name in ("feed.atom", "feed.json", "feed.rss"):
        other = Blog(blog.folder / name.replace(".", "-"))
        found = {e.item_id: e for e in read(other, built[name], f"source-{name}").entries}
        assert found.keys() == own.keys()
        for id_, one in found.items():
            meant = own[id_]
            assert (one.atom_id, one.title, one.link) == (meant.atom_id, meant.title, meant.link)
            assert (one.published, one.categories) == (meant.published, meant.categories)
            assert one.updated == (one.published if name == "feed.rss" else meant.updated)
            assert [a.name for a in one.authors] == [a.name for a in meant.authors]
            xhtml = meant.content.xhtml
            if name != "feed.atom":  # there, links to notes lead to the page
                page = rf'href="{meant.link}#\1:\2"'
                xhtml = re.sub(rf'href="#{id_}-(fn(?:ref)?)(\d)"', page, xhtml)
            assert one.content.xhtml == xhtml
            assert one.content.summary == meant.content.summary
            assert (one.language, one.image) == (meant.language, meant.image)
            heard = [(e.href, e.type) for e in one.enclosures]
            assert heard == [(e.href, e.type) for e in meant.enclosures]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html><body>Log in</body></html>", "is not a feed"),
        ("", "is not a feed"),
        ("{}", "is JSON, but not a JSON Feed"),
        ('{"version": ', "is not JSON"),
        ('{"version": "https://jsonfeed.org/version/1", "items": 1}', "but not a JSON Feed"),
        ("Words.", "is not a feed"),
    ],
)
def test_a_document_that_is_not_a_feed_is_an_error(blog: Blog, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(blog, text)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
@pytest.mark.parametrize("kind", ["text/xml", "application/rss+xml; charset=us-ascii", ""])
def test_a_feed_may_have_any_encoding(encoding: str, kind: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + RSS.replace("all<", "ü<")
    parsed = parse(text.encode(encoding), f"{HOME}/feed", kind)
    assert parsed.items[0].title == "One & ü"
    assert not parsed.warning


@pytest.mark.parametrize(
    ("item", "link", "body", "base"),
    [
        ({}, "", "", f"{HOME}/f"),
        ({"url": "javascript:x"}, "", "", f"{HOME}/f"),
        ({"url": "a", "content_text": "a\n\nb"}, f"{HOME}/a", "<p>a</p><p>b</p>", f"{HOME}/a"),
        ({"external_url": "https://x.example/", "content_html": 5, "tags": "x", "authors": 7,
          "attachments": [1, {"url": None}], "title": None, "language": 3, "image": {}},
         "https://x.example/", "5", "https://x.example/"),
    ],
)  # fmt: skip
def test_an_item_with_odd_elements_is_read_without_them(
    item: dict[str, object], link: str, body: str, base: str
) -> None:
    item = {"id": "a", "date_published": "2026-01-01", **item}
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item]}
    (found,) = parse(json.dumps(feed).encode(), f"{HOME}/f").items
    assert (found.link, found.body, found.base) == (link, body, base)
    assert not found.enclosures


ODD_RSS = """<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>t</title>
<item><guid>  one\n </guid><link>http://[bad/</link><title>q&#xD800;&#1;r</title>
 <pubDate>Mon, 01 Jun 2026 00:00:00 GMT</pubDate><description>a&#55296;b</description>
 <enclosure url="http://[bad/a.mp3" type="audio/mpeg" length="{digits}"/>
 <media:content url="/b.mp3" type="audio/mpeg" fileSize="{digits}" duration="{digits}"/>
 <itunes:duration>{digits}</itunes:duration><category>{digits}</category></item>
<item><guid>two</guid><pubDate>Tue, 02 Jun 2026 00:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.mark.parametrize("digits", ["9" * 5_000, "99999999999999999999", "-1", "٣", "1e30", "\x00"])
def test_an_odd_number_is_ignored(blog: Blog, digits: str) -> None:
    found = read(blog, ODD_RSS.replace("{digits}", digits))
    assert {one.title.rstrip("\ufffd") for one in found.entries} >= {"two"}
    one = next(one for one in found.entries if one.title != "two")
    assert [file.length for file in one.enclosures] == [None]
    assert days(read(blog, ODD_RSS.replace("{digits}", "5"))) == [1, 2]


@pytest.mark.parametrize(
    ("written", "name", "mail"),
    [
        ("ada@blog.online (Ada Lovelace)", "Ada Lovelace", "ada@blog.online"),
        ("Ada Lovelace (ada@blog.museum)", "Ada Lovelace", "ada@blog.museum"),
        ("Ada Lovelace &lt;ada@blog.technology>", "Ada Lovelace", "ada@blog.technology"),
        ("ada@blog.online", "ada@blog.online", "ada@blog.online"),
        ("Ada Lovelace", "Ada Lovelace", None),
    ],
)
def test_an_author_of_rss_is_an_email_and_a_name(
    blog: Blog, written: str, name: str, mail: str | None
) -> None:
    feed = RSS.replace("<dc:creator>Bob</dc:creator>", f"<author>{written}</author>")
    (author,) = next(one for one in read(blog, feed).entries if one.title == "One & all").authors
    assert (author.name, author.email) == (name, mail)


def test_a_guid_that_is_not_a_url_is_never_a_link() -> None:
    """With and without `isPermaLink`, so that the ids stay when the feed moves."""
    feed = "".join(
        f"<item><guid{no}>{number}</guid><pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate></item>"
        for number, no in enumerate((' isPermaLink="false"', ""), start=12345)
    )
    for address in (HOME, "http://127.0.0.1:8765/feed.xml", "https://moved.example/"):
        parsed = parse(f"<rss><channel>{feed}</channel></rss>".encode(), address)
        assert [(one.id, one.link) for one in parsed.items] == [("12345", ""), ("12346", "")]


def test_an_item_with_the_id_of_another_is_reported(blog: Blog) -> None:
    """The feed does not count as broken. A copy of the same item is not reported."""
    undated = RSS.index("<item><title>Undated")
    twice = RSS[:undated] + RSS[RSS.index("<item>") :]
    assert [skip.reason for skip in read(blog, twice).skipped] == [
        "has no date; readers would show it as new after every run"
    ]
    other = twice.replace("<title>One &amp; all", "<title>Another", 1)
    (skip,) = [
        skip for skip in read(blog, other).skipped if "same id as an earlier item" in skip.reason
    ]
    assert not skip.broken


def test_content_that_is_not_text_is_not_shown(blog: Blog) -> None:
    pdf = '<content type="application/pdf">JVBERi0xLjQ=</content>'
    start = ATOM.index("<content")
    end = ATOM.index("</content>") + len("</content>")
    found = read(blog, ATOM[:start] + pdf + "<summary>In short.</summary>" + ATOM[end:])
    assert not any("PDF" in one.content.xhtml for one in found.entries)
    assert any(one.content.xhtml == "<p>In short.</p>" for one in found.entries)


def test_an_odd_value_in_json_is_ignored(blog: Blog) -> None:
    def one(ident: object, **more: object) -> dict[str, object]:
        return {"id": ident, "date_published": "2026-01-01", "content_text": "Text", **more}

    sizes: list[object] = [1e30, 2**64, -1, True, "x", [], None]
    files = [{"url": "/a", "size_in_bytes": n, "duration_in_seconds": n} for n in sizes]
    odd: list[object] = [
        one(0),
        one("a", url="http://[x", content_html="<p>\ud800\x00x</p>", title="\ud83d"),
        one("b", attachments=files),
        one("c", date_published="0001-01-01T00:00:00+14:00"),
        one("d", tags=[None, 0, {}, "\ud800"], authors=[{"name": ["x"]}, {"url": "\x00"}]),
        one(False), one([]), one({}), one("\x00"),
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": odd}
    found = read(blog, json.dumps(feed))
    assert sorted(one.post.path.stem.partition("-")[0] for one in found.entries) == [*"0abd"]
    assert {file.length for one in found.entries for file in one.enclosures} == {None}
    assert len(found.skipped) == 5
    assert blog.run("build").code == 1
    assert len(json.loads(blog.built()["feed.json"])["items"]) == 4


KEPT_BY_ITSELF = (
    "authors", "author_detail", "links", "link", "tags", "content", "contents", "enclosures",
    "title_detail", "summary_detail", "subtitle_detail", "published_parsed", "updated_parsed",
    "created_parsed", "media_content", "media_thumbnail", "image", "entries", "language", "base",
    "feed", "version", "bozo", "license", "source", "publisher", "cloud", "generator", "id", "name",
)  # fmt: skip
IN_ODD_PLACES = (
    '<psc:chapter xmlns:psc="http://podlove.org/simple-chapters" title="x"/>',
    '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter/></psc:chapters>',
    "<textInput><title>x</title><name>y</name></textInput>",
    "<description><width/></description>", "<image><height>x</height></image>", "<width/>",
    '<media:player><media:title>x</media:title></media:player>', "<media:rating>x</media:rating>",
    "<media:credit/>", "<media:player/>", "<media:thumbnail><url/></media:thumbnail>",
    "<contributor><name/></contributor>", "<itunes:owner><itunes:name/></itunes:owner>",
    "<itunes:image/>", "<textInput/>", "<authors/><author>x</author>",
    "<tags/><category>x</category>",
)  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        *(f"<{name}>x</{name}>" for name in KEPT_BY_ITSELF),
        *(f'<{name} a="b"/>' for name in KEPT_BY_ITSELF),
        *IN_ODD_PLACES,
    ],
)
def test_an_odd_element_is_ignored(odd: str) -> None:
    for at in ("<channel>", "<item>", "<item><title>One &amp; all</title>", "</item>"):
        for place in (f"{at}{odd}", f"{odd}{at}"):
            parsed = parse(RSS.replace(at, place, 1).encode(), f"{HOME}/feed")
            assert {one.id for one in parsed.items} >= {f"{HOME}/two"}, place
            assert len(parsed.items) + len(parsed.broken) == 3
            assert not parsed.warning


def test_the_text_inside_odd_elements_is_kept() -> None:
    odd = "<description>a <b>c<i/></b> d<width/> e</description><textInput/><link/>"
    text = RSS.replace("<title>One", f"{IN_ODD_PLACES[3]}<title>One").replace(
        "<description>Only this</description>", odd
    )
    two = parse(text.encode(), HOME).items[1]
    assert two.body == "a c d e"


def test_a_truncated_feed_with_odd_elements_is_read(blog: Blog) -> None:
    text = RSS.replace("<channel>", f"<channel>{IN_ODD_PLACES[0]}").replace("One &", "One&nbsp;&")
    assert "is not well-formed" in read(blog, text).warnings[0].message
    found = read(blog, text[: text.index("Only this")])
    assert [one.title for one in found.entries if "One" in one.title]
    assert "is not well-formed" in found.warnings[0].message


def test_an_unusable_element_is_an_error() -> None:
    text = RSS.replace("<item>", "<item><media:thumbnail>x<item/></media:thumbnail>", 1)
    with pytest.raises(ConfigError, match="xml has elements that no feed may have"):
        parse(text.encode(), HOME, name="f.xml")


def test_an_unusable_item_does_not_stop_others() -> None:
    def reading(one: int) -> items.FeedItem:
        return items.FeedItem(id=str(6 // one), link="", title="", body="", base="", published=0,
                          updated=0)  # fmt: skip

    parsed = items.collected([3, 0, 2], reading, items.Channel())
    assert [one.id for one in parsed.items] == ["2", "3"]
    assert [one.reason for one in parsed.broken] == [items.ODD]


def test_a_json_value_that_is_not_text_is_ignored() -> None:
    odd: list[object] = [{"url": "x.png"}, ["a"], True, {}]
    keys = ("title", "url", "external_url", "content_text", "summary", "image", "banner_image",
            "language")  # fmt: skip
    item = {"id": "a", "date_published": "2026-01-01"}
    found = [{**item, **dict.fromkeys(keys, one), "tags": odd, "id": str(number),
              "authors": [{"name": one, "url": one, "email": one}],
              "attachments": [{"url": one}, {"url": "/a", "title": one, "mime_type": one}]}
             for number, one in enumerate(odd)]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1", "items": found, "title": odd[0]}
    parsed = parse(json.dumps(feed).encode(), f"{HOME}/f")
    assert parsed.channel == items.Channel()
    plain = items.FeedItem(
        id="", link="", title="", body="", base=f"{HOME}/f", published=1767225600,
        updated=1767225600, enclosures=(items.File(href="/a"),),
    )  # fmt: skip
    found_items = [structs.replace(one, source="") for one in parsed.items]
    assert found_items == [structs.replace(plain, id=str(number)) for number in range(4)]


def test_a_json_number_is_read_as_text() -> None:
    item = {"id": 7, "date_published": "2026-01-01", "title": 1984, "tags": [2026, 1.5],
            "content_text": 10**30}  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item]}
    (found,) = parse(json.dumps(feed).encode(), f"{HOME}/f").items
    assert (found.id, found.title, found.categories) == ("7", "1984", ("2026", "1.5"))
    assert found.body == f"<p>1{'0' * 30}</p>"


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_a_year_outside_the_range_is_not_a_date(blog: Blog, year: str) -> None:
    item = {"id": "a", "date_published": f"{year}-12-31T23:59:59Z"}
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item]}
    (skipped,) = read(blog, json.dumps(feed)).skipped
    assert "cannot be read" in skipped.reason


def test_a_truncated_feed_is_read_up_to_its_end(blog: Blog) -> None:
    found = read(blog, ATOM[: ATOM.index("<entry><title>Two")])
    assert [one.title for one in found.entries] == ["A <b> title"]
    assert "is not well-formed" in found.warnings[0].message


def test_the_last_item_of_a_truncated_feed_keeps_its_version_from_before(blog: Blog) -> None:
    assert len(read(blog, ATOM).entries) == 2
    for cut in ("Plain &lt;text>", "<content xml:lang", "<author><name>Ada"):
        found = read(blog, ATOM[: ATOM.index(cut)])
        assert [one.content.xhtml for one in found.entries if one.title == "Two"] == [
            "<p>Plain &lt;text&gt;</p><p>and more</p>"
        ]
    damaged = ATOM.replace("<summary>", "<summary>&nosuch; ")
    assert len(parse(damaged.encode(), HOME).items) == 2


@pytest.mark.parametrize("ident", ["x:3", f"{HOME}/3?{'a' * 120}"])
def test_an_item_that_cannot_be_read_any_more_keeps_its_last_version(
    blog: Blog, ident: str
) -> None:
    first = NO_IDS.replace("x:3", ident)
    assert len(read(blog, first).entries) == 3
    for broken in ("soon", "Sat, 99 Jan 2026 10:00:00 GMT"):
        found = read(blog, first.replace("Sat, 03 Jan 2026 10:00:00 GMT", broken))
        assert [one.title for one in found.entries if one.atom_id == ident] == ["Three"]
        assert not found.broken
        (skip,) = found.skipped
        assert skip.reason.endswith("until it is repaired, its last version stays")
    # It drops out of the feed as any other item does.
    assert len(read(blog, NO_IDS.replace("x:3", "x:4").replace("Jan", "Feb")).entries) == 4


def test_a_pipe_is_not_a_feed(blog: Blog) -> None:
    os.mkfifo(blog.folder / "f.xml")
    use(blog, "f.xml")
    run = blog.run("build")
    assert (run.code, "f.xml: is not a file" in run.err) == (2, True)


def test_entities_do_not_grow_without_limit(blog: Blog) -> None:
    names = "".join(
        f'<!ENTITY a{n} "{"".join(f"&a{n - 1};" for _ in range(10))}">' for n in range(1, 12)
    )
    bomb = f'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a0 "lol">{names}]>'
    text = ATOM.replace('<?xml version="1.0" encoding="utf-8"?>', bomb)
    text = text.replace("The lead", "&a11;").replace("SYSTEM", "")
    for one in read(blog, text).entries:
        assert len(one.content.summary or "") < 1_000_000


def test_no_file_is_read_through_an_entity(blog: Blog) -> None:
    (blog.folder / "secret").write_text("TOLD")
    head = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "{(blog.folder / "secret").as_uri()}">]>'
    text = ATOM.replace("<feed", f"{head}<feed", 1).replace("The lead", "&x;")
    assert all("TOLD" not in (one.content.summary or "") for one in read(blog, text).entries)


def feed_of(*days: int, text: str = "Text") -> bytes:
    """A JSON Feed with an item for each of these days."""
    items = [
        {"id": f"x:{day}", "url": f"{HOME}/{day}", "title": f"Day {day}",
         "date_published": f"2026-01-{day:02}T00:00:00Z", "content_html": text}
        for day in days
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def days(found: RenderedEntries) -> list[int]:
    return sorted(one.published.day for one in found.entries)


def test_an_item_that_fell_off_the_end_of_the_feed_is_remembered(blog: Blog) -> None:
    assert days(read(blog, feed_of(1, 2, 3))) == [1, 2, 3]
    assert days(read(blog, feed_of(3, 4))) == [1, 2, 3, 4]
    assert days(read(blog, feed_of(5))) == [1, 2, 3, 4, 5]


def test_an_item_that_vanished_between_others_is_removed(blog: Blog) -> None:
    read(blog, feed_of(1, 2, 3, 4))
    assert days(read(blog, feed_of(2, 4))) == [1, 2, 4]


@pytest.mark.parametrize(
    ("looks", "left"),
    [
        ([(3, 2, 1), (4, 3, 2)], [1, 2, 3, 4]),  # newest first, as most are
        ([(1, 4, 3, 2), (1, 5, 4, 3)], [1, 2, 3, 4, 5]),  # an old one is pinned to the top
        ([(1, 4, 3, 2), (1, 5, 4, 3), (1, 6, 5, 4)], [1, 2, 3, 4, 5, 6]),
        ([(4, 3, 2, 1), (4, 3)], [1, 2, 3, 4]),  # it is shorter now
        ([(4, 3, 2, 1), (4, 3), (4, 3, 1)], [1, 2, 3, 4]),  # what dropped out stays
        ([(4, 3, 2, 1), (4, 2, 1)], [1, 2, 4]),
        ([(4, 3, 2, 1), (3, 2, 1)], [1, 2, 3]),  # the newest was taken back
        ([(1, 2, 3), (1, 2)], [1, 2]),
        ([(1, 4, 3, 2), (1, 4, 2)], [1, 2, 4]),
        ([(3, 2, 1), ()], [1, 2, 3]),
        ([(3, 2, 1), (), (3, 1)], [1, 2, 3]),
    ],
)  # fmt: skip
def test_which_missing_items_are_removed_and_which_fell_off(
    blog: Blog, looks: list[tuple[int, ...]], left: list[int]
) -> None:
    for look in looks:
        found = read(blog, feed_of(*look))
    assert days(found) == left


def test_an_unreadable_memory_is_an_error(blog: Blog) -> None:
    read(blog, feed_of(3, 2, 1))
    memory = blog.folder / ".publisher/source/items.msgpack"
    whole = memory.read_bytes()
    memory.write_bytes(whole[:-5])
    with pytest.raises(ConfigError, match="if you remove it, these posts are retracted"):
        read(blog, feed_of(4, 3))
    assert memory.read_bytes() == whole[:-5]
    memory.write_bytes(whole)
    assert days(read(blog, feed_of(4, 3))) == [1, 2, 3, 4]


def test_the_number_of_items_is_limited() -> None:
    def parsed(count: int) -> items.Parsed:
        one = {"date_published": "2026-01-01"}
        feed = {"version": "https://jsonfeed.org/version/1.1",
                "items": [{**one, "id": f"x:{number}"} for number in range(count)]}  # fmt: skip
        return parse(json.dumps(feed).encode(), f"{HOME}/f")

    assert not parsed(items.MAX_ITEMS).warning
    more = parsed(items.MAX_ITEMS + 1)
    assert len(more.items) == items.MAX_ITEMS
    assert "the others are not read" in more.warning


def test_a_truncated_feed_removes_no_item(blog: Blog) -> None:
    assert len(read(blog, ATOM).entries) == 2
    half = ATOM[: ATOM.index("<entry><title>Two")]
    assert len(read(blog, half).entries) == 2
    assert len(read(blog, half + "</feed>").entries) == 1


def test_a_truncated_complete_feed_removes_no_item(blog: Blog) -> None:
    (blog.folder / "f.xml").write_text(ATOM[: ATOM.index("<entry><title>Two")])
    use(blog, "f.xml", ", complete: true")
    config = configs.load(blog.folder / "publisher.yaml")
    found = rendered(sources.read(config, now=NOW), config.site)
    assert found.broken
    run = blog.run("build")
    assert (run.code, "is not well-formed" in run.err) == (1, True)


@pytest.mark.parametrize("command", ["build", "check", "plan"])
def test_a_command_that_only_looks_needs_no_state(blog: Blog, web: Web, command: str) -> None:
    (blog.folder / ".publisher").write_text("a file")
    web.answers["/feed"] = Answer(feed_of(1, 2), headers={"ETag": '"a"'})
    use(blog, f"{web.url}/feed")
    run = blog.run(command, *(["--json"] if command == "build" else []))
    assert (run.code, "Traceback" in run.err) == (0, False)
    if command == "build":
        (warning,) = run.json["warnings"]
        assert "posts that drop out of the feed are not remembered: " in warning["message"]


def test_publish_needs_the_state(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])
    (blog.folder / "f.json").write_bytes(feed_of(1, 2))
    use(blog, "f.json")
    (blog.folder / ".publisher").mkdir()
    (blog.folder / ".publisher" / "source").write_text("a file")
    run = blog.run("publish")
    assert (run.code, "set `state:` to a folder that can be written" in run.err) == (2, True)


def test_a_look_during_a_run_writes_nothing(blog: Blog) -> None:
    read(blog, feed_of(1, 2))
    state = blog.folder / ".publisher"
    before = remembered_items.recall(state)
    (blog.folder / "source.xml").write_bytes(feed_of(2, 3))
    with lock(state, wait=0):
        run = blog.run("build", "--json")
        assert (run.code, run.json["entries"], run.json["warnings"]) == (0, 3, [])
        assert remembered_items.recall(state) == before
        assert days(read(blog, feed_of(2, 3))) == [1, 2, 3]
    assert remembered_items.recall(state) != before


def test_an_older_look_does_not_undo_a_newer_one(tmp_path: Path) -> None:
    """The older look began earlier, and had to wait for the answer."""

    def look(known: remembered_items.Memory, *days: int) -> remembered_items.Memory:
        return remembered_items.joined(parse(feed_of(*days), f"{HOME}/f"), known, "f")

    remembered_items.remember(
        look(remembered_items.Memory(), 1, 2), remembered_items.Memory(), tmp_path
    )
    known = remembered_items.recall(tmp_path)
    older, newer = look(known, 1, 2, 3), look(known, 3, 4)
    assert remembered_items.remember(newer, known, tmp_path) == ""
    assert remembered_items.remember(older, known, tmp_path) == ""
    assert remembered_items.recall(tmp_path) == newer
    assert len(newer.items) == 4


def test_another_feed_has_another_memory(blog: Blog) -> None:
    read(blog, feed_of(1, 2), "a.json")
    config = blog.folder / "publisher.yaml"
    (blog.folder / "b.json").write_bytes(feed_of(9))
    config.write_text(config.read_text().replace("a.json", "b.json"))
    found = configs.load(config)
    assert days(rendered(sources.read(found, now=NOW), found.site)) == [9]


def test_only_what_changed_is_fetched_again(blog: Blog, web: Web) -> None:
    web.answers["/feed"] = Answer(feed_of(1), headers={"ETag": '"a"'})
    use(blog, f"{web.url}/feed")
    for _ in range(2):
        assert blog.run("build").code == 0
        (item,) = json.loads(blog.built()["feed.json"])["items"]
        assert item["title"] == "Day 1"
    assert "If-None-Match" not in web.asked[0][1]
    assert web.asked[1][1]["If-None-Match"] == '"a"'
    web.answers["/feed"] = Answer(feed_of(1, 2), headers={"ETag": '"b"'})
    assert blog.run("build").code == 0
    assert len(json.loads(blog.built()["feed.json"])["items"]) == 2


def test_relative_urls_are_resolved_against_the_final_url_of_the_feed(blog: Blog, web: Web) -> None:
    text = ATOM.replace(' xml:base="https://elsewhere.example/"', "").replace(
        ' xml:base="posts/"', ""
    )
    web.answers["/old"] = Answer(code=301, headers={"Location": "/new/feed.xml"})
    web.answers["/new/feed.xml"] = Answer(text.encode(), headers={"Content-Type": "text/xml"})
    use(blog, f"{web.url}/old")
    assert blog.run("build").code == 0
    items = json.loads(blog.built()["feed.json"])["items"]
    assert items[1]["url"] == f"{web.url}/new/one.html"
    assert f'src="{web.url}/new/i.png"' in items[1]["content_html"]


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (Answer(code=404), 2, "answers 404; correct the URL"),
        (Answer(code=503), 4, "answers 503; try again later"),
        (Answer(code=302), 2, "answers 302; correct the URL"),
        (Answer(code=302, headers={"Location": "file:///etc/x"}), 2, "redirects to file:///etc/x;"),
        (Answer(code=302, headers={"Location": "data:,x\x1b"}), 2, "redirects to data:,x%1B;"),
        (Answer(code=302, headers={"Location": "/feed"}), 2, "redirects too often, last to http:"),
        (Answer(b"<html>", headers={"Content-Type": "text/html"}), 2, "is not a feed"),
        (Answer(b"x", headers={"Content-Encoding": "gzip"}), 4, "the response is cut short"),
        (Answer(b"xyz" * 9, headers={"Content-Encoding": "gzip"}), 2, "is not valid gzip"),
        (Answer(b"xyz", headers={"Content-Encoding": "br"}), 2, "unknown Content-Encoding br"),
        (Answer(code=302, headers={"Location": "ftp://127.0.0.1/x"}), 2, "redirects to ftp:"),
        (Answer(code=302, headers={"Location": "http://[::"}), 2, "[::, which is not a valid URL"),
        (Answer(code=302, headers={"Location": "//a..b/x"}), 2, "b/x, which is not a valid URL"),
        (Answer(code=302, headers={"Location": "http://a:99999/"}), 2, "is not a valid URL"),
        (Answer(feed_of(1), missing=9), 4, "the response is cut short"),
        (Answer(gzip.compress(feed_of(1))[:-9], headers={"Content-Encoding": "gzip"}), 4, "cut"),
    ],
)
def test_a_feed_that_cannot_be_fetched_changes_nothing(
    blog: Blog, web: Web, answer: Answer, code: int, message: str
) -> None:
    web.answers["/feed"] = answer
    use(blog, f"{web.url}/feed")
    run = blog.run("build")
    assert (run.code, blog.built()) == (code, {})
    assert message in " ".join(run.err.split())
    assert "Traceback" not in run.err


def test_an_incomplete_download_is_never_cached(blog: Blog, web: Web) -> None:
    etag = {"ETag": '"a"'}
    use(blog, f"{web.url}/feed")
    for half in (
        Answer(feed_of(1)[:-9], headers=etag, missing=9),
        Answer(ATOM[:-30].encode(), headers=etag),
        Answer(b"<html>Please log in</html>", headers=etag),
    ):
        web.answers["/feed"] = half
        blog.run("build")
    web.answers["/feed"] = Answer(feed_of(1, 2), headers=etag)
    assert blog.run("build").code == 0
    assert all("If-None-Match" not in headers for _, headers in web.asked)
    assert len(json.loads(blog.built()["feed.json"])["items"]) >= 2


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://127.0.0.1:99999/x", "Port"),
        ("http://[bad/x", "IPv6"),
        ("http:///x", "names no host"),
        ("http://a..b/x", "label"),
        ("http://a b/x", "is not a valid URL"),
    ],
)
def test_an_unusable_url_is_not_retried(tmp_path: Path, address: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        download.fetch(address, tmp_path)


def test_the_url_of_a_feed_may_have_any_letters(tmp_path: Path, web: Web) -> None:
    web.answers["/f%C3%A9%20d?q=%C3%BC"] = Answer(b"here")
    assert download.fetch(f"{web.url}/fé d?q=ü#x", tmp_path).body == b"here"


@pytest.mark.parametrize(
    ("redirects", "place", "follows"),
    [
        ("secure", "http://x.example/", False),
        ("secure", "HTTPS://x.example/", True),
        ("all", "http://x.example/", True),
        ("all", "ftp://x.example/", False),
    ],
)
def test_a_redirect_from_https_to_http_needs_permission(
    redirects: http.Redirects, place: str, *, follows: bool
) -> None:
    request = Request("https://secure.example/feed")
    arguments = (request, None, 302, "Found", Message(), place)
    redirect = http._RedirectHandler(redirects).redirect_request
    if follows:
        assert redirect(*arguments)
    else:
        with pytest.raises(ValueError, match="redirects to"):
            redirect(*arguments)


def test_an_untrusted_certificate_is_not_retried(tmp_path: Path) -> None:
    with (
        Secure(tmp_path) as secure,
        pytest.raises(
            ConfigError,
            match=rf"{secure.url}/feed: its certificate is not trusted \(.*ask the owner",
        ),
    ):
        download.fetch(f"{secure.url}/feed", tmp_path)


def test_the_password_in_a_url_is_never_printed(blog: Blog) -> None:
    use(blog, "http://ada:sesame@127.0.0.1/feed")
    for run in (blog.run("build"), blog.run("init", "--feed", "http://ada:sesame@127.0.0.1/feed")):
        assert run.code == 2
        assert "sesame" not in run.out + run.err


def test_a_server_that_does_not_listen_is_unavailable(blog: Blog, web: Web) -> None:
    url = web.url
    use(blog, url.rpartition(":")[0] + ":1/feed")
    assert blog.run("build").code == 4


def test_a_compressed_feed_is_unpacked_up_to_a_limit(tmp_path: Path, web: Web) -> None:
    packed = {"Content-Encoding": "gzip"}
    web.answers["/small"] = Answer(gzip.compress(feed_of(1)), headers=packed)
    assert download.fetch(f"{web.url}/small", tmp_path).body == feed_of(1)
    assert web.asked[0][1]["Accept-Encoding"] == "gzip"
    for packed_as, body in (
        ("GZIP", gzip.compress(b"one")),
        ("x-gzip", gzip.compress(b"o") + gzip.compress(b"") + gzip.compress(b"ne")),
        ("gzip", gzip.compress(b"one") + b"\0" * 99),
        ("Identity", b"one"),
    ):
        web.answers["/odd"] = Answer(body, headers={"Content-Encoding": packed_as})
        assert download.fetch(f"{web.url}/odd", tmp_path).body == b"one"
    web.answers["/bomb"] = Answer(gzip.compress(bytes(items.MAX_BYTES * 3)), headers=packed)
    with pytest.raises(ConfigError, match="more than"):
        download.fetch(f"{web.url}/bomb", tmp_path)


def test_a_run_gives_up_on_a_slow_server(tmp_path: Path, web: Web) -> None:
    web.answers["/slow"] = Answer(feed_of(1), wait=threading.Event().wait)
    web.answers["/silent"] = Answer(feed_of(1), hold=threading.Event().wait)
    for path in ("/slow", "/silent"):
        with pytest.raises(Unavailable, match="timed out"):
            download.fetch(f"{web.url}{path}", tmp_path, seconds=0.2)


def test_a_broken_cache_is_ignored(blog: Blog, web: Web) -> None:
    web.answers["/feed"] = Answer(feed_of(1), headers={"ETag": '"a"'})
    use(blog, f"{web.url}/feed")
    assert blog.run("build").code == 0
    for file in (blog.folder / ".publisher" / "source").glob("*.fetched"):
        file.write_bytes(b"\xff broken")
    assert blog.run("build").code == 0
    assert "If-None-Match" not in web.asked[-1][1]


def test_a_feed_reaches_the_subscribers_of_a_node(
    blog: Blog, web: Web, server: Server, node: str
) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])
    use(blog, f"{web.url}/feed")
    web.answers["/feed"] = Answer(feed_of(1, 2), headers={"ETag": '"a"'})
    assert blog.run("publish").code == 0
    assert blog.run("publish", "--json", "--verify").changes == []
    web.answers["/feed"] = Answer(feed_of(2, 3))  # 1 dropped out
    changes = blog.run("publish", "--json").changes
    assert [(action, outcome) for action, _, outcome in changes] == [("new", "done")]
    web.answers["/feed"] = Answer(feed_of(2, 3, text="Edited"))
    changes = blog.run("publish", "--json").changes
    assert sorted(action for action, _, _ in changes) == ["changed", "changed"]
    payloads = [item.payload for item in Outsider(server, "reader", node).items()]
    atom = "{http://www.w3.org/2005/Atom}"
    titles = {one.findtext(f"{atom}title") for one in payloads if one is not None}
    assert titles == {"Day 1", "Day 2", "Day 3"}
    web.answers["/feed"] = Answer(code=500)
    assert blog.run("publish").code == 4
    assert len(Outsider(server, "reader", node).items()) == 3
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("/feed}", "/feed, complete: true}"))
    web.answers["/feed"] = Answer(feed_of(2, 3, text="Edited"))
    (change,) = blog.run("publish", "--json").changes
    assert change[0] == "removed"


def test_a_feed_cannot_make_us_request_what_only_this_machine_can_reach(
    blog: Blog, web: Web, server: Server, node: str
) -> None:
    """Its items link to a server on loopback, which the site is not."""
    blog.configure(server, node=node, password=server.accounts["blog"])
    feed = feed_of(1, 2).replace(f"{HOME}/1".encode(), f"{web.url}/secret".encode())
    (blog.folder / "f.json").write_bytes(feed.replace(HOME.encode(), b"https://h.invalid"))
    use(blog, "f.json")
    run = blog.run("publish", "--json", "--wait-for-url", "1")
    assert run.code == 1  # not 4: a hook that runs again later would not help
    secret, missing = run.json["nodes"][0]["changes"]
    not_requested = f"{web.url}/secret is not requested: 127.0.0.1 is not a public address"
    assert (secret["outcome"], missing["outcome"]) == ("refused", "planned")
    assert secret["reason"].startswith(not_requested)
    assert "is not deployed yet" in missing["reason"]
    assert "1 post waits for its page" in run.json["nodes"][0]["error"]
    assert web.asked == []


def test_an_empty_feed_removes_nothing(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])
    (blog.folder / "f.json").write_bytes(feed_of(1, 2))
    use(blog, "f.json", ", complete: true")
    assert blog.run("publish").code == 0
    (blog.folder / "f.json").write_bytes(feed_of())
    run = blog.run("publish")
    assert run.code == 3
    assert f"there is no post in {blog.folder / 'f.json'}" in run.err
    assert len(Outsider(server, "reader", node).items()) == 2


@pytest.mark.parametrize(
    ("posts", "message"),
    [
        ("posts: {feed: f.xml, path: posts}", "posts.path cannot be used with posts.feed"),
        ("posts: {path: posts, complete: true}", "posts.complete needs posts.feed"),
        (
            "posts: {feed: 'https://a:b@c.example/f'}",
            "must be an http or https URL without user name and password",
        ),
        ("posts: {feed: ''}", "posts.feed is ''"),
        ("posts: {feed: ./feed.atom}", "feeds[0].path is the feed that the posts come from"),
    ],
)
def test_contradictory_settings_of_a_feed_are_an_error(
    blog: Blog, posts: str, message: str
) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text().replace("posts: {path: posts, permalink: pretty}", posts)
    config.write_text(text)
    run = blog.run("build")
    assert run.code == 2
    assert message in run.err


def test_prune_site_is_refused_for_a_feed_that_forgets_items(blog: Blog, server: Server) -> None:
    blog.configure(server, password="x", more=", prune: site")
    use(blog, "f.xml")
    run = blog.run("build")
    assert run.code == 2
    assert "prune retracts the posts that drop out of the feed" in run.err


def test_an_item_is_named_as_the_feed_names_it(blog: Blog) -> None:
    (blog.folder / "f.xml").write_text(RSS)
    use(blog, "f.xml")
    run = blog.run("check")
    assert run.out.startswith("f.xml: 4711-de650d61: ")
    assert "error: has no date" in run.out
    assert run.code == 1


def test_files_on_other_sites_are_not_checked(blog: Blog) -> None:
    (blog.folder / "f.xml").write_text(ATOM.replace(HOME, "https://blog.example"))
    use(blog, "f.xml")
    run = blog.run("check")
    assert run.out.splitlines() == ["2 posts: 2 published; 0 warnings"]


def test_item_ids_of_a_feed_are_valid() -> None:
    site = configs.Site(title="x", url="https://blog.example")
    idents = (
        "tag:blog.example,2026-01-02:2026-01-02-first",
        "tag:other.example,2026:a-b-c-d-e",
        "4711",
        "https://a.example/?p=1",
        "https://a.example/?p=2",
        "ü",
        "x" * 500,
    )
    names = [name_of(ident, site) for ident in idents]
    assert names[0] == "2026-01-02-first"
    assert len(set(names)) == len(names)
    assert [identity.item_id(PurePosixPath(f"{name}.html")) for name in names] == names


@pytest.mark.parametrize(
    ("text", "title", "language"),
    [
        (ATOM.replace('href="feed.xml"', 'href="f"/><link href="/"'), "Elsewhere", "de"),
        (RSS, "Elsewhere", "en-gb"),
        (json.dumps({**JSON, "home_page_url": f"{HOME}/"}), "Elsewhere", "en"),
    ],
    ids=["atom", "rss", "json"],
)
def test_init_reads_the_site_from_a_feed(
    blog: Blog, web: Web, text: str, title: str, language: str
) -> None:
    web.answers["/feed"] = Answer(text.encode())
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", f"{web.url}/feed")
    assert run.code == 0, run.err
    config = configs.load(blog.folder / "publisher.yaml")
    assert (config.site.title, config.site.language) == (title, language)
    assert config.site.root == f"{HOME}/"
    assert (config.posts.feed, config.site.since) == (f"{web.url}/feed", dt.date(2026, 1, 1))
    assert blog.run("build").code == (0 if "<feed" in text else 1)
    assert len(json.loads(blog.built()["feed.json"])["items"]) == 2


def test_init_writes_nothing_if_the_document_is_not_a_feed(blog: Blog, web: Web) -> None:
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", f"{web.url}/none")
    assert (run.code, "answers 404" in run.err) == (2, True)
    assert not (blog.folder / "publisher.yaml").exists()


NO_IDS = """<rss version="2.0"><channel><title>t</title><item><title>One</title>
<link>https://elsewhere.example/1</link><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate></item>
<item><title>Two</title><guid> </guid><link>https://elsewhere.example/2</link>
<pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate></item>
<item><title>Three</title><guid>x:3</guid><pubDate>Sat, 03 Jan 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""


def test_a_link_is_the_id_of_an_item_without_one_and_that_is_said_once(blog: Blog) -> None:
    said = "2 items have no id, so publisher uses their links; if a link changes"
    found = read(blog, NO_IDS)
    assert [one.atom_id for one in sorted(found.entries, key=lambda one: one.published)] == [
        f"{HOME}/1", f"{HOME}/2", "x:3",
    ]  # fmt: skip
    assert [said in warning.message for warning in found.warnings] == [True]
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, said in run.err) == (0, False)
    (blog.folder / ".publisher" / "source" / "items.msgpack").unlink()
    assert said in blog.run("build").err


def test_a_complete_feed_with_links_as_ids_is_named_once(blog: Blog) -> None:
    use(blog, "f.xml", ", complete: true")
    (blog.folder / "f.xml").write_text(NO_IDS)
    runs = [blog.run("build") for _ in range(3)]
    assert ["have no id" in run.err for run in runs] == [True, False, False]
    assert {run.code for run in runs} == {0}


def test_a_link_is_the_id_of_an_item_of_any_format() -> None:
    atom = '<entry><link href="/1"/><updated>2024-01-01</updated></entry>'
    item = {"url": "/1", "date_published": "2024-01-01"}
    for document in (
        f'<feed xmlns="http://www.w3.org/2005/Atom">{atom}</feed>',
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]}),
    ):
        parsed = parse(document.encode(), f"{HOME}/feed")
        assert [(one.id, parsed.link_ids) for one in parsed.items] == [(f"{HOME}/1", 1)]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un<b>believ</b>able</p><p>Next</p>", "Unbelievable Next"),
        ("One<br>two<br/>three", "One two three"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("H<sub>2</sub>O &amp; <a href='x'>so</a>-on", "H2O & so-on"),
        ("<h2 class='x'>Head</h2>Text", "Head Text"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<pre>a</pre><param>b", "a b"),
    ],
)
def test_a_summary_has_blanks_between_blocks_and_none_inside_words(html: str, text: str) -> None:
    lead = html.replace("&", "&amp;").replace("<", "&lt;")
    rss = RSS.replace("The &lt;b>lead&lt;/b>", lead)
    atom = ATOM.replace("<summary>The lead", f'<summary type="html">{lead}')
    for document in (rss, atom):
        assert parse(document.encode(), HOME).items[0].summary == text


PAGE = """<!DOCTYPE html><html><head><title>A blog</title><base href="/blog/">
<link rel="stylesheet" href="a.css"><link rel="alternate" type="text/html" href="de/">
<link rel="alternate" type="application/activity+json" href="https://a.example/actor">
{links}</head><body><p>Hello</p></body></html>"""
LINK = '<link rel="alternate" type="{kind}" href="{href}" title="{title}">'


@pytest.mark.parametrize(
    ("kind", "href"),
    [
        ("application/atom+xml", "feed"),
        ("application/rss+xml; charset=utf-8", "../blog/feed"),
        ("application/feed+json", "/blog/feed"),
        ("APPLICATION/JSON", "feed"),
    ],
)
def test_init_takes_the_feed_that_a_page_names(blog: Blog, web: Web, kind: str, href: str) -> None:
    links = LINK.format(kind=kind, href=href, title="Posts")
    web.answers["/page"] = Answer(PAGE.format(links=links).encode())
    web.answers["/blog/feed"] = Answer(ATOM.encode())
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://blog.example", "--feed", f"{web.url}/page")
    assert run.code == 0, run.err
    assert f"{web.url}/page is a web page; publisher takes the feed that it names" in run.err
    config = configs.load(blog.folder / "publisher.yaml")
    assert (config.posts.feed, config.site.title) == (f"{web.url}/blog/feed", "Elsewhere")


def test_init_lists_the_feeds_that_a_page_names(blog: Blog, web: Web) -> None:
    links = LINK.format(kind="application/atom+xml", href="feed", title="Posts") + LINK.format(
        kind="application/rss+xml", href="https://x.example/c\x1b", title="Comm\x1bents"
    )
    web.answers["/page"] = Answer(PAGE.format(links=2 * links).encode())
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", f"{web.url}/page")
    assert run.code == 2
    assert run.err.splitlines()[1:] == [
        f"  - publisher init --feed {web.url}/blog/feed  # Atom, Posts",
        "  - publisher init --feed 'https://x.example/c\\x1b'  # RSS, Comm\\x1bents",
    ]
    assert not (blog.folder / "publisher.yaml").exists()


def test_init_asks_before_it_follows_a_page_to_another_host(blog: Blog, web: Web) -> None:
    """A page may name anything, also what only this machine can reach."""
    other = web.url.replace("127.0.0.1", "localhost")
    links = LINK.format(kind="application/atom+xml", href=f"{other}/feed", title="Posts")
    web.answers["/page"] = Answer(PAGE.format(links=links).encode())
    web.answers["/feed"] = Answer(ATOM.encode())
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", f"{web.url}/page")
    assert (run.code, f"publisher init --feed {other}/feed" in run.err) == (2, True)
    assert [path for path, _ in web.asked] == ["/page"]


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ("", "is not a feed, but a web page. It names no feed. Give the URL of an"),
        (
            LINK.format(kind="application/atom+xml", href="/f.atom", title=""),
            'write this line below `posts` in publisher.yaml:\n  - feed: "{url}/f.atom"  # Atom',
        ),
        (LINK.format(kind="application/atom+xml", href="javascript:x", title=""), "no feed"),
        (LINK.format(kind="application/atom+xml", href="http://[x", title=""), "no feed"),
    ],
)
def test_a_page_in_place_of_a_feed_leads_to_the_feeds_that_it_names(
    blog: Blog, web: Web, links: str, message: str
) -> None:
    web.answers["/page"] = Answer(PAGE.format(links=links).encode())
    use(blog, f"{web.url}/page")
    run = blog.run("build")
    assert (run.code, blog.built()) == (2, {})
    assert message.replace("{url}", web.url) in run.err


def test_a_page_in_a_file_names_files(blog: Blog) -> None:
    links = LINK.format(kind="application/atom+xml", href="feed.atom", title="Posts")
    page = PAGE.replace('<base href="/blog/">', "").format(links=links)
    (blog.folder / "index.html").write_text(page)
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", "index.html")
    assert (run.code, "publisher init --feed feed.atom  # Atom, Posts" in run.err) == (2, True)


@pytest.mark.parametrize("name", ["feed.atom", "./feed.rss", "feed.json", "{folder}/feed.atom"])
def test_init_writes_no_feed_over_the_one_that_it_reads(blog: Blog, name: str) -> None:
    name = name.replace("{folder}", str(blog.folder))
    (blog.folder / name).write_text(ATOM)
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://blog.example", "--feed", name)
    assert run.code == 0, run.err
    assert blog.run("build").code == 0
    assert (blog.folder / name).read_text() == ATOM
    assert sorted(path.name for path in (blog.folder / "feeds").iterdir()) == [
        "feed.atom", "feed.json", "feed.rss",
    ]  # fmt: skip


def test_init_finds_names_that_no_other_file_has(blog: Blog) -> None:
    (blog.folder / "feeds").mkdir()
    for name in ("feed.rss", "feeds/feed.json", "source.atom"):
        (blog.folder / name).write_text(ATOM)
    (blog.folder / "publisher.yaml").unlink()
    assert blog.run("init", "--url", "https://blog.example", "--feed", "source.atom").code == 0
    config = configs.load(blog.folder / "publisher.yaml")
    assert [feed.path.parent.name for feed in config.feeds] == 3 * ["feeds-2"]


def test_a_folder_is_not_a_feed(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--feed", "posts")
    assert (run.code, "posts: is a folder; give a feed in it" in run.err) == (2, True)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (ATOM[: ATOM.index("<content")] + "</entry></feed>", 2),
        (RSS[: RSS.index("<content")] + "</item></channel></rss>", 2),
        (json.dumps({**JSON, "items": [{"id": "a", "title": "A", "date_published": "2026-01-01",
                                        "summary": "A < B, they say"}]}), 5),
        (ATOM, None),
        (RSS, None),
        (json.dumps(JSON), None),
        (RSS[: RSS.index("<content")].replace("lead", "lead " * 101) + "</item></channel></rss>",
         None),
        (RSS[: RSS.index("<content")].replace("<title>One &amp; all</title>", "")
         + "</item></channel></rss>", None),
    ],
)  # fmt: skip
def test_init_says_if_a_feed_has_only_summaries(
    blog: Blog, document: str, words: int | None
) -> None:
    (blog.folder / "source").write_text(document)
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://blog.example", "--feed", "source")
    assert run.code == 0, run.err
    assert ("has only summaries" in run.err) == (words is not None)
    if words is not None:
        assert f"source has only summaries: the longest has {words} words" in run.err
