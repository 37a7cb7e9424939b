"""Cache the words of pages between runs, so that a page is parsed once for each of its versions.

Deleting the cache changes nothing that a run decides; the next one only takes longer. For that
reason no failure to read or write it is an error.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigError
from publisher.sources.built.finding.page_words import PageWords
from publisher.sources.built.folder.output_folder import Signature
from publisher.system import atomic_files, program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path, PurePosixPath

FOLDER = "words"  # of the state folder


class _CachedPage(msgspec.Struct, frozen=True, array_like=True):
    """The words of a page that had this signature; None: unreadable."""

    signature: Signature
    triples: frozenset[int] = frozenset()
    titles: tuple[str, ...] = ()
    word_count: int = 0
    canonical_is_other: bool = False
    is_redirect: bool = False
    language: str | None = None
    linked: frozenset[int] = frozenset()
    asks_password: bool = False
    media: tuple[str, ...] = ()
    published: str = ""


class _CacheFile(msgspec.Struct, frozen=True, array_like=True):
    """The pages by path. `program` is what read them."""

    program: bytes
    pages: dict[str, _CachedPage]


class WordsCache:
    """The words of the pages of one output folder."""

    def __init__(self, state: Path) -> None:
        self._file = state / FOLDER / "pages.msgpack"
        self._pages: Mapping[str, _CachedPage] = {}
        with suppress(OSError, msgspec.MsgspecError, ValueError):  # missing, or written in part
            found = msgspec.msgpack.decode(self._file.read_bytes(), type=_CacheFile)
            if found.program == program.version():
                self._pages = found.pages
        self._used: dict[str, _CachedPage] = {}

    def words(
        self, page: PurePosixPath, signature: Signature, read: Callable[[], PageWords]
    ) -> PageWords:
        """The words of a page; `read` is called if this version of the page is not cached."""
        cached = self._pages.get(str(page))
        if cached is None or cached.signature != signature:
            text = read()
            cached = _CachedPage(
                signature,
                text.triples,
                text.titles,
                text.word_count,
                text.canonical_is_other,
                text.is_redirect,
                text.language,
                text.linked,
                text.asks_password,
                text.media,
                text.published,
            )
        self._used[str(page)] = cached
        return PageWords(
            page,
            cached.triples,
            cached.titles,
            cached.word_count,
            cached.canonical_is_other,
            cached.is_redirect,
            cached.language,
            cached.linked,
            cached.asks_password,
            cached.media,
            cached.published,
        )

    def write(self) -> None:
        """Cache the pages that were used in this run, and no others."""
        if not self._used or self._used == self._pages:
            return
        data = msgspec.msgpack.encode(_CacheFile(program.version(), self._used))
        with suppress(ConfigError):
            atomic_files.keep(self._file, data)
