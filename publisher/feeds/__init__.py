"""Write entries as Atom entry elements, and as Atom, RSS and JSON Feed documents.

The only importer of feedgen, and the place that repairs its output. A document is a function of the
site and its entries, with the same bytes on every machine: no clock, no random ids and no version
numbers go into it.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from publisher.feeds.atom import atom, atom_entry
from publisher.feeds.document import FeedDocument, documents, newest
from publisher.feeds.feedgen_elements import (
    ATOM,
    ATOM_NS,
    GENERATOR,
    MEDIA,
    TYPES,
    is_full,
    page_url,
)
from publisher.feeds.json_feed import json_feed
from publisher.feeds.rss import rss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.config import Format, Site
    from publisher.entry import Entry
    from publisher.rendering import Rendered

__all__ = [
    "ATOM",
    "ATOM_NS",
    "FORMATS",
    "GENERATOR",
    "MEDIA",
    "TYPES",
    "FeedDocument",
    "atom_entry",
    "build",
    "documents",
    "is_full",
    "newest",
    "page_url",
]

FORMATS: Mapping[Format, Callable[[FeedDocument, Sequence[Rendered], Site], bytes]] = {
    "atom": atom,
    "rss": rss,
    "json": json_feed,
}


def build(
    document: FeedDocument, site: Site, render: Callable[[Entry], Rendered]
) -> tuple[FeedDocument, bytes]:
    """Write a document with as many of its newest entries as `max_bytes` allows.

    Return the document as it was written, and its bytes. These exceed the limit if the fewest
    entries that the document must have are too big.
    """
    write, limit = FORMATS[document.feed.format], document.feed.max_bytes
    entries = [render(entry) for entry in document.entries]

    def shortened(count: int) -> tuple[FeedDocument, bytes]:
        short = document.shortened(count)
        return short, write(short, entries[: len(short.entries)], site)

    data = write(document, entries, site)
    if limit is None or len(data) <= limit:
        return document, data
    # A document grows with its entries, so a binary search finds the greatest count that fits.
    counts = range(1, len(entries))
    return shortened(bisect.bisect(counts, limit, key=lambda count: len(shortened(count)[1])))
