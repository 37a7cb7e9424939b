"""Compare the posts of a project with the pages that the site's generator built of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.entry import link
from publisher.feeds import newest
from publisher.lint import built
from publisher.sources.built.folder.output import OutputFolder
from publisher.sources.built.pages import pattern, site_metadata, site_url
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.pattern import PlacedPost
from publisher.sources.engines import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.lint.built import BuiltReport, Comparison
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.pattern import AddressDifference


_HOME = PurePosixPath("index.html")
_PAGES = 100  # that agree on the URL of a site as surely as all do


def compared(
    project: Project, watch: Callable[[Sequence[Entry]], Iterator[Entry]] = iter
) -> BuiltReport:
    """Compare every post with its page. `watch` passes the entries on.

    If bodies come from the sources, only what the page lacks counts.
    """
    if project.config.posts.pages:  # then the page is the source
        return built.BuiltReport()
    entries = watch(project.entries.entries)
    return built.report(one for entry in entries if (one := _comparison(project, entry)))


def _comparison(project: Project, entry: Entry) -> Comparison | None:
    """The post compared with its page; None if it has none that can be compared with it."""
    # A post with `body: source` says that its page does not show its text.
    if entry.post.body_from_source:
        return None
    try:
        if project.config.posts.from_pages:
            body = project.renderings.built_body(entry)
            return built.compare(entry.post, body.html) if body and body.html else None
        page = project.renderings.built_page(entry)
        return built.compare_page(entry.post, page.data) if page else None
    except PageError:  # too large, too deep
        return None


def site_url_difference(project: Project) -> str | None:
    """What is wrong about site.url by what the newest pages of posts name as their own URLs."""
    stated = site_url.of_pages(_heads(project))
    return site_url.difference(project.config.site.url, stated) if stated else None


def site_title(project: Project) -> str | None:
    """The title of the site by its home page and the newest pages of posts; None if they differ."""
    output = project.config.site.output
    if output is None:
        return None
    home = None
    with suppress(PageError, OSError):
        folder = OutputFolder(output, project.config.site.root, ())
        home = parse(folder.read(_HOME), _HOME).head
    return site_metadata.metadata(_heads(project), home, sitemap=(), feeds=()).title


def _heads(project: Project) -> dict[PurePosixPath, Head]:
    """The metadata of the newest pages of posts."""
    heads: dict[PurePosixPath, Head] = {}
    for entry in newest(project.entries.entries, _PAGES):
        page = project.renderings.built_page(entry)
        with suppress(PageError):  # too large, too deep
            heads |= {page.path: parse(page.data, page.path).head} if page else {}
    return heads


def addresses(project: Project) -> Sequence[AddressDifference]:
    """How the URLs of pages differ from those that the rules of the engine give."""
    config = project.config
    if not (RECORDS[config.posts.engine].has_rules or config.posts.permalink):
        return ()
    placed = [
        PlacedPost(post, link(replace(post, address=None), config.site), post.address)
        for post in (entry.post for entry in project.entries.entries)
        if post.address
    ]
    return pattern.differences(placed, site_url=config.site.url, zone=config.site.zone)
