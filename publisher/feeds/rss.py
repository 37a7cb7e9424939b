"""Write RSS 2.0.11 by the RSS Board's profile, with the elements that podcast apps need."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from publisher import media
from publisher.feeds.feedgen_elements import (
    ATOM,
    MEDIA,
    MEDIA_PREFIX,
    add_image,
    add_links,
    feed_entry,
    head,
    is_full,
    owner,
    plain_number,
    spaced,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import FeedFile, Podcast, Site
    from publisher.feeds.document import FeedDocument
    from publisher.media import Enclosure
    from publisher.rendering import Rendered

_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_ITUNES_PREFIX: Any = {"itunes": _ITUNES.strip("{}")}


def rss(document: FeedDocument, entries: Sequence[Rendered], site: Site) -> bytes:
    """Write a channel. Its picture is the site's logo, or else the site's icon."""
    feed = document.feed
    generator = head(document, site)
    # RSS requires a description.
    generator.description(document.description(site) or document.title(site))
    # By default feedgen adds a link to the specification of RSS.
    generator.docs("")
    generator.load_extension("dc")
    if picture := site.logo or site.icon:
        generator.image(site.absolute_url(picture), title=document.title(site), link=site.root)
    if feed.podcast:
        _describe(generator, feed.podcast, document, site)
    if entries:
        generator.pubDate(entries[0].published)
    root = etree.fromstring(generator.rss_str())
    channel = root[0]
    add_links(channel, document, site)
    # The same id as in the other formats: the feeds of one selection are one feed.
    channel.insert(0, etree.Element(f"{ATOM}id"))
    channel[0].text = document.id(site)
    if feed.podcast:
        _add_explicit(channel, is_explicit=feed.podcast.explicit)
    channel.extend(spaced(_item(entry, feed)) for entry in entries)
    spaced(channel)
    return written(spaced(root))


def _describe(generator: Any, podcast: Podcast, document: FeedDocument, site: Site) -> None:
    """Add the podcast's elements to the channel (Apple's podcast RSS)."""
    generator.load_extension("podcast")
    itunes = generator.podcast
    author = podcast.author or owner(site).name
    itunes.itunes_author(author)
    itunes.itunes_type(podcast.type)
    if description := document.description(site):
        itunes.itunes_summary(description)
    if podcast.image:
        itunes.itunes_image(site.absolute_url(podcast.image))
    if email := podcast.email:
        itunes.itunes_owner(author, email)
    for category in podcast.categories:
        name, _, subcategory = (part.strip() for part in category.partition(">"))
        itunes.itunes_category({"cat": name, "sub": subcategory} if subcategory else {"cat": name})


def _item(entry: Rendered, feed: FeedFile) -> etree._Element:
    """Write an item: the summary is its `description`, the content its `content:encoded`.

    An item that is not shown in full, or has no summary, has only one of the two.
    """
    full = is_full(entry, feed.content)
    generator = feed_entry(entry, full=full, kind="html")
    enclosures = media.chosen(entry.enclosures, feed.enclosures)
    # The RSS Board's profile recommends at most one enclosure for each item.
    for enclosure in enclosures[:1]:
        # RSS requires a length; 0 means that it is unknown.
        generator.enclosure(url=enclosure.href, length=enclosure.length or 0, type=enclosure.type)
    generator.load_extension("dc")  # RSS's own author element needs an email
    generator.dc.dc_creator([author.name for author in entry.authors])
    if entry.language:
        generator.dc.dc_language(entry.language)
    if summary := entry.content.summary if full else entry.teaser:
        generator.summary(html.escape(summary, quote=False))  # descriptions are HTML
    if feed.podcast:
        _describe_episode(generator, entry)
    item: etree._Element = generator.rss_entry()
    if feed.podcast:
        _add_episode(item, entry, enclosures)
    if entry.post.license:
        etree.SubElement(item, f"{ATOM}link", rel="license", href=entry.post.license)
    _add_recordings(item, enclosures)
    add_image(item, entry)
    return item


def _add_explicit(parent: etree._Element, *, is_explicit: bool) -> None:
    """Add `itunes:explicit`: feedgen 1.0.0 writes `yes` and `no`, which Apple no longer takes."""
    element = etree.SubElement(parent, f"{_ITUNES}explicit", nsmap=_ITUNES_PREFIX)
    element.text = "true" if is_explicit else "false"


def _describe_episode(generator: Any, entry: Rendered) -> None:
    generator.load_extension("podcast")
    itunes, episode = generator.podcast, entry.post.episode
    itunes.itunes_author(", ".join(author.name for author in entry.authors))
    if episode.number:
        itunes.itunes_episode(episode.number)
    if episode.season:
        itunes.itunes_season(episode.season)
    if episode.type:
        itunes.itunes_episode_type(episode.type)


def _add_episode(item: etree._Element, entry: Rendered, enclosures: Sequence[Enclosure]) -> None:
    """Add the elements that feedgen 1.0.0 cannot: it takes only URLs in .jpg and .png as images."""
    if entry.post.episode.explicit is not None:
        _add_explicit(item, is_explicit=entry.post.episode.explicit)
    if entry.image and entry.image.type in media.COVERS:
        etree.SubElement(item, f"{_ITUNES}image", href=entry.image.href, nsmap=_ITUNES_PREFIX)
    if seconds := enclosures[0].duration:
        element = etree.SubElement(item, f"{_ITUNES}duration", nsmap=_ITUNES_PREFIX)
        element.text = str(round(seconds))


def _add_recordings(item: etree._Element, enclosures: Sequence[Enclosure]) -> None:
    """Add all enclosures as `media:content` (Media RSS 1.5.1) if there is more than one.

    The formats of one recording form a `media:group`. The first enclosure comes last, because
    newsboat takes the last recording of an item, whichever element names it.
    """
    if len(enclosures) < 2:
        return
    for title in reversed([*dict.fromkeys(one.title for one in enclosures)]):
        formats = [one for one in enclosures if one.title == title]
        parent = item
        if len(formats) > 1:
            parent = etree.SubElement(item, f"{MEDIA}group", nsmap=MEDIA_PREFIX)
        for one in reversed(formats):
            attributes = _media_attributes(one)
            element = etree.SubElement(parent, f"{MEDIA}content", attributes, nsmap=MEDIA_PREFIX)
            if parent is not item and one is formats[0]:
                element.set("isDefault", "true")


def _media_attributes(enclosure: Enclosure) -> dict[str, str]:
    attributes = {
        "url": enclosure.href,
        "type": enclosure.type,
        "fileSize": enclosure.length,
        "duration": None if enclosure.duration is None else plain_number(enclosure.duration),
    }
    return {key: str(value) for key, value in attributes.items() if value is not None}
