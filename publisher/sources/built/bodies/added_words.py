"""What a body shows before and behind its post: words of the theme. Pure.

Words within the post are not looked at: a shortcode may have made them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.body import find_body
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.sources.built.pages.page import BuiltPage

_OPENING = 300  # words of the source that are sought
_SOUGHT = 2_000  # words of the body among which they are sought
_MOST_RUNS = 20
_NO_RUNS: Mapping[int, int] = {}


class AddedWords(Struct, frozen=True):
    """The words before the first and behind the last ones of the post, in their order.

    `is_found`: the body shows three words of the post that follow each other. Else nothing is
    before or behind them.
    """

    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    is_found: bool = False

    def titles(self, title: str | None) -> int:
        """How often the title stands before the text; a text may begin with it, too."""
        own = tuple(words(title or ""))
        return _count(self.before, own) if own else 0

    def shows(self, run: Sequence[str]) -> bool:
        """Whether these words follow each other on one side of the text."""
        return any(_count(side, tuple(run)) for side in (self.before, self.behind))


def _count(words: tuple[str, ...], run: tuple[str, ...]) -> int:
    starts = range(len(words) - len(run) + 1)
    return sum(words[at : at + len(run)] == run for at in starts)


NO_WORDS = AddedWords()


def added_words(body: Sequence[str], source: Sequence[str]) -> AddedWords:
    """The words of a body around those of its source; none if it shows nothing of the source."""
    first, last = _beginning(body, source), _beginning(body[::-1], source[::-1])
    before = body[:first] if first is not None else ()
    behind = body[len(body) - last :] if last else ()
    return AddedWords(tuple(before), tuple(behind), is_found=first is not None)


def _beginning(body: Sequence[str], source: Sequence[str]) -> int | None:
    """Where the body begins to show the source; None if it does not.

    Three words of the source may also stand in a title or a menu above it. So this looks for the
    longest run of words that both have, and then again in what both have before that run.
    """
    body, source = body[:_SOUGHT], source[:_OPENING]
    found = None
    for _ in range(_MOST_RUNS):
        run = _longest_run(body, source)
        if run is None:
            break
        found, at = run
        body, source = body[:found], source[:at]
    return found


def _longest_run(body: Sequence[str], source: Sequence[str]) -> tuple[int, int] | None:
    """Where the longest run of words begins that both have, the last of several.

    None if it is shorter than three words.
    """
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, three in enumerate(_threes(source)):
        places[three].append(at)
    longest, best = 0, None
    before = _NO_RUNS  # the lengths of the runs that end one word earlier, by their ends
    for at, ends in enumerate(map(places.get, _threes(body))):
        if not ends:
            before = _NO_RUNS
            continue
        before = {end: before.get(end - 1, 0) + 1 for end in ends}
        for end, length in before.items():
            if length >= longest:
                longest, best = length, (at - length + 1, end - length + 1)
    return best


def _threes(text: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(text, text[1:], text[2:], strict=False)


def useless(page: BuiltPage, body: Sequence[str], drop: Sequence[str]) -> frozenset[str]:
    """The selectors of `drop` that match nothing inside of the body."""
    found = find_body(page, body) if drop else None
    if found is None:
        return frozenset()
    inside = {*found[1].iterdescendants()}
    return frozenset(one for one in drop if inside.isdisjoint(page.matches(one)))
