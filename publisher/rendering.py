"""Render entries: add the content, and the enclosures with their measured sizes and durations.

This is the part of an entry that costs time or opens files. It runs once for each entry, and only
for the entries that a command asks for.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from msgspec.structs import replace

from publisher import media
from publisher.config import is_language
from publisher.content import inlined_pictures
from publisher.content.allowed_html import absolute
from publisher.content.cache import NO_CACHE, Cache
from publisher.content.links import Links
from publisher.content.post_renderer import Renderer
from publisher.content.safe_xhtml import content_of_line, content_of_link
from publisher.content.templates.site_content import SiteContent
from publisher.entry import Entry, link, shown_summary
from publisher.post import Diagnostic, Medium
from publisher.system.site_files import BuiltFiles
from publisher.text.characters import legal
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.config import Site
    from publisher.content.links import Lookup, PostLinks
    from publisher.content.safe_xhtml import Content
    from publisher.content.templates import Evaluated
    from publisher.media import Enclosure
    from publisher.post import BuiltBody, BuiltFile, PageHash, Reading
    from publisher.text.yaml_document import Value

# Limits for what the metadata of a page says, in characters.
MAX_DESCRIPTION = 1_000
MAX_URL = 2_000

# Two slashes begin a URL without a scheme (RFC 3986 section 4.2).
_ROOTED = re.compile("/(?!/)")
# In the name of a file these are characters like others; in a URL they are not.
_SIGNS = re.compile("[#?%]")
_OF_NAMES = "!$&'()*+,/:;=@[]~{|}"


class Rendered(Entry, frozen=True, kw_only=True):
    """An entry with its content, as feeds and items carry it.

    `title` is the author's, else the engine's name for such a post, else the first words of the
    body. `teaser` is one line of plain text that stands for the post where the content is not
    shown. `enclosures` are the recordings in the order of the front matter; `image` is the picture
    at the head of the post. `warnings` name the dropped markup, and the files that publisher does
    not measure because a symbolic link leads out of the site. `page` is a hash of the built page's
    body from which the content is made, empty if it is made from the source.
    """

    title: str
    content: Content
    teaser: str
    enclosures: tuple[Enclosure, ...] = ()
    image: Enclosure | None = None
    warnings: tuple[Diagnostic, ...] = ()
    page: str = ""


class Renderings:
    """The renderings of one reading: each entry is rendered once, when it is first asked for."""

    def __init__(self, reading: Reading, site: Site, cache: Cache = NO_CACHE) -> None:
        # A post that only feeds leave out still has a page, to which other posts may link.
        on_web = [skip.post for skip in reading.skipped if skip.post and skip.on_web]
        posts = (*reading.posts, *on_web)
        undated = [page.post for page in reading.pages if page.has_url]
        pages = ((post, link(post, site)) for post in (*posts, *undated))
        content = SiteContent(posts, site, reading.template_files)
        links = Links(
            pages,
            site,
            reading.settings,
            reading.url_path_of,
            content,
            attachment=reading.attachment,
            list_page=reading.list_page,
            other_page=reading.other_page,
        )
        self._renderer = Renderer(site, links, cache)
        self._site = site
        self._files = reading.files
        self._built = BuiltFiles(site.output, site.root) if site.output else None
        self._bodies = reading.bodies
        self._media_on_pages: dict[PurePosixPath, Sequence[str] | None] = {}
        self._rendered_by_id: dict[str, Rendered] = {}

    def of(self, entry: Entry) -> Rendered:
        """The entry with its content."""
        if entry.item_id not in self._rendered_by_id:
            self._rendered_by_id[entry.item_id] = self._rendered(entry)
        return self._rendered_by_id[entry.item_id]

    @property
    def settings(self) -> Mapping[str, Value]:
        """The settings of the site generator, which rendering reads."""
        return self._renderer.links.settings

    def answers(self, entry: Entry) -> dict[Lookup, str | None] | None:
        """What rendering the entry looked up, with the answers; None if it is not rendered yet."""
        if entry.item_id not in self._rendered_by_id:
            return None
        return self._renderer.links.answers(entry.post)

    def so_far(self) -> Iterable[Rendered]:
        """The entries that have been rendered so far."""
        return self._rendered_by_id.values()

    def title(self, entry: Entry) -> str:
        """The title that readers see. Only an entry without a title is rendered to find one."""
        return entry.title or self.of(entry).title

    def enclosures(self, entry: Entry) -> tuple[Enclosure, ...]:
        """The measured recordings of an entry. One without a URL of the web is left out."""
        if not entry.post.enclosures:
            return ()  # an entry without recordings needs no title for them
        return self._enclosures(entry, self.title(entry))

    def source(self, entry: Entry) -> Evaluated:
        """The body with its template tags evaluated."""
        return self._renderer.source(entry.post)

    def links(self, entry: Entry) -> PostLinks:
        """The resolver of the post's links."""
        return self._renderer.links.of(entry.post)

    def url_of(self, entry: Entry, medium: Medium) -> str:
        """The URL of a file of the post; empty if it is not http: or https:.

        A path that starts with a slash is relative to the site's URL, not to its host, as in
        Jekyll's `absolute_url`. Authors write a URL, or the name of a file, in which `#`, `?` and
        `%` are characters like others.
        """
        written = medium.href
        url = self._url_of(entry, written)
        if not _SIGNS.search(written) or self._has(entry, written, url):
            return url
        named = quote(written, safe=_OF_NAMES)
        url_of_name = self._url_of(entry, named)
        return url_of_name if self._has(entry, named, url_of_name) else url

    def _has(self, entry: Entry, written: str, url: str) -> bool:
        """Whether the file of a URL, which is no page, is in the built site or in its sources."""
        built = self._built and self._built.find(url)
        if built and built.name == unquote(urlsplit(url).path.rpartition("/")[2]):
            return True
        return self._files is not None and self._files.is_file(written, url, entry.post.path)

    def _url_of(self, entry: Entry, written: str) -> str:
        resolved = self.links(entry).resolve(written) or ""
        if _ROOTED.match(resolved) and not entry.post.base:
            resolved = self._site.absolute_url(resolved)
        url = absolute(resolved, entry.post.base or entry.link)
        return url if url.startswith(("http:", "https:")) else ""

    def shown_url_of(self, entry: Entry, medium: Medium) -> str:
        """The URL at which the site shows a file of the post; empty if it shows none.

        If the built site lacks the file of `url_of`, its page has it under another name. A
        recording that the page does not name either may have been uploaded in another way.
        """
        url = self.url_of(entry, medium)
        if not self._built or not self._built.lacks(url):
            return url
        on_page = self._media_on_page(entry)
        if on_page is None:
            return url
        from publisher.sources.built import page_media  # noqa: PLC0415 - the parser of pages

        found = page_media.of_same_name(url, on_page)
        there = (one for one in found if one == url or not self._built.lacks(one))
        other = next(there, found[0] if found else "")
        return other or (url if medium in entry.post.enclosures else "")

    def _media_on_page(self, entry: Entry) -> Sequence[str] | None:
        """The URLs of the files that the page of the post names; None if it cannot be read."""
        path = entry.post.path
        if path not in self._media_on_pages:
            from publisher.sources.built import page_media  # noqa: PLC0415 - the parser of pages

            page = self._bodies.page_of(entry.post)
            urls = page_media.media_urls(page, self._site.root) if page else None
            self._media_on_pages[path] = urls
        return self._media_on_pages[path]

    def forget_others(self, entries: Iterable[Entry]) -> None:
        """Remove the renderings of all other entries from the cache."""
        self._renderer.cache.sweep({entry.item_id for entry in entries})

    def page_hash(self, entry: Entry) -> PageHash:
        """The hashes of the body in the page that was built for the post."""
        return self._bodies.hash_of(entry.post)

    def built_body(self, entry: Entry) -> BuiltBody | None:
        """The body in the page of the post; None if it is rendered from the source.

        Pictures that the page has only in itself are those of the source, as far as that is known.
        """
        built = self._bodies.of(entry.post)
        if built is None or entry.post.markup == "unrendered":
            return built
        if not inlined_pictures.has_some(built.html):
            return built
        source = self._renderer.source_html(entry.post, item_id=entry.item_id, link=entry.link)
        url_of = partial(self._url_of_picture, entry)
        return replace(built, html=inlined_pictures.replaced(built.html, source, url_of))

    def _url_of_picture(self, entry: Entry, written: str) -> str:
        return self.shown_url_of(entry, Medium(written, 1)) if written else ""

    def built_page(self, entry: Entry) -> BuiltFile | None:
        """The whole page of the post; None if there is none to be read."""
        return self._bodies.page_of(entry.post)

    def _rendered(self, entry: Entry) -> Rendered:
        built = self.built_body(entry)
        described = shown_summary(entry.post) or _description(built)
        content = self._content(entry, built, described)
        title = entry.title or content.heading or entry.post.slug or entry.item_id
        warnings = (*content.warnings, *self._refused_files(entry))
        # `asdict` would turn the post into a dictionary, too.
        of_entry = {name: getattr(entry, name) for name in Entry.__struct_fields__}
        return Rendered(
            **{**of_entry, "title": title, "language": entry.language or self._language(built)},
            content=content,
            teaser=content.summary or described or content.opening or title,
            enclosures=self._enclosures(entry, title),
            image=self._image(entry, built, title),
            warnings=tuple(Diagnostic(entry.post.path, *warning) for warning in warnings),
            page=self.page_hash(entry).now,
        )

    def _content(self, entry: Entry, built: BuiltBody | None, described: str | None) -> Content:
        """The content of the body, or the summary of a post whose body shows nothing, or the link.

        `described` is the summary that the front matter or the page gives.
        """
        post = entry.post
        if built is None:
            content = self._renderer.content(post, item_id=entry.item_id, link=entry.link)
        else:
            content = self._renderer.page_content(
                post, built, item_id=entry.item_id, link=entry.link
            )
        summary = content.summary or post.summary
        if not content.xhtml and (words := summary or described):
            return replace(content_of_line(words), warnings=content.warnings)
        if built and not content.xhtml and post.body.strip():
            return replace(content_of_link(entry.link), warnings=content.warnings)
        return replace(content, summary=summary)

    def _language(self, built: BuiltBody | None) -> str | None:
        """The language of the page, if it is another than the site's."""
        language = built.language if built else None
        is_other = language and is_language(language) and language != self._site.language
        return language if is_other else None

    def _enclosures(self, entry: Entry, title: str) -> tuple[Enclosure, ...]:
        addressed = [(medium, self.shown_url_of(entry, medium)) for medium in entry.post.enclosures]
        on_web = [(medium, href) for medium, href in addressed if href]
        titles = media.titled([medium.name or href for medium, href in on_web], title)
        return tuple(
            self._enclosure(entry, medium, href, name)
            for (medium, href), name in zip(on_web, titles, strict=True)
        )

    def _image(self, entry: Entry, built: BuiltBody | None, title: str) -> Enclosure | None:
        """The picture of the post: that of its front matter, else that of its page."""
        for picture in (entry.post.image, _picture(built)):
            href = self.shown_url_of(entry, picture) if picture else ""
            if picture and href:
                return self._enclosure(entry, picture, href, title)
        return None

    def _enclosure(self, entry: Entry, medium: Medium, href: str, title: str) -> Enclosure:
        if href != self.url_of(entry, medium):  # another file, whose size and format are its own
            medium = replace(medium, href=href, type=None, length=None)
        return media.enclosure(medium, href, self._file(entry, medium, href), title=title)

    def _file(self, entry: Entry, medium: Medium, href: str) -> Path | None:
        """The file of a recording or a picture: that of the built site, else that of its source."""
        if self._built and (file := self._built.readable(href)):
            return file
        return self._files.find(medium.href, href, entry.post.path) if self._files else None

    def _refused_files(self, entry: Entry) -> Iterator[tuple[int, str]]:
        """Yield the files that are not measured because a symbolic link leads out of the site."""
        post = entry.post
        for medium in (*post.enclosures, *([post.image] if post.image else [])):
            address = self.url_of(entry, medium)
            if self._built and self._built.readable(address):
                continue
            if self._files and (why := self._files.refusal(medium.href, address, post.path)):
                yield medium.line, why


def _description(built: BuiltBody | None) -> str | None:
    """The description of the page as one line; anybody may have written it."""
    words = " ".join(legal((built and built.description) or "").split())
    return shortened(words, MAX_DESCRIPTION) or None


def _picture(built: BuiltBody | None) -> Medium | None:
    """The picture of the page."""
    href = (built and built.image) or ""
    return Medium(href, line=1) if 0 < len(href) <= MAX_URL else None
