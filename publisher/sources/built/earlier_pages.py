"""What earlier runs have made of the pages that are posts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.post import EarlierReadings
from publisher.sources.built.shown_page import source_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.pages.dates import PageDates
    from publisher.sources.built.read_pages import ReadPages
    from publisher.sources.built.shown_page import ShownPage
    from publisher.sources.built.state.known_pages import KnownPages


class EarlierPages:
    """How runs with other selectors have read the pages as they are now.

    Nobody has edited the post of a page that is the same by the selectors of such a run, or that
    shows its text for the first time.
    """

    def __init__(
        self,
        pages: ReadPages,
        shown: Iterable[ShownPage],
        dates: Mapping[PurePosixPath, PageDates],
        known: KnownPages,
        dates_of_path: Callable[[PurePosixPath], PageDates | None],
    ) -> None:
        self._pages = pages
        self._shown = {one.path: one for one in shown}
        self._dates = dates
        self._known = known
        self._dates_of_path = dates_of_path

    def of(self, path: PurePosixPath) -> EarlierReadings:
        """The sources and the texts of the post of a page, which is opened for it."""
        shown, found = self._shown.get(path), self._dates.get(path)
        if not (shown and found):
            return EarlierReadings()
        selectors = self._known.earlier_selectors
        bodies = self._pages.bodies(path, selectors) if selectors else ()
        pages = (replace(shown.page, extracted=body) for body in bodies)
        sources = frozenset(source_of(replace(shown, page=page), found) for page in pages)
        of_path = self._dates_of_path(path)
        if of_path:  # as long as the page stated no date
            sources |= {source_of(shown, of_path)}
        return EarlierReadings(
            sources | self._known.without_text(path),
            frozenset(text_of(body) for body in bodies if body),
        )
