"""Claims about the feeds: as files that were read over, and as independent parsers understand them.

`python -c "from tests.unit import test_feeds; test_feed.renew()"` writes the files in
`tests/goldens` anew; then read the difference.
"""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import json
import os
import random
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from publisher import feeds
from publisher.config import FeedFile, Format, Person, Site
from publisher.content.safe_xhtml import Content
from publisher.feeds import ATOM, FORMATS, newest
from publisher.system import atomic_files
from tests.support import GOLDENS, ROOT, one_feed, posts
from tests.support.posts import post
from tests.support.rfc4287 import DIV, violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.rendering import Rendered

ATOM_LINK = f"{ATOM}link"
DC = "{http://purl.org/dc/elements/1.1/}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

ADA = Person(name="Ada Example", email="ada@blog.example", uri="https://ada.example/")
BEN = Person(name="Ben Ö. Example")
SITE = Site(
    title="Bread & Tides",
    url="https://blog.example",
    description="Notes on baking <slowly>, and on the sea",
    author=ADA,
    language="en",
    since=dt.date(2019, 4, 1),
)
BARE = Site(title="Bare", url="https://bare.example/sub")


def feed_file(
    format_: Format, *, limit: int | Literal["all"] = "all", path: str = "feed"
) -> FeedFile:
    address = f"https://blog.example/{path}.{format_}"
    return FeedFile(path=Path(path), format=format_, limit=limit, url=address)


def entry(
    item_id: str = "2024-03-01-a-post", content: Content | None = None, **parts: Any
) -> Rendered:
    """An entry of the day that its id begins with. Any content."""
    day = dt.datetime.fromisoformat(f"{item_id[:10]}T08:30:00+00:00")
    found = post(f"{item_id}.md", title=parts.pop("title", "A post"), published=day)
    content = content or Content("<p>Text</p>", "Text")
    return posts.entry(found, SITE, **{"authors": (ADA,), "content": content, **parts})


def entries() -> list[Rendered]:
    """A blog: the oldest first, which no feed wants."""
    return [
        entry(
            "2023-12-31-sourdough-timer",
            Content(
                "<p>The whole timer:</p>\n"
                '<pre><code class="language-python">def rest(minutes):\n'
                "    if minutes &lt; 30 &amp;&amp; True:\n\n"
                '        return "]]&gt; <b>not yet</b>"\n'
                "</code></pre>\n"
                '<p>See <a href="https://blog.example/sourdough/?a=1&amp;b=2">the recipe</a>.</p>',
                "The whole timer: …",
            ),
            title='A timer for sourdough, "if a < b" && ]]>',
            authors=(ADA, BEN),
            categories=("bread", "code & tools"),
        ),
        entry(
            "2024-03-01-tide-table",
            Content(
                "<p>High water at <em>three</em> piers.</p>\n<table>\n"
                '<thead><tr><th align="left">Pier</th><th>Time</th></tr></thead>\n'
                "<tbody><tr><td>East</td><td>04:12</td></tr><tr><td>West</td><td></td></tr></tbody>"
                '\n</table><p><img src="https://blog.example/i/tide.png" alt="Graph"/><br/>Fin</p>',
                "High water at three piers. …",
                summary="High water at three piers, if depth < 2 m & wind > 5",
            ),
            title="Tide table",
            updated=dt.datetime(2024, 6, 9, 21, 5, 59, tzinfo=dt.UTC),
            categories=("sea",),
        ),
        entry(
            "2024-05-17-kirschkuchen",
            Content("<p>Süß &amp; sauer — 15 Minuten bei 180 °C. 🍒</p>", "Süß & sauer …"),
            title="Kirschkuchen für Übermütige",
            categories=("Kuchen", "über Obst"),
            language="de",
        ),
    ]


def built(format_: Format) -> bytes:
    return one_feed.document(feed_file(format_), SITE, entries())


def golden(format_: Format) -> bytes:
    return (GOLDENS / f"feed.{format_}").read_bytes()


def renew() -> None:
    for format_ in FORMATS:
        (GOLDENS / f"feed.{format_}").write_bytes(built(format_))


def atom(*entries: Rendered, site: Site = SITE) -> ET.Element:
    return ET.fromstring(one_feed.document(feed_file("atom"), site, entries))  # noqa: S314


def rss(*entries: Rendered, site: Site = SITE) -> ET.Element:
    root = ET.fromstring(one_feed.document(feed_file("rss"), site, entries))  # noqa: S314
    return found(root, "channel")


def json_feed(*entries: Rendered, site: Site = SITE) -> Any:
    return json.loads(one_feed.document(feed_file("json"), site, entries))


def found(element: ET.Element, path: str) -> ET.Element:
    """The one element there."""
    (only,) = element.findall(path)
    return only


# --- The documents


@pytest.mark.parametrize("format_", FORMATS)
def test_a_document_is_as_it_was_read_over(format_: Format) -> None:
    assert built(format_) == golden(format_)


def test_every_format_of_the_configuration_can_be_built() -> None:
    assert set(FORMATS) == set(get_args(Format))


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_an_independent_parser_reads_what_the_entries_say(format_: Format) -> None:
    read = feedparser.parse(built(format_), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    assert read.feed.title == SITE.title
    assert read.feed.link == SITE.root
    assert [seen(one) for one in read.entries] == [said(one) for one in newest(entries(), "all")]


def seen(one: Any) -> dict[str, Any]:
    """A parsed entry, in the terms of `said`."""
    contents = [content.value for content in one.get("content", ())] or [one.summary]
    return {
        "id": one.id,
        "title": one.title,
        "link": one.link,
        "published": one.published_parsed[:6],
        "categories": [tag.term for tag in one.get("tags", ())],
        "authors": [author.name for author in one.authors],
        "content": [canonical(content) for content in contents],
    }


def said(one: Rendered) -> dict[str, Any]:
    return {
        "id": one.atom_id,
        "title": one.title,
        "link": one.link,
        "published": one.published.timetuple()[:6],
        "categories": [*one.categories],
        "authors": [author.name for author in one.authors],
        "content": [canonical(one.content.xhtml)],
    }


def canonical(xhtml: str) -> str:
    return ET.canonicalize(f"<div>{xhtml}</div>")


def test_the_json_feed_says_what_the_entries_say() -> None:
    items = json.loads(built("json"))["items"]
    for item, one in zip(items, newest(entries(), "all"), strict=True):
        facts = (item["id"], item["title"], item["url"], item["content_html"])
        assert facts == (one.atom_id, one.title, one.link, one.content.xhtml)
        assert dt.datetime.fromisoformat(item["date_published"]) == one.published
        assert dt.datetime.fromisoformat(item["date_modified"]) == one.updated
        assert item["date_published"][-1] == item["date_modified"][-1] == "Z"
        assert item.get("tags", []) == [*one.categories]
        assert [author["name"] for author in item["authors"]] == [a.name for a in one.authors]
        assert item.get("summary") == one.content.summary
        assert item.get("language") == one.language


def test_the_atom_feed_keeps_the_rules_of_its_rfc() -> None:
    assert violations(built("atom")) == []


@pytest.mark.parametrize(
    ("old", "new", "violation"),
    [
        (b"<id>tag:", b"<id>:", "entry 1: id is not an absolute IRI"),
        (b"<id>tag:", b"<id> tag:", "entry 1: id is not an absolute IRI"),
        (b"<title>Bread", b"<title/><title>Bread", "feed: feed has 2 title, not 1"),
        (b"<title>Tide table</title>", b"", "entry 2: entry has 0 title, not 1"),
        (b"<name>Ada Example</name>", b"", "feed: author has 0 name, not 1"),
        (b"<subtitle>", b"<subtitle/><subtitle>", "feed: feed has 2 subtitle, not 1"),
        (b"<generator>", b"<entries/><generator>", f"feed: feed has a child {ATOM}entries"),
        (b"<generator>", b"<x xmlns=''/><generator>", "feed: feed has a child x"),
        (b"<generator>", b"text<generator>", "feed: feed has text between its elements"),
        (b"21:05:59Z", b"21:05:59+00:00", "feed: updated is not a date of RFC 3339 in UTC"),
        (b"06-09T21", b"06-31T21", "feed: updated is not a date of RFC 3339 in UTC"),
        (b'rel="self"', b'rel="about"', "feed: has no link to itself"),
        (b'rel="self"', b'rel="the self"', "feed: link has an odd rel"),
        (b'rel="self" type="application/atom+xml"', b'type="text/html"',
         "feed: has 2 alternates of ('text/html', None)"),
        (b'href="https://blog.example/feed.atom"', b'href="/feed.atom"',
         "feed: link has no absolute IRI as href"),
        (b'<link href="https://blog.example/feed', b'<link ref="https://blog.example/feed',
         "feed: link has an attribute ref"),
        (b"<email>ada@", b"<email>ada at ", "feed: email is not an address"),
        (b'<category term="sea"', b"<category", "entry 2: category has no term"),
        (b'content type="xhtml"', b'content type="html"', "entry 1: content is not what its type"),
        (b"</div></content>", b"</div><div/></content>", "entry 1: content is not what its type"),
        (b"http://www.w3.org/1999/xhtml", b"xhtml", "entry 1: content is not what its type says"),
        (b'summary type="text"', b'summary type="text/plain"', "entry 2: summary has a type that"),
        (b"2024-05-17:2024-05-17-kirschkuchen", b"2024-03-01:2024-03-01-tide-table",
         "feed: has 2 entries tag:"),
        (b"</entry>\n</feed>", b"</entry><icon>a:b</icon></feed>", "feed: has metadata behind"),
    ],
)  # fmt: skip
def test_the_checker_sees_a_violation(old: bytes, new: bytes, violation: str) -> None:
    broken = golden("atom").replace(old, new, 1)
    assert broken != golden("atom")
    assert any(one.startswith(violation) for one in violations(broken)), violations(broken)


def test_the_checker_wants_an_author_and_something_to_read() -> None:
    poor = b'<entry xmlns="http://www.w3.org/2005/Atom"><id>a:b</id><title>T</title></entry>'
    assert violations(poor) == [
        "entry 1: has no author",
        "entry 1: has neither content nor an alternate link",
        "entry 1: entry has 0 updated, not 1",
    ]
    assert violations(b"<entry/>") == ["the root is entry"]


# --- The nodes that hold the same

BLOG = "xmpp:pubsub.example.org?;node=blog"
PEP = "xmpp:ada@example.org?;node=urn%3Axmpp%3Amicroblog%3A0"


def linked(format_: Format, *nodes: str) -> bytes:
    return one_feed.document(feed_file(format_), SITE, entries(), nodes=nodes)


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_the_page_stays_the_page_beside_a_node(format_: Format) -> None:
    read = feedparser.parse(linked(format_, BLOG, PEP))
    assert not read.bozo
    assert read.feed.link == SITE.root
    alternates = [link.href for link in read.feed.links if link.rel == "alternate"]
    assert alternates[-1] == BLOG
    assert set(alternates[:-1]) <= {SITE.root}
    assert [link.href for link in read.feed.links if link.rel == "related"] == [PEP]
    assert [link.href for link in read.feed.links if link.rel == "self"] == [
        f"https://blog.example/feed.{format_}"
    ]


def test_a_node_is_an_alternate_behind_the_page_that_no_reader_takes_for_it() -> None:
    """Newsboat takes the last link with rel="alternate", others the first without another rel."""
    root = ET.fromstring(linked("atom", BLOG))  # noqa: S314
    links = [link for link in root.findall(ATOM_LINK) if link.get("rel", "alternate") != "self"]
    assert [link.get("href") for link in links] == [SITE.root, BLOG]
    assert [link.get("href") for link in links if "rel" in link.attrib] == [SITE.root]
    channel = found(ET.fromstring(linked("rss", BLOG)), "channel")  # noqa: S314
    assert channel.findtext("link") == SITE.root
    assert [link.get("href") for link in channel.findall(ATOM_LINK)] == [
        "https://blog.example/feed.rss",
        BLOG,
    ]


def test_a_feed_of_several_nodes_keeps_the_rules_of_its_rfc() -> None:
    assert violations(linked("atom", BLOG, PEP)) == []


def test_the_json_feed_names_its_nodes() -> None:
    document = json.loads(linked("json", BLOG, PEP))
    assert document["_xmpp"] == {"nodes": [BLOG, PEP]}
    assert len(document["items"]) == len(entries())


@pytest.mark.parametrize("format_", FORMATS)
def test_a_node_changes_nothing_else(format_: Format) -> None:
    """Line by line: the document has more of them, and those that it had."""
    before, after = built(format_).splitlines(), linked(format_, BLOG).splitlines()
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    ((kind, _, _, first, last),) = [change for change in changes if change[0] != "equal"]
    assert (kind, last - first) == ("insert", 5 if format_ == "json" else 1)
    assert BLOG.encode() in b"".join(after[first:last])
    assert linked(format_) == golden(format_)


# --- The same bytes everywhere

MACHINES = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0",
     "PYTHONCOERCECLOCALE": "0"},
)  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES, ids=["ahead", "ascii"])
def test_the_machine_does_not_show(machine: dict[str, str]) -> None:
    """Against the files that were built on another day: the clock does not show either."""
    program = (
        "import sys; from tests.unit import test_feeds;"
        "sys.stdout.buffer.write(b''.join(map(test_feeds.built, test_feeds.FORMATS)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **machine},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"".join(golden(format_) for format_ in FORMATS)


@pytest.mark.parametrize("format_", FORMATS)
def test_the_order_of_reading_does_not_show(format_: Format) -> None:
    for order in itertools.permutations(entries()):
        assert one_feed.document(feed_file(format_), SITE, order) == golden(format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_library_signs_the_document(format_: Format) -> None:
    assert b"feedgen" not in built(format_)
    assert b"rssboard" not in built(format_)


# --- Which entries, and since when


def test_the_newest_come_first() -> None:
    ordered = newest(entries(), "all")
    assert [one.item_id[:10] for one in ordered] == ["2024-05-17", "2024-03-01", "2023-12-31"]
    assert newest(entries(), 2) == ordered[:2]
    assert newest(entries(), 20) == ordered
    assert newest([], 20) == []


def test_at_the_same_instant_the_id_decides_whatever_the_order() -> None:
    same = [entry(f"2024-03-01-post-{letter}") for letter in "abcdef"]
    shuffled = random.Random(1).sample(same, len(same))  # noqa: S311
    assert newest(shuffled, "all") == same[::-1]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_feed_holds_no_more_than_its_limit(format_: Format) -> None:
    document = one_feed.document(feed_file(format_, limit=1), SITE, entries())
    assert b"kirschkuchen" in document
    assert b"tide" not in document
    assert b"sourdough" not in document


def test_the_feed_was_updated_when_the_last_of_its_entries_was() -> None:
    assert atom(*entries()).findtext(f"{ATOM}updated") == "2024-06-09T21:05:59Z"
    assert rss(*entries()).findtext("lastBuildDate") == "Sun, 09 Jun 2024 21:05:59 +0000"


@pytest.mark.parametrize("format_", FORMATS)
def test_an_edit_beyond_the_limit_does_not_touch_the_feed(format_: Format) -> None:
    short = feed_file(format_, limit=2)
    _, *others = entries()
    edited = entry("2023-12-31-sourdough-timer", updated=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    before = one_feed.document(short, SITE, entries())
    assert one_feed.document(short, SITE, [edited, *others]) == before


@pytest.mark.parametrize(
    ("site", "updated"), [(SITE, "2019-04-01T00:00:00Z"), (BARE, "1970-01-01T00:00:00Z")]
)
def test_an_empty_feed_was_updated_when_the_site_began(site: Site, updated: str) -> None:
    document = one_feed.document(feed_file("atom"), site, [])
    assert violations(document) == []
    assert atom(site=site).findtext(f"{ATOM}updated") == updated


def test_an_empty_feed_is_a_feed_in_every_format() -> None:
    assert rss().findall("item") == []
    assert rss().find("pubDate") is None
    assert json_feed()["items"] == []


# --- The site


def test_the_feed_is_the_sites_whatever_its_file_is_called() -> None:
    for path in ("feed", "sub/other"):
        document = one_feed.document(feed_file("atom", path=path), SITE, entries())
        root = ET.fromstring(document)  # noqa: S314
        assert root.findtext(f"{ATOM}id") == "https://blog.example/"
        links = {link.get("rel"): link.attrib for link in root.findall(ATOM_LINK)}
        assert links["self"]["href"] == f"https://blog.example/{path}.atom"
        assert links["alternate"] == {
            "href": "https://blog.example/",
            "rel": "alternate",
            "type": "text/html",
        }


def test_the_channels_link_is_the_site() -> None:
    assert rss().findtext("link") == "https://blog.example/"
    assert found(rss(), ATOM_LINK).attrib == {
        "href": "https://blog.example/feed.rss",
        "rel": "self",
        "type": "application/rss+xml",
    }


def test_a_site_that_says_little_still_has_an_author_and_a_description() -> None:
    assert found(atom(site=BARE), f"{ATOM}author").findtext(f"{ATOM}name") == "Bare"
    assert atom(site=BARE).find(f"{ATOM}subtitle") is None
    assert LANG not in atom(site=BARE).attrib
    assert rss(site=BARE).findtext("description") == "Bare"
    assert rss(site=BARE).find("language") is None
    assert json_feed(site=BARE)["authors"] == [{"name": "Bare"}]
    assert json_feed(site=BARE).keys().isdisjoint({"description", "language"})


def test_the_language_is_told() -> None:
    assert atom().get(LANG) == "en"
    assert rss().findtext("language") == "en"
    assert json_feed()["language"] == "en"


# --- The Atom entry


def test_an_entry_is_truly_in_the_atom_namespace() -> None:
    element = feeds.atom_entry(entries()[1], SITE)
    xhtml = {one.tag for one in element.iter("{http://www.w3.org/1999/xhtml}*")}
    assert {one.tag for one in element.iter(f"{ATOM}*")} | xhtml == {
        one.tag for one in element.iter()
    }
    assert {DIV, DIV.replace("div", "td"), DIV.replace("div", "br")} < xhtml


def test_an_entry_links_to_its_page_first() -> None:
    """feedgen 1.0.0 loses `rel` and `type` of entry links."""
    assert alone(entries()[0]).findall(ATOM_LINK)[0].attrib == {
        "href": "https://blog.example/sourdough-timer/",
        "rel": "alternate",
        "type": "text/html",
    }


def test_an_entry_stands_alone() -> None:
    for one in entries():
        assert violations(etree.tostring(feeds.atom_entry(one, SITE))) == []


def alone(one: Rendered, site: Site = SITE) -> ET.Element:
    return ET.fromstring(etree.tostring(feeds.atom_entry(one, site)))  # noqa: S314


def test_the_feed_has_the_same_entry_with_line_breaks() -> None:
    one, in_feed = alone(entries()[1]), found(atom(entries()[1]), f"{ATOM}entry")
    assert in_feed.attrib == one.attrib
    parts = [ET.tostring(child).rstrip(b"\n") for child in in_feed]
    assert parts == [ET.tostring(child) for child in one]


def test_an_entry_tells_the_language_it_is_in() -> None:
    assert feeds.atom_entry(entries()[2], SITE).get(LANG) == "de"
    assert feeds.atom_entry(entries()[0], SITE).get(LANG) == "en"
    assert feeds.atom_entry(entries()[0], BARE).get(LANG) is None


def test_authors_have_all_that_is_known_of_them() -> None:
    authors = feeds.atom_entry(entries()[0], SITE).findall(f"{ATOM}author")
    assert [[str(part.text) for part in author] for author in authors] == [
        ["Ada Example", "ada@blog.example", "https://ada.example/"],
        ["Ben Ö. Example"],
    ]


def test_only_an_entry_with_a_lead_has_a_summary() -> None:
    found_ = [feeds.atom_entry(one, SITE).findall(f"{ATOM}summary") for one in entries()]
    assert [[(one.get("type"), one.text) for one in some] for some in found_] == [
        [],
        [("text", "High water at three piers, if depth < 2 m & wind > 5")],
        [],
    ]


def test_blanks_in_the_content_are_kept() -> None:
    code = "<pre>\n  a\n\n    b\n</pre><p> c <b> d</b> </p>\n"
    content = found(atom(entry(content=Content(code, ""))), f"{ATOM}entry/{ATOM}content/{DIV}")
    assert "".join(content.itertext()) == "\n  a\n\n    b\n c  d \n"


def test_an_empty_post_is_an_entry_too() -> None:
    empty = entry(content=Content("", ""))
    assert violations(one_feed.document(feed_file("atom"), SITE, [empty])) == []
    assert b"<div/>" not in one_feed.document(feed_file("atom"), SITE, [empty])
    assert found(rss(empty), "item").findtext("title") == "A post"
    assert json_feed(empty)["items"][0]["content_html"] == ""


# --- The RSS item


def test_the_guid_is_not_a_permalink() -> None:
    guid = found(rss(entries()[0]), "item/guid")
    assert guid.get("isPermaLink") == "false"
    assert guid.text == "tag:blog.example,2023-12-31:2023-12-31-sourdough-timer"


def test_a_lead_is_the_description_and_comes_before_the_content() -> None:
    item = found(rss(entries()[1]), "item")
    tags = [child.tag for child in item]
    assert tags.index("description") < tags.index(ENCODED)
    assert item.findtext("description") == (
        "High water at three piers, if depth &lt; 2 m &amp; wind &gt; 5"
    )
    assert item.findtext(ENCODED) == entries()[1].content.xhtml


def test_without_a_lead_the_content_is_the_description() -> None:
    item = found(rss(entries()[0]), "item")
    assert item.find(ENCODED) is None
    assert item.findtext("description") == entries()[0].content.xhtml


def test_an_author_needs_no_address_in_rss() -> None:
    item = found(rss(entries()[0]), "item")
    assert [creator.text for creator in item.findall(f"{DC}creator")] == [ADA.name, BEN.name]
    assert item.find("author") is None


def test_an_item_tells_a_language_of_its_own() -> None:
    assert found(rss(entries()[2]), "item").findtext(f"{DC}language") == "de"
    assert found(rss(entries()[0]), "item").find(f"{DC}language") is None


# --- The JSON Feed


def test_the_version_comes_first() -> None:
    assert next(iter(json_feed())) == "version"
    assert json_feed()["version"] == "https://jsonfeed.org/version/1.1"


def test_what_is_not_known_is_left_out() -> None:
    (item,) = json_feed(entry())["items"]
    assert item.keys().isdisjoint({"summary", "tags", "language"})
    assert None not in item.values()


def test_json_is_written_for_people() -> None:
    assert "Süß" in built("json").decode()
    assert built("json").endswith(b"}\n")


# --- What authors write

LEGAL = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n"
)


@given(st.text(LEGAL, min_size=1))
@example('<b>&"')
@example("]]>")
@example("<![CDATA[x]]>")
@example("&amp;&#60;")
@example("</title></entry>")
def test_a_title_arrives_as_it_was_written(title: str) -> None:
    one = replace(entry(categories=(title,), authors=(Person(name=title),)), title=title)
    in_atom = found(atom(one), f"{ATOM}entry")
    assert in_atom.findtext(f"{ATOM}title") == title
    assert found(in_atom, f"{ATOM}category").get("term") == title
    assert found(in_atom, f"{ATOM}author").findtext(f"{ATOM}name") == title
    in_rss = found(rss(one), "item")
    assert {in_rss.findtext(name) for name in ("title", "category", f"{DC}creator")} == {title}
    (item,) = json_feed(one)["items"]
    assert (item["title"], item["tags"], item["authors"]) == (title, [title], [{"name": title}])


def test_a_long_post_does_not_cost_the_feed() -> None:
    """libxml2 parses no text above 10 MB: an RSS document must not be parsed again."""
    piece = "<p>" + "x" * 1_000_000 + "</p>"
    long = entry(content=Content(piece * 11, ""))
    for format_ in FORMATS:
        assert len(one_feed.document(feed_file(format_), SITE, [long, *entries()])) > 11_000_000


# --- The file


def test_a_document_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    assert atomic_files.write(path, b"one")
    os.utime(path, (0, 0))
    before = path.stat()
    assert not atomic_files.write(path, b"one")
    assert (path.stat().st_mtime, path.stat().st_ino) == (0, before.st_ino)
    assert atomic_files.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert [*tmp_path.iterdir()] == [path]


def test_folders_are_made(tmp_path: Path) -> None:
    assert atomic_files.write(tmp_path / "site/feeds/feed.atom", b"one")
    assert (tmp_path / "site/feeds/feed.atom").read_bytes() == b"one"


def test_who_reads_meanwhile_reads_the_old_document_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    atomic_files.write(path, b"old " * 10_000)
    with path.open("rb", buffering=0) as reading:
        start = reading.read(4)
        atomic_files.write(path, b"new")
        assert start + reading.read() == b"old " * 10_000
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664)])
def test_the_umask_decides_who_may_read(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        atomic_files.write(tmp_path / "feed.atom", b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "feed.atom").stat().st_mode & 0o777 == mode


def test_a_file_keeps_the_mode_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    atomic_files.write(path, b"one")
    path.chmod(0o604)
    atomic_files.write(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_failure_leaves_the_old_document_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    atomic_files.write(path, b"old")
    with no_file_above(1_000), pytest.raises(OSError, match="File too large"):
        atomic_files.write(path, b"new " * 1_000)
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """As if the disk were full: the system cuts a longer file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_place_where_no_file_can_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        atomic_files.write(tmp_path / "file/feed.atom", b"one")
    with pytest.raises(IsADirectoryError):
        atomic_files.write(tmp_path, b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
