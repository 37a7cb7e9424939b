"""Refuse a new theme that puts its own words into the texts of posts that are pages. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import UnsafePlanError
from publisher.sources.built.bodies.added_words import added_words
from publisher.sources.built.pages.words import words
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path, PurePosixPath

FEWEST_PAGES = 5  # that tell something about a theme
_NEARLY_ALL = 0.9  # of them
_SHOWN = 8  # words in a message


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """The words of the body of a page, now and when its post went out last."""

    path: PurePosixPath
    title: str | None
    last: tuple[str, ...]
    current: tuple[str, ...]


def may_be_new(changed: int) -> bool:
    """Whether enough pages have changed to tell whether the theme is new."""
    return changed >= FEWEST_PAGES


def require_known_theme(changed: Sequence[ChangedPage], pages: int, memory: Path) -> None:
    """Raise UnsafePlanError if nearly all of the pages show more words around their texts.

    `changed` are those of the `pages` with a text that have changed, by the same selectors.
    `memory` is the file that remembers the pages. The title counts if nearly all of the changed
    pages show it: a theme may come in several builds, and no author writes it above the text of
    several posts. He may well write the same note into several.
    """
    if not may_be_new(len(changed)):
        return
    added = [(page, added_words(page.current, page.last)) for page in changed]
    counted: Counter[tuple[bool, str]] = Counter()
    titled = 0
    for page, found in added:
        titled += _holds(found.before, tuple(words(page.title or "")))
        counted.update({(True, word) for word in found.before})
        counted.update({(False, word) for word in found.behind})
    example, first = added[0]
    ordered = [*((True, word) for word in first.before), *((False, word) for word in first.behind)]
    shared = [key[1] for key in ordered if counted[key] >= _NEARLY_ALL * len(changed)]
    if not _are_nearly_all(len(changed), pages):
        shared = []
    what = f'"{" ".join(shared[:_SHOWN])}"' if shared else "the title of the post"
    if shared or titled >= _NEARLY_ALL * len(changed):
        raise UnsafePlanError(
            f"{_number(len(changed), pages)} show {what} in the text of their post, and "
            f"did not before, e.g. {example.path}; nothing was built or sent. The theme seems to "
            "have changed: correct posts.body, or list what is no text in posts.drop. If "
            f"readers should get that, move {memory} away, and run `publisher publish --no-notify`"
        )


def _are_nearly_all(changed: int, pages: int) -> bool:
    """Whether so many pages have changed; one may have its own layout."""
    return changed >= min(_NEARLY_ALL * pages, pages - 1)


def _number(changed: int, pages: int) -> str:
    if _are_nearly_all(changed, pages):
        return f"nearly all of {number_of(pages, 'page')}"
    return f"{changed} of {number_of(pages, 'page')}"


def _holds(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    starts = range(len(text) - len(part) + 1)
    return bool(part) and any(text[at : at + len(part)] == part for at in starts)
