"""Write Atom 1.0 (RFC 4287): entry elements, and feeds with their tombstones (RFC 6721)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final, Literal

from lxml import etree

from publisher import media
from publisher.content.allowed_html import VOID
from publisher.feeds.feedgen_elements import (
    ATOM,
    ATOM_NS,
    add_image,
    add_links,
    feed_entry,
    head,
    is_full,
    person,
    spaced,
    written,
)
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Codec, Shown, Site
    from publisher.entry import Tombstone
    from publisher.feeds.document import FeedDocument
    from publisher.media import Enclosure
    from publisher.rendering import Rendered

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATES = (f"{ATOM}published", f"{ATOM}updated")
_XHTML: Final = "{http://www.w3.org/1999/xhtml}"
_VOID: Final = frozenset(f"{_XHTML}{name}" for name in VOID)
_DELETED: Final = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_DELETED_PREFIX: Any = {"at": "http://purl.org/atompub/tombstones/1.0"}


def atom(document: FeedDocument, entries: Sequence[Rendered], site: Site) -> bytes:
    """Write a feed element (RFC 4287 section 4.1.1); `entries` are those of `document`."""
    generator = head(document, site)
    if site.icon:
        generator.icon(site.absolute_url(site.icon))
    if site.logo:
        generator.logo(site.absolute_url(site.logo))
    root = _dated(etree.fromstring(generator.atom_str()))
    self_link, home_page = root.findall(f"{ATOM}link")
    root.insert(root.index(self_link), home_page)  # some programs take the first link for the site
    add_links(root, document, site)
    root.extend(map(_tombstone, document.deleted))
    feed = document.feed
    for entry in entries:
        element = atom_entry(
            entry, site, codecs=feed.enclosures, content=feed.content, kind=feed.content_type
        )
        root.append(spaced(element))
    sheet = document.stylesheet
    style = [f'<?xml-stylesheet href="{html.escape(sheet)}" type="text/css"?>'] if sheet else []
    return written(spaced(root), style)


def _tombstone(deleted: Tombstone) -> etree._Element:
    attributes = {"ref": deleted.entry.atom_id, "when": z(deleted.when)}
    return etree.Element(_DELETED, attributes, nsmap=_DELETED_PREFIX)


def atom_entry(
    entry: Rendered,
    site: Site,
    *,
    codecs: Sequence[Codec] = (),
    content: Shown = "full",
    kind: Literal["xhtml", "html"] = "xhtml",
) -> etree._Element:
    """Write an entry element (RFC 4287 section 4.1.2) that is complete without a feed around it.

    Its first link is the post's page. XHTML content always has its div. Its enclosures are the
    recordings in the given codecs, or all of them if no codec is given, and the post's picture.
    `content` is how much of the post it shows, `kind` the type of the content element.
    """
    full = is_full(entry, content)
    generator = feed_entry(entry, full=full, kind=kind)
    for enclosure in (*media.chosen(entry.enclosures, codecs), *_picture(entry)):
        generator.link(rel="enclosure", **_link_attributes(enclosure))
    generator.author([person(author) for author in entry.authors])
    if summary := entry.content.summary if full else entry.teaser:
        generator.summary(summary, type="text")
    element = _namespaced(generator.atom_entry())
    links = element.findall(f"{ATOM}link")
    # feedgen 1.0.0: entry links lose all but their href (lkiesow/python-feedgen issue 135).
    for link, attributes in zip(links, generator.link(), strict=True):
        link.attrib.update(attributes)
    if entry.post.license:
        license_ = etree.Element(f"{ATOM}link", rel="license", href=entry.post.license)
        element.insert(element.index(links[-1]) + 1, license_)
    if language := entry.language or site.language:
        element.set(_LANG, language)
    add_image(element, entry)
    _close_empty(element)
    return _dated(element)


def _picture(entry: Rendered) -> Iterator[Enclosure]:
    """The post's picture, after its recordings: sfeed shows only the first enclosure.

    XMPP clients read the picture here alone, other programs in `media:content`. It is left out if
    it is an enclosure already, or if its media type is not that of a picture: clients go by that.
    """
    image = entry.image
    if image and image.is_picture and all(one.href != image.href for one in entry.enclosures):
        yield image


def _link_attributes(enclosure: Enclosure) -> dict[str, str]:
    """The attributes of the enclosure's link (RFC 4287 section 4.2.7), without unknown ones."""
    length = None if enclosure.length is None else str(enclosure.length)
    optional = {"type": enclosure.type, "length": length, "title": enclosure.title}
    return {"href": enclosure.href, **{key: value for key, value in optional.items() if value}}


def _namespaced(tree: etree._Element) -> etree._Element:
    """Put an entry into the Atom namespace: feedgen 1.0.0 leaves all but the XHTML in none."""
    root = etree.Element(f"{ATOM}{tree.tag}", nsmap={None: ATOM_NS})  # type: ignore[dict-item]
    root.extend(list(tree))
    for element in list(root.iter("{}*")):
        element.tag = f"{ATOM}{element.tag}"
    return root


def _close_empty(element: etree._Element) -> None:
    """Write `<em></em>` instead of `<em/>`.

    Miniflux and others parse XHTML as HTML, where `<em/>` is a start tag without an end.
    """
    for inner in element.iter(f"{_XHTML}*"):
        if not len(inner) and inner.text is None and inner.tag not in _VOID:
            inner.text = ""


def _dated(element: etree._Element) -> etree._Element:
    """Write dates with Z, where feedgen 1.0.0 writes +00:00: Converse sorts them as texts."""
    for date in element.iterchildren(*_DATES):
        date.text = (date.text or "").replace("+00:00", "Z")
    return element
