"""Remember of each post which page is its own, and with which body it was taken last.

This is state, not a cache: without it a run cannot tell an edit that is not built yet from one that
the page does not show. So it lies beside the ledger. A run reads it at its start, and writes what
has changed in one transaction at its end. A run that only shows something writes nothing.
"""

from __future__ import annotations

import zlib
from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from publisher.post import BuiltBody
from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.pages.page_dates import NO_DATES, StatedDates
from publisher.sources.built.state.memory_schema import LIGHT, SCHEMA
from publisher.sources.built.state.waiting import Taken
from publisher.system.database import Database, Stored

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

NAME = "pages.sqlite"
_NEVER = Signature(0, 0)
_COMMA = ","  # in no hash, nor in `waiting.NO_TEXT`
_TRIPLE_BYTES = 8  # of one triple, little-endian and signed


class DateMemory(Struct, frozen=True):
    """The dates that a page stated when it was read for a post without one of its own.

    `signature` is that of the page then, and `reader` a digest of what read it. Without a `page`
    none was read.
    """

    page: str = ""
    signature: Signature = _NEVER
    reader: str = ""
    dates: StatedDates = NO_DATES


_NO_PAGE = DateMemory()


class PostMemory(Struct, frozen=True, kw_only=True):
    """What is remembered of a post. A text is empty where nothing is known.

    `page` is the path of its page below the output folder, and `foreign_page` the page at the
    expected address if that is another's. `found_page` is the page that was found by its words, if
    the post was not taken with it yet. `signature` and `digest` are those of the page when it
    was opened last: `digest` of its bytes and of what reads them. It had the `address`, and `shown`
    is the hash of the body that it showed, or `refusal` the reason why that was not taken.
    `has_title` tells whether it showed the title of the post.

    `searched` is a digest of the output in which no page was found, and `is_said` tells whether the
    user was told so. `waits` is the hash of a source that waits for its page to be built, and
    `waits_since` when the page had been written as it began to; but see `losses.LOST`. `looked`
    names all that was looked at to find out that it waits for this `reason`, empty if that is not
    enough.

    `taken` is what the post was taken with last, `file_signature` that of its file then, and
    `early` are the hashes of the page's bodies that were none of the site as it is deployed, the
    latest last: it was not built then (`waiting.Early`), or for another URL. `dated` are
    the dates of a post whose file has none. `alike` are the sources of earlier versions that showed
    readers the same (`unseen.alike`), the latest last. `kept` is that of the page with whose body
    the post was taken (`OpenedPage`). `new_body` is the hash of the page's body if the post was
    taken with another one before, or never, and the page is as it was since.

    `is_withdrawn`: the post did not go out at the last run, e.g. because it was a draft. So the
    version that was taken last is compared with, but never goes out again.

    `compared` is the page, if it was compared with those of the posts that share the title: with
    its signature if the text of the post is that of its source.
    """

    page: str = ""
    foreign_page: str = ""
    signature: Signature = _NEVER
    digest: str = ""
    address: str = ""
    shown: str = ""
    refusal: str = ""
    has_title: bool = False
    searched: str = ""
    is_said: bool = False
    waits: str = ""
    waits_since: Signature = _NEVER
    taken: Taken | None = None
    early: tuple[str, ...] = ()
    file_signature: Signature = _NEVER
    found_page: str = ""
    dated: DateMemory = _NO_PAGE
    alike: tuple[str, ...] = ()
    looked: str = ""
    reason: str = ""
    kept: str = ""
    new_body: str = ""
    is_withdrawn: bool = False
    compared: str = ""


def is_current(row: PostMemory) -> bool:
    """Whether the post went out at the last run, as it was taken last."""
    return row.taken is not None and not row.is_withdrawn


def had_page(row: PostMemory) -> bool:
    """Whether the post had a page at the last run. While it is hidden, its page may be gone."""
    return bool(row.page) and not row.is_withdrawn


class Selectors(NamedTuple):
    """`posts.body` and `posts.drop`, with which a run read pages."""

    body: tuple[str, ...]
    drop: tuple[str, ...]


class Version(Struct, frozen=True):
    """What a post was taken with: the bytes of its file, and the body of its page (None: none)."""

    file: bytes
    body: BuiltBody | None


class Changed(Struct, frozen=True):
    """A row to write. Without a `version` the one that is stored stays."""

    memory: PostMemory
    version: Version | None = None


class PageMetadata(NamedTuple):
    """What a page says of itself that may rather be said of the site."""

    image: str | None
    description: str | None


class PageMemory:
    """What was remembered when it was read: of each `post`, and how many `pages` the output had.

    `selectors` are those of the last runs whose posts are pages, the latest last. `url` is that of
    the site as its pages named it, empty if it is unknown.
    """

    def __init__(self, state: Path, *, anew: bool = False) -> None:
        """Read the memory in the state folder; empty if there is none. Raises LedgerError.

        With `anew` no page and no file counts as the one that was read before.
        """
        self.path = state / NAME
        with closing(self._open(read_only=True)) as database:
            rows = database.run(f"SELECT {LIGHT} FROM post")  # noqa: S608
            output = database.run("SELECT pages, selectors, url FROM output")
        self.posts: Mapping[PurePosixPath, PostMemory] = {
            PurePosixPath(row[0]): _unread(memory) if anew else memory
            for row in rows
            for memory in [self._memory(row)]
        }
        self.pages: int = output[0][0] if output else 0
        self.selectors = self._selectors(output[0][1]) if output else ()
        self.url: str = output[0][2] if output else ""

    def version(self, path: PurePosixPath) -> Version | None:
        """What the post was taken with last; None if it never was. Raises LedgerError."""
        if path not in self.posts:  # to open a database takes longer than to read a page
            return None
        with closing(self._open(read_only=True)) as database:
            rows = database.run("SELECT file, body FROM post WHERE path = ?", str(path))
        if not rows or rows[0][0] is None:
            return None
        file, body = rows[0]
        try:
            return Version(zlib.decompress(file), _body(body) if body else None)
        except (zlib.error, msgspec.MsgspecError) as error:
            raise SCHEMA.damaged(self.path, error) from error

    def metadata(self) -> dict[PurePosixPath, PageMetadata]:
        """That of the page of each post that was taken with its page. Raises LedgerError."""
        with closing(self._open(read_only=True)) as database:
            rows = database.run("SELECT path, body FROM post WHERE body IS NOT NULL")
        try:
            return {PurePosixPath(path): metadata_of(_body(body)) for path, body in rows}
        except (zlib.error, msgspec.MsgspecError) as error:
            raise SCHEMA.damaged(self.path, error) from error

    def write(
        self,
        changed: Mapping[PurePosixPath, Changed],
        gone: Collection[PurePosixPath],
        pages: int,
        selectors: tuple[Selectors, ...] = (),
        *,
        url: str = "",
    ) -> None:
        """Write the rows that changed, and what is known of the output; forget posts that are gone.

        A row of a post that is gone is written without the version that was stored.
        Everything or nothing is written. Raises LedgerError.
        """
        of_output = (pages, selectors, url)
        if not (changed or gone) and of_output == (self.pages, self.selectors, self.url):
            return
        with closing(self._open(read_only=False)) as database, database.transaction():
            for path in sorted(gone):
                database.run("DELETE FROM post WHERE path = ?", str(path))
            for path, one in sorted(changed.items()):
                _put(database, path, one)
            database.run(
                "INSERT OR REPLACE INTO output (only, pages, selectors, url) VALUES (1, ?, ?, ?)",
                pages,
                msgspec.json.encode(selectors).decode(),
                url,
            )

    def _selectors(self, text: str) -> tuple[Selectors, ...]:
        try:
            return msgspec.json.decode(text, type=tuple[Selectors, ...])
        except msgspec.MsgspecError as error:
            raise SCHEMA.damaged(self.path, error) from error

    def _open(self, *, read_only: bool) -> Database:
        return Database(self.path, SCHEMA, read_only=read_only)

    def _memory(self, row: tuple[Any, ...]) -> PostMemory:
        _, page, foreign, mtime, size, digest, address, shown, refusal, has_title, *rest = row
        searched, said, waits, waits_mtime, waits_size, source, page_body, missing, *rest = rest
        early, file_mtime, file_size, found_page, *rest = rest
        date_page, date_mtime, date_size, date_reader, published, modified, *rest = rest
        alike, looked, reason, inode, ctime, *rest = rest
        file_inode, file_ctime, date_inode, date_ctime, kept, new_body, withdrawn, compared = rest
        if len(missing) % _TRIPLE_BYTES:
            raise SCHEMA.damaged(self.path, "a row is cut short")
        return PostMemory(
            page=page,
            foreign_page=foreign,
            signature=Signature(mtime, size, inode, ctime),
            digest=digest,
            address=address,
            shown=shown,
            refusal=refusal,
            has_title=bool(has_title),
            searched=searched,
            is_said=bool(said),
            waits=waits,
            waits_since=Signature(waits_mtime, waits_size),
            taken=None if source is None else _taken(source, page_body, missing),
            early=tuple(early.split(_COMMA)) if early else (),
            file_signature=Signature(file_mtime, file_size, file_inode, file_ctime),
            found_page=found_page,
            dated=DateMemory(
                date_page,
                Signature(date_mtime, date_size, date_inode, date_ctime),
                date_reader,
                StatedDates(published, modified),
            ),
            alike=tuple(alike.split()),
            looked=looked,
            reason=reason,
            kept=kept,
            new_body=new_body,
            is_withdrawn=bool(withdrawn),
            compared=compared,
        )


def _unread(memory: PostMemory) -> PostMemory:
    """What is remembered without what tells that a file is the one that was read."""
    dated = replace(memory.dated, signature=_NEVER)
    return replace(memory, signature=_NEVER, looked="", file_signature=_NEVER, dated=dated)


def _put(database: Database, path: PurePosixPath, one: Changed) -> None:
    """Write a row, with the version that is stored if it has none of its own."""
    memory, taken = one.memory, one.memory.taken
    values: dict[str, Stored] = {
        "path": str(path),
        "page": memory.page,
        "foreign_page": memory.foreign_page,
        "mtime_ns": memory.signature.mtime_ns,
        "size": memory.signature.size,
        "digest": memory.digest,
        "address": memory.address,
        "shown": memory.shown,
        "refusal": memory.refusal,
        "has_title": int(memory.has_title),
        "searched": memory.searched,
        "said": int(memory.is_said),
        "waits": memory.waits,
        "waits_mtime_ns": memory.waits_since.mtime_ns,
        "waits_size": memory.waits_since.size,
        "source": taken.source if taken else None,
        "page_body": taken.page_body if taken else "",
        "missing": _packed(taken.missing) if taken else b"",
        "early": _COMMA.join(memory.early),
        "file_mtime_ns": memory.file_signature.mtime_ns,
        "file_size": memory.file_signature.size,
        "found_page": memory.found_page,
        "date_page": memory.dated.page,
        "date_mtime_ns": memory.dated.signature.mtime_ns,
        "date_size": memory.dated.signature.size,
        "date_reader": memory.dated.reader,
        "published": memory.dated.dates.published,
        "modified": memory.dated.dates.modified,
        "alike": " ".join(memory.alike),
        "looked": memory.looked,
        "reason": memory.reason,
        "inode": memory.signature.inode,
        "ctime_ns": memory.signature.ctime_ns,
        "file_inode": memory.file_signature.inode,
        "file_ctime_ns": memory.file_signature.ctime_ns,
        "date_inode": memory.dated.signature.inode,
        "date_ctime_ns": memory.dated.signature.ctime_ns,
        "kept": memory.kept,
        "new_body": memory.new_body,
        "withdrawn": int(memory.is_withdrawn),
        "compared": memory.compared,
    }
    if one.version:
        body = one.version.body
        values["file"] = zlib.compress(one.version.file)
        values["body"] = zlib.compress(msgspec.msgpack.encode(body)) if body else None
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    updates = ", ".join(f"{name} = excluded.{name}" for name in values)
    database.run(
        f"INSERT INTO post ({columns}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (path) DO UPDATE SET {updates}",
        *values.values(),
    )


def metadata_of(body: BuiltBody) -> PageMetadata:
    return PageMetadata(body.image, body.description)


def _body(data: bytes) -> BuiltBody:
    return msgspec.msgpack.decode(zlib.decompress(data), type=BuiltBody)


def _taken(source: str, page_body: str, missing: bytes) -> Taken:
    starts = range(0, len(missing), _TRIPLE_BYTES)
    triples = (missing[start : start + _TRIPLE_BYTES] for start in starts)
    found = frozenset(int.from_bytes(triple, "little", signed=True) for triple in triples)
    return Taken(source=source, page_body=page_body, missing=found)


def _packed(triples: frozenset[int]) -> bytes:
    return b"".join(one.to_bytes(_TRIPLE_BYTES, "little", signed=True) for one in sorted(triples))
