"""Keep words apart where the tags between them are dropped. Pure.

The sanitiser drops the tags of labels, buttons and custom elements, and keeps what is inside.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from publisher.content.allowed_html import (
    BLOCKS,
    MATH,
    TAGS,
    TAGS_WITH_CONTENT,
    VOID,
    names,
    tokens,
)
from publisher.text.word_gaps import PHRASES, WordGaps

if TYPE_CHECKING:
    from collections.abc import Iterator

# Browsers show these as boxes, or on lines of their own.
_APART = names(
    "applet body button canvas center dialog dir embed fieldset form frame frameset hgroup html "
    "iframe input keygen label legend listing marquee menu meter object optgroup option output "
    "plaintext progress search select svg textarea xmp"
)
# They show nothing.
_UNSEEN = names("link meta noembed noframes param script style template title")
_KNOWN = TAGS | MATH | PHRASES | _UNSEEN | names("basefont bgsound noscript rb rtc slot")
_STAYS = BLOCKS | VOID | names("audio math picture tbody td tfoot th thead video")
_OTHER_TAG = re.compile(rf"<(?!/?(?:{'|'.join(sorted(TAGS | MATH))})[\s/>])[a-z]", re.IGNORECASE)


def kept_apart(html: str) -> str:
    """The HTML with a blank wherever dropping tags would join words that a page shows apart."""
    if not _OTHER_TAG.search(html):
        return html
    parts, at = [], 0
    for gap in _gaps(html):
        parts += [html[at:gap], " "]
        at = gap
    return "".join([*parts, html[at:]])


def _gaps(html: str) -> Iterator[int]:
    """Yield the offsets at which a blank is missing."""
    gaps = WordGaps[int]()
    at, is_hidden, closed = 0, False, -1
    for match, tag in tokens(html):
        gap = None if is_hidden else gaps.text(entities.unescape(html[at : match.start()]))
        if gap is not None:
            yield gap
        at, is_hidden = match.end(), False
        if tag is None:
            continue
        is_other = tag.name not in _KNOWN
        # Whether the style of an unknown element shows it apart from a text beside it is not
        # known. Two of them in a row are e.g. tabs.
        if tag.name in _APART or (is_other and not tag.closes and closed == tag.start):
            gaps.leaves(tag.end if tag.closes else tag.start)
        elif tag.name in _STAYS:
            gaps.stays()
        if tag.name == "iframe" and not tag.closes and (gap := gaps.text("link")) is not None:
            yield gap
        is_hidden = not tag.closes and tag.name in TAGS_WITH_CONTENT | _UNSEEN
        closed = tag.end if tag.closes and is_other else -1
    gap = None if is_hidden else gaps.text(entities.unescape(html[at:]))
    if gap is not None:
        yield gap
