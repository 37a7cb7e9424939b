"""The words of a post's source that its page should show, and their lines. Pure."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.lint.built.readable import readable, without_code
from publisher.sources.built.pages.words import source_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.post import Post

_MARKUP = re.compile(r"<[^<>]{1,2000}>|:[a-z0-9_+-]{2,60}:")
# Words between a word of the source and the next one: targets of links, tags, options.
_FURTHEST = 500


class SourceWords:
    """The words of one source. `shown` are those that its page should have."""

    def __init__(self, post: Post) -> None:
        self._body, self._first_line = post.body, post.body_line
        self._title = words(post.title or "")
        self.shown = source_words(readable(post), title=post.title)

    @cached_property
    def written(self) -> list[str]:
        """All words of the title and the body, also those in tags: captions, options."""
        return [*self._title, *self.body]

    @cached_property
    def body(self) -> list[str]:
        """All words of the body, also those in tags and formulas."""
        return words(html.unescape(self._body))

    @cached_property
    def of_markup(self) -> frozenset[str]:
        """Words of tags and names of emoji: a page shows something else."""
        return frozenset(words(" ".join(_MARKUP.findall(without_code(self._body)))))

    def line(self, at: int) -> int:
        """The line of the file that has the word `shown[at]`."""
        return self._lines[at]

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The line of each shown word; for one that is written in another form, that before it."""
        lines: list[int] = []
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self._body.split("\n"), self._first_line):
            for word in words(line):
                places[word].append(len(lines))
                lines.append(number)
        return [*_followed(self.shown, places, lines or [self._first_line])]


def _followed(
    shown: Sequence[str], places: Mapping[str, Sequence[int]], lines: Sequence[int]
) -> list[int]:
    """Follow the shown words through the written ones, whose places ascend."""
    found, at = [], 0
    for word in shown:
        known = places.get(word, ())
        index = bisect_left(known, at)
        if index < len(known) and known[index] - at < _FURTHEST:
            at = known[index] + 1
        found.append(lines[min(max(at - 1, 0), len(lines) - 1)])
    return found
