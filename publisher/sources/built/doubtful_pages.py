"""Doubt whether a page is that of its post, although its address or its words led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.built.bodies.accept import OTHER_WORDS, is_mostly
from publisher.sources.built.bodies.opened_page import title_of
from publisher.sources.built.finding.pair import has_name, stated_day
from publisher.sources.built.pages.page import words_of_html
from publisher.sources.built.pages.words import consecutive, source_words
from publisher.sources.built.state.conclusion import Look, is_as_taken

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.finding.placement import Placement
    from publisher.sources.built.page_reader import Found
    from publisher.sources.built.state.recollection import Recollection


class Doubts:
    """The doubts of one run."""

    def __init__(self, placement: Placement, known: Recollection, zone: dt.tzinfo) -> None:
        """`zone` is that of the site."""
        self._placement = placement
        self._search = placement.search
        self._known = known
        self._zone = zone

    def is_doubtful(self, post: Post, found: Found | None) -> bool:
        """Whether other pages must be compared with the post."""
        return _seems_foreign(found) or self._may_be_others(post, found)

    def is_refuted(self, post: Post, look: Look, *, wants_title: bool) -> bool:
        """Whether a page to which only words led is not that of the post."""
        is_others = self._placement.is_only_found(post) and _shows_more(post, look)
        return is_others or _is_found_in_vain(post, look, wants_title=wants_title)

    def _may_be_others(self, post: Post, found: Found | None) -> bool:
        """Whether the page of a post may be that of another one with its title.

        It lacks words of the post, or its body shows others, or it states another day, and it was
        not compared before.
        """
        page = self._placement.page(post)
        if page is None or self._search.is_compared(post):
            return False
        if found is None:
            return self._is_uncompared(post, page) and not self._search.shows_all(post, page)
        if not isinstance(found, Look) or found.is_cut:
            return False
        is_compared = found.row.compared == str(found.page) and is_as_taken(found)
        is_sure = _is_exactly(post, found) and self._is_of_day(post, found)
        return not (is_compared or is_sure) and self._search.shares_title(post)

    def _is_of_day(self, post: Post, look: Look) -> bool:
        """Whether a page states no other day than that of the post."""
        stated = stated_day(look.opened.head.published or "", self._zone)
        return stated in {None, post.published.astimezone(self._zone).date()}

    def _is_uncompared(self, post: Post, page: PurePosixPath) -> bool:
        """Whether the page of a post whose text is that of its source was never compared."""
        row = self._known.row(post.path)
        return row.compared != self._search.stamp(page) and self._search.shares_title(post)

    def without_others_text(self, post: Post, look: Look) -> Look:
        """The page as one that was compared.

        It is refused if only its title tells that it is the post's, and others have that.
        """
        look = replace(look, row=replace(look.row, compared=str(look.page)))
        refused = any(look.opened.refusals) or not look.opened.is_by_title
        if refused or not self._search.shares_title(post):
            return look
        refusals = (OTHER_WORDS.reason,) * 2
        return replace(look, opened=replace(look.opened, refusals=refusals))


def _is_found_in_vain(post: Post, look: Look, *, wants_title: bool) -> bool:
    """Whether only words led to a page, and it does not show them as a post."""
    is_named = look.opened.has_title or has_name(post.path, look.page)
    is_found = bool(look.row.found_page) and not is_named and not look.is_cut
    return is_found and bool(look.opened.refusal(wants_title=wants_title))


def _shows_more(post: Post, look: Look) -> bool:
    """Whether the body on a page has much that its post has not: it may be that of another file."""
    source = source_words(post.body, title=title_of(post))
    return bool(look.body.html) and not is_mostly(source, words_of_html(look.body.html))


def _is_exactly(post: Post, look: Look) -> bool:
    """Whether a page has all words of its post, and the body no others, and enough to tell."""
    if look.opened.missing:
        return False
    shown = consecutive(words_of_html(look.body.html))
    return bool(shown) and shown <= consecutive(source_words(post.body, title=title_of(post)))


def _seems_foreign(found: Found | None) -> bool:
    """Whether the page of a post is rather that of another post, or leads to another page."""
    if not isinstance(found, Look) or found.is_cut or is_as_taken(found):
        return False
    opened = found.opened
    return opened.head.is_redirect or (not opened.has_title and bool(opened.refusals[True]))
