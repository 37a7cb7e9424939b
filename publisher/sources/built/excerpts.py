"""Refuse pages of a theme that cuts the texts of posts. Pure.

Feeds with excerpts, and a link to read on, look like those of a site that always had them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from publisher.errors import UnsafePlanError
from publisher.sources.built.bodies.accept import percent
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath

    from publisher.sources.built.page_theme import ChangedPage
    from publisher.sources.built.state.conclusion import Look

_FEWEST_PAGES = 3  # that are cut
_FEWEST_SHORTENED, _NEARLY_ALL = 5, 0.9  # where pages are the posts
_FEWEST_WORDS = 10  # of a text that says something about the theme
_LEAST_KEPT = 0.9  # of the words of a post that its page showed before


def require_whole_texts(looks: Iterable[Look], memory: Path) -> None:
    """Raise UnsafePlanError if half of the pages that were written again show less of their posts.

    Posts that were edited do not count, nor pages that stayed as they are: there a person changed
    posts.body or posts.drop. Short posts may be whole where a theme cuts the others.

    `memory` is the file that remembers the pages.
    """
    kept = {
        look.page: look.opened.kept_words
        for look in looks
        if not look.is_edited and _is_rewritten(look) and look.opened.kept_words[1] >= _FEWEST_WORDS
    }
    cut = [page for page, (now, before) in kept.items() if now < _LEAST_KEPT * before]
    if len(cut) >= _FEWEST_PAGES and 2 * len(cut) >= len(kept):
        raise _refused(cut[0], kept[cut[0]], len(cut), memory)


def require_whole_pages(changed: Iterable[ChangedPage], memory: Path) -> None:
    """Raise UnsafePlanError if nearly all of the pages that have changed show less than before.

    They are posts (`posts.pages`), so nothing else tells of an edit; but nobody shortens so many.
    """
    kept = {
        page.path: ((Counter(page.last) & Counter(page.current)).total(), len(page.last))
        for page in changed
        if len(page.last) >= _FEWEST_WORDS
    }
    cut = [page for page, (now, before) in kept.items() if now < _LEAST_KEPT * before]
    if len(cut) >= _FEWEST_SHORTENED and len(cut) >= _NEARLY_ALL * len(kept):
        raise _refused(cut[0], kept[cut[0]], len(cut), memory)


def _is_rewritten(look: Look) -> bool:
    """Whether the bytes of the page are others than those that were read before."""
    before, now = (one.rpartition(":")[2] for one in (look.row.digest, look.digest))
    return bool(before) and before != now


def _refused(
    page: PurePosixPath, kept: tuple[int, int], count: int, memory: Path
) -> UnsafePlanError:
    return UnsafePlanError(
        f"{number_of(count, 'page')} that were built again show only a part of the text that they "
        f"showed before, although nobody seems to have edited the posts; e.g. {page} shows "
        f"{percent(*kept)} of it. Nothing was built or sent. If the theme of the site cuts the "
        "texts now, let it show them whole, or set posts.body to an element that does. If readers "
        f"should get the parts from now on, move {memory} away once"
    )
