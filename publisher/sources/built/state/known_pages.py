"""Remember which pages are posts, and stop a run if a build seems to lack some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.folder import safety
from publisher.sources.built.state.memory import NAME, Changed, PostMemory

_MOST_SELECTORS = 20

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.config import Config
    from publisher.sources.built.state.memory import PageMemory, Selectors


class KnownPages:
    """Which pages were posts at the last run, and which are now."""

    def __init__(
        self,
        memory: PageMemory,
        paths: frozenset[PurePosixPath],
        pages: int,
        selectors: Selectors,
    ) -> None:
        """`pages` is how many the output has, and `selectors` are those of this run."""
        self._memory = memory
        self._paths = paths
        self._pages = pages
        self._selectors = selectors
        # The paths of other posts are those of their files.
        self._known = {path for path, row in memory.posts.items() if row.page == str(path)}

    def require_site(self, config: Config, *, may_lose_pages: bool) -> None:
        """Raise Unavailable or UnsafePlanError if the site seems to be built in part."""
        lost = sorted(self._known - self._paths)
        counts = safety.OutputCounts(
            pages=self._pages,
            pages_before=self._memory.pages if self._known else 0,
            known=len(self._known),
            lost=len(lost),
            posts=len(self._paths),
            found=len(self._paths),
        )
        safety.require_site(counts, config.posts.path, config.state / NAME)
        if not may_lose_pages:
            safety.require_pages(lost, len(self._known), config.posts.path)

    @property
    def earlier_selectors(self) -> tuple[Selectors, ...]:
        """The other selectors with which earlier runs have read the pages, the latest last."""
        return tuple(one for one in self._memory.selectors if one != self._selectors)

    def remember(self) -> None:
        """Write which pages there are, and with which selectors they are read.

        Raises LedgerError.
        """
        new = self._paths - self._known
        changed = {path: Changed(PostMemory(page=str(path))) for path in new}
        gone = self._memory.posts.keys() - self._paths
        selectors = (*self.earlier_selectors, self._selectors)[-_MOST_SELECTORS:]
        self._memory.write(changed, gone, self._pages, selectors)
