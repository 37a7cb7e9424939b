"""Learn from posts and their pages where the body is, and what goes from inside of it. Pure.

`init` writes what is learned into publisher.yaml, where a person can read it and change it. A run
never learns.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from publisher.sources.built.bodies.accept import (
    WALLED,
    Accepted,
    RefusedBody,
    accepts,
    shows_title,
)
from publisher.sources.built.bodies.body import extract, find_body
from publisher.sources.built.folder.safety import not_judged
from publisher.sources.built.learning import containers, foreign, furniture
from publisher.sources.built.learning.extra_words import extra_words
from publisher.sources.built.learning.learning_page import LearnedPost, LearningPage, covered
from publisher.sources.built.pages.words import consecutive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sources.built.bodies.body import Extracted
    from publisher.sources.built.learning.element_names import Selector
    from publisher.sources.built.learning.furniture import StayingPart
    from publisher.sources.built.pages.page import BuiltPage

Pair: TypeAlias = "tuple[LearnedPost, BuiltPage]"

MAX_PAGES = 60  # that are learned from at once
LEAST_ACCEPTED = 0.9  # of the matched pages
MOST_FOREIGN = 0.05  # of the words of the bodies
_MOST_EXAMINED = 10  # pages, for the message that names words
_MOST_NAMED = 3
_TITLED = 0.75  # of the pages: then a page with another title is refused


class Learned(Struct, frozen=True):
    """The selectors, and what they find on the pages.

    `matched` pages were tried, and `accepted` of them have the body of their post there. `foreign`
    is the share of the words in the bodies that their sources neither have nor make. `refusal` says
    why bodies should not be taken from these pages; None if they can be. `staying` is what the
    template puts around the texts and no selector removes.
    """

    body: tuple[str, ...]
    drop: tuple[str, ...]
    matched: int
    accepted: int
    foreign: float
    refusal: str | None
    staying: tuple[StayingPart, ...] = ()


def learn(pairs: Sequence[Pair]) -> Learned:
    """Learn from some of the pages; the figures are those of `extract` on all of them."""
    bodies, drops, staying = _selectors(_sample(pairs), [])
    found = _Figures(pairs, bodies, drops, staying)
    if found.left:
        more, more_drops, more_staying = _selectors(_sample(found.left), bodies)
        if more:
            again = _Figures(
                pairs, [*bodies, *more], [*drops, *more_drops], [*staying, *more_staying]
            )
            found = max(found, again, key=lambda one: one.accepted)
    return found.learned()


def measured(pairs: Sequence[Pair], body: Sequence[str], drop: Sequence[str]) -> Learned:
    """What selectors of a person find on the pages. Only what stops a run is a refusal.

    Raises BadSelector.
    """
    return _Figures(pairs, body, drop).learned(most_foreign=1.0)


def _selectors(
    pages: Sequence[LearningPage], known: Sequence[Selector]
) -> tuple[list[Selector], list[Selector], list[StayingPart]]:
    bodies = [one for one in containers.body_selectors(pages) if one not in known]
    return bodies, *furniture.drop_selectors(pages, [*known, *bodies])


def _sample(pairs: Sequence[Pair]) -> list[LearningPage]:
    """Up to `MAX_PAGES` of them, from the first to the last."""
    step = max(len(pairs) / MAX_PAGES, 1)
    chosen = (pairs[int(at * step)] for at in range(min(len(pairs), MAX_PAGES)))
    return [LearningPage(post, page) for post, page in chosen]


class _Figures:
    """What selectors find on all pages."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        bodies: Sequence[Selector | str],
        drops: Sequence[Selector | str],
        staying: Sequence[StayingPart] = (),
    ) -> None:
        self._body, self._drop = tuple(map(str, bodies)), tuple(dict.fromkeys(map(str, drops)))
        self._pairs = pairs
        self._matched, self._staying = len(pairs), tuple(dict.fromkeys(staying))
        self._bodies: list[foreign.BodyWords] = []
        self.left: list[Pair] = []
        self._walled = 0
        wants_title = wants_titles(pairs)
        for post, page in pairs:
            extracted = extract(page, self._body, self._drop)
            verdict = accepts(post.title, post.words, page, extracted, wants_title=wants_title)
            if extracted is not None and isinstance(verdict, Accepted):
                self._bodies.append(self._counted(post, page, extracted))
            else:
                self.left.append((post, page))
                self._walled += verdict == RefusedBody(WALLED)

    @property
    def accepted(self) -> int:
        return len(self._bodies)

    def _counted(
        self, post: LearnedPost, page: BuiltPage, extracted: Extracted
    ) -> foreign.BodyWords:
        are_own = covered(extracted.words, consecutive(post.words))
        selector, _ = find_body(page, self._body) or ("", None)
        return foreign.BodyWords(
            selector,
            len(extracted.words),
            foreign.not_written(extracted.words, are_own, post.source),
            is_whole=not post.makes_words,
        )

    def learned(self, *, most_foreign: float = MOST_FOREIGN) -> Learned:
        share = foreign.share(self._bodies)
        refusal = self._refusal(share, most_foreign)
        return Learned(
            self._body, self._drop, self._matched, self.accepted, share, refusal, self._staying
        )

    def _refusal(self, share: float, most_foreign: float) -> str | None:
        accepted = f"{self.accepted} of {self._matched} pages"
        if not self._body:
            return "no element of the pages holds the text of the posts"
        judged = self._matched - not_judged(self._walled, accepted=self.accepted)
        if self.accepted < LEAST_ACCEPTED * judged:
            return f"the text of the posts was found on {accepted} only"
        if share > most_foreign and not foreign.are_few(self._bodies):
            places = " or ".join(f"`{one}`" for one in self._body)
            extra = "".join(f", e.g. {one}" for one in self._examples())
            return (
                f"{int(100 * share)} % of the words in {places} are not in the text of the posts"
                f"{extra}"
            )
        return None

    def _examples(self) -> list[str]:
        """Some of the words that most of the first posts lack, with the element of each."""
        lists = [
            extra_words(post, page, self._body, self._drop)
            for (post, page), _ in zip(self._pairs, range(_MOST_EXAMINED), strict=False)
        ]
        places = Counter(place for found in lists for place in found)
        named = [place for place, _ in places.most_common(_MOST_NAMED)]
        examples = {place: quote for found in reversed(lists) for place, quote in found.items()}
        quotes = [f'"{examples[place]}" in `{place}`' for place in named]
        return [" and ".join(quotes)] if quotes else []


def wants_titles(pairs: Sequence[Pair]) -> bool:
    """Whether the pages of the site show the titles of their posts."""
    titled = [shows_title(post.title, page.head) for post, page in pairs if post.title]
    return sum(titled) >= _TITLED * len(titled)
