"""What a run has to say about the built pages of posts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from publisher.post.diagnostic import Diagnostic


class WaitingPost(Struct, frozen=True):
    """A post that waits for its page, and why: the reason continues a sentence about the post.

    `stays` tells whether its last version goes out meanwhile. `way_out` ends a wait that the build
    may never end; None if there is none.
    """

    path: PurePosixPath
    reason: str
    stays: bool
    way_out: WayOut | None = None

    @property
    def message(self) -> str:
        """What the author must know, as the end of a sentence about the post."""
        meanwhile = "its last version stays" if self.stays else "the post is in no feed"
        message = f"{self.reason}; {meanwhile} until then"
        return f"{message}. {self.way_out.message}" if self.way_out else message


class WayOut(Struct, frozen=True):
    """What ends a wait for a page that the generator never writes again.

    Some generators leave a page untouched that would not change. Then the post may go out as soon
    as the file `page` has a new time, if `case` is so: a clause about the post or the site.
    """

    page: Path
    case: str

    @property
    def message(self) -> str:
        touch = f"touch {shlex.quote(str(self.page))}"
        return f"If the whole site is built, and {self.case}, run `{touch}`"


class MovedPost(Struct, frozen=True):
    """A post that is gone, and a `new` one with most of its text, which has no page yet."""

    path: PurePosixPath
    new: PurePosixPath


class TextlessPost(Struct, frozen=True):
    """A post whose page does not show its text, and why: the reason is about the page.

    `stays` tells whether the text that the page showed before goes out. `is_page`: the post has no
    source but its page. `is_known`: an earlier run has named it for this reason, so the advice was
    given.
    """

    path: PurePosixPath
    page: PurePosixPath
    reason: str
    stays: bool
    is_page: bool = False
    is_known: bool = False

    @property
    def message(self) -> str:
        """What readers see instead."""
        instead = (
            "the text that it showed before stays"
            if self.stays
            else "readers see the title, the summary and the link; an item that was published with "
            "its text keeps it"
        )
        return f"the page {self.page} {self.reason}, so {instead}"

    @property
    def advice(self) -> str:
        """How to change what readers see; the same for all posts of a run."""
        keep_out = _KEEP_PAGE_OUT if self.is_page else _KEEP_POST_OUT
        return f"if such a page is faulty, correct it and build; {keep_out}"


_KEEP_PAGE_OUT = "posts.exclude keeps a page out and retracts its item"
_KEEP_POST_OUT = (
    "in the front matter `private: true` keeps a post out, `draft: true` retracts its item, too, "
    "and `body: source` sends the text of the source"
)


class UnreadablePage(Struct, frozen=True):
    """The page that a post seems to have, and why it cannot be read. So the post has none."""

    path: PurePosixPath
    page: PurePosixPath
    reason: str

    @property
    def message(self) -> str:
        return f"is not published, because its page cannot be used: {self.page} {self.reason}"


class PagesReport(Struct, frozen=True, kw_only=True):
    """The posts whose pages need the attention of the author, the newest first.

    `without_page` are the posts that the site does not publish; `unsaid` those of them that no
    earlier run has named. `without_date` are posts whose pages state no date any more. Of the pages
    of `posts.pages`, `elsewhere` lead to other pages; `idle_ids` are the keys of `posts.ids` that
    are no posts, each with the reason. `moved` are posts whose pages are still those of their old
    files. `kept` is about texts that went out although a selector of `posts.drop` matches them.
    `other_url` is that of the site by its pages, if that is not `site.url`.
    """

    waiting: tuple[WaitingPost, ...] = ()
    without_text: tuple[TextlessPost, ...] = ()
    kept: tuple[Diagnostic, ...] = ()
    without_page: tuple[PurePosixPath, ...] = ()
    unsaid: tuple[PurePosixPath, ...] = ()
    unreadable: tuple[UnreadablePage, ...] = ()
    without_date: tuple[PurePosixPath, ...] = ()
    elsewhere: tuple[PurePosixPath, ...] = ()
    idle_ids: tuple[tuple[str, str], ...] = ()
    moved: tuple[MovedPost, ...] = ()
    other_url: str = ""
