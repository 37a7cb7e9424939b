"""Post -> Entry, in the terms of RFC 4287: ids, title, link, dates, content, fingerprint. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from publisher import render

if TYPE_CHECKING:
    import datetime as dt

    from publisher.config import Person
    from publisher.sources.post import Post


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the world reads. `content` is rendered when it is first asked for, and kept.

    Instants are aware and in UTC, whole seconds. `authors` is never empty. `link` is the absolute
    URL of the post's page. `language` is None where the site's holds.
    """

    item_id: str
    atom_id: str
    title: str
    link: str
    published: dt.datetime
    updated: dt.datetime
    authors: tuple[Person, ...]
    categories: tuple[str, ...]
    language: str | None
    fingerprint: str
    post: Post

    @cached_property
    def content(self) -> render.Content:
        return render.render(
            self.post.body,
            markup=self.post.markup,
            marker=self.post.marker,
            base=self.link,
            prefix=self.item_id,
            first_line=self.post.body_line,
        )
