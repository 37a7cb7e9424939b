"""Tell what a page lacks of its post from what `posts.drop` removes of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.lint.built.compared import compare
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.bodies.kept_parts import kept_parts
from publisher.sources.built.pages.words import source_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.lint.built.compared import Comparison
    from publisher.lint.built.differences import Difference, DifferenceKind
    from publisher.post import Post
    from publisher.sources.built.pages.page import BuiltPage

MAX_TRIED = 20  # selectors for one post
_BLAMED: Mapping[DifferenceKind, DifferenceKind] = {
    "lacks-words": "dropped-words",
    "lacks-code": "dropped-words",
    "lacks-picture": "dropped-picture",
}


def with_dropped(
    comparison: Comparison, post: Post, page: BuiltPage, body: Sequence[str], drop: Sequence[str]
) -> Comparison:
    """The comparison with the selectors named that remove what the page seems to lack.

    Raises PageError.
    """
    lost = [one for one in comparison.differences if one.kind in _BLAMED]
    if not lost or not drop or {*lost} <= {*_lost_without(post, page, body, [])}:
        return comparison
    blamed: dict[Difference, str] = {}
    for selector in drop[:MAX_TRIED]:
        others = [one for one in drop if one != selector]
        left = {*_lost_without(post, page, body, others)}
        blamed |= {one: selector for one in lost if one not in left and one not in blamed}
    named = tuple(_named(comparison.differences, blamed))
    return replace(comparison, differences=named)


def _lost_without(
    post: Post, page: BuiltPage, body: Sequence[str], drop: Sequence[str]
) -> Iterator[Difference]:
    """What readers would lack with these selectors."""
    source = source_words(post.body, title=post.title)
    kept = kept_parts(page, body, drop, source, post.body).elements
    if found := extract(page, body, drop, kept=kept):
        yield from (one for one in compare(post, found.html).differences if one.kind in _BLAMED)


def _named(
    differences: Iterable[Difference], blamed: Mapping[Difference, str]
) -> Iterator[Difference]:
    for one in differences:
        place = blamed.get(one)
        yield replace(one, kind=_BLAMED[one.kind], place=place) if place else one
