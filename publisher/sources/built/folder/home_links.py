"""Cache which URLs the home page links to, or the index pages below it, until they change.

Deleting the cache changes nothing that a run decides. For that reason no failure to read or write
it is an error.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigError
from publisher.system import atomic_files, program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class _CacheFile(msgspec.Struct, frozen=True, array_like=True):
    """The links of the versions of these pages with this signature.

    `program` is what read them, as those of the site with this URL.
    """

    program: bytes
    site_url: str
    mtime_ns: int
    size: int
    links: frozenset[str]


class HomeLinks:
    """The URL paths to which the home page of one site links, or the index pages below it."""

    def __init__(self, folder: Path, site_url: str) -> None:
        """`folder` is that of the cache."""
        self._file = folder / "home.msgpack"
        self._site_url = site_url
        self._new: _CacheFile | None = None

    def of(self, versions: tuple[int, int], read: Callable[[], frozenset[str]]) -> frozenset[str]:
        """The links; `read` is called if those of these versions of the pages are not cached.

        `versions` is the newest time of the pages, in nanoseconds, and their bytes together.
        """
        with suppress(OSError, msgspec.MsgspecError, ValueError):  # missing, or written in part
            found = msgspec.msgpack.decode(self._file.read_bytes(), type=_CacheFile)
            known = (found.program, found.site_url, found.mtime_ns, found.size)
            if known == (program.version(), self._site_url, *versions):
                return found.links
        self._new = _CacheFile(program.version(), self._site_url, *versions, read())
        return self._new.links

    def write(self) -> None:
        """Cache the links if they were read."""
        if self._new:
            with suppress(ConfigError):
                atomic_files.keep(self._file, msgspec.msgpack.encode(self._new))
