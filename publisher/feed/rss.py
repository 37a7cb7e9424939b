"""RSS 2.0.11, in the RSS Board's profile, and with what podcast apps want."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from publisher import media
from publisher.feed.parts import (
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
    from publisher.entry import Entry
    from publisher.feed.document import Document
    from publisher.media import Enclosure

_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_ITUNES_PREFIX: Any = {"itunes": _ITUNES.strip("{}")}
_FLAGS: Final = {True: "yes", False: "no"}


def rss(document: Document, site: Site) -> bytes:
    """A channel; its own picture is the logo, else the icon."""
    feed = document.feed
    made = head(document, site)
    made.description(document.description(site) or document.title(site))
    made.docs("")
    made.load_extension("dc")
    if picture := site.logo or site.icon:
        made.image(site.address(picture), title=document.title(site), link=site.root)
    if feed.podcast:
        _describe(made, feed.podcast, document, site)
    if document.entries:
        made.pubDate(document.entries[0].published)
    root = etree.fromstring(made.rss_str())
    channel = root[0]
    add_links(channel, document, site)
    channel.extend(spaced(_item(entry, feed)) for entry in document.entries)
    spaced(channel)
    return written(spaced(root))


def _describe(made: Any, podcast: Podcast, document: Document, site: Site) -> None:
    """The tags of the channel (Apple's podcast RSS)."""
    made.load_extension("podcast")
    itunes = made.podcast
    author = podcast.author or owner(site).name
    itunes.itunes_author(author)
    itunes.itunes_explicit(_FLAGS[podcast.explicit])
    itunes.itunes_type(podcast.type)
    if description := document.description(site):
        itunes.itunes_summary(description)
    if podcast.image:
        itunes.itunes_image(site.address(podcast.image))
    if email := podcast.email:
        itunes.itunes_owner(author, email)
    for category in podcast.categories:
        name, _, below = (part.strip() for part in category.partition(">"))
        itunes.itunes_category({"cat": name, "sub": below} if below else {"cat": name})


def _item(entry: Entry, feed: FeedFile) -> etree._Element:
    """The summary as `description` and all of it as `content:encoded`; or the one description."""
    full = is_full(entry, feed.content)
    made = feed_entry(entry, full=full)
    enclosures = media.chosen(entry.enclosures, feed.enclosures)
    for one in enclosures[:1]:  # an item of RSS has only one, for interoperability
        made.enclosure(url=one.href, length=one.length or 0, type=one.type)
    made.load_extension("dc")  # RSS has an author only with an e-mail address
    made.dc.dc_creator([author.name for author in entry.authors])
    if entry.language:
        made.dc.dc_language(entry.language)
    if summary := entry.content.summary if full else entry.teaser:
        made.summary(html.escape(summary, quote=False))  # descriptions are HTML
    if feed.podcast:
        _tell_episode(made, entry)
    item: etree._Element = made.rss_entry()
    if feed.podcast and entry.image and entry.image.type in media.COVERS:
        # feedgen 1.0.0 takes no address but one that ends with .jpg or .png.
        etree.SubElement(item, f"{_ITUNES}image", href=entry.image.href, nsmap=_ITUNES_PREFIX)
    _add_recordings(item, enclosures)
    add_image(item, entry)
    return item


def _tell_episode(made: Any, entry: Entry) -> None:
    made.load_extension("podcast")
    itunes, episode = made.podcast, entry.post.episode
    itunes.itunes_author(", ".join(author.name for author in entry.authors))
    if episode.explicit is not None:
        itunes.itunes_explicit(_FLAGS[episode.explicit])
    if episode.number:
        itunes.itunes_episode(episode.number)
    if episode.season:
        itunes.itunes_season(episode.season)
    if episode.type:
        itunes.itunes_episode_type(episode.type)


def _add_recordings(item: etree._Element, enclosures: Sequence[Enclosure]) -> None:
    """The length of the one, and all formats beside it (Media RSS 1.5.1, `media:group`)."""
    if enclosures and (seconds := enclosures[0].duration):
        element = etree.SubElement(item, f"{_ITUNES}duration", nsmap=_ITUNES_PREFIX)
        element.text = str(round(seconds))
    if len(enclosures) < 2:
        return
    group = etree.SubElement(item, f"{MEDIA}group", nsmap=MEDIA_PREFIX)
    for one in enclosures:
        length = None if one.length is None else str(one.length)
        duration = None if one.duration is None else plain_number(one.duration)
        known = {"url": one.href, "type": one.type, "fileSize": length, "duration": duration}
        attributes = {key: str(value) for key, value in known.items() if value is not None}
        etree.SubElement(group, f"{MEDIA}content", attributes)
