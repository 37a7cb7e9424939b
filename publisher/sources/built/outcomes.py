"""Keep what becomes of each post of a site in one run, and what there is to say about it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import (
    Diagnostic,
    MovedPost,
    PageHash,
    PagesReport,
    Post,
    Skip,
    TextlessPost,
    UnreadablePage,
    WaitingPost,
    WayOut,
)
from publisher.sources.built.bodies.accept import WALLED
from publisher.sources.built.finding.digests import digest
from publisher.sources.built.folder import safety
from publisher.sources.built.pages.page import EMPTY
from publisher.sources.built.state import waiting
from publisher.sources.built.state.conclusion import placed
from publisher.sources.built.state.page_memory import Version
from publisher.sources.built.state.waiting import NO_TEXT, Facts, Taken, Wait
from publisher.sources.built.undated_files import with_date
from publisher.sources.built.ways_out import way_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.config import Config
    from publisher.sources.built.finding.placement import Placement
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.folder.source_files import SourceFiles
    from publisher.sources.built.pages.page_dates import PageDates
    from publisher.sources.built.state.page_memory import PostMemory
    from publisher.sources.built.state.recollection import Recollection

_FROM_SOURCE = PageHash()
_NO_PAGE = "no page in {} was recognised as its page"


class Outcomes:
    """What becomes of the posts of one output folder.

    `hashes` are those of the posts that were examined, `dates` those of the posts without one of
    their own, and `published` the dates of all. `moved` are files that were renamed and edited.
    """

    def __init__(
        self,
        config: Config,
        output: OutputFolder,
        files: SourceFiles,
        placement: Placement,
        known: Recollection,
    ) -> None:
        self._config = config
        self._output = output
        self._files = files
        self._placement = placement
        self._known = known
        self.hashes: dict[PurePosixPath, PageHash] = {}
        self.dates: Mapping[PurePosixPath, PageDates] = {}
        self.published: Mapping[PurePosixPath, dt.datetime] = {}
        self.moved: tuple[MovedPost, ...] = ()
        self.other_url = ""  # of the site by its pages, if that is not its own
        self.without_date: list[PurePosixPath] = []  # whose pages state none any more
        self._waiting: dict[PurePosixPath, WaitingPost] = {}
        self._without_text: dict[PurePosixPath, TextlessPost] = {}
        self._kept: dict[PurePosixPath, Diagnostic] = {}  # text where `posts.drop` names a place
        self._without_page: dict[PurePosixPath, bool] = {}  # whether that was said before
        self._unreadable: dict[PurePosixPath, UnreadablePage] = {}

    def without_fault(self, skip: Skip) -> Skip:
        """A broken file as one without a page, if the site was built after it and has none of it.

        So a template for new posts, whose date is `{{date}}`, is no broken post.
        """
        row = self._known.row(skip.path)
        if not skip.broken or skip.line is None or row.page or row.taken:
            return skip
        if self._placement.is_newer(skip.path) or self._placement.may_have_page(skip.path):
            return skip
        self._without_page[skip.path] = row.is_said
        self._known.change(skip.path, replace(row, is_said=True))
        reason = f"{_NO_PAGE.format(self._config.output_name)} ({skip.reason})"
        return replace(skip, reason=reason, broken=False, status="no-page")

    def without(self, post: Post) -> Post | Skip:
        """What becomes of a post without a page."""
        row = self._known.row(post.path)
        facts = Facts(
            has_page=False,
            is_newer=self._placement.is_newer(post.path),
            is_lost=self._placement.is_lost(post),
            taken=row.taken,
        )
        decision = waiting.decide(facts)
        if isinstance(decision, Wait):
            return self.waits(post, row, decision.reason)
        if alike := self._placement.search.alike(post):
            return self.waits(post, row, waiting.ALIKE.format(alike))
        unreadable = self._placement.unreadable(post)
        if unreadable and unreadable[1] == EMPTY:
            return self.waits(post, row, waiting.CUT)
        self._known.change(post.path, replace(row, page="", found_page="", is_said=True))
        reason = _NO_PAGE.format(self._config.output_name)
        if unreadable:
            self._unreadable[post.path] = UnreadablePage(post.path, *unreadable)
            reason = f"its page cannot be used: {unreadable[0]} {unreadable[1]}"
        else:
            self._without_page[post.path] = row.is_said
        return Skip(post.path, reason, status="no-page", post=post)

    def goes(self, post: Post, row: PostMemory) -> Post:
        shown = row.taken.page_body if row.taken else ""
        self.hashes[post.path] = PageHash(
            shown,
            row.early,
            is_new=bool(shown) and shown == row.new_body,
            is_textless=shown == NO_TEXT,
        )
        self._name_refusal(post, row, stays=shown != NO_TEXT)
        if row.kept:
            self._kept[post.path] = Diagnostic(post.path, 1, row.kept)
        return post

    def _name_refusal(self, post: Post, row: PostMemory, *, stays: bool) -> None:
        page = self._placement.page(post)
        if row.refusal and page:
            before = self._known.memory.posts.get(post.path)
            is_known = before is not None and before.refusal == row.refusal
            self._without_text[post.path] = TextlessPost(
                post.path, page, row.refusal, stays, is_known=is_known
            )

    def from_source(self, post: Post, row: PostMemory) -> Post | Skip:
        """The post with the body of its source, which waits for nothing but a page."""
        page = self._placement.page(post)
        if page and self._placement.is_empty(page):
            return self.waits(post, row, waiting.CUT)
        self.hashes[post.path] = _FROM_SOURCE
        if page:
            taken = Taken(source=digest(post.body), page_body="", missing=frozenset())
            row = replace(placed(row, page), taken=taken, digest="", refusal="", alike=(), kept="")
            if self._placement.search.shares_title(post):
                row = replace(row, compared=self._placement.search.stamp(page))
            self.refresh(post, row)
        return post

    def refresh(self, post: Post, row: PostMemory) -> None:
        """Remember the file of the post if it changed, e.g. its title, and the body did not."""
        signature = self._files.signature(post.path)
        if row.file_signature == signature:
            self._known.change(post.path, row)
            return
        last = self._known.version(post.path)
        version = Version(self._files.read(post.path), last.body if last else None)
        self._known.change(post.path, replace(row, file_signature=signature), version)

    def waits_or_keeps(self, post: Post, row: PostMemory) -> Post | Skip:
        """The post as it was taken last. Without a reason to wait, only its page may be named."""
        if row.reason:
            return self.waits(post, row, row.reason)
        self._name_refusal(post, row, stays=True)
        return self._stays(post, row, "")

    def waits(self, post: Post, row: PostMemory, reason: str) -> Post | Skip:
        """The post as it was taken last; it is skipped if it never was, or did not go out since."""
        old = self._stays(post, row, reason)
        stays, end = isinstance(old, Post), self._way_out(post, reason)
        self._waiting[post.path] = WaitingPost(post.path, reason, stays, end)
        return old

    def _way_out(self, post: Post, reason: str) -> WayOut | None:
        """What ends a wait for this reason that the build may never end."""
        found = way_out(
            reason,
            self._placement.page(post),
            self._placement.any_page,
            is_newer=reason in waiting.OF_EDITS and self._placement.is_newer(post.path),
        )
        return WayOut(self._output.folder / found[0], found[1]) if found else None

    def _stays(self, post: Post, row: PostMemory, reason: str) -> Post | Skip:
        """The post as it was taken last; it is skipped for this reason if it never was.

        So it is if it was withdrawn since, e.g. as a draft: nobody sees that version any more.

        If its file was renamed, and its page not written since, the post with the old name stays.
        """
        path = self._placement.former(post) or post.path
        row = row if path == post.path else self._known.row(path)
        old = self.last(path) if row.taken and not row.is_withdrawn else None
        if old is None or row.taken is None:
            return Skip(post.path, reason, status="waiting", post=post)
        self.hashes[path] = _hash_of_taken(row, row.taken, post.source, waits=bool(reason))
        return dataclasses.replace(old, address=row.address or post.address)

    def moved_from(self, found: Sequence[tuple[Post, Post]]) -> Sequence[Post]:
        """The last versions of files that are gone, each with the new one, which waits."""
        self.moved = tuple(MovedPost(old.path, new.path) for old, new in found)
        kept = [self._as_taken(old, new) for old, new in found]
        for old, new in found:
            reason, end = waiting.MOVED.format(old.path), self._way_out(new, waiting.NOT_BUILT)
            self._waiting[new.path] = WaitingPost(new.path, reason, stays=True, way_out=end)
        return kept

    def _as_taken(self, old: Post, new: Post) -> Post:
        """The last version of a file that is gone, in the place of the new one that waits."""
        row = self._known.row(old.path)
        if row.taken:
            self.hashes[old.path] = _hash_of_taken(row, row.taken, new.source, waits=True)
        return dataclasses.replace(
            old, address=self._placement.address(old, PurePosixPath(row.page))
        )

    def last(self, path: PurePosixPath) -> Post | None:
        """The version of a file that was taken last; None if that is no post now.

        It has the dates of its page, if the file has none.
        """
        version, dates = self._known.version(path), self.dates.get(path)
        post = self._files.post_of(path, version.file) if version else None
        return with_date(post, dates) if post and dates else post

    def require_bodies(self) -> None:
        """Raise UnsafePlanError if too few of the examined pages show their texts."""
        # The example in the message should be no page that only asks for a password.
        refused = sorted(self._without_text.values(), key=lambda one: one.reason == WALLED)
        accepted = sum(one.now not in {"", NO_TEXT} for one in self.hashes.values())
        stay = sum(one.stays for one in refused)
        excused = sum(one.reason == WALLED or self._never_showed(one.path) for one in refused)
        example = (refused[0].page, refused[0].reason) if refused else None
        safety.require_bodies(accepted - stay, len(refused), excused, example)

    def _never_showed(self, path: PurePosixPath) -> bool:
        """Whether earlier runs have named the page of a post, because it never showed the text."""
        row = self._known.memory.posts.get(path)
        return bool(row and row.refusal and row.taken and row.taken.page_body == NO_TEXT)

    def hash_of(self, post: Post) -> PageHash:
        return self.hashes.get(post.path, _FROM_SOURCE)

    @property
    def report(self) -> PagesReport:
        """What the run has to say about the posts that were examined."""
        missing = self._newest_first(self._without_page)
        return PagesReport(
            waiting=tuple(self._waiting[path] for path in self._newest_first(self._waiting)),
            without_text=tuple(
                self._without_text[path] for path in self._newest_first(self._without_text)
            ),
            kept=tuple(self._kept[path] for path in self._newest_first(self._kept)),
            without_page=tuple(missing),
            unsaid=tuple(path for path in missing if not self._without_page[path]),
            unreadable=tuple(
                self._unreadable[path] for path in self._newest_first(self._unreadable)
            ),
            without_date=tuple(self.without_date),
            moved=self.moved,
            other_url=self.other_url,
        )

    def _newest_first(self, paths: Iterable[PurePosixPath]) -> list[PurePosixPath]:
        first = dt.datetime.min.replace(tzinfo=dt.UTC)  # of files whose date cannot be read
        published = self.published
        return sorted(paths, key=lambda path: (published.get(path, first), path), reverse=True)


def _hash_of_taken(row: PostMemory, taken: Taken, written: str, *, waits: bool) -> PageHash:
    """The hash of a post that goes out as it was taken last; `written` is that of its source."""
    is_textless = taken.page_body == NO_TEXT
    return PageHash(taken.page_body, row.early, written, waits, is_textless=is_textless)
