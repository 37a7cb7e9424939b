"""Read built pages as posts: what each page is, and the post that it shows."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.post import Diagnostic, Medium, Post, Skip
from publisher.sources.built.page_versions import PageVersion, choose, lost_while_hidden
from publisher.sources.built.pages import page_dates
from publisher.sources.built.pages.page_facts import absolute, facts_of
from publisher.sources.built.pages.page_url import HOME, address, url_paths
from publisher.sources.built.read_pages import ReadPages, decoded
from publisher.sources.built.shown_page import ShownPage, source_of, text_of
from publisher.sources.built.state.known_pages import UNLISTED
from publisher.sources.built.state.waiting import CUT
from publisher.sources.engines.names import date_and_words, date_in_path, date_of_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config, Site
    from publisher.sources.built.folder.output_folder import OutputFolder
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.page_dates import PageDates
    from publisher.sources.built.read_pages import ReadPage
    from publisher.sources.built.state.known_pages import KnownPages

_DRAFTS = {"drafts", "_drafts"}


class PagePostReader:
    """Reads the pages of one output folder.

    `heads` are the metadata of its pages, `elsewhere` are those that lead to other
    pages, and `versions` has those that may be posts. `has_sitemap`: the site has one that names
    posts.
    """

    def __init__(
        self,
        config: Config,
        output: OutputFolder,
        paths: Sequence[PurePosixPath],
        known: KnownPages,
        *,
        anew: bool,
    ) -> None:
        self._config = config
        self._site: Site = config.site
        self._output = output
        self.pages = ReadPages(output, config.posts, config.state, anew=anew)
        self.heads: dict[PurePosixPath, Head] = {}
        self.elsewhere: list[PurePosixPath] = []
        self.versions: dict[PurePosixPath, PageVersion] = {}
        self._known = known
        self._given_ids = config.posts.given_ids
        named = output.sitemap()
        in_use = any(not named.isdisjoint(url_paths(path, self._site.root)) for path in paths)
        self._sitemap = named if in_use else frozenset()
        self.has_sitemap = bool(self._sitemap)
        self.warnings = [Diagnostic(*_OTHER_SITEMAP)] if named and not in_use else []
        if missing := output.sitemap_files.missing:
            self.warnings.append(Diagnostic(PurePosixPath(missing), 1, _NO_PART))

    def read(self, path: PurePosixPath) -> ShownPage | Skip | None:
        """What a page is; None if it only leads to another page.

        A page that cannot be read, and never was, is a broken Skip. Raises LedgerError.
        """
        page = self.pages.page(path)
        version = choose(page, partial(self.last, path), wants_body=bool(self._config.posts.body))
        if version is None and page.fault:
            return Skip(path, page.fault, broken=True)
        if version is None and page.is_cut:
            return Skip(path, CUT, status="waiting")
        head = version.page.head if version and version.waits else page.head
        self.heads[path] = head
        url = address(path, head, self._site.root, self._output.named())
        if head.is_redirect or self._is_copy(path, head, url):
            self.elsewhere.append(path)
            return None
        if why := self._no_post(path, head, url) or self._lost_text(path, version):
            return Skip(path, why, status="hidden")
        if version is None:
            return Skip(path, _NO_BODY, broken=True)
        return self._shown(path, version)

    def _shown(self, path: PurePosixPath, version: PageVersion) -> ShownPage:
        self.versions[path] = version
        head = version.page.head
        found = page_dates.dates_of(head, self._site.zone) or self.dates_of_path(path)
        url = address(path, head, self._site.root, self._output.named())
        facts = facts_of(head, url, self._site.title, self._home if path != HOME else None)
        return ShownPage(path=path, address=url, facts=facts, dates=found, page=version.page)

    def dates_of_path(self, path: PurePosixPath) -> PageDates | None:
        """The dates of a post whose page states none; None if its path has none either."""
        date = date_of_page(_name(path))
        written = page_dates.StatedDates(published=date.isoformat() if date else "")
        return page_dates.in_zone(written, self._site.zone)

    def last(self, path: PurePosixPath) -> ReadPage | None:
        """The version of a page that went out last; None if none is known."""
        data = self._known.last(path)
        return decoded(data) if data else None

    def _lost_text(self, path: PurePosixPath, version: PageVersion | None) -> str:
        """Why the post stays hidden although its page is shown; empty if it does not."""
        is_lost = version and lost_while_hidden(version, partial(self._hidden, path))
        return f"{version.refusal}{_HIDDEN}" if version and is_lost else ""

    def _hidden(self, path: PurePosixPath) -> ReadPage | None:
        """The last version of a page that was no post at the last run; None if none is known."""
        data = self._known.hidden(path)
        return decoded(data) if data else None

    def _no_post(self, path: PurePosixPath, head: Head, url: str) -> str:
        """Why the page is no post; empty if it may be one."""
        if head.is_noindex:
            return "noindex"
        if not _DRAFTS.isdisjoint(path.parts):
            return "a draft"
        paths = {*url_paths(path, self._site.root), urlsplit(url).path}
        is_missing = self._sitemap and self._sitemap.isdisjoint(paths)
        return UNLISTED if is_missing else ""

    def _is_copy(self, path: PurePosixPath, head: Head, url: str) -> bool:
        """Whether the canonical URL is that of another page, but for the home page.

        Some themes give every page the canonical URL of the site.
        """
        canonical = absolute(url, head.canonical) if head.canonical else ""
        root = self._site.root
        if not canonical.startswith(root):
            return False
        named = self._output.file_of(urlsplit(canonical.removeprefix(root)).path)
        return named not in {None, path, HOME}

    @cached_property
    def _home(self) -> Head | None:
        """The metadata of the home page; None if there is none that can be read."""
        home = self.pages.page(HOME) if HOME in self._output.pages() else None
        return home.head if home and not home.fault else None

    def post(self, shown: ShownPage, found: PageDates) -> Post:
        """The post that a page shows, with these dates."""
        path, facts, extracted = shown.path, shown.facts, shown.page.extracted
        whole = _name(path)
        date, words = date_and_words(whole.name)
        language = facts.language if facts.language != self._site.language else None
        id_ = self._given_ids.get(path)
        return Post(
            path=path,
            id=(id_, 1) if id_ else None,
            body=text_of(extracted) if extracted else "",
            body_line=1,
            markup="unrendered",
            marker=None,
            title=facts.title,
            slug=words or whole.name,
            published=found.published,
            updated=found.updated,
            file_date=date or date_in_path(str(whole)),
            page=self._page(path),
            categories=shown.page.categories,
            tags=shown.page.tags,
            authors=facts.authors,
            language=language,
            location=path,
            values={"description": facts.description} if facts.description else {},
            templates="off",
            image=Medium(facts.image, 1) if facts.image else None,
            source=source_of(shown, found),
            address=shown.address,
        )

    def _page(self, path: PurePosixPath) -> str:
        """The URL path of the file below that of the site."""
        root = urlsplit(self._site.root).path.rstrip("/")
        return url_paths(path, self._site.root)[0].removeprefix(root)


def _name(path: PurePosixPath) -> PurePosixPath:
    """The path of a page without its suffix, and without `index`."""
    is_index = path.stem == "index" and len(path.parts) > 1
    return path.parent if is_index else path.with_suffix("")


_NO_BODY = (
    "no selector of posts.body matches exactly one element of the page; add one that does, or "
    "exclude the page with posts.exclude"
)
_HIDDEN = "; it showed one before it was hidden"
_NO_PART = (
    "is named by the sitemap, but is not there; pages that no other part of the sitemap names are "
    "no posts"
)
_OTHER_SITEMAP = (
    PurePosixPath("sitemap.xml"),
    1,
    "names none of the pages of posts.pages, so it does not decide which of them are posts",
)
