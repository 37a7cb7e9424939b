"""Entries -> Atom entry elements, and Atom, RSS and JSON Feed documents on disk.

The only importer of feedgen, and the place where it is repaired. Refuses the clock, chance and
version numbers: a document is a function of the site and its entries, the same bytes everywhere.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher import media
from publisher.config import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.config import Codec, FeedFile, Format, Site
    from publisher.entry import Entry
    from publisher.media import Enclosure

ATOM_NS: Final = "http://www.w3.org/2005/Atom"
ATOM: Final = f"{{{ATOM_NS}}}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATES = (f"{ATOM}published", f"{ATOM}updated")
_MEDIA: Final = "{http://search.yahoo.com/mrss/}"
_MEDIA_PREFIX: Any = {"media": _MEDIA.strip("{}")}
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_ITUNES_PREFIX: Any = {"itunes": _ITUNES.strip("{}")}
_EPOCH = dt.date(1970, 1, 1)
# What sits at a node: Atom entries. Feedparser takes the last alternate of no type for the page.
_NODE_TYPE: Final = "application/atom+xml"


def newest(entries: Sequence[Entry], limit: int | Literal["all"]) -> list[Entry]:
    """At most `limit` entries, newest first; published at the same instant, the greater id first.

    That is the reverse of the order at a node (see `plan`), so both keep the same newest ones.
    """
    ordered = sorted(entries, key=lambda entry: (entry.published, entry.item_id), reverse=True)
    return ordered if limit == "all" else ordered[:limit]


def build(
    feed: FeedFile, site: Site, entries: Sequence[Entry], *, nodes: Sequence[str] = ()
) -> bytes:
    """The document of a feed, of as many entries (in whatever order) as it is to have.

    `nodes` are the xmpp: URIs of the nodes that hold the same entries, the foremost first.
    """
    return FORMATS[feed.format](feed, site, newest(entries, feed.limit), nodes)


def _atom(feed: FeedFile, site: Site, entries: Sequence[Entry], nodes: Sequence[str]) -> bytes:
    """RFC 4287 section 4.1.1."""
    head = _head(feed, site, entries, "application/atom+xml")
    root = _dated(etree.fromstring(head.atom_str()))
    _link_nodes(root, nodes)
    codecs = feed.enclosures
    root.extend(_spaced(atom_entry(entry, site, codecs=codecs)) for entry in entries)
    return _document(_spaced(root))


def atom_entry(entry: Entry, site: Site, *, codecs: Sequence[Codec] = ()) -> etree._Element:
    """The entry as an element of RFC 4287 section 4.1.2, complete in itself: also without a feed.

    Its first link is the post's page. The content is never without a div. Of the recordings it has
    those of the codecs, of all if none is named.
    """
    made = _feed_entry(entry)
    for enclosure in media.chosen(entry.enclosures, codecs):
        made.link(rel="enclosure", **_link_attributes(enclosure))
    made.author([_person(author) for author in entry.authors])
    if entry.content.summary:
        made.summary(entry.content.summary, type="text")
    element = _namespaced(made.atom_entry())
    # feedgen 1.0.0: entry links lose all but their href (lkiesow/python-feedgen issue 135).
    for link, given in zip(element.findall(f"{ATOM}link"), made.link(), strict=True):
        link.attrib.update(given)
    if language := entry.language or site.language:
        element.set(_LANG, language)
    _add_image(element, entry)
    return _dated(element)


def _link_attributes(enclosure: Enclosure) -> dict[str, str]:
    """Those of RFC 4287 section 4.2.7 that are known."""
    length = None if enclosure.length is None else str(enclosure.length)
    known = {"type": enclosure.type, "length": length, "title": enclosure.title}
    return {"href": enclosure.href, **{key: value for key, value in known.items() if value}}


def _add_image(parent: etree._Element, entry: Entry) -> None:
    """The picture at the head of a post (Media RSS 1.5.1, `media:content`)."""
    if image := entry.image:
        known = {} if image.type == media.UNKNOWN else {"type": image.type}
        attributes = {"url": image.href, "medium": "image", **known}
        etree.SubElement(parent, f"{_MEDIA}content", attributes, nsmap=_MEDIA_PREFIX)


def _feed_entry(entry: Entry) -> Any:
    """What Atom and RSS have in common."""
    made = FeedEntry()
    made.id(entry.atom_id)
    made.title(entry.title)
    made.published(entry.published)
    made.updated(entry.updated)
    made.link(href=entry.link, rel="alternate", type="text/html")
    made.category([{"term": category} for category in entry.categories])
    # feedgen 1.0.0: no content, no div; and who takes `<div/>` for HTML never closes it.
    made.content(entry.content.xhtml or " ", type="xhtml")
    return made


def _namespaced(tree: etree._Element) -> etree._Element:
    """feedgen 1.0.0: entries are in no namespace. What is below the div has one."""
    root = etree.Element(f"{ATOM}{tree.tag}", nsmap={None: ATOM_NS})  # type: ignore[dict-item]
    root.extend(list(tree))
    for element in list(root.iter("{}*")):
        element.tag = f"{ATOM}{element.tag}"
    return root


def _dated(element: etree._Element) -> etree._Element:
    """feedgen 1.0.0: writes +00:00. Converse sorts by the text, so all have to end in Z."""
    for date in element.iterchildren(*_DATES):
        date.text = (date.text or "").replace("+00:00", "Z")
    return element


def _link_nodes(parent: etree._Element, nodes: Sequence[str]) -> None:
    """Behind the feed's own links, because readers open the first alternate.

    Without a rel a link is an alternate (RFC 4287 section 4.2.7.2); Newsboat takes the last one
    that says so for the page. More than one alternate of a type must not be (section 4.1.1).
    """
    place = parent.index(parent.findall(f"{ATOM}link")[-1]) + 1
    for number, uri in enumerate(nodes):
        rel = {"rel": "related"} if number else {}
        link = etree.Element(f"{ATOM}link", {"href": uri, **rel, "type": _NODE_TYPE})
        parent.insert(place + number, link)


def _rss(feed: FeedFile, site: Site, entries: Sequence[Entry], nodes: Sequence[str]) -> bytes:
    """RSS 2.0.11, in the RSS Board's profile."""
    head = _head(feed, site, entries, "application/rss+xml")
    head.description(site.description or site.title)
    head.docs("")
    head.load_extension("dc")
    if entries:
        head.pubDate(entries[0].published)
    root = etree.fromstring(head.rss_str())
    channel = root[0]
    _link_nodes(channel, nodes)
    channel.extend(_spaced(_rss_item(entry, feed.enclosures)) for entry in entries)
    _spaced(channel)
    return _document(_spaced(root))


def _rss_item(entry: Entry, codecs: Sequence[Codec]) -> etree._Element:
    """The summary as `description` and all of it as `content:encoded`; or the one description."""
    made = _feed_entry(entry)
    enclosures = media.chosen(entry.enclosures, codecs)
    for one in enclosures[:1]:  # an item of RSS has only one, for interoperability
        made.enclosure(url=one.href, length=one.length or 0, type=one.type)
    made.load_extension("dc")  # RSS has an author only with an e-mail address
    made.dc.dc_creator([author.name for author in entry.authors])
    if entry.language:
        made.dc.dc_language(entry.language)
    if entry.content.summary:
        made.summary(html.escape(entry.content.summary, quote=False))  # descriptions are HTML
    item: etree._Element = made.rss_entry()
    _add_recordings(item, enclosures)
    _add_image(item, entry)
    return item


def _add_recordings(item: etree._Element, enclosures: Sequence[Enclosure]) -> None:
    """The length of the one, and all formats beside it (Media RSS 1.5.1, `media:group`)."""
    if enclosures and (seconds := enclosures[0].duration):
        element = etree.SubElement(item, f"{_ITUNES}duration", nsmap=_ITUNES_PREFIX)
        element.text = str(round(seconds))
    if len(enclosures) < 2:
        return
    group = etree.SubElement(item, f"{_MEDIA}group", nsmap=_MEDIA_PREFIX)
    for one in enclosures:
        length = None if one.length is None else str(one.length)
        duration = None if one.duration is None else _plain_number(one.duration)
        known = {"url": one.href, "type": one.type, "fileSize": length, "duration": duration}
        attributes = {key: str(value) for key, value in known.items() if value is not None}
        etree.SubElement(group, f"{_MEDIA}content", attributes)


def _plain_number(seconds: float) -> float | int:
    return int(seconds) if seconds == int(seconds) else seconds


def _head(feed: FeedFile, site: Site, entries: Sequence[Entry], media_type: str) -> Any:
    """A feed without its entries: they are added as elements, which needs no second parsing."""
    head = FeedGenerator()
    head.id(site.root)
    head.title(site.title)
    head.subtitle(site.description)
    head.language(site.language)
    head.author(_person(_owner(site)))
    head.updated(_updated(site, entries))
    head.generator("publisher")
    head.link(href=feed.url, rel="self", type=media_type)
    # feedgen 1.0.0: the channel's link is the last one, of whatever rel.
    head.link(href=site.root, rel="alternate", type="text/html")
    return head


def _updated(site: Site, entries: Sequence[Entry]) -> dt.datetime:
    since = dt.datetime.combine(site.since or _EPOCH, dt.time(), dt.UTC)
    return max((entry.updated for entry in entries), default=since)


def _owner(site: Site) -> Person:
    return site.author or Person(name=site.title)


def _person(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "email": person.email, "uri": person.uri}


def _spaced(element: etree._Element) -> etree._Element:
    """A line for each child. Never deeper: below an entry's children blanks have a meaning."""
    element.text = "\n"
    for child in element:
        child.tail = "\n"
    return element


def _document(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _json(feed: FeedFile, site: Site, entries: Sequence[Entry], nodes: Sequence[str]) -> bytes:
    """JSON Feed 1.1. A key with an underscore is an extension."""
    document = _given(
        version="https://jsonfeed.org/version/1.1",
        title=site.title,
        home_page_url=site.root,
        feed_url=feed.url,
        description=site.description,
        language=site.language,
        authors=[_json_author(_owner(site))],
        _xmpp={"nodes": [*nodes]} if nodes else None,
        items=[_json_item(entry, feed.enclosures) for entry in entries],
    )
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _json_item(entry: Entry, codecs: Sequence[Codec]) -> dict[str, object]:
    enclosures = media.chosen(entry.enclosures, codecs)
    return _given(
        id=entry.atom_id,
        url=entry.link,
        title=entry.title,
        content_html=entry.content.xhtml,
        summary=entry.content.summary,
        image=entry.image.href if entry.image else None,
        date_published=_rfc3339(entry.published),
        date_modified=_rfc3339(entry.updated),
        authors=[_json_author(author) for author in entry.authors],
        tags=entry.categories or None,
        language=entry.language,
        attachments=[_attachment(one) for one in enclosures] or None,
    )


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    """Those of one title are alternates."""
    seconds = enclosure.duration
    return _given(
        url=enclosure.href,
        mime_type=enclosure.type,
        title=enclosure.title,
        size_in_bytes=enclosure.length,
        duration_in_seconds=None if seconds is None else _plain_number(seconds),
    )


def _json_author(author: Person) -> dict[str, object]:
    return _given(name=author.name, url=author.uri)


def _given(**parts: object) -> dict[str, object]:
    return {key: value for key, value in parts.items() if value is not None}


def _rfc3339(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


FORMATS: Mapping[Format, Callable[[FeedFile, Site, Sequence[Entry], Sequence[str]], bytes]] = {
    "atom": _atom,
    "rss": _rss,
    "json": _json,
}


def write(path: Path, document: bytes) -> bool:
    """Replace the file at once, unless it holds the document already. Returns whether it did.

    A symbolic link stays one: what it points to is replaced. A new file has the mode that the
    umask gives, because a web server must read it; an old one keeps its own. Raises OSError, and
    leaves nothing behind then.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.read_bytes() == document:
            return False
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = None
    temporary = target.with_name(f".{secrets.token_hex(8)}.publisher")
    try:
        _write(temporary, document, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _write(path: Path, document: bytes, mode: int | None) -> None:
    with path.open("xb") as file:
        file.write(document)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
