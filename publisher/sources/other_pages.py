"""The pages of a site that are no posts, to which posts link by their files: `@/about.md`.

The folder of the posts may be one section of the site's content. What lies beside it is looked at
only if a link of a post needs it, and anew in every run.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import Page, Post, Skip
from publisher.sources.engines.file_reader import read_file
from publisher.sources.traces import Trace
from publisher.sources.walk import walk
from publisher.text.slugs import slugify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from publisher.sources.engines.engine import PostReader
    from publisher.sources.post_files import PostFiles


class OtherPages:
    """The pages of the content that are no posts.

    `reader` reads the posts, `make` makes a reader of the same engine for another folder, and
    `outcomes` are what the files in the folder of the posts are.
    """

    def __init__(
        self,
        reader: PostReader,
        make: Callable[[PostFiles], PostReader],
        outcomes: Iterable[Post | Skip | Page | None],
        now: dt.datetime,
    ) -> None:
        self._posts = reader
        self._make = make
        self._outcomes = outcomes
        self._now = now
        self._addresses: dict[str, str | None] = {}

    def find(self, kind: str, name: str, language: str | None) -> str | None:
        """The URL, or its path below that of the site, of a page; None if the site shows none.

        Of the kind "path", `name` is the path of a file below the content; of the kind "name" it
        is that of the only file with that name, without extension and language, in a language; of
        the kind "slug" it is the slug of a page.
        """
        if self._root is None:
            return None
        if kind == "path":
            return self._address(name)
        if kind == "slug":
            return self._by_slug.get(slugify(name, mode="default").lower())
        named = self._by_name.get((name.lower(), self._language(language)), ())
        return self._address(named[0]) if len(named) == 1 else None

    @cached_property
    def _root(self) -> Path | None:
        """The folder with the content of the site; None if the posts are not in it."""
        folder, content = self._posts.folder, self._posts.content
        root = folder.site / content
        return root if content and folder.posts.is_relative_to(root) else None

    @cached_property
    def _reader(self) -> PostReader:
        """The reader of all content. What the configuration says of the posts is not for it."""
        folder, root = self._posts.folder, self._root or self._posts.folder.posts
        posts = replace(folder.config.posts, path=root, permalink="", exclude=())
        is_same = root == folder.posts
        whole = dataclasses.replace(
            folder,
            config=replace(folder.config, posts=posts),
            posts=root,
            files=folder.files if is_same else walk(root, folder.reach).files.keys(),
            committed={},
            instead={},
            trace=Trace(),
            is_whole=True,
        )
        return self._make(whole)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The files of which the reading of the posts says already if they have a page."""
        place = self._posts.location
        return frozenset(
            str(place / one.path)
            for one in self._outcomes
            if one and not (isinstance(one, Skip) and one.status == "ignored")
        )

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], list[str]]:
        """The files of pages by their names and languages."""
        found: dict[tuple[str, str], list[str]] = {}
        for file in self._reader.folder.files:
            path = PurePosixPath(file)
            if path.suffix not in self._reader.record.markups or path.stem.startswith("_index"):
                continue
            stem, language = self._reader.without_language(path)
            name = path.parts[-2] if stem == "index" and path.parts[1:] else stem
            found.setdefault((name.lower(), self._language(language)), []).append(file)
        return found

    @cached_property
    def _by_slug(self) -> Mapping[str, str]:
        """The addresses of all pages by their slugs."""
        pages = [
            page
            for path in map(PurePosixPath, self._reader.folder.files)
            if self._reader.is_post(path) and (page := self._page(path))
        ]
        return {page.slug.lower(): address(page) for page in reversed(pages)}

    def _language(self, language: str | None) -> str:
        """The language, or nothing for that of the whole site."""
        own = (language or "").lower()
        return "" if own == self._reader.main_language.lower() else own

    def _address(self, file: str) -> str | None:
        if file not in self._addresses:
            self._addresses[file] = self._read(PurePosixPath(file))
        return self._addresses[file]

    def _read(self, path: PurePosixPath) -> str | None:
        if path.name.startswith("_index."):
            return self._reader.section_address(path)
        page = self._page(path)
        return address(page) if page else None

    def _page(self, path: PurePosixPath) -> Post | None:
        """What the reading of the posts does not know of a file that the site shows."""
        if str(path) in self._known or str(path) not in self._reader.folder.files:
            return None
        outcome, _ = read_file(self._reader, path, now=self._now)
        match outcome:
            case Post():
                return outcome
            case Page(post=undated, has_url=True) | Skip(post=undated, on_web=True):
                return undated
            case _:
                return None


def address(page: Post) -> str:
    """The URL of a page, or its path below that of the site."""
    return page.address or page.link or page.page
