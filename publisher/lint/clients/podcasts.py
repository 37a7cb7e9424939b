"""Check feeds of recordings as podcast apps and podcast directories read them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from publisher import media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import FeedFile, Podcast, Site
    from publisher.feeds import FeedDocument
    from publisher.lint.clients.client_diagnostic import Findings
    from publisher.media import Enclosure
    from publisher.rendering import Rendered

APPLE_AUDIO: Final = frozenset({"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/aac"})
# Apple's categories, each with its subcategories.
CATEGORIES: Final = {
    "Arts": "Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts",
    "Business": "Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit",
    "Comedy": "Comedy Interviews, Improv, Stand-Up",
    "Education": "Courses, How To, Language Learning, Self-Improvement",
    "Fiction": "Comedy Fiction, Drama, Science Fiction",
    "Government": "",
    "Health & Fitness": "Alternative Health, Fitness, Medicine, Mental Health, Nutrition, "
    "Sexuality",
    "History": "",
    "Kids & Family": "Education for Kids, Parenting, Pets & Animals, Stories for Kids",
    "Leisure": "Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, "
    "Video Games",
    "Music": "Music Commentary, Music History, Music Interviews",
    "News": "Business News, Daily News, Entertainment News, News Commentary, Politics, "
    "Sports News, Tech News",
    "Religion & Spirituality": "Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, "
    "Spirituality",
    "Science": "Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, "
    "Natural Sciences, Nature, Physics, Social Sciences",
    "Society & Culture": "Documentary, Personal Journals, Philosophy, Places & Travel, "
    "Relationships",
    "Sports": "Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, "
    "Running, Soccer, Swimming, Tennis, Volleyball, Wilderness, Wrestling",
    "Technology": "",
    "True Crime": "",
    "TV & Film": "After Shows, Film History, Film Interviews, Film Reviews, TV Reviews",
}
# Elements of the channel that directories require: name, text, fix.
_REQUIRED: Final = (
    ("image", "an image", "image: /media/cover.jpg"),
    ("category", "a category", "categories: Music"),
)
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


def recordings(entry: Rendered, feed: FeedFile) -> list[Enclosure]:
    """The recordings of an entry that a feed has, the preferred codec first."""
    return [one for one in media.chosen(entry.enclosures, feed.enclosures) if one.is_recording]


def of_podcast(
    document: FeedDocument,
    entries: Sequence[Rendered],
    site: Site,
    data: bytes,
    *,
    has_podcast: bool,
) -> Findings:
    """Check an RSS document; `has_podcast` says whether any feed of the site is a podcast."""
    feed = document.feed
    if feed.format != "rss":
        return
    if feed.podcast is not None:
        yield from _of_show(document, site, feed.podcast, data)
        for entry in entries:
            yield from _of_episode(entry, feed)
        return
    example = next((one for one in entries if recordings(one, feed)), None)
    if example and not has_podcast:
        fix = "add one beside this: `{path: podcast.rss, format: rss, podcast: {}}`"
        yield "podcast apps", f"need a feed with only the recordings; {fix}", _path(example)


def _of_show(document: FeedDocument, site: Site, podcast: Podcast, data: bytes) -> Findings:
    for category in podcast.categories:
        yield from _of_category(category)
    channel = etree.fromstring(data)[0]
    for name, noun, fix in _REQUIRED:
        if channel.find(f"{_ITUNES}{name}") is None:
            yield "podcast apps", f"refuse a feed without {noun}; add `{fix}` to podcast", ""
    if not document.description(site):
        yield "podcast apps", "refuse a feed without a description; add `description:` to site", ""
    if not document.language(site):
        yield "podcast apps", "refuse a feed without a language; add `language: en` to site", ""
    if not podcast.email:
        message = "cannot verify that the podcast is yours; add `email:` to podcast"
        yield "podcast directories", message, ""
    if len(document.entries) == document.feed.limit:
        message = f"show only the newest {document.feed.limit} episodes; add `limit: all`"
        yield "podcast apps", message, ""


def _of_category(configured: str) -> Findings:
    name, _, subcategory = (part.strip() for part in configured.partition(">"))
    if name not in CATEGORIES:
        known = ", ".join(CATEGORIES)
        yield "Apple Podcasts", f"has no category {name!r}; choose one of {known}", ""
    elif subcategory and subcategory not in CATEGORIES[name].split(", "):
        message = f"has no category {subcategory!r} below {name}"
        known = CATEGORIES[name]
        fix = f"choose one of {known}" if known else f"write {name} alone"
        yield "Apple Podcasts", f"{message}; {fix}", ""


def _of_episode(entry: Rendered, feed: FeedFile) -> Findings:
    first = recordings(entry, feed)[0]
    kind = first.type.partition(";")[0]
    if kind not in APPLE_AUDIO and kind.startswith("audio/"):
        fix = "add an MP3 beside it, and a feed of its own with `enclosures: [mp3]`"
        yield "Apple Podcasts", f"does not play {first.type}; {fix}", _path(entry)
    if entry.image and entry.image.type not in media.COVERS:
        message = f"do not show a picture of type {entry.image.type}; use a JPEG or a PNG"
        yield "podcast apps", message, _path(entry)
    if not first.length:
        yield "podcast apps", "do not know the size of a recording; add its `length:`", _path(entry)
    if not entry.content.xhtml:
        message = "have no notes to show for an episode without a text; write some"
        yield "podcast apps", message, _path(entry)


def _path(entry: Rendered) -> str:
    return str(entry.post.path)
