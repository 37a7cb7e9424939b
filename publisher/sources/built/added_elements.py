"""Name the elements that a theme puts into a body before its post. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.tree_edits import names, text_of
from publisher.sources.built.learning.element_names import TITLE, is_made, looks, names_of
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from lxml import etree

_OF_TEMPLATES = names("address footer header hgroup nav")  # nobody writes them into a post
_NO_PATH = PurePosixPath()


def selectors_before(body: str, words_before: int, title: str | None) -> list[str]:
    """Simple selectors of the elements of a body, which is HTML, that stand before its post.

    Only of those that nobody writes into a post: with a class, or `h1:title`.
    """
    try:
        page = parse(f"<html><body>{body}</body></html>".encode(errors="replace"), _NO_PATH)
    except PageError:
        return []
    found: list[str] = []
    top = page.tree.find("body")
    for element in () if top is None else top:
        start, end = page.interval(element)
        if end > words_before:
            break
        if end > start:
            found += _selectors(element, title)
    return found


def _selectors(element: etree._Element, title: str | None) -> list[str]:
    """The first selector that tells an element, or that of the title in it, from those of posts."""
    tag, *others = names_of(element) or [""]
    if named := [tag + one for one in others if not (looks(one) or is_made(one))]:
        return named[:1]
    if tag in _OF_TEMPLATES:
        return [tag]
    own = words(title or "")
    headings = element.iter("h1", "h2")
    return next(([f"{one.tag}{TITLE}"] for one in headings if words(text_of(one)) == own), [])
