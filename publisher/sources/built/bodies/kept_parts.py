"""Keep what an author wrote where a selector of `posts.drop` names only a place. Pure.

`main > p:nth-child(1)` fits the pages on which something of the template stands there. On another
page that may be the first paragraph of the post, which must not vanish without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.author_text import AuthorText
from publisher.sources.built.bodies.body import find_body
from publisher.text.css_selectors import is_positional
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from publisher.sources.built.pages.page import BuiltPage

_LONGEST_QUOTE = 60  # characters
# A title has its own selector, and a heading of level 1 above a text is hardly anything else.
_TITLE = "h1"


class KeptParts(Struct, frozen=True):
    """The elements that stay, and a sentence about the first of them; empty if there is none."""

    elements: frozenset[etree._Element] = frozenset()
    message: str = ""


def kept_parts(
    page: BuiltPage, body: Sequence[str], drop: Sequence[str], words: Sequence[str], source: str
) -> KeptParts:
    """The elements of the body that hold words or pictures of the post.

    `words` are those of the source, and `source` is how it was written.
    """
    places = [one for one in drop if is_positional(one)]
    found = find_body(page, body) if places else None
    if found is None:
        return KeptParts()
    author, inside = AuthorText(page, found[1], words, source), {*found[1].iterdescendants()}
    kept: dict[etree._Element, str] = {}
    for selector in places:
        for element in page.matches(selector):
            if element in inside and element.tag != _TITLE and element not in kept:
                own = _of_author(element, author)
                if own:
                    kept[element] = _message(selector, own)
    return KeptParts(frozenset(kept), next(iter(kept.values()), ""))


def _of_author(element: etree._Element, author: AuthorText) -> str:
    """The author's words in an element as a quotation, or else the URL of a picture in it."""
    own = " ".join(author.words_in(element))
    return f'"{shortened(own, _LONGEST_QUOTE)}"' if own else author.picture_in(element)


def _message(selector: str, own: str) -> str:
    return (
        f"`{selector}` of posts.drop names a place where this post has its own text, which stays: "
        f"{own}; select what to remove by a class or an id, or run `publisher init --learn`"
    )
