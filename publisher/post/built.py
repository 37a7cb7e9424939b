"""What the page that was built for a post gives to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.post.post import Post


class BuiltBody(Struct, frozen=True):
    """The body of a post as the generator of its site built it, with metadata of its page.

    `html` is not sanitised; it is empty if the page does not show the text. URLs in it resolve
    against `base`, an absolute URL. The metadata is None where the page has none of its own:
    `language` is a BCP 47 tag, `description` plain text, `image` an absolute URL.
    """

    html: str
    base: str
    language: str | None = None
    description: str | None = None
    image: str | None = None


class PageHash(Struct, frozen=True):
    """Hashes of the body of a built page; empty if the body does not come from a page.

    `now` is that of the page as it is, `early` are those of pages from which the post was published
    before the site was built again, or built for another URL. If the post goes out as it was before
    an edit, `written` is the hash of its source as it is now, and `waits` tells whether it waits
    for its page. `is_new`: no earlier version of the post is known to have shown this body.
    `is_textless`: the page does not show the text of the post, and no earlier one is known that
    did.
    """

    now: str = ""
    early: tuple[str, ...] = ()
    written: str = ""
    waits: bool = False
    is_new: bool = False
    is_textless: bool = False


class BuiltFile(Struct, frozen=True):
    """The file of a built page; `path` is relative to the output folder."""

    path: PurePosixPath
    data: bytes


class BuiltBodies(Protocol):
    """The bodies of posts in the pages that were built."""

    def hash_of(self, post: Post) -> PageHash:
        """Return the hashes of a post's body. An unchanged page is not opened for it."""
        ...

    def of(self, post: Post) -> BuiltBody | None:
        """Return the body of a post; None if it is rendered from its source."""
        ...

    def page_of(self, post: Post) -> BuiltFile | None:
        """Return the whole page of a post as it is now; None if there is none to be read."""
        ...


class NoBuiltBodies:
    """The bodies of a site whose posts are rendered from their sources."""

    def hash_of(self, _: Post) -> PageHash:
        return PageHash()

    def of(self, _: Post) -> BuiltBody | None:
        return None

    def page_of(self, _: Post) -> BuiltFile | None:
        return None


NO_BUILT_BODIES = NoBuiltBodies()
