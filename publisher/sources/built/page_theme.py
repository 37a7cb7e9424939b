"""Refuse a new theme that puts its own words into the texts of posts that are pages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.errors import UnsafePlanError
from publisher.sources.built.added_elements import has_made_title
from publisher.sources.built.bodies.added_words import AddedWords, added_words
from publisher.sources.built.bodies.shared_words import longest_shared, quoted
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path, PurePosixPath

FEWEST_PAGES = 5  # that tell something about a theme
_NEARLY_ALL = 0.9  # of them
# As many pages that have got their titles and the same words together are the work of a theme.
_FEWEST_TITLED = 3
_FEWEST_WORDS = 5
# On a smaller site, all pages must have got this many words that follow each other.
_FEWEST_OF_ALL = 2
_FEWEST_WORDS_OF_ALL = 3
_TITLE = "the title of the post"


class ChangedPage(Struct, frozen=True):
    """The words of the body of a page, now and when its post went out last.

    `body` is that of now, as HTML.
    """

    path: PurePosixPath
    title: str | None
    last: tuple[str, ...]
    current: tuple[str, ...]
    body: str = ""


class _Grown(Struct, frozen=True):
    """A changed page and what stands around its text now."""

    page: ChangedPage
    added: AddedWords

    @property
    def is_titled(self) -> bool:
        """Whether the title stands above the text."""
        return self.added.titles(self.page.title) > 0

    @property
    def is_titled_by_template(self) -> bool:
        """Whether a template put it there."""
        page, before = self.page, len(self.added.before)
        return self.is_titled and has_made_title(page.body, before, page.title)


def may_be_new(changed: int) -> bool:
    """Whether enough pages have changed to tell whether the theme is new."""
    return changed >= _FEWEST_OF_ALL


def require_known_theme(
    changed: Sequence[ChangedPage], pages: int, memory: Path, *, has_nodes: bool
) -> None:
    """Raise UnsafePlanError if the pages show more words around their texts, as of a theme.

    `changed` are those of the `pages` with a text that have changed, by the same selectors.
    `memory` is the file that remembers the pages. The title counts if nearly all of the changed
    pages show it: a theme may come in several builds, and no author writes it above the text of
    several posts. He may well write the same note into several.
    """
    grown = [_Grown(page, added_words(page.current, page.last)) for page in changed]
    if found := _of_theme(grown, pages):
        examples, what = found
        way = ", and run `publisher publish --no-notify`" if has_nodes else ", and run again"
        raise UnsafePlanError(
            f"{_number(len(examples), pages)} show {what} in the text of their post, and "
            f"did not before, e.g. {examples[0].page.path}; nothing was built or sent. The theme "
            "seems to have changed: correct posts.body, or list what is no text in posts.drop. If "
            f"readers should get that, move {memory} away{way}"
        )


def _of_theme(grown: Sequence[_Grown], pages: int) -> tuple[Sequence[_Grown], str] | None:
    """The pages that show a new theme, and what they show of it; None if none do."""
    titled = [one for one in grown if one.is_titled]
    if len(grown) >= FEWEST_PAGES:
        found = _of_many(grown, titled, pages)
    else:
        found = _of_few(grown, titled, pages)
    return found or _in_part(titled)


def _of_many(
    grown: Sequence[_Grown], titled: Sequence[_Grown], pages: int
) -> tuple[Sequence[_Grown], str] | None:
    """Pages whose texts cannot be found, e.g. a picture, do not count: nothing is around them."""
    judged = [one for one in grown if one.added.is_found]
    if len(judged) < FEWEST_PAGES:
        return None
    shared = _shared(judged) if _are_nearly_all(len(grown), pages) else ()
    if shared:
        return _first_with(shared, judged), quoted(shared)
    return (judged, _TITLE) if len(titled) >= _NEARLY_ALL * len(judged) else None


def _of_few(
    grown: Sequence[_Grown], titled: Sequence[_Grown], pages: int
) -> tuple[Sequence[_Grown], str] | None:
    """All pages must show it: of so few, an author may well edit nearly all."""
    if len(grown) < max(_FEWEST_OF_ALL, pages):
        return None
    shared = _shared(grown)
    if len(shared) >= _FEWEST_WORDS_OF_ALL:
        return grown, quoted(shared)
    return (grown, _TITLE) if len(titled) == len(grown) else None


def _in_part(titled: Sequence[_Grown]) -> tuple[Sequence[_Grown], str] | None:
    """The pages that have got their titles and the same sentence; the others may be built later.

    Without a sentence, a template must have made the titles: of a few posts, an author may have
    written them above the texts.
    """
    if len(titled) < _FEWEST_TITLED:
        return None
    shared = _shared(titled)
    if len(shared) >= _FEWEST_WORDS:
        return titled, f"{_TITLE} and {quoted(shared)}"
    made = [one for one in titled if one.is_titled_by_template]
    return (made, _TITLE) if len(made) >= _FEWEST_TITLED else None


def _shared(grown: Sequence[_Grown]) -> Sequence[str]:
    pieces = [((True, one.added.before), (False, one.added.behind)) for one in grown]
    return longest_shared(pieces, share=_NEARLY_ALL)


def _first_with(run: Sequence[str], grown: Sequence[_Grown]) -> Sequence[_Grown]:
    """The pages, with one first that shows these words."""
    return sorted(grown, key=lambda one: not one.added.shows(run))


def _are_nearly_all(changed: int, pages: int) -> bool:
    """Whether so many pages have changed; one may have its own layout."""
    return changed >= min(_NEARLY_ALL * pages, pages - 1)


def _number(changed: int, pages: int) -> str:
    if changed == pages < FEWEST_PAGES:
        return f"all {number_of(pages, 'page')}"
    if _are_nearly_all(changed, pages):
        return f"nearly all of {number_of(pages, 'page')}"
    return f"{changed} of {number_of(pages, 'page')}"
