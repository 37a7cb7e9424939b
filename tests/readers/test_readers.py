"""Parsers of XMPP clients, and of a library for feeds, read our items as we mean them."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from msgspec.structs import replace

from publisher.config import FeedFile
from publisher.post import Medium
from publisher.sync import item
from publisher.text.node_address import NodeAddress
from tests.goldens.test_goldens import SITE, entries
from tests.support import item_readers, one_feed
from tests.support.item_readers import PUBLISHER, READERS, ReadItem
from tests.support.posts import entry, post
from tests.support.reading import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.rendering import Rendered
    from publisher.sync.item import Contents, Item

BLOG = NodeAddress("pubsub.example.org", "blog")


def sent(made: Rendered, contents: Contents = "") -> Item:
    return item.item(made, SITE, BLOG, account=PUBLISHER, contents=contents)


def meant(made: Rendered) -> ReadItem:
    """What a reader has that reads everything."""
    pictures = [] if made.image is None or not made.image.is_picture else [made.image.href]
    return ReadItem(
        title=made.title,
        published=made.published,
        updated=made.updated,
        author=", ".join(author.name for author in made.authors),
        # The payload puts the readings of ruby in parentheses.
        words=words(re.sub(r"<rt>(.*?)</rt>", r"(\1)", made.content.xhtml)),
        link=made.link,
        enclosures=(*(one.href for one in made.enclosures), *pictures),
    )


def as_read(made: Rendered, reader: str) -> ReadItem:
    """The item as this reader is known to read it."""
    wanted = meant(made)
    match reader:
        case "Libervia":
            return dataclasses.replace(wanted, link=None, enclosures=None)
        case "stanza":
            return dataclasses.replace(wanted, words=None)
        case _:  # feedparser takes the last alternate without a type for the page
            return dataclasses.replace(wanted, link=BLOG.item_uri(made.item_id))


@pytest.fixture(scope="module")
def made() -> Sequence[Rendered]:
    """Every kind of content, and a picture, which those in the goldens lack."""
    pictured = post(body="See *this*.", image=Medium("/a.jpg", 1, type="image/jpeg"))
    return [*entries().values(), entry(pictured)]


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_reads_every_item_as_it_is_meant(reader: str, made: Sequence[Rendered]) -> None:
    spelled = [one for one in made if "<math" not in one.content.xhtml]  # see test_item.py
    found = READERS[reader]([sent(one) for one in spelled])
    assert found == [as_read(one, reader) for one in spelled]


def test_the_comparison_sees_a_difference(made: Sequence[Rendered]) -> None:
    one = made[0]
    other = replace(sent(one), payload=sent(one).payload.replace("Inline", "Outside"))
    assert item_readers.libervia([other]) != item_readers.libervia([sent(one)])


# --- What `check --readers` and the docs say of them


def test_libervia_makes_a_text_of_the_xhtml_where_there_is_none() -> None:
    one = entry(post(body="Some *text*."))
    (found,) = item_readers.libervia_text([sent(one, "xhtml")])
    assert found == "Some text."


def test_libervia_shows_the_title_of_an_item_with_a_summary() -> None:
    one = entry(post(body="Some *text*.", title="The title"))
    (found,) = item_readers.libervia_text([sent(one, "summary")])
    assert found == "The title"


@pytest.mark.parametrize(
    ("contents", "text"), [("", None), ("xhtml", None), ("summary", ("Some", "text."))]
)
def test_stanza_reads_no_text_but_a_summary(
    contents: Contents, text: tuple[str, ...] | None
) -> None:
    (found,) = item_readers.stanza([sent(entry(post(body="Some *text*.")), contents)])
    assert found.words == text


@pytest.mark.parametrize(
    ("kind", "read"), [("xhtml", "Some in words.link"), ("html", "Some link in words.")]
)
def test_rss_parser_moves_words_behind_links_in_xhtml(
    kind: Literal["xhtml", "html"], read: str
) -> None:
    url = "https://blog.example/f"
    file = FeedFile(path=Path("f"), format="atom", limit="all", url=url, content_type=kind)
    feed = one_feed.document(file, SITE, [entry(post(body="Some [link](/x) in words."))])
    (found,) = item_readers.rss_parser(feed.decode())
    assert " ".join(found["contentSnippet"].split()) == read
