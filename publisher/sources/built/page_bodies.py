"""The bodies of posts that are made of built pages, and what later runs must know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.post import BuiltBody, BuiltFile, PageHash, PagesReport, Post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.folder.home_links import HomeLinks
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.page_versions import PageVersion
    from publisher.sources.built.read_pages import ReadPages
    from publisher.sources.built.state.known_pages import KnownPages, LastPage


class PageBodies:
    """The bodies of posts that are pages, as `post.BuiltBodies`."""

    def __init__(
        self,
        bodies: Mapping[PurePosixPath, BuiltBody],
        known: KnownPages,
        pages: ReadPages,
        home_links: HomeLinks,
        output: OutputFolder,
        *,
        versions: Mapping[PurePosixPath, PageVersion],
        last: Mapping[PurePosixPath, LastPage],
        no_posts: Mapping[PurePosixPath, str],
        report: PagesReport,
        url: str,
    ) -> None:
        """`url` is that of the site by its pages, empty if it is unknown."""
        self._bodies = bodies
        self._output = output
        self._known = known
        self._pages = pages
        self._home_links = home_links
        self._versions = versions
        self._last = last
        self._no_posts = no_posts
        self.report = report
        self._url = url

    def hash_of(self, post: Post) -> PageHash:
        """Return no hash: what a page shows is in the fingerprint of its post already.

        The version that goes out may be older than the item at a node.
        """
        version = self._versions.get(post.path)
        if version is None:
            return PageHash()
        return PageHash(
            waits=version.stays, is_textless=bool(version.refusal) and not version.stays
        )

    def of(self, post: Post) -> BuiltBody | None:
        return self._bodies.get(post.path)

    def page_of(self, post: Post) -> BuiltFile | None:
        try:
            return BuiltFile(post.path, self._output.read(post.path))
        except OSError:
            return None

    def remember(self) -> None:
        """Write what later runs must know. Raises LedgerError."""
        self._known.remember(self._last, self._no_posts, self._url)
        self._pages.write()
        self._home_links.write()
