"""Say in plain words how the posts and the pages of a site differ. Pure.

What many posts have in common is no fault of theirs: it comes from the theme or from a shortcode.
It is said once, with the number of posts. Only what the theme adds to most posts, in elements that
show nothing of any post, is proposed for `posts.drop`.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.post import Diagnostic
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.lint.built.compared import Comparison
    from publisher.lint.built.differences import Difference, DifferenceKind

FEWEST_SHARING = 3  # posts
MOST_PAGES = 0.5  # of which have what the theme adds to posts
MOST_NAMED = 20  # differences of a kind that are named one by one

_ADDED: frozenset[DifferenceKind] = frozenset({"has-words", "has-picture"})
_DROPPED: frozenset[DifferenceKind] = frozenset({"dropped-words", "dropped-picture"})
_FROM_ROOT = re.compile(r"/|[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TITLES = (
    "{pages} show the title of the post above its text, so readers see it twice; add "
    '"h1:title" to posts.drop, which matches a heading with the title of its page'
)

_OF_ONE: Mapping[DifferenceKind, str] = {
    "lacks-words": 'its page lacks {count} that the source has {here}: "{what}"',
    "has-words": 'its page has {count}{inside} that the source lacks: "{what}"',
    "lacks-picture": "its page lacks the picture {what}",
    "drawn-picture": (
        "its page has the picture {what} as a drawing in the text (<svg>), which readers do not "
        "get; let the generator link to the file"
    ),
    "inlined-picture": (
        "its page has the picture {what} in itself (a data: URL), which readers do not get; let "
        "the generator link to the file (Vite: `build.assetsInlineLimit: 0`)"
    ),
    "has-picture": "its page has a picture that the source lacks{more}: {what}",
    "lacks-code": 'its page lacks the code {here}: "{what}"',
    "template-tags": (
        'its page lacks template tags of the code {here}: "{what}"; the site evaluates them unless '
        "you put {{% raw %}} around the code, or what your engine has in its place"
    ),
    "entities": 'its page shows entities such as &lt; in the code {here}: "{what}"',
    "quotes": 'its page has typographic quotes or dashes in the code {here}: "{what}"',
    "lines": 'its page has the code {here} on one line: "{what}"',
    "dropped-words": '`{place}` of posts.drop removes words that the source has {here}: "{what}"',
    "dropped-picture": "`{place}` of posts.drop removes the picture {what}",
}
_OF_MANY: Mapping[DifferenceKind, str] = {
    "lacks-words": '{pages} lack words that the sources have: "{what}"',
    "has-words": '{pages} have words that the sources lack: "{what}"',
    "lacks-picture": "{pages} lack the picture {what}",
    "drawn-picture": "{pages} have the picture {what} as a drawing in the text (<svg>)",
    "inlined-picture": "{pages} have the picture {what} in themselves (a data: URL)",
    "has-picture": "{pages} have a picture that the sources lack: {what}",
    "lacks-code": '{pages} lack this code: "{what}"',
    "template-tags": '{pages} lack template tags of this code: "{what}"',
    "entities": '{pages} show entities such as &lt; in this code: "{what}"',
    "quotes": '{pages} have typographic quotes or dashes in this code: "{what}"',
    "lines": '{pages} have this code on one line: "{what}"',
    "dropped-words": (
        '`{place}` of posts.drop removes words that the sources have from {pages}, e.g. "{what}"'
    ),
    "dropped-picture": "`{place}` of posts.drop removes pictures from {pages}, e.g. {what}",
}
_MANY_OF_A_KIND: Mapping[DifferenceKind, str] = {
    "lacks-words": "{pages} lack words that the sources have",
    "has-words": "{pages} have words that the sources lack, e.g. of shortcodes and components",
    "lacks-picture": "{pages} lack pictures that the sources have",
    "drawn-picture": (
        "{pages} have pictures as drawings in the text (<svg>), which readers do not get"
    ),
    "inlined-picture": (
        "{pages} have pictures in themselves (data: URLs), which readers do not get; let the "
        "generator link to the files (Vite: `build.assetsInlineLimit: 0`)"
    ),
    "has-picture": "{pages} have pictures that the sources lack",
    "lacks-code": "{pages} lack code that the sources have",
    "template-tags": "{pages} lack template tags of code, which the site evaluates",
    "entities": "{pages} show entities such as &lt; in code",
    "quotes": "{pages} have typographic quotes or dashes in code",
    "lines": "{pages} have code on one line",
    "dropped-words": "posts.drop removes words that the sources have from {pages}",
    "dropped-picture": "posts.drop removes pictures that the sources have from {pages}",
}
_IN_ONE_PLACE = '{pages} have words in {place} that the sources lack, e.g. "{what}"'
_OF_THEME = '; if readers should not get them, add "{place}" to posts.drop'


class SharedDifference(Struct, frozen=True):
    """A difference that several posts have, in the order of their paths."""

    message: str
    paths: tuple[PurePosixPath, ...]


class PostDifference(Struct, frozen=True):
    """A difference of one post."""

    diagnostic: Diagnostic
    kind: DifferenceKind


class BuiltReport(Struct, frozen=True):
    """The differences of a site: of single posts, and those that several of them share.

    The shared ones are those of most posts first.
    """

    of_posts: tuple[PostDifference, ...] = ()
    shared: tuple[SharedDifference, ...] = ()

    def in_short(self) -> BuiltReport:
        """The report with what is wrong with many posts in one sentence for each kind."""
        by_kind: defaultdict[DifferenceKind, list[PostDifference]] = defaultdict(list)
        for one in self.of_posts:
            by_kind[one.kind].append(one)
        many = {kind: found for kind, found in by_kind.items() if len(found) > MOST_NAMED}
        collapsed = []
        for kind, found in many.items():
            paths = tuple(dict.fromkeys(one.diagnostic.path for one in found))
            message = _MANY_OF_A_KIND[kind].format(pages=number_of(len(paths), "page"))
            collapsed.append(SharedDifference(f"{message}; --json lists all", paths))
        few = tuple(one for one in self.of_posts if one.kind not in many)
        return BuiltReport(few, (*self.shared, *collapsed))


def report(comparisons: Iterable[Comparison]) -> BuiltReport:
    groups: defaultdict[tuple[str, str], list[Difference]] = defaultdict(list)
    of_posts: set[str] = set()
    making: set[PurePosixPath] = set()
    titled: list[PurePosixPath] = []
    count = 0
    for count, comparison in enumerate(comparisons, 1):  # noqa: B007 - the number of all
        of_posts |= comparison.of_post
        titled += [comparison.titled] if comparison.titled else []
        for one in comparison.differences:
            groups[one.kind, _subject(one)].append(one)
            making |= {one.path} if comparison.makes_words else set()
    own: list[PostDifference] = []
    shared: list[SharedDifference] = []
    for group in groups.values():
        is_of_theme = _is_of_theme(group, count, of_posts)
        found = group if is_of_theme else [one for one in group if not _is_made(one, making)]
        paths = tuple(sorted({one.path for one in found}))
        if len(paths) < FEWEST_SHARING:
            own += (
                PostDifference(Diagnostic(one.path, one.line, _message(one)), one.kind)
                for one in found
            )
        else:
            message = _shared_message(found[0], len(paths), is_of_theme=is_of_theme)
            shared.append(SharedDifference(message, paths))
    if len(titled) >= max(FEWEST_SHARING, MOST_PAGES * count):
        message = _TITLES.format(pages=number_of(len(titled), "page"))
        shared.append(SharedDifference(message, tuple(sorted(titled))))
    own.sort(key=lambda one: (one.diagnostic.path, one.diagnostic.line, one.diagnostic.message))
    shared.sort(key=lambda one: (-len(one.paths), one.message))
    return BuiltReport(tuple(own), tuple(shared))


def _subject(one: Difference) -> str:
    """What differences of one kind must have in common to be said once."""
    if one.kind in {"lacks-picture", "drawn-picture"} and not _FROM_ROOT.match(one.what):
        # Posts in folders of their own name their pictures alike.
        return posixpath.normpath(f"{one.path.parent}/{one.what}")
    return one.place or one.what


def _is_of_theme(group: Sequence[Difference], pages: int, of_posts: Collection[str]) -> bool:
    """Whether the theme puts what only pages have into most of them, beside the posts."""
    most = max(FEWEST_SHARING, MOST_PAGES * pages)
    is_added = group[0].kind in _ADDED and group[0].place not in of_posts
    return is_added and len({one.path for one in group}) >= most


def _is_made(one: Difference, making: Collection[PurePosixPath]) -> bool:
    """Whether template code of the source may have put this into the page."""
    return one.kind in _ADDED and one.path in making


def _message(one: Difference) -> str:
    """Continues a sentence whose subject is the post."""
    more = f" and in {number_of(one.places - 1, 'more place')}" if one.places > 1 else ""
    return _OF_ONE[one.kind].format(
        what=one.what,
        count=number_of(one.words, "word"),
        here=f"here{more}",
        more=f", and {one.places - 1} more" if one.places > 1 else "",
        inside=f" in {one.place}" if one.place else "",
        place=one.place,
    )


def _shared_message(one: Difference, posts: int, *, is_of_theme: bool) -> str:
    """A sentence about many posts."""
    pages = number_of(posts, "page")
    if one.place and one.kind not in _DROPPED:
        advice = _OF_THEME.format(place=one.place) if is_of_theme else ""
        return _IN_ONE_PLACE.format(pages=pages, what=one.what, place=one.place) + advice
    return _OF_MANY[one.kind].format(pages=pages, what=one.what, place=one.place)
