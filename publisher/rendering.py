"""Entry -> Rendered: an entry with its content, and with its recordings and pictures measured.

What costs time or opens files happens here, once for each entry, and only for those that somebody
asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from publisher import media
from publisher.content.cache import NO_CACHE, Cache
from publisher.content.html import absolute
from publisher.content.links import Links
from publisher.content.render import content_of_line
from publisher.content.renderer import Renderer
from publisher.entry import Entry, link, own_summary
from publisher.post import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.config import Site
    from publisher.content.links import PostLinks
    from publisher.content.render import Content
    from publisher.content.templates import Evaluated
    from publisher.media import Enclosure
    from publisher.post import Medium, Reading

_ROOTED = re.compile("/(?!/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered(Entry):
    """An entry as readers get it.

    `title` is the author's, else what the engine calls such a post, else its first words. `teaser`
    is one line that stands for the post. `enclosures` are its recordings in the order of the post,
    `image` is the picture at its head. `warnings` name what rendering dropped, and the files that
    are not measured because a link leads out of the site.
    """

    title: str
    content: Content
    teaser: str
    enclosures: tuple[Enclosure, ...] = ()
    image: Enclosure | None = None
    warnings: tuple[Diagnostic, ...] = ()


class Renderings:
    """Renders the entries of one reading, each when it is asked for, and once."""

    def __init__(self, reading: Reading, site: Site, cache: Cache = NO_CACHE) -> None:
        on_web = [skip.post for skip in reading.skipped if skip.post and skip.on_web]
        pages = [(post, link(post, site)) for post in (*reading.posts, *on_web)]
        links = Links(pages, site, reading.settings, reading.address_of)
        self._renderer = Renderer(site, links, cache)
        self._site = site
        self._files = reading.files
        self._made: dict[str, Rendered] = {}

    def of(self, entry: Entry) -> Rendered:
        """The entry as readers get it."""
        if entry.item_id not in self._made:
            self._made[entry.item_id] = self._rendered(entry)
        return self._made[entry.item_id]

    def so_far(self) -> Iterable[Rendered]:
        """Those that somebody has asked for."""
        return self._made.values()

    def title(self, entry: Entry) -> str:
        """The title that readers get. Only a post without one is rendered for it."""
        return entry.title or self.of(entry).title

    def enclosures(self, entry: Entry) -> tuple[Enclosure, ...]:
        """The recordings of an entry, measured. What is no address of the web is left out."""
        if not entry.post.enclosures:
            return ()  # an entry without recordings needs no title for them
        return self._enclosures(entry, self.title(entry))

    def source(self, entry: Entry) -> Evaluated:
        """The body with its tags evaluated."""
        return self._renderer.source(entry.post)

    def links(self, entry: Entry) -> PostLinks:
        """Where the links of the post lead."""
        return self._renderer.links.of(entry.post)

    def address(self, entry: Entry, medium: Medium) -> str:
        """The URL at which readers find a file of the post; empty if they must not follow it.

        A path from the root is one below the site's address, as `absolute_url` of Jekyll has it.
        """
        resolved = self.links(entry).resolve(medium.href) or ""
        if _ROOTED.match(resolved) and not entry.post.base:
            resolved = self._site.address(resolved)
        found = absolute(resolved, entry.post.base or entry.link)
        return found if found.startswith(("http:", "https:")) else ""

    def forget_others(self, entries: Iterable[Entry]) -> None:
        """Drop from the cache what is of none of these entries."""
        self._renderer.cache.sweep({entry.item_id for entry in entries})

    def _rendered(self, entry: Entry) -> Rendered:
        content = self._content(entry)
        title = entry.title or content.heading or entry.post.slug or entry.item_id
        told = (*content.warnings, *self._refused_files(entry))
        facts = {field.name: getattr(entry, field.name) for field in fields(Entry)}
        facts["title"] = title
        return Rendered(
            **facts,
            content=content,
            teaser=content.summary or own_summary(entry.post) or content.opening or title,
            enclosures=self._enclosures(entry, title),
            image=self._image(entry, title),
            warnings=tuple(Diagnostic(entry.post.path, *warning) for warning in told),
        )

    def _content(self, entry: Entry) -> Content:
        """That of the body. A post without one has what it says of itself."""
        post = entry.post
        content = self._renderer.content(post, item_id=entry.item_id, link=entry.link)
        summary = content.summary or post.summary
        if not content.xhtml and (words := summary or own_summary(post)):
            return replace(content_of_line(words), warnings=content.warnings)
        return replace(content, summary=summary)

    def _enclosures(self, entry: Entry, title: str) -> tuple[Enclosure, ...]:
        found = [(medium, self.address(entry, medium)) for medium in entry.post.enclosures]
        good = [(medium, href) for medium, href in found if href]
        titles = media.titled([medium.name or href for medium, href in good], title)
        made = zip(good, titles, strict=True)
        return tuple(self._enclosure(entry, medium, href, name) for (medium, href), name in made)

    def _image(self, entry: Entry, title: str) -> Enclosure | None:
        picture = entry.post.image
        href = self.address(entry, picture) if picture else ""
        return self._enclosure(entry, picture, href, title) if picture and href else None

    def _enclosure(self, entry: Entry, medium: Medium, href: str, title: str) -> Enclosure:
        files = self._files
        file = files.find(medium.href, href, entry.post.path) if files else None
        return media.enclosure(medium, href, file, title=title)

    def _refused_files(self, entry: Entry) -> Iterator[tuple[int, str]]:
        """Recordings and pictures that are not measured, because a link leads out of the site."""
        post = entry.post
        for medium in (*post.enclosures, *([post.image] if post.image else [])):
            address = self.address(entry, medium)
            if self._files and (why := self._files.refusal(medium.href, address, post.path)):
                yield medium.line, why
