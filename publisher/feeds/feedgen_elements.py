"""The parts that the feed formats share, made with feedgen, and the repairs of its output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urldefrag

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher import media
from publisher.config import Person
from publisher.content.footnotes import page_id
from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Shown, Site
    from publisher.feeds.document import FeedDocument
    from publisher.rendering import Rendered

ATOM_NS: Final = "http://www.w3.org/2005/Atom"
ATOM: Final = f"{{{ATOM_NS}}}"
MEDIA: Final = "{http://search.yahoo.com/mrss/}"
MEDIA_PREFIX: Any = {"media": MEDIA.strip("{}")}
_HISTORY: Final = "{http://purl.org/syndication/history/1.0}"
_HISTORY_PREFIX: Any = {"fh": _HISTORY.strip("{}")}
# The mark by which a later build recognises its own files.
GENERATOR: Final = "publisher"
# The type of links to nodes, whose items are Atom entries. Without a type feedparser would take the
# link for the page: it takes the last alternate that has none.
_NODE_TYPE: Final = "application/atom+xml"
# Text between tags has no `<`, and neither has a value of our own XHTML.
_FRAGMENT: Final = re.compile(r'(<a\b[^<>]* href=")(#[^"]*)')
# `content: auto` shows only the summary of a larger post: readers still fetch a feed of 20 such.
AUTO_BYTES: Final = 100_000
TYPES: Final = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}


def is_full(entry: Rendered, wanted: Shown) -> bool:
    """Whether a feed shows the whole post: as the post says, or else as the feed says."""
    chosen = entry.post.content or wanted
    if chosen == "auto":
        return len(entry.content.xhtml.encode()) <= AUTO_BYTES
    return chosen == "full"


def html_content(entry: Rendered) -> str:
    """The content as HTML that may stand anywhere: links to parts of the post lead to its page.

    RSS and JSON Feed have no base against which `#note` could resolve; the RSS Board's profile
    advises against relative URLs. In the XHTML of Atom such a link leads to the part of the same
    document.
    """
    return _FRAGMENT.sub(lambda link: link[1] + page_url(entry, link[2]), entry.content.xhtml)


def page_url(entry: Rendered, fragment: str) -> str:
    """The URL of a part of the post's page. `fragment` begins with `#`.

    The page has the ids as the author wrote them, without the prefix of the item id. Those of
    footnotes are written by the engine.
    """
    page = urldefrag(entry.link).url
    own = fragment[1:].removeprefix(f"{entry.item_id}-")
    id_ = page_id(own, entry.content.footnotes, entry.post.syntax.footnotes)
    return f"{page}#{id_}" if id_ else page


def feed_entry(entry: Rendered, *, full: bool, kind: Literal["xhtml", "html"] = "xhtml") -> Any:
    """A feedgen entry with what Atom and RSS share. RSS has HTML alone."""
    generator = FeedEntry()
    generator.id(entry.atom_id)
    generator.title(entry.title)
    generator.published(entry.published)
    generator.updated(entry.updated)
    generator.link(href=entry.link, rel="alternate", type="text/html")
    generator.category([{"term": category} for category in entry.categories])
    if full:
        # feedgen 1.0.0 writes no div without content, and HTML parsers never close `<div/>`.
        content = entry.content.xhtml if kind == "xhtml" else html_content(entry)
        generator.content(content or " ", type=kind)
    return generator


def head(document: FeedDocument, site: Site) -> Any:
    """A feedgen feed without entries: adding these as elements saves parsing them again."""
    feed = document.feed
    generator = FeedGenerator()
    generator.id(document.id(site))
    generator.title(document.title(site))
    generator.subtitle(document.description(site))
    generator.language(document.language(site))
    generator.author(person(owner(site)))
    generator.updated(document.updated(site))
    generator.generator(GENERATOR)
    generator.link(href=feed.url, rel="self", type=TYPES[feed.format])
    # feedgen 1.0.0: the channel's link is the last one, of whatever rel.
    generator.link(href=site.root, rel="alternate", type="text/html")
    if site.rights:
        generator.rights(site.rights)
    return generator


def owner(site: Site) -> Person:
    """The author of the site, or a person with its title: Atom requires an author."""
    return site.author or Person(name=site.title)


def person(author: Person) -> dict[str, str | None]:
    return {"name": author.name, "email": author.email, "uri": author.uri and uri(author.uri)}


def add_links(parent: etree._Element, document: FeedDocument, site: Site) -> None:
    """Add links after the feed's own, because readers open the first alternate."""
    index = parent.index(parent.findall(f"{ATOM}link")[-1]) + 1
    for number, attributes in enumerate(_links(document, site)):
        parent.insert(index + number, etree.Element(f"{ATOM}link", attributes))
    if document.current:
        parent.insert(index, etree.Element(f"{_HISTORY}archive", nsmap=_HISTORY_PREFIX))


def _links(document: FeedDocument, site: Site) -> Iterator[dict[str, str]]:
    """Links to the nodes, the licence (RFC 4946), the hubs (WebSub) and the archives (RFC 5005)."""
    for number, node in enumerate(document.nodes):
        # A link without a rel is an alternate (RFC 4287 section 4.2.7.2). newsboat takes the last
        # link with rel="alternate" for the page, so the node's link does not spell it out. A feed
        # must not have two alternates of one type and language (section 4.1.1).
        rel = {"rel": "related"} if number else {}
        yield {"href": node, **rel, "type": _NODE_TYPE}
    if site.license:
        yield {"href": site.license, "rel": "license"}
    if document.current:
        yield {"href": document.current, "rel": "current"}
    else:
        yield from ({"href": hub, "rel": "hub"} for hub in site.hubs)
    if document.older:
        yield {"href": document.older, "rel": "prev-archive"}


def add_image(parent: etree._Element, entry: Rendered) -> None:
    """Add the picture at the head of a post as `media:content` (Media RSS 1.5.1)."""
    if image := entry.image:
        type_ = {} if image.type == media.UNKNOWN else {"type": image.type}
        attributes = {"url": image.href, "medium": "image", **type_}
        etree.SubElement(parent, f"{MEDIA}content", attributes, nsmap=MEDIA_PREFIX)


def plain_number(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds


def spaced(element: etree._Element) -> etree._Element:
    """Put each child on a line of its own, but nothing below: white space in content counts."""
    element.text = "\n"
    for child in element:
        child.tail = "\n"
    return element


def written(root: etree._Element, instructions: Sequence[str] = ()) -> bytes:
    """Serialise a document after its XML declaration and processing instructions."""
    lines = "".join(f"{instruction}\n" for instruction in instructions).encode()
    declaration = b"<?xml version='1.0' encoding='UTF-8'?>\n"
    return declaration + lines + etree.tostring(root, encoding="UTF-8") + b"\n"
