"""Decide which version of a page that is a post goes out: the one that is there, or the last. Pure.

The page is the source of its post, so nothing but the last version shows that a build has failed
half-way, that a theme has lost the text, or that the page asks for a password now.

=================================  ================  ==================================
the page                           last version      what goes out
=================================  ================  ==================================
is cut, or cannot be read          any               the last version; the post waits
is cut, or cannot be read          none              nothing
shows no text                      shows text        the last version
shows no text                      shown, then       nothing
                                   hidden
shows no text                      none, or no text  title, summary and link
has no element of the body         shows text        the last version
has no element of the body, but a  none, or no text  title, summary and link
field for a password
has no element of the body         none, or no text  nothing
states no date                     any               the page, with the date of before
states no date                     none              nothing: it is a page
shows the text                     any               the page
=================================  ================  ==================================
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.sources.built.bodies.accept import WALLED
from publisher.sources.built.pages.page_dates import is_dated
from publisher.sources.built.state.waiting import CUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.sources.built.read_pages import ReadPage

_NO_BODY = "has not exactly one element that a selector of posts.body matches"
_NO_TEXT = "does not show the text of the post"
_UNREADABLE = "has a page that cannot be taken, because it {}; build the site, and run again"
_EMBEDS = re.compile(r"<(?:img|picture|video|audio|iframe|object|svg|math)\b", re.IGNORECASE)
_FORM_WORDS = 50  # beside a field for a password; a post that only shows such a field has more
_LEAST_KEPT = 0.5  # of the words of before, beside a field for a password


class PageVersion(Struct, frozen=True, kw_only=True):
    """The version of a page that goes out. Reasons are empty, or continue a sentence.

    `waits` is the reason why the post waits for the next build, and `refusal` the one why the text
    of the page is not taken. `stays`: it is the last version. `lost_date`: the page states no date
    any more.
    """

    page: ReadPage
    waits: str = ""
    refusal: str = ""
    stays: bool = False
    lost_date: bool = False


def choose(
    now: ReadPage, last: Callable[[], ReadPage | None], *, wants_body: bool
) -> PageVersion | None:
    """Choose by the table; None if nothing goes out.

    `last` returns the last version of a post, which has a date; None if there is none. It is only
    called if it may be needed. `wants_body`: the configuration says where the text is.
    """
    if now.is_cut or now.fault:
        waits = CUT if now.is_cut else _UNREADABLE.format(now.fault)
        before = last()
        return PageVersion(page=before, waits=waits, stays=True) if before else None
    lost_date = not is_dated(now.head)
    if lost_date:
        before = last()
        if before is None:
            return PageVersion(page=now)
        stated = replace(now.head, published=before.head.published, modified=before.head.modified)
        now = replace(now, head=stated)
    reason = _refusal(now, last) if wants_body else ""
    if not reason:
        return PageVersion(page=now, lost_date=lost_date)
    before = last()
    if before and _shows_text(before):
        return PageVersion(page=before, refusal=reason, stays=True)
    if now.extracted is None and not now.asks_password:
        return None
    return PageVersion(page=replace(now, extracted=None), refusal=reason)


def lost_while_hidden(version: PageVersion, last: Callable[[], ReadPage | None]) -> bool:
    """Whether a page shows no text, and did before it was no post any more.

    Its author has withdrawn that text, so it does not come back; nor does the post without one.
    `last` returns the version of before; None if there is none.
    """
    if not version.refusal or version.stays:
        return False
    before = last()
    return before is not None and _shows_text(before)


def _refusal(now: ReadPage, last: Callable[[], ReadPage | None]) -> str:
    """Why the text of the page is not taken; empty if it is."""
    if now.asks_password and _is_walled(now, last):
        return WALLED
    if now.extracted is None:
        return _NO_BODY
    return "" if _shows_text(now) else _NO_TEXT


def _is_walled(now: ReadPage, last: Callable[[], ReadPage | None]) -> bool:
    """Whether the field for a password stands in the place of the text, and is no part of it."""
    if now.extracted is None:
        return True
    words, before = now.extracted.words, last()
    if before and before.extracted and before.extracted.words:
        had = Counter(before.extracted.words)
        return (had & Counter(words)).total() < _LEAST_KEPT * had.total()
    return len(words) < _FORM_WORDS


def _shows_text(page: ReadPage) -> bool:
    """Whether the body shows anything to readers, be it only a picture."""
    body = page.extracted
    return body is not None and bool(body.words or _EMBEDS.search(body.html))
