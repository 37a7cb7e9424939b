"""Find the selectors of the elements that hold the text of posts: one for each template. Pure.

An element is named by itself, or by itself and an element around it. Among the names that find it
on the most pages and nothing else anywhere, the one that will last is taken: one that says what the
element is rather than where it stands or how it looks.

A post of one paragraph is whole in a `<p>`, and the next one is not. So what authors write is no
body, unless the template gave it a name; nor is a name that finds several parts of a text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.tree_edits import names
from publisher.sources.built.learning.element_names import (
    Selector,
    is_made,
    looks,
    names_of,
    selector,
)
from publisher.sources.built.learning.text_parts import IN_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from publisher.sources.built.learning.learning_page import Container, LearningPage

MAX_BODIES = 8
_MAX_ANCESTORS = 3
_MAX_PAIRS = 10
_WRONG, _LOOSE = 3, 0.5  # pages that a selector loses where it finds something else
_SLACK, _SLACK_SHARE = 5, 0.02  # words
_SLACKS = (1, 10, math.inf)
_MANY = 10  # pages: then a selector that finds only one of them is not learned
_WELL_KNOWN = names(
    '[itemprop~="articleBody"] .article-body .article-content .article__content .e-content '
    ".entry-content .markdown-body .post-body .post-content .post__content"
)
_BARE = [("body",), ("div",), ("section",), ("td",)]
_SAYS_WHAT = re.compile(r"article|blog|body|content|entry|markdown|post|prose|text|md|doc(?![a-z])")
_IS_AROUND = re.compile(r"[-_](?:container|inner|layout|wrap(?:per)?)$")  # it and something else


def body_selectors(pages: Sequence[LearningPage]) -> list[Selector]:
    """The selectors of bodies in the order in which they are to be tried."""
    left = [page for page in pages if page.containers]
    least = 2 if len(left) >= _MANY else 1
    chosen: list[Selector] = []
    # The best container may have no name of its own; then the next one around it has to do.
    for slack in _SLACKS:
        candidates = [one for one, count in _candidates(left, slack).items() if count >= least]
        while left and candidates and len(chosen) < MAX_BODIES:
            score, _, best = max((_score(one, left, slack), str(one), one) for one in candidates)
            if score[0] < least:
                break
            chosen.append(best)
            left = [page for page in left if len(page.index.matches(best)) != 1]
    return chosen


def _score(
    candidate: Selector, pages: Sequence[LearningPage], slack: float
) -> tuple[float, int, int]:
    """The pages on which it finds one of the best containers, less those where it does not.

    Between equals, the fewest foreign words decide, then what the selector looks like.
    """
    gain, cost = 0.0, 0
    for page in pages:
        found = page.index.matches(candidate)
        if len(found) != 1:
            gain -= _WRONG * page.are_parts(found)
            continue
        container = page.containers.get(found[0])
        if container is None:
            gain -= _WRONG
        elif container in _best(page, slack):
            gain += 1
            cost += container.cost
        else:
            gain -= _LOOSE
    return gain, -cost, _rank(candidate)


def _best(page: LearningPage, slack: float) -> list[Container]:
    """The containers that are as good as the best one, or nearly so."""
    around = [one for one in page.containers.values() if not one.is_part]
    best = min(one.cost for one in around)
    limit = best + slack * max(_SLACK, _SLACK_SHARE * len(page.post.words))
    return [one for one in around if one.is_good and one.cost <= limit]


def _rank(candidate: Selector) -> int:
    """How likely the selector is to find the body in later builds, too."""
    *outer, last = [compound.names for _, compound in candidate.steps]
    if _WELL_KNOWN & {*last}:
        rank = 100
    elif any(map(_says_what, last)):
        rank = 60
    elif any(map(looks, last)):
        rank = 10
    elif last in _BARE:
        rank = 5
    else:
        rank = 30
    if any(_says_what(name) for compound in outer for name in compound):
        rank += 8
    every = [name for compound in (*outer, last) for name in compound]
    rank -= 40 * sum(map(is_made, every)) + 15 * sum(map(looks, every))
    rank -= 10 * sum(_IS_AROUND.search(name) is not None for name in every)
    return rank - 4 * len(every) - 6 * len(outer)


def _says_what(name: str) -> bool:
    is_chosen = name == "article" or name[0] in ".#["  # and not a tag
    return is_chosen and _SAYS_WHAT.search(name) is not None and not looks(name)


def _candidates(pages: Sequence[LearningPage], slack: float) -> Counter[Selector]:
    """The selectors of the best containers, by the number of pages that have them."""
    counted: Counter[Selector] = Counter()
    for page in pages:
        counted.update({one for found in _best(page, slack) for one in _selectors(found.element)})
    return counted


def _selectors(element: etree._Element) -> Iterator[Selector]:
    names = names_of(element)
    tag, others = names[:1], names[1:]
    if element.tag in IN_TEXTS:
        names = others
    for name in names:
        yield selector(name)
    for name in others:
        yield selector(*tag, name)
    pairs = [*combinations([name for name in others if name[0] == "."], 2)]
    for first, second in pairs[:_MAX_PAIRS]:
        yield selector(first, second)
    for depth, ancestor in zip(range(_MAX_ANCESTORS), element.iterancestors(), strict=False):
        for outer in names_of(ancestor):
            for name in names:
                yield _under(selector(name), outer, " ")
                if depth == 0:
                    yield _under(selector(name), outer, ">")


def _under(inner: Selector, outer: str, combinator: str) -> Selector:
    return inner.under(selector(outer), combinator)
