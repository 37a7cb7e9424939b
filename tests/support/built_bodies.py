"""Bodies of built pages for tests that need no folder of a built site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.post import BuiltBody, BuiltFile, PageHash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.post import Post


@dataclass(frozen=True)
class GivenBodies:
    """The bodies of posts by their paths; all other posts are rendered from their sources.

    `early` has the hashes of the pages from which edits were published before the next build.
    """

    bodies: Mapping[str, BuiltBody]
    early: Mapping[str, str] = field(default_factory=dict)

    def hash_of(self, post: Post) -> PageHash:
        body = self.of(post)
        return PageHash(
            hash_of(body) if body else "", tuple(filter(None, [self.early.get(str(post.path))]))
        )

    def of(self, post: Post) -> BuiltBody | None:
        return None if post.body_from_source else self.bodies.get(str(post.path))

    def page_of(self, post: Post) -> BuiltFile | None:
        body = self.of(post)
        return BuiltFile(post.path, body.html.encode()) if body else None


def hash_of(body: BuiltBody) -> str:
    return hashlib.sha256(body.html.encode()).hexdigest() if body.html else ""
