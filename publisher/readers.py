"""What each reader makes of what was built: the rules that its parser follows, read in its source.

A verdict names the reader, what its user will see, and the setting that mends it. Judges built
documents and items, not posts: so it would see a fault of ours, too. Pure.
"""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lxml import etree

from publisher import media
from publisher.feed import ATOM, is_full
from publisher.item import item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from publisher.config import FeedFile, NodeConfig, Podcast, Site
    from publisher.entry import Entry
    from publisher.feed import Document
    from publisher.item import Address

XHTML: Final = "{http://www.w3.org/1999/xhtml}"
# Movim gives a player to these (app/Helpers/StringHelper.php), compared as they are.
MOVIM_AUDIO: Final = frozenset(
    f"audio/{kind}" for kind in ("aac", "ogg", "opus", "vorbis", "speex", "mpeg", "webm")
)
# Movim purifies to XHTML 1.1, Miniflux by a list of its own (internal/reader/sanitizer): of other
# elements only what is inside is left. Of these the reader misses something.
UNWRAPPED: Final = ("details", "mark")
APPLE_CATEGORIES: Final = (
    "Arts", "Business", "Comedy", "Education", "Fiction", "Government", "Health & Fitness",
    "History", "Kids & Family", "Leisure", "Music", "News", "Religion & Spirituality", "Science",
    "Society & Culture", "Sports", "TV & Film", "Technology", "True Crime",
)  # fmt: skip
APPLE_AUDIO: Final = frozenset({"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/aac"})
PUSH_AGE: Final = dt.timedelta(days=30)
MIN_ID: Final = 8
SHORT: Final = 60

# An element between words: what XML calls mixed content.
_MIXED = re.compile(r"<p>[^<]+<(?:a|em|strong|code)\b[^>]*>[^<]*</\w+>[^<]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_NEEDED: Final = (
    ("image", "an image", "image: /media/cover.jpg"),
    ("category", "a category", "categories: Music"),
)
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader's user will see of a post, a feed or a node, and how to mend it."""

    reader: str
    subject: str
    message: str


# --- Items at nodes: Movim, Converse, Libervia, RSS Guard


def of_item(entry: Entry, site: Site, address: Address, *, account: str) -> Iterator[Verdict]:
    """Of the item that would be published. `account` is the publishing account's bare JID."""
    made = item(entry, site, address, account=account)
    payload = etree.fromstring(made.payload)
    for reader, message in of_payload(payload, made.id, account):
        yield Verdict(reader, str(entry.post.path), message)


def of_payload(payload: etree._Element, item_id: str, account: str) -> Iterator[tuple[str, str]]:
    """Of any payload of a node: (reader, message)."""
    yield from _identity(payload, item_id, account)
    yield from _dates(payload)
    yield from _contents(payload)
    yield from _tags(payload)
    yield from _recordings(payload)


def _identity(payload: etree._Element, item_id: str, account: str) -> Iterator[tuple[str, str]]:
    if not payload.findtext(f"{ATOM}title") or not payload.findtext(f"{ATOM}updated"):
        yield "Movim", "drops the post: it has no title, or no updated"
    if "/" in item_id or len(item_id) < MIN_ID:
        yield "Movim", f"cannot open the item {item_id}; give the post another `id:`"
    uris = [author.findtext(f"{ATOM}uri") for author in payload.findall(f"{ATOM}author")]
    if uris != [f"xmpp:{account}"]:
        yield "Converse", f"will appear as a repost: its author is not the account {account}"
        yield "Movim", "shows no author: the one in the post is not the account that published it"
    pages = [
        link.get("href", "")
        for link in payload.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    ]
    if not pages or not pages[0].startswith(("http://", "https://")):
        yield "Movim", "does not show the post to the public: its first link is no page of the web"
        yield "RSS Guard", "opens no page: the first link is none of the web"


def _dates(payload: etree._Element) -> Iterator[tuple[str, str]]:
    dates = [payload.findtext(f"{ATOM}{name}") for name in ("published", "updated")]
    if any(date and not date.endswith("Z") for date in dates):
        yield "Converse", "sorts it wrongly: it compares dates as texts, and one does not end in Z"


def _contents(payload: etree._Element) -> Iterator[tuple[str, str]]:
    contents = payload.findall(f"{ATOM}content")
    kinds = [content.get("type", "text") for content in contents]
    if payload.find(f"{ATOM}summary") is not None and contents:
        yield "Movim", "shows the summary, and the post below it: the beginning twice"
    if kinds and kinds[0] not in {"xhtml", "html"}:
        yield "RSS Guard", "shows the source: the first content is the text"
    if "text" not in kinds:
        yield "Libervia", "has no text to show where it cannot show XHTML: only a summary is sent"
    for content in contents:
        yield from _markup(content)


def _markup(content: etree._Element) -> Iterator[tuple[str, str]]:
    lost = [name for name in UNWRAPPED if content.find(f".//{XHTML}{name}") is not None]
    if lost:
        yield (
            "Movim",
            f"shows only what is inside of {_listed(f'<{name}>' for name in lost)}",
        )
    for code in content.iter(f"{XHTML}code"):
        if found := _TAG.search("".join(map(str, code.itertext()))):
            sample = found[0][:SHORT]
            yield "Movim", f"hides {sample} in code, which it takes for a tag; the text has it"
            break
    insecure = [e for e in content.iter() if e.get("src", "").startswith("http://")]
    if insecure:
        shown = insecure[0].get("src", "")[:SHORT]
        yield "Movim, Converse", f"in a browser: does not load {shown}; use https: for it"


def _tags(payload: etree._Element) -> Iterator[tuple[str, str]]:
    terms = [category.get("term", "") for category in payload.findall(f"{ATOM}category")]
    if "nsfw" in {term.lower() for term in terms}:
        yield "Movim", "hides the post: it has the tag nsfw"


def _recordings(payload: etree._Element) -> Iterator[tuple[str, str]]:
    for link in payload.findall(f"{ATOM}link[@rel='enclosure']"):
        kind = link.get("type", "")
        if kind.startswith("audio/") and kind not in MOVIM_AUDIO:
            name = urlsplit(link.get("href", "")).path.rpartition("/")[2]
            yield "Movim", f"has no player for {name} ({kind}); add Ogg or MP3 beside it"


def of_age(entry: Entry, *, now: dt.datetime, at_nodes: Collection[str]) -> Iterator[Verdict]:
    """Of an entry that is at no node yet; `at_nodes` are the ids of those that are."""
    if entry.item_id not in at_nodes and now - entry.published > PUSH_AGE:
        message = (
            "ignores it when it is pushed, because it is older than a month, "
            "and shows it to those who open the node"
        )
        yield Verdict("Movim", str(entry.post.path), message)


# --- Nodes

_OPTIONS: Final = (
    ("itemreply", ("publisher",), "Converse, Movim",
     "cannot tell who published an item: posts will appear as reposts"),
    ("deliver_payloads", ("1", "true"), "Converse, Movim",
     "do not see that a post was edited: they fetch only items that they do not know"),
    ("notify_retract", ("1", "true"), "all readers", "keep posts that were removed"),
    ("send_last_published_item", ("never", "on_sub"), "all readers",
     "are sent the newest post again whenever they come online"),
    ("type", ("urn:xmpp:pubsub-social-feed:1", "http://www.w3.org/2005/Atom"), "Converse",
     "does not list the node among the feeds"),
)  # fmt: skip


def of_node(node: NodeConfig) -> Iterator[Verdict]:
    """Of the options that the configuration sets, which win over what readers want."""
    given = {name.removeprefix("pubsub#"): value for name, value in node.options.items()}
    for name, wanted, reader, message in _OPTIONS:
        value = given.get(name)
        if value is not None and value.lower() not in {one.lower() for one in wanted}:
            mend = f"options: {{{name}: {wanted[0]}}}"
            yield Verdict(reader, f"node {node.node}", f"{message}; set {mend}")
    if node.access != "open":
        message = f"do not show the node to the public: access_model is {node.access}"
        yield Verdict("Movim, Libervia", f"node {node.node}", message)


# --- Feeds: Miniflux, newsboat, sfeed, podcast apps


def of_feed(document: Document, site: Site, data: bytes) -> Iterator[Verdict]:
    """Of a document as it is on disk."""
    feed = document.feed
    judged = (
        _of_enclosures(document),
        _of_xhtml(document),
        _of_miniflux(document),
        _of_podcast(document, site, data),
    )
    for reader, message in itertools.chain.from_iterable(judged):
        yield Verdict(reader, str(feed.path), message)


def _of_enclosures(document: Document) -> Iterator[tuple[str, str]]:
    """newsboat keeps the last enclosure of an entry, sfeed the first; of RSS also `media:group`."""
    feed = document.feed
    several = [
        entry
        for entry in document.entries
        if sum(one.is_recording for one in _codecs(entry, feed)) > 1
    ]
    if not several or feed.format == "json" or len(feed.enclosures) == 1:
        return
    names = _listed(str(one.post.path) for one in several[:3])
    mend = "make a feed for each codec: `enclosures: opus`"
    yield "newsboat", f"offers only the last recording of {names}; {mend}"
    if feed.format == "atom":
        yield "sfeed", f"offers only the first recording of {names}; {mend}"


def _of_xhtml(document: Document) -> Iterator[tuple[str, str]]:
    """sfeed unescapes what is in XHTML; rss-parser, which many programs use, reorders it.

    The web app of `reader` prefers HTML and texts, and with them the summary.
    """
    feed = document.feed
    if feed.format != "atom" or feed.content_type == "html":
        return
    mend = "set `content_type: html`, or give them RSS"
    full = [one for one in document.entries if is_full(one, feed.content)]
    if mixed := next((one for one in full if _MIXED.search(one.content.xhtml)), None):
        yield "rss-parser", f"moves words behind links and code, as in {mixed.post.path}; {mend}"
    if led := next((one for one in full if one.content.summary), None):
        yield "reader", f"its web app shows only the lead of {led.post.path}; {mend}"
    if sample := next((one for one in full if "&lt;" in one.content.xhtml), None):
        yield "sfeed", f"takes what is written as <tag> for one, as in {sample.post.path}; {mend}"


def _of_miniflux(document: Document) -> Iterator[tuple[str, str]]:
    """It knows fewer elements, and unescapes a title of RSS twice (internal/reader/rss)."""
    feed = document.feed
    for one in document.entries:
        text = one.content.xhtml if is_full(one, feed.content) else ""
        lost = [name for name in UNWRAPPED if f"<{name}" in text]
        if lost:
            names = _listed(f"<{name}>" for name in lost)
            yield "Miniflux", f"shows only what is inside of {names}, as in {one.post.path}"
            break
    for one in document.entries if feed.format == "rss" else ():
        if (shown := html.unescape(one.title)) != one.title:
            yield "Miniflux", f"shows the title of {one.post.path} as {shown!r}; give it Atom"


def _of_podcast(document: Document, site: Site, data: bytes) -> Iterator[tuple[str, str]]:
    feed = document.feed
    if feed.format != "rss":
        return
    with_sound = [
        entry for entry in document.entries if any(one.is_recording for one in _codecs(entry, feed))
    ]
    if feed.podcast is None:
        if with_sound:
            yield "podcast apps", "miss a cover and a category; add `podcast:` to the feed"
        return
    yield from _of_show(document, site, feed.podcast, data)
    for one in with_sound:
        yield from _of_episode(one, feed)


def _of_show(
    document: Document, site: Site, podcast: Podcast, data: bytes
) -> Iterator[tuple[str, str]]:
    for category in podcast.categories:
        name = category.partition(">")[0].strip()
        if name not in APPLE_CATEGORIES:
            known = ", ".join(APPLE_CATEGORIES)
            yield "Apple Podcasts", f"knows no category {name!r}; it has {known}"
    channel = etree.fromstring(data)[0]
    for name, called, mend in _NEEDED:
        if channel.find(f"{_ITUNES}{name}") is None:
            yield "podcast apps", f"refuse a feed without {called}; add `{mend}` to podcast"
    if not document.description(site):
        yield "podcast apps", "refuse a feed without a description; add `description:` to site"
    if not site.language:
        yield "podcast apps", "refuse a feed without a language; add `language: en` to site"


def _of_episode(entry: Entry, feed: FeedFile) -> Iterator[tuple[str, str]]:
    first = _codecs(entry, feed)[0]
    name = urlsplit(first.href).path.rpartition("/")[2]
    if first.type not in APPLE_AUDIO and first.type.startswith("audio/"):
        message = f"does not play {name} of {entry.post.path} ({first.type}); add an MP3 beside it"
        yield "Apple Podcasts", f"{message}, and `enclosures: [mp3]` to a feed of its own"
    if entry.image and entry.image.type not in media.COVERS:
        cover = urlsplit(entry.image.href).path.rpartition("/")[2]
        message = f"do not show the picture {cover} of {entry.post.path} ({entry.image.type})"
        yield "podcast apps", f"{message}; give a JPEG or a PNG"
    if not first.length:
        yield "podcast apps", f"show no size of {name} of {entry.post.path}; add its `length:`"


def _codecs(entry: Entry, feed: FeedFile) -> list[media.Enclosure]:
    return media.chosen(entry.enclosures, feed.enclosures)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
