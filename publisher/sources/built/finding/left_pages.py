"""Find posts whose page was left behind: the site has it elsewhere now, and the old file is there.

Many generators do not clean their output. After a change of the rule for addresses both pages are
there, and the old one is never written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.pages.address import HOME, url_paths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.finding.page_search import PageSearch, Sought
    from publisher.sources.built.folder.output import OutputFolder, Signature

_MORE = 1.5  # times as many words as the old page: then the new one shows more than the post


class LeftPages:
    """The pages of posts that the last build did not write. `remembered` is the time of the memory.

    That is in nanoseconds: pages that were written since are unknown to the last run.
    """

    def __init__(
        self, output: OutputFolder, words: PageSearch, posts: Sequence[Post], *, remembered: int
    ) -> None:
        self._output = output
        self._pages = output.pages()
        self._words = words
        self._posts = posts
        self._remembered = remembered

    def elsewhere(
        self,
        sought: Sequence[Sought],
        old: Mapping[PurePosixPath, PurePosixPath],
        newer: Mapping[PurePosixPath, Signature],
        placed: Sequence[tuple[Post, PurePosixPath, Signature]],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The new pages of posts, whose `old` pages were not written since.

        `newer` are the pages without a post that are newer than the oldest of these, and `placed`
        some posts with their pages.
        """
        found = self._words.find(sought, newer, placed).pages
        posts = {one.post.path: one.post for one in sought}
        return {
            path: page
            for path, page in found.items()
            if self._is_newer(page, old[path])
            and self._is_its_place(page, old[path])
            and self._shows_only(page, old[path], posts[path])
        }

    def _is_newer(self, page: PurePosixPath, old: PurePosixPath) -> bool:
        return self._pages[page].ctime_ns > self._pages[old].ctime_ns

    def _is_its_place(self, page: PurePosixPath, old: PurePosixPath) -> bool:
        """Whether the site links to the new page; if to both or neither, whether the run knew it.

        A page that was there when the old one was chosen is a copy of it.
        """
        is_linked, was_linked = self._is_linked(page), self._is_linked(old)
        if is_linked != was_linked:
            return is_linked
        return self._pages[page].ctime_ns > self._remembered

    def _is_linked(self, page: PurePosixPath) -> bool:
        links = self._output.links()
        return any(path in links for path in url_paths(page, self._output.site_url))

    def _shows_only(self, page: PurePosixPath, old: PurePosixPath, post: Post) -> bool:
        """Whether the new page is no copy and no list, but what the old one was."""
        new_words, old_words = (self._words.of(one, self._pages[one]) for one in (page, old))
        if new_words.canonical_is_other or new_words.word_count > _MORE * old_words.word_count:
            return False
        return not self._words.shows_others(page, self._pages[page], post, self._posts)


def newer_pages(
    pages: Mapping[PurePosixPath, Signature],
    old: Collection[PurePosixPath],
    taken: Collection[PurePosixPath],
) -> Mapping[PurePosixPath, Signature]:
    """The pages that are not taken and newer than the oldest of these; the home page is none."""
    oldest = min((pages[page].ctime_ns for page in old), default=0)
    return {
        page: one
        for page, one in pages.items()
        if page not in taken and page != HOME and one.ctime_ns > oldest
    }
