"""The body of a post on the page that its generator built. Pure: of the page and of selectors.

The selectors come from publisher.yaml. A page on which none of them matches exactly one element has
no body, so that never a list of posts or a part of one is taken for it.
"""

from __future__ import annotations

import html as entities
from typing import TYPE_CHECKING

from lxml import etree
from msgspec import Struct

from publisher.sources.built.bodies import body_hash, cleaning, reader_comments
from publisher.sources.built.bodies.tree_edits import copied
from publisher.sources.built.pages.page import words_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from publisher.sources.built.pages.page import BuiltPage


class Extracted(Struct, frozen=True):
    """The body as HTML that nobody has sanitised yet, its words, and a hash of what it shows.

    `base` is the `<base href>` of the page, which may be relative to it; empty if it has none.
    """

    html: str
    base: str
    words: tuple[str, ...]
    hash: str


def extract(
    page: BuiltPage,
    body: Sequence[str],
    drop: Sequence[str],
    *,
    kept: Collection[etree._Element] = frozenset(),
) -> Extracted | None:
    """Return what the first selector of `body` that matches exactly one element finds.

    What the selectors of `drop` match inside of it is left out, unless it is `kept`. Raises
    BadSelector.
    """
    found = find_body(page, body)
    if found is None:
        return None
    _, element = found
    root = copied(
        element, {gone for selector in drop for gone in page.matches(selector)}.difference(kept)
    )
    reader_comments.cut(root)
    cleaning.clean(root)
    return Extracted(
        html=_inner_html(root),
        base=page.head.base or "",
        words=tuple(words_in(root)),
        hash=body_hash.hash_of(root),
    )


def find_body(page: BuiltPage, body: Sequence[str]) -> tuple[str, etree._Element] | None:
    """The first selector that matches exactly one element of the page, and that element."""
    for selector in body:
        found = page.matches(selector)
        if len(found) == 1:
            return selector, found[0]
    return None


def removing(
    page: BuiltPage, body: Sequence[str], drop: Collection[str], more: Collection[str]
) -> set[str]:
    """Which selectors of `more` remove from the body of a page what those of `drop` leave."""
    found = find_body(page, body)
    if found is None:
        return set()
    gone = {inner for one in drop for outer in page.matches(one) for inner in outer.iter()}
    inside = {*found[1].iterdescendants()} - gone
    return {one for one in more if not inside.isdisjoint(page.matches(one))}


def _inner_html(root: etree._Element) -> str:
    children = (etree.tostring(child, encoding="unicode", method="html") for child in root)
    return entities.escape(root.text or "", quote=False) + "".join(children)
