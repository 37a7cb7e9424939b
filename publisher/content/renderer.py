"""The content of posts: from the cache where nothing changed, else with its tags evaluated first.

The one door to `content` for those who want a whole post rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.content import cache as caches
from publisher.content import render, templates
from publisher.content.cache import NO_CACHE, Cache
from publisher.post import in_short

if TYPE_CHECKING:
    from publisher.config import Site
    from publisher.content.links import Links, PostLinks
    from publisher.content.render import Content
    from publisher.content.templates import Evaluated, TagValues
    from publisher.post import Post


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders the posts of one site. `links` know its posts, and its engine's settings."""

    site: Site
    links: Links
    cache: Cache = NO_CACHE

    def content(self, post: Post, *, item_id: str, link: str) -> Content:
        """The content of a post; its warnings are (line of the file, message).

        `item_id` makes the ids in the content unique among all posts, and names the post in the
        cache. `link` is the absolute URL of its page.
        """
        links, base = self.links.of(post), post.base or link
        values = templates.values_of(post, self.links.settings, self.site)
        key = _key(post, values, item_id, base)
        found = self.cache.find(item_id, key, links)
        if found is None:
            found = _rendered(post, values, links, item_id, base)
            self.cache.store(item_id, key, links, found)
        told = {(post.body_line + line, message) for line, message in found.warnings}
        return replace(found, warnings=in_short(told))

    def source(self, post: Post) -> Evaluated:
        """The body of a post with its tags evaluated."""
        values = templates.values_of(post, self.links.settings, self.site)
        return templates.evaluate(post, values, self.links.of(post))


def _key(post: Post, values: TagValues | None, item_id: str, base: str) -> bytes:
    """Holds all that `_rendered` reads, but for the answers of the links."""
    return caches.key(
        item_id,
        base,
        post.body,
        post.markup,
        post.syntax.dialect,
        post.syntax.template_language,
        post.syntax.links,
        post.templates,
        post.marker,
        values.as_text() if values else None,
    )


def _rendered(
    post: Post, values: TagValues | None, links: PostLinks, item_id: str, base: str
) -> Content:
    """The content, with warnings as (line of the body, from 0; message).

    So a longer front matter moves them, and renders nothing.
    """
    source = templates.evaluate(post, values, links)
    content = render.render(
        source.text,
        markup=post.dialect,
        marker=post.marker,
        base=base,
        prefix=item_id,
        resolve=links.resolve,
    )
    told = {(source.line(line), message) for line, message in content.warnings}
    return replace(content, warnings=tuple(sorted(told | {*source.remarks})))
