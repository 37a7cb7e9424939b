"""Find the pages of posts by their words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.sources.built.match import PageWords, PostWords, find, page_words
from publisher.sources.built.opened import title_of
from publisher.sources.built.page import PageError, parse
from publisher.sources.built.words import source_words, triples
from publisher.sources.built.words_cache import WordsCache

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.output import OutputFolder, Signature


class PageSearch:
    """Searches one output folder. It opens the pages whose words are not cached."""

    def __init__(self, output: OutputFolder, state: Path, zone: dt.tzinfo) -> None:
        self._output = output
        self._zone = zone
        self._cache = WordsCache(state)

    def find(
        self,
        posts: Sequence[Post],
        expected: Callable[[Post], PurePosixPath | None],
        pages: Mapping[PurePosixPath, Signature],
    ) -> Mapping[PurePosixPath, PurePosixPath]:
        """The page of each post that has one among these; no page is that of two posts."""
        texts = [
            self._cache.words(page, signature, partial(self._read, page))
            for page, signature in pages.items()
        ]
        return find([self._source(post, expected(post)) for post in posts], texts)

    def write(self) -> None:
        self._cache.write()

    def _read(self, path: PurePosixPath) -> PageWords:
        """The words of a page; none if it cannot be read."""
        try:
            page = parse(self._output.read(path), path)
        except (OSError, PageError):
            return PageWords(path, frozenset(), (), 0)
        return page_words(page, self._output.site_url)

    def _source(self, post: Post, expected: PurePosixPath | None) -> PostWords:
        title = title_of(post)
        return PostWords(
            post.path,
            title,
            triples(source_words(post.body, title=title)),
            post.published.astimezone(self._zone),
            post.language,
            expected,
        )
