"""Compare one post with the body of its page: words, pictures, code. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.lint.built.body import PageBody
from publisher.lint.built.code import code, faulty_blocks
from publisher.lint.built.pictures import pictures
from publisher.lint.built.text import words
from publisher.sources.built.pages.page import parse

if TYPE_CHECKING:
    from publisher.lint.built.differences import Difference
    from publisher.post import Post


def compare(post: Post, body: str) -> list[Difference]:
    """Return the differences between a post and the HTML of its body on the page.

    `body` is what readers get: without what `posts.drop` removes. Raises PageError.
    """
    return _compared(post, PageBody.of(body, post.path))


def compare_page(post: Post, page: bytes) -> list[Difference]:
    """Return what a whole page lacks of its post: what else it has belongs to the theme.

    Raises PageError.
    """
    found = _compared(post, PageBody(parse(page, post.path)))
    return [one for one in found if one.kind not in {"has-words", "has-picture"}]


def _compared(post: Post, page: PageBody) -> list[Difference]:
    blocks = faulty_blocks(post, page)
    lost = [one.text for one in blocks if one.kind == "lacks-code"]
    return [*words(post, page, lost), *pictures(post, page), *code(post, blocks)]
