"""Check feeds as newsboat, sfeed, Miniflux and the libraries of other readers parse them. Pure.

All of these were run, and the tests run most of them again: newsboat, sfeed, rss2email, feedparser
and the library `reader` in tests/servers, rss-parser in tests/readers. Miniflux was run by hand
(2.2.10). The web app of `reader` and what podcast directories require were only read.
"""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.feeds import is_full
from publisher.lint.clients import podcasts
from publisher.lint.clients.client_diagnostic import UNWRAPPED, ClientDiagnostic, listed
from publisher.lint.clients.podcasts import recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.config import Site
    from publisher.feeds import FeedDocument
    from publisher.lint.clients.client_diagnostic import Basis, Findings
    from publisher.rendering import Rendered

# An element between the words of a paragraph, which XML calls mixed content.
_MIXED = re.compile(r"<p>[^<]+<(?:a|em|strong|code)\b[^>]*>[^<]*</\w+>[^<]")
_FIX_XHTML = "set `content_type: html`, or add an RSS feed"
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")


class Others(Struct, frozen=True):
    """Whether another feed of the site has these posts as HTML, and whether any is a podcast.

    Users of a reader that needs another kind of feed can subscribe to that one.
    """

    has_html: bool = False
    has_podcast: bool = False


_NO_OTHERS = Others()


def of_feed(
    document: FeedDocument,
    entries: Sequence[Rendered],
    site: Site,
    data: bytes,
    others: Others = _NO_OTHERS,
) -> Iterator[ClientDiagnostic]:
    """Check a document. `data` are its bytes as on disk, `entries` its rendered entries."""
    by_basis: dict[Basis, Sequence[Iterable[tuple[str, str, str]]]] = {
        "run": (
            _of_enclosures(document, entries),
            () if others.has_html else _of_xhtml(document, entries),
            _of_miniflux(document, entries),
            _of_titles(document, entries),
        ),
        "read": (
            () if others.has_html else _of_lead(document, entries),
            podcasts.of_podcast(document, entries, site, data, has_podcast=others.has_podcast),
        ),
    }
    for basis, findings in by_basis.items():
        for reader, message, example in itertools.chain.from_iterable(findings):
            yield ClientDiagnostic(reader, str(document.feed.path), message, basis, example)


def _of_enclosures(document: FeedDocument, entries: Sequence[Rendered]) -> Findings:
    """newsboat keeps the last enclosure of an Atom entry, sfeed the first; an RSS item has one."""
    if document.feed.format == "json":
        return
    for count, findings in ((_formats, _of_formats), (_recordings, _of_recordings)):
        if example := next((one for one in entries if count(one, document) > 1), None):
            yield from findings(example, document)


def _formats(entry: Rendered, document: FeedDocument) -> int:
    """The number of formats of an entry's recording; 0 if the entry has several recordings."""
    enclosures = recordings(entry, document.feed)
    return len(enclosures) if len({one.title for one in enclosures}) == 1 else 0


def _recordings(entry: Rendered, document: FeedDocument) -> int:
    return len({one.title for one in recordings(entry, document.feed)})


def _of_formats(entry: Rendered, document: FeedDocument) -> Findings:
    """In RSS both take the first format, so nothing is lost that the author prefers."""
    codecs = listed(one.codec for one in recordings(entry, document.feed) if one.codec)
    if document.feed.format == "atom" and "," in codecs:
        first = codecs.partition(",")[0]
        fix = f"make a feed for each codec, e.g. `enclosures: {first}`"
        yield "newsboat", f"offers only the last format of a recording; {fix}", _path(entry)
        yield "sfeed", f"offers only the first format of a recording; {fix}", _path(entry)


def _of_recordings(entry: Rendered, document: FeedDocument) -> Findings:
    place = "last" if document.feed.format == "atom" else "first"
    fix = "give each recording a post of its own"
    yield "newsboat", f"offers only the {place} of several recordings; {fix}", _path(entry)
    yield "sfeed", f"offers only the first of several recordings; {fix}", _path(entry)


def _of_xhtml(document: FeedDocument, entries: Sequence[Rendered]) -> Findings:
    """sfeed unescapes the text in XHTML; rss-parser, which many programs use, reorders it."""
    problems: tuple[tuple[str, str, Callable[[Rendered], object]], ...] = (
        ("rss-parser", "moves words behind links and code", _is_mixed),
        ("sfeed", "takes an escaped <tag> for markup", lambda one: "&lt;" in one.content.xhtml),
    )
    for reader, message, has_problem in problems:
        if example := next(filter(has_problem, _full(document, entries)), None):
            yield reader, f"{message}; {_FIX_XHTML}", _path(example)


def _of_lead(document: FeedDocument, entries: Sequence[Rendered]) -> Findings:
    """The web app of `reader` prefers HTML and plain text to XHTML, and so shows the summary."""
    if example := next((one for one in _full(document, entries) if one.content.summary), None):
        yield "reader", f"shows only the lead in its web app; {_FIX_XHTML}", _path(example)


def _full(document: FeedDocument, entries: Sequence[Rendered]) -> Sequence[Rendered]:
    """The entries that a feed shows in full as XHTML."""
    feed = document.feed
    if feed.format != "atom" or feed.content_type == "html":
        return ()
    return [one for one in entries if is_full(one, feed.content)]


def _is_mixed(entry: Rendered) -> bool:
    return _MIXED.search(entry.content.xhtml) is not None


def _of_miniflux(document: FeedDocument, entries: Sequence[Rendered]) -> Findings:
    """Miniflux unwraps some elements."""
    for entry in entries:
        text = entry.content.xhtml if is_full(entry, document.feed.content) else ""
        if lost := [name for name in UNWRAPPED if f"<{name}" in text]:
            names = listed(f"<{name}>" for name in lost)
            yield "Miniflux", f"drops {names}, and shows only the text inside", _path(entry)
            return


def _of_titles(document: FeedDocument, entries: Sequence[Rendered]) -> Findings:
    """RSS does not say whether a title is text or HTML. Miniflux unescapes it a second time."""
    for entry in entries if document.feed.format == "rss" else ():
        if _MARKUP.search(entry.title):
            message = (
                f"take the title {entry.title!r} for HTML; Atom and JSON Feed mark it as plain text"
            )
            yield "feedparser, reader, rss2email", message, _path(entry)
        if (shown := html.unescape(entry.title)) != entry.title:
            message = f"shows the title {entry.title!r} as {shown!r}; subscribe to Atom instead"
            yield "Miniflux", message, _path(entry)


def _path(entry: Rendered) -> str:
    return str(entry.post.path)
