"""The payload: what XMPP readers need, beside what the web feed has."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from msgspec.structs import replace

from publisher import feeds
from publisher.config import NodeConfig, Person, Site
from publisher.entry import body_hash
from publisher.errors import TooBig
from publisher.post import Medium
from publisher.sync import item
from publisher.sync.text_hash import text_hash
from publisher.text.node_address import NodeAddress
from tests.support import posts
from tests.support.posts import post

if TYPE_CHECKING:
    from publisher.rendering import Rendered

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SITE = Site(title="My blog", url="https://blog.example", language="en")
BLOG = NodeAddress("pubsub.example", "blog")


def entry(
    body: str = "The lead.\n\nMORE\n\nThe *rest*.\n", *, title: str = "First", **facts: Any
) -> Rendered:
    found = post(body=body, marker="MORE", title=title, page="/first/")
    authors = (Person(name="Ada", email="ada@blog.example"), Person(name="Bob"))
    defaults = {"authors": authors, "categories": ("news", "xmpp"), "fingerprint": "f00d"}
    return posts.entry(found, SITE, **{**defaults, **facts})


def payload(made: Rendered, **options: Any) -> ET.Element:
    built = item.item(made, SITE, BLOG, account="blog@example.org", **options)
    return ET.fromstring(built.payload)  # noqa: S314 - our own


def names(element: ET.Element) -> list[str]:
    return [child.tag.removeprefix(ATOM) for child in element]


def test_the_web_feed_has_one_content_and_the_payload_two() -> None:
    web = feeds.atom_entry(entry(), SITE)
    assert [c.get("type") for c in web.findall(f"{ATOM}content")] == ["xhtml"]
    xhtml, text = payload(entry()).findall(f"{ATOM}content")
    assert (xhtml.get("type"), text.get("type")) == ("xhtml", "text")
    assert "".join(xhtml.itertext()).split() == ["The", "lead.", "The", "rest."]
    assert text.text == "The lead.\n\nThe *rest*."


def test_the_lead_is_the_summary_of_the_web_feed_only() -> None:
    assert feeds.atom_entry(entry(), SITE).findtext(f"{ATOM}summary") == "The lead."
    assert payload(entry()).find(f"{ATOM}summary") is None


@pytest.mark.parametrize(
    ("contents", "post_says", "kinds", "summary"),
    [
        ("", None, ["xhtml", "text"], None),
        ("xhtml", None, ["xhtml"], None),
        ("summary", None, [], "The lead."),
        ("", "summary", [], "The lead."),
    ],
)
def test_a_node_may_carry_less(
    contents: item.Contents, post_says: Any, kinds: list[str], summary: str | None
) -> None:
    found = post(body="The lead.\n\nMORE\n\nThe rest.", marker="MORE", content=post_says)
    element = payload(posts.entry(found, SITE), contents=contents)
    assert [content.get("type") for content in element.findall(f"{ATOM}content")] == kinds
    assert element.findtext(f"{ATOM}summary") == summary
    marker = element.find(item.FINGERPRINT)
    assert marker is not None
    assert marker.get("contents", "") == contents
    seen = item.seen("x", ET.tostring(element, encoding="unicode"))
    assert (seen.contents, seen.fingerprint) == (contents, marker.text)


@pytest.mark.parametrize(
    ("content", "alternatives", "post_says", "contents"),
    [
        ("full", "both", None, ""),
        ("full", "xhtml", None, "xhtml"),
        ("full", "xhtml", "auto", "xhtml"),
        ("summary", "both", None, "summary"),
        ("summary", "xhtml", None, "summary"),
        # The front matter decides before the node does.
        ("summary", "both", "full", ""),
        ("summary", "xhtml", "full", "xhtml"),
        ("full", "xhtml", "summary", ""),
        ("summary", "both", "summary", ""),
    ],
)
def test_the_front_matter_decides_before_the_node(
    content: Any, alternatives: Any, post_says: Any, contents: item.Contents
) -> None:
    node = NodeConfig(service="s", node="n", content=content, alternatives=alternatives)
    assert item.contents(post(content=post_says), node) == contents


def test_an_item_without_plain_text_is_shortened_to_a_summary_at_once() -> None:
    one = entry("Words. " * 20_000)
    assert item.item(one, SITE, BLOG, account="a@b").level == 1
    without_text = item.item(one, SITE, BLOG, account="a@b", contents="xhtml")
    assert (without_text.level, without_text.shortened) == (0, "")
    for size, level in ((60_000, 0), (10, 1), (10, 2)):
        one = entry("Words. " * size)
        built = item.item(one, SITE, BLOG, account="a@b", contents="xhtml", level=level)
        assert built.level == item.SHORTEST
        assert "summary and the link" in built.shortened
        root = ET.fromstring(built.payload)  # noqa: S314 - our own
        assert root.find(f"{ATOM}content") is None


def test_the_author_is_the_account() -> None:
    (author,) = payload(entry()).findall(f"{ATOM}author")
    assert names(author) == ["name", "uri"]
    assert author.findtext(f"{ATOM}name") == "Ada, Bob"
    assert author.findtext(f"{ATOM}uri") == "xmpp:blog@example.org"


def test_the_page_is_the_first_link_and_the_item_the_second() -> None:
    page, own = payload(entry()).findall(f"{ATOM}link")
    assert page.attrib == {
        "rel": "alternate",
        "type": "text/html",
        "href": "https://blog.example/first/",
    }
    assert own.attrib == {
        "rel": "alternate",
        "href": "xmpp:pubsub.example?;node=blog;item=2026-01-02-first-post",
    }


PICTURE = {"href": "https://blog.example/a.jpg", "type": "image/jpeg"}


def with_picture(body: str = "Text.", href: str = "/a.jpg", **facts: Any) -> Rendered:
    found = post(body=body, image=Medium(href, 2, **facts), page="/first/")
    return posts.entry(found, SITE)


def enclosed(element: Any) -> list[dict[str, str]]:
    """The enclosures of an entry or a payload: URL and media type."""
    links = element.findall(f"{ATOM}link[@rel='enclosure']")
    return [{key: str(link.get(key)) for key in ("href", "type")} for link in links]


def test_the_picture_is_an_enclosure_of_the_feed_and_of_the_payload() -> None:
    one = with_picture(length=17, title="A pear")
    for element in (feeds.atom_entry(one, SITE), payload(one)):
        assert enclosed(element) == [PICTURE]
        link = element.find(f"{ATOM}link[@rel='enclosure']")
        assert link is not None
        assert (link.get("length"), link.get("title")) == ("17", "A pear")


def test_movim_counts_no_picture_among_the_contents() -> None:
    assert feeds.atom_entry(with_picture(), SITE).find(f"{MEDIA}content") is not None
    assert payload(with_picture()).find(f"{MEDIA}content") is None


def test_a_picture_in_the_body_is_not_shown_twice_by_clients() -> None:
    one = with_picture("![A pear](/a.jpg)")
    assert enclosed(payload(one)) == []
    assert enclosed(feeds.atom_entry(one, SITE)) == [PICTURE]
    assert enclosed(payload(with_picture("![A fig](/b.jpg)"))) == [PICTURE]


def test_a_picture_that_stands_only_in_the_body_is_no_enclosure() -> None:
    one = posts.entry(post(body="![A pear](/a.jpg)"), SITE)
    assert enclosed(feeds.atom_entry(one, SITE)) == enclosed(payload(one)) == []


@pytest.mark.parametrize("href", ["https://img.example/1234", "/a.mp4", "/a.html"])
def test_what_is_not_known_to_be_a_picture_is_no_enclosure(href: str) -> None:
    assert enclosed(feeds.atom_entry(with_picture(href=href), SITE)) == []


def test_the_type_that_the_author_gives_makes_it_a_picture() -> None:
    one = with_picture(href="https://img.example/1234", type="image/png")
    assert enclosed(payload(one)) == [{"href": "https://img.example/1234", "type": "image/png"}]


def test_the_picture_follows_the_recordings_and_is_there_once() -> None:
    song = Medium("/a.ogg", 3, type="audio/ogg")
    for media in ((song,), (song, Medium("/a.jpg", 4))):
        found = post(image=Medium("/a.jpg", 2), enclosures=media, page="/first/")
        one = posts.entry(found, SITE)
        expected = [{"href": "https://blog.example/a.ogg", "type": "audio/ogg"}, PICTURE]
        assert enclosed(feeds.atom_entry(one, SITE)) == enclosed(payload(one)) == expected


def test_the_ids_are_those_of_the_web_feed() -> None:
    web, own = feeds.atom_entry(entry(), SITE), payload(entry())
    for name in ("id", "title", "published", "updated"):
        assert own.findtext(f"{ATOM}{name}") == web.findtext(f"{ATOM}{name}")


def test_the_marker_can_be_read_back() -> None:
    one = entry(link="https://blog.example/first/?a=1&b=2")
    one = replace(one, post=dataclasses.replace(one.post, source="c0de"), page="ba5e")
    built = item.item(one, SITE, BLOG, account="blog@example.org")
    seen = item.seen(built.id, built.payload)
    assert seen == item.Seen(
        "2026-01-02-first-post",
        "tag:blog.example,2026-01-02:2026-01-02-first-post",
        "First",
        "f00d",
        source="c0de",
        body=body_hash(one.post),
        link="https://blog.example/first/?a=1&b=2",
        page="ba5e",
        text=built.text,
    )


def test_the_text_of_a_marker_is_that_of_the_item_as_it_is_until_it_is_shortened() -> None:
    short, long = (
        item.item(entry("Words. " * size), SITE, BLOG, account="blog@example.org")
        for size in (100, 60_000)
    )
    for built, is_whole in ((short, True), (long, False)):
        root = etree.fromstring(built.payload)
        marker = root.find(item.FINGERPRINT)
        assert marker is not None
        assert marker.attrib["text"] == built.text
        assert (text_hash(root) == built.text) == is_whole


def test_the_text_of_an_item_is_what_it_shows_whatever_the_prefixes() -> None:
    built = item.item(entry("Some *words*."), SITE, BLOG, account="blog@example.org")
    again = ET.tostring(ET.fromstring(built.payload), encoding="unicode")  # noqa: S314 - our own
    assert again != built.payload
    assert text_hash(etree.fromstring(again)) == built.text
    for other in (entry("Some *words*?"), entry("Some **words**."), entry(title="Another")):
        made = item.item(other, SITE, BLOG, account="blog@example.org")
        assert made.text != built.text
    elsewhere = item.item(entry("Some *words*."), SITE, NodeAddress("p", "n"), account="a@b")
    assert elsewhere.text == built.text


def test_what_the_post_lacks_is_left_out_of_the_marker() -> None:
    marker = payload(entry(body="")).find(item.FINGERPRINT)
    assert marker is not None
    assert marker.attrib.keys() == {"link", "text"}


def test_a_marker_of_an_older_version_can_be_read() -> None:
    name, namespace = item.FINGERPRINT.rpartition("}")[2], item.FINGERPRINT[1:].partition("}")[0]
    old = f"<entry xmlns='{ATOM[1:-1]}'><{name} xmlns='{namespace}'>f00d</{name}></entry>"
    text = text_hash(etree.fromstring(old))
    assert item.seen("x", old) == item.Seen("x", None, None, "f00d", text=text)


def test_any_payload_can_be_looked_at() -> None:
    assert item.seen("x", "<tune xmlns='urn:x'/>") == item.Seen("x", None, None, None)


def test_a_payload_beyond_the_limits_of_the_parser_is_only_not_ours() -> None:
    deep = "<a xmlns='urn:x'>" + "<a>" * 400 + "</a>" * 400 + "</a>"
    assert item.seen("x", deep) == item.Seen("x", None, None, None)


def test_what_a_strangers_item_says_is_shortened_or_left_out() -> None:
    name, namespace = item.FINGERPRINT.rpartition("}")[2], item.FINGERPRINT[1:].partition("}")[0]
    most, more = "a" * item.SEEN_ID, "a" * (item.SEEN_ID + 1)

    def seen(id_: str, fingerprint: str) -> item.Seen:
        attributes = " ".join(f"{name}='{fingerprint}'" for name in ("source", "body", "link"))
        return item.seen(
            "x",
            f"<entry xmlns='{ATOM[1:-1]}'><id>{id_}</id>"
            f"<title>One\n\u202etwo {'words ' * 60}</title>"
            f"<{name} xmlns='{namespace}' {attributes}>{fingerprint}</{name}></entry>",
        )

    found = seen(most, most)
    assert (found.atom_id, found.fingerprint) == (most, most)
    assert (found.source, found.body, found.link) == (most, most, most)
    assert found.title is not None
    assert found.title.startswith(r"One \u202etwo words")
    assert found.title.endswith("words…")
    assert len(found.title) <= item.SEEN_TITLE
    assert seen(more, more) == item.Seen("x", None, found.title, None)


def test_what_is_too_big_without_its_content_is_never_sent() -> None:
    with pytest.raises(TooBig, match="shorten its title"):
        item.item(entry(title='"' * 60_000), SITE, BLOG, account="blog@example.org")


def test_only_the_account_and_the_node_differ_between_nodes() -> None:
    texts = [
        item.item(entry(), SITE, address, account=account).payload
        for address, account in ((BLOG, "blog@example.org"), (NodeAddress("p", "n"), "a@b"))
    ]
    assert texts[0] == texts[1].replace("xmpp:p?;node=n;", f"{BLOG.uri};").replace(
        "xmpp:a@b", "xmpp:blog@example.org"
    )


@pytest.mark.parametrize(("size", "level"), [(100, 0), (20_000, 1), (60_000, 2)])
def test_what_is_too_big_loses_its_twin_then_its_content(size: int, level: int) -> None:
    built = item.item(entry("Words. " * size), SITE, BLOG, account="blog@example.org")
    assert built.level == level
    assert bool(built.shortened) == (level > 0)
    assert len(built.payload.encode()) < item.STANZA_LIMIT
    root = ET.fromstring(built.payload)  # noqa: S314 - our own
    contents = root.findall(f"{ATOM}content")
    if level == item.SHORTEST:
        assert contents == []
        summary = root.findtext(f"{ATOM}summary") or ""
        assert len(summary) <= item.SUMMARY
        assert summary.endswith("Words…")
    else:
        assert [content.get("type") for content in contents] == ["xhtml", "text"]
        assert ("Words. […]\n\nhttps://" in (contents[1].text or "")) == (level > 0)
        assert ("https://blog.example/first/" in (contents[1].text or "")) == (level == 1)


PICTURE_AND_LINK = '![A pear](/a.jpg) See [*the* pear](/pear/ "Pears").\n\n'


def test_a_shortened_item_has_the_summary_of_a_node_with_summaries() -> None:
    one = with_picture(PICTURE_AND_LINK + "Words. " * 60_000)
    summaries = [
        payload(one, contents=contents).findtext(f"{ATOM}summary") for contents in ("", "summary")
    ]
    assert summaries[0] == summaries[1]
    assert summaries[0] is not None
    assert summaries[0].startswith("A pear See the pear. Words.")


@pytest.mark.parametrize("words", [10, 1_000])
def test_a_shortened_item_has_the_authors_own_summary(words: int) -> None:
    own = " ".join(["Sum."] * words)
    found = post(body="Words. " * 60_000, values={"summary": own}, page="/first/")
    summary = payload(posts.entry(found, SITE)).findtext(f"{ATOM}summary") or ""
    assert summary == own if words == 10 else summary.endswith("Sum…")
    assert len(summary) <= item.SUMMARY


def test_an_item_that_loses_the_picture_with_its_content_has_it_as_an_enclosure() -> None:
    small, long, longest = (
        with_picture(PICTURE_AND_LINK + "Words. " * count) for count in (1, 20_000, 60_000)
    )
    assert enclosed(payload(small)) == enclosed(payload(long)) == []
    assert enclosed(payload(longest)) == enclosed(payload(small, level=2)) == [PICTURE]


def test_quotes_count_as_what_they_are_escaped_to() -> None:
    """slixmpp sends each as six bytes."""
    built = item.item(entry("`" + "\"'" * 15_000 + "`"), SITE, BLOG, account="blog@example.org")
    assert built.level == 1


@pytest.mark.parametrize("level", range(item.SHORTEST + 1))
def test_a_level_can_be_asked_for(level: int) -> None:
    built = item.item(entry(), SITE, BLOG, account="blog@example.org", level=level)
    assert built.level == level
    assert item.seen(built.id, built.payload).fingerprint == "f00d"


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        (BLOG, "xmpp:pubsub.example?;node=blog"),
        (
            NodeAddress("ada@example.org", "urn:xmpp:microblog:0"),
            "xmpp:ada@example.org?;node=urn%3Axmpp%3Amicroblog%3A0",
        ),
        (NodeAddress("pubsub.example", "a/b c+ü"), "xmpp:pubsub.example?;node=a%2Fb%20c%2B%C3%BC"),
    ],
)
def test_uris_escape_everything_that_is_not_unreserved(address: NodeAddress, uri: str) -> None:
    assert address.uri == uri
    assert address.subscribe_uri == uri.replace("?;", "?pubsub;action=subscribe;")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ('<math alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math>', "x squared"),
        ("<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>\\xi</annotation>"
         "</semantics></math>", "\\xi"),
        ("<math><mi>x</mi> <mo>=</mo> <mn>2</mn></math>", "x = 2"),
    ],
)  # fmt: skip
def test_a_formula_is_spelled_for_clients_that_drop_it(formula: str, said: str) -> None:
    made = entry(f"<p>So {formula}, then.</p>")
    (code,) = payload(made).iter("{http://www.w3.org/1999/xhtml}code")
    assert (code.text, code.tail, code.get("class")) == (said, ", then.", "language-math")
    assert "MathML" in made.content.xhtml
