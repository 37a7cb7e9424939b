"""Make posts of the built pages that `posts.pages` matches, for sites whose sources cannot be read.

The identity of such a post is the path of its page below the output folder, and what the page shows
is what its author wrote: another text is an edit. Pages that the site does not offer to everybody
(missing from its sitemap, noindex, a redirect, a copy, a draft) are no posts.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.errors import Unavailable
from publisher.post import (
    Diagnostic,
    Page,
    Post,
    Reading,
    Skip,
)
from publisher.sources.built import page_report, page_theme
from publisher.sources.built.earlier_pages import EarlierPages, older_source
from publisher.sources.built.excerpts import require_whole_pages
from publisher.sources.built.finding.words_cache import FOLDER
from publisher.sources.built.folder import safety
from publisher.sources.built.folder.home_links import HomeLinks
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.page_bodies import PageBodies
from publisher.sources.built.page_ids import idle_ids, is_selected
from publisher.sources.built.page_post_reader import PagePostReader
from publisher.sources.built.page_theme import ChangedPage
from publisher.sources.built.pages import page_dates, site_url
from publisher.sources.built.pages.development import development_page
from publisher.sources.built.pages.page_facts import site_card
from publisher.sources.built.pages.page_url import HOME
from publisher.sources.built.read_pages import encoded
from publisher.sources.built.shown_page import ShownPage, body_of
from publisher.sources.built.state.known_pages import KnownPages, LastPage
from publisher.sources.built.state.page_memory import NAME, PageMemory, Selectors
from publisher.system.reasons import reason
from publisher.system.site_files import Files
from publisher.system.symlinks import Reach
from publisher.text.characters import damage
from publisher.text.counts import number_of
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.config import Config
    from publisher.sources.built.page_versions import PageVersion
    from publisher.sources.built.pages.page_dates import PageDates

_UNDATED = f"states no date of publication: {page_dates.SOUGHT}"
_NO_DATES = page_dates.PageDates(*[dt.datetime(1970, 1, 1, tzinfo=dt.UTC)] * 2)


def read(
    config: Config,
    *,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
    may_lose_pages: bool,
    anew: bool = False,
) -> Reading:
    """Read the posts, in the order of the paths of their pages.

    Posts dated after `now` are skipped, unless each `was_published` already. With `anew`, pages are
    opened that are as they were, too.

    Raises Unavailable if the site or its sitemap is not built, UnsafePlanError if a development
    server built it, or it has lost several posts and not `may_lose_pages`, and LedgerError if it is
    unknown which pages were posts before.
    """
    links = HomeLinks(config.state / FOLDER, config.site.root)
    output = _output(config, links)
    paths = _paths(config, output)
    known = _known(config, output, paths)
    reader = PagePostReader(config, output, paths, known, anew=anew)
    read_pages = _read_pages(reader, output, paths, known, config, may_lose_pages=may_lose_pages)
    shown, skipped, no_posts = read_pages.shown, read_pages.skipped, read_pages.no_posts
    versions = _versions(shown, reader)
    changed = known.changed(versions)
    _require_known_theme(shown, changed, reader, known, config)
    url = known.url_of(site_url.of_several(reader.heads), config)
    is_other = url and not site_url.is_same(url, config.site.url)
    instants = page_dates.without_builds({one.path: one.dates for one in shown if one.dates})
    older = _older_sources(shown, changed, reader, instants)
    posts = [reader.post(one, instants.get(one.path, _NO_DATES)) for one in shown]
    found = _by_date(posts, {one.path for one in shown if not one.dates}, now, was_published)
    if not reader.has_sitemap:
        known.require_sitemap([post.path for post in found.dated], config)
    skipped = [*skipped, *map(_scheduled, found.scheduled)]
    report = replace(
        page_report.report(reader.versions, skipped, reader.elsewhere, reader.last),
        idle_ids=tuple(idle_ids(config, output.pages(), no_posts, found.undated)),
        other_url=url if is_other else "",
    )
    bodies = PageBodies(
        {one.path: body_of(one) for one in shown},
        known,
        reader.pages,
        links,
        output,
        versions=reader.versions,
        last=_last_pages(found.dated, versions, reader, older),
        no_posts=no_posts,
        report=report,
        url=url,
    )
    earlier = EarlierPages(reader.pages, shown, instants, known, reader.dates_of_path, older=older)
    return Reading(
        found.published,
        tuple(sorted(skipped, key=lambda skip: skip.path)),
        (*reader.warnings, *(warning for post in found.published for warning in _damage(post))),
        files=_files(config),
        pages=tuple(Page(post.path, _UNDATED, post) for post in found.undated),
        not_due=found.not_due,
        earlier=earlier.of,
        bodies=bodies,
        origin="pages",
        given_ids=config.posts.given_ids,
    )


def _output(config: Config, links: HomeLinks) -> OutputFolder:
    ours = [feed.path for feed in config.feeds] + ([config.page.path] if config.page else [])
    return OutputFolder(config.posts.path, config.site.root, ours, links)


def _known(config: Config, output: OutputFolder, paths: Sequence[PurePosixPath]) -> KnownPages:
    """What earlier runs knew of the site. Raises Unavailable if it is not the whole one now."""
    selectors = Selectors(config.posts.body, config.posts.drop)
    memory, pages = PageMemory(config.state), len(output.pages())
    known = KnownPages(memory, frozenset(paths), pages, selectors)
    known.require_site(config)
    safety.require_whole_sitemap(output.sitemap_files.cut, config.posts.path)
    return known


class _PagesRead(Struct, frozen=True):
    """The pages that may be posts, those that are skipped, and why some are no posts."""

    shown: Sequence[ShownPage]
    skipped: Sequence[Skip]
    no_posts: Mapping[PurePosixPath, str]


def _read_pages(
    reader: PagePostReader,
    output: OutputFolder,
    paths: Sequence[PurePosixPath],
    known: KnownPages,
    config: Config,
    *,
    may_lose_pages: bool,
) -> _PagesRead:
    """Read all pages. Raises UnsafePlanError and Unavailable if they must not be published."""
    outcomes = [outcome for path in paths if (outcome := reader.read(path))]
    safety.require_deployed(
        development_page({path: head.local for path, head in reader.heads.items()}, HOME),
        config.posts.path,
    )
    skipped = [one for one in outcomes if isinstance(one, Skip)]
    no_posts = {one.path: one.reason for one in skipped if one.status == "hidden"}
    no_posts |= dict.fromkeys(reader.elsewhere, "leads to another page")
    if not may_lose_pages:
        known.require_posts(no_posts, output.sitemap_files.missing, config)
    if config.posts.body:
        page_report.require_bodies(reader.versions, reader.last)
    shown = _without_card([one for one in outcomes if isinstance(one, ShownPage)])
    return _PagesRead(shown, skipped, no_posts)


def _last_pages(
    posts: Sequence[Post],
    versions: Mapping[PurePosixPath, bytes],
    reader: PagePostReader,
    older: Mapping[PurePosixPath, str],
) -> Mapping[PurePosixPath, LastPage]:
    """The versions that go out, each with the sources of which it is no edit."""
    return {
        post.path: LastPage(
            versions[post.path],
            _alike(reader.versions[post.path], post, older.get(post.path, "")),
        )
        for post in posts
        if post.path in versions
    }


def _files(config: Config) -> Files:
    """The files of the site, none of them outside of the output folder."""
    folder = config.posts.path
    reach = Reach((folder,), (folder,), f"outside of {folder}")
    return Files(folder, folder, config.site.root, reach)


class _ByDate(Struct, frozen=True):
    """The posts of pages. `not_due` are those published ones that are dated after now."""

    published: tuple[Post, ...]
    not_due: tuple[Post, ...]
    scheduled: tuple[Post, ...]
    undated: tuple[Post, ...]

    @property
    def dated(self) -> tuple[Post, ...]:
        return (*self.published, *self.scheduled)


def _by_date(
    posts: Sequence[Post],
    undated: Collection[PurePosixPath],
    now: dt.datetime,
    was_published: Callable[[Post], bool],
) -> _ByDate:
    """Sort the posts; those with the paths `undated` have no date of their own."""
    dated = [post for post in posts if post.path not in undated]
    early = {post.path for post in dated if post.published > now}
    not_due = {post.path for post in dated if post.path in early and was_published(post)}
    return _ByDate(
        published=tuple(post for post in dated if post.path not in early - not_due),
        not_due=tuple(post for post in dated if post.path in not_due),
        scheduled=tuple(post for post in dated if post.path in early - not_due),
        undated=tuple(post for post in posts if post.path in undated),
    )


def _versions(shown: Sequence[ShownPage], reader: PagePostReader) -> Mapping[PurePosixPath, bytes]:
    """The versions that go out and are not those of before, as they are remembered."""
    return {
        one.path: encoded(reader.versions[one.path].page)
        for one in shown
        if not reader.versions[one.path].stays
    }


def _require_known_theme(
    shown: Sequence[ShownPage],
    changed: Sequence[PurePosixPath],
    reader: PagePostReader,
    known: KnownPages,
    config: Config,
) -> None:
    """Raise UnsafePlanError if nearly all pages have got the same words around their texts."""
    if not (config.posts.body and known.has_same_selectors):
        return
    bodies = {
        one.path: one.page.extracted
        for one in shown
        if one.page.extracted and known.was_post(one.path) and not reader.versions[one.path].stays
    }
    titles = {one.path: one.facts.title for one in shown}
    changed = [path for path in changed if path in bodies]
    if not page_theme.may_be_new(len(changed)):
        return
    pages = [
        ChangedPage(path, titles[path], last.extracted.words, bodies[path].words, bodies[path].html)
        for path in changed
        if (last := reader.last(path)) and last.extracted
    ]
    memory, has_nodes = config.state / NAME, bool(config.xmpp)
    require_whole_pages(pages, memory)
    page_theme.require_known_theme(pages, len(bodies), memory, has_nodes=has_nodes)


def _without_card(shown: Sequence[ShownPage]) -> list[ShownPage]:
    """The pages without the picture of the site, which says nothing of a post."""
    card = site_card([one.facts.image for one in shown if one.dates])
    return [
        replace(one, facts=replace(one.facts, image=None)) if one.facts.image == card else one
        for one in shown
    ]


def _paths(config: Config, output: OutputFolder) -> list[PurePosixPath]:
    """The pages that the configuration selects. Raises Unavailable if there are none."""
    place = f"{config.path}: site.output: {config.posts.path}"
    stay = "The feeds and the items at the nodes stay as they are"
    try:
        pages = output.pages()
    except OSError as error:
        raise Unavailable(
            f"{place} cannot be read: {reason(error)}. Build the site, and run again; if it is "
            f"built into another folder, correct site.output. {stay}"
        ) from error
    found = [path for path in pages if is_selected(path, config.posts)]
    if not found:
        raise Unavailable(
            f"{place} has {number_of(len(pages), 'page')}, but posts.pages matches none. Build the "
            f"site, and run again, or correct posts.pages. {stay}"
        )
    return found


def _scheduled(post: Post) -> Skip:
    return Skip(post.path, f"scheduled for {z(post.published)}", status="future", post=post)


def _alike(version: PageVersion, post: Post, older: str) -> tuple[str, ...]:
    """The sources of which a version of a page is no edit."""
    return tuple(filter(None, (post.source if version.refusal else "", older)))


def _older_sources(
    shown: Sequence[ShownPage],
    changed: Collection[PurePosixPath],
    reader: PagePostReader,
    instants: Mapping[PurePosixPath, PageDates],
) -> Mapping[PurePosixPath, str]:
    """The sources that an older version of this program read of the changed pages."""
    of_path = {one.path: one for one in shown if one.path in instants}
    found = {
        path: older_source(of_path[path], last, instants[path])
        for path in changed
        if path in of_path and (last := reader.last(path))
    }
    return {path: source for path, source in found.items() if source}


def _damage(post: Post) -> Iterator[Diagnostic]:
    """Warn of characters that were decoded wrongly before the page was written."""
    text = f"{post.title or ''} {post.body}"
    for message in dict.fromkeys(message for _, message in damage(text)):
        yield Diagnostic(post.path, 1, message)
