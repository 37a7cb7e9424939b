"""Name the page whose new time ends a wait that the generator may never end. Pure.

A post waits until its page, or any page of the site, is written again. Some generators leave a page
untouched that would stay the same, e.g. because a renamed post keeps its address. No time of
another page can say so: the author may build pages one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.state import waiting

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_OF_EDITS = dict.fromkeys(waiting.OF_EDITS, "the edit shows nowhere on its page")
_OF_PAGES = {
    waiting.OLD_PAGE: "the post has the page of its old file",
    waiting.OLD_ADDRESS: "its page is the one that shows its text",
    waiting.NEWER: "its page shows all that it should",
}
_OF_NO_PAGE = dict.fromkeys((waiting.NOT_BUILT, waiting.LOST), "it leaves the post out on purpose")


def way_out(
    reason: str,
    page: PurePosixPath | None,
    other: PurePosixPath | None,
    *,
    is_newer: bool,
) -> tuple[PurePosixPath, str] | None:
    """The page whose new time ends the wait for this reason, and the case of its `WayOut`.

    None if the next build surely ends it. `page` is that of the post, `other` any of the site.
    `is_newer`: the source is newer than all of them. Then an edit is probably not built yet.
    """
    if other and reason in _OF_NO_PAGE:
        return other, _OF_NO_PAGE[reason]
    if page is None or (is_newer and reason in waiting.OF_EDITS):
        return None
    case = (_OF_EDITS | _OF_PAGES).get(reason)
    return (page, case) if case else None
