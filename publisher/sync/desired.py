"""An item that a node should have. A value only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.post import EarlierReadings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from publisher.sync.item import Contents


@dataclass(frozen=True, slots=True)
class Desired:
    """An item that the node should have.

    `source` is a hash of what the author wrote, empty if it is unknown. `body` is a hash of the
    post's text alone, `link` is the link of the item, and `contents` what the settings of the node
    leave of the post. `page` is a hash of the body in the built page from which the item is made,
    empty if that is the source; `early_pages` are those of pages from which it was sent before the
    site was built again, or built for another URL. If the post goes out as it was before an
    edit, `written` is its `source` after that, and it `waits` until its page is built, or is kept
    until the page shows something of the edit. `is_page_new`: no earlier version of the post is
    known to have shown this page. `is_textless`: the post goes out without its text, because its
    page does not show it, and no earlier page is known that did. `shown_pages` are the hashes of
    the pages of all posts of the node: an item with one of another post shows its text. `text` is a
    hash of what the item would show, empty unless the run compares that. `earlier_ids` are the item
    ids and atom:ids under which an earlier version may have published it, and `earlier` returns the
    sources and the hashes of the text that such a version found.
    """

    id: str
    atom_id: str
    title: str
    fingerprint: str
    published: dt.datetime
    path: str = ""
    body: str = ""
    source: str = ""
    link: str = ""
    contents: Contents = ""
    page: str = ""
    early_pages: tuple[str, ...] = ()
    written: str = ""
    waits: bool = False
    is_page_new: bool = False
    is_textless: bool = False
    shown_pages: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    text: str = ""
    earlier_ids: tuple[tuple[str, str], ...] = ()
    earlier: Callable[[], EarlierReadings] = field(
        default=EarlierReadings, repr=False, compare=False
    )

    @property
    def reading(self) -> str:
        """How publisher reads the post now, as one text."""
        return f"{self.fingerprint} {self.link}"
