"""The site's files, as addresses in posts name them. Looks, and opens nothing."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePosixPath

# Where engines keep what they copy to the site's root.
ROOTS = ("", "static", "public", "content", "src", "assets", "files", "images", "source", "_site")


@dataclass(frozen=True, slots=True)
class Files:
    """`posts` is the folder of the posts, `site` that of the site, `root` the site's address."""

    posts: Path
    site: Path
    root: str

    def find(self, written: str, absolute: str, post: PurePosixPath) -> Path | None:
        """The file that a post means: below the site's address, or beside the post."""
        return next(
            (file for file in self._places(written, absolute, post) if _is_file(file)), None
        )

    def has(self, written: str, absolute: str, post: PurePosixPath) -> bool:
        """Whether there is such a file, or what a page could be made of."""
        return any(map(_is_there, self._places(written, absolute, post, pages=True)))

    def is_ours(self, absolute: str) -> bool:
        """Whether an address is below the site's."""
        own, other = urlsplit(self.root), urlsplit(absolute)
        return own.netloc == other.netloc and other.path.startswith(own.path)

    def _places(
        self, written: str, absolute: str, post: PurePosixPath, *, pages: bool = False
    ) -> Iterator[Path]:
        if self.is_ours(absolute):
            path = urlsplit(absolute).path.removeprefix(urlsplit(self.root).path)
            below = unquote(path).strip("/")
            more = (f"{below}/index.html", f"{below}.html", f"{below}.md") if pages else ()
            for root in ROOTS:
                for name in (below, *more):
                    yield from _below(self.site / root, name)
        beside = unquote(written.partition("#")[0].partition("?")[0]).strip("/")
        here = self.posts / post.parent
        for folder in (here, here / post.stem, self.posts):
            if beside:
                yield from _below(folder, beside)


def _below(folder: Path, name: str) -> Iterator[Path]:
    """Never above the folder, whatever the name says."""
    normal = posixpath.normpath(name)
    if not normal.startswith(("..", "/")):
        yield folder / normal


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
