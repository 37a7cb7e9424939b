"""Render whole posts: evaluate the template tags of a body, render it, and cache the result.

Other packages render a post through this module only.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.content import cache as caches
from publisher.content import code_languages, page_body, removed_urls, safe_xhtml, templates
from publisher.content.cache import NO_CACHE, Cache
from publisher.post import in_short

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.config import Site
    from publisher.content.links import Links, PostLinks
    from publisher.content.safe_xhtml import Content
    from publisher.content.templates import Evaluated, TagValues
    from publisher.post import BuiltBody, Post


class Renderer(Struct, frozen=True):
    """Renders the posts of one site.

    `links` knows the posts of the site and the settings of its engine.
    """

    site: Site
    links: Links
    cache: Cache = NO_CACHE

    def content(self, post: Post, *, item_id: str, link: str) -> Content:
        """Return the content of a post, from the cache if nothing that it depends on has changed.

        The warnings are (line of the file, message).

        `item_id` names the post in the cache and makes the ids in its content unique among all
        posts. `link` is the absolute URL of the post's page.
        """
        links, base = self.links.of(post), post.base or link
        values = templates.values_of(post, self.links.settings, self.site)
        key = caches.key(*_parts(post, values, item_id, base))
        make = partial(_rendered, post, values, links, item_id, base)
        return self._cached(post, links, item_id, key, make)

    def page_content(self, post: Post, built: BuiltBody, *, item_id: str, link: str) -> Content:
        """Return the content of a post whose body is that of its page; see `content`.

        The lead is that of the page if that shows where it ends, else that of the source, as are
        the languages of code.
        """
        links = self.links.of(post)
        values = templates.values_of(post, self.links.settings, self.site)
        has_lead = bool(built.html and post.marker and post.marker in post.body)
        is_rendered = post.markup != "unrendered"
        needs_source = has_lead or (
            is_rendered and code_languages.may_complete(built.html, post.body)
        )
        of_source = _parts(post, values, item_id, link) if needs_source else ()
        urls = removed_urls.written(post.body)
        of_urls = map(str, itertools.chain.from_iterable(urls))
        key = caches.key("page", item_id, link, built.base, built.html, *of_source, *of_urls)

        def make() -> Content:
            source = _rendered(post, values, links, item_id, link) if needs_source else None
            html = code_languages.completed(built.html, source.xhtml) if source else built.html
            content = page_body.content(html, base=built.base, link=link, prefix=item_id)
            removed = removed_urls.warnings(built.html, built.base, urls)
            content = replace(content, warnings=(*content.warnings, *removed))
            if source is None or not has_lead:
                return content
            lead = page_body.lead(built.html, base=built.base, source=source)
            return replace(content, summary=lead or source.summary)

        return self._cached(post, links, item_id, key, make)

    def source_html(self, post: Post, *, item_id: str, link: str) -> str:
        """The body of a post as it is rendered from its source, which no cache has."""
        values = templates.values_of(post, self.links.settings, self.site)
        return _rendered(post, values, self.links.of(post), item_id, post.base or link).xhtml

    def _cached(
        self,
        post: Post,
        links: PostLinks,
        item_id: str,
        key: bytes,
        make: Callable[[], Content],
    ) -> Content:
        """Return the cached content with the key, or what `make` returns, and cache that."""
        content = self.cache.find(item_id, key, links)
        if content is None:
            content = make()
            self.cache.store(item_id, key, links, content)
        warnings = {(post.body_line + line, message) for line, message in content.warnings}
        return replace(content, warnings=in_short(warnings))

    def source(self, post: Post) -> Evaluated:
        """Return the body of a post with its template tags evaluated."""
        values = templates.values_of(post, self.links.settings, self.site)
        return templates.evaluate(post, values, self.links.of(post))


def _parts(post: Post, values: TagValues | None, item_id: str, base: str) -> tuple[str | None, ...]:
    """Return everything that `_rendered` reads, except where the links lead.

    The cache records the answers of `links` next to the content; see `Cache.store`.
    """
    return (
        item_id,
        base,
        post.body,
        post.markup,
        post.syntax.dialect,
        post.syntax.template_language,
        post.syntax.links,
        repr(post.syntax.options),
        post.templates,
        post.marker,
        values.as_text() if values else None,
    )


def _rendered(
    post: Post, values: TagValues | None, links: PostLinks, item_id: str, base: str
) -> Content:
    """Render a post. The warnings are (line of the body counted from 0, message).

    Lines are counted from the body so that a change of the front matter moves the warnings but does
    not render the post again.
    """
    source = templates.evaluate(post, values, links)
    content = safe_xhtml.render(
        source.text,
        markup=post.dialect,
        marker=post.marker,
        base=base,
        prefix=item_id,
        resolve=links.resolve,
        options=post.syntax.options,
    )
    warnings = {(source.line(line), message) for line, message in content.warnings}
    return replace(content, warnings=tuple(sorted(warnings | {*source.warnings})))
