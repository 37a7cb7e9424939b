"""Find the page of each post, and its address, in most cases without opening a page."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.built.finding.digests import digest
from publisher.sources.built.finding.left_pages import LeftPages
from publisher.sources.built.finding.match import Matches
from publisher.sources.built.finding.page_choice import Candidates, choose
from publisher.sources.built.finding.page_names import names_of, path_of, url_root
from publisher.sources.built.finding.page_search import PageSearch, Sought
from publisher.sources.built.finding.pair import has_name
from publisher.sources.built.finding.source_times import SourceTimes
from publisher.sources.built.folder import safety
from publisher.sources.built.folder.output import Signature
from publisher.sources.built.pages.address import HOME, address
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.state import losses
from publisher.sources.built.state.memory import had_page, is_current
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from publisher.config import Config
    from publisher.post import Post
    from publisher.sources.built.folder.output import OutputFolder
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
        self._posts: Sequence[Post] = ()
        self._times = SourceTimes(files, (), self.signatures)
        self._former: dict[PurePosixPath, PurePosixPath] = {}  # pages of posts that are gone
        self._held: Collection[PurePosixPath] = ()  # those of them that may be stale
        self._others: Collection[PurePosixPath] = ()  # the pages of files that are no posts
        self._rivals: Sequence[Post] = ()  # files that are no posts, and have no known page
        self._lost: Mapping[PurePosixPath, Signature] = {}
        self._in_vain: dict[PurePosixPath, Post] = {}  # the posts that were sought without success
        self._alike: dict[PurePosixPath, Sequence[PurePosixPath]] = {}
        self._rejected: set[PurePosixPath] = set()  # those of them whose page was not their own
        self._is_regular = False  # whether the engine's rules give the addresses of this site

    def place(self, posts: Sequence[Post], others: Mapping[PurePosixPath, Post | None]) -> None:
        """Find the page of each post. Raises Unavailable if the output is not the whole site.

        `others` are the other files, each with the post that it would be if it can be read.
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
        choice = choose({post.path: self._candidates(post) for post in posts}, self.signatures)
        self._pages = {**choice.pages}
        undecided = {*choice.undecided}
        sought = [post for post in posts if post.path in undecided]
        self._set_others(others, {post.path for post in posts}, sought)
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
            {*self._taken, *self._former},
            remembered=self._known.memory.path.stat().st_mtime_ns if unwritten else 0,
        )
        groups = left.unwritten(unwritten), left.unlinked(placed)
        states = {
            path: digest(*(group.state for group in groups if path in group.old))
            for path in {*groups[0].old, *groups[1].old}
        }
        sought = [
            self._sought(post)
            for post in posts
            if post.path in states and self._known.row(post.path).searched != states[post.path]
        ]
        for group in groups:
            if asked := [one for one in sought if one.post.path in group.old]:
                found = left.elsewhere(group, asked, self._words, placed=self.examples())
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
        return not is_written and page != self._expected(post)

    def _search_twice(self, posts: Sequence[Post]) -> None:
        """Find the pages of posts, and last those that may show them at their old addresses."""
        self._held = [
            page for page in self._former if any(self._is_stale(post, page) for post in posts)
        ]
        self.search(posts)
        if self._held:
            self._held = ()
            self.search([post for post in posts if post.path not in self._pages])

    def _is_stale(self, post: Post, page: PurePosixPath) -> bool:
        """Whether the page of a post that is gone was not written since this one has its name.

        Renaming a file changes only the time at which the file system changed it.
        """
        if page not in self.signatures or page == self._expected(post):
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

    def _set_others(
        self,
        others: Mapping[PurePosixPath, Post | None],
        posts: Container[PurePosixPath],
        sought: Sequence[Post],
    ) -> None:
        """Find out which pages are those of drafts and other files, and of posts that are gone.

        The page of a post that is gone is free if one that is sought has its text: it was renamed.
        """
        bodies = {digest(post.body) for post in sought}
        found: set[tuple[PurePosixPath, PurePosixPath]] = set()  # files and their pages
        for path, row in self._known.memory.posts.items():
            is_gone = path not in posts and path not in others
            is_renamed = is_gone and row.taken is not None and row.taken.source in bodies
            if path not in posts and not is_renamed:
                found.add((path, PurePosixPath(row.found_page or row.page)))
        for path, post in others.items():
            if post and (expected := self._expected(post)):
                found.add((path, expected))
        known = [(path, page) for path, page in found if page in self.signatures]
        self._others = {page for _, page in known}
        placed = {path for path, _ in known}
        self._rivals = [post for path, post in others.items() if post and path not in placed]

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
        expected = sum(self.page(post) == self._expected(post) for post in known)
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
            self._expected(post),
            path_of(page) if page else None,
            PurePosixPath(row.foreign_page) if row.foreign_page else None,
            is_as_it_was=self.signatures.get(path_of(page)) == row.signature,
        )

    def _expected(self, post: Post) -> PurePosixPath | None:
        return post.path if self._config.posts.pages else self._output.file_of(post.page)

    def search(self, posts: Sequence[Post]) -> None:
        """Find the pages of posts by their words among the pages that no post and no draft has.

        A post is not sought again as long as it and these pages stay as they are.
        """
        if not posts:
            return
        free, state = self._free()
        sought = [
            post
            for post in posts
            if self._known.row(post.path).searched != digest(state, post.body)
        ]
        matches = self._found([*sought, *self._rivals], free) if sought else Matches({}, {})
        found = matches.pages
        found = {post.path: found[post.path] for post in sought if post.path in found}
        found = self._words.without_lists(found, free, self._posts) if found else {}
        self._pages.update(found)
        for post in sought:
            self._alike.pop(post.path, None)
            if post.path in matches.alike:
                self._alike[post.path] = matches.alike[post.path]
        self._in_vain |= {post.path: post for post in posts if post.path not in found}
        for post in sought:
            found_page = str(found.get(post.path, ""))
            row = replace(self._known.row(post.path), searched="", found_page=found_page)
            self._known.change(post.path, row)

    def _free(self) -> tuple[Mapping[PurePosixPath, Signature], str]:
        """The pages among which posts are sought, and a digest of these and of the rivals."""
        taken = self._taken
        free = {page: one for page, one in self.signatures.items() if page not in taken}
        rivals = (f"{post.path} {digest(post.body)}" for post in self._rivals)
        return free, digest(*(f"{page} {one}" for page, one in free.items()), *rivals)

    def alike(self, post: Post) -> PurePosixPath | None:
        """Another post that has the same title and words, so that their pages cannot be told."""
        others = self._alike.get(post.path, ()) if post.path not in self._pages else ()
        return next((path for path in others if path != post.path), None)

    def reject(self, post: Post) -> None:
        """Take the page away from a post that was found by its words, as it is not its own."""
        del self._pages[post.path]
        self._rejected.add(post.path)
        self._in_vain[post.path] = post
        self._known.change(post.path, replace(self._known.row(post.path), found_page=""))

    def settle(self) -> None:
        """Remember which posts need no further search, as long as the pages stay as they are.

        A page that was rejected is free for the others, which the next run seeks again.
        """
        paths = self._rejected or {path for path in self._in_vain if path not in self._pages}
        paths = paths - self._alike.keys()  # every run names them
        if not paths:
            return
        _, state = self._free()
        for path in paths:
            searched = digest(state, self._in_vain[path].body)
            self._known.change(path, replace(self._known.row(path), searched=searched))

    def _found(self, posts: Sequence[Post], pages: Mapping[PurePosixPath, Signature]) -> Matches:
        return self._words.find([*map(self._sought, posts)], pages, self.examples())

    def _sought(self, post: Post) -> Sought:
        row = self._known.row(post.path)
        return Sought(post, self._expected(post), row.taken, row.has_title)

    def examples(self) -> Sequence[tuple[Post, PurePosixPath, Signature]]:
        """Some posts from all over the site that have a page."""
        placed = [(post, page) for post in self._posts if (page := self.page(post))]
        some = placed[:: max(1, len(placed) // _EXAMPLES)][:_EXAMPLES]
        return [(post, page, self.signatures[page]) for post, page in some]

    @cached_property
    def _words(self) -> PageSearch:
        return PageSearch(self._output, self._config.state, self._config.site.zone)

    def write_cache(self) -> None:
        """Cache the words of the pages that were searched, and the links of the home page."""
        if self._output.home_links:
            self._output.home_links.write()
        if "_words" in self.__dict__:
            self._words.write()

    def replace_foreign(self, posts: Sequence[Post]) -> list[Post]:
        """Search the pages of posts whose page seems to be another's. Returns those with a new one.

        The others keep their page.
        """
        before = {post.path: self._pages.pop(post.path) for post in posts}
        self.search(posts)
        for path, page in before.items():
            if self._pages.setdefault(path, page) != page:
                row = replace(self._known.row(path), foreign_page=str(page))
                self._known.change(path, row)
        return [post for post in posts if self._pages[post.path] != before[post.path]]

    def is_only_found(self, post: Post) -> bool:
        """Whether only its words led to the page, although the rules give nearly all others."""
        page = self.page(post)
        if not self._known.row(post.path).found_page or page in {None, self._expected(post)}:
            return False
        return self._rules_give_others and not (page and has_name(post.path, page))

    @cached_property
    def _rules_give_others(self) -> bool:
        """Whether the rules give the pages of nearly all posts; one post may be elsewhere."""
        placed = [post for post in self._posts if self.page(post)]
        expected = sum(self.page(post) == self._expected(post) for post in placed)
        return expected >= max(_MANY, _NEARLY_ALL * (len(placed) - 1))

    def is_elsewhere(self, post: Post) -> bool:
        """Whether the page of a post is not where nearly all others are that were taken before.

        On a site whose addresses the engine's rules do not give, none is.
        """
        return self._is_regular and self.page(post) != self._expected(post)

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
        is_read = self._config.posts.from_pages and not post.body_from_source
        if is_read and row.page == str(page) and self._is_of_site(row.address):
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
        for page in [page for page in named if page not in self._taken][:_MOST_NAMED]:
            try:
                parse(self._output.read(page), page)
            except PageError as error:
                return page, error.reason
            except OSError as error:
                return page, f"cannot be read: {reason(error)}"
        return None

    @property
    def _taken(self) -> Collection[PurePosixPath]:
        return {*self._pages.values(), *self._others, *self._held}

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
