"""The output folder of the site's generator: which pages it has, and which file a URL shows."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from html import unescape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from publisher.sources.built.folder.sitemap import Sitemap, read_sitemap
from publisher.sources.built.pages.page import MAX_SIZE
from publisher.sources.built.pages.page_url import HOME, INDEXES, SUFFIXES, url_path, url_paths
from publisher.system.symlinks import Reach, open_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.sources.built.folder.home_links import HomeLinks

_MAX_INODE = 2**63 - 1  # that SQLite stores; some file systems have larger ones
_FEEDS = (".atom", ".rss", ".xml")
_MAX_FEEDS = 20
_MAX_INDEXES = 10
_FEED_LINK = re.compile(
    r"""<link>\s*(?:<!\[CDATA\[)?\s*(https?:[^<>\s\]]+)|<link\s[^<>]*?\bhref=["'](https?:[^"'<>]+)"""
)
_LINK = re.compile(r"""<a\s[^<>]*?\bhref\s*=\s*["']?([^"'\s<>#?]+)""", re.IGNORECASE)


class Signature(NamedTuple):
    """What changes when a file is written: its times in nanoseconds, its bytes, its inode.

    A generator may give all pages a time of modification of its own choice, e.g. that of a commit.
    The inode and the time at which the file system changed the file tell such a page from the one
    before. They change, too, if the same file is copied or checked out again.
    """

    mtime_ns: int
    size: int
    inode: int = 0
    ctime_ns: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        inode = status.st_ino & _MAX_INODE
        return cls(status.st_mtime_ns, status.st_size, inode, status.st_ctime_ns)

    def written(self) -> Signature:
        """The signature without what changes, too, if the file is copied."""
        return Signature(self.mtime_ns, self.size)


@dataclass(frozen=True)
class OutputFolder:
    """The folder, which is the root of `site_url`. Paths of pages are relative to it.

    `ours` are the files that publisher itself writes; they are no pages of the site. A symbolic
    link is followed only if it ends inside the folder. The folder is listed once. `home_links`
    spares runs to read the home page.
    """

    folder: Path
    site_url: str
    ours: Collection[Path] = ()
    home_links: HomeLinks | None = None

    @cached_property
    def _reach(self) -> Reach:
        advice = f"outside of {self.folder}"
        return Reach((self.folder,), (self.folder,), advice)

    @cached_property
    def _ours(self) -> frozenset[str]:
        return frozenset(map(os.path.realpath, self.ours))

    def pages(self) -> Mapping[PurePosixPath, Signature]:
        """All pages in the order of their paths. Raises OSError if the folder cannot be listed."""
        return self._pages

    @cached_property
    def _pages(self) -> dict[PurePosixPath, Signature]:
        return dict(self._entries)

    @cached_property
    def stamp(self) -> int:
        """A number of 56 bits that is another one when the site was built again.

        A generator may give all pages a time of its own choice, e.g. that of a commit, but not the
        time at which the file system changed them. Raises OSError as `pages`.
        """
        found = blake2b(digest_size=7)
        for path, signature in self._entries:
            found.update(f"{path}\0{signature.written()}\0".encode(errors="surrogateescape"))
        found.update(str(max((one.ctime_ns for _, one in self._entries), default=0)).encode())
        return int.from_bytes(found.digest())

    @cached_property
    def _entries(self) -> Sequence[tuple[PurePosixPath, Signature]]:
        """All pages in the order of their paths."""
        found = dict(self._listed())
        in_order = sorted(found, key=lambda path: path.split("/"))
        return [(PurePosixPath(path), found[path]) for path in in_order]

    def _listed(self) -> Iterator[tuple[str, Signature]]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(f"{self.folder}/{folder}") as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    # A linked folder is not entered: the pages inside are listed where they are.
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                    elif is_page(path) and self._is_entry_page(entry, path):
                        yield path, Signature.of(entry.stat())

    def _is_entry_page(self, entry: os.DirEntry[str], path: str) -> bool:
        is_link = entry.is_symlink()
        return (is_link or entry.is_file()) and self._is_page(path, is_link=is_link)

    def _is_page(self, path: str, *, is_link: bool) -> bool:
        """Whether the file is a page of the site: not ours, and within the reach of links."""
        if is_link:
            file = self.folder / path
            is_reached = not self._reach.refusal(file) and file.is_file()
            return is_reached and os.path.realpath(file) not in self._ours
        return f"{self._real_folder}/{path}" not in self._ours

    @cached_property
    def _real_folder(self) -> str:
        return os.path.realpath(self.folder)

    def file_of(self, path: str) -> PurePosixPath | None:
        """The page that a server shows for a URL path below the site's URL; None without one.

        `/a/` is `a/index.html`; `/a` is `a.html` or `a/index.html`, and `/a/` may be `a.html`, too.
        """
        if "_pages" in self.__dict__:
            return next(filter(None, map(self._page_of.get, _files(path))), None)
        return next(filter(self._has, map(PurePosixPath, _files(path))), None)

    @cached_property
    def _page_of(self) -> Mapping[str, PurePosixPath]:
        return {str(page): page for page in self._pages}

    def refused(self, path: str) -> tuple[PurePosixPath, str] | None:
        """The file for a URL path that is a symbolic link out of the folder, and the message."""
        for file in map(PurePosixPath, _files(path)):
            try:
                message = is_page(file.name) and self._reach.refusal(self.folder / file)
            except OSError:  # the name is too long
                continue
            if message:
                return file, message
            if file in self.irregular:
                return file, self.irregular[file]
        return None

    @cached_property
    def irregular(self) -> Mapping[PurePosixPath, str]:
        """What has the name of a page and is no file, and what it is."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            for name in filter(is_page, (*folders, *files)):
                file = Path(folder, name)
                # A server shows `a.html/index.html` at the URL of `a.html`.
                if not file.is_file() and not any((file / index).exists() for index in INDEXES):
                    found[PurePosixPath(file.relative_to(self.folder))] = _kind_of(file)
        return found

    def _has(self, path: PurePosixPath) -> bool:
        try:
            return is_page(path.name) and self._is_page(str(path), is_link=True)
        except OSError:  # the name is too long
            return False

    def read(self, path: PurePosixPath) -> bytes:
        """The bytes of a page, of a larger one than MAX_SIZE only as many as show that.

        Raises OSError, of which a LinkError is one.
        """
        with open_regular(self._reach.reached(self.folder / path)) as opened:
            return opened.read(MAX_SIZE + 1)

    def sitemap(self) -> frozenset[str]:
        """The URL paths that the sitemap names (see `address.url_path`); empty without one."""
        return self._sitemap

    @cached_property
    def _sitemap(self) -> frozenset[str]:
        return frozenset(url_path(urlsplit(url).path) for url in self.sitemap_urls)

    @property
    def sitemap_urls(self) -> frozenset[str]:
        """The absolute URLs that the sitemap names; empty without one."""
        return self.sitemap_files.urls

    @cached_property
    def sitemap_files(self) -> Sitemap:
        return read_sitemap(self._data, self.site_url)

    @cached_property
    def feed_urls(self) -> frozenset[str]:
        """The absolute URLs to which the RSS and Atom feeds in the folder link, without ours."""
        files = [
            path
            for path in sorted(self.folder.iterdir())
            if path.suffix in _FEEDS and os.path.realpath(path) not in self._ours
        ]
        texts = [self._text(path.name) for path in files[:_MAX_FEEDS]]
        links = (match for text in texts for match in _FEED_LINK.finditer(text))
        return frozenset(unescape(link[1] or link[2]) for link in links)

    def _text(self, file: str) -> str:
        """The text of a file of the folder; empty if there is none."""
        return (self._data(file) or b"").decode("utf-8", "replace")

    def _data(self, file: str) -> bytes | None:
        """The bytes of a file of the folder; None if there is none."""
        try:
            return self.read(PurePosixPath(file))
        except (OSError, ValueError):
            return None

    def named(self) -> frozenset[str]:
        """The URL paths of pages in the form in which the site names them, for `address`.

        The sitemap shows whether `a.html` is served as `/a`, and `a/index.html` as `/a`. Without
        one, most links of the home page do; some may be written by hand. If that does not link to
        such pages, the index pages of the fullest folders do.
        """
        return self._named

    def links(self) -> frozenset[str]:
        """The URL paths that the sitemap names; without one, those to which the home page links."""
        return self._links

    @cached_property
    def _links(self) -> frozenset[str]:
        return self.sitemap() or self._links_of_indexes()

    def links_to(self, page: PurePosixPath) -> bool:
        """Whether `links` has the page."""
        return not self.links().isdisjoint(self._url_paths[page])

    def leaves_out(self, page: PurePosixPath) -> bool:
        """Whether `links` has other pages, but not this one."""
        return bool(self.links()) and not self.links_to(page)

    @cached_property
    def _url_paths(self) -> Mapping[PurePosixPath, tuple[str, str]]:
        return {page: url_paths(page, self.site_url) for page in self._pages}

    @cached_property
    def _named(self) -> frozenset[str]:
        sitemap = self.sitemap()
        links = self.links()
        forms = [(page.name in INDEXES, *paths) for page, paths in self._url_paths.items()]
        found = set(links)
        for kind in (True, False):
            of_kind = [(full, bare) for is_index, full, bare in forms if is_index == kind]
            counts = [sum(form in links for form in forms) for forms in zip(*of_kind, strict=True)]
            if not counts or counts[0] >= counts[1]:
                continue
            if not sitemap:
                found -= {full for full, bare in of_kind if full != bare}
            found |= {bare for full, bare in of_kind if full not in found}
        return frozenset(found)

    def _links_of_indexes(self) -> frozenset[str]:
        """The URL paths to which the home page links, or else the index pages below it."""
        indexes = [*self._indexes()]
        times = [max(one.mtime_ns, one.ctime_ns) for one in map(self._pages.__getitem__, indexes)]
        versions = (max(times, default=0), sum(self._pages[page].size for page in indexes))
        if not indexes:
            return frozenset()
        if self.home_links is None:
            return self._read_links(indexes)
        return self.home_links.of(versions, lambda: self._read_links(indexes))

    def _indexes(self) -> Iterator[PurePosixPath]:
        """The home page, and the index pages of the folders with the most pages."""
        if HOME in self._pages:
            yield HOME
        split = [str(page).rpartition("/") for page in self._pages]
        counts = Counter(
            folder.rpartition("/")[0] if name in INDEXES else folder for folder, _, name in split
        )
        full = sorted(counts, key=lambda folder: (-counts[folder], folder.split("/")))
        for folder in full[:_MAX_INDEXES]:
            page = self.file_of(f"{folder}/") if folder else None
            if page:
                yield page

    def _read_links(self, indexes: Sequence[PurePosixPath]) -> frozenset[str]:
        """The links of the first index pages, until both kinds of other pages are linked to."""
        links: set[str] = set()
        forms: dict[bool, set[str]] = {}  # of index files, and of other pages
        for page in self._pages.keys() - indexes:
            forms.setdefault(page.name in INDEXES, set()).update(url_paths(page, self.site_url))
        for page in indexes:
            links.update(self._links_in(page))
            if not any(links.isdisjoint(of_kind) for of_kind in forms.values()):
                break
        return frozenset(links)

    def _links_in(self, page: PurePosixPath) -> Iterator[str]:
        site = urlsplit(self.site_url)
        base = f"{site.scheme}://{site.netloc}{url_paths(page, self.site_url)[0]}"
        for link in _LINK.finditer(self._text(str(page))):
            url = _split(unescape(link[1]), base)
            if url and url.netloc == site.netloc:
                yield url_path(url.path)


def _files(path: str) -> list[str]:
    """The paths of files that a server may show for a URL path, the first one first."""
    name = unquote(path.partition("#")[0].partition("?")[0])
    bare = name.strip("/")
    if "//" in bare or "." in bare.split("/"):
        bare = str(PurePosixPath(bare))
    if ".." in bare.split("/") or "\0" in bare:
        return []
    folder = [f"{bare}/{index}".lstrip("/") for index in INDEXES]
    files = [f"{bare}{suffix}" for suffix in SUFFIXES] if bare else []
    return [*folder, *files] if name.endswith("/") else [bare, *files, *folder]


def _kind_of(file: Path) -> str:
    if file.is_symlink():
        return "is a symbolic link that leads to no file"
    return "is a folder, not a file" if file.is_dir() else "is no regular file"


def is_page(name: str) -> bool:
    """Whether a file with this name is a page."""
    return name.lower().endswith(SUFFIXES)


def _split(url: str, base: str = "") -> SplitResult | None:
    try:
        return urlsplit(urljoin(base, url))
    except ValueError:  # http://[
        return None
