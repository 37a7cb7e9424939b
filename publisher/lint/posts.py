"""Check posts for problems that reading and rendering do not report.

Looks for images and pages in the site's folder, and sends no request to the web. The messages say
so where a problem is only likely.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from publisher import entry as entries_
from publisher import media
from publisher.content import dropped_markup
from publisher.lint import post_urls
from publisher.post import Diagnostic, in_short_by_file
from publisher.system.site_files import authority
from publisher.text.characters import short_line
from publisher.text.uris import is_loopback_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path, PurePosixPath

    from publisher.config import Site
    from publisher.entry import Entries, Entry
    from publisher.post import Medium, Post
    from publisher.rendering import Rendered, Renderings
    from publisher.system.site_files import BuiltFiles, Files

FIRST_YEAR = 1990  # the year of the first web server
# A date that is further ahead is more likely a typing error than a plan.
YEARS_AHEAD = 2

_NUMBER = re.compile(r"\d+")
_EMBEDS = frozenset({"audio", "img", "source", "video"})
_LONGEST_URL = 2_000  # characters in which the end of an address is sought
_BLANKS_IN_URL = re.compile(r"[ \t]+[^()\n]*\)")


def check(
    entries: Entries,
    site: Site,
    *,
    files: Files | None,
    built: BuiltFiles | None = None,
    shown: Callable[[Path], str] = str,
    now: dt.datetime,
    renderings: Renderings,
    watch: Callable[[Sequence[Entry]], Iterator[Entry]] = iter,
) -> list[Diagnostic]:
    """Return all diagnostics, in the order of paths and lines.

    Without `files` the files that posts refer to are not checked. If the site is `built`, they are
    sought where the URLs that readers get lead to. `shown` is how messages name a folder. `watch`
    passes the entries on, and may show progress.
    """
    pages = _Pages(entries, site, _Folders(files, built, shown), renderings)
    diagnostics = [*_same_title_and_day(entries.entries, site), *post_urls.same(entries.entries)]
    diagnostics += _scheduled(entries, site, now)
    for entry in watch(entries.entries):
        rendered = renderings.of(entry)
        of_entry = (*_dates(entry, site, now), *_unrendered(rendered), *pages.check(rendered))
        diagnostics += in_short_by_file(of_entry)
    return sorted(diagnostics, key=lambda one: (one.path, one.line, one.message))


def _same_title_and_day(entries: Sequence[Entry], site: Site) -> Iterator[Diagnostic]:
    """Report posts that share a title and a day: readers take the second for a repost."""
    days: defaultdict[tuple[dt.date, str | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        day = entry.published.astimezone(site.zone).date()
        if entry.post.title:
            days[day, entry.language, " ".join(entry.post.title.casefold().split())].append(entry)
    for first, *others in days.values():
        for other in others:
            message = (
                f"has the title and the day of {first.post.path}; change one of the titles, "
                "or readers take it for a repost"
            )
            yield Diagnostic(other.post.path, 1, message)


def _scheduled(entries: Entries, site: Site, now: dt.datetime) -> Iterator[Diagnostic]:
    """Report scheduled posts whose year is probably a typing error."""
    for skip in entries.skipped:
        if skip.status == "future" and skip.post and _is_far(skip.post.published, now):
            year = skip.post.published.astimezone(site.zone).year
            message = f"is dated {year}, far in the future; is the year right?"
            yield Diagnostic(skip.path, skip.post.lines[0], message)


def _dates(entry: Entry, site: Site, now: dt.datetime) -> Iterator[Diagnostic]:
    path, (published_line, updated_line) = entry.post.path, entry.post.lines
    year = entry.published.astimezone(site.zone).year
    if year < FIRST_YEAR:
        message = f"is dated {year}, before the web existed; readers sort it last"
        yield Diagnostic(path, published_line, f"{message}: is the year right?")
    if _is_far(entry.updated, now):
        year = entry.updated.astimezone(site.zone).year
        message = f"has an update in {year}, far in the future; is the year right?"
        yield Diagnostic(path, updated_line, message)
    elif entry.updated > now >= entry.published:
        message = "has an update in the future; readers show that date, or ignore the update"
        yield Diagnostic(path, updated_line, f"{message}: correct it")


def _is_far(instant: dt.datetime, now: dt.datetime) -> bool:
    return instant.year > now.year + YEARS_AHEAD


def _unrendered(entry: Rendered) -> Iterator[Diagnostic]:
    """Report links and images of Markdown that readers see as source text."""
    if entry.post.markup != "markdown":
        return
    # How a dialect reads Markdown inside an HTML block.
    fix = (
        'write markdown="1" into the tag around it'
        if entry.post.dialect in {"kramdown", "markdown"}
        else "leave a blank line below the tag"
    )
    places = dropped_markup.LineNumbers(entry.post.body, entry.post.body_line)
    for text, closes in dropped_markup.unrendered_links(entry.content.xhtml):
        shown = f'"{short_line(text, 60)}" appears as plain text'
        if closes:
            reason = f"Markdown is not read inside HTML; {fix}"
        elif _has_blanks(text, entry.post.body):
            reason = "a blank ends the address of the link; write it as %20"
        else:
            reason = "a bracket of the link never closes; write [text](address)"
        # Rendering may have changed the text of the link, but seldom its URL.
        parts = (text, re.split(r"[(\[\s]", text)[-1])
        line = places.line_of(*filter(None, parts))
        yield Diagnostic(entry.post.path, line, f"{shown}: {reason}")


def _has_blanks(text: str, source: str) -> bool:
    """Whether the address of a link, of which `text` is the beginning, closes behind blanks."""
    at = source.find(text)
    behind = source[at + len(text) : at + len(text) + _LONGEST_URL] if at >= 0 else ""
    return "](" in text and _BLANKS_IN_URL.match(behind) is not None


class _Pages:
    """The pages and files below the site's URL, as far as its folder and its posts show them."""

    def __init__(
        self,
        entries: Entries,
        site: Site,
        folders: _Folders,
        renderings: Renderings,
    ) -> None:
        self._renderings = renderings
        self._root = urlsplit(site.root)
        self._is_local = is_loopback_url(site.root)
        self._folders = folders
        self._pages = {_page(urlsplit(entry.link).path) for entry in entries.entries}
        self._shapes = {_shape(path) for path in self._pages} - {""}
        self._unpublished: dict[str, PurePosixPath] = {}
        for skip in entries.skipped:
            if skip.post and skip.on_web:
                self._pages.add(_page_of(skip.post, site))
            elif skip.post:
                self._unpublished[_page_of(skip.post, site)] = skip.path
        self._pages |= {_page_of(one.post, site) for one in entries.pages if one.has_url}

    def check(self, entry: Rendered) -> Iterator[Diagnostic]:
        """Report recordings, images and links of the entry that lead nowhere."""
        yield from self._media(entry)
        wrong = [
            (address, message)
            for address in dropped_markup.rendered_urls(entry.content.xhtml)
            if (message := self._wrong(address, entry))
        ]
        if entry.page:
            yield from _on_page(entry, wrong)
        elif wrong:
            yield from self._in_source(entry)

    def _in_source(self, entry: Rendered) -> Iterator[Diagnostic]:
        """The same of the source, which is parsed again for the lines of the links."""
        post, source = entry.post, self._renderings.source(entry)
        urls = dropped_markup.source_urls(
            source.text,
            markup=post.dialect,
            base=post.base or entry.link,
            resolve=self._renderings.links(entry).resolve,
            options=post.syntax.options,
        )
        for address in urls:
            message = self._wrong(address, entry)
            if message:
                line = post.body_line + source.line(address.line)
                yield Diagnostic(post.path, line, message)

    def _media(self, entry: Rendered) -> Iterator[Diagnostic]:
        """Report recordings and pictures that readers cannot load, or whose facts are unknown."""
        post, render = entry.post, self._renderings
        for medium in (*post.enclosures, *([post.image] if post.image else [])):
            shown = short_line(medium.href, 60)
            if not render.url_of(entry, medium):
                message = f"{shown} is not a web address, so it is left out; use http: or https:"
            elif url := render.shown_url_of(entry, medium):
                message = self._folders.fault(medium, url, post)
            elif entry.image:  # that of the page
                continue
            else:
                message = (
                    f"{shown} does not exist in {self._folders.name}, and the page of the post has "
                    "no picture of this name, so readers get none"
                )
            if message:
                yield Diagnostic(medium.file or post.path, medium.line, message)

    def _wrong(self, address: dropped_markup.BodyUrl, entry: Entry) -> str | None:
        parts = urlsplit(address.absolute)
        if address.tag in _EMBEDS and is_loopback_url(address.absolute) and not self._is_local:
            return f"{short_line(address.absolute, 60)} is on this machine; readers cannot load it"
        if authority(parts) != authority(self._root) or parts.path == urlsplit(entry.link).path:
            return None
        path = _page(parts.path)
        if path in self._unpublished:
            return (
                f"links to {self._unpublished[path]}, which is not published; readers get an error"
            )
        return None if path in self._pages else self._missing(address, entry, path)

    def _missing(self, address: dropped_markup.BodyUrl, entry: Entry, path: str) -> str | None:
        """Report a URL of the site that is neither a post's nor that of a file in its folder."""
        folder = self._folders.without(address, entry)
        shown = address.written or urlsplit(address.absolute).path
        if not folder:
            return None
        if self._folders.has_at_root(address.absolute):
            return (
                f"{shown} is not below site.url, {self._root.geturl()}, but {folder} has it; if "
                "the site is at the root of its host, correct site.url"
            )
        if address.tag in _EMBEDS:
            return f"{shown} does not exist in {folder}; readers may not see it"
        if advice := _missing_scheme(
            address.written or unquote(_below_page(address.absolute, entry.link))
        ):
            return f"links to {shown}, which is a page of this site without a scheme; {advice}"
        # The site's generator makes pages that its folder does not show, e.g. of tags.
        if _shape(path) in self._shapes:
            return f"links to {shown}: it looks like the URL of a post, but no post has it"
        return None


class _Folders(Struct, frozen=True):
    """The folders with the files of the site: its sources, and what its generator built."""

    files: Files | None
    built: BuiltFiles | None
    shown: Callable[[Path], str]

    def without(self, address: dropped_markup.BodyUrl, entry: Entry) -> str:
        """The folder that should have the file of a URL; empty if it has it, or is unknown."""
        if self.built:
            return "" if self.built.find(address.absolute) else self.shown(self.built.folder)
        files = self.files
        names = (address.written, _below_page(address.absolute, entry.link))
        if not files or any(files.has(name, address.absolute, entry.post.path) for name in names):
            return ""
        return self.shown(files.site)

    def has_at_root(self, absolute: str) -> bool:
        """Whether the built site has the file of a URL that is not below the URL of the site."""
        return self.built is not None and self.built.has_at_root(absolute)

    @property
    def name(self) -> str:
        """The folder that has what the URLs of the site show; empty if it is unknown."""
        folder = self.built.folder if self.built else self.files and self.files.site
        return self.shown(folder) if folder else ""

    def fault(self, medium: Medium, url: str, post: Post) -> str:
        """What is wrong with a recording or a picture; empty if nothing is."""
        is_ours = self.files is not None and self.files.is_ours(url)
        file = self._file(medium, url, post) if is_ours else None
        if self.files and is_ours and not file and self.files.refusal(medium.href, url, post.path):
            return ""  # every run warns of it
        if is_ours and not (self.built.find(url) if self.built else file):
            return f"{medium.href} does not exist in {self.name}; readers cannot load it"
        if file and medium in post.enclosures and not _is_whole(file, medium):
            return f"{self.shown(file)} cannot be read as a recording; is it complete?"
        if not file and medium in post.enclosures and medium.length is None:
            # Readers show the size before the user downloads the recording.
            return f"the size of {medium.href} is unknown; add its `length:` in bytes"
        return ""

    def _file(self, medium: Medium, url: str, post: Post) -> Path | None:
        """The file that is measured, as `rendering` measures it."""
        built = self.built.readable(url) if self.built else None
        return built or (self.files.find(medium.href, url, post.path) if self.files else None)


def _on_page(
    entry: Entry, wrong: Sequence[tuple[dropped_markup.BodyUrl, str]]
) -> Iterator[Diagnostic]:
    """Name the lines of the source that have the names to which URLs of its page lead."""
    places = dropped_markup.LineNumbers(entry.post.body, entry.post.body_line)
    for address, message in wrong:
        path = urlsplit(address.absolute).path
        names = (path, path.rstrip("/").rpartition("/")[2])
        line = places.line_of(*filter(None, (*names, *map(unquote, names))))
        yield Diagnostic(entry.post.path, line, message)


def _is_whole(file: Path, medium: Medium) -> bool:
    """Whether a recording has a duration, as a truncated file may not have.

    A file counts as whole if the post gives its duration, or if mutagen does not measure its kind.
    """
    measured = media.measure(file)
    return bool(medium.duration or not media.is_measured(file) or (measured and measured.duration))


# Names of files end with none of these, and most of the hosts to which people link do.
_HOST = re.compile(
    r"(?:www(?:\.[\w-]{1,63}){2,5}|(?:[\w-]{1,63}\.){1,4}(?:com|org|net|edu|gov|io|info|dev|de|fr|eu))"
    r"(?:[/?#].*)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,20}", re.IGNORECASE)


def _missing_scheme(written: str) -> str:
    """What an author meant who wrote a host or an email as the URL of a link; empty if neither."""
    if _EMAIL.fullmatch(written):
        return f"write mailto:{written}"
    return f"write https://{written}" if _HOST.fullmatch(written) else ""


def _below_page(absolute: str, link: str) -> str:
    """The URL relative to the folder of the post's page; empty if it is not below that folder."""
    folder = link[: link.rindex("/") + 1]
    return absolute.removeprefix(folder) if absolute.startswith(folder) else ""


def _page_of(post: Post, site: Site) -> str:
    return _page(urlsplit(entries_.link(post, site)).path)


def _page(path: str) -> str:
    """Bring all spellings of a page's path into one form."""
    return unquote(path).removesuffix("index.html").removesuffix(".html").rstrip("/") or "/"


def _shape(path: str) -> str:
    """The pattern that the URLs of many posts share: `/2008/10/21/a` has `9/9/9/*`.

    Empty for a path without a folder, which says too little.
    """
    folders = path.strip("/").split("/")[:-1]
    return "/".join([*(_NUMBER.sub("9", folder) for folder in folders), "*"]) if folders else ""
