"""Read pages that are posts, and cache what they show, so that an unchanged page is not parsed.

Deleting the cache changes nothing that a run decides; the next one only takes longer. For that
reason no failure to read or write it is an error.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from publisher.errors import ConfigError
from publisher.sources.built.bodies.accept import has_password_field
from publisher.sources.built.bodies.body import Extracted, extract, find_body
from publisher.sources.built.finding.words_cache import FOLDER
from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.folder.wholeness import Wholeness
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_facts import categories_of, tags_of
from publisher.system import atomic_files, program
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.config import Posts
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.state.page_memory import Selectors


_NO_HEAD = Head()


class ReadPage(Struct, frozen=True, kw_only=True):
    """What a page says of its post. `extracted` is None if it has no body that is configured.

    `fault` is the reason why the page cannot be read, else empty. `is_cut`: it is not written
    whole. `asks_password`: the body, or the page without one, has a field for a password.
    """

    head: Head = _NO_HEAD
    extracted: Extracted | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fault: str = ""
    is_cut: bool = False
    asks_password: bool = False


def encoded(page: ReadPage) -> bytes:
    """The page as it is remembered as state."""
    return msgspec.msgpack.encode(page)


def decoded(data: bytes) -> ReadPage | None:
    """The page that was remembered; None if another version of this program wrote it otherwise."""
    try:
        return msgspec.msgpack.decode(data, type=ReadPage)
    except msgspec.MsgspecError:
        return None


class _CachedRead(msgspec.Struct, frozen=True, array_like=True):
    signature: Signature
    page: ReadPage


class _CacheFile(msgspec.Struct, frozen=True, array_like=True):
    """The pages by path. `reader` is a digest of what read them: the program, the selectors."""

    reader: bytes
    pages: dict[str, _CachedRead]


class ReadPages:
    """The pages of one output folder, read with the selectors of one configuration."""

    def __init__(
        self, output: OutputFolder, posts: Posts, state: Path, *, anew: bool = False
    ) -> None:
        """With `anew`, no page counts as read."""
        self._output = output
        self._wholeness = Wholeness(output)
        self._posts = posts
        self._file = state / FOLDER / "posts.msgpack"
        selectors = "\n".join([*posts.body, "", *posts.drop])
        self._reader = hashlib.sha256(program.version() + selectors.encode()).digest()
        self._cached: Mapping[str, _CachedRead] = {}
        with suppress(OSError, msgspec.MsgspecError, ValueError):  # missing, or written in part
            found = msgspec.msgpack.decode(self._file.read_bytes(), type=_CacheFile)
            if found.reader == self._reader and not anew:
                self._cached = found.pages
        self._used: dict[str, _CachedRead] = {}

    def page(self, path: PurePosixPath) -> ReadPage:
        """What a page shows now. Never raises: a page that cannot be read has a fault."""
        signature = self._output.pages()[path]
        cached = self._cached.get(str(path))
        if cached is None or cached.signature != signature:
            try:
                cached = _CachedRead(signature, self._read(path))
            except (
                OSError
            ) as error:  # a correction of its permissions does not change its signature
                return ReadPage(fault=f"cannot be read: {reason(error)}")
        if not cached.page.is_cut:  # which other pages decide, too
            self._used[str(path)] = cached
        return cached.page

    def _read(self, path: PurePosixPath) -> ReadPage:
        """What the page shows. Raises OSError."""
        data = self._output.read(path)
        is_cut = self._wholeness.is_cut(data, lacks_end=False)
        try:
            page = parse(data, path)
        except PageError as error:
            return ReadPage(is_cut=True) if is_cut else ReadPage(fault=error.reason)
        if is_cut and not page.head.is_redirect:
            return ReadPage(is_cut=True)
        found = find_body(page, self._posts.body)
        return ReadPage(
            head=page.head,
            extracted=extract(page, self._posts.body, self._posts.drop),
            tags=tags_of(page),
            categories=categories_of(page),
            asks_password=has_password_field(found[1] if found else page.tree),
        )

    def bodies(
        self, path: PurePosixPath, selectors: Sequence[Selectors]
    ) -> Sequence[Extracted | None]:
        """The body of a page by each of these selectors; none if it cannot be read now."""
        try:
            page = parse(self._output.read(path), path)
        except (OSError, PageError):
            return ()
        return [extract(page, one.body, one.drop) for one in selectors]

    def write(self) -> None:
        """Cache the pages that were used in this run, and no others."""
        if self._used == self._cached:
            return
        data = msgspec.msgpack.encode(_CacheFile(self._reader, self._used))
        with suppress(ConfigError):
            atomic_files.keep(self._file, data)
