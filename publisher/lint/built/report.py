"""Say in plain words how the posts and the pages of a site differ. Pure.

What many posts have in common is no fault of theirs: it comes from the theme or from a shortcode.
It is said once, with the number of posts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.post import Diagnostic
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import PurePosixPath

    from publisher.lint.built.differences import Difference, DifferenceKind

FEWEST_SHARING = 3  # posts

_OF_ONE: Mapping[DifferenceKind, str] = {
    "lacks-words": 'its page lacks {count} that the source has {here}: "{what}"',
    "has-words": 'its page has {count}{inside} that the source lacks: "{what}"',
    "lacks-picture": "its page lacks the picture {what}",
    "has-picture": "its page has a picture that the source lacks{more}: {what}",
    "lacks-code": 'its page lacks the code {here}: "{what}"',
    "template-tags": (
        'its page lacks template tags of the code {here}: "{what}"; the site evaluates them unless '
        "you put {{% raw %}} around the code, or what your engine has in its place"
    ),
    "entities": 'its page shows entities such as &lt; in the code {here}: "{what}"',
    "quotes": 'its page has typographic quotes or dashes in the code {here}: "{what}"',
    "lines": 'its page has the code {here} on one line: "{what}"',
}
_OF_MANY: Mapping[DifferenceKind, str] = {
    "lacks-words": '{pages} lack words that the sources have: "{what}"',
    "has-words": '{pages} have words that the sources lack: "{what}"',
    "lacks-picture": "{pages} lack the picture {what}",
    "has-picture": "{pages} have a picture that the sources lack: {what}",
    "lacks-code": '{pages} lack this code: "{what}"',
    "template-tags": '{pages} lack template tags of this code: "{what}"',
    "entities": '{pages} show entities such as &lt; in this code: "{what}"',
    "quotes": '{pages} have typographic quotes or dashes in this code: "{what}"',
    "lines": '{pages} have this code on one line: "{what}"',
}
_IN_ONE_PLACE = (
    '{pages} have words in {place} that the sources lack, e.g. "{what}"; if readers should not get '
    'them, add "{place}" to posts.drop'
)


@dataclass(frozen=True, slots=True)
class SharedDifference:
    """A difference that several posts have, in the order of their paths."""

    message: str
    paths: tuple[PurePosixPath, ...]


@dataclass(frozen=True, slots=True)
class BuiltReport:
    """The differences of a site: of single posts, and those that several of them share.

    The shared ones are those of most posts first.
    """

    of_posts: tuple[Diagnostic, ...] = ()
    shared: tuple[SharedDifference, ...] = ()


def report(differences: Iterable[Difference]) -> BuiltReport:
    groups: defaultdict[tuple[str, str], list[Difference]] = defaultdict(list)
    for one in differences:
        groups[one.kind, one.place or one.what].append(one)
    own: list[Diagnostic] = []
    shared: list[SharedDifference] = []
    for group in groups.values():
        paths = tuple(sorted({one.path for one in group}))
        if len(paths) < FEWEST_SHARING:
            own += (Diagnostic(one.path, one.line, _message(one)) for one in group)
        else:
            shared.append(SharedDifference(_shared_message(group[0], len(paths)), paths))
    own.sort(key=lambda one: (one.path, one.line, one.message))
    shared.sort(key=lambda one: (-len(one.paths), one.message))
    return BuiltReport(tuple(own), tuple(shared))


def _message(one: Difference) -> str:
    """Continues a sentence whose subject is the post."""
    more = f" and in {number_of(one.places - 1, 'more place')}" if one.places > 1 else ""
    return _OF_ONE[one.kind].format(
        what=one.what,
        count=number_of(one.words, "word"),
        here=f"here{more}",
        more=f", and {one.places - 1} more" if one.places > 1 else "",
        inside=f" in {one.place}" if one.place else "",
    )


def _shared_message(one: Difference, posts: int) -> str:
    """A sentence about many posts."""
    pages = number_of(posts, "page")
    if one.place:
        return _IN_ONE_PLACE.format(pages=pages, what=one.what, place=one.place)
    return _OF_MANY[one.kind].format(pages=pages, what=one.what)
