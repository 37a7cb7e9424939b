"""The words of titles, by which a post and its page are compared. Pure.

A page may show a title as it is written, or what its markup shows; with signs in the place of
`(c)`, and without the codes of emoji. A title without words is compared by its symbols.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.pages.words import source_words, words
from publisher.text.title_symbols import as_typed, symbols, title_parts
from publisher.text.titles import plain_title

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_words(title: str) -> str:
    """The words of a title, or else its symbols. Of the result it is the same."""
    return " ".join(words(as_typed(title))) or symbols(title)


def spellings(title: str | None) -> tuple[str, ...]:
    """How a page may spell the title that an author wrote, each `in_words`; none if it is empty."""
    written = title or ""
    shown = plain_title(written, "html")
    # `[a][b]` may be a link or just a text.
    markup = [" ".join(source_words(text, title=None)) for text in (written, shown)]
    found = dict.fromkeys([in_words(written), in_words(shown), *markup])
    return tuple(filter(None, found))


def shown_titles(titles: Iterable[str]) -> set[str]:
    """The titles of a page `in_words`. Those of symbols are without the name of the site, too."""
    found = [*titles]
    parts = [part for title in found for part in title_parts(title)]
    symbolic = [symbols(part) for part in parts if not words(part)]
    return {*map(in_words, found), *symbolic} - {""}
