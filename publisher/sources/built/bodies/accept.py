"""Decide whether what was extracted from a page is the body of a post. Pure.

A page may be a list that shows the post among others, the page of another post with much the same
words, or a form that asks for a password.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.pages.title_words import shown_titles, spellings
from publisher.sources.built.pages.words import consecutive, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from publisher.sources.built.bodies.body import Extracted
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.page import BuiltPage

# The reason why the body of a page is not taken that has a field for a password in its place.
WALLED = "asks for a password"
_MOST_MISSING = 0.5  # of a text that a page shows somewhere
_MANY_MISSING = 0.2  # the same if others have the title, too

FEWEST_WORDS = 10  # a shorter source says too little about its page
_LEAST_SHARE, _LEAST_WITH_TITLE = 0.5, 0.1
# A page that shows less of a long source is an excerpt of it.
_LONG, _LEAST_SHOWN = 100, 0.1
_LEAST_OWN = 0.8  # of a body for which only its words speak
_LEAST_KEPT = 0.5  # of the words that a body had before
_SAME_WORD = 0.8  # of the letters of two spellings
_MOST_SHOWN = 100  # words of a title that are compared word by word
_LONG_TITLE = 8  # characters, so that it is not found by chance within other words


class Accepted(Struct, frozen=True):
    """The body is that of the post."""


class RefusedBody(Struct, frozen=True):
    """The page does not show the post's body; `reason` continues a sentence about the page."""

    reason: str


OTHER_TITLE = RefusedBody("has another title")
# Of a post with a title that others have, too.
OTHER_WORDS = RefusedBody("has the title of several posts, and other words than this one")


def accepts(
    post_title: str | None,
    source_words: Sequence[str],
    page: BuiltPage,
    extracted: Extracted | None,
    *,
    wants_title: bool,
) -> Accepted | RefusedBody:
    """Compare the body and the title of a page with the source of a post.

    `wants_title` is whether the pages of this site show the titles of their posts.
    """
    if has_password_field(page.tree) and _lacks_text(source_words, page):
        return RefusedBody(WALLED)
    return _accepts(post_title, source_words, page, extracted, wants_title=wants_title)


def has_password_field(element: etree._Element) -> bool:
    """Whether a page, or an element of it, has a field for a password, be it only to log in."""
    fields = (field.get("type") or "" for field in element.iter("input"))
    return any(kind.strip().lower() == "password" for kind in fields)


def _lacks_text(source_words: Sequence[str], page: BuiltPage) -> bool:
    """Whether the text of the post is nowhere on the page."""
    source = consecutive(source_words)
    return bool(source) and len(source - consecutive(page.words)) >= _MOST_MISSING * len(source)


def _accepts(
    post_title: str | None,
    source_words: Sequence[str],
    page: BuiltPage,
    extracted: Extracted | None,
    *,
    wants_title: bool,
) -> Accepted | RefusedBody:
    if extracted is None:
        return RefusedBody("has not exactly one element that a selector of posts.body matches")
    has_title = bool(post_title) and shows_title(str(post_title), page.head)
    if wants_title and post_title and not has_title:
        return OTHER_TITLE
    if not extracted.words and source_words:
        return RefusedBody("does not show the text of the post")
    if len(source_words) >= FEWEST_WORDS:
        return _compared(source_words, extracted, has_title=has_title)
    is_post = has_title or _says(source_words, extracted)
    return Accepted() if is_post else RefusedBody("has other words")


def _compared(
    source_words: Sequence[str], extracted: Extracted, *, has_title: bool
) -> Accepted | RefusedBody:
    source, body = consecutive(source_words), consecutive(extracted.words)
    common = len(source & body)
    least = _LEAST_WITH_TITLE if has_title else _LEAST_SHARE
    if common < least * len(body):
        return RefusedBody(f"has other words: {percent(common, len(body))} of them are the post's")
    if len(source_words) >= _LONG and common < _LEAST_SHOWN * len(source):
        return RefusedBody(f"shows only {percent(common, len(source))} of the text of the post")
    return Accepted()


def only_by_title(source_words: Sequence[str], body: Sequence[str], page: Sequence[str]) -> bool:
    """Whether only its title tells that a page is that of a post, if it has it at all.

    The body has many other words, and the page lacks many of the post. So it is with the pages of
    other posts of a series, which have much of their text in common.
    """
    source, shown = consecutive(source_words), consecutive(body)
    if len(source & shown) >= _LEAST_OWN * len(shown):
        return False
    return len(source - consecutive(page)) > _MANY_MISSING * len(source)


def is_mostly(source_words: Sequence[str], body: Sequence[str]) -> bool:
    """Whether nearly all words of a body are those of the post."""
    shown = consecutive(body)
    return len(consecutive(source_words) & shown) >= _LEAST_OWN * len(shown)


def keeps(
    source_words: Sequence[str], before: Sequence[str], now: Sequence[str]
) -> Accepted | RefusedBody:
    """Compare a body with the one that was taken last, `before`, by the words of the post alone.

    Selectors that no longer fit may leave enough of a post to tell which one it is, but not to read
    it. What its author removed is no loss.
    """
    kept, had = kept_words(source_words, before, now)
    if kept >= _LEAST_KEPT * had:
        return Accepted()
    share = percent(kept, had)
    return RefusedBody(f"shows only {share} of the words of the post that it showed before")


def kept_words(
    source_words: Sequence[str], before: Sequence[str], now: Sequence[str]
) -> tuple[int, int]:
    """How many words of the post a body has of those that it had before, and how many it had."""
    had = Counter(source_words) & Counter(before)
    return (had & Counter(now)).total(), had.total()


def shows_title(title: str, head: Head) -> bool:
    """Whether the page has this title, whatever its quotes, dashes, blanks and markup are."""
    own = spellings(title)
    shown = shown_titles(text for text in (*head.h1s, head.og_title, head.title) if text)
    if not any(map(words, own)):
        return not shown.isdisjoint(own)
    return any(_holds(text.split(), one.split()) for text in shown for one in own)


def _holds(shown: Sequence[str], own: Sequence[str]) -> bool:
    """Whether the title stands in a text that may have the name of the site before or behind it."""
    squeezed = "".join(own)
    if any([*shown[at : at + len(own)]] == own for at in range(len(shown) - len(own) + 1)):
        return True
    if len(squeezed) >= _LONG_TITLE and squeezed in "".join(shown):
        return True  # `can't` is one word or two
    steps = SequenceMatcher(None, own, shown[:_MOST_SHOWN], autojunk=False).get_opcodes()
    inner = [step for step in steps if step not in {steps[0], steps[-1]} or step[0] != "insert"]
    return all(
        step == "equal" or (step == "replace" and _are_alike(own[start:end], shown[first:last]))
        for step, start, end, first, last in inner
    )


def _are_alike(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one word is another spelling of the other, and not e.g. the next number."""
    one, other = "".join(some), "".join(others)
    if len(some) != len(others) or any(map(str.isdecimal, one + other)):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME_WORD


def _says(source_words: Sequence[str], extracted: Extracted) -> bool:
    """Whether the body of a post of a few words is these words."""
    return list(source_words) == list(extracted.words)


def percent(part: int, whole: int) -> str:
    return f"{100 * part // whole if whole else 0} %"
