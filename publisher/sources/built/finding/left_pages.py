"""Find posts whose page was left behind: the site has it elsewhere now, and the old file is there.

Many generators do not clean their output. After a change of the rule for addresses both pages are
there, and the old one is never written again, or the site does not link to it any more.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.opened_page import written_title
from publisher.sources.built.finding.digests import digest
from publisher.sources.built.finding.page_words import has_title
from publisher.sources.built.pages.page_url import HOME

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.finding.page_search import PageSearch, Sought
    from publisher.sources.built.folder.output_folder import OutputFolder, Signature

_MORE = 1.5  # times as many words as the old page: then the new one shows more than the post


class OldPages(Struct, frozen=True):
    """The pages that posts have, by the paths of the posts, and the pages that may be newer.

    `state` is a digest of what may change the answer. `by_links`: the site does not link to the old
    pages, and links to the others.
    """

    old: Mapping[PurePosixPath, PurePosixPath]
    others: Mapping[PurePosixPath, Signature]
    state: str
    by_links: bool


class LeftPages:
    """The pages of posts that the last build did not write, or to which the site does not link.

    `taken` are the pages that are none of a post's new ones, and `remembered` is the time of the
    memory in nanoseconds: pages that were written since are unknown to the last run.
    """

    def __init__(
        self,
        output: OutputFolder,
        posts: Sequence[Post],
        taken: Collection[PurePosixPath],
        *,
        remembered: int,
    ) -> None:
        self._output = output
        self._pages = output.pages()
        self._posts = posts
        self._taken = taken
        self._remembered = remembered

    def unwritten(self, old: Mapping[PurePosixPath, PurePosixPath]) -> OldPages:
        """Pages that were not written since their posts were taken, and the newer pages.

        Those that the last run knew, and to which the site does not link, are copies of others.
        """
        oldest = min((self._pages[page].ctime_ns for page in old.values()), default=0)
        newer = {
            page: one
            for page, one in self._pages.items()
            if old
            and self._is_free(page)
            and one.ctime_ns > oldest
            and (one.ctime_ns > self._remembered or self._output.links_to(page))
        }
        state = digest(*(f"{page} {one}" for page, one in newer.items()))
        return OldPages(old if newer else {}, newer, state, by_links=False)

    def unlinked(self, placed: Mapping[PurePosixPath, PurePosixPath]) -> OldPages:
        """Pages to which the site does not link, and those without a post to which it does.

        The home page of many sites links to the newest posts only, so the pages count by their
        names: lists change with each build.
        """
        old = {path: page for path, page in placed.items() if self._output.leaves_out(page)}
        linked = {page: self._pages[page] for page in self._linked} if old else {}
        state = digest(*map(str, linked))
        return OldPages(old if linked else {}, linked, state, by_links=True)

    @cached_property
    def _linked(self) -> Sequence[PurePosixPath]:
        free = filter(self._is_free, self._pages)
        return sorted(page for page in free if self._output.links_to(page))

    def _is_free(self, page: PurePosixPath) -> bool:
        return page not in self._taken and page != HOME

    def elsewhere(
        self,
        pages: OldPages,
        sought: Sequence[Sought],
        words: PageSearch,
        *,
        placed: Sequence[tuple[Post, PurePosixPath, Signature]],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The new pages of posts among the others.

        `placed` are some posts with their pages.
        """
        found = words.find(sought, pages.others, placed).pages
        posts = {one.post.path: one.post for one in sought}
        return {
            path: page
            for path, page in found.items()
            if (pages.by_links or self._is_its_place(page, pages.old[path]))
            and self._shows_only(page, pages.old[path], posts[path], words)
        }

    def _is_its_place(self, page: PurePosixPath, old: PurePosixPath) -> bool:
        """Whether the site links to the new page; if to both or neither, whether the run knew it.

        A page that was there when the old one was chosen is a copy of it.
        """
        written = self._pages[page].ctime_ns
        if written <= self._pages[old].ctime_ns:
            return False
        is_linked, was_linked = map(self._output.links_to, (page, old))
        return is_linked if is_linked != was_linked else written > self._remembered

    def _shows_only(
        self, page: PurePosixPath, old: PurePosixPath, post: Post, words: PageSearch
    ) -> bool:
        """Whether the new page is no copy and no list, but what the old one was."""
        new_words, old_words = (words.of(one, self._pages[one]) for one in (page, old))
        if new_words.canonical_is_other or new_words.word_count > _MORE * old_words.word_count:
            return False
        title = written_title(post)
        if has_title(old_words, title) and not has_title(new_words, title):
            return False
        return not words.shows_others(page, self._pages[page], post, self._posts)
