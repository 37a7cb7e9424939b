"""Compare one post with the body of its page: words, pictures, code. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.lint.built.body import PageBody
from publisher.lint.built.code import code, faulty_blocks
from publisher.lint.built.pictures import pictures
from publisher.lint.built.text import words

if TYPE_CHECKING:
    from publisher.lint.built.differences import Difference
    from publisher.post import Post


def compare(post: Post, body: str) -> list[Difference]:
    """Return the differences between a post and the HTML of its body on the page.

    `body` is what readers get: without what `posts.drop` removes. Raises PageError.
    """
    page = PageBody.of(body, post.path)
    blocks = faulty_blocks(post, page)
    lost = [one.text for one in blocks if one.kind == "lacks-code"]
    return [*words(post, page, lost), *pictures(post, page), *code(post, blocks)]
