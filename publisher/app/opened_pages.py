"""Open the built pages of the posts that a feed or a node needs, and of no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources import built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from publisher.entry import Entries, Entry
    from publisher.post import PagesReport, Reading


def examined(
    reading: Reading,
    entries_of: Callable[[Reading], Entries],
    needed: Callable[[Reading, Entries], Iterable[Entry]],
    *,
    writes: bool,
) -> tuple[Reading, Entries, PagesReport]:
    """The reading with its posts as they go out, their entries, and what there is to say.

    A post that waits for the build of its page goes out as it was, or not at all, so that another
    one takes its place in a feed. So the question which posts are `needed` is asked again until the
    answer has been looked at.
    """
    found = entries_of(reading)
    while True:
        paths = {one.post.path for one in needed(reading, found)}
        after = built.examined(reading, paths)
        if after is reading:
            break
        reading, found = after, entries_of(after)
    if writes:
        built.remember(reading)
    return reading, found, built.report(reading)
