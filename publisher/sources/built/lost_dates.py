"""Refuse a site whose pages state no dates any more, where nothing but them dated the posts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.errors import UnsafePlanError
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Of Atom, RSS and JSON Feed.
_ENTRY = re.compile(rb"<entry[\s>]|<item[\s>]|\"date_published\"")


def require_dates(posts: int, undated: int, feeds: Iterable[Path], output: Path) -> None:
    """Raise UnsafePlanError if all posts have lost the dates that only their pages stated.

    What earlier runs knew of the pages is lost, too, so only the `feeds` show that there were some.
    """
    if undated and not posts and (feed := next(filter(_has_entries, feeds), None)):
        raise UnsafePlanError(
            f"{number_of(undated, 'file')} and the pages of these files in {output} state no date, "
            f"so there would be no post, but {feed} has entries. Nothing was built or sent. If the "
            "theme of the site shows dates no more, let it state them (`article:published_time`), "
            f"or write them into the files; if there are no posts any more, delete the feeds"
        )


def _has_entries(feed: Path) -> bool:
    try:
        return _ENTRY.search(feed.read_bytes()) is not None
    except OSError:
        return False
