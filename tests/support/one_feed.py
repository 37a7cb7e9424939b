"""The document of a feed in one call, as the tests of documents want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import feeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import FeedFile, Site
    from publisher.entry import Entry


def document(
    file: FeedFile, site: Site, entries: Sequence[Entry], *, nodes: Sequence[str] = ()
) -> bytes:
    """The one to subscribe to, of as many entries as the feed is to have."""
    first = next(feeds.documents(file, site, entries, nodes=nodes))
    return feeds.build(first, site)[1]
