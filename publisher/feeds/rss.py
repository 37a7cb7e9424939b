"""RSS 2.0.11, in the RSS Board's profile, and with what podcast apps want."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from publisher import media
from publisher.feeds.parts import (
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
    if entries:
        made.pubDate(entries[0].published)
    root = etree.fromstring(made.rss_str())
    channel = root[0]
    add_links(channel, document, site)
    # The same as in the other formats: feeds of one selection are one feed.
    channel.insert(0, etree.Element(f"{ATOM}id"))
    channel[0].text = document.id(site)
    if feed.podcast:
        _flag(channel, is_explicit=feed.podcast.explicit)
    channel.extend(spaced(_item(entry, feed)) for entry in entries)
    spaced(channel)
    return written(spaced(root))


def _describe(made: Any, podcast: Podcast, document: FeedDocument, site: Site) -> None:
    """The tags of the channel (Apple's podcast RSS)."""
    made.load_extension("podcast")
    itunes = made.podcast
    author = podcast.author or owner(site).name
    itunes.itunes_author(author)
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


def _item(entry: Rendered, feed: FeedFile) -> etree._Element:
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
    if feed.podcast:
        _add_episode(item, entry, enclosures)
    if entry.post.license:
        etree.SubElement(item, f"{ATOM}link", rel="license", href=entry.post.license)
    _add_recordings(item, enclosures)
    add_image(item, entry)
    return item


def _flag(parent: etree._Element, *, is_explicit: bool) -> None:
    """feedgen 1.0.0 writes `yes` and `no`, which Apple took once."""
    element = etree.SubElement(parent, f"{_ITUNES}explicit", nsmap=_ITUNES_PREFIX)
    element.text = "true" if is_explicit else "false"


def _tell_episode(made: Any, entry: Rendered) -> None:
    made.load_extension("podcast")
    itunes, episode = made.podcast, entry.post.episode
    itunes.itunes_author(", ".join(author.name for author in entry.authors))
    if episode.number:
        itunes.itunes_episode(episode.number)
    if episode.season:
        itunes.itunes_season(episode.season)
    if episode.type:
        itunes.itunes_episode_type(episode.type)


def _add_episode(item: etree._Element, entry: Rendered, enclosures: Sequence[Enclosure]) -> None:
    """What feedgen 1.0.0 cannot say: it takes no picture but .jpg and .png."""
    if entry.post.episode.explicit is not None:
        _flag(item, is_explicit=entry.post.episode.explicit)
    if entry.image and entry.image.type in media.COVERS:
        etree.SubElement(item, f"{_ITUNES}image", href=entry.image.href, nsmap=_ITUNES_PREFIX)
    if seconds := enclosures[0].duration:
        element = etree.SubElement(item, f"{_ITUNES}duration", nsmap=_ITUNES_PREFIX)
        element.text = str(round(seconds))


def _add_recordings(item: etree._Element, enclosures: Sequence[Enclosure]) -> None:
    """All, where there is more than the enclosure (Media RSS 1.5.1): a `media:group` of formats.

    The foremost stands last, because newsboat takes the last of whatever an item has.
    """
    if len(enclosures) < 2:
        return
    for title in reversed([*dict.fromkeys(one.title for one in enclosures)]):
        formats = [one for one in enclosures if one.title == title]
        parent = item
        if len(formats) > 1:
            parent = etree.SubElement(item, f"{MEDIA}group", nsmap=MEDIA_PREFIX)
        for one in reversed(formats):
            element = etree.SubElement(parent, f"{MEDIA}content", _said(one), nsmap=MEDIA_PREFIX)
            if parent is not item and one is formats[0]:
                element.set("isDefault", "true")


def _said(one: Enclosure) -> dict[str, str]:
    duration = None if one.duration is None else plain_number(one.duration)
    known = {"url": one.href, "type": one.type, "fileSize": one.length, "duration": duration}
    return {key: str(value) for key, value in known.items() if value is not None}
