"""Which parts of a body hold what the author wrote, by the source of the post. Pure.

What a template shows once more, e.g. an excerpt or a list of the headings, is the template's: the
body has these words more often than the source. So is a title above the text.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from publisher.text.lazy_attributes import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from publisher.sources.built.pages.page import BuiltPage

_MAX_SOUGHT = 1_000  # pictures of a page; further ones are the post's
_SIZE = 3  # words that are compared at once


class AuthorText:
    """The text of a post in an element of its page.

    `words` are those of the source, and `source` is how it was written.
    """

    def __init__(
        self, page: BuiltPage, body: etree._Element, words: Sequence[str], source: str
    ) -> None:
        self._page, self._source = page, source
        self._start, self._end = page.interval(body)
        shown = page.words[self._start : self._end]
        written, counts = Counter(_triples(words)), Counter(_triples(shown))
        # Whether the words from each place on are those of the author.
        self._hits = [0 < counts[one] <= written[one] for one in _triples(shown)]
        self._sought = 0

    def words_in(self, element: etree._Element) -> tuple[str, ...]:
        """The words of an element that belong to three of the author, in their order."""
        first, end = (at - self._start for at in self._page.interval(element))
        own = {
            at + offset
            for at in range(max(first - _SIZE + 1, 0), min(end, len(self._hits)))
            if self._hits[at]
            for offset in range(_SIZE)
        }
        return tuple(self._page.words[self._start + at] for at in range(first, end) if at in own)

    def picture_in(self, element: etree._Element) -> str:
        """The URL of a picture or a recording that the source names; empty if there is none."""
        for one in element.iter("img", "source", "video", "audio", "iframe"):
            for key in SOURCES:
                url = one.get(key, "")
                if url and self._names(url, one.get("alt") or ""):
                    return url
        return ""

    def _names(self, url: str, alternative: str) -> bool:
        """Whether the source names a picture. Each search takes as long as the source is."""
        self._sought += 1
        if self._sought > _MAX_SOUGHT:
            return True
        if alternative.strip() and any(form.format(alternative) in self._source for form in _FORMS):
            return True
        name = url.partition("?")[0].rpartition("/")[2]
        stem = name.partition(".")[0]
        if len(stem) >= _LONG:
            return stem in self._source
        # A short name may be found by chance; with its suffix it is one.
        whole = rf"(?<![\w-]){re.escape(name)}(?!\w)"
        return "." in name and re.search(whole, self._source) is not None


_FORMS = ("![{}]", 'alt="{}"', "alt='{}'")
_LONG = 4  # characters


def _triples(words: Sequence[str]) -> list[tuple[str, str, str]]:
    return [*zip(words, words[1:], words[2:], strict=False)]
