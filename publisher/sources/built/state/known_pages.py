"""Remember which pages are posts, and stop a run if a build seems to lack some of them."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.folder import safety
from publisher.sources.built.state.page_memory import NAME, Changed, PostMemory, Version

UNLISTED = "missing from the sitemap"
# What somebody runs who has removed several posts.
_REMOVED, _REMOVED_FROM_FEEDS = (
    "publisher publish --allow-retracts",
    "publisher build --allow-empty",
)
_MOST_SELECTORS = 20
_MOST_VERSIONS = 20  # of which a page is no edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import PurePosixPath

    from publisher.config import Config
    from publisher.sources.built.state.page_memory import PageMemory, Selectors


class LastPage(Struct, frozen=True):
    """The version of a page that goes out, and sources (`Post.source`) of which it is no edit.

    These are its own if it has no text, and that which an older version of this program read.
    """

    data: bytes
    alike: tuple[str, ...] = ()


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

    def require_site(self, config: Config) -> None:
        """Raise Unavailable if the site seems to be built in part."""
        counts = safety.OutputCounts(
            pages=self._pages,
            pages_before=self._memory.pages if self._known else 0,
            known=len(self._known),
            lost=len(self._known - self._paths),
            posts=len(self._paths),
            found=len(self._paths),
        )
        safety.require_site(counts, config.posts.path, config.state / NAME)

    def require_posts(
        self, no_posts: Mapping[PurePosixPath, str], missing_part: str, config: Config
    ) -> None:
        """Raise Unavailable or UnsafePlanError if too many posts are none any more.

        `no_posts` are the pages that are none now, and why. `missing_part` is a file of the sitemap
        that is not there.
        """
        lost = dict.fromkeys(self._known - self._paths, "")
        lost |= {path: why for path, why in no_posts.items() if self.was_post(path)}
        unlisted = sum(why == UNLISTED for why in lost.values())
        folder, way = config.posts.path, _REMOVED if config.xmpp else _REMOVED_FROM_FEEDS
        safety.require_sitemap_parts(missing_part, unlisted, folder, way)
        safety.require_pages(lost, len(self._known), folder, way)

    def require_sitemap(self, posts: Iterable[PurePosixPath], config: Config) -> None:
        """Raise Unavailable if these posts were none because of a sitemap that is gone."""
        unlisted = [path for path in posts if path in self._known and self._is_unlisted(path)]
        safety.require_sitemap(unlisted, config.posts.path, config.state / NAME)

    def url_of(self, stated: str, config: Config) -> str:
        """The URL of the site by its pages: the `stated` one, else that of the last run.

        Raises UnsafePlanError if the site was built for another one.
        """
        before, memory = self._memory.url, config.state / NAME
        safety.require_own_url(stated, before, config.site.url, config.posts.path, memory)
        return stated or before

    def was_post(self, path: PurePosixPath) -> bool:
        """Whether the page was a post at the last run."""
        return path in self._known and bool(self._memory.posts[path].digest)

    def _is_unlisted(self, path: PurePosixPath) -> bool:
        return self._memory.posts[path].reason == UNLISTED

    @property
    def earlier_selectors(self) -> tuple[Selectors, ...]:
        """The other selectors with which earlier runs have read the pages, the latest last."""
        return tuple(one for one in self._memory.selectors if one != self._selectors)

    @property
    def has_same_selectors(self) -> bool:
        """Whether the last run has read the pages with the selectors of this one."""
        return self._memory.selectors[-1:] == (self._selectors,)

    def changed(self, versions: Mapping[PurePosixPath, bytes]) -> list[PurePosixPath]:
        """Those of the posts that went out before in another version than these."""
        return [
            path
            for path, data in versions.items()
            if self.was_post(path) and self._memory.posts[path].digest != _digest(data)
        ]

    def last(self, path: PurePosixPath) -> bytes | None:
        """The version of a page that went out last; None if none is known. Raises LedgerError."""
        version = self._memory.version(path) if self.was_post(path) else None
        return version.file if version else None

    def hidden(self, path: PurePosixPath) -> bytes | None:
        """The last version of a page that was no post at the last run. Raises LedgerError.

        None if it never was one.
        """
        if path not in self._known or self.was_post(path):
            return None
        version = self._memory.version(path)
        return version.file if version else None

    def alike(self, path: PurePosixPath) -> frozenset[str]:
        """The sources (`Post.source`) of which the post of a page is no edit."""
        return frozenset(self._memory.posts[path].alike) if path in self._known else frozenset()

    def remember(
        self,
        versions: Mapping[PurePosixPath, LastPage],
        no_posts: Mapping[PurePosixPath, str],
        url: str,
    ) -> None:
        """Write which pages there are, and with which selectors they are read.

        `versions` are those that go out, and `no_posts` the pages that are none, and why; of the
        other pages the last version stays. `url` is that of `PageMemory`. Raises LedgerError.
        """
        new = self._paths - self._known
        changed = {path: Changed(PostMemory(page=str(path))) for path in new}
        for path, version in versions.items():
            row = self._memory.posts[path] if path in self._known else PostMemory()
            digest = _digest(version.data)
            alike = tuple(dict.fromkeys((*row.alike, *version.alike)))[-_MOST_VERSIONS:]
            if (row.digest, row.alike, row.reason) != (digest, alike, ""):
                memory = PostMemory(page=str(path), digest=digest, alike=alike)
                changed[path] = Changed(memory, Version(version.data, None))
        for path, why in no_posts.items():
            memory = PostMemory(page=str(path), reason=why)
            if path in new or self._memory.posts[path] != memory:
                changed[path] = Changed(memory)
        gone = self._memory.posts.keys() - self._paths
        selectors = (*self.earlier_selectors, self._selectors)[-_MOST_SELECTORS:]
        self._memory.write(changed, gone, self._pages, selectors, url=url)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
