"""Find the pages of posts by their words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.opened_page import title_of, written_title
from publisher.sources.built.finding import media_names, media_pages
from publisher.sources.built.finding.lists import is_list, shows_others
from publisher.sources.built.finding.match import matches
from publisher.sources.built.finding.page_words import PageWords, has_title, page_words
from publisher.sources.built.finding.pair import EarlierPage, PostWords
from publisher.sources.built.finding.words_cache import WordsCache
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.words import source_words, triples
from publisher.sources.built.state.waiting import NO_TEXT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.finding.match import Matches
    from publisher.sources.built.folder.output_folder import OutputFolder, Signature
    from publisher.sources.built.state.waiting import Taken


class Sought(Struct, frozen=True):
    """A post, the page that the rules of the engine give, and what it was taken with last.

    `had_title` tells whether its page showed its title then, and `remembered` is that page.
    `is_dated`: its file has a date. `shares_title`: others have the title, too.
    """

    post: Post
    expected: PurePosixPath | None
    taken: Taken | None = None
    had_title: bool = False
    remembered: PurePosixPath | None = None
    is_dated: bool = True
    shares_title: bool = False


class PageSearch:
    """Searches one output folder. It opens the pages whose words are not cached."""

    def __init__(self, output: OutputFolder, state: Path, zone: dt.tzinfo) -> None:
        self._output = output
        self._zone = zone
        self._cache = WordsCache(state)

    def find(
        self,
        posts: Sequence[Sought],
        pages: Mapping[PurePosixPath, Signature],
        placed: Sequence[tuple[Post, PurePosixPath, Signature]],
    ) -> Matches:
        """The page of each post that has one among these; no page is that of two posts.

        `placed` are some other posts with their pages, which show whether pages have titles.
        """
        texts = [self._page(page, signature) for page, signature in pages.items()]
        titled = [
            has_title(self._page(page, signature), title)
            for post, page, signature in placed
            if (title := written_title(post))
        ]
        return matches([self._source(post) for post in posts], texts, titled=titled)

    def by_media(
        self,
        posts: Sequence[Sought],
        pages: Mapping[PurePosixPath, Signature],
        others: Iterable[Post],
        placed: Sequence[tuple[Post, PurePosixPath, Signature]],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The pages of posts without a title and words, which their pictures tell for certain.

        `others` are all posts and drafts of the site.
        """
        sources = [one for one in map(self._source, posts) if media_pages.is_wordless(one)]
        if not sources:
            return {}
        return media_pages.find(
            sources,
            {post.path: media_names.of_post(post) for post in others},
            [self._page(page, signature) for page, signature in pages.items()],
            [self._page(page, signature) for _, page, signature in placed],
        )

    def without_lists(
        self,
        found: Mapping[PurePosixPath, PurePosixPath],
        pages: Mapping[PurePosixPath, Signature],
        posts: Sequence[Post],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The posts that were found on a page, but not on a list of several of all the posts."""
        of_path = {post.path: post for post in posts}
        return {
            path: page
            for path, page in found.items()
            if not is_list(
                self._page(page, pages[page]),
                self._source(Sought(of_path[path], None)),
                (self._source(Sought(post, None)) for post in posts if post.path != path),
            )
        }

    def shows_others(
        self, page: PurePosixPath, signature: Signature, post: Post, posts: Sequence[Post]
    ) -> bool:
        """Whether a page of a post shows others of these posts whole."""
        return shows_others(
            self._page(page, signature),
            self._source(Sought(post, None)),
            (self._source(Sought(other, None)) for other in posts if other.path != post.path),
        )

    def shows_all(self, page: PurePosixPath, signature: Signature, post: Post) -> bool:
        """Whether a page shows all words of a post."""
        return self._source(Sought(post, None)).triples <= self._page(page, signature).triples

    def has_title(self, page: PurePosixPath, signature: Signature, title: str | None) -> bool:
        """Whether a page shows this title as its own."""
        return has_title(self._page(page, signature), title)

    def of(self, page: PurePosixPath, signature: Signature) -> PageWords:
        """The words of a page; none if it cannot be read."""
        return self._page(page, signature)

    def write(self) -> None:
        self._cache.write()

    def _page(self, page: PurePosixPath, signature: Signature) -> PageWords:
        return self._cache.words(page, signature, partial(self._read, page))

    def _read(self, path: PurePosixPath) -> PageWords:
        """The words of a page; none if it cannot be read."""
        try:
            page = parse(self._output.read(path), path)
        except (OSError, PageError):
            return PageWords(path, frozenset(), (), 0)
        return page_words(page, self._output.site_url)

    def _source(self, sought: Sought) -> PostWords:
        post, taken = sought.post, sought.taken
        title = title_of(post)
        compared = taken is not None and taken.page_body not in {"", NO_TEXT}
        missing = taken.missing if taken and compared else None
        return PostWords(
            post.path,
            written_title(post),
            triples(source_words(post.body, title=title)),
            post.published.astimezone(self._zone) if sought.is_dated else None,
            post.language,
            sought.expected,
            EarlierPage(missing, sought.had_title) if taken else None,
            media_names.of_post(post),
            sought.remembered,
            sought.shares_title,
        )
