"""Compare one post with the body of its page: words, pictures, code. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.lint.built.body import PageBody
from publisher.lint.built.code import code, faulty_blocks
from publisher.lint.built.compared_words import words
from publisher.lint.built.pictures import NamedPictures, pictures
from publisher.lint.built.word_runs import covered
from publisher.lint.built.words_of_source import SourceWords
from publisher.sources.built.learning.foreign import makes_words
from publisher.sources.built.pages.page import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from publisher.lint.built.differences import Difference
    from publisher.post import Post


# Of a whole page: what it has more is its theme's, and readers get the pictures of the source.
_OF_BODIES = frozenset({"has-words", "has-picture", "drawn-picture", "inlined-picture"})


class Comparison(Struct, frozen=True):
    """A post and its page.

    `of_post` are selectors of the elements that show something of the post. With `makes_words` its
    source has template code or components, which make words and pictures for the page. `titled` is
    the path of the post if its body begins with its title.
    """

    differences: tuple[Difference, ...]
    of_post: frozenset[str] = frozenset()
    makes_words: bool = False
    titled: PurePosixPath | None = None


def compare(post: Post, body: str) -> Comparison:
    """Compare a post with the HTML of its body on the page.

    `body` is what readers get: without what `posts.drop` removes. Raises PageError.
    """
    page, source, names = PageBody.of(body, post.path), SourceWords(post), NamedPictures(post)
    shown = covered(page.words, source.shown, source.body)
    of_post = page.selectors_of_post(shown, names.shown_by)
    found = _differences(post, page, source, names)
    titled = post.path if page.begins_with(post.title or "") else None
    making = makes_words(post.body, post.syntax.template_language)
    return Comparison(tuple(found), of_post, makes_words=making, titled=titled)


def compare_page(post: Post, page: bytes) -> Comparison:
    """Find what a whole page lacks of its post: what else it has belongs to the theme.

    Raises PageError.
    """
    body, source = PageBody(parse(page, post.path)), SourceWords(post)
    found = _differences(post, body, source, NamedPictures(post))
    return Comparison(tuple(one for one in found if one.kind not in _OF_BODIES))


def _differences(
    post: Post, page: PageBody, source: SourceWords, names: NamedPictures
) -> Iterator[Difference]:
    blocks = faulty_blocks(post, page)
    lost = [one.text for one in blocks if one.kind == "lacks-code"]
    yield from words(post, page, source, lost)
    yield from pictures(post, page, names)
    yield from code(post, blocks)
