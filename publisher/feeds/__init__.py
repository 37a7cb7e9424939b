"""Entries -> Atom entry elements, and Atom, RSS and JSON Feed documents.

The only importer of feedgen, and the place where it is repaired. Refuses the clock, chance and
version numbers: a document is a function of the site and its entries, the same bytes everywhere.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from publisher.feeds.atom import atom, atom_entry
from publisher.feeds.document import Document, documents, newest
from publisher.feeds.json_feed import json_feed
from publisher.feeds.parts import ATOM, ATOM_NS, GENERATOR, TYPES, is_full
from publisher.feeds.rss import rss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.config import Format, Site

__all__ = [
    "ATOM",
    "ATOM_NS",
    "FORMATS",
    "GENERATOR",
    "TYPES",
    "Document",
    "atom_entry",
    "build",
    "documents",
    "is_full",
    "newest",
]

FORMATS: Mapping[Format, Callable[[Document, Site], bytes]] = {
    "atom": atom,
    "rss": rss,
    "json": json_feed,
}


def build(document: Document, site: Site) -> tuple[Document, bytes]:
    """The bytes of a document, and what is in it: as many of the newest as `max_bytes` allows."""
    make, limit = FORMATS[document.feed.format], document.feed.max_bytes
    made = make(document, site)
    if limit is None or len(made) <= limit:
        return document, made
    # The greatest count that fits; if none does, the fewest that there must be.
    count = bisect.bisect(
        range(1, len(document.entries)),
        limit,
        key=lambda count: len(make(document.shortened(count), site)),
    )
    short = document.shortened(count)
    return short, make(short, site)
