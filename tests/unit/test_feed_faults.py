"""A feed with a fault is read as its author would repair it, and nothing else changes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ConfigError
from publisher.sources.feed import earlier_ids, parse, repair
from tests.support.growth import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.sources.feed.items import Parsed

ADDRESS = "https://bees.example/feed"
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Bees</title><link>https://bees.example/</link><description>On bees</description>
<item><title>Bread {title}</title><link>https://bees.example/?p=5&amp;lang=en</link>
 <guid>https://bees.example/?p=5&amp;v=1</guid><pubDate>Fri, 05 Jan 2024 10:00:00 +0000</pubDate>
 <category>A&amp;B</category><description>Spread it {text}</description></item>
<item><title>Questions &lt;3 &amp; "answers"</title><link>https://bees.example/?p=4&amp;lang=en</link>
 <guid>https://bees.example/?post_type=talk&amp;p=4</guid>
 <pubDate>Thu, 04 Jan 2024 10:00:00 +0000</pubDate><category>Q&amp;A</category>
 <content:encoded><![CDATA[<p>He said &quot;no&quot; &amp; left <b>us</b>.</p>]]></content:encoded>
</item>
<item><title>Wax</title><guid isPermaLink="false">talk&amp;3</guid>
 <pubDate>Wed, 03 Jan 2024 10:00:00 +0000</pubDate><category>R&#38;D</category>
 <description>&lt;p title="&amp;quot;wax&amp;quot;"&gt;Melt it&lt;/p&gt;</description></item>
</channel></rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Bees</title><id>https://bees.example/feed</id>
<updated>2024-01-05T10:00:00Z</updated><author><name>Ada &amp; Bob</name></author>
<link href="https://bees.example/"/>
<entry><title>Bread {title}</title><id>https://bees.example/?p=5&amp;v=1</id>
 <link href="https://bees.example/?p=5&amp;lang=en"/><updated>2024-01-05T10:00:00Z</updated>
 <category term="A&amp;B"/><content type="html">Spread it {text}</content></entry>
<entry><title type="html">Questions &amp;amp; answers</title>
 <id>https://bees.example/?post_type=talk&amp;p=4</id>
 <link href="https://bees.example/?p=4&amp;lang=en"/><updated>2024-01-04T10:00:00Z</updated>
 <category term="Q&amp;A"/>
 <content type="html">&lt;p&gt;He said &amp;quot;no&amp;quot; &amp;amp; left.&lt;/p&gt;</content>
</entry>
<entry><title>Wax</title><id>https://bees.example/?post_type=talk&amp;p=3</id>
 <link href="https://bees.example/3"/><updated>2024-01-03T10:00:00Z</updated>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Melt it &amp; see
 <a href="/wax?a=1&amp;b=2">how</a><br/></p></div></content></entry>
</feed>
"""
# Faults in a title and a text, each with what its author means.
WRITTEN = {
    "an ampersand": ("D&D", "D&amp;D"),
    "an ampersand between blanks": ("salt & butter", "salt &amp; butter"),
    "an ampersand in a URL": ("http://a.example/?a=1&b=2&c=", "http://a.example/?a=1&amp;b=2&amp;c="),
    "an entity of HTML": ("a&nbsp;b &hellip;", "a\xa0b \u2026"),
    "an entity that nobody knows": ("&nosuch;", "&amp;nosuch;"),
    "a control character": ("a\x08b\x1f", "ab"),
    "a reference to a control character": ("a&#8;b &#xD800;", "ab "),
    "a less-than sign": ("x < y <3 <- z", "x &lt; y &lt;3 &lt;- z"),
    "the end of a CDATA section": ("a ]]> b", "a ]]&gt; b"),
    "an open tag": ("<b>with butter", "<b>with butter</b>"),
    "open tags": ("<i>a <b>c</i> d", "<i>a <b>c</b></i> d"),
    "a stray end tag": ("a</b></p>", "a"),
    "an element of HTML without an end": ("a<br>b", "a<br/>b"),
    "an unknown prefix": ("<o:p>a</o:p>", "<p>a</p>"),
    "a known prefix": ('<xhtml:b>a</xhtml:b>', '<b>a</b>'),
    "an attribute that is there twice": ('<b title="a" title="b">c</b>', '<b title="a">c</b>'),
    "an attribute without quotes": ("<b title=a>c</b>", '<b title="a">c</b>'),
    "an attribute without a value": ("<b hidden>c</b>", '<b hidden="">c</b>'),
    "an attribute with an unknown prefix": ('<b x:y="a">c</b>', '<b>c</b>'),
    "a quote that is not closed": ('<b title="a>c</b>', '<b title="a">c</b>'),
    "a comment with hyphens": ("a<!-- b -- c -->d", "ad"),
    "a comment that is not closed": ("a<!-- b", "a&lt;!-- b"),
}  # fmt: skip
# Faults around the items.
AROUND: Mapping[str, Callable[[str], str]] = {
    "a warning before": lambda text: f"\nWarning: <b>mail()</b> & more\n{text}",
    "white space before": lambda text: f" \n{text}",
    "an instruction before": lambda text: f"<?php x ?>\n{text}",
    "a second declaration": lambda text: f'<?xml version="1.0" encoding="UTF-8"?>{text}',
    "a stylesheet before": lambda text: f'<?xml-stylesheet href="x"?>{text}',
    "a stylesheet between declarations": lambda text: (
        f'<?xml version="1.0"?><?xml-stylesheet href="x"?>{text}'
    ),
    "a script behind": lambda text: f"{text}<script>if (a && b < c) x('</script>')</script>",
    "a comment behind": lambda text: f"{text}<!-- took -- 3 s -->&",
    "a DOCTYPE with entities": lambda text: text.replace(
        "?>", '?><!DOCTYPE x [<!ENTITY a "&#38;amp;"><!ENTITY b SYSTEM "file:///etc/passwd">]>', 1
    ),
    "no end of the feed": lambda text: text[: text.rindex(">", 0, text.rindex("</")) + 1],
    "no end of an item": lambda text: text.replace("</item>", "", 1).replace("</entry>", "", 1),
    "a misspelt end tag": lambda text: text.replace("Bread </title>", "Bread </titel>"),
    "a misspelt end tag of a text": lambda text: text.replace(
        "Spread it </", "Spread it </x", 1
    ),
    "a start tag for the end tag of a text": lambda text: re.sub(
        "(Spread it )</(.*?)>", r"\1<\2>", text, count=1
    ),
    "a start tag for the end tag of a title": lambda text: text.replace(
        "Bread </title>", "Bread <title>"
    ),
    "no end of the description of the feed": lambda text: text.replace("bees</description>", "bees")
    .replace("<title>Bees</title>", "<title>Bees", 1),
    "a misspelt description of the feed": lambda text: text.replace(
        "bees</description>", "bees</descripton>"
    ),
    "another character set": lambda text: text.replace("Spread it", "Spre\xa0d it"),
}  # fmt: skip


def feed(document: str, title: str = "", text: str = "") -> Parsed:
    return parse(document.replace("{title}", title).replace("{text}", text).encode(), ADDRESS)


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
@pytest.mark.parametrize("fault", WRITTEN)
def test_a_fault_in_an_item_changes_no_other_item(document: str, fault: str) -> None:
    whole = feed(document)
    for title, text in ((WRITTEN[fault][0], ""), ("", WRITTEN[fault][0])):
        faulty = feed(document, title, text)
        assert faulty.channel == whole.channel
        assert faulty.items[1:] == whole.items[1:]
        assert all(item.source for item in faulty.items)
        one, other = faulty.items[0], whole.items[0]
        assert (one.id, one.link, one.categories) == (other.id, other.link, other.categories)


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
@pytest.mark.parametrize("fault", WRITTEN)
def test_an_item_with_a_fault_is_read_as_its_author_repairs_it(document: str, fault: str) -> None:
    written, meant = WRITTEN[fault]
    for faulty, repaired in (
        (feed(document, written), feed(document, meant)),
        (feed(document, "", written), feed(document, "", meant)),
    ):
        if "prefix" in fault:  # the name of an element that nobody knows says nothing
            assert faulty.items[0].title == repaired.items[0].title
        else:
            assert faulty.items == repaired.items


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
@pytest.mark.parametrize("fault", AROUND)
def test_a_fault_around_the_items_changes_none(document: str, fault: str) -> None:
    whole = feed(document)
    damaged = AROUND[fault](document.replace("{title}", "").replace("{text}", ""))
    data = damaged.encode("windows-1252" if fault == "another character set" else "utf-8")
    faulty = parse(data, ADDRESS)
    assert faulty.items[1:] == whole.items[1:]
    if fault != "another character set":
        assert faulty.items == whole.items


def test_the_warning_names_the_line_of_the_first_fault() -> None:
    assert feed(RSS, "D&D").warning == (
        "is not well-formed: not well-formed (invalid token): line 4, column 22"
    )
    assert not feed(RSS).warning


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ('<?xml version="1.0"?>', 3),
        ("", 3),
        ("\n", 4),
        ('<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY a "b">\n]>\n', 7),
        ('<?xml-stylesheet href="x"?>\n', 4),
    ],
)
def test_the_warning_names_the_line_whatever_is_in_front(front: str, line: int) -> None:
    body = RSS.partition("?>\n")[2]
    for encoding in ("utf-8", "utf-8-sig"):
        data = (front + body.replace("{title}", "D&D")).encode(encoding)
        found = parse(data, ADDRESS)
        assert found.warning.endswith(f"line {line}, column 22")


def test_the_warning_names_the_line_of_a_text_in_front() -> None:
    assert parse(f"Warning: no\n{RSS}".encode(), ADDRESS).warning.endswith(": line 1")


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
@pytest.mark.parametrize(
    "fault",
    [
        "<![CDATA[<p>a</p>",
        "</rss>",
        "</channel>",
        "</feed>",
        "<channel>",
        "<p>a <![CDATA[ b",
        "<description>",
        "<title>",
        "<content:encoded>",
        "<summary><div>",
    ],
)
def test_a_fault_in_a_text_affects_only_its_item(document: str, fault: str) -> None:
    # Without sections: the end of one would also end the one that is open.
    document = re.sub(r"<!\[CDATA\[.*?\]\]>", "text", document)
    whole, faulty = feed(document), feed(document, text=fault)
    assert [item.id for item in faulty.items] == [item.id for item in whole.items]
    assert faulty.items[1:] == whole.items[1:]
    assert faulty.channel == whole.channel


def test_a_repair_changes_no_markup_inside_a_text() -> None:
    svg = (
        "<details><summary>a</summary>b</details><svg xmlns='http://www.w3.org/2000/svg'>"
        "<title>c</title><metadata><dc:title xmlns:dc='x:'>d</dc:title></metadata></svg>"
    )
    document = ATOM.replace("<p>Melt", f"{svg}<p>Melt")
    assert feed(document, title="D&D").items[1:] == feed(document).items[1:]


@pytest.mark.parametrize("document", [RSS, ATOM], ids=["rss", "atom"])
def test_an_item_in_which_the_feed_ends_is_left_out(document: str) -> None:
    whole = feed(document).items
    text = document.replace("{title}", "").replace("{text}", "")
    start = text.rindex("<item>" if "<rss" in document else "<entry>")
    for end in range(start, len(text) - len("</feed> </channel> </rss>  "), 7):
        found = parse(text[:end].encode(), ADDRESS).items
        assert found in {whole[:2], whole}
        assert len(found) == 2 or "</item>" in text[start:end] or "</entry>" in text[start:end]


def test_elements_with_a_prefix_that_is_not_declared_are_read() -> None:
    text = RSS.replace(' xmlns:content="http://purl.org/rss/1.0/modules/content/"', "").replace(
        "<category>A&amp;B</category>",
        '<dc:creator>Ada</dc:creator><media:content url="/a.ogg" type="audio/ogg"/>',
    )
    one, other, _ = feed(text).items
    assert [author.name for author in one.authors] == ["Ada"]
    assert [file.href for file in one.enclosures] == ["/a.ogg"]
    assert other == feed(RSS).items[1]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3000),
            st.sampled_from([
                "<", "&", ">", '"', "'", "</", "<b>", "]]>", "<![CDATA[", "-->", "<!--", "<?", "?>",
                " xmlns:a='b'", " xmlns='c d'", "<a:b>", " a:c=d", "&#0;", "&#x110000;", "&nbsp;",
                "\0", "<item>", "</item>", "<entry>", "</title>", "/>", "<x xmlns:q=''>", "<:a>",
                "<a:>", "<é>", " xmlns:xml='x'", "<xmlns:a>", "<dc:x>", "&lt", "<!DOCTYPE x>",
                "<br>", "</rss>", "</channel>", " xmlns:r='http://www.w3.org/XML/1998/namespace'",
            ]),
        ),
        max_size=6,
    ),
    st.sampled_from([RSS, ATOM]),
)  # fmt: skip
def test_a_repaired_feed_is_well_formed(damage: list[tuple[int, str]], document: str) -> None:
    for place, text in damage:
        document = document[:place] + text + document[place:]
    if "<rss version" in document or "<feed xmlns" in document:
        assert repair.fault(repair.repaired(document)) == ""


def test_an_element_with_too_many_attributes_keeps_the_first_ones() -> None:
    many = "".join(f' a{number}="x"' for number in range(repair.MAX_ATTRIBUTES))
    crowded = ATOM.replace("<link href", f"<link{many} x='' href").replace("<link", "<link ", 1)
    found = feed(crowded)
    assert found.warning == ("is not well-formed: an element with more than 256 attributes: line 4")
    assert [item.id for item in found.items] == [item.id for item in feed(ATOM).items]
    one_less = ATOM.replace("<entry>", f"<entry{many[7:]}>")
    assert not feed(one_less).warning


def test_a_feed_with_too_many_prefixes_keeps_the_first_ones() -> None:
    many = "".join(f'<a xmlns:a{n}="x:{n}"/>' for n in range(repair.MAX_PREFIXES + 1))
    found = feed(RSS.replace("<item>", f"{many}<item>", 1))
    assert found.warning == "is not well-formed: more than 256 prefixes of namespaces: line 4"
    assert found.items == feed(RSS).items


@pytest.mark.parametrize(
    ("before", "repeated", "size"),
    [
        ("<rss><channel><item", ' a{}="x"', 2000),
        ("<rss><channel><item>", '<a xmlns:a{}="x">', 300),
        ("<rss><channel><item>&", "<", 2000),
        ("<rss><channel><item>&", "<!--", 2000),
        ("<rss><channel><item>&", "<a b='", 2000),
        ("<rss><channel><item>&", "<a>", 1000),
        ("<rss><channel><item>&" + "<a>" * 1000, "</b>", 2000),
        ("<rss><channel><item>", "&", 5000),
        ("<rss><channel><item>&<a ", "b{}", 2000),
        ("<rss><channel><item>&", "</ ", 2000),
        ("<rss><channel><item>&", "<![CDATA[", 2000),
        ("<rss>&", "<channel>", 1000),
        ("<rss><channel><item>&", "<description><b></channel>", 1000),
        ("<rss>" + "<channel>" * 500 + "<item>&", "</channel><item>", 1000),
        ("", "<!ENTITY a '", 2000),
    ],
)
def test_a_feed_with_many_faults_takes_time_in_proportion(
    before: str, repeated: str, size: int
) -> None:
    def run(times: int) -> None:
        document = before + "".join(repeated.format(number) for number in range(times)) + "><rss>"
        repair.fault(document)
        repair.repaired(document)

    assert_linear(run, size)


def test_attributes_of_a_well_formed_feed_take_time_in_proportion() -> None:
    def run(times: int) -> None:
        attributes = "".join(f' a{number}="x"' for number in range(times))
        feed(ATOM.replace("<entry>", f"<entry{attributes}>"))

    assert_linear(run, 3000)


JSON = json.dumps({
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Bees",
    "items": [
        {"id": "https://bees.example/?a=1&b=2", "title": "A, ] and }, ", "tags": ["Q&A"],
         "date_published": "2024-01-05", "content_html": "<p>One</p>"},
        {"id": "2", "date_published": "2024-01-04", "content_text": "a\\b \"c\",]"},
    ],
}, indent=1)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Q&A"', '"Q&A", '),
        ('"<p>One</p>"', '"<p>One</p>",\n'),
        ("<p>One</p>", "<p>O\x08ne</p>"),
        ("<p>One</p>", "<p>One\x00</p>"),
        ('{\n "version"', 'Warning: mail() failed\n{\n "version"'),
        ('\n ]\n}', '\n ],\n}\n<script>if (a) {}</script>'),
    ],
)  # fmt: skip
def test_a_json_feed_with_a_fault_is_read_as_its_author_repairs_it(old: str, new: str) -> None:
    assert JSON.count(old) == 1
    faulty = parse(JSON.replace(old, new).encode(), ADDRESS, "application/feed+json")
    assert faulty.items == parse(JSON.encode(), ADDRESS).items
    assert faulty.warning.startswith("is not valid JSON: ")


def test_a_json_feed_may_begin_with_a_byte_order_mark() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        found = parse(JSON.encode(encoding), ADDRESS, "application/json")
        assert (found.items, found.warning) == (parse(JSON.encode(), ADDRESS).items, "")


def test_a_json_feed_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(ConfigError, match="f:17: the file is not JSON from here on"):
        parse(JSON[:-20].encode(), ADDRESS, name="f")


def test_faults_of_json_take_time_in_proportion() -> None:
    def run(times: int) -> None:
        for text in ('"' + '\\"' * times, "," * times, ", " * times, "[" + "1,]" * times):
            with pytest.raises(ConfigError):
                parse(b'{"a": ' + text.encode(), ADDRESS)

    assert_linear(run, 3000)


@pytest.mark.parametrize(
    ("ident", "earlier"),
    [
        ("https://a.example/?a=1&b=2", ("https://a.example/?a=1&amp;b=2",
                                        "https://a.example/?a=1&b;=2")),
        ("a?b=1&copy=2", ("a?b=1&amp;copy=2", "a?b=1\xa9=2")),
        ("<a> & 'b'", ("&lt;a&gt; &amp; &apos;b&apos;", "&lt;a&gt; &amp; 'b'")),
        ("urn:x:plain", ()),
    ],
)  # fmt: skip
def test_the_ids_that_earlier_versions_read(ident: str, earlier: tuple[str, ...]) -> None:
    assert earlier_ids.of(ident) == earlier


@pytest.mark.parametrize(
    ("present", "known", "kept"),
    [
        (["?a&b"], {"?a&amp;b"}, {"?a&b": "?a&amp;b"}),
        (["?a&b"], {"?a&b;"}, {"?a&b": "?a&b;"}),
        (["?a&b"], {"?a&amp;b", "?a&b"}, {}),
        (["?a&b", "?a&amp;b"], {"?a&amp;b"}, {}),
        (["?a=1&b=2&c=3"], {"?a=1&b;=2&amp;c=3"}, {"?a=1&b=2&c=3": "?a=1&b;=2&amp;c=3"}),
        (["?a=1&&b"], {"?a=1&&amp;b"}, {"?a=1&&b": "?a=1&&amp;b"}),
        (["?a&b"], set(), {}),
        (["plain"], {"plain"}, {}),
    ],
)
def test_an_item_keeps_the_id_under_which_it_was_published(
    present: list[str], known: set[str], kept: dict[str, str]
) -> None:
    assert earlier_ids.kept(present, (), known.__contains__) == kept


def test_the_bodies_that_earlier_versions_read_of_a_feed_with_a_fault() -> None:
    (atom,) = [one for one in feed(ATOM).items if "Melt" in one.body]
    earlier, faulty = (one.earlier()[atom.id] for one in (feed(ATOM), feed(ATOM, "D&D")))
    assert earlier.bodies == faulty.bodies == {atom.body.replace("&amp;b=2", "&b=2")}
    # libxml2 left out `&amp;` behind the fault.
    assert faulty.sources == earlier.sources - {atom.source}
    assert len(faulty.sources) == 1


def test_a_remembered_id_is_found_by_its_meaning() -> None:
    ident = "?a&b&c&d&e&f&amp"
    remembered = ["?a&b;&amp;c&d;&amp;e&f;&amp;amp"]
    assert earlier_ids.kept([ident], remembered, lambda _: False) == {ident: remembered[0]}
    assert earlier_ids.kept([ident, *remembered], remembered, lambda _: False) == {}


def test_the_forms_of_an_id_are_few() -> None:
    for count in range(20):
        assert len(earlier_ids.of("x" + "&a=1" * count)) < 10


def test_an_entity_of_a_dtd_elsewhere_is_a_character() -> None:
    dtd = '<!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    for blank in ("", "\n"):
        document = RSS.replace("?>\n", f"?>{blank}{dtd}", 1)
        assert feed(document, title="Caf&eacute;").items[0].title == "Bread Caf\xe9"


def test_a_known_prefix_is_declared_once() -> None:
    document = RSS.replace("<category>", "<dc:creator>x</dc:creator><category>")
    text = repair.repaired(document)
    assert (text.count("xmlns:dc="), text.count("<dc:creator>")) == (1, 3)


def test_a_json_feed_in_a_file_may_have_a_text_in_front() -> None:
    for front in ("Warning: <b>mail()</b> failed\n", "\n//\n"):
        found = parse((front + JSON).encode(), ADDRESS)
        assert found.items == parse(JSON.encode(), ADDRESS).items
    assert [one.id for one in feed(RSS, text=JSON[:80]).items] == [
        one.id for one in feed(RSS).items
    ]


def test_the_first_second_of_1970_is_a_date() -> None:
    entry = (
        "<id>a</id><published>1970-01-01T00:00:00Z</published><created>2001-01-01</created>"
        "<updated>2019-01-01T00:00:00Z</updated>"
    )
    document = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>'
    assert [one.published for one in parse(document.encode(), ADDRESS).items] == [0]
