"""Find the page of each post, and its address, in most cases without opening a page."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.built.finding.digests import digest
from publisher.sources.built.finding.left_pages import LeftPages
from publisher.sources.built.finding.other_files import OtherFiles
from publisher.sources.built.finding.page_choice import Candidates, choose
from publisher.sources.built.finding.page_names import names_of, path_of, url_root
from publisher.sources.built.finding.pair import has_name
from publisher.sources.built.finding.source_times import SourceTimes
from publisher.sources.built.finding.word_search import WordSearch
from publisher.sources.built.folder import safety
from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_url import HOME, address
from publisher.sources.built.state import losses
from publisher.sources.built.state.page_memory import had_page, is_current
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from publisher.config import Config
    from publisher.post import Post
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.folder.source_files import SourceFiles
    from publisher.sources.built.state.recollection import Recollection

_MANY = 5  # posts
_EXAMPLES = 12  # posts whose pages show whether pages of this site have titles
_MOST_NAMED = 3  # pages with the name of a post without one that are opened
_NEARLY_ALL = 0.9  # of the posts that were taken before are at their expected addresses


class Placement:
    """The pages of the posts of one reading."""

    def __init__(
        self, config: Config, output: OutputFolder, files: SourceFiles, known: Recollection
    ) -> None:
        self._config = config
        self._output = output
        self._files = files
        self._known = known
        self.signatures: Mapping[PurePosixPath, Signature] = output.pages()
        self._pages: dict[PurePosixPath, PurePosixPath] = {}
        self.search = WordSearch(config, output, known, self._pages, self.expected)
        self._posts: Sequence[Post] = ()
        self._times = SourceTimes(files, (), self.signatures)
        self._former: dict[PurePosixPath, PurePosixPath] = {}  # pages of posts that are gone
        self._lost: Mapping[PurePosixPath, Signature] = {}
        self._is_regular = False  # whether the engine's rules give the addresses of this site

    def place(
        self,
        posts: Sequence[Post],
        others: Mapping[PurePosixPath, Post | None],
        undated: Container[PurePosixPath] = (),
    ) -> None:
        """Find the page of each post. Raises Unavailable if the output is not the whole site.

        `others` are the other files, each with the post that it would be if it can be read. The
        dates of the `undated` posts mean nothing.
        """
        self._posts = posts
        self._times = SourceTimes(self._files, posts, self.signatures)
        self._former = {
            PurePosixPath(row.page): path
            for path, row in self._known.memory.posts.items()
            if row.taken and path not in others
        }
        for post in posts:
            self._former.pop(path_of(self._known.row(post.path).page), None)
        certain = self._certain(others)
        candidates = {post.path: self._candidates(post) for post in posts}
        choice = choose(candidates, self.signatures, others={*certain.values()})
        self._pages.update(choice.pages)
        undecided = {*choice.undecided}
        sought = [post for post in posts if post.path in undecided]
        other_files = self._other_files(others, certain, sought)
        self.search.begin(posts, other_files, undated, self.is_newer)
        self._leave_old_pages(posts)
        self._search_twice(sought)
        self._leave_old_pages(sought)
        self._require_site(posts)
        self._set_lost(posts)
        self._set_regular(posts)

    def _leave_old_pages(self, posts: Sequence[Post]) -> None:
        """Give posts their new page if a build wrote one, and left the old one behind."""
        placed = {post.path: page for post in posts if (page := self.page(post))}
        unwritten = {post.path: placed[post.path] for post in posts if self._is_unwritten(post)}
        left = LeftPages(
            self._output,
            self._posts,
            {*self.search.taken, *self._former},
            remembered=self._known.memory.path.stat().st_mtime_ns if unwritten else 0,
        )
        groups = left.unwritten(unwritten), left.unlinked(placed)
        states = {
            path: digest(*(group.state for group in groups if path in group.old))
            for path in {*groups[0].old, *groups[1].old}
        }
        sought = [
            self.search.sought(post)
            for post in posts
            if post.path in states and self._known.row(post.path).searched != states[post.path]
        ]
        for group in groups:
            if asked := [one for one in sought if one.post.path in group.old]:
                words, examples = self.search.words, self.search.examples()
                found = left.elsewhere(group, asked, words, placed=examples)
                self._pages.update(found)
        for path in (one.post.path for one in sought):
            row, page = self._known.row(path), self._pages[path]
            new = row.found_page if page == placed[path] else str(page)
            self._known.change(path, replace(row, searched=states[path], found_page=new))

    def _is_unwritten(self, post: Post) -> bool:
        """Whether a post had its page before, not by a rule, and it was not written since."""
        page, row = self.page(post), self._known.row(post.path)
        if page is None or str(page) != row.page or row.taken is None:
            return False
        is_written = self.signatures[page].written() != row.signature.written()
        return not is_written and page != self.expected(post)

    def _search_twice(self, posts: Sequence[Post]) -> None:
        """Find the pages of posts, and last those that may show them at their old addresses."""
        held = [page for page in self._former if any(self._is_stale(post, page) for post in posts)]
        self.search.run(posts, held=held)
        if held:
            self.search.run([post for post in posts if post.path not in self._pages])
        self._compare_unsure()

    def _compare_unsure(self) -> None:
        """Compare all posts with the title of one that was not found with certainty."""
        unsure = [
            post
            for post in self.search.unsure
            if self.search.shares_title(post)
            # It is not built yet.
            and not (post.path not in self._pages and self.is_newer(post.path))
        ]
        if unsure:
            self.search.again(unsure)

    def _is_stale(self, post: Post, page: PurePosixPath) -> bool:
        """Whether the page of a post that is gone was not written since this one has its name.

        Renaming a file changes only the time at which the file system changed it.
        """
        if page not in self.signatures or page == self.expected(post):
            return False
        if self._known.row(post.path).taken:
            return False
        was, now = self._known.memory.posts[self._former[page]].signature, self.signatures[page]
        renamed = self._files.signature(post.path).ctime_ns
        return was == now or (now.ctime_ns < renamed and not self._times.are_checked_out)

    def former(self, post: Post) -> PurePosixPath | None:
        """The post that is gone whose page this one has, if the page was not written since."""
        page = self.page(post)
        is_stale = page is not None and page in self._former and self._is_stale(post, page)
        return self._former[page] if page and is_stale else None

    def _certain(
        self, others: Mapping[PurePosixPath, Post | None]
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The pages of files that are no posts any more, and not written since they were."""
        rows = {path: self._known.row(path) for path in others}
        return {
            path: page
            for path, row in rows.items()
            if row.taken and self.signatures.get(page := PurePosixPath(row.page)) == row.signature
        }

    def _other_files(
        self,
        others: Mapping[PurePosixPath, Post | None],
        certain: Mapping[PurePosixPath, PurePosixPath],
        sought: Sequence[Post],
    ) -> OtherFiles:
        """The files that are no posts, e.g. drafts, and the pages of posts that are gone.

        The page of a post that is gone is free if one that is sought has its text: it was renamed.
        """
        posts = {post.path for post in self._posts}
        bodies = {digest(post.body) for post in sought}
        found: defaultdict[PurePosixPath, set[PurePosixPath]] = defaultdict(set)
        for path, row in self._known.memory.posts.items():
            is_gone = path not in posts and path not in others
            is_renamed = is_gone and row.taken is not None and row.taken.source in bodies
            page = PurePosixPath(row.found_page or row.page)
            if path not in posts and not is_renamed and page in self.signatures:
                found[path].add(page)
        for path, post in others.items():
            if post and (expected := self.expected(post)) and expected in self.signatures:
                found[path].add(expected)
        return OtherFiles(others, found, certain.keys())

    def _set_lost(self, posts: Sequence[Post]) -> None:
        """Remember which posts have lost their pages together, and forget whose page is back."""
        rows = {post.path: self._known.row(post.path) for post in posts}
        known = {path: row for path, row in rows.items() if row.page and is_current(row)}
        lost = {path: row for path, row in known.items() if path not in self._pages}
        stamp = self._output.stamp if lost else 0
        self._lost = losses.waiting_since(lost, known=len(known), stamp=stamp)
        for path, row in known.items():
            if path in self._lost:
                since = self._lost[path]
                self._known.change(path, replace(row, waits=losses.LOST, waits_since=since))
            elif row.waits == losses.LOST:
                self._known.change(path, replace(row, waits="", waits_since=Signature(0, 0)))

    def is_lost(self, post: Post) -> bool:
        """Whether the post has lost its page together with others, and waits for the next build."""
        return post.path in self._lost

    def left_pages(self) -> AbstractSet[PurePosixPath]:
        """The pages that no post has."""
        return self.signatures.keys() - {*self._pages.values()}

    def _set_regular(self, posts: Sequence[Post]) -> None:
        """Find out whether the engine's rules give the addresses of this site."""
        known = [post for post in posts if self.page(post) and self._known.row(post.path).taken]
        expected = sum(self.page(post) == self.expected(post) for post in known)
        self._is_regular = bool(known) and expected >= _NEARLY_ALL * len(known)

    def page(self, post: Post) -> PurePosixPath | None:
        return self._pages.get(post.path)

    @property
    def any_page(self) -> PurePosixPath | None:
        """Any page of the site, the home page if there is one."""
        return HOME if HOME in self.signatures else min(self.signatures, default=None)

    def _candidates(self, post: Post) -> Candidates:
        row = self._known.row(post.path)
        page = row.found_page or row.page
        if (old := path_of(page)) in self._former and self._is_stale(post, old):
            page = ""  # there may be a newer one
        return Candidates(
            self.expected(post),
            path_of(page) if page else None,
            self._foreign(post.path),
            is_as_it_was=self.signatures.get(path_of(page)) == row.signature,
        )

    def _foreign(self, path: PurePosixPath) -> PurePosixPath | None:
        """The page at the expected address that shows another post, e.g. one that is gone now.

        If a build wrote it after an earlier run saw that, it may show this one, unless this one was
        found elsewhere.
        """
        row, memory = self._known.row(path), self._known.memory
        page = PurePosixPath(row.foreign_page) if row.foreign_page else None
        if page is None or row.found_page or row.page or page not in self.signatures:
            return page
        before = memory.posts.get(path)
        if before is None or before.foreign_page != row.foreign_page:  # this run has seen it
            return page
        is_new = self.signatures[page].ctime_ns > memory.path.stat().st_mtime_ns
        return None if is_new else page

    def expected(self, post: Post) -> PurePosixPath | None:
        return post.path if self._config.posts.pages else self._output.file_of(post.page)

    def write_cache(self) -> None:
        """Cache the words of the pages that were searched, and the links of the home page."""
        if self._output.home_links:
            self._output.home_links.write()
        self.search.write_cache()

    def is_only_found(self, post: Post) -> bool:
        """Whether only its words led to the page, although the rules give nearly all others."""
        page = self.page(post)
        if not self._known.row(post.path).found_page or page in {None, self.expected(post)}:
            return False
        return self._rules_give_others and not (page and has_name(post.path, page))

    @cached_property
    def _rules_give_others(self) -> bool:
        """Whether the rules give the pages of nearly all posts; one post may be elsewhere."""
        placed = [post for post in self._posts if self.page(post)]
        expected = sum(self.page(post) == self.expected(post) for post in placed)
        return expected >= max(_MANY, _NEARLY_ALL * (len(placed) - 1))

    def is_elsewhere(self, post: Post) -> bool:
        """Whether the page of a post is not where nearly all others are that were taken before.

        On a site whose addresses the engine's rules do not give, none is.
        """
        return self._is_regular and self.page(post) != self.expected(post)

    def _require_site(self, posts: Sequence[Post]) -> None:
        known = [post for post in posts if had_page(self._known.row(post.path))]
        counts = safety.OutputCounts(
            pages=len(self.signatures),
            pages_before=self._known.memory.pages,
            known=len(known),
            lost=sum(post.path not in self._pages for post in known),
            posts=len(posts),
            found=len(self._pages),
        )
        safety.require_site(counts, self._output.folder, self._known.memory.path)

    def address(self, post: Post, page: PurePosixPath) -> str:
        """The address of the post, as far as it is known without opening the page.

        If the page of a post is never opened, that is the address of its file, whatever earlier
        runs have read there: a run must not depend on these.
        """
        row = self._known.row(post.path)
        is_known = bool(row.page) and row.page == str(page) and self._is_of_site(row.address)
        if is_known and self._config.posts.from_pages and not post.body_from_source:
            return row.address
        return self.address_of(page, Head())

    def is_empty(self, page: PurePosixPath) -> bool:
        return self.signatures[page].size == 0

    def unreadable(self, post: Post) -> tuple[PurePosixPath, str] | None:
        """The page that a post without one seems to have, and why it cannot be read."""
        if refused := self._output.refused(post.page):
            return refused
        for page, kind in self._output.irregular.items():
            if has_name(post.path, page):
                return page, kind
        named = [page for page in self.signatures if has_name(post.path, page)]
        for page in [page for page in named if page not in self.search.taken][:_MOST_NAMED]:
            try:
                parse(self._output.read(page), page)
            except PageError as error:
                return page, error.reason
            except OSError as error:
                return page, f"cannot be read: {reason(error)}"
        return None

    def _is_of_site(self, known: str) -> bool:
        """Whether a remembered address is on the site's host as the configuration has it now."""
        return bool(known) and url_root(known) == url_root(self._config.site.root)

    def address_of(self, page: PurePosixPath, head: Head) -> str:
        return address(page, head, self._config.site.root, self._output.named())

    def may_have_page(self, path: PurePosixPath) -> bool:
        """Whether a page that no post has is named as a file that cannot be read as a post."""
        return not self._left_names.isdisjoint(names_of(path))

    @cached_property
    def _left_names(self) -> frozenset[str]:
        return frozenset(name for page in self.left_pages() for name in names_of(page))

    def is_newer(self, path: PurePosixPath) -> bool:
        """Whether the source is newer than every page of the output.

        If all sources are, they were checked out or copied behind it, and their times say nothing.
        """
        return self._times.is_newer(path)
