"""Quote the words of bodies that are not in the text of their posts, by the elements they are in.

A person can then find them on the page, and name them in `posts.drop`. Pure.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.body import find_body
from publisher.sources.built.bodies.cleaning import USELESS
from publisher.sources.built.learning.element_names import is_made, names_of
from publisher.sources.built.learning.learning_page import covered
from publisher.sources.built.pages.words import consecutive, words
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

    from publisher.sources.built.learning.learning_page import LearnedPost
    from publisher.sources.built.pages.page import BuiltPage

_LONGEST_QUOTE = 30  # characters


def extra_words(
    post: LearnedPost, page: BuiltPage, body: Sequence[str], drop: Sequence[str]
) -> Mapping[str, str]:
    """The first words in each kind of element that the source lacks, in the order of the page."""
    found = find_body(page, body)
    if found is None:
        return {}
    _, root = found
    start, end = page.interval(root)
    own = covered(page.words[start:end], consecutive(post.words))
    for gone in (*(one for name in drop for one in page.matches(name)), *root.iter(*USELESS)):
        first, last = page.interval(gone)
        for at in range(max(first, start), min(last, end)):
            own[at - start] = True
    before = [0, *accumulate(own)]
    written = {*words(post.source)}
    quotes: dict[str, str] = {}
    to_do = [(root, str(root.tag))]
    while to_do:
        element, around = to_do.pop()
        first, last = page.interval(element)
        if first == last:
            continue
        place = _named(element) or f"{around} {element.tag}"
        text = page.words[first:last]
        if before[last - start] > before[first - start]:
            inner = _named(element) or around
            to_do += [(child, inner) for child in reversed(element)]
        elif not written.issuperset(text):
            quotes.setdefault(place, shortened(" ".join(text), _LONGEST_QUOTE))
    return quotes


def _named(element: etree._Element) -> str:
    """A name of an element that is not only its tag; empty if it has none."""
    usable = (name for name in names_of(element)[1:] if not is_made(name))
    return next(usable, "")
