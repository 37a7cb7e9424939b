"""What readers will make of the posts, beyond what reading and rendering warn of already.

Looks into the site's folder for images and pages; asks nobody on the web. What is only likely is
said as likely.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher import media
from publisher.content import dropped, render
from publisher.post import Diagnostic, in_short
from publisher.system.site_files import authority
from publisher.text.characters import short_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.config import Site
    from publisher.entry import Entries, Entry
    from publisher.post import Medium
    from publisher.rendering import Rendered, Renderings
    from publisher.system.site_files import Files

FIRST_YEAR = 1990
YEARS_AHEAD = 2

_NUMBER = re.compile(r"\d+")


def check(
    found: Entries,
    site: Site,
    *,
    files: Files | None,
    now: dt.datetime,
    renderings: Renderings,
    watch: Callable[[Sequence[Entry]], Iterator[Entry]] = iter,
) -> list[Diagnostic]:
    """All diagnostics, in the order of paths and lines.

    Without `files` nothing is said of files. `watch` passes the entries on, and may show how far
    they are.
    """
    pages = _Pages(found, site, files, renderings)
    diagnostics = [*_twins(found.entries, site), *_neighbours(found.entries)]
    diagnostics += _held_back(found, site, now)
    for entry in watch(found.entries):
        rendered = renderings.of(entry)
        of_entry = (*_dates(entry, site, now), *_brackets(rendered), *pages.check(rendered))
        shortened = in_short((one.line, one.message) for one in of_entry)
        diagnostics += [Diagnostic(entry.post.path, *one) for one in shortened]
    return sorted(diagnostics, key=lambda one: (one.path, one.line, one.message))


def _twins(entries: Sequence[Entry], site: Site) -> Iterator[Diagnostic]:
    """Readers take two posts of one title on one day for one that was published again."""
    days: defaultdict[tuple[dt.date, str | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        day = entry.published.astimezone(site.zone).date()
        if entry.post.title:
            days[day, entry.language, " ".join(entry.post.title.casefold().split())].append(entry)
    for first, *others in days.values():
        for other in others:
            message = f"has the title and the day of {first.post.path}; give one another title"
            yield Diagnostic(other.post.path, 1, f"{message}, or readers take it for a repost")


def _neighbours(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Of two posts at one address the site has one page."""
    pages: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        pages[entry.link].append(entry)
    for link, (first, *others) in pages.items():
        for other in others:
            message = f"has the address of {first.post.path}, {link}; readers open the same page"
            yield Diagnostic(other.post.path, 1, f"{message}: give one another permalink")


def _held_back(found: Entries, site: Site, now: dt.datetime) -> Iterator[Diagnostic]:
    for skip in found.skipped:
        if skip.status == "future" and skip.post and _is_far(skip.post.published, now):
            year = skip.post.published.astimezone(site.zone).year
            message = f"is dated {year}, far in the future; is the year meant?"
            yield Diagnostic(skip.path, skip.post.lines[0], message)


def _dates(entry: Entry, site: Site, now: dt.datetime) -> Iterator[Diagnostic]:
    path, (published_at, updated_at) = entry.post.path, entry.post.lines
    year = entry.published.astimezone(site.zone).year
    if year < FIRST_YEAR:
        message = f"is dated {year}, before there was a web; readers sort it last"
        yield Diagnostic(path, published_at, f"{message}: is the year meant?")
    if _is_far(entry.updated, now):
        year = entry.updated.astimezone(site.zone).year
        message = f"is updated {year}, far in the future; is that meant?"
        yield Diagnostic(path, updated_at, message)
    elif entry.updated > now >= entry.published:
        message = "is updated in the future; readers show that date, or ignore the update"
        yield Diagnostic(path, updated_at, f"{message}: correct it")


def _is_far(instant: dt.datetime, now: dt.datetime) -> bool:
    return instant.year > now.year + YEARS_AHEAD


def _brackets(entry: Rendered) -> Iterator[Diagnostic]:
    if entry.post.markup != "markdown":
        return
    way_out = (
        'write markdown="1" into the tag around it'
        if entry.post.dialect in {"kramdown", "markdown"}
        else "leave a blank line below the tag"
    )
    places = dropped.LineNumbers(entry.post.body, entry.post.body_line)
    for text, closes in render.unrendered_links(entry.content):
        shown = f'"{short_line(text, 60)}" is shown as it is'
        reason = (
            f"there is no Markdown inside HTML; {way_out}"
            if closes
            else "a bracket of the link never closes; write [text](address)"
        )
        parts = (text, re.split(r"[(\[\s]", text)[-1])  # at least its end
        line = places.line_of(*filter(None, parts))
        yield Diagnostic(entry.post.path, line, f"{shown}: {reason}")


class _Pages:
    """What is there under the site's address, as far as its folder shows."""

    def __init__(
        self, found: Entries, site: Site, files: Files | None, renderings: Renderings
    ) -> None:
        self._renderings = renderings
        self._root = urlsplit(site.root)
        self._files = files
        self._pages = {_page(urlsplit(entry.link).path) for entry in found.entries}
        self._shapes = {_shape(path) for path in self._pages} - {""}
        self._held: dict[str, PurePosixPath] = {}
        base = self._root.path.rstrip("/")
        for skip in found.skipped:
            if skip.post and skip.on_web:
                self._pages.add(_page(base + skip.post.page))
            elif skip.post:
                self._held[_page(base + skip.post.page)] = skip.path

    def check(self, entry: Rendered) -> Iterator[Diagnostic]:
        yield from self._media(entry)
        if not any(self._wrong(one, entry) for one in dropped.rendered_urls(entry.content.xhtml)):
            return
        post, source = entry.post, self._renderings.source(entry)
        found = dropped.source_urls(
            source.text,
            markup=post.dialect,
            base=post.base or entry.link,
            resolve=self._renderings.links(entry).resolve,
        )
        for address in found:
            message = self._wrong(address, entry)
            if message:
                yield Diagnostic(post.path, post.body_line + source.line(address.line), message)

    def _media(self, entry: Entry) -> Iterator[Diagnostic]:
        """Of recordings readers want to know the size before they fetch them."""
        post, files = entry.post, self._files
        for medium in (*post.enclosures, *([post.image] if post.image else [])):
            address = self._renderings.address(entry, medium)
            message = ""
            if not address:
                shown = short_line(medium.href, 60)
                message = f"{shown} is not an address of the web: readers do not get it"
            elif files and files.is_ours(address):
                file = files.find(medium.href, address, post.path)
                if files.refusal(medium.href, address, post.path):
                    continue  # every run warns of it
                if file is None:
                    where = files.site
                    message = f"the file {medium.href} is not found in {where}: a gap for readers"
                elif medium in post.enclosures and not _is_whole(file, medium):
                    message = f"{file} cannot be read as a recording; is it whole?"
            elif medium in post.enclosures and medium.length is None:
                message = f"the size of {medium.href} is not known; add its `length:` in bytes"
            if message:
                yield Diagnostic(post.path, medium.line, message)

    def _wrong(self, address: dropped.BodyUrl, entry: Entry) -> str | None:
        parts = urlsplit(address.absolute)
        if authority(parts) != authority(self._root) or parts.path == urlsplit(entry.link).path:
            return None
        path = _page(parts.path)
        if path in self._held:
            return f"links to {self._held[path]}, which is not published: readers get an error"
        return None if path in self._pages else self._missing(address, entry, path)

    def _missing(self, address: dropped.BodyUrl, entry: Entry, path: str) -> str | None:
        """What readers miss at an address that is no post's."""
        files = self._files
        names = (address.written, _below_page(address.absolute, entry.link))
        if not files or any(files.has(one, address.absolute, entry.post.path) for one in names):
            return None
        if address.tag in {"img", "audio", "video", "source"}:
            return f"the file {address.written} is not found in {files.site}; readers may see a gap"
        if _shape(path) in self._shapes:
            return (
                f"links to {address.written}, which looks like the address of a post, "
                "but there is none"
            )
        return None


def _is_whole(file: Path, medium: Medium) -> bool:
    """As far as that can be told: of some kinds nobody measures the seconds."""
    found = media.measure(file)
    return bool(medium.duration or not media.is_measured(file) or (found and found.duration))


def _below_page(absolute: str, link: str) -> str:
    """The address as seen from the post's page; empty if it is not below that page's folder."""
    folder = link[: link.rindex("/") + 1]
    return absolute.removeprefix(folder) if absolute.startswith(folder) else ""


def _page(path: str) -> str:
    """The same for all spellings of one page."""
    return unquote(path).removesuffix("index.html").removesuffix(".html").rstrip("/") or "/"


def _shape(path: str) -> str:
    """What the addresses of many posts have in common: `/2008/10/21/a` is /9/9/9/*.

    Empty where that says too little.
    """
    folders = path.strip("/").split("/")[:-1]
    return "/".join([*(_NUMBER.sub("9", folder) for folder in folders), "*"]) if folders else ""
