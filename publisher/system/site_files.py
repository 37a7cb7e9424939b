"""The site's files, as addresses in posts name them. Looks, and opens nothing."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.system.symlinks import LinkError, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePosixPath
    from urllib.parse import SplitResult

_PORTS = {"http": 80, "https": 443}
# Where engines keep what they copy to the site's root.
ROOTS = ("", "static", "public", "content", "src", "assets", "files", "images", "source", "_site")


@dataclass(frozen=True, slots=True)
class Files:
    """`posts` is the folder of the posts, `site` that of the site, `root` the site's address.

    `reach` says which symbolic links are followed.
    """

    posts: Path
    site: Path
    root: str
    reach: Reach
    _seen: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, written: str, absolute: str, post: PurePosixPath) -> Path | None:
        """The file that a post means: below the site's address, or beside the post.

        None if there is none, or it lies behind a link that is not followed.
        """
        file = self._first(written, absolute, post)
        try:
            return self.reach.reached(file) if file else None
        except LinkError:
            return None

    def refusal(self, written: str, absolute: str, post: PurePosixPath) -> str:
        """Why the file that a post means is not read, in a sentence; empty if it is, or missing."""
        file = self._first(written, absolute, post)
        reason = self.reach.refusal(file) if file else ""
        return f"{file} {reason}" if reason else ""

    def _first(self, written: str, absolute: str, post: PurePosixPath) -> Path | None:
        places = (*self._on_site(absolute), *self._beside(written, post))
        return next((file for file in places if _is_file(file)), None)

    def has(self, written: str, absolute: str, post: PurePosixPath) -> bool:
        """Whether there is such a file, or what a page could be made of.

        Posts link to the same pages again and again, so the site is asked once for each.
        """
        if absolute not in self._seen:
            self._seen[absolute] = any(map(_is_there, self._on_site(absolute, pages=True)))
        return self._seen[absolute] or any(map(_is_there, self._beside(written, post)))

    def is_ours(self, absolute: str) -> bool:
        """Whether an address is below the site's, by http or https."""
        own, other = urlsplit(self.root), urlsplit(absolute)
        return place(own) == place(other) and other.path.startswith(own.path)

    def _on_site(self, absolute: str, *, pages: bool = False) -> Iterator[Path]:
        if not self.is_ours(absolute):
            return
        path = urlsplit(absolute).path.removeprefix(urlsplit(self.root).path)
        below = unquote(path).strip("/")
        more = (f"{below}/index.html", f"{below}.html", f"{below}.md") if pages else ()
        for root in ROOTS:
            for name in (below, *more):
                yield from _below(self.site / root, name)

    def _beside(self, written: str, post: PurePosixPath) -> Iterator[Path]:
        beside = unquote(written.partition("#")[0].partition("?")[0]).strip("/")
        here = self.posts / post.parent
        for folder in (here, here / post.stem, self.posts):
            if beside:
                yield from _below(folder, beside)


def place(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port of an address, the same however it is written (RFC 3986 section 6.2.3)."""
    try:
        port = parts.port
    except ValueError:
        return None, -1
    return parts.hostname, None if port == _PORTS.get(parts.scheme) else port


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
