"""Write JSON Feed 1.1. Keys that start with an underscore are extensions (section Extensions)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from publisher import media
from publisher.feeds.feedgen_elements import GENERATOR, html_content, is_full, owner, plain_number
from publisher.text.timestamps import z
from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import FeedFile, Person, Site
    from publisher.feeds.document import FeedDocument
    from publisher.media import Enclosure
    from publisher.rendering import Rendered


def json_feed(document: FeedDocument, entries: Sequence[Rendered], site: Site) -> bytes:
    """Write a feed, whose archives are its next pages (`next_url`). JSON Feed has no tombstones."""
    feed, icon = document.feed, site.icon or site.logo
    # Hubs are for the document to subscribe to; archives are no topics of WebSub.
    hubs = [] if document.current else [{"type": "WebSub", "url": hub} for hub in site.hubs]
    content = _given(
        version="https://jsonfeed.org/version/1.1",
        title=document.title(site),
        home_page_url=site.root,
        feed_url=feed.url,
        description=document.description(site),
        next_url=document.older,
        _archive=_given(current=document.current) or None,
        icon=icon and site.absolute_url(icon),
        favicon=site.icon and site.absolute_url(site.icon),
        language=document.language(site),
        authors=_authors(document, site),
        hubs=hubs or None,
        _license=_given(url=site.license, text=site.rights) or None,
        # JSON Feed has no id of a feed. Later builds recognise their own files by this one.
        **{f"_{GENERATOR}": {"id": document.id(site)}},
        _xmpp={"nodes": [*document.nodes]} if document.nodes else None,
        items=[_item(entry, feed) for entry in entries],
    )
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _authors(document: FeedDocument, site: Site) -> list[dict[str, object]] | None:
    """The authors of the feed, left out if an entry has others.

    Miniflux adds the authors of the feed to those of every item.
    """
    authors = (owner(site),)
    has_guests = any(entry.authors != authors for entry in document.entries)
    return None if has_guests else [_author(author) for author in authors]


def _item(entry: Rendered, feed: FeedFile) -> dict[str, object]:
    """Write an item; the teaser is the content of one that is not shown in full.

    JSON Feed requires `content_html` or `content_text`.
    """
    full = is_full(entry, feed.content)
    enclosures = media.chosen(entry.enclosures, feed.enclosures)
    return _given(
        id=entry.atom_id,
        url=entry.link,
        title=entry.title,
        content_html=html_content(entry) if full else None,
        content_text=None if full else entry.teaser,
        summary=entry.content.summary if full else None,
        image=entry.image.href if entry.image else None,
        date_published=z(entry.published),
        date_modified=z(entry.updated),
        authors=[_author(author) for author in entry.authors],
        tags=entry.categories or None,
        language=entry.language,
        attachments=[_attachment(one) for one in enclosures] or None,
        _license=_given(url=entry.post.license) or None,
    )


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    """Write an attachment; JSON Feed takes those with one title for alternates of one file."""
    seconds = enclosure.duration
    return _given(
        url=enclosure.href,
        mime_type=enclosure.type,
        title=enclosure.title,
        size_in_bytes=enclosure.length,
        duration_in_seconds=None if seconds is None else plain_number(seconds),
    )


def _author(author: Person) -> dict[str, object]:
    return _given(name=author.name, url=author.uri and uri(author.uri))


def _given(**members: object) -> dict[str, object]:
    return {key: value for key, value in members.items() if value is not None}
