"""What a body shows before and behind its post: words of the theme. Pure.

Words within the post are not looked at: a shortcode may have made them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.body import find_body, matches
from publisher.sources.built.pages.words import consecutive, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sources.built.pages.page import BuiltPage


@dataclass(frozen=True, slots=True)
class AddedWords:
    """The words before the first and behind the last ones of the post, in their order."""

    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def has_title(self, title: str | None) -> bool:
        """Whether the title stands before the text."""
        own = tuple(words(title or ""))
        starts = range(len(self.before) - len(own) + 1)
        return bool(own) and any(self.before[at : at + len(own)] == own for at in starts)


NO_WORDS = AddedWords()


def added_words(body: Sequence[str], source: Sequence[str]) -> AddedWords:
    """The words of a body around those of its source; none if it shows nothing of the source."""
    own = consecutive(source)
    places = [
        at for at, three in enumerate(zip(body, body[1:], body[2:], strict=False)) if three in own
    ]
    if not places:
        return NO_WORDS
    return AddedWords(tuple(body[: places[0]]), tuple(body[places[-1] + 3 :]))


def useless(page: BuiltPage, body: Sequence[str], drop: Sequence[str]) -> frozenset[str]:
    """The selectors of `drop` that match nothing inside of the body."""
    found = find_body(page, body)
    if found is None:
        return frozenset()
    inside = {*found[1].iterdescendants()}
    return frozenset(one for one in drop if inside.isdisjoint(matches(page, one)))
