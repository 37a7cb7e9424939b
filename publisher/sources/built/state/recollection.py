"""What a run knows of posts and their pages: what was remembered, and what it will remember."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.built.pages.page_facts import shared, site_card
from publisher.sources.built.state.page_memory import Changed, PostMemory, is_current, metadata_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable

    from publisher.post import BuiltBody
    from publisher.sources.built.state.page_memory import PageMemory, Version

_NOTHING = PostMemory()


class Recollection:
    """The memory of earlier runs, with the changes of this one, which `write` makes lasting."""

    def __init__(self, memory: PageMemory) -> None:
        self.memory = memory
        self._changed: dict[PurePosixPath, Changed] = {}

    def row(self, path: PurePosixPath) -> PostMemory:
        changed = self._changed.get(path)
        return changed.memory if changed else self.memory.posts.get(path, _NOTHING)

    def change(self, path: PurePosixPath, row: PostMemory, version: Version | None = None) -> None:
        """Remember this of a post. Without a version the one that was stored stays."""
        changed = self._changed.get(path)
        before = changed.version if changed else None
        self._changed[path] = Changed(row, version or before)
        self.__dict__.pop("_of_site", None)  # other pages may be known now

    def withdraw(self, paths: Iterable[PurePosixPath]) -> None:
        """Remember that these posts do not go out, so that their last versions never do again."""
        for path in paths:
            row = self.row(path)
            if is_current(row):  # what was looked at to find out that a post waits counts no more
                self.change(path, replace(row, is_withdrawn=True, looked="", reason=""))

    def version(self, path: PurePosixPath) -> Version | None:
        """The version of a post that was taken last."""
        changed = self._changed.get(path)
        return (changed and changed.version) or self.memory.version(path)

    def own_metadata(self, body: BuiltBody) -> BuiltBody:
        """The body of a page without the picture and the description that other pages have, too."""
        card, taglines = self._of_site
        return replace(
            body,
            image=None if body.image == card else body.image,
            description=None if body.description in taglines else body.description,
        )

    @cached_property
    def _of_site(self) -> tuple[str | None, frozenset[str]]:
        """The picture and the descriptions that say nothing of a post."""
        found = self.memory.metadata()
        for path, one in self._changed.items():
            if one.version and one.version.body:
                found[path] = metadata_of(one.version.body)
        images = [one.image for one in found.values()]
        return site_card(images), shared(one.description for one in found.values())

    def write(
        self,
        known: Collection[PurePosixPath] | None,
        pages: int,
        left: Container[PurePosixPath],
        url: str,
    ) -> None:
        """Write what has changed, and forget the posts that are not `known`; None forgets none.

        `pages` and `url` are those of `PageMemory`.

        Of a post that is gone its page is remembered as long as it is one of those `left`, which no
        post has: it must not be taken for that of another post.
        """
        changed = {
            path: one
            for path, one in self._changed.items()
            if one.version or one.memory != self.memory.posts.get(path, _NOTHING)
        }
        gone = set()
        for path, row in self.memory.posts.items():
            if known is None or path in known:
                continue
            rest = PostMemory(page=row.page)
            stays = bool(row.page) and PurePosixPath(row.page) in left
            if not stays or row != rest:
                gone.add(path)
            if stays and row != rest:
                changed[path] = Changed(rest)
        self.memory.write(changed, gone, pages, url=url)
