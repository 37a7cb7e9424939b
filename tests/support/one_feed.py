"""The document of a feed in one call, as the tests of documents want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import feeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import FeedFile, Site
    from publisher.rendering import Rendered


def document(
    file: FeedFile, site: Site, entries: Sequence[Rendered], *, nodes: Sequence[str] = ()
) -> bytes:
    """The one to subscribe to, of as many entries as the feed is to have."""
    first = next(feeds.documents(file, site, entries, nodes=nodes))
    made = {one.item_id: one for one in entries}
    return feeds.build(first, site, lambda entry: made[entry.item_id])[1]
