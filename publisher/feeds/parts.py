"""What the formats have in common, made with feedgen, and where feedgen is repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher import media
from publisher.config import Person
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
# By which we know what is ours.
GENERATOR: Final = "publisher"
# What sits at a node: Atom entries. Feedparser takes the last alternate of no type for the page.
_NODE_TYPE: Final = "application/atom+xml"
# More than that, and `content: auto` shows the summary: 20 of them are what readers still fetch.
AUTO_BYTES: Final = 100_000
TYPES: Final = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}


def is_full(entry: Rendered, wanted: Shown) -> bool:
    """Whether a feed has all of a post: as the post says, else as the feed does."""
    chosen = entry.post.content or wanted
    if chosen == "auto":
        return len(entry.content.xhtml.encode()) <= AUTO_BYTES
    return chosen == "full"


def feed_entry(entry: Rendered, *, full: bool, kind: Literal["xhtml", "html"] = "xhtml") -> Any:
    """What Atom and RSS have in common. RSS always makes HTML of the content."""
    made = FeedEntry()
    made.id(entry.atom_id)
    made.title(entry.title)
    made.published(entry.published)
    made.updated(entry.updated)
    made.link(href=entry.link, rel="alternate", type="text/html")
    made.category([{"term": category} for category in entry.categories])
    if full:
        # feedgen 1.0.0: no content, no div; and who takes `<div/>` for HTML never closes it.
        made.content(entry.content.xhtml or " ", type=kind)
    return made


def head(document: FeedDocument, site: Site) -> Any:
    """A feed without its entries: they are added as elements, which needs no second parsing."""
    feed = document.feed
    made = FeedGenerator()
    made.id(document.id(site))
    made.title(document.title(site))
    made.subtitle(document.description(site))
    made.language(document.language(site))
    made.author(person(owner(site)))
    made.updated(document.updated(site))
    made.generator(GENERATOR)
    made.link(href=feed.url, rel="self", type=TYPES[feed.format])
    # feedgen 1.0.0: the channel's link is the last one, of whatever rel.
    made.link(href=site.root, rel="alternate", type="text/html")
    if site.rights:
        made.rights(site.rights)
    return made


def owner(site: Site) -> Person:
    return site.author or Person(name=site.title)


def person(one: Person) -> dict[str, str | None]:
    return {"name": one.name, "email": one.email, "uri": one.uri and uri(one.uri)}


def add_links(parent: etree._Element, document: FeedDocument, site: Site) -> None:
    """Behind the feed's own links, because readers open the first alternate."""
    place = parent.index(parent.findall(f"{ATOM}link")[-1]) + 1
    for number, attributes in enumerate(_links(document, site)):
        parent.insert(place + number, etree.Element(f"{ATOM}link", attributes))
    if document.current:
        parent.insert(place, etree.Element(f"{_HISTORY}archive", nsmap=_HISTORY_PREFIX))


def _links(document: FeedDocument, site: Site) -> Iterator[dict[str, str]]:
    """The nodes, the licence (RFC 4946), the hubs (WebSub), the archives (RFC 5005).

    Without a rel a link is an alternate (RFC 4287 section 4.2.7.2); Newsboat takes the last one
    that says so for the page. More than one alternate of a type must not be (section 4.1.1).
    """
    for number, node in enumerate(document.nodes):
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
    """The picture at the head of a post (Media RSS 1.5.1, `media:content`)."""
    if image := entry.image:
        known = {} if image.type == media.UNKNOWN else {"type": image.type}
        attributes = {"url": image.href, "medium": "image", **known}
        etree.SubElement(parent, f"{MEDIA}content", attributes, nsmap=MEDIA_PREFIX)


def plain_number(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds


def spaced(element: etree._Element) -> etree._Element:
    """A line for each child. Never deeper: below an entry's children blanks have a meaning."""
    element.text = "\n"
    for child in element:
        child.tail = "\n"
    return element


def written(root: etree._Element, instructions: Sequence[str] = ()) -> bytes:
    """The document, behind its processing instructions."""
    lines = "".join(f"{instruction}\n" for instruction in instructions).encode()
    declaration = b"<?xml version='1.0' encoding='UTF-8'?>\n"
    return declaration + lines + etree.tostring(root, encoding="UTF-8") + b"\n"
