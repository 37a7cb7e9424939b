"""Feeds, as newsboat, sfeed, Miniflux and the libraries of other readers take them. Pure."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.feeds import is_full
from publisher.lint.clients import podcasts
from publisher.lint.clients.diagnostic import UNWRAPPED, ClientDiagnostic, listed
from publisher.lint.clients.podcasts import recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.config import Site
    from publisher.feeds import FeedDocument
    from publisher.lint.clients.diagnostic import Said
    from publisher.rendering import Rendered

# An element between words: what XML calls mixed content.
_MIXED = re.compile(r"<p>[^<]+<(?:a|em|strong|code)\b[^>]*>[^<]*</\w+>[^<]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Others:
    """What else there is: all posts of this feed in HTML, any podcast."""

    has_html: bool = False
    has_podcast: bool = False


def of_feed(
    document: FeedDocument,
    entries: Sequence[Rendered],
    site: Site,
    data: bytes,
    others: Others = Others(),
) -> Iterator[ClientDiagnostic]:
    """Of a document as it is on disk. `entries` are those of the document, rendered."""
    judged = (
        _of_enclosures(document, entries),
        () if others.has_html else _of_xhtml(document, entries),
        _of_miniflux(document, entries),
        _of_titles(document, entries),
        podcasts.of_podcast(document, entries, site, data, has_podcast=others.has_podcast),
    )
    for reader, message, example in itertools.chain.from_iterable(judged):
        yield ClientDiagnostic(reader, str(document.feed.path), message, example)


def _of_enclosures(document: FeedDocument, entries: Sequence[Rendered]) -> Said:
    """newsboat keeps the last enclosure of an Atom entry, sfeed the first; an RSS item has one."""
    form = document.feed.format
    for several, said in ((_formats, _said_of_formats), (_recordings, _said_of_recordings)):
        found = next((one for one in entries if several(one, document) > 1), None)
        if found and form != "json":
            yield from said(found, document)


def _formats(entry: Rendered, document: FeedDocument) -> int:
    """How many formats the one recording has that an entry has."""
    found = recordings(entry, document.feed)
    return len(found) if len({one.title for one in found}) == 1 else 0


def _recordings(entry: Rendered, document: FeedDocument) -> int:
    return len({one.title for one in recordings(entry, document.feed)})


def _said_of_formats(entry: Rendered, document: FeedDocument) -> Said:
    """In RSS the foremost is the one that all take."""
    codecs = listed(one.codec for one in recordings(entry, document.feed) if one.codec)
    if document.feed.format == "atom" and "," in codecs:
        first = codecs.partition(",")[0]
        mend = f"make a feed for each codec, e.g. `enclosures: {first}`"
        yield "newsboat", f"offers only the last format of a recording; {mend}", _path(entry)
        yield "sfeed", f"offers only the first format of a recording; {mend}", _path(entry)


def _said_of_recordings(entry: Rendered, document: FeedDocument) -> Said:
    place = "last" if document.feed.format == "atom" else "first"
    mend = "give each recording a post of its own"
    yield "newsboat", f"offers only the {place} of several recordings; {mend}", _path(entry)
    yield "sfeed", f"offers only the first of several recordings; {mend}", _path(entry)


def _of_xhtml(document: FeedDocument, entries: Sequence[Rendered]) -> Said:
    """sfeed unescapes what is in XHTML; rss-parser, which many programs use, reorders it.

    The web app of `reader` prefers HTML and texts, and with them the summary.
    """
    feed = document.feed
    if feed.format != "atom" or feed.content_type == "html":
        return
    mend = "set `content_type: html`, or add a feed of RSS"
    full = [one for one in entries if is_full(one, feed.content)]
    faults: tuple[tuple[str, str, Callable[[Rendered], object]], ...] = (
        ("rss-parser", "moves words behind links and code", _is_mixed),
        ("reader", "its web app shows only the lead", lambda one: one.content.summary),
        ("sfeed", "takes what is written as <tag> for one", lambda o: "&lt;" in o.content.xhtml),
    )
    for reader, message, has_it in faults:
        if found := next(filter(has_it, full), None):
            yield reader, f"{message}; {mend}", _path(found)


def _is_mixed(entry: Rendered) -> bool:
    return _MIXED.search(entry.content.xhtml) is not None


def _of_miniflux(document: FeedDocument, entries: Sequence[Rendered]) -> Said:
    """It knows fewer elements (internal/reader/sanitizer)."""
    for one in entries:
        text = one.content.xhtml if is_full(one, document.feed.content) else ""
        if lost := [name for name in UNWRAPPED if f"<{name}" in text]:
            names = listed(f"<{name}>" for name in lost)
            yield "Miniflux", f"shows only what is inside of {names}", _path(one)
            return


def _of_titles(document: FeedDocument, entries: Sequence[Rendered]) -> Said:
    """A title of RSS is text, or HTML: nobody knows. Miniflux unescapes it once more, too."""
    for one in entries if document.feed.format == "rss" else ():
        if _MARKUP.search(one.title):
            message = (
                f"take the title {one.title!r} for HTML; Atom and JSON Feed say that it is none"
            )
            yield "feedparser, reader, rss2email", message, _path(one)
        if (shown := html.unescape(one.title)) != one.title:
            yield (
                "Miniflux",
                f"shows the title {one.title!r} as {shown!r}; give it Atom",
                _path(one),
            )


def _path(entry: Rendered) -> str:
    return str(entry.post.path)
