"""What earlier runs have made of the pages that are posts."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import EarlierReadings
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.shown_page import source_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from publisher.sources.built.bodies.body import Extracted
    from publisher.sources.built.pages.page_dates import PageDates
    from publisher.sources.built.read_pages import ReadPage, ReadPages
    from publisher.sources.built.shown_page import ShownPage
    from publisher.sources.built.state.known_pages import KnownPages


class EarlierPages:
    """How runs with other selectors, or another version of this program, have read the pages.

    Nobody has edited the post of a page that is the same by the selectors of such a run, or that
    shows its text for the first time. `older` has the sources that `older_source` returns.
    """

    def __init__(
        self,
        pages: ReadPages,
        shown: Iterable[ShownPage],
        dates: Mapping[PurePosixPath, PageDates],
        known: KnownPages,
        dates_of_path: Callable[[PurePosixPath], PageDates | None],
        *,
        older: Mapping[PurePosixPath, str],
    ) -> None:
        self._pages = pages
        self._shown = {one.path: one for one in shown}
        self._dates = dates
        self._known = known
        self._dates_of_path = dates_of_path
        self._older = older

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
        sources |= {self._older[path]} if path in self._older else set()
        return EarlierReadings(
            sources | self._known.alike(path),
            frozenset(text_of(body) for body in bodies if body),
        )


def older_source(shown: ShownPage, last: ReadPage, found: PageDates) -> str:
    """The source of the version that went out last if only this program reads it otherwise now.

    That is so if today's rules make today's body of the one that was taken then. Empty if not.
    """
    now, before = shown.page.extracted, last.extracted
    if now is None or before is None or now.hash == before.hash or _reread(before) != now.hash:
        return ""
    return source_of(replace(shown, page=last), found)


def _reread(body: Extracted) -> str:
    """The hash of a body when today's rules extract it once more; empty if they find none."""
    try:
        page = parse(f"<html><body>{body.html}</body></html>".encode(errors="replace"), _NO_PATH)
    except PageError:
        return ""
    again = extract(page, ("body",), ())
    return again.hash if again else ""


_NO_PATH = PurePosixPath()
