"""Name the elements that a theme puts into a body before its post. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.tree_edits import names, text_of
from publisher.sources.built.learning.element_names import TITLE, is_made, looks, names_of
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from publisher.sources.built.pages.page import BuiltPage

_OF_TEMPLATES = names("address footer header hgroup nav")  # nobody writes them into a post
_NO_PATH = PurePosixPath()


def selectors_before(body: str, words_before: int, title: str | None) -> list[str]:
    """Simple selectors of the elements of a body, which is HTML, that stand before its post.

    Only of those that nobody writes into a post: with a class, or `h1:title`.
    """
    page = _page_of(body)
    if page is None:
        return []
    elements = _elements_before(page, words_before)
    return [one for element in elements for one in _selectors(element, title)]


def has_made_title(body: str, words_before: int, title: str | None) -> bool:
    """Whether a template made the title before the post: its element is one that nobody writes.

    Markdown makes a heading without a class of what an author writes, whatever the theme.
    """
    page, own = _page_of(body), words(title or "")
    if page is None or not own:
        return False
    for element in _elements_before(page, words_before):
        around = [element, *element.iterdescendants()]
        titled = [one for one in around if isinstance(one.tag, str) and words(text_of(one)) == own]
        if titled and any(_is_of_template(one) for one in (element, *titled)):
            return True
    return False


def _page_of(body: str) -> BuiltPage | None:
    """A page that has only the body, which is HTML; None if it cannot be parsed."""
    try:
        return parse(f"<html><body>{body}</body></html>".encode(errors="replace"), _NO_PATH)
    except PageError:
        return None


def _elements_before(page: BuiltPage, words_before: int) -> Iterator[etree._Element]:
    """The elements with words that stand before the post."""
    top = page.tree.find("body")
    for element in () if top is None else top:
        start, end = page.interval(element)
        if end > words_before:
            break
        if end > start:
            yield element


def _is_of_template(element: etree._Element) -> bool:
    """Whether the element has a class or a tag that Markdown does not make."""
    tag, *others = names_of(element) or [""]
    return tag in _OF_TEMPLATES or any(
        one.startswith(".") and not (looks(one) or is_made(one)) for one in others
    )


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
