"""Find the files of the site that URLs in posts refer to. Opens no file."""

from __future__ import annotations

import itertools
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from publisher.system.symlinks import LinkError, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePosixPath
    from urllib.parse import SplitResult

_PORTS = {"http": 80, "https": 443}
# The folders whose content engines copy to the root of the site.
ROOTS = ("", "static", "public", "content", "src", "assets", "files", "images", "source", "_site")


@dataclass(frozen=True, slots=True)
class Files:
    """The files in the folders of the posts and the site, whose URL is `root`.

    `reach` decides which symbolic links are followed. In the methods `written` is a URL as it
    stands in a post, `absolute` the same one resolved, and `post` the path of the post.
    """

    posts: Path
    site: Path
    root: str
    reach: Reach
    _exists: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, written: str, absolute: str, post: PurePosixPath) -> Path | None:
        """The file that a URL in a post refers to: on the site, or beside the post.

        None if there is no such file, or it lies behind a link that is not followed.
        """
        file = self._first(written, absolute, post)
        try:
            return self.reach.reached(file) if file else None
        except LinkError:
            return None

    def refusal(self, written: str, absolute: str, post: PurePosixPath) -> str:
        """A sentence that says why the file is not read, because of a symbolic link, else empty."""
        file = self._first(written, absolute, post)
        reason = self.reach.refusal(file) if file else ""
        return f"{file} {reason}" if reason else ""

    def _first(self, written: str, absolute: str, post: PurePosixPath) -> Path | None:
        names = (_name(written), written.strip("/"))  # authors write a name, too, as it is
        beside = (self._beside(name, post) for name in dict.fromkeys(names))
        candidates = itertools.chain(self._on_site(absolute), *beside)
        return next((file for file in candidates if _is_file(file)), None)

    def is_file(self, written: str, absolute: str, post: PurePosixPath) -> bool:
        """Whether a URL, which is no name of a file as it is written, names a file."""
        beside = self._beside(_name(written), post)
        return any(map(_is_file, itertools.chain(self._on_site(absolute), beside)))

    def has(self, written: str, absolute: str, post: PurePosixPath) -> bool:
        """Whether the file exists, or a source from which the site builds such a page."""
        # Posts link to the same pages again and again, so the site is searched once per page.
        if absolute not in self._exists:
            self._exists[absolute] = any(map(_exists, self._on_site(absolute, pages=True)))
        return self._exists[absolute] or any(map(_exists, self._beside(_name(written), post)))

    def is_ours(self, absolute: str) -> bool:
        """Whether a URL is below the site's URL, with http or https."""
        return _is_below(absolute, self.root)

    def _on_site(self, absolute: str, *, pages: bool = False) -> Iterator[Path]:
        if not self.is_ours(absolute):
            return
        path = urlsplit(absolute).path.removeprefix(urlsplit(self.root).path)
        name = unquote(path).strip("/")
        page_names = (f"{name}/index.html", f"{name}.html", f"{name}.md") if pages else ()
        for root in ROOTS:
            for candidate in (name, *page_names):
                yield from _below(self.site / root, candidate)

    def _beside(self, name: str, post: PurePosixPath) -> Iterator[Path]:
        folder_of_post = self.posts / post.parent
        for folder in (folder_of_post, folder_of_post / post.stem, self.posts):
            if name:
                yield from _below(folder, name)


@dataclass(frozen=True, slots=True)
class BuiltFiles:
    """The files in the folder into which the site is built, whose URL is `root`.

    What a URL of the site shows is there or nowhere, wherever its source lies.
    """

    folder: Path
    root: str
    _found: dict[str, Path | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def find(self, absolute: str) -> Path | None:
        """The file or the page that a server shows for a URL of the site; None without one."""
        if absolute not in self._found:
            self._found[absolute] = next(filter(_is_file, self._candidates(absolute)), None)
        return self._found[absolute]

    def lacks(self, absolute: str) -> bool:
        """Whether a URL is one of the site, and shows nothing."""
        return _is_below(absolute, self.root) and self.find(absolute) is None

    def has_at_root(self, absolute: str) -> bool:
        """Whether a URL would be that of a file if the site were at the root of its host."""
        root = urljoin(self.root, "/")
        is_beside = _is_below(absolute, root) and not _is_below(absolute, self.root)
        return is_beside and BuiltFiles(self.folder, root).find(absolute) is not None

    def readable(self, absolute: str) -> Path | None:
        """The same as `find`, but None if a symbolic link leads to it out of the folder."""
        file = self.find(absolute)
        try:
            return self._reach.reached(file) if file else None
        except LinkError:
            return None

    @property
    def _reach(self) -> Reach:
        return Reach((self.folder,), (self.folder,), f"outside of {self.folder}")

    def _candidates(self, absolute: str) -> Iterator[Path]:
        if _is_below(absolute, self.root):
            path = urlsplit(absolute).path.removeprefix(urlsplit(self.root).path)
            name = unquote(path).strip("/")
            for candidate in (name, f"{name}/index.html", f"{name}.html"):
                yield from _below(self.folder, candidate.lstrip("/"))


def authority(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port of a URL; the port is None if it is the default (RFC 3986 section 6.2.3)."""
    try:
        port = parts.port
    except ValueError:
        # No other URL has this port, so the URL is never one of the site.
        return None, -1
    return parts.hostname, None if port == _PORTS.get(parts.scheme) else port


def _name(written: str) -> str:
    """The name of the file in a relative URL."""
    return unquote(written.partition("#")[0].partition("?")[0]).strip("/")


def _is_below(absolute: str, root: str) -> bool:
    own, other = urlsplit(root), urlsplit(absolute)
    return authority(own) == authority(other) and other.path.startswith(own.path)


def _below(folder: Path, name: str) -> Iterator[Path]:
    """The path of the name in the folder, unless `..` leads out of it."""
    normal = posixpath.normpath(name)
    if not normal.startswith(("..", "/")):
        yield folder / normal


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # the name is too long or has a null character
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
