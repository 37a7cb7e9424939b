"""Find the pages of posts by their words, and tell the posts of one title apart by them."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sources.built.bodies.opened_page import written_title
from publisher.sources.built.finding.digests import digest
from publisher.sources.built.finding.match import Matches
from publisher.sources.built.finding.other_files import OtherFiles
from publisher.sources.built.finding.page_names import is_form_of
from publisher.sources.built.finding.page_search import PageSearch, Sought
from publisher.sources.built.finding.same_titles import SameTitles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping, Sequence

    from publisher.config import Config
    from publisher.post import Post
    from publisher.sources.built.folder.output_folder import OutputFolder, Signature
    from publisher.sources.built.state.recollection import Recollection

_EXAMPLES = 12  # posts whose pages show whether pages of this site have titles


class WordSearch:
    """The search of one reading. It writes what it finds into `pages`, which the caller shares.

    `expected` returns the page of a post by the rules of the engine.
    """

    def __init__(
        self,
        config: Config,
        output: OutputFolder,
        known: Recollection,
        pages: dict[PurePosixPath, PurePosixPath],
        expected: Callable[[Post], PurePosixPath | None],
    ) -> None:
        self._config = config
        self._output = output
        self._signatures = output.pages()
        self._known = known
        self._pages = pages
        self._expected = expected
        self._posts: Sequence[Post] = ()
        self._is_newer: Callable[[PurePosixPath], bool] = lambda _: False
        self._undated: Container[PurePosixPath] = ()
        self._others = OtherFiles({}, {}, ())
        self._held: Collection[PurePosixPath] = ()
        self._in_vain: dict[PurePosixPath, Post] = {}  # the posts that were sought without success
        self._rejected: set[PurePosixPath] = set()  # those of them whose page was not their own
        self._unsure: dict[PurePosixPath, Post] = {}  # posts whose page lacks words of them
        self._alike: dict[PurePosixPath, Sequence[PurePosixPath]] = {}
        self._compared: set[PurePosixPath] = set()  # posts that share titles, with each other

    def begin(
        self,
        posts: Sequence[Post],
        others: OtherFiles,
        undated: Container[PurePosixPath],
        is_newer: Callable[[PurePosixPath], bool],
    ) -> None:
        """The posts, and the files that are none. The dates of the undated posts mean nothing.

        `is_newer` tells whether a file is newer than every page.
        """
        self._posts, self._others, self._undated = posts, others, undated
        self._is_newer = is_newer

    @property
    def taken(self) -> Collection[PurePosixPath]:
        """The pages that are not free for other posts."""
        return {*self._pages.values(), *self._others.pages, *self._held}

    @property
    def unsure(self) -> Sequence[Post]:
        """The posts that were not found, or whose page lacks words of them."""
        return [*self._unsure.values()]

    def run(self, posts: Sequence[Post], *, held: Collection[PurePosixPath] = ()) -> None:
        """Find the pages of posts by their words among the pages that no post and no draft has.

        A post is not sought again as long as it and these pages stay as they are. Pages that are
        `held` are not free now.
        """
        if not posts:
            return
        self._held = held
        free, state = self._free()
        sought = [
            post
            for post in posts
            if self._known.row(post.path).searched != digest(state, post.body)
        ]
        rivals = self._others.rivals
        matches = self._found([*sought, *rivals], free) if sought else Matches({}, {})
        found = matches.pages
        found = {post.path: found[post.path] for post in sought if post.path in found}
        found |= self._by_media([one for one in sought if one.path not in found], free, matches)
        found = self.words.without_lists(found, free, self._posts) if found else {}
        found = {**found, **self._locked(found, sought, free)}
        self._pages.update(found)
        self._others.place(matches.pages)
        for post in sought:
            self._alike.pop(post.path, None)
            if post.path in matches.alike:
                self._alike[post.path] = matches.alike[post.path]
        self._in_vain |= {post.path: post for post in posts if post.path not in found}
        self._unsure |= {post.path: post for post in sought if post.path not in matches.whole}
        for post in sought:
            row, page = self._known.row(post.path), found.get(post.path)
            is_new = page not in {None, self._expected(post), PurePosixPath(row.page)}
            row = replace(row, searched="", found_page=str(page) if is_new else "")
            self._known.change(post.path, row)
        self._held = ()

    def _locked(
        self,
        found: Mapping[PurePosixPath, PurePosixPath],
        sought: Sequence[Post],
        free: Mapping[PurePosixPath, Signature],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The posts that were found elsewhere, but whose own page keeps their text from readers.

        That page is at the expected address, and no other post was found there. What was found
        instead, e.g. a form of it for printing, is not meant for every reader.
        """
        taken = {*found.values()}
        own = {
            post.path: page
            for post in sought
            if post.path in found and (page := self._expected(post)) and page not in taken
        }
        titles = {post.path: written_title(post) for post in sought if post.path in own}
        return {
            path: page
            for path, page in own.items()
            if page in free and self._is_locked(page, free[page], found[path], titles[path])
        }

    def _is_locked(
        self, page: PurePosixPath, signature: Signature, found: PurePosixPath, title: str | None
    ) -> bool:
        """Whether two of three signs tell that a page is the post's, though it lacks the text.

        A theme may change the title of a page that asks for a password, and a page that was found
        may be another form of it.
        """
        signs = (
            self.words.of(page, signature).asks_password,
            self.words.has_title(page, signature, title),
            is_form_of(found, page),
        )
        return sum(signs) >= 2

    def _by_media(
        self,
        posts: Sequence[Post],
        free: Mapping[PurePosixPath, Signature],
        matches: Matches,
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The pages of posts that words did not find, and their pictures tell for certain.

        A post that is newer than the site has no page yet, so that another one would be taken.
        """
        wordless = [
            self.sought(post)
            for post in posts
            if not written_title(post) and not self._is_newer(post.path)
        ]
        if not wordless:
            return {}
        taken = {*matches.pages.values()}
        left = {page: one for page, one in free.items() if page not in taken}
        everything = (*self._posts, *self._others.posts)
        return self.words.by_media(wordless, left, everything, self.examples())

    def _free(self) -> tuple[Mapping[PurePosixPath, Signature], str]:
        """The pages among which posts are sought, and a digest of these and of the rivals."""
        taken = self.taken
        free = {page: one for page, one in self._signatures.items() if page not in taken}
        rivals = (f"{post.path} {digest(post.body)}" for post in self._others.rivals)
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
        return self.words.find([*map(self.sought, posts)], pages, self.examples())

    def sought(self, post: Post) -> Sought:
        row = self._known.row(post.path)
        return Sought(
            post,
            self._expected(post),
            row.taken,
            row.has_title,
            PurePosixPath(row.page) if row.page and row.taken else None,
            is_dated=post.path not in self._undated,
            shares_title=self._titles.are_shared(post.path),
        )

    def examples(self) -> Sequence[tuple[Post, PurePosixPath, Signature]]:
        """Some posts from all over the site that have a page."""
        placed = [(post, page) for post in self._posts if (page := self._pages.get(post.path))]
        some = placed[:: max(1, len(placed) // _EXAMPLES)][:_EXAMPLES]
        return [(post, page, self._signatures[page]) for post, page in some]

    def write_cache(self) -> None:
        """Cache the words of the pages that were searched."""
        if "words" in self.__dict__:
            self.words.write()

    @cached_property
    def words(self) -> PageSearch:
        return PageSearch(self._output, self._config.state, self._config.site.zone)

    def again(
        self, posts: Sequence[Post], *, settled: Container[PurePosixPath] = ()
    ) -> set[PurePosixPath]:
        """Search the pages of posts whose page seems to be another's. Returns whose page changed.

        Posts that share titles with them are sought, too, unless they are settled: any of them may
        have the page of another.
        """
        group = self._with_same_titles(posts, settled)
        before = {
            post.path: self._pages.pop(post.path) for post in group if post.path in self._pages
        }
        self.run(group)
        taken = self.taken
        for post in group:
            if (page := before.get(post.path)) and self._may_keep(post, page, taken):
                self._pages[post.path] = page
        changed = {path for path, page in before.items() if self._pages.get(path) != page}
        for path in changed:
            row = replace(self._known.row(path), foreign_page=str(before[path]))
            self._known.change(path, row)
        return changed

    def _with_same_titles(
        self, posts: Sequence[Post], settled: Container[PurePosixPath]
    ) -> Sequence[Post]:
        """These posts and those with their titles, each once; files that are no posts compete."""
        found = {post.path: post for post in posts}
        for post in posts:
            found |= {other.path: other for other in self._titles.others(post)}
        ours = {post.path for post in self._posts}
        self._others.compete(post for path, post in found.items() if path not in ours)
        group = [post for post in self._posts if post.path in found and post.path not in settled]
        self._compared.update(post.path for post in group if self.shares_title(post))
        return group

    def _may_keep(self, post: Post, page: PurePosixPath, taken: Collection[PurePosixPath]) -> bool:
        """Whether a post keeps its page although its words were not found there.

        If others have its title, only the page that it had before, and if it was edited since.
        """
        if post.path in self._pages or page in taken:
            return False
        row = self._known.row(post.path)
        is_edited = row.taken is not None and row.taken.source != digest(post.body)
        return not self.shares_title(post) or (row.page == str(page) and is_edited)

    @cached_property
    def _titles(self) -> SameTitles:
        return SameTitles([*self._posts, *self._others.posts])

    def shares_title(self, post: Post) -> bool:
        """Whether the title of a post does not tell its page from those of other posts."""
        return self._titles.are_shared(post.path)

    def is_compared(self, post: Post) -> bool:
        """Whether this run has compared its page with those of the posts that share its title."""
        return post.path in self._compared

    def stamp(self, page: PurePosixPath) -> str:
        """The page as it is now."""
        return f"{page} {digest(str(self._signatures[page]))}"

    def shows_all(self, post: Post, page: PurePosixPath) -> bool:
        return self.words.shows_all(page, self._signatures[page], post)
