"""Open the pages of posts, but none whose bytes are those that were read before."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from publisher.errors import PostError
from publisher.sources.built.bodies.opened_page import open_page, unreadable
from publisher.sources.built.finding.digests import digest
from publisher.sources.built.folder.wholeness import Wholeness
from publisher.sources.built.pages import page_dates, site_url
from publisher.sources.built.pages.development import development_page
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_facts import absolute
from publisher.sources.built.pages.page_url import HOME
from publisher.sources.built.state.conclusion import Look
from publisher.sources.built.state.page_memory import DateMemory
from publisher.sources.built.state.waiting import has_body
from publisher.system import program
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import PurePosixPath

    from publisher.config import Config
    from publisher.post import BuiltBody, Post
    from publisher.sources.built.bodies.opened_page import OpenedPage
    from publisher.sources.built.finding.placement import Placement
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.folder.source_files import SourceFiles
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.state.page_memory import PostMemory
    from publisher.sources.built.state.recollection import Recollection


class Unchanged(Struct, frozen=True):
    """The page and the post are as they were when the post was taken."""

    row: PostMemory


class StillStays(Struct, frozen=True):
    """The page and the post are as they were when the post began to wait, or was kept."""

    row: PostMemory


class Unreadable(Struct, frozen=True):
    """The page or the file of the post cannot be read now, for this reason."""

    reason: str


Found: TypeAlias = "Look | Unchanged | StillStays | Unreadable"


class PageReader:
    """Reads the pages of posts with the selectors of one configuration."""

    def __init__(
        self,
        config: Config,
        output: OutputFolder,
        files: SourceFiles,
        placement: Placement,
        known: Recollection,
    ) -> None:
        self._posts, self._site = config.posts, config.site
        self._output = output
        self._files = files
        self._placement = placement
        self._known = known
        self._wholeness = Wholeness(output)

    def look(self, post: Post, page: PurePosixPath) -> Found:
        """Look at the page of a post."""
        row = self._known.row(post.path)
        signature, source = self._placement.signatures[page], digest(post.body)
        is_same_file = row.page == str(page) and row.signature == signature
        is_taken = row.taken is not None and row.taken.source == source and not row.waits
        is_taken = is_taken and not row.is_withdrawn
        if is_taken and is_same_file and self._reads_alike(row):
            return Unchanged(row)
        is_newer, looked = self._placement.is_newer(post.path), self._looked(post, page)
        # The times of the other pages decide, too, on a post of which nothing is known.
        stays = row.waits == source and row.looked == looked and (row.taken or is_newer)
        if stays:
            return StillStays(row)
        try:
            data = self._output.read(page)
            file = self._files.read(post.path)
        except OSError as error:
            return Unreadable(f"its page {page} cannot be read: {reason(error)}")
        except PostError as error:
            return Unreadable(error.message)
        bytes_digest = f"{self._reader}:{blake2b(data, digest_size=16).hexdigest()}"
        if is_taken and row.page == str(page) and row.digest == bytes_digest:
            return Unchanged(replace(row, signature=signature))
        version = self._known.version(post.path)
        # The body that was taken last, if one was taken from a page.
        last = version.body if version and has_body(row.taken) else None
        opened = self._opened(data, page, post, last)
        return Look(
            row=row,
            last=last,
            page=page,
            signature=signature,
            digest=bytes_digest,
            opened=opened,
            body=self._with_own_metadata(opened.body),
            address=self._placement.address_of(page, opened.head),
            source=source,
            file=file,
            is_edited=version is not None and version.file != file,
            file_signature=self._files.signature(post.path),
            is_newer=is_newer,
            is_cut=not opened.head.is_redirect
            and self._wholeness.is_cut(data, lacks_end=opened.lacks_end),
            looked=looked,
        )

    def _looked(self, post: Post, page: PurePosixPath) -> str:
        """The file of the post, its page, and what reads it, as they are now."""
        file, signature = self._files.signature(post.path), self._placement.signatures[page]
        return f"{self._reader} {file} {signature} {page}"

    def _opened(
        self, data: bytes, page: PurePosixPath, post: Post, last: BuiltBody | None
    ) -> OpenedPage:
        posts, root = self._posts, self._site.root
        try:
            parsed = parse(data, page)
        except PageError as error:
            return unreadable(page, error.reason, site_root=root)
        return open_page(parsed, post, body=posts.body, drop=posts.drop, site_root=root, last=last)

    def _with_own_metadata(self, body: BuiltBody) -> BuiltBody:
        """The body without the metadata that the home page has, too: they are the site's."""
        if not (body.language or body.description or body.image):
            return body
        home = self._home
        if home is None:
            return body
        return replace(
            body,
            language=body.language if body.language != home.language else None,
            description=body.description if body.description != home.description else None,
            image=body.image if body.image != self._image(home) else None,
        )

    def _image(self, home: Head) -> str | None:
        return (absolute(self._site.root, home.image) or None) if home.image else None

    def development_page(self, looks: Iterable[Look]) -> PurePosixPath | None:
        """The first page that a development server wrote; None if there is none.

        If only some pages were opened, and one has a sign, it is compared with others of the site.
        """
        heads = {look.page: look.opened.head for look in looks}
        if any(one.local.any for one in heads.values()):
            heads |= self._examples(heads)
        return development_page({page: head.local for page, head in heads.items()}, HOME)

    def stated_url(self, looks: Iterable[Look]) -> str:
        """The URL of the site as its pages name it; empty if they tell nothing.

        If a page that was opened names another URL than that of the site, others of the site are
        opened, too: the text of a post may be from another site.
        """
        heads = {look.page: look.opened.head for look in looks}
        if any(site_url.names_other(page, head, self._site.url) for page, head in heads.items()):
            heads |= self._examples(heads)
        return site_url.of_several(heads)

    def _examples(self, known: Container[PurePosixPath]) -> dict[PurePosixPath, Head]:
        """The metadata of some pages of the site, and of its home page, without those `known`."""
        heads = {HOME: self._home} if self._home else {}
        for _, page, _ in self._placement.search.examples():
            if page not in known:
                with suppress(OSError, PageError):
                    heads[page] = self._head(page)
        return heads

    @cached_property
    def _home(self) -> Head | None:
        """The metadata of the home page; None if there is none that can be read."""
        try:
            return self._head(HOME)
        except (OSError, PageError):
            return None

    def dated(self, page: PurePosixPath, known: DateMemory) -> tuple[DateMemory, bool]:
        """The dates that a page states, and whether it states none any more.

        It is opened unless it is as it was when it was `known`. As long as it cannot be read, or
        states no date, those count that the post had before.
        """
        signature, reader = self._placement.signatures[page], program.version().hex()
        if (known.page, known.signature, known.reader) == (str(page), signature, reader):
            return known, False
        try:
            found = page_dates.stated(self._head(page))
        except OSError:  # a correction of its permissions does not change its signature
            return known, False
        except PageError:
            found = known.dates
        if known.dates.published and not found.published:
            return known, True  # so that the next run reads the page again, and names it
        return DateMemory(str(page), signature, reader, found), False

    def _head(self, page: PurePosixPath) -> Head:
        """The metadata of a page. Raises OSError and PageError."""
        return parse(self._output.read(page), page).head

    @cached_property
    def _reader(self) -> str:
        """A digest of what reads a page."""
        version = program.version().hex()
        return digest(version, self._site.root, *self._posts.body, "", *self._posts.drop)

    def _reads_alike(self, row: PostMemory) -> bool:
        return row.digest.startswith(f"{self._reader}:")
